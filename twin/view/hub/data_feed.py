"""Handle the forms of the data feed: the source of the hub's flows, and changes to the ledger."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.errors import AlreadyHeld, RowsRefused
from twin.data.load import load_history, read_history
from twin.data.permission import Permission
from twin.data.places import DEFAULT_LEDGER, is_ledger, is_record
from twin.data.scenarios import POLICIES
from twin.data.text import visible
from twin.plan.feed import Feed, feed_of_history, feed_of_ledger
from twin.view.guard import sentence, told
from twin.view.hub import feed_answers, forms, reading_form
from twin.view.hub.reading_form import in_form
from twin.view.hub.uploads import Uploads
from twin.view.widgets import Forms
from twin.view.words import alert

if TYPE_CHECKING:
    from twin.data.ledger.importing import Import
    from twin.data.ledger.store import Ledger
    from twin.plan.capacity_plan import CapacityPlan

Policies = Mapping[str, Mapping[str, float]]  # lane -> its known policy fields

FAR_DAYS = 31  # a new flow this many days away from all others needs a confirmation [day]
RECENT_FLOWS = 20  # number of latest flows of a lane in the list
DESTRUCTIVE = {"delete", "deletion", "undo", "undone", "reset"}  # requests that need the permission to delete flows


class DataFeed:
    """The forms of the data feed, and the feed that the planner has chosen in them.

    Parameters
    ----------
    changed : callable
        Called with the feed, its known policies and a lane to show, when the feed or its flows have changed.
    history : str
        Source to open, as `Hub` takes it; an error is raised if it cannot be opened.
    otherwise : str
        Source to open if `history` is empty; if it cannot be opened, the page shows the research lanes and the reason.
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
        self._changed, self._uploads, self._permission = changed, Uploads(), Permission()
        self._uploaded: Feed | None = None
        self._ledger: Ledger | None = None
        self._why = ""  # error sentence if the ledger cannot be opened
        self._stale: dict[str, Any] | None = None  # arguments of `_refresh` if flows have changed
        self._reading = dict(reading or {})
        require(history or otherwise or not reading, "history", "a file where options of reading are stated", "none")
        self._address = next((name for name in (history, otherwise) if is_ledger(name)), DEFAULT_LEDGER)
        self.forms = Forms()
        feed = None
        if history:
            feed = self._opened(history)
        elif otherwise:
            with told(lambda text: setattr(self.forms, "said", alert(text)), in_form):
                feed = self._opened(otherwise)
        self.feed: Feed = feed or _research()
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

    @property
    def known(self) -> Policies | None:
        """Known policies of the feed's lanes; None if there are none."""
        return _known(self.feed)

    def plan(self, feed: Feed) -> CapacityPlan | None:
        """Return the plan of the ledger, if the feed is the ledger's; None for a plan that ends with the page."""
        if feed.source != "ledger":
            return None
        from twin.plan.capacity_plan import CapacityPlan  # imports database packages

        return CapacityPlan(self.ledger.plan)

    @property
    def ledger(self) -> Ledger:
        """The ledger; it is opened when it is first needed."""
        if self._ledger is None:
            from twin.data.ledger.store import Ledger  # imports database packages, which a page on files does not need

            self._ledger = Ledger(self._address)
        return self._ledger

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
        """Open the ledger when a page shows the forms, and show flows added while the hub waited for a visitor."""
        self._why = ""
        with told(lambda text: setattr(self, "_why", text)):
            _ = self.ledger
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
        try:
            history = self._uploads.read(message, lambda path, name: read_history(path, name=name, **reading))
        except RowsRefused as refusal:
            return alert(sentence(refusal)) + feed_answers.account(refusal.account)
        try:
            self._uploaded = feed_of_history(history)
            self._use("file")
        except ValueError as error:  # the file was read, and no lane of it can be shown
            self._uploaded = before
            return alert(sentence(error)) + feed_answers.account(history.account)
        return feed_answers.account(history.account)

    def do_log(self, message: dict[str, Any]) -> str | None:
        """Add one flow to the ledger, and return the answer; an unusual day or volume needs a confirmation first."""
        returns = message.get("returns", "").strip()
        volume = feed_answers.amount("volume", message.get("volume", ""))
        returns = feed_answers.amount("returns", returns) if returns else None
        if not message.get("sure"):
            far = self.ledger.far_from_record(message.get("lane", ""), volume)
            if odd := " ".join(filter(None, (self._odd(message.get("date", "")), far))):
                return self._ask(f"{odd} Log it anyway?", "Log it", {**message, "sure": True})
        flow = self.ledger.append(message.get("date", ""), message.get("lane", ""), volume, returns)
        self._stale = {"lane": flow.lane}
        return feed_answers.logged(flow, self.ledger.remarks(flow))

    def do_flows(self, message: dict[str, Any]) -> str:
        """Return the latest flows of a lane, each with a button that deletes it."""
        lane = message.get("lane", "").strip()
        require(lane in self.ledger.lanes(), "lane", "one of the ledger's", visible(lane) or "none")
        return feed_answers.flows(self.ledger.read([lane]).tail(RECENT_FLOWS))

    def do_delete(self, message: dict[str, Any]) -> None:
        """Ask the planner to confirm that a flow is to be deleted."""
        flow = self.ledger.find(feed_answers.whole("id", str(message.get("id", ""))))
        text = f"Delete {feed_answers.told(flow)}? Nothing else changes."
        return self._ask(text, f"Delete flow {flow.id}", {"do": "deletion", "id": flow.id})

    def do_deletion(self, message: dict[str, Any]) -> str:
        """Delete a flow, after the confirmation; return the answer."""
        (flow,) = self.ledger.delete(feed_answers.whole("id", str(message.get("id", ""))))
        self._stale = {"lane": flow.lane}
        return feed_answers.said(f"Deleted: {feed_answers.told(flow)}.")

    def do_import(self, message: dict[str, Any]) -> str | None:
        """Add the flows of a file to the ledger; return the answer, or ask first if it has days that are held."""
        options = {"good_rows_only": "good_rows_only" in message, "held": str(message.get("held", "ask"))}
        options |= {"asked": feed_answers.agreed(message)} | reading_form.reading(message)
        try:
            done, content = self._uploads.read(message, lambda *file: self._imported(*file, options))
            if isinstance(done, AlreadyHeld):
                self._uploads.collect({"id": message.get("upload"), "first": True}, [content])  # kept for the answer
                return self._ask(f"{done}. What is meant?", *feed_answers.held_choices(message, done.counts))
        except RowsRefused as refusal:
            plain = f"{refusal.account.headline()}. None was imported; tick “{forms.LEAVE_OUT}” to import the others."
            return alert(plain) + feed_answers.account(refusal.account)
        self._stale = {"lane": None}
        return feed_answers.imported(done)

    def _imported(self, path: Path, name: str, options: Mapping[str, Any]) -> tuple[Import | AlreadyHeld, bytes]:
        """Return the outcome of an import, or the question to ask first with the content of the file."""
        try:
            return self.ledger.import_file(path, name=name, **options), b""
        except AlreadyHeld as question:
            return question, path.read_bytes()

    def do_undo(self, message: dict[str, Any]) -> None:
        """Ask the planner to confirm that an import is to be undone."""
        key = feed_answers.whole("id", str(message.get("id", "")))
        source = visible(str(message.get("source", "")))
        text = f"Undo import {key} ({source})? This deletes its flows, and brings back those that it replaced."
        return self._ask(text, f"Undo import {key}", {"do": "undone", "id": key})

    def do_undone(self, message: dict[str, Any]) -> str:
        """Undo an import, after the confirmation; return the answer."""
        self._stale = {"lane": None}
        done = self.ledger.undo(feed_answers.whole("id", str(message.get("id", ""))))
        back = f", {feed_answers.counted(done.restored, 'replaced flow')} brought back" if done.restored else ""
        return feed_answers.said(f"Import undone: {feed_answers.counted(done.deleted, 'flow')} deleted{back}.")

    def do_export(self, _message: dict[str, Any]) -> str:
        """Send the ledger to the page as a CSV file; return the answer."""
        text = io.StringIO(newline="")
        count = self.ledger.export(text)
        self.forms.send({"download": "flows.csv", "type": "text/csv"}, buffers=[text.getvalue().encode()])
        return feed_answers.said(f"{feed_answers.counted(count, 'flow')} exported to flows.csv.")

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
        return feed_answers.said(f"{feed_answers.counted(gone, 'flow')} deleted; the hub shows the research lanes.")

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
        self._changed(feed, _known(feed), lane)
        self.feed = feed

    def _refresh(self, lane: str | None) -> None:
        """Show a changed ledger again, if the hub shows it; if no lane is left, switch to the research lanes."""
        if self.feed.source != "ledger":
            return
        try:
            self._use("ledger", lane)
        except ValueError as why:
            self._use("research")
            raise ValueError(
                f"the ledger has no lane left to show, so the hub shows the research lanes: {why}"
            ) from None

    def _odd(self, date: str) -> str:
        """Return a sentence if a date is far from all others: days between them would count as zero; "" otherwise."""
        try:
            day = datetime.date.fromisoformat(date)
        except ValueError:
            return ""  # the ledger itself refuses a text that is not a date
        status = self.ledger.status()
        if day > datetime.date.today():
            return f"{day} is in the future: all other lanes would count as zero until then."
        if not status["flows"]:
            return ""
        first, last = (datetime.date.fromisoformat(status[f"{end}_date"]) for end in ("first", "last"))
        if (day - last).days > FAR_DAYS:
            return f"{day} is {(day - last).days:,} days after every other flow: lanes would count as zero until then."
        return f"{day} is {(first - day).days:,} days before every other flow." if (first - day).days > FAR_DAYS else ""

    def _ask(self, text: str, yes: str, message: Mapping[str, Any], *others: tuple[str, Mapping[str, Any]]) -> None:
        """Open a dialog on the page; the button `yes` sends the message, and each of the others its own."""
        rule = "one that may be changed; TWIN_LEDGER_READ_ONLY is set on this server"
        require(not self.ledger.read_only, "ledger", rule, "one to be read only")
        answers = [
            {"yes": words, "message": {name: value for name, value in sent.items() if name != "serial"}}
            for words, sent in ((yes, message), *others)
        ]
        self.forms.question = {}
        self.forms.question = {"text": text, **answers[0], "others": answers[1:]}

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
