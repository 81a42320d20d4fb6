"""Build the still form of the hub's parts, for pages without a kernel: stored notebooks, print, batch jobs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from twin.data.text import visible
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import written
from twin.view.hub import tabs
from twin.view.output import Live, Picture, Words
from twin.view.words import table

if TYPE_CHECKING:
    from twin.view.hub.hub import Hub
    from twin.view.hub.session import Session

MOST_ROWS = 12  # most lanes in the still table
#: Column of the still table -> its unit.
NETWORK = {
    "status": "",
    "use": "-",
    "last_volume": "pallet",
    "demand_mean": "pallet",
    "dependency": "-",
    "resilience_index": "points",
}


def shown(hub: Hub, part: str, *, live: bool = True) -> Live | Words | Picture:
    """Return the part "data", "lanes" or "desk" of a hub to display, or, with live=False, its still form alone."""
    still = {"data": _data, "lanes": _lanes, "desk": _desk}[part](hub.session)
    return Live(getattr(hub, part), still, part) if live else still


def _data(session: Session) -> Words:
    sentence = f"{len(session.feed.statistics):,} lanes of {session.feed.place}."
    return Words(f"<p>{escape(sentence)}</p>", sentence)


def _lanes(session: Session) -> Words:
    network = session.network().nlargest(MOST_ROWS, "demand_mean")
    rows = [
        [
            visible(lane, 40),
            *(row[name] if name == "status" else written(row[name], unit) for name, unit in NETWORK.items()),
        ]
        for lane, row in network.iterrows()
    ]
    heads = ("lane", *(name.replace("_", " ") for name in NETWORK))
    lines = [heads, *rows]
    widths = [max(len(line[i]) for line in lines) + 2 for i in range(len(heads))]
    text = "\n".join(
        "".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
    return Words(table("Lanes of the network", heads, [[*map(escape, row)] for row in rows]), text)


def _desk(session: Session) -> Picture:
    numbers = session.numbers()
    said = f"{session.lane}: profit {written(numbers['profit'], UNIT_OF['profit'])} a period."
    return Picture(tabs.drawn("history", session, numbers), f"Volume, forecast and own capacity of {said}")
