"""At most ten actions for the lanes of a history, by the money at stake, each with reason, decision and gain."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.history import History, dense_in_weeks
from twin.data.statistics import assessable, lane_statistics
from twin.plan.action_maker import ACTION_COLUMNS, ActionMaker, Candidate, Known
from twin.plan.attention import STATUSES, watched
from twin.plan.last_day import complete_part, left_out
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.portfolio import Policies
from twin.plan.shift_actions import shifts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.plan.capacity_plan import CapacityPlan

MOST_ACTIONS = 10


@dataclass(frozen=True)
class Attention:
    """The lanes with their status, and the actions ranked by money.

    date : last period on record that is complete (`data.record.complete_periods`).
    period : "D", "W", "MS" or "QS".
    lanes : a row per lane with status, and with capacity [pallet], expected_overflow of the coming week or month
        [pallet], overflow_probability of one of its periods [-] and money [$/week or month].
    assumptions : sentences on unset fields of the policy, and on periods left out.
    history : what was read.
    candidates : every action that is worth its place, the most money first.
    """

    date: np.datetime64
    period: str
    lanes: pd.DataFrame
    assumptions: tuple[str, ...]
    history: History
    candidates: tuple[Candidate, ...] = field(default=(), repr=False, compare=False)

    @property
    def actions(self) -> pd.DataFrame:
        """The ten actions with the most money, as `ranked` returns them."""
        return self.ranked()

    def ranked(self, without: Collection[tuple[str, str]] = (), most: int = MOST_ACTIONS) -> pd.DataFrame:
        """Return at most `most` actions, one a lane, the most money first, in the planner's names of units.

        without : (lane, kind) of actions that are left out, because they are decided.

        The columns are lane (or site), kind (`kinds.ACTION_KINDS`), money [$/week or month], reason and decision in
        words, places or slots [pallet], first_date and last_date of the booking, partner, price of a place of its
        contract [$/pallet/period], and gain [$].
        """
        rows: dict[str, dict[str, Any]] = {}
        for one in self.candidates:
            if len(rows) == most:
                break
            if one.lane not in rows and (one.lane, one.kind) not in without:
                rows[one.lane] = {"lane": one.lane, "kind": one.kind, "money": one.money, **one.said()}
        table = pd.DataFrame(rows.values(), columns=ACTION_COLUMNS)
        for name in ("first_date", "last_date"):
            table[name] = pd.Series([row[name] for row in rows.values()], dtype=object)  # None, where pandas has NaN
        return table


def attention_of(
    history: History,
    given: Mapping[str, float | str] | None = None,
    policies: Policies | None = None,
    plan: CapacityPlan | None = None,
) -> Attention:
    """Return the status of every lane of a history, and the ranked actions.

    history, given, policies : as for `table_report.assess_history`.
    plan : the plan whose sites and contracts count, optional; its policies count if they are given as `policies`.

    >>> from twin.data.load import load_history
    >>> found = attention_of(load_history(), {"internal_capacity": 150.0})
    >>> found.actions["lane"].tolist(), found.lanes.loc["BER-MUC", "status"]
    (['BER-MUC', 'HAM-ROT', 'FRA-PAR'], 'strained')
    """
    whole, (history, later) = history, complete_part(history)
    statistics, refused = assessable(lane_statistics(history))
    require(len(statistics) > 0, "history", "one with a lane that can be assessed", "none")
    fields, assumptions = policy_table(statistics, given, policies, period=history.calendar.length)
    policy = policy_of(fields)
    names, dates, volumes = dense_in_weeks(history)
    rows = np.searchsorted(names, statistics.index)
    scale = np.broadcast_to((1 + policy.return_rate) * policy.dwell, len(rows))  # places per pallet of volume
    own = np.broadcast_to(policy.internal_capacity, len(rows)).astype(float)
    price = np.broadcast_to(policy.partner_surcharge, len(rows)).astype(float)
    found = watched(
        volumes[rows] * scale[:, np.newaxis], own, price, period=history.period, season=history.calendar.season
    )
    status = np.array(STATUSES)[found.status[:, -1]]
    here = np.isin(status, ("normal", "watch", "strained"))
    table = pd.DataFrame(
        {
            "status": status,
            "capacity": own,
            "expected_overflow": np.where(here, found.expected, np.nan),
            "overflow_probability": np.where(here, found.probability, np.nan),
            "money": np.where(here, found.expected * price, np.nan),
        },
        index=statistics.index,
    )
    for name in {*refused.index, *whole.flows["lane"].unique()} - {*statistics.index}:
        table.loc[name, "status"] = "no data"
    stated = {*(given or {}), *(() if policies is None else _columns(policies))}
    lanes, sites, contracts = ({} if plan is None else plan.of(kind) for kind in ("lane", "site", "contract"))
    site = {name: entry["site"] for name, entry in lanes.items() if "site" in entry}
    how = {"period": history.period, "season": history.calendar.season}
    shifts = shifts_of(sites, site, list(statistics.index), volumes[rows], policy, **how)
    of_lanes = (statistics, volumes[rows], policy, found, table, stated, fields["service_level"].to_numpy(dtype=float))
    maker = ActionMaker(Known(history.calendar, dates[-1], *of_lanes, contracts, site), shifts)
    notes = (*assumptions, *left_out(later))
    return Attention(dates[-1], history.period, table, notes, whole, maker.candidates())


def _columns(policies):
    """Return the fields that policies state, of a table or of a mapping of lanes."""
    return (
        policies.columns if isinstance(policies, pd.DataFrame) else {name for row in policies.values() for name in row}
    )
