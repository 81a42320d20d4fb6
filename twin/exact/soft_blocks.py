"""A soft block beside the places that are booked ahead: places that are kept for a period, or given back before it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from twin._check import nonnegative, require, whole
from twin.exact.booking_problems import Booking, moves_ahead
from twin.exact.pricing import Whole
from twin.exact.value_iteration import Array


def soft_block(problem: Booking, places: ArrayLike, place_cost: float, return_window: int) -> Booking:
    """Return a problem with a soft block besides: places that are kept for a period, or given back before it, free.

    u'_t(i, C) = min over n <= B of  [c n + E[u_t+w(C + n) | regime i in t]],  w = return window

    Booking and giving back cost nothing, so all B places are booked whatever the term, and only keeping is a decision.
    It is made w <= L periods before use, when the other places of that period are all booked, so that it changes the
    cost of that period alone: the states stay those of the problem without the block.

    Parameters
    ----------
    problem : Booking
    places : array_like of whole numbers, shape () or (season,)
        Places B of the block, by the period of their use. [place]
    place_cost : float
        Rent c of a place that is kept, >= 0. [$/place/period]
    return_window : int
        Periods w before use at which the places to keep are named, 1 to the lead time. [period]

    >>> from scipy.stats import poisson
    >>> from twin.exact.booking_problems import booking_problem
    >>> hard = booking_problem(poisson(8), 1, 1, 10, 25)
    >>> round(float(soft_block(hard, 3, 9.0, 1).uncovered[0, 0, 6] - hard.uncovered[0, 0, 9]), 9)
    27.0
    """
    cheapest, _ = _soft(problem, places, place_cost, return_window)
    return replace(problem, uncovered=cheapest, window=int(return_window))


def places_to_keep(problem: Booking, places: ArrayLike, place_cost: float, return_window: int) -> Whole:
    """Return the places of a soft block to keep for the period that lies the return window ahead.

    Arguments are those of `soft_block`. The result has the axes period of the season, regime, and other places that
    are booked for that period. [place]

    >>> from scipy.stats import poisson
    >>> from twin.exact.booking_problems import booking_problem
    >>> places_to_keep(booking_problem(poisson(8), 1, 1, 10, 25), 3, 9.0, 1)[0, 0, 4:10].tolist()
    [3, 3, 3, 2, 1, 0]
    """
    return _soft(problem, places, place_cost, return_window)[1]


def _soft(problem: Booking, places: ArrayLike, place_cost: float, return_window: int) -> tuple[Array, Whole]:
    """Return the least cost of a later period with a soft block, and the places that are kept for it."""
    window = whole("return_window", return_window, least=1)
    rule = f"at most the lead time, {problem.lead_time}"
    require(window <= problem.lead_time and not problem.window, "return_window", rule, window)
    counts, rent = nonnegative(soft_places=places, soft_cost=place_cost)
    require(np.all(counts == np.floor(counts)), "soft_places", "whole numbers of places", counts)
    require(counts.shape in ((), (problem.season,)), "soft_places", "one number, or one a period", counts.shape)
    block = np.roll(np.broadcast_to(counts, problem.season), -window).astype(np.int64)
    later = np.einsum("tij,tjc->tic", moves_ahead(problem, window), np.roll(problem.uncovered, -window, axis=0))
    at, last = np.arange(later.shape[2]), later.shape[2] - 1
    cheapest, chosen = later.copy(), np.zeros(later.shape, np.int64)
    for kept in range(1, int(block.max(initial=0)) + 1):
        cost = float(rent) * kept + later[:, :, np.minimum(at + kept, last)]
        better = (block >= kept)[:, None, None] & (cost < cheapest)
        cheapest, chosen = np.where(better, cost, cheapest), np.where(better, kept, chosen)
    return cheapest, chosen
