"""Overflow of the coming periods from a forecast and the errors that it has made, places to book, and hysteresis.

The overflow of a period depends on the whole distribution of its volume. Here that is the forecast plus each past error
of the same number of steps ahead, weighted so that recent errors count more. The estimate is thus a blend of the
forecast, which knows weekday, season and level, and of what the lane has recently done beyond it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._check import floats, nonnegative, positive, require
from twin._labels import Numbers, labelled

WEIGHTS = (0.3, 0.4, 0.3)  # exponents of the estimates by errors, by the interval, and of recent periods [-]
_LEAST = 0.1  # least estimate, as a share of the largest, so that a single zero does not decide [-]


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
    capacity : array_like, shape (...)
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
    planned = np.asarray(forecast, float) - np.asarray(capacity, float)[..., np.newaxis]
    none = total == 0
    total = np.where(none, 1.0, total)
    expected = np.where(none, np.maximum(planned, 0.0), _total(weight, np.fmax(excess, 0.0)) / total)
    return OverflowAhead(expected, np.where(none, planned > 0, _total(weight, excess > 0) / total))


@labelled
def blended_overflow(by_errors: ArrayLike, by_interval: ArrayLike, recent: ArrayLike) -> Numbers:
    """Return one expected overflow from three estimates: their geometric mean with the weights of `WEIGHTS`.

    E = E_errors^0.3 E_interval^0.4 E_recent^0.3, where each is at least a tenth of the largest

    Parameters
    ----------
    by_errors, by_interval, recent : array_like, shapes that broadcast
        Expected overflow from past errors (`overflow_ahead`), from a normal law with the forecast's interval
        (`cooperation.expected_overflow`), and the overflow of recent periods; all >= 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    Equal estimates give their value. One huge day on record raises the blend less than it raises a sum. The weights
    were chosen for ranking (`benchmarks/attention.py`); the blend is not unbiased.

    Source
    ------
    Genest and Zidek (1986), logarithmic pooling; Bates and Granger (1969) for combining forecasts.

    >>> round(float(blended_overflow(4.0, 4.0, 4.0)), 9), round(float(blended_overflow(4.0, 4.0, 0.0)), 3)
    (4.0, 2.005)
    """
    parts = nonnegative(by_errors=by_errors, by_interval=by_interval, recent=recent)
    least = _LEAST * np.maximum.reduce(np.broadcast_arrays(*parts))
    return np.prod([np.maximum(part, least) ** weight for part, weight in zip(parts, WEIGHTS, strict=True)], axis=0)[()]


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
    planned = np.asarray(forecast, float) - np.asarray(capacity, float)[..., np.newaxis]
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
    weight = 0.5 ** (np.arange(error.shape[-2])[::-1] / life)
    return error + (mean - own[..., np.newaxis])[..., np.newaxis, :], weight


def _total(weight, values):
    """Return the weighted sum over past periods, shape (..., horizon)."""
    return np.swapaxes(values, -1, -2).astype(float, copy=False) @ weight
