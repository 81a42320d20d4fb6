"""Flows as a CSV file that `read_history` reads back."""

import csv
import os
from contextlib import suppress
from pathlib import Path

from twin.data._lane_names import written_lane

HEADER = ("date", "lane", "volume", "returns")


def write_flows(records, file):
    """Write flows to an open text file, or to a path, which holds the old or the whole new file; return how many."""
    if hasattr(file, "write"):
        return _write(records, file)
    path = Path(file)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("w", encoding="utf-8", newline="") as stream:
            count = _write(records, stream)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink()
    return count


def _write(records, stream):
    table, count = csv.writer(stream, lineterminator="\n"), 0
    table.writerow(HEADER)
    for flow in records:
        values = ("" if x is None else int(x) if x == int(x) else x for x in (flow.volume, flow.returns))
        table.writerow((flow.date.isoformat(), written_lane(flow.lane), *values))
        count += 1
    return count
