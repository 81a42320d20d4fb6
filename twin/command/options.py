"""The options by which commands read a file of flows."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import Any

from twin.data.files.options import DECIMALS, FAR_DATES, FORMS, NEGATIVE, SUM_CHOICES

_READING = (
    "dayfirst decimal dates far_dates negative sums sheet timezone closed holidays first last good_rows_only".split()
)
_LONG = 10_000_000  # [byte] a larger file has a progress bar even if stderr is not a terminal


def add_reading_options(group: Any) -> None:
    """Add the options for the format of a file: its dates, numbers, headers and rows."""
    order = group.add_mutually_exclusive_group()
    order.add_argument("--day-first", dest="dayfirst", action="store_true", default=None, help="03/04 is 3 April")
    order.add_argument("--month-first", dest="dayfirst", action="store_false", help="03/04 is 4 March")
    group.add_argument("--decimal", choices=DECIMALS, help="decimal mark of the numbers; by default the file decides")
    group.add_argument("--dates", choices=FORMS, metavar="FORM", help=f"form of dates in digits: {', '.join(FORMS)}")
    group.add_argument("--far-dates", choices=FAR_DATES, default="refuse", help="dates far from all others")
    group.add_argument(
        "--negative",
        choices=NEGATIVE,
        default="refuse",
        help="negative volumes: refuse them (the default), take them as returns, or subtract them",
    )
    group.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="only rows with this value, or, with COLUMN!=VALUE, without it; repeatable",
    )
    group.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="NAME=HEADER",
        help="header of a column: lane=portname, lane=From+To to join two, lane= for a single lane; repeatable",
    )
    group.add_argument("--sheet", metavar="NAME", help="sheet of a spreadsheet; by default the only one with flows")
    group.add_argument(
        "--timezone",
        metavar="ZONE",
        help="days of this zone, such as Europe/Berlin, for time stamps with an offset and for seconds in UTC",
    )


def add_answering_options(group: Any) -> None:
    """Add the options on whether a file is answered: sums of lanes, and refused rows."""
    group.add_argument(
        "--sums", choices=SUM_CHOICES, help="lanes that are the sum of others; by default totals are left out"
    )
    group.add_argument(
        "--good-rows-only", action="store_true", help="answer although more than 5 %% of the rows cannot be used"
    )


def add_calendar_options(group: Any) -> None:
    """Add the options on the days that are no periods."""
    group.add_argument(
        "--closed",
        metavar="DAYS",
        help="closed weekdays, such as sat,sun, or none; by default those on which the record never has a flow",
    )
    group.add_argument(
        "--holidays",
        metavar="REGIONS",
        help="public holidays of countries and regions are closed, such as DE-BE,PL; lead times are converted",
    )


def add_window(group: Any) -> None:
    """Add the options that select flows of a ledger by lane and day."""
    group.add_argument("--lane", action="append", dest="lanes", metavar="LANE", help="only this lane; repeatable")
    add_days(group)


def add_days(group: Any) -> None:
    """Add the options that select flows by day."""
    group.add_argument("--first", metavar="DAY", help="first day, included")
    group.add_argument("--last", metavar="DAY", help="last day, included")


def reading_of(options: Namespace) -> dict[str, Any]:
    """Return the arguments of `load_history` from the options; `progress` is True for long files and in a terminal."""
    if options.file == "":
        raise ValueError("file must have a name; got an empty one")
    columns = dict(pair.split("=", 1) for pair in options.column if "=" in pair)
    if len(columns) < len(options.column):
        raise ValueError(f"--column must be NAME=HEADER; got {', '.join(options.column)}")
    chosen = {name: getattr(options, name) for name in _READING if hasattr(options, name)}
    return {
        **chosen,
        "where": tuple(options.where),
        "columns": columns or None,
        "progress": sys.stderr.isatty() or is_long(options.file),
    }


def is_long(path: str | None) -> bool:
    """Return whether a file is large enough for a progress bar."""
    return bool(path) and os.path.exists(path) and os.path.getsize(path) > _LONG
