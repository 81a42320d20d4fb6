"""The data feed: where the hub's flows come from, and what a planner does to the ledger."""

import datetime
import io
from dataclasses import replace
from pathlib import Path

from twin._check import require
from twin.data.errors import RowsRefused
from twin.data.load import load_history, read_history
from twin.data.places import DEFAULT_LEDGER, is_ledger
from twin.data.scenarios import POLICIES
from twin.data.text import visible
from twin.plan.feed import feed_of_history, feed_of_ledger
from twin.view.guard import told
from twin.view.hub import feed_answers, forms
from twin.view.hub.uploads import Uploads
from twin.view.widgets import Forms
from twin.view.words import alert

FAR_DAYS = 31  # days away from the flows held from which on a flow is asked about before it is logged
RECENT_FLOWS = 20  # flows of a lane that are listed


class DataFeed:
    """The forms of the data feed, and the feed that they lead to.

    Parameters
    ----------
    changed : callable
        Called with the feed, its known policies and a lane to look at, when the feed is another or has other flows.
    history, otherwise : str
        As `Hub` takes it; what is opened when it is empty, and when that cannot be, the research lanes with the reason.
    """

    def __init__(self, changed, history="", otherwise=""):
        self._changed, self._uploads, self._uploaded = changed, Uploads(), None
        self._ledger, self._why, self._stale = None, "", None
        self._address = next((name for name in (history, otherwise) if is_ledger(name)), DEFAULT_LEDGER)
        self.forms = Forms()
        self.feed = None
        if history:
            self.feed = self._opened(history)
        elif otherwise:
            with told(lambda text: setattr(self.forms, "said", alert(text))):
                self.feed = self._opened(otherwise)
        self.feed = self.feed or _research()
        self._show()
        self.forms.on_asked(self._on_message)

    def _opened(self, history):
        if is_ledger(history):
            return self._of_ledger()
        feed = feed_of_history(load_history(history))
        self._uploaded = replace(feed, place=Path(history).name)
        return self._uploaded

    @property
    def known(self):
        """Policies of the feed's lanes that are known."""
        return _known(self.feed)

    @property
    def ledger(self):
        """The ledger, opened when it is first needed."""
        if self._ledger is None:
            from twin.data.ledger.store import Ledger  # needs a database's packages; a page on files waits for none

            self._ledger = Ledger(self._address)
        return self._ledger

    def follow(self, source):
        """Look at the source that a link names; return sentences on why that could not be."""
        said = []
        if source and source != self.feed.source:
            with told(said.append):
                self._use(source)
            self._show()
        return said

    # ------------------------------------------------------------ what the forms ask for

    def _on_message(self, message, buffers):
        done = str(message.get("do", ""))
        if done == "piece":
            return self._uploads.collect(message, buffers)
        said, self._stale = [], None
        with told(lambda text: said.append(alert(text))):
            step = getattr(self, f"do_{done.replace('-', '_')}", None)
            require(step, "request", "one of those on the page", visible(done))
            said.append(step(message))
        if self._stale:  # what was done is said, whatever comes of looking at it
            with told(lambda text: said.append(alert(text))):
                self._refresh(**self._stale)
        self._show()
        if any(part is not None for part in said):  # else a question was asked; what was said last still stands
            self.forms.said = ""  # also the same answer is said again
            self.forms.said = "".join(filter(None, said))

    def do_opened(self, _message):
        """A page shows the forms: open the ledger, and show what came into it since the hub began to wait."""
        self._why = ""
        with told(lambda text: setattr(self, "_why", text)):
            _ = self.ledger
        self._stale = {"lane": None} if self.feed.source == "ledger" else None

    def do_refresh(self, _message):
        """Look at the ledger anew: others may have changed it."""
        self._use("ledger")
        return feed_answers.looking_at(self.feed)

    def do_source(self, message):
        """Look at another source."""
        self._use(message.get("source"))
        return feed_answers.looking_at(self.feed)

    def do_upload(self, message):
        """Look at an uploaded file; nothing of it is stored."""
        reading = feed_answers.reading(message)
        history = self._uploads.read(message, lambda path, name: read_history(path, name=name, **reading))
        before, self._uploaded = self._uploaded, feed_of_history(history)
        try:
            self._use("file")
        except ValueError:
            self._uploaded = before
            raise
        return feed_answers.account(history.account)

    def do_log(self, message):
        """Add one flow to the ledger; one of a day far from all others is asked about first."""
        returns = message.get("returns", "").strip()
        volume = feed_answers.amount("volume", message.get("volume", ""))
        returns = feed_answers.amount("returns", returns) if returns else None
        if odd := self._odd(message.get("date", "")):
            if not message.get("sure"):
                return self._ask(f"{odd} Log it all the same?", "Log it", {**message, "sure": True})
        flow = self.ledger.append(message.get("date", ""), message.get("lane", ""), volume, returns)
        self._stale = {"lane": flow.lane}
        return feed_answers.logged(flow, self.ledger.remarks(flow))

    def do_flows(self, message):
        """List the last flows of a lane, each with a way to delete it."""
        lane = message.get("lane", "").strip()
        require(lane in self.ledger.lanes(), "lane", "one of the ledger's", visible(lane) or "none")
        return feed_answers.flows(self.ledger.read([lane]).tail(RECENT_FLOWS))

    def do_delete(self, message):
        """Ask whether a flow is to be deleted."""
        flow = self.ledger.find(feed_answers.whole("id", str(message.get("id", ""))))
        text = f"Delete {feed_answers.told(flow)}? Nothing else changes."
        return self._ask(text, f"Delete flow {flow.id}", {"do": "deletion", "id": flow.id})

    def do_deletion(self, message):
        """Delete a flow, as confirmed."""
        (flow,) = self.ledger.delete(feed_answers.whole("id", str(message.get("id", ""))))
        self._stale = {"lane": flow.lane}
        return feed_answers.said(f"Deleted: {feed_answers.told(flow)}.")

    def do_import(self, message):
        """Add the flows of a file to the ledger."""
        options = {name: name in message for name in ("good_rows_only", "new_only")} | feed_answers.reading(message)
        try:
            done = self._uploads.read(message, lambda path, name: self.ledger.import_file(path, name=name, **options))
        except RowsRefused as refusal:
            plain = f"{refusal.account.headline()}. None was imported; tick the box to leave such rows out."
            return alert(plain) + feed_answers.account(refusal.account)
        self._stale = {"lane": None}
        return feed_answers.imported(done)

    def do_undo(self, message):
        """Ask whether an import is to be taken back."""
        key = feed_answers.whole("id", str(message.get("id", "")))
        text = f"Take back import {key} ({visible(str(message.get('source', '')))}): delete its flows?"
        return self._ask(text, "Take it back", {"do": "undone", "id": key})

    def do_undone(self, message):
        """Take back an import, as confirmed."""
        self._stale = {"lane": None}
        gone = self.ledger.undo(feed_answers.whole("id", str(message.get("id", ""))))
        return feed_answers.said(f"Taken back: {feed_answers.counted(gone, 'flow')} deleted.")

    def do_export(self, _message):
        """Send the ledger as a CSV file."""
        text = io.StringIO(newline="")
        count = self.ledger.export(text)
        self.forms.send({"download": "flows.csv", "type": "text/csv"}, buffers=[text.getvalue().encode()])
        return feed_answers.said(f"{feed_answers.counted(count, 'flow')} exported to flows.csv.")

    def do_reset(self, message):
        """Delete every flow, when the words that say so were typed."""
        from twin.data.ledger.store import RESET_TOKEN

        typed = message.get("token", "").strip().lower()
        require(typed == RESET_TOKEN, "confirmation", f"the words {RESET_TOKEN}", visible(typed, 40) or "none")
        gone = self.ledger.reset(typed)
        if self.feed.source == "ledger":
            self._use("research")
        return feed_answers.said(f"{feed_answers.counted(gone, 'flow')} deleted; the hub shows the research lanes.")

    # ------------------------------------------------------------ how

    def _of_ledger(self):
        require(self.ledger.count() > 0, "ledger", "one that holds flows: log or import some first", "none")
        feed = feed_of_ledger(self.ledger)
        return replace(feed, place=feed_answers.named(feed.place))

    def _use(self, source, lane=None):
        """Look at a source; when that cannot be, the hub goes on looking where it did."""
        if source == "ledger":
            feed = self._of_ledger()
        elif source == "file":
            require(self._uploaded, "file", "uploaded first, which a link cannot do", "none")
            feed = self._uploaded
        else:
            require(source == "research", "source", "research, file or ledger", visible(str(source)))
            feed = _research()
        self._changed(feed, _known(feed), lane)
        self.feed = feed

    def _refresh(self, lane):
        """The ledger has changed: show it anew where the hub looks at it; one that holds nothing to show is left."""
        if self.feed.source != "ledger":
            return
        try:
            self._use("ledger", lane)
        except ValueError as why:
            self._use("research")
            raise ValueError(
                f"the ledger has no lane left to show, so the hub shows the research lanes: {why}"
            ) from None

    def _odd(self, date):
        """A sentence on a day that is far from all others, which would count as zero in between."""
        try:
            day = datetime.date.fromisoformat(date)
        except ValueError:
            return ""  # the ledger says what a day is
        status = self.ledger.status()
        if day > datetime.date.today():
            return f"{day} is in the future: until then every other lane would count as zero."
        if not status["flows"]:
            return ""
        first, last = (datetime.date.fromisoformat(status[f"{end}_date"]) for end in ("first", "last"))
        if (day - last).days > FAR_DAYS:
            return f"{day} is {(day - last).days:,} days after every other flow: lanes count as zero up to it."
        return f"{day} is {(first - day).days:,} days before every other flow." if (first - day).days > FAR_DAYS else ""

    def _ask(self, text, yes, message):
        message = {name: value for name, value in message.items() if name != "serial"}
        self.forms.question = {}
        self.forms.question = {"text": text, "yes": yes, "message": message}

    def _show(self):
        """The page anew; a ledger that cannot be reached says so there, and the rest stays."""
        status = None
        if self._ledger is not None:
            from twin.data.ledger.store import RESET_TOKEN

            with told(lambda text: setattr(self, "_why", text)):
                status = {**self._ledger.status(), "reset_token": RESET_TOKEN}
        self.forms.page = forms.page(self.feed, status, self._why, self._uploaded is not None)


def _research():
    return feed_of_history(load_history(""), "research")


def _known(feed):
    return POLICIES if feed.source == "research" else None
