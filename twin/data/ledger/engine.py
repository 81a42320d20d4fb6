"""Connections to the ledger's database, for reading and for transactions that change all or nothing."""

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, TimeoutError
from sqlalchemy.pool import QueuePool, StaticPool

from twin.data.errors import LedgerError
from twin.data.ledger.address import place
from twin.data.ledger.causes import DAMAGED, cause

DATABASE_TIMEOUT = 4  # [s] longest wait for a connection, a lock or an answer before an error is raised
IMPORT_TIMEOUT = 60  # [s] longest wait for another import
IMPORT_LOCK = 7401970  # arbitrary key of the advisory lock that one import or undo holds at a time
PLAN_LOCK = 7401971  # arbitrary key of the advisory lock that one change of the plan holds at a time
READ_ONLY_SESSION = "default_transaction_read_only=on"  # parameter of a session of PostgreSQL
READ_ONLY_SETTING = "TWIN_LEDGER_READ_ONLY"  # name of the setting that serves the ledger for reading only
OLDEST = (3, 37)  # oldest supported SQLite, the first with strict column types
POSTGRESQL = {  # default options of a connection; options in the URL override them
    "connect_timeout": DATABASE_TIMEOUT,
    "keepalives_idle": DATABASE_TIMEOUT // 2,
    "keepalives_interval": 1,
    "keepalives_count": DATABASE_TIMEOUT // 2,
    "tcp_user_timeout": 1000 * DATABASE_TIMEOUT,
    "application_name": "twin",
    "client_encoding": "utf8",
    "prepare_threshold": None,  # off, because connection poolers lose prepared statements
}


def engine_at(url: URL, read_only: bool = False) -> Engine:
    """Return the engine of the ledger at an SQLAlchemy URL; no connection is opened yet.

    read_only : open every connection so that the database itself refuses changes.
    """
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise LedgerError(f"the ledger needs SQLite {oldest} or newer; this Python has {sqlite3.sqlite_version}")
    options = {"timeout": DATABASE_TIMEOUT} if sqlite else POSTGRESQL
    options = {name: value for name, value in options.items() if name not in url.query}
    if read_only and not sqlite:
        options["options"] = f"{url.query.get('options', '')} -c {READ_ONLY_SESSION}".strip()
    pool = {
        "poolclass": QueuePool,
        "pool_size": 1,
        "max_overflow": 20,
        "pool_timeout": DATABASE_TIMEOUT,
        "pool_pre_ping": not sqlite,
    }
    kinds = {"twin_read_only": read_only}
    engine = create_engine(url, connect_args=options, hide_parameters=True, execution_options=kinds, **pool)
    event.listen(engine, "connect", _remember_process)
    event.listen(engine, "checkout", _check_process)
    if sqlite:
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin)
        if read_only:
            event.listen(engine, "do_connect", _open_read_only)
            event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA query_only = ON"))
    return engine


def memory_engine() -> Engine:
    """Return the engine of an SQLite database in memory, which has one connection and ends with the engine."""
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Yield a connection whose transaction reads one consistent snapshot of the ledger."""
    with _errors_translated(engine, ""), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            if not is_read_only(engine):  # otherwise SQLAlchemy would make the connection writable again at the end
                connection = connection.execution_options(postgresql_readonly=True)
        with connection.begin():
            _limit_waiting(connection)
            yield connection


@contextmanager
def writing(engine: Engine, patience: float | None = None) -> Iterator[Connection]:
    """Yield a connection whose changes are committed when the block ends, and rolled back if it fails.

    patience : longest wait for another writer of an SQLite file, by default DATABASE_TIMEOUT. [s]
    """
    if is_read_only(engine):
        raise LedgerError(f"the ledger at {place(engine.url)} may only be read here: {READ_ONLY_SETTING} is set")
    with _errors_translated(engine, "; nothing was changed"), engine.connect() as connection:
        connection = connection.execution_options(twin_writes=patience or DATABASE_TIMEOUT)
        if engine.dialect.name == "postgresql":  # after waiting for a lock, changes committed by others must be visible
            connection = connection.execution_options(isolation_level="READ COMMITTED")
        transaction = connection.begin()
        _limit_waiting(connection)
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        unsure = "; it was lost while confirming, so look whether the change is there before repeating it"
        with _errors_translated(engine, unsure if engine.dialect.name == "postgresql" else "; nothing was changed"):
            transaction.commit()


def is_read_only(engine: Engine) -> bool:
    """Return whether an engine was opened for reading only."""
    return engine.get_execution_options().get("twin_read_only", False)


def _open_read_only(_dialect, _record, arguments, options):
    """Let SQLite open the file for reading only, and never create it."""
    name = arguments[0]
    if not options.get("uri"):
        name, options["uri"] = f"file:{quote(name)}", True
    path, _, query = name.partition("?")
    others = [part for part in query.split("&") if part and not part.startswith("mode=")]
    arguments[0] = f"{path}?{'&'.join([*others, 'mode=ro'])}"


def _limit_waiting(connection):
    """Set the lock timeout of a PostgreSQL transaction; SQLite's connections have a timeout of their own."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{DATABASE_TIMEOUT}s'")


