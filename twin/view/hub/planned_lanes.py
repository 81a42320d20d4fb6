"""The part of a session that reads and writes a plan: lanes of a feed, policies, decisions and the morning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from twin._check import require
from twin.data.author import author_name
from twin.data.errors import LedgerError
from twin.data.text import time_told, visible
from twin.plan.adjustments import adjustments_of, planned_feed
from twin.plan.comments import comment_events
from twin.plan.parts import Computing
from twin.plan.policy_table import lanes_that_state, policy_table

if TYPE_CHECKING:
    from twin.data.ledger.plan_history import PlanChange
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.comments import CommentEvent
    from twin.plan.contract_year import ContractYear
    from twin.plan.decision_worth import DecisionWorth
    from twin.plan.feed import Feed
    from twin.plan.morning import Morning
    from twin.plan.network_report import NetworkReport
    from twin.plan.portfolio import Policies
    from twin.plan.visits import Visit
    from twin.view.hub.meanwhile import Work


class PlannedLanes:
    """The lanes of a feed with the policies and decisions of a plan.

    Parameters
    ----------
    feed : plan.feed.Feed
        Lanes and their flows.
    known : DataFrame, or dict of lane -> dict of policy fields, optional
        Policies that lanes start with.
    plan : CapacityPlan, optional
        Plan of the ledger; by default one that ends with the page. What it states of a lane takes the place of the
        policy that the lane starts with.
    """

    def __init__(self, feed: Feed, known: Policies | None = None, plan: CapacityPlan | None = None) -> None:
        self.feed = self._of_record = feed  # the second by the record alone, without what the plan changes
        self._start_known, self._plan = known, plan
        self._adjusted: Any = None  # the overrides and the scenario that `feed` follows
        self._first_seen: Visit | None = None  # totals when the page was opened
        self._read_plan()

    @property
    def plan(self) -> CapacityPlan:
        """The plan: that of the ledger, or one that ends with the page."""
        if self._plan is None:
            from twin.plan.capacity_plan import CapacityPlan  # imports database packages

            self._plan = CapacityPlan(period=self.feed.calendar.length)
        return self._plan

    @property
    def stated(self) -> Policies | None:
        """Policies that are stated: those that lanes start with, and over them those of the plan."""
        of_plan = None if self._plan is None else self._plan.policies()
        if of_plan is None or self._start_known is None:
            return self._start_known if of_plan is None else of_plan
        start = pd.DataFrame.from_dict(self._start_known, orient="index", dtype=object)
        return of_plan.astype(object).combine_first(start)

    def contracts(self) -> Mapping[str, Mapping[str, Any]]:
        """Return the contracts of the plan by number; none without a plan."""
        return {} if self._plan is None else self._plan.of("contract")

    def _read_plan(self):
        """Compute the policies of all lanes from what is stated, and forget the morning page."""
        stated, known = self.stated, self._of_record
        table, assumptions = policy_table(known.statistics, policies=stated, period=known.calendar.length)
        feed, self.policies, notes = planned_feed(known, self._plan, table)
        self.assumptions = (*assumptions, *notes)
        if self._adjusted != (follows := adjustments_of(self._plan)):
            self.feed, self._adjusted = feed, follows
            self._forget()
        self._of_own = lanes_that_state("internal_capacity", stated, self.feed.statistics.index)
        self._morning = None

    def _forget(self):
        """Forget what rests on the forecasts."""

    def scenarios(self) -> list[str]:
        """Return the names of the scenarios of the plan."""
        return [] if self._plan is None else self._plan.scenarios()

    @property
    def scenario(self) -> str:
        """Name of the scenario in view; "" for none."""
        return "" if self._plan is None else self._plan.scenario

    def look_at(self, scenario: str) -> None:
        """Put a scenario of the plan in view, or none; all numbers follow it."""
        self.plan.look_at(scenario)
        self._read_plan()

    def _same_plan(self, before):
        """Return whether an earlier session had the lanes and sites of this one's plan."""
        plans = [None if one._plan is None else (one._plan.of("lane"), one._plan.of("site")) for one in (self, before)]
        return plans[0] == plans[1] and self._adjusted == before._adjusted

    def undo(self) -> int:
        """Undo the planner's own latest change of the plan that is in effect; return the id of the change."""
        author, changes = self._author(), self.plan.changes()
        undone = {change.undoes for change in changes}
        mine = [one.id for one in changes if one.author == author and one.undoes is None and one.id not in undone]
        require(bool(mine), "plan", f"one with a change by {visible(author, 40)} to undo", "none")
        made = self.plan.undo(mine[0])
        self._read_plan()
        return made

    def look_again(self) -> list[PlanChange]:
        """Show what others have changed in the plan, and return their changes."""
        found = self.plan.refresh()
        self._read_plan()
        return found

    # ------------------------------------------------------------ the morning

    def morning(self) -> Morning:
        """Return totals and actions, computed once for the present plan."""
        if self._morning is None:
            from twin.plan.morning import morning_of  # imports the forecasts

            self._morning = morning_of(self.feed.history(), self._plan, self.stated)
        return self._morning

    def coming_morning(self) -> Work:
        """Compute the morning in parts, as `Meanwhile` does them."""
        from twin.plan.morning import morning_of  # imports the forecasts

        of = self.policies
        history = yield self.feed.history
        if history is not None:
            found = yield Computing(partial(morning_of, history, self._plan, self.stated), (history,))
            if self.policies is of:  # the plan has not changed meanwhile
                self._morning = found

    def has_morning(self) -> bool:
        """Return whether the morning is computed already, for the present plan."""
        return self._morning is not None

    def report(self) -> NetworkReport:
        """Return the report on the network, and on the lanes of the actions, as `twin report` makes it."""
        from twin.plan.network_report import network_report  # imports the forecasts

        return network_report(self._of_record, self.morning(), self._plan, self.stated)

    def contract_year(self, names: Iterable[str] = ()) -> ContractYear:
        """Return the coming year of the contracts of sites and lanes, as `twin plan year` has it."""
        from twin.plan.contract_year import contract_year  # imports the forecasts

        return contract_year(self.plan, self.feed, self.policies, names)

    def decision_worth(self) -> DecisionWorth | None:
        """Return what past decisions avoided and cost; None without decisions, and in a scenario, which never came."""
        from twin.plan.decision_worth import decision_worth

        if self._plan is None or self.scenario or not self._plan.of("decision"):
            return None
        return decision_worth(self._plan, self._of_record, self.policies)

    def decide(self, lane: str, action: str, state: str, **more: Any) -> str:
        """Write a decision on an action to the plan, and return its name.

        lane : lane of the action, or its site; action : its kind.
        state : "accepted", "changed", "snoozed" or "declined"; more : fields of a decision in place of those proposed.
        """
        from twin.plan.decision import decision

        name = self.plan.add("decision", **decision(self.morning(), lane, action, state, **more))
        self._look_at_decisions()
        return name

    def comments(self) -> dict[tuple[str, str], list[CommentEvent]]:
        """Return what happened to the comments on each action, by its lane or site and its kind."""
        return {} if self._plan is None else comment_events(self._plan)

    def authors(self) -> dict[str, str]:
        """Return who took each decision of the plan, and when, in words."""
        latest = {} if self._plan is None else self._plan.authors("decision")
        return {name: f"{one.author}, {time_told(one.changed_at)}" for name, one in latest.items()}

    def take_back(self, name: str) -> None:
        """Remove a decision from the plan, so that its action returns; its history stays."""
        self.plan.remove("decision", name)
        self._look_at_decisions()

    def visit(self) -> None:
        """Say what changed since the planner's last visit, and keep what is seen now: in the ledger, or in the page."""
        from twin.plan.visits import keep_visit, last_visit, this_moment, visit_now

        morning, since = self.morning(), None
        if self.scenario:
            return  # no day that was seen
        if self.feed.source == "ledger":
            with suppress(LedgerError, ValueError):  # for instance, the ledger may only be read
                since = last_visit(self.plan, self._author(), morning.totals.index, this_moment())
                keep_visit(self.plan, self._author(), morning.totals)
        if self._first_seen is None:
            self._first_seen = visit_now(morning.totals)
        elif since is None and not self._first_seen.totals.equals(morning.totals[list(self._first_seen.totals)]):
            since = self._first_seen
        self._morning = replace(morning, since=since)

    def _author(self):
        return self.plan.author or author_name()

    def _look_at_decisions(self):
        if self._morning is not None:
            taken = {} if self._plan is None else self._plan.of("decision")
            self._morning = self._morning.under(taken)
