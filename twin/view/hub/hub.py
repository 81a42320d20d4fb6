"""The operations hub: data forms, the table of lanes, controls and tabs, all updated from one session."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from math import nan
from reprlib import repr as shortened
from typing import Any
from urllib.parse import parse_qsl

from twin._check import require
from twin.data.author import introduced
from twin.data.errors import PlanChanged
from twin.data.settings import setting
from twin.data.text import visible
from twin.plan.feed import Feed
from twin.plan.unit_names import UnitNames, named_units
from twin.view.guard import sentence, told
from twin.view.hub import bulk_edit, downloads, tabs
from twin.view.hub.data_feed import DataFeed
from twin.view.hub.desk import Desk
from twin.view.hub.meanwhile import Meanwhile, Work
from twin.view.hub.morning_panel import MorningPanel
from twin.view.hub.reopening import restore
from twin.view.hub.session import Session
from twin.view.opening import advising, check_parameters, lane_named, reading_options


class Hub(Desk):
    """The hub of one planner; its parts are displayed.

    `morning` (totals and actions), `lanes` (table), `desk` (controls and tabs) and `data` (forms) are these parts.

    Parameters
    ----------
    history : str
        "ledger:", an address of a ledger, "record:NAME", or the path of a file. By default the source that the setting
        TWIN_HISTORY names, or the synthetic research lanes if it is unset.
    lane : str, optional
        Lane to show first; by default the largest.
    reading : mapping, optional
        Options of reading the file, fields of `ReadingOptions`.
    """

    def __init__(self, history: str = "", lane: str = "", reading: Mapping[str, Any] | str = "") -> None:
        check_parameters()
        how = reading_options(reading)
        with advising(how):
            self.feed = DataFeed(self._take, history, setting("TWIN_HISTORY"), how.stated())
        session = Session(self.feed.feed, self.feed.known, plan=self.feed.plan(self.feed.feed))
        if lane != "":
            session.pick(lane_named(session.policies.index, lane))
        super().__init__(session)
        self._sessions = {_identity(self.feed.feed): session}
        self.feed.plan_in_use = lambda: (self.session.plan, self.session.feed.source != "ledger")
        self.feed.plan_changed = self._show_plan
        self.feed.contract_year = lambda names: self.session.contract_year(names)
        self.data = self.feed.forms
        asking = {"lane": self._on_lane, "scenario": self._on_scenario, "missing": self.feed.open_missing}
        self.morning = MorningPanel(session, asking)
        self._meanwhile = Meanwhile()
        self.lanes.observe(self._on_pick, "picked")
        self.lanes.observe(self._on_thresholds, "thresholds")
        self.lanes.observe(self._on_units, "units")
        self.sheet.observe(self._on_tab, "active")
        self.lanes.on_asked(self._on_lanes)
        self.dials.on_asked(self._on_dials)
        self.sheet.on_asked(self._on_sheet)

    # ------------------------------------------------------------ the morning

    def show_morning(self) -> None:
        """Show totals and actions of the present session, and the status of its lanes in the table."""
        self.morning.show(self.session)
        if self.session.has_morning():
            outlook = self.session.morning().attention.lanes["status"]
            if self.lanes.table["outlook"] != outlook.reindex(self.lanes.table["lane"]).tolist():
                self._show_lanes()

    def look_ahead(self) -> None:
        """Show the morning as soon as it is computed, and prepare forecasts, between the messages of a page."""
        self._meanwhile.start(self._coming())

    def _coming(self) -> Work:
        """Show the morning if it is not in view, then prepare forecasts; yield after each part of the work."""
        if not self.session.has_morning():
            yield from self.session.coming_morning()
            self.show_morning()
            yield
        yield from self.session.prepared()

    # ------------------------------------------------------------ actions

    def _take(self, feed: Feed, known: Any, lane: str | None = None) -> None:
        """Switch to a feed, or to new flows of the same one; if its lanes cannot be evaluated, nothing changes."""
        session = Session(feed, known, self._sessions.get(_identity(feed)), self.feed.plan(feed))
        if lane in session.policies.index:
            session.pick(lane)
        session.numbers()
        self.session = self._sessions[_identity(feed)] = session
        self._show_lanes()
        self._show_lane()
        self._anew()

    def _anew(self) -> None:
        """Show the morning of a session that is new, or whose plan has changed, as soon as the page is quiet."""
        if self.session.has_morning():
            self.show_morning()
        else:
            self.morning.wait(self.session)
        self.look_ahead()

    def _on_lane(self, lane: str) -> None:
        """Show the lane of an action."""
        with self._said():
            self.session.pick(lane)
            self._show_lane()

    def _on_scenario(self, name: str) -> None:
        """Put a scenario in view, or none, and show everything anew."""
        self.session.look_at(name)
        self._show_lanes()
        self._show_lane()
        self._anew()

    def _on_pick(self, change: Mapping[str, Any]) -> None:
        """Show the lane that was picked in the table."""
        if self._silent:
            return
        with self._said():
            self.session.pick(change["new"])
            self._show_lane()
        with self._quietly():
            self.lanes.picked = self.session.lane  # still the previous lane if the new one cannot be shown

    def _on_lanes(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        """Set a field of the plan for all lanes that the table shows, or say above it why that is refused."""
        self.lanes.said = self.lanes.noted = ""
        with told(lambda text: setattr(self.lanes, "said", text)):
            done = message.get("do")
            require(done == "set", "request", "one of those on the page", visible(str(done), 40))
            try:
                noted = bulk_edit.set_lanes(self.session, message)
            except PlanChanged:  # the planner sees the present values, and decides
                self._show_plan()
                raise
            self._show_plan()
            self.lanes.noted = noted

    def _on_thresholds(self, change: Mapping[str, Any]) -> None:
        """Apply new thresholds, or say below the table why they are refused."""
        if self._silent:
            return
        self.lanes.said = ""
        with told(lambda text: setattr(self.lanes, "said", text)):
            new, rule = change["new"], "two numbers, strain and under_used"
            ok = new.keys() == self.session.thresholds.keys() and all(type(x) in (int, float) for x in new.values())
            require(ok, "thresholds", rule, shortened(new))
            self.session.set_thresholds(**new)
        with self._said():
            self._show_lanes()
            self._show_page()

    def _on_units(self, change: Mapping[str, Any]) -> None:
        """Name the units in all labels, or say below the table why a name is refused."""
        if self._silent:
            return
        self.lanes.said = ""
        with told(lambda text: setattr(self.lanes, "said", text)):
            new = {name: str(word).strip() for name, word in change["new"].items()}
            require(new.keys() == vars(self.session.units).keys(), "units", "goods and currency", shortened(new))
            self.session.units = UnitNames(**new)
        with self._said():
            self._show_lanes()
            self._show_lane()
            if self.session.has_morning():
                self.show_morning()

    def _on_tab(self, change: Mapping[str, Any]) -> None:
        """Show the tab that was opened."""
        if self._silent:
            return
        with self._said():
            if change["new"] not in tabs.TABS:
                self.sheet.active = change["old"]
            self._show_page()

    def _on_dials(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        """Apply a change of the controls."""
        if message.get("subject") != self.session.lane:
            return  # the message belongs to a lane that is no longer shown
        done, name = message.get("do"), message.get("name", "")
        if done == "turn":
            self._turn(lambda: self.session.change(**{name: message.get("value", nan)}), name)
        elif done == "preset":
            self._turn(lambda: self.session.use_preset(name))
        elif done == "reset":
            self._turn(self.session.reset)
        else:
            self.dials.said = {"": f"Request must be one of those on the page; got {visible(str(done), 40)}."}

    def _turn(self, step: Callable[[], Any], control: str = "") -> None:
        """Carry out a change of the controls; if it is refused, show the reason beside the control, change nothing."""
        said: dict[str, str] = {}
        with told(lambda text: said.update({control: text.replace("_", " ")})):
            step()
        with self.dials.hold_sync():
            self._show_values()
            self.dials.said = said
        if not said:
            with self._said():
                self._show_page()
                self._show_row()

    def _on_sheet(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        """Carry out a button or a form of the open tab."""
        done = message.get("do")
        with self._said():
            if done == "shown":
                self._charts, query = bool(message.get("charts")), message.get("query", "")
                self.sheet.said, self.sheet.noted = self._follow(query), introduced()
                if self._charts and not query:
                    self._show_page()
                gc.collect()
                gc.freeze()  # these objects stay: searching them for garbage would delay pictures
                if self._meanwhile.idle:
                    self.look_ahead()
                return
            if done == "pictures":
                self._charts = False
                self._show_page()
                return
            if message.get("subject") != self.session.lane:
                return  # the message belongs to a lane that is no longer shown
            if done == "pin":
                self.session.pin()
            elif done == "unpin":
                self.session.pinned = None
            elif done == "in-motion":
                self.session.watch(str(message.get("site", "")))
            elif done in ("keep", "undo"):
                self._plan(done)
                return
            elif done in downloads.FILES:
                with named_units(self.session.units):
                    name, kind, content = downloads.FILES[done](self.session)
                self.sheet.send({"download": name, "type": kind}, buffers=[content])
            elif not self.session.partnership.do(message, self.session):
                self.analyst.do(message)
            self._show_page()

    def _show_plan(self) -> None:
        """Show the plan as it is now, after a change of it or of a look at what others have changed."""
        self.session.look_again()
        self._show_lanes()
        self._show_lane()
        self._anew()

    def _plan(self, done: str) -> None:
        """Keep the controls of the lane in the plan, or undo the planner's last change of it, and show the lanes."""
        try:
            made = self.session.keep() if done == "keep" else self.session.undo()
        except PlanChanged:  # the planner sees the present values, keeps the own ones in the controls, and decides
            self._show_plan()
            raise
        self._show_lanes()
        self._show_lane()
        self._anew()
        ends = "" if self.session.feed.source == "ledger" else " This plan ends with the page."
        words = "Kept in the plan" if done == "keep" else "Undone"
        self.sheet.noted = f"{words}: {self.session.plan.sentence(made)}.{ends}" if made else "Nothing new to keep."

    def _follow(self, query: str) -> str:
        """Restore the state in the link of a page; return a sentence on the parts that could not be used, or ""."""
        if not query:
            return ""
        asked = dict(parse_qsl(query.removeprefix("?")))
        said = self.feed.follow(asked.get("source", ""))
        with told(said.append):
            said += restore(self.session, query)
            if self.session.scenario:
                self._anew()
            if tab := asked.get("tab"):
                require(tab in tabs.TABS, "tab", f"one of {', '.join(tabs.TABS)}", visible(tab, 40))
                with self._quietly():
                    self.sheet.active = tab
        self._show_lanes()
        self._show_lane()
        return f"Part of the link could not be used: {' '.join(map(sentence, said))}" if said else ""


def _identity(feed: Feed) -> tuple:
    """Return the key under which a planner's choices are kept: they outlast new flows of a ledger, not a new file."""
    return (feed.source, feed.place, feed.period, id(feed) if feed.source == "file" else None)
