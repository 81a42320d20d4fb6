"""The lot and the reorder point chosen together, (r, Q), under continuous review and Poisson demand.

Reorder point and lot are whole numbers of pallets. When the inventory position falls to r, a lot Q is ordered, and
demand that is short is backordered; so the position is equally often at r + 1, ..., r + Q. Normal demand, and lots that
need not be whole: `twin.continuous_review`, whose functions have the same names.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _roots, lot_size, poisson
from twin._check import nonnegative, numbers, positive, require
from twin._labels import Numbers, labelled
from twin.continuous_review import PointAndLot, StockLevels

_ROUNDS = 100  # most improvements of a policy; a few are needed
_ROUNDING = 1e-13  # smallest relative fall of the average cost that counts as one [-]


@labelled
def stock_levels(reorder_point: ArrayLike, order_quantity: ArrayLike, lead_time_demand_mean: ArrayLike) -> StockLevels:
    """Return the exact mean stock, mean backorders and fill rate of a reorder point r and a lot Q.

    backordered = (N2(r) - N2(r + Q)) / Q,  on hand = r + (Q + 1)/2 - mean + backordered,
    fill rate = 1 - (n1(r) - n1(r + Q)) / Q,  with n1 the expected excess and N2(y) = n1(y + 1) + n1(y + 2) + ...

    Parameters
    ----------
    reorder_point : array_like, shapes that broadcast
        Inventory position r at which a lot is ordered, a whole number of any sign. [pallet]
    order_quantity : array_like
        Lot Q, a whole number >= 1. [pallet]
    lead_time_demand_mean : array_like
        Mean lead-time demand, from 0 to 1e9. [pallet]

    Returns
    -------
    StockLevels (on_hand, backordered, fill_rate), broadcast shape.

    Limits
    ------
    No sum is taken, so that a large mean or lot costs no more time than a small one.

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Zipkin (2000), ch. 6.

    >>> [round(float(level), 4) for level in stock_levels(3, 9, 6.0)]
    [2.6541, 0.6541, 0.6592]
    """
    point, lot = _whole(reorder_point, order_quantity)
    mean = _checked_mean(lead_time_demand_mean)
    starts, ends = (poisson.expected_excess(level, mean) for level in (point, point + lot))
    squares = poisson.second_loss(point, mean) - poisson.second_loss(point + lot, mean)
    short, missed = (squares - (starts - ends) / 2) / lot, (starts - ends) / lot
    return StockLevels(point + (lot + 1) / 2 - mean + short, short, 1 - missed)


@labelled
def expected_cost(
    reorder_point: ArrayLike,
    order_quantity: ArrayLike,
    demand_mean: ArrayLike,
    *,
    lead_time_demand_mean: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
) -> Numbers:
    """Return the exact cost per period of a reorder point and a lot: K d / Q + h on hand + p backordered.

    Parameters
    ----------
    reorder_point, order_quantity, lead_time_demand_mean : array_like, shapes that broadcast
        As in `stock_levels`. [pallet]
    demand_mean : array_like
        Demand d, >= 0. [pallet/period]
    fixed_order_cost : array_like
        Cost K of an order of any size, >= 0. [$/order]
    holding_cost, backorder_cost : array_like
        Cost h of a pallet on hand, and p of a pallet backordered, for a period, both >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Federgruen and Zheng (1992), Operations Research 40(4), 808-813.

    >>> costs = dict(fixed_order_cost=4, holding_cost=4, backorder_cost=28)
    >>> round(float(expected_cost(3, 9, 12, lead_time_demand_mean=6, **costs)), 5)
    34.26415
    """
    demand, fixed = nonnegative(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    holding, owing = nonnegative(holding_cost=holding_cost, backorder_cost=backorder_cost)
    levels = stock_levels(reorder_point, order_quantity, lead_time_demand_mean)
    return fixed * demand / np.asarray(order_quantity, float) + holding * levels.on_hand + owing * levels.backordered


@labelled
def best_policy(
    demand_mean: ArrayLike,
    *,
    lead_time_demand_mean: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
) -> PointAndLot:
    """Return the reorder point and the lot of least cost.

    G(y) = h E[(y - X)+] + p E[(X - y)+]; the inventory position is kept at the levels y with G(y) <= cost(r, Q)

    Each round takes the levels that are cheaper than the average of the round before, until the average falls no more.
    The ends of these levels are found by halving, since G is convex.

    Parameters
    ----------
    demand_mean : array_like, shapes that broadcast
        Demand d, > 0. [pallet/period]
    lead_time_demand_mean : array_like
        As in `stock_levels`. [pallet]
    fixed_order_cost : array_like
        As in `expected_cost`; 0 gives a lot of one pallet.
    holding_cost, backorder_cost : array_like
        As in `expected_cost`, both > 0. [$/pallet/period]

    Returns
    -------
    PointAndLot (reorder_point, order_quantity), broadcast shape, whole numbers. [pallet]

    Limits
    ------
    All lanes are improved together until none changes; time and memory do not grow with the mean.

    Source
    ------
    Federgruen and Zheng (1992), Operations Research 40(4), 808-813; Dinkelbach (1967).

    >>> best = best_policy(1.5, lead_time_demand_mean=3, fixed_order_cost=100, holding_cost=20, backorder_cost=150)
    >>> [float(pallets) for pallets in best]
    [3.0, 5.0]
    """
    (demand,), (fixed,) = positive(demand_mean=demand_mean), nonnegative(fixed_order_cost=fixed_order_cost)
    over, under = positive(holding_cost=holding_cost, backorder_cost=backorder_cost)
    mean = _checked_mean(lead_time_demand_mean)
    lot, waiting = lot_size.backordered_lot(demand, fixed, over, under)
    given = np.broadcast_arrays(mean, over, under, fixed * demand, np.maximum(np.round(lot), 1.0), waiting)
    best = _improved(*map(np.ravel, given))
    return PointAndLot(*(part.reshape(given[0].shape)[()] for part in best))


def _improved(mean, over, under, ordering, lot, waiting):
    """Return reorder points and lots of least cost, by rounds that start from the lots of certain demand."""

    def cost(level, lane=slice(None)):
        excess = poisson.expected_excess(level, mean[lane])
        return over[lane] * (level - mean[lane]) + (over[lane] + under[lane]) * excess

    far = np.ceil(mean) + 1
    while np.any(falling := cost(far + 1) < cost(far)):
        far = np.where(falling, 2 * far, far)
    cheapest = _roots.first_whole(lambda y: cost(y + 1) >= cost(y), np.full(len(mean), -1.0), far)
    point = cheapest - 1 - np.floor(waiting * (lot - 1))
    average, todo = np.full(len(mean), np.inf), np.arange(len(mean))
    first, end = point + 1, point + 1 + lot
    for _ in range(_ROUNDS):
        levels = stock_levels(first - 1, end - first, mean[todo])
        found = ordering[todo] / (end - first) + over[todo] * levels.on_hand + under[todo] * levels.backordered
        falls = found < average[todo] * (1 - _ROUNDING)
        todo, first, end, found = todo[falls], first[falls], end[falls], found[falls]
        if not len(todo):
            break
        average[todo], point[todo], lot[todo] = found, first - 1, end - first
        middle, now = cheapest[todo], mean[todo]
        low = np.minimum(np.floor(now - found / under[todo]) - 1, middle - 1)  # no level beyond it is as cheap
        high = np.maximum(np.ceil(now + found / over[todo]) + 1, middle + 1)
        first = _roots.first_whole(lambda y: (cost(y, todo) < found) | (y >= middle), low, middle)  # noqa: B023
        end = _roots.first_whole(lambda y: (cost(y, todo) >= found) & (y > middle), middle, high)  # noqa: B023
    return point, lot


def _checked_mean(lead_time_demand_mean):
    (mean,) = nonnegative(lead_time_demand_mean=lead_time_demand_mean)
    require(mean <= poisson.LARGEST_MEAN, "lead_time_demand_mean", f"at most {poisson.LARGEST_MEAN:,.0f}", mean)
    return mean


def _whole(reorder_point, order_quantity):
    (point,), (lot,) = numbers(reorder_point=reorder_point), positive(order_quantity=order_quantity)
    require(point == np.floor(point), "reorder_point", "a whole number of pallets", point)
    require(lot == np.floor(lot), "order_quantity", "a whole number of pallets", lot)
    return point, lot
