"""Rules for booking places ahead with a partner, from one fixed number to a plan that is made anew each period.

Each is a policy that the `price` of `twin.exact.booking` accepts; a state is (period of the season, regime, bookings in
force or ahead, oldest first, contract by contract).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack

from twin import simulate
from twin._check import require
from twin.exact.bookings import Booking
from twin.exact.pricing import Policy, Whole
from twin.exact.value_iteration import Array

_SEGMENTS = 64  # pieces of a cost curve in a linear programme, before those near its solution are split
_ROUNDING = 1e-7  # of a solution of a linear programme [place]
_DOUBLINGS = 50  # squarings of the transition matrix of the regimes until it is taken to be at rest


class FixedPlaces(NamedTuple):
    """One number of places that is always in force, and its average cost."""

    places: int  # [place]
    cost: float  # [$/period]


class CalendarPlan(NamedTuple):
    """Bookings that follow the calendar alone, and their average cost."""

    bookings: Array  # shape (season, contracts); a fraction stands for bookings that alternate over the years [place]
    places: Array  # in force, shape (season,) [place]
    cost: float  # [$/period]


def expected_uncovered(problem: Booking, ahead: int) -> Array:
    """Return the expected cost of what has no place, some periods ahead, shape (season, regimes, places). [$]"""
    moves = np.linalg.matrix_power(problem.moves, ahead)
    return np.einsum("ij,tjc->tic", moves, np.roll(problem.uncovered, -ahead, axis=0))


def regime_shares(problem: Booking) -> Array:
    """Return the long-run share of the time in each regime, from the first regime on. [-]"""
    moves = (problem.moves + np.eye(len(problem.moves))) / 2
    for _ in range(_DOUBLINGS):
        moves = moves @ moves
        moves /= moves.sum(axis=1, keepdims=True)
    return moves[0]


def fixed_places(problem: Booking) -> FixedPlaces:
    """Return the best fixed number C of places, rented by the cheapest contract: min of c C + E[u(C)].

    Without a contract of one period, C places are kept by booking all of them when the old ones end.
    """
    curve = np.einsum("i,tic->c", regime_shares(problem), problem.uncovered) / problem.season
    costs = min(problem.place_costs) * np.arange(len(curve)) + curve
    return FixedPlaces(int(costs.argmin()), float(costs.min()))


def calendar_plan(problem: Booking) -> CalendarPlan:
    """Return the best bookings by period of the season, whatever the regime: one linear programme.

    min over a >= 0 of  sum over t and contracts k of  c_k K_k a_kt  +  sum over t of  E[u_t(C_t)]

    The cost is that of the best plan in whole places: each booking covers consecutive periods, so that over a long
    horizon the programme has a solution in whole numbers. Without regimes, it is the least cost of all policies.

    Source
    ------
    Veinott and Wagner (1962), Optimal capacity scheduling, for booking as a network problem.

    >>> from scipy.stats import poisson
    >>> from twin.exact.bookings import booking_problem
    >>> plan = calendar_plan(booking_problem([[poisson(3)], [poisson(9)]], 1, 1, 10, 25))
    >>> plan.bookings[:, 0].tolist(), round(plan.cost, 3)
    ([9.0, 3.0], 83.148)
    """
    season = problem.season
    curves = np.einsum("i,tic->tc", regime_shares(problem), problem.uncovered)
    covers = np.concatenate(
        [
            sum(np.roll(np.eye(season), problem.lead_time + age, axis=0) for age in range(term))
            for term in problem.terms
        ],
        axis=1,
    )
    rents = np.repeat(np.multiply(problem.terms, problem.place_costs), season)
    booked, cost = _least_cost(covers, rents, curves, np.zeros(season))
    return CalendarPlan(booked.reshape(-1, season).T, covers @ booked, cost / season)


def newsvendor_on_forecast(problem: Booking, contract: int = 0) -> Policy:
    """Return the rule that books up to the newsvendor level of the first period in which the booking is in force.

    a = (y - places that are in force then already)+,  y = argmin of  c y + E[u_t+L(y) | regime]

    Only one of the contracts is used. With a term of one period the rule is optimal.
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
        moves = np.linalg.matrix_power(problem.moves, age)
        worth.append(np.einsum("ij,tjc->tic", moves, np.minimum(np.roll(use, -age, axis=0), rent)))
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


