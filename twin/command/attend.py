"""The command attention: the lanes that need attention, and at most ten actions by expected money."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from typing import Any

from twin.command.options import add_reading_options, reading_of

ATTENTION = """Rank at most ten actions by the money at stake in the coming week (or month): lanes whose forecast
overflows own capacity, that lose money, or that ended while places are kept for them. Each has its reason, a proposed
decision and its gain. The status of every lane is strained, watch, normal, ended or no data."""
ATTENTION_EXAMPLES = """examples
  python -m twin attention                                     the research lanes
  python -m twin attention flows.csv --policies policies.csv   with your capacities and prices
  python -m twin attention ledger: --json > actions.json       all lanes and actions, for other programs
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
    add_reading_options(reading)


def _attention(options):
    from twin.data.load import load_history
    from twin.data.scenarios import POLICIES
    from twin.plan.actions import attention_of

    history = load_history(options.file or "", **reading_of(options))
    if options.policies:
        from twin.plan.policy_file import read_policies  # imports pandas

        known = read_policies(options.policies, decimal=options.decimal)
        print(*(f"  note     {note}\n" for note in known.attrs["notes"]), sep="", end="", file=sys.stderr)
    else:
        known = None if options.file else POLICIES
    found = attention_of(history, policies=known)
    print(to_json(found) if options.json else to_text(found, shutil.get_terminal_size((100, 40)).columns))
    return 0


def to_text(found: Any, width: int) -> str:
    """Return the number of lanes of each status, the actions, and the assumptions, as text."""
    from twin.plan.actions import BLOCK_NAMES

    name = BLOCK_NAMES[found.period]
    counts = found.lanes["status"].value_counts()
    lines = [f"After {found.date}: " + ", ".join(f"{count} {status}" for status, count in counts.items()), ""]
    for rank, row in enumerate(found.actions.to_dict(orient="records"), start=1):
        lines.append(f"{rank:>2}  {row['lane']}  ${row['money']:,.0f} a {name}")
        for words in (row["reason"], f"-> {row['decision']}"):
            lines.append(textwrap.fill(words, width, initial_indent="    ", subsequent_indent="    "))
    if found.actions.empty:
        lines.append("Nothing to do: no lane is expected to overflow or to lose money.")
    assumed = [textwrap.fill(f"Assumed: {note}.", width) for note in found.assumptions]
    return "\n".join([*lines, "", *assumed])


def to_json(found: Any) -> str:
    """Return date, period, lanes, actions and assumptions as JSON; dates as ISO text, unknown numbers as null."""
    import pandas as pd

    def plain(row):
        return {name: None if pd.isna(value) else value for name, value in row.items()}

    parts = {
        "date": str(found.date),
        "period": found.period,
        "lanes": {lane: plain(row) for lane, row in found.lanes.to_dict(orient="index").items()},
        "actions": [plain(row) for row in found.actions.to_dict(orient="records")],
        "assumptions": found.assumptions,
    }
    return json.dumps(parts, indent=1, ensure_ascii=False, allow_nan=False, default=str)
