"""Forecasts of many lanes at every origin of their records, by the methods with the least error on the lane's own past.

Each method is weighted with a power of its error (Bates and Granger 1969), which falls so steeply that methods far from
the best say nothing; ones that are about as good are averaged, since their order is chance.

Arrays have a row per period and a column per lane. What is said at an origin, the end of a period, depends on nothing
that comes later; the errors of the past are therefore those that the lane would have seen.
"""

from __future__ import annotations

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


def walks(volumes: np.ndarray, period: str, season: int, horizons: tuple[int, ...]) -> list[Walk]:
    """Return the forecasts at every origin for each horizon, with weights from the discounted absolute errors up to it.

    The methods go through the record once, as far ahead as the longest horizon.
    """
    periods, lanes = volumes.shape
    longest = max(horizons)
    indices, groups = _candidates(volumes, period, season)
    names = [name for method, _ in groups for name in method.names]
    known, seen = ~np.isnan(volumes), np.zeros(lanes)
    ahead = np.full((longest, len(names), longest, lanes), np.nan)  # forecasts of the last origins
    recent, errors = np.zeros((2, len(horizons), len(names), lanes))
    means = [np.full((periods, steps, lanes), np.nan) for steps in horizons]
    chosen = np.zeros((len(horizons), periods, lanes), np.int8)
    table = np.ones((len(groups[0][0].names), 1, lanes))  # indices of the coming periods
    steps = np.arange(longest)
    for at in range(periods):
        error = ahead[(at - 1 - steps) % longest, :, steps]
        np.abs(np.subtract(volumes[at], error, out=error), out=error)
        recent *= _MEMORY[period]
        warm = seen > BEFORE_JUDGING
        for place, horizon in enumerate(horizons):
            total = error[:horizon].sum(axis=0)
            if np.isnan(total).any():  # such as of holidays
                error[np.isnan(error)] = 0.0
                total = error[:horizon].sum(axis=0)
            recent[place] += total
            errors[place] += total * warm
        for method, on in groups:
            method.update(at, volumes[at], known[at], table[on, 0])
        seen += known[at]
        warm = seen > BEFORE_JUDGING
        table = indices(at, at + 1 + steps)
        said, first = ahead[at % longest], 0
        for method, on in groups:
            last = first + len(method.names)
            np.maximum(method.forecast(at, table[on]), 0.0, out=said[first:last])
            first = last
        if not seen.all():
            said[:, :, seen == 0] = np.nan
        for place, horizon in enumerate(horizons):
            weight = _weights(recent[place], warm)
            chosen[place, at] = np.argmax(weight, axis=0)
            np.sum(weight[:, np.newaxis] * said[:, :horizon], axis=0, out=means[place][at])
    return [Walk(*found, names) for found in zip(means, chosen, errors, strict=True)]


def _weights(errors, warm):
    """Return the weight of each method and lane, shape (methods, lanes); until a lane is warm, the first has it all."""
    charged = errors * np.where(np.arange(len(errors)) == 0, _PREFERENCE, 1.0)[:, np.newaxis]
    least = charged.min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(charged > least, (least / charged) ** _STEEPNESS, 1.0)
    weight[1:] *= warm
    return weight / weight.sum(axis=0)


def _candidates(volumes, period, season):
    """Return the function of the indices of periods, a row each, and the methods in the order of preference.

    Each method has the rows of its indices: smoothing is tried on all of them, the others on the main one.
    """
    if period == "D":
        week = Season(volumes, season, 1, _WEEKS)
        year = Season(volumes, 52 * season, 5 * season | 1, _YEARS)  # averaged over five weeks, an odd number of days
        names, seasons = ("weekday", "", "weekday and season"), (week, year)
    elif period == "W":
        names, seasons = ("", "season"), (Season(volumes, season, 5, _YEARS),)
    else:
        names, seasons = (PERIOD_KINDS[period].name, ""), (Season(volumes, season, 1, _YEARS),)
    row = int(period == "W")  # of the index of the first season

    def indices(origin, targets):
        """Return the index of each target, shape (names, targets, lanes)."""
        found = np.ones((len(names), len(targets), volumes.shape[1]))
        found[row] = seasons[0].at(origin, targets)
        if len(seasons) > 1:
            np.multiply(found[row], seasons[1].at(origin, targets), out=found[-1])
        return found

    lanes, memory = volumes.shape[1], _MEMORY[period]
    smoothing = Smoothed(lanes, memory, [(name and f"smoothing on {name}") or "smoothing" for name in names])
    others = (Damped(lanes, memory), Broken(lanes), Repeated(lanes, season), Line(lanes))
    return indices, [(smoothing, slice(None)), *((method, 0) for method in others)]
