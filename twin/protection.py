"""Demand summed over a protection interval, as the lane's own forecasts have missed it: reserves that keep a promise.

A buffer covers the error of a forecast that is summed from an order to its arrival. Errors of one day and the next come
together, so their sum is not that of independent days, and its spread is not the spread of the record. Here the past
forecasts of a lane are laid on the forecast of today: each earlier origin gives one path of the next periods, and the
sums over an interval of any random length are read from these paths.

`LaneErrors` has the past errors of a lane and lays them on a forecast, `over` sums the paths over an interval, and
`kept` says how often the levels would have been enough on the lane's own past.

Sources: Trapero, Cardos and Kourentzes (2019) for reserves from errors of the sum; Vovk, Gammerman and Shafer (2005) for
the rule of n + 1; Guan (2023) for weights on the origins that are like today's; Taylor (1961) for errors that grow with
a power of the mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import _conformal, _past
from twin._check import floats, nonnegative, probabilities, require, whole
from twin.demand import days_per_period
from twin.lead_time_demand import LeadTimes

Array = NDArray[np.float64]

_WARM_UP = 8  # known periods before the first forecast whose error counts [period]
_POWER = 0.5  # exponent of the forecast in the scale of an error; 1/2 is a variance in proportion to the mean [-]
_LEAST = 0.1  # least forecast in that scale, as a share of the mean volume [-]
_YEAR, _NEAR = 365.25, 31.0  # length of a year; largest distance from the same day of an earlier year [day]
_OF_SEASON = 0.5  # weight of the origins at the same time of the year, where they are enough for the level [-]
_MOST_JUDGED = 200  # most origins of the past at which a promise is judged


class DemandPaths(NamedTuple):
    """Paths of the demand of the next periods, one for each past forecast; a path is NaN from where it is not known."""

    forecast: Array  # shape (steps,) [pallet/period]
    paths: Array  # shape (n, steps), >= 0 [pallet/period]
    in_season: NDArray[np.bool_]  # shape (n,), whether a path is from the same time of an earlier year


class Kept(NamedTuple):
    """Shares of promises that were kept at earlier origins. [-]"""

    share: float  # of all judged origins; NaN if there are none
    worst: float  # the least share of 90 days, 13 weeks or 12 months in a row
    judged: int  # number of judged origins


class LaneErrors:
    """The errors of a lane's own past forecasts, in units that make those of different times alike.

    The unit of an error is the smoothed error of one step at its origin, times the root of the forecast.

    Parameters
    ----------
    volumes : array_like, shape (periods,)
        The record in time order; NaN where unknown. [pallet/period]
    past : array_like, shape (periods, steps)
        What was forecast at the end of each period, as the mean of `forecast.backtest` says. [pallet/period]
    period : "D", "W" or "MS"

    >>> from twin import forecast
    >>> record = [3.0, 5.0] * 20
    >>> errors = LaneErrors(record, forecast.backtest(record, period="W", horizon=2, level=0.9).mean, period="W")
    >>> errors.paths().forecast.tolist()
    [4.0, 4.0]
    """

    def __init__(self, volumes: ArrayLike, past: ArrayLike, *, period: str) -> None:
        self.volumes, self.past = floats("volumes", volumes), floats("past", past)
        require(self.volumes.ndim == 1 and self.volumes.size > 0, "volumes", "one series", self.volumes.shape)
        fits = self.past.ndim == 2 and len(self.past) == self.volumes.size and self.past.shape[1] > 0
        require(fits, "past", "of shape (periods, steps), a row for each volume", self.past.shape)
        self.period, self.days = period, days_per_period(period)
        known = ~np.isnan(self.volumes)
        self.age = np.cumsum(known)
        self.unit = self._units(known)
        came = _past.outcomes(self.volumes[:, np.newaxis], self.past.shape[1])[:, :, 0]
        with np.errstate(invalid="ignore", divide="ignore"):
            scaled = np.where(came == self.past, 0.0, (came - self.past) / self.unit)
        self.scaled = np.where((self.age > _WARM_UP)[:, np.newaxis] & np.isfinite(scaled), scaled, np.nan)

    def _units(self, known: NDArray[np.bool_]) -> Array:
        """Return the unit of the error of each origin and step."""
        usual = np.cumsum(np.where(known, self.volumes, 0.0)) / np.maximum(self.age, 1)
        size = np.maximum(self.past, _LEAST * usual[:, np.newaxis]) ** _POWER
        error = np.full(self.volumes.shape, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            error[1:] = np.abs(self.volumes[1:] - self.past[:-1, 0]) / size[:-1, 0]
        return _conformal.local_errors(error[:, np.newaxis]) * size

    def paths(self, at: int | None = None) -> DemandPaths:
        """Return the paths of the demand after period `at`, by default the last one, from what was known then."""
        origin = len(self.volumes) - 1 if at is None else whole("at", at, least=0)
        earlier = np.arange(origin)
        ends = earlier[:, np.newaxis] + 1 + np.arange(self.past.shape[1])
        scaled = np.where(ends <= origin, self.scaled[:origin], np.nan)
        started = ~np.isnan(scaled[:, 0])
        forecast = self.past[origin]
        away = (origin - earlier[started]) * self.days
        in_season = (np.abs((away + _YEAR / 2) % _YEAR - _YEAR / 2) <= _NEAR) & (away > _YEAR / 2)
        return DemandPaths(forecast, np.maximum(forecast + scaled[started] * self.unit[origin], 0.0), in_season)


class SummedDemand:
    """The distribution of demand over an interval, from sums of paths with weights by the rule of n + 1.

    With n sums of equal standing each has the weight 1 / (n + 1); the rest is the chance of a demand beyond all of them.
    """

    def __init__(self, sums: Array, last: Array, weights: Array) -> None:
        order = np.argsort(sums, kind="stable")
        self._sums, self._last, self._weights = sums[order], last[order], weights[order]
        self._below = np.cumsum(self._weights)

    def level(self, service_level: float) -> float:
        """Return the least level that covers demand with a probability; infinite if the paths are too few for it."""
        (share,) = probabilities(service_level=service_level)
        at = int(np.searchsorted(self._below, float(share) - 1e-9))
        return float(self._sums[at]) if at < len(self._sums) else np.inf

    def service(self, level: float) -> float:
        """Return the share of the sums that a level covers: its cycle service level on the paths. [-]"""
        return self._mean(self._sums <= level)

    def shortage(self, level: float) -> float:
        """Return the mean demand beyond a level. [pallet]"""
        return self._mean(np.maximum(self._sums - level, 0.0))

    def leftover(self, level: float) -> float:
        """Return the mean of what demand leaves of a level. [pallet]"""
        return self._mean(np.maximum(level - self._sums, 0.0))

    def fill_rate(self, level: float) -> float:
        """Return the share of demand that is met at once from a level: of that of the interval's last period. [-]"""
        demand = self._mean(self._last)
        late = self._mean(np.clip(self._sums - level, 0.0, self._last))
        return 1.0 - late / demand if demand > 0 else 1.0

    def mean(self) -> float:
        """Return the mean demand over the interval; NaN without a path. [pallet]"""
        return self._mean(self._sums)

    def _mean(self, values: Array) -> float:
        total = self._weights.sum()
        return float(values @ self._weights / total) if total > 0 else np.nan


