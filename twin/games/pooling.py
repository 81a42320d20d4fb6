"""Cost of coalitions that pool their space: a membership table in, one cost for each of its rows out.

Partners can pool in two ways: they reserve places together, or they lend each other the places they have. The cost is
in closed form for jointly normal needs, and exact for needs on the historical record or drawn at random.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin import _special
from twin._check import nonnegative, numbers, positive, require
from twin.demand import expected_excess
from twin.games._axes import labelled_axes
from twin.games.joint_demand import checked_covariance

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

_BLOCK = 2**22  # array elements per block of coalitions, which limits memory


@labelled_axes("coalitions", members="coalitions partners", mean="partners", covariance="partners partners")
def capacity_cost(
    members: ArrayLike, mean: ArrayLike, covariance: ArrayLike, reservation_cost: float, partner_surcharge: float
) -> NDArray[np.float64]:
    """Return the cost of coalitions that reserve places together, under jointly normal needs.

    c(S) = min_C c C + s E[(X_S - C)+] = c mean_S + s phi(z) sqrt(1' Sigma_S 1),  Phi(z) = 1 - c/s

    Parameters
    ----------
    members : array_like of bool, shape (k, n)
        Membership table with a row for each coalition, for instance from `all_coalitions`.
    mean : array_like, shape (n,)
        Mean space that each partner needs; with zeros the result is the cost of uncertainty only. [pallet]
    covariance : array_like, shape (n, n). [pallet^2]
    reservation_cost, partner_surcharge : float
        Cost c of a reserved place, > 0, and cost s of a pallet that overflows, s > c. [$/pallet/period]

    Returns
    -------
    ndarray, shape (k,). [$/period]

    Limits
    ------
    Normal needs can be negative. With a large coefficient of variation the optimal capacity can be negative too, and
    the cost is then too low.

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


@labelled_axes(
    "coalitions",
    members="coalitions partners",
    mean="partners",
    covariance="partners partners",
    internal_capacity="partners",
)
def overflow_cost(
    members: ArrayLike,
    mean: ArrayLike,
    covariance: ArrayLike,
    internal_capacity: ArrayLike,
    partner_surcharge: float,
) -> NDArray[np.float64]:
    """Return the overflow cost of coalitions that lend each other the places they have, under jointly normal needs.

    c(S) = s E[(X_S - C_S)+]

    Parameters
    ----------
    members, mean, covariance
        As in `capacity_cost`.
    internal_capacity : array_like, shape (n,)
        Own places of each partner, >= 0. [pallet]
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


@labelled_axes("coalitions", members="coalitions partners", needs="periods partners")
def capacity_cost_on_record(
    members: ArrayLike, needs: ArrayLike, reservation_cost: float, partner_surcharge: float
) -> NDArray[np.float64]:
    """Return the cost of coalitions that reserve places together, on the historical record.

    c(S) = min_C c C + s mean((X_S - C)+)

    The optimal capacity C is the smallest value of X_S with at least a share 1 - c/s of the periods at or below it.

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
    The capacity is optimal in hindsight, so the cost of every coalition is biased low if there are few periods.

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


@labelled_axes("coalitions", members="coalitions partners", needs="periods partners", internal_capacity="partners")
def overflow_cost_on_record(
    members: ArrayLike, needs: ArrayLike, internal_capacity: ArrayLike, partner_surcharge: float
) -> NDArray[np.float64]:
    """Return the overflow cost of coalitions that lend each other their places, on the historical record.

    c(S) = s mean((X_S - C_S)+)

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


@labelled_axes("periods", needs="periods partners")
def scarcity_prices(needs: ArrayLike, reservation_cost: float, partner_surcharge: float) -> NDArray[np.float64]:
    """Return the dual price of space in each period if all partners reserve places together.

    The price is s / periods in a period in which the pool overflows and 0 in one in which it does not fill its
    capacity. The periods in which it fills its capacity exactly share the rest equally, so that all prices add up to c.

    Parameters
    ----------
    needs : array_like, shape (periods, n)
        As in `capacity_cost_on_record`.
    reservation_cost, partner_surcharge : float
        As in `capacity_cost`.

    Returns
    -------
    ndarray, shape (periods,). The sum over periods of price times needs of the pool is its cost. [$/pallet]

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
    rest = max((cost - prices.sum()) / at.sum(), 0.0)  # the difference can round to a negative number
    return np.where(at, rest, prices)


@labelled_axes("periods", needs="periods partners", internal_capacity="partners")
def overflow_prices(needs: ArrayLike, internal_capacity: ArrayLike, partner_surcharge: float) -> NDArray[np.float64]:
    """Return the dual price of space in each period if the partners lend each other the places they have.

    The price is s / periods in a period in which the pool overflows, and 0 in every other period.

    Parameters
    ----------
    needs : array_like, shape (periods, n)
    internal_capacity : array_like, shape (n,)
    partner_surcharge : float
        All as in `overflow_cost_on_record`.

    Returns
    -------
    ndarray, shape (periods,). The sum over periods of price times needs less capacity of the pool is its cost.
    [$/pallet]

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


def _in_blocks(
    price: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    members: NDArray[np.bool_],
    table: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the cost of each coalition; the totals of one block of coalitions at a time limit the memory."""
    costs = np.zeros(len(members))
    rows = max(_BLOCK // len(table), 1)
    for start in range(0, len(members), rows):
        block = members[start : start + rows].astype(float)
        costs[start : start + rows] = price(block @ table.T)
    costs[~members.any(axis=1)] = 0.0
    return costs


def _joint_sd(members: NDArray[np.bool_], covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard deviation of the total need of each coalition. [pallet]"""
    member = members.astype(float)
    variance = np.einsum("ki,ki->k", member @ covariance, member)
    return np.sqrt(np.maximum(variance, 0.0))  # the variance can round to a negative number


def _rank(periods: int, level: float) -> int:
    """Return the index, in ascending order, of the smallest value with a share `level` of values at or below it."""
    return int(np.clip(np.ceil(level * periods * (1 - 1e-12)) - 1, 0, periods - 1))


def _rows(members: ArrayLike, partners: int) -> NDArray[np.bool_]:
    """Return the membership table as an array, after checking that it has a column for each partner."""
    members = np.asarray(members)
    fits = members.ndim == 2 and members.dtype == bool and members.shape[1] == partners
    require(fits, "members", f"a table of truths with a column for each of {partners} partners", members.shape)
    return members


def _record(needs: ArrayLike) -> NDArray[np.float64]:
    """Return the needs as a float array, after checking that they are a table of periods x partners."""
    (needs,) = nonnegative(needs=needs)
    require(needs.ndim == 2 and needs.size > 0, "needs", "a table with a row a period", needs.shape)
    return needs


def _one_a_partner(kind: Callable, shape: tuple[int, ...], **argument: ArrayLike) -> NDArray[np.float64]:
    """Return an argument that has one number for each partner as a float array; `kind` checks its values."""
    (value,) = kind(**argument)
    require(value.shape == shape, next(iter(argument)), f"a number for each of {shape[0]} partners", value.shape)
    return value


def _scalar(kind: Callable, **argument: float) -> float:
    """Return an argument that has one number for all partners as a float; `kind` checks its value."""
    (value,) = kind(**argument)
    require(value.ndim == 0, next(iter(argument)), "one number for all partners", value.tolist())
    return float(value)


def _prices(reservation_cost: float, partner_surcharge: float) -> tuple[float, float]:
    """Return both prices as floats, after checking that the surcharge exceeds the reservation cost."""
    cost = _scalar(positive, reservation_cost=reservation_cost)
    surcharge = _scalar(positive, partner_surcharge=partner_surcharge)
    rule = "above the reservation cost: else nobody should reserve at all"
    require(surcharge > cost, "partner_surcharge", rule, surcharge)
    return cost, surcharge
