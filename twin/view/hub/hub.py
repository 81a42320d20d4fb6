"""The operations hub: forms, the table of lanes, controls and tabs, kept in step by one session."""

import gc
from contextlib import contextmanager
from urllib.parse import parse_qsl

import ipywidgets

from twin.data.settings import setting
from twin.data.text import visible
from twin.plan.wording import unit_in
from twin.view.analyst_desk import AnalystDesk
from twin.view.guard import sentence, told
from twin.view.hub import downloads, network, tabs
from twin.view.hub.controls import OPTIMUM, PRESETS
from twin.view.hub.data_feed import DataFeed
from twin.view.hub.session import Session
from twin.view.output import png
from twin.view.widgets import Dials, NetworkTable, Sheet

TOOLS = [["pdf", "PDF report"], ["csv", "CSV of all numbers"], ["link", "Copy link"]]


class Hub:
    """A planner's cockpit of three parts to display: `data`, `lanes` and `desk`.

    Parameters
    ----------
    history : str
        "ledger:", an address of a ledger, or the path of a CSV file; empty for what the setting TWIN_HISTORY says, else
        for the synthetic research lanes.
    lane : str, optional
        The lane to look at first; empty for the largest.
    """

    def __init__(self, history="", lane=""):
        self.feed = DataFeed(self._take, history, otherwise=setting("TWIN_HISTORY"))
        self.session = Session(self.feed.feed, self.feed.known)
        self._sessions = {_identity(self.feed.feed): self.session}
        if lane:
            self.session.pick(lane)
        self.lanes = NetworkTable()
        self.dials = Dials(presets=list(PRESETS))
        labels = [[name, label] for name, (label, *_) in tabs.TABS.items()]
        self.sheet = Sheet(tabs=labels, tools=TOOLS, active="capacity")
        self.desk = ipywidgets.Box([self.dials, self.sheet])
        self.desk.add_class("twin-desk")
        self.data = self.feed.forms
        self._silent = False
        self.analyst = AnalystDesk(self.sheet, lambda: (self.session.portfolio, self.session.lane), self._answered)
        self._show_lanes()
        self._show_lane()
        self.lanes.observe(self._on_pick, "picked")
        self.lanes.observe(self._on_thresholds, "thresholds")
        self.sheet.observe(self._on_tab, "active")
        self.dials.on_asked(self._on_dials)
        self.sheet.on_asked(self._on_sheet)

    # ------------------------------------------------------------ what is shown

    def _show_lanes(self):
        """Every lane anew."""
        session = self.session
        with self._quietly(), self.lanes.hold_sync():
            self.lanes.columns = network.columns(session.feed.period)
            self.lanes.row = {}  # else the same one is not sent again
            self.lanes.table = network.table(session.network(), session.feed.period)
            self.lanes.sparks = network.sparks(session.feed.recent)
            self.lanes.thresholds = dict(session.thresholds)
            self.lanes.picked = session.lane

    def _show_lane(self):
        """The picked lane anew, controls included."""
        session, period = self.session, self.session.feed.period
        fields = [{**vars(field), "label": field.label, "unit": _unit(field, period)} for field in session.fields]
        optimum = {"name": OPTIMUM, "label": "newsvendor optimum", "unit": "yes", "low": 0, "high": 1, "step": 1}
        optimum |= {"help": "aim at the critical ratio of the costs above", "group": "Target"}
        fields.insert([field["name"] for field in fields].index("service_level"), optimum)
        with self._quietly(), self.dials.hold_sync():
            self.dials.subject, self.dials.fields, self.dials.said = session.lane, fields, {}
            self._show_values()
            self.lanes.picked = session.lane
        self._show_page()

    def _show_values(self):
        values = self.session.values
        self.dials.values = {**values, "service_level": float(self.session.policy.service_level)}
        self.dials.disabled = ["service_level"] if values[OPTIMUM] else []

    def _show_page(self):
        """The open tab anew, with its pictures."""
        session, name = self.session, self.sheet.active
        numbers = session.numbers()
        _, page, parts = tabs.TABS[name]
        with self.sheet.hold_sync():
            self.sheet.subject, self.sheet.title = session.lane, visible(session.lane)
            self.sheet.status = self._where()
            self.sheet.query = session.query() + f"&tab={name}"
            self.sheet.page = self.analyst.page() if name == "analyst" else page(session, numbers)
            for part in parts[:1]:
                self._draw(part, numbers)
        for part in parts[1:]:  # the first is on its way already
            self._draw(part, numbers)

    def _draw(self, part, numbers):
        figure = tabs.drawn(part, self.session, numbers)
        if figure is not None:
            setattr(self.sheet, part, png(figure, quick=True))

    def _show_row(self):
        """The picked lane's row anew; the others have not changed, and there may be thousands."""
        session = self.session
        row = {n: v[0] for n, v in network.table(session.network([session.lane]), session.feed.period).items()}
        place = session.policies.index.get_loc(session.lane)
        for name, value in row.items():
            self.lanes.table[name][place] = value  # as the page does
        self.lanes.row = row

    def _where(self):
        session = self.session
        row = session.feed.statistics.loc[session.lane]
        record = f"{int(row['periods']):,} {unit_in('period', session.feed.period)}s to {row['last_date']:%Y-%m-%d}"
        return f"{visible(session.feed.place, 60)}, {record}. Assumed: {'; '.join(session.assumptions)}."

    # ------------------------------------------------------------ what is done

    def _take(self, feed, known, lane=None):
        """Look at another feed, or at the same one with other flows; nothing changes when that cannot be."""
        session = Session(feed, known, self._sessions.get(_identity(feed)))
        if lane in session.policies.index:
            session.pick(lane)
        session.numbers()
        self.session = self._sessions[_identity(feed)] = session
        self._show_lanes()
        self._show_lane()

    def _on_pick(self, change):
        if self._silent:
            return
        with self._said():
            self.session.pick(change["new"])
            self._show_lane()
        with self._quietly():
            self.lanes.picked = self.session.lane  # where the one asked for cannot be shown

    def _on_thresholds(self, change):
        if self._silent:
            return
        self.lanes.said = ""
        with told(lambda text: setattr(self.lanes, "said", text)):
            self.session.set_thresholds(**change["new"])
        with self._said():
            self._show_lanes()
            self._show_page()

    def _on_tab(self, change):
        if self._silent:
            return
        with self._said():
            if change["new"] not in tabs.TABS:
                self.sheet.active = change["old"]
            self._show_page()

    def _on_dials(self, message, _buffers):
        if message.get("subject") != self.session.lane:
            return  # of a lane that is no longer shown
        done, name = message.get("do"), message.get("name", "")
        if done == "turn":
            self._turn(lambda: self.session.change(**{name: message.get("value")}), name)
        elif done == "preset":
            self._turn(lambda: self.session.use_preset(name))
        elif done == "reset":
            self._turn(self.session.reset)

    def _turn(self, step, control=""):
        """Take a step with the controls; one that cannot be is said beside its control, and changes nothing."""
        said = {}
        with told(lambda text: said.update({control: text.replace("_", " ")})):
            step()
        with self.dials.hold_sync():
            self._show_values()
            self.dials.said = said
        if not said:
            with self._said():
                self._show_page()
                self._show_row()

    def _on_sheet(self, message, _buffers):
        done = message.get("do")
        with self._said():
            if done == "shown":
                self.sheet.said = self._follow(message.get("query", ""))
                gc.collect()
                gc.freeze()  # what is here stays; looking through it for garbage would hold up pictures
                return
            if message.get("subject") != self.session.lane:
                return  # of a lane that is no longer shown
            if done == "pin":
                self.session.pin()
            elif done == "unpin":
                self.session.pinned = None
            elif done in downloads.FILES:
                name, kind, content = downloads.FILES[done](self.session)
                self.sheet.send({"download": name, "type": kind}, buffers=[content])
            elif not self.session.partnership.do(message, self.session):
                self.analyst.do(message)
            self._show_page()

    def _answered(self):
        """Show what the analyst has said; a planner who looks at another tab finds it later."""
        with told(lambda text: setattr(self.sheet, "said", text)):
            self._show_page()

    def _follow(self, query):
        """Follow the link that a page was opened with; return a sentence on what of it could not be."""
        if not query:
            return ""
        asked = dict(parse_qsl(query.removeprefix("?")))
        said = self.feed.follow(asked.get("source", ""))
        with told(said.append):
            said += self.session.restore(query)
            if asked.get("tab") in tabs.TABS:
                with self._quietly():
                    self.sheet.active = asked["tab"]
        self._show_lanes()
        self._show_lane()
        return f"The link could not be followed in all: {' '.join(map(sentence, said))}" if said else ""

    @contextmanager
    def _said(self):
        """What goes wrong inside is said above the tabs; what was said before is over."""
        self.sheet.said = ""
        with told(lambda text: setattr(self.sheet, "said", text)):
            yield

    @contextmanager
    def _quietly(self):
        """Changes made inside are ours, not the planner's."""
        before, self._silent = self._silent, True
        try:
            yield
        finally:
            self._silent = before


def _identity(feed):
    """What a planner's choices hold for: the ledger and the research lanes as they grow, a file as it was sent."""
    return (feed.source, feed.place, feed.period, id(feed) if feed.source == "file" else None)


def _unit(field, period):
    return "%" if field.unit == "-" else unit_in(field.unit, period)
