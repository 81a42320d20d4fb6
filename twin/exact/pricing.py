"""The exact average cost of any policy: its reachable states, their transitions, and bounds by value iteration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from twin._check import floats, require
from twin.exact.value_iteration import Array, average_cost

Whole = NDArray[np.int64]
Policy = Callable[[Any], Any]  # states, shape (n, variables), to actions, shape (n,) or (n, decisions)

_MOST_TRANSITIONS = 2**26  # most transitions between the states that a policy reaches


class PriceBounds(NamedTuple):
    """PriceBounds on an average cost. [$/period]"""

    low: float
    high: float


@dataclass(frozen=True)
class Optimum:
    """A problem that is solved: low <= least average cost <= high, a policy that attains it, and prices of others."""

    low: float  # [$/period]
    high: float  # [$/period]
    policy: Policy  # states, an int array of shape (n, variables), to the best actions
    problem: Problem
    tolerance: float  # largest difference between the bounds of a price, as a share of it [-]
    capped: bool = False  # whether the policy meets a bound on its actions; without it, the optimum may be lower

    def __repr__(self) -> str:
        return f"Optimum(low={self.low:.6g}, high={self.high:.6g}, capped={self.capped}, policy={self.policy!r})"

    def price(self, policy: Policy) -> PriceBounds:
        """Return bounds on the average cost per period of any policy for this problem; see `pricing.price`."""
        return price(self.problem, policy, self.tolerance)


class Problem(Protocol):
    """A decision problem whose states and actions are whole numbers."""

    @property
    def start(self) -> Whole:
        """A state from which policies are priced, shape (variables,)."""
        ...

    @property
    def decisions(self) -> int:
        """The number of decisions in an action."""
        ...

    @property
    def season(self) -> int:
        """Number of periods after which the state of the calendar returns."""
        ...

    @property
    def least(self) -> int:
        """A number that no number of a state lies below."""
        ...

    def outcomes(self, states: Whole, actions: Whole) -> tuple[Whole, Array]:
        """Return the states that may follow, shape (n, outcomes, variables), and their probabilities (n, outcomes)."""
        ...

    def costs(self, states: Whole, actions: Whole) -> Array:
        """Return the expected cost of the period, shape (n,). [$]"""
        ...


def price(problem: Problem, policy: Policy, tolerance: float) -> PriceBounds:
    """Return bounds on the average cost per period of a policy, over all states that it reaches from the first one.

    Parameters
    ----------
    problem : Problem
        Its first state, costs and transitions.
    policy : callable
        States, an int array of shape (n, variables), to actions, whole numbers >= 0 of shape (n,) or (n, decisions).
    tolerance : float
        Largest difference between the bounds, as a share of the price. [-]

    Errors
    ------
    ValueError if an action is not a whole number >= 0, if the policy reaches too many states, or if its stock grows
    without bound.
    """
    require(callable(policy), "policy", "a function from states to actions", policy)
    states, actions, moves = reachable(problem, policy)
    _refuse_growth(problem, states, actions)
    costs = problem.costs(states, actions)

    def update(values: Array) -> Array:
        for _ in range(problem.season):
            values = costs + moves @ values
        return values

    low, high, _ = average_cost(update, np.zeros(len(states)), tolerance, problem.season)
    return PriceBounds(low, high)


def _refuse_growth(problem: Any, states: Whole, actions: Whole) -> None:
    """Raise ValueError if orders are as large as mean demand wherever the stock is at the bound of the problem."""
    highest = getattr(problem, "highest", None)
    if highest is None or not np.any(top := states[:, 0] >= highest):
        return
    mean, least = float(np.arange(len(problem.shares)) @ problem.shares), int(actions[top].sum(axis=1).min())
    rule = f"one that orders less than mean demand, {mean:.6g}, at a stock of {highest:,}, or stock grows without bound"
    require(mean == 0 or least < mean * (1 - 1e-9), "policy", rule, f"orders of at least {least:,} there")


def checked_states(states: Any, width: int, *, signed: bool = False) -> Whole:
    """Return states as whole numbers of shape (n, width), or raise a sentence; `signed` is of the first number."""
    given = floats("states", states, f"whole numbers of shape (n, {width})")
    require(given.ndim == 2 and given.shape[1] == width, "states", f"of shape (n, {width})", f"shape {given.shape}")
    ok = np.isfinite(given) & (given == np.floor(given))
    ok[:, signed:] &= given[:, signed:] >= 0
    rule = "whole numbers, >= 0 after the first" if signed else "whole numbers >= 0"
    require(ok, "states", rule, given)
    return given.astype(np.int64)


def actions_of(problem: Problem, policy: Policy, states: Whole) -> Whole:
    """Return the actions of a policy as whole numbers of shape (n, decisions), or raise a sentence."""
    given = np.asarray(policy(states))
    wanted = len(states) * problem.decisions
    require(
        given.size == wanted, "policy", f"a function that returns {wanted} numbers for {len(states)} states", given.size
    )
    actions = given.reshape(len(states), problem.decisions)
    ok = np.isfinite(actions) & (actions >= 0) & (actions == np.floor(actions))
    require(bool(np.all(ok)), "policy", "a function that returns whole numbers >= 0", actions[~ok][:1])
    return actions.astype(np.int64)


def reachable(problem: Problem, policy: Policy) -> tuple[Whole, Whole, csr_matrix]:
    """Return the reachable states, their actions, and the probability of each state to follow each, as a matrix."""
    layers: list[tuple[Whole, Whole, Whole, Array]] = []
    layer, known, transitions = problem.start[None, :], _codes(problem, problem.start[None, :]), 0
    outcomes = getattr(problem, "distinct_outcomes", problem.outcomes)
    while len(layer):
        actions = actions_of(problem, policy, layer)
        following, chances = outcomes(layer, actions)
        codes = _codes(problem, following.reshape(-1, following.shape[-1])).reshape(chances.shape)
        transitions += chances.size
        ok = transitions <= _MOST_TRANSITIONS
        rule = "one that reaches fewer states, for an exact price (twin.motion.simulate estimates it)"
        require(ok, "policy", rule, f"more than {_MOST_TRANSITIONS:,} transitions")
        layers.append((layer, actions, codes, chances))
        fresh, first = np.unique(codes, return_index=True)
        new = ~np.isin(fresh, known)
        known = np.union1d(known, fresh[new])
        layer = following.reshape(-1, following.shape[-1])[first[new]]
    states, actions = (np.concatenate(part) for part in zip(*(layer[:2] for layer in layers), strict=True))
    order = np.argsort(_codes(problem, states))
    places, count = np.argsort(order), len(states)  # of each state in the order of the codes
    rows = np.repeat(places, np.concatenate([np.full(len(codes), codes.shape[1]) for *_, codes, _ in layers]))
    after = np.searchsorted(known, np.concatenate([codes.ravel() for *_, codes, _ in layers]))
    moves = csr_matrix((np.concatenate([chances.ravel() for *_, chances in layers]), (rows, after)), (count, count))
    return states[order], actions[order], moves


def _codes(problem: Problem, states: Whole) -> Whole:
    """Return one number for each state: its variables, as digits of a number with a large enough base."""
    width = states.shape[1]
    base = int(2 ** min(62 / width, 31))
    low, high = int(states.min()), int(states.max())
    rule = f"one whose stocks and orders stay between {problem.least:,} and {base + problem.least:,}"
    require(low >= problem.least and high < base + problem.least, "policy", rule, f"numbers from {low:,} to {high:,}")
    code = states[:, 0] - problem.least
    for column in range(1, width):
        code *= base
        code += states[:, column]
        code -= problem.least
    return code
