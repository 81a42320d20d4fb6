"""The way to the ledger's database: connections that read, and connections that change all or nothing."""

import os
import random
import sqlite3
import time
from contextlib import contextmanager, suppress

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DBAPIError, DisconnectionError, TimeoutError
from sqlalchemy.pool import QueuePool

from twin.data.errors import LedgerError
from twin.data.ledger.address import place
from twin.data.ledger.causes import cause

DATABASE_TIMEOUT = 4  # seconds for a connection, a lock or a sign of life, before a sentence says that none came
OLDEST = (3, 37)  # the first SQLite whose tables keep to their types
POSTGRESQL = {  # of every connection; those of the URL go before
    "connect_timeout": DATABASE_TIMEOUT,
    "keepalives_idle": DATABASE_TIMEOUT // 2,
    "keepalives_interval": 1,
    "keepalives_count": DATABASE_TIMEOUT // 2,
    "tcp_user_timeout": 1000 * DATABASE_TIMEOUT,
    "application_name": "twin",
    "client_encoding": "utf8",
    "prepare_threshold": None,  # poolers between us and the server forget prepared statements
}


def engine_at(url):
    """Return the engine of the ledger at an SQLAlchemy URL; nothing is opened yet."""
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and sqlite3.sqlite_version_info < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise LedgerError(f"the ledger needs SQLite {oldest} or newer; this Python has {sqlite3.sqlite_version}")
    options = {"timeout": DATABASE_TIMEOUT} if sqlite else POSTGRESQL
    options = {name: value for name, value in options.items() if name not in url.query}
    pool = {
        "poolclass": QueuePool,
        "pool_size": 1,
        "max_overflow": 20,
        "pool_timeout": DATABASE_TIMEOUT,
        "pool_pre_ping": not sqlite,
    }
    engine = create_engine(url, connect_args=options, hide_parameters=True, **pool)
    event.listen(engine, "connect", _remember_process)
    event.listen(engine, "checkout", _check_process)
    if sqlite:
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def reading(engine):
    """A connection that sees one state of the ledger throughout."""
    with _speaking(engine, ""), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            _limit_waiting(connection)
            yield connection


@contextmanager
def writing(engine):
    """A connection whose changes are kept all together when the block ends, or not at all when it fails."""
    with _speaking(engine, "; nothing was changed"), engine.connect() as connection:
        connection = connection.execution_options(twin_writes=True)
        if engine.dialect.name == "postgresql":  # whatever the server's default: after a wait, what others did is seen
            connection = connection.execution_options(isolation_level="READ COMMITTED")
        transaction = connection.begin()
        _limit_waiting(connection)
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        unsure = "; it was lost while confirming, so look whether the change is there before repeating it"
        with _speaking(engine, unsure if engine.dialect.name == "postgresql" else "; nothing was changed"):
            transaction.commit()


def _limit_waiting(connection):
    """Let a transaction wait for locks only so long; SQLite's connections do so by themselves."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{DATABASE_TIMEOUT}s'")


def take_turns(connection, topic):
    """Wait until nobody else has a transaction on the same topic (a hexadecimal text); SQLite has one at a time."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (int(topic[:15], 16),))


def tidy(engine, table):
    """Make much that is new as quick to read as what is old; who may not do that does without."""
    if engine.dialect.name == "postgresql":
        with suppress(DBAPIError), engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                f"VACUUM (ANALYZE, SKIP_LOCKED) {table}"
            )


def keep_log(engine):
    """Let readers of an SQLite file go on while one writes: changes go to a log beside it first."""
    with _speaking(engine, ""), engine.connect() as connection:
        _insist(connection, "PRAGMA journal_mode = WAL")


@contextmanager
def _speaking(engine, outcome):
    """Turn what the database says into a LedgerError."""
    try:
        yield
    except (DBAPIError, TimeoutError, engine.dialect.loaded_dbapi.Error) as error:
        raise LedgerError(f"the ledger at {place(engine.url)} {cause(error)}{outcome}") from None


def _remember_process(_, record):
    record.info["process"] = os.getpid()


def _check_process(_, record, proxy):
    """Open a new connection in a forked process: one that two processes share would mix up their words."""
    if record.info["process"] != os.getpid():
        record.dbapi_connection = proxy.dbapi_connection = None
        raise DisconnectionError("opened by another process")


def _prepare(connection, _):
    """Set up a connection to SQLite: transactions begin where we say, and what is confirmed is on the disk."""
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")  # bytes that the log keeps once it is written back


def _begin(connection):
    """Begin a transaction; one that will write waits its turn before it reads anything."""
    if connection.get_execution_options().get("twin_writes"):
        _insist(connection, "BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("BEGIN")


def _insist(connection, statement):
    """Run a statement of SQLite that others may hold up; ask often, for its own way of waiting lets some starve."""
    plain, end = connection.connection.dbapi_connection, time.monotonic() + DATABASE_TIMEOUT
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
