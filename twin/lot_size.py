"""The economic order quantity: the lot of least cost when every order has a fixed cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, positive
from twin._labels import Numbers, labelled


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
