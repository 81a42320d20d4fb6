"""Random booking problems to train on, and those that judge: seasons, regimes, laws, terms and costs."""

from __future__ import annotations

from typing import Any

import numpy as np

from twin.exact.booking_problems import Booking, booking_problem
from twin.exact.hidden_regimes import hidden_booking
from twin.exact.value_iteration import Array

RENT = 10.0  # of a place for a period; only ratios to it matter [$]
_TERMS = (0.05, 0.25, 0.3, 0.25, 0.1, 0.05)  # shares of problems with terms of 1, 2, ... periods [-]
_SURCHARGES = (1.15, 5.0)  # over rent [-]
_POINTS = 7  # of the grid of beliefs where regimes are hidden


def random_booking(rng: np.random.Generator) -> Booking:
    """Return a random problem with one contract."""
    term, lead_time = int(rng.choice(len(_TERMS), p=_TERMS)) + 1, int(rng.integers(1, 4))
    season = 1 if rng.random() < 0.3 else int(rng.integers(3, 13))
    regimes = int(rng.choice([1, 2, 3], p=[0.15, 0.5, 0.35])) if season > 1 else int(rng.integers(2, 4))
    mean = float(np.exp(rng.uniform(*np.log((2, 10 if term < 4 else 5)))))
    factors = np.sort(np.exp(rng.normal(0, 0.5, regimes)))
    means = mean * np.outer(_season(season, rng), factors / factors.mean())
    terms = (_laws(means, rng), lead_time, term, RENT, RENT * float(np.exp(rng.uniform(*np.log(_SURCHARGES)))))
    moves = _moves(regimes, rng)
    if regimes == 2 and rng.random() < 0.25:
        return hidden_booking(*terms, moves, points=_POINTS).beliefs
    refused = {}
    if rng.random() < 0.15:
        refused = {"refusal": rng.uniform(0, 0.3, (1, regimes)), "refused_cost": terms[-1] * rng.uniform(1.5, 4)}
        refused["refusal"] = np.broadcast_to(refused["refusal"], (season, regimes))
    return booking_problem(*terms, moves, **refused)


def _season(periods: int, rng: np.random.Generator) -> Array:
    """Return an index of mean 1: a peak of some periods, or a wave, or independent periods."""
    kind, size = int(rng.integers(3)), float(rng.uniform(0.2, 1.2))
    if kind == 0:
        index = np.where(np.arange(periods) < rng.integers(1, max(2, periods // 2 + 1)), 1 + 2 * size, 1.0)
    elif kind == 1:
        index = np.exp(size * np.sin(2 * np.pi * np.arange(periods) / periods))
    else:
        index = np.exp(rng.normal(0, size / 2, periods))
    return index / index.mean()


def _laws(means: Array, rng: np.random.Generator) -> Any:
    """Return laws with these means: Poisson, or wider negative binomial ones."""
    from scipy.stats import nbinom, poisson

    if rng.random() < 0.6:
        return [[poisson(mean) for mean in row] for row in means]
    spread = float(rng.uniform(1.2, 2.5))  # variance over mean [-]
    return [[nbinom(mean / (spread - 1), 1 / spread) for mean in row] for row in means]


def _moves(regimes: int, rng: np.random.Generator) -> Array:
    """Return probabilities of the next regime, which is the present one or a neighbour."""
    moves = np.zeros((regimes, regimes))
    for regime in range(regimes):
        others = [other for other in (regime - 1, regime + 1) if 0 <= other < regimes]
        leave = float(rng.uniform(0.03, 0.3)) if others else 0.0
        moves[regime, others], moves[regime, regime] = leave / max(len(others), 1), 1 - leave
    return moves
