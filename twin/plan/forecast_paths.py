"""Paths of demand over the next days: the record, resampled in blocks, at the level of the forecast of the morning."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.motion.laws import Record
    from twin.plan.network_forecasts import NetworkForecasts

_MOST_TIMES = 4.0  # a season is left out if some week of it has less than a forecast of it divided by this [-]


def coming_demand(forecasts: NetworkForecasts, lane: str, last: np.datetime64, periods: int) -> NDArray[np.float64]:
    """Return the forecast of the periods after the last one of a record. [pallet/period]

    last : last period of the lane's record; for periods from there to the end of the feed, the first forecast counts.
    periods : number of periods that are forecast after the feed's last one, holidays not counted.

    It is empty if too few periods are known for a forecast.
    """
    said = forecasts.outlook(lane, periods)
    if said is None or not np.isfinite(said.mean).all():
        return np.empty(0)
    mean = np.maximum(said.mean, 0.0)
    return np.r_[np.full(int(forecasts.calendar.between(last, forecasts.last)), mean[0]), mean]


def drawn_paths(
    law: Record, forecast: ArrayLike, *, before: int, periods: int, span: int, parts: int, paths: int, seed: int
) -> NDArray[np.float64]:
    """Return paths of demand whose mean in each week is that of a forecast, shape (lanes, paths, steps).

    Parameters
    ----------
    law : Record
        Resamples the records of the lanes.
    forecast : array_like, shape (known,) or (lanes, known)
        Forecast of the coming periods; the later ones keep its level against the record. Without any, the paths are
        those of the record. [pallet/period]
    before, periods : int
        Periods that are drawn before the first one of the forecast, at the level of its first week, whole seasons of
        `law`; and from it on. [period]
    span : int
        Periods of a week; 1 if a period is longer. [period]
    parts : int
        Steps of a period.
    paths, seed : int
        Number of paths, and the seed of a run in which `simulate` draws the same blocks.

    >>> from twin.motion.laws import Record
    >>> drawn_paths(Record([2.0] * 3), [6.0], before=0, periods=2, span=1, parts=1, paths=1, seed=1).tolist()
    [[[6.0, 6.0]]]
    """
    said = np.atleast_2d(np.asarray(forecast, float))[:, :periods]
    if said.size:
        usual = _means(law, said.shape[1])
        if (_MOST_TIMES * _sums(usual, span) < _sums(said, span)).any():
            law = replace(law, season=1)
            usual = _means(law, said.shape[1])
    shape = law.lanes, paths
    random = np.random.Generator(np.random.PCG64([seed, 0, 0]))  # that of a lane's demand in `simulate`
    drawn = np.stack(list(islice(law.stream(random, shape, 1 / parts), (before + periods) * parts)), axis=-1)
    if not said.size:
        return drawn
    weeks = np.repeat(_ratio(_sums(said, span), _sums(usual, span)), span, axis=1)[:, : said.shape[1]]
    level = _ratio(said.sum(axis=1, keepdims=True), usual.sum(axis=1, keepdims=True))
    later = np.repeat(level, periods - said.shape[1], axis=1)
    times = np.concatenate([np.repeat(weeks[:, :1], before, axis=1), weeks, later], axis=1)
    return drawn * np.repeat(times, parts, axis=1)[:, np.newaxis]


def _means(law: Record, periods: int) -> NDArray[np.float64]:
    """Return the mean of the law in the first periods of a season, shape (lanes, periods)."""
    values = np.atleast_2d(np.asarray(law.values, float))
    whole = values.shape[1] // law.season * law.season
    seasons = values[:, :whole].reshape(len(values), -1, law.season)
    return seasons.mean(axis=1)[:, np.arange(periods) % law.season]


def _sums(values: NDArray[np.float64], span: int) -> NDArray[np.float64]:
    """Return the sums over weeks; the last one may be short."""
    return np.add.reduceat(values, np.arange(0, values.shape[1], span), axis=1)


def _ratio(said: NDArray[np.float64], usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the level of a forecast against the record; 1 where the record has no volume."""
    return np.divide(said, usual, out=np.ones_like(said), where=usual > 0)
