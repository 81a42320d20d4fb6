"""Linear trend of every lane at once, with a prediction interval for future observations."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import floats, probabilities, require, whole
from twin._labels import Numbers, labelled_by_row, labels_of, with_labels


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
