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


def walk(volumes: np.ndarray, period: str, season: int, horizon: int) -> Walk:
    """Return the forecasts at every origin, with weights from the discounted absolute errors up to it."""
    periods, lanes = volumes.shape
    indices, methods = _candidates(volumes, period, season)
    known, seen = ~np.isnan(volumes), np.zeros(lanes)
    ahead = np.full((horizon, len(methods), horizon, lanes), np.nan)  # forecasts of the last origins
    recent, errors = np.zeros((len(methods), lanes)), np.zeros((len(methods), lanes))
    mean, chosen = np.full((periods, horizon, lanes), np.nan), np.zeros((periods, lanes), np.int8)
    table = dict.fromkeys(indices, np.ones((horizon, lanes)))
    steps = np.arange(horizon)
    for at in range(periods):
        error = np.abs(volumes[at] - ahead[(at - 1 - steps) % horizon, :, steps])
        error = np.where(np.isnan(error), 0.0, error).sum(axis=0)
        recent *= _MEMORY[period]
        recent += error
        errors += error * (seen > BEFORE_JUDGING)
        for method, index in methods:
            method.update(at, volumes[at], known[at], table[index][0])
        seen += known[at]
        table = {name: index(at, at + 1 + steps) for name, index in indices.items()}
        said = ahead[at % horizon]
        for number, (method, index) in enumerate(methods):
            np.maximum(method.forecast(at, table[index]), 0.0, out=said[number])
        said[:, :, seen == 0] = np.nan
        weight = _weights(recent, seen > BEFORE_JUDGING)
        chosen[at] = np.argmax(weight, axis=0)
        mean[at] = np.sum(weight[:, np.newaxis] * said, axis=0)
    return Walk(mean, chosen, errors, [method.name for method, _ in methods])


def _weights(errors, warm):
    """Return the weight of each method and lane, shape (methods, lanes); until a lane is warm, the first has it all."""
    charged = errors * np.where(np.arange(len(errors)) == 0, _PREFERENCE, 1.0)[:, np.newaxis]
    least = charged.min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(charged > least, (least / charged) ** _STEEPNESS, 1.0)
    weight[1:] *= warm
    return weight / weight.sum(axis=0)


def _candidates(volumes, period, season):
    """Return the indices by name, and the methods in the order of preference, each with the name of its index."""
    lanes = volumes.shape[1]
    indices = {"": lambda origin, targets: np.ones((len(targets), lanes))}
    if period == "D":
        week = Season(volumes, season, 1, _WEEKS)
        year = Season(volumes, 52 * season, 5 * season | 1, _YEARS)  # averaged over five weeks, an odd number of days
        indices["weekday"] = week.at
        indices["weekday and season"] = lambda origin, targets: week.at(origin, targets) * year.at(origin, targets)
    elif period == "W":
        indices["season"] = Season(volumes, season, 5, _YEARS).at
    else:
        indices[PERIOD_KINDS[period].name] = Season(volumes, season, 1, _YEARS).at
    main = {"D": "weekday", "W": ""}.get(period, PERIOD_KINDS[period].name)
    methods = [
        (Smoothed(lanes, _MEMORY[period], (name and f"smoothing on {name}") or "smoothing"), name)
        for name in sorted(indices, key=lambda name: name != main)
    ]
    others = [Damped(lanes, _MEMORY[period]), Broken(lanes)]
    naive = [(Repeated(lanes, season), ""), (Line(lanes), "")]
    return indices, methods + [(method, main) for method in others] + naive
