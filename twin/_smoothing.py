"""Forecasting methods that move through the records of many lanes at once.

Each method is updated with the volumes of one period after another. Its state at the end of a period, an origin, is all
that its forecast of any later period takes: `ahead` gets the states of many origins, arrays of shape (origins, lanes),
and returns the forecasts of some steps ahead (1 for the next period), of shape (steps, origins, lanes). An index says
what share of the level a period has.
"""

from __future__ import annotations

import numpy as np

_ALPHAS = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9])  # smoothing constants to choose from [-]
_TRENDS = np.array([[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.6, 0.2]])  # constants of level and trend to choose from [-]
_DAMPING = 0.9  # share of a trend that is left after a period [-]
_USUAL = 2.5  # largest error that counts, in mean absolute errors: 2 sd, as in Gelper, Fried and Croux (2010) [-]
_SLACK, _ALARM = 0.5, 5.0  # allowance and threshold of the cumulative sum [standard deviation]
_MOST = 3.0  # largest deviation that counts in the cumulative sum [standard deviation]
_GAIN = 0.1  # smoothing constant of the mean absolute error [-]
_SMALLEST = 0.05  # smallest index whose volume says something on the level [-]


class Spread:
    """Smoothed absolute error, and errors without what is unusual about them."""

    def __init__(self, shape):
        self._mean, self._count = np.zeros(shape), np.zeros(shape[-1])

    def usual(self, error, valid):
        """Return errors cut to `_USUAL` times the mean absolute error so far, and count those that are valid."""
        bound = np.where(self._count > 1, _USUAL * self._mean, np.inf)
        self._count = self._count + valid
        gain = np.maximum(_GAIN, 1.0 / np.maximum(self._count, 1.0)) * valid
        self._mean = self._mean + gain * (np.abs(error) - self._mean)
        return np.clip(error, -bound, bound)


class Line:
    """Straight line through the whole record, by least squares, and zero where it falls below."""

    name = "straight line"

    def __init__(self, lanes):
        self._sums = np.zeros((5, lanes))  # n, t, t^2, y, t y

    def update(self, at, volume, known, index):
        y = np.where(known, volume, 0.0)
        self._sums += np.stack([known, known * at, known * float(at) ** 2, y, y * at])

    def state(self):
        n, t, tt, y, ty = self._sums
        spread = n * tt - t * t
        with np.errstate(invalid="ignore", divide="ignore"):
            slope = np.where(spread > 0, (n * ty - t * y) / np.maximum(spread, 1.0), 0.0)
            return (y - slope * t) / n, slope

    @staticmethod
    def ahead(states, origins, steps, index):
        level, slope = states
        return level + slope * (_targets(origins, steps)[:, :, np.newaxis].astype(float))


class Repeated:
    """Volume of the same period one season ago; of the latest period where that is unknown."""

    name = "seasonal naive"

    def __init__(self, lanes, length):
        self._season, self._last, self._at, self._length = (
            np.full((length, lanes), np.nan),
            np.full(lanes, np.nan),
            0,
            length,
        )

    def update(self, at, volume, known, index):
        self._at = at
        self._last = np.where(known, volume, self._last)
        row = self._season[at % self._length]
        row[known] = volume[known]

    def state(self):
        return self._last, self._season[self._at % self._length].copy()

    def ahead(self, states, origins, steps, index):
        last, latest = states
        rows = origins - (origins - _targets(origins, steps)) % self._length  # the last period of the same phase
        found = np.where((rows >= 0)[:, :, np.newaxis], latest[np.maximum(rows, 0)], np.nan)
        return np.where(np.isnan(found), last, found)


class Smoothed:
    """Exponential smoothing of the volumes divided by their indices, by the constant with the least error so far."""

    def __init__(self, lanes, memory, name):
        self.name, self._memory = name, memory
        self._levels, self._errors = np.zeros((len(_ALPHAS), lanes)), np.zeros((len(_ALPHAS), lanes))
        self._weight, self._spread = np.zeros(lanes), Spread((len(_ALPHAS), lanes))

    def update(self, at, volume, known, index):
        weight = np.minimum(index, 1.0) * known
        self._weight += weight
        error = np.where(known, volume - self._levels * index, 0.0)
        self._errors *= self._memory
        later = self._weight > weight
        self._errors += np.abs(error) * later
        gain = np.maximum(_ALPHAS[:, np.newaxis] * weight, weight / np.maximum(self._weight, 1e-9))
        self._levels += gain * self._spread.usual(error, known & later) / np.maximum(index, _SMALLEST)

    def state(self):
        return (_best(self._errors, self._levels),)

    @staticmethod
    def ahead(states, origins, steps, index):
        return np.broadcast_to(states[0] * index, (len(steps), *states[0].shape))


