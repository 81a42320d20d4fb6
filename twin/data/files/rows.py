"""Read the rows of a CSV file into arrays, block by block; unusable rows are refused with line and reason."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from tqdm import tqdm

from twin.data.files.amounts import Amounts, decide_mark
from twin.data.files.date_column import FAR_DATE, Column, far_dates, settle
from twin.data.files.dates import CONTRADICTS, DAY_FIRST, MONTH_FIRST, SLASHES, Rivals
from twin.data.files.fields import Codes
from twin.data.files.ignored import IgnoredColumns
from twin.data.files.options import ReadingOptions
from twin.data.files.origin import table_of
from twin.data.files.selection import Selection
from twin.data.files.spool import kept
from twin.data.files.stamps import CutDay, Stamps
from twin.data.files.table import why_unsplit
from twin.data.lane_names import read_lane
from twin.data.lost_rows import Lost
from twin.data.periods import distinct_days
from twin.data.settle_steps import as_categories
from twin.data.text import visible

REFUSED_IN_MEMORY = 1_000_000  # rows; a file with more unusable rows is refused, because each is kept in memory
BATCH = 1 << 12  # records that are turned into arrays at a time; more would live long enough to slow Python down
CHUNK = 1 << 16  # records in a block; the progress bar is updated once per block
# A row of a block: date and lane are codes, mark is a hash of the text that identifies exact copies; a NaN volume
# could not be read, NaN returns were left blank.
ROW = np.dtype([("line", "q"), ("date", "i"), ("lane", "i"), ("mark", "q"), ("volume", "d"), ("returns", "d")])
NO_FORM = "date is not in the form of the rest of the column"
_DOTS = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\d", re.ASCII)


class Decided(NamedTuple):
    """Decisions of the whole file for its blocks: the day of each code of a date, its use, and the decimal mark."""

    days: np.ndarray
    clear: np.ndarray
    far: np.ndarray
    mark: str
    notes: list[str]


class Scan:
    """One pass over a file: `blocks` yields its rows, and the attributes are complete after the last block.

    The dates and numbers of a block have their meaning once the whole file is read: `decide`, then `finished`.

    name : name of the file in the account, by default its path.
    dates, lanes : Codes of the distinct dates and lanes.
    names : the columns among volume and returns that the file has.
    refused : refused rows, each (line, reason, text).
    """

    def __init__(
        self,
        path: str | Path,
        *,
        reading: ReadingOptions | None = None,
        progress: bool = False,
        name: str | None = None,
    ) -> None:
        self.name, self.reading, self.progress = name or str(path), reading or ReadingOptions(), progress
        how = self.reading
        columns, decimal = dict(how.columns) if how.columns else None, how.decimal or "."
        self.table = table_of(path, columns=columns, sheet=how.sheet, decimal=decimal, name=self.name)
        self.source, self.header, self.positions = self.table.origin, self.table.header, self.table.positions
        self.stamps = Stamps(how.timezone)
        self.dates, self.lanes = Codes(self.stamps), Codes(read_lane)
        self.refused, self.read, self.blank, self.kept = [], 0, 0, 0
        self.counts = np.zeros(0, dtype=np.int64)
        self.lost_of_lane, self.lost_on_date, self.lost = Counter(), Counter(), 0
        self.other_units: set[tuple[int, int]] = set()  # (date, lane) of rows in a unit that was not chosen
        self.unread: list[int] = []  # rows whose numbers cannot be read, whatever the file decides

    def blocks(self) -> Iterator[np.ndarray]:
        """Yield arrays of ROW: all rows whose date and lane can be read, including those whose numbers cannot."""
        with self.table.rows() as (stream, position), self._bar() as bar:
            self._prepare()
            width, keeps = len(self.header), self.selection.keeps if self.reading.where else None
            lines, rows, raws, made = [], [], [], []
            for line, fields, raw in stream:
                if fields == [] or fields == [""]:
                    self.blank += 1
                elif fields is None or len(fields) != width:
                    self.read += 1
                    self.lost += 1
                    wrong = f"row does not have the {self.table.width} fields of the header"
                    why = wrong if fields is not None else why_unsplit(raw[0])
                    self.refused.append((line, why, visible("".join(raw))))
                    self._check_refused()
                elif keeps and not keeps(fields):
                    self._leave_out(fields)
                else:
                    lines.append(line)
                    rows.append(fields)
                    raws.append(raw[0] if len(raw) == 1 else "".join(raw))
                    if len(rows) == BATCH:
                        made.append(self._block(lines, rows, raws))
                        lines, rows, raws = [], [], []
                        if len(made) * BATCH >= CHUNK:
                            self._check_refused()
                            bar.update(position() - bar.n)
                            yield np.concatenate(made)
                            made = []
            made.append(self._block(lines, rows, raws))
            bar.update(position() - bar.n)
        if not self.read:
            if self.reading.where and self.selection.left_out:
                raise self.selection.none_left(self.source.path)
            raise ValueError(f"{self.source.path} has a header and no rows")
        yield np.concatenate(made)

    def decide(self) -> Decided:
        """Return what the whole file decides; raise ValueError where it does not."""
        path, reading = self.source.path, self.reading
        self.ignored.check_units(self.lanes.values, path)
        counts = np.pad(self.counts, (0, len(self.dates.texts) - len(self.counts)))
        mark, note = decide_mark(list(self.amounts.values()), reading, list(self._votes()), path)
        heading = self.header[self.positions["date"]].strip("\ufeff ")
        column = Column(heading, self.dates.values, self.dates.texts, counts)
        days, notes = settle(column, reading, path)
        far = far_dates(days, counts)
        if reading.far_dates == "keep":
            far[:] = False
        notes += [*([note] if note else []), *self.stamps.notes(self.dates.values, days)]
        return Decided(days, ~np.isnat(days) & ~far, far, mark, notes)

    def finished(self, blocks: Iterator[np.ndarray], decided: Decided) -> Iterator[np.ndarray]:
        """Yield the blocks of `blocks`, in order, with the numbers as decided and without rows of unusable dates.

        `refused`, and the numbers of rows that may have filled gaps, are complete after the last block.
        """
        start, signs = 0, self.reading.negative
        contrary = [*self.amounts.values()] if decided.mark == "," else []
        other = "." if decided.mark == "," else ","
        lines = {row: (line, f"{name} has thousands separators or a decimal mark that is not {decided.mark!r}", raw)
                 for name, column in self.amounts.items() for row, line, raw in column.pending[other]}  # fmt: skip
        flipped = self._returns_are_negative()
        if "returns" in self.amounts and not flipped:
            lines |= {row: (line, "returns is negative", raw) for row, line, raw in self.amounts["returns"].negative}
        for block in blocks:
            block = block.copy()
            unread = np.zeros(len(block), dtype=bool)
            unread[[row - start for row in self.unread if start <= row < start + len(block)]] = True
            for column in contrary:
                block[column.name] = column.with_comma(block[column.name], start)
            block["volume"][unread] = np.nan
            gone = [row for row in lines if start <= row < start + len(block)]
            block["volume"][[row - start for row in gone]] = np.nan
            clear = decided.clear[block["date"]]
            self.refused += [(lines[r][0], lines[r][1], visible(lines[r][2])) for r in gone
                             if clear[r - start] and not unread[r - start]]  # fmt: skip
            if flipped:
                block["returns"] = np.abs(block["returns"])
            block["volume"] *= self.table.share
            back = block["volume"] < 0
            if back.any() and signs == "returns":
                block["returns"] = np.where(back, np.nan_to_num(block["returns"]) - block["volume"], block["returns"])
                block["volume"][back] = 0.0
            if not clear.all():
                self._lose(block[~clear], decided, unread[~clear])
                block = block[clear]
            start += len(clear)
            yield block

    def facts(self, notes: list[str] | None = None) -> dict[str, Any]:
        """Return the fields of the account that describe the whole file; `notes` are those of its decisions."""
        notes = [*self.table.notes, *(notes or [])]
        if midnight := self.stamps.midnight:
            notes.append(f"24:00 is the end of the day that is written: {visible(midnight)!r}")
        if self.reading.where:
            notes.append(self.selection.note(self.read))
        returned = self.amounts["volume"].negative
        if returned:
            how = {"returns": "taken as returns", "subtract": "subtracted from the volume of their day"}
            notes.append(f"rows of negative volume, {how[self.reading.negative]}: {len(returned):,}")
        if self._returns_are_negative():
            notes.append("the returns are written as negative numbers, and never positive; their sign is dropped")
        stray = len(self.lanes.of) - len(self.lanes.texts) - sum(code < 0 for code in self.lanes.of.values())
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

    def lost_rows(self, decided: Decided) -> Lost:
        """Return the rows whose date or lane could not be read, as `finished` has counted them."""
        names = self.lanes.values
        days = [decided.days[code] for code, count in self.lost_on_date.items() if decided.clear[code]]
        unclear = sum(count for code, count in self.lost_on_date.items() if not decided.clear[code])
        of_lane = {names[code]: count for code, count in self.lost_of_lane.items()}
        return Lost(of_lane, np.array(days, dtype="datetime64[D]"), self.lost + unclear)

    def _prepare(self):
        """Make what reads the columns that the table has, once its header is known."""
        self.names = [name for name in ("volume", "returns") if name in self.positions]
        signed = {"volume": self.reading.negative != "refuse", "returns": True}
        self.amounts = {name: Amounts(name, name == "returns", signed[name]) for name in self.names}
        self.selection = Selection(self.reading.where, self.header, self.source.path)
        rest = [i for i in range(len(self.header)) if i not in self.positions.values()]
        self.ignored = IgnoredColumns(self.header, rest, list(self.selection.columns))

    def _check_refused(self):
        """Raise ValueError if the refused rows would take too much memory."""
        if len(self.refused) > REFUSED_IN_MEMORY:
            line, reason, _ = self.refused[0]
            raise ValueError(
                f"{self.source.path} has over {REFUSED_IN_MEMORY:,} rows that cannot be used: line {line:,}, {reason}; "
                "are these the columns that were meant?"
            )

    def _leave_out(self, fields):
        """Note the lane and day of a row that a condition leaves out, if the condition is on a unit."""
        if any(self.ignored.is_unit_heading(place) for place in self.selection.columns):
            date, lane = (self._code(name, fields) for name in ("date", "lane"))
            if date >= 0 and lane >= 0:
                self.other_units.add((date, lane))

    def _code(self, name, fields):
        return (self.dates if name == "date" else self.lanes).of[fields[self.positions[name]]]

    def _block(self, lines, rows, raws):
        """Return the rows of these records, and clear the caches of parsed texts to bound their memory."""
        if not rows:
            return np.empty(0, dtype=ROW)
        self.read += len(rows)
        columns = list(zip(*rows, strict=True))
        texts = columns[self.positions["date"]], columns[self.positions["lane"]]
        date = np.fromiter(map(self.dates.of.__getitem__, texts[0]), np.int32, len(rows))
        lane = np.fromiter(map(self.lanes.of.__getitem__, texts[1]), np.int32, len(rows))
        good = (date >= 0) & (lane >= 0)
        if not good.all():
            for i in np.flatnonzero(~good).tolist():
                why = self.dates.reason(date[i]) if date[i] < 0 else self.lanes.reason(lane[i])
                self._miss(date[i], lane[i])
                self.refused.append((lines[i], why, visible(raws[i])))
            keep = np.flatnonzero(good).tolist()
            lines, rows, raws = ([part[i] for i in keep] for part in (lines, rows, raws))
            columns = [[column[i] for i in keep] for column in columns]
            date, lane = date[good], lane[good]
        block = np.empty(len(lines), dtype=ROW)
        block["line"], block["date"], block["lane"], block["returns"] = lines, date, lane, np.nan
        block["mark"] = np.fromiter(map(hash, map(tuple, rows)), np.int64, len(rows))
        refused: dict[int, str] = {}
        for name, column in self.amounts.items():
            block[name], bad = column.add(columns[self.positions[name]], self.kept, lines, raws)
            refused = {**bad, **refused}
            column.of.clear()
        if refused:
            bad = list(refused)
            block["volume"][bad] = block["returns"][bad] = np.nan
            self.unread += [self.kept + i for i in sorted(bad)]
            self.refused += [(lines[i], refused[i], visible(raws[i])) for i in sorted(refused)]
        self.kept += len(block)
        self.counts = np.pad(self.counts, (0, len(self.dates.texts) - len(self.counts)))
        self.counts += np.bincount(date, minlength=len(self.counts))
        self.ignored.add(columns, date, lane)
        self.ignored.add_orders(columns, list(self.positions.values()))
        self.dates.of.clear()
        return block

    def _miss(self, date, lane):
        """Count a row whose date or lane cannot be read."""
        if lane >= 0:
            self.lost_of_lane[int(lane)] += 1
        elif date >= 0:
            self.lost_on_date[int(date)] += 1
        else:
            self.lost += 1

    def _lose(self, block, decided, unread):
        """Refuse rows whose date is unusable once the column is decided; rows already refused are not counted twice."""
        texts, lanes = self.dates.texts, self.lanes.values
        for row, already in zip(block, unread.tolist(), strict=True):
            self.lost_of_lane[int(row["lane"])] += 1
            if not already:
                cell = self.dates.values[row["date"]]
                swapped = isinstance(cell, Rivals) and cell.kind == SLASHES
                why = FAR_DATE if decided.far[row["date"]] else CONTRADICTS if swapped else NO_FORM
                text = f"{texts[row['date']]}, {lanes[row['lane']]}, {row['volume']:g}"
                self.refused.append((int(row["line"]), why, visible(text)))

    def _votes(self):
        """Yield what the separator and the dates say about the decimal mark: +1 for a comma, -1 for a point."""
        if self.source.separator in ",;":
            yield (1 if self.source.separator == ";" else -1), f"the separator {self.source.separator!r}"
        if any(_DOTS.match(text) for text in self.dates.texts):
            yield 1, "dates with dots"
        forms = {cell.readings[0][0] for cell in self.dates.values
                 if isinstance(cell, Rivals) and cell.kind == SLASHES and len(cell.readings) == 1}  # fmt: skip
        if forms == {MONTH_FIRST} or (self.reading.dayfirst is False and DAY_FIRST not in forms):
            yield -1, "dates with the month first"

    def _returns_are_negative(self):
        returns = self.amounts.get("returns")
        return returns is not None and bool(returns.negative) and not returns.positive

    def _bar(self):
        size, name = self.source.size, self.source.path.name
        return tqdm(total=size, unit="B", unit_scale=True, desc=name, disable=not self.progress)


class Rows(NamedTuple):
    """Content of a file.

    table : usable rows: line, date, lane (categorical), volume, returns (if there are any), copy (whether the row is an
        exact copy of an earlier record).
    unknown : date and lane of the rows refused only because volume or returns could not be read.
    refused : all refused rows, each (line, reason, text).
    lost : the rows whose date or lane could not be read.
    facts : the fields of the account that describe the file.
    lanes : the names of all lanes in the file.
    audit : a sentence on each column that is not used and splits lanes.
    cut : the first and the last day, if the time stamps cover them only in part.
    """

    table: pd.DataFrame
    unknown: pd.DataFrame
    refused: list[tuple[int, str, str]]
    lost: Lost
    facts: dict[str, Any]
    lanes: list[str]
    audit: list[str]
    cut: list[CutDay]


def read_rows(path: str | Path, *, name: str | None = None, **options: Any) -> Rows:
    """Return the rows of a text or a spreadsheet; the path `-` is standard input.

    options : further arguments of `Scan`.
    """
    with kept(path, name) as (path, name):
        scan = Scan(path, name=name, **options)
        raw = np.concatenate(list(scan.blocks()))
    decided = scan.decide()
    (block,) = scan.finished(iter([raw]), decided)
    names = [name for name in ("volume", "returns") if name in scan.names]
    if scan.reading.negative == "returns" and "returns" not in names and not np.isnan(block["returns"]).all():
        names.append("returns")
    table = pd.DataFrame(
        {
            "line": block["line"],
            "date": decided.days[block["date"]],
            "lane": as_categories(block["lane"], scan.lanes.values),
            **{name: block[name] for name in names},
            "copy": pd.Series(block["mark"]).duplicated(),
        }
    )
    if "returns" in names and "returns" not in scan.names:
        table["returns"] = table["returns"].fillna(0.0)
    known = ~np.isnan(block["volume"])
    unknown = table.loc[~known, ["date", "lane"]]  # a volume that could not be read is unknown, not zero
    if scan.other_units:
        codes = np.array(sorted(scan.other_units))
        codes = codes[decided.clear[codes[:, 0]]]
        more = {"date": decided.days[codes[:, 0]], "lane": as_categories(codes[:, 1], scan.lanes.values)}
        unknown = pd.concat([unknown, pd.DataFrame(more)])
    copies = int(table["copy"].sum())
    audit = list(scan.ignored.sentences(scan.kept, copies))
    facts, lanes = scan.facts(decided.notes), scan.lanes.values
    table = table[known].reset_index(drop=True)
    cut = scan.stamps.cut_days(scan.dates.values, decided.days, distinct_days(decided.days[block["date"]]))
    return Rows(table, unknown, scan.refused, scan.lost_rows(decided), facts, lanes, audit, cut)
