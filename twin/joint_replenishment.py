"""Lanes that are ordered together: a shared cost for every order, and a cost of its own for every lane in it.

Orders are placed every T periods; lane i takes part in every m_i-th of them. The lanes are the last axis.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin._check import positive, require
from twin._labels import Numbers, labelled, labelled_by_row

_MOST_CHANGES = 10**6  # most changes of the multiples while the base cycle shrinks
_STARTS = 200  # base cycles tried for a first upper bound of the cost


class JointPlan(NamedTuple):
    """Time between orders [period], and the multiple of it at which each lane is ordered."""

    base_cycle: Numbers
    multiples: Numbers


@labelled_by_row
def joint_cost(
    base_cycle: float,
    multiples: ArrayLike,
    *,
    shared_order_cost: float,
    own_order_costs: ArrayLike,
    demand_means: ArrayLike,
    holding_costs: ArrayLike,
) -> Numbers:
    """Return the cost per period of any joint plan: (A + sum a_i / m_i) / T + T/2 sum m_i d_i h_i.

    Parameters
    ----------
    base_cycle : float
        Time T between orders, > 0. [period]
    multiples : array_like, shape (n,)
        Whole multiples m_i >= 1 of T at which each lane is ordered.
    shared_order_cost : float
        Cost A of an order, whatever is in it, > 0. [$/order]
    own_order_costs : array_like, shape (n,)
        Further cost a_i of each lane in an order, > 0. [$/order]
    demand_means, holding_costs : array_like, shape (n,)
        Demand d_i [pallet/period], and cost h_i of keeping a pallet for a period [$/pallet/period], both > 0.

    Returns
    -------
    float. [$/period]

    Limits
    ------
    Every base cycle has an order, so that a plan in which all multiples share a factor pays for empty orders.

    Source
    ------
    Goyal (1974), Management Science 21(4), 436-443; Silver, Pyke and Thomas (2017), ch. 10.

    >>> lanes = dict(own_order_costs=[10, 10], demand_means=[400, 20], holding_costs=[1, 1])
    >>> round(float(joint_cost(0.35, [1, 2], shared_order_cost=15, **lanes)), 2)
    162.71
    """
    (cycle,), (share,) = positive(base_cycle=base_cycle), positive(multiples=multiples)
    shared, own, weight = _checked(shared_order_cost, own_order_costs, demand_means, holding_costs)
    ok = share.shape == own.shape and np.all(share == np.floor(share))
    require(ok, "multiples", "whole numbers, one per lane", multiples)
    require(cycle.ndim == 0, "base_cycle", "one number", base_cycle)
    return (shared + np.sum(own / share)) / cycle + cycle * np.sum(share * weight)


@labelled_by_row
def best_joint_plan(
    shared_order_cost: float,
    own_order_costs: ArrayLike,
    demand_means: ArrayLike,
    holding_costs: ArrayLike,
    *,
    power_of_two: bool = False,
) -> JointPlan:
    """Return the joint plan of least cost.

    While T shrinks, lane i goes from multiple m to m + 1 at T = sqrt(2 a_i / (d_i h_i m (m + 1))). Between two such
    changes the multiples stay as they are, and the best T costs sqrt(2 (A + sum a_i / m_i) sum m_i d_i h_i). All
    changes that a plan of least cost can lie behind are made, so that the plan is a global optimum.

    Parameters
    ----------
    shared_order_cost, own_order_costs, demand_means, holding_costs : as in `joint_cost`.
    power_of_two : bool, optional
        True allows the multiples 1, 2, 4, 8, ... alone, which need no timetable.

    Returns
    -------
    JointPlan (base_cycle, multiples), float and shape (n,). [period, -]

    Errors
    ------
    ValueError if the shared cost is so small that multiples would change more than a million times: then each lane may
    as well be ordered by itself.

    Limits
    ------
    Multiples that are powers of two cost at most 2.02% more than any plan at all, of these or other multiples.

    Source
    ------
    Goyal (1974), Management Science 21(4), 436-443; Wildeman, Frenk and Dekker (1997), European Journal of Operational
    Research 99(2), 433-444; powers of two: Jackson, Maxwell and Muckstadt (1985), Roundy (1985).

    >>> plan = best_joint_plan(40, [15] * 4, [86000, 12500, 1400, 3000], [0.24] * 4)
    >>> round(float(plan.base_cycle), 5), plan.multiples.tolist()
    (0.07617, [1.0, 1.0, 4.0, 3.0])
    """
    shared, own, weight = _checked(shared_order_cost, own_order_costs, demand_means, holding_costs)
    cycles = np.sqrt((shared + own.sum()) / weight.sum()) * np.geomspace(1, 1e-6, _STARTS)
    multiples = _multiples_at(cycles[:, np.newaxis], own, weight, power_of_two)
    tried = (shared + np.sum(own / multiples, axis=1)) / cycles + cycles * np.sum(weight * multiples, axis=1)
    apart = 2 * np.sum(np.sqrt(own * weight))  # no plan has a lower cost of the lanes alone
    shortest = shared / (tried.min() - apart) * (1 - 1e-9)
    last = _multiples_at(shortest, own, weight, power_of_two)
    count = np.sum(np.log2(last) if power_of_two else last - 1)
    require(count <= _MOST_CHANGES, "shared_order_cost", "large enough for lanes to be ordered together", shared)
    lane, before, after = _changes(last.astype(int), power_of_two)
    when = np.sqrt(own[lane] / (weight[lane] * before * after))
    order = np.argsort(-when, kind="stable")
    lane, before, after = lane[order], before[order], after[order]
    ordering = np.cumsum(np.append(shared + own.sum(), own[lane] * (1 / after - 1 / before)))
    keeping = np.cumsum(np.append(weight.sum(), weight[lane] * (after - before)))
    best = int(np.argmin(ordering * keeping))
    multiples = np.ones(len(own))
    np.maximum.at(multiples, lane[:best], after[:best])
    cycle = np.sqrt((shared + np.sum(own / multiples)) / np.sum(weight * multiples))
    return JointPlan(cycle, multiples)


@labelled
def power_of_two_cycle(cycle: ArrayLike, base_cycle: ArrayLike = 1.0) -> Numbers:
    """Return the power-of-two multiple of a base cycle that costs least in place of the best cycle.

    T = base 2^k,  the smallest with T >= cycle / sqrt(2)

    Parameters
    ----------
    cycle : array_like, shapes that broadcast
        Best time between orders of a lane by itself, Q / d of its economic lot, > 0. [period]
    base_cycle : array_like, optional
        Shortest step of the timetable, > 0; the result may be a half or a quarter of it. [period]

    Returns
    -------
    ndarray or float, broadcast shape. [period]

    Limits
    ------
    A cycle t times the best one costs (t + 1/t) / 2 times as much, here at most 1.0607: t lies between 0.707 and 1.414.

    Source
    ------
    Roundy (1985), Management Science 31(11), 1416-1430; Muckstadt and Roundy (1993).

    >>> float(power_of_two_cycle(3.0))
    4.0
    """
    best, base = positive(cycle=cycle, base_cycle=base_cycle)
    mantissa, exponent = np.frexp(best / base / np.sqrt(2))
    return base * np.ldexp(1.0, exponent - (mantissa == 0.5))


def _checked(shared_order_cost, own_order_costs, demand_means, holding_costs):
    """Return the shared cost, the own costs, and d h / 2 of each lane, after checking them."""
    (shared,), (own,) = positive(shared_order_cost=shared_order_cost), positive(own_order_costs=own_order_costs)
    require(shared.ndim == 0, "shared_order_cost", "one number", shared_order_cost)
    require(own.ndim == 1 and own.size > 0, "own_order_costs", "a list of at least one number", own_order_costs)
    demand, holding = positive(demand_means=demand_means, holding_costs=holding_costs)
    require(demand.shape == own.shape, "demand_means", "one number per lane", demand_means)
    require(holding.shape == own.shape, "holding_costs", "one number per lane", holding_costs)
    return shared, own, demand * holding / 2


def _multiples_at(cycle, own, weight, power_of_two):
    """Return the best multiple of each lane at a base cycle."""
    ratio = own / (weight * cycle**2)  # square of the best multiple, if it need not be whole
    if power_of_two:
        return np.exp2(np.maximum(np.ceil(np.log2(ratio / 2) / 2), 0.0))
    return np.maximum(np.ceil(np.sqrt(0.25 + ratio) - 0.5), 1.0)


def _changes(last, power_of_two):
    """Return the lane of each change of a multiple up to the last ones, and its values before and after."""
    if power_of_two:
        steps = np.log2(last).astype(int)
        place = np.concatenate([np.arange(count) for count in steps])
        before = np.exp2(place)
        return np.repeat(np.arange(len(last)), steps), before, 2 * before
    before = np.concatenate([np.arange(1.0, end) for end in last])
    return np.repeat(np.arange(len(last)), last - 1), before, before + 1
