"""Forecasts of many lanes at every origin of their records, by the methods with the least error on the lane's own past.

Each method is weighted with a power of its error (Bates and Granger 1969), which falls so steeply that methods far from
the best say nothing; ones that are about as good are averaged, since their order is chance.

Arrays have a row per period and a column per lane. What is said at an origin, the end of a period, depends on nothing
that comes later; the errors of the past are therefore those that the lane would have seen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from twin._period_kinds import PERIOD_KINDS
from twin._seasons import Season
from twin._smoothing import Broken, Damped, Line, Repeated, Smoothed

BEFORE_JUDGING = 8  # known periods of a lane before its errors are counted [period]
# Weight of an error after one period more: about 100 days, 33 weeks or months, 11 quarters. [-]
_MEMORY = {"D": 0.99, "W": 0.97, "MS": 0.97, "QS": 0.91}
_STEEPNESS = 10  # weights are errors to the power of minus this; chosen on synthetic lanes [-]
_PREFERENCE = 0.97  # share of its error that the first method is charged with [-]
_WEEKS, _YEARS = 26, 5  # seasons whose ratios make the index of a weekday, and of a time of year [-]


class Walk(NamedTuple):
    """Forecasts at every origin, and the errors of every method."""

    mean: np.ndarray  # forecasts, shape (periods, horizon, lanes) [pallet/period]
    method: np.ndarray  # number of the method with the largest weight, shape (periods, lanes)
    errors: (
        np.ndarray
    )  # sum of absolute errors of each method after the warm-up, shape (methods, lanes) [pallet/period]
    names: list[str]  # names of the methods


def walk(volumes: np.ndarray, period: str, season: int, horizon: int) -> Walk:
    """Return the forecasts at every origin, with weights from the discounted absolute errors up to it."""
    periods, lanes = volumes.shape
    indices, index_at = _indices(volumes, period, season)
    smoothed = Smoothed(lanes, _MEMORY[period], len(indices))
    others = [Damped(lanes, _MEMORY[period]), Broken(lanes), Repeated(lanes, season), Line(lanes)]
    names = [*((name and f"smoothing on {name}") or "smoothing" for name in indices), *(other.name for other in others)]
    known, seen = ~np.isnan(volumes), np.zeros(lanes)
    ahead = np.full((horizon, len(names), horizon, lanes), np.nan)  # forecasts of the last origins
    recent, errors = np.zeros((len(names), lanes)), np.zeros((len(names), lanes))
    mean, chosen = np.full((periods, horizon, lanes), np.nan), np.zeros((periods, lanes), np.int8)
    table = np.ones((len(indices), horizon, lanes))
    steps = np.arange(horizon)
    for at in range(periods):
        error = np.abs(volumes[at] - ahead[(at - 1 - steps) % horizon, :, steps])
        error = np.where(np.isnan(error), 0.0, error).sum(axis=0)
        recent *= _MEMORY[period]
        recent += error
        errors += error * (seen > BEFORE_JUDGING)
        smoothed.update(volumes[at], known[at], table[:, 0])
        for method in others:
            method.update(at, volumes[at], known[at], table[0, 0])
        seen += known[at]
        table = index_at(at, at + 1 + steps)
        said = ahead[at % horizon]
        np.maximum(smoothed.forecast(table), 0.0, out=said[: len(indices)])
        for number, method in enumerate(others, len(indices)):
            np.maximum(method.forecast(at, table[0]), 0.0, out=said[number])
        said[:, :, seen == 0] = np.nan
        weight = _weights(recent, seen > BEFORE_JUDGING)
        chosen[at] = weight.argmax(axis=0)
        mean[at] = (weight[:, np.newaxis] * said).sum(axis=0)
    return Walk(mean, chosen, errors, names)


def _weights(errors, warm):
    """Return the weight of each method and lane, shape (methods, lanes); until a lane is warm, the first has it all."""
    charged = errors * np.where(np.arange(len(errors)) == 0, _PREFERENCE, 1.0)[:, np.newaxis]
    least = charged.min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(charged > least, (least / charged) ** _STEEPNESS, 1.0)
    weight[1:] *= warm
    return weight / weight.sum(axis=0)


def _indices(
    volumes: np.ndarray, period: str, season: int
) -> tuple[list[str], Callable[[int, np.ndarray], np.ndarray]]:
    """Return the names of the indices, the one of most methods first, and a function that gives them.

    It takes the end of a period and later periods, and returns an array of the shape (names, later periods, lanes).
    """
    lanes = volumes.shape[1]
    if period == "D":
        week = Season(volumes, season, 1, _WEEKS)
        year = Season(volumes, 52 * season, 5 * season | 1, _YEARS)  # averaged over five weeks, an odd number of days

        def by_day(origin, targets):
            found = np.ones((3, len(targets), lanes))
            found[0] = week.at(origin, targets)
            np.multiply(found[0], year.at(origin, targets), out=found[2])
            return found

        return ["weekday", "", "weekday and season"], by_day
    weeks = period == "W"
    of_season = Season(volumes, season, 5 if weeks else 1, _YEARS)

    def by_season(origin, targets):
        found = np.ones((2, len(targets), lanes))
        found[int(weeks)] = of_season.at(origin, targets)
        return found

    return (["", "season"] if weeks else [PERIOD_KINDS[period].name, ""]), by_season
