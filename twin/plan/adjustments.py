"""A planner's own figures in place of a forecast, and the scenario in view: what they change, and sentences on it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin._check import floats, require
from twin.data.periods import shifted
from twin.data.text import visible
from twin.plan.kinds import VOLUME
from twin.plan.wording import label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.feed import Feed

_NAMED = 3  # most lanes or changes that a sentence names
_MOMENTS = ["demand_mean", "demand_sd"]


def adjusted(
    plan: CapacityPlan | None, lanes: Sequence[str], dates: ArrayLike, volumes: ArrayLike, *, period: str = "D"
) -> NDArray[np.float64]:
    """Return forecasts with a planner's overrides, and with the factors of the scenario in view on the demand.

    An override holds from its first to its last day; of several, the one named last counts. A week, month or quarter of
    which it covers a part is changed by the share of its days: three days of a week at factor 1.5 make 1 + 3/7 * 0.5.

    Parameters
    ----------
    plan : CapacityPlan, optional
    lanes : names of the lanes
    dates : array_like of days, shape (periods,)
        First day of each period.
    volumes : array_like, shape (lanes, periods)
        Forecasts; NaN where unknown. [pallet/period]
    period : "D", "W", "MS" or "QS", optional

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> plan = CapacityPlan(author="eva")
    >>> plan.set("override", "fair", lane="A", first="2026-01-02", last="2026-01-02", factor=1.5)
    1
    >>> adjusted(plan, ["A"], ["2026-01-01", "2026-01-02"], [[10.0, 10.0]]).tolist()
    [[10.0, 15.0]]
    """
    given, days = floats("volumes", volumes), np.asarray(dates, dtype="datetime64[D]")
    fits = given.shape == (len(lanes), len(days))
    require(fits, "volumes", f"of the shape ({len(lanes)}, {len(days)})", given.shape)
    result, row = np.array(given), {lane: number for number, lane in enumerate(lanes)}
    lengths = (shifted(days, 1, period) - days).astype(int)
    for lane, entries in _overrides(plan).items():
        if lane in row:
            here = row[lane]
            result[here] = _overridden(given[here], days, lengths, entries)
    for fields in _changes(plan):
        if fields["field"] == VOLUME:
            rows = [row[lane] for lane in fields.get("lanes", lanes) if lane in row]
            result[rows] *= _overridden(np.ones(len(days)), days, lengths, [fields])
    return result


def _overrides(plan: CapacityPlan | None) -> dict[str, list[dict[str, Any]]]:
    """Return the overrides of each lane in the order of their names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for fields in {} if plan is None else plan.of("override").values():
        found.setdefault(fields["lane"], []).append(fields)
    return found


def _overridden(
    given: NDArray[np.float64],
    starts: NDArray[np.datetime64],
    lengths: NDArray[np.int64],
    entries: list[dict[str, Any]],
) -> NDArray[np.float64]:
    """Return forecasts with volumes or factors in their place: the mean over the days of each period that one touches.

    starts, lengths : first day of each period, and its days, shape (periods,).
    """
    first = np.repeat(np.cumsum(lengths) - lengths, lengths)
    days = np.repeat(starts, lengths) + (np.arange(lengths.sum()) - first)
    daily, changed = np.repeat(given, lengths), np.zeros(len(days), bool)
    for fields in entries:
        here = _between(days, fields)
        daily[here] = fields["volume"] if "volume" in fields else np.repeat(given, lengths)[here] * fields["factor"]
        changed |= here
    ends = np.cumsum(lengths) - lengths
    touched, whole = (each.reduceat(changed, ends) for each in (np.logical_or, np.logical_and))
    low, high = (each.reduceat(daily, ends) for each in (np.minimum, np.maximum))
    mean = np.where(whole & (low == high), low, np.add.reduceat(daily, ends) / lengths)
    return np.where(touched, mean, given)


