"""The errors of forecasts months ahead on a lane's own past, with and without a season of the year.

The first days ahead hardly tell a lane with a season of the year from one without: over a week, its level does not
move. Over a quarter it does. The method with that season is therefore judged by what it said a quarter, a half, three
quarters and a year ahead, at the origins of the record at which the season was known, against what the other methods
said together, so that it is used where it was better on periods that it had not seen. An error is that of a mean over
four weeks, which is what a plan of months takes, and in which the noise of single days is small.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from twin._seasons import cumulated

_QUARTERS = 4  # steps at which the methods are judged: each quarter of a year up to a year
_WEEKS = 13  # first thirteenth of a year, four weeks, whose forecasts do not take these weights [1/year]
_ENOUGH = 0.5  # errors that a judgement takes, as a share of the periods of a year [-]
IN_USE = 0.75  # weight from which a season is in use: errors a tenth smaller than without it [-]
JUDGED_FROM = 32  # months of a record that can judge a season: two years until it is known, then what came after it


class FarAhead(NamedTuple):
    """What is known of the season of the year in forecasts months ahead; arrays of shape (lanes,)."""

    season: np.ndarray  # weight of the method with a season of the year; NaN where the record cannot judge it [-]
    since: np.ndarray  # first origin from which that method was judged, where it is in use; otherwise 0 [period]
    year: int  # periods of a year; 0 where no season is judged [period]

    def by_step(self, horizon: int) -> np.ndarray:
        """Return the first origin whose forecast of each step was made as today's, shape (lanes, horizon)."""
        later = [far_share(step, self.year) > 0 for step in range(1, horizon + 1)]
        return self.since[:, np.newaxis] * np.array(later)


def far_share(step: int, year: int) -> float:
    """Return the share that the weights of months ahead have in those of a step: 0 up to 4 weeks, 1 from a quarter on.

    year : periods of a year; 0 for a record whose season needs no such weights, as that of months

    >>> far_share(20, 260), round(far_share(42, 260), 2), far_share(65, 260)
    (0.0, 0.49, 1.0)
    """
    first, last = year // _WEEKS, year // _QUARTERS
    return float(np.clip((step - first) / (last - first), 0.0, 1.0)) if year >= _WEEKS else 0.0


class FarErrors:
    """Sums of the absolute errors of forecasts months ahead, by the period in which they were known."""

    def __init__(self, shape, year, known):
        """Take the shape (forecasts, periods, lanes), the periods of a year, and where a season was known."""
        self.steps = [year * quarter // _QUARTERS for quarter in range(1, _QUARTERS + 1)]
        self._year, self._known = year, known
        self._errors, self._count = np.zeros(shape), np.zeros(shape[1:])

    def add(self, step, outcome, said):
        """Add the errors of what each forecast said some periods ahead, from the volumes that came after origins."""
        if step >= len(self._count):
            return
        there = (self._known & ~np.isnan(outcome))[:-step]
        self._count[step:] += there
        for sums, ahead in zip(self._errors, said, strict=True):
            error = cumulated(np.where(there, outcome[:-step] - ahead[0, :-step], 0.0))
            width = min(self._year // _WEEKS, len(error) - 1)
            sums[step + width - 1 :] += np.abs(error[width:] - error[:-width]) / width

    def errors(self):
        """Return the sums of the errors up to each period, shape (forecasts, periods, lanes); 0 until enough."""
        return np.cumsum(self._errors, axis=1) * self.enough

    @property
    def enough(self):
        """Whether the errors up to each period carry a judgement, shape (periods, lanes)."""
        return np.cumsum(self._count, axis=0) >= _ENOUGH * self._year

    def far_ahead(self, yearly):
        """Return the fields of `FarAhead` from the weight of the season at each origin, shape (periods, lanes)."""
        enough = self.enough
        season = np.where(enough[-1], yearly[-1], np.nan)
        return season, np.where(season >= IN_USE, np.argmax(enough, axis=0), 0)
