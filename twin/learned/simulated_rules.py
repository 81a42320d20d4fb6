"""The best capped base stock of a lane, and the difference between two policies, by simulation on common demands."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.exact.heuristics import capped_base_stock
from twin.exact.pricing import Policy, Whole
from twin.exact.single_source import LostSales

_SEED = 7  # of the demands on which rules are searched; the next one is that of the comparison
_SEARCHED, _COMPARED = (64, 300), (256, 500)  # paths, and periods of each, that count
_WARMING = 40  # periods before those that count, and two more for each period of the lead time
_ACROSS = 12  # most levels, and most caps, that are tried at a time


class CappedRule(NamedTuple):
    """A capped base stock: order up to the level, but never more than the cap. [pallet]"""

    level: int
    cap: int


class ComparedCosts(NamedTuple):
    """Average costs per period of two policies on the same demands, and the standard error of their difference."""

    first: float  # [$/period]
    second: float  # [$/period]
    standard_error: float  # of first - second [$/period]


def best_capped_rule(problem: LostSales) -> CappedRule:
    """Return the capped base stock of least average cost on simulated demands.

    Levels go up to the newsvendor level of backorders over lead_time + 1 periods, caps up to that of a period; a cap
    below mean demand makes the rule a constant order. A coarse grid of both is tried, then finer ones around its best.
    """
    mean = float(np.arange(len(problem.shares)) @ problem.shares)
    demands = _demands(problem, *_SEARCHED, _SEED)
    lowest = np.array([0, int(0.6 * mean)])
    highest = np.array([problem.level(problem.lead_time + 1) + 2, problem.level(1) + 2])
    lowest[0] = min(int(mean * problem.lead_time), highest[0])
    ends = lowest, np.maximum(highest, lowest)
    while True:
        grids = [np.unique(np.linspace(low, high, _ACROSS).astype(int)) for low, high in zip(*ends, strict=True)]
        best = CappedRule(*_best_of(problem, *grids, demands))
        steps = np.array([max(int(np.diff(grid).max(initial=1)), 1) for grid in grids])
        if np.all(steps == 1):
            return best
        ends = np.maximum(np.array(best) - steps, 0), np.array(best) + steps


def compared(problem: LostSales, first: Policy, second: Policy) -> ComparedCosts:
    """Return the costs of two policies on the same simulated demands."""
    paths, periods = _COMPARED
    demands = _demands(problem, paths, periods, _SEED + 1)
    one, other = (_costs(problem, policy, demands, paths) for policy in (first, second))
    error = float(np.std(one - other, ddof=1) / np.sqrt(paths))
    return ComparedCosts(float(one.mean()), float(other.mean()), error)


def _best_of(problem: LostSales, levels: Whole, caps: Whole, demands: Whole) -> tuple[int, int]:
    """Return the level and the cap that cost least on these demands."""
    pairs = np.array([(level, cap) for level in levels for cap in caps])
    paths = demands.shape[1]
    rule = capped_base_stock(*np.repeat(pairs, paths, axis=0).T)
    costs = _costs(problem, rule, np.tile(demands, len(pairs)), paths * len(pairs))
    best = pairs[np.argmin(costs.reshape(len(pairs), paths).mean(axis=1))]
    return int(best[0]), int(best[1])


def _costs(problem: LostSales, policy: Policy, demands: Whole, paths: int) -> NDArray[np.float64]:
    """Return the average cost per period of each path after the warming periods. [$/period]"""
    states, total = np.zeros((paths, problem.lead_time), np.int64), np.zeros(paths)
    warming = _warming(problem)
    for period, demand in enumerate(demands):
        orders = policy(states)
        left = states[:, 0] - demand
        if period >= warming:
            total += np.where(left > 0, problem.holding_cost * left, -problem.penalty * left)
        states = np.concatenate([states[:, 1:], orders[:, None]], axis=1)
        states[:, 0] += np.maximum(left, 0)
    return total / (len(demands) - warming)


def _demands(problem: LostSales, paths: int, periods: int, seed: int) -> Whole:
    """Return random demands, shape (warming and counted periods, paths). [pallet]"""
    chances = np.random.default_rng(seed).random((periods + _warming(problem), paths))
    below = np.cumsum(problem.shares)
    return np.minimum(np.searchsorted(below, chances, side="right"), len(below) - 1)


def _warming(problem: LostSales) -> int:
    return _WARMING + 2 * problem.lead_time
