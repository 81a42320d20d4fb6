"""Allocations of the core that linear programmes find: the nucleolus, and the equal profit method.

Costs of coalitions come in the order of `coalitions`, what partners pay in that of the partners.
"""

import numpy as np

from twin._check import require
from twin.games._programme import OF_SAVINGS, normalised, rows_of_the_core, solved, stretch
from twin.games.coalitions import partners_of
from twin.games.stability import least_core


def nucleolus(costs):
    """Return the nucleolus: it makes the largest excess as small as can be, then the next largest, and so on.

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 1
        Cost of each coalition by its number, with c(N) <= sum of c(i): cooperation does not cost. [$]

    Returns
    -------
    ndarray, shape (n,): the one such allocation, in the core where that is not empty; nobody pays more than alone. [$]

    Errors
    ------
    ValueError where the whole costs more than its members alone: then nobody can be as well off.

    Limits
    ------
    At most n linear programmes: of each, coalitions of positive dual price are held at their excess in all that follow.

    Source
    ------
    Schmeidler (1969); Maschler, Peleg and Shapley (1979); notebook 08, eq. (8.15).

    >>> nucleolus([0.0, 5.0, 6.0, 9.0]).round(9).tolist()
    [4.0, 5.0]
    """
    if partners_of(costs) == 1:
        return np.asarray(costs, float)[1:].copy()
    game = normalised(costs)
    require(game.costs[-1] <= OF_SAVINGS, "costs", "no more for all together than for each alone", costs[-1])
    members, target = game.members, game.costs.copy()
    open_ones, held = np.arange(1, len(target) - 1), np.array([len(target) - 1])
    while True:
        answer = stretch(game, open_ones, held, target[held], 0.0)
        prices = -answer.ineqlin.marginals  # they add up to one
        tight = open_ones[prices >= min(1e-7, prices.max())]
        target[tight] += answer.x[-1]
        held = np.concatenate((held, tight))
        spanned = _row_space(members[held])
        if len(spanned) == members.shape[1]:
            return game.payments(np.linalg.lstsq(members[held], target[held], rcond=None)[0])
        left = members[open_ones]
        open_ones = open_ones[np.abs(left - left @ spanned.T @ spanned).max(axis=1) > 1e-9]


def equal_profit(costs):
    """Return the allocation of the core with relative savings as equal as can be, the equal profit method.

    min f  with  |x_i / c(i) - x_j / c(j)| <= f,  x(S) <= c(S),  x(N) = c(N)

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 1
        Cost of each coalition by its number. [$]

    Returns
    -------
    ndarray, shape (n,): in the core; where that is empty, in the least core. [$]

    Limits
    ------
    Where several are equally good, one of them: judge the largest difference, not the vector. A partner that pays
    nothing alone, or earns, has no relative saving, and is held by the core alone; where all are such, the nucleolus.

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
    stable = rows_of_the_core(game, least_core(costs).gain)
    count, paying = len(game.alone), np.flatnonzero(game.alone > 0)
    if not paying.size:  # nobody has a saving relative to anything
        return nucleolus(costs) if game.costs[-1] <= 0 else least_core(costs).allocation
    weight = game.alone[paying] / game.alone.max()
    low, high = np.zeros((2, len(paying), count + 2))  # columns: x, smallest and largest x over the cost alone
    rows = np.arange(len(paying))
    low[rows, paying], low[rows, count] = -1.0, weight
    high[rows, paying], high[rows, count + 1] = 1.0, -weight
    answer = linprog(
        np.concatenate((np.zeros(count), [-1.0, 1.0])),
        A_ub=np.vstack((low, high, np.pad(stable["A_ub"], ((0, 0), (0, 2))))),
        b_ub=np.concatenate((np.zeros(2 * len(paying)), stable["b_ub"])),
        A_eq=np.pad(stable["A_eq"], ((0, 0), (0, 2))),
        b_eq=stable["b_eq"],
        bounds=(None, None),
    )
    return game.payments(solved(answer).x[:count])


def _row_space(rows):
    """An orthonormal basis of the space that rows span."""
    _, values, basis = np.linalg.svd(rows, full_matrices=False)
    return basis[values > 1e-9 * values[0]]
