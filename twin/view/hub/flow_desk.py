"""Handle the forms for single flows: log one, find flows by lane and day, edit them in place, delete, undo."""

from __future__ import annotations

import datetime
from typing import Any

from twin._check import require
from twin.data.author import VIEWER, visitor
from twin.data.text import visible
from twin.view.guard import sentence
from twin.view.hub import feed_answers, flow_answers
from twin.view.hub.ledger_page import LedgerPage
from twin.view.words import alert

RECENT_FLOWS = 20  # number of latest flows of a lane in the list


class FlowDesk(LedgerPage):
    """Single flows of the ledger."""

    def do_log(self, message: dict[str, Any]) -> str | None:
        """Add one flow to the ledger, and return the answer; an unusual day or volume needs a confirmation first."""
        volume, returns = _amounts(message)
        if not message.get("sure"):
            day = self.ledger.odd_day(message.get("date", ""))
            far = self.ledger.far_from_record(message.get("lane", ""), volume)
            if odd := " ".join(sentence(said) for said in (day, far) if said):
                return self.ask(f"{odd} Log it anyway?", "Log it", {**message, "sure": True})
        flow = self.ledger.append(message.get("date", ""), message.get("lane", ""), volume, returns)
        self._stale = {"lane": flow.lane}
        return feed_answers.logged(flow, self.ledger.remarks(flow))

    def do_flows(self, message: dict[str, Any]) -> str:
        """Return the flows of a lane on a day, or its latest, each in a row that can be edited, and their history."""
        lane, day = message.get("lane", "").strip(), message.get("day", "").strip()
        require(lane in self.ledger.lanes(), "lane", "one of the ledger's", visible(lane) or "none")
        return self._found(lane, day)

    def do_edit(self, message: dict[str, Any]) -> str | None:
        """Give a flow another volume and other returns, and return the answer; a far volume needs a confirmation.

        If somebody has changed the flow since it was shown, both values are named, and nothing is written.
        """
        key, lane, day = _key(message), message.get("lane", ""), message.get("day", "")
        try:
            volume, returns = _amounts(message)
            if lane and not message.get("sure") and (far := self.ledger.far_from_record(lane, volume)):
                return self.ask(f"{far} Save it anyway?", "Save it", {**message, "sure": True})
            flow = self.ledger.edit(key, volume, returns, seen=_seen(message))
        except ValueError as error:
            return alert(sentence(error)) + self._found(lane, day)
        self._stale = {"lane": flow.lane}
        return feed_answers.said(f"Saved: {feed_answers.told(flow)}.") + self._found(lane, day or str(flow.date))

    def do_delete(self, message: dict[str, Any]) -> None:
        """Ask the planner to confirm that a flow is to be deleted."""
        flow = self.ledger.find(_key(message))
        more = {"volume": feed_answers.plain(flow.volume), "returns": feed_answers.plain(flow.returns)}
        answer = {"do": "deletion", "id": flow.id, **{f"was_{name}": text for name, text in more.items()}}
        text = f"Delete {feed_answers.told(flow)}? Nothing else changes."
        return self.ask(text, f"Delete flow {flow.id}", answer)

    def do_deletion(self, message: dict[str, Any]) -> str:
        """Delete a flow, after the confirmation; return the answer, with its history."""
        key, seen = _key(message), _seen(message)
        (flow,) = self.ledger.delete(key, seen=seen and {key: seen})
        self._stale = {"lane": flow.lane}
        past = flow_answers.history(self.ledger.events(flow.lane, flow.date), flow.lane, str(flow.date))
        return feed_answers.said(f"Deleted: {feed_answers.told(flow)}.") + past

    def do_revert(self, message: dict[str, Any]) -> str:
        """Undo a change of a flow, and return the answer."""
        lane, day = message.get("lane", ""), message.get("day", "")
        try:
            flow = self.ledger.undo_edit(feed_answers.whole("change", str(message.get("change", ""))))
        except ValueError as error:
            return alert(sentence(error)) + self._found(lane, day)
        self._stale = {"lane": lane}
        now = "the flow is deleted" if flow is None else feed_answers.told(flow)
        return feed_answers.said(f"Undone: {now}.") + self._found(lane, day)

    def _found(self, lane: str, day: str) -> str:
        """Return the flows of a lane on a day, or its latest, with their history; "" without a lane."""
        if not lane:
            return ""
        on = _day(day)
        rows = self.ledger.read([lane], on, on)
        past = self.ledger.events(lane, on)
        fixed = self.ledger.read_only or visitor().role == VIEWER
        near = ""
        if on and not len(rows):
            days = self.ledger.read([lane])["date"].dt.date
            near = flow_answers.nearest(lane, on, days) if len(days) else ""
        shown = flow_answers.flows(rows.tail(RECENT_FLOWS), lane, day, fixed=fixed) if len(rows) else near
        return shown + flow_answers.history(past, lane, day, fixed=fixed)


def _key(message):
    return feed_answers.whole("id", str(message.get("id", "")))


def _day(text):
    """Return the day in a field; None if it is empty."""
    try:
        return datetime.date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(f"day must be a date such as 2026-01-05; got {visible(text, 40)}") from None


def _amounts(message):
    """Return the volume and the returns in the fields of a message; returns are None where the field is empty."""
    returns = message.get("returns", "").strip()
    volume = feed_answers.amount("volume", message.get("volume", ""))
    return volume, feed_answers.amount("returns", returns) if returns else None


def _seen(message):
    """Return the volume and the returns that the page showed; None if it showed none."""
    if "was_volume" not in message:
        return None
    texts = {name: message.get(f"was_{name}", "") for name in ("volume", "returns")}
    return tuple(feed_answers.amount(name, text) if text else None for name, text in texts.items())
