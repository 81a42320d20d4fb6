"""Say the cells of a plan as the pages write them: each field by its label, each value with its unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin.data.text import visible
from twin.plan.kinds import PLAN_KINDS
from twin.plan.unit_names import unit_names
from twin.plan.wording import label, rest_of

if TYPE_CHECKING:
    from twin.data.ledger.plan_cells import Key

LONGEST_VALUE = 60  # [character] most of a text that a sentence shows


def named_cell(key: Key) -> str:
    """Return the name of a cell in words.

    >>> named_cell(("lane", "BER-MUC", "internal_capacity"))
    'internal capacity of lane BER-MUC'
    """
    kind, entry, field = key
    return f"{label(field)} of {kind} {visible(entry, LONGEST_VALUE)}"


def told_value(key: Key, value: Any, period: str | float) -> str:
    """Return a value of a cell with its unit, and with all its digits; "empty" for None.

    period : period of the record, "" if none is known.

    >>> told_value(("lane", "A", "internal_capacity"), 222.0, ""), told_value(("lane", "A", "service_level"), 0.975, "")
    ('222 pallets', '97.5%')
    >>> told_value(("lane", "A", "holding_cost"), 4.5, "D"), told_value(("contract", "1", "notice_days"), 1.0, "")
    ('$4.5 a pallet and day', '1 day')
    """
    kind, _, name = key
    field = PLAN_KINDS[kind].fields[name]
    if value is None:
        return "empty"
    if not isinstance(value, float):
        return visible("; ".join(value) if isinstance(value, list) else value, LONGEST_VALUE)
    if field.unit == "-":
        return f"{100 * value:,.10g}%"
    amount = f"{value:,.10g}".replace("-", "−")
    if field.unit.startswith("$"):
        amount = f"{'−' if value < 0 else ''}{unit_names().before}{amount.removeprefix('−')}"
    rest = "" if field.unit == "as the field" else rest_of(field.unit, period)
    return f"{amount} {rest.removesuffix('s') if amount == '1' else rest}".rstrip()
