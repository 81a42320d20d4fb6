"""Seasonal indices of many lanes, at every period of their records, each from the periods before it alone.

The index of a phase is the median of its last ratios to a centred moving average (classical decomposition), drawn
towards 1 by the share of the indices' variance that is noise (James and Stein 1961). Arrays have a row per period and a
column per lane.
"""

from __future__ import annotations

from copy import copy

import numpy as np

_OF_MEDIAN = np.pi / 2  # variance of the median of many normal values, in units of that of their mean [-]
_WIDE = 32  # entries of a row from which adding row by row is the faster way
_UNTRIED = 0.5  # share kept of an index whose noise is not yet known, after a single season [-]


class Season:
    """Indices of one season: `at(origin, targets)` are those of later periods, as known at the end of one."""

    def __init__(self, volumes, length, width, seasons):
        """Take the volumes, the length of the season, the odd number of periods averaged, and the most seasons used."""
        self.length, self.half = length, length // 2
        level = _centred(volumes, length)
        near = _centred(volumes, width) if width > 1 else volumes
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios = np.where(level > 0, near / level, np.nan)
        self.medians, noise = _running_median(ratios, length, seasons)
        self.means = _running_mean(self.medians, length)
        squares = _running_mean(self.medians**2, length) - self.means**2
        with np.errstate(invalid="ignore", divide="ignore"):
            kept = 1.0 - _running_mean(noise, length, least=0.5) / squares
        self.kept = np.clip(np.where(np.isfinite(kept), kept, _UNTRIED), 0.0, 1.0)

    def like(self, made, others):
        """Return a season with arrays that are made from those of others, such as a part of their lanes."""
        found = copy(self)
        for name in ("medians", "means", "kept"):
            setattr(found, name, made([getattr(each, name) for each in others]))
        return found

    def known(self):
        """Return whether an index is known of every phase at the end of each period, shape (periods, lanes)."""
        found = np.zeros(self.means.shape, bool)
        last = max(len(found) - self.half, 0)
        found[len(found) - last :] = np.isfinite(self.means[:last])
        return found

    def at(self, origin, targets):
        """Return the index of each target and lane, as known at its origin; 1 until one ratio is known of every phase.

        origin has the shape () or (n,), targets (horizon,) or (horizon, n); the result has that of targets and an axis
        of lanes.
        """
        last = np.asarray(origin) - self.half  # the last ratio that is known
        known = last >= self.length - 1
        if not known.any():
            return np.ones((*np.shape(targets), self.medians.shape[1]))
        last = np.where(known, last, self.length - 1)
        rows = last - (last - targets) % self.length
        with np.errstate(invalid="ignore", divide="ignore"):
            index = 1.0 + self.kept[last] * (self.medians[rows] / self.means[last] - 1.0)
        return np.where(np.isfinite(index) & known[..., np.newaxis], index, 1.0)


def cumulated(rows):
    """Return the sums of the first 0, 1, 2, ... rows; for wide rows several times as fast as `np.cumsum`."""
    totals = np.zeros((len(rows) + 1, *rows.shape[1:]))
    if rows[:1].size < _WIDE:
        np.cumsum(rows, axis=0, out=totals[1:])
        return totals
    for at, row in enumerate(rows):
        np.add(totals[at], row, out=totals[at + 1])
    return totals


def _sums(values, length):
    """Return sums of `length` rows, ending with each row, of the known values, and how many they are."""
    known = ~np.isnan(values)
    found = []
    for part in (np.where(known, values, 0.0), known):
        total = cumulated(part)
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


def _running_mean(values, length, least=1.0):
    """Return the mean of the known values of the last `length` rows; NaN where less than a share of them is known."""
    totals, counts = _sums(values, length)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts >= least * length, totals / counts, np.nan)


def _running_median(values, stride, most):
    """Return the median of each row and of rows before it whole seasons away, and the variance of that median."""
    medians, noise = np.full(values.shape, np.nan), np.full(values.shape, np.nan)
    for seasons in range(1, most + 1):
        first = stride * (seasons - 1)
        last = len(values) if seasons == most else min(first + stride, len(values))
        if first < last:
            stack = np.stack([values[first - k * stride : last - k * stride] for k in range(seasons)])
            medians[first:last], noise[first:last] = _median(stack)
    return medians, noise


def _median(stack):
    """Return the median of the known values along the first axis, NaN where there are none, and its variance."""
    ordered = np.sort(stack, axis=0)  # NaN last
    count = np.sum(~np.isnan(stack), axis=0)
    low, high = (
        np.take_along_axis(ordered, np.maximum(at, 0)[np.newaxis], axis=0)[0] for at in ((count - 1) // 2, count // 2)
    )
    median = np.where(count > 0, (low + high) / 2, np.nan)
    squares = np.nansum((stack - median) ** 2, axis=0)
    variance = np.where(count > 1, squares / np.maximum(count - 1, 1), np.nan)
    return median, variance * np.where(count > 2, _OF_MEDIAN, 1.0) / np.maximum(count, 1)
