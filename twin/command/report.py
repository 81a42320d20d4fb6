"""The command report: a dated report on the network and on lanes, as PDF and workbook, in a folder."""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path

from twin._check import require
from twin.command.options import (
    add_reading_options,
    add_scenario,
    count,
    on_command_line,
    reading_of,
    scenario_of,
    stated_policies,
)
from twin.data.advice import said
from twin.data.places import is_ledger
from twin.data.text import number_of

REPORT = """Write a report to a folder: a page of decisions for the network (totals, at most ten actions with reason,
decision, gain and status, and what was decided by whom), and a page for each lane of the actions. It is a PDF and a
workbook whose names have the date and the time in UTC, and it says what changed since the last report in the folder.

A small file in JSON beside them keeps what the next report compares with. The three files appear together and whole, or
not at all, so that a scheduler can run the command at any time. The report names TWIN_AUTHOR, or the user of this
machine, as its author."""
REPORT_EXAMPLES = """examples
  twin report ledger: --to reports                   the lanes of the ledger, with the policies of its plan
  twin report ledger: --to reports --lanes BER-MUC HAM-ROT
  twin report ledger: --to reports --scenario peak   the same in a scenario of the plan, against the last report
  twin report flows.csv --policies policies.csv --to reports --horizon 14
  0 6 * * 1-5  twin report ledger: --to /srv/reports --quiet       a line of crontab: every working day at six

exit codes
  0 done   2 an input cannot be used, or the folder cannot be written   3 the ledger failed or is damaged
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "report",
        help="write a dated report on the network and its lanes, as PDF and workbook",
        description=REPORT,
        epilog=REPORT_EXAMPLES,
        formatter_class=raw,
    )
    parser.add_argument(
        "file", nargs="?", help="flows in a file, - for stdin, ledger: or record:NAME; by default the research lanes"
    )
    parser.add_argument("--to", metavar="FOLDER", required=True, help="folder of the reports; made if it is new")
    parser.add_argument(
        "--lanes",
        nargs="+",
        default=[],
        dest="pages",
        metavar="LANE",
        help="lanes with a page; by default the actions'",
    )
    parser.add_argument(
        "--horizon",
        type=count,
        metavar="H",
        help="periods of the plan by date; by default those over which actions look ahead",
    )
    parser.set_defaults(run=_report)
    reading = parser.add_argument_group("the lanes")
    reading.add_argument(
        "--policies", metavar="FILE", help="table with a lane column and a column for each policy field"
    )
    add_scenario(reading)
    add_reading_options(reading)


def _report(options):
    import typst  # noqa: F401  # the extra apps brings it
    import xlsxwriter  # noqa: F401  # the extra excel brings it

    from twin.data.load import load_history
    from twin.data.longer_records import longer_in
    from twin.data.made_folder import made_folder
    from twin.plan.feed import feed_of_history
    from twin.plan.lateness import late
    from twin.plan.morning import morning_of
    from twin.plan.network_report import network_report

    folder = Path(options.to)
    there = folder.is_dir() or (not folder.exists() and folder.absolute().parent.is_dir())
    require(there, "--to", "a folder, or a new one in a folder that exists", options.to or "an empty name")
    with contextlib.ExitStack() as stack:
        stack.enter_context(made_folder(folder))
        history = load_history(options.file or "", **reading_of(options))
        policies, notes = stated_policies(options, history)
        plan, scenario = None, scenario_of(options)
        if is_ledger(options.file):
            from twin.data.ledger.store import Ledger
            from twin.plan.capacity_plan import CapacityPlan

            plan = CapacityPlan(stack.enter_context(Ledger(options.file)).plan)
            plan.look_at(scenario)
            plan.periods = history.recorded_periods
        morning = morning_of(history, plan, policies)
        report = network_report(
            feed_of_history(history), morning, plan, policies, horizon=options.horizon, lanes=options.pages
        )
        behind = late(morning.attention.date.item(), morning.attention.period) if is_ledger(options.file) else ""
        longer = [said(one, on_command_line) for one in longer_in(history.account.audit)]
        print(_write(report, folder, behind), *longer, *notes, sep="\n")
    return 0


def _write(report, folder, behind):
    """Write the three files of a report, all or none, and return what changed since the last one, in a sentence.

    behind : sentence on flows that are late, which follows it.
    """
    from twin.data.whole_file import whole_file
    from twin.data.workbook import write_workbook
    from twin.plan.network_workbook import network_sheets
    from twin.plan.report_changes import changed, last_state, state_of
    from twin.view.network_pages import network_pdf

    state, (last, changes) = state_of(report), last_state(folder, report.name)
    changes = " ".join(filter(None, (changes or changed(state, last), behind)))
    path = folder / report.name
    with contextlib.ExitStack() as stack:  # the state takes its name last, when the report is complete
        unfinished = {end: stack.enter_context(whole_file(f"{path}.{end}", "--to")) for end in ("json", "xlsx", "pdf")}
        unfinished["pdf"].write_bytes(network_pdf(report, changes))
        write_workbook(unfinished["xlsx"], network_sheets(report, changes), "name fewer lanes")
        unfinished["json"].write_text(json.dumps(state, indent=1, ensure_ascii=False), encoding="utf-8")
    pages = f"the network and {number_of(len(report.plans), 'lane')}"
    return f"{path}.pdf and .xlsx: {pages}\n{changes}"
