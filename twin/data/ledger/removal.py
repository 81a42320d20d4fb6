"""Removal of a new ledger to which nothing was written, so that a command that fails leaves no file behind."""

from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, select

from twin.data.errors import LedgerError
from twin.data.ledger.engine import reading, use_journal, writing
from twin.data.ledger.integrity import file_path
from twin.data.ledger.schema import metadata, version


def remove_unused(engine: Engine) -> bool:
    """Delete the SQLite file of a ledger to which nothing was ever written, and return whether it is gone.

    A file stays if somebody else has it open, who may be about to write, or if it has tables of other programs. The
    tables of a PostgreSQL database stay.
    """
    if engine.dialect.name != "sqlite":
        return False
    with suppress(LedgerError, OSError):
        with reading(engine) as connection:
            if not _is_unused(connection):
                return False
        use_journal(engine, "DELETE")  # fails while somebody else has the file open
        with writing(engine) as connection:
            unused, path = _is_unused(connection), Path(file_path(connection))
        if unused:
            engine.dispose()
            path.unlink()
            return True
        use_journal(engine, "WAL")
    return False


def _is_unused(connection: Connection) -> bool:
    """Return whether the tables of the ledger are empty, and the file has no others."""
    tables = [table for table in metadata.sorted_tables if table is not version]
    if set(inspect(connection).get_table_names()) != set(metadata.tables):
        return False
    return not any(connection.execute(select(table).limit(1)).first() for table in tables)
