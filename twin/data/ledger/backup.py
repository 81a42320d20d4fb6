"""Copy a whole ledger to an SQLite file, while others use it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, Connection, func, select

from twin.data.errors import LedgerError
from twin.data.ledger.address import address, place
from twin.data.ledger.engine import engine_at, reading
from twin.data.ledger.integrity import refuse_damage
from twin.data.ledger.migration import table_version
from twin.data.ledger.schema import VERSION, flows
from twin.data.ledger.verify_ledger import Check, checks_of
from twin.data.whole_file import whole_file


class Backup(NamedTuple):
    """A copy of a ledger: the place of the ledger, the number of flows, and the checks of the copy."""

    place: str
    flows: int
    checks: list[Check]


def back_up(file: str | Path, url: str | Path | None) -> Backup:
    """Write a copy of the ledger at an address, as of one moment, to an SQLite file, and check the copy.

    The copy holds flows, imports, changes and plan as they are: the ledger is only read, and tables of an older
    version are copied as such; whoever opens the copy as a ledger migrates it. A copy of the file alone, by the tools
    of the system, may lack the latest changes, which SQLite keeps in a second file while the ledger is in use.
    """
    url = address(url)
    if url.get_backend_name() != "sqlite":
        raise LedgerError(
            "only a ledger in an SQLite file is copied here; PostgreSQL has its own tool: pg_dump --format=custom "
            "--file=copy.dump, and pg_restore brings it back"
        )
    with whole_file(file, "file") as partial:
        with _opened(url, read_only=True) as connection, closing(sqlite3.connect(partial)) as copy:
            found = table_version(connection)
            if found is None:
                raise LedgerError(f"the ledger at {place(url)} has no tables yet, so there is nothing to copy")
            refuse_damage(connection, sealed=found == VERSION)
            connection.connection.dbapi_connection.backup(copy)
        with _opened(address(f"sqlite:///{os.path.abspath(partial)}"), read_only=False) as connection:  # it is our own
            number = connection.execute(select(func.count()).select_from(flows)).scalar_one()
            return Backup(place(url), number, list(checks_of(connection)))


@contextmanager
def _opened(url: URL, *, read_only: bool) -> Iterator[Connection]:
    """Yield a connection that reads the ledger at an address, whatever the version of its tables."""
    engine = engine_at(url, read_only)
    try:
        with reading(engine) as connection:
            yield connection
    finally:
        engine.dispose()
