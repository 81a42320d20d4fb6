"""Overflow of the coming periods from a forecast and the errors that it has made, places to book, and hysteresis.

The overflow of a period depends on the whole distribution of its volume. Here that is the forecast plus each past error
of the same number of steps ahead, weighted so that recent errors count more. The forecast knows weekday, season and
level, and the errors tell how far the lane has recently been from it. Lanes are ranked with a normal law of the same
spread, since few errors make a rough tail, and with the overflow of recent periods.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._check import floats, nonnegative, positive, require
from twin._labels import Numbers, labelled

_POWER = 0.75  # exponent of the power mean of recent overflow; 1 is the mean [-]


class OverflowAhead(NamedTuple):
    """Overflow of each coming period; arrays of shape (..., horizon)."""

    expected: Numbers  # mean of what exceeds own capacity [pallet]
    probability: Numbers  # probability that own capacity is exceeded [-]


class PlacesAhead(NamedTuple):
    """Places to book for all periods of a span; arrays of shape (...)."""

    places: Numbers  # whole number of places [pallet]
    gain: Numbers  # expected saving over the span; 0 if no place pays [$]


def errors_of(volumes: ArrayLike, past: ArrayLike) -> NDArray[np.float64]:
    """Return the errors of past forecasts, by the period in which each became known: e(t, h) = x(t) - y(t - 1 - h, h).

    Parameters
    ----------
    volumes : array_like, shape (..., periods)
        Volume x of each period; NaN if unknown. [pallet/period]
    past : array_like, shape (..., periods, horizon)
        Forecasts y(t, h) made at the end of period t of period t + 1 + h, as `forecast.backtest` returns their means.
        [pallet/period]

    Returns
    -------
    ndarray, shape (..., periods, horizon); NaN where no forecast was made. [pallet/period]

    >>> errors_of([10.0, 12.0, 15.0], [[11.0, 11.0], [13.0, 13.0], [14.0, 14.0]]).tolist()
    [[nan, nan], [1.0, nan], [2.0, 4.0]]
    """
    came, said = floats("volumes", volumes), floats("past", past)
    require(came.ndim > 0, "volumes", "a series of each lane", came.shape)
    require(not np.isinf(came).any(), "volumes", "finite, or NaN where unknown", "infinity")
    require(said.shape[:-1] == came.shape, "past", f"of shape {came.shape} and horizon", said.shape)
    errors = np.full(said.shape, np.nan)
    for step in range(min(said.shape[-1], came.shape[-1] - 1)):
        errors[..., step + 1 :, step] = came[..., step + 1 :] - said[..., : -step - 1, step]
    return errors


def overflow_ahead(forecast: ArrayLike, errors: ArrayLike, capacity: ArrayLike, half_life: float) -> OverflowAhead:
    """Return the expected overflow of each coming period, and its probability.

    E(h) = sum_t w_t (y_h + e(t, h) - C)+ / sum_t w_t,  P(h) = sum_t w_t [y_h + e(t, h) > C] / sum_t w_t,
    w_t = 2^(-age of t / half-life)

    Parameters
    ----------
    forecast : array_like, shape (..., horizon)
        Forecast y of the need for space of each coming period, >= 0. [pallet]
    errors : array_like, shape (..., past, horizon)
        Errors e of past forecasts in time order, the latest last, as from `errors_of`; NaN if unknown. [pallet]
    capacity : array_like, shape (...), or (..., horizon) if it differs between periods
        Own capacity C, >= 0. [pallet]
    half_life : float
        Time after which an error counts half, > 0. [period]

    Returns
    -------
    OverflowAhead, arrays of shape (..., horizon)

    Limits
    ------
    Without errors, the overflow is that of the forecast itself, (y - C)+. With a half-life much longer than the record,
    all errors count alike. After a break of level the errors of the break count until they are a few half-lives old.

    Source
    ------
    Expected overflow as in notebook 03, eq. (3.4), of an empirical distribution: forecast plus past errors, weighted
    exponentially, as Taylor (2007) weights quantiles.

    >>> found = overflow_ahead([100.0], [[-10.0], [0.0], [20.0]], 105.0, half_life=1e9)
    >>> found.expected.round(6).tolist(), found.probability.round(6).tolist()
    ([5.0], [0.333333])
    """
    excess, weight = _excess(forecast, errors, capacity, half_life)
    known = ~np.isnan(excess)
    total = np.full(excess.shape[:-2] + excess.shape[-1:], weight.sum()) if known.all() else _total(weight, known)
    planned = np.asarray(forecast, float) - _by_period(capacity, forecast)
    none = total == 0
    total = np.where(none, 1.0, total)
    expected = np.where(none, np.maximum(planned, 0.0), _total(weight, np.fmax(excess, 0.0)) / total)
    return OverflowAhead(expected, np.where(none, planned > 0, _total(weight, excess > 0) / total))


def spread_of_errors(errors: ArrayLike, half_life: float) -> NDArray[np.float64]:
    """Return the standard deviation of each coming period, from the mean absolute error of past forecasts of it.

    sd(h) = sqrt(pi / 2) sum_t w_t |e(t, h)| / sum_t w_t,  w_t = 2^(-age of t / half-life)

    Parameters
    ----------
    errors, half_life : as for `overflow_ahead`.

    Returns
    -------
    ndarray, shape (..., horizon); 0 without errors. [pallet]

    Limits
    ------
    The factor is that of normal errors. A few huge errors raise it less than they raise the root of the mean square.

    Source
    ------
    Silver, Pyke and Thomas (2017), the standard deviation of errors from their mean absolute deviation.

    >>> spread_of_errors([[-10.0], [0.0], [20.0]], half_life=1e9).round(6).tolist()
    [12.533141]
    """
    (life,), error = positive(half_life=half_life), floats("errors", errors)
    require(life.ndim == 0, "half_life", "one number", half_life)
    require(error.ndim > 1, "errors", "of shape (..., past, horizon)", error.shape)
    require(not np.isinf(error).any(), "errors", "finite, or NaN where unknown", "infinity")
    known, weight = ~np.isnan(error), _weights(error, life)
    total = _total(weight, known)
    return np.sqrt(np.pi / 2) * _total(weight, np.fmax(np.abs(error), 0.0)) / np.where(total > 0, total, 1.0)


@labelled
def recent_overflow(recent: ArrayLike) -> Numbers:
    """Return the overflow of one period from those of recent periods: their power mean, which a huge day raises less.

    E = (mean of o^0.75)^(1 / 0.75)

    Parameters
    ----------
    recent : array_like, shape (..., past)
        Overflow o of each recent period, >= 0. [pallet]

    Returns
    -------
    ndarray or float, shape (...). [pallet]

    Limits
    ------
    At most the mean, and equal to it if all periods are alike. Made for ranking, not for the sum of a budget.

    Source
    ------
    Hardy, Littlewood and Polya (1934), power means; the exponent is chosen in `benchmarks/attention.py`.

    >>> round(float(recent_overflow([3.0, 3.0])), 9), round(float(recent_overflow([0.0, 6.0])), 3)
    (3.0, 2.381)
    """
    (over,) = nonnegative(recent=recent)
    require(over.ndim > 0 and over.shape[-1] > 0, "recent", "a series of at least one period", over.shape)
    return (np.mean(over**_POWER, axis=-1) ** (1 / _POWER))[()]


def places_ahead(
    forecast: ArrayLike, errors: ArrayLike, capacity: ArrayLike, always: ArrayLike, saved: ArrayLike, half_life: float
) -> PlacesAhead:
    """Return the number of places beyond own capacity that is best to book for all periods of a span.

    gain(b) = sum_h (s E min((X_h - C)+, b) - c b);  the best b has P(X > C + b) <= c / s on average

    Parameters
    ----------
    forecast, errors, capacity, half_life : as for `overflow_ahead`; the span has the length of the horizon.
    always : array_like, shape (...)
        Price c of a booked place, used or not, > 0. [$/pallet/period]
    saved : array_like, shape (...)
        What a booked place saves when it is used, s >= 0: the partner's whole price less what the booked place costs
        more when used. [$/pallet/period]

    Returns
    -------
    PlacesAhead, arrays of shape (...)

    Limits
    ------
    s <= c books nothing. Places are whole, so the best number is one of the two beside the quantile.

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 03, eq. (3.7), with the distribution of `overflow_ahead`.

    >>> found = places_ahead([100.0], [[-10.0], [0.0], [20.0]], 90.0, always=2.0, saved=5.0, half_life=1e9)
    >>> float(found.places), round(float(found.gain), 6)
    (10.0, 13.333333)
    """
    (price,), (worth,) = positive(always=always), nonnegative(saved=saved)
    excess, weight = _excess(forecast, errors, capacity, half_life)
    planned = np.asarray(forecast, float) - _by_period(capacity, forecast)
    excess = np.concatenate([excess, planned[..., np.newaxis, :]], axis=-2)  # counts where no error is known
    known = ~np.isnan(excess)
    alone = ~known[..., :-1, :].any(axis=-2)
    mass = np.concatenate([weight, [0.0]])[:, np.newaxis] * known
    mass[..., -1, :] = alone
    mass = (mass / mass.sum(axis=-2, keepdims=True)).reshape(*mass.shape[:-2], -1)
    need = np.fmax(excess, 0.0).reshape(mass.shape)
    periods = planned.shape[-1]
    order = np.argsort(-need, axis=-1)
    above = np.cumsum(np.take_along_axis(mass, order, -1), axis=-1) / periods  # P(X - C >= the need at this place)
    rank = np.sum(above <= (price / np.maximum(worth, price))[..., np.newaxis] + 1e-12, axis=-1)
    quantile = np.take_along_axis(
        need, np.take_along_axis(order, np.minimum(rank, need.shape[-1] - 1)[..., None], -1), -1
    )
    best_places, best_gain = np.zeros(mass.shape[:-1]), np.zeros(mass.shape[:-1])
    for places in (np.floor(quantile), np.ceil(quantile)):
        used = np.sum(mass * np.minimum(need, places), axis=-1)
        gain = worth * used - price * places[..., 0] * periods
        better = gain > best_gain
        best_places, best_gain = np.where(better, places[..., 0], best_places), np.where(better, gain, best_gain)
    return PlacesAhead(best_places, best_gain)


def hysteresis(score: ArrayLike, enter: float, leave: float) -> NDArray[np.bool_]:
    """Return whether an alarm is on at the end of each period: on from score <= enter until score > leave.

    Parameters
    ----------
    score : array_like, shape (..., periods)
        A rank, or another number that is small where attention is due; NaN never raises an alarm, and ends one. [-]
    enter, leave : float
        Largest score at which an alarm begins, and at which it stays; enter <= leave. [-]

    Returns
    -------
    ndarray of bool, shape (..., periods); no alarm is on before the first period.

    >>> hysteresis([0.5, 0.2, 0.35, 0.45, 0.35], 0.3, 0.4).tolist()
    [False, True, True, False, False]
    """
    value = floats("score", score)
    low, high = floats("enter", enter), floats("leave", leave)
    require(value.ndim > 0, "score", "a series", value.shape)
    require(low.ndim == 0 and np.isfinite(low), "enter", "a finite number", enter)
    require(high.ndim == 0 and high >= low, "leave", "a number >= enter", leave)
    on, state = np.zeros(value.shape, bool), np.zeros(value.shape[:-1], bool)
    for period in range(value.shape[-1]):
        now = value[..., period]
        state = (now <= low) | (state & (now <= high))
        on[..., period] = state
    return on


def _excess(forecast, errors, capacity, half_life):
    """Return forecast plus error less capacity, shape (..., past, horizon), and the weight of each past period."""
    (mean,), (own,), (life,) = (
        nonnegative(forecast=forecast),
        nonnegative(capacity=capacity),
        positive(half_life=half_life),
    )
    error = floats("errors", errors)
    require(mean.ndim > 0, "forecast", "a series of each lane", mean.shape)
    require(life.ndim == 0, "half_life", "one number", half_life)
    fits = error.ndim == mean.ndim + 1 and error.shape[:-2] + error.shape[-1:] == mean.shape
    require(fits, "errors", f"of shape (..., past, horizon) for a forecast of shape {mean.shape}", error.shape)
    require(not np.isinf(error).any(), "errors", "finite, or NaN where unknown", "infinity")
    return error + (mean - _by_period(own, mean))[..., np.newaxis, :], _weights(error, life)


def _by_period(capacity, forecast):
    """Return own capacity with an axis for periods."""
    own = np.asarray(capacity, float)
    return own if own.ndim == np.ndim(forecast) else own[..., np.newaxis]


def _weights(error, life):
    """Return the weight of each past period, the latest last."""
    return 0.5 ** (np.arange(error.shape[-2])[::-1] / life)


def _total(weight, values):
    """Return the weighted sum over past periods, shape (..., horizon)."""
    return np.swapaxes(values, -1, -2).astype(float, copy=False) @ weight
