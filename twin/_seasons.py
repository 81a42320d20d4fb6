"""Seasonal indices of many lanes, at every period of their records, each from the periods before it alone.

The index of a phase is the median of its last five ratios to a centred moving average (classical decomposition). Arrays
have a row per period and a column per lane.
"""

from __future__ import annotations

import numpy as np


class Season:
    """Indices of one season: `at(origin, targets)` are those of later periods, as known at the end of one."""

    def __init__(self, volumes, length, width, seasons):
        """Take the volumes, the length of the season, and the odd number of periods that a ratio is averaged over."""
        self.length, self.half = length, length // 2
        level = _centred(volumes, length)
        near = _centred(volumes, width) if width > 1 else volumes
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios = np.where(level > 0, near / level, np.nan)
        self.medians = _running_median(ratios, length, seasons)
        self.means = _running_mean(self.medians, length)

    def at(self, origin, targets):
        """Return the index of each target and lane; 1 until one ratio is known of every phase."""
        last = origin - self.half  # the last ratio that is known
        rows = last - (last - targets) % self.length
        if rows.min() < 0:
            return np.ones((len(rows), self.medians.shape[1]))
        with np.errstate(invalid="ignore", divide="ignore"):
            index = self.medians[rows] / self.means[last]
        return np.where(np.isfinite(index), index, 1.0)


def _sums(values, length):
    """Return sums of `length` rows, ending with each row, of the known values, and how many they are."""
    known = ~np.isnan(values)
    found = []
    for part in (np.where(known, values, 0.0), known):
        total = np.zeros((len(values) + 1, values.shape[1]))
        np.cumsum(part, axis=0, out=total[1:])
        window = np.full(values.shape, np.nan)
        window[length - 1 :] = total[length:] - total[:-length] if len(values) >= length else 0.0
        found.append(window)
    return found


def _centred(values, length):
    """Return centred moving averages; NaN where more than a quarter of the periods is unknown."""
    totals, counts = _sums(values, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(counts >= 0.75 * length, totals / counts, np.nan)
    centred = np.full(values.shape, np.nan)
    half = length // 2
    if length % 2:
        centred[half : len(values) - half] = means[length - 1 :]
    elif len(values) > length:
        centred[half : len(values) - half] = (means[length - 1 : -1] + means[length:]) / 2
    return centred


def _running_mean(values, length):
    """Return the mean of the last `length` rows; NaN unless all are known."""
    totals, counts = _sums(values, length)
    return np.where(counts == length, totals / length, np.nan)


def _running_median(values, stride, seasons):
    """Return the median of each row and of up to four rows before it, a whole number of seasons away."""
    medians = np.empty_like(values)
    for start in range(min(stride * (seasons - 1), len(values)) if len(values) else 0):
        rows = np.arange(start, -1, -stride)
        medians[start] = _median(values[rows])
    full = stride * (seasons - 1)
    if len(values) > full:
        stack = np.stack([values[full - k * stride : len(values) - k * stride] for k in range(seasons)])
        medians[full:] = _median(stack)
    return medians


def _median(stack):
    """Return the median of the known values along the first axis; NaN where there are none."""
    ordered = np.sort(stack, axis=0)  # NaN last
    count = np.sum(~np.isnan(stack), axis=0)[np.newaxis]
    low, high = (np.take_along_axis(ordered, np.maximum(at, 0), 0)[0] for at in ((count - 1) // 2, count // 2))
    return np.where(count[0] > 0, (low + high) / 2, np.nan) if len(stack) > 1 else ordered[0]
