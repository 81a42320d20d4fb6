"""The fields of a form that say how a file is read: one for each option of reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from twin._check import require
from twin.data.advice import Way
from twin.data.files.headings import ENGLISH_HEADINGS
from twin.data.files.options import READING, OptionRow
from twin.data.text import visible

TITLE = "How the file is read"  # heading of the fields
PREFIX = "reading-"  # begins the names of the fields in a form
ONE_LANE = "all rows are one lane"  # label of the box for a file without lanes
HEADED = tuple(ENGLISH_HEADINGS)  # columns that have a field for their heading


def fields(form: str, *, imports: bool = False) -> str:
    """Return the fields of all options, folded, for the form of this name; for an import those that it obeys."""
    rows = [row for row in READING.values() if row.imports or not imports]
    inside = "".join(field for row in rows for field in _fields(row))
    return (
        f'<details class="twin-reading" id="twin-{form}-reading"><summary>{TITLE}</summary>'
        f'<div class="twin-row">{inside}</div></details>'
    )


def _fields(row: OptionRow) -> Iterator[str]:
    """Yield the HTML of the fields of an option."""
    name, label, hint = PREFIX + row.name, escape(row.label), escape(row.unset, quote=True)
    if row.name == "columns":
        for ours in HEADED:
            yield f'<label>{label} {ours} <input name="{name}-{ours}" size="14" placeholder="{hint}"></label>'
        yield _box(f"{name}-one-lane", ONE_LANE)
    elif row.is_switch:
        yield _box(name, row.label)
    elif row.choices:
        choices = {"": row.unset, **row.choices} if row.default is None else row.choices
        options = (
            f'<option value="{escape(str(value), quote=True)}"{" selected" * (value == row.default)}>'
            f"{escape(_choice(row, value, words))}</option>"
            for value, words in choices.items()
        )
        yield f'<label>{label} <select name="{name}">{"".join(options)}</select></label>'
    elif row.is_list:
        example = escape(row.example, quote=True)
        yield f'<label>{label} <textarea name="{name}" rows="1" cols="20" placeholder="{example}"></textarea></label>'
    else:
        yield f'<label>{label} <input name="{name}" size="18" placeholder="{hint}"></label>'


def _box(name: str, words: str) -> str:
    return f'<label class="twin-check"><input type="checkbox" name="{name}">{escape(words)}</label>'


def _choice(row: OptionRow, value: Any, words: str) -> str:
    """Return the text of a choice; forms of dates have their own name before the words."""
    return f"{value}: {words}" if row.name == "dates" and value else words


def reading(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that the fields of a form state, as arguments of `read_history`."""
    given = {}
    for name, row in READING.items():
        text = str(message.get(PREFIX + name, "")).strip()
        if name == "columns":
            given[name] = _columns(message, PREFIX + name)
        elif row.is_switch:
            given[name] = PREFIX + name in message
        elif row.is_list:
            given[name] = tuple(filter(None, map(str.strip, text.splitlines())))
        elif text:
            values = {str(value): value for value in row.choices} or {text: text}
            require(text in values, row.label, f"one of {', '.join(values)}", visible(text, 40))
            given[name] = values[text]
    return {name: value for name, value in given.items() if value not in (READING[name].default, {})}


def _columns(message, name):
    headings = {ours: str(message.get(f"{name}-{ours}", "")).strip() for ours in HEADED}
    one_lane = {"lane": ""} if f"{name}-one-lane" in message else {}
    return {ours: heading for ours, heading in headings.items() if heading} | one_lane


def in_form(ways: Sequence[Way]) -> str:
    """Return the words that say how to choose one of some options of reading in the form.

    >>> in_form([("negative", "returns"), ("negative", "subtract")])
    'under “How the file is read”, choose “are returns” or “subtract them from their day” for “Negative volumes”'
    """
    of: dict[str, list[Any]] = {}
    for field, value in ways:
        of.setdefault(field, []).append(value)
    return f"under “{TITLE}”, {', or '.join(_one_of(field, values) for field, values in of.items())}"


def _one_of(field, values):
    """Return the words that say how to choose one of some values of an option."""
    row = READING[field]
    if field == "columns":
        return " or ".join(map(_headed, values))
    if row.is_switch:
        return f"tick “{row.label}”"
    verb = "choose" if row.choices else "write"
    texts = (_choice(row, value, row.choices[value]) if row.choices else visible(str(value), 120) for value in values)
    return f"{verb} {' or '.join(f'“{text}”' for text in texts)} for “{row.label}”"


def _headed(columns):
    """Return the words on headings of columns: which to write into which field, or that all rows are one lane."""
    if columns == {"lane": ""}:
        return f"tick “{ONE_LANE}”"
    texts = {ours: "its own heading" if text == "..." else f"“{visible(text, 120)}”" for ours, text in columns.items()}
    parts = (f"{text} for “{READING['columns'].label} {ours}”" for ours, text in texts.items())
    return f"write {' and '.join(parts)}"
