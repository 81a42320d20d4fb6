"""Monte Carlo: seeded draws of demand, lead times and profits, and estimates with their standard errors.

All random numbers, except those of the synthetic lanes, come from `generator`; the same seed gives the same draws on
every machine. A Monte Carlo check accepts a closed form that lies within four standard errors of the simulated mean.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import demand as moments
from twin._check import nonnegative, numbers, positive, require, shares, whole
from twin._labels import Numbers, labelled, labelled_by_row

_BLOCK = 2**16  # draws processed at a time; temporary arrays of this size fit into the cache [draw]


class PolicyFlows(NamedTuple):
    """Flows of one period: demand, workload, leftover stock, shortage and overflow to the partner. [pallet]"""

    demand: NDArray[np.float64]
    workload: NDArray[np.float64]
    leftover: NDArray[np.float64]
    shortage: NDArray[np.float64]
    overflow: NDArray[np.float64]


class Estimate(NamedTuple):
    """Mean of simulated values and its standard error, in the unit of the values."""

    mean: float
    standard_error: float

    def agrees(self, value: float, errors: float = 4.0) -> bool:
        """Return whether `value` lies within that many standard errors of the mean, up to rounding."""
        return bool(abs(value - self.mean) <= errors * self.standard_error + 1e-12 * abs(self.mean))


def generator(seed: int) -> np.random.Generator:
    """Return the random generator of a seed, which is a whole number.

    >>> int(generator(7).integers(1000))
    944
    """
    return np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))


def estimate(values: ArrayLike) -> Estimate:
    """Return mean and standard error of independent simulated values.

    Parameters
    ----------
    values : array_like, shape (n,), n >= 2

    >>> estimate([1.0, 2.0, 3.0, 4.0])
    Estimate(mean=2.5, standard_error=0.6454972243679028)
    """
    (values,) = numbers(values=values)
    require(values.ndim == 1 and values.size >= 2, "values", "a list of at least two numbers", values.shape)
    return Estimate(float(values.mean()), float(values.std(ddof=1) / np.sqrt(values.size)))


def demand(mean: float, sd: float, *, samples: int, seed: int) -> NDArray[np.float64]:
    """Return normal draws of demand, not truncated at zero, as the closed forms assume.

    Parameters
    ----------
    mean, sd : float
        Moments of demand, sd >= 0. [pallet/period]
    samples, seed : int
        Number of draws, and the seed.

    Returns
    -------
    ndarray, shape (samples,). [pallet/period]
    """
    (centre,), (spread,) = numbers(mean=mean), nonnegative(sd=sd)
    draws = generator(seed).standard_normal(whole("samples", samples, least=2))
    draws *= spread
    draws += centre
    return draws


@labelled
def workload(shipped: ArrayLike, return_rate: float, *, seed: int) -> Numbers:
    """Return one draw of W = D + Bin(D, r) for each given shipment D.

    Parameters
    ----------
    shipped : array_like, any shape
        Drawn or recorded demand in whole pallets, >= 0. [pallet/period]
    return_rate : float
        Probability that a pallet comes back, 0 to 1. [-]
    seed : int

    Returns
    -------
    ndarray, shape of shipped. [pallet/period]

    >>> workload([100, 0, 20], 1.0, seed=1).tolist()
    [200, 0, 40]
    """
    (shipped,), (rate,) = nonnegative(shipped=shipped), shares(return_rate=return_rate)
    require(shipped == np.round(shipped), "shipped", "whole pallets", shipped)
    shipped = shipped.astype(np.int64)
    return shipped + generator(seed).binomial(shipped, rate)


def resample(history: ArrayLike, *, samples: int, seed: int) -> NDArray[np.float64]:
    """Return draws, with replacement, from recorded values.

    Parameters
    ----------
    history : array_like, shape (n,), n >= 1
    samples, seed : int

    >>> resample([8.0, 8.0], samples=3, seed=1).tolist()
    [8.0, 8.0, 8.0]
    """
    (history,) = numbers(history=history)
    require(history.ndim == 1 and history.size > 0, "history", "a list of at least one number", history.shape)
    return generator(seed).choice(history, whole("samples", samples, least=2))


@labelled
def lead_time_demand(mean: float, sd: float, lead_times: ArrayLike, *, seed: int) -> Numbers:
    """Return one normal draw of the demand during each given lead time.

    Parameters
    ----------
    mean, sd : float
        Moments of the workload per period, sd >= 0. [pallet/period]
    lead_times : array_like, shape (n,)
        Drawn or recorded lead times, >= 0. [period]
    seed : int

    Returns
    -------
    ndarray, shape (n,). [pallet]
    """
    (centre,), (spread, lengths) = numbers(mean=mean), nonnegative(sd=sd, lead_times=lead_times)
    return centre * lengths + spread * np.sqrt(lengths) * generator(seed).standard_normal(lengths.shape)


def lead_times(mean: float, sd: float, *, samples: int, seed: int) -> NDArray[np.float64]:
    """Return gamma-distributed lead times with the given moments, which are never negative and skewed like real ones.

    Parameters
    ----------
    mean, sd : float
        Moments of the lead time, mean > 0, sd >= 0. [period]
    samples, seed : int

    Returns
    -------
    ndarray, shape (samples,). [period]
    """
    (centre,), (spread,) = positive(mean=mean), nonnegative(sd=sd)
    centre, spread, count = float(centre), float(spread), whole("samples", samples, least=2)
    if centre + spread == centre:  # the sd is below the rounding error of the mean
        return np.full(count, centre)
    shape, scale = (centre / spread) * (centre / spread), spread * spread / centre
    require(0 < scale < np.inf and shape > 0, "sd", "such that sd^2 / mean is a positive finite number", spread)
    return generator(seed).gamma(shape, scale, count)


def profits(
    capacity: float,
    demand_mean: float,
    demand_sd: float,
    *,
    margin: float,
    holding_cost: float,
    sla_penalty: float,
    samples: int,
    seed: int,
) -> NDArray[np.float64]:
    """Return draws of the profit of one period with fixed capacity.

    profit = m min(X, C) - h (C - X)+ - p (X - C)+ = min((m + h) X - h C, (m + p) C - p X)

    Parameters
    ----------
    capacity, demand_mean, demand_sd : float
        Capacity C and the moments of normal demand X, all >= 0. [pallet]
    margin, holding_cost, sla_penalty : float
        Margin m of a pallet served, cost h of a pallet left over and p of a pallet short, all >= 0. [$/pallet]
    samples, seed : int

    Returns
    -------
    ndarray, shape (samples,). [$]

    Source
    ------
    Notebook 05, eq. (5.5).

    >>> draws = profits(120, 100, 30, margin=35, holding_cost=5, sla_penalty=20, samples=100_000, seed=1)
    >>> estimate(draws).agrees(3127.9846)
    True
    """
    places, *_ = nonnegative(capacity=capacity, demand_mean=demand_mean, demand_sd=demand_sd)
    m, h, p = nonnegative(margin=margin, holding_cost=holding_cost, sla_penalty=sla_penalty)
    draws = demand(demand_mean, demand_sd, samples=samples, seed=seed)
    for start in range(0, len(draws), _BLOCK):
        x = draws[start : start + _BLOCK]
        np.minimum((m + h) * x - h * places, (m + p) * places - p * x, out=x)
    return draws


def policy_flows(
    demand_mean: float,
    demand_sd: float,
    *,
    lead_time_mean: float,
    lead_time_sd: float,
    return_rate: float,
    safety_stock: float,
    internal_capacity: float,
    dwell: float = 1.0,
    review_period: float = 0.0,
    samples: int,
    seed: int,
) -> PolicyFlows:
    """Return draws of the flows of one period under a base-stock policy, from which its profit follows.

    leftover = (SS - Y)+,  short = (Y - SS)+,  overflow = (X - C)+

    Y is the demand over the lead time less its mean; X, the space needed, is W over the dwell time plus SS.

    Parameters
    ----------
    demand_mean, demand_sd : float
        Moments of demand D, both >= 0. [pallet/period]
    lead_time_mean, lead_time_sd : float
        Moments of the lead time, with the review period if there is one, both >= 0. [period]
    return_rate : float
        Probability that a shipped pallet comes back, 0 to 1. [-]
    safety_stock, internal_capacity : float
        Buffer SS, and own places C >= 0. [pallet]
    dwell : float, optional
        Time a pallet stays, >= 0. [period]
    review_period : float, optional
        Part R of the lead time over which reviews are apart, >= 0; if R > 1, `short` is that of any period of a cycle,
        and not of its last one. [period]
    samples, seed : int

    Returns
    -------
    PolicyFlows of arrays of shape (samples,); their means are the flows in the profit of `lane.assess`.

    Limits
    ------
    All quantities are normal, as in the closed forms; a lane with rare large demands has another tail. `short` is the
    backlog at the end of a period, which may exceed the period's demand, and the warehouse is assumed to hold the whole
    buffer, while leftover and backlog move with demand; `space` has the readings that are consistent. Demand, workload,
    lead time and dwell time have periods in common: cov(W, Y) = min(1, L) var W, cov(W, X) = min(1, d) var W, cov(X, Y)
    = min(d, L) var W, with the mean lead time as L.

    Source
    ------
    Notebook 06, eq. (6.2).
    """
    capacity, _, review = nonnegative(internal_capacity=internal_capacity, dwell=dwell, review_period=review_period)
    (stock,) = numbers(safety_stock=safety_stock)
    load = moments.workload(demand_mean, demand_sd, return_rate)
    length_sd = moments.lead_time_demand(*load, lead_time_mean, lead_time_sd).sd
    space = moments.lead_time_demand(*load, dwell)
    shipped_w = (1 + return_rate) * demand_sd**2  # cov(D, W)
    lead, stay, both = min(lead_time_mean, 1.0), min(dwell, 1.0), min(dwell, lead_time_mean)  # periods in common
    covariance = np.array(  # rows: demand, workload, lead-time demand, space
        [
            [demand_sd**2, shipped_w, lead * shipped_w, stay * shipped_w],
            [shipped_w, load.sd**2, lead * load.sd**2, stay * load.sd**2],
            [lead * shipped_w, lead * load.sd**2, length_sd**2, both * load.sd**2],
            [stay * shipped_w, stay * load.sd**2, both * load.sd**2, space.sd**2],
        ]
    )
    mean = np.array([demand_mean, load.mean, 0.0, max(space.mean + stock, 0.0)])
    count = whole("samples", samples, least=2)  # the matrix is semidefinite by construction, up to rounding
    random = generator(seed)
    draws = random.multivariate_normal(mean, covariance, count, method="eigh", check_valid="ignore")
    shipped, worked, above, needed = draws.T
    left, short, over = (np.maximum(x, 0.0) for x in (stock - above, above - stock, needed - capacity))
    if review > 1:
        short = _in_cycle(above, float(stock), load, lead_time_mean, float(length_sd), float(review), random)
    return PolicyFlows(shipped, worked, left, short, over)


def _in_cycle(above, stock, load, exposure, sd, review, random):
    """Return the backlog in a random period of a review period, given the demand above its mean at the cycle's end."""
    count = int(np.ceil(review))
    waits = random.integers(count, size=above.size) * (review / count)  # from the period to the end of its cycle
    if sd == 0.0:
        return np.maximum(-stock - waits * load.mean, 0.0)
    variance = sd**2 - np.minimum(waits, exposure) * load.sd**2
    rest = np.sqrt(np.maximum(variance * (1.0 - variance / sd**2), 0.0))  # the difference can round to just below 0
    here = variance / sd**2 * above + rest * random.standard_normal(above.size)
    return np.maximum(here - stock - waits * load.mean, 0.0)


@labelled_by_row
def disrupted_flow(demand: ArrayLike, capacity: ArrayLike, stock: ArrayLike) -> Numbers:
    """Return the demand served in each period while capacity is disrupted and a stock makes up for it.

    Spare capacity refills the stock up to its initial level.

    Parameters
    ----------
    demand, capacity : array_like, shape (..., periods)
        Demand and capacity in time order on the last axis, both >= 0. [pallet/period]
    stock : array_like, shape (...)
        Pallets on hand at the start, >= 0. [pallet]

    Returns
    -------
    ndarray, shape (..., periods). [pallet/period]

    >>> disrupted_flow([100.0] * 4, [100, 50, 50, 120], 60.0).tolist()
    [100.0, 100.0, 60.0, 100.0]
    """
    demand, capacity, stock = nonnegative(demand=demand, capacity=capacity, stock=stock)
    demand, capacity = np.broadcast_arrays(demand, capacity)
    full = left = np.broadcast_to(stock, demand.shape[:-1])
    served = np.empty(demand.shape)
    for t in range(demand.shape[-1]):
        served[..., t] = np.minimum(demand[..., t], capacity[..., t] + left)
        left = np.minimum(left + capacity[..., t] - served[..., t], full)
    return served
