"""The problem of booking places ahead with a partner: its states, their moves, and the cost of a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, positive, require, shares, whole
from twin._discrete import shares_of_whole_numbers
from twin.exact.pricing import Whole
from twin.exact.value_iteration import Array

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
