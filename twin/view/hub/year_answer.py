"""Build the answer to the form on the year of the contracts: a table of months for each site or lane, and sentences."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from twin.data.text import visible
from twin.plan.contract_year import MONTH_COLUMNS
from twin.plan.wording import written
from twin.view.hub.feed_answers import said
from twin.view.words import listed, table

if TYPE_CHECKING:
    from twin.plan.contract_year import ContractYear

_NONE = "The plan has no contract in the coming twelve months: import some by file."


def year_answer(found: ContractYear) -> str:
    """Return the coming year of the contracts as HTML."""
    if found.contracts.empty and not found.months:
        return said(_NONE)
    heads = ["month", *(name.replace("_", " ") for name in MONTH_COLUMNS)]
    parts = []
    for name, months in found.months.items():
        rows = [[escape(str(month)), *map(_cell, row, MONTH_COLUMNS)] for month, *row in months.itertuples()]
        parts.append(table(f"{visible(name, 60)}: means and sums of each month", heads, rows))
    return "".join(parts) + listed(found.sentences())


def _cell(value: Any, name: str) -> str:
    """Return a number of a month as text; a dash where it is unknown."""
    return written(value, MONTH_COLUMNS[name][0]) if value == value else "–"
