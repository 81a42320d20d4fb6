"""Build HTML for numbers, in cards and tables, and for choices; a number's element also carries the exact value."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from twin.plan.wording import rest_of, written

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
TRY_AGAIN = '<p><button type="button" data-do="opened">Try again</button></p>'  # after an error sentence of a form


def figure(name: str, value: float, unit: str, *, tag: str = "b") -> str:
    """Return an HTML element with a number as readers see it, and its name and exact value as data attributes."""
    return f'<{tag} data-name="{name}" data-value="{value!r}">{written(value, unit)}</{tag}>'


def cards(entries: Iterable[tuple[str, str, float, str, str]], period: str) -> str:
    """Return key figures as cards, given entries (label, name, value, unit, remark)."""
    made = [
        f'<div class="twin-card"><span>{escape(label)}</span>{figure(name, value, unit)}'
        f"<small>{escape(' '.join(filter(None, (rest_of(unit, period), remark))))}</small></div>"
        for label, name, value, unit, remark in entries
    ]
    return f'<div class="twin-cards">{"".join(made)}</div>'


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]], text: Sequence[int] = ()) -> str:
    """Return an HTML table.

    rows : cells as HTML; the first cell of a row is its head.
    text : numbers of the columns that hold words; the others are aligned as numbers.
    """
    caption = f"<caption>{escape(caption)}</caption>" if caption else ""
    kinds = [' class="twin-words"' if column in text else "" for column in range(len(heads))]
    head = "".join(
        f'<th scope="col"{kind}>{escape(name)}</th>' if name else f"<td{kind}></td>"
        for kind, name in zip(kinds, heads, strict=True)
    )
    day = ' class="twin-day"'  # a date is not broken
    body = "".join(
        f'<tr><th scope="row"{day if _DAY.fullmatch(first) else ""}>{first}</th>'
        + "".join(f"<td{kind}>{cell}</td>" for kind, cell in zip(kinds[1:], rest, strict=True))
        + "</tr>"
        for first, *rest in rows
    )
    return f'<div class="twin-scroll"><table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def alert(sentence: str) -> str:
    """Return an error sentence as an HTML paragraph that screen readers announce."""
    return f'<p class="twin-alert" role="alert">{escape(sentence)}</p>'


def note(sentence: str) -> str:
    """Return a sentence on what was done as an HTML paragraph."""
    return f'<p class="twin-note">{escape(sentence)}</p>'


def picture(name: str, words: str) -> str:
    """Return an empty HTML figure that the page fills with the picture of this name; `words` describe it."""
    return f'<figure class="twin-picture"><img data-picture="{name}" alt="{escape(words)}"></figure>'


def listed(sentences: Iterable[str]) -> str:
    """Return sentences as an HTML list; "" if there are none."""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f"<ul>{items}</ul>" if items else ""


def choices(words: str, buttons: Sequence[str]) -> str:
    """Return buttons between which the reader chooses, as a row of HTML with its name."""
    inside = f"<span>{words}</span>{''.join(buttons)}"
    return f'<div class="twin-row twin-choices" role="group" aria-label="{words}">{inside}</div>'


def choice(done: str, with_: Mapping[str, Any], words: str, pressed: bool, key: str) -> str:
    """Return one of these buttons as HTML: its message, the fields sent with it, its words, and its id in the page."""
    data = escape(json.dumps(with_))
    return (
        f'<button type="button" id="{key}" data-do="{done}" data-with="{data}" '
        f'aria-pressed="{"true" if pressed else "false"}">{escape(words)}</button>'
    )
