"""Say the entries and cells of a plan as the pages write them: each field by its label, each value with its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from twin.data.text import number_of, visible
from twin.plan.kinds import PLAN_KINDS
from twin.plan.plan_rules import entries_of
from twin.plan.unit_names import unit_names
from twin.plan.wording import label, rest_of

if TYPE_CHECKING:
    from twin.data.ledger.plan_conflicts import CellWords
    from twin.data.ledger.plan_log import Key, Values

MOST_FIELDS_NAMED, MOST_ENTRIES_NAMED = 4, 3  # most fields and entries that the sentence on a change names
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


def counted_kinds(counts: dict[str, int]) -> str:
    """Return numbers of entries in words.

    >>> counted_kinds({"lane": 224, "site": 1})
    '224 lanes and 1 site'
    """
    parts = [number_of(n, kind, PLAN_KINDS[kind].sheet) for kind, n in counts.items()]
    *parts, last = parts or ["no entries"]
    return f"{', '.join(parts)} and {last}" if parts else last


def told_change(cells: Values, entries: Mapping[tuple[str, str], Mapping[str, Any]], words: CellWords) -> str:
    """Return a change in a sentence: its value with the one before, the values that all its entries get, or a count.

    cells : the new values. entries : the present plan.
    """
    if len(cells) == 1:
        ((key, value),) = cells.items()
        before = entries.get(key[:2], {}).get(key[2])
        was = "" if before is None else f", was {words.value(key, before)}"
        return f"{words.name(key)}: {words.value(key, value)}{was}"
    changed = entries_of(cells)
    by_kind: dict[str, list[str]] = {}
    for kind, entry in changed:
        by_kind.setdefault(kind, []).append(entry)
    named = " and ".join(named_entries(kind, names) for kind, names in by_kind.items())
    (one, first), *others = changed.items()
    if len(first) <= MOST_FIELDS_NAMED and all(fields == first for _, fields in others):
        values = (f"{label(field)} {words.value((*one, field), value)}" for field, value in first.items())
        return f"{', '.join(values)} for {named}"
    return f"{number_of(len(cells), 'value')} of {named}"


def named_entries(kind: str, entries: Sequence[str]) -> str:
    """Return the names of entries of a kind, or the number of many.

    >>> named_entries("site", ["Berlin"]), named_entries("lane", ["A", "B"]), named_entries("lane", ["A"] * 9)
    ('site Berlin', 'lanes A, B', '9 lanes')
    """
    if len(entries) > MOST_ENTRIES_NAMED:
        return f"{len(entries):,} {PLAN_KINDS[kind].sheet}"
    names = ", ".join(visible(entry, LONGEST_VALUE) for entry in entries)
    return f"{kind if len(entries) == 1 else PLAN_KINDS[kind].sheet} {names}"
