"""Places booked ahead with a partner: the least average cost, the best policy, and the price of any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
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
    moves: Array  # probabilities of the next regime; axes period of the season, regime, next regime [-]
    lead_time: int  # [period]
    terms: tuple[int, ...]  # of each contract [period]
    place_costs: tuple[float, ...]  # of each contract [$/place/period]
    window: int = 0  # periods before demand at which the cost of a period is known: `uncovered` is of so much later
    least: int = field(default=0, init=False)

    @property
    def decisions(self) -> int:
        return len(self.terms)

    @property
    def season(self) -> int:
        return len(self.uncovered)

    @property
    def regimes(self) -> int:
        return self.uncovered.shape[1]

    @property
    def kept(self) -> tuple[int, ...]:
        """Number of past bookings of each contract that are in force or ahead."""
        return tuple(self.lead_time + term - 1 for term in self.terms)

    @property
    def start(self) -> Whole:
        return np.zeros(2 + sum(self.kept), np.int64)

    def outcomes(self, states: Whole, actions: Whole) -> tuple[Whole, Array]:
        following = np.empty((len(states), self.regimes, states.shape[1]), np.int64)
        following[:, :, 0] = (states[:, :1] + 1) % self.season
        following[:, :, 1] = np.arange(self.regimes)
        first = 2
        for contract, kept in enumerate(self.kept):
            following[:, :, first : first + kept - 1] = states[:, None, first + 1 : first + kept]
            following[:, :, first + kept - 1] = actions[:, None, contract]
            first += kept
        return following, self.moves[states[:, 0], states[:, 1]]

    def costs(self, states: Whole, actions: Whole) -> Array:
        places, rent, first = 0, 0.0, 2
        for contract, (term, cost, kept) in enumerate(zip(self.terms, self.place_costs, self.kept, strict=True)):
            every = np.column_stack([states[:, first : first + kept], actions[:, contract]])
            booked = every[:, self.window : self.window + term].sum(axis=1)
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
    each = np.broadcast_to(moves, (season, *moves.shape))
    return Booking(uncovered, each, whole("lead_time", lead_time, least=1), terms, costs)


def soft_block(problem: Booking, places: ArrayLike, place_cost: float, return_window: int) -> Booking:
    """Return a problem with a soft block besides: places that are kept for a period, or given back before it, free.

    u'_t(i, C) = min over n <= B of  [c n + E[u_t+w(C + n) | regime i in t]],  w = return window

    Booking and giving back cost nothing, so all B places are booked whatever the term, and only keeping is a decision.
    It is made w <= L periods before use, when the other places of that period are all booked, so that it changes the
    cost of that period alone: the states stay those of the problem without the block.

    Parameters
    ----------
    problem : Booking
    places : array_like of whole numbers, shape () or (season,)
        Places B of the block, by the period of their use. [place]
    place_cost : float
        Rent c of a place that is kept, >= 0. [$/place/period]
    return_window : int
        Periods w before use at which the places to keep are named, 1 to the lead time. [period]

    >>> from scipy.stats import poisson
    >>> hard = booking_problem(poisson(8), 1, 1, 10, 25)
    >>> round(float(soft_block(hard, 3, 9.0, 1).uncovered[0, 0, 6] - hard.uncovered[0, 0, 9]), 9)
    27.0
    """
    cheapest, _ = _soft(problem, places, place_cost, return_window)
    return replace(problem, uncovered=cheapest, window=int(return_window))


def places_to_keep(problem: Booking, places: ArrayLike, place_cost: float, return_window: int) -> Whole:
    """Return the places of a soft block to keep for the period that lies the return window ahead.

    Arguments are those of `soft_block`. The result has the axes period of the season, regime, and other places that
    are booked for that period. [place]

    >>> from scipy.stats import poisson
    >>> places_to_keep(booking_problem(poisson(8), 1, 1, 10, 25), 3, 9.0, 1)[0, 0, 4:10].tolist()
    [3, 3, 3, 2, 1, 0]
    """
    return _soft(problem, places, place_cost, return_window)[1]


def _soft(problem: Booking, places: ArrayLike, place_cost: float, return_window: int) -> tuple[Array, Whole]:
    """Return the least cost of a later period with a soft block, and the places that are kept for it."""
    window = whole("return_window", return_window, least=1)
    rule = f"at most the lead time, {problem.lead_time}"
    require(window <= problem.lead_time and not problem.window, "return_window", rule, window)
    counts, rent = nonnegative(soft_places=places, soft_cost=place_cost)
    require(np.all(counts == np.floor(counts)), "soft_places", "whole numbers of places", counts)
    require(counts.shape in ((), (problem.season,)), "soft_places", "one number, or one a period", counts.shape)
    block = np.roll(np.broadcast_to(counts, problem.season), -window).astype(np.int64)
    later = np.einsum("tij,tjc->tic", moves_ahead(problem, window), np.roll(problem.uncovered, -window, axis=0))
    at, last = np.arange(later.shape[2]), later.shape[2] - 1
    cheapest, chosen = later.copy(), np.zeros(later.shape, np.int64)
    for kept in range(1, int(block.max(initial=0)) + 1):
        cost = float(rent) * kept + later[:, :, np.minimum(at + kept, last)]
        better = (block >= kept)[:, None, None] & (cost < cheapest)
        cheapest, chosen = np.where(better, cost, cheapest), np.where(better, kept, chosen)
    return cheapest, chosen


def moves_ahead(problem: Booking, periods: int) -> Array:
    """Return the probabilities of the regimes some periods later, by period of the season, regime and later regime."""
    found = np.broadcast_to(np.eye(problem.regimes), problem.moves.shape)
    for step in range(periods):
        found = found @ np.roll(problem.moves, -step, axis=0)
    return found


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
