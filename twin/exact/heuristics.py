"""Simple ordering rules for a lane that loses what it cannot ship, and the best parameters of each.

A rule is a policy that `lost_sales` prices: from states (stock on hand, orders under way, next one first) to orders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.exact.pricing import Optimum, Policy, PriceBounds, Whole


class Best(NamedTuple):
    """The best parameters of a rule, and its price with them."""

    parameters: tuple[float, ...]  # in the order of the rule's arguments [pallet]
    price: PriceBounds  # [$/period]


def base_stock(level: int) -> Policy:
    """Return the rule that orders up to a level of stock and orders under way, q = (S - x - q_1 - ...)+.

    Source: notebook 12, eq. (12.3).

    >>> base_stock(12)(np.array([[3, 4], [9, 9]])).tolist()
    [5, 0]
    """
    return lambda states: np.maximum(level - states.sum(axis=1), 0)


def capped_base_stock(level: int, cap: int) -> Policy:
    """Return the rule that orders up to a level, but never more than a cap, q = min(cap, (S - x - q_1 - ...)+).

    Source: Xin (2021), Understanding the performance of capped base-stock policies in lost-sales inventory models;
    notebook 12, eq. (12.4).

    >>> capped_base_stock(12, 4)(np.array([[3, 4], [9, 9]])).tolist()
    [4, 0]
    """
    return lambda states: np.clip(level - states.sum(axis=1), 0, cap)


def constant_order(quantity: int) -> Policy:
    """Return the rule that orders the same quantity in each period, less than mean demand.

    Source: Reiman (2004); Goldberg, Katz-Rogozhnikov, Lu, Sharma and Squillante (2016).

    >>> constant_order(4)(np.array([[3, 4], [9, 9]])).tolist()
    [4, 4]
    """
    return lambda states: np.full(len(states), quantity)


def projected_level(optimum: Optimum, level: float) -> Policy:
    """Return the rule that raises the expected stock at the arrival of the order to a level, rounded to whole pallets.

    q = round (U - E[stock before the order arrives])+, with lost sales on the way counted

    Source: van Jaarsveld and Arts (2024), Projected inventory-level policies for lost sales inventory systems; notebook
    12, eq. (12.6).
    """
    problem: Any = optimum.problem

    def rule(states: Whole) -> Whole:
        shares = stock_at_arrival(problem.shares, states)
        return np.rint(np.maximum(level - shares @ np.arange(shares.shape[1]), 0)).astype(int)

    return rule


def myopic(optimum: Optimum) -> Policy:
    """Return the rule that minimises the expected cost of the period in which the order arrives.

    q = least number with P(demand of that period <= stock before the order arrives + q) >= p / (p + h)

    Source: Morton (1971); Zipkin (2008), section 4; notebook 12, eq. (12.5).
    """
    problem: Any = optimum.problem
    ratio = problem.penalty / (problem.penalty + problem.holding_cost)

    def rule(states: Whole) -> Whole:
        shares = stock_at_arrival(problem.shares, states)
        most = len(problem.shares)
        met = np.concatenate([np.cumsum(problem.shares), np.ones(shares.shape[1] + most)])  # P(demand <= 0, 1, ...)
        chances = np.stack([shares @ met[order : order + shares.shape[1]] for order in range(most)], axis=1)
        return np.argmax(chances >= ratio, axis=1)

    return rule


def stock_at_arrival(shares: NDArray[np.float64], states: Whole) -> NDArray[np.float64]:
    """Return the probabilities of a stock of 0, 1, ... when an order placed now arrives, before it is added.

    Parameters
    ----------
    shares : ndarray, shape (demands,)
        Probabilities of a demand of 0, 1, 2, ... in a period. [-]
    states : ndarray of int, shape (n, lead_time)
        Stock on hand, and the orders that arrive 1, 2, ... periods later. [pallet]

    Returns
    -------
    ndarray, shape (n, stocks). [-]

    >>> stock_at_arrival(np.array([0.5, 0.0, 0.5]), np.array([[1, 3]]))[0].tolist()
    [0.0, 0.25, 0.25, 0.25, 0.25]
    """
    count, most = len(states), int(states.sum(axis=1).max())
    chances = np.zeros((count, most + 1))
    chances[np.arange(count), states[:, 0]] = 1.0
    for arriving in (*states[:, 1:].T, np.zeros(count, int)):
        after = np.zeros_like(chances)
        for demand, share in enumerate(shares[: most + 1]):
            after[:, : most + 1 - demand] += share * chances[:, demand:]
        after[:, 0] += chances.sum(axis=1) - after.sum(axis=1)  # demand of all the stock, or more
        places = np.arange(most + 1) - arriving[:, None]
        chances = np.where(places >= 0, np.take_along_axis(after, np.maximum(places, 0), axis=1), 0.0)
    return chances


def best_base_stock(optimum: Optimum) -> Best:
    """Return the best level of `base_stock`, found downwards from the newsvendor level of backorders.

    >>> from scipy.stats import poisson
    >>> from twin.exact import lost_sales
    >>> best = best_base_stock(lost_sales(poisson(5), 1, penalty=4))
    >>> best.parameters, round(best.price.high, 4)
    ((12,), 4.1628)
    """
    problem: Any = optimum.problem
    return _down(lambda level: optimum.price(base_stock(level)), problem.level(problem.lead_time + 1))


def best_capped_base_stock(optimum: Optimum) -> Best:
    """Return the best level and cap of `capped_base_stock`, for caps from mean demand to the newsvendor level."""
    problem: Any = optimum.problem
    top, largest = problem.level(problem.lead_time + 1) + 2, problem.level(1) + 1
    smallest = max(1, int(np.arange(len(problem.shares)) @ problem.shares))
    found = []
    for cap in range(smallest, largest + 1):
        best = _down(lambda level, cap=cap: optimum.price(capped_base_stock(level, cap)), top)
        found.append(Best((*best.parameters, cap), best.price))
    return min(found, key=lambda best: best.price.high)


def best_constant_order(optimum: Optimum) -> Best:
    """Return the best quantity of `constant_order`, below mean demand."""
    problem: Any = optimum.problem
    mean = np.arange(len(problem.shares)) @ problem.shares
    return _down(lambda quantity: optimum.price(constant_order(quantity)), int(np.ceil(mean)) - 1)


def best_projected_level(optimum: Optimum) -> Best:
    """Return the best level of `projected_level`, in steps of a quarter of a pallet."""
    problem: Any = optimum.problem
    levels = np.arange(0, problem.level(1) + 6, 0.25)  # rounding makes the price a saw-tooth: all are tried
    found = [Best((float(level),), optimum.price(projected_level(optimum, level))) for level in levels]
    return min(found, key=lambda best: best.price.high)


def _down(price: Callable[[int], PriceBounds], top: int) -> Best:
    """Return the whole number of least price at or below `top`; the price falls towards it from above, then rises."""
    best = Best((top,), price(top))
    for number in range(top - 1, -1, -1):
        found = price(number)
        if found.high > best.price.high:
            break
        best = Best((number,), found)
    return best
