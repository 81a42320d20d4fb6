"""The plan of the next periods by date: demand, reserve, places and money of each lane, from its forecast's own errors.

A plan of `lane.assess` has one reserve for all dates, from the spread of the whole record. Here the reserve of a date
covers the error of the forecast summed over the protection interval that begins on it (`twin.protection`), and the
dynamic model runs both plans on the same paths of demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin import forecast
from twin._check import whole
from twin._readings import EXPOSED
from twin.data.calendar import WorkingCalendar
from twin.data.history import History, dense_in_weeks
from twin.overflow_ahead import OverflowAhead
from twin.past_errors import ErrorPool, LaneErrors
from twin.plan.coming_overflow import of_forecast, steps_watched
from twin.plan.dated import DATED, OF_LANE
from twin.plan.kept_forecasts import lanes_and_means, recalled
from twin.plan.lane_plan import LanePlan, longest_protection, protection_law
from twin.plan.lane_report import LEVEL
from twin.plan.network_forecasts import LaneForecast, NetworkForecasts, as_planned, coming_steps
from twin.plan.policies import policy_of
from twin.plan.season_words import season_known
from twin.policy import Policy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.plan.network_forecasts import Changed


@dataclass(frozen=True)
class DatedForecasts:
    """The forecasts of lanes by date, with the errors of their past ones.

    dates : first day of each period, shape (horizon,).
    table : a row for each lane and date, with the columns mean, low and high; NaN where there is no interval.
    steps : step of each date in the forecasts, from 0, shape (horizon,).
    errors : the errors of the past forecasts of each lane, by its name.
    seasons : a sentence on the season of the year in the forecasts of each lane, by its name; empty for a few weeks.
    """

    dates: NDArray[np.datetime64]
    table: pd.DataFrame
    steps: NDArray[np.int64]
    errors: dict[str, LaneErrors]
    seasons: dict[str, str] = field(default_factory=dict, kw_only=True)


@dataclass(frozen=True)
class Horizon(DatedForecasts):
    """The plan of the next periods.

    table : a row for each lane and date, with the columns of `DATED`; NaN where the record cannot carry a number.
    lanes : a row for each lane, with the columns of `OF_LANE`.
    """

    lanes: pd.DataFrame


def horizon_of(
    history: History, fields: pd.DataFrame, statistics: pd.DataFrame, horizon: int, changed: Changed | None = None
) -> Horizon:
    """Return the plan of the next periods of lanes of a history.

    Parameters
    ----------
    history : History
    fields : DataFrame, one row per lane
        The policy of each lane, as `policy_table` fills it in.
    statistics : DataFrame, one row per lane, as `lane_statistics` returns it
    horizon : int
        Number of periods, >= 1. [period]
    changed : callable, optional
        Changes of the forecasts, as `adjustments.adjusted` of a plan makes them.

    >>> from twin.plan.table_report import assess_history
    >>> from twin.data.load import load_history
    >>> ahead = assess_history(load_history(), {"service_level": 0.95}, horizon=2).horizon
    >>> ahead.dates.astype(str).tolist(), ahead.table.shape
    (['2025-12-29', '2025-12-30'], (6, 10))
    """
    names, dates, volumes = dense_in_weeks(history)
    volumes = volumes[np.searchsorted(names, statistics.index)]
    policies = [policy_of(row) for _, row in fields.loc[statistics.index].iterrows()]
    return plan_by_date(volumes, dates[-1], history.calendar, statistics, policies, horizon, changed)


def plan_by_date(
    volumes: NDArray[np.float64],
    last: np.datetime64,
    calendar: WorkingCalendar,
    statistics: pd.DataFrame,
    policies: Sequence[Policy],
    horizon: int,
    changed: Changed | None = None,
) -> Horizon:
    """Return the plan of the periods after some records, from their volumes.

    Parameters
    ----------
    volumes : ndarray, shape (lanes, periods)
        Records that end in the same period, with NaN for holidays and unknown volumes. [pallet/period]
    last : first day of the last period
    calendar : periods of the records
    statistics : DataFrame, one row per lane, with "demand_mean" and "demand_sd"; its index names the lanes
    policies : a policy of each lane, with a service level
    horizon : int
        Number of periods, >= 1. [period]
    changed : as for `horizon_of`
    """
    periods = whole("horizon", horizon, least=1)
    laws = [protection_law(policy, calendar.length) for policy in policies]
    coming, steps = coming_steps(last, calendar, periods + max(map(longest_protection, laws)))
    key, rows, lanes = _Key(volumes), [], []
    said, errors, pool = _said(key, int(steps[-1]) + 1, calendar)
    near = _said(key, steps_watched(calendar), calendar) if any(policy.kind == "flow" for policy in policies) else None

    def found_in(walked, at, name):
        """Return the forecast of a lane in those of all, as the plan changes it."""
        alone = forecast.Forecasts(*(part[at] for part in walked[0]))
        planned = as_planned(alone, name, last, calendar, changed)
        return LaneForecast(planned, walked[1][at], walked[2], np.asarray(alone.mean))

    for at, name in enumerate(statistics.index):
        found, policy = found_in((said, errors, pool), at, name), policies[at]
        over = None
        if policy.kind == "flow":
            over = _overflow(found_in(near, at, name), found, policy, calendar, steps[:periods])
        dated, of_lane = _numbers(statistics.loc[name], policy, laws[at], found, steps, periods, calendar, over)
        rows.append(dated)
        lanes.append(of_lane)
    return _horizon(statistics.index, coming[:periods], rows, lanes, steps[:periods], errors)


def lane_by_date(
    forecasts: NetworkForecasts, lane: str, statistics: pd.DataFrame, policy: Policy, horizon: int, *, longest: int
) -> Horizon:
    """Return the plan of one lane of a feed, as `horizon_of` has it for all of them.

    Parameters
    ----------
    forecasts : NetworkForecasts
    lane, policy : name of the lane, and its policy, with a service level
    statistics : DataFrame, one row per lane, with "demand_mean" and "demand_sd"
    horizon : int
        Number of periods, >= 1. [period]
    longest : int
        `longest_of` the lanes of the feed: the plan of each is forecast as far. [period]
    """
    periods, calendar = whole("horizon", horizon, least=1), forecasts.calendar
    law = protection_law(policy, calendar.length)
    coming, steps = coming_steps(forecasts.last, calendar, periods + max(longest_protection(law), longest))
    found, over = forecasts.of(lane, int(steps[-1]) + 1), None
    if policy.kind == "flow":
        over = _overflow(forecasts.of(lane, steps_watched(calendar)), found, policy, calendar, steps[:periods])
    dated, of_lane = _numbers(statistics.loc[lane], policy, law, found, steps, periods, calendar, over)
    names = statistics.loc[[lane]].index
    return _horizon(names, coming[:periods], [dated], [of_lane], steps[:periods], [found.errors])


def longest_of(policies: pd.DataFrame, period: str | float) -> int:
    """Return the longest protection interval of lanes, in whole periods.

    policies : a row per lane, with fields of `Policy`; period : "D", "W", "MS", or its length in days.
    """
    return max(_longest(*fields, period) for fields in set(policies[list(EXPOSED)].itertuples(index=False, name=None)))


@lru_cache(maxsize=4096)
def _longest(lead, spread, review, kind, period):
    """Return the longest protection interval of a lane with these fields of its policy, `EXPOSED`."""
    return longest_protection(
        protection_law(Policy(**dict(zip(EXPOSED, (lead, spread, review, kind), strict=True))), period)
    )


def _overflow(near, found, policy, calendar, steps):
    """Return the overflow of a flow lane on the dates of a plan.

    near : the forecast that the actions have, which covers the first steps; found : that of all steps.
    """
    every = of_forecast(near, policy, calendar)
    if steps[-1] >= len(every.expected):
        far = of_forecast(found, policy, calendar)
        every = OverflowAhead(*(np.r_[first, rest[len(first) :]] for first, rest in zip(every, far, strict=True)))
    return OverflowAhead(*(part[steps] for part in every))


def _numbers(row, policy, law, found, steps, periods, calendar, over):
    """Return the numbers of a lane by date, and those of the lane.

    over : overflow of a flow lane by date; None for a stock lane, whose overflow is that of its run.
    """
    said, moments = found.said, {key: float(row[key]) for key in ("demand_mean", "demand_sd")}
    planned = None if np.array_equal(found.alone, said.mean, equal_nan=True) else (found.alone, said.mean)
    plan = LanePlan(moments, policy, law, found.errors, found.pool, calendar.length, planned)
    dated, of_lane = plan.numbers(steps, periods, _interval(said, steps[:periods]), over)
    facts = {key: getattr(said, key) for key in ("method", "mase", "bias", "coverage", "worst_coverage")}
    for name in ("mase", "bias"):  # a lane that never changes has no unit, and one of zeros alone no volume
        facts[name] = facts[name] if np.isfinite(facts[name]) else np.nan
    of_lane["remark"] = " ".join(filter(None, (said.remark, of_lane["remark"])))
    season = season_known(said, steps[:periods], found.errors.volumes, calendar)
    return dated, {**facts, **of_lane, "season": season}


def forecasts_by_date(
    forecasts: NetworkForecasts, lanes: Sequence[str], horizon: int, *, longest: int
) -> DatedForecasts:
    """Return the forecasts of some lanes of a feed, as the plan by date of each has them; arguments of `lane_by_date`.

    >>> from twin.plan.portfolio import research_portfolio
    >>> found = forecasts_by_date(research_portfolio().feed.forecasts, ["BER-MUC"], 3, longest=2)
    >>> found.table.shape, found.steps.tolist(), list(found.errors)
    ((3, 3), [0, 1, 2], ['BER-MUC'])
    """
    periods = whole("horizon", horizon, least=1)
    coming, steps = coming_steps(forecasts.last, forecasts.calendar, periods + longest)
    each = forecasts.together(lanes, int(steps[-1]) + 1)
    table = _dated(pd.Index(lanes), coming[:periods], [_interval(said, steps[:periods]) for said, _ in each])
    errors = {lane: errors for lane, (_, errors) in zip(lanes, each, strict=True)}
    seasons = {
        lane: season_known(said, steps[:periods], past.volumes, forecasts.calendar)
        for lane, (said, past) in zip(lanes, each, strict=True)
    }
    return DatedForecasts(coming[:periods], table, steps[:periods], errors, seasons=seasons)


def _interval(said: forecast.Forecasts, steps: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return the forecast of some steps with its interval, NaN where it is not finite."""
    mean, low, high = (np.asarray(part)[steps] for part in said[:3])
    carried = np.isfinite(high)
    return {"mean": mean, "low": np.where(carried, low, np.nan), "high": np.where(carried, high, np.nan)}


