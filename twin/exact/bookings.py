"""Places booked ahead with a partner: the least average cost, the best policy, and the price of any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin._check import positive, require
from twin.exact.booking_problems import Booking, booking_problem
from twin.exact.pricing import Optimum, Whole, checked_states, reachable
from twin.exact.soft_blocks import soft_block
from twin.exact.value_iteration import Array, average_cost

_MOST_VALUES = 2**24  # largest table of values of the states
_BEGIN, _WIDEN = 6, 4  # booking sizes of the first grid, and those that are added to a grid that is too narrow


def booking(
    demand: Any,
    *,
    lead_time: int,
    term: int | Sequence[int],
    place_cost: ArrayLike,
    surcharge: ArrayLike,
    regimes: ArrayLike | None = None,
    refusal: ArrayLike = 0.0,
    refused_cost: ArrayLike | None = None,
    partner_space: Any = None,
    soft_places: ArrayLike = 0,
    soft_cost: float = 0.0,
    return_window: int = 1,
    tolerance: float = 1e-6,
) -> Optimum:
    """Return bounds on the least average cost of booking places ahead while a partner takes what exceeds them.

    V_t(i, B) + g = c C + u_t(i, C) + min over a of  sum over j of  P(i, j) V_t+1(j, (B, a)),  C = places in force

    Parameters
    ----------
    demand : frozen SciPy distribution, or an array of them
        Demand of a period on whole numbers: one law, one for each regime, or a table with a row for each period of the
        season and a column for each regime. A plain list is one of regimes, and needs `regimes` ([[a], [b]] are two
        periods of a season); `book_ahead` without regimes reads it as periods. [pallet/period]
    lead_time : int
        A booking made in period t, after its demand is known, is in force from t + lead_time on, >= 1. [period]
    term : int, or one for each contract
        Number of periods that a booking is in force, >= 1. [period]
    place_cost : float, or one for each contract
        Rent of a booked place, used or not, > 0. [$/place/period]
    surcharge : array_like, shape () or (season,)
        Whole price of a pallet that goes to the partner at once, >= 0. [$/pallet]
    regimes : array_like, shape (regimes, regimes), optional
        Probability that a regime follows another, with the present one in rows. The regime is observed. [-]
    refusal : array_like, shape () or (season,) or (season, regimes)
        Probability that the partner refuses everything in a period. [-]
    refused_cost : array_like, optional
        Cost of a pallet that has no place anywhere, of the shape of surcharge; needed where refusal > 0 or with
        partner_space, and there at least the surcharge. [$/pallet]
    partner_space : frozen SciPy distribution, or an array of them, optional
        Free space of the partner in a period on whole numbers, independent of demand given the regime: one law, one for
        each regime, or a table like that of demand. He takes min(missing, free) pallets; the rest costs refused_cost.
        Unlimited by default. [pallet/period]
    soft_places : array_like of whole numbers, shape () or (season,), optional
        Places of a soft block: they are given back, free of charge, or kept for one period. [place]
    soft_cost : float, optional
        Rent of a place of the soft block that is kept, >= 0. [$/place/period]
    return_window : int, optional
        Periods before use at which the places to keep are named, 1 to lead_time. [period]
    tolerance : float
        Largest high - low, as a share of the cost, > 0. [-]

    Returns
    -------
    Optimum
        `low`, `high` [$/period]; `policy`, from states (period of the season, regime, bookings in force or ahead,
        oldest first, contract by contract) to the places to book, shape (n,), or (n, contracts) for several. Places of
        a soft block to keep are those of `places_to_keep`. [place]

    Errors
    ------
    ValueError for a law that is not on whole numbers, regimes whose rows do not add up to 1, or terms that are too long
    for a table of values.

    Limits
    ------
    The size of a booking is bounded; a bound that the best policy meets is widened while the table of values is small
    enough, and then `capped` says so. With term 1, the newsvendor on the forecast is optimal.

    Source
    ------
    MacQueen (1966) for the bounds; the problem is that of a capacity reservation with a spot market, Seifert, Thonemann
    and Hausman (2004), booked again each period; notebook 11, eq. (11.1), (11.2) and (11.3).

    >>> from scipy.stats import poisson
    >>> optimum = booking(poisson(8), lead_time=1, term=1, place_cost=10, surcharge=25)
    >>> round(optimum.low, 3), optimum.policy([[0, 0, 5]]).tolist()
    (107.731, [9])
    """
    positive(tolerance=tolerance)
    problem = booking_problem(
        demand, lead_time, term, place_cost, surcharge, regimes, refusal, refused_cost, partner_space
    )
    if np.any(np.asarray(soft_places)):
        problem = soft_block(problem, soft_places, soft_cost, return_window)
    return solved(problem, tolerance)


def solved(problem: Booking, tolerance: float, most_values: int = _MOST_VALUES) -> Optimum:
    """Return the optimum of a problem, by tables of no more values than `most_values`."""
    sizes = _BEGIN
    while True:
        low, high, policy = _solved(problem, sizes, tolerance)
        _, actions, _ = reachable(problem, policy)
        narrow = bool(actions.max() >= sizes - 1)
        larger = sizes + _WIDEN
        if not narrow or _values(problem, larger) > most_values:
            return Optimum(low, high, policy, problem, tolerance, capped=narrow)
        sizes = larger


def smallest_table(problem: Booking) -> int:
    """Return the number of values in the smallest table that is tried."""
    return _values(problem, _BEGIN)


def _values(problem: Booking, sizes: int) -> int:
    """Return the number of states with a given number of booking sizes."""
    return problem.regimes * sizes ** sum(problem.kept)


def _solved(problem: Booking, sizes: int, tolerance: float) -> tuple[float, float, BookingTable]:
    """Return bounds and the best policy for bookings of 0, 1, ..., sizes - 1 places.

    Axes of the values: regime, then the bookings of each contract, oldest first.
    """
    count = _values(problem, sizes)
    rule = f"so short that there are at most {_MOST_VALUES:,} states"
    require(count <= _MOST_VALUES, "term", rule, f"{problem.terms}, with {count:,} states")
    digits, decided = sum(problem.kept), problem.window > 0
    costs = [_costs_of_states(problem, sizes, period) for period in range(problem.season)]
    ends = np.cumsum(problem.kept)
    latest, oldest = tuple(ends), tuple(ends - np.array(problem.kept) + 1)  # axes of each contract

    def expected(values: Array, period: int) -> Array:
        """Expected cost after a decision; the axes of new bookings come last."""
        after = (problem.moves[period] @ values.reshape(len(values), -1)).reshape(values.shape)
        after = after + costs[period] if decided else after
        others = [axis for axis in range(digits + 1) if axis not in latest]
        return after.transpose(*others, *latest).reshape(*[after.shape[axis] for axis in others], -1)

    def before(values: Array, period: int) -> Array:
        least = np.expand_dims(expected(values, period).min(axis=-1), oldest)
        return np.broadcast_to(least, values.shape) if decided else costs[period] + least

    def update(values: Array) -> Array:
        for period in reversed(range(problem.season)):
            values = before(values, period)
        return values

    start = np.zeros((problem.regimes, *[sizes] * digits))
    low, high, values = average_cost(update, start, tolerance, problem.season)
    tables = []
    for period in reversed(range(problem.season)):
        chosen = np.unravel_index(expected(values, period).argmin(axis=-1), [sizes] * problem.decisions)
        tables.append(np.stack(chosen, axis=-1))
        values = before(values, period)
    return low, high, BookingTable(np.stack(tables[::-1]), problem.kept)


def _costs_of_states(problem: Booking, sizes: int, period: int) -> Array:
    """Return the cost of a period by regime and bookings; axes of bookings that do not count have length 1.

    With a window, the bookings are those after the decision of the period: the newest is in, the oldest is out.
    """
    digits, out = sum(problem.kept), max(problem.window - 1, 0)
    places, rent, first = np.zeros([1] * digits, np.int64), np.zeros([1] * digits), 0
    for term, cost, kept in zip(problem.terms, problem.place_costs, problem.kept, strict=True):
        for axis in range(first + out, first + out + term):
            booked = np.arange(sizes).reshape(*[1] * axis, -1, *[1] * (digits - axis - 1))
            places, rent = places + booked, rent + cost * booked
        first += kept
    table = problem.uncovered[period]
    return rent + table[:, np.minimum(places, table.shape[1] - 1)]


@dataclass(frozen=True)
class BookingTable:
    """Policy given by a table of bookings over period of the season, regime, and the bookings that stay ahead."""

    booked: Whole
    kept: tuple[int, ...]  # number of past bookings of each contract in a state

    def __repr__(self) -> str:
        return f"<policy of {self.booked[..., 0].size:,} states>"

    def __call__(self, states: ArrayLike) -> Whole:
        """Return the places to book, shape (n,), or (n, contracts); a booking beyond the table counts as its last."""
        given = checked_states(states, 2 + sum(self.kept))
        for column, name in enumerate(("period of the season", "regime")):
            count = self.booked.shape[column]
            require(given[:, column] < count, "states", f"ones whose {name} is below {count}", given[:, column])
        oldest = 2 + np.cumsum((0, *self.kept[:-1]))
        columns = np.delete(given, oldest, axis=1)
        places = np.minimum(columns, np.array(self.booked.shape[:-1]) - 1)
        found = self.booked[tuple(places.T)]
        return found[:, 0] if found.shape[1] == 1 else found