def moved(part: NDArray[np.float64], before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an end of an interval, or paths, where the forecast moves from `before` to `after`: in proportion to it.

    Where the forecast was zero, they are shifted. All arrays have shapes that broadcast. [pallet/period]

    >>> moved(np.array([12.0, 3.0]), np.array([10.0, 0.0]), np.array([15.0, 4.0])).tolist()
    [18.0, 7.0]
    """
    there = (before > 0) & np.isfinite(part)
    return np.where(there, np.where(there, part, 0.0) * (after / np.where(there, before, 1.0)), part + after)


def in_plan(
    plan: CapacityPlan | None, statistics: pd.DataFrame, policies: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Return statistics and policies of lanes in the scenario in view, and sentences on it and on overrides.

    A scenario's factor on the demand of all days changes mean and standard deviation of the record too; one with days
    changes forecasts alone. Several changes of one field act in the order of their names.

    plan : CapacityPlan, optional
    statistics : as `lane_statistics` returns it
    policies : every field of every lane, as `policy_table` returns it
    """
    if plan is None:
        return statistics, policies, ()
    changes = _changes(plan)
    if changes:
        statistics, policies = statistics.copy(), policies.copy()
    for fields in changes:
        name = fields["field"]
        lanes = policies.index.intersection(fields["lanes"]) if "lanes" in fields else policies.index
        if name != VOLUME:
            policies.loc[lanes, name] = (
                fields["value"] if "value" in fields else policies.loc[lanes, name] * fields["factor"]
            )
        elif not {"first", "last"} & set(fields):
            statistics.loc[lanes, _MOMENTS] *= fields["factor"]
    return statistics, policies, tuple(_sentences(plan, statistics, changes))


def planned_feed(
    feed: Feed, plan: CapacityPlan | None, policies: pd.DataFrame
) -> tuple[Feed, pd.DataFrame, tuple[str, ...]]:
    """Return the feed whose statistics and forecasts follow a plan, with the policies and sentences of `in_plan`."""
    statistics, policies, notes = in_plan(plan, feed.statistics, policies)
    follows = feed.under(statistics, partial(adjusted, plan, period=feed.period)) if adjusts(plan) else feed
    return follows, policies, notes


def adjusts(plan: CapacityPlan | None) -> bool:
    """Return whether a plan has overrides, or a scenario is in view."""
    return any(adjustments_of(plan))


def adjustments_of(plan: CapacityPlan | None) -> tuple[Any, ...]:
    """Return the overrides of a plan, and the changes of the scenario in view: equal for plans that change alike."""
    return () if plan is None else (plan.of("override"), _changes(plan))


def _changes(plan: CapacityPlan | None) -> list[dict[str, Any]]:
    """Return the changes of the scenario in view."""
    if plan is None or not plan.scenario:
        return []
    return [fields for fields in plan.of("scenario").values() if fields["name"] == plan.scenario]


def _sentences(plan, statistics, changes) -> Iterator[str]:
    if changes:
        told = [_scenario_change(fields) for fields in changes]
        yield f"scenario {visible(plan.scenario, 60)} in view: {_first_of(told)}"
    known, end = set(statistics.index), statistics["last_date"].max()
    coming = [one for one in plan.of("override").values() if one["lane"] in known and pd.Timestamp(one["last"]) > end]
    if coming:
        told = [f"{visible(one['lane'], 40)} {_change(one)}" for one in coming]
        yield f"forecasts by the plan's overrides: {_first_of(told)}"


def _scenario_change(fields):
    """Return one change of a scenario in words."""
    name = "demand" if fields["field"] == VOLUME else label(fields["field"])
    lanes = _first_of([visible(lane, 40) for lane in fields["lanes"]]) if "lanes" in fields else "all lanes"
    return f"{name} of {lanes} {_change(fields)}"


def _change(fields):
    """Return what an entry changes, when and why, in words."""
    value = next((fields[name] for name in ("volume", "value") if name in fields), None)
    what = f"times {fields['factor']:g}" if value is None else f"{value:g}"
    when = "".join(f" {word} {fields[name]}" for word, name in (("from", "first"), ("to", "last")) if name in fields)
    return f"{what}{when}" + (f" ({visible(fields['reason'], 60)})" if "reason" in fields else "")


def _first_of(words):
    """Return the first few of some texts, and the number of the others."""
    return ", ".join(words[:_NAMED]) + (f" and {len(words) - _NAMED:,} more" if len(words) > _NAMED else "")


def _between(days, fields):
    """Return whether each day lies from the first to the last of an entry; a missing end is no limit."""
    first, last = (np.datetime64(fields.get(name, "NaT"), "D") for name in ("first", "last"))
    return (np.isnat(first) | (days >= first)) & (np.isnat(last) | (days <= last))