def over(paths: DemandPaths, lead_times: LeadTimes, *, service_level: float = 0.95, first: int = 0) -> SummedDemand:
    """Return the distribution of demand over an interval of random length, from the errors of sums of one origin.

    P(X <= x) = sum_k p_k sum_o w_o 1[sum of path o over L_k periods <= x]

    Parameters
    ----------
    paths : DemandPaths
    lead_times : LeadTimes
        Law of the interval's length: lead time and review period, with probabilities p_k. [period]
    service_level : float, optional
        Probability that the weights must carry. Origins at the same time of the year have half of the weight if that
        leaves enough for it; otherwise all origins weigh alike. [-]
    first : int, optional
        Periods between now and the start of the interval, >= 0. [period]

    Limits
    ------
    A part f of a period has the part f of its forecast and the root of f of its error, as if its parts were independent.
    With normal, independent errors the level is that of `buffers.safety_stock`, apart from the noise of a sample.

    >>> paths = DemandPaths(np.full(2, 10.0), np.array([[8.0, 9.0], [12.0, 11.0], [10.0, 10.0]]), np.zeros(3, bool))
    >>> two_days = over(paths, LeadTimes([2.0], [1.0]), service_level=0.75)
    >>> two_days.level(0.75), two_days.level(0.9), two_days.mean()
    (23.0, inf, 20.0)
    """
    start, (share,) = whole("first", first, least=0), probabilities(service_level=service_level)
    (lengths,) = nonnegative(lead_times=lead_times.length)
    longest, steps = start + int(np.ceil(lengths.max())), paths.paths.shape[1]
    require(longest <= steps, "lead_times", f"so short that the interval ends within the {steps} steps", longest)
    parts = [
        (*_sums(paths, start, length), probability * _weights(paths, start, length, float(share)))
        for length, probability in zip(lengths, lead_times.probability, strict=True)
    ]
    sums, last, weights = (np.concatenate(part) for part in zip(*parts, strict=True))
    there = ~np.isnan(sums)
    return SummedDemand(sums[there], last[there], weights[there])


