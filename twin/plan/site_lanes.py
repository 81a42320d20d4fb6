"""The lanes of a site of the plan: what they share, and the record that they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twin._check import require
from twin._choices import coded
from twin.data.record import ENOUGH
from twin.data.text import visible
from twin.plan.attention import SILENT, ranked_periods
from twin.plan.coming_overflow import steps_watched
from twin.plan.forecast_paths import coming_demand
from twin.plan.policies import policy_of
from twin.plan.shared_places import shared_places
from twin.policy import POLICY

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.feed import Feed
    from twin.policy import Policy


@dataclass(frozen=True)
class SiteLanes:
    """The lanes of a site that run, with what they share; arrays over lanes have the shape (lanes,).

    name, lanes : names of the site and of its lanes that run.
    left_out : lane of the site that does not run -> reason.
    dates : periods that all lanes have on record, shape (periods,).
    volumes : NaN where unknown, shape (lanes, periods). [pallet/period]
    statistics : "demand_mean" and "demand_sd" of each lane. [pallet/period]
    policy : Policy whose fields are arrays over lanes, words by their numbers.
    places : places that the lanes share. [pallet]
    stated : whether the plan states the places; otherwise they are the own places of the lanes together.
    handling : what the site handles at most; None without a limit. [pallet/period]
    period : "D", "W", "MS", "QS", or the days that a working day stands for.
    forecast : of the periods after the record, shape (lanes, known); empty if a lane has none. [pallet/period]
    """

    name: str
    lanes: tuple[str, ...]
    left_out: dict[str, str]
    dates: NDArray[np.datetime64]
    volumes: NDArray[np.float64]
    statistics: dict[str, NDArray[np.float64]]
    policy: Policy
    places: float
    stated: bool
    handling: float | None
    period: str | float
    forecast: NDArray[np.float64]

    @property
    def stocks(self) -> NDArray[np.bool_]:
        """True for each lane that holds stock."""
        codes = coded("kind", self.policy.kind, POLICY["kind"].choices)
        return np.broadcast_to(codes == POLICY["kind"].choices.index("stock"), len(self.lanes))


def lanes_of_sites(plan: CapacityPlan) -> dict[str, list[str]]:
    """Return the names of the lanes of each site of a plan.

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> plan = CapacityPlan(author="eva")
    >>> plan.set("site", "Berlin", places=400), plan.set("lane", ["A", "B"], site="Berlin")
    (1, 2)
    >>> lanes_of_sites(plan)
    {'Berlin': ['A', 'B']}
    """
    found: dict[str, list[str]] = {}
    for name, fields in plan.of("lane").items():
        if site := fields.get("site"):
            found.setdefault(site, []).append(name)
    return dict(sorted(found.items()))


def site_of(plan: CapacityPlan, name: str, feed: Feed, policies: pd.DataFrame) -> SiteLanes:
    """Return a site of the plan; lanes that have ended, or whose flows cannot be assessed, are left out.

    Parameters
    ----------
    plan : CapacityPlan
    name : name of the site
    feed : plan.feed.Feed
    policies : DataFrame, one row per lane, the fields of `Policy` as columns; a missing service level means the
        critical ratio.

    Errors
    ------
    ValueError for a site without a lane on record, and for lanes with fewer than twelve periods in common on record.
    """
    known, calendar = feed.statistics, feed.calendar
    stated = lanes_of_sites(plan).get(name, [])
    left_out = dict.fromkeys((one for one in stated if one not in known.index), "no flows that can be assessed")
    records = {one: feed.series(one) for one in stated if one in known.index}
    require(bool(records), "site", "one of the plan with a lane on record", visible(name, 60))
    end = max(dates[-1] for dates, _ in records.values())
    silent = ranked_periods(calendar.period, calendar.season) * SILENT[calendar.period]
    for one, (dates, _) in records.items():
        if calendar.between(dates[-1], end) >= silent:
            left_out[one] = f"its record ends on {dates[-1]}"
    lanes = [one for one in records if one not in left_out]
    dates = calendar.range(max(records[one][0][0] for one in lanes), end)
    rule = f"{ENOUGH} periods or more in common on record"
    require(len(dates) >= ENOUGH, f"lanes of the site {visible(name, 60)}", f"ones with {rule}", len(dates))
    policy = policy_of(policies.loc[lanes])
    shared = shared_places(plan, lanes, policy.internal_capacity)
    return SiteLanes(
        name=name,
        lanes=tuple(lanes),
        left_out=left_out,
        dates=dates,
        volumes=np.stack([_on(dates, *records[one]) for one in lanes]),
        statistics={key: known.loc[lanes, key].to_numpy(float) for key in ("demand_mean", "demand_sd")},
        policy=policy,
        places=float(shared.capacity[0]),
        stated="places" in plan.of("site").get(name, {}),
        handling=None if shared.handling is None else float(shared.handling[0]),
        period=calendar.length,
        forecast=_forecast(feed, lanes, end),
    )


def _forecast(feed, lanes, end):
    """Return the forecast of the lanes after the end of their record, or none if one of them has none."""
    steps = steps_watched(feed.calendar)
    found = [coming_demand(feed.forecasts, name, end, steps) for name in lanes]
    return np.stack(found) if all(map(len, found)) else np.empty((len(lanes), 0))


def _on(dates, known_dates, volumes):
    """Return the volumes of a lane on the dates of its site; NaN after its last one."""
    found = np.full(len(dates), np.nan)
    later = volumes[known_dates >= dates[0]]
    found[: len(later)] = later
    return found
