"""Delays of orders: independent lead times, which let orders overtake each other, waiting ones and persistent ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin._check import require
from twin.motion.laws import Given, Normal
from twin.motion.state import State

LEAD_TIMES = ("independent", "waiting", "persistent")


class Delays:
    """Return, order by order, the steps that pass before an order arrives.

    Independent: every order has its own lead time, so a later order may arrive first. Waiting: as drawn, but no order
    arrives before an earlier one, so the realised mean is longer than that of the draws. Persistent: the lead time of
    the first step of a spell holds for the whole spell, and no order arrives before an earlier one. The first spell of
    a path has begun some time before, so the spells of two paths do not end together; given lead times begin with a
    spell. Lead times are drawn in every step, ordered or not, and rounded to whole steps, at least `less`.

    Parameters
    ----------
    law : Law
        Lead time. [period]
    kind : str
        "independent", "waiting" or "persistent".
    random : numpy Generator
    shape : (lanes, replications)
    step : float
        Length of a step. [period]
    less : int
        Steps taken off every lead time: 1 for continuous review, where a lead time is all that a plan protects, and for
        bookings, which are in force from step t + L.
    spell : int
        Steps for which a persistent lead time holds.
    """

    def __init__(
        self,
        law: Any,
        kind: str,
        random: np.random.Generator,
        shape: tuple[int, int],
        step: float,
        less: int,
        spell: int,
    ) -> None:
        self.kind, self.step, self.less, self.spell = kind, step, less, spell
        begun = isinstance(law, Given) or kind != "persistent"
        self.age = np.zeros(shape, np.int64) if begun else random.integers(spell, size=shape)  # of the first spell
        self.draws = law.stream(random, shape, 1.0)
        self.constant = self._constant(law)
        self.last = np.zeros(shape, np.int64)
        self.held = self.last

    def _constant(self, law: Any) -> int | None:
        """Return the one delay of a constant law in steps, or None."""
        if not (isinstance(law, Normal) and np.size(law.mean) == 1 and not np.any(law.sd)):
            return None
        steps = float(np.ravel(law.mean)[0]) / self.step
        rule = f"a whole number of steps of {self.step:g} period, or a shorter step"
        require(abs(steps - round(steps)) < 1e-9 * max(steps, 1.0), "lead_time", rule, law.mean)
        rule = f">= {self.less * self.step:g} for a booking, and with continuous review"
        require(round(steps) >= self.less, "lead_time", rule, law.mean)
        return round(steps) - self.less

    def __call__(self, state: State) -> int | NDArray[np.int64]:
        """Return the delay of the orders placed now. [step]"""
        if self.constant is not None:
            return self.constant
        drawn = self._drawn()
        if self.kind == "independent":
            return drawn
        if self.kind == "persistent":
            begins = (state.step + self.age) % self.spell == 0
            drawn = self.held = drawn if state.step == 0 else np.where(begins, drawn, self.held)
        arrival = np.maximum(state.step + drawn, self.last)
        self.last = np.where(state.ordered > 0, arrival, self.last)
        return arrival - state.step

    def _drawn(self) -> NDArray[np.int64]:
        """Return fresh lead times in whole steps."""
        steps = np.rint(next(self.draws) / self.step).astype(np.int64)
        return np.maximum(steps, self.less) - self.less
