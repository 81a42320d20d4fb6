"""Copy a whole ledger to an SQLite file, while others use it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from twin.data.errors import LedgerError
from twin.data.whole_file import whole_file


def copy_ledger(connection: Connection, file: str | Path) -> None:
    """Write a copy of the ledger of a connection, as of one moment: flows, imports, changes and plan.

    The copy is a ledger itself. A copy of the file alone, by the tools of the system, may lack the latest changes,
    which SQLite keeps in a second file while the ledger is in use.
    """
    if connection.dialect.name != "sqlite":
        raise LedgerError(
            "only a ledger in an SQLite file is copied here; PostgreSQL has its own tool: pg_dump --format=custom "
            "--file=copy.dump, and pg_restore brings it back"
        )
    with whole_file(file, "file") as partial, closing(sqlite3.connect(partial)) as copy:
        connection.connection.dbapi_connection.backup(copy)