def rolling_plan(problem: Booking, horizon: int | None = None) -> Policy:
    """Return the rule that makes the best plan of all coming bookings from the present state, and books its first.

    min over a >= 0 of  sum over h < H of  [rent of the places of the plan in t + L + h  +  E[u_t+L+h(C_h) | regime]]

    The plan takes demand as its forecast and later bookings as fixed; it is made anew each period. Its horizon H is by
    default two seasons and two terms. Without regimes, the rule is optimal but for the end of the horizon.

    Source
    ------
    Bertsekas (2017), Dynamic programming and optimal control, vol. 1, section 6.2: open-loop feedback control.
    """
    wanted = 2 * (problem.season + max(problem.terms)) if horizon is None else horizon
    known: dict[tuple[int, ...], Array] = {}
    covers, rents = _coming(problem, wanted)
    curves = np.stack([expected_uncovered(problem, problem.lead_time + age) for age in range(wanted)], axis=2)

    def rule(states: Whole) -> Whole:
        given = np.asarray(states)
        ahead = places_ahead(problem, given, wanted)
        found = []
        for state, places in zip(given, ahead, strict=True):
            key = (int(state[0]), int(state[1]), *places.tolist())
            if key not in known:
                plan, _ = _least_cost(covers, rents, curves[key[0], key[1]], places)
                known[key] = np.rint(plan.reshape(problem.decisions, wanted)[:, 0]).astype(np.int64)
            found.append(known[key])
        booked = np.array(found)
        return booked[:, 0] if problem.decisions == 1 else booked

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
    behind `single_term_bound` on the same path is simulated, because the mean of the latter is known. As many periods
    as two rounds of bookings take are left out at the beginning.
    """
    draws = np.random.default_rng(seed)
    shares, (_, levels, rent) = regime_shares(problem), _single_terms(problem)
    states = np.tile(problem.start, (replications, 1))
    states[:, 1] = draws.choice(len(shares), size=replications, p=shares)
    total, rows, last = np.zeros(replications), np.arange(replications), problem.uncovered.shape[2] - 1
    alone = [np.zeros(replications, np.int64)] * problem.lead_time  # places booked for each coming period alone
    warm, counted = 2 * max(problem.kept), seasons * problem.season
    for period in range(warm + counted):
        actions = np.asarray(policy(states)).reshape(replications, problem.decisions)
        if period >= warm:
            least = rent * alone[0] + problem.uncovered[states[:, 0], states[:, 1], np.minimum(alone[0], last)]
            total += problem.costs(states, actions) - least
        alone = [*alone[1:], levels[states[:, 0], states[:, 1]]]
        following, chances = problem.outcomes(states, actions)
        chosen = (chances.cumsum(axis=1) < draws.random((replications, 1))).sum(axis=1)
        states = following[rows, np.minimum(chosen, len(shares) - 1)]
    found = simulate.estimate(total / counted)
    return simulate.Estimate(found.mean + single_term_bound(problem), found.standard_error)


def single_term_bound(problem: Booking) -> float:
    """Return a lower bound on the cost of every policy: that of booking each period alone, at the least rent.

    A booking of several periods could be replaced by one for each of them, made with a later forecast. [$/period]
    """
    curves, levels, rent = _single_terms(problem)
    costs = rent * levels + np.take_along_axis(curves, levels[..., None], axis=-1)[..., 0]
    return float((costs @ regime_shares(problem)).mean())


def known_path_bound(problem: Booking, *, seasons: int, replications: int, seed: int) -> simulate.Estimate:
    """Return a lower bound on the cost of every policy, with its standard error: the plan that knows the regimes ahead.

    The mean, over drawn paths of the regime, of the least cost of bookings that are made with the whole path known;
    the rent of a booking counts only within the path. [$/period]
    """
    draws, shares, periods = np.random.default_rng(seed), regime_shares(problem), seasons * problem.season
    age = np.arange(periods)[:, None] - np.arange(1 - max(problem.terms), periods)
    covers = np.concatenate([(age >= 0) & (age < term) for term in problem.terms], axis=1).astype(float)
    rents = covers.sum(axis=0) * np.repeat(problem.place_costs, age.shape[1])
    costs = []
    for _ in range(replications):
        path = [int(draws.choice(len(shares), p=shares))]
        while len(path) < periods:
            path.append(int(draws.choice(len(shares), p=problem.moves[path[-1]])))
        curves = problem.uncovered[np.arange(periods) % problem.season, path]
        costs.append(_least_cost(covers, rents, curves, np.zeros(periods))[1] / periods)
    return simulate.estimate(costs)


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


def _coming(problem: Booking, periods: int) -> tuple[Array, Array]:
    """Return which coming periods each coming booking covers, and its rent over them; contract by contract."""
    age = np.arange(periods)[:, None] - np.arange(periods)
    covers = np.concatenate([(age >= 0) & (age < term) for term in problem.terms], axis=1).astype(float)
    return covers, covers.sum(axis=0) * np.repeat(problem.place_costs, periods)


def _least_cost(covers: Array, rents: Array, curves: Array, places: Array) -> tuple[Array, float]:
    """Return the bookings a >= 0 that minimise rents a + sum of the curves at places + covers a, and that minimum.

    The curves are convex and linear between whole numbers: each is a sum of segments, used in the order of their
    slopes. Long segments are split around a solution until it lies among segments of length 1 in every period; as the
    programme is convex, it is then optimal.
    """
    most, periods = curves.shape[1] - 1, len(curves)
    knots = np.zeros(curves.shape, bool)
    knots[:, np.unique(np.linspace(0, most, min(most, _SEGMENTS) + 1).round().astype(int))] = True
    around = np.arange(-(most // _SEGMENTS) - 2, most // _SEGMENTS + 4)
    while True:
        rows, points = np.nonzero(knots)
        inside = rows[1:] == rows[:-1]
        lengths, period = np.diff(points)[inside], rows[1:][inside]
        slopes = np.diff(curves[rows, points])[inside] / lengths
        segments = csr_matrix((np.ones(len(period)), (period, np.arange(len(period)))), shape=(periods, len(period)))
        bounds = np.zeros((len(rents) + len(period), 2))
        bounds[:, 1] = np.concatenate([np.full(len(rents), np.inf), lengths])
        matrix = hstack([csr_matrix(-covers), segments], format="csr")
        found = linprog(np.concatenate([rents, slopes]), matrix, places, bounds=bounds, method="highs-ds")
        require(found.status == 0, "demand", "one for which the plan can be computed", found.message)
        booked = found.x[: len(rents)]
        used = np.clip(np.floor(places + covers @ booked + _ROUNDING).astype(int), 0, most)
        fine = np.clip(used[:, None] + around, 0, most)
        near = np.clip(used[:, None] + np.array([-1, 0, 1, 2]), 0, most)
        if np.take_along_axis(knots, near, axis=1).all():
            return booked, float(found.fun + curves[:, 0].sum())
        np.put_along_axis(knots, fine, True, axis=1)
