"""Inputs of the network of bookings: the worth of one more place in each coming period, as shares of its rent."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin._check import require
from twin.exact.booking_problems import Booking, moves_ahead
from twin.exact.booking_rules import expected_uncovered, places_ahead
from twin.exact.pricing import Whole
from twin.learned.features import Reals

LONGEST_TERM = 13  # term for which the inputs have room [period]
AGES = 16  # periods from lead_time on that are looked at [period]
_EACH = 3  # inputs of a period


class BookingContext(NamedTuple):
    """Forecasts of a booking problem; axes age, period of the season, regime and, but for levels, places."""

    problem: Booking
    use: Reals  # expected use of one more place, as share of its rent [-]
    worth: Reals  # the same, at most 1 as known when the last booking for that period is made [-]
    levels: Reals  # places beyond which one more is not worth its rent [place]
    scale: float  # root of the mean level, the size of a usual deviation [place]


def booking_context(problem: Booking) -> BookingContext:
    """Return the forecasts of a problem with one contract of at most `LONGEST_TERM` periods; refuse others."""
    require(problem.decisions == 1, "problem", "one with a single contract", f"{problem.decisions} contracts")
    require(
        problem.terms[0] <= LONGEST_TERM,
        "problem",
        f"one with a term of at most {LONGEST_TERM} periods",
        problem.terms[0],
    )
    rent = problem.place_costs[0]
    at_once = -np.diff(expected_uncovered(problem, problem.lead_time), axis=-1, append=0.0) / rent
    at_once[..., -1] = 0.0
    use, worth = [], []
    for age in range(AGES):
        moves, later = moves_ahead(problem, age), np.roll(at_once, -age, axis=0)
        use.append(moves @ later)
        worth.append(moves @ np.minimum(later, 1.0))
    levels = (np.stack(use) > 1).sum(axis=-1)
    found = (np.asarray(part, np.float32) for part in (use, worth, levels))
    return BookingContext(problem, *found, scale=float(np.sqrt(levels.mean() + 1)))


def booking_inputs(context: BookingContext, states: Whole, booked: Whole) -> tuple[Reals, Reals]:
    """Return the inputs for one more place beyond `booked`, shape (n, inputs), and its gain by the marginal rule.

    The gain is the worth of the place over the whole term less its rent, as a share of the rent, shape (n,).
    """
    term = context.problem.terms[0]
    ages, within = np.arange(AGES), np.arange(AGES) < term
    places = places_ahead(context.problem, states, AGES) + booked[:, None] * within
    at = np.minimum(places, context.use.shape[-1] - 1)
    period, regime = states[:, :1], states[:, 1:2]
    use, worth = (part[ages, period, regime, at] for part in (context.use, context.worth))
    beyond = (context.levels[ages, period, regime] - places) / (2 * context.scale)
    first = use[:, :1] - worth[:, :1]
    gain = (worth[:, : min(term, AGES)].sum(axis=1) + first[:, 0]) / term - 1
    terms = np.tile((np.arange(1, LONGEST_TERM + 1) == term).astype(np.float32), (len(states), 1))
    parts = [2 * use / (1 + use) - 1, worth - 0.5, np.tanh(beyond), terms, np.tanh(2 * gain)[:, None]]
    return np.concatenate(parts, axis=1, dtype=np.float32), gain.astype(np.float32)


def count_of_booking_inputs() -> int:
    """Return the number of inputs of the network."""
    return _EACH * AGES + LONGEST_TERM + 1
