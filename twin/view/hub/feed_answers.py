"""Build the answers of the data feed as HTML, and read the numbers and options in its forms."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.advice import said as advised
from twin.data.errors import Refused
from twin.data.files.numbers import typed_number, typed_text
from twin.data.text import number_of, visible
from twin.view.guard import sentence
from twin.view.hub.reading_form import in_form
from twin.view.words import listed

if TYPE_CHECKING:
    from twin.data.account import Account
    from twin.data.ledger.flow import Flow
    from twin.data.ledger.importing import Import
    from twin.plan.feed import Feed


def said(text: str) -> str:
    """Return a sentence as an HTML paragraph."""
    return f"<p>{escape(text)}</p>"


def told(flow: Flow) -> str:
    """Return a flow in words: id, date, lane, volume and returns."""
    volume = "an unknown volume" if flow.volume is None else f"{flow.volume:,.10g} pallets"
    back = "" if flow.returns is None else f", {flow.returns:,.10g} returned"
    return f"flow {flow.id}, {flow.date}, {visible(flow.lane, 60)}, {volume}{back}"


def logged(flow: Flow, remarks: list[str]) -> str:
    """Return the answer to a logged flow, with remarks on unusual values and a button that deletes the flow."""
    more = ["more came back than was shipped"] if (flow.returns or 0) > flow.volume else []
    return (
        said(f"Logged: {told(flow)}.") + listed(map(sentence, [*more, *remarks])) + f"<p>{_delete(flow.id, 'it')}</p>"
    )


def _delete(key: Any, what: Any) -> str:
    """Return a button that asks whether to delete the flow with this id."""
    return f'<button type="button" data-do="delete" data-with="{{&quot;id&quot;: {key}}}">Delete {what} …</button>'


def imported(done: Import) -> str:
    """Return the answer to an import: flows added, notes, and the account of the file."""
    added = (
        f"Nothing new in this file: {done.notes[0]}."
        if done.repeated
        else f"{number_of(done.records, 'flow')} added as import {done.id}."
    )
    notes = [] if done.repeated else list(done.notes)
    if done.unknown:
        notes.append(f"{number_of(done.unknown, 'of them has', 'of them have')} an unknown volume")
    return said(added) + listed(map(sentence, notes)) + account(done.account)


def account(read: Account) -> str:
    """Return the account of a file: a headline, and the rows read, kept and refused, folded."""
    return said(f"{read.headline()}.") + folded(read.told(in_form))


def folded(text: str) -> str:
    """Return the account of a file as text, folded."""
    return f"<details><summary>Account of the file</summary><pre>{escape(text)}</pre></details>"


def keeping(message: Mapping[str, Any]) -> str:
    """Return a button that imports an uploaded file into the ledger, so that a link finds its flows again."""
    sent = {name: value for name, value in message.items() if name not in ("do", "serial")}
    words = "The file ends with this page. In the ledger, its flows stay, and a link opens them again."
    given = escape(json.dumps({**sent, "switch": True}), quote=True)
    return (
        f'{said(words)}<p><button type="button" data-do="import" data-with="{given}">Keep in the ledger …</button></p>'
    )


def looking_at(feed: Feed) -> str:
    """Return the answer to a change of the source: number of lanes, origin, notes, and the first lanes left out."""
    left_out = [f"{visible(lane, 40)}: {reason}" for lane, reason in feed.refused["reason"].head(5).items()]
    lanes = number_of(len(feed.statistics), "lane")
    account = feed.account
    origin = [account.attribution, f"Licence: {account.licence}"] if account and account.source else []
    notes = [advised(note, in_form) if feed.source == "file" else getattr(note, "text", note) for note in feed.notes]
    return said(f"{lanes} of {visible(feed.place, 120)}.") + listed([*origin, *notes, *left_out])


# ------------------------------------------------------------ words and numbers


def named(place: str) -> str:
    """Return the name of a ledger without the folders of the server."""
    return f"the ledger {place.replace(chr(92), '/').rpartition('/')[2]}"


def plain(amount: float | None) -> str:
    """Return an amount as a field holds it; "" if it is unknown or not recorded.

    >>> plain(1200.0), plain(0.1), plain(None)
    ('1200', '0.1', '')
    """
    return "" if amount is None or amount != amount else typed_text(amount)


def listed_first(caption: str, shown: int, count: int) -> str:
    """Return a caption that says how many of some rows are shown.

    >>> listed_first("Outlying", 2, 2), listed_first("Outlying", 20, 1200)
    ('Outlying (2)', 'Outlying: the first 20 of 1,200')
    """
    return f"{caption} ({count:,})" if shown >= count else f"{caption}: the first {shown:,} of {count:,}"


def amount(name: str, text: str) -> float:
    """Return the number in a field, which is asked about if it may be read in two ways, as everywhere.

    >>> amount("volume", "12,5"), amount("volume", "2.198,5")
    (12.5, 2198.5)
    """
    try:
        return typed_number(name, text)
    except Refused as why:
        two = " may be " in str(why)
        raise ValueError(
            str(why) if two else f"{name} must be a number such as 120 or 12.5; got {visible(text.strip(), 40)!r}"
        ) from None


def whole(name: str, text: str) -> int:
    """Return the whole number in a field."""
    require(re.fullmatch("[0-9]{1,18}", text.strip()), name, "a whole number", visible(text, 40))
    return int(text)
