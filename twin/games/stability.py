"""Will a coalition last: which allocations nobody would leave, who would leave the others, and what each may pay.

Costs of coalitions come in the order of `coalitions`, what partners pay in that of the partners.
"""

from typing import NamedTuple

import numpy as np

from twin._check import numbers, require
from twin.games._programme import OF_COSTS, OF_SAVINGS, normalised, rows_of_the_core, solved, stretch
from twin.games.coalitions import all_coalitions, partners_of, savings


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
    return _plain(OF_COSTS * costs.max(axis=-1) + OF_SAVINGS * saved.max(axis=-1))


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
    game = normalised(costs)
    everybody = [len(game.costs) - 1]
    answer = stretch(game, np.arange(1, everybody[0]), everybody, game.costs[everybody], None)
    return LeastCore(float(game.scale * answer.x[-1]), game.payments(answer.x[:-1]))


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

    game = normalised(costs)
    stable = rows_of_the_core(game, least_core(costs).gain)
    ends = [
        [sign * solved(linprog(sign * one, **stable, bounds=(None, None))).fun for one in np.eye(len(game.alone))]
        for sign in (1, -1)
    ]
    return Payments(*(game.payments(np.array(end)) for end in ends))


def _sums(allocation):
    return np.asarray(allocation, float).sum(axis=-1).tolist()


def _plain(value):
    return value.item() if np.ndim(value) == 0 else value
