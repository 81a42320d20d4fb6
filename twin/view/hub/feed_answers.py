"""Answers of the data feed as HTML, and the numbers and options that its forms hold."""

import re
from html import escape

from twin._check import require
from twin.data.text import visible
from twin.view.guard import sentence
from twin.view.words import listed, table

FLOW_HEADINGS = ("date", "lane", "volume", "returns")


def said(text):
    """Return a sentence."""
    return f"<p>{escape(text)}</p>"


def told(flow):
    """Return a flow in words."""
    volume = "an unknown volume" if flow.volume is None else f"{flow.volume:,.10g} pallets"
    back = "" if flow.returns is None else f", {flow.returns:,.10g} returned"
    return f"flow {flow.id}, {flow.date}, {visible(flow.lane, 60)}, {volume}{back}"


def logged(flow, remarks):
    """Return the answer to a logged flow, with what is odd about it and a way back."""
    more = ["more came back than was shipped"] if (flow.returns or 0) > flow.volume else []
    return (
        said(f"Logged: {told(flow)}.") + listed(map(sentence, [*more, *remarks])) + f"<p>{_delete(flow.id, 'it')}</p>"
    )


def flows(found):
    """Return flows as a list, the latest first, each with a way to delete it."""
    rows = [
        [f"{row.date:%Y-%m-%d}", escape(visible(row.lane, 40)), f"{row.volume:,.10g}", f"{row.returns:,.10g}", row.id]
        for row in found.iloc[::-1].itertuples(index=False)
    ]
    rows = [[*(cell.replace("nan", "–") for cell in cells), str(key), _delete(key, key)] for *cells, key in rows]
    return table("Last flows", ("date", "lane", "volume", "returns", "id", ""), rows, text=(1, 5))


def _delete(key, what):
    return f'<button type="button" data-do="delete" data-with="{{&quot;id&quot;: {key}}}">Delete {what} …</button>'


def imported(done):
    """Return the answer to an import."""
    added = (
        "Nothing new in this file." if done.repeated else f"{counted(done.records, 'flow')} added as import {done.id}."
    )
    notes = list(done.notes)
    if done.unknown:
        notes.append(f"{counted(done.unknown, 'of them says', 'of them say')} that something flowed, and not how much")
    return said(added) + listed(map(sentence, notes)) + account(done.account)


def account(read):
    """Return the account of a file: what was read, refused and decided."""
    whole = f"<details><summary>Account of the file</summary><pre>{escape(str(read))}</pre></details>"
    return said(f"{read.headline()}.") + whole


def looking_at(feed):
    """Return what the hub looks at now."""
    left_out = [f"{visible(lane, 40)}: {reason}" for lane, reason in feed.refused["reason"].head(5).items()]
    lanes = counted(len(feed.statistics), "lane")
    return said(f"{lanes} of {visible(feed.place, 120)}.") + listed([*feed.notes, *left_out])


# ------------------------------------------------------------ words and numbers


def counted(number, one, more=""):
    """Return a number of things in words.

    >>> counted(1, "flow"), counted(1200, "lane")
    ('1 flow', '1,200 lanes')
    """
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


def named(place):
    """Return where flows come from without the folders of the server."""
    return f"the ledger {place.replace(chr(92), '/').rpartition('/')[2]}"


def reading(message):
    """Return how a file is to be read, as `read_history` takes it."""
    headings = [part.strip() for part in str(message.get("headings", "")).split(",")]
    columns = dict(zip(FLOW_HEADINGS, headings, strict=False)) if any(headings) else None
    return {"decimal": message.get("decimal", "."), "columns": columns}


def amount(name, text):
    """Return the number that a field holds, with a point or a comma before its decimals.

    >>> amount("volume", "12,5")
    12.5
    """
    text = text.strip()
    require(
        not re.fullmatch(r"\d{1,3}(,\d{3})+", text),
        name,
        "without marks for thousands, such as 1200",
        visible(text, 40),
    )
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise ValueError(f"{name} must be a number such as 120 or 12.5; got {visible(text, 40)!r}") from None


def whole(name, text):
    """Return the whole number that a field holds."""
    require(re.fullmatch("[0-9]{1,18}", text.strip()), name, "a whole number", visible(text, 40))
    return int(text)
