"""Build the HTML of the morning panel: status of the lanes, totals, ranked actions and decisions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from twin._period_kinds import PERIOD_KINDS
from twin.data.longer_records import LongerRecords, longer_in
from twin.data.text import number_of, visible
from twin.demand import period_name
from twin.plan.attention import BLOCK_NAMES, STATUSES
from twin.plan.decision import as_written, decision_words
from twin.plan.kinds import SEEN
from twin.plan.lateness import late
from twin.plan.unit_names import unit_names
from twin.plan.wording import money, written
from twin.view.guard import sentence
from twin.view.hub.action_comments import button, hidden, id_of, talk
from twin.view.words import alert, listed, table

if TYPE_CHECKING:
    from twin.plan.comments import CommentEvent
    from twin.plan.morning import Morning

Comments = Mapping[tuple[str, str], Sequence["CommentEvent"]]
UNITS_SEEN = dict(zip(SEEN, ("pallet", "-", "$", "$"), strict=True))  # column of the totals -> its unit
STATUS_MARKS = {"strained": "▲", "watch": "◆", "normal": "●", "ended": "■", "no data": "○"}
_DAY, _NO_BREAK = re.compile(r"\d{4}-\d\d-\d\d"), r'<span class="twin-day">\g<0></span>'
_ENDS = "This plan ends with the page: it belongs to no ledger."
_STATE_YOURS = (
    "No own capacity is stated, so each lane is given the places that it needs, and hardly one overflows: state yours "
    "by “Set …” above the table of lanes, or by a plan file under Data."
)
_BUTTONS = (("accept", "Accept"), ("snooze", "Snooze"))
_FIELDS = (
    ("places", "places", "decimal", "text"),
    ("first", "from", "", "date"),
    ("last", "to", "", "date"),
    ("price", "price of a place [{}]", "decimal", "text"),
    ("partner", "partner", "", "text"),
)


def page(
    morning: Morning, kept: bool, comments: Comments, authors: Mapping[str, str], choice: str = "", past: str = ""
) -> str:
    """Return the page.

    kept : whether its decisions are kept in a ledger. comments : events by lane or site and kind of action.
    authors : name of a decision -> who took it, and when. choice : the form that puts a scenario in view.
    past : what past decisions were worth, as HTML.
    """
    name = BLOCK_NAMES[morning.attention.period]
    behind = late(morning.attention.date.item(), morning.attention.period, morning.today.item()) if kept else ""
    end = "" if kept else f'<p class="twin-help">{_ENDS}</p>'
    longer = longer_in(morning.attention.history.account.audit)
    todo, done = actions(morning, name, comments), decided(morning, comments, authors) + past
    top = f'<div class="twin-morning-top">{status(morning)}{choice}</div>'
    warned = "".join(alert(said) for said in (behind, *map(longer_told, longer)) if said)
    parts = (top, warned, totals(morning, name), todo, done, assumed(morning), end)
    return f'<div class="twin-morning">{radios()}{"".join(parts)}</div>'


def longer_told(one: LongerRecords) -> str:
    """Return a sentence on lanes of longer periods than those of the page, with the ways out of a planner."""
    (_, period) = one.ways[0]
    name = PERIOD_KINDS[period].name
    return (
        f"{one.text}. This page cannot: twin attention ledger: --period {period} does, or keep the lanes of {name}s in "
        "a ledger of their own; of a file, choose its period under “How the file is read”."
    )


def missing(why: str) -> str:
    """Return what stands in place of the morning if the source that was asked for cannot be opened."""
    return f"{sentence(why)} In its place this page shows the synthetic research lanes, which are not yours."


def radios() -> str:
    """Return the place behind which the answer to a button is shown."""
    return '<div class="twin-radios"></div>'


def status(morning: Morning) -> str:
    """Return the number of lanes of each status as a line."""
    counts, name = morning.attention.lanes["status"].value_counts(), BLOCK_NAMES[morning.attention.period]
    parts = [
        f'<span class="twin-badge" data-status="{one}">{STATUS_MARKS[one]} {counts.get(one, 0):,} {one}</span>'
        for one in sorted(STATUSES, key=list(STATUS_MARKS).index)
    ]
    small = f"since your visit at {morning.since.at} UTC" if morning.since else ""
    small = small or f"on the {name} before"
    note = f'<span class="twin-help">small figures: change {small}</span>'
    after = f"after {day(morning.attention.date)}, by the coming {name}"
    lanes = f"<span><b>{number_of(counts.sum(), 'lane')}</b> {after}</span>"
    return f'<p class="twin-morning-status">{lanes} {" ".join(parts)} {note}</p>'


def day(date: np.datetime64) -> str:
    """Return a date with its weekday.

    >>> day(np.datetime64("2025-12-28"))
    'Sun 2025-12-28'
    """
    return f"{date.astype(object):%a} {date}"


def totals(morning: Morning, name: str) -> str:
    """Return the table of totals of the network and its sites."""
    names, money = unit_names(), f"[{unit_names().currency}/{name}]"
    heads = (f"demand [{names.many}/{name}]", "use of own places", f"profit {money}", f"at risk {money}")
    rows, changes = [], morning.changes
    for site, row in morning.totals.iterrows():
        cells = []
        for head, (column, unit) in zip(heads, UNITS_SEEN.items(), strict=True):
            said = signed(changes.loc[site, column], unit)
            moved = f" <small>{said}</small>" if said else ""
            cells.append(f'<td data-label="{escape(head)}">{number(row[column], unit)}{moved}</td>')
        rows.append(f'<tr><th scope="row">{escape(visible(str(site), 40))}</th>{"".join(cells)}</tr>')
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    table = f"<table><thead><tr><td></td>{top}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="twin-totals twin-scroll">{table}</div>'


def number(value: float, unit: str) -> str:
    """Return a total: pallets and money are whole, a share has one decimal.

    >>> number(195169.3, "pallet"), number(0.164, "-"), number(-28.4, "$")
    ('195,169', '16.4%', '−$28')
    """
    if np.isnan(value):
        return "–"
    said = money(value) if unit == "$" else f"{value:,.0f}" if unit == "pallet" else written(value, unit)
    return said.replace("-", "−")


def signed(change: float, unit: str) -> str:
    """Return a change with its sign; "" if it is unknown, or too small to be seen.

    >>> signed(12.0, "pallet"), signed(-0.02, "-"), signed(0.3, "$")
    ('+12', '−2.0%', '')
    """
    said = "" if np.isnan(change) else number(change, unit)
    return f"{'+' if change > 0 else ''}{said}" if said.strip("−0.%" + unit_names().before) else ""


def actions(morning: Morning, name: str, comments: Comments) -> str:
    """Return the table of actions with their buttons."""
    found = morning.actions.to_dict(orient="records")
    each = period_name(morning.attention.history.calendar.length)
    rows = [_action(row, each, comments.get((row["lane"], row["kind"]), ())) for row in found]
    advice = "" if morning.attention.own_stated else f" {_STATE_YOURS}"
    if not rows:
        return f"<p>{morning.nothing_to_do}{advice}</p>"
    heads = ("lane", "what", f"{unit_names().currency} a {name}", "why", "proposed", "decision")
    others = f"Further actions: {morning.others}." if morning.others else ""
    note = f'<p class="twin-help">{others}{advice}</p>' if others or advice else ""
    return f'<div class="twin-actions">{table("", heads, rows, text=(1, 3, 4, 5))}{note}</div>'


def _action(row: Mapping[str, Any], each: str, events: Sequence[CommentEvent]) -> list[str]:
    lane, kind = row["lane"], row["kind"]
    shown, about = visible(lane, 40), {"lane": lane, "action": kind}
    link = escape(shown) if kind == "handling" else button("lane", about, shown, goto=".twin-board")
    buttons = "".join(button(do, about, word, f"{word} {shown}, {kind}") for do, word in _BUTTONS)
    done = f'<div class="twin-decide">{buttons}{_form(row, shown, each)}{talk(lane, kind, events)}</div>'
    why, proposed = (_sentence(row[part]) for part in ("reason", "decision"))
    return [link, escape(kind), money(row["money"]), why, proposed, done]


def _sentence(text: str) -> str:
    """Return a sentence of two lines; the whole of a longer one is its title. Dates are not broken."""
    shown = _DAY.sub(_NO_BREAK, escape(text[0].upper() + text[1:]))
    return f'<span title="{escape(text, quote=True)}">{shown}</span>'


def _form(row: Mapping[str, Any], shown: str, each: str) -> str:
    """Return the folded form with which an action is changed, put off to a day or declined; each: name of a period."""
    name = id_of(row["lane"], row["kind"])
    proposed = {**row, "first": row["first_date"], "last": row["last_date"]}
    fields = "".join(
        _input(field, escape(word.format(f"{unit_names().currency} a {each}")), as_written(proposed[field]), mode, kind)
        for field, word, mode, kind in _FIELDS
    )
    fields += _input("until", "snooze until", "", kind="date") + _input("comment", "comment", "")
    buttons = "".join(
        f'<button type="submit" name="then" value="{value}"{kind}>{word}</button>'
        for value, word, kind in (
            ("change", "Decide", ""),
            ("snooze", "Snooze", ' class="twin-plain"'),
            ("decline", "Decline", ' class="twin-plain"'),
        )
    )
    return (
        f'<details class="twin-change" name="twin-change" id="{name}-more"><summary aria-label="Change '
        f'{escape(shown, quote=True)}, {row["kind"]}">Change</summary>'
        f'<form data-form="change" id="{name}">{hidden(row["lane"], row["kind"])}'
        f'<div class="twin-row">{fields}</div><div class="twin-row">{buttons}</div></form></details>'
    )


def decided(morning: Morning, comments: Comments, authors: Mapping[str, str]) -> str:
    """Return the decisions that hold as a folded list, each with its author; each can be taken back."""
    found = morning.decided
    if not found:
        return ""
    items = []
    for one in found:
        said = f"{visible(one['lane'], 40)}, {one['action']}: {decision_words(one)}"
        comment = f" – {visible(one['comment'], 80)}" if one.get("comment") else ""
        about = {"lane": one["lane"], "name": one["name"]}
        back = button("return", about, "Take back", f"Take back {said}")
        who = f" ({authors[one['name']]})" if one["name"] in authors else ""
        said_of = talk(one["lane"], one["action"], comments.get((one["lane"], one["action"]), ()))
        items.append(f'<li class="twin-decide">{escape(said + comment + who)} {back}{said_of}</li>')
    return (
        f'<details id="twin-decided" class="twin-decided"><summary>Decided: {len(found):,}</summary>'
        f"<ul>{''.join(items)}</ul></details>"
    )


def assumed(morning: Morning) -> str:
    """Return what was assumed as a folded list."""
    notes = morning.attention.assumptions
    if not notes:
        return ""
    inside = listed(f"{note[0].upper()}{note[1:]}." for note in notes)
    return f'<details id="twin-morning-assumed" class="twin-decided"><summary>Assumed</summary>{inside}</details>'


def _input(name: str, word: str, value: str, mode: str = "", kind: str = "text") -> str:
    mode = f' inputmode="{mode}"' if mode else ""
    return (
        f'<label>{word} <input type="{kind}" name="{name}" value="{escape(value, quote=True)}"{mode} size="10" '
        'autocomplete="off"></label>'
    )
