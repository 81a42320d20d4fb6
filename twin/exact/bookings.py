"""Places booked ahead with a partner: the least average cost, the best policy, and the price of any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, positive, require, shares, whole
from twin._discrete import shares_of_whole_numbers
from twin.exact.pricing import Optimum, Whole, checked_states, reachable
from twin.exact.value_iteration import Array, average_cost

_MOST_VALUES = 2**24  # largest table of values of the states
_BEGIN, _WIDEN = 6, 4  # booking sizes of the first grid, and those that are added to a grid that is too narrow
_ROUNDING = 1e-9  # largest deviation from 1 of a row of regime probabilities [-]


@dataclass(frozen=True)
class Booking:
    """The problem of `booking`; a state is (period of the season, regime, bookings in force or ahead, oldest first).

    The bookings of a second contract follow those of the first.
    """

    uncovered: Array  # expected cost of demand without a place; axes period of the season, regime, places [$]
    moves: Array  # probabilities of the next regime, a row for each regime [-]
    lead_time: int  # [period]
    terms: tuple[int, ...]  # of each contract [period]
    place_costs: tuple[float, ...]  # of each contract [$/place/period]
    least: int = field(default=0, init=False)

    @property
    def decisions(self) -> int:
        return len(self.terms)

    @property
    def season(self) -> int:
        return len(self.uncovered)

    @property
    def kept(self) -> tuple[int, ...]:
        """Number of past bookings of each contract that are in force or ahead."""
        return tuple(self.lead_time + term - 1 for term in self.terms)

    @property
    def start(self) -> Whole:
        return np.zeros(2 + sum(self.kept), np.int64)

    def outcomes(self, states: Whole, actions: Whole) -> tuple[Whole, Array]:
        regimes = len(self.moves)
        following = np.empty((len(states), regimes, states.shape[1]), np.int64)
        following[:, :, 0] = (states[:, :1] + 1) % self.season
        following[:, :, 1] = np.arange(regimes)
        first = 2
        for contract, kept in enumerate(self.kept):
            following[:, :, first : first + kept - 1] = states[:, None, first + 1 : first + kept]
            following[:, :, first + kept - 1] = actions[:, None, contract]
            first += kept
        return following, self.moves[states[:, 1]]

    def costs(self, states: Whole, actions: Whole) -> Array:
        places, rent, first = 0, 0.0, 2
        for term, cost, kept in zip(self.terms, self.place_costs, self.kept, strict=True):
            booked = states[:, first : first + term].sum(axis=1)
            places, rent, first = places + booked, rent + cost * booked, first + kept
        return rent + self.uncovered[states[:, 0], states[:, 1], np.minimum(places, self.uncovered.shape[2] - 1)]


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
    tolerance : float
        Largest high - low, as a share of the cost, > 0. [-]

    Returns
    -------
    Optimum
        `low`, `high` [$/period]; `policy`, from states (period of the season, regime, bookings in force or ahead,
        oldest first, contract by contract) to the places to book, shape (n,), or (n, contracts) for several. [place]

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
    and Hausman (2004), booked again each period.

    >>> from scipy.stats import poisson
    >>> optimum = booking(poisson(8), lead_time=1, term=1, place_cost=10, surcharge=25)
    >>> round(optimum.low, 3), optimum.policy([[0, 0, 5]]).tolist()
    (107.731, [9])
    """
    positive(tolerance=tolerance)
    problem = booking_problem(
        demand, lead_time, term, place_cost, surcharge, regimes, refusal, refused_cost, partner_space
    )
    return solved(problem, tolerance)


def solved(problem: Booking, tolerance: float, most_values: int = _MOST_VALUES) -> Optimum:
    """Return the optimum of a problem, by tables of no more values than `most_values`."""
    sizes = _BEGIN
    while True:
        low, high, policy = _solved(problem, sizes, tolerance)
        _, actions, *_ = reachable(problem, policy)
        narrow = bool(actions.max() >= sizes - 1)
        larger = sizes + _WIDEN
        if not narrow or _values(problem, larger) > most_values:
            return Optimum(low, high, policy, problem, tolerance, capped=narrow)
        sizes = larger


