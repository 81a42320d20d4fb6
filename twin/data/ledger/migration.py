"""The version of a ledger's tables: missing tables are created, older ones migrated, and newer ones refused."""

import logging
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select

from twin._period_kinds import PERIOD_KINDS
from twin.data.errors import LedgerError, NoLedger
from twin.data.ledger.address import address, place
from twin.data.ledger.causes import CLOSED, DAMAGED
from twin.data.ledger.checksum import SEALED, seal_of
from twin.data.ledger.engine import READ_ONLY_SETTING, is_read_only, reading, use_journal, writing
from twin.data.ledger.integrity import refuse_damage
from twin.data.ledger.schema import (
    VERSION,
    create_view,
    flow_changes,
    flows,
    imports,
    metadata,
    plan_cells,
    plan_changes,
    replaced,
    version,
)
from twin.data.settings import setting

_LOG = logging.getLogger(__name__)


def _keep_checksums(connection: Connection) -> None:
    """Migrate from version 1, whose imports had no checksums: add the columns, and the table of replaced flows."""
    for name, kind in (("kept", "BIGINT"), ("checksum", "TEXT"), ("seal", "TEXT")):
        kind = "INTEGER" if kind == "BIGINT" and connection.dialect.name == "sqlite" else kind
        connection.exec_driver_sql(f"ALTER TABLE {imports.name} ADD COLUMN {name} {kind}")
    replaced.create(connection)
    count = select(flows.c.import_id, func.count().label("kept")).group_by(flows.c.import_id).subquery()
    connection.execute(imports.update().values(kept=0))
    connection.execute(imports.update().values(kept=count.c.kept).where(imports.c.id == count.c.import_id))
    sealed = [imports.c[name] for name in SEALED]
    for row in connection.execute(select(*sealed)).all():
        connection.execute(imports.update().values(seal=seal_of(row)).where(imports.c.id == row.id))


def _create_plan(connection: Connection) -> None:
    """Migrate from version 3, which had no plan: create its tables."""
    metadata.create_all(connection, [plan_changes, plan_cells])


def _know_quarters(connection: Connection) -> None:
    """Migrate from version 4, which knew no quarters: let imports have them; SQLite needs a new table for that."""
    if connection.dialect.name == "postgresql":
        rule = f"CHECK (period IN ({', '.join(map(repr, PERIOD_KINDS))}))"
        connection.exec_driver_sql(f"ALTER TABLE {imports.name} DROP CONSTRAINT period_known")
        connection.exec_driver_sql(f"ALTER TABLE {imports.name} ADD CONSTRAINT period_known {rule}")
        return
    old, names = f"{imports.name}_4", ", ".join(column.name for column in imports.c if column.name != "author")
    connection.exec_driver_sql(f"ALTER TABLE {imports.name} RENAME TO {old}")
    imports.create(connection)
    connection.exec_driver_sql(f"INSERT INTO {imports.name} ({names}) SELECT {names} FROM {old}")
    # The highest id ever used, so that none is used again; the renamed table has taken it along.
    connection.exec_driver_sql(f"DELETE FROM sqlite_sequence WHERE name = '{imports.name}'")
    connection.exec_driver_sql(f"UPDATE sqlite_sequence SET name = '{imports.name}' WHERE name = '{old}'")
    connection.exec_driver_sql(f"DROP TABLE {old}")


def _keep_authors(connection: Connection) -> None:
    """Migrate from version 5, which kept no authors of imports and no changes of single flows."""
    if "author" not in [column["name"] for column in inspect(connection).get_columns(imports.name)]:
        connection.exec_driver_sql(f"ALTER TABLE {imports.name} ADD COLUMN author TEXT")
    metadata.create_all(connection, [flow_changes])


#: Functions that migrate the tables from a version, the key, to the next one, within a transaction.
MIGRATIONS: dict[int, Callable[[Connection], None]] = {
    1: _keep_checksums,
    2: create_view,
    3: _create_plan,
    4: _know_quarters,
    5: _keep_authors,
}
MIGRATION_LOCK = 7401969  # arbitrary key of the advisory lock that serialises creation and migration


