"""The command attention: the lanes that need attention, and at most ten actions by expected money."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from twin.command.options import (
    add_reading_options,
    add_scenario,
    on_command_line,
    plan_of,
    reading_of,
    stated_policies,
)
from twin.data.advice import said
from twin.data.places import is_ledger
from twin.demand import period_name

if TYPE_CHECKING:
    from twin.plan.morning import Morning

ATTENTION = """Rank at most ten actions by the money at risk in the coming week (or month). Each has its reason, a
proposed decision and its gain.

kinds of actions
  overflow  the forecast of the lane exceeds own capacity
  handling  the workload of a site of the plan exceeds what a shift can handle
  penalty   a larger buffer than that of the stated service level costs less than the penalties that it avoids
  promise   the latest record did not keep the stated service level
  loss      the lane loses money at a stated revenue
  break     the latest weeks were unlike their forecast and all errors before
  gap       flows are missing at the end of the record
  ended     places are kept for a lane that ended

status of a lane
  strained  one of the lanes with the first half of the overflow money expected in the network in the coming week (or
            month), or nine of ten of the lane's coming periods are expected to overflow
  watch     another of the lanes with the first 85 % of this money, or three of four coming periods overflow
  normal    none of these, or less than 1 % of own places is expected to overflow
  ended     no flow for a week or longer (4 weeks, 3 months, if a period is a week or a month), with a probability
            below 0.1 % at the lane's own rate
  no data   no own capacity, or too few periods for a forecast
At most four lanes in ten are strained or on watch for their money; a lane keeps a status until it leaves a wider bound.
The last periods are left out if fewer than half of the lanes that usually flow have a row there."""
ATTENTION_EXAMPLES = """examples
  twin attention                                     the research lanes
  twin attention flows.csv --policies policies.csv   with your capacities and prices
  twin attention ledger: --json > actions.json       with the policies of its plan, for other programs
"""


def add(commands: argparse._SubParsersAction) -> None:
    """Add the command to the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "attention",
        help="rank what to do in the coming weeks",
        description=ATTENTION,
        epilog=ATTENTION_EXAMPLES,
        formatter_class=raw,
    )
    parser.add_argument(
        "file", nargs="?", help="flows in a file, - for stdin, ledger: or record:NAME; by default the research lanes"
    )
    parser.add_argument("--json", action="store_true", help="print lanes and actions as JSON")
    parser.set_defaults(run=_attention)
    reading = parser.add_argument_group("the lanes")
    reading.add_argument(
        "--policies", metavar="FILE", help="table with a lane column and a column for each policy field"
    )
    add_scenario(reading)
    add_reading_options(reading)


NOT_STATED = (
    "No own capacity is stated, so each lane is given the places that it needs, and hardly one overflows: state yours "
    "by --policies, or in the plan of the ledger."
)


def _attention(options):
    from twin.data.load import load_history
    from twin.plan.actions import attention_of
    from twin.plan.lateness import late
    from twin.plan.morning import Morning

    history = load_history(options.file or "", **reading_of(options))
    (known, notes), plan = stated_policies(options, history), plan_of(options, history)
    try:
        found = attention_of(history, policies=known, plan=plan)
    except ValueError:
        if len(history.account.refused):  # refused rows may be the reason
            print(history.account.told(on_command_line), file=sys.stderr)
        raise
    found = replace(found, assumptions=(*found.assumptions, *notes))
    morning = Morning(found, found.lanes, {} if plan is None else plan.of("decision"))
    width = shutil.get_terminal_size((100, 40)).columns
    behind = late(found.date.item(), found.period) if is_ledger(options.file) else ""
    print(to_json(morning) if options.json else to_text(morning, width, behind))
    return 0


def to_text(morning: Morning, width: int, behind: str = "") -> str:
    """Return the account of reading, the number of lanes of each status, the actions and the assumptions, as text.

    behind : sentence on flows that are late.
    """
    from twin.plan.attention import BLOCK_NAMES

    found, actions = morning.attention, morning.with_decisions
    name = BLOCK_NAMES[found.period]
    counts = found.lanes["status"].value_counts()
    length = period_name(found.history.calendar.length)
    lines = [found.history.account.told(on_command_line), "", f"One period is a {length}."]
    of_each = ", ".join(f"{count} {status}" for status, count in counts.items())
    lines += [f"After {found.date}, by the coming {name}: {of_each}"]
    lines += [*filter(None, [behind]), ""]
    for rank, row in enumerate(actions.to_dict(orient="records"), start=1):
        state = row["state"]
        lines.append(f"{rank:>2}  {row['lane']}  ${row['money']:,.0f} a {name}{state and f'  ({state})'}")
        for words in (row["reason"], f"-> {row['decision']}"):
            lines.append(textwrap.fill(words, width, initial_indent="    ", subsequent_indent="    "))
    if morning.actions.empty:
        lines.append(morning.nothing_to_do)
    if others := morning.others:
        lines += ["", textwrap.fill(f"Further actions: {others}.", width)]
    if not found.own_stated:
        lines += ["", textwrap.fill(NOT_STATED, width)]
    assumed = [textwrap.fill(f"Assumed: {note}.", width) for note in found.assumptions]
    return "\n".join([*lines, "", *assumed])


def to_json(morning: Morning) -> str:
    """Return date, period, lanes, actions, assumptions and account as JSON; unknown numbers are null."""
    import pandas as pd

    from twin.plan.action_rows import ACTION_COLUMNS

    def plain(row):
        return {name: None if pd.isna(value) else value for name, value in row.items()}

    found, actions = morning.attention, morning.with_decisions[[*ACTION_COLUMNS, "state"]]
    account = found.history.account
    parts = {
        "date": str(found.date),
        "period": found.period,
        "lanes": {lane: plain(row) for lane, row in found.lanes.to_dict(orient="index").items()},
        "actions": [plain(row) for row in actions.to_dict(orient="records")],
        "assumptions": found.assumptions,
        "account": account.to_dict(on_command_line),
        "reading": account.reading(),
        "audit": [said(finding, on_command_line) for finding in account.audit],
    }
    return json.dumps(parts, indent=1, ensure_ascii=False, allow_nan=False, default=str)
