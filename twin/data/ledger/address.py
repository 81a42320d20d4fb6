"""Addresses of the ledger: parse and check a URL without ever showing its password."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from twin.data.errors import LedgerError
from twin.data.places import DEFAULT_LEDGER
from twin.data.settings import setting

DRIVER = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}


def address(url: str | Path | None = DEFAULT_LEDGER) -> URL:
    """Return the SQLAlchemy URL of a ledger; "ledger:" means DATABASE_URL or, if unset, a file among the user's data.

    >>> address("postgres://planner:secret@db.example/flows").drivername
    'postgresql+psycopg'
    """
    url = setting("DATABASE_URL") if url in (DEFAULT_LEDGER, "", None) else str(url)
    if not url:
        return URL.create("sqlite", database=str(_folder_of_the_user() / "ledger.sqlite"))
    scheme, complaint = url.split(":", 1)[0].split("+", 1)[0].lower(), ""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        complaint = "cannot be read as postgresql://user:password@host:port/database, or sqlite:////data/flows.sqlite"
    else:
        if scheme not in DRIVER:
            complaint = "must begin with postgresql:// or sqlite:///"
        elif "@" in (parsed.host or ""):
            complaint = "has an @ in its user or password; write it as %40"
        elif scheme != "sqlite" and set("@:/") & set(parsed.database or ""):
            complaint = (
                "cannot be read as postgresql://user:password@host:port/database; are its slashes right, and has a "
                "password %40 for @, %2F for /, %3A for : and %23 for #?"
            )
        elif scheme == "sqlite" and set(parsed.query) - {"mode", "uri"}:
            complaint = "may have the options mode and uri, and no others"
        elif scheme == "sqlite" and not _is_whole_path(parsed):
            complaint = "must name a file by its whole path, as in sqlite:////data/flows.sqlite, wherever it is used"
    if complaint:
        url = parsed = scheme = None  # a traceback may show local variables, passwords included
        raise LedgerError(f"the address of the ledger (DATABASE_URL) {complaint}")
    return parsed.set(drivername=DRIVER[scheme])


def _folder_of_the_user():
    from platformdirs import user_data_path

    try:
        return user_data_path("lsp-digital-capacity-twin", ensure_exists=True)
    except OSError as error:
        raise LedgerError(f"the ledger has no folder, as {error.filename} cannot be made; set DATABASE_URL") from None


def _is_whole_path(url):
    """Return whether the path of an SQLite file is absolute, in SQLite's own file: notation too."""
    database = url.database or ""
    return Path(database.removeprefix("file:") if url.query.get("uri") == "true" else database).is_absolute()


def place(url: URL) -> str:
    """Return the location of a ledger for display, without user, password and options.

    >>> place(address("postgresql://planner:secret@db.example:5433/flows?sslmode=require"))
    'postgresql://db.example:5433/flows'
    """
    if url.get_backend_name() == "sqlite":
        return url.database
    port = f":{url.port}" if url.port else ""
    return f"postgresql://{url.host or ''}{port}/{url.database or ''}"
