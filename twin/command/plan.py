"""The command plan: state, import, show, undo and export what planners decide, which the ledger keeps."""

import argparse
import json
import os
import sys
from difflib import get_close_matches

from twin.command.opened_ledger import opened_ledger
from twin.command.plan_results import add_results
from twin.data.errors import PlanChanged, RowsRefused
from twin.data.places import DEFAULT_LEDGER
from twin.data.text import number_of, visible

PLAN_HELP = """Keep a plan in the ledger, beside the flows: site and policy of each lane, sites with places and handling
that lanes share, contracts, overrides of a forecast, scenarios, notes, events and decisions. Every change has an author
(TWIN_AUTHOR, or the user of this machine) and a time, and can be undone."""

PLAN_EXAMPLES = """examples
  twin plan set site Berlin places=400 handling_per_period=900
  twin plan set lane BER-MUC BER-ROT site=Berlin internal_capacity=120
  twin plan set lane --where site=Berlin service_level=0.97     all lanes of the plan at that site
  twin plan set note new lane=BER-MUC text="fair in week 12"    an entry with the next number as its name
  twin plan set lane BER-MUC service_level=                     remove a value
  twin plan import capacities.csv                               columns lane, internal_capacity, ...
  twin plan export plan.xlsx                                    a sheet for each kind; edit and import it
  twin plan show lane
  twin plan history BER-MUC
  twin plan undo 17
  twin plan year Berlin                                         its places, contracts and costs, month by month
  twin plan decisions                                           what places booked in the past avoided and cost
  twin plan fields                                              every kind with its fields and units
  twin assess ledger:                                           uses the policies of the plan

exit codes
  0 done   1 refused, and nothing was done: rows that cannot be used, values that somebody else has changed, no ledger
  2 an input cannot be used   3 the ledger failed, is damaged or read-only   130 stopped, and nothing was changed
"""


