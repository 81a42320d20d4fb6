"""Prediction intervals of many lanes at every origin of their records: scaled, adaptive conformal prediction.

An interval is mean +- q s exp(a). s is the smoothed absolute error of one step, known at the origin. q is the conformal
quantile of the earlier errors of the same step, each divided by the s of its own origin: of n, the one with
floor((n + 1) (1 - level)) - 1 others above it. Where that is none, the sample cannot carry the level, and the interval
is infinite. a rises after a miss and falls after a hit, so that the share of misses is kept when the errors change.

An error that was large for its time, such as that of the month in which a lane began, would be enlarged once more when
the lane has grown. It is therefore divided by the s to which it has led, if that is larger, but only so far that it
still counts four: e / max(s(origin), min(s(now), e / 4)).

Sources: Vovk, Gammerman and Shafer (2005) for the quantile; Gibbs and Candes (2021) for the adaptation, here of the
logarithm of the width; Angelopoulos, Barber and Bates (2024) for its step, which shrinks with the number of errors. The
constants were chosen on the synthetic lanes of `tests/forecast_judges.py`, that four and the upper bound of a on those
of `benchmarks/changed_lanes.py`; `benchmarks/forecasts.py` says which were settled with its records in view.
"""

from __future__ import annotations

import numpy as np

_GAIN = 0.2  # smoothing constant of the local error [-]
_LOCAL = 0.7  # exponent of the local error in the scale; the mean error of the whole past has the rest [-]
_STEP = 2.5  # step of the adaptation, times the root of the number of errors [-]
_LEAST_STEP = 0.05  # least step of the adaptation [-]
_NARROWEST, _PATIENCE = -0.3, 500.0  # lower bound of the adaptation; after many errors it is -errors / _PATIENCE [-]
_WIDEST = 1.5  # upper bound of the adaptation [-]
_LEAST = 0.1  # least local error, as a share of the mean error of the whole past [-]
LARGE_SCORE = 4.0  # least score of an error that is divided by the scale to which it has led [-]


def fewest(level: float) -> int:
    """Return how many errors a level takes at least: the smallest n with (n + 1) (1 - level) >= 1.

    >>> fewest(0.95), fewest(0.99)
    (19, 99)
    """
    return int(np.ceil(1 / (1 - level) - 1e-9)) - 1


class Largest:
    """The largest scores of each step and lane, in order, and how many scores there were."""

    def __init__(self, capacity, shape):
        self._scores, self.count = np.full((capacity + 1, *shape), -np.inf), np.zeros(shape)
        self._scores[0] = np.inf  # above the largest
        self._places = np.ix_(*map(np.arange, shape))

    def add(self, scores, valid):
        """Add one score to each step and lane where it is valid."""
        above, held = self._scores[:-1], self._scores[1:]
        held[:] = np.minimum(above, np.maximum(held, np.where(valid, scores, -np.inf)))
        self.count += valid

    def quantile(self, level):
        """Return the conformal quantile of the scores; infinite where they are too few."""
        rank = np.floor((self.count + 1) * (1 - level) + 1e-9).astype(int)
        return self._scores[rank, *self._places]


def half_widths(volumes, mean, level, warm_up, pooled=None):
    """Return half the width of the interval at every origin, shape (periods, horizon, lanes), and the scores counted.

    volumes has the shape (periods, lanes), mean (periods, horizon, lanes). pooled gives the half width before
    adaptation where a pool of lanes carries it, and NaN elsewhere.
    """
    periods, horizon, lanes = mean.shape
    scores = Largest(int((periods + 1) * (1 - level) + 1e-9) + 1, (horizon, lanes))
    near, whole, count, seen = (np.zeros(lanes) for _ in range(4))
    adapted = np.zeros((horizon, lanes))
    scale, half = np.zeros((periods, lanes)), np.full(mean.shape, np.inf)
    steps = np.arange(horizon)
    for at, came in enumerate(volumes):
        seen += ~np.isnan(came)
        if at:
            origins, ahead = at - 1 - steps[:at], steps[:at]
            error = np.abs(came - mean[origins, ahead])
            valid = ~np.isnan(error) & (seen > warm_up + 1)
            bound = half[origins, ahead]
            step = np.maximum(_LEAST_STEP, _STEP / np.sqrt(np.maximum(scores.count[:at], 1.0)))
            move = np.where(valid & np.isfinite(bound), step * ((error > bound) - (1 - level)), 0.0)
            floor = np.minimum(_NARROWEST, -scores.count[:at] / _PATIENCE)
            adapted[:at] = np.clip(adapted[:at] + move, floor, _WIDEST)
            last = np.where(np.isnan(error[0]), 0.0, error[0])
            new = ~np.isnan(error[0])
            count += new
            each = 1 / np.maximum(count, 1.0)
            near += np.where(new, np.maximum(_GAIN, each) * (last - near), 0.0)
            whole += np.where(new, each * (last - whole), 0.0)
        scale[at] = np.maximum(near, _LEAST * whole) ** _LOCAL * whole ** (1 - _LOCAL)
        if at:
            own = scale[origins]
            unit = np.where(own > 0, np.maximum(own, np.minimum(scale[at], error / LARGE_SCORE)), 0.0)
            scored = valid & ((unit > 0) | (error == 0))  # without a scale, an error has no score
            score, use = np.zeros((horizon, lanes)), np.zeros((horizon, lanes), bool)
            score[:at] = np.divide(error, unit, out=np.zeros(error.shape), where=scored & (error > 0))
            use[:at] = scored
            scores.add(score, use)
        quantile = scores.quantile(level)
        width = np.multiply(quantile, scale[at], out=np.full(quantile.shape, np.inf), where=np.isfinite(quantile))
        if pooled is not None:
            width = np.where(np.isnan(pooled[at]), width, pooled[at])
        half[at] = width * np.exp(adapted)
    return half, scores.count
