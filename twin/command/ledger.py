"""ledger: the flows kept in a database; bring in, take out, look and correct."""

import argparse
import json
import os
import sys

from twin.command.options import add_reading_options, add_window, reading_of
from twin.data.text import visible
from twin.demand import DAYS_PER_PERIOD, PERIOD_NAMES

ABOUT = """Flows of lanes kept in a database, one history for dashboards, notebooks and batches.

DATABASE_URL says where, in the environment or in a file .env: postgresql://user:password@host:port/database, or
sqlite:////data/flows.sqlite. Without it they are in a file among your own data, and nothing has to be set up."""

LEDGER_EXAMPLES = """examples
  python -m twin ledger seed                                   the three research lanes, to try things out
  python -m twin ledger import flows.csv                       all rows, or none where one cannot be used
  python -m twin ledger import flows.csv --good-rows-only      the others; says which were left out
  python -m twin ledger import longer.csv --new-only           just the days that the ledger does not hold yet
  python -m twin ledger log 2026-01-05 BER-MUC 120             one flow, which is shown with its id
  python -m twin ledger delete 17
  python -m twin ledger undo 3                                 a whole import taken back; status lists them
  python -m twin ledger lanes                                  statistics of every lane
  python -m twin ledger export berlin.csv --lane BER-MUC --first 2025-01-01
  python -m twin assess ledger:                                every answer for every lane of the ledger

exit codes
  0 done   1 nothing was imported, because rows were refused   2 an input cannot be used   3 the ledger cannot do it
  130 stopped, and nothing was changed
"""