def add(commands: "argparse._SubParsersAction") -> None:
    """Add the command to the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "plan", help="keep a plan beside the flows", description=PLAN_HELP, epilog=PLAN_EXAMPLES, formatter_class=raw
    )
    verbs = parser.add_subparsers(required=True, metavar="verb")

    def verb(run, text, opened=_with_plan):
        parser = verbs.add_parser(run.__name__.strip("_"), help=text, description=f"{text[0].upper()}{text[1:]}.")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--ledger", metavar="ADDRESS", default=DEFAULT_LEDGER, help="address of the ledger; default: DATABASE_URL"
        )
        parser.set_defaults(run=lambda options: opened(run, options))
        return parser

    importing = verb(_import, "write the entries of a file, all of them or none")
    importing.add_argument("file", help="CSV or a workbook; its column lane, site, contract, ... names the entries")
    importing.add_argument("--kind", metavar="KIND", help="kind of the entries; by default the file says it")
    importing.add_argument("--sheet", metavar="NAME", help="the only sheet to read; by default all that hold entries")
    importing.add_argument("--decimal", choices=(".", ","), help="decimal mark; by default the file decides")
    importing.add_argument("--good-rows-only", action="store_true", help="leave out the rows that cannot be used")
    importing.add_argument(
        "--overwrite",
        action="store_true",
        help="also overwrite what others have changed since this workbook was exported",
    )
    setting = verb(_set, "set fields of one entry or of many, as one change")
    setting.add_argument("kind", help="lane, site, contract, override, scenario, note, event or decision")
    setting.add_argument(
        "values",
        nargs="+",
        metavar="ENTRY | FIELD=VALUE",
        help="names of entries, or new, and values; FIELD= removes one",
    )
    setting.add_argument(
        "--where", action="append", default=[], metavar="FIELD=VALUE", help="all entries with this value; repeatable"
    )
    setting.add_argument("--seen", type=int, metavar="ID", help="refuse to overwrite what changed after this change")
    removing = verb(_remove, "remove entries with all their fields")
    removing.add_argument("kind", help="kind of the entries")
    removing.add_argument("entry", nargs="+", help="their names")
    verb(_show, "show the plan, or the entries of a kind").add_argument("kind", nargs="?", help="kind of the entries")
    history = verb(_history, "show the changes, or every value that an entry has had, with its decisions")
    history.add_argument("entry", nargs="?", help="name of an entry, of any kind, such as a lane or a site")
    undo = verb(_undo, "give the values of a change back what they were before it")
    undo.add_argument("id", type=int, help="id of the change, as history shows it")
    export = verb(_export, "write the whole plan to a workbook, which import reads back")
    export.add_argument("file", help="a file that ends in .xlsx")
    export.add_argument("--force", action="store_true", help="overwrite an existing file")
    verb(_fields, "show the kinds of entries with their fields and units")
    add_results(verb, _print)


def _with_plan(run, options):
    if run is _fields:
        return _fields(options)
    from twin.plan.capacity_plan import CapacityPlan

    with opened_ledger(options.ledger, make=run in (_set, _import)) as ledger:
        try:
            done = run(CapacityPlan(ledger.plan), ledger.place, options)
            if run is _set and options.kind in ("lane", "lanes"):
                _note_lanes_without_flows(ledger, options)
            return done
        except PlanChanged as error:
            print(f"twin: {error}", file=sys.stderr)
            return 1


def _print(options, content, words):
    """Print content as JSON if --json was given, else as words; return the exit code 0."""
    print(json.dumps(content, indent=1, ensure_ascii=False, default=str) if options.json else words, flush=True)
    return 0


def _import(plan, place, options):
    from twin.plan.plan_import import import_plan
    from twin.plan.plan_words import counted_kinds

    names = ("kind", "sheet", "decimal", "good_rows_only", "overwrite")
    try:
        done = import_plan(plan, options.file, **{name: getattr(options, name) for name in names})
    except RowsRefused as refusal:
        print(refusal.account, f"twin: {refusal}; --good-rows-only imports the others", sep="\n", file=sys.stderr)
        return 1
    refused = done.account.table.to_dict("records")
    content = {**done._asdict(), "place": place, "account": {"notes": done.account.notes, "refused": refused}}
    counts = counted_kinds(done.entries)
    if done.change is None:
        words = f"nothing new: the plan has all values of the file already, of {counts}"
    else:
        gone = f", and {done.removed:,} removed by empty cells" if done.removed else ""
        values = f"{number_of(done.written, 'value')} of {counts}"
        words = f"{values} written to the plan at {place}{gone}; twin plan undo {done.change} takes this back"
    return _print(options, content, f"{done.account}\n{words}")


def _set(plan, place, options):
    from twin.plan.kinds import kind_of
    from twin.plan.plan_rules import refuse_misspelt_field

    kind = kind_of(options.kind)
    entries = _entries(options, kind)
    for text in entries:
        refuse_misspelt_field(kind, text)
    values = dict(text.split("=", 1) for text in options.values if text not in entries)
    if not values:
        raise ValueError(f"values must have a FIELD=VALUE, of {', '.join(kind.fields)}; got {' '.join(entries)}")
    entries += _chosen(plan, kind, options.where)
    if not entries:
        raise ValueError(f"values must name a {kind.name}, or --where some of the plan; got none")
    if entries == ["new"]:
        entry = plan.add(kind.name, **values)
        return _told(plan, place, options, plan.cells.changes(kind.name, entry)[0].id)
    made = plan.write({(kind.name, entry): values for entry in entries}, seen=options.seen)
    return _told(plan, place, options, made)


def _entries(options, kind):
    """Return the texts that are names of entries, because they are no FIELD=VALUE."""
    return [text for text in options.values if text.partition("=")[0] not in kind.fields or "=" not in text]


def _note_lanes_without_flows(ledger, options):
    """Say which of the lanes that were set have no flows in the ledger, if it holds flows, and the nearest name."""
    from twin.plan.kinds import PLAN_KINDS

    held = ledger.lanes()
    for name in _entries(options, PLAN_KINDS["lane"]) if held else ():
        if name.strip() not in held:
            near = get_close_matches(name, held, 1)
            meant = f"; the nearest name is {visible(near[0], 60)}" if near else ""
            print(f"  note     the ledger holds no flows of lane {visible(name, 60)}{meant}", file=sys.stderr)


def _chosen(plan, kind, where):
    """Return the names of the entries that have all these values."""
    from twin.data.errors import Refused
    from twin.plan.plan_rules import field_value

    wanted = {}
    for text in where:
        name, equals, value = text.partition("=")
        if not equals or name not in kind.fields:
            raise ValueError(f"--where must be FIELD=VALUE, with one of {', '.join(kind.fields)}; got {text}")
        try:
            wanted[name] = field_value(kind.fields[name], value)
        except Refused as why:
            raise ValueError(f"--where: {why}") from None
    if not where:
        return []
    found = [
        entry for entry, fields in plan.of(kind.name).items() if all(fields.get(k) == v for k, v in wanted.items())
    ]
    if not found:
        raise ValueError(f"--where must fit some {kind.sheet} of the plan; got {' '.join(where)}")
    return found


def _remove(plan, place, options):
    return _told(plan, place, options, plan.remove(options.kind, *options.entry))


def _undo(plan, place, options):
    return _told(plan, place, options, plan.undo(options.id))


def _told(plan, place, options, made):
    """Print the change that was made, or that there was nothing to change."""
    if made is None:
        return _print(options, {"place": place, "change": None}, "nothing new: the plan has these values already")
    change = next(one for one in plan.changes() if one.id == made)
    return _print(options, {"place": place, "change": change._asdict()}, _line(change))


def _line(change):
    return f"{_head(change.id, change)}{change.what}"


def _head(number, change):
    """Return the first columns of a line on a change: its id, its time in UTC, and its author."""
    return f"{number:>6}  {change.changed_at[:16].replace('T', ' ')}  {visible(change.author, 20):<20}  "


def _show(plan, place, options):
    from twin.plan.kinds import PLAN_KINDS, kind_of
    from twin.plan.plan_words import counted_kinds

    kinds = [kind_of(options.kind)] if options.kind else [kind for kind in PLAN_KINDS.values() if plan.of(kind.name)]
    content = {"place": place, **{kind.sheet: plan.of(kind.name) for kind in kinds}}
    words = []
    for kind in kinds:
        table = plan.table(kind.name).dropna(axis="columns", how="all")
        units = {name: kind.fields[name].unit for name in table.columns if kind.fields[name].form == "number"}
        words.append(f"{counted_kinds({kind.name: len(table)})}" + "".join(f"; {k} [{u}]" for k, u in units.items()))
        if len(table):
            shown = table.rename(index=visible)
            words.append(shown.to_string(na_rep="–", float_format="{:,.6g}".format, index_names=False))
    return _print(
        options, content, "\n".join(words) or f"the plan at {place} has no entries yet; plan set and import add some"
    )


def _history(plan, place, options):
    if not options.entry:
        changes = plan.changes()
        words = "\n".join(map(_line, changes)) or f"the plan at {place} has not been changed yet"
        return _print(options, {"place": place, "changes": [one._asdict() for one in changes]}, words)
    past = plan.history_of(options.entry)
    if not past:
        raise ValueError(f"entry must be one that the plan has or has had; got {visible(options.entry, 60)}")
    words = _lines_of(past, options.entry, plan.words)
    return _print(options, {"place": place, "values": [one._asdict() for one in past]}, "\n".join(words))


def _lines_of(past, name, words):
    """Return a line for each value of the entries of a name, and one for each change of an entry about it."""
    from twin.plan.wording import label

    lines: dict[tuple, str] = {}
    for one in past:
        cell = one.kind, one.entry, one.field
        before, after = words.value(cell, one.before), words.value(cell, one.after)
        if one.entry == name:
            lines[one.change, *cell] = f"{_head(one.change, one)}{words.name(cell)}: {before} -> {after}"
            continue
        key = one.change, one.kind, one.entry
        begun = f"{lines[key]}; " if key in lines else f"{_head(one.change, one)}{one.kind} {one.entry}: "
        lines[key] = begun + label(one.field) + (f" {after}" if one.before is None else f": {before} -> {after}")
    return list(lines.values())


def _export(plan, place, options):
    from twin.plan.plan_export import export_plan
    from twin.plan.plan_words import counted_kinds

    if os.path.exists(options.file) and not options.force:
        raise ValueError(f"file must be a new one, or --force must be said; got {options.file}, which exists")
    counts = export_plan(plan, options.file)
    here = counted_kinds({kind: count for kind, count in counts.items() if count})
    words = f"{here} of the plan at {place} written to {options.file}"
    return _print(options, {"place": place, "file": options.file, "entries": counts}, words)


def _fields(options):
    from twin.plan.kinds import PLAN_KINDS

    rows = [
        {"kind": kind.name, "field": field.name, "unit": field.unit, "needed": field.needed, "meaning": field.meaning}
        for kind in PLAN_KINDS.values()
        for field in kind.fields.values()
    ]
    words = []
    for kind in PLAN_KINDS.values():
        words.append(f"{kind.name}: {kind.meaning}")
        words += [
            f"  {field.name:<22}{'needed  ' if field.needed else '        '}{field.meaning} [{field.unit}]"
            for field in kind.fields.values()
        ]
    return _print(options, rows, "\n".join(words))
