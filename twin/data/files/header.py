"""Find the header of a table: below the head of a report, in one row or two, and the layout that it means."""

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from twin.data.advice import Advice
from twin.data.files.across import across_layout
from twin.data.files.columns import find_columns, missing_columns
from twin.data.files.headings import ENGLISH_HEADINGS, ends_a_block
from twin.data.files.joins import YEAR
from twin.data.files.layout import Layout, Record, is_numeric
from twin.data.files.leftovers import fitted, is_row_of_units
from twin.data.files.long import long_layout
from twin.data.files.near_headings import near_columns
from twin.data.files.period_headings import period_of
from twin.data.files.wide import wide_layout
from twin.data.text import number_of, visible

_YEAR = re.compile(r"(?<!\d)(?:19|20|21)\d{2}(?!\d)")
NO_LINE = 1 << 60  # stands for the line after the last one
MOST_ABOVE = 40  # records of the sample in which the header is looked for


class Found(NamedTuple):
    """A header with the layout that it means.

    rank : 0 if its headings name date, lane and volume, 1 for wide tables, 2 for tables without a column of lanes, 3 if
        words of its headings name what no usual heading does.
    line_below : line of the first record below the header.
    header : headings of the file.
    """

    rank: int
    line_below: int
    header: list[str]
    layout: Layout


class NoLayout(ValueError):
    """No record of a sample is a header that can be used."""


def find_header(sample: Sequence[Record], file: str | Path, chosen: dict[str, str] | None, series: str) -> Found:
    """Return the header among the first records of a file, with its layout; raise ValueError if there is none.

    chosen : headings that override the accepted ones; a lane "" means that all rows are one lane.
    series : name of the lane in a table of one lane.
    """
    chosen = dict(chosen or {})
    find_columns([], chosen, ())  # refuses names that are none of ours
    rows = [(line, fields) for line, fields, _ in sample if fields is not None and any(map(str.strip, fields))]
    tops, lines = rows[:MOST_ABOVE], [line for line, _, _ in sample]
    for rank in range(4):
        for above in (False, True):
            for i in range(above, len(tops)):
                if found := _tried(rank, rows, lines, i, above, file, chosen, series):
                    return found
    best = max(tops, key=lambda row: sum(map(bool, find_columns(row[1], chosen, ()).values())), default=(0, []))[1]
    found = find_columns(best, chosen, ())
    missing = [ours for ours in ENGLISH_HEADINGS if not found[ours] and (ours != "returns" or ours in chosen)]
    if best and not missing:
        long_layout(best, [], file, chosen, ())  # says why not
    raise NoLayout(_with_one_lane(missing_columns(best, file, missing, chosen), found))


def _with_one_lane(advice, found):
    """Return the advice on missing columns; one option more if all rows may be one lane."""
    if found["date"] and found["volume"] and not found["lane"]:
        text = f"{advice.text}, or all rows may be one lane"
        return Advice(text, *advice.ways, ("columns", {"lane": ""}))
    return advice


def _tried(rank, rows, lines, i, above, file, chosen, series) -> Found | None:
    """Return the layout of a rank that record i means as a header, alone or with the record above it."""
    lower = rows[i][1]
    header, parts = list(lower), []
    if above:
        upper = rows[i - 1][1]
        if not _are_headings(upper) or (rank != 1 and any(map(is_numeric, lower))):
            return None
        parts = list(zip(_filled(upper, lower), lower, strict=True))
        if rank == 1 and any(_is_period_and_number(a, b) for a, b in parts):
            return None  # a header, and a row of numbers
        header = [" ".join(filter(None, (_year_of(a, b) or a.strip("\ufeff "), b.strip()))) for a, b in parts]
        if header == [name.strip() for name in lower]:
            return None
    elif (i and _needs_the_record_above(rows[i - 1][1], lower)) or _needs_the_record_below(lower, rows[i + 1 : i + 2]):
        return None
    if rank and not _stands_out(header, [fields for _, fields in rows[: i - above]]):
        return None
    below = [fitted(fields, header) for _, fields in rows[i + 1 :]]
    below = [fields for fields in below if len(fields) == len(header)]

    likely, near = _likely_rows(below, header), {}
    if rank == 3 and not (near := near_columns(header, likely, chosen)):
        return None
    layout = _layout(rank % 3, header, parts, likely, file, chosen | near, series)
    if layout is None:
        return None
    for ours, name in near.items():
        layout.notes.append(f"no usual heading names the {ours}: {visible(name)!r} was taken by its words")
    after = i + 1
    if len(rows) > after and is_row_of_units(rows[after][1], layout):
        layout.notes.append(f"line {rows[after][0]:,}, below the header, holds units and no row")
        after += 1
    last = rows[after - 1][0]
    _tell(layout, rows, i, above)
    return Found(rank, next((line for line in lines if line > last), NO_LINE), header, layout)


