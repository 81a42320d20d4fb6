"""Build the forms of the data feed as HTML."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from twin.data.places import RECORD_PREFIX
from twin.data.records import public_record, record_names
from twin.data.text import number_of, visible
from twin.view.guard import sentence
from twin.view.hub import reading_form
from twin.view.hub.feed_answers import named, said
from twin.view.words import TRY_AGAIN, alert

if TYPE_CHECKING:
    from twin.data.permission import Permission
    from twin.plan.feed import Feed

LEAVE_OUT = "leave out rows that cannot be used"  # label of the box of an import
IMPORTS_LISTED = 8  # number of latest imports in the list
_READ_ONLY = (
    "The ledger may only be read here, because TWIN_LEDGER_READ_ONLY is set on this server: its flows can be looked at "
    "and exported; logging, correcting, importing and deleting are off."
)
_READ_ONLY_PLAN = "The plan of the ledger can be saved as a workbook, and not be changed here."
_TYPES = ".csv,.gz,.tsv,.txt,.xlsx,.xlsm,.xls,.ods,text/csv"
_FILE = f'<label>File <input type="file" name="file" accept="{_TYPES}" required></label>'
_LANE = '<label>Lane <input name="lane" list="twin-lane-names" maxlength="500" autocomplete="off" required></label>'

_YEAR = (
    '<div class="twin-row"><label>Site or lane <input name="entry" maxlength="500" autocomplete="off" '
    'placeholder="all that alone use one"></label><button type="submit">Show the year</button></div>'
    '<p class="twin-help">Places under contract month by month, their use by the forecast, what they cost, and days of '
    "notice.</p>"
)


def page(feed: Feed, status: Mapping[str, Any] | None, why: str, uploaded: bool, permission: Permission) -> str:
    """Return the page of forms.

    feed : source of the flows that the hub shows.
    status : status of the ledger; None if the ledger is not open.
    why : error sentence if the ledger cannot be opened; "" while it is being opened.
    uploaded : True if a file has been uploaded.
    permission : permission of the page to delete flows.
    """
    ledger = _ledger(feed, status) if status else alert(why) + TRY_AGAIN if why else said("Opening the ledger …")
    return (
        f"{_sources(feed, status, uploaded)}"
        '<details id="twin-forms"><summary>Upload, log, correct, import, export</summary>'
        f"{_upload()}{ledger}{_plan(feed, status)}{_unlock(permission) if status else ''}</details>"
    )


def _sources(feed: Feed, status: Mapping[str, Any] | None, uploaded: bool) -> str:
    """Return the radio buttons and the list of records for the source of the flows."""
    held = number_of(status["flows"], "flow") if status else "not open"
    choices = {
        "research": ("synthetic research lanes", True),
        "file": (f"uploaded file{'' if uploaded else ' (none yet)'}", uploaded),
        "ledger": (f"ledger ({held})", True),
    }
    radios = "".join(
        f'<label><input type="radio" name="source" id="twin-source-{name}" value="{name}"'
        f"{' checked' if feed.source == name else ''}{'' if possible else ' disabled'}>{escape(words)}</label>"
        for name, (words, possible) in choices.items()
    )
    refresh = '<button type="button" data-do="refresh" id="twin-refresh">Refresh</button>'
    return (
        '<div class="twin-radios" role="radiogroup" aria-label="Source of the flows"><b>Flows from</b>'
        f"{radios}{_records(feed)}{refresh if feed.source == 'ledger' else ''}</div>"
    )


def _records(feed: Feed) -> str:
    """Return the list of the real records that come with the package; the chosen one is selected."""
    choices = {"": "choose one"}
    for name in record_names():
        choices[RECORD_PREFIX + name] = public_record(name).title.partition(":")[0]
    options = "".join(
        f'<option value="{value}"{" selected" if value == feed.source else ""}>{escape(words)}</option>'
        for value, words in choices.items()
    )
    return f'<label>real record <select name="source" id="twin-source-record">{options}</select></label>'


def _upload() -> str:
    return _section(
        "upload",
        "Try a file (nothing is stored)",
        f'<div class="twin-row">{_FILE}<button type="submit">Show its lanes</button></div>'
        f"{reading_form.fields('upload')}"
        '<p class="twin-help">The file needs the columns date, lane and volume; returns is optional. '
        "Its periods may be days, weeks, months or quarters.</p>",
    )


def _unlock(permission: Permission) -> str:
    """Return the form for the server's token; without a token, a sentence; "" if the page may delete flows."""
    if not permission.needed:
        return ""
    if not permission.can_be_given:
        return said(sentence(permission.how()))
    fields = (
        '<div class="twin-row"><label>Token of this server <input type="password" name="secret" size="24" '
        'autocomplete="off" data-once required></label><button type="submit">Unlock</button></div>'
    )
    return _section("unlock", "Unlock deleting and replacing", fields)


