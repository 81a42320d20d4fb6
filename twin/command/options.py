"""The options by which commands read a file of flows."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import Any

_LONG = 10_000_000  # [byte] a larger file has a progress bar even if stderr is not a terminal


def add_reading_options(group: Any) -> None:
    """Add the options for the format of a file: order of day and month, decimal mark, headers."""
    order = group.add_mutually_exclusive_group()
    order.add_argument("--day-first", dest="dayfirst", action="store_true", default=None, help="03/04 is 3 April")
    order.add_argument("--month-first", dest="dayfirst", action="store_false", help="03/04 is 4 March")
    group.add_argument("--decimal", choices=(".", ","), default=".", help="decimal mark of the volumes")
    group.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=HEADER",
        help="header of a column: lane=portname, lane=From+To to join two, lane= for a single lane; repeatable",
    )
    group.add_argument("--sheet", metavar="NAME", help="sheet of a spreadsheet; by default the only one with flows")


def add_window(group: Any) -> None:
    """Add the options that select flows of a ledger by lane and day."""
    group.add_argument("--lane", action="append", dest="lanes", metavar="LANE", help="only this lane; repeatable")
    group.add_argument("--first", metavar="DAY", help="first day, included")
    group.add_argument("--last", metavar="DAY", help="last day, included")


def reading_of(options: Namespace) -> dict[str, Any]:
    """Return the arguments of `load_history` from the options; `progress` is True for long files and in a terminal."""
    if options.file == "":
        raise ValueError("file must have a name; got an empty one")
    columns = dict(pair.split("=", 1) for pair in options.column if "=" in pair)
    if len(columns) < len(options.column):
        raise ValueError(f"--column must be NAME=HEADER; got {', '.join(options.column)}")
    return {
        "dayfirst": options.dayfirst,
        "decimal": options.decimal,
        "columns": columns or None,
        "sheet": options.sheet,
        "progress": sys.stderr.isatty() or is_long(options.file),
    }


def is_long(path: str | None) -> bool:
    """Return whether a file is large enough for a progress bar."""
    return bool(path) and os.path.exists(path) and os.path.getsize(path) > _LONG
