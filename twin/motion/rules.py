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
    """Return the policy that orders up to a level of the inventory position. [pallet]

    >>> float(base_stock(8.0).start)
    8.0
    """
    (top,) = numbers(level=level)
    height = _column(top)
    return Rule(lambda state: np.maximum(height - state.position, 0.0), top)


def capped_base_stock(level: ArrayLike, cap: ArrayLike) -> Rule:
    """Return the base-stock policy that orders at most `cap` at a time. [pallet]"""
    (top,), (most,) = numbers(level=level), nonnegative(cap=cap)
    height, limit = _column(top), _column(most)
    return Rule(lambda state: np.minimum(np.maximum(height - state.position, 0.0), limit), top)


def reorder_point(point: ArrayLike, quantity: ArrayLike) -> Rule:
    """Return the (r,Q) policy: at or below r, order as many lots of Q as lift the position above r. [pallet]"""
    (low,), (lot,) = numbers(point=point), positive(quantity=quantity)
    floor, size = _column(low), _column(lot)

    def order(state: State) -> Array:
        lots = np.floor((floor - state.position) / size) + 1
        return np.maximum(lots, 0.0) * size

    return Rule(order, low + lot)


def min_max(low: ArrayLike, high: ArrayLike) -> Rule:
    """Return the (s,S) policy: at or below s, order up to S. [pallet]"""
    bottom, top = numbers(low=low, high=high)
    require(top >= bottom, "high", ">= low", top)
    floor, height = _column(bottom), _column(top)
    return Rule(lambda state: np.where(state.position <= floor, height - state.position, 0.0), top)


def constant_order(quantity: ArrayLike) -> Rule:
    """Return the policy that orders the same quantity at every review. [pallet]"""
    (amount,) = nonnegative(quantity=quantity)
    return Rule(lambda state: _column(amount), amount)


def fixed_booking(places: ArrayLike) -> Rule:
    """Return the policy that books the same number of places for every step. [pallet]"""
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
    """
    (booked,) = nonnegative(places=places)
    rows = np.atleast_2d(booked)
    return Rule(lambda state: rows[:, (state.step + ahead) % rows.shape[1], None])


def _column(value: Array) -> Array:
    return np.atleast_1d(value)[:, None]
