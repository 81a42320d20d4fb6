"""Roots that the inventory policies share, found for many lanes at once."""

from __future__ import annotations

import numpy as np

from twin import _special
from twin.demand import excess_and_leftover

_HALVINGS = 100  # halvings of a bracket; its width is then below the rounding error of its ends
_STEPS = 200  # most Newton steps; near the minimum of a cost each step only halves the distance
_TINY = np.finfo(float).tiny  # smallest sd to divide by


def bisected(rising, low, high):
    """Return the level between two arrays of levels at which a rising function passes through zero."""
    for _ in range(_HALVINGS):
        middle = low + (high - low) / 2
        below = rising(middle) < 0
        low, high = np.where(below, middle, low), np.where(below, high, middle)
        if np.all(high - low <= np.spacing(np.abs(high))):
            break
    return high


def first_whole(holds, low, high):
    """Return the smallest whole number above `low` at which a condition holds; it holds from then on, and at `high`.

    Arrays of whole numbers as floats; the condition is evaluated once per halving.
    """
    while np.any(high - low > 1):
        middle = low + np.floor((high - low) / 2)
        found = holds(middle)
        low, high = np.where(found, low, middle), np.where(found, middle, high)
    return high


def slope_of_cost(level, mean, sd, underage_cost, overage_cost):
    """Return the derivative Co P(X <= level) - Cu P(X > level) of the newsvendor's cost under normal demand."""
    with np.errstate(over="ignore"):  # certain demand is the limit sd -> 0
        k = (level - mean) / np.maximum(sd, _TINY)
    return overage_cost * _special.ndtr(k) - underage_cost * _special.ndtr(-k)


def level_below(cost, mean, sd, underage_cost, overage_cost, start):
    """Return the level below the best one at which the newsvendor's cost under normal demand is `cost`.

    Arrays of one shape (n,). The start is below it too, such as mean - cost / Cu. The cost is convex, so Newton's
    method stays on that side of the root.
    """
    return _newton(start, -1.0, cost, mean, sd, underage_cost, overage_cost)


def level_above(cost, mean, sd, underage_cost, overage_cost, start):
    """Return the level above the best one at which the cost is `cost`; start above it, as mean + cost / Co is."""
    return _newton(start, 1.0, cost, mean, sd, underage_cost, overage_cost)


def _newton(start, side, *arguments):
    level, todo = start.copy(), np.arange(len(start))
    for _ in range(_STEPS):
        at = level[todo]
        cost, mean, sd, under, over = (argument[todo] for argument in arguments)
        excess, leftover = excess_and_leftover(at, mean, sd)
        above = over * leftover + under * excess - cost
        slope = slope_of_cost(at, mean, sd, under, over)
        inward = (above > 0) & (slope * side > 0)
        step = np.where(inward, above / np.where(inward, slope, 1.0), 0.0)
        level[todo] = at - step
        todo = todo[np.abs(step) > 1e-15 * (np.abs(at) + sd)]
        if not len(todo):
            break
    return level
