"""The morning panel of the hub: status, totals, and at most ten actions that a planner decides in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.text import number_of, visible
from twin.plan.comments import comment_on
from twin.plan.unit_names import named_units
from twin.view.guard import sentence, told
from twin.view.hub.decision_answer import past_decisions
from twin.view.hub.feed_answers import whole
from twin.view.hub.morning_page import missing, page, radios
from twin.view.hub.scenario_choice import in_view, scenario_choice
from twin.view.widgets import Forms
from twin.view.words import TRY_AGAIN, alert, note

if TYPE_CHECKING:
    from twin.view.hub.session import Session

DECIDED_BY = {"accept": "accepted", "decline": "declined", "snooze": "snoozed", "change": "changed"}
FIELDS = ("places", "first", "last", "price", "partner", "comment")  # of a decision, in the form of an action
EMPTIED = ("price", "partner")  # fields of a decision that a planner may empty


class MorningPanel(Forms):
    """The panel as a widget.

    on_asking : functions of what the page asks of the hub: "lane" gets the lane of an action that is clicked,
        "scenario" the name of the scenario that is to be in view, "" for none, and "missing" nothing, when a planner
        asks again for a source that could not be opened.
    """

    def __init__(self, session: Session, on_asking: Mapping[str, Callable[..., Any]] | None = None) -> None:
        super().__init__()
        self.session, self.on_asking = session, on_asking or {}
        self._open = False  # True once a planner sees the page: one that is prepared for a visitor is no visit
        self.wait(session)
        self.on_asked(self._on_message)

    def wait(self, session: Session) -> None:
        """Say that the morning of a session is being computed."""
        self.session, self.said = session, ""
        if session.feed.missing:
            return self._instead(missing(session.feed.missing))
        count = len(session.feed.statistics)
        words = f'<p class="twin-help">Looking at the coming weeks of {number_of(count, "lane")} …</p>'
        self.page = radios() + words + in_view(session)

    def show(self, session: Session) -> None:
        """Show the morning of a session; an error is told in place of it."""
        self.session = session
        with told(self._instead), named_units(session.units):
            if session.feed.missing:
                return self._instead(missing(session.feed.missing))
            if self._open:
                session.visit()
            kept = session.feed.source == "ledger"
            past = past_decisions(session.decision_worth())
            choice = scenario_choice(session)
            self.page = page(session.morning(), kept, session.comments(), session.authors(), choice, past)
            self.page += in_view(session)

    def _instead(self, why: str) -> None:
        """Say why there is no morning, with a button that tries again."""
        self.page = radios() + alert(why) + TRY_AGAIN + in_view(self.session)

    def _on_message(self, message: dict[str, Any], _buffers: list[bytes]) -> None:
        done, lane = str(message.get("do", "")), str(message.get("lane", ""))
        if done == "opened":
            self._open = True
            if self.session.feed.missing:
                with told(lambda text: self._instead(missing(text))):
                    self.on_asking["missing"]()
            elif self.session.has_morning() or TRY_AGAIN in self.page:
                self.show(self.session)
            return
        self.said = ""
        with told(lambda text: setattr(self, "said", alert(text))):
            if done in ("lane", "scenario") and done in self.on_asking:
                self.on_asking[done](str(message.get(done, "")))
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
        given = {name: str(message[name]) for name in names if name in message}
        more = {name: text for name, text in given.items() if text or name in EMPTIED}
        self.session.decide(lane, str(message.get("action", "")), DECIDED_BY[done], **more)
        return DECIDED_BY[done] + (f" until {more['until']}" if "until" in more else "")
