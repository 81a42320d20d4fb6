"""Hold the state of one planner's session: lane in view, values of the controls, results. No widgets, no drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pandas as pd

from twin._check import require
from twin._choices import coded, word_of
from twin.data.author import author_name
from twin.data.errors import LedgerError
from twin.data.text import time_told, visible
from twin.plan import ahead, lane_report
from twin.plan.booked_lane import bookings_of_lanes, bookings_of_sites
from twin.plan.comments import comment_events
from twin.plan.horizon import forecasts_by_date, lane_by_date, longest_of
from twin.plan.network_forecasts import coming_steps
from twin.plan.policies import policy_of
from twin.plan.policy_table import lanes_that_state, policy_table
from twin.plan.portfolio import DEFAULT_HORIZON, Portfolio
from twin.plan.site_ahead import site_ahead
from twin.plan.site_lanes import lanes_of_sites, site_of
from twin.plan.unit_names import UnitNames
from twin.policy import POLICY
from twin.view.guard import told
from twin.view.hub.controls import OPTIMUM, PRESETS, TARGETS, Field, fields_for, preset
from twin.view.hub.partnership import Partnership

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.data.ledger.plan_cells import PlanChange
    from twin.forecast import Forecasts
    from twin.lane import Policy
    from twin.plan.ahead import Ahead
    from twin.plan.booked_lane import PlacesToBook
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.comments import CommentEvent
    from twin.plan.feed import Feed
    from twin.plan.horizon import Horizon
    from twin.plan.morning import Morning
    from twin.plan.network_report import NetworkReport
    from twin.plan.site_ahead import SiteAhead
    from twin.plan.site_lanes import SiteLanes
    from twin.plan.visits import Visit

STATES_KEPT = 8  # number of evaluated states in the cache
PATHS_KEPT = 5  # number of simulations in the cache
SITES_KEPT = 4  # sites whose forecasts are kept
STRAIN, UNDER_USED = 1.10, 0.75  # default thresholds: use of own capacity at which a lane's status changes [-]
STRAINED, NORMAL, SPARE = "capacity strain", "normal", "under-used"  # statuses of a lane


class Session:
    """The state of one planner's hub; lanes keep the values of their controls until they are reset.

    Parameters
    ----------
    feed : plan.feed.Feed
        Lanes and their flows.
    known : DataFrame, or dict of lane -> dict of policy fields, optional
        Policies that lanes start with.
    before : Session, optional
        Earlier session whose choices are kept for lanes that the feed still has.
    plan : CapacityPlan, optional
        Plan of the ledger; by default that of the earlier session, or one that ends with the page. What it states of
        a lane takes the place of the policy that the lane starts with.
    """

    def __init__(
        self,
        feed: Feed,
        known: pd.DataFrame | Mapping[str, Mapping[str, float]] | None = None,
        before: Session | None = None,
        plan: CapacityPlan | None = None,
    ) -> None:
        self.feed, self._start_known = feed, known
        self._plan = before._plan if plan is None and before is not None else plan
        self._read_plan()
        self.lane = feed.statistics["demand_mean"].idxmax()
        self.thresholds = {"strain": STRAIN, "under_used": UNDER_USED}
        self.units = UnitNames()  # names in all labels
        self.pinned: dict[str, Any] | None = None  # scenario A: lane, values and numbers
        self.partnership = Partnership()
        self._changed: dict[str, dict[str, float]] = {}  # lane -> values that differ from its starting values
        self._series, self._known = {}, {}  # caches: the flows of one lane, and evaluated states
        self._first_seen: Visit | None = None  # totals when the page was opened
        self._paths = {}  # cache: simulated paths by lane or site, policy and question
        self._site = ""  # site in motion; "" for the lane in view
        self._site_forecasts = {}  # cache: forecasts of the lanes of the latest sites
        if before is not None:
            self._keep(before)

    def _keep(self, before):
        """Take over the choices of an earlier session; values that are out of bounds for the new flows are dropped."""
        same = self.feed.statistics.equals(before.feed.statistics) and self._same_plan(before)
        if same and before._morning is not None:  # for instance, a page that opens reads its ledger once more
            self._morning = before._morning
            self._look_at_decisions()
        self.thresholds, self.pinned, self.units = before.thresholds, before.pinned, before.units
        self.partnership, self._first_seen = before.partnership, before._first_seen
        for name in self.policies.index.intersection(list(before._changed)):
            self.lane = name
            with suppress(ValueError):
                self.change(**before._changed[name])
        self.lane = self.feed.statistics["demand_mean"].idxmax()
        if before.lane in self.policies.index:
            self.lane, self._site = before.lane, before._site

    # ------------------------------------------------------------ the plan

    @property
    def plan(self) -> CapacityPlan:
        """The plan: that of the ledger, or one that ends with the page."""
        if self._plan is None:
            from twin.plan.capacity_plan import CapacityPlan  # imports database packages

            self._plan = CapacityPlan(period=self.feed.calendar.length)
        return self._plan

    @property
    def stated(self) -> pd.DataFrame | Mapping[str, Mapping[str, float]] | None:
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
        stated = self.stated
        self.policies, self.assumptions = policy_table(
            self.feed.statistics, policies=stated, period=self.feed.calendar.length
        )
        self._of_own = lanes_that_state("internal_capacity", stated, self.feed.statistics.index)
        self._morning = None

    def _same_plan(self, before):
        """Return whether an earlier session had the lanes and sites of this one's plan."""
        plans = [None if one._plan is None else (one._plan.of("lane"), one._plan.of("site")) for one in (self, before)]
        return plans[0] == plans[1]

    def keep(self) -> int | None:
        """Write the changed controls of the lane to the plan; return the id of the change, None if nothing is new.

        If somebody has changed one of these values since, PlanChanged names both; then nothing is written, and the
        controls keep their values.
        """
        changed = dict(self._changed.get(self.lane, {}))
        fields = {name: _kept(name, value) for name, value in changed.items() if name in POLICY}
        if changed.get(OPTIMUM):
            fields["service_level"] = None
        made = self.plan.set("lane", self.lane, **fields) if fields else None
        self._changed[self.lane] = {"horizon": changed["horizon"]} if "horizon" in changed else {}
        self._read_plan()
        return made

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

    def morning(self) -> Morning:
        """Return totals and actions, computed once for the present plan."""
        if self._morning is None:
            from twin.plan.morning import morning_of  # imports the forecasts

            of = self.policies
            found = morning_of(self.feed.history(), self._plan, self.stated)
            if self.policies is not of:  # it was computed in a thread, and the plan has changed meanwhile
                return found
            self._morning = found
        return self._morning

    def has_morning(self) -> bool:
        """Return whether the morning is computed already, for the present plan."""
        return self._morning is not None

    def report(self) -> NetworkReport:
        """Return the report on the network, and on the lanes of the actions, as `twin report` makes it."""
        from twin.plan.network_report import network_report  # imports the forecasts

        return network_report(self.feed, self.morning(), self._plan, self.stated)

    def decide(self, lane: str, action: str, state: str, **more: Any) -> str:
        """Write a decision on an action to the plan, and return its name.

        lane : lane of the action, or its site; action : its kind.
        state : "accepted", "changed", "snoozed" or "declined"; more : fields of a decision in place of those proposed.
        """
        from twin.plan.morning import decision

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
            self._morning = replace(self._morning, decisions=taken)

    # ------------------------------------------------------------ sites of the plan

    def sites(self) -> dict[str, list[str]]:
        """Return the lanes of each site of the plan that has lanes here; that of the lane in view comes first."""
        if self._plan is None:
            return {}
        known = self.policies.index
        here = {site: [one for one in lanes if one in known] for site, lanes in lanes_of_sites(self._plan).items()}
        return dict(sorted(filter(lambda item: item[1], here.items()), key=lambda item: self.lane not in item[1]))

    @property
    def site(self) -> str:
        """Name of the site in motion; "" for the lane in view."""
        return self._site if self._site and self._site in self.sites() else ""

    def watch(self, site: str) -> None:
        """Show a site in motion, or with "" the lane in view."""
        require(not site or site in self.sites(), "site", "one of the plan with a lane shown", visible(site, 40))
        self._site = site

    def site_ahead(self) -> tuple[SiteLanes, SiteAhead]:
        """Return the site in motion and its next days, from a cache."""
        policies, stated = self.portfolio.policies, self.plan.of("site").get(self.site)

        def found():
            site = site_of(self.plan, self.site, self.feed, policies)
            return site, site_ahead(site)

        lanes = self.sites()[self.site]
        return self._from_cache((self.site, repr(stated), policies.loc[lanes].to_csv()), found)

    # ------------------------------------------------------------ the lane and its values

    def pick(self, name: str) -> None:
        """Switch to another lane."""
        require(name in self.policies.index, "lane", "one of the lanes shown", visible(name))
        before, self.lane = self.lane, name
        try:
            self.numbers()
        except BaseException:  # for instance, its flows were deleted, or the database cannot be reached
            self.lane = before
            raise
        if name != before:
            self._site = ""

    @property
    def start(self) -> dict[str, float]:
        """Starting values of the lane, by control."""
        return self._start_of(self.lane)

    def _start_of(self, name):
        """Return the starting values of a lane, by control."""
        row = self.policies.loc[name]
        optimum = bool(np.isnan(row["service_level"]))
        given = {name: float(row[name]) for name in row.index if POLICY[name].control}
        if optimum:
            given["service_level"] = float(policy_of(row).service_level)
        return {**given, OPTIMUM: float(optimum), "horizon": float(DEFAULT_HORIZON)}

    @property
    def values(self) -> dict[str, float]:
        """Current values of the controls."""
        return self._values_of(self.lane)

    def _values_of(self, name):
        """Return the current values of a lane, by control."""
        return {**self._start_of(name), **self._changed.get(name, {})}

    @property
    def fields(self) -> tuple[Field, ...]:
        """Controls of the lane, with bounds that suit it."""
        start = self._evaluated(self._policy(self.start))
        return fields_for(start["required_capacity"], self.start, self.feed.period)

    def change(self, **values: float | str) -> None:
        """Set controls of the lane; if a value or a result is out of bounds, raise an error and change nothing.

        A control with choices takes a word, or the number of one.
        """
        bounds = {field.name: field for field in self.fields}
        for name, field in bounds.items():
            if field.choices and name in values:
                values[name] = float(coded(field.label, values[name], field.choices))
        for name, value in values.items():
            rule = f"one of {', '.join(bounds)}, {OPTIMUM}"
            require(name in bounds or name == OPTIMUM, "control", rule, visible(name, 40))
            if name in bounds:
                low, high = bounds[name].low, bounds[name].high
                require(low <= value <= high, bounds[name].label, f"from {low:g} to {high:g}", value)
        require(values.get(OPTIMUM, 0) in (0, 1), OPTIMUM.replace("_", " "), "on (1) or off (0)", values.get(OPTIMUM))
        if "horizon" in values:
            require(float(values["horizon"]).is_integer(), "horizon", "a whole number of periods", values["horizon"])
        asked = {**self.values, **{name: float(value) for name, value in values.items()}}
        if values.get(OPTIMUM) == 0 and self._level_is_free():
            low, high = bounds["service_level"].low, bounds["service_level"].high
            asked["service_level"] = min(max(float(self.policy.service_level), low), high)  # keep the level in view
        self._evaluated(self._policy(asked), asked["horizon"])  # raises an error if the formulas refuse a value
        start = self.start
        self._changed[self.lane] = {name: value for name, value in asked.items() if value != start[name]}

    def _level_is_free(self):
        """Return whether the optimum is on and the lane's service level is unset, in its policy and in the controls."""
        stated = not np.isnan(self.policies.loc[self.lane, "service_level"])
        return self.values[OPTIMUM] and not stated and "service_level" not in self._changed.get(self.lane, {})

    def assumes_capacity(self) -> bool:
        """Return whether nobody has stated the lane's own capacity, in its policy or in the controls."""
        return self.lane not in self._of_own and "internal_capacity" not in self._changed.get(self.lane, {})

    def reset(self) -> None:
        """Reset the lane to its starting values."""
        self._changed.pop(self.lane, None)

    def use_preset(self, name: str) -> None:
        """Set the controls to the lane's own policy with the changes of a preset; the horizon stays."""
        require(name in PRESETS, "preset", f"one of {', '.join(PRESETS)}", visible(name, 40))
        bounds = {field.name: field for field in self.fields}
        asked = {**preset(name, self.start), "horizon": self.values["horizon"]}
        self.change(**{n: min(v, bounds[n].high) if n in bounds else v for n, v in asked.items()})

    # ------------------------------------------------------------ numbers

    @property
    def policy(self) -> Policy:
        """Policy of the lane, with the current values of the controls."""
        return self._policy(self.values)

    @property
    def horizon(self) -> int:
        """Horizon of the forecast. [period]"""
        return int(self.values["horizon"])

    @property
    def moments(self) -> pd.Series:
        """Mean and standard deviation of the lane's demand. [pallet/period]"""
        return self.feed.statistics.loc[self.lane, ["demand_mean", "demand_sd"]]

    def series(self) -> tuple[NDArray, NDArray]:
        """Return (dates, volumes) of the lane. [pallet/period]"""
        if self.lane not in self._series:
            self._series = {self.lane: self.feed.series(self.lane)}  # kept for one lane only, as there may be thousands
        return self._series[self.lane]

    def numbers(self) -> dict[str, float]:
        """Return every number of the lane, as `lane_report.evaluate` does."""
        return self._evaluated(self.policy, self.horizon)

    def outlook(self) -> tuple[Forecasts | None, NDArray]:
        """Return the forecast of the lane over the horizon, and the first days of its periods."""
        forecasts = self.feed.forecasts
        coming, _ = coming_steps(forecasts.last, self.feed.calendar, self.horizon)
        return forecasts.outlook(self.lane, self.horizon), coming

    def ahead(self) -> tuple[Ahead, Ahead]:
        """Return the next days of the lane in the dynamic model: under today's policy, and under the alternative."""
        policies = self._today(), ahead.alternative(self.policy, self.numbers())
        return tuple(self._simulated(ahead.ahead, policy) for policy in policies)

    def on_record(self) -> Ahead:
        """Return what today's policy would have kept on the record."""
        return self._simulated(ahead.on_record, self._today())

    def by_date(self) -> Horizon:
        """Return the plan of the lane by date, over the horizon."""
        of_lane = self.lane, self.feed.statistics, self._today(), self.horizon
        found = partial(lane_by_date, self.feed.forecasts, *of_lane, longest=self._longest())
        return self._from_cache((self.lane, self._today(), self.horizon), found)

    def places_to_book(self) -> PlacesToBook:
        """Return the places to book ahead of the lane's dates, over the horizon."""
        found = bookings_of_lanes(self.by_date(), {self.lane: self.policy}, self.feed.calendar, self.contracts())
        return found[self.lane]

    def site_places_to_book(self) -> dict[str, PlacesToBook]:
        """Return the places to book ahead for the site of the lane, by its name; none if it shares no site."""
        site = {} if self._plan is None else self._plan.of("lane")
        here = site.get(self.lane, {}).get("site")
        names = [lane for lane, fields in site.items() if fields.get("site") == here and lane in self.policies.index]
        if here is None or len(names) < 2:
            return {}
        rows, longest = self.portfolio.policies.loc[names], self._longest()
        key, kept = (tuple(names), self.horizon, longest), self._site_forecasts
        if key not in kept:
            found = forecasts_by_date(self.feed.forecasts, names, self.horizon, longest=longest)
            self._site_forecasts = {**dict(list(kept.items())[1 - SITES_KEPT :]), key: found}
        each = {name: policy_of(row) for name, row in rows.iterrows()}
        return bookings_of_sites(self._site_forecasts[key], each, self.feed.calendar, self._plan)

    def prepared(self) -> Iterator[None]:
        """Forecast the lanes that are not in view, so that a click finds them; yield after each part of the work."""
        return self.feed.forecasts.prepared((1, DEFAULT_HORIZON, DEFAULT_HORIZON + self._longest()))

    def _longest(self):
        """Return the longest protection interval of all lanes, to which `assess` forecasts each of them. [period]"""
        return longest_of(self.portfolio.policies, self.feed.calendar.length)

    def _today(self):
        """Return the policy of the lane with the service level that it has, stated or not."""
        return replace(self.policy, service_level=self.numbers()["service_level"])

    def _simulated(self, function, policy):
        """Return paths of the lane, from a cache: page and pictures ask for the same ones."""
        found = partial(function, self.moments, policy, self.series()[1], period=self.feed.calendar.length)
        return self._from_cache((self.lane, policy, function), found)

    def _from_cache(self, key, found):
        """Return what was found before under a key, or find it now."""
        if key not in self._paths:
            self._paths = {**dict(list(self._paths.items())[-PATHS_KEPT:]), key: found()}
        return self._paths[key]

    def remarks(self) -> tuple[str, ...]:
        """Return sentences on answers of the lane that are outside the region in which they hold."""
        volumes = self.series()[1]
        return lane_report.remarks(self.moments, self.policy, self.numbers(), volumes, period=self.feed.calendar.length)

    @property
    def portfolio(self) -> Portfolio:
        """All lanes, with the current values of their controls."""
        table = self.policies.copy()
        for name in table.index.intersection(list(self._changed)):
            now = self._values_of(name)
            given = {control: value for control, value in now.items() if control not in TARGETS}
            table.loc[name, list(given)] = list(given.values())
            table.loc[name, "service_level"] = np.nan if now[OPTIMUM] else now["service_level"]
        changed = tuple(name for name in self._changed if self._changed[name].keys() - {"horizon"})
        return Portfolio(self.feed, table, self.horizon, self.assumptions, changed)

    def network(self, only: list[str] | None = None) -> pd.DataFrame:
        """Return a table of lanes with the current values of their controls: answers of `lane.assess`, use and status.

        The outlook is the status by the forecast; "" until the morning is computed.
        Where the plan has sites, a column names that of each lane.
        only : names of the lanes; all lanes by default.
        """
        shown = self.portfolio.network(only)
        if sites := self.sites():
            of_lane = {name: site for site, lanes in sites.items() for name in lanes}
            shown["site"] = [of_lane.get(name, "") for name in shown.index]
        strain, under = self.thresholds["strain"], self.thresholds["under_used"]
        shown["status"] = np.select([shown["use"] > strain, shown["use"] < under], [STRAINED, SPARE], NORMAL)
        ahead = None if self._morning is None else self._morning.attention.lanes["status"]
        shown["outlook"] = "" if ahead is None else ahead.reindex(shown.index).fillna("no data")
        return shown

    def set_thresholds(self, strain: float, under_used: float) -> None:
        """Set the use of own capacity above which a lane is strained, and below which it is under-used. [-]"""
        rule = "0% < under-used < strain <= 1000%"
        require(0 < under_used < strain <= 10, "thresholds", rule, f"{under_used:.0%} and {strain:.0%}")
        self.thresholds = {"strain": float(strain), "under_used": float(under_used)}

    def pin(self) -> None:
        """Keep the lane's current state as scenario A, for comparison."""
        self.pinned = {"lane": self.lane, "values": self.values, "numbers": self.numbers()}

    # ------------------------------------------------------------ the state as an address

    def query(self) -> str:
        """Return the state as a query string: source, lane, and the values and thresholds that were changed."""
        start = {"strain": STRAIN, "under_used": UNDER_USED}
        other = {name: value for name, value in self.thresholds.items() if value != start[name]}
        now = {**self._changed.get(self.lane, {}), **other}
        changed = {name: _as_text(name, value) for name, value in now.items()}
        changed |= {name: word for name, word in vars(self.units).items() if word != getattr(UnitNames, name)}
        changed |= {"site": self.site} if self.site else {}
        return urlencode({"source": self.feed.source, "lane": self.lane, **changed})

    def restore(self, query: str) -> list[str]:
        """Restore the state from a query string; return error sentences on the parts that could not be used."""
        given, said = dict(parse_qsl(query.removeprefix("?"))), []
        name = given.get("lane", self.lane)
        if name not in self.policies.index:
            return [f"lane {visible(name)} is not among these lanes"]
        self.pick(name)
        self.reset()
        known = {field.name for field in self.fields} | {OPTIMUM}
        words = {field.name for field in self.fields if field.choices}
        asked = {name: text if name in words else _number(text) for name, text in given.items() if name in known}
        try:
            self.change(**asked)
        except ValueError:  # try them one by one, so that a wrong value does not prevent the others
            for control, value in asked.items():
                with told(said.append):
                    self.change(**{control: value})
        limits = {limit: _number(given[limit]) for limit in self.thresholds if limit in given}
        if limits:
            with told(said.append):
                self.set_thresholds(**{**self.thresholds, **limits})
        with told(said.append):
            self.watch(given.get("site", ""))
        named = {name: given[name] for name in vars(self.units) if name in given}
        with told(said.append):
            self.units = replace(self.units, **named)
        return said

    def _policy(self, values):
        """Return the policy of the lane with these values of the controls."""
        row = self.policies.loc[self.lane].copy()
        for name, value in values.items():
            if name not in TARGETS:
                row[name] = value
        row["service_level"] = np.nan if values[OPTIMUM] else values["service_level"]
        return policy_of(row)

    def _evaluated(self, policy, horizon=DEFAULT_HORIZON):
        """Return the numbers of the lane, from a cache: one change of a control asks for them several times."""
        key = self.lane, policy, int(horizon)
        if key not in self._known:
            _, volumes = self.series()
            numbers = lane_report.evaluate(
                self.moments,
                policy,
                volumes,
                horizon=int(horizon),
                period=self.feed.calendar.length,
                outlooks=partial(self.feed.forecasts.outlook, self.lane),
            )
            self._known = {**dict(list(self._known.items())[-STATES_KEPT:]), key: numbers}
        return dict(self._known[key])


def _as_text(name, value):
    """Return the value of a control as it stands in an address."""
    row = POLICY.get(name)
    return word_of(value, row.unit) if row and row.choices else f"{value:.10g}"


def _kept(name, value):
    """Return the value of a control as the plan keeps it: a number, or a word."""
    row = POLICY[name]
    return word_of(value, row.unit) if row.choices else float(value)


def _number(text):
    """Return the number in a text; NaN, which every control refuses, if there is none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")
