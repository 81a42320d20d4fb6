"""The forms of the data feed as HTML, and its answers."""

import datetime
import json
from html import escape

from twin._check import require
from twin.data.text import visible
from twin.view.guard import sentence
from twin.view.hub.words import alert, listed

SHOWN = 8  # imports that are listed
_FILE = '<label>CSV file <input type="file" name="file" accept=".csv,.gz,.txt,text/csv" required></label>'


def page(feed, status, why, uploaded):
    """Return the page of forms.

    feed : what the hub looks at; status : of the ledger, None when it cannot be reached, and `why` says why.
    uploaded : whether there is a file to look at.
    """
    ledger = _ledger(feed, status) if status else alert(why) if why else said("Opening the ledger …")
    return (
        f"{_sources(feed, status, uploaded)}"
        '<details id="twin-forms"><summary>Upload, log, correct, import, export</summary>'
        f"{_upload()}{ledger}</details>"
    )


def _sources(feed, status, uploaded):
    held = f"{status['flows']:,} flows" if status else "not open"
    choices = {
        "research": ("synthetic research lanes", True),
        "file": (f"uploaded file{'' if uploaded else ' (none yet)'}", uploaded),
        "ledger": (f"ledger ({held})", bool(status and status["flows"])),
    }
    radios = "".join(
        f'<label><input type="radio" name="source" id="twin-source-{name}" value="{name}"'
        f"{' checked' if feed.source == name else ''}{'' if possible else ' disabled'}>{escape(words)}</label>"
        for name, (words, possible) in choices.items()
    )
    return (
        f'<div class="twin-radios" role="radiogroup" aria-label="Flows to look at"><b>Look at</b> &nbsp; {radios}</div>'
        f"<p>Now: {escape(visible(feed.place, 120))}.</p>"
    )


def _upload():
    return _section(
        "upload",
        "Try a CSV file (sandbox: nothing of it is stored)",
        f'<div class="twin-row">{_FILE}<button type="submit">Look at it</button></div>'
        '<p class="twin-help">Columns date, lane, volume and optionally returns; days, weeks or months.</p>',
    )


def _ledger(feed, status):
    today = datetime.date.today().isoformat()
    lanes = "".join(f'<option value="{escape(lane, quote=True)}">' for lane in feed.statistics.index[:500])
    log = (
        f'<div class="twin-row"><label>Date <input type="date" name="date" value="{today}" required></label>'
        '<label>Lane <input name="lane" list="twin-lane-names" maxlength="500" autocomplete="off" required></label>'
        f'<datalist id="twin-lane-names">{lanes}</datalist>'
        '<label>Volume [pallet] <input name="volume" inputmode="decimal" size="8" required></label>'
        '<label>Returns [pallet] <input name="returns" inputmode="decimal" size="8" placeholder="not recorded"></label>'
        '<button type="submit">Log it</button></div>'
    )
    past, held = status["imports"], f"{status['flows']:,}"
    delete = (
        '<div class="twin-row"><label>Id of the flow <input name="id" inputmode="numeric" size="10" required></label>'
        '<button type="submit">Delete …</button></div>'
        '<p class="twin-help">The id is shown when a flow is logged, and in the export of the command line. '
        "The flow is shown before it is deleted.</p>"
    )
    bulk = (
        f'<div class="twin-row">{_FILE}'
        f"{_box('good_rows_only', 'leave out rows that cannot be used')}"
        f"{_box('new_only', 'only lanes and days not held yet')}"
        f'<button type="submit">Import</button></div>{_imports(past)}'
    )
    export = f'<div class="twin-row"><button type="submit">Export {held} flows as CSV</button></div>'
    token = status["reset_token"]
    reset = (
        f'<div class="twin-row"><label>Type <b>{token}</b> to confirm <input name="token" size="20" '
        'autocomplete="off" required></label><button type="submit" class="twin-danger">Delete all flows</button></div>'
    )
    where = f"Ledger at {visible(status['place'], 120)}"
    span = f"{status['first_date']} to {status['last_date']}" if status["flows"] else "no flows yet"
    return "".join(
        (
            f"<p>{escape(where)}: {status['flows']:,} flows of {status['lanes']:,} lanes, {span}.</p>",
            _section("log", "Log a flow", log),
            _section("delete", "Correct: delete a flow", delete),
            _section("import", "Import a CSV file", bulk),
            _section("export", "Export", export),
            _section("reset", "Reset the ledger", reset),
        )
    )


def _section(name, title, fields):
    form = f'<form data-form="{name}">{fields}</form>'
    return f'<details id="twin-{name}"><summary>{escape(title)}</summary>{form}</details>'


def _box(name, words):
    return f'<label class="twin-check"><input type="checkbox" name="{name}">{words}</label>'


def _imports(past):
    if not past:
        return ""
    rows = [
        f"<li>import {entry['id']}: {escape(visible(entry['source'], 60))}, {entry['records']:,} flows "
        f'<button type="button" data-do="undo" data-with="{_with(entry)}">Take back …</button></li>'
        for entry in reversed(past[-SHOWN:])
    ]
    return f"<ul>{''.join(rows)}</ul>"


def _with(entry):
    return escape(json.dumps({"id": entry["id"], "source": visible(entry["source"], 60)}), quote=True)


# ------------------------------------------------------------ answers


def said(text):
    """Return a sentence."""
    return f"<p>{escape(text)}</p>"


def told(flow):
    """Return a flow in words."""
    volume = "an unknown volume" if flow.volume is None else f"{flow.volume:g} pallets"
    back = "" if flow.returns is None else f", {flow.returns:g} returned"
    return f"flow {flow.id}, {flow.date}, {visible(flow.lane, 60)}, {volume}{back}"


def logged(flow, remarks):
    """Return the answer to a logged flow, with what is odd about it and a way back."""
    button = f'<button type="button" data-do="delete" data-with="{{&quot;id&quot;: {flow.id}}}">Delete it …</button>'
    return said(f"Logged: {told(flow)}.") + listed([sentence(remark) for remark in remarks]) + f"<p>{button}</p>"


def imported(done):
    """Return the answer to an import."""
    added = "Nothing new in this file." if done.repeated else f"{done.records:,} flows added as import {done.id}."
    return said(added) + listed([sentence(note) for note in done.notes]) + account(done.account)


def account(read):
    """Return the account of a file: what was read, refused and decided."""
    whole = f"<details><summary>Account of the file</summary><pre>{escape(str(read))}</pre></details>"
    return said(f"{read.headline()}.") + whole


def looking_at(feed):
    """Return what the hub looks at now."""
    left_out = [f"{lane}: {reason}" for lane, reason in feed.refused["reason"].head(5).items()]
    return said(f"{len(feed.statistics):,} lanes of {visible(feed.place, 120)}.") + listed([*feed.notes, *left_out])


def amount(name, text):
    """Return the number that a field holds, with a point or a comma before its decimals."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise ValueError(f"{name} must be a number such as 120 or 12.5; got {visible(text, 40)!r}") from None


def whole(name, text):
    """Return the whole number that a field holds."""
    require(text.strip().isdigit(), name, "a whole number", visible(text, 40))
    return int(text)
