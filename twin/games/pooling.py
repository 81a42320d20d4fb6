"""What coalitions pay that pool their space: rows of members in, a cost a row out.

Two ways of pooling: to reserve places together, and to lend each other the places that are there. Under normal needs
in closed form, on a record of any needs, or on draws of them, exactly.
"""

import numpy as np

from twin import _special
from twin._check import nonnegative, numbers, positive, require
from twin.demand import expected_excess
from twin.games.joint_demand import checked_covariance

_BLOCK = 2**22  # numbers worked on at a time


def capacity_cost(members, mean, covariance, reservation_cost, partner_surcharge):
    """Return what coalitions pay that reserve places together, under jointly normal needs.

    c(S) = min_C c C + s E[(X_S - C)+] = c mean_S + s phi(z) sqrt(1' Sigma_S 1),  Phi(z) = 1 - c/s

    Parameters
    ----------
    members : array_like of bool, shape (k, n)
        A row a coalition, from `all_coalitions` for instance.
    mean : array_like, shape (n,)
        Mean space that each partner needs; zero leaves the cost of uncertainty alone. [pallet]
    covariance : array_like, shape (n, n). [pallet^2]
    reservation_cost, partner_surcharge : float
        Cost c of a place reserved, > 0, and of a pallet that overflows, s > c. [$/pallet/period]

    Returns
    -------
    ndarray, shape (k,). [$/period]

    Limits
    ------
    Normal needs may be below zero, and so may the best capacity where they spread far: then the cost is too low.

    Source
    ------
    Eppen (1979); Hartman and Dror (1996); notebook 08, eq. (8.6).

    >>> from twin.games.coalitions import all_coalitions
    >>> capacity_cost(all_coalitions(2), [0, 0], [[9, 0], [0, 16]], 1.0, 10.0).round(4).tolist()
    [0.0, 5.2649, 7.0199, 8.7749]
    """
    covariance = checked_covariance(covariance)
    members = _rows(members, len(covariance))
    mean = _one_a_partner(numbers, members.shape[1:], mean=mean)
    cost, surcharge = _prices(reservation_cost, partner_surcharge)
    z = -_special.ndtri(cost / surcharge)
    density = np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return cost * (members @ mean) + surcharge * density * _joint_sd(members, covariance)


def overflow_cost(members, mean, covariance, internal_capacity, partner_surcharge):
    """Return what coalitions pay for overflow that keep the places they have and lend them to each other.

    c(S) = s E[(X_S - C_S)+]

    Parameters
    ----------
    members, mean, covariance
        As in `capacity_cost`.
    internal_capacity : array_like, shape (n,)
        Own places, >= 0. [pallet]
    partner_surcharge : float
        Cost s of a pallet that overflows, >= 0. [$/pallet/period]

    Returns
    -------
    ndarray, shape (k,). [$/period]

    Source
    ------
    Notebook 08, eq. (8.7).

    >>> from twin.games.coalitions import all_coalitions
    >>> overflow_cost(all_coalitions(2), [100, 100], [[900, 270], [270, 900]], [110, 110], 1.0).round(3).tolist()
    [0.0, 7.627, 7.627, 10.925]
    """
    covariance = checked_covariance(covariance)
    members = _rows(members, len(covariance))
    mean = _one_a_partner(numbers, members.shape[1:], mean=mean)
    capacity = _one_a_partner(nonnegative, members.shape[1:], internal_capacity=internal_capacity)
    surcharge = _scalar(nonnegative, partner_surcharge=partner_surcharge)
    return surcharge * expected_excess(members @ capacity, members @ mean, _joint_sd(members, covariance))


def capacity_cost_on_record(members, needs, reservation_cost, partner_surcharge):
    """Return what coalitions would have paid on record, with the capacity that was best for it.

    c(S) = min_C c C + s mean((X_S - C)+),  C the smallest value of X_S with a share of at least 1 - c/s at or below it

    Parameters
    ----------
    members : array_like of bool, shape (k, n)
    needs : array_like, shape (periods, n)
        Space that each partner needed, recorded or drawn, >= 0. [pallet]
    reservation_cost, partner_surcharge : float
        As in `capacity_cost`.

    Returns
    -------
    ndarray, shape (k,). [$/period]

    Limits
    ------
    The best capacity is known only afterwards; of few periods the cost is too low, for every coalition alike.

    Source
    ------
    Levi, Perakis and Uichanco (2015), sample average approximation; notebook 08, eq. (8.6).

    >>> from twin.games.coalitions import all_coalitions
    >>> capacity_cost_on_record(all_coalitions(2), [[4, 1], [1, 4], [2, 3], [3, 2]], 1.0, 2.0).tolist()
    [0.0, 3.5, 3.5, 5.0]
    """
    needs = _record(needs)
    members = _rows(members, needs.shape[1])
    cost, surcharge = _prices(reservation_cost, partner_surcharge)
    place = _rank(len(needs), 1.0 - cost / surcharge)

    def price(total):
        total.partition(place, axis=1)
        capacity = total[:, place]
        over = (total[:, place + 1 :] - capacity[:, np.newaxis]).sum(axis=1) / len(needs)
        return cost * capacity + surcharge * over

    return _in_blocks(price, members, needs)


