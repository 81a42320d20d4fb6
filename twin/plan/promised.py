"""Promises judged on a record: levels with one assumption of the formula less each, what they kept, and what they cost.

Each level is made from the record up to its own period alone, and judged by the demand that came after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from twin import _special
from twin._check import floats, probabilities, require, whole
from twin.accuracy import record_of
from twin.data.history import History, dense_in_weeks
from twin.demand import lead_time_demand
from twin.forecast import backtest
from twin.lead_time_demand import LeadTimes
from twin.past_errors import LaneErrors, kept
from twin.plan.kept_forecasts import recalled
from twin.protection import DemandPaths, over

#: The levels in their order; each gives up what its name says, beside what those before it have given up.
PROMISE_RULES = ("formula", "lead time varies", "not normal", "not independent", "with season")

_DENSE = 0.5  # least share of periods with flow of a lane that is judged [-]
_LEAST = 60  # least known periods of such a lane [period]
_MOST_JUDGED = 120  # most periods at whose end a promise is judged
_LEARNED = 0.4  # share of a record before the first promise [-]


class PromiseOutcome(NamedTuple):
    """Service and cost of the promises made at the end of each period, shape (periods,); NaN where not judged."""

    kept: NDArray[np.float64]  # probability, over the lengths of the interval, that the level covered demand [-]
    #: Pallets left over, plus pallets short at the price that makes the promise best. [pallet]
    cost: NDArray[np.float64]


def demand_after(volumes: ArrayLike, lengths: LeadTimes) -> NDArray[np.float64]:
    """Return the demand of an interval that begins after each period: X(t, k) = D(t + 1) + ... + D(t + L_k)

    Parameters
    ----------
    volumes : array_like, shape (periods,)
        The record in time order; NaN where unknown. [pallet/period]
    lengths : LeadTimes
        Whole lengths L_k of the interval, at least 1. [period]

    Returns
    -------
    ndarray, shape (periods, lengths); NaN where it is not known. [pallet]

    >>> demand_after([1.0, 2.0, 3.0, 4.0], LeadTimes(np.array([1, 2]), np.array([0.5, 0.5]))).tolist()
    [[2.0, 5.0], [3.0, 7.0], [4.0, nan], [nan, nan]]
    """
    record, steps = _record(volumes), _steps(lengths)
    found = np.full((len(record), len(steps)), np.nan)
    for at, length in enumerate(steps):
        if length < len(record):
            found[:-length, at] = sliding_window_view(record[1:], length).sum(axis=1)
    return found


def outcome(
    volumes: ArrayLike, lengths: LeadTimes, levels: ArrayLike, *, service_level: float = 0.95
) -> PromiseOutcome:
    """Return how far levels covered the demand that came after them, and what they cost.

    kept = sum_k p_k 1[X_k <= S];  cost = sum_k p_k ((S - X_k)^+ + a / (1 - a) (X_k - S)^+)

    Parameters
    ----------
    volumes, lengths : as for `demand_after`
    levels : float or array_like, shape (periods,)
        Level S in force at the end of each period; NaN where it is not judged. [pallet]
    service_level : float, optional
        The promise a, in (0, 1). A pallet short costs a / (1 - a) times as much as one left over. [-]

    Limits
    ------
    Intervals are judged whose demand is known for every length.

    Source
    ------
    Koenker and Bassett (1978) for the cost, whose mean is least at the quantile; notebook 10, eq. (10.3) and (10.4).

    >>> always = LeadTimes(np.array([1.0]), np.array([1.0]))
    >>> found = outcome([5.0, 4.0, 8.0], always, 6.0, service_level=0.75)
    >>> found.kept.tolist(), found.cost.tolist()
    ([1.0, 0.0, nan], [2.0, 6.0, nan])
    """
    (share,) = probabilities(service_level=service_level)
    came = demand_after(volumes, lengths)
    level = np.broadcast_to(floats("levels", levels), came.shape[:1])[:, np.newaxis]
    judged = ~np.isnan(came).any(axis=1) & ~np.isnan(level[:, 0])
    left, short = np.maximum(level - came, 0.0), np.maximum(came - level, 0.0)
    kept = (came <= level + 1e-9 * np.abs(level)) @ lengths.probability
    cost = (left + share / (1.0 - share) * short) @ lengths.probability
    return PromiseOutcome(np.where(judged, kept, np.nan), np.where(judged, cost, np.nan))


def levels_said(
    errors: LaneErrors, lengths: LeadTimes, origins: ArrayLike, *, service_level: float = 0.95, seed: int = 0
) -> dict[str, NDArray[np.float64]]:
    """Return the level of each rule at the end of some periods, each from what was known then.

    formula: L mean + z sqrt(L) sd;  lead time varies: the same with the variance L sd^2 + mean^2 sd_L^2;
    the others: the least S with P(X <= S) >= a of `protection.over`, for periods drawn from the record one by one
    (not normal), stretches of the record (not independent), and past forecast errors on the forecast (with season)

    Parameters
    ----------
    errors : LaneErrors
        The record, and the errors of its forecasts, with at least as many steps as the longest interval.
    lengths : LeadTimes
        Whole lengths of the interval, at least 1. [period]
    origins : array_like of int
        Periods at whose end a promise is made.
    service_level : float, optional
        The promise a, in (0, 1). [-]
    seed : int, optional
        Seed of the drawn periods.

    Returns
    -------
    dict of rule -> ndarray, shape (periods,). NaN for all rules at the other periods, and where the record was too
    short for one of them. [pallet]

    Source
    ------
    Notebook 10, eq. (10.1) for the first two rules, and eq. (10.2) for the others.
    """
    share, steps = float(probabilities(service_level=service_level)[0]), _steps(lengths)
    random = np.random.Generator(np.random.PCG64(whole("seed", seed, least=0)))
    found = np.full((len(PROMISE_RULES), len(errors.volumes)), np.nan)
    for at in np.asarray(origins, dtype=int):
        past = errors.volumes[: at + 1]
        known = past[~np.isnan(past)]
        if known.size < 2:
            continue
        drawn = random.choice(known, (known.size, steps.max()))
        ended = np.concatenate([past, np.full(steps.max() - 1, np.nan)])
        empirical = [
            _paths(drawn),
            _paths(sliding_window_view(ended, steps.max())),
            errors.paths(at, service_level=share),
        ]
        sums = [over(paths, lengths, service_level=share).level(share) for paths in empirical]
        said = [*_by_moments(known.mean(), known.std(ddof=1), lengths, share), *sums]
        found[:, at] = said if np.isfinite(said).all() else np.nan
    return dict(zip(PROMISE_RULES, found, strict=True))


def origins(
    volumes: ArrayLike, lengths: LeadTimes, *, learned: float = _LEARNED, most: int = _MOST_JUDGED
) -> NDArray[np.int64]:
    """Return the periods at whose end promises are judged: at most 120, from two fifths of the record on.

    volumes, lengths : as for `demand_after`
    learned : share of the record before the first promise [-]
    most : largest number of periods

    >>> origins([1.0] * 10, LeadTimes(np.array([2.0]), np.array([1.0]))).tolist()
    [4, 5, 6, 7]
    """
    record, last = _record(volumes), len(np.asarray(volumes)) - 1 - int(_steps(lengths).max())
    begun = int(np.argmax(~np.isnan(record)))
    first = begun + int(learned * (len(record) - begun))
    return np.unique(np.linspace(first, last, max(0, min(most, last - first + 1))).astype(int))


def lane_errors(history: History, lengths: LeadTimes, lanes: Sequence[str]) -> dict[str, LaneErrors]:
    """Return the errors of the past forecasts of lanes of a history, over as many steps as the longest interval."""
    names, _, volumes = dense_in_weeks(history)
    chosen = volumes[[list(names).index(lane) for lane in lanes]]
    calendar = history.calendar
    how = {"period": calendar.period, "season": calendar.season, "horizon": int(_steps(lengths).max())}
    past = recalled(backtest, chosen, level=0.95, **how).mean
    return {
        lane: LaneErrors(*pair, period=calendar.length)
        for lane, pair in zip(lanes, zip(chosen, past, strict=True), strict=True)
    }


def dense_lanes(history: History, most: int) -> list[str]:
    """Return the lanes of a history with flow in at least half of 60 or more known periods, largest first.

    history : History
    most : int; most lanes that are returned

    >>> from twin.data.load import load_history
    >>> dense_lanes(load_history(), 2)
    ['HAM-ROT', 'BER-MUC']
    """
    names, _, volumes = dense_in_weeks(history)
    known, flows = np.sum(~np.isnan(volumes), axis=1), np.sum(np.nan_to_num(volumes) > 0, axis=1)
    there = np.flatnonzero((known >= _LEAST) & (flows >= _DENSE * known))
    largest = there[np.argsort(-np.nansum(volumes[there], axis=1), kind="stable")]
    return [str(names[at]) for at in largest[: whole("most", most, least=1)]]


def judged_lanes(
    history: History, lengths: LeadTimes, *, most: int = 10, service_level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Return what the promises of each rule kept and cost on the largest dense lanes of a history.

    Parameters
    ----------
    history, most : as for `dense_lanes`
    lengths, service_level, seed : as for `levels_said`

    Returns
    -------
    DataFrame, a row for each lane and rule; lanes whose record cannot carry the promise have none.
        kept, worst : share of intervals that were covered, and its least over 90 days, 13 weeks or 12 months. [-]
        level, cost : mean level, and mean cost of `outcome`, in multiples of those of the formula. [-]
        variation, autocorrelation : of the record, as `accuracy.record_of` has the latter. [-]
    """
    rows = []
    for lane, errors in lane_errors(history, lengths, dense_lanes(history, most)).items():
        here = origins(errors.volumes, lengths)
        said = levels_said(errors, lengths, here, service_level=service_level, seed=seed)
        came = {
            rule: outcome(errors.volumes, lengths, level, service_level=service_level) for rule, level in said.items()
        }
        judged = ~np.isnan(came[PROMISE_RULES[0]].kept)
        if not judged.any() or not came[PROMISE_RULES[0]].cost[judged].sum() > 0:
            continue
        volumes = errors.volumes[~np.isnan(errors.volumes)]
        kind = volumes.std(ddof=1) / volumes.mean(), float(record_of(volumes)["autocorrelation"])
        first = said[PROMISE_RULES[0]][judged].mean(), came[PROMISE_RULES[0]].cost[judged].mean()
        for rule, level in said.items():
            share = kept(errors, lengths, np.where(judged, level, np.nan))
            means = level[judged].mean() / first[0], came[rule].cost[judged].mean() / first[1]
            rows.append([lane, rule, share.share, share.worst, *means, *kind])
    return pd.DataFrame(
        rows, columns=["lane", "rule", "kept", "worst", "level", "cost", "variation", "autocorrelation"]
    )


