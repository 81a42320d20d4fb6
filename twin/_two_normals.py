"""Probabilities of two joint normal variables, by a quadrature of Owen's T over many lanes at once."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin import _special

_NODES = 20  # of the Gauss-Legendre rule on [-a, a]; its error is at most 1e-15 for a <= 1
_NOTHING = 8.5  # score beyond which T is below 1e-17
_TINY = 1e-300  # stands for a mean of zero, so that ratios of means are defined


class Positive(NamedTuple):
    """Chances that A and B are positive, that B is while A is zero, and that A is while B is zero. [-]"""

    both: NDArray[np.float64]
    second: NDArray[np.float64]
    first: NDArray[np.float64]


def positive(h: NDArray[np.float64], k: NDArray[np.float64], r: NDArray[np.float64]) -> Positive:
    """Return the chances that normal variables A and B of variance 1 are positive; absolute error below 1e-14.

    P(A > 0, B > 0) = (Phi(h) + Phi(k)) / 2 - T(h, u / h) - T(k, v / k) - (1/2 if h and k differ in sign)

    with u = (k - r h) / sqrt(1 - r^2) and v = (h - r k) / sqrt(1 - r^2)

    h, k : arrays that broadcast, means of A and B; r : their correlation, -1 < r < 1. [-]

    Source: Owen (1956); Patefield and Tandy (2000) for the reduction of T to a ratio of at most 1.

    >>> found = positive(np.zeros(1), np.zeros(1), np.array([0.5]))
    >>> round(float(found.both[0]), 12), float(found.second[0])
    (0.333333333333, 0.5)
    """
    parts = np.broadcast_arrays(h, k, r)
    shape, (h, k, r) = parts[0].shape, (part.ravel() for part in parts)
    h, k = (np.where(np.abs(x) < _TINY, _TINY, x) for x in (h, k))
    root = np.sqrt((1.0 - r) * (1.0 + r))
    u, v = (k - r * h) / root, (h - r * k) / root
    at_h, at_k, at_u, at_v = (_special.ndtr(x) for x in (h, k, u, v))
    triangles = _triangle(h, u, at_h, at_u) + _triangle(k, v, at_k, at_v)
    both = 0.5 * (at_h + at_k) - triangles - 0.5 * ((h < 0) != (k < 0))
    return Positive(*(part.reshape(shape) for part in (both, at_u, at_v)))


def _triangle(h, u, at_h, at_u):
    """Return T(h, u / h); where |u| > |h|, sign / 4 - (Phi(h) - 1/2) (Phi(u) - 1/2) - T(u, h / u)."""
    one, other = np.abs(h), np.abs(u)
    far, larger = other > one, np.maximum(one, other)
    near = np.flatnonzero(larger < _NOTHING)
    size = np.zeros_like(larger)
    size[near] = _owens_t(larger[near], np.minimum(one, other)[near])
    sign = np.sign(h) * np.sign(u)
    return np.where(far, 0.25 * sign - (at_h - 0.5) * (at_u - 0.5), 0.0) + np.where(far, -sign, sign) * size


def _owens_t(h, u):
    """Return T(h, u / h) = 1/(2 pi) int_0^(u/h) exp(-h^2 (1 + x^2) / 2) / (1 + x^2) dx for 0 <= u <= h, h > 0."""
    ratio = u / h
    square, rate = ratio * ratio, -0.5 * h * h
    total, term, part = np.zeros_like(h), np.empty_like(h), np.empty_like(h)
    for place, weight in zip(*_half_rule(), strict=True):
        np.multiply(square, place * place, out=term)
        term += 1.0
        np.multiply(rate, term, out=part)
        np.exp(part, out=part)
        part *= weight
        part /= term
        total += part
    total *= ratio
    return total


@lru_cache(maxsize=1)
def _half_rule():
    """Return the positive places of the rule, and their weights over 2 pi: what it integrates is even."""
    places, weights = _special.roots_legendre(_NODES)
    later = places > 0
    return places[later], weights[later] / (2.0 * np.pi)
