"""Rules for booking places ahead with a partner that need no plan, a lower bound, and the price of large problems.

Each is a policy that the `price` of `twin.exact.booking` accepts; a state is (period of the season, regime, bookings in
force or ahead, oldest first, contract by contract).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from twin import simulate
from twin.exact.booking_problems import Booking, moves_ahead
from twin.exact.pricing import Policy, Whole
from twin.exact.value_iteration import Array
from twin.exact.warm_up import settled, two_starts

_DOUBLINGS = 50  # squarings of the transition matrix of the regimes until it is taken to be at rest


class FixedPlaces(NamedTuple):
    """One number of places that is always in force, and its average cost."""

    places: int  # [place]
    cost: float  # [$/period]


def expected_uncovered(problem: Booking, ahead: int) -> Array:
    """Return the expected cost of what has no place, some periods ahead, shape (season, regimes, places). [$]"""
    later = ahead - problem.window  # periods until that cost is known
    return np.einsum("tij,tjc->tic", moves_ahead(problem, later), np.roll(problem.uncovered, -later, axis=0))


def regime_shares(problem: Booking) -> Array:
    """Return the long-run share of each regime by period of the season, from the first regime on. [-]"""
    moves = (moves_ahead(problem, problem.season)[0] + np.eye(problem.regimes)) / 2
    for _ in range(_DOUBLINGS):
        moves = moves @ moves
        moves /= moves.sum(axis=1, keepdims=True)
    shares = [moves[0]]
    for period in range(problem.season - 1):
        shares.append(shares[-1] @ problem.moves[period])
    return np.array(shares)


def mean_uncovered(problem: Booking) -> Array:
    """Return the long-run mean cost of what has no place, by period of the season and places. [$]"""
    known = np.einsum("ti,tic->tc", regime_shares(problem), problem.uncovered)
    return np.roll(known, problem.window, axis=0)


def fixed_places(problem: Booking) -> FixedPlaces:
    """Return the best fixed number C of places, rented by the cheapest contract: min of c C + E[u(C)].

    Without a contract of one period, C places are kept by booking all of them when the old ones end. Source: notebook
    11, eq. (11.5).
    """
    curve = mean_uncovered(problem).mean(axis=0)
    costs = min(problem.place_costs) * np.arange(len(curve)) + curve
    return FixedPlaces(int(costs.argmin()), float(costs.min()))


def newsvendor_on_forecast(problem: Booking, contract: int = 0) -> Policy:
    """Return the rule that books up to the newsvendor level of the first period in which the booking is in force.

    a = (y - places that are in force then already)+,  y = argmin of  c y + E[u_t+L(y) | regime]

    Only one of the contracts is used. With a term of one period the rule is optimal. Source: notebook 11, eq. (11.7).
    """
    curves = expected_uncovered(problem, problem.lead_time)
    rent = problem.place_costs[contract]
    levels = (rent * np.arange(curves.shape[-1]) + curves).argmin(axis=-1)

    def rule(states: Whole) -> Whole:
        given = np.asarray(states)
        wanted = levels[given[:, 0], given[:, 1]] - places_ahead(problem, given, 1)[:, 0]
        return _with_contract(problem, contract, np.maximum(wanted, 0))

    return rule


def marginal_rule(problem: Booking, contract: int = 0) -> Policy:
    """Return the rule that books a place as long as its use over the whole term is worth its rent.

    book place n + 1 of period t + L  while  v_0(n_0) + sum over j = 1..K-1 of E[min(c, v_j(n_j))] >= c K

    with n_j the places in force j periods later and v_j the use of one more place, as forecast when the last booking
    for that period is made. Where a later booking could provide it, a place is worth no more than its rent: the rule
    is best if later places could be booked for a single period each. Only one of the contracts is used.
    """
    rent, term = problem.place_costs[contract], problem.terms[contract]
    use = -np.diff(expected_uncovered(problem, problem.lead_time), axis=-1, append=0.0)
    use[..., -1] = 0.0
    worth = [use]
    for age in range(1, term):
        later = np.minimum(np.roll(use, -age, axis=0), rent)
        worth.append(np.einsum("tij,tjc->tic", moves_ahead(problem, age), later))
    most = use.shape[-1] - 1

    def rule(states: Whole) -> Whole:
        given = np.asarray(states)
        ahead = places_ahead(problem, given, term)
        booked, open_ = np.zeros(len(given), np.int64), np.ones(len(given), bool)
        while open_.any():
            gain = sum(
                worth[age][given[:, 0], given[:, 1], np.minimum(ahead[:, age] + booked, most)] for age in range(term)
            )
            open_ = open_ & (gain > rent * term * (1 + 1e-12))
            booked += open_
        return _with_contract(problem, contract, booked)

    return rule


def places_ahead(problem: Booking, states: Whole, periods: int) -> Whole:
    """Return the places in force in the periods from now + lead time on, by past bookings, shape (n, periods)."""
    places, first = np.zeros((len(states), periods), np.int64), 2
    for term, kept in zip(problem.terms, problem.kept, strict=True):
        for age in range(min(periods, term - 1)):
            places[:, age] += states[:, first + problem.lead_time + age : first + kept].sum(axis=1)
        first += kept
    return places


def simulated_price(
    problem: Booking, policy: Policy, *, seasons: int, replications: int, seed: int
) -> simulate.Estimate:
    """Return the average cost of a policy with its standard error, over drawn paths of the regime.

    Demand is not drawn: the cost of a period is its expectation given the regime. Only the difference from the cost
    behind `single_term_bound` on the same path is simulated, because the mean of the latter is known. Blocks of
    `seasons` seasons, or a few more for whole terms, are left out until two starts cost the same (`warm_up.settled`).
    """
    found = settled(_blocks(problem, policy, seasons, replications, np.random.default_rng(seed)))
    return simulate.Estimate(found.mean + single_term_bound(problem), found.standard_error)


def _blocks(
    problem: Booking, policy: Policy, seasons: int, replications: int, draws: np.random.Generator
) -> Iterator[Array]:
    """Yield the average cost above the bound of each path, shape (2, replications), block after block."""
    shares, (_, levels, rent) = regime_shares(problem), _single_terms(problem)
    states = two_starts(problem, fixed_places(problem).places, replications)
    states[:, 1] = np.tile(draws.choice(problem.regimes, size=replications, p=shares[0]), 2)
    rows, last = np.arange(len(states)), problem.uncovered.shape[2] - 1
    alone = [np.zeros(len(states), np.int64)] * problem.lead_time  # places booked for each coming period alone
    cycle = math.lcm(problem.season, *problem.terms)
    length = -(-seasons * problem.season // cycle) * cycle
    warm = -(-max(problem.kept) // problem.season) * problem.season
    total = np.zeros(len(states))
    for period in itertools.count(-warm):
        if period >= 0 and period % length == 0:
            if period:
                yield total.reshape(2, replications) / length
            total = np.zeros(len(states))
        actions = np.asarray(policy(states)).reshape(len(states), problem.decisions)
        alone = [*alone, levels[states[:, 0], states[:, 1]]]
        places = alone[problem.window]
        least = rent * places + problem.uncovered[states[:, 0], states[:, 1], np.minimum(places, last)]
        total += problem.costs(states, actions) - least
        alone = alone[1:]
        following, chances = problem.outcomes(states, actions)
        chosen = (chances.cumsum(axis=1) < np.tile(draws.random((replications, 1)), (2, 1))).sum(axis=1)
        states = following[rows, np.minimum(chosen, problem.regimes - 1)]


def single_term_bound(problem: Booking) -> float:
    """Return a lower bound on the cost of every policy: that of booking each period alone, at the least rent.

    A booking of several periods could be replaced by one for each of them, made with a later forecast. [$/period]
    """
    curves, levels, rent = _single_terms(problem)
    costs = rent * levels + np.take_along_axis(curves, levels[..., None], axis=-1)[..., 0]
    return float((costs * regime_shares(problem)).sum(axis=1).mean())


def _single_terms(problem: Booking) -> tuple[Array, Whole, float]:
    """Return the curves of the coming period, the places that are best for it alone, and their rent."""
    curves, rent = expected_uncovered(problem, problem.lead_time), min(problem.place_costs)
    return curves, (rent * np.arange(curves.shape[-1]) + curves).argmin(axis=-1), rent


def _with_contract(problem: Booking, contract: int, booked: Whole) -> Whole:
    """Return the bookings of one contract as an action; the others book nothing."""
    if problem.decisions == 1:
        return booked
    actions = np.zeros((len(booked), problem.decisions), np.int64)
    actions[:, contract] = booked
    return actions
