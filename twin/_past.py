"""Errors of the forecasts of many lanes on the lanes' own past, and the coverage of their intervals."""

from __future__ import annotations

import numpy as np

from twin._seasons import cumulated


def outcomes(volumes, horizon):
    """Return the volume that came of each origin and step, shape (periods, horizon, lanes); NaN where none did yet."""
    came = np.full((len(volumes), horizon, volumes.shape[1]), np.nan)
    for step in range(min(horizon, len(volumes) - 1)):
        came[: len(volumes) - 1 - step, step] = volumes[step + 1 :]
    return came


def error_sums(volumes, mean, warm_up):
    """Return, a lane, the sums of |error|, error and volume over all judged forecasts, and the number of them.

    A forecast is judged if its period came after the warm-up of the lane; an error is forecast less volume.
    """
    late = cumulated(~np.isnan(volumes))[1:] > warm_up + 1
    totals = np.zeros((4, volumes.shape[1]))
    for step in range(min(mean.shape[1], len(volumes) - 1)):  # one at a time stays in the processor's cache
        came = volumes[step + 1 :]
        error = mean[: len(came), step] - came
        judged = late[step + 1 :] & ~np.isnan(error)
        totals += [np.sum(part, axis=0, where=judged) for part in (np.abs(error), error, came, judged)]
    return totals


def seasonal_error(volumes, season):
    """Return the mean absolute difference of a lane's volumes one season apart; one period apart in a short record."""
    found = np.full(volumes.shape[1], np.nan)
    for lag in (season, 1):
        if lag < len(volumes):
            change = np.abs(volumes[lag:] - volumes[:-lag])
            count = np.sum(~np.isnan(change), axis=0)
            mean = np.nansum(change, axis=0) / np.maximum(count, 1)
            found = np.where(np.isnan(found) & (count > 0), mean, found)
    return found


def realised(volumes, mean, half, window):
    """Return the share of the past volumes that lay in their interval, a lane, and the least such share of a window.

    All steps of the horizon count. A window is a number of periods in a row, in at least half of which a volume and a
    finite interval are known; a record without one has one window, all of it. NaN where no interval can be judged.
    """
    periods = len(volumes)
    counts = np.zeros((periods, 2, volumes.shape[1]))  # of each period's volume, over the steps: held, and judged
    for step in range(min(mean.shape[1], periods - 1)):
        came, width = volumes[step + 1 :], half[: periods - 1 - step, step]
        low, high = bounds(mean[: len(came), step], width)
        judged = np.isfinite(width) & ~np.isnan(came)
        counts[step + 1 :, 0] += judged & (low <= came) & (came <= high)
        counts[step + 1 :, 1] += judged
    totals = cumulated(counts)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = totals[-1, 0] / totals[-1, 1]
        if periods < window:
            return whole, whole
        inside = totals[window:] - totals[:-window]
        there = cumulated(counts[:, 1] > 0)
        enough = there[window:] - there[:-window] >= (window + 1) // 2
        least = np.where(enough, inside[:, 0] / inside[:, 1], np.inf).min(axis=0)
    return whole, np.where(np.isfinite(least), least, whole)


def bounds(mean, half):
    """Return the ends of the intervals; none is below zero."""
    return np.maximum(mean - half, 0.0), mean + half
