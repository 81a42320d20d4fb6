"""The report on a network: totals, ranked actions, decisions with their authors, and a plan by date of some lanes."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from twin._check import require, whole
from twin.data.author import author_name
from twin.data.text import visible
from twin.plan.adjustments import planned_feed
from twin.plan.attention import WEEKS, ranked_periods
from twin.plan.comments import comment_events, present
from twin.plan.contract_year import contract_year
from twin.plan.decision import action_of
from twin.plan.decision_worth import decision_worth
from twin.plan.horizon import lane_by_date, longest_of
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.site_places import site_places
from twin.plan.table_report import assess_history

if TYPE_CHECKING:
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.comments import CommentEvent
    from twin.plan.contract_year import ContractYear
    from twin.plan.decision_worth import DecisionWorth
    from twin.plan.feed import Feed
    from twin.plan.horizon import Horizon
    from twin.plan.morning import Morning
    from twin.plan.portfolio import Policies
    from twin.plan.table_report import Report

#: Columns of the decisions in a report.
DECIDED = "lane action state first last places partner price gain until comment author decided_at".split()


@dataclass(frozen=True)
class NetworkReport:
    """The content of a report, without its form.

    feed, morning : lanes and flows, and the totals and actions.
    assessed : every answer for every lane, as `assess` has it.
    policies : the policy of each lane, as `policy_table` fills it in.
    plans : lane -> its plan by date over the horizon, of the lanes that have a page.
    horizon : number of periods. [period]
    decisions : decisions of the plan by number, the latest first, with the columns `DECIDED`.
    comments : what happened to the comments on each action, as `comment_events` has it.
    scenario : name of the scenario in which all numbers are told; "" for none.
    sites : own places of the sites of the plan, as `site_places` has them.
    year : coming year of the contracts of the plan; None without contracts.
    worth : what past decisions avoided and cost; None without decisions or in a scenario.
    author, made_at : who made the report, and when, in UTC.
    """

    feed: Feed
    morning: Morning
    assessed: Report
    policies: pd.DataFrame
    plans: dict[str, Horizon]
    horizon: int
    decisions: pd.DataFrame
    author: str
    made_at: datetime.datetime
    comments: Mapping[tuple[str, str], list[CommentEvent]]
    sites: pd.DataFrame
    scenario: str = ""
    year: ContractYear | None = None
    worth: DecisionWorth | None = None

    @property
    def place(self) -> str:
        """The source of the flows, with the scenario in view."""
        return f"{self.feed.place}, in the scenario {self.scenario}" if self.scenario else self.feed.place

    @property
    def made(self) -> str:
        """The time of the report in words."""
        return f"{self.made_at:%Y-%m-%d %H:%M} UTC"

    @property
    def actions(self) -> pd.DataFrame:
        """The ranked actions, with state, comment and end of the decision on each, and with the other comments.

        The state of an open action is "".
        """
        table = self.morning.with_decisions
        talk = [present(self.comments.get(key, [])) for key in zip(table["lane"], table["kind"], strict=True)]
        return table.assign(comments=["; ".join(f"{one.author}, {one.at}: {one.after}" for one in of) for of in talk])

    @property
    def name(self) -> str:
        """Name of its files without the ending; those of later reports sort behind it."""
        return f"{'scenario' if self.scenario else 'report'}-{self.made_at:%Y-%m-%d-%H%M%S}"


def network_report(
    feed: Feed,
    morning: Morning,
    plan: CapacityPlan | None = None,
    policies: Policies | None = None,
    *,
    horizon: int | None = None,
    lanes: Iterable[str] = (),
    made_at: datetime.datetime | None = None,
) -> NetworkReport:
    """Return the report on the lanes of a feed.

    feed, morning : lanes and flows, and `morning_of` them.
    plan : the plan whose decisions are told, and whose overrides and scenario in view count, optional.
    policies : as for `morning_of`.
    horizon : number of periods of the plan by date; by default those over which actions look ahead. [period]
    lanes : names of the lanes with a page; by default those of the actions.
    made_at : time of the report in UTC; by default now.

    >>> from twin.data.load import load_history
    >>> from twin.plan.feed import feed_of_history
    >>> from twin.plan.morning import morning_of
    >>> feed = feed_of_history(load_history())
    >>> report = network_report(feed, morning_of(feed.history()), lanes=["HAM-ROT"], horizon=2)
    >>> report.plans["HAM-ROT"].dates.astype(str).tolist(), len(report.assessed.table)
    (['2025-12-29', '2025-12-30'], 3)
    """
    calendar = feed.calendar
    if horizon is None:
        horizon = ranked_periods(calendar.period, calendar.season) * WEEKS[calendar.period]
    periods = whole("horizon", horizon, least=1)
    ended = morning.attention.lanes["status"] == "ended"  # such a lane has no plan by date
    going = feed.statistics.index.difference(ended.index[ended])
    acted = [name for name in morning.with_decisions["lane"].unique() if name in going]  # and no site
    names = list(dict.fromkeys(lanes)) or acted
    for name in names:
        rule = "lanes with flows that can be assessed"
        require(name in feed.statistics.index, "lanes", rule, visible(str(name), 60))
    fields, _ = policy_table(feed.statistics, None, policies, period=calendar.length)
    of_record = feed
    feed, fields, _ = planned_feed(feed, plan, fields)
    longest = longest_of(fields, calendar.length)
    plans = {
        name: lane_by_date(feed.forecasts, name, feed.statistics, policy_of(fields.loc[name]), periods, longest=longest)
        for name in names
    }
    assessed = assess_history(feed.history(), policies=policies, plan=plan)
    who = author_name() if plan is None or plan.author is None else plan.author
    talk = {} if plan is None else comment_events(plan)
    decided, when = _decisions(plan), made_at or _now()
    sites, scenario = site_places(plan, feed, fields), "" if plan is None else plan.scenario
    year = contract_year(plan, feed, fields) if plan is not None and plan.of("contract") else None
    worth = decision_worth(plan, of_record, fields) if plan is not None and len(decided) and not scenario else None
    told = decided, who, when, talk, sites, scenario, year, worth
    return NetworkReport(feed, morning, assessed, fields, plans, periods, *told)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _decisions(plan: CapacityPlan | None) -> pd.DataFrame:
    """Return the decisions of a plan with author and time, the latest first."""
    if plan is None:
        return pd.DataFrame(columns=DECIDED)
    by_whom = plan.authors("decision")
    rows = {
        name: {
            **entry,
            "lane": entry.get("lane", entry.get("site")),
            "action": action_of(entry),
            "author": by_whom[name].author,
            "decided_at": by_whom[name].changed_at,
        }
        for name, entry in plan.of("decision").items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=object).reindex(columns=DECIDED)
    return table.iloc[::-1].sort_values("decided_at", ascending=False, kind="stable")
