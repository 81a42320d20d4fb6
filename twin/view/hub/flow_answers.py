"""Build the answers on single flows as HTML: rows that can be edited in place, and the history of a lane and day."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from twin.data.text import visible
from twin.view.hub.feed_answers import plain, said
from twin.view.words import table

if TYPE_CHECKING:
    import datetime

    import pandas as pd

    from twin.data.ledger.flow_events import Amounts, FlowEvent


def flows(found: pd.DataFrame, lane: str, day: str, *, fixed: bool = False) -> str:
    """Return flows as a table, latest first, each with fields for its volume and returns.

    fixed : whether the ledger may only be read, so that there are no fields.
    """
    caption = f"Flows of {visible(lane, 40)} on {day}" if day else f"Last flows of {visible(lane, 40)}"
    heads = ("date", "volume", "returns", "")
    rows = [_row(flow, lane, day, fixed) for flow in found.iloc[::-1].itertuples(index=False)]
    return _narrow(table(caption, heads, rows, text=(3,)))


def _row(flow, lane, day, fixed):
    date, key = f"{flow.date:%Y-%m-%d}", int(flow.id)
    volume, returns = plain(flow.volume), plain(flow.returns)
    if fixed:
        return date, volume or "–", returns or "–", ""
    hidden = {"id": key, "lane": lane, "day": day, "was_volume": volume, "was_returns": returns}
    inputs = "".join(
        f'<input type="hidden" name="{name}" value="{escape(str(value), quote=True)}">'
        for name, value in hidden.items()
    )
    form = (
        f'<form data-form="edit" id="twin-flow-{key}" class="twin-row">{inputs}<button type="submit">Save</button>'
        f"{button('delete', {'id': key}, f'Delete {key} …')}</form>"
    )
    fields = (_field(name, key, date, value) for name, value in (("volume", volume), ("returns", returns)))
    return date, *fields, form


def _field(name, key, date, value):
    """Return the field of an amount, which belongs to the form of its flow."""
    hint = "not recorded" if name == "returns" else "unknown"
    label = f"{name} of flow {key} of {date} [pallet]"
    return (
        f'<input form="twin-flow-{key}" name="{name}" value="{value}" size="9" inputmode="decimal" autocomplete="off" '
        f'aria-label="{label}" placeholder="{hint}">'
    )


def button(done: str, message: dict[str, Any], words: str) -> str:
    """Return a button that sends a message."""
    given = escape(json.dumps(message), quote=True)
    return f'<button type="button" data-do="{done}" data-with="{given}">{escape(words)}</button>'


def history(events: Sequence[FlowEvent], lane: str, day: str, *, fixed: bool = False) -> str:
    """Return what happened to flows as a table, latest first; the last change of a flow has a button that undoes it."""
    where = f"{visible(lane, 40)} on {day}" if day else f"{visible(lane, 40)}, changes by hand"
    if not events:
        return "" if day else said(f"No flow of {visible(lane, 40)} has been changed by hand.")
    rows = [
        (
            escape(event.at[:16].replace("T", " ")),
            escape(event.author or "not kept"),
            escape(event.what),
            f"{event.flow_id} of {event.date}",
            f"{_told(event.before)} → {_told(event.after)}",
            button("revert", {"change": event.change, "lane": lane, "day": day}, f"Undo {event.change}")
            if event.last and not fixed
            else "",
        )
        for event in events
    ]
    heads = ("time (UTC)", "who", "what", "flow", "from → to", "")
    return _narrow(table(f"History of {where}", heads, rows, text=(1, 2, 3, 5)))


def _narrow(made: str) -> str:
    """Return a table that becomes a list where the page is narrow."""
    return f'<div class="twin-flows">{made}</div>'


def _told(amounts: Amounts | None) -> str:
    """Return a volume, and returns in brackets."""
    if amounts is None:
        return "none"
    volume, back = amounts
    words = "unknown" if volume is None else f"{volume:,.10g}"
    return words if back is None else f"{words} ({back:,.10g} returned)"


def nearest(lane: str, day: datetime.date, days: pd.Series) -> str:
    """Return a sentence that a lane has no flow on a day, with the nearest days on which it has one."""
    known = sorted(set(days))
    place = bisect_left(known, day)
    near = " and ".join(str(one) for one in known[max(place - 1, 0) : place + 1])
    return said(f"{visible(lane, 40)} has no flow on {day}; the nearest are on {near}.")