def lock_imports(connection: Connection) -> None:
    """Hold the lock of imports and undos until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{IMPORT_TIMEOUT}s'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (IMPORT_LOCK,))
        _limit_waiting(connection)


def lock_plan(connection: Connection) -> None:
    """Hold the lock of the plan until the transaction ends; SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (PLAN_LOCK,))


def vacuum(engine: Engine, table: str) -> None:
    """Vacuum and analyse a PostgreSQL table after a large import; a user without the right to do so skips it."""
    if engine.dialect.name == "postgresql":
        with suppress(DBAPIError), engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                f"VACUUM (ANALYZE, SKIP_LOCKED) {table}"
            )


def use_journal(engine: Engine, mode: str) -> None:
    """Switch the journal of an SQLite file: to "WAL", so that readers are not blocked by a writer, or to "DELETE"."""
    with _errors_translated(engine, ""), engine.connect() as connection:
        _retry_while_busy(connection, f"PRAGMA journal_mode = {mode}")


@contextmanager
def _errors_translated(engine, outcome):
    """Raise database errors as LedgerError; `outcome` ends the sentence."""
    try:
        yield
    except (DBAPIError, TimeoutError, engine.dialect.loaded_dbapi.Error) as error:
        raise LedgerError(f"the ledger at {place(engine.url)} {cause(error)}{outcome}") from None
    except UnicodeDecodeError:  # SQLite's message quotes a table whose name is no text any more
        raise LedgerError(f"the ledger at {place(engine.url)} {DAMAGED}{outcome}") from None


def _remember_process(_, record):
    record.info["process"] = os.getpid()


def _check_process(_, record, proxy):
    """Replace a connection that was opened before a fork, because two processes must not share one."""
    if record.info["process"] != os.getpid():
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("opened by another process")


def _configure_sqlite(connection, _):
    """Set up an SQLite connection: transactions begin explicitly, and a commit waits until data is on the disk."""
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")  # [byte] size of the log file after a checkpoint


def _begin(connection):
    """Begin a transaction; one that will write takes the write lock before it reads anything."""
    if patience := connection.get_execution_options().get("twin_writes"):
        _retry_while_busy(connection, "BEGIN IMMEDIATE", patience)
    else:
        connection.exec_driver_sql("BEGIN")


def _retry_while_busy(connection, statement, patience=DATABASE_TIMEOUT):
    """Run a statement of SQLite, with retries at short intervals while the file is locked.

    SQLite's own busy handler waits ever longer, so that a connection among many can starve.
    """
    plain, end = connection.connection.dbapi_connection, time.monotonic() + patience
    plain.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                return plain.execute(statement)
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith("SQLITE_BUSY") or time.monotonic() > end:
                    raise
            time.sleep(random.uniform(0.001, 0.004))
    finally:
        plain.execute(f"PRAGMA busy_timeout = {1000 * DATABASE_TIMEOUT}")
