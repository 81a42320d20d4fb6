"""Expected excess and expected leftover of a continuous SciPy distribution, by integrals.

E[(X - q)+] is the area under P(X > x) beyond q; E[(q - X)+] is the same area for -X beyond -q. Quantiles divide the
area into pieces, and each piece is halved until two Gauss-Legendre rules agree on its integral.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from twin._check import require

_TAILS = 10.0 ** -np.arange(0.5, 16)  # tail probabilities of the quantiles that divide the area into pieces [-]
_STEPS = np.array([0, 1e-3, 1e-2, 0.1, 1, 2, 4, 7, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200, 300, 400, 500, 600])
_NEAR, _FAR = 10.0, 600.0  # largest step in a tail, and in a second attempt if the tail is heavy [-]
_OVERFLOW = 700.0  # logarithm of the largest x [-]
_NEGLIGIBLE = 1e-30  # a tail ends where x P(X > x) falls below this share of its largest value [-]
_TOLERANCE = 1e-12  # largest error of a piece, relative to the result [-]
_MOST_PIECES = 512  # most pieces in a round; if halving would make more, the pieces are accepted as they are
_TRUSTED = 1e-7  # largest relative error that a result may have [-]
_AGREED = 1e-6  # largest relative difference between SciPy's mean and the mean that follows from the two areas [-]


class _Mirrored:
    """The distribution of -X."""

    def __init__(self, distribution):
        self._of = distribution

    def sf(self, x):
        return self._of.cdf(-x)

    def isf(self, probability):
        return -self._of.ppf(probability)

    def ppf(self, probability):
        return -self._of.isf(probability)

    def support(self):
        low, high = self._of.support()
        return -high, -low


class _Excess:
    """E[(X - x)+] in place of P(X > x), so that areas beyond a level become second losses."""

    def __init__(self, distribution):
        self._of = distribution
        self.ppf, self.isf = distribution.ppf, distribution.isf

    def sf(self, x):
        return _beyond(np.ravel(x), self._of).reshape(np.shape(x))

    def support(self):
        return -np.inf, self._of.support()[1]


def excess_and_leftover(levels, distribution, mean):
    """Return E[(X - q)+] and E[(q - X)+] for a list of levels q."""
    excess, leftover = _beyond(levels, distribution), _beyond(-levels, _Mirrored(distribution))
    found = levels + excess - leftover
    ok = np.isfinite(found) & (np.abs(found - mean) <= _AGREED * (excess + leftover))
    require(ok, "distribution", f"one whose tails can be integrated to its mean, {mean:g}", found)
    return excess, leftover


def second_loss(levels, distribution, mean):
    """Return E[((X - q)+)^2] / 2 for a list of levels q, as the area under E[(X - x)+]."""
    found = _beyond(levels, _Excess(distribution))
    require(np.isfinite(found), "distribution", f"one whose tail can be integrated twice (its mean is {mean:g})", found)
    return found


def _beyond(levels, distribution):
    low, high = distribution.support()
    inside = np.clip(levels, low, high)
    cuts = np.concatenate((inside, distribution.ppf(_TAILS), distribution.isf(_TAILS), [low, high]))
    edges = np.unique(np.clip(cuts[np.isfinite(cuts)], inside.min(), high))
    start, last = edges[-1], len(edges) - 1
    spread = distribution.isf(0.25) - distribution.ppf(0.25)
    scale = max(abs(start - distribution.ppf(0.5)), spread)
    steps, rest, lost = ([0.0], 0.0, 0.0) if np.isfinite(high) else _tail(distribution.sf, start, scale)

    def survival(t, far):  # in the tail, x = start + scale (e^t - 1): a power of x becomes an exponential of t
        x, slope = np.where(far, start + scale * np.expm1(t), t), np.where(far, scale * np.exp(t), 1.0)
        return distribution.sf(x) * slope

    left, right = np.concatenate((edges[:-1], steps[:-1])), np.concatenate((edges[1:], steps[1:]))
    position = np.searchsorted(edges, inside)
    nearest = np.zeros(len(left) + 1, int)  # index of the last level at or below the start of each piece
    nearest[position] = position
    nearest = np.maximum.accumulate(nearest)
    area, error = _areas(survival, left, right, np.arange(len(left)) >= last, nearest, rest)
    error += lost
    inherent = 8 * np.spacing(np.abs(inside)) * distribution.sf(inside)  # error due to the rounding of a level
    area = np.where(error[position] <= _TRUSTED * area[position] + inherent, area[position], np.nan)
    return area + np.maximum(inside - levels, 0.0)


def _tail(sf, start, scale):
    """Return the steps that divide an infinite tail into pieces, the area beyond the last step, and its error."""
    for farthest in (_NEAR, _FAR):  # some SciPy functions warn if they are evaluated too far out
        steps = _STEPS[_STEPS <= np.clip(_OVERFLOW - np.log(scale), 0.0, farthest)]
        x = start + scale * np.expm1(steps)
        chance = sf(x)
        height = np.fmax(scale * np.exp(steps) * chance, 0.0)
        ends = height <= _NEGLIGIBLE * np.maximum.accumulate(height)
        noise = np.append(False, ~(np.diff(chance) < 0))  # P(X > x) decreases, except for rounding errors
        if np.any(ends | noise):
            end = np.argmax(ends | noise)
            return steps[: end + 1] if ends[end] else steps[:end], 0.0, 0.0 if ends[end] else height[end - 1]
    middle = len(steps) // 2
    power = np.log(chance[middle] / chance[-1]) / np.log(x[-1] / x[middle])  # P(X > x) ~ x^-power
    return steps, x[-1] * chance[-1] / (power - 1) if power > 1 else np.inf, 0.0


def _areas(function, left, right, far, nearest, rest):
    """Return the area from the left end of each piece to the end of the tail, and its error."""
    count = len(left)
    area, error, piece = np.zeros(count), np.zeros(count), np.arange(count)
    while len(piece):
        middle, half = (left + right) / 2, (right - left) / 2
        fine, coarse = (
            half * (function(middle[:, np.newaxis] + half[:, np.newaxis] * x, far[piece, np.newaxis]) @ weights)
            for x, weights in _rules()
        )
        whole = _from_here(area + np.bincount(piece, fine, count), rest)
        gap = np.abs(fine - coarse)
        done = (gap <= _TOLERANCE * whole[nearest[piece]]) | (half <= np.spacing(np.abs(middle)))
        done |= 2 * np.count_nonzero(~done) > _MOST_PIECES
        area += np.bincount(piece[done], fine[done], count)
        error += np.bincount(piece[done], gap[done], count)
        left, middle, right, piece = left[~done], middle[~done], right[~done], piece[~done]
        left, right, piece = np.append(left, middle), np.append(middle, right), np.append(piece, piece)
    return _from_here(area, rest), _from_here(error, 0.0)


@cache
def _rules():
    """Return nodes and weights of the fine and of the coarse Gauss-Legendre rule; the first call computes them."""
    return [np.polynomial.legendre.leggauss(order) for order in (32, 16)]


def _from_here(values, rest):
    """Return for each value its sum with all later values and the rest; the rest itself comes last."""
    return np.cumsum(np.append(values, rest)[::-1])[::-1]
