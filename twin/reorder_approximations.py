"""Usual approximations of the lot and the reorder point, (r, Q), under normal demand.

They leave out what is still backordered when a lot arrives, which the exact `twin.continuous_review` counts. The
penalty form charges each pallet that is short once, however long it waits. A third approximation needs no function:
the lot of `lot_size.backordered_lot`, with its best reorder point from `continuous_review.best_reorder_point`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _roots, buffers, lot_size, newsvendor
from twin._check import nonnegative, numbers, positive, require
from twin._labels import Numbers, labelled
from twin.continuous_review import PointAndLot
from twin.demand import expected_excess, second_loss

_ROUNDS = 1000  # most rounds between lot and reorder point; each shrinks the error by a factor
_SETTLED = 1e-15  # relative rise of the lot below which it has come to rest [-]


@labelled
def penalty_policy(
    demand_mean: ArrayLike,
    *,
    lead_time_demand_mean: ArrayLike,
    lead_time_demand_sd: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    sla_penalty: ArrayLike,
) -> PointAndLot:
    """Return the reorder point and the lot if each pallet short costs a penalty once.

    Q = sqrt(2 d (K + p n(r)) / h),  P(X > r) = h Q / (p d),  n(r) = E[(X - r)+]

    Parameters
    ----------
    demand_mean, fixed_order_cost : array_like, shapes that broadcast
        Demand d [pallet/period] and the cost K of an order of any size [$/order], both > 0.
    lead_time_demand_mean, lead_time_demand_sd : array_like
        Moments of lead-time demand X, both >= 0. [pallet]
    holding_cost, sla_penalty : array_like
        Cost h of keeping a pallet for a period [$/pallet/period] and penalty p of a pallet short [$/pallet], both > 0.

    Returns
    -------
    PointAndLot (reorder_point, order_quantity), broadcast shape. [pallet]

    Errors
    ------
    ValueError if the penalty is so low that it pays to let all demand wait, so that there is no best reorder point.

    Limits
    ------
    sd = 0 gives the economic order quantity and the mean. Lot and point are found in turn, lanes together.

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Nahmias and Olsen (2015), (Q, R) model; also called expected-inventory-level
    approximation.

    >>> moments = dict(lead_time_demand_mean=100, lead_time_demand_sd=25)
    >>> best = penalty_policy(200, **moments, fixed_order_cost=50, holding_cost=2, sla_penalty=25)
    >>> [round(float(pallets), 2) for pallets in best]
    [142.57, 110.77]
    """
    demand, fixed = positive(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    holding, penalty = positive(holding_cost=holding_cost, sla_penalty=sla_penalty)
    mean, sd = nonnegative(lead_time_demand_mean=lead_time_demand_mean, lead_time_demand_sd=lead_time_demand_sd)
    demand, fixed, holding, penalty, mean, sd = np.broadcast_arrays(demand, fixed, holding, penalty, mean, sd)

    def point_of(lot):
        tail = holding * lot / (penalty * demand)
        require(tail < 1, "sla_penalty", "so high that it does not pay to let all demand wait", penalty)
        return mean - buffers.safety_stock(sd, tail)  # the quantile by its tail

    def lot_of(point):
        return lot_size.order_quantity(demand, fixed + penalty * expected_excess(point, mean, sd), holding)

    lot, settled = lot_size.order_quantity(demand, fixed, holding), np.zeros(demand.shape, bool)
    for _ in range(_ROUNDS):  # the lots rise
        higher = lot_of(point_of(lot))
        settled = settled | (higher <= lot * (1 + _SETTLED))  # rounding errors can lower it
        lot = np.where(settled, lot, higher)[()]
        if np.all(settled):
            break
    require(settled, "sla_penalty", "so high that lot and reorder point settle", penalty)
    return PointAndLot(point_of(lot), lot)


@labelled
def penalty_cost(
    reorder_point: ArrayLike,
    order_quantity: ArrayLike,
    demand_mean: ArrayLike,
    *,
    lead_time_demand_mean: ArrayLike,
    lead_time_demand_sd: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    sla_penalty: ArrayLike,
) -> Numbers:
    """Return the approximate cost of a reorder point and a lot: h (r - mean + Q/2) + (K + p n(r)) d / Q.

    Parameters
    ----------
    reorder_point, order_quantity : array_like, shapes that broadcast
        Inventory position r at which a lot Q > 0 is ordered. [pallet]
    demand_mean, lead_time_demand_mean, lead_time_demand_sd, fixed_order_cost, holding_cost, sla_penalty : array_like
        As in `penalty_policy`, all >= 0.

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Limits
    ------
    The mean stock leaves out backorders, so that the cost is too low if many pallets wait.

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Nahmias and Olsen (2015), (Q, R) model.

    >>> moments = dict(lead_time_demand_mean=100, lead_time_demand_sd=25)
    >>> costs = dict(fixed_order_cost=50, holding_cost=2, sla_penalty=25)
    >>> round(float(penalty_cost(142.568, 110.774, 200, **moments, **costs)), 2)
    306.68
    """
    demand, fixed = nonnegative(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    holding, penalty = nonnegative(holding_cost=holding_cost, sla_penalty=sla_penalty)
    mean, sd = nonnegative(lead_time_demand_mean=lead_time_demand_mean, lead_time_demand_sd=lead_time_demand_sd)
    (point,) = numbers(reorder_point=reorder_point)
    each = fixed + penalty * expected_excess(point, mean, sd)
    return holding * (point - mean) + lot_size.order_cost(order_quantity, demand, each, holding)


@labelled
def loss_policy(
    demand_mean: ArrayLike,
    *,
    lead_time_demand_mean: ArrayLike,
    lead_time_demand_sd: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
) -> PointAndLot:
    """Return the reorder point and the lot of least cost if no shortage lasts into the next cycle.

    Q = sqrt(2 (K d + (h + p) n2(r)) / h),  n1(r) = h Q / (h + p),  n1 and n2 the first and second loss

    So the reorder point is that of a fill rate of p / (h + p).

    Parameters
    ----------
    demand_mean, lead_time_demand_mean, lead_time_demand_sd, fixed_order_cost : array_like, shapes that broadcast
        As in `penalty_policy`.
    holding_cost, backorder_cost : array_like
        Cost h of a pallet on hand, and p of a pallet backordered, for a period, both > 0. [$/pallet/period]

    Returns
    -------
    PointAndLot (reorder_point, order_quantity), broadcast shape. [pallet]

    Limits
    ------
    sd = 0 gives `lot_size.backordered_lot`. The range of reorder points below the newsvendor's quantity is halved,
    lanes together; it always holds the best point, since n1^2 <= 2 n2 P(X > r).

    Source
    ------
    Hadley and Whitin (1963), ch. 4; Snyder and Shen (2019), loss-function approximation.

    >>> moments = dict(lead_time_demand_mean=8.76712, lead_time_demand_sd=4.18739)
    >>> best = loss_policy(800, **moments, fixed_order_cost=50, holding_cost=3.1, backorder_cost=45)
    >>> [round(float(pallets), 2) for pallets in best]
    [-1.99, 166.95]
    """
    demand, fixed = positive(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    holding, owing = positive(holding_cost=holding_cost, backorder_cost=backorder_cost)
    mean, sd = nonnegative(lead_time_demand_mean=lead_time_demand_mean, lead_time_demand_sd=lead_time_demand_sd)
    most = newsvendor.best_quantity(mean, sd, owing, holding)

    def lot_of(point):
        return (holding + owing) * expected_excess(point, mean, sd) / holding

    def gap(point):  # rises with the point up to `most`; 0 where both equations hold
        return fixed * demand + (holding + owing) * second_loss(point, mean, sd) - holding * lot_of(point) ** 2 / 2

    depth = np.sqrt(holding / owing * (sd**2 + 2 * fixed * demand / (holding + owing)))  # no lower point is better
    point = _roots.bisected(gap, mean - depth, most + 0 * depth)[()]
    return PointAndLot(point, lot_of(point))
