"""One pass over a file of flows: its rows as arrays, block by block, with all that is needed for its decisions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from twin.data.files.amounts import Amounts
from twin.data.files.block import RowBlock
from twin.data.files.clean_text import Columns, Lines
from twin.data.files.fields import Codes
from twin.data.files.ignored import IgnoredColumns
from twin.data.files.options import ReadingOptions
from twin.data.files.origin import table_of
from twin.data.files.packed import Packed, combined
from twin.data.files.selection import Selection
from twin.data.files.stamps import Stamps
from twin.data.files.table import why_unsplit
from twin.data.lane_names import read_lane
from twin.data.text import visible

REFUSED_IN_MEMORY = 1_000_000  # rows; a file with more unusable rows is refused, because each is kept in memory
BATCH = 1 << 12  # records that are turned into arrays at a time; more would live long enough to slow Python down
CHUNK = 1 << 16  # rows of a block that is read back from a temporary file
DATES_KEPT = 1 << 17  # parsed texts of dates that are kept between blocks


class Scan:
    """One pass over a file: `blocks` yields its rows, and the attributes are complete after the last block.

    The dates and numbers of a block have their meaning once the whole file is read: see `twin.data.files.meaning`.

    name : name of the file in the account, by default its path.
    dates, lanes : Codes of the distinct dates and lanes; stamps : the parser of the dates.
    names : the columns among volume and returns that the file has.
    refused : refused rows, each (line, reason, text).
    read, blank, kept : numbers of records, of blank lines, and of rows whose date and lane can be read.
    counts : number of rows of each date.
    other_units : (date, lane) of rows in a unit that was not chosen.
    unread : rows whose numbers cannot be read, whatever the file decides.
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
        self.other_units: set[tuple[int, int]] = set()
        self.unread: list[int] = []

    def blocks(self) -> Iterator[RowBlock]:
        """Yield all rows whose date and lane can be read, including those whose numbers cannot."""
        opened = self.table.in_one_piece() if self.reading.where else self.table.pieces()
        with opened as (pieces, position), self._bar() as bar:
            self._prepare()
            for piece in pieces:
                for block in self._blocks_of(piece):
                    self._check_refused()
                    bar.update(position() - bar.n)
                    yield block
            bar.update(position() - bar.n)
        if not self.read:
            if self.reading.where and self.selection.left_out:
                raise self.selection.none_left(self.source.path)
            raise ValueError(f"{self.source.path} has a header and no rows")

    def _blocks_of(self, piece):
        """Yield the blocks of a piece: its columns, or its records."""
        if isinstance(piece, Columns):
            lines = np.arange(piece.line, piece.line + len(piece.fields[0]))
            yield self._block(lines, piece.fields, piece.texts)
            return
        width, keeps = len(self.header), self.selection.keeps if self.reading.where else None
        lines, rows, raws = [], [], []
        for line, fields, raw in piece:
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
                    yield self._block(np.array(lines), _packed(rows), raws)
                    lines, rows, raws = [], [], []
        if rows:
            yield self._block(np.array(lines), _packed(rows), raws)

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
            date = self.dates.of[fields[self.positions["date"]]]
            lane = self.lanes.of[fields[self.positions["lane"]]]
            if date >= 0 and lane >= 0:
                self.other_units.add((date, lane))

    def _block(self, lines: np.ndarray, columns: list[Packed], raws: Lines | Sequence[str]) -> RowBlock:
        """Return these records as rows; those without a date or a lane are refused."""
        self.read += len(lines)
        date = self.dates.codes(columns[self.positions["date"]])
        lane = self.lanes.codes(columns[self.positions["lane"]])
        good = (date >= 0) & (lane >= 0)
        if not good.all():
            for i in np.flatnonzero(~good).tolist():
                why = self.dates.reason(date[i]) if date[i] < 0 else self.lanes.reason(lane[i])
                self._miss(date[i], lane[i])
                self.refused.append((int(lines[i]), why, visible(raws[i])))
            keep = np.flatnonzero(good)
            lines, raws = lines[keep], [raws[i] for i in keep.tolist()]
            columns, date, lane = [column.at(keep) for column in columns], date[good], lane[good]
        refused: dict[int, str] = {}
        numbers = {"returns": np.full(len(lines), np.nan)}
        for name, column in self.amounts.items():
            numbers[name], bad = column.add(columns[self.positions[name]], self.kept, lines, raws)
            refused = {**bad, **refused}
        if refused:
            bad = list(refused)
            numbers["volume"][bad] = numbers["returns"][bad] = np.nan
            self.unread += [self.kept + i for i in sorted(bad)]
            self.refused += [(int(lines[i]), refused[i], visible(raws[i])) for i in sorted(refused)]
        self.kept += len(lines)
        self.counts = np.pad(self.counts, (0, len(self.dates.texts) - len(self.counts)))
        self.counts += np.bincount(date, minlength=len(self.counts))
        self.ignored.add(columns, date, lane)
        self.ignored.add_orders(columns, list(self.positions.values()))
        if len(self.dates.of) > DATES_KEPT:
            self.dates.of.clear()
        return RowBlock(lines, date, lane, combined(columns), **numbers)

    def _miss(self, date, lane):
        """Count a row whose date or lane cannot be read."""
        if lane >= 0:
            self.lost_of_lane[int(lane)] += 1
        elif date >= 0:
            self.lost_on_date[int(date)] += 1
        else:
            self.lost += 1

    def _bar(self):
        size, name = self.source.size, self.source.path.name
        return tqdm(total=size, unit="B", unit_scale=True, desc=name, disable=not self.progress)


def _packed(rows):
    return [Packed.of(column) for column in zip(*rows, strict=True)]
