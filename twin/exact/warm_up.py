"""The warm-up of a simulated policy for booking ahead: two starts on the same paths, until they cost the same."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from twin import simulate
from twin.exact.booking_problems import Booking
from twin.exact.pricing import Whole
from twin.exact.value_iteration import Array

_CLOSE = 0.5  # largest difference of the two starts, in standard errors of the cost [-]
_MOST_BLOCKS = 64  # blocks after which the latest one counts, whatever is left of the difference


def two_starts(problem: Booking, places: int, replications: int) -> Whole:
    """Return the states of `replications` paths twice: without a booking, and with places booked evenly before.

    Without a booking, all places are booked at once, and again when they end: the starts lie on both sides of the long
    run, in which changes of the regime have spread the bookings. `places` are in force at the second start, by the
    first contract. The result has the shape (2 replications, variables).
    """
    term, kept = problem.terms[0], problem.kept[0]
    states = np.tile(problem.start, (2 * replications, 1))
    begun = places * np.arange(kept + 1) // term
    states[replications:, 2 : 2 + kept] = np.diff(begun)
    return states


def settled(blocks: Iterable[Array]) -> simulate.Estimate:
    """Return the average cost over the first block of periods in which two starts cost the same.

    blocks : average cost of each path in one block after another, shape (2, replications); the paths of the two starts
    meet the same chances. [$/period]

    The block counts whose two means differ by at most half a standard error, or the 64th. The error of the result holds
    the noise of the block and what is left of the difference.
    """
    for number, (first, second) in enumerate(blocks, start=1):
        found = simulate.estimate((first + second) / 2)
        left = abs(float((first - second).mean())) / 2
        if left <= _CLOSE / 2 * found.standard_error or number == _MOST_BLOCKS:
            return simulate.Estimate(found.mean, float(np.hypot(found.standard_error, left)))
    raise ValueError("blocks must be at least one")
