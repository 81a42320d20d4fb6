"""Bookings ahead that partners make together: the cost of each coalition, and a split of the bill in the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import nonnegative, positive, require, whole
from twin.games import stability
from twin.games.allocation import dual_price_rule
from twin.games.coalitions import all_coalitions

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]


class PooledBookings(NamedTuple):
    """The bookings of partners together, the bill of every coalition, and a split of the whole bill.

    bookings : places whose booking begins on each date, shape (dates,); fractions stand for a share of a place. [place]
    costs : mean cost of each coalition by its number, over all dates, shape (2^n,). [$]
    prices : price of a pallet in each scenario and date, shape (scenarios, dates). [$/pallet]
    allocation : payment of each partner at these prices, shape (n,). [$]
    leaving : the coalition that gains most by leaving, and its gain; <= 0 certifies that the split is in the core.
    """

    bookings: Array
    costs: Array
    prices: Array
    allocation: Array
    leaving: stability.Leaving

    @property
    def saving(self) -> float:
        """The money that the partners save together. [$]"""
        alone = self.costs[1 << np.arange(len(self.allocation))]
        return float(alone.sum() - self.costs[-1])


def pooled_bookings(
    needs: ArrayLike, *, term: int, place_cost: float, surcharge: float, internal_capacity: ArrayLike = 0.0
) -> PooledBookings:
    """Return what partners book ahead together, what each coalition would pay, and a split of the bill in the core.

    c(S) = min over a >= 0 of  sum over t of  [c C_t + s mean over scenarios of (X_t(S) - own(S) - C_t)^+]

    x_i = sum over scenarios and t of  price_t (X_ti - own_i)

    The places in force are C_t = a_t + ... + a_t-term+1. The prices are the dual ones of the programme of all partners.
    They are feasible in that of any coalition, where its members' needs at these prices are a lower bound on its cost:
    no coalition pays more than it would alone.

    Parameters
    ----------
    needs : array_like, shape (scenarios, dates, n)
        Space that each partner may need on each date, in scenarios that are equally likely. [pallet]
    term : int
        Dates that a booking is in force, >= 1. [period]
    place_cost : float
        Rent of a booked place, used or not, > 0; it counts within the dates only. [$/place/period]
    surcharge : float
        Whole price of a pallet that goes outside at once, > 0. [$/pallet/period]
    internal_capacity : array_like, shape () or (n,), optional
        Own places of each partner, which it brings into the coalition. [pallet]

    Returns
    -------
    PooledBookings

    Limits
    ------
    Places may be fractions; in whole places the core can be empty by less than the cost of a place.

    Source
    ------
    Owen (1975), On the core of linear production games; Anupindi, Bassok and Zemel (2001).

    >>> needs = [[[4.0, 2.0]], [[1.0, 3.0]]]
    >>> found = pooled_bookings(needs, term=1, place_cost=5.0, surcharge=20.0)
    >>> found.costs.round(6).tolist(), found.allocation.round(6).tolist()
    ([0.0, 20.0, 15.0, 30.0], [20.0, 10.0])
    """
    (space,) = nonnegative(needs=needs)
    require(space.ndim == 3 and space.size > 0, "needs", "of shape (scenarios, dates, partners)", space.shape)
    rent, price = (float(each) for each in positive(place_cost=place_cost, surcharge=surcharge))
    count = space.shape[2]
    (own,) = nonnegative(internal_capacity=internal_capacity)
    rule = f"one number, or one for each of {count} partners"
    require(own.shape in ((), (count,)), "internal_capacity", rule, own.shape)
    length, places = whole("term", term, least=1), np.broadcast_to(own, count)
    costs = np.zeros(2**count)
    for number, members in enumerate(all_coalitions(count)[1:], start=1):
        missing = (space @ members) - places @ members
        costs[number], bookings, prices = _programme(missing, length, rent, price)
    allocation = dual_price_rule(prices.ravel(), space.reshape(-1, count), places)
    leaving = stability.leaving(costs, allocation) if count > 1 else stability.Leaving(0, 0.0)
    return PooledBookings(bookings, costs, prices, allocation, leaving)


def _programme(missing: Array, term: int, rent: float, price: float) -> tuple[float, Array, Array]:
    """Return the least mean cost of bookings for what is missing, (scenarios, dates), with bookings and prices."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_matrix, hstack, identity

    scenarios, dates = missing.shape
    age = np.arange(dates)[:, None] - np.arange(dates)
    covers = ((age >= 0) & (age < term)).astype(float)
    rows = hstack([csr_matrix(np.tile(covers, (scenarios, 1))), identity(missing.size)], format="csr")
    objective = np.r_[rent * covers.sum(axis=0), np.full(missing.size, price / scenarios)]
    found = linprog(objective, -rows, -missing.ravel(), method="highs")
    require(found.status == 0, "needs", "ones for which the bookings can be computed", found.message)
    prices = np.maximum(-found.ineqlin.marginals, 0.0).reshape(missing.shape)
    return float(found.fun), found.x[:dates], prices
