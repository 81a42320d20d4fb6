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
from numpy.lib.stride_tricks import sliding_window_view

from twin._far_ahead import FarAhead, FarErrors, far_share
from twin._period_kinds import PERIOD_KINDS
from twin._seasons import Season, cumulated
from twin._smoothing import Broken, Damped, Line, Repeated, Smoothed

BEFORE_JUDGING = 8  # known periods of a lane before its errors are counted [period]
# Weight of an error after one period more: about 100 days, 33 weeks or months, 11 quarters. [-]
_MEMORY = {"D": 0.99, "W": 0.97, "MS": 0.97, "QS": 0.91}
_JUDGED = {"D": 7, "W": 4, "MS": 3, "QS": 2}  # first steps whose errors weight the methods of the first weeks [period]
_STEEPNESS = 10  # weights are errors to the power of minus this; chosen on synthetic lanes [-]
_PREFERENCE = 0.97  # share of its error that the first method is charged with [-]
_NUMBERS = 2**18  # most errors of all methods that are held at a time [number]
_AT_ONCE = 2**15  # most forecasts of a method that are made at a time, so few that they stay in the cache [number]
_WEEKDAY, _BOTH = "weekday", "weekday and season"  # names of the indices of days
_WEEKS, _YEARS = 26, 5  # seasons whose ratios make the index of a weekday, and of a time of year [-]


class Walk(NamedTuple):
    """Forecasts at every origin, and the errors of the naive answers: the volume a season ago, and the line."""

    mean: np.ndarray  # forecasts, shape (periods, horizon, lanes) [pallet/period]
    method: np.ndarray  # number of the method with the largest weight, shape (periods, lanes)
    naive: np.ndarray  # sums of absolute errors of the last two methods after the warm-up, (2, lanes) [pallet/period]
    names: list[str]  # names of the methods
    far: FarAhead  # of the steps months ahead, arrays of shape (lanes,)