def booking_problem(
    demand: Any,
    lead_time: int,
    term: int | Sequence[int],
    place_cost: ArrayLike,
    surcharge: ArrayLike,
    regimes: ArrayLike | None = None,
    refusal: ArrayLike = 0.0,
    refused_cost: ArrayLike | None = None,
    partner_space: Any = None,
) -> Booking:
    """Return the problem that checked arguments of `booking` describe."""
    laws = np.atleast_2d(np.array(demand, dtype=object))
    require(laws.ndim == 2, "demand", "a law, a list of laws, or a table of them", f"shape {laws.shape}")
    season, states = laws.shape
    rule = "one law for each period without `regimes` ([[a], [b]] for two of a season; laws in a row are of regimes)"
    require(regimes is not None or states == 1, "demand", rule, f"{states} laws in a row")
    (moves,) = shares(regimes=np.eye(1) if regimes is None else regimes)
    square = moves.shape == (states, states)
    require(square, "regimes", f"of shape ({states}, {states}), like the columns of demand", moves.shape)
    require(
        bool(np.all(np.abs(moves.sum(axis=1) - 1) <= _ROUNDING)), "regimes", "rows that add up to 1", moves.sum(axis=1)
    )
    terms = tuple(whole("term", value, least=1) for value in np.atleast_1d(term).tolist())
    (rents,) = positive(place_cost=place_cost)
    costs = tuple(np.broadcast_to(rents, len(terms)).tolist())
    (refused,) = shares(refusal=refusal)
    spot, nowhere = nonnegative(surcharge=surcharge, refused_cost=0.0 if refused_cost is None else refused_cost)
    require(refused_cost is not None or not np.any(refused), "refused_cost", "given where refusal > 0", refused_cost)
    spot, nowhere, refused = (_by_season(value, season, states) for value in (spot, nowhere, refused))
    price = (1 - refused) * spot + refused * nowhere
    tables = [[shares_of_whole_numbers(law, "demand") for law in row] for row in laws]
    most = max(len(table) for row in tables for table in row)
    missing = np.array([[np.pad(table, (0, most - len(table))) for table in row] for row in tables])
    uncovered = price[..., None] * _expected_excess(missing)
    if partner_space is not None:
        require(refused_cost is not None, "refused_cost", "given with partner_space", refused_cost)
        require(nowhere >= spot, "refused_cost", "at least the surcharge, with partner_space", nowhere)
        spaces = np.broadcast_to(np.array(partner_space, dtype=object), laws.shape)
        beyond = [
            [
                _excess_of_both(table, shares_of_whole_numbers(space, "partner_space"))
                for table, space in zip(*rows, strict=True)
            ]
            for rows in zip(missing, spaces, strict=True)
        ]
        uncovered += ((1 - refused) * (nowhere - spot))[..., None] * np.array(beyond)
    return Booking(uncovered, moves, whole("lead_time", lead_time, least=1), terms, costs)


def _expected_excess(shares_of_demand: Array) -> Array:
    """Return E[(D - n)+] for n = 0, 1, ..., one place more than the largest demand, along the last axis."""
    beyond = np.cumsum(shares_of_demand[..., ::-1], axis=-1)[..., ::-1]  # P(D >= 0, 1, ...)
    excess = np.cumsum(beyond[..., :0:-1], axis=-1)[..., ::-1]
    return np.concatenate([excess, np.zeros((*excess.shape[:-1], 2))], axis=-1)


def _excess_of_both(shares_of_demand: Array, shares_of_space: Array) -> Array:
    """Return E[(D - n - F)+] for n = 0, 1, ..., of a demand and a free space that are independent."""
    excess = _expected_excess(shares_of_demand)
    padded = np.concatenate([excess, np.zeros(len(shares_of_space))])
    return np.lib.stride_tricks.sliding_window_view(padded, len(shares_of_space))[: len(excess)] @ shares_of_space


def _by_season(value: Array, season: int, regimes: int) -> Array:
    """Return a value of shape (), (season,) or (season, regimes) as a table of the last shape."""
    column = value[:, None] if value.ndim == 1 else value
    return np.broadcast_to(column, (season, regimes))


def smallest_table(problem: Booking) -> int:
    """Return the number of values in the smallest table that is tried."""
    return _values(problem, _BEGIN)


def _values(problem: Booking, sizes: int) -> int:
    """Return the number of states with a given number of booking sizes."""
    return len(problem.moves) * sizes ** sum(problem.kept)


def _solved(problem: Booking, sizes: int, tolerance: float) -> tuple[float, float, BookingTable]:
    """Return bounds and the best policy for bookings of 0, 1, ..., sizes - 1 places.

    Axes of the values: regime, then the bookings of each contract, oldest first.
    """
    count = _values(problem, sizes)
    rule = f"so short that there are at most {_MOST_VALUES:,} states"
    require(count <= _MOST_VALUES, "term", rule, f"{problem.terms}, with {count:,} states")
    digits = sum(problem.kept)
    costs = [_costs_of_states(problem, sizes, period) for period in range(problem.season)]
    ends = np.cumsum(problem.kept)
    latest, oldest = tuple(ends), tuple(ends - np.array(problem.kept) + 1)  # axes of each contract

    def expected(values: Array) -> Array:
        """Expected value after the next regime; the axes of new bookings come last."""
        after = (problem.moves @ values.reshape(len(values), -1)).reshape(values.shape)
        others = [axis for axis in range(digits + 1) if axis not in latest]
        return after.transpose(*others, *latest).reshape(*[after.shape[axis] for axis in others], -1)

    def before(values: Array, period: int) -> Array:
        return costs[period] + np.expand_dims(expected(values).min(axis=-1), oldest)

    def update(values: Array) -> Array:
        for period in reversed(range(problem.season)):
            values = before(values, period)
        return values

    start = np.zeros((len(problem.moves), *[sizes] * digits))
    low, high, values = average_cost(update, start, tolerance, problem.season)
    tables = []
    for period in reversed(range(problem.season)):
        chosen = np.unravel_index(expected(values).argmin(axis=-1), [sizes] * problem.decisions)
        tables.append(np.stack(chosen, axis=-1))
        values = before(values, period)
    return low, high, BookingTable(np.stack(tables[::-1]), problem.kept)


def _costs_of_states(problem: Booking, sizes: int, period: int) -> Array:
    """Return the cost of a period by regime and bookings; axes of bookings that are still ahead have length 1."""
    digits = sum(problem.kept)
    places, rent, first = np.zeros([1] * digits, np.int64), np.zeros([1] * digits), 0
    for term, cost, kept in zip(problem.terms, problem.place_costs, problem.kept, strict=True):
        for axis in range(first, first + term):
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
