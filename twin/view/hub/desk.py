"""The view of a session in the hub: the table of lanes, the controls, and the open tab with its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

import ipywidgets

from twin.data.text import number_of, visible
from twin.plan.unit_names import named_units
from twin.plan.wording import unit_in
from twin.view.analyst_desk import AnalystDesk
from twin.view.guard import told
from twin.view.hub import bulk_edit, network, tabs
from twin.view.hub.controls import OPTIMUM, PRESETS, Field
from twin.view.hub.reopening import query_of
from twin.view.hub.session import Session
from twin.view.output import png
from twin.view.widgets import Dials, NetworkTable, Sheet

TOOLS = [["pdf", "PDF report"], ["report", "Network report"], ["csv", "CSV of all numbers"], ["link", "Copy link"]]
TOOLS += [["keep", "Keep for this lane"], ["undo", "Undo last change"]]  # buttons: name, label


def _in_units(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method of the hub that uses the planner's names of units in what it sends."""

    @wraps(method)
    def named(self, *given):
        with named_units(self.session.units):
            return method(self, *given)

    return named


class Desk:
    """The widgets of a session: `lanes` (table) and `desk` (controls and tabs)."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lanes = NetworkTable()
        self.dials = Dials(presets=list(PRESETS))
        labels = [[name, label] for name, (label, *_) in tabs.TABS.items()]
        self.sheet = Sheet(tabs=labels, tools=TOOLS, active="capacity")
        self.desk = ipywidgets.Box([self.sheet, self.dials])
        self.desk.add_class("twin-bench")
        self._charts = False  # True if the page draws charts itself
        self._silent = False  # True while the hub itself changes widgets
        self.analyst = AnalystDesk(self.sheet, lambda: (self.session.portfolio, self.session.lane), self._answered)
        self._show_lanes()
        self._show_lane()

    @_in_units
    def _show_lanes(self) -> None:
        """Send the whole table of lanes."""
        session = self.session
        with self._quietly(), self.lanes.hold_sync():
            self.lanes.columns = network.columns(session.feed.period, sites=bool(session.sites()))
            self.lanes.settable = bulk_edit.settable(session.feed.period)
            self.lanes.row = {}  # an unchanged value would not be sent: so the same row can follow the table
            self.lanes.table = network.table(session.network(), session.feed.period)
            self.lanes.sparks = network.sparks(session.feed.recent)
            self.lanes.thresholds, self.lanes.units = dict(session.thresholds), dict(vars(session.units))
            self.lanes.picked = session.lane

    @_in_units
    def _show_lane(self) -> None:
        """Send the controls and the open tab of the picked lane."""
        session, period = self.session, self.session.feed.period
        fields = [{**vars(field), "label": field.label, "unit": _unit(field, period)} for field in session.fields]
        optimum = {"name": OPTIMUM, "label": "newsvendor optimum", "unit": "yes", "low": 0, "high": 1, "step": 1}
        optimum |= {"help": "set the service level to the critical ratio of the costs above", "group": "Target"}
        fields.insert([field["name"] for field in fields].index("service_level"), optimum)
        with self._quietly(), self.dials.hold_sync():
            self.dials.subject, self.dials.fields, self.dials.said = session.lane, fields, {}
            self._show_values()
            self.lanes.picked = session.lane
        self._show_page()

    def _show_values(self) -> None:
        """Send the values of the controls."""
        values = self.session.values
        self.dials.values = {**values, "service_level": float(self.session.policy.service_level)}
        self.dials.disabled = ["service_level"] if values[OPTIMUM] else []

    @_in_units
    def _show_page(self) -> None:
        """Send the open tab: head and first picture, which take little time, then the page, then other pictures."""
        session, name = self.session, self.sheet.active
        numbers = session.numbers()
        _, page, parts = tabs.TABS[name]
        with self.sheet.hold_sync():
            self.sheet.title = visible(session.lane)
            self.sheet.status, self.sheet.assumed = self._where(), list(session.assumptions)
            self.sheet.query = query_of(session) + f"&tab={name}"
            for part in parts[:1]:
                self._draw(part, numbers)
        with self.sheet.hold_sync():  # a message of the page names its subject
            self.sheet.subject = session.lane
            self.sheet.page = self.analyst.page() if name == "analyst" else page(session, numbers)
        for part in parts[1:]:
            self._draw(part, numbers)

    def _draw(self, part: str, numbers: Mapping[str, float]) -> None:
        """Send one picture, as numbers if the page draws it itself."""
        chart = tabs.charted(part, self.session, numbers) if self._charts else None
        if chart is not None:
            self.sheet.charts = {part: chart}
            return
        figure = tabs.drawn(part, self.session, numbers)
        if figure is not None:
            setattr(self.sheet, part, png(figure, quick=True))

    @_in_units
    def _show_row(self) -> None:
        """Send the row of the picked lane alone: a table may have thousands of rows."""
        session = self.session
        row = {n: v[0] for n, v in network.table(session.network([session.lane]), session.feed.period).items()}
        place = session.policies.index.get_loc(session.lane)
        for name, value in row.items():
            self.lanes.table[name][place] = value  # the page makes the same change when it gets the row
        self.lanes.row = row

    def _where(self) -> str:
        """Return the line below the title: source and record."""
        session = self.session
        row = session.feed.statistics.loc[session.lane]
        record = (
            f"{number_of(int(row['periods']), unit_in('period', session.feed.period))} to {row['last_date']:%Y-%m-%d}"
        )
        scenario = f" Scenario {visible(session.scenario, 60)} in view." if session.scenario else ""
        return f"{visible(session.feed.place, 60)}, {record}.{scenario}"

    def _answered(self) -> None:
        """Show an answer of the analyst, if its tab is open; otherwise it appears when the tab is opened."""
        with told(lambda text: setattr(self.sheet, "said", text)):
            self._show_page()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Show an error of the block above the tabs, in place of the previous sentence."""
        self.sheet.said = self.sheet.noted = ""
        with told(lambda text: setattr(self.sheet, "said", text)):
            yield

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """Mark changes of widgets inside the block as the hub's own, so that callbacks ignore them."""
        before, self._silent = self._silent, True
        try:
            yield
        finally:
            self._silent = before


def _unit(field: Field, period: str) -> str:
    if field.choices:
        return ""
    return "%" if field.unit == "-" else unit_in(field.unit, period)
