"""Two sources, a cheap one with a lead time and a dear one at once: the least average cost, the best policy, prices."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, positive, single, whole
from twin._discrete import shares_of_whole_numbers
from twin.distribution import Distribution
from twin.exact.pipeline import Pipeline, TablePolicy
from twin.exact.pricing import Optimum, Whole, reachable
from twin.exact.value_iteration import Array, average_cost

_DEEPEST, _HIGHEST = -500, 1000  # net stocks between which a policy is priced [pallet]


@dataclass(frozen=True)
class DualSourcing:
    """The problem of `dual_sourcing`; a state is (net stock, regular orders that arrive in 1, ... periods)."""

    shares: Array  # probabilities of a demand of 0, 1, 2, ... [-]
    lead_time: int  # of the regular source [period]
    regular_cost: float  # [$/pallet]
    expedited_cost: float  # [$/pallet]
    holding_cost: float  # [$/pallet/period]
    backorder_cost: float  # [$/pallet/period]
    highest: int = _HIGHEST  # stock beyond which goods are disposed of [pallet]
    decisions: int = field(default=2, init=False)
    season: int = field(default=1, init=False)
    least: int = field(default=_DEEPEST, init=False)

    @property
    def start(self) -> Whole:
        return np.zeros(self.lead_time, np.int64)

    def outcomes(self, states: Whole, actions: Whole) -> tuple[Whole, Array]:
        demands = np.arange(len(self.shares))
        pipeline = np.concatenate([states[:, 1:], actions[:, 1:]], axis=1)
        following = np.empty((len(states), len(demands), self.lead_time), np.int64)
        stock = (states[:, 0] + actions[:, 0] + pipeline[:, 0])[:, None] - demands
        following[:, :, 0] = np.minimum(stock, self.highest)
        following[:, :, 1:] = pipeline[:, None, 1:]
        return following, np.broadcast_to(self.shares, following.shape[:2])

    def costs(self, states: Whole, actions: Whole) -> Array:
        bought = self.expedited_cost * actions[:, 0] + self.regular_cost * actions[:, 1]
        return bought + self.cost_of_stock(states[:, 0] + actions[:, 0])

    def cost_of_stock(self, stock: Whole) -> Array:
        """Return the expected holding and backorder cost of a period that begins with a net stock. [$]"""
        after = stock[:, None] - np.arange(len(self.shares))
        return (self.holding_cost * np.maximum(after, 0) + self.backorder_cost * np.maximum(-after, 0)) @ self.shares


def dual_sourcing(
    law: Distribution,
    lead_time: int,
    regular_cost: ArrayLike,
    expedited_cost: ArrayLike,
    *,
    holding_cost: ArrayLike,
    backorder_cost: ArrayLike,
    tolerance: float = 1e-6,
) -> Optimum:
    """Return bounds on the least average cost of a lane with a cheap slow source and a dear one at once.

    V(x, q) + g = min over y >= x, r of  c_e (y - x) + c_r r + E[h (y - D)+ + b (D - y)+ + V(y - D + q_1, q_2, ..., r)]

    Parameters
    ----------
    law : frozen SciPy distribution
        Demand of a period, on whole numbers up to a largest one; independent from period to period. [pallet/period]
    lead_time : int
        Of the regular source: an order placed at the start of period t arrives at the start of t + lead_time, >= 1;
        an expedited order arrives at once. [period]
    regular_cost, expedited_cost : float
        Price of an ordered pallet, >= 0; both count in the cost, also the regular one. [$/pallet]
    holding_cost, backorder_cost : float
        Cost of a pallet on hand, or owed, at the end of a period, > 0. [$/pallet/period]
    tolerance : float
        Largest high - low, as a share of the cost, > 0. [-]

    Returns
    -------
    Optimum
        `low`, `high` [$/period]; `policy`, from states of shape (n, lead_time), which are net stock after the arrival
        of the period and the regular orders that arrive 1, 2, ..., lead_time - 1 periods later, the next one first, to
        orders of shape (n, 2), the expedited one first. [pallet]

    Errors
    ------
    ValueError for a law that is not on whole numbers, or a problem whose table of values is too large.

    Limits
    ------
    Regular orders, and net stock on both sides, are bounded. A bound that the best policy meets in a state that it
    reaches is widened, and the problem is solved again.

    Source
    ------
    Sheopuri, Janakiraman and Seshadri (2010), New policies for the stochastic inventory control problem with two supply
    sources; bounds of MacQueen (1966).

    >>> from scipy.stats import randint
    >>> optimum = dual_sourcing(randint(0, 5), 2, 100, 105, holding_cost=5, backorder_cost=495)
    >>> round(optimum.low, 2), round(optimum.high, 2)
    (216.77, 216.77)
    """
    nonnegative(regular_cost=regular_cost, expedited_cost=expedited_cost)
    positive(tolerance=tolerance, holding_cost=holding_cost, backorder_cost=backorder_cost)
    regular, expedited = single(regular_cost=regular_cost, expedited_cost=expedited_cost)
    hold, owe = single(holding_cost=holding_cost, backorder_cost=backorder_cost)
    shares = shares_of_whole_numbers(law, "law")
    problem = DualSourcing(shares, whole("lead_time", lead_time, least=1), regular, expedited, hold, owe)
    most = len(shares) - 1
    lowest, highest, orders = 0, most * 3, most + 3
    while True:
        low, high, policy = _solved(problem, lowest, highest, orders, tolerance)
        states, actions, _ = reachable(replace(problem, highest=highest), policy)
        deep = bool(np.min(states[:, 0] + actions[:, 0]) <= lowest)
        tall, narrow = bool(states[:, 0].max() >= highest), bool(actions[:, 1].max() >= orders - 1)
        if not (deep or tall or narrow):
            return Optimum(low, high, policy, replace(problem, highest=max(_HIGHEST, 2 * highest)), tolerance)
        lowest, highest, orders = lowest - most * deep, highest + most * tall, orders + 2 * narrow


def _solved(
    problem: DualSourcing, lowest: int, highest: int, orders: int, tolerance: float
) -> tuple[float, float, TablePolicy]:
    """Return bounds and the best policy where the net stock after expediting is from `lowest` to `highest`."""
    most = len(problem.shares) - 1
    raised = np.arange(lowest, highest + 1)  # net stock after expediting; before it, up to `most` pallets less
    stocks = np.arange(lowest - most, highest + 1)
    moves = np.zeros((len(raised), len(stocks)))
    for demand, share in enumerate(problem.shares):
        moves[np.arange(len(raised)), np.arange(len(raised)) + most - demand] = share
    pipeline = Pipeline(moves, orders, problem.lead_time, problem.regular_cost)
    ones = [1] * (problem.lead_time - 1)
    costs = (problem.cost_of_stock(raised) + problem.expedited_cost * raised).reshape(-1, *ones)
    bought_before = (problem.expedited_cost * stocks).reshape(-1, *ones)
    at_least = np.maximum(np.arange(len(stocks)) - most, 0)  # place in `raised` of the stock that is there

    def update(values: Array) -> Array:
        least = np.minimum.accumulate((costs + pipeline.least(values))[::-1])[::-1]  # over all higher stocks
        return least[at_least] - bought_before

    low, high, values = average_cost(update, np.zeros(pipeline.shape), tolerance)
    totals = costs + pipeline.least(values)
    least = np.minimum.accumulate(totals[::-1])[::-1]
    place = np.where(totals <= least, np.arange(len(raised)).reshape(-1, *ones), len(raised))
    place = np.minimum.accumulate(place[::-1])[::-1][at_least]  # the lowest of the best stocks
    expedited = raised[place] - stocks.reshape(-1, *ones)
    regular = np.take_along_axis(pipeline.best(values), place, axis=0)
    return low, high, TablePolicy((expedited, regular), int(stocks[0]))
