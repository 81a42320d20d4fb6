"""Many records into the ledger at once, by the quickest way of each database."""

from contextlib import closing
from itertools import chain, repeat

import numpy as np
from tqdm import tqdm

from twin.data.ledger.schema import flows

ROWS_A_STATEMENT = 100  # rows a statement
WRITTEN = 8192  # rows a write: the server works on one while we put together the next
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})  # of COPY's text format


def insert(connection, staged, import_id, records, progress=False):
    """Insert staged records within the transaction of a connection."""
    put = _copy if connection.dialect.name == "postgresql" else _execute_many
    names = ("date", "lane", "volume", "returns")[: 4 if staged.returns else 3]
    with (
        tqdm(total=records, unit="flow", unit_scale=True, desc="storing", disable=not progress) as bar,
        closing(connection.connection.cursor()) as cursor,
    ):
        put(cursor, staged, names, int(import_id), bar)


def _copy(cursor, staged, names, import_id, bar):
    """PostgreSQL: a stream of text, each distinct date and lane written once and for all."""
    lanes = [name.translate(ESCAPES) for name in staged.lanes]
    with cursor.copy(f"COPY {flows.name} ({', '.join(names)}, import_id) FROM STDIN") as copy:
        for block in staged.blocks():
            for start in range(0, len(block), WRITTEN):
                part = block[start : start + WRITTEN]
                columns = _columns(part, names, lanes, np.datetime_as_string)
                written = (["\\N" if x is None else str(x) for x in column] for column in columns)
                rows = map("\t".join, zip(*written, repeat(f"{import_id}\n", len(part)), strict=True))
                copy.write("".join(rows))
            bar.update(len(block))


def _execute_many(cursor, staged, names, import_id, bar):
    """SQLite: many rows a statement, as each statement looks up the last id, and writes it back."""
    row = f"({'?, ' * len(names)}{import_id})"
    for block in staged.blocks():
        columns = _columns(block, names, staged.lanes, lambda days: days.astype(np.int64))
        rows = list(zip(*columns, strict=True))
        for size in (ROWS_A_STATEMENT, 1):
            whole = len(rows) // size * size
            statement = f"INSERT INTO {flows.name} ({', '.join(names)}, import_id) VALUES {', '.join([row] * size)}"
            groups = (tuple(chain.from_iterable(rows[i : i + size])) for i in range(0, whole, size))
            cursor.executemany(statement, groups)
            rows = rows[whole:]
        bar.update(len(block))


def _columns(block, names, lanes, write_days):
    """Yield the columns of a block as lists of plain values; what is missing is None."""
    days, place = np.unique(block["day"], return_inverse=True)
    written = write_days(days.astype("datetime64[D]")).tolist()
    yield [written[i] for i in place.tolist()]
    yield [lanes[i] for i in block["lane"].tolist()]
    for name in names[2:]:
        values = block[name].tolist()
        yield [None if value != value else value for value in values] if np.isnan(block[name]).any() else values
