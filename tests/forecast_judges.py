"""Real records and synthetic lanes that forecasts are judged on, and the measures: error, coverage and Winkler score.

Every record has its first judged origin and the step between origins. The rivals of the intervals are written out here,
one lane and one step at a time.
"""

from bisect import insort
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from twin import forecast

LEVEL = 0.95
SEASON = {"D": 7, "MS": 12}


class Record(NamedTuple):
    """Lanes of one file, a row each, NaN before their first volume; origins count from a lane's own first volume."""

    volumes: np.ndarray
    names: list
    period: str
    horizon: int
    first: int  # known periods at the first judged origin
    step: int  # periods between judged origins


def _record(table, period, horizon, first, step):
    return Record(table.to_numpy(float).T, list(table.columns), period, horizon, first, step)


def _table(path, period, *, until=None):
    flows = pd.read_csv(path, parse_dates=["date"])
    if until:
        flows = flows[flows["date"] < until]
    return flows.pivot_table(index="date", columns="product_name", values="demand", aggfunc="sum").asfreq(period)


def _zero_after_start(table):
    return table.fillna(0.0).where(table.ffill().notna())


@cache
def records(folder):
    """Return the five records by name, from the folder of real files."""
    folder = Path(folder)
    shop = _zero_after_start(_table(folder / "seed_online_retail_top40_daily.csv.gz", "D"))
    aid = _zero_after_start(_table(folder / "seed_scms_daily.csv.gz", "D"))
    sfo = _table(folder / "seed_sfo_monthly.csv.gz", "MS", until="2020-01-01")
    gaps = sfo.isna() & sfo.ffill().notna()  # months without a row are not known to be empty
    sfo = sfo.loc[:, ~gaps.any() & (sfo.notna().sum() >= 63)]
    parts = pd.read_csv(folder / "carparts_monthly_wide.csv.gz", index_col=0).T
    return {
        "SFO to 2019-12": _record(sfo, "MS", 3, 60, 1),
        "PortWatch": _record(_table(folder / "seed_portwatch_daily.csv.gz", "D"), "D", 14, 365, 14),
        "retail": _record(shop, "D", 14, 120, 7),
        "SCMS": _record(aid, "D", 14, 365, 14),
        "car parts": _record(parts, "MS", 3, 36, 1),
    }


