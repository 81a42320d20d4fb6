"""Read entries of a plan from a file: CSV, or a workbook of which each sheet holds one kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.account import ROWS_A_REASON, refusals
from twin.data.errors import Refused
from twin.data.files.amounts import Amounts
from twin.data.files.columns import shown_headers
from twin.data.files.decimal_mark import decide_mark
from twin.data.files.headings import plain
from twin.data.files.leftovers import fitted
from twin.data.files.options import ReadingOptions
from twin.data.files.packed import Packed
from twin.data.files.reading import existing, inspect
from twin.data.files.sheet import sheets_of
from twin.data.files.table import sample_of
from twin.data.files.zipped import is_spreadsheet
from twin.data.lane_names import begins_a_formula, read_lane
from twin.data.text import number_of, visible
from twin.plan.kinds import PLAN_KINDS, Kind, kind_of
from twin.plan.plan_rules import entry_name, field_value
from twin.plan.policy_file import bare_number, places_of_lane
from twin.plan.policy_headings import DAY_WORDS, plan_field_of, unit_of_heading, word_of_policy

if TYPE_CHECKING:
    from twin.data.files.table import Origin

OTHER_SHEETS = ("about", "history", "fields")  # sheets of an exported workbook that hold no entries
_OURS = {name for kind in PLAN_KINDS.values() for name in (kind.name, *kind.fields)}
_UNIT = re.compile(r"\s*[\[(][^\])]*[\])]\s*$")  # unit in brackets behind a heading


@dataclass(frozen=True)
class PlanRow:
    """A row of a file: the entry, "" for a new one, its values, and where it stands."""

    kind: str
    entry: str
    values: dict[str, Any]
    line: int
    text: str


@dataclass
class PlanFile:
    """The rows of a file, those that cannot be used, remarks, and what the file says about the plan that it came from.

    about : names and values of the sheet "about" of an exported workbook.
    """

    file: str
    rows: list[PlanRow] = field(default_factory=list)
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> pd.DataFrame:
        """Return the refused rows (line, reason, text) as a table."""
        return refusals(self.refused)

    def __str__(self) -> str:
        read = len(self.rows) + len(self.refused)
        lines = [f"{self.file}: {number_of(read, 'row')} = {len(self.rows):,} kept + {len(self.refused):,} refused"]
        for reason, rows in self.table.groupby("reason", sort=False):
            lines.append(f"  refused  {len(rows):,} x {reason}")
            lines += [f"           line {line}: {text}" for line, _, text in rows.head(ROWS_A_REASON).to_numpy()]
        return "\n".join([*lines, *(f"  note     {note}" for note in self.notes)])


def read_plan_file(
    path: str, *, kind: str | None = None, sheet: str | None = None, decimal: str | None = None
) -> PlanFile:
    """Return the entries in a file, and the rows that cannot be used, each with its line and reason.

    Parameters
    ----------
    path : str
        CSV in any encoding and with any separator, or a spreadsheet (extra `excel`) with a sheet for each kind.
    kind : str, optional
        Kind of the entries. By default the name of the sheet says it, or the heading of the first column: a table with
        a column `lane` holds lanes, one with a column `contract` contracts, and so on.
    sheet : str, optional
        Name of the only sheet to read.
    decimal : {".", ","}, optional
        Decimal mark; by default the numbers of the file and its separator decide, as for flows.

    The header is the first row with the column of the entries and a field. An empty cell removes the value that the
    plan has; a column that the file lacks leaves it as it is.
    """
    chosen, where = None if kind is None else kind_of(kind), existing(path)
    if is_spreadsheet(where):
        return _workbook(where, path, chosen, sheet, decimal)
    found = PlanFile(str(path))
    require(sheet is None, "sheet", f"unset for {path}, which is no spreadsheet", repr(sheet))
    readings = [(origin, _header(origin, chosen)) for origin in inspect(where).readings()]
    origin, header = next((pair for pair in readings if pair[1]), readings[0])
    require(header is not None, str(path), _rule(chosen), shown_headers(_first(origin)))
    _read(found, origin, *header, decimal, "")
    return found


def _workbook(where, path, chosen, sheet, decimal) -> PlanFile:
    """Return the entries in the sheets of a spreadsheet; each decides its decimal mark if none is asked for."""
    found = PlanFile(str(path))
    sheets, headers = sheets_of(where, sheet, decimal or "."), []
    for page in sheets:
        if page.name == OTHER_SHEETS[0]:
            found.about = _about(page)
        elif page.name not in OTHER_SHEETS or sheet:
            of_sheet = next((one for one in PLAN_KINDS.values() if page.name in (one.name, one.sheet)), None)
            if header := _header(page, chosen or of_sheet):
                headers.append(page.name)
                _read(found, page, *header, decimal, page.name)
            else:
                found.notes.append(f"sheet {visible(page.name, 40)!r} has no table of a plan, so it was left out")
    require(bool(headers), str(path), _rule(chosen), ", ".join(visible(page.name, 40) for page in sheets) or "none")
    return found


def _rule(kind):
    if kind:
        return f"a table with a column {kind.name} and any of {', '.join(kind.fields)}"
    names = ", ".join(PLAN_KINDS)
    return f"a table with a column for the entries ({names}) and one for a field, as twin plan fields lists"


def _first(origin):
    return next((fields for _, fields, _ in sample_of(origin) if fields and any(fields)), [])


def _heading(cell: str, kind: Kind) -> str:
    """Return the name of a field in a heading, without unit and in our spelling; some fields have other names too."""
    ours = _spelt(cell)
    return ours if ours in _OURS else plan_field_of(kind.name, _bare(cell)) or ours


def _spelt(cell):
    """Return a heading in the spelling of the names of fields, without a unit in brackets."""
    return "_".join(_UNIT.sub("", _bare(cell)).lower().replace("-", " ").split())


def _bare(cell):
    return cell.strip().strip("\ufeff")


def _header(origin: Origin, wanted: Kind | None) -> tuple[int, list[str], Kind, list[str]] | None:
    """Return (line, names, kind, cells) of the first record with the column of a kind and one of its fields."""
    for line, fields, _ in sample_of(origin):
        for kind in [wanted] if wanted else PLAN_KINDS.values():
            names = _names(fields or (), kind)
            if kind.name in names and set(names) & set(kind.fields) - {kind.name}:
                return line, names, kind, list(fields or ())
    return None


def _names(cells: Sequence[str], kind: Kind) -> list[str]:
    """Return the names of the columns of a header; one of lanes may be called as in files of flows."""
    names = [_heading(cell, kind) for cell in cells]
    if kind.name == "lane" and "lane" not in names and set(names) & set(kind.fields):
        free = ["" if name in kind.fields else cell for name, cell in zip(names, cells, strict=True)]
        if len(places := places_of_lane(free)) == 1:
            names[places[0]] = "lane"
    return names


def _about(page):
    with page.rows(0, 0) as (records, _):
        return {fields[0]: fields[1] for _, fields, _ in records if len(fields) > 1}


def _read(
    found: PlanFile,
    origin: Origin,
    head: int,
    names: list[str],
    kind: Kind,
    cells: list[str],
    decimal: str | None,
    sheet: str,
) -> None:
    """Add the rows of a table below its header to what was found; cells : the header as it is written."""
    used = [name for name in names if name in kind.fields or name == kind.name]
    require(len(set(used)) == len(used), "the header", "one that names a column once", shown_headers(names))
    units = [unit_of_heading(cell) for cell in cells]
    header = [_bare(cell) for cell in cells]
    other = [(name, cell) for name, cell in zip(names, header, strict=True) if name in used and _spelt(cell) != name]
    if other:
        said = ", ".join(f"{name} = {visible(cell, 40)!r}" for name, cell in other)
        found.notes.append(f"columns of a {kind.name} by other names: {said}")
    strange = [name for name in names if name and name not in used]
    if strange:
        found.notes.append(f"columns that are no fields of a {kind.name}, not used: {shown_headers(strange)}")
    lines, rows, texts = [], [], []
    with origin.rows(head, len(names)) as (records, _):
        for line, fields, raw in records:
            text = visible(f"{sheet}: {raw[0]}" if sheet else raw[0])
            row = None if fields is None else [cell.strip() for cell in fitted(fields, names)]
            if row is None or (any(row) and len(row) != len(names)):
                why = (
                    "quotes do not close properly"
                    if row is None
                    else f"row has not the {len(names)} fields of the header"
                )
                found.refused.append((line, why, text))
            elif any(row) and row != header:
                lines.append(line)
                rows.append(dict(zip(names, row, strict=True)))
                texts.append(text)
    columns = {name: [row[name] for row in rows] for name in used}
    if rows:
        votes = [(1, "the separator ';'")] if origin.separator == ";" else []
        votes += [(-1, "the separator ','")] if origin.separator == "," else []
        numeric = [name for name in used if name != kind.name and kind.fields[name].form == "number"]
        bare = {name: [bare_number(text, kind.fields[name].unit) for text in columns[name]] for name in numeric}
        texts_of = {name: [number for number, _ in column] for name, column in bare.items()}
        for name, values in _numbers(texts_of, lines, decimal, votes, found).items():
            signs = [sign or units[names.index(name)] for _, sign in bare[name]]
            columns[name] = _in_our_unit(values, kind.fields[name], signs)
    named: dict[str, int] = {}
    for place, (line, text) in enumerate(zip(lines, texts, strict=True)):
        try:
            entry = read_lane(columns[kind.name][place]) if columns[kind.name][place] else ""
            if entry and named.setdefault(entry_name(kind, entry), line) != line:
                raise Refused(f"{kind.name} has a row already, in line {named[entry]}")
            values = {name: _value(kind, name, columns[name][place]) for name in used if name != kind.name}
        except Refused as why:
            found.refused.append((line, str(why), text))
        else:
            found.rows.append(PlanRow(kind.name, entry, values, line, text))


def _in_our_unit(values, field, units):
    """Return numbers in the unit of a field, given those of their cells; days in another unit are refused."""
    for unit in filter(None, set(units) if field.unit == "day" else ()):
        require(plain(unit) in DAY_WORDS, f"the column {field.name}", "in days", visible(unit, 40))
    if field.unit != "-":
        return values
    pairs = zip(values, units, strict=True)
    return [value / 100 if unit == "%" and isinstance(value, float) else value for value, unit in pairs]


def _value(kind, name, cell):
    """Return the value of a cell; a number is one already, or the reason against it."""
    if isinstance(cell, Refused):
        raise cell
    if isinstance(cell, str) and cell.startswith("'") and begins_a_formula(cell):
        cell = cell[1:]
    if isinstance(cell, str) and kind.fields[name].form == "word":
        cell = word_of_policy(name, cell)
    return field_value(kind.fields[name], cell)


def _numbers(columns: dict[str, list[str]], lines: Sequence[int], decimal: str | None, votes, found: PlanFile):
    """Return columns of numbers with the decimal mark on which the whole table agrees; NaN for an empty cell."""
    read = {name: Amounts(name, blank=True, signed=True) for name in columns}
    parts = {name: read[name].add(Packed.of(texts), 0, np.array(lines), texts) for name, texts in columns.items()}
    mark, note = decide_mark(list(read.values()), ReadingOptions(decimal=decimal), votes, found.file)
    found.notes += [note] if note else []
    result = {}
    for name, (values, refused) in parts.items():
        values = values if mark == "." else read[name].with_comma(values, 0)
        result[name] = [
            Refused(refused[i])
            if i in refused
            else Refused(f"{name} has marks that are not those of the file, whose decimal mark is {mark!r}")
            if text and np.isnan(value)
            else float(value)
            for i, (text, value) in enumerate(zip(columns[name], values, strict=True))
        ]
    return result
