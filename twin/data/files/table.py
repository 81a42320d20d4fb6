"""The table in a file: its records as rows of date, lane and volume, with a sentence on everything that was done."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Protocol

from twin.data.files.clean_text import Columns
from twin.data.files.header import Found, NoLayout, find_header
from twin.data.files.headings import ends_a_block
from twin.data.files.layout import Record, lines_told
from twin.data.files.leftovers import fitted, leftover
from twin.data.files.reading import Source, records

SAMPLED, LEAST_SAMPLED = 200, 12  # records on which the layout is decided: most, and least if they have many fields
CELLS_SAMPLED = 40_000  # fields of these records, about
ZEROS = frozenset({"0", "0.0", "0,0", "0.00", "0,00", "0.000", "0,000"})


class Origin(Protocol):
    """A file of records: a text, or a sheet of a spreadsheet. `size` is the end of the position that `rows` yields."""

    path: Path
    encoding: str
    separator: str
    size: int
    notes: tuple[str, ...]

    @contextmanager
    def rows(self, skip: int, width: int) -> Iterator[tuple[Iterator[Record], Callable[[], int]]]:
        """Yield (records, position): the records after the first `skip` lines, and a function for a progress bar."""
        ...


class Table:
    """The rows of a file below its header; `notes` is complete after `rows` has ended.

    header, positions : headings of the rows, and the positions of date, lane, volume and returns in them.
    columns, ignored : headings of the file that are used, with our names, and those that are not.
    width : number of fields of a record in the file.
    """

    def __init__(self, origin: Origin, found: Found) -> None:
        self.origin, self._found, self._layout = origin, found, found.layout
        layout = found.layout
        self.header, self.positions, self.width = layout.header, layout.positions, layout.width
        self.columns, self.ignored = layout.columns, layout.ignored
        self._left = {"header": [], "total": []}  # lines of records that are no rows
        self._number = dict.fromkeys(("header", "total", "trailing", "filled", "blank"), 0)
        self._blank_is_unknown = False

    @property
    def notes(self) -> list[str]:
        """Sentences on what was done to make rows of the records."""
        number, notes = self._number, [*self.origin.notes, *self._layout.notes]
        for kind, words in {"header": "rows that repeat the header", "total": "rows of totals"}.items():
            if number[kind]:
                notes.append(f"{words}, left out: {lines_told(self._left[kind], number[kind])}")
        if number["trailing"]:
            notes.append(f"rows with blank fields after the last column, left out: {number['trailing']:,}")
        if number["filled"]:
            names = " and ".join(repr(self._found.header[i].strip()) for i in self._layout.fills)
            notes.append(
                f"{names} stands in the first row of a block only; rows filled from the row above: {number['filled']:,}"
            )
        if number["blank"]:
            meaning = (
                "they are unknown, because the table writes zeros" if self._blank_is_unknown else "they make no row"
            )
            notes.append(f"blank cells of the table: {number['blank']:,}; {meaning}")
        return notes

    @contextmanager
    def rows(self) -> Iterator[tuple[Iterator[Record], Callable[[], int]]]:
        """Yield (rows, position): the rows as records, and a function that returns the position in the origin."""
        layout = self._layout
        if layout.spread:
            self._blank_is_unknown = self._writes_zeros()
        with self.origin.rows(self._found.line_below - 1, self.width) as (records, position):
            rows = self._clean(records)
            if layout.fills:
                rows = self._fill(rows)
            if layout.reshape:
                rows = layout.reshape(rows)
            if layout.spread:
                rows = self._without_blanks(rows)
            yield rows, position

    @contextmanager
    def in_one_piece(self) -> Iterator[tuple[Iterator[Iterator[Record]], Callable[[], int]]]:
        """Yield (pieces, position): all rows in one piece of records."""
        with self.rows() as (rows, position):
            yield iter([rows]), position

    @contextmanager
    def pieces(self) -> Iterator[tuple[Iterator[Columns | Iterator[Record]], Callable[[], int]]]:
        """Yield (pieces, position): the rows in pieces, each the columns of some rows or an iterator of records."""
        layout = self._layout
        if not isinstance(self.origin, Source) or layout.fills or layout.reshape or layout.spread:
            with self.in_one_piece() as opened:
                yield opened
            return
        with self.origin.pieces(self._found.line_below - 1, self.width) as (pieces, position):
            yield map(self._piece, pieces), position

    def _piece(self, piece):
        """Return a piece as it is if all its records are rows, else the records that are."""
        if not isinstance(piece, Columns):
            return self._clean(piece)
        key = piece.fields[self._layout.key]
        if key.begin_with_digits or all(map(self._is_of_a_row, key.distinct[1])):
            return piece
        lines = io.StringIO(piece.texts.text, newline="")
        return self._clean(records(lines, self.origin.separator, self.origin.path, line=piece.line, width=self.width))

    def _is_of_a_row(self, date: str) -> bool:
        """Return whether a record with this date is a row, whatever its other fields."""
        name = self._found.header[self._layout.key]
        is_date = date.strip() and not ends_a_block(date) and date.strip("\ufeff ") != name.strip("\ufeff ")
        return date[:1].isdigit() or (self._layout.dated and bool(is_date))

    def _clean(self, records: Iterator[Record]) -> Iterator[Record]:
        """Yield the records that are rows; those with blank fields too many lose them."""
        layout, header, width, key = self._layout, self._found.header, self.width, self._layout.key
        for record in records:
            line, fields, raw = record
            if fields is not None:
                if len(fields) != width and len(fields) > 1:
                    shorter = fitted(fields, header)
                    self._number["trailing"] += len(shorter) < len(fields)
                    record, fields = (line, shorter, raw), shorter
                if len(fields) == width and not fields[key][:1].isdigit():
                    kind = leftover(fields, header, layout)
                    if kind:
                        self._number[kind] += 1
                        if len(self._left[kind]) < 3:
                            self._left[kind].append(line)
                        continue
            yield record

    def _fill(self, rows: Iterator[Record]) -> Iterator[Record]:
        """Yield rows whose blank cells of lane or date are those of the row above."""
        last = dict.fromkeys(self._layout.fills, "")
        for line, fields, raw in rows:
            if fields is not None and len(fields) == self.width:
                filled = False
                for i in last:
                    if fields[i].strip():
                        last[i] = fields[i]
                    elif last[i] and any(cell.strip() for cell in fields):
                        fields[i], filled = last[i], True
                self._number["filled"] += filled
            yield line, fields, raw

    def _writes_zeros(self) -> bool:
        """Return whether a cell of the columns that become rows is zero: then a blank one is not."""
        with self.origin.rows(self._found.line_below - 1, self.width) as (records, _):
            places = self._layout.spread
            return any(
                fields[i].strip() in ZEROS
                for _, fields, _ in records
                if fields is not None and len(fields) == self.width
                for i in places
            )

    def _without_blanks(self, rows: Iterator[Record]) -> Iterator[Record]:
        """Yield rows without those of blank cells; where the table writes zeros, their volume is unknown instead."""
        volume = self.positions["volume"]
        for line, fields, raw in rows:
            if fields is not None and len(fields) > volume and not fields[volume].strip():
                self._number["blank"] += 1
                if not self._blank_is_unknown:
                    continue
                fields[volume] = "unknown"
            yield line, fields, raw


def open_table(origins: Sequence[Origin], columns: dict[str, str] | None, series: str) -> Table:
    """Return the table of a file in the reading with the best layout; raise ValueError if none has one.

    origins : readings of the same file with different separators, the likeliest first; or one sheet.
    columns : headings that override the accepted ones.
    series : name of the lane if a table has only one.
    """
    best, reasons = None, []
    for origin in origins:
        sample = sample_of(origin)
        try:
            found = find_header(sample, origin.path, columns, series)
        except ValueError as error:
            reasons.append(_unsplit(sample, origin) or error)
            continue
        if best is None or found.rank < best[1].rank:
            best = origin, found
        if not found.rank:
            break
    asked = [reason for reason in reasons if not isinstance(reason, NoLayout)]
    if best is None or (best[1].rank and asked):
        raise ValueError(*(asked or reasons)[0].args)
    return Table(*best)


def sample_of(origin: Origin) -> list[Record]:
    """Return the first records of an origin, fewer if they have many fields."""
    sample, cells = [], 0
    with origin.rows(0, 0) as (records, _):
        for record in islice(records, SAMPLED):
            sample.append(record)
            cells += len(record[1] or ())
            if cells > CELLS_SAMPLED and len(sample) >= LEAST_SAMPLED:
                break
    return sample


def _unsplit(sample, origin):
    """Return the error if the first record of a file, its header, cannot be split into fields."""
    line, fields, raw = next((record for record in sample if record[1] is None or any(record[1])), (0, [], []))
    if fields is not None:
        return None
    rule = f"fields of at most {csv.field_size_limit():,} characters and quotes that close properly"
    return NoLayout(f"{origin.path}, line {line}: the header must have {rule}; {why_unsplit(raw[0])}")


def why_unsplit(text: str) -> str:
    """Return the reason why the first line of a record cannot be split into fields."""
    return "quotes do not close properly" if '"' in text else "field is too long"