def _dated(names, dates, rows):
    """Return a table with a row for each lane and date."""
    index = pd.MultiIndex.from_product([names, dates], names=["lane", "date"])
    return pd.DataFrame({name: np.concatenate([row[name] for row in rows]) for name in rows[0]}, index=index)


def _horizon(names, dates, rows, lanes, steps, errors):
    """Return the plan from the numbers of its lanes."""
    of_lanes = pd.DataFrame(lanes, index=names)[list(OF_LANE)]
    table = _dated(names, dates, rows)[list(DATED)]
    return Horizon(dates, table, steps, dict(zip(names, errors, strict=True)), of_lanes)


class _Key:
    """Volumes as the key of a cache: equal if their bytes are."""

    def __init__(self, volumes: NDArray[np.float64]) -> None:
        self.volumes = volumes
        self._bytes = volumes.tobytes()

    def __hash__(self) -> int:
        return hash(self._bytes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._bytes == other._bytes and self.volumes.shape == other.volumes.shape


@lru_cache(maxsize=32)
def _said(key: _Key, steps: int, calendar: WorkingCalendar) -> tuple[forecast.Forecasts, list[LaneErrors], ErrorPool]:
    """Return the forecasts of lanes, and the errors of their past ones; a policy that changes does not change them."""
    how: dict[str, Any] = {"period": calendar.period, "season": calendar.season, "level": LEVEL}
    said, past = recalled(lanes_and_means, key.volumes, horizon=steps, **how)
    each = zip(key.volumes, past.mean, said.since, strict=True)
    errors = [LaneErrors(volumes, mean, period=calendar.length, since=since) for volumes, mean, since in each]
    return said, errors, ErrorPool(errors)
