"""Moments of demand: the workload with returns, demand over a random lead time, and the excess over a level.

Flow quantities are per period of the history. Lead times are entered in days; only this module converts them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import nonnegative, numbers, require, shares
from twin._labels import Numbers, labelled
from twin._period_kinds import PERIOD_KINDS

_TINY = np.finfo(float).tiny  # smallest sd to divide by


class Moments(NamedTuple):
    """Mean and standard deviation of a random quantity, in its unit; each has the shape of its own arguments."""

    mean: Numbers
    sd: Numbers


class Shares(NamedTuple):
    """Shares of the variance of lead-time demand by their cause; they add up to one. [-]"""

    demand: Numbers
    returns: Numbers
    lead_time: Numbers


class Gaps(NamedTuple):
    """Expected demand in excess of a level, and expected leftover below it. [pallet]"""

    excess: Numbers
    leftover: Numbers


def days_per_period(period: str | float) -> float:
    """Return the length of a history's period; a month is a twelfth of 365.25 days, a quarter a fourth. [day]

    period : "D", "W", "MS", "QS", or the length itself: with five working days a week, a day stands for 1.4 days.

    >>> days_per_period("W"), days_per_period(1.4)
    (7.0, 1.4)
    """
    known = period in PERIOD_KINDS if isinstance(period, str) else _is_length(period)
    require(known, "period", f"one of {', '.join(PERIOD_KINDS)}, or a number of days > 0", period)
    return PERIOD_KINDS[period].days if isinstance(period, str) else float(period)


def period_name(period: str | float) -> str:
    """Return the name of a period in a sentence; one that is given by its length is a working day.

    >>> period_name("W"), period_name(1.4)
    ('week', 'working day')
    """
    days_per_period(period)  # refuses what is no period
    return PERIOD_KINDS[period].name if isinstance(period, str) else "working day"


def _is_length(period):
    return isinstance(period, int | float | np.number) and not isinstance(period, bool) and 0 < period < np.inf


@labelled
def lead_time_in_periods(lead_time_days: ArrayLike, period: str | float) -> Numbers:
    """Return a lead time, or its standard deviation, in periods of the history: days / days per period. [period]

    Parameters
    ----------
    lead_time_days : array_like, any shape
        Lead time or its standard deviation, >= 0. [day]
    period : "D", "W", "MS", "QS", or its length in days
        Period of the demand that is combined with the lead time.

    >>> float(lead_time_in_periods(14, "W"))
    2.0
    """
    (days,) = nonnegative(lead_time_days=lead_time_days)
    return days / days_per_period(period)


@labelled
def change_period(demand_mean: ArrayLike, demand_sd: ArrayLike, *, given: str, wanted: str) -> Moments:
    """Return the moments of demand per period of another length, if periods are independent.

    mean' = k mean,  sd' = sqrt(k) sd,  k = days(wanted) / days(given)

    Parameters
    ----------
    demand_mean, demand_sd : array_like, shapes that broadcast
        Moments of demand, both >= 0. [pallet/given period]
    given, wanted : "D", "W", "MS" or "QS"
        Period of the arguments, and period of the result.

    Returns
    -------
    Moments. [pallet/wanted period]

    Limits
    ------
    Demand of different periods is taken as independent; a season violates that.

    >>> week = change_period(100.0, 25.0, given="D", wanted="W")
    >>> float(week.mean), round(float(week.sd), 3)
    (700.0, 66.144)
    """
    mean, sd = nonnegative(demand_mean=demand_mean, demand_sd=demand_sd)
    k = days_per_period(wanted) / days_per_period(given)
    return Moments(k * mean, np.sqrt(k) * sd)


@labelled
def workload(demand_mean: ArrayLike, demand_sd: ArrayLike, return_rate: ArrayLike = 0.0) -> Moments:
    """Return the moments of the workload W = D + Bin(D, r): demand plus the returns it brings back.

    mean = (1 + r) mean_D,  var = (1 + r)^2 var_D + r (1 - r) mean_D

    Parameters
    ----------
    demand_mean, demand_sd : array_like, shapes that broadcast
        Moments of demand, both >= 0. [pallet/period]
    return_rate : array_like, optional
        Probability r that a shipped pallet comes back, 0 <= r <= 1. [-]

    Returns
    -------
    Moments. [pallet/period]

    Limits
    ------
    r = 0 is demand itself; r = 1 doubles mean and standard deviation.

    Source
    ------
    Binomial thinning; law of total variance. Notebook 02, eq. (2.1).

    >>> load = workload(100.0, 30.0, 0.1)
    >>> round(float(load.mean), 3), round(float(load.sd), 3)
    (110.0, 33.136)
    """
    mean, sd = nonnegative(demand_mean=demand_mean, demand_sd=demand_sd)
    (rate,) = shares(return_rate=return_rate)
    return Moments((1 + rate) * mean, np.sqrt((1 + rate) ** 2 * sd**2 + rate * (1 - rate) * mean))


@labelled
def lead_time_demand(
    mean: ArrayLike, sd: ArrayLike, lead_time_mean: ArrayLike, lead_time_sd: ArrayLike = 0.0
) -> Moments:
    """Return the moments of demand during a random lead time.

    mean' = L mean,  sd' = sqrt(L sd^2 + mean^2 sd_L^2)      (root sum of squares)

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the workload per period, both >= 0. [pallet/period]
    lead_time_mean, lead_time_sd : array_like
        Moments of the lead time, both >= 0. [period]

    Returns
    -------
    Moments. [pallet]

    Limits
    ------
    sd_L = 0 gives sqrt(L) sd; sd = 0 gives mean * sd_L.

    Source
    ------
    Silver, Pyke and Thomas (2017), demand during a random lead time; notebook 02, eq. (2.2).

    >>> total = lead_time_demand(100.0, 25.0, 30.0, 6.0)
    >>> float(total.mean), round(float(total.sd), 3)
    (3000.0, 615.427)
    """
    mean, sd = nonnegative(mean=mean, sd=sd)
    length, spread = nonnegative(lead_time_mean=lead_time_mean, lead_time_sd=lead_time_sd)
    return Moments(length * mean, np.sqrt(length * sd**2 + mean**2 * spread**2))


@labelled
def lead_time_demand_shares(
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    lead_time_mean: ArrayLike,
    lead_time_sd: ArrayLike,
    return_rate: ArrayLike = 0.0,
) -> Shares:
    """Return the shares of the variance of lead-time demand that demand, returns and the lead time cause.

    sigma^2 = L (1+r)^2 sd^2  +  L r(1-r) mean  +  ((1+r) mean)^2 sd_L^2

    Parameters
    ----------
    demand_mean, demand_sd : array_like, shapes that broadcast
        Moments of demand, both >= 0. [pallet/period]
    lead_time_mean, lead_time_sd : array_like
        Moments of the lead time, both >= 0. [period]
    return_rate : array_like, optional
        Probability r that a shipped pallet comes back, 0 <= r <= 1. [-]

    Returns
    -------
    Shares. [-]

    Raises
    ------
    ValueError
        If nothing varies, so that there is no variance to share.

    Source
    ------
    The terms of `workload` and `lead_time_demand`; notebook 07, eq. (7.1).

    >>> [round(float(share), 3) for share in lead_time_demand_shares(100.0, 30.0, 4.0, 0.5)]
    [0.59, 0.0, 0.41]
    """
    load, steady = workload(demand_mean, demand_sd, return_rate), workload(demand_mean, 0.0, return_rate)
    total = lead_time_demand(*load, lead_time_mean, lead_time_sd).sd ** 2
    require((total > 0) & np.isfinite(total), "variance of lead-time demand", "finite and > 0", total)
    returns = lead_time_demand(0.0, steady.sd, lead_time_mean).sd ** 2
    lead_time = lead_time_demand(load.mean, 0.0, lead_time_mean, lead_time_sd).sd ** 2
    demand = lead_time_demand(0.0, load.sd, lead_time_mean).sd ** 2 - returns
    return Shares(demand / total, returns / total, lead_time / total)


@labelled
def expected_excess(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Numbers:
    """Return E[(X - level)+] of normal X: the expected shortage, overflow or loss beyond a level.

    E = sd phi(k) - (level - mean) (1 - Phi(k)),  k = (level - mean) / sd

    Parameters
    ----------
    level, mean : array_like, shapes that broadcast
        Stock, capacity or order quantity, and the mean of X. [pallet]
    sd : array_like
        Standard deviation of X, >= 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet]

    Limits
    ------
    sd = 0 gives max(0, mean - level); level = mean gives 0.3989 sd.

    Source
    ------
    Normal loss function: Silver, Pyke and Thomas (2017); notebook 01, eq. (1.2).

    >>> round(float(expected_excess(120.0, 100.0, 30.0)), 4)
    4.5336
    """
    gap, k, sd = _standardise(level, mean, sd)
    return sd * _density(k) - gap * _special.ndtr(-k)


@labelled
def second_loss(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Numbers:
    """Return half the expected square of the excess of normal X over a level, E[((X - level)+)^2] / 2.

    E = ((sd^2 + (level - mean)^2) (1 - Phi(k)) - sd (level - mean) phi(k)) / 2,  k = (level - mean) / sd

    It is the integral of `expected_excess` beyond the level, so that a lot Q above a reorder point r leaves
    (second_loss(r) - second_loss(r + Q)) / Q pallets backordered on average.

    Parameters
    ----------
    level, mean, sd : array_like, shapes that broadcast
        As in `expected_excess`. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet^2]

    Limits
    ------
    sd = 0 gives (mean - level)^2 / 2 below the mean, and 0 above it; level = mean gives sd^2 / 4. The same of the
    leftover, E[((level - X)+)^2] / 2, is `second_loss(-level, -mean, sd)`. The relative error is below 1e-9 up to
    k = 12, and below 1e-7 up to k = 30.

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Zipkin (2000), second-order loss function of the standard normal distribution.

    >>> round(float(second_loss(120.0, 100.0, 30.0)), 4)
    68.2857
    """
    gap, k, sd = _standardise(level, mean, sd)
    return np.maximum((sd**2 + gap**2) * _special.ndtr(-k) - sd * gap * _density(k), 0.0) / 2


@labelled
def excess_and_leftover(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Gaps:
    """Return E[(X - level)+] and E[(level - X)+] of normal X.

    The smaller one is computed, and |mean - level| is added to give the other one. A difference would leave only
    rounding errors far from the mean.

    Parameters
    ----------
    level, mean, sd : array_like, shapes that broadcast
        As in `expected_excess`. [pallet]

    Returns
    -------
    Gaps, broadcast shape, both >= 0. [pallet]

    Source
    ------
    Normal loss function, Silver, Pyke and Thomas (2017); notebook 01, eq. (1.2), on both sides.

    >>> [round(float(x), 4) for x in excess_and_leftover(120.0, 100.0, 30.0)]
    [4.5336, 24.5336]
    """
    gap, k, sd = _standardise(level, mean, sd)
    k = np.abs(k)
    tail = sd * _density(k) - np.abs(gap) * _special.ndtr(-k)  # smaller of the two
    return Gaps(tail + np.maximum(-gap, 0.0), tail + np.maximum(gap, 0.0))


@labelled
def probability_above(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Numbers:
    """Return P(X > level) of normal X. [-]

    Arguments as in `expected_excess`; sd = 0 gives 1 below the mean, 0 above it and 1/2 at the mean itself.

    >>> round(float(probability_above(150.0, 100.0, 30.0)), 4)
    0.0478
    """
    return _special.ndtr(-_standardise(level, mean, sd)[1])


def _standardise(level, mean, sd):
    level, mean = numbers(level=level, mean=mean)
    (sd,) = nonnegative(sd=sd)
    gap = level - mean
    with np.errstate(over="ignore"):  # certain demand is the limit sd -> 0, with k = 0 or +-infinity
        return gap, gap / np.maximum(sd, _TINY), sd


def _density(k):
    with np.errstate(over="ignore"):  # the density at infinity is 0
        return np.exp(-0.5 * k * k) / np.sqrt(2 * np.pi)
