"""Cost games as arrays: the characteristic function c(S), the cost of each coalition S of n partners.

The members of coalition number m are the partners whose bits are set in m: partner 0 alone is 1, partner 1 alone is 2,
and both together are 3. Number 0 is the empty coalition and number 2^n - 1 the grand coalition of all partners. A
profit game is entered as negative costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin._check import numbers, require, whole

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

MOST_PARTNERS = 15  # largest number of partners of an exact game, which has 2^15 = 32,768 coalitions


def all_coalitions(partners: int) -> NDArray[np.bool_]:
    """Return the membership table of all coalitions: a row for each coalition, a column for each partner.

    Parameters
    ----------
    partners : int
        Number n of partners, 1 to 15.

    Returns
    -------
    ndarray of bool, shape (2^n, n); row m shows the members of coalition number m.

    >>> all_coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    count = whole("partners", partners, least=1)
    require(count <= MOST_PARTNERS, "partners", f"at most {MOST_PARTNERS}, as coalitions double with each", count)
    return (np.arange(2**count)[:, np.newaxis] >> np.arange(count) & 1).astype(bool)


def partners_of(costs: ArrayLike) -> int:
    """Return the number n of partners of a game, after checking that its costs define one.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number; 0 for the empty coalition. [$]

    >>> partners_of([0.0, 5.0, 6.0, 9.0])
    2
    """
    (costs,) = numbers(costs=costs)
    size = costs.shape[-1] if costs.ndim else 0
    count = max(size.bit_length() - 1, 0)
    fits = size == 2**count and 1 <= count <= MOST_PARTNERS
    require(fits, "costs", f"2^n numbers, one a coalition, n from 1 to {MOST_PARTNERS}", size)
    require(costs[..., 0] == 0, "costs", "0 for coalition number 0, of nobody", costs[..., 0])
    return count


def game_of_table(costs: Mapping, partners: Iterable[Hashable]) -> NDArray[np.float64]:
    """Return the array of a game whose costs are given in a dictionary, one entry for each coalition.

    Parameters
    ----------
    costs : dict of coalition -> cost
        A coalition is a tuple or frozenset of names, or a string if every name has one letter. Every coalition except
        the empty one needs an entry. [$]
    partners : list of n names
        Names in the order that the partners have in the array.

    Returns
    -------
    ndarray, shape (2^n,). [$]

    >>> game_of_table({("A",): 5.0, ("B",): 6.0, ("A", "B"): 9.0}, ["A", "B"]).tolist()
    [0.0, 5.0, 6.0, 9.0]
    """
    names = list(partners)
    require(len(set(names)) == len(names), "partners", "of different names", names)
    bits = {name: 1 << place for place, name in enumerate(names)}
    game = np.full(len(all_coalitions(len(names))), np.nan)
    game[0] = 0.0
    for members, cost in costs.items():
        collection = isinstance(members, tuple | frozenset | str)
        inside = collection and len(set(members)) == len(members) > 0 and set(members) <= set(names)
        require(inside, "costs", f"of coalitions of {', '.join(map(str, names))}", members)
        number = sum(bits[name] for name in members)
        require(bool(np.isnan(game[number])), "costs", "given once for each coalition", members)
        (game[number],) = numbers(costs=cost)
    for number in np.flatnonzero(np.isnan(game)):
        missing = [name for name in names if bits[name] & number]
        require(False, "costs", "given for every coalition", f"none for {missing}")
    return game


def savings(costs: ArrayLike) -> NDArray[np.float64]:
    """Return the saving of each coalition, the stand-alone costs of its members less its own cost.

    v(S) = (sum of c(i) over S) - c(S)

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]

    Returns
    -------
    ndarray, shape (..., 2^n). [$]

    Source
    ------
    Cruijssen, Dullaert and Fleuren (2007); notebook 08, eq. (8.8).

    >>> savings([0.0, 5.0, 6.0, 9.0]).tolist()
    [0.0, 0.0, 0.0, 2.0]
    """
    members = all_coalitions(partners_of(costs))
    costs = np.asarray(costs, float)
    return alone(costs) @ members.T.astype(float) - costs


def alone(costs: ArrayLike) -> NDArray[np.float64]:
    """Return the stand-alone cost c(i) of each partner, an array of shape (..., n) for costs of shape (..., 2^n). [$]

    >>> alone([0.0, 5.0, 6.0, 9.0]).tolist()
    [5.0, 6.0]
    """
    single = 1 << np.arange(partners_of(costs))
    return np.asarray(costs, float)[..., single]


def game_within(costs: ArrayLike, coalition: int) -> NDArray[np.float64]:
    """Return the subgame of one coalition: the costs of the coalitions that its members alone can form.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]
    coalition : int
        Number of the coalition; it has k >= 1 members.

    Returns
    -------
    ndarray, shape (..., 2^k); the members keep their order. [$]

    >>> game_within([0, 1, 2, 3, 4, 5, 6, 7.5], 0b101).tolist()
    [0.0, 1.0, 4.0, 5.0]
    """
    count = partners_of(costs)
    coalition = whole("coalition", coalition, least=1)
    require(coalition < 2**count, "coalition", f"one of {count} partners, below {2**count}", coalition)
    bits = 1 << np.flatnonzero(all_coalitions(count)[coalition])
    return np.asarray(costs, float)[..., all_coalitions(bits.size) @ bits]
