"""The exact gap of a policy: its cost above the least possible, and the lanes on which networks are judged."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from twin._discrete import shares_of_whole_numbers
from twin.exact import lost_sales as least_cost
from twin.exact.pricing import Optimum, Policy
from twin.exact.single_source import LostSales

_SEED = 2026  # of the unseen lanes
_FRESH = 2031  # of the fresh ones
_MOST_STATES = 2**19  # lanes with more states are left out, so that each is judged in seconds


class JudgedLane(NamedTuple):
    """A lane whose least cost can be computed; the holding cost is 1."""

    name: str
    law: Any  # of demand in a period, a frozen SciPy distribution [pallet]
    lead_time: int  # [period]
    penalty: float  # [$/pallet]


@cache
def lanes_of_the_literature() -> tuple[JudgedLane, ...]:
    """Return the sixteen lanes of Zipkin (2008): Poisson demand of mean 5, lead times 1 to 4, penalties 4 to 39."""
    return tuple(_poisson(lead_time, penalty) for lead_time in (1, 2, 3, 4) for penalty in (4, 9, 19, 39))


@cache
def lanes_of_long_lead_times() -> tuple[JudgedLane, ...]:
    """Return lanes with Poisson demand of mean 5 and lead times of 5 and 6 periods."""
    return tuple(_poisson(*pair) for pair in ((5, 4), (5, 9), (5, 39), (6, 4), (6, 9)))


@cache
def unseen_lanes(count: int = 40, seed: int = _SEED, longest: int = 3) -> tuple[JudgedLane, ...]:
    """Return random lanes with lead times to `longest`: a quarter each binomial, Poisson, negative binomial, geometric.

    Long lead times with wide laws, whose tables are too large to be solved in seconds, are left out.
    """
    from scipy.stats import binom, nbinom, poisson

    rng, lanes = np.random.default_rng(seed), []
    while len(lanes) < count:
        penalty, mean = (float(np.exp(rng.uniform(*np.log(ends)))) for ends in ((3, 100), (2.5, 10)))
        lead_time, kind, place = int(rng.integers(1, longest + 1)), int(rng.integers(4)), float(rng.random())
        if kind == 0:
            trials = int(np.ceil(mean / (0.1 + 0.4 * place)))
            name, law = f"binomial({trials})", binom(trials, mean / trials)
        elif kind == 1:
            name, law = "Poisson", poisson(mean)
        else:  # of size 1, it is geometric
            size = mean / ((1 + mean) ** place - 1) if kind == 2 else 1.0  # variance over mean is 1 + mean / size
            name, law = f"negative binomial({size:.1f})", nbinom(size, size / (size + mean))
        name = f"{name}, mean {mean:.1f}, L = {lead_time}, p = {penalty:.0f}"
        problem = LostSales(shares_of_whole_numbers(law), lead_time, penalty, 1.0)
        if problem.level(lead_time + 1) * problem.level(1) ** (lead_time - 1) <= _MOST_STATES:
            lanes.append(JudgedLane(name, law, lead_time, penalty))
    return tuple(lanes)


@cache
def fresh_lanes() -> tuple[JudgedLane, ...]:
    """Return eighty random lanes that no choice of a recipe has seen: forty with lead times to 3, forty with 1 to 5."""
    return unseen_lanes(seed=_FRESH) + unseen_lanes(seed=_FRESH + 1, longest=5)


def exact_gap(lane: JudgedLane, policy_of: Callable[[LostSales], Policy]) -> float:
    """Return an upper bound on the cost of a policy over a lower bound on the least cost, minus 1.

    >>> from twin.exact.heuristics import capped_base_stock
    >>> round(exact_gap(lanes_of_the_literature()[0], lambda problem: capped_base_stock(12, 6)), 4)
    0.0061
    """
    optimum = _optimum(lane)
    return optimum.price(policy_of(optimum.problem)).high / optimum.low - 1


def _poisson(lead_time: int, penalty: float) -> JudgedLane:
    from scipy.stats import poisson

    return JudgedLane(f"Poisson, mean 5, L = {lead_time}, p = {penalty}", poisson(5), lead_time, penalty)


@cache
def _optimum(lane: JudgedLane) -> Optimum:
    """Return the solved problem of a lane, kept for the next policy that is judged on it."""
    return least_cost(lane.law, lane.lead_time, lane.penalty)
