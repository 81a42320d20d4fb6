"""The walk through the records of many lanes, a part of them at a time: forecasts of the past, widths and accuracy."""

from __future__ import annotations

import numpy as np

from twin import _conformal, _methods, _past
from twin._check import floats, probabilities, require, whole
from twin._intermittent import IntermittentPool
from twin._labels import labels_of
from twin._period_kinds import PERIOD_KINDS

_EXACT = 1e-9  # half width, as a share of the forecast, of an interval that has none but for rounding [-]
_CHUNK = 4096  # most lanes worked on at a time [lane]
_FEW = 64  # most lanes whose half widths for several horizons are found in one pass [lane]
_NUMBERS = 2**22  # most forecasts of the past held at a time [number]


def columns_of(volumes, period):
    """Return the volumes with a column per lane, the shape of the lanes, and their labels."""
    require(isinstance(period, str) and period in PERIOD_KINDS, "period", f"one of {', '.join(PERIOD_KINDS)}", period)
    y = floats("volumes", volumes)
    require(y.ndim > 0 and y.shape[-1] >= 1, "volumes", "a series of at least 1 period", y.shape)
    require(np.isnan(y) | ((y >= 0) & np.isfinite(y)), "volumes", "finite and >= 0, or NaN where unknown", y)
    index = labels_of({"volumes": volumes}) if y.ndim == 2 else None
    return np.ascontiguousarray(y.reshape(int(np.prod(y.shape[:-1])), y.shape[-1]).T), y.shape[:-1], index


def terms_of(table, period, season, horizons, level, *, judged=None):
    """Return the pool of the intermittent lanes, and the checked arguments.

    judged : number of first steps that get an interval; all by default
    """
    horizons, share = tuple(whole("horizon", horizon, least=1) for horizon in horizons), _level(level)
    season, judged = _season(season, period), judged or max(horizons)
    return IntermittentPool(table, judged, share, _methods.BEFORE_JUDGING), period, season, horizons, share


def walked_parts(table, how):
    """Yield the volumes of each chunk of lanes, and what `_walk` returns for it: an entry for each horizon."""
    for rows in _chunks(table, sum(how[3])):
        part = table[:, rows]
        yield part, _walk(part, rows.start, *how)


def _level(level):
    (share,) = probabilities(level=level)
    require(np.ndim(share) == 0, "level", "one probability", level)
    return float(share)


def _season(season, period):
    return PERIOD_KINDS[period].season if season is None else whole("season", season, least=1)


def _chunks(table, horizon):
    """Return slices of lanes whose forecasts of the past fit into memory; at least one."""
    periods, count = table.shape
    step = max(1, min(_CHUNK, _NUMBERS // (horizon * max(periods, 8 * horizon))))
    return [slice(start, min(start + step, count)) for start in range(0, max(count, 1), step)]


def _walk(part, start, pool, period, season, horizons, level):
    """Return forecasts and half widths of every origin, the members of the pool, the walk, and the errors counted.

    There is a tuple of these for each horizon. The half widths of a few lanes are found in one pass, with a column for
    each horizon and lane, which has nothing beyond its horizon.
    """
    walks = _methods.walks(part, period, season, horizons)
    found = [(walk, *pool.into(walk.mean, start)) for walk in walks]
    lanes, parts = part.shape[1], []
    for batch in [found] if lanes <= _FEW else [[each] for each in found]:
        steps = max(pooled.shape[1] for _, pooled, _ in batch)
        mean, pooled = (
            np.concatenate([_as_far(rows, steps) for rows in each], axis=2)
            for each in ([walk.mean for walk, _, _ in batch], [pooled for _, pooled, _ in batch])
        )
        volumes = np.tile(part, len(batch))
        half, counted = _conformal.half_widths(volumes, mean, level, _methods.BEFORE_JUDGING, pooled)
        for at, (walk, pooled, member) in enumerate(batch):
            inside = slice(pooled.shape[1]), slice(at * lanes, (at + 1) * lanes)
            parts.append((walk.mean, half[:, *inside], member, walk, counted[inside]))
    return parts


def _as_far(rows, steps):
    """Return an array of shape (periods, horizon, lanes) with so many steps; NaN beyond its own."""
    if rows.shape[1] >= steps:
        return rows[:, :steps]
    return np.pad(rows, ((0, 0), (0, steps - rows.shape[1]), (0, 0)), constant_values=np.nan)


def ahead_and_accuracy(part, walked, period, season, horizon, level):
    """Return the fields of `Forecasts` of the lanes of one chunk, a row per lane."""
    mean, half, member, walk, counted = walked
    low, high = _past.bounds(mean[-1], half[-1])
    absolute, signed, total, judged = _past.error_sums(part, mean, _methods.BEFORE_JUDGING)
    naive, line = walk.errors[-2:]
    scale = _past.seasonal_error(part, season)
    with np.errstate(invalid="ignore", divide="ignore"):
        mase = np.where(absolute > 0, absolute / judged / scale, np.where(judged > 0, 0.0, np.nan))
        shares = [
            np.where(value != 0, value / total, np.where(judged > 0, 0.0, np.nan))
            for value in (absolute, signed, naive, line)
        ]
    coverage, worst = _past.realised(part, mean, half, PERIOD_KINDS[period].window)
    method = np.where(member[-1], "intermittent", np.array(walk.names)[walk.method[-1]])
    remark = _remarks(part, mean[-1], half[-1], counted, judged, level)
    return [mean[-1].T, low.T, high.T, method, mase, *shares, coverage, worst, remark]


def _remarks(part, mean, half, counted, judged, level):
    """Return a sentence for each lane whose record cannot carry a forecast, its accuracy or its interval; else ""."""
    known = np.sum(~np.isnan(part), axis=0)
    remark = np.full(part.shape[1], "", dtype=object)
    least = _conformal.fewest(level)
    exact = np.all(half <= _EXACT * np.maximum(mean, 0.0), axis=0)
    for lane in np.flatnonzero(np.isinf(half).any(axis=0) | (judged == 0) | exact):
        step = int(np.argmax(np.isinf(half[:, lane])))
        if known[lane] == 0:
            remark[lane] = "No volume is known, so there is no forecast."
        elif judged[lane] == 0:
            remark[lane] = (
                f"Too few periods are known ({known[lane]}) to judge a forecast of the past: the interval is infinite."
            )
        elif np.isinf(half[:, lane]).any():
            remark[lane] = (
                f"An interval of {level:.6g} takes {least} errors of the past for each step; "
                f"there are {counted[step, lane]:.0f} of {step + 1} periods ahead, so it is infinite."
            )
        else:
            remark[lane] = "The forecasts of the past were exact, so the interval has no width."
    return remark
