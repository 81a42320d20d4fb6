"""Delays of orders: independent lead times, which let orders overtake each other, waiting ones and persistent ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin._check import require
from twin.motion.laws import Normal
from twin.motion.state import State

LEAD_TIMES = ("independent", "waiting", "persistent")


class Delays:
    """Return, order by order, the steps that pass before an order arrives.

    Independent: every order draws its own lead time, so a later order may arrive first. Waiting: as drawn, but no order
    arrives before an earlier one, so the realised mean is longer than that of the draws. Persistent: one draw holds for
    a spell of steps, and no order arrives before an earlier one. Lead times are rounded to whole steps.

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
        Steps taken off every lead time: 1 for continuous review, where a lead time is all that a plan protects.
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
        self.draws = law.stream(random, shape, 1.0)
        self.constant = self._constant(law)
        self.last: NDArray[np.int64] | None = None
        self.held: NDArray[np.int64] | None = None
        self.until = 0

    def _constant(self, law: Any) -> int | None:
        """Return the one delay of a constant law in steps, or None."""
        if not (isinstance(law, Normal) and np.size(law.mean) == 1 and not np.any(law.sd)):
            return None
        steps = float(np.ravel(law.mean)[0]) / self.step
        rule = f"a whole number of steps of {self.step:g} period, or a shorter step"
        require(abs(steps - round(steps)) < 1e-9 * max(steps, 1.0), "lead_time", rule, law.mean)
        require(
            round(steps) >= self.less, "lead_time", f">= {self.less * self.step:g} with continuous review", law.mean
        )
        return round(steps) - self.less

    def __call__(self, state: State) -> int | NDArray[np.int64]:
        """Return the delay of the orders placed now. [step]"""
        if self.constant is not None:
            return self.constant
        if self.kind == "independent":
            return self._drawn()
        if self.kind == "waiting":
            delay = self._drawn()
        else:
            if self.held is None or state.step >= self.until:
                self.held, self.until = self._drawn(), (state.step // self.spell + 1) * self.spell
            delay = self.held
        arrival = state.step + delay
        self.last = arrival if self.last is None else np.maximum(arrival, self.last)
        return self.last - state.step

    def _drawn(self) -> NDArray[np.int64]:
        """Return fresh lead times in whole steps."""
        steps = np.rint(next(self.draws) / self.step).astype(np.int64)
        return np.maximum(steps, self.less) - self.less
