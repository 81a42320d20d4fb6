"""The command ledger: import, export, inspect and correct the flows kept in a database."""

import argparse
import json
import os
import sys

from twin._period_kinds import PERIOD_KINDS
from twin.command.asking import HELD_CHOICES, SURE_CHOICES, add_held_options, choice, refuse
from twin.command.ledger_edits import add_edit_verbs
from twin.command.opened_ledger import opened_ledger
from twin.command.options import (
    add_calendar_options,
    add_reading_options,
    add_window,
    on_command_line,
    pallets,
    reading_of,
)
from twin.data.advice import said
from twin.data.places import DEFAULT_LEDGER
from twin.data.text import number_of, visible
from twin.demand import period_name

ABOUT = """Keep flows of lanes in a database: one history for dashboards, notebooks and batches.

DATABASE_URL, in the environment or in a .env file, gives its address: postgresql://user:password@host:port/database, or
sqlite:////data/flows.sqlite. By default the ledger is a file among your own data, and nothing has to be set up."""

LEDGER_EXAMPLES = """examples
  twin ledger seed                                   add the three research lanes, to try things out
  twin ledger import flows.csv                       add all rows, or none if one cannot be used
  twin ledger import flows.csv --good-rows-only      leave out unusable rows, and list them
  twin ledger import longer.csv --new-only           add only lanes and days that are not held yet
  twin ledger import revised.csv --replace           also replace held lanes and days that differ
  twin ledger import peak.csv --sure                 also add flows that are far from the record of their lane
  twin ledger log 2026-01-05 BER-MUC 120             add one flow, and show its id
  twin ledger history BER-MUC 2026-01-05             flows of a lane and day: who changed what, from and to
  twin ledger edit 17 125                            give the flow with this id another volume
  twin ledger delete 17                              delete the flow with this id
  twin ledger revert 4                               undo a change of one flow, as history shows it
  twin ledger undo 3                                 delete a whole import; status lists the imports
  twin ledger backup copy.sqlite                     copy the whole ledger while it is in use
  twin ledger verify                                 check file, index and imports for damage
  twin ledger lanes                                  show the statistics of every lane
  twin ledger export berlin.csv --lane BER-MUC --first 2025-01-01
  twin ledger export flows.parquet                   or .jsonl, .json, .xlsx, .csv.gz, with the same columns
  twin assess ledger:                                every answer for every lane of the ledger

exit codes
  0 done   1 refused, and nothing was done: rows that cannot be used, lanes and days that are held, an unusual flow,
           no ledger at the address
  2 an input cannot be used   3 the ledger failed, is damaged or read-only   130 stopped, and nothing was changed
"""


