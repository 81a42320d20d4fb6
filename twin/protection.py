"""Demand summed over a protection interval, from paths of the next periods: the level that keeps a promise.

A buffer covers the error of a forecast that is summed from an order to its arrival. Errors of one period and the next
come together, so their sum is not that of independent periods, and the spread of the record is not that of the errors.
`twin.past_errors` makes the paths from the forecasts that a lane has had; `over` sums them over an interval of any
random length, and `SummedDemand` has the levels, the service and the shortage.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin._check import probabilities, require, whole
from twin.lead_time_demand import LeadTimes

Array = NDArray[np.float64]

_OF_SEASON = 0.5  # weight of the paths from the same time of the year, where they count apart [-]
_ROUNDING = 1e-9  # largest rounding error of a length [period], of a sum of weights, and of a level as its share [-]


class DemandPaths(NamedTuple):
    """Paths of the demand of the next periods, one for each past forecast; a path is NaN from where it is not known."""

    forecast: Array  # shape (steps,), or (n, steps) where each path has its own [pallet/period]
    paths: Array  # shape (n, steps), >= 0 [pallet/period]
    in_season: NDArray[np.bool_]  # shape (n,), whether a path is from the same time of an earlier year

    def summed(self, first: int, lengths: Array) -> Array:
        """Return the sum of each path over some lengths from period `first` on, shape (n, lengths).

        Parts of a period are as `over` has them.
        """
        whole = (lengths + _ROUNDING).astype(int)
        total = np.zeros((len(self.paths), int(whole.max()) + 1))
        np.cumsum(self.paths[:, first : first + total.shape[1] - 1], axis=1, out=total[:, 1:])
        sums, part = total[:, whole], lengths - whole
        cut = np.flatnonzero(part > _ROUNDING)
        if cut.size:
            ends, share = first + whole[cut], part[cut]
            mean = self.forecast[..., ends]
            sums[:, cut] += np.maximum(share * mean + np.sqrt(share) * (self.paths[:, ends] - mean), 0.0)
        return sums


class SummedDemand:
    """The distribution of demand over an interval, from sums of paths with weights by the rule of n + 1.

    With n sums of equal standing each has the weight 1 / (n + 1); the rest is the chance of a demand beyond all.
    Means are those of the sums alone.

    last : function that returns the demand of the last period of each sum; it is called if that is asked for.
    """

    def __init__(self, sums: Array, last: Callable[[], Array], weights: Array) -> None:
        self._sums, self._of_last, self._weights = sums, last, weights

    @cached_property
    def _order(self) -> NDArray[np.intp]:
        return np.argsort(self._sums)

    @cached_property
    def _last(self) -> Array:
        return self._of_last()

    def with_weights(self, weights: Array) -> SummedDemand:
        """Return the distribution of the same sums with other weights."""
        found = copy(self)
        found._weights = weights
        return found

    def level(self, service_level: float) -> float:
        """Return the least level that covers demand with a probability; infinite if the sums are too few for it."""
        (share,) = probabilities(service_level=service_level)
        below = np.cumsum(self._weights[self._order])
        at = int(np.searchsorted(below, float(share) - _ROUNDING))
        return float(self._sums[self._order[at]]) if at < len(below) else np.inf

    def service(self, level: float) -> float:
        """Return the share of the sums that a level covers: its cycle service level. [-]"""
        return self._mean(self._sums <= level + _ROUNDING * abs(level))

    def fill_rate(self, level: float) -> float:
        """Return the share of the demand of the interval's last period that is met at once from a level. [-]"""
        demand = self._mean(self._last)
        late = self._mean(np.clip(self._sums - level, 0.0, self._last))
        return 1.0 - late / demand if demand > 0 else 1.0

    def shortage(self, level: float) -> float:
        """Return the mean demand beyond a level. [pallet]"""
        return self._mean(np.maximum(self._sums - level, 0.0))

    def leftover(self, level: float) -> float:
        """Return the mean of what demand leaves of a level. [pallet]"""
        return self._mean(np.maximum(level - self._sums, 0.0))

    def mean(self) -> float:
        """Return the mean demand over the interval; NaN without a path. [pallet]"""
        return self._mean(self._sums)

    def _mean(self, values: NDArray) -> float:
        total = self._weights.sum()
        return float(values @ self._weights / total) if total > 0 else np.nan


def over(paths: DemandPaths, lead_times: LeadTimes, *, service_level: float = 0.95, first: int = 0) -> SummedDemand:
    """Return the distribution of demand over an interval of random length, from the sums of paths.

    P(X <= x) = sum_k p_k sum_o w_o 1[sum of path o over L_k periods <= x]

    Parameters
    ----------
    paths : DemandPaths
    lead_times : LeadTimes
        Law of the interval's length: lead time and review period, with probabilities p_k. [period]
    service_level : float, optional
        The promise in view: if the plain level would have been too low for it at the same time of earlier years, the
        paths from there have half of the weight, unless they are too few. [-]
    first : int, optional
        Periods between now and the start of the interval, >= 0. [period]

    Limits
    ------
    A part f of a period has f times its forecast and the root of f times its error, as if its parts were independent.
    With independent normal errors and one length, the level is forecast + z sd, apart from the noise of a sample.

    Source
    ------
    Trapero, Cardos and Kourentzes (2019) for reserves from the errors of the sum; Vovk, Gammerman and Shafer (2005) for
    the rule of n + 1; Guan (2023) for weights on what is like today; notebook 10, eq. (10.2).

    >>> paths = DemandPaths(np.full(2, 10.0), np.array([[8.0, 9.0], [12.0, 11.0], [10.0, 10.0]]), np.zeros(3, bool))
    >>> two_days = over(paths, LeadTimes([2.0], [1.0]), service_level=0.75)
    >>> two_days.level(0.75), two_days.level(0.9), two_days.mean()
    (23.0, inf, 20.0)
    """
    start, (share,) = whole("first", first, least=0), probabilities(service_level=service_level)
    (lengths, chance), steps = lead_times.checked(), paths.paths.shape[1]
    longest = start + int(np.ceil(lengths.max() - _ROUNDING))
    require(longest <= steps, "lead_times", f"so short that the interval ends within {steps} steps", longest)
    sums = paths.summed(start, lengths)
    known = ~np.isnan(sums)

    def last() -> Array:
        return (sums - paths.summed(start, np.maximum(lengths - 1.0, 0.0)))[known]

    plain = SummedDemand(sums[known], last, (_shares(known) * chance)[known])
    here = known & paths.in_season[:, np.newaxis]
    level = plain.level(share)
    if here.any() and not _service(sums, here, chance, level) >= share:
        weights = (1.0 - _OF_SEASON) * _shares(known) + _OF_SEASON * _shares(here)
        seasonal = plain.with_weights((weights * chance)[known])
        if level < seasonal.level(share) < np.inf:
            return seasonal
    return plain


def _shares(known: NDArray[np.bool_]) -> Array:
    """Return the weight of each sum of one length by the rule of n + 1; 0 where it is unknown."""
    return known / (known.sum(axis=0) + 1.0)


def _service(sums: Array, here: NDArray[np.bool_], chance: Array, level: float) -> float:
    """Return the probability that a level covers demand over the sums in `here`."""
    weights = here / np.maximum(here.sum(axis=0), 1) * chance
    return float(np.sum(weights * (sums <= level)) / weights.sum())
