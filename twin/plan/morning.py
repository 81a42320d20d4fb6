"""The morning of a planner: totals of the network and of its sites, what changed, and the actions with decisions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin import lane
from twin.data.history import History, dense_in_weeks
from twin.data.statistics import assessable, lane_statistics
from twin.data.text import number_of
from twin.plan.actions import MOST_ACTIONS, Attention, attention_of, table_of
from twin.plan.adjustments import in_plan
from twin.plan.at_risk import bookings_of, is_booking
from twin.plan.attention import ranked_periods
from twin.plan.decision import action_of, decision_words
from twin.plan.kinds import SEEN
from twin.plan.last_day import complete_part
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.sites_behind import as_a_season_ago, as_far_as_recorded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.portfolio import Policies
    from twin.plan.visits import Visit

_STATED = ("state", "comment", "until")  # what an action says of its decision
ALL_LANES, NO_SITE = "network", "lanes of no site"  # names of rows of totals, beside those of sites


@dataclass(frozen=True)
class Morning:
    """The first page of a planner: totals, actions and decisions.

    attention : status of the lanes, and their ranked actions.
    totals : a row for the network, one for each site that the plan names, and one for the lanes of no site, with
        demand of the last week or month on record [pallet], use of own places by the space needed in it [-], profit of
        the lanes as they run at mean demand, without lanes that ended (money), and expected overflow money
        (money_at_risk) [$/week or month]; `..._change` is the change since one week or month before.
    decisions : decisions of the plan, name -> field -> value.
    today : day at which a snoozed action returns.
    since : what the planner saw at the last visit, if that is known.
    site : site of each lane that has one.
    """

    attention: Attention
    totals: pd.DataFrame
    decisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    today: np.datetime64 = field(default_factory=lambda: np.datetime64("today"))
    since: Visit | None = None
    site: Mapping[str, str] = field(default_factory=dict)

    def under(self, decisions: Mapping[str, Mapping[str, Any]]) -> Morning:
        """Return the morning with other decisions; the places that they take lower the money at risk."""
        found = self.attention.under(decisions)
        more = (found.lanes["money"] - self.attention.lanes["money"]).fillna(0.0)
        totals, site = self.totals.copy(), pd.Series(more.index.map(self.site.get), index=more.index, dtype=object)
        by_row = {ALL_LANES: more.sum(), NO_SITE: more[site.isna()].sum(), **more.groupby(site).sum()}
        totals["money_at_risk"] += [by_row.get(name, 0.0) for name in totals.index]
        return replace(self, attention=found, totals=totals, decisions=decisions)

    @property
    def changes(self) -> pd.DataFrame:
        """The change of each total since the last visit; without one, of demand and use on the week or month before."""
        if self.since is None:
            of = {name: f"{name}_change" for name in SEEN}
            return pd.DataFrame({name: self.totals[of[name]] if of[name] in self.totals else np.nan for name in SEEN})
        return self.totals[list(SEEN)] - self.since.totals.reindex(self.totals.index)

    @property
    def actions(self) -> pd.DataFrame:
        """The ten ranked actions on which no decision holds: where one is taken, the next action moves up.

        A lane whose places are booked returns if its need then grows: with the places that are further to book.
        """
        return self.attention.ranked({_key(held[0]) for held in self._held if not is_booking(held[0])})

    @property
    def others(self) -> str:
        """The number and the money of the actions that are neither shown nor decided, by kind, in words."""
        seen = {_key(one) for one in self.decided}
        return self.attention.others(seen | set(zip(self.actions["lane"], self.actions["kind"], strict=True)))

    @property
    def nothing_to_do(self) -> str:
        """The sentence in place of actions if none is open: that all are decided, or that none is called for."""
        known = {(one.lane, one.kind) for one in self.attention.candidates}
        count = len(known & {_key(one) for one in self.decided})
        if count:
            decided = "the only action is" if count == 1 else f"all {number_of(count, 'action')} are"
            return f"Nothing more to do: {decided} decided."
        return "Nothing to do: no lane is expected to overflow or to lose money."

    @property
    def with_decisions(self) -> pd.DataFrame:
        """The ten actions with the most money, decided ones included, with state, comment and until of the decision.

        The state of an open action is ""; snoozed actions are left out. The decision on places that are booked says so
        in place of a proposal; further places are an action of their own.
        """
        known = {(one.lane, one.kind): one for one in self.attention.candidates}
        rows = [{**row, **dict.fromkeys(_STATED, "")} for row in self.actions.to_dict(orient="records")]
        for held in self._held:
            booked = [one for one in held if is_booking(one)]
            told = booked or [one for one in held if one["state"] != "snoozed"]
            if told and _key(held[0]) in known:
                row = self.attention.row(known[_key(held[0])], self.attention.taken())
                stated = {name: told[0].get(name, "") for name in _STATED}
                rows.append({**row, **(_booked(booked, row["need"]) if booked else {}), **stated})
        rows = sorted(rows, key=lambda row: -row["money"])[:MOST_ACTIONS]
        return table_of(rows).assign(**{name: [row[name] for row in rows] for name in _STATED})

    @property
    def _held(self) -> list[list[dict[str, Any]]]:
        """The decisions that hold on each action, the latest first."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for one in self.decided:
            found.setdefault(_key(one), []).append(one)
        return list(found.values())

    @property
    def decided(self) -> list[dict[str, Any]]:
        """The decisions that hold, the latest first: name, lane (or site), action and the other fields of each.

        A decision holds until the last day of its weeks, and the latest one on an action alone, but for places that are
        booked: these hold until they are taken back. A snoozed action returns on its day.
        """
        named = {name: {**one, "name": name} for name, one in self.decisions.items()}
        booked = {one["name"] for bookings in bookings_of(named).values() for one in bookings}
        latest: dict[tuple[str, ...], dict[str, Any]] = {}
        for name, one in named.items():
            subject, action = one.get("lane") or one.get("site", ""), action_of(one)
            latest.pop((subject, action), None)
            if name in booked or not is_booking(one):
                key = (subject, action, name) if name in booked else (subject, action)
                latest[key] = {**one, "lane": subject, "action": action}
        return [one for one in reversed(latest.values()) if self._holds(one)]

    def _holds(self, one):
        if one["state"] == "snoozed":
            return str(self.today) < one["until"]
        return "last" not in one or str(self.attention.date) < one["last"]


