"""The morning panel of the hub: status, totals, and at most ten actions that a planner decides in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.text import visible
from twin.plan.comments import comment_on
from twin.plan.unit_names import named_units
from twin.view.guard import sentence, told
from twin.view.hub.feed_answers import whole
from twin.view.hub.morning_page import page, radios
from twin.view.widgets import Forms
from twin.view.words import alert, note

if TYPE_CHECKING:
    from twin.view.hub.session import Session

DECIDED_BY = {"accept": "accepted", "decline": "declined", "snooze": "snoozed", "change": "changed"}
FIELDS = ("places", "first", "last", "price", "partner", "comment")  # of a decision, in the form of an action


class MorningPanel(Forms):
    """The panel as a widget; `on_lane` is called with the lane of an action that is clicked."""

    def __init__(self, session: Session, on_lane: Callable[[str], Any] = lambda lane: None) -> None:
        super().__init__()
        self.session, self.on_lane = session, on_lane
        self._open = False  # True once a planner sees the page: one that is prepared for a visitor is no visit
        self.wait(session)
        self.on_asked(self._on_message)

    def wait(self, session: Session) -> None:
        """Say that the morning of a session is being computed."""
        self.session, self.said = session, ""
        count = len(session.feed.statistics)
        self.page = radios() + f'<p class="twin-help">Looking at the coming weeks of {count:,} lanes …</p>'

    def show(self, session: Session) -> None:
        """Show the morning of a session; an error is told in place of it."""
        self.session = session
        with told(lambda text: setattr(self, "page", radios() + alert(text))), named_units(session.units):
            if self._open:
                session.visit()
            kept = session.feed.source == "ledger"
            self.page = page(session.morning(), kept, session.comments(), session.authors())

    def _on_message(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        done, lane = str(message.get("do", "")), str(message.get("lane", ""))
        if done == "opened":
            self._open = True
            if self.session.has_morning():
                self.show(self.session)
            return
        self.said = ""
        with told(lambda text: setattr(self, "said", alert(text))):
            if done == "lane":
                self.on_lane(lane)
                return
            said = self._done(str(message.get("then") or done), lane, message)
            self.show(self.session)
            self.said = note(sentence(f"{visible(lane, 60)}: {said}"))

    def _done(self, done: str, lane: str, message: Mapping[str, Any]) -> str:
        """Carry out a request of the page, and return what was done."""
        if done == "return":
            self.session.take_back(str(message.get("name", "")))
            return "back among the actions"
        if done == "comment":
            comment_on(self.session.plan, lane, str(message.get("action", "")), str(message.get("comment", "")))
            return "comment written"
        if done == "uncomment":
            self.session.plan.undo(whole("change", str(message.get("change", ""))))
            return "change of the comment undone"
        require(done in DECIDED_BY, "request", "one of those on the page", visible(done, 40))
        names = {"snooze": ("until", "comment"), "change": FIELDS}.get(done, ("comment",))
        more = {name: str(message[name]) for name in names if message.get(name)}
        self.session.decide(lane, str(message.get("action", "")), DECIDED_BY[done], **more)
        return DECIDED_BY[done] + (f" until {more['until']}" if "until" in more else "")
