"""Sites whose flows are recorded later than those of the others: the days that are missing are unknown, not zero."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twin.data.record import ENOUGH, not_reached, records_of, usual_silence

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.data.history import History
    from twin.plan.capacity_plan import CapacityPlan


def as_far_as_recorded(history: History, plan: CapacityPlan | None) -> History:
    """Return the history in which the latest periods of sites that are behind are unknown on their silent lanes.

    The lanes of a site arrive together, so what is no chance for all of them (`data.record.not_reached`) may be one
    among the lanes of the network. Where `history.gaps` is "unknown", nothing is to be done.
    """
    if plan is None or history.gaps != "zero":
        return history
    flows, calendar = history.flows, history.calendar
    lanes = flows["lane"].cat.remove_unused_categories().cat.categories
    first, last, _, _, rows = records_of(flows, calendar)
    days = flows["date"].to_numpy().astype("datetime64[D]")
    time = calendar.between(days.min(), days)
    end = int(time.max())
    silent = np.where(rows >= ENOUGH, 1 - rows / (last - first + 1), np.nan)
    of_lane = {name: entry["site"] for name, entry in plan.of("lane").items() if "site" in entry}
    site = np.array([of_lane.get(name, "") for name in lanes], dtype=object)
    site_of_row = site[pd.Index(lanes).get_indexer(flows["lane"].astype("str"))]
    late = np.zeros(len(lanes), dtype=np.int64)
    for name in set(of_lane.values()) & set(site):
        here = site == name
        counts = np.bincount(time[site_of_row == name], minlength=end + 1)
        usual = usual_silence(counts, int(here.sum()), calendar.season)
        late[here] = np.minimum(end - last[here], not_reached(silent[here], end - last[here], usual))
    if not late.any():
        return history
    lane = np.repeat(np.arange(len(lanes)), late)
    back = np.concatenate([np.arange(count) for count in late])
    coming = calendar.range(days.min(), days.max())
    unknown = pd.DataFrame({"date": coming[end - back].astype("datetime64[s]"), "lane": lanes[lane]})
    unknown["lane"] = pd.Categorical(unknown["lane"], categories=flows["lane"].cat.categories)
    more = pd.concat([flows, unknown]).sort_values(["lane", "date"], ignore_index=True)
    return replace(history, flows=more)


def as_a_season_ago(volumes: ArrayLike, season: int) -> NDArray[np.float64]:
    """Return volumes with those of a season before in place of unknown ones, and zero where these are unknown too.

    So a total of days of which some are not recorded yet shows no fall. A lane of which more than a season is unknown
    at the end has ended, and counts as zero there.

    volumes : shape (lanes, periods).

    >>> as_a_season_ago([[np.nan, 2.0, 3.0, np.nan], [1.0, np.nan, np.nan, np.nan]], 2).tolist()
    [[0.0, 2.0, 3.0, 2.0], [1.0, 0.0, 0.0, 0.0]]
    """
    found = np.array(volumes, dtype=float)
    periods = found.shape[1]
    gap = np.isnan(found)
    trailing = np.where(gap.all(axis=1), periods, gap[:, ::-1].argmin(axis=1))[:, np.newaxis]
    ended = (trailing > season) & (np.arange(periods) >= periods - trailing)
    before = np.full(found.shape, np.nan)
    before[:, season:] = found[:, : max(periods - season, 0)]
    return np.nan_to_num(np.where(gap & ~ended, before, found))