def synthetic(periods, count, season, seed):
    """Return lanes with seasons, drift, breaks of level, turbulent spells and four laws of noise, a row each.

    The constants of the forecasts and intervals were chosen on these lanes with seeds 1 to 12: 174 and 120 months, and
    1,200 and 700 days.
    """
    random = np.random.default_rng(seed)
    time = np.arange(periods)[:, np.newaxis]
    level = np.cumsum(random.normal(0, 1, (periods, count)) * random.choice([0.005, 0.01, 0.03], count), axis=0)
    kind = random.integers(0, 5, count)
    for lane in range(count):
        for _ in range(random.integers(0, 3)):
            level[random.integers(periods // 8, periods) :, lane] += random.normal(0, 0.4)
    index = random.normal(0, 1, (season, count))
    index *= random.choice([0.05, 0.2, 0.4], count) / index.std(axis=0)
    wander = np.cumsum(random.normal(0, 0.6 / np.sqrt(periods), (periods, count)), axis=0)
    sd = random.choice([0.05, 0.1, 0.2, 0.3], count) * np.exp(wander)
    for lane in np.flatnonzero(kind == 1):
        start = random.integers(periods // 4, periods - periods // 8)
        sd[start : start + periods // 10, lane] *= 3
    noise = np.where(kind == 2, random.standard_t(3, (periods, count)) / 1.7, random.normal(0, 1, (periods, count)))
    noise = np.where(kind == 3, (random.gamma(1.5, 1, (periods, count)) - 1.5) / 1.5**0.5, noise)
    mean = random.choice([20, 200, 3000], count) * np.exp(level + index[time[:, 0] % season])
    volumes = np.where(kind == 4, random.poisson(mean), mean * (1 + sd * noise))
    return np.round(np.maximum(volumes, 0)).T


def outcomes(volumes, horizon):
    """Return the volume of each lane, origin and step: shape (lanes, periods, horizon)."""
    came = np.full((*volumes.shape, horizon), np.nan)
    for step in range(horizon):
        came[:, : volumes.shape[1] - 1 - step, step] = volumes[:, step + 1 :]
    return came


def judged(record):
    """Return which lanes and origins are judged: shape (lanes, periods)."""
    age = np.cumsum(~np.isnan(record.volumes), axis=1)
    length = record.volumes.shape[1]
    grid = (np.arange(length) - (record.first - 1)) % record.step == 0
    return (age >= record.first) & grid & (np.arange(length) < length - record.horizon)


def line(record):
    """Return the straight line of `forecast.predict` at the judged origins, nowhere below zero."""
    shape = (*record.volumes.shape, record.horizon)
    answers = [np.full(shape, np.nan) for _ in range(3)]
    for origin in np.flatnonzero(judged(record).any(axis=0)):
        past = record.volumes[:, : origin + 1]
        rows = np.flatnonzero(np.sum(~np.isnan(past), axis=1) >= 3)
        said = forecast.predict(forecast.linear_trend(past[rows]), record.horizon, LEVEL)
        for answer, part in zip(answers, said, strict=True):
            answer[rows, origin] = np.maximum(part, 0.0)
    return forecast.Interval(*answers)


def errors(record, mean):
    """Return the absolute errors at the judged origins, NaN elsewhere: shape (lanes, periods, horizon)."""
    error = np.abs(outcomes(record.volumes, record.horizon) - mean)
    return np.where(judged(record)[:, :, np.newaxis], error, np.nan)


def mase(record, error):
    """Return the mean of the errors, each in units of the lane's mean seasonal difference up to its origin."""
    lag = SEASON[record.period]
    change = np.abs(record.volumes[:, lag:] - record.volumes[:, :-lag])
    scale = np.full(record.volumes.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale[:, lag:] = np.nancumsum(change, axis=1) / np.cumsum(~np.isnan(change), axis=1)
        scaled = error / scale[:, :, np.newaxis]
    return float(np.mean(scaled[np.isfinite(scaled)]))


def dense(record, error):
    """Return which lanes have flow in at least half of the periods, and 60 judged errors or more."""
    flow = np.sum(record.volumes > 0, axis=1) / np.sum(~np.isnan(record.volumes), axis=1)
    return (flow >= 0.5) & (np.sum(~np.isnan(error), axis=(1, 2)) >= 60)


def held(record, interval):
    """Return 1 where a judged volume lay in its finite interval, 0 where it did not, NaN elsewhere."""
    came = outcomes(record.volumes, record.horizon)
    there = judged(record)[:, :, np.newaxis] & ~np.isnan(came + interval.mean) & np.isfinite(interval.high)
    return np.where(there, (interval.low <= came) & (came <= interval.high), np.nan)


def refused(record, interval):
    """Return the share of infinite intervals at the judged origins."""
    came = outcomes(record.volumes, record.horizon)
    return float(np.mean(np.isinf(interval.high[judged(record)[:, :, np.newaxis] & ~np.isnan(came)])))


def winkler(record, interval):
    """Return the Winkler score of each lane, in units of its mean absolute error, averaged over the lanes."""
    came = outcomes(record.volumes, record.horizon)
    missed = np.maximum(interval.low - came, 0) + np.maximum(came - interval.high, 0)
    score = np.where(np.isnan(held(record, interval)), np.nan, interval.high - interval.low + 2 / (1 - LEVEL) * missed)
    own = np.where(np.isnan(score), np.nan, np.abs(came - interval.mean))
    return float(np.mean(np.nanmean(score, axis=(1, 2)) / np.nanmean(own, axis=(1, 2))))


def rival(record, mean, *, scaled):
    """Return conformal intervals of all past errors about the same forecasts, scaled by the smoothed error or not."""
    half = np.full(mean.shape, np.inf)
    for lane, volumes in enumerate(record.volumes):
        start = np.flatnonzero(~np.isnan(volumes))[0] + 8
        scale, smooth = np.ones(len(volumes)), np.nan
        for at in range(start, len(volumes)):
            error = abs(volumes[at] - mean[lane, at - 1, 0])
            smooth = error if np.isnan(smooth) else smooth + 0.1 * (error - smooth)
            scale[at] = max(smooth, 1e-9) if scaled else 1.0
        for step in range(record.horizon):
            scores = []
            for at in range(start, len(volumes)):
                origin = at - 1 - step
                if origin >= start:
                    insort(scores, abs(volumes[at] - mean[lane, origin, step]) / scale[origin])
                rank = int(np.ceil((len(scores) + 1) * LEVEL - 1e-9))
                if rank <= len(scores):
                    half[lane, at, step] = scores[rank - 1] * scale[at]
    return forecast.Interval(mean, np.maximum(mean - half, 0.0), mean + half)


def windows_below(hits, length, least):
    """Return the share of windows of `length` outcomes in a row that held less often than `least`, and the worst."""
    shares = np.convolve(hits, np.ones(length) / length, mode="valid")
    return float(np.mean(shares < least - 1e-9)), float(shares.min())
