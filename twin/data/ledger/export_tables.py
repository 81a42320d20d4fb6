"""Flows as tables with types: Parquet and Excel; a part of the rows is in memory at a time."""

import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

import twin
from twin.data.ledger.export_texts import HEADER
from twin.data.ledger.flow import Flow
from twin.data.workbook import Worksheet, write_workbook

_AT_A_TIME = 2**16
_WAY_OUT = "fewer lanes or days (--lane, --first, --last) fit, and .parquet, .csv and .jsonl hold any number"


def write_parquet(records: Iterable[Flow], path: Path) -> int:
    """Write flows as Parquet, and return their number; each amount has its unit in the metadata of its column."""
    import pyarrow as pa
    from pyarrow.parquet import ParquetWriter

    amounts = [pa.field(name, pa.float64(), metadata={"unit": "pallet"}) for name in ("volume", "returns")]
    fields = [pa.field("date", pa.date32(), nullable=False), pa.field("lane", pa.string(), nullable=False), *amounts]
    schema = pa.schema(fields, metadata={"twin": json.dumps({"version": twin.__version__, "content": "flows"})})
    records, count = iter(records), 0
    with ParquetWriter(path, schema, write_page_checksum=True) as writer:
        while part := list(islice(records, _AT_A_TIME)):
            columns = zip(*((flow.date, flow.lane, flow.volume, flow.returns) for flow in part), strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            count += len(part)
    return count


def write_sheet(records: Iterable[Flow], path: Path) -> int:
    """Write flows to the sheet `flows` of an Excel workbook, and return their number."""
    count = 0

    def rows():
        nonlocal count
        for flow in records:
            yield flow.date, flow.lane, flow.volume, flow.returns
            count += 1

    write_workbook(path, [Worksheet("flows", HEADER, rows())], _WAY_OUT)
    return count
