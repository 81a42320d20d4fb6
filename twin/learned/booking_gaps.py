"""The exact gaps of the network of bookings, and of simple rules, on random problems that are not those of training."""

from __future__ import annotations

from functools import cache

import numpy as np

from twin.exact.booking_rules import marginal_rule, newsvendor_on_forecast
from twin.exact.pricing import price
from twin.learned.booking_inputs import booking_context
from twin.learned.booking_policy import network_bookings
from twin.learned.booking_training import solved_bookings
from twin.learned.perceptron import Layers
from twin.learned.solved_bookings import SolvedBooking

_SEED, _COUNT, _MOST_VALUES = 2026, 60, 400_000  # of the judged problems; values, so that each is priced in seconds
_TOLERANCE = 1e-5  # of the prices [-]


@cache
def judged_bookings() -> tuple[SolvedBooking, ...]:
    """Return sixty random problems with two or more regimes and terms of two or more periods, solved exactly."""
    drawn, kept = np.random.default_rng(_SEED), []
    while len(kept) < _COUNT:
        (one,) = solved_bookings(1, _MOST_VALUES, drawn)
        if one.problem.regimes > 1 and one.problem.terms[0] > 1:  # elsewhere a simple rule is optimal
            kept.append(one)
    return tuple(kept)


def gaps_of_rules(layers: Layers, solved: SolvedBooking) -> dict[str, float]:
    """Return by how much newsvendor, marginal rule and network cost more than the optimum, by upper bounds. [%]"""
    problem = solved.problem
    rules = {
        "newsvendor": newsvendor_on_forecast(problem),
        "marginal rule": marginal_rule(problem),
        "network": network_bookings(layers, booking_context(problem)),
    }
    return {rule: 100 * (price(problem, policy, _TOLERANCE).high / solved.least - 1) for rule, policy in rules.items()}
