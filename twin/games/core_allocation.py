"""Core allocations found by linear programming: the nucleolus and the equal profit method.

Costs are indexed by the coalition numbers of `coalitions`, allocations by partner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin._check import require
from twin.games._programme import SAVING_TOLERANCE, core_constraints, least_largest_excess, normalised, solved
from twin.games.coalitions import partners_of
from twin.games.stability import least_core, rounding

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def nucleolus(costs: ArrayLike) -> NDArray[np.float64]:
    """Return the nucleolus, the allocation that minimises the largest excess, then the second largest, and so on.

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 1
        Cost of each coalition by its number, with c(N) <= sum of c(i). [$]

    Returns
    -------
    ndarray, shape (n,). It is unique, individually rational (no partner pays more than its stand-alone cost), and in
    the core if the core is not empty. [$]

    Errors
    ------
    ValueError if the grand coalition costs more than the sum of the stand-alone costs: then no allocation is
    individually rational.

    Limits
    ------
    Takes at most n linear programmes. The coalitions with a positive dual price in one programme keep their excess in
    all programmes that follow.

    Source
    ------
    Schmeidler (1969); Maschler, Peleg and Shapley (1979); notebook 08, eq. (8.15).

    >>> nucleolus([0.0, 5.0, 6.0, 9.0]).round(9).tolist()
    [4.0, 5.0]
    """
    if partners_of(costs) == 1:
        return np.asarray(costs, float)[1:].copy()
    game, whole = normalised(costs), np.asarray(costs, float)[-1]
    require(game.costs[-1] <= SAVING_TOLERANCE, "costs", "no more for all together than for each alone", whole)
    members, target = game.members, game.costs.copy()
    free, fixed = np.arange(1, len(target) - 1), np.array([len(target) - 1])
    while True:
        answer = least_largest_excess(game, free, fixed, target[fixed], 0.0)
        prices = -answer.ineqlin.marginals  # dual prices, which add up to one
        tight = free[prices >= min(1e-7, prices.max())]
        target[tight] += answer.x[-1]
        fixed = np.concatenate((fixed, tight))
        basis = _row_space(members[fixed])
        if len(basis) == members.shape[1]:
            return game.payments(np.linalg.lstsq(members[fixed], target[fixed], rcond=None)[0])
        rest = members[free]
        free = free[np.abs(rest - rest @ basis.T @ basis).max(axis=1) > 1e-9]


def equal_profit(costs: ArrayLike) -> NDArray[np.float64]:
    """Return the core allocation with the smallest difference in relative savings, the equal profit method.

    min f  with  |x_i / c(i) - x_j / c(j)| <= f,  x(S) <= c(S),  x(N) = c(N)

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 1
        Cost of each coalition by its number. [$]

    Returns
    -------
    ndarray, shape (n,). It is in the core, or in the least core if the core is empty. [$]

    Limits
    ------
    The allocation need not be unique: only the largest difference f is. A partner whose stand-alone cost is zero or
    negative has no relative saving, so only the core constrains its payment. If no stand-alone cost is positive, the
    result is the nucleolus, or an allocation of the least core if the core is empty.

    Source
    ------
    Frisk, Göthe-Lundgren, Jörnsten and Rönnqvist (2010); notebook 08, eq. (8.17).

    >>> equal_profit([0.0, 5.0, 10.0, 12.0]).round(9).tolist()
    [4.0, 8.0]
    """
    from scipy.optimize import linprog

    if partners_of(costs) == 1:
        return np.asarray(costs, float)[1:].copy()
    game = normalised(costs)
    least = least_core(costs)
    count, paying = len(game.alone), np.flatnonzero(game.alone > 0)
    if not paying.size:  # no partner has a relative saving
        empty = game.costs[-1] > 0 or least.gain > rounding(costs)
        return least.allocation if empty else nucleolus(costs)
    core = core_constraints(game, least.gain)
    weight = game.alone[paying] / game.alone.max()
    low, high = np.zeros((2, len(paying), count + 2))  # columns: x, smallest and largest x_i / c(i)
    rows = np.arange(len(paying))
    low[rows, paying], low[rows, count] = -1.0, weight
    high[rows, paying], high[rows, count + 1] = 1.0, -weight
    answer = linprog(
        np.concatenate((np.zeros(count), [-1.0, 1.0])),
        A_ub=np.vstack((low, high, np.pad(core["A_ub"], ((0, 0), (0, 2))))),
        b_ub=np.concatenate((np.zeros(2 * len(paying)), core["b_ub"])),
        A_eq=np.pad(core["A_eq"], ((0, 0), (0, 2))),
        b_eq=core["b_eq"],
        bounds=(None, None),
    )
    return game.payments(solved(answer).x[:count])


def _row_space(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an orthonormal basis of the row space of a matrix, one vector a row."""
    _, values, basis = np.linalg.svd(rows, full_matrices=False)
    return basis[values > 1e-9 * values[0]]
