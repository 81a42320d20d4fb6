"""Least squares of many lanes at once: the straight line through each of them."""

from __future__ import annotations

import numpy as np

from twin._check import require

_BLOCK = 2**18  # numbers processed at a time; temporary arrays of this size fit into the cache [number]


def fitted(lanes):
    """Return intercept, slope, residual sd, observed, centre and spread of lanes, shape (6, lanes), block by block."""
    fits = np.empty((6, len(lanes)))
    block = max(1, _BLOCK // lanes.shape[-1])
    for start in range(0, len(lanes), block):
        rows = slice(start, start + block)
        for fit, value in zip(fits, _fit(lanes[rows]), strict=True):
            fit[rows] = value
    return fits


def _fit(y):
    """Return intercept, slope, residual sd, observed, centre and spread of the lanes of one block."""
    time = np.arange(y.shape[-1], dtype=float)
    middle = time - time.mean()
    with np.errstate(invalid="ignore"):  # _fit_known refuses infinite volumes in a sentence
        total, slope = y @ np.ones_like(time), y @ middle
    if not np.isfinite(total).all():
        return _fit_known(y, time)
    observed, centre, spread = np.full(len(y), float(time.size)), np.full(len(y), time.mean()), middle @ middle
    mean, slope = total / time.size, slope / spread
    raw = np.vecdot(y, y)
    squares = raw - observed * mean**2 - slope**2 * spread
    small = squares < 1e-4 * raw  # little noise about a large mean or a steep line: the difference is rounding noise
    if small.any():
        residual = y[small] - mean[small, np.newaxis] - slope[small, np.newaxis] * middle
        squares[small] = np.vecdot(residual, residual)
    residual_sd = np.sqrt(squares / (observed - 2))
    return mean - slope * centre, slope, residual_sd, observed, centre, np.full(len(y), spread)


def _fit_known(y, time):
    """Return the same as `_fit` for lanes with unknown periods."""
    known = ~np.isnan(y)
    require(not np.isinf(y).any(), "volumes", "finite, or NaN where unknown", "infinity")
    observed = known.sum(axis=-1).astype(float)
    require(observed >= 3, "volumes", "known in at least 3 periods a lane", observed)
    centre = known @ time / observed
    offset = np.where(known, time - centre[:, np.newaxis], 0.0)
    spread = np.vecdot(offset, offset)
    mean = np.nansum(y, axis=-1) / observed
    deviation = np.where(known, y - mean[:, np.newaxis], 0.0)
    slope = np.vecdot(deviation, offset) / spread
    residual = deviation - slope[:, np.newaxis] * offset
    residual_sd = np.sqrt(np.vecdot(residual, residual) / (observed - 2))
    return mean - slope * centre, slope, residual_sd, observed, centre, spread