def add(commands: "argparse._SubParsersAction") -> None:
    """Add the command to the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "ledger", help="keep flows in a database", description=ABOUT, epilog=LEDGER_EXAMPLES, formatter_class=raw
    )
    verbs = parser.add_subparsers(required=True, metavar="verb")

    def verb(run, text):
        parser = verbs.add_parser(run.__name__.strip("_"), help=text, description=f"{text[0].upper()}{text[1:]}.")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.set_defaults(run=lambda options: _with_ledger(run, options))
        return parser

    importing = verb(_import, "add the flows of a CSV file or a spreadsheet, all of them or none")
    importing.add_argument(
        "file",
        help="CSV or a spreadsheet (.xlsx, .ods): date, lane, volume and optionally returns; - for standard input",
    )
    importing.add_argument(
        "--good-rows-only",
        action="store_true",
        help="leave out unusable rows; if only the numbers of a row are unusable, keep it with an unknown volume",
    )
    add_held_options(importing)
    add_reading_options(importing, imports=True)
    export = verb(_export, "write flows to a file, as CSV to stdout, or with their ids as JSON to stdout")
    export.add_argument(
        "file",
        nargs="?",
        help="output file; its ending says the form: .csv, .json (a list of objects) or .jsonl (an object a line), "
        "each compressed if .gz follows, .parquet, or .xlsx (up to 1,048,575 flows); by default CSV to stdout",
    )
    export.add_argument("--force", action="store_true", help="overwrite an existing file")
    export.add_argument(
        "--damaged", action="store_true", help="write what can be read of a damaged SQLite file, and exit with code 3"
    )
    add_window(export)
    log = verb(_log, "add one flow")
    log.add_argument("date", help="the day, such as 2026-01-05")
    log.add_argument("lane", help="name of the lane")
    log.add_argument("volume", type=pallets, help="pallets shipped [pallet]")
    log.add_argument("--returns", type=pallets, help="part of the volume that came back [pallet]")
    log.add_argument(
        "--sure",
        action="store_true",
        help="log without asking a volume far from the record of its lane, or a day far from all",
    )
    delete = verb(_delete, "delete flows by their ids, all or none")
    delete.add_argument("id", type=int, nargs="+", help="ids of flows, as printed by log and export --json")
    add_edit_verbs(verb, _show)
    undo = verb(_undo, "delete an import and all its flows, and bring back those that it replaced")
    undo.add_argument("id", type=int, help="id of the import, as printed by import and status")
    lanes = verb(_lanes, "show the statistics of every lane")
    lanes.add_argument("--period", choices=PERIOD_KINDS, help="sum flows into days, weeks, months or quarters")
    lanes.add_argument("--gaps", choices=("zero", "unknown"), default="zero", help="volume of a period without a flow")
    add_calendar_options(lanes)
    add_window(lanes)
    verb(_reset, "delete every flow and import; the plan is kept").add_argument(
        "--token", default="", help="confirmation phrase; an error without it shows it"
    )
    backup = verb(_backup, "copy the whole ledger, as it is at this moment, to an SQLite file, and check the copy")
    backup.add_argument("file", help="a new file; DATABASE_URL=sqlite:///FILE opens it as a ledger")
    backup.add_argument("--force", action="store_true", help="overwrite an existing file")
    backup.set_defaults(run=_backup)  # the ledger is not opened as one, which would migrate older tables
    verb(_status, "show the address and the contents of the ledger")
    verb(_verify, "check the ledger for damage: what its database offers, and counts and checksums of the imports")
    seed = verb(_seed, "add the three synthetic research lanes")
    seed.add_argument("--add", dest="held", action="store_const", const="add", default="ask", help="add them once more")


def _with_ledger(run, options):
    with opened_ledger(DEFAULT_LEDGER, make=run in (_import, _log, _seed)) as ledger:
        return run(ledger, options)


def _show(options, content, words):
    """Print content as JSON if --json was given, else as words; return the exit code 0."""
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str) if options.json else words
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(f"what was done or found could not be shown: {error.strerror}") from None
    return 0


def _import(ledger, options):
    from twin.data.errors import AlreadyHeld, RowsRefused

    kinds = {name: getattr(options, name) for name in ("good_rows_only", "held", "sure")} | reading_of(options)
    asked = None
    try:
        while True:
            try:
                done = ledger.import_file(options.file, **kinds, asked=asked)
                break
            except AlreadyHeld as question:  # asked again if others have changed the ledger in the meantime
                counts = question.preview.counts
                odd = question.preview.odd
                keys = HELD_CHOICES if counts.same + counts.changed and not odd else SURE_CHOICES
                if not (meant := choice(str(question), keys, options.json)):
                    return refuse(options, question, {"place": ledger.place, "added": 0})
                if odd:  # the question on held days comes next
                    kinds["sure"] = True
                    continue
                asked = question.preview
                if keys is HELD_CHOICES:
                    kinds["held"] = meant
    except RowsRefused as refusal:
        if options.json:
            _show(options, {"place": ledger.place, "added": 0, "account": refusal.account.to_dict(on_command_line)}, "")
        else:
            print(refusal.account.told(on_command_line), file=sys.stderr)
        print(f"twin: {said(refusal, on_command_line)}", file=sys.stderr)
        return 1
    return _show_import(ledger, options, done)


def _seed(ledger, options):
    from twin.data.errors import AlreadyHeld
    from twin.data.scenarios import research_lanes

    try:
        return _show_import(ledger, options, ledger.import_history(research_lanes(), held=options.held))
    except AlreadyHeld as question:
        return refuse(options, question, {"place": ledger.place, "added": 0})


def _show_import(ledger, options, done):
    content = {
        "place": ledger.place,
        "import": done.id,
        "added": done.records,
        "unknown": done.unknown,
        "repeated": done.repeated,
        "counts": done.counts._asdict(),
        "notes": list(done.notes),
        "account": done.account.to_dict(on_command_line),
    }
    lines = [done.account.told(on_command_line)]
    if done.repeated:
        more = "--replace replaces these" if done.counts.changed else "--add adds them once more"
        lines.append(f"nothing new: {done.notes[0]}; {more}")
    else:
        unknown = f", {done.unknown:,} of them with an unknown volume," if done.unknown else ""
        lines.append(f"{number_of(done.records, 'flow')}{unknown} added to {ledger.place} as import {done.id}")
        lines += [f"  note     {note}" for note in done.notes]
    return _show(options, content, "\n".join(lines))


def _export(ledger, options):
    from twin.data.lane_names import guard_note
    from twin.data.ledger.export import check_file

    window = {"lanes": options.lanes, "first": options.first, "last": options.last}
    if options.damaged and (options.json or any(window.values())):
        raise ValueError("--damaged must be said alone, or with a file: all that can be read is written")
    if options.file:
        check_file(options.file)
    elif options.json:
        content = [flow._asdict() for flow in ledger.records(**window)]
        return _show(options, {"place": ledger.place, "flows": content}, "")
    if options.file and os.path.exists(options.file) and not options.force:
        raise ValueError(f"file must be a new one, or --force must be said; got {options.file}, which exists")
    if not options.file and sys.stdout is None:
        raise ValueError("file must be named where the standard output is closed; got none")
    if options.damaged:
        count = ledger.salvage(options.file or sys.stdout)
        print(
            f"twin: {number_of(count, 'flow')} of {ledger.place} could be read, without any check: compare them "
            "with your files",
            file=sys.stderr,
        )
        return 3
    if not options.file:
        ledger.export(sys.stdout, **window)
        return 0
    count = ledger.export(options.file, **window)
    words = [f"{number_of(count, 'flow')} written to {options.file}"]
    if options.file.lower().endswith((".csv", ".csv.gz")) and (note := guard_note(ledger.lanes())):
        words.append(f"  note     {note}")
    return _show(options, {"file": options.file, "flows": count}, "\n".join(words))


def _backup(options):
    from twin.data.ledger.backup import back_up

    if os.path.exists(options.file) and not options.force:
        raise ValueError(f"file must be a new one, or --force must be said; got {options.file}, which exists")
    done = back_up(options.file, DEFAULT_LEDGER)
    sound = all(check.passed is not False for check in done.checks)
    state = "and found sound" if sound else "and found DAMAGED: twin ledger verify says where"
    copied = f"{number_of(done.flows, 'flow')} with imports, changes and plan"
    words = f"{copied} copied from {done.place} to {options.file}, {state}"
    _show(options, {"place": done.place, "file": options.file, "flows": done.flows, "sound": sound}, words)
    return 0 if sound else 3


def _log(ledger, options):
    odd = "" if options.sure else ledger.odd_day(options.date)
    far = "" if options.sure else ledger.far_from_record(options.lane, options.volume)
    far = " ".join(filter(None, (odd and f"{odd}.", far)))
    if far and choice(far, {"y": ("log it", "yes")}, options.json) != "yes":
        return refuse(options, f"{far} Nothing was logged; --sure logs it", {"place": ledger.place, "logged": False})
    flow = ledger.append(options.date, options.lane, options.volume, options.returns)
    remarks = ledger.remarks(flow)
    words = [f"added to {ledger.place}: {_in_words(flow)}", *(f"  note     {remark}" for remark in remarks)]
    return _show(options, {**flow._asdict(), "place": ledger.place, "notes": remarks}, "\n".join(words))


def _delete(ledger, options):
    deleted = ledger.delete(*options.id)
    words = [f"deleted from {ledger.place}: {_in_words(flow)}" for flow in deleted]
    return _show(options, [flow._asdict() for flow in deleted], "\n".join(words))


def _undo(ledger, options):
    done = ledger.undo(options.id)
    content = {"place": ledger.place, "import": options.id, **done._asdict()}
    back = f", and {done.restored:,} that it had replaced brought back" if done.restored else ""
    return _show(
        options, content, f"{number_of(done.deleted, 'flow')} of import {options.id} deleted from {ledger.place}{back}"
    )


def _lanes(ledger, options):
    window = {"lanes": options.lanes, "first": options.first, "last": options.last}
    days = {"closed": options.closed, "holidays": options.holidays}
    table = ledger.statistics(**window, **days, period=options.period, gaps=options.gaps)
    attrs = dict(table.attrs)
    name = period_name(attrs.pop("calendar").length)
    dates = {name: table[name].dt.strftime("%Y-%m-%d") for name in ("first_date", "last_date")}
    table = table.assign(**dates)
    lanes = table.astype(object).where(table.notna(), None).to_dict(orient="index")
    meaning = "counts as zero" if attrs["gaps"] == "zero" else "is not counted"
    words = [
        f"pallets per {name}; a {name} without a flow {meaning}",
        *(f"  note     {said(note, on_command_line)}" for note in attrs["notes"]),
    ]
    words.append(table.rename(index=visible).to_string(float_format=lambda value: f"{value:,.3f}", index_names=False))
    return _show(options, {"place": ledger.place, **attrs, "lanes": lanes}, "\n".join(words))


def _reset(ledger, options):
    deleted = ledger.reset(options.token)
    words = f"{number_of(deleted, 'flow')} deleted from {ledger.place}; the plan is kept"
    return _show(options, {"place": ledger.place, "deleted": deleted}, words)


def _verify(ledger, options):
    checks = ledger.verify()
    state = {True: "ok", False: "DAMAGED", None: "not checked"}
    words = [f"{check.name:<24}{state[check.passed]:<13}{check.found}" for check in checks]
    sound = all(check.passed is not False for check in checks)
    content = {"place": ledger.place, "sound": sound, "checks": [check._asdict() for check in checks]}
    _show(options, content, "\n".join(words))
    return 0 if sound else 3


def _status(ledger, options):
    content = ledger.status()
    words = [f"{name:<15}{'–' if value is None else value}" for name, value in content.items() if name != "imports"]
    words += [
        f"{'import ' + str(past['id']):<15}{past['imported_at'][:10]}  {number_of(past['records'], 'flow')} from "
        f"{visible(past['source'])}{' by ' + visible(past['author'], 60) if past['author'] else ''}"
        for past in content["imports"]
    ]
    return _show(options, content, "\n".join(words))


def _in_words(flow):
    amounts = [f"{'unknown' if flow.volume is None else f'{flow.volume:g}'} pallets"]
    amounts += [] if flow.returns is None else [f"{flow.returns:g} returned"]
    return f"{flow.id}: {flow.date} {visible(flow.lane)}, {', '.join(amounts)}"
