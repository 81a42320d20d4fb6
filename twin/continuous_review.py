"""The lot and the reorder point chosen together, (r, Q), under continuous review and normal demand.

When the inventory position (on hand, plus on order, less backordered) falls to r, a lot Q is ordered. Demand that is
short is backordered. Poisson demand: `twin.continuous_review_poisson`; quick approximations and a penalty per pallet
instead of one per pallet and period: `twin.reorder_approximations`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import _roots, lot_size, newsvendor
from twin._check import nonnegative, numbers, positive, require
from twin._labels import Numbers, labelled
from twin.demand import expected_excess, second_loss

_ROUNDS = 100  # most improvements of a policy; each at least squares the relative distance from the least cost


class StockLevels(NamedTuple):
    """Mean pallets on hand and backordered, and the share of demand met at once. [pallet, pallet, -]"""

    on_hand: Numbers
    backordered: Numbers
    fill_rate: Numbers


class PointAndLot(NamedTuple):
    """Reorder point r and lot Q. [pallet]"""

    reorder_point: Numbers
    order_quantity: Numbers


@labelled
def stock_levels(
    reorder_point: ArrayLike,
    order_quantity: ArrayLike,
    lead_time_demand_mean: ArrayLike,
    lead_time_demand_sd: ArrayLike,
) -> StockLevels:
    """Return the exact mean stock, mean backorders and fill rate of a reorder point r and a lot Q.

    backordered = (n2(r) - n2(r + Q)) / Q,  on hand = r + Q/2 - mean + backordered,
    fill rate = 1 - (n1(r) - n1(r + Q)) / Q,  with n1 = `expected_excess` and n2 = `second_loss`

    Parameters
    ----------
    reorder_point : array_like, shapes that broadcast
        Inventory position r at which a lot is ordered, any number. [pallet]
    order_quantity : array_like
        Lot Q, > 0. [pallet]
    lead_time_demand_mean, lead_time_demand_sd : array_like
        Moments of lead-time demand (`demand.lead_time_demand`), both >= 0. [pallet]

    Returns
    -------
    StockLevels (on_hand, backordered, fill_rate), broadcast shape.

    Limits
    ------
    The inventory position is uniform between r and r + Q, as it is for demand that comes a little at a time. sd = 0
    gives the levels of certain demand. `buffers.fill_rate` leaves n1(r + Q) out, and is close only for large lots.

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Zipkin (2000), ch. 6.

    >>> [round(float(level), 3) for level in stock_levels(100, 250, 108.333, 43.301)]
    [119.191, 2.524, 0.913]
    """
    (point,), (lot,) = numbers(reorder_point=reorder_point), positive(order_quantity=order_quantity)
    (mean,), (sd,) = (
        nonnegative(lead_time_demand_mean=lead_time_demand_mean),
        nonnegative(lead_time_demand_sd=lead_time_demand_sd),
    )
    short = (second_loss(point, mean, sd) - second_loss(point + lot, mean, sd)) / lot
    missed = (expected_excess(point, mean, sd) - expected_excess(point + lot, mean, sd)) / lot
    return StockLevels(point + lot / 2 - mean + short, short, 1 - missed)


@labelled
def expected_cost(
    reorder_point: ArrayLike,
    order_quantity: ArrayLike,
    demand_mean: ArrayLike,
    *,
    lead_time_demand_mean: ArrayLike,
    lead_time_demand_sd: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
) -> Numbers:
    """Return the exact cost per period of a reorder point and a lot: K d / Q + h on hand + p backordered.

    Parameters
    ----------
    reorder_point, order_quantity, lead_time_demand_mean, lead_time_demand_sd : array_like, shapes that broadcast
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

    Limits
    ------
    sd = 0 gives `lot_size.backordered_cost`.

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Zipkin (2000), ch. 6.

    >>> moments = dict(lead_time_demand_mean=108.33333, lead_time_demand_sd=43.30127)
    >>> costs = dict(fixed_order_cost=8, holding_cost=0.225, backorder_cost=7.5)
    >>> round(float(expected_cost(100, 250, 1300, **moments, **costs)), 3)
    87.346
    """
    demand, fixed = nonnegative(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    holding, owing = nonnegative(holding_cost=holding_cost, backorder_cost=backorder_cost)
    levels = stock_levels(reorder_point, order_quantity, lead_time_demand_mean, lead_time_demand_sd)
    return fixed * demand / np.asarray(order_quantity, float) + holding * levels.on_hand + owing * levels.backordered


@labelled
def best_reorder_point(
    order_quantity: ArrayLike,
    lead_time_demand_mean: ArrayLike,
    lead_time_demand_sd: ArrayLike,
    *,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
) -> Numbers:
    """Return the reorder point of least cost for a given lot: the root of G(r) = G(r + Q).

    G(y) = h E[(y - X)+] + p E[(X - y)+]

    Parameters
    ----------
    order_quantity, lead_time_demand_mean, lead_time_demand_sd : array_like, shapes that broadcast
        As in `stock_levels`. [pallet]
    holding_cost, backorder_cost : array_like
        As in `expected_cost`, both > 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape; negative if it pays to let demand wait. [pallet]

    Limits
    ------
    With the lot of `lot_size.backordered_lot`, the cost is at most one eighth above the least cost of any lot. sd = 0
    gives mean - Q h / (h + p). The range from the newsvendor's quantity less Q is halved, lanes together.

    Source
    ------
    Zheng (1992), Management Science 38(1), 87-103; Hadley and Whitin (1963), ch. 4.

    >>> round(float(best_reorder_point(750, 108.33333, 43.30127, holding_cost=0.225, backorder_cost=7.5)), 2)
    99.85
    """
    (lot,), (mean,) = positive(order_quantity=order_quantity), nonnegative(lead_time_demand_mean=lead_time_demand_mean)
    (sd,) = nonnegative(lead_time_demand_sd=lead_time_demand_sd)
    over, under = positive(holding_cost=holding_cost, backorder_cost=backorder_cost)
    quantity = newsvendor.best_quantity(mean, sd, under, over)

    def rise(point):
        end, start = (newsvendor.expected_cost(level, mean, sd, under, over) for level in (point + lot, point))
        return end - start

    return _roots.bisected(rise, quantity - lot, quantity + 0 * lot)[()]


@labelled
def best_policy(
    demand_mean: ArrayLike,
    *,
    lead_time_demand_mean: ArrayLike,
    lead_time_demand_sd: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
) -> PointAndLot:
    """Return the reorder point and the lot of least cost: G(r) = G(r + Q) = cost(r, Q).

    Every level whose cost G is below the average cost lowers the average, so the best policy keeps the inventory
    position at just these levels. Starting from the average cost of the certain lot, each round takes the levels that
    are cheaper than the average, and their average is the next one; it falls to the least cost quadratically.

    Parameters
    ----------
    demand_mean, fixed_order_cost : array_like, shapes that broadcast
        As in `expected_cost`, both > 0: without a fixed cost there is no lot.
    lead_time_demand_mean, lead_time_demand_sd : array_like
        As in `stock_levels`. [pallet]
    holding_cost, backorder_cost : array_like
        As in `expected_cost`, both > 0. [$/pallet/period]

    Returns
    -------
    PointAndLot (reorder_point, order_quantity), broadcast shape. [pallet]

    Limits
    ------
    sd = 0 gives `lot_size.backordered_lot`. All lanes are improved together until none changes.

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Zheng (1992), Management Science 38(1), 87-103.

    >>> moments = dict(lead_time_demand_mean=108.33333, lead_time_demand_sd=43.30127)
    >>> costs = dict(fixed_order_cost=8, holding_cost=0.225, backorder_cost=7.5)
    >>> best = best_policy(1300, **moments, **costs)
    >>> [round(float(pallets), 2) for pallets in best]
    [126.87, 328.45]
    """
    demand, fixed = positive(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    over, under = positive(holding_cost=holding_cost, backorder_cost=backorder_cost)
    (mean,), (sd,) = (
        nonnegative(lead_time_demand_mean=lead_time_demand_mean),
        nonnegative(lead_time_demand_sd=lead_time_demand_sd),
    )
    lot, waiting = lot_size.backordered_lot(demand, fixed, over, under)
    point = newsvendor.best_quantity(mean, sd, under, over) - waiting * lot
    given = dict(
        lead_time_demand_mean=mean,
        lead_time_demand_sd=sd,
        fixed_order_cost=fixed,
        holding_cost=over,
        backorder_cost=under,
    )
    average = expected_cost(point, lot, demand, **given)
    flat = [np.broadcast_to(x, np.shape(average)).ravel() for x in (demand, *given.values())]
    best = _improved(np.ravel(average), *flat)
    return PointAndLot(*(part.reshape(np.shape(average))[()] for part in best))


def _improved(average, demand, mean, sd, fixed, over, under):
    """Return reorder points and lots of least cost, from average costs that some policies have."""
    low, high = mean - average / under, mean + average / over  # on the asymptotes of the cost of a level
    todo = np.arange(len(average))
    for _ in range(_ROUNDS):
        now = average[todo], mean[todo], sd[todo], under[todo], over[todo]
        low[todo], high[todo] = _roots.level_below(*now, low[todo]), _roots.level_above(*now, high[todo])
        lot = high[todo] - low[todo]
        require(lot > 0, "fixed_order_cost", "so large that the lot is above the rounding of its level", fixed[todo])
        given = dict(lead_time_demand_mean=now[1], lead_time_demand_sd=now[2], fixed_order_cost=fixed[todo])
        cost = expected_cost(low[todo], lot, demand[todo], **given, holding_cost=now[4], backorder_cost=now[3])
        falls = cost < now[0] * (1 - 1e-15)
        average[todo] = np.where(falls, cost, now[0])
        todo = todo[falls]
        if not len(todo):
            break
    return low, high - low
