"""The options by which commands read a file of flows, and tables of policies."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.errors import Refused
from twin.data.files.columns import shown_headers
from twin.data.files.leftovers import fitted
from twin.data.files.origin import first_origin
from twin.data.lane_names import read_lane
from twin.data.text import visible

if TYPE_CHECKING:
    import pandas as pd

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


def read_policies(path: str) -> pd.DataFrame:
    """Return a table of policies, one row per lane, from CSV or a spreadsheet; an empty cell is an unset field."""
    import pandas as pd

    require(os.path.exists(path), "policies", "a file that exists", path)
    try:
        names, rows = _table(path)
    except ValueError as error:
        raise ValueError(f"{path} cannot be read as a table of policies: {error}") from None
    if "lane" not in names:
        raise ValueError(f"{path} must have a column lane; found {shown_headers(names)}")
    names.remove("lane")
    table = pd.DataFrame(rows.values(), index=pd.Index(list(rows), dtype="str"), columns=names, dtype=object)
    return table.replace("", float("nan"))


def _table(path):
    """Return (names of the columns, {lane: texts of the others}) of a table; no rows if it has no column lane."""
    origin, names, rows = first_origin(path), [], {}
    text = origin.encoding.startswith("utf") or not origin.encoding
    require(text, "the text", "in UTF-8", f"one that looks like {origin.encoding}")
    with origin.rows() as (records, _):
        for line, fields, _ in records:
            require(fields is not None, f"line {line}", "a row whose quotes close properly", "another")
            cells = [cell.strip().strip("\ufeff") for cell in fields]
            if not any(cells):
                continue
            if not names:
                names = cells
                require(len(set(names)) == len(names), "the header", "one whose names differ", shown_headers(names))
                if "lane" not in names:
                    break
                continue
            cells = fitted(cells, names)
            rule = f"a row with the {len(names)} fields of the header"
            require(len(cells) == len(names), f"line {line}", rule, len(cells))
            cells = dict(zip(names, cells, strict=True))
            try:
                lane = read_lane(cells.pop("lane"))
            except Refused as why:
                raise ValueError(f"line {line}: {why}") from None
            repeated = f"a repeated lane, {visible(lane)}"
            require(lane not in rows, f"line {line}", "of a lane that has no row yet", repeated)
            rows[lane] = list(cells.values())
    return names, rows
