"""Lead times and losses learnt from arrivals: the chance, at each age, that an open order arrives.

One table of chances holds both. An order that has passed all its ages is lost, so the law of lead times and the share
of lost orders need no further assumption, and orders that are still open count as far as they have come (the life table
of Kaplan and Meier 1958, with a beta prior at each age about the promised lead time).
"""

from __future__ import annotations

from itertools import combinations
from math import comb, log

import numpy as np
from numpy.typing import NDArray

_PRIOR = 1.0  # orders that the prior is worth, at each age
_EARLY = 0.2  # prior chance of arrival before the promised lead time, spread over at least four ages
_ON_TIME, _LATE = 0.85, 0.2  # prior chance of arrival at the promised lead time, and one period later
_FADING = 0.6  # prior chance of arrival at a later age, in units of that one period earlier
_TOGETHER = 3  # most orders that are tried as one arrival
_TRIED = 1000  # most sets of orders of one size that are tried: long lead times leave many open


def oldest(promised: int) -> int:
    """Return the age from which an open order is taken for lost. [period]"""
    return 2 * promised + 5


def ages_at_arrival(orders: NDArray[np.float64], arrivals: NDArray[np.float64], promised: int) -> NDArray[np.int_]:
    """Return the age at which the order of each period arrived, -1 if it has not.

    The orders of an arrival are the fewest open orders that add up to it; among several such sets, the one at the ages
    that were most frequent up to then. An arrival that no set explains came from elsewhere.
    """
    ages = np.full(len(orders), -1)
    kept = max(len(orders) - promised, 0)
    if np.array_equal(arrivals[-kept:] if kept else [], orders[:kept]) and not arrivals[: len(orders) - kept].any():
        ages[:kept] = np.where(orders[:kept] > 0, promised, -1)  # every order came as promised
        return ages
    quantities, seen, waiting = orders.tolist(), np.full(oldest(promised), 0.1), []
    seen[promised] += 0.5
    for period, arrived in enumerate(arrivals.tolist()):
        waiting = [placed for placed in waiting if period - placed < len(seen)]
        waiting += [period] if quantities[period] > 0 else []
        for placed in _explained(quantities, waiting, arrived, period, seen) if arrived > 0 else ():
            ages[placed] = period - placed
            seen[period - placed] += 1
            waiting.remove(placed)
    return ages


def _explained(quantities, waiting, arrived, period, seen):
    """Return the periods of the open orders that are most likely to make up an arrival."""
    for together in range(1, _TOGETHER + 1):
        if comb(len(waiting), together) > _TRIED:
            break
        found = [
            placed
            for placed in combinations(waiting, together)
            if abs(sum(quantities[each] for each in placed) - arrived) <= 1e-6 * arrived
        ]
        if found:
            return max(found, key=lambda placed: sum(log(seen[period - each]) for each in placed))
    return ()


def arrival_chances(orders: NDArray[np.float64], ages: NDArray[np.int_], promised: int) -> NDArray[np.float64]:
    """Return the chance that an order arrives at each age from 0, if it has not before."""
    age = np.arange(oldest(promised))
    prior = np.where(age < promised, _EARLY / max(promised, 4), _LATE * _FADING ** (age - promised - 1.0))
    prior[promised] = _ON_TIME
    placed = orders > 0
    last_age = np.where(ages >= 0, ages, np.arange(len(orders))[::-1])[placed]
    reached = (last_age[:, np.newaxis] >= age).sum(axis=0)
    arrived = np.bincount(ages[ages >= 0], minlength=len(age))
    return (_PRIOR * prior + arrived) / (_PRIOR + reached)
