"""Ordering and booking policies: small functions from the state to the quantity to order or to book.

A policy is any callable of a `State` that returns an array of (lanes, replications), or what broadcasts to it. Levels
and quantities are numbers or have one value per lane. `start` is the stock that a path begins with by default.
(R,S) is `base_stock` with a review period of R, and (s,S) and (r,Q) with a review period are periodic too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, numbers, positive, require
from twin.motion.state import Array, State


class Rule:
    """A policy: a function of the state, and the stock that a path begins with. [pallet]"""

    def __init__(self, quantity: Callable[[State], Any], start: ArrayLike = 0.0) -> None:
        self._quantity, self.start = quantity, np.maximum(start, 0.0)

    def __call__(self, state: State) -> Any:
        return self._quantity(state)


def base_stock(level: ArrayLike) -> Rule:
    """Return the base-stock policy: order up to a level of the inventory position.

    order = (S - position)+, where position = on hand + on order - backlog

    Parameters
    ----------
    level : array_like, shape () or (lanes,)
        Base stock S. [pallet]

    Source
    ------
    Zipkin (2000), Foundations of Inventory Management, chapter 9; with a review period, (R,S) of Silver, Pyke and
    Thomas (2017), chapter 6; notebook 09, eq. (9.1).

    >>> from twin.motion import simulate
    >>> simulate([3.0, 5.0, 4.0], 1.0, base_stock(8.0), periods=3).ordered.tolist()
    [[3.0, 5.0, 4.0]]
    """
    (top,) = numbers(level=level)
    height = _column(top)
    return Rule(lambda state: np.maximum(height - state.position, 0.0), top)


def capped_base_stock(level: ArrayLike, cap: ArrayLike) -> Rule:
    """Return the capped base-stock policy: order up to a level, but never more than a cap.

    order = min((S - position)+, r)

    Parameters
    ----------
    level, cap : array_like, shape () or (lanes,)
        Base stock S, and cap r, of an order. [pallet]

    Source
    ------
    Xin (2021), Operations Research 69(1), which shows how well it does where sales are lost.

    >>> from twin.motion import simulate
    >>> simulate([3.0, 5.0, 4.0], 1.0, capped_base_stock(8.0, 4.0), periods=3).ordered.tolist()
    [[3.0, 4.0, 4.0]]
    """
    (top,), (most,) = numbers(level=level), nonnegative(cap=cap)
    height, limit = _column(top), _column(most)
    return Rule(lambda state: np.minimum(np.maximum(height - state.position, 0.0), limit), top)


def reorder_point(point: ArrayLike, quantity: ArrayLike) -> Rule:
    """Return the (r,Q) policy: at or below r, order the fewest lots of Q that lift the position above r.

    order = Q (floor((r - position) / Q) + 1) if position <= r, else 0

    Parameters
    ----------
    point, quantity : array_like, shape () or (lanes,)
        Reorder point r, and lot Q > 0. [pallet]

    Source
    ------
    Zipkin (2000), chapter 6; also named (r,nQ).

    >>> from twin.motion import simulate
    >>> simulate([3.0, 5.0, 4.0], 1.0, reorder_point(5.0, 3.0), periods=3).ordered.tolist()
    [[3.0, 3.0, 6.0]]
    """
    (low,), (lot,) = numbers(point=point), positive(quantity=quantity)
    floor, size = _column(low), _column(lot)

    def order(state: State) -> Array:
        lots = np.floor((floor - state.position) / size) + 1
        return np.maximum(lots, 0.0) * size

    return Rule(order, low + lot)


def min_max(low: ArrayLike, high: ArrayLike) -> Rule:
    """Return the (s,S) policy: at or below s, order up to S.

    order = S - position if position <= s, else 0

    Parameters
    ----------
    low, high : array_like, shape () or (lanes,)
        Reorder point s, and level S >= s. [pallet]

    Source
    ------
    Zipkin (2000), chapter 9.

    >>> from twin.motion import simulate
    >>> simulate([3.0, 5.0, 4.0], 1.0, min_max(4.0, 8.0), periods=3).ordered.tolist()
    [[0.0, 8.0, 4.0]]
    """
    bottom, top = numbers(low=low, high=high)
    require(top >= bottom, "high", ">= low", top)
    floor, height = _column(bottom), _column(top)
    return Rule(lambda state: np.where(state.position <= floor, height - state.position, 0.0), top)


def constant_order(quantity: ArrayLike) -> Rule:
    """Return the policy that orders the same quantity at every review, whatever the stock.

    Parameters
    ----------
    quantity : array_like, shape () or (lanes,)
        Order, >= 0. [pallet]

    >>> from twin.motion import simulate
    >>> simulate([3.0, 5.0, 4.0], 1.0, constant_order(4.0), periods=3).ordered.tolist()
    [[4.0, 4.0, 4.0]]
    """
    (amount,) = nonnegative(quantity=quantity)
    return Rule(lambda state: _column(amount), amount)


def fixed_booking(places: ArrayLike) -> Rule:
    """Return the policy of a flow lane that books the same number of places for every step.

    Parameters
    ----------
    places : array_like, shape () or (lanes,)
        Places, >= 0. [pallet]

    >>> from twin.motion import simulate
    >>> simulate(5.0, 2.0, fixed_booking(3.0), kind="flow", periods=4).booked.tolist()
    [[0.0, 0.0, 3.0, 3.0]]
    """
    (booked,) = nonnegative(places=places)
    return Rule(lambda state: _column(booked))


def seasonal_booking(places: ArrayLike, *, ahead: int) -> Rule:
    """Return the policy that books the places of each step of a repeating season. [pallet]

    Parameters
    ----------
    places : array_like, shape (season,) or (lanes, season)
        Places in force in each step of the season, >= 0. [pallet]
    ahead : int
        Lead time of a booking, so that what is booked now is in force `ahead` steps later. [step]

    >>> from twin.motion import simulate
    >>> simulate(5.0, 1.0, seasonal_booking([3.0, 7.0], ahead=1), kind="flow", periods=4).booked.tolist()
    [[0.0, 7.0, 3.0, 7.0]]
    """
    (booked,) = nonnegative(places=places)
    rows = np.atleast_2d(booked)
    return Rule(lambda state: rows[:, (state.step + ahead) % rows.shape[1], None])


def _column(value: Array) -> Array:
    return np.atleast_1d(value)[:, None]
