"""Forecasts of every lane at once, with intervals: by the methods that suit each lane, and by a straight line.

`lanes` weights the methods, lane by lane, by their errors on the lane's own past, and says how good its forecasts and
intervals were there; `backtest` returns those forecasts. `linear_trend` and `predict` are the naive answer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import _past, _special
from twin._check import floats, probabilities, require, whole
from twin._labels import Numbers, labelled_by_row, labels_of, with_labels
from twin._lane_walks import ahead_and_accuracy, columns_of, terms_of, walked_parts
from twin._least_squares import fitted


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

    mean, low, high and since have the shape (..., horizon), all other fields the shape (...).
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
    season: Any  # weight of the season of the year months ahead; NaN where the record cannot judge it [-]
    since: Any  # first origin whose forecast of a step was made as today's, of those that judge it [period]


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
    fits = fitted(y.reshape(-1, y.shape[-1]))
    return Trend(*(fit.reshape(y.shape[:-1])[()] for fit in fits), periods=y.shape[-1])


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
    mean, with weights (least error / error)^10, where an error is the discounted absolute error of the first 7 days, 4
    weeks, 3 months or 2 quarters ahead on the lane's own past, whatever the horizon; the volume of a season ago and the
    line so count only where they are as good as the others. For days and weeks more than 4 weeks ahead, the index of
    the time of year moves to another weight, which it has from a quarter on: there, errors are those of means over 4
    weeks, one to four quarters ahead, since the index was known, and the others count together. This takes half a year
    of errors, and so a record of about 32 months. A lane
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
    Forecasts; mean, low, high and since have the shape (..., horizon). `remark` says what a record cannot carry: a
    level takes level / (1 - level) errors of the past for each step, 19 for 0.95 and 99 for 0.99; where there are
    fewer, the interval is [0, infinity). A lane without any volume has no forecast (NaN), and accuracy is NaN where no
    forecast of the past can be judged: both have their remark. A shape of one series gives one forecast.

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
    table, shape, index = columns_of(volumes, period)
    how = terms_of(table, period, season, horizon, level)
    parts = [ahead_and_accuracy(part, walked, *how[1:]) for part, walked in walked_parts(table, how)]
    return _forecasts(parts, shape, index)


def lanes_and_past(
    volumes: ArrayLike, *, period: str, horizon: int, level: float, season: int | None = None
) -> tuple[Forecasts, NDArray[np.float64]]:
    """Return what `lanes` says, and the mean that `backtest` does, in the time of one of them.

    Parameters
    ----------
    volumes, period, horizon, level, season : as for `lanes`.

    >>> ahead, past = lanes_and_past([[3.0, 5.0] * 20], period="W", horizon=2, level=0.9)
    >>> (ahead.mean == past[:, -1]).all().item()
    True
    """
    table, shape, index = columns_of(volumes, period)
    how = terms_of(table, period, season, horizon, level)
    parts, past = [], []
    for part, walked in walked_parts(table, how):
        parts.append(ahead_and_accuracy(part, walked, *how[1:]))
        past.append(walked[0])
    return _forecasts(parts, shape, index), _of_lanes(past, shape)


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
    table, shape, _ = columns_of(volumes, period)
    how = terms_of(table, period, season, horizon, level)
    return _intervals([walked[:2] for _, walked in walked_parts(table, how)], shape)


def _forecasts(parts, shape, index):
    """Return the forecasts of all lanes from the fields of the chunks."""
    fields = [np.concatenate(field) for field in zip(*parts, strict=True)]
    return Forecasts(*(with_labels(f.reshape(shape + f.shape[1:])[()], index) for f in fields))


def _intervals(parts, shape):
    """Return the intervals of all lanes and origins from the means and half widths of the chunks."""
    mean, half = (_of_lanes(part, shape) for part in zip(*parts, strict=True))
    return Interval(mean, *_past.bounds(mean, half))


def _of_lanes(parts, shape):
    """Return numbers of the chunks, shape (periods, horizon, lanes), with the lanes first and in their shape."""
    found = np.moveaxis(np.concatenate(parts, axis=2), 2, 0)
    return found.reshape(shape + found.shape[1:])
