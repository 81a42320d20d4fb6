"""Staging of records for an import: all are read and checked before the first is stored."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.account import Account, refusals
from twin.data.advice import Advice
from twin.data.audit import names_told, sum_lanes
from twin.data.errors import Refused
from twin.data.files.block import ROW, RowBlock
from twin.data.files.dates import CONTRADICTS
from twin.data.files.file_facts import facts_of
from twin.data.files.meaning import Meaning
from twin.data.files.numbers import VOLUME_UNKNOWN
from twin.data.files.options import ReadingOptions
from twin.data.files.scan import CHUNK, Scan
from twin.data.files.spool import kept
from twin.data.history import History
from twin.data.lane_names import lane_name
from twin.data.pairs import sums_of_pairs
from twin.data.periods import own_period
from twin.data.settle_steps import sum_flows
from twin.data.text import number_of, visible

RECORD = np.dtype([("day", "i"), ("lane", "i"), ("volume", "d"), ("returns", "d")])  # NaN: unknown, not recorded
IN_MEMORY = 1 << 25  # [byte] staged records up to this size stay in memory; larger ones go to a temporary file
ROWS_COMPARED = 1_000_000  # rows up to which a file is searched for lanes that are the sum of others
MOST_REFUSED = 100_000  # rows; a file with more unusable rows is taken for the wrong file


@dataclass(frozen=True)
class Staged:
    """Records that have been read in full and can be imported.

    blocks : function that yields arrays of RECORD; day counts from 1970-01-01, and lane is a position in `lanes`.
    rows : function that yields such arrays with a record for each row of the file. They differ from `blocks` if
        negative volumes are subtracted, which leaves a record for each lane and day.
    lanes : the distinct lanes.
    days : the distinct days, in order.
    returns : whether returns are recorded.
    account : account of the file or history that was read.
    """

    blocks: Callable[[], Iterator[np.ndarray]]
    rows: Callable[[], Iterator[np.ndarray]]
    lanes: list[str]
    days: np.ndarray
    returns: bool
    account: Account

    @property
    def unusable(self) -> pd.DataFrame:
        """Return the refused rows, except those whose volume is stated to be unknown: these can be stored."""
        refused = self.account.refused
        return refused[refused["reason"] != VOLUME_UNKNOWN]

    def measure(self) -> tuple[int, int, str]:
        """Return (number, unknown, digest): number of records, of unknown volumes, and a hash of all records."""
        number, unknown, digest = 0, 0, hashlib.sha256("\0".join(self.lanes).encode())
        for block in self.blocks():
            number += len(block)
            unknown += int(np.isnan(block["volume"]).sum())
            digest.update(block.tobytes())
        return number, unknown, digest.hexdigest()


@contextmanager
def staged_file(
    path: str | Path, *, progress: bool = False, name: str | None = None, **reading: Any
) -> Iterator[Staged]:
    """Yield the staged records of a text or a spreadsheet, valid inside the block; `-` is standard input.

    Their account lists the unusable rows.
    A row whose date and lane can be read, but not its numbers, becomes a record of unknown volume.
    reading : fields of `ReadingOptions`.
    """
    how = ReadingOptions(**reading)
    given = [name for name in ("closed", "holidays", "first", "last") if getattr(how, name)]
    require(not given, "history", f"assessed where {' and '.join(given)} is said", "an import")
    require(how.sums != "leave-out", "sums", "'keep' in an import (where=... leaves rows out)", "'leave-out'")
    with kept(path, name) as (path, name), tempfile.SpooledTemporaryFile(IN_MEMORY) as waiting:
        yield _stage(Scan(path, reading=how, progress=progress, name=name), waiting, path)


def _stage(scan, waiting, path):
    known = np.zeros(0, dtype=np.int64)  # number of rows with a known volume of each date
    for block in scan.blocks():
        waiting.write(block.to_bytes())
        known = _add(known, block.date[~np.isnan(block.volume)], len(scan.dates.texts))
        if len(scan.refused) > MOST_REFUSED:
            raise _too_many(path, f"line {scan.refused[0][0]}, {scan.refused[0][1]}")
    meaning = Meaning(scan)
    taken_back = scan.reading.negative == "outbound" and scan.amounts["volume"].positive
    nets = scan.reading.negative == "subtract" or taken_back
    days, clear = meaning.days, meaning.clear
    known = _add(known, np.zeros(0, dtype=np.int64), len(scan.dates.texts))
    if len(scan.refused) + known[~clear].sum() > MOST_REFUSED:  # checked before a refusal is made for each
        raise _too_many(path, CONTRADICTS)

    def rows():
        waiting.seek(0)
        while content := waiting.read(CHUNK * ROW.itemsize):
            yield RowBlock.of_bytes(content)

    numbers = days.astype(np.int64)

    def records():
        for block in meaning.finished(rows()):
            yield _records(numbers[block.date], block.lane, block.volume, block.returns)

    def blocks():
        yield from [_netted(records())[0]] if nets else records()
        other = np.array(sorted(scan.other_units)).reshape(-1, 2)  # known to exist, in a unit that was not chosen
        other = other[clear[other[:, 0].astype(int)]].astype(int)
        nothing = np.full(len(other), np.nan)
        yield _records(numbers[other[:, 0]], other[:, 1], nothing, nothing)

    returns, written, read = "returns" in scan.names, [], []
    before = list(scan.refused)
    for block in meaning.finished(rows()):
        written.append(np.unique(block.date))
        read.append(np.unique(block.date[~np.isnan(block.volume)]))
        returns |= not np.isnan(block.returns).all()
    below = _netted(records())[1] if nets else 0
    refused, scan.refused = scan.refused, before
    none = np.zeros(0, dtype=np.int32)
    written, known_days = (np.unique(days[np.concatenate([none, *parts])]) for parts in (written, read))
    if not len(written):
        line, reason, text = refused[0]
        raise ValueError(f"{path} has no row whose date and lane can be read: line {line}, {reason}: {text}")
    period = meaning.period or own_period(known_days if len(known_days) else written)
    cut = scan.stamps.cut_days(scan.dates.values, meaning.days, written)
    unfinished = (
        f"the {each.place} day of the record, {each.day}, is unfinished: its {each.place} time is {each.time}"
        for each in cut
    )
    said = [f"lane-days whose sum is negative, unknown rather than zero: {below:,}"] if below else []
    facts = facts_of(scan, [*meaning.notes, *unfinished, *said])
    audit = (*names_told(scan.lanes.values), *scan.ignored.sentences(scan.kept))
    if scan.reading.sums is None and scan.kept <= ROWS_COMPARED:
        _check_sums(meaning, rows(), path)
    kept = facts["rows_read"] - len(refused)
    account = Account(
        **facts, rows_kept=kept, refused=refusals(refused), period=period, period_inferred=True, audit=audit
    )
    return Staged(blocks, records, scan.lanes.values, written, returns, account)


def _netted(blocks):
    """Return (records, below): a record for each lane and day with a known volume, their sum, and those without one.

    Negative volumes are subtracted; below : number of sums below zero, whose volume is unknown.
    """
    whole = np.concatenate(list(blocks))
    known = ~np.isnan(whole["volume"])
    rows, unknown = whole[known], whole[~known]
    first = rows["day"].min(initial=0)
    amounts = rows["volume"], np.nan_to_num(rows["returns"])
    lane, day, (volume, returns) = sums_of_pairs(rows["lane"], (rows["day"] - first).astype(np.int64), *amounts)
    if np.isnan(rows["returns"]).all():
        returns = np.full(len(lane), np.nan)
    below = volume < 0
    sums = _records(first + day, lane, np.where(below, np.nan, volume), returns)
    return np.concatenate([sums, unknown]), int(below.sum())


def _check_sums(meaning, blocks, path):
    """Raise ValueError if a lane is the sum of others, so that flows would be stored twice."""
    scan, before = meaning.scan, list(meaning.scan.refused)
    day, lane, volume = (np.concatenate(part) for part in zip(*_cells(meaning, blocks), strict=True))
    scan.refused = before
    names = pd.Categorical.from_codes(lane, scan.lanes.values)
    table = pd.DataFrame({"date": day, "lane": names, "volume": volume})
    found = sum_lanes(sum_flows(table)) if len(table) else {}
    for name, parts in found.items():
        column = scan.header[scan.positions["lane"]].strip("\ufeff ")
        text = f"{path} has a lane that is the sum of {number_of(parts, 'other')}, {visible(name)!r}"
        ways = ("where", f"{visible(column)}!={visible(name)}"), ("sums", "keep")
        raise ValueError(Advice(f"{text}, so flows would be stored twice", *ways))


def _cells(meaning, blocks):
    for block in meaning.finished(blocks):
        yield meaning.days[block.date], block.lane, block.volume


def _add(counts, codes, size):
    """Return counts, padded to a size, plus the number of occurrences of each code."""
    return np.pad(counts, (0, size - len(counts))) + np.bincount(codes, minlength=size)


def _too_many(path, example):
    """Return the error for a file with more than MOST_REFUSED unusable rows."""
    return ValueError(
        f"{path} has over {MOST_REFUSED:,} rows that cannot be used: {example}; are these the columns that were meant?"
    )


def stage_history(history: History) -> Staged:
    """Return the flows of a history as staged records."""
    flows = history.flows
    try:
        lanes = [lane_name(name) for name in flows["lane"].cat.categories]
    except Refused as why:
        raise ValueError(f"history must have names of lanes that can be kept; {why}") from None
    days = flows["date"].to_numpy().astype("datetime64[D]")
    returns = flows["returns"] if "returns" in flows else np.full(len(flows), np.nan)
    columns = [np.asarray(x) for x in (days.astype(np.int64), flows["lane"].cat.codes, flows["volume"], returns)]

    def blocks():
        for start in range(0, len(flows), CHUNK):
            yield _records(*(column[start : start + CHUNK] for column in columns))

    return Staged(blocks, blocks, lanes, np.unique(days), "returns" in flows, history.account)


def _records(day, lane, volume, returns):
    block = np.empty(len(day), dtype=RECORD)
    block["day"], block["lane"], block["volume"], block["returns"] = day, lane, volume, returns
    return block[np.lexsort((block["day"], block["lane"]))]  # sorted like the index, so that inserts are local
