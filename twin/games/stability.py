"""Stability of a cost allocation: excess, core, least core, and the range of payments in the core.

Costs are indexed by the coalition numbers of `coalitions`, allocations by partner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import numbers, require
from twin.games._programme import (
    COST_TOLERANCE,
    SAVING_TOLERANCE,
    core_constraints,
    least_largest_excess,
    normalised,
    solved,
)
from twin.games.coalitions import all_coalitions, partners_of, savings

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class Leaving(NamedTuple):
    """The coalition with the largest excess, and that excess.

    coalition : its number.
    gain : what it would gain by leaving; no coalition would leave if this is <= 0. [$]
    """

    coalition: int | NDArray[np.intp]
    gain: float | NDArray[np.float64]


class Payments(NamedTuple):
    """Lowest and highest payment of each partner, shape (n,). [$]"""

    low: NDArray[np.float64]
    high: NDArray[np.float64]


class LeastCore(NamedTuple):
    """The value of the least core, and one of its allocations.

    gain : smallest possible value of the largest excess; the core is empty if it is > 0. [$]
    allocation : shape (n,). [$]
    """

    gain: float
    allocation: NDArray[np.float64]


def excess(costs: ArrayLike, allocation: ArrayLike) -> NDArray[np.float64]:
    """Return the excess of each coalition, what its members pay less what it would cost on its own.

    e(S) = (sum of x_i over S) - c(S)

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]
    allocation : array_like, shape (..., n)
        Payment x_i of each partner. [$]

    Returns
    -------
    ndarray, shape (..., 2^n). It is positive for coalitions that would gain by leaving. [$]

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


def leaving(costs: ArrayLike, allocation: ArrayLike) -> Leaving:
    """Return the coalition with the largest excess, which would gain most by leaving, and that excess.

    The empty and the grand coalition are left out.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n), n >= 2
        Cost of each coalition by its number. [$]
    allocation : array_like, shape (..., n)
        Payment of each partner; the payments add up to c(N). [$]

    Returns
    -------
    Leaving, shape (...). An exit fee as high as the gain makes the allocation stable. [int, $]

    Source
    ------
    Schmeidler (1969), largest excess; notebook 08, eq. (8.14).

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


def in_core(costs: ArrayLike, allocation: ArrayLike) -> bool | NDArray[np.bool_]:
    """Return whether an allocation is in the core, so that no coalition would gain by leaving. [true or false]

    Arguments as in `leaving`. A gain below `rounding` counts as none.

    >>> in_core([0.0, 5.0, 6.0, 9.0], [5.5, 3.5]), in_core([0.0, 5.0, 6.0, 9.0], [4.5, 4.5])
    (False, True)
    """
    return _plain(np.asarray(leaving(costs, allocation).gain) <= 0)


def rounding(costs: ArrayLike) -> float | NDArray[np.float64]:
    """Return the tolerance of a game: a gain by leaving up to this counts as none.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]

    Returns
    -------
    ndarray or float, shape (...). It is 1e-7 of the largest saving plus 1e-12 of the largest cost. [$]

    >>> rounding([0.0, 5.0, 6.0, 9.0]) < 1e-6
    True
    """
    saved, costs = np.abs(savings(costs)), np.abs(np.asarray(costs, float))
    return _plain(COST_TOLERANCE * costs.max(axis=-1) + SAVING_TOLERANCE * saved.max(axis=-1))


def least_core(costs: ArrayLike) -> LeastCore:
    """Return the smallest possible value of the largest excess, and an allocation that attains it.

    min t  with  x(S) - c(S) <= t for every S but nobody and everybody,  x(N) = c(N)

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 2
        Cost of each coalition by its number. [$]

    Returns
    -------
    LeastCore. If its gain is <= 0, the core is not empty. [$]

    Source
    ------
    Maschler, Peleg and Shapley (1979); notebook 08, eq. (8.15).

    >>> round(least_core([0.0, 5.0, 6.0, 9.0]).gain, 9)
    -1.0
    """
    game = normalised(costs)
    grand = len(game.costs) - 1
    answer = least_largest_excess(game, np.arange(1, grand), [grand], game.costs[-1:], None)
    return LeastCore(float(game.scale * answer.x[-1]), game.payments(answer.x[:-1]))


def acceptable(costs: ArrayLike) -> Payments:
    """Return the lowest and the highest payment of each partner over all allocations in the core.

    min and max x_i  with  x(S) <= c(S),  x(N) = c(N)

    Parameters
    ----------
    costs : array_like, shape (2^n,), n >= 2
        Cost of each coalition by its number. [$]

    Returns
    -------
    Payments, shape (n,) each; those of the least core if the core is empty. [$]

    Source
    ------
    Gillies (1959), the core; notebook 08, eq. (8.15).

    >>> answer = acceptable([0.0, 5.0, 6.0, 9.0])
    >>> answer.low.round(9).tolist(), answer.high.round(9).tolist()
    ([3.0, 4.0], [5.0, 6.0])
    """
    from scipy.optimize import linprog

    game = normalised(costs)
    core = core_constraints(game, least_core(costs).gain)
    ends = [
        [sign * solved(linprog(sign * one, **core, bounds=(None, None))).fun for one in np.eye(len(game.alone))]
        for sign in (1, -1)
    ]
    return Payments(*(game.payments(np.array(end)) for end in ends))


def _sums(allocation: ArrayLike) -> float | list:
    return np.asarray(allocation, float).sum(axis=-1).tolist()


def _plain(value):
    """Return a Python number if the array has no dimension."""
    return value.item() if np.ndim(value) == 0 else value
