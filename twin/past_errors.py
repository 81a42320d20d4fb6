"""The errors of a lane's own past forecasts, laid on a forecast as paths of demand, and the promises that they kept."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import _past
from twin._check import floats, numbers, probabilities, require, whole
from twin._conformal import LARGE_SCORE, fewest
from twin._period_kinds import PERIOD_KINDS
from twin.demand import days_per_period
from twin.lead_time_demand import LeadTimes
from twin.protection import Array, DemandPaths, over

_WARM_UP = 8  # known periods before the first forecast whose error counts [period]
_GAIN, _LEAST = 0.05, 0.1  # smoothing constant of a lane's unit, and its least share of the mean error so far [-]
_SMALLER = 5.0  # ratio of two units from which an error of the smaller one is left out [-]
_ENOUGH = 2  # errors that stay if others are left out, in multiples of the fewest that a promise takes [-]
_ENLARGED = 3.0  # mean errors of the lane to which an earlier error is enlarged at most [-]
_TINY = 1e-9  # share of a unit below which an earlier one is rounding [-]
_UNKNOWN = 0.1  # largest share of unknown volumes up to which an unknown error within a path counts as none [-]
_YEAR, _NEAR = 365.25, 31.0  # length of a year; largest distance from the same day of an earlier year [day]
_INTERMITTENT = 0.5  # share of periods with flow below which a lane takes the errors of all such lanes [-]
_CLASSES = np.array([0.05, 0.1, 0.2, 0.35])  # shares that divide those lanes into classes [-]
_MOST_POOLED = 400  # most paths that are taken from a class
_MOST_JUDGED = 120  # most periods of a record at whose end a promise is judged


class Kept(NamedTuple):
    """Shares of promises that were kept at earlier origins. [-]"""

    share: float  # of all judged origins; NaN if there are none
    worst: float  # the least share of 90 days, 13 weeks or 12 months in a row
    judged: int  # number of judged origins


def same_time_of_year(away: ArrayLike, *, earlier_years: bool = True) -> NDArray[np.bool_]:
    """Return whether days in the past lie within 31 days of the same day of the year.

    Parameters
    ----------
    away : array_like
        Days since then. [day]
    earlier_years : bool, optional
        Leave out the last half-year, so that the month that has just ended does not count.

    >>> same_time_of_year([7.0, 340.0, 365.0, 500.0]).tolist()
    [False, True, True, False]
    """
    (days,) = numbers(away=away)
    return (np.abs((days + _YEAR / 2) % _YEAR - _YEAR / 2) <= _NEAR) & ((days > _YEAR / 2) | (not earlier_years))


class LaneErrors:
    """The errors of a lane's past forecasts, each with the steps of its own origin.

    An error of an earlier origin o is laid on a later forecast, at t, in proportion to the lane's *unit*: its smoothed
    absolute error of one step, at least a tenth of the mean so far. Errors of a lane that has grown become larger.

    e(o) min(u(t) / u(o), max(1, 3 u(t) / mean |e(o)|))

    The second bound holds for errors that were large for their time, such as those of the month in which a lane began:
    they are not enlarged to more than three units of today. Origins at which the unit was less than a fifth of that of
    today say little on the lane; they are left out where twice as many others remain as the promise takes.

    Parameters
    ----------
    volumes : array_like, shape (periods,)
        The record in time order; NaN where unknown. [pallet/period]
    past : array_like, shape (periods, steps)
        What was forecast at the end of each period: the mean of `forecast.backtest`. [pallet/period]
    period : "D", "W", "MS", "QS", or its length in days
    since : array_like, shape (steps,), optional
        First origin whose error counts, by step; earlier ones were made in another way (`forecast.Forecasts.since`).
        [period]

    >>> from twin import forecast
    >>> record = [3.0, 5.0] * 20
    >>> errors = LaneErrors(record, forecast.backtest(record, period="W", horizon=2, level=0.9).mean, period="W")
    >>> paths = errors.paths()
    >>> paths.paths.shape, round(float(np.nanmax(paths.paths)), 1)
    ((31, 2), 5.4)
    """

    def __init__(
        self, volumes: ArrayLike, past: ArrayLike, *, period: str | float, since: ArrayLike | None = None
    ) -> None:
        self.volumes, self.past = floats("volumes", volumes), floats("past", past)
        require(self.volumes.ndim == 1 and self.volumes.size > 0, "volumes", "one series", self.volumes.shape)
        fits = self.past.ndim == 2 and len(self.past) == self.volumes.size and self.past.shape[1] > 0
        require(fits, "past", "of shape (periods, steps), with a row for each volume", self.past.shape)
        self.period, self.days = period, days_per_period(period)
        known = ~np.isnan(self.volumes)
        self.age = np.cumsum(known)
        flows = np.cumsum(np.nan_to_num(self.volumes) > 0)
        self.share = flows / np.maximum(self.age, 1)
        self.size = np.cumsum(np.nan_to_num(self.volumes)) / np.maximum(flows, 1)
        self.error = self._errors(known)
        self.seasonal = np.zeros(self.past.shape[1], bool)  # steps whose forecast follows a season of the year
        if since is not None:
            first = floats("since", since)
            require(
                first.shape == self.past.shape[1:], "since", f"one for each of {self.past.shape[1]} steps", first.shape
            )
            self.error[np.arange(len(self.error))[:, np.newaxis] < first] = np.nan
            self.seasonal = first > 0
        self.unit = self._unit()

    def _errors(self, known: NDArray[np.bool_]) -> Array:
        """Return the error of each origin and step; NaN before the lane is old enough, and where no volume came."""
        came = _past.outcomes(self.volumes[:, np.newaxis], self.past.shape[1])[:, :, 0]
        error = np.where((self.age > _WARM_UP)[:, np.newaxis], came - self.past, np.nan)
        lived = known[np.argmax(known) :]
        if 0 < np.mean(~lived) <= _UNKNOWN:  # such as holidays
            ends = np.arange(len(known))[:, np.newaxis] + 1 + np.arange(self.past.shape[1])
            unknown = np.isnan(came) & (ends < len(known)) & (self.age > _WARM_UP)[:, np.newaxis]
            error[unknown] = 0.0
        return error

    def _unit(self) -> Array:
        """Return the unit of each origin, from the errors that were known at it."""
        size = np.abs(self.error[:-1, 0])
        known = ~np.isnan(size)
        smooth, near, sizes = [0.0], 0.0, size[known]
        gains = np.maximum(_GAIN, 1.0 / np.arange(1, len(sizes) + 1))
        for each, gain in zip(sizes.tolist(), gains.tolist(), strict=True):
            near += gain * (each - near)
            smooth.append(near)
        counts = np.cumsum(known)
        whole = np.cumsum(np.where(known, size, 0.0)) / np.maximum(counts, 1)
        return np.r_[0.0, np.maximum(np.array(smooth)[counts], _LEAST * whole)]

    def paths(self, at: int | None = None, *, service_level: float = 0.95, steps: int | None = None) -> DemandPaths:
        """Return the paths of the demand after period `at`, by default the last one, from what was known then.

        service_level : the promise in view, for which enough errors are kept [-]
        steps : first steps of the paths that are wanted; all of them by default [period]
        """
        origin = len(self.volumes) - 1 if at is None else whole("at", at, least=0)
        (share,) = probabilities(service_level=service_level)
        every = self.past.shape[1]
        wanted = every if steps is None else whole("steps", steps, least=1)
        unit, there = self.unit[origin], ~np.isnan(self.error[:origin, 0])
        alike = there & (_SMALLER * self.unit[:origin] >= unit)
        whole_paths = alike[: max(origin - every + 1, 0)] & ~np.isnan(self.error[: max(origin - every + 1, 0), -1])
        if np.sum(whole_paths) >= _ENOUGH * fewest(float(share)):
            there = alike
        chosen, forecast = np.flatnonzero(there), self.past[origin, :wanted]
        earlier, ratio = self.error_known(origin, wanted)[chosen], np.ones(len(chosen))
        if unit > 0:
            mean = self._mean_error[chosen, np.minimum(origin - chosen, every) - 1]
            own, size = (np.maximum(each, _TINY * unit) for each in (self.unit[chosen], mean))
            ratio = np.minimum(unit / own, np.maximum(_ENLARGED * unit / size, 1.0))
            ratio[self.unit[chosen] == 0] = 1.0  # no error was known yet, so it had no unit
        in_season = same_time_of_year((origin - chosen) * self.days)
        return DemandPaths(forecast, np.maximum(forecast + earlier * ratio[:, np.newaxis], 0.0), in_season)

    @cached_property
    def _mean_error(self) -> Array:
        """Mean absolute error of the first steps of each origin, shape (periods, steps); NaN before there is any."""
        there = ~np.isnan(self.error)
        total = np.cumsum(np.where(there, np.abs(self.error), 0.0), axis=1)
        with np.errstate(invalid="ignore"):
            return total / np.cumsum(there, axis=1)

    def error_known(self, origin: int, steps: int | None = None) -> Array:
        """Return the errors of the origins before one, shape (origin, steps); NaN where they were not known at it."""
        found = self.error[:origin, :steps].copy()
        for step in range(min(found.shape[1], origin)):
            found[origin - step :, step] = np.nan
        return found

    @property
    def ever_intermittent(self) -> bool:
        """Whether most periods up to some period are without flow."""
        return bool(np.any((self.age > _WARM_UP) & (self.share > 0) & (self.share < _INTERMITTENT)))

    def intermittent(self, at: int) -> bool:
        """Return whether most periods up to `at` are without flow."""
        return bool(self.age[at] > _WARM_UP and 0 < self.share[at] < _INTERMITTENT)


class ErrorPool:
    """The errors of all intermittent lanes of a table, in units of a flow's mean size, by share of periods with flow.

    A pool carries promises for which each of its lanes has too few errors.

    lanes : errors of all lanes, of records that end in the same period
    """

    def __init__(self, lanes: Sequence[LaneErrors]) -> None:
        few = [lane for lane in lanes if lane.ever_intermittent]
        self._found: dict[tuple[int, int], Array] = {}
        names = ("error", "size", "share", "age")
        self._error, self._size, share, age = (np.array([getattr(lane, name) for lane in few]) for name in names)
        if few:
            self._class = np.where(
                (age > _WARM_UP) & (share > 0) & (share < _INTERMITTENT),
                np.searchsorted(_CLASSES, share, side="right"),
                -1,
            )
            self._there, self._whole = ~np.isnan(self._error[:, :, 0]), ~np.isnan(self._error[:, :, -1])

    def paths(
        self, lane: LaneErrors, at: int | None = None, *, service_level: float = 0.95, steps: int | None = None
    ) -> DemandPaths:
        """Return the paths of a lane: from the pool if it is intermittent, otherwise its own, as `LaneErrors.paths`."""
        origin = len(lane.volumes) - 1 if at is None else whole("at", at, least=0)
        if not lane.intermittent(origin):
            return lane.paths(origin, service_level=service_level, steps=steps)
        errors = self._errors(origin, int(np.searchsorted(_CLASSES, lane.share[origin], side="right")))[:, :steps]
        forecast = lane.past[origin, :steps]
        return DemandPaths(
            forecast, np.maximum(forecast + errors * lane.size[origin], 0.0), np.zeros(len(errors), bool)
        )

    def _errors(self, origin: int, kind: int) -> Array:
        """Return errors of the lanes of a class, in units of size; a part of them, evenly, if they are many."""
        if (origin, kind) not in self._found:
            members, steps = np.flatnonzero(self._class[:, origin] == kind), self._error.shape[2]
            there = self._there[members, :origin]
            ended = there[:, : max(origin - steps + 1, 0)] & self._whole[members, : max(origin - steps + 1, 0)]
            lane, start = np.nonzero(ended if ended.sum() >= _MOST_POOLED else there)
            chosen = np.linspace(0, len(lane) - 1, min(len(lane), _MOST_POOLED)).round().astype(int)
            self._found[origin, kind] = self._in_sizes(members[lane[chosen]], start[chosen], origin)
        return self._found[origin, kind]

    def _in_sizes(self, lane, start, origin):
        """Return errors of some starts that are known at an origin, in units of size; large ones as in `_conformal`."""
        ends = start[:, np.newaxis] + 1 + np.arange(self._error.shape[2])
        error = np.where(ends <= origin, self._error[lane, start], np.nan)
        mean = np.nanmean(np.abs(error), axis=1)
        size = np.maximum(self._size[lane, start], np.minimum(self._size[lane, origin], mean / LARGE_SCORE))
        return error / np.maximum(size, 1e-300)[:, np.newaxis]


def past_levels(
    errors: LaneErrors, lead_times: LeadTimes, *, service_level: float, pool: ErrorPool | None = None
) -> Array:
    """Return the level of `protection.over` at the end of earlier periods, each from what was known then.

    Parameters
    ----------
    errors : LaneErrors
    lead_times, service_level : as for `protection.over`
    pool : ErrorPool, optional
        Errors for the periods at which the lane is intermittent.

    Returns
    -------
    ndarray, shape (periods,); NaN where none was said: at most 120 periods are tried, evenly spaced, and not those at
    which the record was too short for the service level. [pallet]
    """
    (share,) = probabilities(service_level=service_level)
    levels = np.full(len(errors.volumes), np.nan)
    first = int(np.argmax(errors.age > _WARM_UP))
    steps = int(np.ceil(lead_times.checked()[0].max()))
    for at in range(len(levels) - 2, first, -max(1, -(-(len(levels) - first) // _MOST_JUDGED))):
        given = {"service_level": float(share), "steps": steps}
        paths = errors.paths(at, **given) if pool is None else pool.paths(errors, at, **given)
        level = over(paths, lead_times, service_level=float(share)).level(float(share))
        levels[at] = level if np.isfinite(level) else np.nan
    return levels


def kept(errors: LaneErrors, lead_times: LeadTimes, levels: ArrayLike) -> Kept:
    """Return how often the level in force at the end of a period covered the demand that came after it.

    Parameters
    ----------
    errors : LaneErrors
    lead_times : LeadTimes
        Each length counts with its probability. [period]
    levels : array_like, shape (periods,)
        Level of each period, such as that of `past_levels`; NaN where it is not judged. [pallet]
    """
    given = floats("levels", levels)
    require(given.shape == errors.volumes.shape, "levels", "one for each volume", given.shape)
    length, chance = lead_times.checked()
    steps = errors.past.shape[1]
    require(length <= steps, "lead_times", f"at most the {steps} steps of the errors", length)
    came = DemandPaths(errors.past, errors.past + errors.error, np.zeros(len(given), bool))
    sums = came.summed(0, length)
    weight = ~np.isnan(sums) * chance
    met = np.sum(weight * (sums <= (given + 1e-9 * np.abs(given))[:, np.newaxis]), axis=1)
    total = np.where(np.isnan(given), 0.0, weight.sum(axis=1))
    share = np.divide(met, total, out=np.full(given.shape, np.nan), where=total > 0)
    counted = ~np.isnan(share)
    if not counted.any():
        return Kept(np.nan, np.nan, 0)
    mean = float(np.mean(share[counted]))
    window = (
        PERIOD_KINDS[errors.period].window
        if isinstance(errors.period, str)
        else round(PERIOD_KINDS["D"].window / errors.days)
    )
    totals, counts = np.r_[0.0, np.cumsum(np.where(counted, share, 0.0))], np.r_[0, np.cumsum(counted)]
    inside = counts[window:] - counts[:-window]
    enough = inside >= max(inside.max(initial=0) / 2, 1)
    worst = np.min((totals[window:] - totals[:-window])[enough] / inside[enough], initial=mean)
    return Kept(mean, float(worst), int(counted.sum()))
