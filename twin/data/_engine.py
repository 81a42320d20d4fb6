"""Where the ledger is: a URL becomes an engine, and what goes wrong there becomes a sentence."""

import os
import sqlite3
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.pool import QueuePool

from twin.data.errors import LedgerError
from twin.settings import setting

WAIT = 4  # seconds for a connection, a lock or a sign of life, before a sentence says that none came
HERE = "ledger:"  # the address that DATABASE_URL names
DRIVER = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}
POSTGRESQL = {  # of every connection; those of the URL go before
    "connect_timeout": WAIT,
    "keepalives_idle": WAIT // 2,
    "keepalives_interval": 1,
    "keepalives_count": WAIT // 2,
    "tcp_user_timeout": 1000 * WAIT,
    "application_name": "twin",
    "prepare_threshold": None,  # poolers between us and the server forget prepared statements
}
LOST = "cannot be reached: is the server running, and does DATABASE_URL name its host and port?"
BUSY = "is busy with somebody else's change; try again in a moment"
READ_ONLY = "may only be read here"
FULL = "has no space left on its disk"
SENTENCES = {  # by SQLSTATE or its class, or by the name of SQLite's result code or how it begins
    "28": "refuses this user and password",
    "3D": "does not exist: the server has no such database",
    "25006": READ_ONLY,
    "42501": "gives this user no right to do that",
    "53100": FULL,
    "53300": "has no connection left for one more user; try again in a moment",
    "40": BUSY,
    "55P03": BUSY,
    "23": "refuses a value that breaks its rules",
    "08": LOST,
    "57P": LOST,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR": "cannot be read or written: is its disk full or gone?",
    "SQLITE_CANTOPEN": "cannot be opened: does its folder exist, and may you write there?",
    "SQLITE_NOTADB": "is no SQLite file",
    "SQLITE_CORRUPT": "is damaged",
    "SQLITE_CONSTRAINT": "refuses a value that breaks its rules",
}
REFUSALS = ("authentication failed", "no password supplied", "role ", "no pg_hba.conf entry")  # have no SQLSTATE yet


def address(url=HERE):
    """Return where the ledger is as an SQLAlchemy URL; "ledger:" is where DATABASE_URL says, else a file of the user.

    >>> address("postgres://planner:secret@db.example/flows").drivername
    'postgresql+psycopg'
    """
    url = setting("DATABASE_URL") if url == HERE else url
    if not url:
        from platformdirs import user_data_path

        return URL.create("sqlite", database=str(user_data_path("lsp-digital-capacity-twin") / "ledger.sqlite"))
    scheme, complaint = url.split(":", 1)[0].split("+", 1)[0], ""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        complaint = "cannot be read as postgresql://user:password@host:port/database, or sqlite:///file"
    else:
        if scheme not in DRIVER:
            complaint = "must begin with postgresql:// or sqlite:///"
        elif "@" in (parsed.host or ""):
            complaint = "has an @ in its user or password; write it as %40"
        elif scheme == "sqlite" and parsed.database in (None, "", ":memory:"):
            complaint = "must name a file, as in sqlite:///flows.sqlite; a ledger in memory would be lost"
    if complaint:
        url = parsed = scheme = None  # a traceback may show what variables hold
        raise LedgerError(f"the address of the ledger (DATABASE_URL) {complaint}")
    return parsed.set(drivername=DRIVER[scheme])


def place(url):
    """Return where the ledger is in words, without user, password and options.

    >>> place(address("postgresql://planner:secret@db.example:5433/flows?sslmode=require"))
    'postgresql://db.example:5433/flows'
    """
    if url.get_backend_name() == "sqlite":
        return url.database
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"


def engine_at(url):
    """Return the engine of the ledger at an SQLAlchemy URL; nothing is opened yet."""
    sqlite = url.get_backend_name() == "sqlite"
    if sqlite and not url.query:
        try:
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise LedgerError(f"the ledger at {url.database} {SENTENCES['SQLITE_CANTOPEN']}") from None
    options = {"timeout": WAIT} if sqlite else POSTGRESQL
    options = {name: value for name, value in options.items() if name not in url.query}
    pool = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 20, "pool_pre_ping": not sqlite}
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
            yield connection


@contextmanager
def writing(engine):
    """A connection whose changes are kept all together when the block ends, or not at all when it fails."""
    with _speaking(engine, "; nothing was changed"), engine.connect() as connection:
        connection = connection.execution_options(twin_writes=True)
        transaction = connection.begin()
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT}s'")
        try:
            yield connection
        except BaseException:
            transaction.rollback()
            raise
        unsure = "; it was lost while confirming, so look whether the change is there before repeating it"
        with _speaking(engine, unsure if engine.dialect.name == "postgresql" else "; nothing was changed"):
            transaction.commit()


def take_turns(connection, topic):
    """Wait until nobody else has a transaction on the same topic (a hexadecimal text); SQLite has one at a time."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (int(topic[:15], 16),))


def tidy(engine, table):
    """Make much that is new as quick to read as what is old; who may not do that does without."""
    if engine.dialect.name == "postgresql":
        with suppress(DBAPIError), engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(f"VACUUM (ANALYZE) {table}")


def keep_log(engine):
    """Let readers of an SQLite file go on while one writes: changes go to a log beside it first."""
    end = time.monotonic() + WAIT
    with _speaking(engine, ""), engine.connect() as connection:
        while True:
            try:
                connection.connection.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:  # does not wait its turn by itself
                if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > end:
                    raise
                time.sleep(0.01)


@contextmanager
def _speaking(engine, outcome):
    """Turn what the database says into a LedgerError."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, *_driver_errors(engine)) as error:
        raise LedgerError(f"the ledger at {place(engine.url)} {_cause(error)}{outcome}") from None


def _driver_errors(engine):
    return (engine.dialect.loaded_dbapi.Error,)


def _cause(error):
    """Return what went wrong, from the code that the database gives; its own words may hold values."""
    error = getattr(error, "orig", error)
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or ""
    for length in range(len(code), 1, -1):
        if code[:length] in SENTENCES:
            return SENTENCES[code[:length]]
    if code:
        return f"failed ({type(error).__name__}, {code})"
    said = str(error)
    if "does not exist" in said and "database" in said:
        return SENTENCES["3D"]
    return SENTENCES["28"] if any(words in said for words in REFUSALS) else LOST


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
    writes = connection.get_execution_options().get("twin_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
