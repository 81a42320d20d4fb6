"""Many records into the ledger at once, by the quickest way of each database."""

from itertools import repeat

import numpy as np
from tqdm import tqdm

from twin.data._schema import flows

COLUMNS = ("date", "lane", "volume", "returns", "import_id")
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})  # of COPY's text format


def insert(connection, staged, import_id, progress=False):
    """Insert staged records within the transaction of a connection."""
    put = _copy if connection.dialect.name == "postgresql" else _execute_many
    with tqdm(total=staged.records, unit="flow", unit_scale=True, desc="storing", disable=not progress) as bar:
        put(connection.connection, staged, import_id, bar)


def _copy(connection, staged, import_id, bar):
    """PostgreSQL: a stream of text, each distinct date and lane written once and for all."""
    lanes = [name.translate(ESCAPES) for name in staged.lanes]
    statement = f"COPY {flows.name} ({', '.join(COLUMNS)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for block in staged.blocks():
            rows = zip(*_columns(block, lanes, "\\N", np.datetime_as_string), strict=True)
            copy.write("".join([f"{d}\t{lane}\t{volume}\t{back}\t{import_id}\n" for d, lane, volume, back in rows]))
            bar.update(len(block))


def _execute_many(connection, staged, import_id, bar):
    """SQLite: one statement, prepared once."""
    statement = f"INSERT INTO {flows.name} ({', '.join(COLUMNS)}) VALUES (?, ?, ?, ?, ?)"
    cursor = connection.cursor()
    for block in staged.blocks():
        columns = _columns(block, staged.lanes, None, lambda days: days.astype(np.int64))
        cursor.executemany(statement, zip(*columns, repeat(import_id, len(block)), strict=True))
        bar.update(len(block))


def _columns(block, lanes, missing, write_days):
    """Return day, lane, volume and returns as lists of plain values."""
    days, place = np.unique(block["day"], return_inverse=True)
    written = write_days(days.astype("datetime64[D]")).tolist()
    yield [written[i] for i in place.tolist()]
    yield [lanes[i] for i in block["lane"].tolist()]
    for name in ("volume", "returns"):
        values = block[name].tolist()
        if np.isnan(block[name]).any():
            values = [missing if value != value else value for value in values]
        yield values
