"""Build the list of past decisions with what they were worth, which stands beside the decisions that hold."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from twin.data.text import time_told, visible
from twin.plan.wording import money
from twin.view.words import listed, table

if TYPE_CHECKING:
    from twin.plan.decision_worth import DecisionWorth

SHOWN = 20  # most decisions in the table: the last ones to begin
_HEADS = ("lane", "dates", "places", "decided", "overflow avoided", "rent", "gain", "expected")


def past_decisions(found: DecisionWorth | None) -> str:
    """Return the past decisions as a folded table with their totals; "" without any."""
    if found is None or found.table.empty:
        return ""
    rows = [
        [
            escape(visible(row["lane"], 40)),
            f"{row['first']} to {row['last']}",
            f"{row['places']:,.10g}",
            escape(f"{row['state']}, {visible(row['author'], 40)}, {time_told(row['decided_at'])}"),
            f"{row['avoided']:,.0f}",
            money(row["rent"]),
            money(row["gain"]).replace("-", "−"),
            "–" if row["expected"] != row["expected"] else money(row["expected"]),
        ]
        for _, row in found.table.tail(SHOWN).iterrows()
    ]
    inside = listed(found.sentences()) + table("", _HEADS, rows, text=(1, 3))
    count = f"{len(found.table):,}"
    return f'<details id="twin-past" class="twin-decided"><summary>Past decisions: {count}</summary>{inside}</details>'
