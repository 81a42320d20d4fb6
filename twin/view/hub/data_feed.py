"""Handle the forms of the data feed: the source of the hub's flows, and changes to the ledger."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.errors import RowsRefused
from twin.data.load import load_history, read_history
from twin.data.places import DEFAULT_LEDGER, is_ledger, is_record
from twin.data.scenarios import POLICIES
from twin.data.text import number_of, visible
from twin.plan.feed import Feed, feed_of_history, feed_of_ledger
from twin.view.guard import sentence, told
from twin.view.hub import feed_answers, forms, reading_form
from twin.view.hub.flow_desk import FlowDesk
from twin.view.hub.import_desk import ImportDesk
from twin.view.hub.plan_desk import PlanDesk
from twin.view.hub.reading_form import in_form
from twin.view.words import alert

if TYPE_CHECKING:
    from twin.plan.capacity_plan import CapacityPlan

Policies = Mapping[str, Mapping[str, float]]  # lane -> its known policy fields

#: Requests that need the permission to delete or replace flows.
DESTRUCTIVE = {"delete", "deletion", "edit", "revert", "undo", "undone", "reset"}


class DataFeed(FlowDesk, ImportDesk, PlanDesk):
    """The forms of the data feed, and the feed that the planner has chosen in them.

    Parameters
    ----------
    changed : callable
        Called with the feed, its known policies and a lane to show, when the feed or its flows have changed.
    history : str
        Source to open, as `Hub` takes it; an error is raised if it cannot be opened.
    otherwise : str
        Source to open if `history` is empty; if it cannot be opened, the page shows the research lanes and the reason,
        and tries again when a visitor comes or asks for it.
    reading : mapping, optional
        Options of reading the file to open, fields of `ReadingOptions`.
    """

    def __init__(
        self,
        changed: Callable[[Feed, Policies | None, str | None], Any],
        history: str = "",
        otherwise: str = "",
        reading: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(next((name for name in (history, otherwise) if is_ledger(name)), DEFAULT_LEDGER))
        self._changed = changed
        self._uploaded: Feed | None = None
        self._why = ""  # error sentence if the ledger cannot be opened
        self._reading = dict(reading or {})
        require(history or otherwise or not reading, "history", "a file where options of reading are stated", "none")
        self._otherwise = otherwise
        self.feed: Feed = self._opened(history) if history else self._opened_or_missing()
        self.forms.said = alert(self.feed.missing) if self.feed.missing else ""
        self._show()
        self.forms.on_asked(self._on_message)

    def _opened(self, history: str) -> Feed:
        """Return the feed of a ledger, of a record or of a file."""
        if is_ledger(history):
            require(not self._reading, "reading", "empty where the history is a ledger", ", ".join(self._reading))
            return self._of_ledger()
        if is_record(history):
            return _of_record(history)
        feed = feed_of_history(load_history(history, **self._reading))
        self._uploaded = replace(feed, place=Path(history).name)
        return self._uploaded

    def _opened_or_missing(self) -> Feed:
        """Return the feed of the source to open by default, or the research lanes with the reason why it is missing."""
        why: list[str] = []
        with told(why.append, in_form):
            return self._opened(self._otherwise) if self._otherwise else _research()
        return replace(_research(), missing=why[0])

    def open_missing(self) -> None:
        """Try again to open the source that could not be opened, if there is one; an error says why it is missing."""
        if not self.feed.missing:
            return
        self._switch(self._opened(self._otherwise))
        self.forms.said = ""
        self._show()

    @property
    def known(self) -> Policies | None:
        """Known policies of the feed's lanes; None if there are none."""
        return _known(self.feed)

    def plan(self, feed: Feed) -> CapacityPlan | None:
        """Return the plan of the ledger, if the feed is the ledger's; None for a plan that ends with the page."""
        if feed.source != "ledger":
            return None
        from twin.plan.capacity_plan import CapacityPlan  # imports database packages

        return CapacityPlan(self.ledger.plan, period=feed.calendar.length)

    def follow(self, source: str) -> list[str]:
        """Switch to the source that a link names; return error sentences if it cannot be opened."""
        said: list[str] = []
        if source and source != self.feed.source:
            with told(said.append):
                self._use(source)
            self._show()
        return said

    # ------------------------------------------------------------ messages of the forms

    def _on_message(self, message: dict[str, Any], buffers: list[bytes]) -> None:
        """Handle a message with the method `do_...` of its name, and show the answer."""
        done = str(message.get("do", ""))
        if done == "piece":
            return self._uploads.collect(message, buffers)
        said, self._stale = [], None
        with told(lambda text: said.append(alert(text)), in_form):
            step = getattr(self, f"do_{done.replace('-', '_')}", None)
            require(step, "request", "one of those on the page", visible(done))
            if done in DESTRUCTIVE or message.get("held") == "replace":
                self._permission.require()
            said.append(step(message))
        if self._stale:  # the answer tells of the change even if the changed flows cannot be shown
            with told(lambda text: said.append(alert(text))):
                self._refresh(**self._stale)
        self._show()
        if any(part is not None for part in said):  # otherwise a dialog is open, and the last answer stays
            self.forms.said = ""  # an unchanged value would not be sent: so the same answer appears again
            self.forms.said = "".join(filter(None, said))

    def do_opened(self, _message: dict[str, Any]) -> None:
        """Open the ledger when a page shows the forms, and show what came while the hub waited for a visitor."""
        self._why = ""
        with told(lambda text: setattr(self, "_why", text)):
            _ = self.ledger
        self.open_missing()
        self._stale = {"lane": None} if self.feed.source == "ledger" else None

    def do_refresh(self, _message: dict[str, Any]) -> str:
        """Read the ledger again, because others may have changed it; return the answer."""
        self._use("ledger")
        return feed_answers.looking_at(self.feed)

    def do_source(self, message: dict[str, Any]) -> str:
        """Switch to another source; return the answer."""
        self._use(message.get("source"))
        return feed_answers.looking_at(self.feed)

    def do_upload(self, message: dict[str, Any]) -> str:
        """Switch to an uploaded file, which is not stored; return the answer."""
        reading = reading_form.reading(message)
        before = self._uploaded

        def read(path, name):
            history = read_history(path, name=name, **reading)
            self._uploads.hold(message, path)  # its flows may be kept in the ledger
            return history

        try:
            history = self._uploads.read(message, read)
        except RowsRefused as refusal:
            return alert(sentence(refusal)) + feed_answers.account(refusal.account)
        try:
            self._uploaded = feed_of_history(history)
            self._use("file")
        except ValueError as error:  # the file was read, and no lane of it can be shown
            self._uploaded = before
            return alert(sentence(error)) + feed_answers.account(history.account)
        keep = "" if self._ledger is None or self._ledger.read_only else feed_answers.keeping(message)
        return feed_answers.account(history.account) + keep

    def do_export(self, _message: dict[str, Any]) -> str:
        """Send the ledger to the page as a CSV file; return the answer."""
        text = io.StringIO(newline="")
        count = self.ledger.export(text)
        self.forms.send({"download": "flows.csv", "type": "text/csv"}, buffers=[text.getvalue().encode()])
        return feed_answers.said(f"{number_of(count, 'flow')} exported to flows.csv.")

    def do_unlock(self, message: dict[str, Any]) -> str:
        """Let this page delete flows if the planner has typed the server's token; return the answer."""
        self._permission.give(str(message.get("secret", "")))
        return feed_answers.said("Unlocked: until it is closed, this page can delete and replace flows.")

    def do_reset(self, message: dict[str, Any]) -> str:
        """Delete all flows if the planner has typed the words that confirm it; return the answer."""
        from twin.data.ledger.store import RESET_TOKEN

        typed = message.get("token", "").strip().lower()
        require(typed == RESET_TOKEN, "confirmation", f"the words {RESET_TOKEN}", visible(typed, 40) or "none")
        gone = self.ledger.reset(typed)
        if self.feed.source == "ledger":
            self._use("research")
        return feed_answers.said(f"{number_of(gone, 'flow')} deleted; the hub shows the research lanes.")

    # ------------------------------------------------------------ steps behind them

    def _of_ledger(self) -> Feed:
        """Return the feed of the ledger."""
        require(self.ledger.count() > 0, "ledger", "one that holds flows: log or import some first", "none")
        feed = feed_of_ledger(self.ledger)
        return replace(feed, place=feed_answers.named(feed.place))

    def _use(self, source: str | None, lane: str | None = None) -> None:
        """Switch to a source; if it cannot be shown, an error is raised and the hub keeps the current one."""
        if source == "ledger":
            feed = self._of_ledger()
        elif source == "file":
            require(self._uploaded, "file", "uploaded first, which a link cannot do", "none")
            feed = self._uploaded
        elif is_record(source):
            feed = _of_record(str(source))
        else:
            require(source == "research", "source", "research, file, ledger or a record", visible(str(source)))
            feed = _research()
        self._switch(feed, lane)

    def _switch(self, feed: Feed, lane: str | None = None) -> None:
        """Show another feed."""
        self._changed(feed, _known(feed), lane)
        self.feed = feed

    def _refresh(self, lane: str | None, switch: bool = False) -> None:
        """Show a changed ledger again, if the hub shows it or is to switch to it.

        If no lane is left, the hub switches to the research lanes.
        """
        if self.feed.source != "ledger" and not switch:
            return
        try:
            self._use("ledger", lane)
        except ValueError as why:
            self._use("research")
            raise ValueError(
                f"the ledger has no lane left to show, so the hub shows the research lanes: {why}"
            ) from None

    def _show(self) -> None:
        """Build the page of forms again; if the ledger cannot be reached, the page contains the reason."""
        status = None
        if self._ledger is not None:
            from twin.data.ledger.store import RESET_TOKEN

            with told(lambda text: setattr(self, "_why", text)):
                status = {**self._ledger.status(), "reset_token": RESET_TOKEN}
        self.forms.page = forms.page(self.feed, status, self._why, self._uploaded is not None, self._permission)


def _research() -> Feed:
    return feed_of_history(load_history(""), "research")


def _of_record(history: str) -> Feed:
    """Return the feed of a record; its source is its name, with which a link opens it again."""
    found = load_history(history)
    return feed_of_history(found, found.account.file)


def _known(feed: Feed) -> Policies | None:
    return POLICIES if feed.source == "research" else None
