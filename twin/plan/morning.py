"""The morning of a planner: totals of the network and of its sites, what changed, and the actions with decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin import lane
from twin._check import require
from twin.data.history import History, dense_in_weeks
from twin.data.periods import ONE_DAY
from twin.data.statistics import assessable, lane_statistics
from twin.data.text import visible
from twin.plan.actions import Attention, attention_of
from twin.plan.attention import WEEKS, ranked_periods
from twin.plan.kinds import SEEN
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.portfolio import Policies
    from twin.plan.visits import Visit

ALL_LANES = "network"  # name of the row of totals of all lanes
SNOOZED_DAYS = 7  # days for which an action is put off [day]
DAYS_OF_A_STEP = {
    "D": 1,
    "W": 7,
    "MS": 30,
    "QS": 91,
}  # length of a period [day]


@dataclass(frozen=True)
class Morning:
    """The first page of a planner: totals, actions and decisions.

    attention : status of the lanes, and their ranked actions.
    totals : a row for the network and one for each site that the plan names, with demand of the last week or month on
        record [pallet], use of own places by the space needed in it [-], profit at mean demand (money) and expected
        overflow money (money_at_risk) [$/week or month]; `..._change` is the change since one week or month before.
    decisions : decisions of the plan, name -> field -> value.
    today : day at which a snoozed action returns.
    since : what the planner saw at the last visit, if that is known.
    """

    attention: Attention
    totals: pd.DataFrame
    decisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    today: np.datetime64 = field(default_factory=lambda: np.datetime64("today"))
    since: Visit | None = None

    @property
    def changes(self) -> pd.DataFrame:
        """The change of each total since the last visit; without one, of demand and use on the week or month before."""
        if self.since is None:
            of = {name: f"{name}_change" for name in SEEN}
            return pd.DataFrame({name: self.totals[of[name]] if of[name] in self.totals else np.nan for name in SEEN})
        return self.totals[list(SEEN)] - self.since.totals.reindex(self.totals.index)

    @property
    def actions(self) -> pd.DataFrame:
        """The ten ranked actions on which no decision holds: where one is taken, the next action moves up."""
        return self.attention.ranked({(one["lane"], one["action"]) for one in self.decided})

    @property
    def others(self) -> str:
        """The number and the money of the actions that are neither shown nor decided, by kind, in words."""
        seen = {(one["lane"], one["action"]) for one in self.decided}
        return self.attention.others(seen | set(zip(self.actions["lane"], self.actions["kind"], strict=True)))

    @property
    def with_decisions(self) -> pd.DataFrame:
        """The ten actions with the most money, decided ones included, with state, comment and until of the decision.

        The state of an open action is ""; snoozed actions are left out.
        """
        table = self.attention.ranked()
        held = {(one["lane"], one["action"]): one for one in self.decided}
        for name in ("state", "comment", "until"):
            table[name] = [held.get(key, {}).get(name, "") for key in zip(table["lane"], table["kind"], strict=True)]
        return table[table["state"] != "snoozed"].reset_index(drop=True)

    @property
    def decided(self) -> list[dict[str, Any]]:
        """The decisions that hold, the latest first: name, lane (or site), action and the other fields of each.

        A decision holds until the last day of its weeks, and the latest one on an action alone; a snoozed action
        returns on its day.
        """
        latest: dict[tuple[str, str], dict[str, Any]] = {}
        for name, one in self.decisions.items():
            subject, action = one.get("lane") or one.get("site", ""), one.get("action", "overflow")
            latest.pop((subject, action), None)
            latest[subject, action] = {**one, "name": name, "lane": subject, "action": action}
        return [one for one in reversed(latest.values()) if self._holds(one)]

    def _holds(self, one):
        if one["state"] == "snoozed":
            return str(self.today) < one["until"]
        return "last" not in one or str(self.attention.date) < one["last"]


def morning_of(history: History, plan: CapacityPlan | None = None, policies: Policies | None = None) -> Morning:
    """Return the totals and the actions of a history.

    history : flows
    plan : the plan whose sites and decisions count, optional
    policies : as for `attention_of`

    >>> from twin.data.load import load_history
    >>> found = morning_of(load_history())
    >>> list(found.totals.index), list(found.totals.columns[:4])
    (['network'], ['demand', 'use', 'money', 'money_at_risk'])
    """
    found = attention_of(history, policies=policies, plan=plan)
    totals = _totals(history, found, plan, policies)
    return Morning(found, totals, {} if plan is None else plan.of("decision"))


def _totals(history, found, plan, policies):
    """Return the table of totals."""
    period = history.period
    block = ranked_periods(period, history.calendar.season)
    statistics, _ = assessable(lane_statistics(history))
    fields, _ = policy_table(statistics, None, policies, period=history.calendar.length)
    policy = policy_of(fields)
    names, dates, volumes = dense_in_weeks(history)
    end = int(np.searchsorted(dates, found.date, side="right"))
    rows = np.nan_to_num(volumes[np.searchsorted(names, statistics.index)][:, :end])
    lanes = found.lanes.reindex(statistics.index)
    scale = np.broadcast_to((1 + policy.return_rate) * policy.dwell, len(statistics))
    profit = lane.assess(statistics, policy, period=history.calendar.length)["profit"]
    now, before = rows[:, -block:], rows[:, -2 * block : -block]
    per_lane = pd.DataFrame(
        {
            "demand": now.sum(axis=1),
            "demand_change": now.sum(axis=1) - before.sum(axis=1),
            "need": now.mean(axis=1) * scale,
            "need_change": (now.mean(axis=1) - (before.mean(axis=1) if before.size else 0.0)) * scale,
            "own": np.broadcast_to(policy.internal_capacity, len(statistics)),
            "money": np.broadcast_to(profit, len(statistics)) * block,
            "money_at_risk": lanes["money"].fillna(0.0).to_numpy(),
        },
        index=statistics.index,
    )
    entries = {} if plan is None else plan.of("lane")
    site = pd.Series([entries.get(name, {}).get("site") for name in statistics.index], index=statistics.index)
    sums = pd.concat([per_lane.sum().to_frame(ALL_LANES).T, per_lane.groupby(site).sum()])
    if plan is not None:
        for name, stated in plan.of("site").items():
            if "places" in stated and name in sums.index[1:]:
                sums.iloc[0, sums.columns.get_loc("own")] += stated["places"] - sums["own"].iloc[1:][name]
                sums.iloc[1 + sums.index[1:].get_loc(name), sums.columns.get_loc("own")] = stated["places"]
    sums["use"] = sums["need"] / sums["own"].where(sums["own"] > 0)
    sums["use_change"] = sums["need_change"] / sums["own"].where(sums["own"] > 0)
    return sums[[*SEEN, "demand_change", "use_change"]]


def decision(morning: Morning, name: str, action: str, state: str, **more: Any) -> dict[str, Any]:
    """Return the fields of a decision of the plan on an action.

    morning : what the planner sees
    name : lane of the action, or its site
    action : kind of the action, one of `kinds.ACTION_KINDS`
    state : "accepted", "changed", "snoozed" or "declined"
    more : fields in place of those that are proposed, such as places, price, partner, until and comment. A snoozed
        action waits for a week from today, unless `until` says another day.

    >>> from twin.data.load import load_history
    >>> found = morning_of(load_history(), policies={"BER-MUC": {"internal_capacity": 150.0}})
    >>> decision(found, "BER-MUC", "overflow", "snoozed", until="2027-01-01")["until"]
    '2027-01-01'
    """
    rows = [row for row in morning.actions.to_dict(orient="records") if (row["lane"], row["kind"]) == (name, action)]
    require(len(rows) == 1, "action", "one of those shown", f"{visible(action, 20)} of {visible(name, 40)}")
    row, period = rows[0], morning.attention.period
    block = ranked_periods(period, morning.attention.history.calendar.season)
    first = row["first_date"] or str(morning.attention.date + ONE_DAY)
    days = block * WEEKS[period] * DAYS_OF_A_STEP[period]
    last = row["last_date"] or str(np.datetime64(first, "D") + days * ONE_DAY)
    if state == "snoozed":
        more = {"until": str(morning.today + SNOOZED_DAYS * ONE_DAY), **more}
    subject = {"site" if action == "handling" else "lane": name}
    proposed = {"places": float(row["places"]), "gain": float(row["gain"])}
    fields = {**subject, "action": action, "first": first, "last": last, **proposed, "state": state, **more}
    return {field: value for field, value in fields.items() if value not in (None, "")}
