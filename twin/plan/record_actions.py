"""Actions that the record of a lane calls for: a gap in its data, a break of its level, a promise that it did not keep.

Each function looks at all lanes at once and returns what it found of each; `plan.actions` makes actions of it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from twin.data.record import UNLIKELY

PHASES = 26  # latest periods of the same phase, such as Mondays, from which the chance of a flow is known
LARGE_BREAK, CLEAR_BREAK = 0.25, 4.0  # a break: least share of the forecast, and least number of usual errors [-]
JUDGED = {"D": 26, "W": 52, "MS": 24, "QS": 12}  # latest weeks, months or quarters in which a promise is judged [block]
SURELY = 3.0  # standard errors by which a promise must be missed [-]
LEAST_BLOCKS = 6  # fewest independent intervals, or spans of past errors, on which a finding rests


class DataGaps(NamedTuple):
    """Missing periods at the end of each record, shape (lanes,); 0 where silence may be chance."""

    periods: NDArray[np.int64]  # [period]
    volume: NDArray[np.float64]  # what was to be expected in them [pallet]


class Breaks(NamedTuple):
    """How far the latest weeks were from their forecast, shape (lanes,); 0 where that is usual."""

    shift: NDArray[np.float64]  # mean of the periods less their forecast [pallet/period]
    share: NDArray[np.float64]  # the same as a share of the forecast [-]


class Promises(NamedTuple):
    """Promises on the latest record, shape (lanes,); `kept` is NaN where it is not judged or not surely missed."""

    kept: NDArray[np.float64]  # share of the intervals that the level covered [-]
    short: NDArray[np.float64]  # mean shortage of an interval [pallet]
    needed: NDArray[np.float64]  # level that would have kept the promise [pallet]
    short_then: NDArray[np.float64]  # mean shortage with that level [pallet]


def gaps(volumes: NDArray[np.float64], block: int, longest: int) -> DataGaps:
    """Return the silence at the end of each record that is no chance: prod_t (1 - p(phase of t)) < 0.001.

    p is the share of the latest 26 periods of the same phase with flow, (flows + 1/2) / (periods + 1).

    Parameters
    ----------
    volumes : ndarray, shape (lanes, periods)
        The record; NaN where unknown, which counts as missing, except before the first known period. [pallet/period]
    block : int
        Periods after which phases repeat, such as the days of a week. [period]
    longest : int
        Most periods that are looked at: a longer silence is the end of a lane. [period]

    >>> record = np.tile([5.0, 7.0, 0.0], (2, 40))
    >>> record[1, -3:] = 0.0
    >>> found = gaps(record, 3, 3)
    >>> found.periods.tolist(), found.volume.round(1).tolist()
    ([0, 2], [0.0, 12.0])
    """
    filled = np.nan_to_num(volumes)
    chance, expected = np.ones(len(volumes)), np.zeros(len(volumes))
    missing, silent = np.zeros(len(volumes), dtype=np.int64), np.ones(len(volumes), dtype=bool)
    for back in range(1, min(longest, volumes.shape[1]) + 1):
        before = volumes[:, -back - block :: -block][:, :PHASES] if volumes.shape[1] >= back + block else volumes[:, :0]
        known = np.sum(~np.isnan(before), axis=1)
        flows = np.sum(np.nan_to_num(before) > 0, axis=1)
        silent &= filled[:, -back] == 0
        chance = np.where(silent, chance * (1.0 - (flows + 0.5) / (known + 1.0)), chance)
        missing += silent & (flows > 0)
        expected += np.where(silent, np.nan_to_num(before).sum(axis=1) / np.maximum(known, 1), 0.0)
    found = (chance < UNLIKELY) & (missing > 0)
    return DataGaps(np.where(found, missing, 0), np.where(found, expected, 0.0))


def breaks(errors: NDArray[np.float64], needs: NDArray[np.float64]) -> Breaks:
    """Return how far the latest periods were from the forecast made before them, where that is clear and large.

    z = E(last) / sqrt(mean_o E(o)^2), E(o) = sum_h e(o + 1 + h, h);  |z| >= 4 and |E| >= a quarter of the forecast

    Parameters
    ----------
    errors : ndarray, shape (lanes, past, horizon)
        Errors of past forecasts by the period in which they became known (`overflow_ahead.errors_of`). [pallet]
    needs : ndarray, shape (lanes, periods)
        What was forecast, up to the same last period. [pallet/period]

    Limits
    ------
    Origins overlap, so that z has fewer degrees of freedom than origins; the spans before must be at least six.
    """
    lanes, past, steps = errors.shape
    none = np.zeros(lanes)
    if past < (LEAST_BLOCKS + 1) * steps:
        return Breaks(none, none)
    origins = np.arange(past - steps + 1)
    totals = sum(errors[:, origins + step, step] for step in range(steps))  # by the first period of the span
    latest, before = totals[:, -1], totals[:, : past - 2 * steps + 1]
    usual = np.sqrt(np.nanmean(np.where(np.isnan(before).all(axis=1, keepdims=True), 0.0, before) ** 2, axis=1))
    came = needs[:, -steps:].sum(axis=1)
    forecast = came - latest
    clear = np.abs(latest) >= CLEAR_BREAK * usual
    found = clear & (np.abs(latest) >= LARGE_BREAK * np.abs(forecast)) & (usual > 0) & np.isfinite(latest)
    share = np.where(found, latest / np.maximum(forecast, 1e-300), 0.0)
    return Breaks(np.where(found, latest / steps, 0.0), share)


def promises(
    volumes: NDArray[np.float64],
    level: NDArray[np.float64],
    length: NDArray[np.float64],
    service_level: NDArray[np.float64],
    latest: int,
) -> Promises:
    """Return how far the latest record kept promises, where they were surely missed: a - kept > 3 sqrt(a (1 - a) L / n)

    Parameters
    ----------
    volumes : ndarray, shape (lanes, periods)
        The record; NaN where unknown. [pallet/period]
    level, length, service_level : ndarray, shape (lanes,)
        Level S that covers the interval [pallet], its mean length L [period], and the promise a [-].
    latest : int
        Latest periods that are judged, n. [period]

    Limits
    ------
    The interval has its mean length: the demand of its last period counts by the part that lies in it, as if it came
    evenly. A lead time that varies, and demand that comes in lumps within a period, are judged too kindly. Intervals
    overlap; the standard error counts those that do not.
    """
    kept, short, needed, then = np.full((4, len(volumes)), np.nan)
    span = min(latest, volumes.shape[1])
    for one, rows, part in _by_periods(length):
        if span < LEAST_BLOCKS * one:
            continue
        windows = sliding_window_view(volumes[rows, -span:], one, axis=1)
        came = windows[..., :-1].sum(axis=2) + part * windows[..., -1]
        known = np.sum(~np.isnan(came), axis=1)
        rows, came = rows[known >= LEAST_BLOCKS * one], came[known >= LEAST_BLOCKS * one]
        if not len(rows):
            continue
        promise, stock = service_level[rows], level[rows, np.newaxis]
        share = np.nanmean(np.where(np.isnan(came), np.nan, came <= stock), axis=1)
        sure = SURELY * np.sqrt(promise * (1 - promise) * one / np.sum(~np.isnan(came), axis=1))
        missed = promise - share > sure
        for row, here, found in zip(rows[missed], came[missed], share[missed], strict=True):
            target = float(np.nanquantile(here, service_level[row], method="inverted_cdf"))
            kept[row], needed[row] = found, target
            short[row] = np.nanmean(np.maximum(here - level[row], 0.0))
            then[row] = np.nanmean(np.maximum(here - target, 0.0))
    return Promises(kept, short, needed, then)


def _by_periods(length):
    """Yield the periods that an interval touches, the lanes with so many, and the share of the last one in it."""
    touched = np.maximum(np.ceil(length - 1e-9), 1).astype(int)
    for one in np.unique(touched):
        rows = np.flatnonzero(touched == one)
        yield one, rows, (length[rows] - (one - 1))[:, np.newaxis]
