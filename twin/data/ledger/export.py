"""Export of flows to a CSV file that `read_history` reads back."""

import csv
import gzip
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from twin.data.lane_names import written_lane
from twin.data.ledger.flow import Flow

HEADER = ("date", "lane", "volume", "returns")


def write_flows(records: Iterable[Flow], file: str | Path | TextIO) -> int:
    """Write flows to an open text file or to a path, and return their number; a path is replaced atomically."""
    if hasattr(file, "write"):
        return _write(records, file)
    path = Path(file)
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(f"file must be a file in a folder that exists; got {file}")
    plain = gzip.open if path.suffix == ".gz" else open
    if path.exists() and not path.is_file():  # a pipe or a terminal cannot be replaced
        with plain(path, "wt", encoding="utf-8", newline="") as stream:
            return _write(records, stream)
    path = path.resolve()  # replaces the target of a link, not the link itself
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with plain(partial, "wt", encoding="utf-8", newline="") as stream:
            count = _write(records, stream)
        if path.exists():
            shutil.copymode(path, partial)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink()
    return count


def _write(records, stream):
    table, quoted = (
        csv.writer(stream, lineterminator="\n", quoting=kind) for kind in (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)
    )
    count = 0
    records = iter(records)
    first = list(islice(records, 1))  # a ledger that cannot be read writes nothing, not even the header
    table.writerow(HEADER)
    for flow in chain(first, records):
        volume = "unknown" if flow.volume is None else _number(flow.volume)
        returns = "" if flow.returns is None else _number(flow.returns)
        writer = quoted if "\r" in flow.lane else table  # csv.writer leaves \r unquoted, but readers end a line there
        writer.writerow((flow.date.isoformat(), written_lane(flow.lane), volume, returns))
        count += 1
    return count


def _number(value):
    return int(value) if value == int(value) else value
