"""The policy (s, S), min-max: at the close of each period, a position of s or less is raised to S.

Demand is discrete, on whole numbers of pallets, and independent between periods; what is short is backordered. An order
placed at the close of period t arrives at the start of t + 1 + L, so that a position y bears the demand of L + 1
periods, the protection interval: `distribution.total(demand, L + 1)`, or any other discrete distribution.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import _discrete, distribution, newsvendor
from twin._check import nonnegative, positive, require, whole
from twin._labels import Numbers, labelled
from twin.distribution import Distribution

_MOST_LEVELS = 2**15  # most levels between s and S
_FARTHEST = 2**31  # largest level of either sign [pallet]
_SIDES = ((1.0, 0.0), (0.0, 1.0))  # underage and overage cost that pick the shortage, and the leftover
_SMALL_LOT = 1.5  # lot, in periods of demand, up to which the power approximation uses the newsvendor's quantity too


class MinMax(NamedTuple):
    """Reorder point s and order-up-to level S. [pallet]"""

    reorder_point: Numbers
    order_up_to: Numbers


@labelled
def expected_cost(
    reorder_point: int,
    order_up_to: int,
    demand: Distribution,
    *,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
    protection: Distribution | None = None,
) -> Numbers:
    """Return the exact cost per period of an (s, S) policy, by the renewal equation.

    cost = (K + sum_{j < S - s} m(j) G(S - j)) / sum_{j < S - s} m(j),  m(j) = sum_i P(D = i) m(j - i) + [j = 0]

    G(y) = h E[(y - X)+] + p E[(X - y)+] is the cost of a position y, and m(j) the mean number of periods that the
    position spends at S - j between two orders.

    Parameters
    ----------
    reorder_point, order_up_to : int
        Levels s < S, whole numbers of any sign, at most 32,768 apart. [pallet]
    demand : frozen SciPy distribution
        Demand D of a period, on whole numbers >= 0; neither always 0 nor beyond 65,536 but for 1e-18. [pallet]
    fixed_order_cost : array_like, shapes that broadcast
        Cost K of an order of any size, >= 0. [$/order]
    holding_cost, backorder_cost : array_like
        Cost h of a pallet left, and p of a pallet backordered, at the close of a period, both >= 0. [$/pallet/period]
    protection : frozen SciPy distribution, optional
        Demand X over the protection interval, lead time and one period; by default that of one period. [pallet]

    Returns
    -------
    ndarray or float, shape of the costs. [$/period]

    Limits
    ------
    One demand and one policy at a time. The time grows with the square of S - s.

    Source
    ------
    Veinott and Wagner (1965); Zheng and Federgruen (1991), Operations Research 39(4), 654-665.

    >>> from scipy.stats import poisson
    >>> costs = dict(fixed_order_cost=5, holding_cost=1, backorder_cost=4)
    >>> round(float(expected_cost(6, 18, poisson(6), **costs)), 4)
    10.1938
    """
    fixed, over = nonnegative(fixed_order_cost=fixed_order_cost, holding_cost=holding_cost)
    (under,) = nonnegative(backorder_cost=backorder_cost)
    low = whole("reorder_point", reorder_point, least=-_FARTHEST)
    high = whole("order_up_to", order_up_to, least=-_FARTHEST)
    ok = low < high <= low + _MOST_LEVELS
    require(ok, "order_up_to", f"above reorder_point, by at most {_MOST_LEVELS:,}", order_up_to)
    visits, position, exposed = (
        _visits(_shares(demand), high - low),
        np.arange(high, low, -1),
        _exposed(demand, protection),
    )
    shortage, leftover = (visits @ distribution.expected_cost(position, exposed, *one) for one in _SIDES)
    return (fixed + over * leftover + under * shortage) / visits.sum()


@labelled
def best_policy(
    demand: Distribution,
    *,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
    protection: Distribution | None = None,
) -> MinMax:
    """Return the levels s and S of least cost, by the algorithm of Zheng and Federgruen.

    Parameters
    ----------
    demand, protection : frozen SciPy distributions
        As in `expected_cost`. [pallet]
    fixed_order_cost : array_like, shapes that broadcast
        As in `expected_cost`; 0 gives S = s + 1, a base stock.
    holding_cost, backorder_cost : array_like
        As in `expected_cost`, both > 0. [$/pallet/period]

    Returns
    -------
    MinMax (reorder_point, order_up_to), shape of the costs, whole numbers. [pallet]

    Limits
    ------
    Of several best policies one is returned. Costs in arrays are solved one by one. No other policy of any form costs
    less, if demand is backordered.

    Source
    ------
    Zheng and Federgruen (1991), Operations Research 39(4), 654-665; 40(2), 424.

    >>> from scipy.stats import poisson
    >>> best = best_policy(poisson(10), fixed_order_cost=64, holding_cost=1, backorder_cost=9)
    >>> [float(level) for level in best]
    [6.0, 40.0]
    """
    (fixed,) = nonnegative(fixed_order_cost=fixed_order_cost)
    over, under = positive(holding_cost=holding_cost, backorder_cost=backorder_cost)
    shares, exposed = _shares(demand), _exposed(demand, protection)
    given = np.broadcast_arrays(fixed, over, under)
    found = np.array(
        [_best(shares, exposed, *map(float, one)) for one in zip(*map(np.ravel, given), strict=True)], float
    )
    return MinMax(*(level.reshape(given[0].shape)[()] for level in found.reshape(-1, 2).T))


@labelled
def power_approximation(
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    *,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
    lead_time: ArrayLike = 0.0,
    capped: bool = True,
) -> MinMax:
    """Return levels s and S that are close to the best ones, from the mean and standard deviation of demand alone.

    Q = 1.30 mean^0.494 (K/h)^0.506 (1 + sd_L^2/mean^2)^0.116,  s = 0.973 mean_L + sd_L (0.183/u + 1.063 - 2.192 u),
    u = sqrt(Q h / (sd_L p)),  mean_L = (L + 1) mean,  sd_L = sqrt(L + 1) sd,  S = s + Q

    If Q <= 1.5 mean, neither s nor S exceeds the newsvendor's quantity mean_L + sd_L Phi^-1(p / (p + h)).

    Parameters
    ----------
    demand_mean, demand_sd : array_like, shapes that broadcast
        Moments of demand, both > 0. [pallet/period]
    fixed_order_cost : array_like
        Cost K of an order of any size, > 0. [$/order]
    holding_cost, backorder_cost : array_like
        As in `expected_cost`, both > 0. [$/pallet/period]
    lead_time : array_like, optional
        Lead time L, >= 0; the protection interval is L + 1. [period]
    capped : bool, optional
        False leaves out the cap for Q <= 1.5 mean, as some textbooks do; in the example, the levels without it cost
        half as much again.

    Returns
    -------
    MinMax (reorder_point, order_up_to), broadcast shape, not rounded. [pallet]

    Limits
    ------
    Some per cent above the least cost for Poisson demand; most where a lot lasts about two periods.

    Source
    ------
    Ehrhardt and Mosier (1984), Management Science 30(5), 618-622.

    >>> levels = power_approximation(50, 8, fixed_order_cost=2.5, holding_cost=0.18, backorder_cost=0.7)
    >>> [round(float(level), 2) for level in levels]
    [40.19, 56.6]
    """
    mean, sd, fixed = positive(demand_mean=demand_mean, demand_sd=demand_sd, fixed_order_cost=fixed_order_cost)
    over, under = positive(holding_cost=holding_cost, backorder_cost=backorder_cost)
    (exposure,) = (1 + x for x in nonnegative(lead_time=lead_time))
    mean_l, sd_l = exposure * mean, np.sqrt(exposure) * sd
    lot = 1.30 * mean**0.494 * (fixed / over) ** 0.506 * (1 + (sd_l / mean) ** 2) ** 0.116
    u = np.sqrt(lot * over / (sd_l * under))
    point = 0.973 * mean_l + sd_l * (0.183 / u + 1.063 - 2.192 * u)
    free = (lot > _SMALL_LOT * mean) | (not capped)
    most = np.where(free, np.inf, newsvendor.best_quantity(mean_l, sd_l, under, over))
    return MinMax(np.minimum(point, most)[()], np.minimum(point + lot, most)[()])


def _shares(demand):
    """Return the probabilities of a demand of 0, 1, 2, ... pallets."""
    shares = _discrete.shares_of_whole_numbers(demand, "demand")
    require(shares[1:].sum() > 0, "demand", "one that is not always 0", float(demand.mean()))
    return shares


def _exposed(demand, protection):
    """Return the demand that a position bears: that of the protection interval."""
    if protection is None:
        return demand
    mean = float(protection.mean())
    require(np.isfinite(mean) and hasattr(protection, "pmf"), "protection", "discrete and of finite mean", mean)
    return protection


def _visits(shares, count):
    """Return m(0), ..., m(count - 1), the mean number of periods between two orders at each level below S."""
    moves, backwards = shares[1:].sum(), shares[:0:-1]
    visits = np.zeros(count)
    visits[0] = 1 / moves
    for j in range(1, count):
        reach = min(j, len(backwards))
        visits[j] = visits[j - reach : j] @ backwards[len(backwards) - reach :] / moves
    return visits


def _best(shares, exposed, fixed, over, under):
    """Return the best s and S for one set of costs."""

    def cost_of(levels):
        return distribution.expected_cost(levels, exposed, under, over)

    def checked(depth):
        require(depth <= _MOST_LEVELS, "fixed_order_cost", f"so low that S - s is at most {_MOST_LEVELS:,}", fixed)
        return depth

    cheapest, depth, found = int(distribution.best_quantity(exposed, under, over)), 32, np.zeros(1, bool)
    while not found.any():  # the first s below the cheapest level at which not ordering is no cheaper
        depth = checked(2 * depth)
        levels, visits = cost_of(cheapest - np.arange(depth + 1)), _visits(shares, depth)
        averages = (fixed + np.cumsum(visits * levels[:-1])) / np.cumsum(visits)  # of s = cheapest - 1, - 2, ...
        found = averages <= levels[1:]
    below = int(np.argmax(found))
    low, high, average = cheapest - 1 - below, cheapest, averages[below]
    lowest, top = low, int(exposed.mean() + average / over) + 1  # any higher level costs more than the average
    table, visits = cost_of(np.arange(low, top + 1)), _visits(shares, checked(top - low))
    periods = np.cumsum(visits)
    for candidate in range(cheapest + 1, top + 1):
        if table[candidate - lowest] > average:
            break
        below = table[low + 1 - lowest : candidate + 1 - lowest][::-1]
        averages = (fixed + np.cumsum(visits[: len(below)] * below)) / periods[
            : len(below)
        ]  # of s = candidate - 1, ...
        if averages[-1] < average:
            high = candidate
            while low + 1 < high and averages[high - low - 1] <= table[low + 1 - lowest]:
                low += 1
            average = averages[high - low - 1]
    return low, high
