"""The lot of least cost if the price, or the freight rate, falls with the size of an order.

An all-units rate applies to every pallet of the order; an incremental rate applies to the pallets beyond its break.
Breaks and rates are lists on the last axis, `breaks[..., 0]` is 0, and the lanes are the axes before it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, positive, require
from twin._labels import Numbers, labelled


class DiscountedLot(NamedTuple):
    """Lot [pallet], number of its rate, the first one being 0, and cost, purchases included [$/period]."""

    order_quantity: Numbers
    tier: Numbers
    cost: Numbers


@labelled
def all_units_cost(
    order_quantity: ArrayLike,
    demand_mean: ArrayLike,
    *,
    fixed_order_cost: ArrayLike,
    holding_rate: ArrayLike,
    breaks: ArrayLike,
    unit_costs: ArrayLike,
    holding_cost: ArrayLike = 0.0,
) -> Numbers:
    """Return the cost per period of any lot if its rate c applies to all its pallets: c d + K d / Q + (i c + h) Q / 2.

    Parameters
    ----------
    order_quantity : array_like, shapes that broadcast
        Lot Q, > 0. [pallet]
    demand_mean, fixed_order_cost : array_like
        Demand d [pallet/period] and the cost K of an order of any size [$/order], both >= 0.
    holding_rate : array_like
        Cost of capital i that is bound in a pallet, >= 0. [1/period]
    breaks : array_like, shape (..., n)
        Smallest lot of each rate, from 0 on, increasing. [pallet]
    unit_costs : array_like, shape (..., n)
        Rate c of each break, price and freight of a pallet, > 0 and not increasing. [$/pallet]
    holding_cost : array_like, optional
        Cost h of a pallet's place for a period, whatever it was bought for, >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape of the lanes. [$/period]

    Source
    ------
    Hadley and Whitin (1963), ch. 2; Silver, Pyke and Thomas (2017), ch. 4.

    >>> terms = dict(fixed_order_cost=8, holding_rate=0.3, breaks=[0, 400, 800], unit_costs=[0.75, 0.72, 0.68])
    >>> round(float(all_units_cost(800, 1300, **terms)), 1)
    978.6
    """
    lot, given, starts, rates = _checked(
        order_quantity, demand_mean, fixed_order_cost, holding_rate, holding_cost, breaks, unit_costs
    )
    rate = _of_tier(rates, _tier(lot, starts))
    return _cost(lot, rate * lot, *given)


@labelled
def best_all_units_lot(
    demand_mean: ArrayLike,
    *,
    fixed_order_cost: ArrayLike,
    holding_rate: ArrayLike,
    breaks: ArrayLike,
    unit_costs: ArrayLike,
    holding_cost: ArrayLike = 0.0,
) -> DiscountedLot:
    """Return the lot of least cost under all-units rates: the economic lot of a rate, or its break if that is larger.

    Arguments as in `all_units_cost`; demand and fixed cost > 0, and i c + h > 0.

    Returns
    -------
    DiscountedLot (order_quantity, tier, cost), broadcast shape of the lanes.

    Limits
    ------
    One rate gives `lot_size.order_quantity`. It can pay to order more than is needed, to reach the next rate.

    Source
    ------
    Hadley and Whitin (1963), ch. 2; Silver, Pyke and Thomas (2017), ch. 4.

    >>> terms = dict(fixed_order_cost=8, holding_rate=0.3, breaks=[0, 400, 800], unit_costs=[0.75, 0.72, 0.68])
    >>> [round(float(part), 1) for part in best_all_units_lot(1300, **terms)]
    [800.0, 2.0, 978.6]
    """
    demand, fixed = positive(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    _, given, starts, rates = _checked(1.0, demand, fixed, holding_rate, holding_cost, breaks, unit_costs)
    demand, fixed, capital, place = (part[..., np.newaxis] for part in given)
    lots = np.maximum(_economic(fixed, demand, capital * rates + place), starts)
    tiers = _tier(lots, starts[..., np.newaxis, :])
    costs = _cost(lots, _of_tier(rates[..., np.newaxis, :], tiers) * lots, demand, fixed, capital, place)
    return _cheapest(lots, tiers, costs)


@labelled
def incremental_cost(
    order_quantity: ArrayLike,
    demand_mean: ArrayLike,
    *,
    fixed_order_cost: ArrayLike,
    holding_rate: ArrayLike,
    breaks: ArrayLike,
    unit_costs: ArrayLike,
    holding_cost: ArrayLike = 0.0,
) -> Numbers:
    """Return the cost per period of any lot if a rate applies to the pallets beyond its break.

    cost = (K + V) d / Q + (i V + h Q) / 2,  V = sum_j c_j (pallets between breaks j and j + 1)

    Arguments, result and source as in `all_units_cost`.

    >>> terms = dict(fixed_order_cost=150, holding_rate=0.25, breaks=[0, 300, 600], unit_costs=[100, 90, 80])
    >>> round(float(incremental_cost(1481.890684, 2400, **terms)), 2)
    222762.81
    """
    lot, given, starts, rates = _checked(
        order_quantity, demand_mean, fixed_order_cost, holding_rate, holding_cost, breaks, unit_costs
    )
    tier = _tier(lot, starts)
    return _cost(lot, _of_tier(_extra(starts, rates), tier) + _of_tier(rates, tier) * lot, *given)


@labelled
def best_incremental_lot(
    demand_mean: ArrayLike,
    *,
    fixed_order_cost: ArrayLike,
    holding_rate: ArrayLike,
    breaks: ArrayLike,
    unit_costs: ArrayLike,
    holding_cost: ArrayLike = 0.0,
) -> DiscountedLot:
    """Return the lot of least cost under incremental rates: the best of the economic lots that lie within their rate.

    Q_j = sqrt(2 (K + A_j) d / (i c_j + h)),  A_j = what the pallets below break j cost above rate c_j

    Arguments as in `all_units_cost`; demand and fixed cost > 0, and i c + h > 0.

    Returns
    -------
    DiscountedLot (order_quantity, tier, cost), broadcast shape of the lanes.

    Limits
    ------
    One rate gives `lot_size.order_quantity`. The best lot is never at a break.

    Source
    ------
    Hadley and Whitin (1963), ch. 2; Zipkin (2000), ch. 3.

    >>> terms = dict(fixed_order_cost=150, holding_rate=0.25, breaks=[0, 300, 600], unit_costs=[100, 90, 80])
    >>> [round(float(part), 2) for part in best_incremental_lot(2400, **terms)]
    [1481.89, 2.0, 222762.81]
    """
    demand, fixed = positive(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    _, given, starts, rates = _checked(1.0, demand, fixed, holding_rate, holding_cost, breaks, unit_costs)
    demand, fixed, capital, place = (part[..., np.newaxis] for part in given)
    extra, tiers = _extra(starts, rates), np.arange(rates.shape[-1])
    lots = _economic(fixed + extra, demand, capital * rates + place)
    ends = np.append(starts[..., 1:], np.full((*starts.shape[:-1], 1), np.inf), axis=-1)
    costs = np.where(
        (lots >= starts) & (lots < ends), _cost(lots, extra + rates * lots, demand, fixed, capital, place), np.inf
    )
    return _cheapest(lots, np.broadcast_to(tiers, lots.shape), costs)


def _checked(lot, demand_mean, fixed_order_cost, holding_rate, holding_cost, breaks, unit_costs):
    """Return the lot, the terms of each lane (d, K, i, h), the breaks and the rates, after checking them."""
    (lot,) = positive(order_quantity=lot)
    given = nonnegative(
        demand_mean=demand_mean, fixed_order_cost=fixed_order_cost, holding_rate=holding_rate, holding_cost=holding_cost
    )
    (starts,), (rates,) = nonnegative(breaks=breaks), positive(unit_costs=unit_costs)
    ok = starts.ndim > 0 and starts.shape[-1] > 0 and np.all(starts[..., 0] == 0) and np.all(np.diff(starts) > 0)
    require(ok, "breaks", "an increasing list that begins with 0", breaks)
    ok = rates.ndim > 0 and rates.shape[-1] == starts.shape[-1] and np.all(np.diff(rates) <= 0)
    require(ok, "unit_costs", "a list as long as breaks, in which no rate is above the one before", unit_costs)
    return lot, given, starts, rates


def _economic(fixed, demand, holding):
    require(holding > 0, "holding_rate", "> 0 where holding_cost is 0", holding)
    return np.sqrt(2 * fixed * demand / holding)


def _extra(starts, rates):
    """Return A_j, what the pallets below each break cost above its own rate."""
    steps = -np.diff(rates, axis=-1) * starts[..., 1:]
    return np.append(np.zeros((*steps.shape[:-1], 1)), np.cumsum(steps, axis=-1), axis=-1)


def _tier(lot, starts):
    """Return the number of the rate of each lot."""
    return np.sum(np.asarray(lot)[..., np.newaxis] >= starts, axis=-1) - 1


def _of_tier(values, tier):
    shape = np.broadcast_shapes(values.shape[:-1], np.shape(tier))
    values = np.broadcast_to(values, (*shape, values.shape[-1]))
    return np.take_along_axis(values, np.broadcast_to(tier, shape)[..., np.newaxis], axis=-1)[..., 0]


def _cost(lot, value, demand, fixed, capital, place):
    """Return the cost per period of a lot that is worth `value`."""
    return (fixed + value) * demand / lot + (capital * value + place * lot) / 2


def _cheapest(lots, tiers, costs):
    best = np.argmin(costs, axis=-1)
    return DiscountedLot(*(_of_tier(np.broadcast_to(part, costs.shape), best)[()] for part in (lots, tiers, costs)))