def _key(one: Mapping[str, Any]) -> tuple[str, str]:
    """Return the lane or site and the kind of action of a decision that holds."""
    return one["lane"], one["action"]


def _booked(taken: list[dict[str, Any]], need: str) -> dict[str, Any]:
    """Return the columns of an action whose places are booked, by the decisions that book them, the latest first."""
    gains = [one["gain"] for one in taken if "gain" in one]
    return {
        "reason": need,
        "decision": "; ".join(map(decision_words, taken)),
        "places": sum(one["places"] for one in taken),
        "first_date": min(one["first"] for one in taken),
        "last_date": max(one["last"] for one in taken) if all("last" in one for one in taken) else None,
        "partner": taken[0].get("partner", ""),
        "price": taken[0].get("price"),
        "gain": sum(gains) if gains else None,
    }


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
    totals = _totals(as_far_as_recorded(complete_part(history)[0], plan), found, plan, policies)
    entries = {} if plan is None else plan.of("lane")
    site = {name: entry["site"] for name, entry in entries.items() if "site" in entry}
    return Morning(found, totals, {} if plan is None else plan.of("decision"), site=site)


def _totals(history, found, plan, policies):
    """Return the table of totals."""
    period = history.period
    block = ranked_periods(period, history.calendar.season)
    statistics, _ = assessable(lane_statistics(history))
    fields, _ = policy_table(statistics, None, policies, period=history.calendar.length)
    statistics, fields, _ = in_plan(plan, statistics, fields)
    policy = policy_of(fields)
    names, dates, volumes = dense_in_weeks(history)
    end = int(np.searchsorted(dates, found.date, side="right"))
    lanes = found.lanes.reindex(statistics.index)
    near = volumes[np.searchsorted(names, statistics.index)][:, max(end - 3 * block, 0) : end]
    ended = (lanes["status"] == "ended").to_numpy()[:, np.newaxis]
    rows = np.where(ended, np.nan_to_num(near), as_a_season_ago(near, block))[:, -2 * block :]
    scale = np.broadcast_to((1 + policy.return_rate) * policy.dwell, len(statistics))
    profit = lane.assess(statistics, policy, period=history.calendar.length)["lane_profit"]
    now, before = rows[:, -block:], rows[:, -2 * block : -block]
    per_lane = pd.DataFrame(
        {
            "demand": now.sum(axis=1),
            "demand_change": now.sum(axis=1) - before.sum(axis=1),
            "need": now.mean(axis=1) * scale,
            "need_change": (now.mean(axis=1) - (before.mean(axis=1) if before.size else 0.0)) * scale,
            "own": np.broadcast_to(policy.internal_capacity, len(statistics)),
            "money": np.where(lanes["status"] == "ended", 0.0, profit) * block,
            "money_at_risk": lanes["money"].fillna(0.0).to_numpy(),
        },
        index=statistics.index,
    )
    entries = {} if plan is None else plan.of("lane")
    site = pd.Series([entries.get(name, {}).get("site") for name in statistics.index], index=statistics.index)
    sums = pd.concat([per_lane.sum().to_frame(ALL_LANES).T, per_lane.groupby(site).sum()])
    if site.notna().any() and site.isna().any():
        sums = pd.concat([sums, per_lane[site.isna()].sum().to_frame(NO_SITE).T])
    if plan is not None:
        for name, stated in plan.of("site").items():
            if "places" in stated and name in sums.index[1:]:
                sums.iloc[0, sums.columns.get_loc("own")] += stated["places"] - sums["own"].iloc[1:][name]
                sums.iloc[1 + sums.index[1:].get_loc(name), sums.columns.get_loc("own")] = stated["places"]
    sums["use"] = sums["need"] / sums["own"].where(sums["own"] > 0)
    sums["use_change"] = sums["need_change"] / sums["own"].where(sums["own"] > 0)
    return sums[[*SEEN, "demand_change", "use_change"]]
