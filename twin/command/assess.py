"""The command assess: compute every answer for every lane of a file of flows or a table of lanes."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from dataclasses import replace
from functools import partial
from typing import Any

from twin._check import require
from twin.command.assess_parquet import add_table_options, assess_lanes
from twin.command.options import (
    add_lane,
    add_reading_options,
    add_scenario,
    count,
    on_command_line,
    plan_of,
    reading_of,
    stated_policies,
)
from twin.command.printing import LANE_SCHEMA_FILE, SCHEMA_FILE
from twin.data.files.options import READING
from twin.data.lane_names import guard_note
from twin.data.places import RECORD_PREFIX
from twin.policy import POLICY

_LOG = logging.getLogger(__name__)
ASSESS = """Read a file of flows, compute safety stock, service, capacity, overflow to a partner, resilience and profit
of every lane, and list every row that was not used with the reason."""

ASSESS_EXAMPLES = """the file
  A CSV file, plain or gzipped, or a spreadsheet, with a date, a lane and a volume (or product_name, Strecke, Menge,
  demand, ...), and returns if you have them. The period (day, week, month or quarter), the encoding and the separator
  are detected; so are the header, and tables with a column for each period or lane. - is standard input.

examples
  twin assess                                        three synthetic lanes, to try it out
  twin assess flows.csv
  twin assess flows.csv --service-level 0.97 --lead-time-mean-days 4 --internal-capacity 300
  twin assess flows.csv --policies policies.csv      one row per lane: lane, internal_capacity, ...
  twin assess flows.csv --period MS --gaps unknown   months; a month without a row is unknown, not zero
  twin assess flows.csv --column volume=n_total --json > lanes.json
  twin assess flows.csv --horizon 14                 a plan by date, with what such plans have kept so far
  twin assess flows.csv --jsonl > lanes.jsonl        for DuckDB, polars and pandas: a row per lane
  twin assess flows.csv --xlsx lanes.xlsx            for Excel: sheets lanes, units, assumptions, account
  twin assess flows.csv --horizon 14 --report plan.html    a page to send; .pdf and .xlsx as well
  twin assess record:                                real records that come with the package, a line each
  twin assess record:sfo-air-cargo                   one of them

tables of lanes, of any size
  A Parquet file, or a folder of Parquet files, with one row per lane. The columns demand_mean and demand_sd are
  required; lane and any field of the policy are optional. A column overrides the option of the same name; a field with
  neither has its default, and a line on stderr says so. The period is a day unless --period says otherwise.
  The answers are written to a folder of Parquet files, in the order of the lanes. The folder is complete when it
  contains the file _SUCCESS; after an interruption, the same command computes the missing files. If a lane cannot be
  assessed, the file of its part (about a million lanes) is left out, and an error gives its row, counted from 1.

  twin assess lanes.parquet --to answers.parquet
  twin assess lanes.parquet --to answers.parquet --keep safety_stock,profit --service-level 0.95 --jobs 8
  twin assess /shared/lanes --to /shared/answers --scheduler tcp://10.0.0.5:8786
