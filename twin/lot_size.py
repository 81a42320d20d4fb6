"""The economic order quantity: the lot of least cost when every order has a fixed cost.

With backorders that are planned, and with a lot that arrives at a rate, too. Price breaks: `twin.quantity_discounts`;
lanes that are ordered together: `twin.joint_replenishment`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, positive, require, shares
from twin._labels import Numbers, labelled


class BackorderedLot(NamedTuple):
    """Lot, and the share of it that is already backordered when it arrives. [pallet, -]"""

    order_quantity: Numbers
    backordered_share: Numbers


@labelled
def order_quantity(demand_mean: ArrayLike, fixed_order_cost: ArrayLike, holding_cost: ArrayLike) -> Numbers:
    """Return the lot of least cost: Q = sqrt(2 K d / h).

    Parameters
    ----------
    demand_mean : array_like, shapes that broadcast
        Demand d, >= 0. [pallet/period]
    fixed_order_cost : array_like
        Cost K of an order of any size, >= 0. [$/order]
    holding_cost : array_like
        Cost h of keeping a pallet for a period, > 0: with free holding the best lot is infinite. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Source
    ------
    Harris (1913); notebook 02, eq. (2.7).

    >>> round(float(order_quantity(1300, 8, 0.225)), 3)
    304.047
    """
    demand, fixed = nonnegative(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    (holding,) = positive(holding_cost=holding_cost)
    return np.sqrt(2 * fixed * demand / holding)


@labelled
def order_cost(
    order_quantity: ArrayLike, demand_mean: ArrayLike, fixed_order_cost: ArrayLike, holding_cost: ArrayLike
) -> Numbers:
    """Return ordering and cycle-stock cost of any lot: K d / Q + h Q / 2.

    Parameters
    ----------
    order_quantity : array_like, shapes that broadcast
        Lot Q, > 0. [pallet]
    demand_mean, fixed_order_cost, holding_cost : array_like
        As in `order_quantity`, holding >= 0.

    Returns
    -------
    ndarray or float, broadcast shape; sqrt(2 K d h) at the best lot. [$/period]

    Limits
    ------
    A lot k times the best one costs (k + 1/k) / 2 times the least cost.

    Source
    ------
    Harris (1913); notebook 02, eq. (2.7).

    >>> float(order_cost(250, 1300, 8, 0.225))
    69.725
    """
    (lot,) = positive(order_quantity=order_quantity)
    demand, fixed = nonnegative(demand_mean=demand_mean, fixed_order_cost=fixed_order_cost)
    (holding,) = nonnegative(holding_cost=holding_cost)
    return fixed * demand / lot + holding * lot / 2


@labelled
def backordered_lot(
    demand_mean: ArrayLike, fixed_order_cost: ArrayLike, holding_cost: ArrayLike, backorder_cost: ArrayLike
) -> BackorderedLot:
    """Return the lot of least cost if demand may wait: Q = sqrt(2 K d (h + p) / (h p)), with a share h / (h + p) owed.

    Parameters
    ----------
    demand_mean, fixed_order_cost : array_like, shapes that broadcast
        As in `order_quantity`.
    holding_cost, backorder_cost : array_like
        Cost h of keeping, and p of owing, a pallet for a period, both > 0. [$/pallet/period]

    Returns
    -------
    BackorderedLot (order_quantity, backordered_share), broadcast shapes. [pallet, -]

    Limits
    ------
    A backorder cost that grows without bound gives `order_quantity`, of which nothing waits.

    Source
    ------
    Hadley and Whitin (1963), ch. 2; Zipkin (2000), ch. 3.

    >>> lot = backordered_lot(8000, 12000, 0.3, 1.1)
    >>> round(float(lot.order_quantity)), round(float(lot.backordered_share), 4)
    (28540, 0.2143)
    """
    holding, owing = positive(holding_cost=holding_cost, backorder_cost=backorder_cost)
    share = holding / (holding + owing)
    return BackorderedLot(order_quantity(demand_mean, fixed_order_cost, owing * share), share)


@labelled
def backordered_cost(
    order_quantity: ArrayLike,
    backordered_share: ArrayLike,
    demand_mean: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
) -> Numbers:
    """Return ordering, holding and backorder cost of any lot: K d / Q + (h (1 - x)^2 + p x^2) Q / 2.

    Parameters
    ----------
    order_quantity : array_like, shapes that broadcast
        Lot Q, > 0. [pallet]
    backordered_share : array_like
        Share x of the lot that is backordered when it arrives, 0 to 1. [-]
    demand_mean, fixed_order_cost, holding_cost, backorder_cost : array_like
        As in `backordered_lot`, all >= 0.

    Returns
    -------
    ndarray or float, broadcast shape; sqrt(2 K d h p / (h + p)) at the best lot. [$/period]

    Source
    ------
    Hadley and Whitin (1963), ch. 2; Zipkin (2000), ch. 3.

    >>> round(float(backordered_cost(28540, 0.2143, 8000, 12000, 0.3, 1.1)), 1)
    6727.3
    """
    holding, owing = nonnegative(holding_cost=holding_cost, backorder_cost=backorder_cost)
    (waiting,) = shares(backordered_share=backordered_share)
    mixed = holding * (1 - waiting) ** 2 + owing * waiting**2
    return order_cost(order_quantity, demand_mean, fixed_order_cost, mixed)


@labelled
def production_quantity(
    demand_mean: ArrayLike, fixed_order_cost: ArrayLike, holding_cost: ArrayLike, production_rate: ArrayLike
) -> Numbers:
    """Return the lot of least cost if it arrives at a rate P, as a shuttle brings it: Q = sqrt(2 K d / (h (1 - d/P))).

    Parameters
    ----------
    demand_mean, fixed_order_cost, holding_cost : array_like, shapes that broadcast
        As in `order_quantity`.
    production_rate : array_like
        Rate P at which an open order arrives, above demand. [pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    A rate that grows without bound gives `order_quantity`; at a rate equal to demand, the lot would never end.

    Source
    ------
    Taft (1918), economic production quantity; Zipkin (2000), ch. 3.

    >>> round(float(production_quantity(1300, 8, 0.225, 2000)), 3)
    513.933
    """
    (holding,) = positive(holding_cost=holding_cost)
    return order_quantity(demand_mean, fixed_order_cost, holding * _idle_share(demand_mean, production_rate))


@labelled
def production_cost(
    order_quantity: ArrayLike,
    demand_mean: ArrayLike,
    fixed_order_cost: ArrayLike,
    holding_cost: ArrayLike,
    production_rate: ArrayLike,
) -> Numbers:
    """Return ordering and cycle-stock cost of any lot that arrives at a rate P: K d / Q + h (1 - d/P) Q / 2.

    Parameters
    ----------
    order_quantity : array_like, shapes that broadcast
        Lot Q, > 0. [pallet]
    demand_mean, fixed_order_cost, holding_cost, production_rate : array_like
        As in `production_quantity`, holding >= 0.

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Source
    ------
    Taft (1918), economic production quantity; Zipkin (2000), ch. 3.

    >>> round(float(production_cost(513.933, 1300, 8, 0.225, 2000)), 4)
    40.4722
    """
    (holding,) = nonnegative(holding_cost=holding_cost)
    idle = _idle_share(demand_mean, production_rate)
    return order_cost(order_quantity, demand_mean, fixed_order_cost, holding * idle)


def _idle_share(demand_mean, production_rate):
    """Return the share of time in which nothing arrives, 1 - d/P."""
    (demand,), (rate,) = nonnegative(demand_mean=demand_mean), positive(production_rate=production_rate)
    require(rate > demand, "production_rate", "above demand_mean", rate)
    return 1 - demand / rate
