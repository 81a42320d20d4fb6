"""Read columns of numbers under both decimal marks, and keep what speaks for either."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from twin.data.errors import Refused
from twin.data.files.clean_text import Lines
from twin.data.files.fields import Memo
from twin.data.files.numbers import Number, parse_number
from twin.data.files.packed import Packed

MOST_CONTRARY = 20_000  # most cells kept that only the other decimal mark can read
NINES = [10.0**digits - 1 for digits in range(4, 16)]  # values that often stand for an unknown one
FAR_ABOVE = 10.0  # ratio of such a value to the largest other one [-]
ALL_WHOLE = 3  # numbers that all have three digits, or 000, behind their mark from which this is no chance [-]
GAP = 30.0  # ratio of whole numbers to decimals, in one column, that speaks for a mark of thousands


class Amounts:
    """The numbers of one column; their decimal mark is decided at the end.

    point_only, comma_only : number of cells that can be read with one decimal mark alone.
    either : number of cells with a point, and with a comma, that both marks can read; example : the first of these.
    pending : for each mark, the cells that only it can read: (row, line, text).
    negative : cells below zero: (row, line, text); below, positive : numbers of cells below and above it.
    nines : values of four or more nines alone, and their numbers; largest : the largest other value.
    """

    def __init__(self, name: str, blank: bool, signed: bool) -> None:
        self.name, self.blank, self.signed = name, blank, signed
        self.of = Memo(self._cell)
        self.point_only = self.comma_only = self.positive = self.below = 0
        self.either = {".": 0, ",": 0}
        self.example: tuple[str, Number] | None = None
        self.pending: dict[str, list] = {".": [], ",": []}
        self.negative: list[tuple[int, int, str]] = []
        self.plain_logs, self.decimal_logs = [0.0, 0], [0.0, 0]  # sum of logarithms, and number
        self.ungrouped = self.ends_in_zero = self.fraction = False
        self.nines: Counter[float] = Counter()
        self.largest = 0.0
        self._commas: list[tuple[np.ndarray, np.ndarray]] = []  # rows, and their values with a decimal comma

    def add(self, texts: Packed, start: int, lines: np.ndarray, raws: Lines | Sequence[str]) -> tuple:
        """Return (values, refused): numbers with a decimal point, and index -> reason of those that cannot be read.

        A cell that only a decimal comma can read is NaN. start : row of the first cell.
        """
        plain = texts.plain_numbers
        if plain is None:
            return self._any(texts, start, lines, raws)
        values, pointed = plain
        self.positive += int(np.count_nonzero(values))
        if pointed.any():
            self._keep(".", pointed, start, lines, raws)
            self.point_only += int(pointed.sum())
        self._whole(values[~pointed])
        self._note_nines(values)
        return values, {}

    def _any(self, texts, start, lines, raws):
        codes, distinct = texts.distinct
        cells = [self.of[text] for text in distinct]
        self.of.clear()  # bounds its memory
        bad = np.array([isinstance(cell, str) for cell in cells], dtype=bool)[codes]
        refused = {i: cells[codes[i]] for i in np.flatnonzero(bad).tolist()}
        triples = [(np.nan, np.nan, 0) if isinstance(cell, str) else cell for cell in cells]
        point, comma, kind = np.array(triples, dtype=float).reshape(-1, 3)[codes].T
        known = np.where(kind == 2, comma, point)
        self.positive += int((known > 0).sum())
        self.below += int((known < 0).sum()) + list(refused.values()).count(f"{self.name} is negative")
        self.negative += [(start + i, int(lines[i]), raws[i]) for i in np.flatnonzero(known < 0).tolist()]
        self._keep(".", kind == 1, start, lines, raws)
        self._keep(",", kind == 2, start, lines, raws)
        self.point_only += int((kind == 1).sum())
        self.comma_only += int((kind == 2).sum())
        two = kind > 2
        for mark, code, decimals in ((".", 3, point), (",", 4, comma)):
            self.either[mark] += int((kind == code).sum())
            self._log(self.decimal_logs, np.abs(decimals[kind == code]))
        if two.any():
            first = int(np.argmax(two))
            at = np.unique(codes[two]).tolist()
            ends = [distinct[code].rstrip() for code in at]
            self.ends_in_zero |= any(text.endswith("0") for text in ends)
            self.fraction |= not all(text.endswith("000") for text in ends)
            if self.example is None:
                self.example = distinct[codes[first]].strip(), Number(point[first], comma[first])
        self._whole(np.abs(point[(kind == 0) & ~np.isnan(point)]))
        other = np.flatnonzero(kind >= 2)
        if len(other):
            self._commas.append((start + other, comma[other]))
        self._note_nines(known)
        return np.where(kind == 2, np.nan, point), refused

    def _whole(self, values):
        """Take note of numbers without a mark."""
        if len(values):
            self.ungrouped |= bool(values.max() >= 1000)
            self._log(self.plain_logs, values)

    def _note_nines(self, values):
        """Take note of values such as 999999, and of the largest other one."""
        if len(values) and np.fmax.reduce(values) > self.largest:
            nines = np.isin(values, NINES)
            self.nines.update(values[nines].tolist())
            self.largest = max(self.largest, float(np.fmax.reduce(values[~nines], initial=0.0)))

    @property
    def sentinel(self) -> float:
        """The value that stands for an unknown one: nines alone, far above all others, on several rows; else NaN.

        Six nines or more need no second row.
        """
        if not self.nines:
            return np.nan
        value = max(self.nines)
        rest = max(self.largest, max((other for other in self.nines if other != value), default=0.0))
        often = self.nines[value] > 1 or value >= NINES[2]
        return value if often and 0 < FAR_ABOVE * rest < value else np.nan

    def _cell(self, text):
        """Return (point, comma, kind) or the reason against a text; kind 1, 2: one mark only; 3, 4: either mark."""
        if self.blank and not text.strip():
            return np.nan, np.nan, 0
        try:
            number = parse_number(self.name, text)
        except Refused as why:
            return str(why)
        point, comma = number
        if not self.signed and (point if point is not None else comma) < 0:
            return f"{self.name} is negative"
        if point is None:
            return np.nan, comma, 2
        if comma is None:
            return point, np.nan, 1
        if point == comma:
            return point, comma, 0
        return point, comma, 3 if "." in text else 4

    def _keep(self, mark, there, start, lines, raws):
        if room := MOST_CONTRARY + 1 - len(self.pending[mark]):
            places = np.flatnonzero(there)[:room].tolist()
            self.pending[mark] += [(start + i, int(lines[i]), raws[i]) for i in places]

    @staticmethod
    def _log(sums, values):
        values = values[values > 0]
        sums[0] += float(np.log(values).sum())
        sums[1] += len(values)

    def grouping(self) -> int:
        """Return 1 if the column looks as if its marks were of thousands, -1 if of decimals, 0 if neither.

        Thousands: whole numbers stand beside, and either some fraction keeps its last zero, which no program does that
        drops a fraction of zeros, or the whole numbers are far larger. Decimals: a whole number from 1000 has no mark,
        or 000 is behind every mark.
        """
        number = sum(self.either.values())
        if not number or not self.plain_logs[1]:
            return -1 if number >= ALL_WHOLE and not self.fraction else 0
        if self.ungrouped:
            return -1
        plain, decimals = (total / max(count, 1) for total, count in (self.plain_logs, self.decimal_logs))
        return int(self.ends_in_zero or plain - decimals > np.log(GAP))

    def with_comma(self, values: np.ndarray, start: int) -> np.ndarray:
        """Return the values of a block of rows, read with a decimal comma."""
        values = values.copy()
        gone = [row - start for row, _, _ in self.pending["."] if start <= row < start + len(values)]
        values[gone] = np.nan
        for rows, commas in self._commas:
            here = (rows >= start) & (rows < start + len(values))
            values[rows[here] - start] = commas[here]
        return values
