"""Booking problems that are solved exactly, and the gain of one more place in any of their states."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin.exact.booking_problems import Booking
from twin.exact.booking_rules import expected_uncovered
from twin.exact.pricing import Whole
from twin.exact.value_iteration import Array, average_cost

_TOLERANCE = 1e-5  # of the least cost [-]
_SPARE = 2  # booking sizes beyond the largest level of a single period


class SolvedBooking(NamedTuple):
    """The values of a problem with one contract, in the bookings that are still ahead when the next one begins.

    V_t(i, b) + g = min over a of  [c K a + E u_t+L(b_1 + ... + b_K-1 + a | i) + sum of P(i, j) V_t+1(j, (b_2, ..., a))]
    """

    problem: Booking
    least: float  # average cost [$/period]
    values: list[Array]  # by period of the season; axes regime and the latest K - 1 bookings
    later: Array  # E u_t+L, axes period of the season, regime, places [$]
    sizes: int  # number of booking sizes, 0 included

    def costs(self, states: Whole, tried: Whole) -> Array:
        """Return the relative cost of bookings `tried`, shape (n, tries), in states of the problem. [$]"""
        term, last = self.problem.terms[0], self.later.shape[2] - 1
        ahead = states[:, states.shape[1] - term + 1 :]
        places = np.minimum(ahead.sum(axis=1)[:, None] + tried, last)
        found = self.problem.place_costs[0] * term * tried
        found = found + self.later[states[:, :1], states[:, 1:2], places]
        digits = [np.minimum(each, self.sizes - 1)[:, None] for each in ahead.T[1:]]
        newest = [np.minimum(tried, self.sizes - 1)] if term > 1 else []
        for row in np.unique(states[:, 0]):
            some = np.flatnonzero(states[:, 0] == row)
            moves, values = self.problem.moves[row], self.values[(row + 1) % self.problem.season]
            after = np.tensordot(moves, values, axes=1)
            found[some] += after[(states[some, 1:2], *(each[some] for each in (*digits, *newest)))]
        return found


def table_of(problem: Booking) -> int:
    """Return the number of values of all bookings in all states."""
    return problem.season * problem.regimes * _sizes(problem) ** problem.terms[0]


def _sizes(problem: Booking) -> int:
    use = -np.diff(problem.uncovered, axis=-1)
    return int((use > problem.place_costs[0]).sum(axis=-1).max()) + 1 + _SPARE


def solved_booking(problem: Booking) -> SolvedBooking:
    """Return the values of a problem with one contract."""
    term, sizes, later = problem.terms[0], _sizes(problem), expected_uncovered(problem, problem.lead_time)
    places = sum(np.arange(sizes).reshape(*[1] * axis, -1, *[1] * (term - axis - 1)) for axis in range(term))
    rent = problem.place_costs[0] * term * np.arange(sizes)
    at = np.minimum(places, later.shape[2] - 1)
    costs = [rent + later[period][:, at] for period in range(problem.season)]

    def before(values: Array, period: int) -> Array:
        after = np.tensordot(problem.moves[period], values, axes=1)
        after = np.expand_dims(after, 1) if term > 1 else after[:, None]
        return (costs[period] + after).min(axis=-1)

    def update(values: Array) -> Array:
        for period in reversed(range(problem.season)):
            values = before(values, period)
        return values

    start = np.zeros((problem.regimes, *[sizes] * (term - 1)))
    low, high, values = average_cost(update, start, _TOLERANCE, problem.season)
    tables = []
    for period in reversed(range(problem.season)):
        values = before(values, period)
        tables.append(values)
    return SolvedBooking(problem, (low + high) / 2, tables[::-1], later, sizes)
