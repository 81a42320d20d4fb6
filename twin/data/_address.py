"""Where the ledger is: a text becomes an address that keeps its password to itself."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from twin.data.errors import LedgerError
from twin.settings import setting

HERE = "ledger:"  # the address that DATABASE_URL names
DRIVER = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}


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
        complaint = "cannot be read as postgresql://user:password@host:port/database, or sqlite:////data/flows.sqlite"
    else:
        if scheme not in DRIVER:
            complaint = "must begin with postgresql:// or sqlite:///"
        elif "@" in (parsed.host or ""):
            complaint = "has an @ in its user or password; write it as %40"
        elif scheme == "sqlite" and not _is_whole_path(parsed.database or ""):
            complaint = "must name a file by its whole path, as in sqlite:////data/flows.sqlite, wherever it is used"
    if complaint:
        url = parsed = scheme = None  # a traceback may show what variables hold
        raise LedgerError(f"the address of the ledger (DATABASE_URL) {complaint}")
    return parsed.set(drivername=DRIVER[scheme])


def _is_whole_path(database):
    """Whether a file is the same one in every folder; SQLite's own file: addresses are taken as they are."""
    return Path(database).is_absolute() or database.startswith("file:/")


def place(url):
    """Return where the ledger is in words, without user, password and options.

    >>> place(address("postgresql://planner:secret@db.example:5433/flows?sslmode=require"))
    'postgresql://db.example:5433/flows'
    """
    if url.get_backend_name() == "sqlite":
        return url.database
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"
