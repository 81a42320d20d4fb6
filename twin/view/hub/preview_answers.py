"""Build the previews of imports as HTML: counts, the rows that need a look, and buttons for what the planner means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.errors import Counts
from twin.data.text import number_of, time_told, visible
from twin.view.guard import sentence
from twin.view.hub.feed_answers import account, listed_first, plain, said
from twin.view.hub.flow_answers import button
from twin.view.words import alert, table

if TYPE_CHECKING:
    from twin.data.ledger.preview import Preview
    from twin.plan.plan_import import PlanPreview

_OVERWRITE = "Overwrite with the values of the file"
_MEANING = {
    "new": "of lanes and days that are not held",
    "same": "as the ledger holds them",
    "changed": "of lanes and days held otherwise",
    "outlying": "new or changed, far from the record of their lane",
}


def preview(found: Preview, name: str, message: Mapping[str, Any]) -> str:
    """Return the preview of an import into the ledger, of the file of a message."""
    counts = found.counts
    records = counts.new + counts.same + counts.changed
    head = said(f"Preview of {visible(name, 60)}: {number_of(records, 'flow')}, of which nothing is written yet.")
    cards = _cards((name, count, _MEANING[name]) for name, count in counts._asdict().items())
    odd = alert(sentence(found.odd)) if found.odd else ""
    return (
        f"{head}{odd}{cards}{_rows(found)}{_choices(found, message)}{account(found.account) if found.account else ''}"
    )


def _rows(found):
    """Return the tables of outlying, corrected and changed rows, as far as there are any."""
    far = [
        (_lane(one), str(one.date), f"{one.volume:,.10g}", f"{_short(max(one.low, 0))} to {_short(one.high)}")
        for one in found.outliers
    ]
    by_hand = [
        (_lane(one), str(one.date), _told(one.held), _told(one.file), escape(f"{one.author}, {at}"))
        for one, at in ((one, time_told(one.changed_at)) for one in found.corrected)
    ]
    changed = [(_lane(one), str(one.date), _told(one.held), _told(one.file)) for one in found.changed]
    return (
        _table("Outlying", found.counts.outlying, ("lane", "date", "volume", "usual range"), far)
        + _table("Corrected by hand since", len(by_hand), ("lane", "date", "held", "in the file", "by"), by_hand)
        + _table("Changed", found.counts.changed, ("lane", "date", "held", "in the file"), changed)
    )


def _choices(found, message):
    """Return the buttons of a preview: what makes a difference, and nothing."""
    new, same, changed, _ = found.counts
    held = same + changed
    words = {
        "new-only": f"Only what is new ({new:,})" if held else f"Import {number_of(new, 'flow')}",
        "replace": f"New, and replace what differs ({new + changed:,})",
        "add": f"Add all on top ({new + held:,})",
    }
    offered = [name for name, useful in zip(words, (new, changed, held), strict=True) if useful]
    agreed = {**_sent(message), "asked": [*found.counts, found.seen]}
    buttons = "".join(button("import", {**agreed, "held": name}, words[name]) for name in offered)
    nothing_new = "" if new + changed else said("Nothing in this file is new to the ledger.")
    return f'{nothing_new}<div class="twin-row">{buttons}{button("dismiss", {}, "Write nothing")}</div>'


def agreed(message: Mapping[str, Any]) -> Preview | None:
    """Return the preview that the planner has agreed to, or None before it."""
    numbers = message.get("asked")
    if numbers is None:
        return None
    from twin.data.ledger.preview import Preview  # imports database packages

    names = (*Counts._fields, "seen")
    fits = isinstance(numbers, list) and len(numbers) == len(names) and all(type(x) is int for x in numbers)
    require(fits, "asked", f"whole numbers of {', '.join(names)}", visible(str(numbers), 40))
    return Preview(Counts(*numbers[:-1]), numbers[-1])


def plan_preview(found: PlanPreview, name: str, message: Mapping[str, Any], kinds: str) -> str:
    """Return the preview of a file for the plan; kinds : its entries in words."""
    head = said(f"Preview of {visible(name, 60)}: {kinds}, of which nothing is written yet.")
    meaning = {
        "new": "values that the plan does not have",
        "same": "values as the plan has them",
        "changed": "values that the plan has otherwise",
        "removed": "values that empty cells remove",
    }
    cards = _cards((word, getattr(found, word), text) for word, text in meaning.items())
    heads = ("entry", "field", "now", "in the file", "by")
    count, late = found.changed + found.removed, found.overwritten
    rows = [tuple(escape(visible(cell, 60)) for cell in row[:-1]) for row in found.differences]
    first = sum(one.later for one in found.differences)
    changed = _table("Changed by others since this workbook was saved", late, heads, rows[:first])
    changed += _table("Changed", count - late, heads, rows[first:])
    writes = found.new + found.changed + found.removed
    sent = {**_sent(message), "sure": True}
    write = button("plan-import", sent, f"Write {number_of(writes, 'value')}") if writes else ""
    if late:
        write = button("plan-import", {**sent, "overwrite": "on"}, _OVERWRITE)
    nothing = "" if writes else said("The plan has all these values already.")
    choices = f'<div class="twin-row">{write}{button("dismiss", {}, "Write nothing")}</div>'
    told = f"<details><summary>Account of the file</summary><pre>{escape(str(found.account))}</pre></details>"
    return f"{head}{cards}{changed}{nothing}{choices}{told}"


def keeping_plan(count: int) -> str:
    """Return a button that keeps the values of the page's plan in the ledger."""
    words = f"Keep its plan in the ledger, too ({number_of(count, 'value')})"
    return f"<p>{button('plan-keep', {}, words)}</p>"


def overwriting(message: Mapping[str, Any]) -> str:
    """Return a button that writes a file over what others have changed in the meantime."""
    sent = {**_sent(message), "sure": True, "overwrite": "on"}
    return f'<div class="twin-row">{button("plan-import", sent, _OVERWRITE)}</div>'


def _sent(message):
    """Return the fields of a message that say which file is meant and how it is read."""
    return {name: value for name, value in message.items() if name not in ("do", "serial", "held", "asked", "sure")}


def _cards(entries: Iterable[tuple[str, int, str]]) -> str:
    made = (
        f'<div class="twin-card"><span>{label}</span><b>{count:,}</b><small>{escape(meaning)}</small></div>'
        for label, count, meaning in entries
    )
    return f'<div class="twin-cards">{"".join(made)}</div>'


def _table(caption, count, heads, rows):
    """Return a table of the first rows of their kind; "" if there are none."""
    words = [place for place, head in enumerate(heads) if head in ("by", "field")]
    return table(listed_first(caption, len(rows), count), heads, rows, text=words) if rows else ""


def _short(limit):
    return f"{limit:,.0f}" if limit >= 1000 else f"{limit:.3g}"


def _lane(row):
    return escape(visible(row.lane, 40))


def _told(amounts):
    """Return a volume, and returns in brackets."""
    if amounts is None:
        return "deleted"
    volume, back = amounts
    return (plain(volume) or "unknown") + (f" ({plain(back)} returned)" if back is not None else "")