class Methods:
    """The states of all methods at every origin of some records; they do not depend on the horizon."""

    def __init__(self, volumes: np.ndarray, period: str, season: int) -> None:
        self._volumes, self._memory, self._judged = volumes, _MEMORY[period], _JUDGED[period]
        self._seasons, self._methods = _candidates(volumes, period, season)
        self._yearly = {"D": _BOTH, "W": "season"}.get(period, "")  # name of the index of the time of year
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
        """Return the forecasts at every origin, with weights from the absolute errors up to it.

        The weights of the first weeks are those of the first steps, and the weights of steps months ahead those of
        `_far_ahead`, so that a forecast of a period does not depend on the horizon.
        """
        periods, lanes = self._volumes.shape
        mean, chosen = np.empty((horizon, periods, lanes)), np.empty((periods, lanes), np.int8)
        naive, year = np.empty((2, lanes)), self._seasons[self._yearly].length if self._yearly else 0
        far = FarAhead(np.full(lanes, np.nan), np.zeros(lanes, np.int64), year)
        width = max(1, _NUMBERS // (len(self._methods) * periods))
        for start in range(0, lanes, width):
            part = slice(start, start + width)
            chosen[:, part], naive[:, part], (far.season[part], far.since[part]) = self.of(part)._walked(
                mean[:, :, part]
            )
        return Walk(np.moveaxis(mean, 0, 1), chosen, naive, [method.name for method, _ in self._methods], far)

    def _walked(self, mean):
        """Put the forecasts of every origin into `mean`; return methods of largest weight, naive errors and `FarAhead`.

        The forecasts of the judged steps are made twice, some steps at a time, which is quicker than to hold them all.
        """
        horizon, periods, lanes = mean.shape
        year = self._seasons[self._yearly].length if self._yearly else 0
        year = year if far_share(horizon, year) > 0 else 0  # a few weeks ahead need no errors of months ahead
        later = ((0, max(horizon, self._judged, year)), (0, 0))
        coming = sliding_window_view(np.pad(self._volumes, later, constant_values=np.nan), periods, 0)
        outcome = np.moveaxis(coming, 2, 1)  # of each step from 0 on, and each origin
        came = np.zeros((len(self._methods), periods, lanes))  # errors of what was said of a period, over judged steps
        for steps in self._blocks(self._judged):
            for ahead, sums in zip(self._ahead(steps), came, strict=True):
                _add_errors(sums, steps, ahead, outcome)
        recent, now = np.empty(came.shape), np.zeros((len(came), lanes))
        for at in range(periods):
            now *= self._memory
            now += came[:, at]
            recent[:, at] = now
        weight = _weights(recent, self._seen[1:] > BEFORE_JUDGING)
        weight_far, far = self._far(weight, outcome, year)
        naive = np.zeros((2, periods, lanes))  # errors of what the last two methods said of a period, over all steps
        counted = [None] * (len(weight) - 2) + list(naive)
        for steps in self._blocks(horizon):
            said = mean[steps[0] - 1 : steps[-1]]
            said[:] = 0.0
            share = np.array([far_share(step, year) for step in steps.tolist()])[:, np.newaxis, np.newaxis]
            both = zip(weight, weight_far, strict=True)
            for (near, later), ahead, sums in zip(both, self._ahead(steps), counted, strict=True):
                said += (near if not share.any() else near + share * (later - near)) * ahead
                if sums is not None:
                    _add_errors(sums, steps, ahead, outcome)
        return np.argmax(weight, axis=0), np.sum(naive * (self._seen[:-1] > BEFORE_JUDGING), axis=1), far

    def _far(self, near, outcome, year):
        """Return the weights of steps months ahead, and `FarAhead`.

        The method with a season of the year has the weight that its errors months ahead give it against all others, and
        these share the rest as they do in `near`; until the errors are enough, the weights are `near`.
        """
        lanes = near.shape[2]
        if not year:
            return near, (np.full(lanes, np.nan), np.zeros(lanes, np.int64))
        others = near.copy()
        yearly = next(at for at, (_, name) in enumerate(self._methods) if name == self._yearly)
        others[yearly] = 0.0
        total = others.sum(axis=0)
        others = np.where(total > 0, others / np.where(total > 0, total, 1.0), 1 / (len(near) - 1))
        far = FarErrors((2, *near.shape[1:]), year, self._seasons[self._yearly].known())
        for step in far.steps:
            said, season = np.zeros((1, *near.shape[1:])), None
            for at, (each, ahead) in enumerate(zip(others, self._ahead(np.array([step])), strict=True)):
                season = ahead if at == yearly else season
                said += each * ahead if at != yearly else 0.0
            far.add(step, outcome[step], (said, season))
        without, share = _weights(far.errors(), far.enough)
        weight = others * without
        weight[yearly] = share
        return np.where(far.enough, weight, near), far.far_ahead(share)

    def _blocks(self, last):
        """Return the steps from 1 to the last in blocks."""
        size = max(1, _AT_ONCE // self._volumes.size)
        return [np.arange(first, min(first + size, last + 1)) for first in range(1, last + 1, size)]

    def _ahead(self, steps):
        """Yield what each method says some steps ahead of every origin, shape (steps, periods, lanes)."""
        origins, unseen = np.arange(len(self._volumes)), self._seen[1:] == 0
        indices, late = self._indices(origins + steps[:, np.newaxis]), unseen.any()
        for (method, name), states in zip(self._methods, self._states, strict=True):
            said = np.maximum(method.ahead(states, origins, steps, indices[name]), 0.0)
            if late:
                said[:, unseen] = np.nan
            yield said

    def _indices(self, targets):
        """Return the index of the targets of every origin by name, shape (horizon, origins, lanes)."""
        found = {name: season.at(np.arange(targets.shape[1]), targets) for name, season in self._seasons.items()}
        if _WEEKDAY in found:
            found[_BOTH] = found[_WEEKDAY] * found[_BOTH]
        return {"": np.ones((1, 1, 1)), **found}


def _add_errors(sums, steps, ahead, outcome):
    """Add the absolute errors of what was said some steps ahead to those of the periods it was said of.

    sums has the shape (periods, lanes), ahead (steps, periods, lanes); outcome has a row more, for step 0.
    """
    error = np.abs(np.subtract(outcome[steps[0] : steps[-1] + 1], ahead, out=ahead), out=ahead)
    np.fmax(error, 0.0, out=error)  # no error where one is unknown
    for step, each in zip(steps.tolist(), error, strict=True):
        sums[step:] += each[: max(len(sums) - step, 0)]


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
