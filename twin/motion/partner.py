"""The partner's free space: a number, a law, or a process that moves with demand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from twin._check import nonnegative
from twin.motion.state import Array, State, told

FreeSpace = Callable[[State], Any]


def moving_with_demand(places: Any, demand_mean: Any, share: Any) -> FreeSpace:
    """Return a partner whose free space shrinks when demand is high: it is full when the lane is full.

    free space = max(places - share (D - mean of D), 0)

    Parameters
    ----------
    places : array_like, shape () or (sites,)
        Free space at mean demand. [pallet]
    demand_mean : array_like, shape () or (lanes,)
        Mean demand, which is summed over all lanes. [pallet/step]
    share : float
        Places that the partner itself fills for each pallet of demand above the mean. [-]

    >>> from twin.motion import simulate
    >>> partner = moving_with_demand(5.0, 10.0, 0.5)
    >>> paths = simulate([10.0, 14.0], kind="flow", capacity=4.0, partner_space=partner, periods=2)
    >>> paths.overflow.tolist(), paths.unplaced.tolist()
    ([[5.0, 3.0]], [[1.0, 7.0]])
    """
    free, mean, slope = nonnegative(places=places, demand_mean=demand_mean, share=share)

    def space(state: State) -> Array:
        above = state.demand.sum(axis=0) - np.sum(np.broadcast_to(mean, len(state.demand)))
        return np.maximum(np.atleast_1d(free)[:, None] - slope * above, 0.0)

    return space


def free_space(space: Any, random: np.random.Generator, shape: tuple[int, int]) -> FreeSpace:
    """Return the partner's free space, None, a callable or a law, as a function of the state; None is unlimited."""
    if space is None:
        return lambda state: None
    if callable(space):
        named = "partner_space"
        return lambda state: None if (free := space(state)) is None else told(named, free, shape, "sites", 0.0)
    stream = space.stream(random, shape, 1.0)
    return lambda state: next(stream)
