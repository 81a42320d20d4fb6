"""Cost games: what every coalition of partners pays, as an array over all of them.

Coalition number m has those partners as members whose bits are set in m: partner 0 alone is 1, partner 1 alone is 2,
both together are 3. Number 0 is nobody, and the last one everybody. A game of profits is one of negative costs.
"""

import numpy as np

from twin._check import numbers, require, whole

MOST_PARTNERS = 15  # of an exact game: 32,768 coalitions


def all_coalitions(partners):
    """Return who belongs to which coalition: a row a coalition, a column a partner.

    Parameters
    ----------
    partners : int
        Number n of partners, 1 to 15.

    Returns
    -------
    ndarray of bool, shape (2^n, n)

    >>> all_coalitions(2).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    count = whole("partners", partners, least=1)
    require(count <= MOST_PARTNERS, "partners", f"at most {MOST_PARTNERS}, as coalitions double with each", count)
    return (np.arange(2**count)[:, np.newaxis] >> np.arange(count) & 1).astype(bool)


def partners_of(costs):
    """Return the number of partners of a game, once its costs are known to be ones.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number; nobody costs nothing. [$]

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


def game_of_table(costs, partners):
    """Return a game whose costs are given coalition by coalition.

    Parameters
    ----------
    costs : dict of coalition -> cost
        A coalition is a tuple or frozenset of names, or a word of names of one letter; every one is there but that of
        nobody. [$]
    partners : list of n names
        In the order that they shall have.

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


def savings(costs):
    """Return what each coalition saves against its members alone: sum of c(i) over S, less c(S).

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


def alone(costs):
    """Return what each partner pays alone, c(i): shape (..., n) of a game of shape (..., 2^n). [$]

    >>> alone([0.0, 5.0, 6.0, 9.0]).tolist()
    [5.0, 6.0]
    """
    single = 1 << np.arange(partners_of(costs))
    return np.asarray(costs, float)[..., single]


def game_within(costs, coalition):
    """Return the game that the members of one coalition play among themselves.

    Parameters
    ----------
    costs : array_like, shape (..., 2^n)
        Cost of each coalition by its number. [$]
    coalition : int
        Number of a coalition of k members, k >= 1.

    Returns
    -------
    ndarray, shape (..., 2^k): partners in their old order. [$]

    >>> game_within([0, 1, 2, 3, 4, 5, 6, 7.5], 0b101).tolist()
    [0.0, 1.0, 4.0, 5.0]
    """
    count = partners_of(costs)
    coalition = whole("coalition", coalition, least=1)
    require(coalition < 2**count, "coalition", f"one of {count} partners, below {2**count}", coalition)
    bits = 1 << np.flatnonzero(all_coalitions(count)[coalition])
    return np.asarray(costs, float)[..., all_coalitions(bits.size) @ bits]
