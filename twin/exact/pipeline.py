"""The step that problems with a lead time share: what an order costs in expectation, and which order costs least.

Values of states are arrays with the axes stock, latest order, ..., next order to arrive (lead_time - 1 axes of orders).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin._check import require
from twin.exact.pricing import Whole, checked_states
from twin.exact.value_iteration import Array

_MOST_VALUES = 2**24  # largest table of values of the states


class Pipeline:
    """Expected values one period ahead, least over the orders 0, 1, ..., orders - 1.

    Parameters
    ----------
    moves : ndarray, shape (stocks now, stocks at the end of the period)
        Probabilities of the stock at the end of the period, before the next order arrives. [-]
    orders : int
        Number of order sizes.
    lead_time : int
        Of an order, >= 1. [period]
    unit_cost : float
        Cost of an ordered pallet. [$/pallet]
    """

    def __init__(self, moves: Array, orders: int, lead_time: int, unit_cost: float = 0.0) -> None:
        self.shape = (moves.shape[1], *[orders] * (lead_time - 1))
        size = moves.shape[1] * orders ** (lead_time - 1)
        rule = f"so short that there are at most {_MOST_VALUES:,} states"
        require(size <= _MOST_VALUES, "lead_time", rule, f"{lead_time}, with {size:,} states")
        self._moves, self._orders, self._unit_cost = moves, orders, unit_cost
        ends = np.arange(moves.shape[1])
        self._arrived = [np.minimum(ends + size, ends[-1]) for size in range(orders)]

    def least(self, values: Array) -> Array:
        """Return the least expected value of the next period, of shape (stocks now, other orders ...)."""
        return self._over_orders(values, np.min)

    def best(self, values: Array) -> Whole:
        """Return the order of least expected value, of the shape of `least`."""
        return self._over_orders(values, np.argmin)

    def _over_orders(self, values: Array, choice) -> Array:
        costs = self._unit_cost * np.arange(self._orders)
        if len(self.shape) == 1:  # the order placed now is the next to arrive
            after = np.stack([self._moves @ values[arrived] for arrived in self._arrived], axis=1)
            return choice(after + costs, axis=1)
        rows, found = len(self._moves), []
        for arrived in self._arrived:
            after = (self._moves @ values[arrived].reshape(len(arrived), -1)).reshape(rows, self._orders, -1)
            found.append(choice(after + costs[:, None] if self._unit_cost else after, axis=1))
        return np.stack(found, axis=-1).reshape(rows, *self.shape[1:])


@dataclass(frozen=True)
class TablePolicy:
    """Policy given by tables of orders, one a decision, over stock and the orders under way, the latest first.

    A state beyond the table takes the order at its edge.
    """

    orders: tuple[Whole, ...]
    lowest: int = 0  # stock of the first row of the tables [pallet]

    def __repr__(self) -> str:
        return f"<policy of {self.orders[0].size:,} states>"

    def __call__(self, states: Whole) -> Whole:
        """Return the orders for states (stock, next order to arrive, ..., latest order), a row each."""
        first = self.orders[0]
        states = checked_states(states, first.ndim, signed=self.lowest < 0)
        states[:, 0] -= self.lowest
        places = np.clip(states, 0, np.array(first.shape[:1] + first.shape[:0:-1]) - 1)
        index = (places[:, 0], *places[:, :0:-1].T)
        chosen = [table[index] for table in self.orders]
        return chosen[0] if len(chosen) == 1 else np.stack(chosen, axis=-1)