def overflow_cost_on_record(members, needs, internal_capacity, partner_surcharge):
    """Return what coalitions would have paid for overflow on record: s mean((X_S - C_S)+).

    Parameters
    ----------
    members : array_like of bool, shape (k, n)
    needs : array_like, shape (periods, n)
        Space that each partner needed, recorded or drawn, >= 0. [pallet]
    internal_capacity, partner_surcharge
        As in `overflow_cost`.

    Returns
    -------
    ndarray, shape (k,). [$/period]

    Source
    ------
    Notebook 08, eq. (8.7).

    >>> from twin.games.coalitions import all_coalitions
    >>> overflow_cost_on_record(all_coalitions(2), [[4, 1], [1, 4], [4, 4]], [3, 3], 3.0).tolist()
    [0.0, 2.0, 2.0, 2.0]
    """
    needs = _record(needs)
    members = _rows(members, needs.shape[1])
    capacity = _one_a_partner(nonnegative, members.shape[1:], internal_capacity=internal_capacity)
    surcharge = _scalar(nonnegative, partner_surcharge=partner_surcharge)
    return _in_blocks(lambda short: surcharge * np.maximum(short, 0.0).mean(axis=1), members, needs - capacity)


def scarcity_prices(needs, reservation_cost, partner_surcharge):
    """Return the price of a pallet's space in each period, where everybody reserves together: the dual prices.

    s / periods where the pool overflows, 0 where it does not, and at its capacity itself what adds up to c in all

    Parameters
    ----------
    needs : array_like, shape (periods, n)
        As in `capacity_cost_on_record`.
    reservation_cost, partner_surcharge : float
        As in `capacity_cost`.

    Returns
    -------
    ndarray, shape (periods,); times the pool's needs they add up to its cost. [$/pallet]

    Source
    ------
    Anupindi, Bassok and Zemel (2001), dual prices; notebook 08, eq. (8.16).

    >>> scarcity_prices([[4, 1], [1, 4], [2, 3], [3, 3]], 1.0, 2.0).round(4).tolist()
    [0.1667, 0.1667, 0.1667, 0.5]
    """
    needs = _record(needs)
    cost, surcharge = _prices(reservation_cost, partner_surcharge)
    total = needs.sum(axis=1)
    capacity = np.sort(total)[_rank(len(total), 1.0 - cost / surcharge)]
    at = np.isclose(total, capacity, rtol=1e-12, atol=0.0)
    prices = np.where((total > capacity) & ~at, surcharge / len(total), 0.0)
    rest = max((cost - prices.sum()) / at.sum(), 0.0)  # rounding may fall below
    return np.where(at, rest, prices)


def overflow_prices(needs, internal_capacity, partner_surcharge):
    """Return the price of a pallet's space in each period, where partners lend each other what they have.

    s / periods where the pool overflows, 0 where it does not

    Parameters
    ----------
    needs : array_like, shape (periods, n)
    internal_capacity : array_like, shape (n,)
    partner_surcharge : float
        All as in `overflow_cost_on_record`.

    Returns
    -------
    ndarray, shape (periods,); times what the pool is short they add up to its cost. [$/pallet]

    Source
    ------
    Anupindi, Bassok and Zemel (2001), dual prices; notebook 08, eq. (8.16).

    >>> overflow_prices([[4, 1], [1, 4], [4, 4]], [3, 3], 3.0).tolist()
    [0.0, 0.0, 1.0]
    """
    needs = _record(needs)
    capacity = _one_a_partner(nonnegative, needs.shape[1:], internal_capacity=internal_capacity)
    surcharge = _scalar(nonnegative, partner_surcharge=partner_surcharge)
    return surcharge / len(needs) * (needs.sum(axis=1) > capacity.sum())


def _in_blocks(price, members, table):
    """Price coalitions some at a time: all totals at once may not fit."""
    costs = np.zeros(len(members))
    rows = max(_BLOCK // len(table), 1)
    for start in range(0, len(members), rows):
        block = members[start : start + rows].astype(float)
        costs[start : start + rows] = price(block @ table.T)
    costs[~members.any(axis=1)] = 0.0
    return costs


def _joint_sd(members, covariance):
    member = members.astype(float)
    return np.sqrt(np.maximum(np.einsum("ki,ki->k", member @ covariance, member), 0.0))  # rounding only


def _rank(periods, level):
    """Place, in rising order, of the smallest value with at least that share of the periods at or below it."""
    return int(np.clip(np.ceil(level * periods * (1 - 1e-12)) - 1, 0, periods - 1))


def _rows(members, partners):
    members = np.asarray(members)
    fits = members.ndim == 2 and members.dtype == bool and members.shape[1] == partners
    require(fits, "members", f"a table of truths with a column for each of {partners} partners", members.shape)
    return members


def _record(needs):
    (needs,) = nonnegative(needs=needs)
    require(needs.ndim == 2 and needs.size > 0, "needs", "a table with a row a period", needs.shape)
    return needs


def _one_a_partner(kind, shape, **argument):
    (value,) = kind(**argument)
    require(value.shape == shape, next(iter(argument)), f"a number for each of {shape[0]} partners", value.shape)
    return value


def _scalar(kind, **argument):
    (value,) = kind(**argument)
    require(value.ndim == 0, next(iter(argument)), "one number for all partners", value.tolist())
    return float(value)


def _prices(reservation_cost, partner_surcharge):
    cost = _scalar(positive, reservation_cost=reservation_cost)
    surcharge = _scalar(positive, partner_surcharge=partner_surcharge)
    rule = "above the reservation cost: else nobody should reserve at all"
    require(surcharge > cost, "partner_surcharge", rule, surcharge)
    return cost, surcharge
