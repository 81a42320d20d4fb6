"""Records made ready for the ledger: they wait on disk, so nothing is stored before all of them have been read."""

import hashlib
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from twin.data.account import Account, refusals
from twin.data.errors import Refused
from twin.data.files.dates import CONTRADICTS, settle
from twin.data.files.fields import VOLUME_UNKNOWN
from twin.data.files.rows import CHUNK, ROW, Scan, contradictions
from twin.data.lane_names import lane_name
from twin.data.periods import own_period

RECORD = np.dtype([("day", "i"), ("lane", "i"), ("volume", "d"), ("returns", "d")])  # NaN: unknown, not recorded
IN_MEMORY = 1 << 25  # bytes of records that wait in memory; more wait in a file
MOST_REFUSED = 100_000  # a file with more rows that cannot be used is not the file that was meant


@dataclass(frozen=True)
class Staged:
    """Records that have all been read.

    blocks : a function that yields arrays of RECORD, day as days since 1970-01-01 and lane as a place in `lanes`.
    days : the distinct days, in order; returns : whether some are recorded.
    """

    blocks: object
    lanes: list
    days: np.ndarray
    returns: bool
    account: Account

    @property
    def bad(self):
        """The rows that cannot be used; one that says itself that its volume is unknown can."""
        refused = self.account.refused
        return refused[refused["reason"] != VOLUME_UNKNOWN]

    def measure(self):
        """Return (number, unknown, digest): of records, of those with unknown volumes, and a fingerprint of all."""
        number, unknown, digest = 0, 0, hashlib.sha256("\0".join(self.lanes).encode())
        for block in self.blocks():
            number += len(block)
            unknown += int(np.isnan(block["volume"]).sum())
            digest.update(block.tobytes())
        return number, unknown, digest.hexdigest()


@contextmanager
def staged_file(path, *, dayfirst=None, **options):
    """The records of a CSV file, as long as the block lasts; its account tells which rows cannot be used.

    A row whose date and lane can be read, but not its numbers, is a record of an unknown volume.
    options : of `Scan`.
    """
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as waiting:
        yield _stage(Scan(path, **options), waiting, dayfirst, path)


def _stage(scan, waiting, dayfirst, path):
    counts = known = np.zeros(0, dtype=np.int64)  # of rows on each day, and of those with a known volume
    for block in scan.blocks():
        waiting.write(block.tobytes())
        volume_known = ~np.isnan(block["volume"])
        counts = _add(counts, block["date"], len(scan.dates.texts))
        known = _add(known, block["date"][volume_known], len(scan.dates.texts))
        if len(scan.refused) > MOST_REFUSED:
            raise _too_many(path, f"line {scan.refused[0][0]}, {scan.refused[0][1]}")
    days, note = settle(scan.dates.values, scan.dates.texts, counts, dayfirst, path)
    clear = ~np.isnat(days)
    if len(scan.refused) + known[~clear].sum() > MOST_REFUSED:  # before a refusal of each is made
        raise _too_many(path, CONTRADICTS)

    def rows():
        waiting.seek(0)
        while content := waiting.read(CHUNK * ROW.itemsize):
            yield np.frombuffer(content, dtype=ROW)

    def blocks():
        numbers = days.astype(np.int64)
        for block in rows():
            block = block[clear[block["date"]]]
            yield _records(numbers[block["date"]], block["lane"], block["volume"], block["returns"])

    refused = scan.refused
    if not clear.all():
        contrary = (block[~np.isnan(block["volume"]) & ~clear[block["date"]]] for block in rows())
        refused = refused + [refusal for block in contrary for refusal in contradictions(block, scan)]
    written = np.unique(days[clear & (counts > 0)])
    if not len(written):
        line, reason, text = refused[0]
        raise ValueError(f"{path} has no row whose date and lane can be read: line {line}, {reason}: {text}")
    known_days = np.unique(days[clear & (known > 0)])
    period = own_period(known_days if len(known_days) else written)
    facts = scan.facts(note)
    kept = facts["rows_read"] - len(refused)
    account = Account(**facts, rows_kept=kept, refused=refusals(refused), period=period, period_inferred=True)
    return Staged(blocks, scan.lanes.values, written, "returns" in scan.names, account)


def _add(counts, codes, size):
    """Add how often each code comes to counts, which may be too short."""
    return np.pad(counts, (0, size - len(counts))) + np.bincount(codes, minlength=size)


def _too_many(path, example):
    """Return the error of a file with so many rows that cannot be used that it is not the one that was meant."""
    return ValueError(
        f"{path} has over {MOST_REFUSED:,} rows that cannot be used: {example}; are these the columns that were meant?"
    )


def new_days_only(staged, held):
    """Return staged records without those of lanes and days that are held already.

    held : iterable of (lane, day number).
    """
    code = {name: i for i, name in enumerate(staged.lanes)}
    keys = np.unique(np.fromiter((_key(code[lane], day) for lane, day in held), dtype=np.int64))

    def blocks():
        for block in staged.blocks():
            yield block[~np.isin(_key(block["lane"].astype(np.int64), block["day"]), keys)]

    return replace(staged, blocks=blocks)


def _key(lane, day):
    """One number for a lane and a day; the days from 1678 to 2261 take less than 18 bits."""
    return (lane << 18) + day + (1 << 17)


def stage_history(history):
    """Return the flows of a history as records."""
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

    return Staged(blocks, lanes, np.unique(days), "returns" in flows, history.account)


def _records(day, lane, volume, returns):
    block = np.empty(len(day), dtype=RECORD)
    block["day"], block["lane"], block["volume"], block["returns"] = day, lane, volume, returns
    return block[np.lexsort((block["day"], block["lane"]))]  # an index in this order grows in few places at a time
