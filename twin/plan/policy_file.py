"""Read the policies of lanes from a CSV file or a spreadsheet; headings and marks are judged as in files of flows."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.errors import Refused
from twin.data.files.amounts import Amounts
from twin.data.files.columns import find_columns, shown_headers
from twin.data.files.decimal_mark import decide_mark
from twin.data.files.encoding import note_of
from twin.data.files.headings import PAIRS, known, plain, without_unit
from twin.data.files.leftovers import fitted
from twin.data.files.options import ReadingOptions
from twin.data.files.origin import origins_of
from twin.data.files.packed import Packed
from twin.data.files.reading import existing
from twin.data.files.table import Origin, sample_of
from twin.data.files.zipped import is_spreadsheet
from twin.data.lane_names import read_lane
from twin.data.text import visible
from twin.plan.policy_headings import DAY_WORDS, field_of, unit_of_heading, word_of_policy
from twin.policy import POLICY

CURRENCIES = frozenset({"€", "$", "£", "eur", "usd", "gbp", "chf", "pln"})
PALLETS = known("pal, pallet, pallets, Palette, Paletten, palettes, palés, palety, places, Plätze, Stellplätze")
_BEFORE = re.compile(r"(?P<unit>[^\d\s.,()+-]+)\s*(?P<number>[\d.,(+-].*)")
_BEHIND = re.compile(r"(?P<number>.*[\d.,)-])\s*(?P<unit>[^\d\s.,()-]+\.?)")


class _Content(NamedTuple):
    """The content of a file of policies: headings besides the lane, the texts below them by lane, and its origin."""

    names: list[str]
    rows: dict[str, list[str]]
    origin: Origin
    has_lanes: bool


def read_policies(path: str, *, decimal: str | None = None) -> pd.DataFrame:
    """Return a table of policies, one row per lane, from CSV or a spreadsheet; an empty cell is an unset field.

    The header is the first row that names the lane and a field; what stands above it is left out. The lane may be
    called as in files of flows, and a field as in `policy_headings`. All numbers of the file decide the decimal mark;
    where they do not, it is `decimal`. A text that is not utf-8 is read as a file of flows is, as cp1252 or latin-1,
    and `attrs["notes"]` says so, as it does of a column of sites: only a plan knows these, which takes the same file.
    """
    require(os.path.exists(path), "policies", "a file that exists", path)
    if not decimal or not is_spreadsheet(existing(path)):
        return _read_policies(path, decimal, ".")
    try:
        return _read_policies(path, None, ".")
    except ValueError:  # texts and cells that are numbers disagree: these are written with the mark of the texts
        return _read_policies(path, decimal, decimal)


def _read_policies(path: str, decimal: str | None, mark: str) -> pd.DataFrame:
    """Return the table of `read_policies`; mark : the one with which cells of a sheet that are numbers are written."""
    try:
        content = _content(path, mark)
    except ValueError as error:
        raise ValueError(f"{path} cannot be read as a table of policies: {error}") from None
    if not content.has_lanes:
        raise ValueError(f"{path} must have a column lane; found {shown_headers(content.names)}")
    columns: dict[str, str] = {}  # field, or heading that is none, -> heading
    for name in content.names:
        field = field_of(name) or name
        both = shown_headers([columns.get(field, ""), name])
        require(field not in columns, f"{path}", f"a table with one column for {field}", both)
        columns[field] = name
    texts = dict(zip(columns, zip(*content.rows.values(), strict=True), strict=True)) if content.rows else {}
    cells = _cells_of_numbers(columns, texts, content.origin, decimal, path)
    cells = {field: cells.get(field) or _words(field, texts.get(field, ())) for field in columns}
    table = pd.DataFrame(cells, index=pd.Index(list(content.rows), dtype="str"), columns=list(columns), dtype=object)
    table = table.replace("", float("nan"))
    note = note_of(content.origin.encoding)
    notes = [note] if note else []
    if sites := [name for name in table if plain(name) == "site"]:
        table = table.drop(columns=sites)
        notes.append("the column site is not used here; twin plan import reads it into the plan of a ledger")
    table.attrs["notes"] = tuple(f"{os.path.basename(path)}: {note}" for note in notes)
    return table


# ------------------------------------------------------------ the table


def _content(path: str, mark: str) -> _Content:
    """Return the content of a file; it has no lanes if no row names a lane."""
    origin, above = _origin(path, mark)
    names, rows, places = [], {}, []
    with origin.rows(above, 0) as (records, _):
        for line, fields, _ in records:
            require(fields is not None, f"line {line}", "a row whose quotes close properly", "another")
            cells = [cell.strip().strip("\ufeff") for cell in fields]
            if not any(cells):
                continue
            if not names:
                names, places = cells, places_of_lane(cells)
                require(len(set(names)) == len(names), "the header", "one whose names differ", shown_headers(names))
                if not places:
                    break
                continue
            cells = fitted(cells, names)
            rule = f"a row with the {len(names)} fields of the header"
            require(len(cells) == len(names), f"line {line}", rule, len(cells))
            parts = [cells[i] for i in places]
            try:
                lane = read_lane("-".join(parts) if all(parts) else "")
            except Refused as why:
                raise ValueError(f"line {line}: {why}") from None
            repeated = f"a repeated lane, {visible(lane)}"
            require(lane not in rows, f"line {line}", "of a lane that has no row yet", repeated)
            rows[lane] = [cell for i, cell in enumerate(cells) if i not in places]
    return _Content([name for i, name in enumerate(names) if i not in places], rows, origin, bool(places))


def _origin(path: str, mark: str) -> tuple[Origin, int]:
    """Return the text or sheet with its separator, and the number of lines above its header."""
    origins = origins_of(path, mark)
    for origin in origins:
        for line, fields, _ in sample_of(origin):
            cells = [cell.strip().strip("\ufeff") for cell in fields or ()]
            if "lane" in cells or (any(map(field_of, cells)) and places_of_lane(cells)):
                return origin, line - 1
    return origins[0], 0


def places_of_lane(names: Sequence[str]) -> list[int]:
    """Return the position of the column of lanes in a header, or those of origin and destination; none without them."""
    if "lane" in names:
        return [names.index("lane")]
    free = ["" if field_of(name) else name for name in names]
    found = find_columns(free, {}, ())["lane"]
    require(len(found) < 2, "the header", "one with a single column of lanes", shown_headers([names[i] for i in found]))
    ends = [
        [i for i, name in enumerate(free) if plain(without_unit(name)) in PAIRS[end]]
        for end in ("origin", "destination")
    ]
    return found or ([ends[0][0], ends[1][0]] if all(len(places) == 1 for places in ends) else [])


# ------------------------------------------------------------ the cells


def _cells_of_numbers(
    columns: Mapping[str, str], texts: Mapping[str, Sequence[str]], origin: Origin, decimal: str | None, path: str
) -> dict[str, list[float | str]]:
    """Return the numbers of each column of numbers; a cell that is none keeps its text, and is refused later."""
    amounts, values, shares = {}, {}, {}
    for field, cells in texts.items():
        if field in POLICY and not POLICY[field].choices:
            unit = POLICY[field].unit
            bare = [bare_number(text, unit) for text in cells]
            shares[field] = np.array([sign == "%" for _, sign in bare])
            amounts[field] = Amounts(field, True, True)
            numbers = [number for number, _ in bare]
            values[field], _ = amounts[field].add(Packed.of(numbers), 0, range(len(numbers)), numbers)
    mark = _mark(list(amounts.values()), origin, decimal, path)
    found: dict[str, list[float | str]] = {}
    for field, column in amounts.items():
        numbers = column.with_comma(values[field], 0) if mark == "," else values[field]
        numbers = np.where(shares[field] | _in_per_cent(field, columns[field], numbers, path), numbers / 100, numbers)
        found[field] = [
            text if np.isnan(number) else float(number) for number, text in zip(numbers, texts[field], strict=True)
        ]
    return found


def _mark(columns, origin, decimal, path):
    """Return the decimal mark that the numbers decide, or else the one that is asked for."""
    votes = {";": [(1, "the separator ';'")], ",": [(-1, "the separator ','")]}.get(origin.separator, [])
    try:
        return decide_mark(columns, ReadingOptions(), votes, path)[0]
    except ValueError:
        if not decimal:
            raise
        return decide_mark(columns, ReadingOptions(decimal=decimal), votes, path)[0]


def bare_number(text: str, unit: str) -> tuple[str, str]:
    """Return (number, sign): a text without a unit that fits the field; sign is "%" for a share in per cent.

    >>> bare_number("2,50 €", "$/pallet"), bare_number("95 %", "-"), bare_number("7 Tage", "$/pallet")
    (('2,50', ''), ('95', '%'), ('7 Tage', ''))
    """
    for pattern in (_BEHIND, _BEFORE):
        if match := pattern.fullmatch(text.strip()):
            word = match["unit"].casefold()
            if word == "%" and unit == "-":
                return match["number"], "%"
            if (
                (word in CURRENCIES and "$" in unit)
                or (plain(word) in DAY_WORDS and unit == "day")
                or (plain(word) in PALLETS and unit == "pallet")
            ):
                return match["number"], ""
    return text, ""


def _in_per_cent(field, heading, numbers, path):
    """Return whether a heading says that its numbers are per cent; units other than days are refused for days."""
    unit = unit_of_heading(heading)
    if field.endswith("_days") and unit:
        require(plain(unit) in DAY_WORDS, f"{heading!r} of {path}", "in days", visible(unit, 40))
    if unit != "%" or POLICY[field].unit != "-":
        return False
    most = np.nanmax(numbers, initial=0.0)
    rule = "above 1, as per cent are, or under a heading without %"
    require(most > 1 or np.isnan(numbers).all(), f"{heading!r} of {path}", rule, f"{most:g} at most")
    return True


def _words(field: str, texts: Sequence[str]) -> list[str]:
    """Return the texts of a column, with the field's own word in place of another spelling of it."""
    return [word_of_policy(field, text) for text in texts]
