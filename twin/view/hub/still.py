"""The parts of the hub where no kernel runs: in a stored notebook, in print, in a batch."""

from html import escape

from twin.data.text import visible
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import written
from twin.view.hub import tabs
from twin.view.output import Live, Picture, Words
from twin.view.words import table

MOST_ROWS = 12  # lanes in the table
NETWORK = {
    "status": "",
    "use": "-",
    "last_volume": "pallet",
    "demand_mean": "pallet",
    "dependency": "-",
    "resilience_index": "points",
}


def shown(hub, part, *, live=True):
    """Return what to display of a hub's part, "data", "lanes" or "desk"; with live=False just its still form."""
    still = {"data": _data, "lanes": _lanes, "desk": _desk}[part](hub.session)
    return Live(getattr(hub, part), still) if live else still


def _data(session):
    sentence = f"{len(session.feed.statistics):,} lanes of {session.feed.place}."
    return Words(f"<p>{escape(sentence)}</p>", sentence)


def _lanes(session):
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


def _desk(session):
    numbers = session.numbers()
    said = f"{session.lane}: profit {written(numbers['profit'], UNIT_OF['profit'])} a period."
    return Picture(tabs.drawn("history", session, numbers), f"Volume, forecast and own capacity of {said}")
