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
_NUMBERS = 2**20  # most errors that are worked on at a time [number]
LARGE_SCORE = 4.0  # least score of an error that is divided by the scale to which it has led [-]


def fewest(level: float) -> int:
    """Return how many errors a level takes at least: the smallest n with (n + 1) (1 - level) >= 1.

    >>> fewest(0.95), fewest(0.99)
    (19, 99)
    """
    return int(np.ceil(1 / (1 - level) - 1e-9)) - 1


def running_quantiles(scores, level):
    """Return the conformal quantile of the scores up to each period, and how many scores there were.

    scores is NaN where there is none, and has the shape (periods, horizon, lanes), as the results have. A quantile is
    infinite where the scores are too few.
    """
    there = ~np.isnan(scores)
    count = np.cumsum(there, axis=0)
    rank = np.floor((count + 1) * (1 - level) + 1e-9).astype(np.int64).reshape(len(scores), -1)
    new = np.where(there, scores, -np.inf).reshape(rank.shape)
    largest = np.full((rank.max(initial=0) + 1, rank.shape[1]), -np.inf)  # in order; the first row is above all
    largest[0] = np.inf
    found, place = np.empty(rank.shape), rank * rank.shape[1] + np.arange(rank.shape[1])
    for at, score in enumerate(new):
        np.minimum(largest[:-1], np.maximum(largest[1:], score), out=largest[1:])
        largest.take(place[at], out=found[at])
    return found.reshape(scores.shape), count


def half_widths(volumes, mean, level, warm_up, pooled=None):
    """Return half the width of the interval at every origin, shape (periods, horizon, lanes), and the scores counted.

    volumes has the shape (periods, lanes), mean (periods, horizon, lanes). pooled gives the half width before
    adaptation where a pool of lanes carries it, and NaN elsewhere.
    """
    periods, horizon, lanes = mean.shape
    half, counted = np.empty(mean.shape), np.empty((horizon, lanes))
    width = max(1, _NUMBERS // (periods * horizon))
    for start in range(0, lanes, width):
        part = slice(start, start + width)
        given = None if pooled is None else pooled[:, :, part]
        half[:, :, part], counted[:, part] = _half_widths(volumes[:, part], mean[:, :, part], level, warm_up, given)
    return half, counted


def _half_widths(volumes, mean, level, warm_up, pooled):
    """Return the results of `half_widths` for a part of the lanes."""
    error = np.abs(volumes[:, np.newaxis] - _of_target(mean))
    warm = np.cumsum(~np.isnan(volumes), axis=0) > warm_up + 1
    valid = ~np.isnan(error) & warm[:, np.newaxis]
    scale = _scales(error[:, 0])
    own = _of_target(np.broadcast_to(scale[:, np.newaxis], mean.shape))
    unit = np.where(own > 0, np.maximum(own, np.minimum(scale[:, np.newaxis], error / LARGE_SCORE)), 0.0)
    scored = valid & ((unit > 0) | (error == 0))  # without a scale, an error has no score
    score = np.divide(error, unit, out=np.where(scored, 0.0, np.nan), where=scored & (error > 0))
    quantile, count = running_quantiles(score, level)
    carried = np.isfinite(quantile)
    width = np.multiply(quantile, scale[:, np.newaxis], out=np.full(mean.shape, np.inf), where=carried)
    if pooled is not None:
        width = np.where(np.isnan(pooled), width, pooled)
    before = np.concatenate([np.zeros_like(count[:1]), count[:-1]])
    return _adapted(width, error, valid, before, level), count[-1]


def _adapted(width, error, valid, count, level):
    """Return half the widths after adaptation; arguments but the width are by target, and all by step and lane.

    count is the number of scores before each target.
    """
    periods, horizon, lanes = width.shape
    judged = valid & (_of_target(np.isfinite(width).astype(float)) == 1.0)
    step = np.where(judged, np.maximum(_LEAST_STEP, _STEP / np.sqrt(np.maximum(count, 1.0))), 0.0)
    floor = np.minimum(_NARROWEST, -count / _PATIENCE)
    half = np.full((horizon + periods, horizon, lanes), np.inf)  # before the first origin, there are none
    ahead, lane = np.arange(horizon)[:, np.newaxis], np.arange(lanes)
    origin = ((horizon - 1 - ahead) * horizon + ahead) * lanes + lane  # of each step, among the last origins
    adapted = np.zeros((horizon, lanes))
    for at in range(periods):
        bound = half[at : at + horizon].reshape(-1).take(origin)
        adapted += step[at] * ((error[at] > bound) - (1 - level))
        np.minimum(np.maximum(adapted, floor[at], out=adapted), _WIDEST, out=adapted)
        np.multiply(width[at], np.exp(adapted), out=half[at + horizon])
    return half[horizon:]


def _scales(error):
    """Return the scale at the end of each period from the errors of one step, shape (periods, lanes)."""
    there = ~np.isnan(error)
    each = 1 / np.maximum(np.cumsum(there, axis=0), 1.0)
    error = np.where(there, error, 0.0)
    gains = np.stack([np.maximum(_GAIN, each), each]) * there
    both, means = np.empty(gains.shape), np.zeros((2, error.shape[1]))
    for at, last in enumerate(error):
        means += gains[:, at] * (last - means)
        both[:, at] = means
    near, whole = both
    return np.maximum(near, _LEAST * whole) ** _LOCAL * whole ** (1 - _LOCAL)


def _of_target(said):
    """Return what was said of each period, by its steps ahead: element (t, h) is from origin t - 1 - h, else NaN."""
    found = np.full(said.shape, np.nan)
    for step in range(min(said.shape[1], len(said) - 1)):
        found[step + 1 :, step] = said[: len(said) - 1 - step, step]
    return found
