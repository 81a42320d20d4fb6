"""Read the usable rows of a text or a spreadsheet into a table; unusable rows are refused with line and reason."""

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from twin.data.files.block import ROW, RowBlock
from twin.data.files.file_facts import facts_of
from twin.data.files.meaning import Meaning
from twin.data.files.scan import Scan
from twin.data.files.spool import kept
from twin.data.files.stamps import CutDay
from twin.data.lost_rows import Lost
from twin.data.pairs import repeated_pairs
from twin.data.periods import distinct_days
from twin.data.settle_steps import as_categories


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
    period : "QS" if the dates are quarters; None if the days decide.
    """

    table: pd.DataFrame
    unknown: pd.DataFrame
    refused: list[tuple[int, str, str]]
    lost: Lost
    facts: dict[str, Any]
    lanes: list[str]
    audit: list[str]
    cut: list[CutDay]
    period: str | None


def read_rows(path: str | Path, *, name: str | None = None, **options: Any) -> Rows:
    """Return the rows of a text or a spreadsheet; the path `-` is standard input.

    options : further arguments of `Scan`.
    """
    with kept(path, name) as (path, name):
        scan = Scan(path, name=name, **options)
        blocks = deque(scan.blocks())
    meaning = Meaning(scan)
    line, date, lane, mark, volume, returns = _columns(meaning.finished(_drained(blocks)), scan.kept)
    lanes, signed = scan.lanes.values, scan.reading.negative == "returns"
    columns = {"line": line, "date": meaning.days[date], "lane": as_categories(lane, lanes), "volume": volume}
    if "returns" in scan.names:
        columns["returns"] = returns
    elif signed and not np.isnan(returns).all():
        columns["returns"] = np.nan_to_num(returns)
    table = pd.DataFrame({**columns, "copy": _copies(date, lane, mark)}, copy=False)
    known = ~np.isnan(volume)
    unknown = table.loc[~known, ["date", "lane"]]  # a volume that could not be read is unknown, not zero
    if scan.other_units:
        codes = np.array(sorted(scan.other_units))
        codes = codes[meaning.clear[codes[:, 0]]]
        more = {"date": meaning.days[codes[:, 0]], "lane": as_categories(codes[:, 1], lanes)}
        unknown = pd.concat([unknown, pd.DataFrame(more)])
    audit = list(scan.ignored.sentences(scan.kept, int(table["copy"].sum())))
    if not known.all():
        table = table[known].reset_index(drop=True)
    cut = scan.stamps.cut_days(scan.dates.values, meaning.days, distinct_days(meaning.days[date]))
    lost, facts = meaning.lost_rows(), facts_of(scan, meaning.notes)
    return Rows(table, unknown, scan.refused, lost, facts, lanes, audit, cut, meaning.period)


def _drained(blocks: deque[RowBlock]) -> Iterator[RowBlock]:
    """Yield blocks, and forget each one, so that memory holds the rows once."""
    while blocks:
        yield blocks.popleft()


def _columns(blocks: Iterator[RowBlock], most: int) -> RowBlock:
    """Return some blocks of at most so many rows as one."""
    whole, done = RowBlock(*(np.empty(most, dtype=ROW[name]) for name in ROW.names)), 0
    for block in blocks:
        for column, part in zip(whole, block, strict=True):
            column[done : done + len(part)] = part
        done += len(block.date)
    return whole.at(slice(done))


def _copies(date: np.ndarray, lane: np.ndarray, mark: np.ndarray) -> np.ndarray:
    """Return which rows are exact copies of an earlier one: those of one lane and day are compared."""
    copies = np.zeros(len(date), dtype=bool)
    shared = np.flatnonzero(repeated_pairs(lane, date))
    copies[shared] = pd.Series(mark[shared]).duplicated()
    return copies
