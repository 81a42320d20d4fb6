"""A soft block among the places of coming dates: which of its places to keep, from what the forecast will know then."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(24)  # of an integral over the standard normal law [-]


class SoftBlock(NamedTuple):
    """Places that are given back free of charge up to some periods before use, or kept at a price."""

    places: Array  # whole numbers, by date, shape (dates,) [place]
    price: float  # of a place that is kept [$/place/period]
    window: int  # periods before use at which the places to keep are named, >= 1 [period]


def excess_cost(mean: Array, sd: Array, room: Array, price: float) -> Array:
    """Return s E[(X - room)+] of normal space X, broadcast. [$]"""
    z = (room - mean) / sd
    return price * sd * (np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) - z * ndtr(-z))


def cost_with_block(mean: Array, sd: Array, room: Array, price: float, block: SoftBlock) -> Array:
    """Return the expected cost of each date with a soft block: rent of what is kept, and what goes to the partner.

    u(C) = E over M of  min over n <= B of  [c n + s E[(X - C - n)+ | M]],  M ~ N(mean, sd_t^2 - sd_w^2)

    The places to keep are named w periods before use, when the forecast M of that date has the error of w periods
    ahead; until then it moves like a sum of independent news (Heath and Jackson, 1994, martingale model of forecast
    evolution). Dates within the window are decided with the forecast of today.

    mean, sd : shape (dates,); room : places without the block, shape (dates, n). [pallet]
    """
    known = np.minimum(sd, sd[min(block.window, len(sd)) - 1])[:, None]
    news = np.sqrt(np.maximum(sd[:, None] ** 2 - known**2, 0.0))
    total = np.zeros(room.shape)
    for node, weight in zip(_NODES, _WEIGHTS / _WEIGHTS.sum(), strict=True):
        said = mean[:, None] + news * node
        kept = _kept(said, known, room, price, block.price, block.places[:, None])
        costs = [block.price * n + excess_cost(said, known, room + n, price) for n in kept]
        total += weight * np.minimum(*costs)
    return total


def places_to_keep(mean: Array, sd: Array, room: Array, price: float, block: SoftBlock) -> Array:
    """Return the places of the block to keep by the forecast of today, shape (dates,).

    mean, sd, room : space as forecast, its error, and the places without the block, shape (dates,). [pallet]
    """
    low, high = _kept(mean, sd, room, price, block.price, block.places)
    costs = [block.price * n + excess_cost(mean, sd, room + n, price) for n in (low, high)]
    return np.where(costs[1] < costs[0], high, low)


def _kept(said: Array, sd: Array, room: Array, price: float, rent: float, most: Array) -> tuple[Array, Array]:
    """Return the whole numbers of places below and above the newsvendor level, between 0 and those of the block."""
    if rent >= price:
        return np.zeros(room.shape), np.zeros(room.shape)
    level = said + sd * ndtri(1 - rent / price) - room  # infinite without a rent: all are kept
    low = np.clip(np.floor(level), 0, most)
    return low, np.minimum(low + 1, most)
