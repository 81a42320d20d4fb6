"""The long run of a policy: the share of time in each state that it reaches, and one drawn path."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin._check import whole
from twin.exact.pricing import Policy, Whole, actions_of, reachable
from twin.exact.value_iteration import Array

_STILL, _MOST_STEPS = 1e-14, 100_000  # largest change of the shares in a step, and most steps


class LongRun(NamedTuple):
    """States that a policy reaches, what it does there, and the share of time in each."""

    states: Whole  # shape (n, variables)
    actions: Whole  # shape (n, decisions)
    shares: Array  # shape (n,) [-]


class DrawnPath(NamedTuple):
    """One path under a policy, period by period."""

    states: Whole  # shape (periods, variables)
    actions: Whole  # shape (periods, decisions)
    outcomes: Whole  # which outcome came: the demand of a lane with lost sales, or the next regime; shape (periods,)
    costs: Array  # expected costs given state and action, shape (periods,) [$]


def long_run(problem: Any, policy: Policy) -> LongRun:
    """Return the states that a policy reaches, its actions, and the share of time that it spends in each state.

    shares = shares P,  sum of shares = 1,  P the probabilities of the next state

    Parameters
    ----------
    problem : Problem
        The problem of `twin.exact.lost_sales`, `dual_sourcing` or `booking`, in the field `problem` of their result.
    policy : callable
        As `twin.exact.pricing.price` takes it.

    Returns
    -------
    LongRun
        `shares @ problem.costs(states, actions)` is the average cost of the policy. [$/period]

    Errors
    ------
    ValueError for a policy that cannot be priced; ArithmeticError if the shares do not settle.

    Source
    ------
    Puterman (1994), Markov decision processes, appendix A; half steps settle where states alternate.

    >>> from scipy.stats import poisson
    >>> from twin.exact import lost_sales
    >>> optimum = lost_sales(poisson(5), 1, penalty=4)
    >>> found = long_run(optimum.problem, optimum.policy)
    >>> round(float(found.shares @ optimum.problem.costs(found.states, found.actions)), 3)
    4.041
    """
    states, actions, moves = reachable(problem, policy)
    back, shares = moves.T.tocsr(), np.full(len(states), 1.0 / len(states))
    for _ in range(_MOST_STEPS):
        new = (shares + back @ shares) / 2
        new /= new.sum()
        if np.abs(new - shares).max() <= _STILL:
            return LongRun(states, actions, new)
        shares = new
    raise ArithmeticError(f"the shares of time do not settle in {_MOST_STEPS:,} steps")


def drawn_path(problem: Any, policy: Policy, periods: int, *, seed: int) -> DrawnPath:
    """Return one random path of a policy from the first state of a problem; equal seeds give equal chances.

    Under the same seed, policies of one problem meet the same demands, or the same regimes.

    >>> from scipy.stats import poisson
    >>> from twin.exact import lost_sales
    >>> optimum = lost_sales(poisson(5), 1, penalty=4)
    >>> path = drawn_path(optimum.problem, optimum.policy, 3, seed=1)
    >>> path.states[:, 0].tolist(), path.actions[:, 0].tolist(), path.outcomes.tolist()
    ([0, 6, 5], [6, 5, 6], [5, 9, 3])
    """
    draws = np.random.default_rng(seed).random(whole("periods", periods, least=1))
    state, parts = problem.start[None, :], []
    for chance in draws:
        action = actions_of(problem, policy, state)
        following, chances = problem.outcomes(state, action)
        outcome = min(int(np.searchsorted(np.cumsum(chances[0]), chance, side="right")), chances.shape[1] - 1)
        parts.append((state[0], action[0], outcome, problem.costs(state, action)[0]))
        state = following[:, outcome]
    states, actions, outcomes, costs = (np.array(part) for part in zip(*parts, strict=True))
    return DrawnPath(states, actions, outcomes, costs)
