"""The quick check of an SQLite ledger, which every use of it begins with.

SQLite keeps no checksums of its pages. But the ledger keeps every volume twice, in the table and in the index from
which statistics are computed, and SQLite's own check compares the two; entries of imports have checksums of their own.
"""

import os

from sqlalchemy import Connection, select

from twin.data.errors import LedgerError
from twin.data.ledger.causes import WAY_OUT
from twin.data.ledger.checksum import seal_of
from twin.data.ledger.schema import imports

CACHE = 32_000  # [KiB] page cache of the check, which looks up every row of the table in the index
Stamp = tuple[tuple[int, int], ...]  # size and time of change of the file and of its write-ahead log


def stamp(connection: Connection) -> Stamp | None:
    """Return what tells whether the file of an SQLite ledger has changed since; None on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return None
    path = file_path(connection)
    seen = [os.stat(name) for name in (path, f"{path}-wal") if os.path.exists(name)]
    return tuple((one.st_size, one.st_mtime_ns) for one in seen)


def refuse_damage(connection: Connection, sealed: bool) -> None:
    """Raise LedgerError if the file of an SQLite ledger is damaged; PostgreSQL checks its pages as it reads them.

    sealed : whether the imports have checksums, which those of version 1 of the tables do not have.
    """
    if connection.dialect.name == "sqlite":
        for found in file_damage(connection, 1) or (broken_seals(connection) if sealed else []):
            raise LedgerError(f"the ledger at {file_path(connection)} is damaged ({found}); {WAY_OUT}")


def file_damage(connection: Connection, most: int) -> list[str]:
    """Return at most `most` faults that SQLite finds in its file; it compares table and index row by row."""
    size = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size = {-CACHE}")
    try:
        found = connection.exec_driver_sql(f"PRAGMA integrity_check({most})").scalars().all()
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {size}")
        connection.exec_driver_sql("PRAGMA shrink_memory")
    return [] if found == ["ok"] else [str(fault).strip().splitlines()[-1] for fault in found]


def broken_seals(connection: Connection) -> list[str]:
    """Return a sentence for each import whose entry is not the one that was written."""
    rows = connection.execute(select(imports).order_by(imports.c.id)).all()
    return [f"the entry of import {row.id} has changed" for row in rows if row.seal != seal_of(row)]


def file_path(connection: Connection) -> str:
    """Return the path of the file, as SQLite has opened it."""
    return connection.exec_driver_sql("PRAGMA database_list").first()[2]
