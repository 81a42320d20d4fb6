"""Forecasts of many lanes at every origin of their records, by the methods with the least error on the lane's own past.

Each method is weighted with a power of its error (Bates and Granger 1969), which falls so steeply that methods far from
the best say nothing; ones that are about as good are averaged, since their order is chance.

Arrays have a row per period and a column per lane. What is said at an origin, the end of a period, depends on nothing
that comes later; the errors of the past are therefore those that the lane would have seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

import numpy as np

from twin._past import outcomes
from twin._period_kinds import PERIOD_KINDS
from twin._seasons import Season, cumulated
from twin._smoothing import Broken, Damped, Line, Repeated, Smoothed

BEFORE_JUDGING = 8  # known periods of a lane before its errors are counted [period]
# Weight of an error after one period more: about 100 days, 33 weeks or months, 11 quarters. [-]
_MEMORY = {"D": 0.99, "W": 0.97, "MS": 0.97, "QS": 0.91}
_STEEPNESS = 10  # weights are errors to the power of minus this; chosen on synthetic lanes [-]
_PREFERENCE = 0.97  # share of its error that the first method is charged with [-]
_NUMBERS = 2**21  # most forecasts of all methods that are held at a time [number]
_WEEKDAY, _BOTH = "weekday", "weekday and season"  # names of the indices of days
_WEEKS, _YEARS = 26, 5  # seasons whose ratios make the index of a weekday, and of a time of year [-]


class Walk(NamedTuple):
    """Forecasts at every origin, and the errors of every method."""

    mean: np.ndarray  # forecasts, shape (periods, horizon, lanes) [pallet/period]
    method: np.ndarray  # number of the method with the largest weight, shape (periods, lanes)
    errors: (
        np.ndarray
    )  # sum of absolute errors of each method after the warm-up, shape (methods, lanes) [pallet/period]
    names: list[str]  # names of the methods


class Methods:
    """The states of all methods at every origin of some records; they do not depend on the horizon."""

    def __init__(self, volumes: np.ndarray, period: str, season: int) -> None:
        self._volumes, self._memory = volumes, _MEMORY[period]
        self._seasons, self._methods = _candidates(volumes, period, season)
        known, origins = ~np.isnan(volumes), np.arange(len(volumes))
        self._seen = cumulated(known)  # known periods before each period, and at the end
        coming = {
            name: np.broadcast_to(index, (1, *volumes.shape))[0]
            for name, index in self._indices(origins[np.newaxis] + 1).items()
        }
        states: list[list] = [[] for _ in self._methods]
        for at, volume in enumerate(volumes):
            for (method, name), past in zip(self._methods, states, strict=True):
                method.update(at, volume, known[at], coming[name][at - 1] if at else np.ones(len(volume)))
                past.append(method.state())
        self._states = [[np.array(part) for part in zip(*past, strict=True)] for past in states]

    def of(self, lanes: slice) -> Methods:
        """Return the states of a part of the lanes."""
        return self._with(lambda arrays: arrays[0][:, lanes], [self])

    @staticmethod
    def joined(parts: Sequence[Methods]) -> Methods:
        """Return the states of lanes whose records were walked through apart from each other."""
        return parts[0]._with(lambda arrays: np.concatenate(arrays, axis=1), parts)

    def _with(self, made, parts):
        """Return these methods with arrays that are made from those of some others."""
        found = copy(self)
        for name in ("_volumes", "_seen"):
            setattr(found, name, made([getattr(each, name) for each in parts]))
        found._seasons = {
            name: season.like(made, [each._seasons[name] for each in parts]) for name, season in self._seasons.items()
        }
        found._states = [
            [made([each._states[method][at] for each in parts]) for at in range(len(states))]
            for method, states in enumerate(self._states)
        ]
        return found

    def walk(self, horizon: int) -> Walk:
        """Return the forecasts at every origin, with weights from the discounted absolute errors up to it."""
        periods, lanes = self._volumes.shape
        mean, chosen = np.empty((periods, horizon, lanes)), np.empty((periods, lanes), np.int8)
        errors = np.empty((len(self._methods), lanes))
        width = max(1, _NUMBERS // (len(self._methods) * periods * horizon))
        for start in range(0, lanes, width):
            part = slice(start, start + width)
            mean[:, :, part], chosen[:, part], errors[:, part] = self.of(part)._walked(horizon)
        return Walk(mean, chosen, errors, [method.name for method, _ in self._methods])

    def _walked(self, horizon):
        """Return the forecasts of every origin, the method of the largest weight, and the sums of errors."""
        periods, lanes = self._volumes.shape
        origins, steps = np.arange(periods), np.arange(horizon)
        indices = self._indices(origins + 1 + steps[:, np.newaxis])
        outcome = np.moveaxis(outcomes(self._volumes, horizon), 1, 0)
        unseen = self._seen[1:] == 0
        said = np.empty((len(self._methods), horizon, periods, lanes))
        came = np.zeros((len(self._methods), periods, lanes))  # errors of what was said of a period, over all steps
        error = np.empty(said.shape[1:])
        for (method, name), states, ahead, sums in zip(self._methods, self._states, said, came, strict=True):
            np.maximum(method.ahead(states, origins, horizon, indices[name]), 0.0, out=ahead)
            if unseen.any():
                ahead[:, unseen] = np.nan
            np.abs(np.subtract(outcome, ahead, out=error), out=error)
            np.fmax(error, 0.0, out=error)  # no error where one is unknown
            for step in range(min(horizon, periods - 1)):
                sums[step + 1 :] += error[step, : periods - 1 - step]
        recent, now = np.empty(came.shape), np.zeros((len(said), lanes))
        for at in range(periods):
            now *= self._memory
            now += came[:, at]
            recent[:, at] = now
        weight = _weights(recent, self._seen[1:] > BEFORE_JUDGING)
        mean = weight[0] * said[0]
        for each, ahead in zip(weight[1:], said[1:], strict=True):
            mean += np.multiply(each, ahead, out=error)
        judged = np.sum(came * (self._seen[:-1] > BEFORE_JUDGING), axis=1)
        return np.moveaxis(mean, 0, 1), np.argmax(weight, axis=0), judged

    def _indices(self, targets):
        """Return the index of the targets of every origin by name, shape (horizon, origins, lanes)."""
        found = {name: season.at(np.arange(targets.shape[1]), targets) for name, season in self._seasons.items()}
        if _WEEKDAY in found:
            found[_BOTH] = found[_WEEKDAY] * found[_BOTH]
        return {"": np.ones((1, 1, 1)), **found}


def _weights(errors, warm):
    """Return the weight of each method, shape (methods, periods, lanes); until a lane is warm, the first has it all."""
    charged = errors.copy()
    charged[0] *= _PREFERENCE
    least = charged.min(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.where(charged > least, (least / charged) ** _STEEPNESS, 1.0)
    weight[1:] *= warm
    return weight / weight.sum(axis=0)


def _candidates(volumes, period, season):
    """Return the seasons by name, and the methods in the order of preference, each with the name of its index.

    On days, the season of the year is that beside the weekday's.
    """
    lanes = volumes.shape[1]
    if period == "D":  # the season of the year is averaged over five weeks, an odd number of days
        seasons = {
            _WEEKDAY: Season(volumes, season, 1, _WEEKS),
            _BOTH: Season(volumes, 52 * season, 5 * season | 1, _YEARS),
        }
    elif period == "W":
        seasons = {"season": Season(volumes, season, 5, _YEARS)}
    else:
        seasons = {PERIOD_KINDS[period].name: Season(volumes, season, 1, _YEARS)}
    main = {"D": _WEEKDAY, "W": ""}.get(period, PERIOD_KINDS[period].name)
    methods = [
        (Smoothed(lanes, _MEMORY[period], (name and f"smoothing on {name}") or "smoothing"), name)
        for name in sorted(["", *seasons], key=lambda name: name != main)
    ]
    others = [Damped(lanes, _MEMORY[period]), Broken(lanes)]
    naive = [(Repeated(lanes, season), ""), (Line(lanes), "")]
    return seasons, methods + [(method, main) for method in others] + naive
