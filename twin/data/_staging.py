"""Records made ready for the ledger: they wait on disk, so nothing is stored before all of them have been read."""

import hashlib
import tempfile
from dataclasses import dataclass

import numpy as np

from twin.data._dates import settle
from twin.data._lane_names import lane_name
from twin.data._periods import own_period
from twin.data._rows import CHUNK, ROW, Scan, contradictions
from twin.data.account import Account, refusals
from twin.data.errors import Refused

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
    def period(self):
        """What the records count in by themselves: D, W or MS."""
        return own_period(self.days)

    def measure(self):
        """Return (number, digest) of the records: the same ones in the same order have the same digest."""
        number, digest = 0, hashlib.sha256("\0".join(self.lanes).encode())
        for block in self.blocks():
            number += len(block)
            digest.update(block.tobytes())
        return number, digest.hexdigest()


def stage_file(path, *, dayfirst=None, **options):
    """Return the records of a CSV file; its account tells which rows cannot be used.

    A row whose date and lane can be read, but not its numbers, is a record of an unknown volume.
    options : of `Scan`.
    """
    scan, waiting = Scan(path, **options), tempfile.SpooledTemporaryFile(IN_MEMORY)
    counts = np.zeros(0, dtype=np.int64)
    for block in scan.blocks():
        waiting.write(block.tobytes())
        counts = np.pad(counts, (0, len(scan.dates.texts) - len(counts)))
        counts += np.bincount(block["date"], minlength=len(counts))
        if len(scan.refused) > MOST_REFUSED:
            raise ValueError(
                f"{path} has over {MOST_REFUSED:,} rows that cannot be used: line {scan.refused[0][0]}, "
                f"{scan.refused[0][1]}; are these the columns that were meant?"
            )
    days, note = settle(scan.dates.values, scan.dates.texts, counts, dayfirst, path)
    clear = ~np.isnat(days)

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
        known = (block[~np.isnan(block["volume"]) & ~clear[block["date"]]] for block in rows())
        refused = refused + [refusal for block in known for refusal in contradictions(block, scan)]
    known_days = np.unique(days[clear])
    if not len(known_days):
        line, reason, text = refused[0]
        raise ValueError(f"{path} has no row whose date and lane can be read: line {line}, {reason}: {text}")
    facts = scan.facts(note)
    kept = facts["rows_read"] - len(refused)
    account = Account(
        **facts, rows_kept=kept, refused=refusals(refused), period=own_period(known_days), period_inferred=True
    )
    return Staged(blocks, scan.lanes.values, known_days, "returns" in scan.names, account)


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
