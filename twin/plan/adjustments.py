"""A planner's own figures in place of a forecast, and the scenarios of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin._check import numbers, require
from twin.plan.kinds import VOLUME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from twin.plan.capacity_plan import CapacityPlan


def scenario_names(plan: CapacityPlan) -> list[str]:
    """Return the names of the scenarios of a plan, in order."""
    return sorted({fields["name"] for fields in plan.of("scenario").values()})


def adjusted(
    plan: CapacityPlan,
    lanes: Sequence[str],
    dates: ArrayLike,
    volumes: ArrayLike,
    *,
    scenario: str | None = None,
) -> NDArray[np.float64]:
    """Return forecasts with a planner's overrides, and with the factors of a scenario on the demand, if one is named.

    An override holds for the periods that begin from its first to its last day; of several, the one named last counts.

    Parameters
    ----------
    plan : CapacityPlan
    lanes : names of the lanes
    dates : array_like of days, shape (periods,)
        First day of each period.
    volumes : array_like, shape (lanes, periods)
        Forecasts. [pallet/period]
    scenario : str, optional
        One of `scenario_names`.

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> plan = CapacityPlan(author="eva")
    >>> plan.set("override", "fair", lane="A", first="2026-01-02", last="2026-01-02", factor=1.5)
    1
    >>> adjusted(plan, ["A"], ["2026-01-01", "2026-01-02"], [[10.0, 10.0]]).tolist()
    [[10.0, 15.0]]
    """
    (given,) = numbers(volumes=volumes)
    days = np.asarray(dates, dtype="datetime64[D]")
    fits = given.shape == (len(lanes), len(days))
    require(fits, "volumes", f"of the shape ({len(lanes)}, {len(days)})", given.shape)
    result, row = np.array(given), {lane: number for number, lane in enumerate(lanes)}
    for fields in plan.of("override").values():
        if fields["lane"] in row:
            here = row[fields["lane"]], _between(days, fields)
            result[here] = fields["volume"] if "volume" in fields else given[here] * fields["factor"]
    for fields in [] if scenario is None else _changes_of(plan, scenario):
        if fields["field"] == VOLUME:
            rows = [row[lane] for lane in fields.get("lanes", lanes) if lane in row]
            result[np.ix_(rows, _between(days, fields))] *= fields["factor"]
    return result


def scenario_policies(plan: CapacityPlan, scenario: str, policies: pd.DataFrame) -> pd.DataFrame:
    """Return policies with the changes of a scenario; several changes of one field act in the order of their names.

    Parameters
    ----------
    plan : CapacityPlan
    scenario : one of `scenario_names`
    policies : DataFrame
        Every field of every lane, as `policy_table` returns it.
    """
    table = policies.copy()
    for fields in _changes_of(plan, scenario):
        name = fields["field"]
        if name != VOLUME:
            lanes = table.index.intersection(fields["lanes"]) if "lanes" in fields else table.index
            table.loc[lanes, name] = fields["value"] if "value" in fields else table.loc[lanes, name] * fields["factor"]
    return table


def _changes_of(plan, scenario):
    names = scenario_names(plan)
    require(
        scenario in names, "scenario", f"one of {', '.join(names) or 'those of the plan, which has none'}", scenario
    )
    return [fields for fields in plan.of("scenario").values() if fields["name"] == scenario]


def _between(days, fields):
    """Return whether each day lies from the first to the last of an entry; a missing end is no limit."""
    first, last = (np.datetime64(fields.get(name, "NaT"), "D") for name in ("first", "last"))
    return (np.isnat(first) | (days >= first)) & (np.isnat(last) | (days <= last))