def prepare(engine: Engine, *, make: bool) -> bool:
    """Create the tables, or migrate them to the present version; return whether they are new.

    make : whether a new ledger may be made; otherwise NoLedger is raised. LedgerError says that tables cannot be used.
    """
    if not make and not is_read_only(engine) and not _there(engine):
        raise NoLedger(_none_there(engine))
    try:
        with reading(engine) as connection:
            found = table_version(connection)
    except LedgerError as error:
        if is_read_only(engine) and CLOSED in str(error):
            raise LedgerError(f"{error} {READ_ONLY_SETTING} is set, so no file is created") from None
        raise
    if is_read_only(engine) and (found is None or found < VERSION):
        todo = "has no tables yet" if found is None else f"has version {found} of its tables, and this needs {VERSION}"
        raise LedgerError(
            f"the ledger at {place(engine.url)} {todo}; {READ_ONLY_SETTING} is set, so open it once without it"
        )
    if found is None and not make:
        with reading(engine) as connection:
            _refuse_half_a_ledger(engine, connection)
        raise NoLedger(_none_there(engine))
    if found is None:
        _create(engine)
    elif found < VERSION:
        _migrate(engine)
    elif found > VERSION:
        raise LedgerError(f"{_versions(engine, found)}; install a newer Twin")
    return found is None


def _refuse_half_a_ledger(engine: Engine, connection: Connection) -> None:
    """Raise LedgerError if there are flows, but no version of the tables."""
    if inspect(connection).has_table(flows.name):
        raise LedgerError(f"the ledger at {place(engine.url)} lacks its table {version.name}: it {DAMAGED}")


def _there(engine: Engine) -> bool:
    """Return whether there is a file at the address of an SQLite ledger, which opening it would create."""
    return engine.dialect.name != "sqlite" or Path(str(engine.url.database).removeprefix("file:")).exists()


def _none_there(engine: Engine) -> str:
    """Return a sentence on an address without a ledger, and where the address is from."""
    whence = "of DATABASE_URL or of the command"
    if not setting("DATABASE_URL") and place(address()) == place(engine.url):
        where = f"neither in the environment nor in a file .env of {os.getcwd()} or above"
        whence = f"used where DATABASE_URL is set {where}"
    return f"there is no ledger at {place(engine.url)}, the address {whence}; an import or a plan makes one there"


def table_version(connection: Connection) -> int | None:
    """Return the version of the tables that a ledger states, or None if it has no tables."""
    if not inspect(connection).has_table(version.name):
        return None
    return connection.execute(select(version.c.version)).scalar_one()


def _create(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        use_journal(engine, "WAL")
    with writing(engine) as connection:
        _lock(connection)
        if table_version(connection) is None:  # no other process was faster
            _refuse_half_a_ledger(engine, connection)
            metadata.create_all(connection)
            create_view(connection)
            connection.execute(version.insert().values(one=1, version=VERSION))


def _migrate(engine: Engine) -> None:
    """Migrate from version to version in one transaction, which succeeds or leaves the ledger unchanged."""
    with writing(engine) as connection:
        _lock(connection)
        refuse_damage(connection, sealed=False)
        for found in range(table_version(connection), VERSION):
            if found not in MIGRATIONS:
                raise LedgerError(
                    f"{_versions(engine, found)} and no way there; export its flows with the Twin that made it, and "
                    "import them into a new ledger"
                )
            MIGRATIONS[found](connection)
            connection.execute(version.update().values(version=found + 1))
    _LOG.info(
        "the tables of %s have been migrated to version %d, which an older Twin refuses", place(engine.url), VERSION
    )


def _lock(connection: Connection) -> None:
    """Hold the advisory lock until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATION_LOCK)))


def _versions(engine: Engine, found: int) -> str:
    return f"the ledger at {place(engine.url)} has version {found} of its tables, and this Twin knows {VERSION}"