def add(commands):
    """Add the command to those of the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "ledger", help="keep flows in a database", description=ABOUT, epilog=LEDGER_EXAMPLES, formatter_class=raw
    )
    verbs = parser.add_subparsers(required=True, metavar="verb")

    def verb(run, text):
        made = verbs.add_parser(run.__name__.strip("_"), help=text, description=f"{text[0].upper()}{text[1:]}.")
        made.add_argument("--json", action="store_true", help="for machines")
        made.set_defaults(run=lambda options: _with_ledger(run, options))
        return made

    bring = verb(_import, "add the flows of a CSV file, all of them or none")
    bring.add_argument("file", help="CSV of flows, plain or gzipped: date, lane, volume and perhaps returns")
    bring.add_argument(
        "--good-rows-only",
        action="store_true",
        help="leave out the rows that cannot be used; where just its number cannot be used, an unknown volume is kept",
    )
    bring.add_argument("--new-only", action="store_true", help="leave out lanes and days that the ledger holds already")
    bring.add_argument("--again", action="store_true", help="add the same flows once more")
    add_reading_options(bring)
    take = verb(_export, "write flows as CSV, or with their ids as JSON")
    take.add_argument("file", nargs="?", help="where to write them, .gz compressed; none: to the standard output")
    take.add_argument("--force", action="store_true", help="write over a file that exists")
    add_window(take)
    one = verb(_log, "add one flow")
    one.add_argument("date", help="the day, such as 2026-01-05")
    one.add_argument("lane")
    one.add_argument("volume", type=float, help="[pallet]")
    one.add_argument("--returns", type=float, help="of these came back [pallet]")
    away = verb(_delete, "delete flows by their ids, all or none")
    away.add_argument("id", type=int, nargs="+", help="as log and export --json show them")
    undo = verb(_undo, "take back an import: delete its flows, and forget it")
    undo.add_argument("id", type=int, help="of the import, as import and status show it")
    lanes = verb(_lanes, "show the statistics of every lane")
    lanes.add_argument("--period", choices=DAYS_PER_PERIOD, help="sum flows into days, weeks or months")
    lanes.add_argument("--gaps", choices=("zero", "unknown"), default="zero", help="what a period without a flow means")
    add_window(lanes)
    verb(_reset, "delete every flow").add_argument("--token", default="", help="words that show that you mean it")
    verb(_status, "show where the ledger is and what it holds")
    verb(_seed, "add the three synthetic research lanes").add_argument("--again", action="store_true", help="once more")


def _with_ledger(run, options):
    from twin.data.ledger.store import Ledger

    with Ledger() as ledger:
        return run(ledger, options)


def _show(options, content, words):
    """Print content as JSON where that was asked for, else words."""
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str) if options.json else words
    try:
        print(text, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OSError(f"what was done or found could not be shown: {error.strerror}") from None
    return 0


def _import(ledger, options):
    from twin.data.errors import RowsRefused

    kinds = {name: getattr(options, name) for name in ("good_rows_only", "new_only", "again")}
    try:
        done = ledger.import_file(options.file, **kinds, **reading_of(options))
    except RowsRefused as refusal:
        if options.json:
            _show(options, {"place": ledger.place, "added": 0, "account": refusal.account.to_dict()}, "")
        else:
            print(refusal.account, file=sys.stderr)
        print(f"twin: {refusal}; --good-rows-only imports the others", file=sys.stderr)
        return 1
    return _tell(ledger, options, done)


def _seed(ledger, options):
    from twin.data.scenarios import research_lanes

    return _tell(ledger, options, ledger.import_history(research_lanes(), again=options.again))


def _tell(ledger, options, done):
    content = {
        "place": ledger.place,
        "import": done.id,
        "added": done.records,
        "unknown": done.unknown,
        "repeated": done.repeated,
        "notes": list(done.notes),
        "account": done.account.to_dict(),
    }
    lines = [str(done.account)]
    if done.repeated:
        lines.append(f"nothing new: {done.notes[0]}{'; --again adds them once more' if done.id else ''}")
    else:
        unknown = f", {done.unknown:,} of them with an unknown volume," if done.unknown else ""
        lines.append(f"{done.records:,} flows{unknown} added to {ledger.place} as import {done.id}")
        lines += [f"  note     {note}" for note in done.notes]
    return _show(options, content, "\n".join(lines))


def _export(ledger, options):
    window = {"lanes": options.lanes, "first": options.first, "last": options.last}
    if not options.file and options.json:
        content = [flow._asdict() for flow in ledger.records(**window)]
        return _show(options, {"place": ledger.place, "flows": content}, "")
    if options.file and os.path.exists(options.file) and not options.force:
        raise ValueError(f"file must be a new one, or --force must be said; got {options.file}, which exists")
    if not options.file and sys.stdout is None:
        raise ValueError("file must be named where the standard output is closed; got none")
    count = ledger.export(options.file or sys.stdout, **window)
    if options.file:
        return _show(options, {"file": options.file, "flows": count}, f"{count:,} flows written to {options.file}")
    return 0


def _log(ledger, options):
    flow = ledger.append(options.date, options.lane, options.volume, options.returns)
    remarks = ledger.remarks(flow)
    words = [f"added to {ledger.place}: {_flow(flow)}", *(f"  note     {remark}" for remark in remarks)]
    return _show(options, {**flow._asdict(), "place": ledger.place, "notes": remarks}, "\n".join(words))


def _delete(ledger, options):
    gone = ledger.delete(*options.id)
    words = [f"deleted from {ledger.place}: {_flow(flow)}" for flow in gone]
    return _show(options, [flow._asdict() for flow in gone], "\n".join(words))


def _undo(ledger, options):
    gone = ledger.undo(options.id)
    content = {"place": ledger.place, "import": options.id, "deleted": gone}
    return _show(options, content, f"{gone:,} flows of import {options.id} deleted from {ledger.place}")


def _lanes(ledger, options):
    window = {"lanes": options.lanes, "first": options.first, "last": options.last}
    table = ledger.statistics(**window, period=options.period, gaps=options.gaps)
    said = table.attrs
    dates = {name: table[name].dt.strftime("%Y-%m-%d") for name in ("first_date", "last_date")}
    table = table.assign(**dates)
    lanes = table.astype(object).where(table.notna(), None).to_dict(orient="index")
    meaning = "counts as zero" if said["gaps"] == "zero" else "is not counted"
    name = PERIOD_NAMES[said["period"]]
    words = [
        f"pallets per {name}; a {name} without a flow {meaning}",
        *(f"  note     {note}" for note in said["notes"]),
    ]
    words.append(table.rename(index=visible).to_string(float_format=lambda value: f"{value:,.3f}", index_names=False))
    return _show(options, {"place": ledger.place, **said, "lanes": lanes}, "\n".join(words))


def _reset(ledger, options):
    gone = ledger.reset(options.token)
    return _show(options, {"place": ledger.place, "deleted": gone}, f"{gone:,} flows deleted from {ledger.place}")


def _status(ledger, options):
    content = ledger.status()
    words = [f"{name:<15}{'–' if value is None else value}" for name, value in content.items() if name != "imports"]
    words += [
        f"{'import ' + str(past['id']):<15}{past['imported_at'][:10]}  {past['records']:,} flows from "
        f"{visible(past['source'])}"
        for past in content["imports"]
    ]
    return _show(options, content, "\n".join(words))


def _flow(flow):
    amounts = [f"{'unknown' if flow.volume is None else f'{flow.volume:g}'} pallets"]
    amounts += [] if flow.returns is None else [f"{flow.returns:g} returned"]
    return f"{flow.id}: {flow.date} {visible(flow.lane)}, {', '.join(amounts)}"
