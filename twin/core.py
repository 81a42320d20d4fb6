"""Will a coalition last: which allocations nobody would leave, who would leave the others, and the most stable ones.

Costs of coalitions come in the order of `coalitions`. All linear programmes are solved by SciPy's HiGHS.
"""

from typing import NamedTuple

import numpy as np

from twin._check import numbers, require
from twin.coalitions import all_coalitions, alone, partners_of, savings

_OF_COSTS, _OF_SAVINGS = 1e-12, 1e-7  # what sums of the largest cost, and programmes of the largest saving, lose


class Leaving(NamedTuple):
    """Number of the coalition that gains most by leaving, and its gain; the gain is <= 0 where nobody should. [$]"""

    coalition: np.ndarray
    gain: np.ndarray


class Payments(NamedTuple):
    """The least and the most that each partner pays, shape (n,). [$]"""

    low: np.ndarray
    high: np.ndarray


class LeastCore(NamedTuple):
    """The smallest gain that leaving can be held to, <= 0 where the core is not empty, and an allocation of it. [$]"""

    gain: float
    allocation: np.ndarray


def excess(costs, allocation):
    """Return what each coalition pays more than it would on its own: sum of x_i over S, less c(S).

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]
    allocation : array_like, shape (..., n)
        What each partner pays. [$]

    Returns
    -------
    ndarray, shape (..., 2^n): above zero for coalitions that would rather leave. [$]

    Source
    ------
    Schmeidler (1969); notebook 08, eq. (8.14).

    >>> excess([0.0, 5.0, 6.0, 9.0], [5.5, 3.5]).tolist()
    [0.0, 0.5, -2.5, 0.0]
    """
    count = partners_of(costs)
    (allocation,) = numbers(allocation=allocation)
    fits = allocation.ndim > 0 and allocation.shape[-1] == count
    require(fits, "allocation", f"{count} numbers, one a partner", allocation.shape)
    return allocation @ all_coalitions(count).T.astype(float) - np.asarray(costs, float)


def leaving(costs, allocation):
    """Return the coalition that would gain most by leaving the others, and its gain.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n), n >= 2
        Cost of each coalition by its number. [$]
    allocation : array_like, shape (..., n)
        What each partner pays; together c(N). [$]

    Returns
    -------
    Leaving, shape (...). An exit fee of the gain makes the allocation last. [int, $]

    Source
    ------
    Largest excess, Schmeidler (1969); notebook 08, eq. (8.14).

    >>> leaving([0.0, 5.0, 6.0, 9.0], [5.5, 3.5])
    Leaving(coalition=1, gain=0.5)
    """
    over = excess(costs, allocation)
    require(partners_of(costs) >= 2, "costs", "of two partners or more", partners_of(costs))
    unshared, scale = np.abs(over[..., -1]), np.abs(np.asarray(costs, float)).max(axis=-1)
    require(unshared <= 1e-6 * scale, "allocation", "what the whole costs, in sum", _sums(allocation))
    inside = over[..., 1:-1]
    worst = inside.argmax(axis=-1)
    gain = np.take_along_axis(inside, worst[..., np.newaxis], axis=-1)[..., 0]
    gain = np.where(np.abs(gain) <= rounding(costs), 0.0, gain)
    return Leaving(_plain(worst + 1), _plain(gain))


def in_core(costs, allocation):
    """Return whether no coalition would gain by leaving; arguments as in `leaving`. [true or false]

    >>> in_core([0.0, 5.0, 6.0, 9.0], [5.5, 3.5]), in_core([0.0, 5.0, 6.0, 9.0], [4.5, 4.5])
    (False, True)
    """
    return _plain(np.asarray(leaving(costs, allocation).gain) <= 0)


def rounding(costs):
    """Return the gain by leaving that counts as none: what sums and linear programmes lose.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]

    Returns
    -------
    ndarray or float, shape (...): a ten millionth of the largest saving, and a trillionth of the largest cost. [$]

    >>> rounding([0.0, 5.0, 6.0, 9.0]) < 1e-6
    True
    """
    saved, costs = np.abs(savings(costs)), np.abs(np.asarray(costs, float))
    return _plain(_OF_COSTS * costs.max(axis=-1) + _OF_SAVINGS * saved.max(axis=-1))


