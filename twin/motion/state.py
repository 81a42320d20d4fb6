"""The state of the dynamic model, and the goods and bookings that are due later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin._check import require

Array = NDArray[np.float64]


@dataclass
class State:
    """Everything that a policy may know at the end of a step; arrays have the shape (lanes, replications).

    `on_hand`, `backlog` and `on_order` are goods [pallet]; on a flow lane `on_order` counts places that are booked and
    not yet in force. `demand`, `shipped`, `lost`, `partner` and `returns` are the flows of this step, and `overtime` is
    the part of `shipped` that a flow lane handles beyond its site's handling [pallet/step].
    `space`, `booked`, `overflow` and `unplaced` are places of this step [pallet].
    """

    step: int
    on_hand: Array
    backlog: Array
    on_order: Array
    demand: Array
    shipped: Array
    overtime: Array
    lost: Array
    partner: Array
    returns: Array
    space: Array
    booked: Array
    overflow: Array
    unplaced: Array
    ordered: Array
    money: Array

    @property
    def position(self) -> Array:
        """Return the inventory position: goods on hand and on order less the backlog. [pallet]"""
        return self.on_hand + self.on_order - self.backlog


#: Names of the arrays that a path has, in the order of its table.
FLOWS = tuple(name for name in State.__annotations__ if name != "step")


def told(name: str, value: Any, shape: tuple[int, int], rows: str, least: float | None = None) -> Array:
    """Return what a function of the state has returned, as numbers that fit an array of (rows, replications).

    name : argument of `simulate` that the function is; rows : what the rows are, "lanes" or "sites"; least : smallest
    number allowed, or None for any finite one. A value per row alone would meet the replications, so it is refused.
    """
    try:
        numbers = np.asarray(value, float)
    except (TypeError, ValueError):
        require(False, name, "a function that returns numbers", type(value).__name__)
    fits = not (numbers.ndim == 1 and numbers.size > 1) and _fits(numbers.shape, shape)
    rule = f"a rule that returns one quantity, or an array of {shape}, ({rows}, replications)"
    require(fits, name, rule, f"shape {numbers.shape}")
    ok = np.isfinite(numbers) if least is None else numbers >= least
    if not ok.all():
        rule = "a rule that returns finite numbers" if least is None else f"a rule that returns numbers >= {least:g}"
        require(False, name, rule, float(numbers[~ok].ravel()[0]))
    return numbers


def _fits(shape: tuple[int, ...], whole: tuple[int, int]) -> bool:
    """Return whether an array of this shape broadcasts to the whole."""
    try:
        return np.broadcast_shapes(shape, whole) == whole
    except ValueError:
        return False


@dataclass
class Due:
    """Goods that come or places that begin at a later step: a ring of arrays, which grows with the longest delay."""

    shape: tuple[int, int]
    rows: Array = field(init=False)

    def __post_init__(self) -> None:
        self.rows = np.zeros((2, *self.shape))

    def take(self, step: int) -> Array:
        """Return what is due at a step, and forget it."""
        row = self.rows[step % len(self.rows)]
        due = row.copy()
        row[...] = 0.0
        return due

    def add(self, step: int, delay: int | NDArray[np.int64], amount: Array) -> None:
        """Add an amount that is due `delay` steps after `step`, one delay for all or one a path."""
        constant = isinstance(delay, int)
        self._make_room(step, delay if constant else int(delay.max()))
        if constant:
            self.rows[(step + delay) % len(self.rows)] += amount
        else:
            paths = np.arange(delay.size).reshape(self.shape)
            flat = self.rows.reshape(-1)
            flat[(step + delay) % len(self.rows) * delay.size + paths] += amount

    def _make_room(self, step: int, delay: int) -> None:
        """Lengthen the ring so that it holds `delay` further steps."""
        if delay >= len(self.rows):
            steps = np.arange(step, step + len(self.rows))
            longer = np.zeros((2 * delay, *self.shape))
            longer[steps % len(longer)] = self.rows[steps % len(self.rows)]
            self.rows = longer
