"""Flows as text: CSV that `read_history` reads back, JSON and JSON Lines; one row is in memory at a time."""

import json
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import NamedTuple, TextIO

from twin.data.files.fields import Memo
from twin.data.lane_names import written_lane
from twin.data.ledger.flow import Flow

HEADER = ("date", "lane", "volume", "returns")


class Seen(NamedTuple):
    """Whether any volume is unknown or not whole, and whether any returns are not whole."""

    volumes_with_point: bool
    returns_with_point: bool


def seen_in(records: Iterable[Flow]) -> Seen:
    """Return what has to be known of flows that no database can be asked about."""
    volumes = returns = False
    for flow in records:
        volumes = volumes or flow.volume is None or flow.volume % 1 != 0
        returns = returns or (flow.returns is not None and flow.returns % 1 != 0)
    return Seen(volumes, returns)


def write_csv_rows(records: Iterable[Flow], stream: TextIO, seen: Seen) -> int:
    """Write flows as CSV, and return their number.

    Each column has one type: if one volume carries a decimal point, all do. An unknown volume is NaN, which DuckDB,
    polars and pandas read as a number and `read_history` as an unknown volume.
    """
    written_volume, written_returns = (float if point else int for point in seen)
    lanes, count = Memo(_csv_field), 0
    records = _checked(records)
    stream.write(",".join(HEADER) + "\n")
    for flow in records:
        volume = "NaN" if flow.volume is None else written_volume(flow.volume)
        returns = "" if flow.returns is None else written_returns(flow.returns)
        stream.write(f"{flow.date},{lanes[flow.lane]},{volume},{returns}\n")
        count += 1
    stream.flush()  # a full disk is told here
    return count


def _csv_field(lane):
    """Return the field of a lane; the others need no quotes, and with them polars would take a number for text."""
    text = written_lane(lane)
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if set(text) & set(',"\r\n') else text


def write_json_list(records: Iterable[Flow], stream: TextIO, _: Seen) -> int:
    """Write flows as a JSON list, one object a line, and return their number; null is unknown or not recorded."""
    count, before = 0, "[\n"
    for line in _json(_checked(records)):
        stream.write(before + line)
        count, before = count + 1, ",\n"
    stream.write("\n]\n" if count else "[]\n")
    stream.flush()
    return count


def write_json_lines(records: Iterable[Flow], stream: TextIO, _: Seen) -> int:
    """Write flows as JSON Lines, one object a line, and return their number; null is unknown or not recorded."""
    count = 0
    for line in _json(_checked(records)):
        stream.write(f"{line}\n")
        count += 1
    stream.flush()
    return count


def _json(records: Iterable[Flow]) -> Iterator[str]:
    lanes = Memo(lambda lane: json.dumps(lane, ensure_ascii=False))
    for flow in records:
        volume, returns = ("null" if amount is None else float(amount) for amount in (flow.volume, flow.returns))
        yield f'{{"date": "{flow.date}", "lane": {lanes[flow.lane]}, "volume": {volume}, "returns": {returns}}}'


def _checked(records: Iterable[Flow]) -> Iterator[Flow]:
    """Return flows of which the first is known: a ledger that cannot be read writes nothing, not even a header."""
    records = iter(records)
    return chain(list(islice(records, 1)), records)