def _ledger(feed: Feed, status: Mapping[str, Any]) -> str:
    """Return the forms that change the ledger."""
    past, held, token = status["imports"], number_of(status["flows"], "flow"), status["reset_token"]
    log = (
        f'<div class="twin-row"><label>Date <input type="date" name="date" value="{datetime.date.today()}" required>'
        f"</label>{_LANE}"
        '<label>Volume [pallet] <input name="volume" inputmode="decimal" size="8" data-once required></label>'
        '<label>Returns [pallet] <input name="returns" inputmode="decimal" size="8" data-once '
        'placeholder="not recorded"></label><button type="submit">Log it</button></div>'
    )
    find = (
        f'<div class="twin-row">{_LANE}<label>Day <input type="date" name="day"></label>'
        '<button type="submit">Find</button></div><p class="twin-help">Without a day: its last flows. A flow is edited '
        "in place; who changed it, when, from what and to what is kept, and can be undone.</p>"
    )
    bulk = (
        f'<div class="twin-row">{_FILE}'
        f"{_box('good_rows_only', LEAVE_OUT)}"
        f'<button type="submit">Preview</button></div>{reading_form.fields("import", imports=True)}{_imports(past)}'
    )
    export = f'<div class="twin-row"><button type="submit">Export {held} as CSV</button></div>'
    reset = (
        f'<div class="twin-row"><label>Type <b>{token}</b> to confirm <input name="token" size="20" autocomplete="off" '
        'data-once required></label><button type="submit" class="twin-danger">Delete all flows</button></div>'
    )
    span = f"{status['first_date']} to {status['last_date']}" if status["flows"] else "no flows yet"
    names = "".join(f'<option value="{escape(lane, quote=True)}">' for lane in feed.statistics.index[:500])
    locked = status["read_only"]
    return "".join(
        (
            said(f"{named(status['place'])}: {held}, {number_of(status['lanes'], 'lane')}, {span}."),
            said(_READ_ONLY) if locked else "",
            f'<datalist id="twin-lane-names">{names}</datalist>',
            _section("log", "Log a flow", log, locked=locked),
            _section("flows", "Find flows: edit, delete, history", find),
            _section("import", "Import a file", bulk, locked=locked),
            _section("export", "Export", export),
            _section("reset", "Reset the ledger", reset, locked=locked),
        )
    )


def _plan(feed: Feed, status: Mapping[str, Any] | None) -> str:
    """Return the forms for files of the plan."""
    kept = feed.source == "ledger"
    where = "It is kept in the ledger." if kept else "It ends with this page, unless the flows come from the ledger."
    locked = bool(kept and status and status["read_only"])
    into = (
        f'<div class="twin-row"><label>File <input type="file" name="file" accept="{_TYPES}" required></label>'
        f"{_box('good_rows_only', LEAVE_OUT)}"
        '<button type="submit">Preview</button></div><p class="twin-help">A workbook with sheets such as lanes, sites '
        f"and contracts, or a CSV file whose column lane, site, contract … names the entries. {where}</p>"
    )
    out = '<div class="twin-row"><button type="submit">Download the plan as a workbook</button></div>'
    section = _section(
        "plan-import", "Plan: policies, sites, contracts by file", into, _form("plan-export", out), locked
    )
    return (said(_READ_ONLY_PLAN) if locked else "") + section + _section("plan-year", "Year of the contracts", _YEAR)


def _section(name: str, title: str, fields: str, after: str = "", locked: bool = False) -> str:
    """Return a folded form; if it is locked, its fields are shown and cannot be used."""
    form = _form(name, f"<fieldset disabled>{fields}</fieldset>" if locked else fields)
    return f'<details id="twin-{name}"><summary>{escape(title)}</summary>{form}{after}</details>'


def _form(name: str, fields: str) -> str:
    return f'<form data-form="{name}">{fields}</form>'


def _box(name: str, words: str) -> str:
    return f'<label class="twin-check"><input type="checkbox" name="{name}">{words}</label>'


def _imports(past: Sequence[Mapping[str, Any]]) -> str:
    """Return the latest imports as a list, each with a button that undoes it."""
    if not past:
        return ""
    rows = [
        f"<li>import {entry['id']}: {escape(visible(entry['source'], 60))}, {number_of(entry['records'], 'flow')}, "
        f"{entry['imported_at'][:10]}{escape(_by(entry['author']))} "
        f'<button type="button" data-do="undo" data-with="{_with(entry)}">Undo …</button></li>'
        for entry in reversed(past[-IMPORTS_LISTED:])
    ]
    return f"<ul>{''.join(rows)}</ul>"


def _by(author: str | None) -> str:
    return f" by {visible(author, 40)}" if author else ""


def _with(entry: Mapping[str, Any]) -> str:
    """Return the id and the source of an import as a data attribute."""
    return escape(json.dumps({"id": entry["id"], "source": visible(entry["source"], 60)}), quote=True)
