"""Bulk inserts into the ledger, by the fastest method of each database."""

from contextlib import closing
from itertools import chain, repeat

import numpy as np
from sqlalchemy import Connection
from tqdm import tqdm

from twin.data.ledger.schema import flows
from twin.data.ledger.staging import Staged

ROWS_A_STATEMENT = 100  # rows of one INSERT
ROWS_A_WRITE = 8192  # rows of one write to COPY: the server stores one batch while the next is formatted
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})  # escapes of COPY's text format


def insert(
    connection: Connection,
    staged: Staged,
    import_id: int,
    records: int,
    progress: bool = False,
    table: str = flows.name,
) -> None:
    """Insert staged records within the transaction of a connection, into the flows or a table with their columns."""
    put = _copy if connection.dialect.name == "postgresql" else _execute_many
    names = ("date", "lane", "volume", "returns")[: 4 if staged.returns else 3]
    with (
        tqdm(total=records, unit="flow", unit_scale=True, desc="storing", disable=not progress) as bar,
        closing(connection.connection.cursor()) as cursor,
    ):
        put(cursor, table, staged, names, int(import_id), bar)


def _copy(cursor, table, staged, names, import_id, bar):
    """Stream records to PostgreSQL by COPY; each distinct date and lane is formatted once per block."""
    lanes = [name.translate(ESCAPES) for name in staged.lanes]
    with cursor.copy(f"COPY {table} ({', '.join(names)}, import_id) FROM STDIN") as copy:
        for block in staged.blocks():
            for start in range(0, len(block), ROWS_A_WRITE):
                part = block[start : start + ROWS_A_WRITE]
                columns = _columns(part, names, lanes, np.datetime_as_string)
                written = (["\\N" if x is None else str(x) for x in column] for column in columns)
                rows = map("\t".join, zip(*written, repeat(f"{import_id}\n", len(part)), strict=True))
                copy.write("".join(rows))
            bar.update(len(block))


def _execute_many(cursor, table, staged, names, import_id, bar):
    """Insert records into SQLite, many rows per statement, because each statement reads and updates the last id."""
    row = f"({'?, ' * len(names)}{import_id})"
    for block in staged.blocks():
        columns = _columns(block, names, staged.lanes, lambda days: days.astype(np.int64))
        rows = list(zip(*columns, strict=True))
        for size in (ROWS_A_STATEMENT, 1):
            whole = len(rows) // size * size
            statement = f"INSERT INTO {table} ({', '.join(names)}, import_id) VALUES {', '.join([row] * size)}"
            groups = (tuple(chain.from_iterable(rows[i : i + size])) for i in range(0, whole, size))
            cursor.executemany(statement, groups)
            rows = rows[whole:]
        bar.update(len(block))


def _columns(block, names, lanes, write_days):
    """Yield the columns of a block as lists of plain values, with None for missing ones."""
    days, place = np.unique(block["day"], return_inverse=True)
    written = write_days(days.astype("datetime64[D]")).tolist()
    yield [written[i] for i in place.tolist()]
    yield [lanes[i] for i in block["lane"].tolist()]
    for name in names[2:]:
        values = block[name].tolist()
        yield [None if value != value else value for value in values] if np.isnan(block[name]).any() else values
