"""Own places of each site of a plan: today's, the best ones, and what the difference earns in the next days."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin.plan.ahead import DAYS_AHEAD, difference
from twin.plan.site_ahead import site_ahead
from twin.plan.site_lanes import lanes_of_sites, site_of

if TYPE_CHECKING:
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.feed import Feed

SITES_SIMULATED = 6  # most sites that are simulated, in the order of their names
#: Column -> (unit, meaning).
SITE_PLACES = {
    "places": ("pallet", "own places today"),
    "best_places": ("pallet", "own places that cost least on simulated paths"),
    "gain": ("$", f"more profit with the best places in the next {DAYS_AHEAD} days"),
    "gain_error": ("$", "half of its 95% interval"),
    "overflow": ("-", f"share of the next {DAYS_AHEAD} days on which own places are exceeded"),
    "best_overflow": ("-", "the same with the best places"),
    "remark": ("word", "reason why a site is not simulated"),
}


def site_places(plan: CapacityPlan | None, feed: Feed, policies: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each of the first sites of a plan that have lanes on record, with the columns `SITE_PLACES`.

    plan : without one there are no sites.
    policies : the policy of each lane, as `policy_table` fills it in.

    Numbers of a site that cannot be simulated are NaN, and its remark says why.
    """
    lanes, here = {} if plan is None else lanes_of_sites(plan), feed.statistics.index
    names = islice((name for name, own in lanes.items() if any(one in here for one in own)), SITES_SIMULATED)
    rows = {name: _row(plan, name, feed, policies) for name in names}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(SITE_PLACES)).rename_axis("site")


def _row(plan: CapacityPlan, name: str, feed: Feed, policies: pd.DataFrame) -> list[Any]:
    try:
        site = site_of(plan, name, feed, policies)
        found = site_ahead(site)
    except ValueError as error:
        return [np.nan] * (len(SITE_PLACES) - 1) + [str(error)]
    gain, error = difference(found.today, found.other)
    return [site.places, found.places, gain, error, found.today.overflow, found.other.overflow, ""]
