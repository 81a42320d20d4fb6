"""The meaning of a scanned file, which the whole file decides: the days of its dates and the sizes of its numbers."""

from collections.abc import Iterator

import numpy as np

from twin.data.advice import Advice, Decision
from twin.data.files.block import RowBlock
from twin.data.files.date_column import QUARTERS, settle
from twin.data.files.date_order import sole_order
from twin.data.files.date_signs import is_dotted, sign_after_year
from twin.data.files.dates import (
    CONTRADICTS,
    DAY_BEFORE_MONTH,
    DAY_FIRST,
    MONTH_FIRST,
    NO_SUCH_DAY,
    SLASHES,
    YEAR_FIRST,
    Rivals,
)
from twin.data.files.decimal_mark import decide_mark
from twin.data.files.far_days import FAR_DATE, far_dates
from twin.data.files.rival_dates import Column
from twin.data.files.scan import Scan
from twin.data.lost_rows import Lost
from twin.data.text import visible

NO_FORM = "date is not in the form of the rest of the column"
_WHY_UNUSABLE = {SLASHES: CONTRADICTS, DAY_BEFORE_MONTH: NO_SUCH_DAY}  # kinds of cells -> why the chosen form fails


class Meaning:
    """Decisions of a whole file; those that cannot be made raise ValueError.

    days : day of each code of a date; clear : whether it can be used; far : whether it is far from all others.
    mark : decimal mark.
    sentinel : volume that stands for an unknown one; NaN if there is none.
    notes : a sentence on each decision.
    year_first : whether dates of two digits each begin with the year.
    period : "QS" if the dates are quarters, whatever their number; None if the days decide.
    """

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        path, reading = scan.source.path, scan.reading
        scan.ignored.check_rivals(path, scan.amounts["volume"].below > 0)
        scan.ignored.check_units(scan.lanes.values, path)
        counts = np.pad(scan.counts, (0, len(scan.dates.texts) - len(scan.counts)))
        self._check_signs()
        self.sentinel = scan.amounts["volume"].sentinel
        heading = scan.header[scan.positions["date"]].strip("\ufeff ")
        self.days, notes = settle(Column(heading, scan.dates.values, scan.dates.texts, counts), reading, path)
        self.year_first = any(isinstance(note, Decision) and note.value == YEAR_FIRST for note in notes)
        self.mark, note = decide_mark(list(scan.amounts.values()), reading, list(self._votes()), path)
        quarters = any(isinstance(note, Decision) and note.value in ("QS", *QUARTERS) for note in notes)
        self.period = "QS" if quarters else None
        self.far = far_dates(self.days, counts)
        if reading.far_dates == "keep":
            self.far[:] = False
        self.clear = ~np.isnat(self.days) & ~self.far
        self.notes = [*notes, *([note] if note else []), *scan.stamps.notes(scan.dates.values, self.days)]

    def _check_signs(self):
        """Raise ValueError if all volumes are negative and nothing is said about what that means."""
        scan, volumes = self.scan, self.scan.amounts["volume"]
        if volumes.below and not volumes.positive and scan.reading.negative != "outbound":
            text = f"{scan.source.path} has no volume above zero and {volumes.below:,} below it"
            raise ValueError(Advice(f"{text}, as postings of what went out are written", ("negative", "outbound")))

    def _votes(self):
        """Yield what the separator and the dates say about the decimal mark: +1 for a comma, -1 for a point."""
        separator, dates = self.scan.source.separator, self.scan.dates
        if separator in (",", ";"):
            yield (1 if separator == ";" else -1), f"the separator {separator!r}"
        yield from self.scan.ignored.votes()
        points = any(column.either["."] for column in self.scan.amounts.values())
        if separator == "," and points and dates.texts and {*map(sign_after_year, dates.texts)} == {"-"}:
            yield -1, "dates with the year first"
        if any(map(is_dotted, dates.texts)) and not self.year_first:
            yield 1, "dates with dots"
        slashed = (cell for cell in dates.values if isinstance(cell, Rivals) and cell.kind == SLASHES)
        forms = {*map(sole_order, slashed)} - {""}
        if forms == {MONTH_FIRST} or (self.scan.reading.dayfirst is False and DAY_FIRST not in forms):
            yield -1, "dates with the month first"

    def finished(self, blocks: Iterator[RowBlock]) -> Iterator[RowBlock]:
        """Yield the blocks of `blocks`, in order, with the numbers as decided and without rows of unusable dates.

        `scan.refused`, and the numbers of rows that may have filled gaps, are complete after the last block.
        """
        scan, start, signs = self.scan, 0, self.scan.reading.negative
        contrary = [*scan.amounts.values()] if self.mark == "," else []
        wrong = self._wrong()
        wrong_rows, unread_rows = np.array(sorted(wrong), dtype=np.int64), np.array(scan.unread, dtype=np.int64)
        flipped = returns_are_negative(scan)
        for block in blocks:
            size, volume, returns = len(block.date), block.volume.copy(), block.returns.copy()
            for column in contrary:
                numbers = volume if column.name == "volume" else returns
                numbers[:] = column.with_comma(numbers, start)
            unread, gone = _within(unread_rows, start, size), _within(wrong_rows, start, size)
            volume[unread] = volume[gone] = np.nan
            clear = self.clear[block.date]
            known = np.ones(size, dtype=bool)
            known[unread] = False
            for line, why, raw in (wrong[start + i] for i in gone[clear[gone] & known[gone]].tolist()):
                scan.refused.append((line, why, visible(raw)))
            marks = volume == self.sentinel
            if marks.any():
                self._refuse_marks(block, marks & clear & known)
                volume[marks] = np.nan
            if flipped:
                returns = np.abs(returns)
            if signs == "outbound":
                volume = 0.0 - volume
            if signs == "returns" and (back := volume < 0).any():
                returns = np.where(back, np.nan_to_num(returns) - volume, returns)
                volume[back] = 0.0
            start += size
            block = block._replace(volume=volume, returns=returns)
            if not clear.all():
                self._lose(block.at(~clear), known[~clear])
                block = block.at(clear)
            yield block

    def _refuse_marks(self, block, marks):
        """Refuse rows whose volume stands for an unknown one."""
        dates, lanes = self.scan.dates.texts, self.scan.lanes.values
        why = f"volume is {self.sentinel:.0f}, nines alone and over ten times any other: it may mean unknown"
        for line, date, lane in zip(*(column[marks].tolist() for column in block[:3]), strict=True):
            self.scan.refused.append((line, why, visible(f"{dates[date]}, {lanes[lane]}, {self.sentinel:.0f}")))

    def _wrong(self):
        """Return {row: (line, reason, text)} of the numbers that cannot be read with the mark, or have a wrong sign."""
        scan, other = self.scan, "." if self.mark == "," else ","
        wrong = {
            row: (line, f"{name} has thousands separators or a decimal mark that is not {self.mark!r}", raw)
            for name, column in scan.amounts.items()
            for row, line, raw in column.pending[other]
        }
        if "returns" in scan.amounts and not returns_are_negative(scan):
            wrong |= {row: (line, "returns is negative", raw) for row, line, raw in scan.amounts["returns"].negative}
        return wrong

    def _lose(self, block, known):
        """Refuse rows whose date is unusable once the column is decided; rows already refused are not counted twice."""
        scan = self.scan
        cells, texts, lanes = scan.dates.values, scan.dates.texts, scan.lanes.values
        columns = (block.line, block.date, block.lane, block.volume, known)
        for line, date, lane, volume, unrefused in zip(*(column.tolist() for column in columns), strict=True):
            scan.lost_of_lane[lane] += 1
            if unrefused:
                kind = cells[date].kind if isinstance(cells[date], Rivals) else ""
                why = FAR_DATE if self.far[date] else _WHY_UNUSABLE.get(kind, NO_FORM)
                scan.refused.append((line, why, visible(f"{texts[date]}, {lanes[lane]}, {volume:g}")))

    def lost_rows(self) -> Lost:
        """Return the rows whose date or lane could not be read, as `finished` has counted them."""
        scan, names = self.scan, self.scan.lanes.values
        days = [self.days[code] for code, count in scan.lost_on_date.items() if self.clear[code]]
        unclear = sum(count for code, count in scan.lost_on_date.items() if not self.clear[code])
        of_lane = {names[code]: count for code, count in scan.lost_of_lane.items()}
        return Lost(of_lane, np.array(days, dtype="datetime64[D]"), scan.lost + unclear)


def returns_are_negative(scan: Scan) -> bool:
    """Return whether the returns of a file are written as negative numbers, never as positive ones."""
    returns = scan.amounts.get("returns")
    return returns is not None and bool(returns.negative) and not returns.positive


def _within(rows, start, size):
    """Return which of sorted rows are in a block, as positions in it."""
    low, high = np.searchsorted(rows, [start, start + size])
    return rows[low:high] - start