def least_core(costs):
    """Return the smallest gain by leaving that any allocation can hold all coalitions to, and such an allocation.

    min t  with  x(S) - c(S) <= t for every S but nobody and everybody,  x(N) = c(N)

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 2
        Cost of each coalition by its number. [$]

    Returns
    -------
    LeastCore. A gain <= 0 means that the core is not empty. [$]

    Source
    ------
    Maschler, Peleg and Shapley (1979); notebook 08, eq. (8.15).

    >>> round(least_core([0.0, 5.0, 6.0, 9.0]).gain, 9)
    -1.0
    """
    game = _normalised(costs)
    everybody = [len(game.costs) - 1]
    answer = _stretch(game, np.arange(1, everybody[0]), everybody, game.costs[everybody], None)
    return LeastCore(float(game.scale * answer.x[-1]), game.payments(answer.x[:-1]))


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
    game = _normalised(costs)
    require(game.costs[-1] <= _OF_SAVINGS, "costs", "no more for all together than for each alone", costs[-1])
    members, target = game.members, game.costs.copy()
    open_ones, held = np.arange(1, len(target) - 1), np.array([len(target) - 1])
    while True:
        answer = _stretch(game, open_ones, held, target[held], 0.0)
        prices = -answer.ineqlin.marginals  # they add up to one
        tight = open_ones[prices >= min(1e-7, prices.max())]
        target[tight] += answer.x[-1]
        held = np.concatenate((held, tight))
        spanned = _row_space(members[held])
        if len(spanned) == members.shape[1]:
            return game.payments(np.linalg.lstsq(members[held], target[held], rcond=None)[0])
        left = members[open_ones]
        open_ones = open_ones[np.abs(left - left @ spanned.T @ spanned).max(axis=1) > 1e-9]


def acceptable(costs):
    """Return the least and the most that each partner pays in any allocation that nobody would leave.

    min and max x_i  with  x(S) <= c(S),  x(N) = c(N)

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 2
        Cost of each coalition by its number. [$]

    Returns
    -------
    Payments, shape (n,) each; where the core is empty, of the least core. [$]

    Source
    ------
    Gillies (1959), the core; notebook 08, eq. (8.15).

    >>> answer = acceptable([0.0, 5.0, 6.0, 9.0])
    >>> answer.low.round(9).tolist(), answer.high.round(9).tolist()
    ([3.0, 4.0], [5.0, 6.0])
    """
    from scipy.optimize import linprog

    game, stable = _normalised(costs), _stable(costs)
    ends = [
        [sign * _solved(linprog(sign * one, **stable, bounds=(None, None))).fun for one in np.eye(len(game.alone))]
        for sign in (1, -1)
    ]
    return Payments(*(game.payments(np.array(end)) for end in ends))


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
    game, stable = _normalised(costs), _stable(costs)
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
    return game.payments(_solved(answer).x[:count])


class _Game(NamedTuple):
    """A game less what each pays alone, in units of its largest saving: programmes of it have numbers of one size."""

    costs: np.ndarray
    members: np.ndarray
    alone: np.ndarray
    scale: float

    def payments(self, x):
        """What partners pay, of a solution of the game so scaled."""
        return self.alone + self.scale * x


def _normalised(costs):
    count, costs = partners_of(costs), np.asarray(costs, float)
    require(costs.ndim == 1 and count >= 2, "costs", "of one game of two partners or more", costs.shape)
    saved = savings(costs)
    saved[np.abs(saved) <= _OF_COSTS * np.abs(costs).max()] = 0.0
    scale = float(np.abs(saved).max()) or 1.0
    return _Game(-saved / scale, all_coalitions(count).astype(float), alone(costs), scale)


def _stable(costs):
    """Rows of a programme: no coalition pays more than on its own, or than in the least core where that cannot be."""
    game, gain = _normalised(costs), least_core(costs).gain
    room = gain / game.scale * (1 + 1e-9) if gain > 0 else 0.0  # what rounding may take
    members = game.members
    return {"A_ub": members[1:-1], "b_ub": game.costs[1:-1] + room, "A_eq": members[-1:], "b_eq": game.costs[-1:]}


def _stretch(game, inside, held, held_costs, highest):
    """min t with x(S) - t <= c(S) inside, x(S) fixed for those held, and no partner above a highest payment."""
    from scipy.optimize import linprog

    members = game.members
    return _solved(
        linprog(
            np.append(np.zeros(members.shape[1]), 1.0),
            A_ub=np.pad(members[inside], ((0, 0), (0, 1)), constant_values=-1.0),
            b_ub=game.costs[inside],
            A_eq=np.pad(members[held], ((0, 0), (0, 1))),
            b_eq=held_costs,
            bounds=[(None, highest)] * members.shape[1] + [(None, None)],
        )
    )


def _solved(answer):
    if answer.status != 0:
        raise ValueError(f"costs must be ones that the linear programme can be solved for; it says: {answer.message}")
    return answer


def _row_space(rows):
    """An orthonormal basis of the space that rows span."""
    _, values, basis = np.linalg.svd(rows, full_matrices=False)
    return basis[values > 1e-9 * values[0]]


def _sums(allocation):
    return np.asarray(allocation, float).sum(axis=-1).tolist()


def _plain(value):
    return value.item() if np.ndim(value) == 0 else value
