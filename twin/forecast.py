"""Forecasts of every lane at once, with intervals: by the methods that suit each lane, and by a straight line.

`lanes` weights the methods, lane by lane, by their errors on the lane's own past, and says how good its forecasts and
intervals were there; `backtest` returns those forecasts. `linear_trend` and `predict` are the naive answer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import _conformal, _methods, _past, _special
from twin._check import floats, probabilities, require, whole
from twin._intermittent import IntermittentPool
from twin._labels import Numbers, labelled_by_row, labels_of, with_labels
from twin._period_kinds import PERIOD_KINDS


class Trend(NamedTuple):
    """Least-squares line of each lane, over periods 0, 1, 2, ... of the series; arrays of shape (...)."""

    intercept: Numbers  # value of the line at period 0 [pallet/period]
    slope: Numbers  # change per period [pallet/period^2]
    residual_sd: Numbers  # sd about the line, n - 2 degrees of freedom [pallet/period]
    observed: Numbers  # number n of known periods [-]
    centre: Numbers  # mean of the known periods [period]
    spread: Numbers  # sum of squares of the known periods about their mean [period^2]
    periods: int  # length of the series, known or not [period]


class Interval(NamedTuple):
    """Forecast and the interval that holds a new observation; arrays of shape (..., horizon). [pallet/period]"""

    mean: Numbers
    low: Numbers
    high: Numbers


class Forecasts(NamedTuple):
    """Forecast of each lane, its interval, and how good both were on the lane's own past.

    mean, low and high have the shape (..., horizon), all other fields the shape (...).
    """

    mean: Numbers  # forecast, >= 0 [pallet/period]
    low: Numbers  # ends of the interval; 0 and infinite where the sample cannot carry the level [pallet/period]
    high: Numbers
    method: Any  # name of the method with the largest weight
    mase: Numbers  # mean absolute error, in units of that of the volume one season ago [-]
    wape: Numbers  # sum of absolute errors as a share of the sum of volumes [-]
    bias: Numbers  # sum of forecasts less volumes as a share of the sum of volumes [-]
    naive_wape: Numbers  # wape of the seasonal naive answer [-]
    line_wape: Numbers  # wape of the straight line, not below zero [-]
    coverage: Numbers  # share of past volumes that lay in their intervals, of all steps ahead [-]
    worst_coverage: Numbers  # the least such share of 90 days, 13 weeks or 12 months in a row [-]
    remark: Any  # sentence on what the record cannot carry; empty if there is nothing to say


_EXACT = 1e-9  # half width, as a share of the forecast, of an interval that has none but for rounding [-]
_CHUNK = 4096  # most lanes worked on at a time [lane]
_NUMBERS = 2**22  # most forecasts of the past held at a time [number]
_BLOCK = 2**18  # numbers processed at a time; temporary arrays of this size fit into the cache [number]


@labelled_by_row
def linear_trend(volumes: ArrayLike) -> Trend:
    """Return the least-squares line of each lane.

    Parameters
    ----------
    volumes : array_like, shape (..., periods)
        Volume per period in time order on the last axis; NaN marks an unknown period, which is left out.
        A lane needs at least three known periods. [pallet/period]

    Returns
    -------
    Trend, arrays of shape (...)

    Errors
    ------
    ValueError for infinite volumes or a lane of fewer than three known periods.

    Source
    ------
    Ordinary least squares.

    >>> line = linear_trend([10.0, 12.0, 13.0, 17.0])
    >>> round(float(line.slope), 9), round(float(line.intercept), 9)
    (2.2, 9.7)
    """
    y = floats("volumes", volumes)
    require(y.ndim > 0 and y.shape[-1] >= 3, "volumes", "a series of at least 3 periods", y.shape)
    lanes, periods = y.reshape(-1, y.shape[-1]), y.shape[-1]
    fits = np.empty((6, len(lanes)))
    block = max(1, _BLOCK // periods)
    for start in range(0, len(lanes), block):
        rows = slice(start, start + block)
        for fit, value in zip(fits, _fit(lanes[rows]), strict=True):
            fit[rows] = value
    return Trend(*(fit.reshape(y.shape[:-1])[()] for fit in fits), periods=periods)


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


def predict(trend: Trend, horizon: int, probability: float = 0.95) -> Interval:
    """Return the forecast of the periods after the series, and the interval that holds a new observation.

    mean +- t(n-2) s sqrt(1 + 1/n + (t - centre)^2 / spread)

    Parameters
    ----------
    trend : Trend
        From `linear_trend`.
    horizon : int
        Number of periods ahead, >= 1. [period]
    probability : float, optional
        Probability that the interval holds the observation, in (0, 1). [-]

    Returns
    -------
    Interval, arrays of shape (..., horizon); the line may fall below zero, and so may its interval. [pallet/period]

    Limits
    ------
    Exact for independent normal errors about a line. Without the last two terms the interval is too narrow.

    Source
    ------
    Prediction interval of simple linear regression, Student t with n - 2 degrees of freedom.

    >>> ahead = predict(linear_trend([10.0, 12.0, 13.0, 17.0]), 1)
    >>> [round(float(x[0]), 3) for x in ahead]
    [18.5, 12.046, 24.954]
    """
    horizon = whole("horizon", horizon, least=1)
    (share,) = probabilities(probability=probability)
    lanes = labels_of(trend._asdict())
    time = trend.periods + np.arange(horizon, dtype=float)
    column = {name: np.asarray(value)[..., np.newaxis] for name, value in trend._asdict().items()}
    mean = column["intercept"] + column["slope"] * time
    leverage = 1.0 + 1.0 / column["observed"] + (time - column["centre"]) ** 2 / column["spread"]
    quantile = _special.stdtrit(column["observed"] - 2, 0.5 + share / 2)
    half = quantile * column["residual_sd"] * np.sqrt(leverage)
    return Interval(*(with_labels(part, lanes) for part in (mean, mean - half, mean + half)))


def lanes(volumes: ArrayLike, *, period: str, horizon: int, level: float, season: int | None = None) -> Forecasts:
    """Return the forecast of the periods after the record of each lane, with intervals, by the methods that suit it.

    mean +- q s exp(a), not below zero, where s is the lane's smoothed error of one step, q the conformal quantile of
    its earlier errors of the same step in units of s, and a follows the misses of the past

    The methods are exponential smoothing, with and without an index of weekday, time of year or both; a damped trend;
    the mean since the last break of level; the volume of one season ago; and the straight line. The forecast is their
    mean, with weights (least error / error)^10, where an error is the discounted absolute error over the horizon on the
    lane's own past; the volume of a season ago and the line so count only where they are as good as the others. A lane
    without flow in most periods is *intermittent*, unless its few flows follow a pattern: smoothed share of periods
    with flow times smoothed size, with constants and quantiles from all such lanes of the call.

    Parameters
    ----------
    volumes : array_like, shape (..., periods)
        Volume per period in time order on the last axis, >= 0; NaN marks an unknown period. Lanes may start at
        different times: all periods before a lane's first volume are unknown. [pallet/period]
    period : "D", "W", "MS" or "QS"
        Day, week, month or quarter. Seasons are counted from the first period of the record; no calendar is needed.
    horizon : int
        Number of periods ahead, >= 1. [period]
    level : float
        Probability that an interval holds its volume, in (0, 1). [-]
    season : int, optional
        Periods after which the season repeats, >= 1; by default a week of 7 days, 52 weeks, 12 months or 4 quarters. Of
        a daily record without its closed weekdays, the open days of a week, of which a year has 52. [period]

    Returns
    -------
    Forecasts; mean, low and high have the shape (..., horizon). `remark` says what a record cannot carry: a level takes
    level / (1 - level) errors of the past for each step, 19 for 0.95 and 99 for 0.99; where there are fewer, the
    interval is [0, infinity). A lane without any volume has no forecast (NaN), and accuracy is NaN where no forecast of
    the past can be judged: both have their remark. A shape of one series gives one forecast.

    Limits
    ------
    Coverage is kept on average over time, not on every day: after a break it falls until the widths have followed, and
    `worst_coverage` says how far. A closed weekday is left out of the record, and a holiday is unknown (NaN), so that
    each week has the same number of periods. A lane that is not intermittent has the same forecast alone as among
    others.

    Source
    ------
    Gardner (2006) for smoothing and damped trend, Gelper, Fried and Croux (2010) for large errors, which count in part;
    Page (1954) for breaks; Bates and Granger (1969) for weights; Teunter, Syntetos and Babai (2011) for
    intermittent demand; Hyndman and Koehler (2006) for the scaled error; Vovk, Gammerman and Shafer (2005), and Gibbs
    and Candes (2021), for the intervals.

    >>> ahead = lanes([[90, 100, 110, 95, 80, 30, 0] * 8, [7] * 56], period="D", horizon=2, level=0.9)
    >>> ahead.mean.round(1).tolist(), ahead.remark[1]
    ([[90.0, 100.0], [7.0, 7.0]], 'The forecasts of the past were exact, so the interval has no width.')
    """
    table, shape, index = _table(volumes, period)
    how = _how(table, period, season, horizon, level)
    parts = [_forecast(part, walked, *how[1:]) for part, walked in _walks(table, how)]
    return _forecasts(parts, shape, index)


def lanes_and_past(
    volumes: ArrayLike, *, period: str, horizon: int, level: float, season: int | None = None
) -> tuple[Forecasts, Interval]:
    """Return what `lanes` and `backtest` say, in the time of one of them.

    Parameters
    ----------
    volumes, period, horizon, level, season : as for `lanes`.

    >>> ahead, past = lanes_and_past([[3.0, 5.0] * 20], period="W", horizon=2, level=0.9)
    >>> (ahead.mean == past.mean[:, -1]).all().item()
    True
    """
    table, shape, index = _table(volumes, period)
    how = _how(table, period, season, horizon, level)
    parts, past = [], []
    for part, walked in _walks(table, how):
        parts.append(_forecast(part, walked, *how[1:]))
        past.append(walked[:2])
    return _forecasts(parts, shape, index), _intervals(past, shape)


def backtest(volumes: ArrayLike, *, period: str, horizon: int, level: float, season: int | None = None) -> Interval:
    """Return what `lanes` would have said at the end of every period of the record.

    Parameters
    ----------
    volumes, period, horizon, level, season : as for `lanes`.

    Returns
    -------
    Interval, arrays of shape (..., periods, horizon): element (t, h) is said at the end of period t of period
    t + 1 + h, from the volumes up to period t alone. NaN before a lane's first volume. The results have no labels.
    [pallet/period]

    >>> past = backtest([[3.0, 5.0] * 20], period="W", horizon=2, level=0.9)
    >>> past.mean.shape, past.mean[0, 1].tolist()
    ((1, 40, 2), [4.0, 4.0])
    """
    table, shape, _ = _table(volumes, period)
    how = _how(table, period, season, horizon, level)
    return _intervals([walked[:2] for _, walked in _walks(table, how)], shape)


def _forecasts(parts, shape, index):
    """Return the forecasts of all lanes from the fields of the chunks."""
    fields = [np.concatenate(field) for field in zip(*parts, strict=True)]
    return Forecasts(*(with_labels(f.reshape(shape + f.shape[1:])[()], index) for f in fields))


def _intervals(parts, shape):
    """Return the intervals of all lanes and origins from the means and half widths of the chunks."""
    mean, half = (np.moveaxis(np.concatenate(part, axis=2), 2, 0) for part in zip(*parts, strict=True))
    low, high = _past.bounds(mean, half)
    return Interval(*(part.reshape(shape + part.shape[1:]) for part in (mean, low, high)))


def _how(table, period, season, horizon, level):
    """Return the pool of the intermittent lanes, and the checked arguments."""
    horizon, share, season = whole("horizon", horizon, least=1), _level(level), _season(season, period)
    return IntermittentPool(table, horizon, share, _methods.BEFORE_JUDGING), period, season, horizon, share


def _walks(table, how):
    """Yield the volumes of each chunk of lanes, and what `_walk` returns for it."""
    for rows in _chunks(table, how[3]):
        part = table[:, rows]
        yield part, _walk(part, rows.start, *how)


def _table(volumes, period):
    """Return the volumes with a column per lane, the shape of the lanes, and their labels."""
    require(isinstance(period, str) and period in PERIOD_KINDS, "period", f"one of {', '.join(PERIOD_KINDS)}", period)
    y = floats("volumes", volumes)
    require(y.ndim > 0 and y.shape[-1] >= 1, "volumes", "a series of at least 1 period", y.shape)
    require(np.isnan(y) | ((y >= 0) & np.isfinite(y)), "volumes", "finite and >= 0, or NaN where unknown", y)
    index = labels_of({"volumes": volumes}) if y.ndim == 2 else None
    return np.ascontiguousarray(y.reshape(int(np.prod(y.shape[:-1])), y.shape[-1]).T), y.shape[:-1], index


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
    walk = _methods.walk(part, period, season, horizon)
    pooled, member = pool.into(walk.mean, start)
    half, counted = _conformal.half_widths(part, walk.mean, level, _methods.BEFORE_JUDGING, pooled)
    return walk.mean, half, member, walk, counted


def _forecast(part, walked, period, season, horizon, level):
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
