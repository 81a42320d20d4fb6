"""Plans of bookings ahead by linear programmes: by the calendar, made anew each period, and with the regimes known."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack

from twin import simulate
from twin._check import require
from twin.exact.booking_problems import Booking
from twin.exact.booking_rules import expected_uncovered, mean_uncovered, places_ahead, regime_shares
from twin.exact.pricing import Policy, Whole
from twin.exact.value_iteration import Array

_SEGMENTS = 64  # pieces of a cost curve in a linear programme, before those near its solution are split
_ROUNDING = 1e-7  # of a solution of a linear programme [place]


class CalendarPlan(NamedTuple):
    """Bookings that follow the calendar alone, and their average cost."""

    bookings: Array  # shape (season, contracts); a fraction stands for bookings that alternate over the years [place]
    places: Array  # in force, shape (season,) [place]
    cost: float  # [$/period]


def calendar_plan(problem: Booking) -> CalendarPlan:
    """Return the best bookings by period of the season, whatever the regime: one linear programme.

    min over a >= 0 of  sum over t and contracts k of  c_k K_k a_kt  +  sum over t of  E[u_t(C_t)]

    The cost is that of the best plan in whole places: each booking covers consecutive periods, so that over a long
    horizon the programme has a solution in whole numbers. Without regimes, it is the least cost of all policies.

    Source
    ------
    Veinott and Wagner (1962), Optimal capacity scheduling, for booking as a network problem; notebook 11, eq. (11.6).

    >>> from scipy.stats import poisson
    >>> from twin.exact.booking_problems import booking_problem
    >>> plan = calendar_plan(booking_problem([[poisson(3)], [poisson(9)]], 1, 1, 10, 25))
    >>> plan.bookings[:, 0].tolist(), round(plan.cost, 3)
    ([10.0, 3.0], 83.067)
    """
    season = problem.season
    curves = mean_uncovered(problem)
    covers = np.concatenate(
        [
            sum(np.roll(np.eye(season), problem.lead_time + age, axis=0) for age in range(term))
            for term in problem.terms
        ],
        axis=1,
    )
    rents = np.repeat(np.multiply(problem.terms, problem.place_costs), season)
    booked, cost = least_cost(covers, rents, curves, np.zeros(season))
    return CalendarPlan(booked.reshape(-1, season).T, covers @ booked, cost / season)


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
                plan, _ = least_cost(covers, rents, curves[key[0], key[1]], places)
                known[key] = np.rint(plan.reshape(problem.decisions, wanted)[:, 0]).astype(np.int64)
            found.append(known[key])
        booked = np.array(found)
        return booked[:, 0] if problem.decisions == 1 else booked

    return rule


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
        path = [int(draws.choice(problem.regimes, p=shares[0]))]
        while len(path) < periods:
            chances = problem.moves[(len(path) - 1) % problem.season, path[-1]]
            path.append(int(draws.choice(problem.regimes, p=chances)))
        curves = problem.uncovered[np.arange(periods) % problem.season, path]
        costs.append(least_cost(covers, rents, curves, np.zeros(periods))[1] / periods)
    return simulate.estimate(costs)


def plan_of_dates(curves: Array, term: int, rent: float) -> tuple[Whole, float]:
    """Return the bookings of whole places that begin in each of some dates, and the least expected cost over them. [$]

    min over a >= 0 of  sum over t of  [rent C_t + u_t(C_t)],  C_t = a_t + a_t-1 + ... + a_t-term+1

    curves : expected cost u_t(n) of what has no place, convex in n, shape (dates, places). [$]
    The rent of a booking counts only within the dates. Each booking covers consecutive dates, so that the programme
    has a solution in whole numbers (Veinott and Wagner, 1962).
    """
    age = np.arange(len(curves))[:, None] - np.arange(len(curves))
    covers = ((age >= 0) & (age < term)).astype(float)
    booked, cost = least_cost(covers, covers.sum(axis=0) * rent, curves, np.zeros(len(curves)))
    return np.rint(booked).astype(np.int64), cost


def _coming(problem: Booking, periods: int) -> tuple[Array, Array]:
    """Return which coming periods each coming booking covers, and its rent over them; contract by contract."""
    age = np.arange(periods)[:, None] - np.arange(periods)
    covers = np.concatenate([(age >= 0) & (age < term) for term in problem.terms], axis=1).astype(float)
    return covers, covers.sum(axis=0) * np.repeat(problem.place_costs, periods)


def least_cost(covers: Array, rents: Array, curves: Array, places: Array) -> tuple[Array, float]:
    """Return the bookings a >= 0 that minimise rents a + sum of the curves at places + covers a, and that minimum.

    covers : whether a period (row) is covered by a booking (column). [-]
    rents : of each booking, over the periods that it covers. [$/place]
    curves : cost of each period with 0, 1, ... places, convex, shape (periods, places). [$]
    places : that are in force already, shape (periods,). [place]

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