def by_month(dates: NDArray[np.datetime64], values: ArrayLike) -> NDArray[np.float64]:
    """Return the mean of the known values of each month of the year, shape (12,); NaN for a month without.

    >>> by_month(np.array(["2024-01-01", "2025-01-01"], "datetime64[D]"), [1.0, 0.0])[0].item()
    0.5
    """
    month = np.asarray(dates, "datetime64[M]").astype(int) % 12
    value = floats("values", values)
    known = ~np.isnan(value)
    counts = np.bincount(month[known], minlength=12)
    sums = np.bincount(month[known], value[known], minlength=12)
    return np.divide(sums, counts, out=np.full(12, np.nan), where=counts > 0)


def _by_moments(mean, sd, lengths, share):
    """Return the levels of a normal law, for a constant lead time and for one that varies."""
    average = float(lengths.probability @ lengths.length)
    spread = float(np.sqrt(lengths.probability @ (lengths.length - average) ** 2))
    laws = (lead_time_demand(mean, sd, average, each) for each in (0.0, spread))
    return [float(law.mean + _special.ndtri(share) * law.sd) for law in laws]


def _paths(paths):
    return DemandPaths(np.nanmean(paths, axis=0), paths, np.zeros(len(paths), bool))


def _record(volumes):
    record = floats("volumes", volumes)
    require(record.ndim == 1 and record.size > 0, "volumes", "one series", record.shape)
    return record


def _steps(lengths):
    length = np.asarray(lengths.length, float)
    require((length >= 1) & (length == np.rint(length)), "lengths", "whole numbers of at least 1", length)
    return length.astype(int)