class Damped:
    """Exponential smoothing of level and damped trend of the volumes divided by their indices."""

    name = "damped trend"

    def __init__(self, lanes, memory):
        self._memory = memory
        self._levels, self._trends, self._errors = (np.zeros((len(_TRENDS), lanes)) for _ in range(3))
        self._weight = np.zeros(lanes)

    def update(self, at, volume, known, index):
        weight = np.minimum(index, 1.0) * known
        self._weight += weight
        later = self._weight > weight
        ahead = self._levels + _DAMPING * self._trends
        error = np.where(known, volume - ahead * index, 0.0)
        self._errors *= self._memory
        self._errors += np.abs(error) * later
        gain = np.maximum(_TRENDS[:, :1] * weight, weight / np.maximum(self._weight, 1e-9))
        change = gain * error / np.maximum(index, _SMALLEST)
        self._levels = ahead + change
        self._trends = _DAMPING * self._trends + _TRENDS[:, 1:] * change * later

    def state(self):
        return _best(self._errors, self._levels), _best(self._errors, self._trends)

    @staticmethod
    def ahead(states, origins, steps, index):
        level, trend = states
        damped = np.cumsum(_DAMPING ** np.arange(1.0, steps[-1] + 1))[steps - 1]
        return (level + damped[:, np.newaxis, np.newaxis] * trend) * index


class Broken:
    """Mean of the volumes divided by their indices since the last break of level that a cumulative sum found."""

    name = "level break"

    def __init__(self, lanes):
        self._mean, self._count, self._spread = np.zeros(lanes), np.zeros(lanes), np.zeros(lanes)
        self._excess, self._run, self._total = (np.zeros((2, lanes)) for _ in range(3))  # upwards and downwards

    def update(self, at, volume, known, index):
        useful = known & (index > _SMALLEST)
        value = np.where(useful, volume / np.maximum(index, _SMALLEST), self._mean)
        gap = value - self._mean
        seen = useful & (self._count > 0)
        sd = 1.2533 * self._spread
        unit = np.divide(np.clip(gap, -_MOST * sd, _MOST * sd), sd, out=np.zeros(len(gap)), where=sd > 0)
        self._excess = np.where(seen, np.maximum(self._excess + np.stack([unit, -unit]) - _SLACK, 0.0), self._excess)
        going = self._excess > 0
        self._run = np.where(going, self._run + useful, 0.0)
        self._total = np.where(going, self._total + np.where(useful, value, 0.0), 0.0)
        rate = np.maximum(0.05, 1.0 / np.maximum(self._count, 1.0))
        self._spread += np.where(seen, rate * (np.abs(gap) - self._spread), 0.0)
        self._count += useful
        self._mean += np.where(useful, gap / np.maximum(self._count, 1.0), 0.0)
        alarm = self._excess > _ALARM
        for side in (0, 1):
            found = alarm[side]
            self._mean = np.where(found, self._total[side] / np.maximum(self._run[side], 1.0), self._mean)
            self._count = np.where(found, self._run[side], self._count)
        either = alarm.any(axis=0)
        for part in (self._excess, self._run, self._total):
            part[:, either] = 0.0

    def state(self):
        return (self._mean.copy(),)

    @staticmethod
    def ahead(states, origins, steps, index):
        return np.broadcast_to(states[0] * index, (len(steps), *states[0].shape))


def _targets(origins, steps):
    """Return the periods some steps after each origin, shape (steps, origins)."""
    return origins + steps[:, np.newaxis]


def _best(errors, values):
    """Return the value whose constants have the least error, for each lane."""
    return np.take_along_axis(values, np.argmin(errors, axis=0)[np.newaxis], axis=0)[0]
