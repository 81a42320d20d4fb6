"""Read the policies of lanes from a CSV file or a spreadsheet."""

import os

import pandas as pd

from twin._check import require
from twin.data.errors import Refused
from twin.data.files.columns import shown_headers
from twin.data.files.leftovers import fitted
from twin.data.files.origin import origins_of
from twin.data.files.table import sample_of
from twin.data.lane_names import read_lane
from twin.data.text import visible


def read_policies(path: str) -> pd.DataFrame:
    """Return a table of policies, one row per lane, from CSV or a spreadsheet; an empty cell is an unset field.

    The header is the first row with a cell `lane`; what stands above it is left out.
    """
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
    origin, above = _origin(path)
    names, rows, encoding = [], {}, origin.encoding
    require(not encoding or encoding.startswith("utf"), "the text", "in UTF-8", f"one that looks like {encoding}")
    with origin.rows(above, 0) as (records, _):
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


def _origin(path):
    """Return (origin, lines): the text or sheet with its separator, and the number of lines above its header."""
    origins = origins_of(path)
    for origin in origins:
        for line, fields, _ in sample_of(origin):
            if "lane" in [cell.strip().strip("\ufeff") for cell in fields or ()]:
                return origin, line - 1
    return origins[0], 0
