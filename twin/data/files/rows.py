"""Read the rows of a file into arrays, block by block; unusable rows are refused with line and reason."""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from twin.data.errors import Refused
from twin.data.files.dates import CONTRADICTS, parse_date, settle
from twin.data.files.fields import Codes, Memo, number_parser
from twin.data.files.origin import table_of
from twin.data.files.spool import kept
from twin.data.files.table import why_unsplit
from twin.data.lane_names import read_lane
from twin.data.settle_steps import as_categories
from twin.data.text import visible

REFUSED_IN_MEMORY = 1_000_000  # rows; a file with more unusable rows is refused, because each is kept in memory
CHUNK = 1 << 16  # records in a block; the progress bar is updated once per block
# A row of a block: date and lane are codes, mark is a hash of the text that identifies exact copies; a NaN volume
# could not be read, NaN returns were left blank.
ROW = np.dtype([("line", "q"), ("date", "i"), ("lane", "i"), ("mark", "q"), ("volume", "d"), ("returns", "d")])


class Scan:
    """One pass over a file: `blocks` yields its rows, and the attributes are complete after the last block.

    name : name of the file in the account, by default its path.
    dates, lanes : Codes of the distinct dates and lanes.
    names : the columns among volume and returns that the file has.
    refused : refused rows, each (line, reason, text).
    """

    def __init__(
        self,
        path: str | Path,
        *,
        columns: dict[str, str] | None = None,
        decimal: str = ".",
        progress: bool = False,
        name: str | None = None,
        sheet: str | None = None,
    ) -> None:
        self.name, self.progress = name or str(path), progress
        self.table = table_of(path, columns=columns, sheet=sheet, decimal=decimal, name=self.name)
        self.source, self.header, self.positions = self.table.origin, self.table.header, self.table.positions
        volume, returns = (number_parser(name, decimal) for name in ("volume", "returns"))
        self.numbers = {"volume": Memo(volume), "returns": Memo(lambda text: returns(text) if text.strip() else np.nan)}
        self.dates, self.lanes = Codes(parse_date), Codes(read_lane)
        self.refused, self.read, self.blank = [], 0, 0

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield arrays of ROW: all rows whose date and lane can be read, including those whose numbers cannot."""
        self.names = [name for name in self.numbers if name in self.positions]
        self.cells = [(self.numbers[name], self.positions[name]) for name in self.names]
        with self.table.rows() as (stream, position), self._bar() as bar:
            self.vectors = {name: array(ROW[name].char) for name in ROW.names}
            for line, fields, raw in stream:
                if fields == [] or fields == [""]:
                    self.blank += 1
                    continue
                self.read += 1
                try:
                    self._add(line, fields, raw)
                except Refused as why:
                    self.refused.append((line, str(why), visible("".join(raw))))
                if self.read % CHUNK == 0:
                    self._check_refused()
                    bar.update(position() - bar.n)
                    yield self._block()
            bar.update(position() - bar.n)
        if not self.read:
            raise ValueError(f"{self.source.path} has a header and no rows")
        yield self._block()

    def facts(self, note: str | None = None) -> dict[str, Any]:
        """Return the fields of the account that describe the whole file; `note` is the note on its dates."""
        notes = [*self.table.notes, *([note] if note else [])]
        stray = len(self.lanes.of) - len(self.lanes.texts)
        if stray:
            alike = "lane names that differ from another only by blanks around them, taken as one lane"
            notes.append(f"{alike}: {stray:,}")
        if self.blank:
            notes.append(f"blank lines skipped: {self.blank:,}")
        if self.source.encoding in ("cp1252", "latin-1"):
            notes.append(f"the text is not utf-8; it was read as {self.source.encoding}, so accents may be wrong")
        return {
            "file": self.name,
            "encoding": self.source.encoding,
            "separator": self.source.separator,
            "rows_read": self.read,
            "columns": self.table.columns,
            "ignored": self.table.ignored,
            "notes": tuple(notes),
        }

    def _check_refused(self):
        """Raise ValueError if the refused rows would take too much memory."""
        if len(self.refused) > REFUSED_IN_MEMORY:
            line, reason, _ = self.refused[0]
            raise ValueError(
                f"{self.source.path} has over {REFUSED_IN_MEMORY:,} rows that cannot be used: line {line:,}, {reason}; "
                "are these the columns that were meant?"
            )

    def _add(self, line, fields, raw):
        """Append a record or raise Refused; if only its numbers are unusable, it is appended with an unknown volume."""
        if fields is None:
            raise Refused(why_unsplit(raw[0]))
        if len(fields) != len(self.header):
            raise Refused(f"row does not have the {self.table.width} fields of the header")
        date, lane = self.dates.of[fields[self.positions["date"]]], self.lanes.of[fields[self.positions["lane"]]]
        try:
            values, refused = [parsed[fields[i]] for parsed, i in self.cells], None
        except Refused as why:
            values, refused = [np.nan for _ in self.cells], why
        vectors = self.vectors
        vectors["line"].append(line)
        vectors["date"].append(date)
        vectors["lane"].append(lane)
        vectors["mark"].append(hash(tuple(fields)))
        for name, value in zip(self.names, values, strict=True):
            vectors[name].append(value)
        if refused:
            raise refused

    def _block(self):
        """Return the rows read since the last block, and clear the caches of parsed texts to bound their memory."""
        block = np.empty(len(self.vectors["line"]), dtype=ROW)
        block["returns"] = np.nan
        for name, vector in self.vectors.items():
            if vector:
                block[name] = vector
                del vector[:]
        if self.table.share != 1:
            block["volume"] *= self.table.share
        for memo in (*self.numbers.values(), self.dates.of):
            memo.clear()
        return block

    def _bar(self):
        size, name = self.source.size, self.source.path.name
        return tqdm(total=size, unit="B", unit_scale=True, desc=name, disable=not self.progress)


def read_rows(
    path: str | Path, *, dayfirst: bool | None = None, name: str | None = None, **options: Any
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[int, str, str]], dict[str, Any]]:
    """Return (rows, unknown, refused, facts) of a text or a spreadsheet; the path `-` is standard input.

    rows : table of usable rows: line, date, lane (categorical), volume, returns (if the file has them), copy (whether
        the row is an exact copy of an earlier record).
    unknown : date and lane of the rows refused only because volume or returns could not be read.
    refused : all refused rows, each (line, reason, text).
    facts : the fields of the account that describe the file.
    options : further arguments of `Scan`.
    """
    with kept(path, name) as (path, name):
        scan = Scan(path, name=name, **options)
        block = np.concatenate(list(scan.blocks()))
        counts = np.bincount(block["date"], minlength=len(scan.dates.texts))
        days, note = settle(scan.dates.values, scan.dates.texts, counts, dayfirst, path)
    known = ~np.isnan(block["volume"])
    clear = ~np.isnat(days)[block["date"]]
    table = pd.DataFrame(
        {
            "line": block["line"],
            "date": days[block["date"]],
            "lane": as_categories(block["lane"], scan.lanes.values),
            **{name: block[name] for name in scan.names},
            "copy": pd.Series(block["mark"]).duplicated(),
        }
    )
    unknown = table.loc[~known & clear, ["date", "lane"]]  # a volume that could not be read is unknown, not zero
    refused = scan.refused + contradictions(block[known & ~clear], scan)
    return table[known & clear].reset_index(drop=True), unknown, refused, scan.facts(note)


def contradictions(block: np.ndarray, scan: Scan) -> list[tuple[int, str, str]]:
    """Return the refusals (line, reason, text) of rows whose date has day and month in the wrong order."""
    texts, lanes = scan.dates.texts, scan.lanes.values
    return [
        (int(row["line"]), CONTRADICTS, visible(f"{texts[row['date']]}, {lanes[row['lane']]}, {row['volume']:g}"))
        for row in block
    ]