def _layout(rank, header, parts, rows, file, chosen, series) -> Layout | None:
    """Return the layout of a rank that a header means, or None."""
    if rank == 1:
        return wide_layout(header, rows, file, chosen, series, parts)
    if rank == 2:
        return across_layout(header, rows, file, chosen, series) if rows else None
    below = [lower for _, lower in parts]
    found = find_columns(header, {ours: name for ours, name in chosen.items() if "+" not in name}, below)
    if not found["volume"] or chosen.get("lane") == "":
        return None
    try:
        return long_layout(header, rows, file, chosen, below)
    except ValueError:
        if all(found[ours] or (ours == "returns" and ours not in chosen) for ours in ENGLISH_HEADINGS):
            raise  # each of ours is there, but not just once
        return None


def _likely_rows(below: list[list[str]], header: list[str]) -> list[list[str]]:
    """Return the records of a sample without repeated headers, units and what looks like totals."""
    names = [name.strip() for name in header]
    likely = []
    for i, fields in enumerate(below):
        first = next((cell for cell in fields if cell.strip()), "")
        units = i == 0 and not any(c.isdigit() for cell in fields for c in cell)
        if [cell.strip() for cell in fields] != names and not ends_a_block(first) and not units:
            likely.append(fields)
    return likely or below


def _stands_out(header, above):
    """Return whether a record may be a header by its place: what stands above it are lines of a report, not rows."""
    given = sum(bool(name.strip()) for name in header)
    return all(sum(bool(cell.strip()) for cell in fields) < given for fields in above)


def _are_headings(fields):
    """Return whether a record may be the upper row of a header: texts, or years."""
    given = [cell.strip() for cell in fields if cell.strip()]
    return bool(given) and all(not is_numeric(cell) or len(cell) == 4 for cell in given)


def _needs_the_record_above(upper, lower):
    """Return whether headings repeat that differ by what stands in the record above them."""
    given = [name.strip().casefold() for name in lower if name.strip()]
    if len(upper) != len(lower) or not _are_headings(upper):
        return False
    if _are_years_of(upper, lower):
        return True
    if len(set(given)) == len(given):
        return False
    both = list(zip(_filled(upper, lower), (name.strip().casefold() for name in lower), strict=True))
    return len({pair for pair in both if pair[1]}) > len(set(given))


def _is_period_and_number(cell, below):
    """Return whether a cell with digits, which is no year, stands above a number, which is no year."""
    numbered = any(c.isdigit() for c in cell) and not YEAR.fullmatch(cell.strip())
    return numbered and is_numeric(below) and not YEAR.fullmatch(below.strip())


def _are_years_of(upper, lower):
    """Return whether years stand above headings of periods without a year."""
    given = [pair for pair in zip(upper, lower, strict=True) if pair[0].strip()]
    years = [_year_of(*pair) for pair in given]
    return any(years) and sum(not year for year in years) <= 1


def _year_of(cell, below):
    """Return the year in a cell above the heading of a period without a year: 2024, Q1 2024; "" if there is none."""
    years = _YEAR.findall(cell)
    period = period_of(below) if len(years) == 1 else None
    return years[0] if period and not period.text else ""


def _needs_the_record_below(upper, following):
    """Return whether a record is the upper row of a header: texts stand below a cell and a blank beside it."""
    lower = following[0][1] if following else []
    if any(map(is_numeric, lower)) or len(lower) != len(upper):
        return False
    pairs = pairwise(zip(upper, lower, strict=True))
    return any(a.strip() and not b.strip() and below.strip() and beside.strip() for (a, below), (b, beside) in pairs)


def _filled(upper, lower):
    """Return the upper row of a header; a cell with headings below it also stands above the blank ones beside it."""
    filled, last = [], ""
    for cell, below in zip([*upper, *[""] * len(lower)], lower, strict=False):
        last = cell.strip() or last
        filled.append(last)
        last = last if below.strip() else ""
    return filled


def _tell(layout, rows, i, above):
    first = i - above
    if first:
        lines = number_of(first, "row above it was", "rows above it were")
        layout.notes.append(f"the header is in line {rows[i][0]:,}; {lines} left out")
    if above:
        layout.notes.append(f"the header has two rows, lines {rows[i - 1][0]:,} and {rows[i][0]:,}; they were joined")
