"""The newsvendor within limits: bounds on the quantity, costs that are 0, and a fixed cost of ordering at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _roots, newsvendor
from twin._check import nonnegative, numbers, positive, require
from twin._labels import Numbers, labelled


@labelled
def bounded_quantity(
    mean: ArrayLike,
    sd: ArrayLike,
    *,
    underage_cost: ArrayLike,
    overage_cost: ArrayLike,
    least: ArrayLike,
    most: ArrayLike,
) -> Numbers:
    """Return the quantity of least expected cost between two bounds: min(most, max(least, best quantity)).

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of normal demand, sd >= 0. [pallet]
    underage_cost, overage_cost : array_like
        Both >= 0, and not both 0. [$/pallet]
    least, most : array_like
        Smallest and largest quantity allowed, such as a contract's minimum and the own places; least <= most. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    An overage cost of 0 gives `most`, as every pallet more can only help, and an underage cost of 0 gives `least`; the
    unbounded `newsvendor.best_quantity` is infinite there, and is refused. The expected cost is convex, so the bound
    nearer to the best quantity is the best one allowed; for other demand, clip `distribution.best_quantity` likewise.

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.3).

    >>> places = dict(least=0.0, most=130.0)
    >>> float(bounded_quantity(100.0, 25.0, underage_cost=5.0, overage_cost=0.0, **places))
    130.0
    """
    (mean,), (sd,) = numbers(mean=mean), nonnegative(sd=sd)
    under, over = nonnegative(underage_cost=underage_cost, overage_cost=overage_cost)
    require(under + over > 0, "underage_cost + overage_cost", "> 0", under + over)
    least, most = numbers(least=least, most=most)
    require(least <= most, "least", "at most `most`", least)
    inside = (under > 0) & (over > 0)
    best = newsvendor.best_quantity(mean, sd, np.where(inside, under, 1.0), np.where(inside, over, 1.0))
    return np.clip(np.where(inside, best, np.where(over > 0, -np.inf, np.inf)), least, most)[()]


@labelled
def order_threshold(
    mean: ArrayLike, sd: ArrayLike, *, underage_cost: ArrayLike, overage_cost: ArrayLike, fixed_order_cost: ArrayLike
) -> Numbers:
    """Return the stock below which it pays to order up to the best quantity S, if an order has a fixed cost.

    The threshold s is the smaller root of cost(s) = K + cost(S)

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of normal demand, sd >= 0. [pallet]
    underage_cost, overage_cost : array_like
        Both > 0. [$/pallet]
    fixed_order_cost : array_like
        Cost K of an order of any size, >= 0. [$/order]

    Returns
    -------
    ndarray or float, broadcast shape, at most `newsvendor.best_quantity`. [pallet]

    Limits
    ------
    K = 0 gives the best quantity itself, and certain demand mean - K / Cu. One period alone; many: `twin.min_max`.

    Source
    ------
    Scarf (1960), the optimality of (S, s) policies, for one period; Porteus (2002), ch. 4.

    >>> costs = dict(underage_cost=5.0, overage_cost=5.0)
    >>> round(float(order_threshold(100.0, 0.0, **costs, fixed_order_cost=50.0)), 2)
    90.0
    """
    (mean,), (sd,), (fixed,) = numbers(mean=mean), nonnegative(sd=sd), nonnegative(fixed_order_cost=fixed_order_cost)
    under, over = positive(underage_cost=underage_cost, overage_cost=overage_cost)
    best = newsvendor.best_quantity(mean, sd, under, over)
    cost = fixed + newsvendor.expected_cost(best, mean, sd, under, over)
    flat = [
        np.ravel(part) for part in np.broadcast_arrays(cost, mean, sd, under, over, mean - cost / under, best, fixed)
    ]
    found = np.where(flat[-1] > 0, _roots.level_below(*flat[:-2]), flat[-2])
    return found.reshape(np.shape(cost))[()]
