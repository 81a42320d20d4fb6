"""The data feed: where the hub's flows come from, and what a planner does to the ledger."""

import io

from twin._check import require
from twin.data.errors import RowsRefused
from twin.data.feed import feed_of_history, feed_of_ledger
from twin.data.history import load_history, read_history
from twin.data.places import HERE, is_ledger
from twin.data.scenarios import POLICIES
from twin.data.text import visible
from twin.view.guard import told
from twin.view.hub import forms
from twin.view.hub.uploads import Uploads
from twin.view.hub.words import alert
from twin.view.widgets import Forms


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
        self._changed, self._uploads, self._uploaded, self._ledger = changed, Uploads(), None, None
        self._address = next((name for name in (history, otherwise) if is_ledger(name)), HERE)
        self.forms = Forms()
        self.feed = None
        if history:
            self.feed = self._opened(history)
        elif otherwise:
            with told(lambda text: setattr(self.forms, "said", alert(text))):
                self.feed = self._opened(otherwise)
        self.feed = self.feed or _research()
        self._show()
        self.forms.on_msg(self._on_message)

    def _opened(self, history):
        if is_ledger(history):
            return feed_of_ledger(self.ledger)
        self._uploaded = feed_of_history(load_history(history))
        return self._uploaded

    @property
    def known(self):
        """Policies of the feed's lanes that are known."""
        return POLICIES if self.feed.source == "research" else None

    @property
    def ledger(self):
        """The ledger, opened when it is first needed."""
        if self._ledger is None:
            from twin.data.ledger import Ledger  # needs a database's packages; a page on files waits for none

            self._ledger = Ledger(self._address)
        return self._ledger

    def follow(self, source):
        """Look at the source that a link names; return sentences on why that could not be."""
        said = []
        if source and (source != self.feed.source or source == "ledger"):
            with told(said.append):
                self._use(source)
        return said

    # ------------------------------------------------------------ what the forms ask for

    def _on_message(self, _widget, message, buffers):
        done = str(message.get("do", ""))
        if done == "piece":
            return self._uploads.collect(message, buffers)
        said = []
        with told(lambda text: said.append(alert(text))):
            step = getattr(self, f"do_{done.replace('-', '_')}", None)
            require(step, "request", "one of those on the page", done)
            said.append(step(message))
        with told(lambda text: said.append(alert(text))):
            self._show()
        if said == [None]:  # a question was asked; what was said last still stands
            return
        self.forms.said = ""  # also the same answer is said again
        self.forms.said = "".join(filter(None, said))

    def do_opened(self, _message):
        """A page shows the forms: open the ledger, and show what came into it since the hub began to wait."""
        _ = self.ledger
        self._refresh()
        return ""

    def do_source(self, message):
        """Look at another source."""
        self._use(message["source"])
        return forms.looking_at(self.feed)

    def do_upload(self, message):
        """Look at an uploaded file; nothing of it is stored."""
        history = self._uploads.read(message, lambda path, name: read_history(path, name=name))
        self._uploaded = feed_of_history(history)
        self._use("file")
        return forms.account(history.account)

    def do_log(self, message):
        """Add one flow to the ledger."""
        returns = message.get("returns", "").strip()
        volume = forms.amount("volume", message.get("volume", ""))
        returns = forms.amount("returns", returns) if returns else None
        flow = self.ledger.append(message.get("date", ""), message.get("lane", ""), volume, returns)
        self._refresh(flow.lane)
        return forms.logged(flow, self.ledger.remarks(flow))

    def do_delete(self, message):
        """Ask whether a flow is to be deleted."""
        flow = self.ledger.find(forms.whole("id", str(message.get("id", ""))))
        self._ask(f"Delete {forms.told(flow)}? Nothing else changes.", f"Delete flow {flow.id}", "deletion", id=flow.id)

    def do_deletion(self, message):
        """Delete a flow, as confirmed."""
        (flow,) = self.ledger.delete(int(message["id"]))
        self._refresh(flow.lane)
        return forms.said(f"Deleted: {forms.told(flow)}.")

    def do_import(self, message):
        """Add the flows of a file to the ledger."""
        options = {name: name in message for name in ("good_rows_only", "new_only")}
        try:
            done = self._uploads.read(message, lambda path, name: self.ledger.import_file(path, name=name, **options))
        except RowsRefused as refusal:
            plain = f"{refusal.account.headline()}. None was imported; tick the box to leave such rows out."
            return alert(plain) + forms.account(refusal.account)
        self._refresh()
        return forms.imported(done)

    def do_undo(self, message):
        """Ask whether an import is to be taken back."""
        key = int(message["id"])
        self._ask(f"Take back import {key} ({message['source']}): delete its flows?", "Take it back", "undone", id=key)

    def do_undone(self, message):
        """Take back an import, as confirmed."""
        gone = self.ledger.undo(int(message["id"]))
        self._refresh()
        return forms.said(f"Taken back: {gone:,} flows deleted.")

    def do_export(self, _message):
        """Send the ledger as a CSV file."""
        text = io.StringIO(newline="")
        count = self.ledger.export(text)
        content = text.getvalue().encode()
        self.forms.send({"download": "flows.csv", "type": "text/csv"}, buffers=[content])
        return forms.said(f"{count:,} flows exported to flows.csv.")

    def do_reset(self, message):
        """Delete every flow, when the words that say so were typed."""
        gone = self.ledger.reset(message.get("token", "").strip())
        if self.feed.source == "ledger":
            self._use("research")
        return forms.said(f"All {gone:,} flows are deleted; the hub shows the research lanes.")

    # ------------------------------------------------------------ how

    def _use(self, source, lane=None):
        if source == "ledger":
            require(self.ledger.count() > 0, "ledger", "one that holds flows: log or import some first", "none")
            self.feed = feed_of_ledger(self.ledger)
        elif source == "file":
            require(self._uploaded, "file", "uploaded first; a link cannot bring it along", "none")
            self.feed = self._uploaded
        else:
            require(source == "research", "source", "research, file or ledger", visible(source))
            self.feed = _research()
        self._changed(self.feed, self.known, lane)

    def _refresh(self, lane=None):
        """The ledger has changed: show it anew where the hub looks at it."""
        if self.feed.source == "ledger":
            self._use("ledger" if self.ledger.count() else "research", lane)

    def _ask(self, text, yes, done, **message):
        self.forms.question = {}
        self.forms.question = {"text": text, "yes": yes, "message": {"do": done, **message}}

    def _show(self):
        """The page anew; a ledger that cannot be reached says so there, and the rest stays."""
        status, why = None, []
        if self._ledger is not None:
            with told(why.append):
                from twin.data.ledger import RESET_TOKEN

                status = {**self._ledger.status(), "reset_token": RESET_TOKEN}
        self.forms.page = forms.page(self.feed, status, "".join(why), self._uploaded is not None)


def _research():
    return feed_of_history(load_history(""), "research")