def past_levels(errors: LaneErrors, lead_times: LeadTimes, *, service_level: float) -> Array:
    """Return the level of `over` at the end of earlier periods, each from what was known then, shape (periods,).

    Parameters
    ----------
    errors : LaneErrors
    lead_times, service_level : as for `over`

    Returns
    -------
    ndarray of levels; NaN where none was said: at most 200 periods are tried, evenly spaced, and not those at which the
    record was too short for the service level. [pallet]
    """
    levels = np.full(len(errors.volumes), np.nan)
    first = int(np.argmax(errors.age > _WARM_UP)) + _conformal.fewest(float(service_level))
    for at in range(len(levels) - 2, first - 1, -max(1, -(-(len(levels) - first) // _MOST_JUDGED))):
        level = over(errors.paths(at), lead_times, service_level=service_level).level(service_level)
        levels[at] = level if np.isfinite(level) else np.nan
    return levels


def kept(errors: LaneErrors, lead_times: LeadTimes, levels: ArrayLike) -> Kept:
    """Return how often the level in force at the end of a period covered the demand that came after it.

    Parameters
    ----------
    errors : LaneErrors
    lead_times : as for `over`; each length counts with its probability.
    levels : array_like, shape (periods,)
        Level of each period, as of `past_levels`; NaN where it is not judged. [pallet]
    """
    given = floats("levels", levels)
    require(given.shape == errors.volumes.shape, "levels", "one for each volume", given.shape)
    share = np.full(given.shape, np.nan)
    steps = errors.past.shape[1]
    for at in np.flatnonzero(~np.isnan(given[:-1])):
        came = np.full((1, steps), np.nan)
        came[0, : len(given) - 1 - at] = errors.volumes[at + 1 : at + 1 + steps]
        path = DemandPaths(errors.past[at], came, np.zeros(1, bool))
        sums = np.array([_sums(path, 0, length)[0][0] for length in lead_times.length])
        chance = lead_times.probability * ~np.isnan(sums)
        if chance.sum() > 0:
            share[at] = chance @ (sums <= given[at]) / chance.sum()
    counted = ~np.isnan(share)
    if not counted.any():
        return Kept(np.nan, np.nan, 0)
    mean, window = float(np.mean(share[counted])), _past.WINDOW[errors.period]
    totals, counts = np.r_[0.0, np.cumsum(np.where(counted, share, 0.0))], np.r_[0, np.cumsum(counted)]
    inside = counts[window:] - counts[:-window]
    enough = inside >= max(inside.max(initial=0) / 2, 1)
    worst = np.min((totals[window:] - totals[:-window])[enough] / inside[enough], initial=mean)
    return Kept(mean, float(worst), int(counted.sum()))


def _sums(paths: DemandPaths, first: int, length: float) -> tuple[Array, Array]:
    """Return the sum of each path over an interval, and the part of it in the interval's last period."""
    total = _until(paths, first, length)
    return total, total - _until(paths, first, max(length - 1.0, 0.0))


def _until(paths: DemandPaths, first: int, length: float) -> Array:
    """Return the sum of each path over the periods from `first` on; of a part of a period, as `over` says."""
    whole_periods, part = first + int(length + 1e-9), length - int(length + 1e-9)
    total = paths.paths[:, first:whole_periods].sum(axis=1)
    if part <= 1e-9:
        return total
    mean = paths.forecast[whole_periods]
    error = paths.paths[:, whole_periods] - mean
    return total + np.maximum(part * mean + np.sqrt(part) * error, 0.0)


def _weights(paths: DemandPaths, first: int, length: float, share: float) -> Array:
    """Return the weight of each path in the distribution of one length; those that end too early count as none."""
    last = max(first + int(np.ceil(length - 1e-9)) - 1, 0)
    there = ~np.isnan(paths.paths[:, last])
    season = there & paths.in_season
    plain, of_season = (each / (each.sum() + 1.0) for each in (there, season))
    mixed = (1.0 - _OF_SEASON) * plain + _OF_SEASON * of_season
    return mixed if season.any() and mixed.sum() >= share - 1e-9 else plain
