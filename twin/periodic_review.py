"""Base stock with periodic review, (R, S): every R periods the inventory position is raised to a level S.

Orders are placed at the close of a period, after its demand, and arrive at the start of a period, before its demand. An
order placed at the close of period t arrives at the start of t + 1 + L, so that the stock at the close of the j-th
period after an arrival is S less the demand of L + j periods; j = R is where stock is lowest, just before the next
arrival, and L + R is the protection interval. Demand that is short is backordered. Continuous review with lead time L
is R = 1 with lead time L - 1. Demand is normal here; for any discrete demand and R = 1, the level and its cost are
`distribution.best_quantity` and `distribution.expected_cost` of `distribution.total(demand, L + 1)`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _roots, buffers, newsvendor
from twin._check import nonnegative, numbers, positive, require
from twin._labels import Numbers, labelled
from twin.demand import expected_excess, lead_time_demand, probability_above

_MOST_CLOSES = 366  # closes of a cycle that a mean backlog counts; of more, as many spread over it [period]
_MOST_PERIODS = 1_000  # longest review period whose closes are counted one by one [period]


@labelled
def service_stock(
    service_level: ArrayLike,
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    review_period: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
) -> Numbers:
    """Return the base-stock level that meets a cycle service level, counted where stock is lowest.

    S = (L + R) mean + z sqrt((L + R) sd^2 + mean^2 sd_L^2),  z = Phi^-1(service level)

    Parameters
    ----------
    service_level : array_like, shapes that broadcast
        Probability that no demand of a cycle is backordered, 0 < level < 1. [-]
    demand_mean, demand_sd : array_like
        Moments of demand, both >= 0. [pallet/period]
    lead_time_mean, lead_time_sd : array_like
        Moments of the lead time L, both >= 0. [period]
    review_period : array_like
        Time R between reviews, > 0. [period]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    Demand of different periods is independent and normal, and orders do not overtake one another.

    Source
    ------
    Silver, Pyke and Thomas (2017), ch. 6, (R, S) systems.

    >>> round(float(service_stock(0.95, 50.0, 8.0, lead_time_mean=4.0, review_period=1.0)), 2)
    279.42
    """
    total = _protected(demand_mean, demand_sd, lead_time_mean, review_period, lead_time_sd)
    return total.mean + buffers.safety_stock(total.sd, service_level)


@labelled
def cycle_service_level(
    base_stock: ArrayLike,
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    review_period: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
) -> Numbers:
    """Return the probability that no demand of a cycle is backordered: P(demand over L + R <= S). [-]

    Arguments as in `service_stock`, whose inverse this is; `base_stock` is the level S. [pallet]

    >>> level = cycle_service_level(264.767, 50.0, 8.0, lead_time_mean=4.0, review_period=1.0)
    >>> round(float(level), 4)
    0.7955
    """
    total = _protected(demand_mean, demand_sd, lead_time_mean, review_period, lead_time_sd)
    (stock,) = numbers(base_stock=base_stock)
    return probability_above(-stock, -total.mean, total.sd)


@labelled
def fill_rate(
    base_stock: ArrayLike,
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    review_period: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
) -> Numbers:
    """Return the share of demand met at once: 1 - (E[(D(L+R) - S)+] - E[(D(L) - S)+]) / (R mean).

    What is short just before an arrival, less what was short just after the previous one, is backordered in the cycle.

    Parameters
    ----------
    base_stock : array_like, shapes that broadcast
        Level S, any number. [pallet]
    demand_mean : array_like
        Mean demand, > 0. [pallet/period]
    demand_sd, lead_time_mean, lead_time_sd, review_period : array_like
        As in `service_stock`.

    Returns
    -------
    ndarray or float, broadcast shape, 0 to 1. [-]

    Limits
    ------
    Exact for demand that is never negative; where its normal law is often negative, the share can come out below 0 and
    is then 0. The lead time is taken as that of the order that ends the cycle.

    Source
    ------
    Johnson, Lee, Davis and Hall (1995); Silver, Pyke and Thomas (2017).

    >>> round(float(fill_rate(264.767, 50.0, 8.0, lead_time_mean=4.0, review_period=1.0)), 4)
    0.9589
    """
    positive(demand_mean=demand_mean)
    mean, sd, lead_time, length, spread = _moments(demand_mean, demand_sd, lead_time_mean, review_period, lead_time_sd)
    start, end = (lead_time_demand(mean, sd, lead_time + exposure, spread) for exposure in (0.0, length))
    (stock,) = numbers(base_stock=base_stock)
    short = expected_excess(stock, *end) - expected_excess(stock, *start)
    return np.clip(1.0 - short / (length * mean), 0.0, 1.0)


@labelled
def expected_cost(
    base_stock: ArrayLike,
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    review_period: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
) -> Numbers:
    """Return holding and backorder cost per period, counted at the close of every period.

    cost = (1/R) sum_{j=1..R} (h E[(S - D(L+j))+] + p E[(D(L+j) - S)+])

    Parameters
    ----------
    base_stock : array_like, shapes that broadcast
        Level S, any number. [pallet]
    demand_mean, demand_sd, lead_time_mean, lead_time_sd : array_like
        As in `service_stock`.
    review_period : array_like
        Whole number R of periods between reviews, from 1 to 1,000. [period]
    holding_cost, backorder_cost : array_like
        Cost h of a pallet left, and p of a pallet backordered, at the close of a period, both >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape. A fixed cost K of an order adds K / R. [$/period]

    Limits
    ------
    R = 1 is the newsvendor's cost of the demand of L + 1 periods. The closes are added in a loop, lanes together.

    Source
    ------
    Hadley and Whitin (1963), ch. 5; Zipkin (2000), ch. 9.

    >>> costs = dict(holding_cost=0.18, backorder_cost=0.7)
    >>> round(float(expected_cost(264.767, 50.0, 8.0, lead_time_mean=4.0, review_period=1, **costs)), 5)
    4.46678
    """
    (stock,) = numbers(base_stock=base_stock)
    under, over = nonnegative(backorder_cost=backorder_cost, holding_cost=holding_cost)
    closes = _closes(demand_mean, demand_sd, lead_time_mean, review_period, lead_time_sd)
    total = sum(counts * newsvendor.expected_cost(stock, *close, under, over) for close, counts in closes)
    return total / np.asarray(review_period, float)


@labelled
def mean_backlog(
    base_stock: ArrayLike,
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    review_period: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
) -> Numbers:
    """Return the pallets backordered in an average period: the mean over the periods of a cycle.

    B = (1/n) sum_{j=1..n} E[(D(L + R j/n) - S)+],  n = R rounded up

    Arguments as in `service_stock`; `base_stock` is the level S, any number. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    R <= 1 gives the backlog just before an arrival. Of a cycle of more than 366 periods, as many are counted, spread
    over it.

    Source
    ------
    The second sum of `expected_cost`; Hadley and Whitin (1963), ch. 5.

    >>> round(float(mean_backlog(440.0, 50.0, 8.0, lead_time_mean=4.0, review_period=5)), 3)
    3.149
    """
    (stock,) = numbers(base_stock=base_stock)
    mean, sd, lead_time, length, spread = _moments(demand_mean, demand_sd, lead_time_mean, review_period, lead_time_sd)
    count = np.minimum(np.ceil(length), _MOST_CLOSES)
    gap = length / count
    total = 0.0
    for later in range(int(np.max(count, initial=1))):
        exposure = lead_time + np.maximum(length - gap * later - np.maximum(gap - 1, 0) / 2, 0)
        short = expected_excess(stock, *lead_time_demand(mean, sd, exposure, spread))
        total = total + np.where(later < count, short, 0.0)
    return (total / count)[()]


@labelled
def best_stock(
    demand_mean: ArrayLike,
    demand_sd: ArrayLike,
    *,
    lead_time_mean: ArrayLike,
    review_period: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
    lead_time_sd: ArrayLike = 0.0,
) -> Numbers:
    """Return the base-stock level of least cost: the root of (1/R) sum_{j=1..R} P(D(L+j) <= S) = p / (p + h).

    Arguments as in `expected_cost`; both costs > 0.

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    R = 1 gives the newsvendor's quantity for the demand of L + 1 periods. Longer cycles are solved by halving the range
    of the newsvendor's quantities of their closes, lanes together.

    Source
    ------
    Derivative of `expected_cost`; Zipkin (2000), ch. 9.

    >>> costs = dict(holding_cost=0.18, backorder_cost=0.7)
    >>> round(float(best_stock(50.0, 8.0, lead_time_mean=4.0, review_period=1, **costs)), 3)
    264.767
    """
    under, over = positive(backorder_cost=backorder_cost, holding_cost=holding_cost)
    closes = _closes(demand_mean, demand_sd, lead_time_mean, review_period, lead_time_sd)
    levels = [np.where(counts, newsvendor.best_quantity(*close, under, over), np.nan) for close, counts in closes]

    def slope(level):
        return sum(counts * _roots.slope_of_cost(level, *close, under, over) for close, counts in closes)

    return _roots.bisected(slope, np.nanmin(levels, axis=0), np.nanmax(levels, axis=0))[()]


def _moments(demand_mean, demand_sd, lead_time_mean, review_period, lead_time_sd):
    """Return the arguments, after checking them under their names."""
    mean, sd = nonnegative(demand_mean=demand_mean, demand_sd=demand_sd)
    lead_time, spread = nonnegative(lead_time_mean=lead_time_mean, lead_time_sd=lead_time_sd)
    return mean, sd, lead_time, *positive(review_period=review_period), spread


def _protected(*arguments):
    """Return the moments of demand over the protection interval."""
    mean, sd, lead_time, length, spread = _moments(*arguments)
    return lead_time_demand(mean, sd, lead_time + length, spread)


def _closes(*arguments):
    """Return, for each period of the longest cycle, the moments of demand up to its close, and where it counts."""
    mean, sd, lead_time, length, spread = _moments(*arguments)
    ok = (length == np.floor(length)) & (length <= _MOST_PERIODS)
    require(ok, "review_period", f"a whole number of periods up to {_MOST_PERIODS:,}", length)
    periods = range(1, int(np.max(length, initial=1)) + 1)
    return [(lead_time_demand(mean, sd, lead_time + period, spread), period <= length) for period in periods]