"""

# Options for tables of lanes only, and options for files of flows only.
OF_TABLES = ("keep", "jobs", "scheduler")
OF_FLOWS = (
    *sorted(set(READING) - {"period"}),
    *"horizon together lanes scenario policies json jsonl csv xlsx report force most".split(),
)


def add(commands: Any) -> None:
    """Add the command to those of the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "assess",
        help="compute every answer for every lane of a file",
        description=ASSESS,
        epilog=ASSESS_EXAMPLES,
        formatter_class=raw,
    )
    parser.add_argument(
        "file",
        nargs="?",
        help="flows in a file, - for stdin, ledger: or record:NAME (record: lists them); with --to, a table in "
        "Parquet; by default the research lanes",
    )
    parser.set_defaults(run=partial(_assess, parser))
    reading = parser.add_argument_group("reading a file of flows")
    add_reading_options(reading)
    of_ledger = parser.add_argument_group("flows and plan of the ledger")
    add_lane(of_ledger)
    add_scenario(of_ledger)
    plan = parser.add_argument_group("plan by date")
    plan.add_argument(
        "--horizon",
        type=count,
        metavar="H",
        help="also a plan of the next H periods by date: forecast, reserve, places, overflow and money",
    )
    plan.add_argument(
        "--together",
        nargs="*",
        metavar="LANE",
        help="with --horizon: also what 2 to 6 lanes, as partners, book ahead together, and who pays what",
    )
    policy = parser.add_argument_group("policy of the lanes")
    policy.add_argument("--policies", metavar="FILE", help="table with a lane column and any of the fields below")
    for name, row in POLICY.items():
        default = row.unset or (row.default if row.choices else f"{row.default:g}")
        text = f"{row.meaning} [{row.unit}]; default: {default}"
        form = {"choices": row.choices} if row.choices else {"type": float, "metavar": "X"}
        policy.add_argument(f"--{name.replace('_', '-')}", dest=name, help=text, **form)
    add_table_options(parser)
    shown = parser.add_argument_group("output")
    form = shown.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print the whole report as JSON")
    form.add_argument(
        "--jsonl", action="store_true", help="print a JSON object a lane, each on its line; the account goes to stderr"
    )
    for file, text in ((SCHEMA_FILE, "--json"), (LANE_SCHEMA_FILE, "a row of --jsonl")):
        form.add_argument(
            f"{text.split()[-1]}-schema",
            dest="schema",
            action="store_const",
            const=file,
            help=f"print the JSON schema of {text}, and nothing else",
        )
    form.add_argument("--csv", action="store_true", help="print CSV, one row per lane; the account goes to stderr")
    shown.add_argument(
        "--xlsx", metavar="FILE", help="also write the report as an Excel workbook: lanes, units, assumptions, account"
    )
    shown.add_argument(
        "--report",
        metavar="FILE",
        help="also write a report to send: a page (.html), a PDF (.pdf) or a workbook (.xlsx)",
    )
    shown.add_argument("--force", action="store_true", help="with --xlsx or --report: overwrite an existing file")
    shown.add_argument(
        "--most",
        type=count,
        default=12,
        metavar="N",
        help="number of lanes in the printed table and the pages of a report, largest first",
    )


def _assess(parser, options):
    if options.schema:
        print(options.schema.read_text(encoding="utf-8"), end="")
        return 0
    if options.file == RECORD_PREFIX:
        from twin.data.records import listing  # imports pandas

        print(listing())
        return 0
    given = {name: value for name in POLICY if (value := getattr(options, name)) is not None}
    unset = vars(parser.parse_args([]))
    others = OF_TABLES if options.to is None else OF_FLOWS
    strange = [name for name in others if getattr(options, name) != unset[name]]
    if options.to is not None:
        require(not strange, "--to", "used without the options of a file of flows", ", ".join(strange))
        return assess_lanes(options, given)
    missing = strange or str(options.file).endswith(".parquet")
    require(not missing, "--to", "given with a table of lanes: the folder for its answers", "none")
    return _assess_flows(options, given)


def _assess_flows(options, given):
    from twin.command import printing, report_file
    from twin.data.load import load_history
    from twin.plan import table_report

    files = {"--xlsx": options.xlsx, "--report": options.report}
    files = {option: file for option, file in files.items() if file is not None}
    for option, file in files.items():
        report_file.check_file(option, file, options.force)
    history = load_history(
        options.file or "",
        lanes=options.lanes,
        **reading_of(options),
    )
    policies, notes = stated_policies(options, history, options.lanes, given)
    plan = plan_of(options, history)
    try:
        found = table_report.assess_history(
            history, given, policies, horizon=options.horizon, plan=plan, together=options.together
        )
        found = replace(found, assumptions=(*found.assumptions, *notes))
    except ValueError:
        if len(history.account.refused):  # refused rows may be the reason
            print(history.account.told(on_command_line), file=sys.stderr)
        raise
    if options.csv or options.jsonl:
        print(history.account.told(on_command_line), *printing.sentences(found), sep="\n", file=sys.stderr)
    if options.csv and (note := guard_note(found.table.index)):
        print(f"  note     {note}", file=sys.stderr)
    for option, file in files.items():
        report_file.write_report(option, found, file, most=options.most)
        _LOG.info("%s lanes written to %s", f"{len(found.table):,}", file)
    if options.json:
        parts = [printing.to_json(found)]
    elif options.jsonl:
        parts = printing.to_json_lines(found)
    elif options.csv:
        parts = [printing.to_csv(found)]
    else:
        parts = [printing.to_text(found, most=options.most, width=shutil.get_terminal_size((120, 40)).columns)]
    for words in parts:
        print(words, end="")
    sys.stdout.flush()
    return 0
