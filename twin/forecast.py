"""Linear trend of every lane at once, with the prediction interval that a future value deserves."""

from typing import NamedTuple

import numpy as np

from twin import _special
from twin._check import floats, probabilities, require, whole


class Trend(NamedTuple):
    """Least-squares line of each lane, over periods 0, 1, 2, ... of the series; arrays of shape (...)."""

    intercept: np.ndarray  # value of the line at period 0 [pallet/period]
    slope: np.ndarray  # change per period [pallet/period^2]
    residual_sd: np.ndarray  # sd around the line, n - 2 degrees of freedom [pallet/period]
    observed: np.ndarray  # number n of known periods [-]
    centre: np.ndarray  # mean of the known periods [period]
    spread: np.ndarray  # sum of squares of the known periods about their mean [period^2]
    periods: int  # length of the series, known or not [period]


class Interval(NamedTuple):
    """Forecast and the interval that holds a new observation; arrays of shape (..., horizon). [pallet/period]"""

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def linear_trend(volumes):
    """Fit a least-squares line to each lane.

    Parameters
    ----------
    volumes : array_like, shape (..., periods)
        Volume per period in time order on the last axis; NaN marks an unknown period, which is left out.
        At least three known periods a lane. [pallet/period]

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
    return Trend(*(fit.reshape(y.shape[:-1])[()] for fit in fits), periods)


_BLOCK = 2**18  # numbers worked on at a time: temporaries of this size stay in the cache


def _fit(y):
    """Intercept, slope, residual sd, observed, centre and spread of the lanes of one block."""
    time = np.arange(y.shape[-1], dtype=float)
    middle = time - time.mean()
    with np.errstate(invalid="ignore"):  # infinity is refused below, in a sentence
        total, slope = y @ np.ones_like(time), y @ middle
    if not np.isfinite(total).all():
        return _fit_known(y, time)
    observed, centre, spread = np.full(len(y), float(time.size)), np.full(len(y), time.mean()), middle @ middle
    mean, slope = total / time.size, slope / spread
    raw = np.vecdot(y, y)
    squares = raw - observed * mean**2 - slope**2 * spread
    small = squares < 1e-4 * raw  # little noise about a large mean or a steep line: the difference has lost its digits
    if small.any():
        residual = y[small] - mean[small, np.newaxis] - slope[small, np.newaxis] * middle
        squares[small] = np.vecdot(residual, residual)
    residual_sd = np.sqrt(squares / (observed - 2))
    return mean - slope * centre, slope, residual_sd, observed, centre, np.full(len(y), spread)


def _fit_known(y, time):
    """The same for lanes with unknown periods."""
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


def predict(trend, horizon, probability=0.95):
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
    Right for independent normal errors about a line. In-sample residuals without the last two terms are too narrow.

    Source
    ------
    Prediction interval of simple linear regression, Student t with n - 2 degrees of freedom.

    >>> ahead = predict(linear_trend([10.0, 12.0, 13.0, 17.0]), 1)
    >>> [round(float(x[0]), 3) for x in ahead]
    [18.5, 12.046, 24.954]
    """
    horizon = whole("horizon", horizon, least=1)
    (probability,) = probabilities(probability=probability)
    time = trend.periods + np.arange(horizon, dtype=float)
    column = {name: np.asarray(value)[..., np.newaxis] for name, value in trend._asdict().items()}
    mean = column["intercept"] + column["slope"] * time
    leverage = 1.0 + 1.0 / column["observed"] + (time - column["centre"]) ** 2 / column["spread"]
    quantile = _special.stdtrit(column["observed"] - 2, 0.5 + probability / 2)
    half = quantile * column["residual_sd"] * np.sqrt(leverage)
    return Interval(mean, mean - half, mean + half)
