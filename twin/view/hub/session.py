"""One planner's session: which lane, which values, and every number that follows. No widgets, no drawing."""

from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

import numpy as np

from twin._check import require
from twin.data.text import visible
from twin.plan import lane_report
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.portfolio import DEFAULT_HORIZON, Portfolio
from twin.policy import POLICY
from twin.view.guard import told
from twin.view.hub.controls import OPTIMUM, PRESETS, TARGETS, fields_for, preset
from twin.view.hub.partnership import Partnership

STATES_KEPT = 8  # evaluated states that are remembered
STRAIN, UNDER_USED = 1.10, 0.75  # use of own capacity above and below which a lane's status changes [-]
STRAINED, NORMAL, SPARE = "capacity strain", "normal", "under-used"


class Session:
    """What one planner looks at. Lanes keep the values given to them until they are reset.

    Parameters
    ----------
    feed : data.feed.Feed
    known : dict of lane -> dict of policy fields, optional
        Policies that lanes start with.
    before : Session, optional
        One whose choices are kept, as far as the feed still has their lanes.
    """

    def __init__(self, feed, known=None, before=None):
        self.feed = feed
        self.policies, self.assumptions = policy_table(feed.statistics, policies=known, period=feed.period)
        self.lane = feed.statistics["demand_mean"].idxmax()
        self.thresholds = {"strain": STRAIN, "under_used": UNDER_USED}
        self.pinned = None
        self.partnership = Partnership()
        self._changed = {}  # lane -> values that differ from where it started
        self._series, self._known = {}, {}
        if before is not None:
            self._keep(before)

    def _keep(self, before):
        """Take over the choices of another session; values that other flows have put out of bounds are let go."""
        self.thresholds, self.pinned = before.thresholds, before.pinned
        self.partnership = before.partnership
        for name in self.policies.index.intersection(list(before._changed)):
            self.lane = name
            with suppress(ValueError):
                self.change(**before._changed[name])
        self.lane = self.feed.statistics["demand_mean"].idxmax()
        if before.lane in self.policies.index:
            self.lane = before.lane

    # ------------------------------------------------------------ the lane and its values

    def pick(self, name):
        """Look at another lane."""
        require(name in self.policies.index, "lane", "one of the lanes shown", visible(name))
        before, self.lane = self.lane, name
        try:
            self.numbers()
        except BaseException:  # its flows have gone, or their database
            self.lane = before
            raise

    @property
    def start(self):
        """The values the lane started with, by control."""
        return self._start_of(self.lane)

    def _start_of(self, name):
        row = self.policies.loc[name]
        optimum = bool(np.isnan(row["service_level"]))
        given = {name: float(row[name]) for name in row.index if POLICY[name].control}
        if optimum:
            given["service_level"] = float(policy_of(row).service_level)
        return {**given, OPTIMUM: float(optimum), "horizon": float(DEFAULT_HORIZON)}

    @property
    def values(self):
        """The values of the controls now."""
        return self._values_of(self.lane)

    def _values_of(self, name):
        return {**self._start_of(name), **self._changed.get(name, {})}

    @property
    def fields(self):
        """The controls of the lane, with bounds that suit it."""
        start = self._evaluated(self._policy(self.start))
        return fields_for(start["required_capacity"], self.start, self.feed.period)

    def change(self, **values):
        """Set controls of the lane; nothing changes when one of them, or what follows from it, is out of bounds."""
        bounds = {field.name: field for field in self.fields}
        for name, value in values.items():
            require(name in bounds or name == OPTIMUM, "control", f"one of {', '.join(bounds)}, {OPTIMUM}", name)
            if name in bounds:
                low, high = bounds[name].low, bounds[name].high
                require(low <= value <= high, bounds[name].label, f"from {low:g} to {high:g}", value)
        require(values.get(OPTIMUM, 0) in (0, 1), OPTIMUM.replace("_", " "), "on (1) or off (0)", values.get(OPTIMUM))
        if "horizon" in values:
            require(float(values["horizon"]).is_integer(), "horizon", "a whole number of periods", values["horizon"])
        asked = {**self.values, **{name: float(value) for name, value in values.items()}}
        if values.get(OPTIMUM) == 0 and self._level_is_free():
            low, high = bounds["service_level"].low, bounds["service_level"].high
            asked["service_level"] = min(max(float(self.policy.service_level), low), high)  # the one in view stays
        self._evaluated(self._policy(asked), asked["horizon"])  # refuses what the formulas refuse
        start = self.start
        self._changed[self.lane] = {name: value for name, value in asked.items() if value != start[name]}

    def _level_is_free(self):
        """Whether the optimum is on, and nobody has ever stated a service level for this lane."""
        stated = not np.isnan(self.policies.loc[self.lane, "service_level"])
        return self.values[OPTIMUM] and not stated and "service_level" not in self._changed.get(self.lane, {})

    def reset(self):
        """Give the lane back the values it started with."""
        self._changed.pop(self.lane, None)

    def use_preset(self, name):
        """Set the controls to a preset of the lane's own policy; the forecast's horizon stays."""
        require(name in PRESETS, "preset", f"one of {', '.join(PRESETS)}", name)
        bounds = {field.name: field for field in self.fields}
        asked = {**preset(name, self.start), "horizon": self.values["horizon"]}
        self.change(**{n: min(v, bounds[n].high) if n in bounds else v for n, v in asked.items()})

    # ------------------------------------------------------------ numbers

    @property
    def policy(self):
        """The lane's policy, as the controls say."""
        return self._policy(self.values)

    @property
    def horizon(self):
        """Periods that the forecast looks ahead."""
        return int(self.values["horizon"])

    @property
    def moments(self):
        """Mean and standard deviation of the lane's demand. [pallet/period]"""
        return self.feed.statistics.loc[self.lane, ["demand_mean", "demand_sd"]]

    def series(self):
        """Return (dates, volumes) of the lane. [pallet/period]"""
        if self.lane not in self._series:
            self._series = {self.lane: self.feed.series(self.lane)}  # one at a time: lanes may be many
        return self._series[self.lane]

    def numbers(self):
        """Return every number of the lane, as `lane_report.evaluate` does."""
        return self._evaluated(self.policy, self.horizon)

    @property
    def portfolio(self):
        """All lanes with the values given to them, as they stand now."""
        table = self.policies.copy()
        for name in table.index.intersection(list(self._changed)):
            now = self._values_of(name)
            given = {control: value for control, value in now.items() if control not in TARGETS}
            table.loc[name, list(given)] = list(given.values())
            table.loc[name, "service_level"] = np.nan if now[OPTIMUM] else now["service_level"]
        changed = tuple(name for name in self._changed if self._changed[name].keys() - {"horizon"})
        return Portfolio(self.feed, table, self.horizon, self.assumptions, changed)

    def network(self, only=None):
        """Return a table of all lanes with the values given to them: every answer of `lane.assess`, use and status.

        only : names of the lanes wanted, all by default.
        """
        shown = self.portfolio.network(only)
        strain, under = self.thresholds["strain"], self.thresholds["under_used"]
        shown["status"] = np.select([shown["use"] > strain, shown["use"] < under], [STRAINED, SPARE], NORMAL)
        return shown

    def set_thresholds(self, strain, under_used):
        """Set the use of own capacity above which a lane is strained, and below which it is under-used. [-]"""
        rule = "0% < under-used < strain <= 1000%"
        require(0 < under_used < strain <= 10, "thresholds", rule, f"{under_used:.0%} and {strain:.0%}")
        self.thresholds = {"strain": float(strain), "under_used": float(under_used)}

    def pin(self):
        """Keep the lane's current state, to compare others with it."""
        self.pinned = {"lane": self.lane, "values": self.values, "numbers": self.numbers()}

    # ------------------------------------------------------------ the state as an address

    def query(self):
        """Return the state as a query string: lane, and values and thresholds that differ from their start."""
        start = {"strain": STRAIN, "under_used": UNDER_USED}
        other = {name: value for name, value in self.thresholds.items() if value != start[name]}
        changed = {name: f"{value:.10g}" for name, value in {**self._changed.get(self.lane, {}), **other}.items()}
        return urlencode({"source": self.feed.source, "lane": self.lane, **changed})

    def restore(self, query):
        """Take over a state from a query string; return sentences on what of it could not be."""
        given, said = dict(parse_qsl(query.removeprefix("?"))), []
        name = given.get("lane", self.lane)
        if name not in self.policies.index:
            return [f"lane {visible(name)} is not among these lanes"]
        self.pick(name)
        self.reset()
        known = {field.name for field in self.fields} | {OPTIMUM}
        asked = {control: _number(text) for control, text in given.items() if control in known}
        try:
            self.change(**asked)
        except ValueError:  # then one by one, so that one wrong value does not cost the others
            for control, value in asked.items():
                with told(said.append):
                    self.change(**{control: value})
        limits = {limit: _number(given[limit]) for limit in self.thresholds if limit in given}
        if limits:
            with told(said.append):
                self.set_thresholds(**{**self.thresholds, **limits})
        return said

    def _policy(self, values):
        row = self.policies.loc[self.lane].copy()
        for name, value in values.items():
            if name not in TARGETS:
                row[name] = value
        row["service_level"] = np.nan if values[OPTIMUM] else values["service_level"]
        return policy_of(row)

    def _evaluated(self, policy, horizon=DEFAULT_HORIZON):
        """The numbers of the lane, kept: one turn of a control asks for the same ones several times."""
        key = self.lane, policy, int(horizon)
        if key not in self._known:
            _, volumes = self.series()
            numbers = lane_report.evaluate(self.moments, policy, volumes, horizon=int(horizon), period=self.feed.period)
            self._known = {**dict(list(self._known.items())[-STATES_KEPT:]), key: numbers}
        return dict(self._known[key])


def _number(text):
    try:
        return float(text)
    except ValueError:
        return float("nan")  # which no control takes
