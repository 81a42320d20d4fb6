"""The forms of the data feed as HTML."""

import datetime
import json
from html import escape

from twin.data.text import visible
from twin.view.hub.feed_answers import counted, named, said
from twin.view.words import alert

IMPORTS_LISTED = 8  # imports that are listed
_FILE = '<label>CSV file <input type="file" name="file" accept=".csv,.gz,.txt,text/csv" required></label>'
_READING = (
    '<label>Decimal mark <select name="decimal"><option value=".">point</option>'
    '<option value=",">comma</option></select></label>'
    '<label>Headings, if others <input name="headings" size="24" placeholder="date, lane, volume"></label>'
)
_LANE = '<label>Lane <input name="lane" list="twin-lane-names" maxlength="500" autocomplete="off" required></label>'


def page(feed, status, why, uploaded):
    """Return the page of forms.

    feed : what the hub looks at; status : of the ledger, None when it cannot be reached, and `why` says why.
    uploaded : whether there is a file to look at.
    """
    again = '<p><button type="button" data-do="opened">Try again</button></p>'
    ledger = _ledger(feed, status) if status else alert(why) + again if why else said("Opening the ledger …")
    return (
        f"{_sources(feed, status, uploaded)}"
        '<details id="twin-forms"><summary>Upload, log, correct, import, export</summary>'
        f"{_upload()}{ledger}</details>"
    )


def _sources(feed, status, uploaded):
    held = counted(status["flows"], "flow") if status else "not open"
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
        '<div class="twin-radios" role="radiogroup" aria-label="Flows to look at"><b>Look at</b>'
        f"{radios}{refresh if feed.source == 'ledger' else ''}</div>"
    )


def _upload():
    return _section(
        "upload",
        "Try a CSV file (sandbox: nothing of it is stored)",
        f'<div class="twin-row">{_FILE}{_READING}<button type="submit">Look at it</button></div>'
        '<p class="twin-help">Columns date, lane, volume and optionally returns; days, weeks or months.</p>',
    )


def _ledger(feed, status):
    past, held, token = status["imports"], counted(status["flows"], "flow"), status["reset_token"]
    log = (
        f'<div class="twin-row"><label>Date <input type="date" name="date" value="{datetime.date.today()}" required>'
        f"</label>{_LANE}"
        '<label>Volume [pallet] <input name="volume" inputmode="decimal" size="8" data-once required></label>'
        '<label>Returns [pallet] <input name="returns" inputmode="decimal" size="8" data-once '
        'placeholder="not recorded"></label><button type="submit">Log it</button></div>'
    )
    find = f'<div class="twin-row">{_LANE}<button type="submit">Show its last flows</button></div>'
    delete = (
        '<div class="twin-row"><label>Id of the flow <input name="id" inputmode="numeric" size="10" data-once required>'
        '</label><button type="submit">Delete …</button></div>'
    )
    bulk = (
        f'<div class="twin-row">{_FILE}{_READING}'
        f"{_box('good_rows_only', 'leave out rows that cannot be used')}"
        f"{_box('new_only', 'only lanes and days not held yet')}"
        f'<button type="submit">Import</button></div>{_imports(past)}'
    )
    export = f'<div class="twin-row"><button type="submit">Export {held} as CSV</button></div>'
    reset = (
        f'<div class="twin-row"><label>Type <b>{token}</b> to confirm <input name="token" size="20" autocomplete="off" '
        'data-once required></label><button type="submit" class="twin-danger">Delete all flows</button></div>'
    )
    span = f"{status['first_date']} to {status['last_date']}" if status["flows"] else "no flows yet"
    names = "".join(f'<option value="{escape(lane, quote=True)}">' for lane in feed.statistics.index[:500])
    return "".join(
        (
            said(f"{named(status['place'])}: {held}, {counted(status['lanes'], 'lane')}, {span}."),
            f'<datalist id="twin-lane-names">{names}</datalist>',
            _section("log", "Log a flow", log),
            _section("delete", "Correct: find and delete a flow", delete, before=_form("flows", find)),
            _section("import", "Import a CSV file", bulk),
            _section("export", "Export", export),
            _section("reset", "Reset the ledger", reset),
        )
    )


def _section(name, title, fields, before=""):
    form = _form(name, fields)
    return f'<details id="twin-{name}"><summary>{escape(title)}</summary>{before}{form}</details>'


def _form(name, fields):
    return f'<form data-form="{name}">{fields}</form>'


def _box(name, words):
    return f'<label class="twin-check"><input type="checkbox" name="{name}">{words}</label>'


def _imports(past):
    if not past:
        return ""
    rows = [
        f"<li>import {entry['id']}: {escape(visible(entry['source'], 60))}, {entry['records']:,} flows "
        f'<button type="button" data-do="undo" data-with="{_with(entry)}">Take back …</button></li>'
        for entry in reversed(past[-IMPORTS_LISTED:])
    ]
    return f"<ul>{''.join(rows)}</ul>"


def _with(entry):
    return escape(json.dumps({"id": entry["id"], "source": visible(entry["source"], 60)}), quote=True)
