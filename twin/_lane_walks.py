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
_SMALL, _KEPT = 2**17, 2**18  # most volumes of a call and of all lanes whose states are kept for a next one [number]
_NUMBERS = 2**22  # most forecasts of the past held at a time [number]

_POOLS = 4  # most tables whose pool of intermittent lanes is kept

_known: dict[tuple[bytes, str, int], _methods.Methods] = {}  # states of single lanes, the latest last
_pools: dict[tuple[bytes, int, float], IntermittentPool] = {}  # pools of tables, the latest last


def columns_of(volumes, period):
    """Return the volumes with a column per lane, the shape of the lanes, and their labels."""
    require(isinstance(period, str) and period in PERIOD_KINDS, "period", f"one of {', '.join(PERIOD_KINDS)}", period)
    y = floats("volumes", volumes)
    require(y.ndim > 0 and y.shape[-1] >= 1, "volumes", "a series of at least 1 period", y.shape)
    require(np.isnan(y) | ((y >= 0) & np.isfinite(y)), "volumes", "finite and >= 0, or NaN where unknown", y)
    index = labels_of({"volumes": volumes}) if y.ndim == 2 else None
    return np.ascontiguousarray(y.reshape(int(np.prod(y.shape[:-1])), y.shape[-1]).T), y.shape[:-1], index


def terms_of(table, period, season, horizon, level, *, judged=None):
    """Return the pool of the intermittent lanes, and the checked arguments.

    judged : number of first steps that get an interval; all by default
    """
    horizon, share, season = whole("horizon", horizon, least=1), _level(level), _season(season, period)
    return _pool_of(table, judged or horizon, share), period, season, horizon, share


def walked_parts(table, how):
    """Yield the volumes of each chunk of lanes, and what `_walk` returns for it."""
    for rows in _chunks(table, how[3]):
        part = table[:, rows]
        yield part, _walk(part, rows.start, *how)


def _pool_of(table, horizon, level):
    """Return the pool of the intermittent lanes; those of small tables that were seen lately are kept."""
    if table.size > _SMALL:
        return IntermittentPool(table, horizon, level, _methods.BEFORE_JUDGING)
    key = table.tobytes(), table.shape[1], level
    pool = _pools.pop(key, None) or IntermittentPool(table, horizon, level, _methods.BEFORE_JUDGING)
    found = _pools[key] = pool.until(horizon)
    for old in list(_pools)[:-_POOLS]:
        _pools.pop(old, None)
    return found


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


def _walk(part, start, pool, period, season, horizon, level):
    """Return forecasts and half widths of every origin, the members of the pool, the walk, and the errors counted."""
    walk = _methods_of(part, period, season).walk(horizon)
    pooled, member = pool.into(walk.mean, start)
    half, counted = _conformal.half_widths(
        part, walk.mean[:, : pooled.shape[1]], level, _methods.BEFORE_JUDGING, pooled
    )
    return walk.mean, half, member, walk, counted


def _methods_of(part, period, season):
    """Return the states of the methods of some lanes; those of lanes that were seen lately are kept, lane by lane.

    A page asks for the same lanes with one horizon after another.
    """
    if not 0 < part.size <= _SMALL:
        return _methods.Methods(part, period, season)
    keys = [(column.tobytes(), period, season) for column in part.T]
    found = {key: _known.pop(key) for key in set(keys) & set(_known)}
    new = [at for at, key in enumerate(keys) if key not in found]
    if new:
        made = _methods.Methods(np.ascontiguousarray(part[:, new]), period, season)
        found |= {keys[at]: made.of([place]) for place, at in enumerate(new)}
    _known.update(found)
    for key in list(_known)[: -max(1, _KEPT // len(part))]:
        _known.pop(key, None)
    return _methods.Methods.joined([found[key] for key in keys])


def ahead_and_accuracy(part, walked, period, season, horizon, level):
    """Return the fields of `Forecasts` of the lanes of one chunk, a row per lane."""
    mean, half, member, walk, counted = walked
    low, high = _past.bounds(mean[-1], half[-1])
    absolute, signed, total, judged = _past.error_sums(part, mean, _methods.BEFORE_JUDGING)
    naive, line = walk.naive
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
    season = np.where(member[-1], 0.0, walk.far.season)  # an intermittent lane has none
    since = np.where(member[-1][:, np.newaxis], 0, walk.far.by_step(horizon))
    return [mean[-1].T, low.T, high.T, method, mase, *shares, coverage, worst, remark, season, since]


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
