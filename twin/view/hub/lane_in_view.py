"""The lane in view, or its site: the values of its controls, and its numbers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from twin._check import require
from twin._choices import coded, word_of
from twin._readings import EXPOSED
from twin.data.text import visible
from twin.plan import lane_report
from twin.plan.at_risk import bookings_of
from twin.plan.horizon import longest_of
from twin.plan.policies import policy_of
from twin.plan.portfolio import DEFAULT_HORIZON, Portfolio
from twin.plan.site_lanes import lanes_of_sites
from twin.policy import POLICY
from twin.view.hub.controls import OPTIMUM, PRESETS, TARGETS, Field, fields_for, preset
from twin.view.hub.planned_lanes import PlannedLanes

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from twin.lane import Policy
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.feed import Feed
    from twin.plan.portfolio import Policies

STATES_KEPT = 8  # number of evaluated states in the cache


class LaneInView(PlannedLanes):
    """The lane in view; each lane keeps the values of its controls until it is reset.

    feed, known, plan : as for `PlannedLanes`
    """

    def __init__(self, feed: Feed, known: Policies | None = None, plan: CapacityPlan | None = None) -> None:
        super().__init__(feed, known, plan)
        self.lane = feed.statistics["demand_mean"].idxmax()
        self.pinned: dict[str, Any] | None = None  # values A of the what-if tab: lane, values and numbers
        self._changed: dict[str, dict[str, float]] = {}  # lane -> values that differ from its starting values
        self._series = {}  # cache: the flows of one lane
        self._site = ""  # site in motion; "" for the lane in view

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

    def _read_plan(self):
        """Compute the policies, and forget what rests on them."""
        super()._read_plan()
        self._starts = {}  # cache: starting values by lane
        self._all = None, None  # cache: the changes, and all lanes with them
        self._policies = {}  # cache: policies by lane and values of the controls
        self._reach = None, 0  # cache: exposure of the changed lanes, and the longest protection interval

    def _forget(self):
        self._known = {}  # cache: evaluated states

    # ------------------------------------------------------------ the controls

    @property
    def start(self) -> dict[str, float]:
        """Starting values of the lane, by control."""
        return self._start_of(self.lane)

    def _start_of(self, name):
        """Return the starting values of a lane, by control."""
        if name not in self._starts:
            row = self.policies.loc[name]
            optimum = bool(np.isnan(row["service_level"]))
            given = {name: float(row[name]) for name in row.index if POLICY[name].control}
            if optimum:
                given["service_level"] = float(policy_of(row).service_level)
            self._starts[name] = {**given, OPTIMUM: float(optimum), "horizon": float(DEFAULT_HORIZON)}
        return dict(self._starts[name])

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

    @property
    def changed(self) -> dict[str, float]:
        """Values of the controls that differ from the starting values."""
        return dict(self._changed.get(self.lane, {}))

    def _level_is_free(self):
        """Return whether the optimum is on and the lane's service level is unset, in its policy and in the controls."""
        stated = not np.isnan(self.policies.loc[self.lane, "service_level"])
        return self.values[OPTIMUM] and not stated and "service_level" not in self.changed

    def assumes_capacity(self) -> bool:
        """Return whether nobody has stated the lane's own capacity, in its policy or in the controls."""
        return self.lane not in self._of_own and "internal_capacity" not in self.changed

    def reset(self) -> None:
        """Reset the lane to its starting values."""
        self._changed.pop(self.lane, None)

    def use_preset(self, name: str) -> None:
        """Set the controls to the lane's own policy with the changes of a preset; the horizon stays."""
        require(name in PRESETS, "preset", f"one of {', '.join(PRESETS)}", visible(name, 40))
        bounds = {field.name: field for field in self.fields}
        asked = {**preset(name, self.start), "horizon": self.values["horizon"]}
        self.change(**{n: min(v, bounds[n].high) if n in bounds else v for n, v in asked.items()})

    def keep(self) -> int | None:
        """Write the changed controls of the lane to the plan; return the id of the change, None if nothing is new.

        If somebody has changed one of these values since, PlanChanged names both; then nothing is written, and the
        controls keep their values.
        """
        changed = self.changed
        fields = {name: _kept(name, value) for name, value in changed.items() if name in POLICY}
        if changed.get(OPTIMUM):
            fields["service_level"] = None
        made = self.plan.set("lane", self.lane, **fields) if fields else None
        self._changed[self.lane] = {"horizon": changed["horizon"]} if "horizon" in changed else {}
        self._read_plan()
        return made

    # ------------------------------------------------------------ the numbers

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

    @property
    def portfolio(self) -> Portfolio:
        """All lanes, with the current values of their controls."""
        given = self.horizon, {name: dict(values) for name, values in self._changed.items()}
        if self._all[0] == given:
            return self._all[1]
        table = self.policies.copy()
        for name in table.index.intersection(list(self._changed)):
            now = self._values_of(name)
            controls = {control: value for control, value in now.items() if control not in TARGETS}
            table.loc[name, list(controls)] = list(controls.values())
            table.loc[name, "service_level"] = np.nan if now[OPTIMUM] else now["service_level"]
        changed = tuple(name for name in self._changed if self._changed[name].keys() - {"horizon"})
        taken = {} if self._plan is None else bookings_of(self._plan.of("decision"))
        self._all = given, Portfolio(self.feed, table, self.horizon, self.assumptions, changed, taken)
        return self._all[1]

    def _longest(self):
        """Return the longest protection interval of all lanes, to which `assess` forecasts each of them. [period]"""
        of_changed = [{name: values[name] for name in EXPOSED if name in values} for values in self._changed.values()]
        if self._reach[0] != (changed := dict(zip(self._changed, of_changed, strict=True))):
            self._reach = changed, longest_of(self.portfolio.policies, self.feed.calendar.length)
        return self._reach[1]

    def pin(self) -> None:
        """Keep the lane's current values as A, for comparison."""
        self.pinned = {"lane": self.lane, "values": self.values, "numbers": self.numbers()}

    def _policy(self, values):
        """Return the policy of the lane with these values of the controls, from a cache."""
        key = self.lane, *values.items()
        if key not in self._policies:
            given = {name: value for name, value in values.items() if name not in TARGETS}
            given["service_level"] = np.nan if values[OPTIMUM] else values["service_level"]
            made = policy_of({**self.policies.loc[self.lane], **given})
            self._policies = {**dict(list(self._policies.items())[-STATES_KEPT:]), key: made}
        return self._policies[key]

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


def _kept(name, value):
    """Return the value of a control as the plan keeps it: a number, or a word."""
    row = POLICY[name]
    return word_of(value, row.unit) if row.choices else float(value)
