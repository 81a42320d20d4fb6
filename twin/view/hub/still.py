"""Build the still form of the hub's parts, for pages without a kernel: stored notebooks, print, batch jobs."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np

from twin.data.text import number_of, visible
from twin.plan.attention import BLOCK_NAMES
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import money, written
from twin.view.hub import tabs
from twin.view.hub.morning_page import missing
from twin.view.output import Live, Picture, Words
from twin.view.words import alert, table

if TYPE_CHECKING:
    from twin.view.hub.hub import Hub
    from twin.view.hub.session import Session

MOST_ROWS = 12  # most lanes in the still table
MOST_AT_ONCE = 200_000  # most volumes of lanes whose morning is computed before the page is sent: about two seconds
#: Column of the still table -> its unit.
NETWORK = {
    "status": "",
    "use": "-",
    "use_with_buffer": "-",
    "last_volume": "pallet",
    "demand_mean": "pallet",
    "dependency": "-",
    "resilience_index": "points",
}


def shown(hub: Hub, part: str, *, live: bool = True) -> Live | Words | Picture:
    """Return a part of a hub to display, or, with live=False, its still form alone.

    part : "morning", "data", "lanes" or "desk".
    """
    still = {"morning": _morning, "data": _data, "lanes": _lanes, "desk": _desk}[part](hub.session)
    if part == "morning":
        (hub.show_morning if hub.session.has_morning() else hub.look_ahead)()
    return Live(getattr(hub, part), still, part) if live else still


def _morning(session: Session) -> Words:
    """Return totals and actions; of a large network only a sentence, as the page computes them when it is open."""
    if session.feed.missing:
        said = missing(session.feed.missing)
        return Words(alert(said), said)
    statistics, count = session.feed.statistics, len(session.feed.statistics)
    ends = (np.datetime64(day, "D") for day in (statistics["first_date"].min(), statistics["last_date"].max()))
    if count * session.feed.calendar.between(*ends) > MOST_AT_ONCE:
        sentence = f"Totals and actions of {number_of(count, 'lane')}."
        return Words(f"<p>{escape(sentence)}</p>", sentence)
    morning = session.morning()
    name = BLOCK_NAMES[morning.attention.period]
    rows = morning.actions.to_dict(orient="records")
    cells = [[visible(row["lane"], 40), row["kind"], money(row["money"]), row["decision"]] for row in rows]
    heads = ("lane", "what", f"$ a {name}", "proposed")
    text = "\n".join("  ".join(line) for line in (heads, *cells))
    caption = f"Actions after {morning.attention.date}"
    return Words(table(caption, heads, [[*map(escape, row)] for row in cells], text=(1, 3)), text)


def _data(session: Session) -> Words:
    sentence = f"{number_of(len(session.feed.statistics), 'lane')} of {session.feed.place}."
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
    said = f"{session.lane}: profit {written(numbers['lane_profit'], UNIT_OF['lane_profit'])} a period."
    return Picture(tabs.drawn("history", session, numbers), f"Volume, forecast and own capacity of {said}")
