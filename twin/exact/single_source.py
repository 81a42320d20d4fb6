"""One source with a lead time and lost sales: the least average cost, the best policy, and the price of any other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from twin._check import positive, single, whole
from twin._discrete import shares_of_whole_numbers
from twin.distribution import Distribution
from twin.exact.pipeline import Pipeline, TablePolicy
from twin.exact.pricing import Optimum, Whole, reachable
from twin.exact.value_iteration import Array, average_cost

_HIGHEST = 1000  # stock up to which a policy is priced [pallet]
_MARGIN = 2  # orders and stock beyond the newsvendor levels with which the grid begins [pallet]


@dataclass(frozen=True)
class LostSales:
    """The problem of `lost_sales`; a state is (stock on hand, orders that arrive in 1, ..., lead_time - 1 periods)."""

    shares: Array  # probabilities of a demand of 0, 1, 2, ... [-]
    lead_time: int  # [period]
    penalty: float  # [$/pallet]
    holding_cost: float  # [$/pallet/period]
    highest: int = _HIGHEST  # stock beyond which goods are disposed of [pallet]
    decisions: int = field(default=1, init=False)

    season: int = field(default=1, init=False)
    least: int = field(default=0, init=False)

    @property
    def start(self) -> Whole:
        return np.zeros(self.lead_time, np.int64)

    def level(self, periods: int) -> int:
        """Return the newsvendor quantity, penalty against holding, of the demand of some periods. [pallet]"""
        total = np.ones(1)
        for _ in range(periods):
            total = np.convolve(total, self.shares)
        ratio = self.penalty / (self.penalty + self.holding_cost)
        return int(np.searchsorted(np.cumsum(total), ratio * (1 - 1e-12)))

    def outcomes(self, states: Whole, actions: Whole) -> tuple[Whole, Array]:
        return self._following(states, actions, self.shares)

    def distinct_outcomes(self, states: Whole, actions: Whole) -> tuple[Whole, Array]:
        """Return the same with all demands that use up the largest stock as one outcome."""
        most = min(int(states[:, 0].max()), len(self.shares) - 1)
        return self._following(states, actions, np.append(self.shares[:most], self.shares[most:].sum()))

    def _following(self, states: Whole, actions: Whole, shares: Array) -> tuple[Whole, Array]:
        demands = np.arange(len(shares))
        pipeline = np.concatenate([states[:, 1:], actions], axis=1)  # arrives after 1, ..., lead_time periods
        following = np.empty((len(states), len(demands), self.lead_time), np.int64)
        left = np.maximum(states[:, :1] - demands, 0)
        following[:, :, 0] = np.minimum(left + pipeline[:, :1], self.highest)
        following[:, :, 1:] = pipeline[:, None, 1:]
        return following, np.broadcast_to(shares, left.shape)

    def costs(self, states: Whole, actions: Whole) -> Array:
        return self.cost_of_stock(int(states[:, 0].max()))[states[:, 0]]

    def cost_of_stock(self, most: int) -> Array:
        """Return the expected cost of a period that begins with a stock of 0, 1, ..., most. [$]"""
        stock, demands = np.arange(most + 1)[:, None], np.arange(len(self.shares))
        costs = self.holding_cost * np.maximum(stock - demands, 0) + self.penalty * np.maximum(demands - stock, 0)
        return costs @ self.shares


def lost_sales(
    law: Distribution, lead_time: int, penalty: ArrayLike, holding_cost: ArrayLike = 1.0, *, tolerance: float = 1e-5
) -> Optimum:
    """Return bounds on the least average cost of a lane that loses what it cannot ship, and the best policy.

    V(x, q_1, ..., q_L-1) + g = min over q of  E[h (x - D)+ + p (D - x)+ + V((x - D)+ + q_1, q_2, ..., q)]

    Parameters
    ----------
    law : frozen SciPy distribution
        Demand of a period, on the whole numbers; independent from period to period. [pallet/period]
    lead_time : int
        An order placed at the start of period t can be shipped from period t + lead_time on, >= 1. [period]
    penalty : float
        Cost of a lost pallet, > 0. [$/pallet]
    holding_cost : float
        Cost of a pallet left at the end of a period, > 0. [$/pallet/period]
    tolerance : float
        Largest high - low, as a share of the cost, > 0. [-]

    Returns
    -------
    Optimum
        `low`, `high` [$/period]; `policy`, from states of shape (n, lead_time), which are stock on hand and the orders
        that arrive 1, 2, ..., lead_time - 1 periods later, the next one first, to orders of shape (n,). [pallet]

    Errors
    ------
    ValueError for a law that is not on whole numbers, or a problem whose table of values is too large.

    Limits
    ------
    Orders and stock are bounded. PriceBounds that the best policy meets in a state that it reaches are widened, and the
    problem is solved again. The size of the table grows as a power of the lead time.

    Source
    ------
    Zipkin (2008), Old and new methods for lost-sales inventory systems, section 2; bounds of MacQueen (1966); notebook
    12, eq. (12.1) and (12.2).

    >>> from scipy.stats import poisson
    >>> optimum = lost_sales(poisson(5), 1, penalty=4)
    >>> round(optimum.low, 3), optimum.policy(np.array([[3], [9]])).tolist()
    (4.041, [6, 3])
    """
    positive(tolerance=tolerance, penalty=penalty, holding_cost=holding_cost)
    under, hold = single(penalty=penalty, holding_cost=holding_cost)
    problem = LostSales(shares_of_whole_numbers(law, "law"), whole("lead_time", lead_time, least=1), under, hold)
    stocks, orders = problem.level(problem.lead_time + 1) + _MARGIN, problem.level(1) + _MARGIN
    while True:
        low, high, table = _solved(problem, stocks, orders, tolerance)
        policy = TablePolicy((table,))
        states, actions, _ = reachable(replace(problem, highest=stocks - 1), policy)
        narrow, low_stock = bool(actions.max() >= orders - 1), bool(states[:, 0].max() >= stocks - 1)
        if not (narrow or low_stock):
            return Optimum(low, high, policy, replace(problem, highest=max(_HIGHEST, 2 * stocks)), tolerance)
        orders, stocks = orders + 2 * narrow, stocks + 4 * low_stock


def _solved(problem: LostSales, stocks: int, orders: int, tolerance: float) -> tuple[float, float, Whole]:
    """Return bounds and the table of the best orders on a grid of so many stocks and order sizes."""
    low, high, values, pipeline = _iterated(problem, stocks, orders, tolerance)
    return low, high, pipeline.best(values)


def solved_values(problem: LostSales, stocks: int, orders: int, tolerance: float) -> tuple[float, float, Array]:
    """Return bounds and the relative values of the states, of shape (stocks, latest order, ..., next order). [$]"""
    return _iterated(problem, stocks, orders, tolerance)[:3]


def _iterated(problem: LostSales, stocks: int, orders: int, tolerance: float) -> tuple[float, float, Array, Pipeline]:
    pipeline = Pipeline(left_over(problem.shares, stocks), orders, problem.lead_time)
    costs = problem.cost_of_stock(stocks - 1).reshape(-1, *[1] * (problem.lead_time - 1))
    start = np.zeros(pipeline.shape)
    low, high, values = average_cost(lambda values: costs + pipeline.least(values), start, tolerance)
    return low, high, values, pipeline


def left_over(shares: Array, stocks: int) -> Array:
    """Return the probability that y of x pallets are left over, as a matrix with a row for each x."""
    matrix = np.zeros((stocks, stocks))
    for stock in range(stocks):
        sold = shares[:stock]
        matrix[stock, stock - np.arange(len(sold))] = sold
        matrix[stock, 0] = 1.0 - sold.sum()
    return matrix
