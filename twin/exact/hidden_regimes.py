"""Places booked ahead when the regime of demand is not seen: bounds on a grid of beliefs, and the price of a rule."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import simulate
from twin._check import require, whole
from twin._discrete import shares_of_whole_numbers
from twin.exact.booking_problems import Booking, booking_problem
from twin.exact.booking_rules import FixedPlaces, fixed_places, regime_shares
from twin.exact.pricing import Policy, Whole
from twin.exact.value_iteration import Array
from twin.exact.warm_up import settled, two_starts

_REGIMES = 2


class HiddenBooking(NamedTuple):
    """A booking problem whose regime shows in demand alone.

    beliefs : problem whose regimes are probabilities of the second regime, evenly spaced from 0 to 1.
    seen : the same problem with the regime observed.
    shares : probability of each demand, shape (season, regimes, demands). [-]
    """

    beliefs: Booking
    seen: Booking
    shares: Array


def hidden_booking(
    demand: Any, lead_time: int, term: Any, place_cost: ArrayLike, surcharge: ArrayLike, regimes: ArrayLike, *,
    points: int = 21, **more: Any,
) -> HiddenBooking:  # fmt: skip
    """Return the problem of booking ahead where one of two regimes holds, and demand alone tells of it.

    b' = P(regime 2 | b, d),  P(d | b) = sum over j of  ((1 - b, b) P)_j f_j(d)

    After each demand the probability b of the second regime is known, by Bayes' rule. It takes the place of the
    regime, on a grid. A b' between two points of the grid counts as a draw of one of them with mean b', which tells
    more than the demand did: the least cost of the problem on the grid is therefore a lower bound on that of the true
    one, and it rises to it on finer grids whose points contain those of the coarser.

    Parameters
    ----------
    demand : table of frozen SciPy distributions on whole numbers, shape (season, 2). [pallet/period]
    lead_time, term, place_cost, surcharge, regimes
        As in `twin.exact.booking`.
    points : int, optional
        Points of the grid, >= 2.
    more
        `refusal`, `refused_cost` and `partner_space` of `twin.exact.booking`; the partner tells nothing of the regime.

    Source
    ------
    Yu and Bertsekas (2004), Discretized approximations for POMDP with average cost, for the bound; Lovejoy (1991).

    >>> from scipy.stats import poisson
    >>> found = hidden_booking([[poisson(4), poisson(8)]], 1, 1, 10, 25, [[0.9, 0.1], [0.1, 0.9]], points=5)
    >>> found.beliefs.regimes, bool(np.allclose(found.beliefs.moves.sum(axis=2), 1))
    (5, True)
    """
    laws = np.atleast_2d(np.array(demand, dtype=object))
    require(laws.ndim == 2 and laws.shape[1] == _REGIMES, "demand", "a table of two columns of laws", laws.shape)
    count = whole("points", points, least=2)
    seen = booking_problem(laws, lead_time, term, place_cost, surcharge, regimes, **more)
    tables = [[shares_of_whole_numbers(law, "demand") for law in row] for row in laws]
    most = max(len(table) for row in tables for table in row)
    shares = np.array([[np.pad(table, (0, most - len(table))) for table in row] for row in tables])
    second = np.linspace(0.0, 1.0, count)
    beliefs = np.column_stack([1 - second, second])
    moves = np.zeros((seen.season, count, count))
    rows = np.arange(count)[:, None]
    for period in range(seen.season):
        prior = beliefs @ seen.moves[period]
        chances, after = _bayes(prior, shares[(period + 1) % seen.season])
        low = np.minimum((after * (count - 1)).astype(int), count - 2)
        up = after * (count - 1) - low
        np.add.at(moves[period], (rows, low), chances * (1 - up))
        np.add.at(moves[period], (rows, low + 1), chances * up)
    uncovered = np.einsum("bi,tic->tbc", beliefs, seen.uncovered)
    return HiddenBooking(replace(seen, uncovered=uncovered, moves=moves), seen, shares)


def hidden_price(
    problem: HiddenBooking, policy: Policy, *, seasons: int, replications: int, seed: int
) -> simulate.Estimate:
    """Return the average cost of a policy for the problem on the grid, in the true one, with its standard error.

    Regimes and demand are drawn, and the belief follows by Bayes' rule without a grid; the policy sees the nearest
    point. The cost of a period is its expectation given the regime, less the deviation of the best fixed number's cost
    from its mean on the same path. Blocks of `seasons` seasons are left out until two starts cost the same
    (`warm_up.settled`).
    """
    require(problem.beliefs.window == 0, "problem", "one without a soft block", problem.beliefs.window)
    return settled(_blocks(problem, policy, seasons, replications, np.random.default_rng(seed)))


def _blocks(
    problem: HiddenBooking, policy: Policy, seasons: int, replications: int, draws: np.random.Generator
) -> Iterator[Array]:
    """Yield the average cost of each path, shape (2, replications), block after block."""
    grid, seen = problem.beliefs, problem.seen
    fixed, shares = fixed_places(seen), regime_shares(seen)
    points, last = grid.regimes - 1, seen.uncovered.shape[2] - 1
    regime = draws.choice(_REGIMES, size=replications, p=shares[0])
    belief = np.full(replications, shares[0, 1])
    states = two_starts(grid, fixed.places, replications)
    warm = -(-max(grid.kept) // grid.season) * grid.season
    below, length = problem.shares.cumsum(axis=2), seasons * grid.season
    costs, controls = np.zeros(2 * replications), np.zeros(replications)
    for period in itertools.count(-warm):
        if period >= 0 and period % length == 0:
            if period:
                yield _controlled(costs.reshape(2, -1) / length, controls / length, fixed, min(seen.place_costs))
            costs, controls = np.zeros(2 * replications), np.zeros(replications)
        now = period % grid.season
        states[:, 0], states[:, 1] = now, np.tile(np.rint(belief * points), 2)
        actions = np.asarray(policy(states)).reshape(len(states), grid.decisions)
        as_seen = np.column_stack([states[:, :1], np.tile(regime, 2), states[:, 2:]])
        costs += seen.costs(as_seen, actions)
        controls += seen.uncovered[now, regime, min(fixed.places, last)]
        states = grid.outcomes(states, actions)[0][:, 0]
        moves, later = seen.moves[now], (now + 1) % grid.season
        regime = (draws.random(replications) < moves[regime, 1]).astype(np.int64)
        came = (below[later, regime] < draws.random((replications, 1))).sum(axis=1)
        came = np.minimum(came, below.shape[2] - 1)
        belief = _belief_after(problem, belief, came, now)


def _belief_after(problem: HiddenBooking, belief: Array, came: Whole, period: int) -> Array:
    """Return the probability of the second regime after the demand that came of the period after `period`."""
    shares = problem.shares[(period + 1) % problem.seen.season]
    prior = np.column_stack([1 - belief, belief]) @ problem.seen.moves[period]
    likely = prior * shares[:, came].T
    return likely[:, 1] / likely.sum(axis=1)


def _controlled(costs: Array, controls: Array, fixed: FixedPlaces, rent: float) -> Array:
    """Return the costs of two starts, shape (2, replications), less what a control with a known mean explains."""
    known = fixed.cost - rent * fixed.places
    spread = controls.var()
    slope = float(np.cov(costs.mean(axis=0), controls, bias=True)[0, 1] / spread) if spread > 0 else 0.0
    return costs - slope * (controls - known)


def _bayes(prior: Array, shares: Array) -> tuple[Array, Array]:
    """Return the probability of each demand, and that of the second regime after it, shape (priors, demands)."""
    joint = prior[:, :, None] * shares
    chances = joint.sum(axis=1)
    after = np.divide(joint[:, 1], chances, out=np.zeros_like(chances), where=chances > 0)
    return chances, np.minimum(after, 1.0)
