"""Descriptions of database errors that contain no value, password or statement."""

import sqlite3

LOST = "cannot be reached: is the server running, and does DATABASE_URL name its host and port?"
BUSY = "is busy with somebody else's change; try again in a moment"
CROWDED = "has no connection left for one more user; try again in a moment"
WRONG_USER = "refuses this user and password"
READ_ONLY = "may only be read here"
CLOSED = "cannot be opened: does its folder exist, and may you write there?"
FULL = "has no space left on its disk"
BREAKS_RULES = "refuses a value that breaks its rules"
WAY_OUT = "restore a copy of it, or export what can be read (ledger export --damaged); ledger verify says more"
DAMAGED = f"is damaged; {WAY_OUT}"
BY_CODE = {  # SQLSTATE or its class, or SQLite's result code or a prefix of it -> cause
    "28": WRONG_USER,
    "3D": "does not exist: the server has no such database",
    "25006": READ_ONLY,
    "42501": "gives this user no right to do that",
    "53100": FULL,
    "53300": CROWDED,
    "40": BUSY,
    "55P03": BUSY,
    "22": "cannot hold a value that was given; a PostgreSQL database must have the encoding UTF8",
    "23": BREAKS_RULES,
    "XX001": DAMAGED,  # data_corrupted
    "XX002": DAMAGED,  # index_corrupted
    "08": LOST,
    "57P": LOST,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_FULL": FULL,
    "SQLITE_IOERR": "cannot be read or written: is its disk full or gone?",
    "SQLITE_CANTOPEN": CLOSED,
    "SQLITE_NOTADB": "is no SQLite file, or its first bytes are damaged; restore a copy of it",
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_CONSTRAINT": BREAKS_RULES,
}
BY_WORDS = (  # by words in the message, because PostgreSQL gives no code while a connection is being made
    ("too many ", CROWDED),
    ("remaining connection slots", CROWDED),
    ("permission denied for database", "gives this user no right to connect"),
    ("authentication failed", WRONG_USER),
    ("no password supplied", WRONG_USER),
    ("no pg_hba.conf entry", WRONG_USER),
    ('role "', WRONG_USER),
    ("database ", BY_CODE["3D"]),
)
NO_TABLE = ("no such ", "malformed", "unsupported")  # first words of SQLite if its list of tables is damaged
UNREACHABLE = "cannot be reached, or refuses the connection: is the server running, and does DATABASE_URL fit it?"
GONE = (  # words in the message of a lost connection
    "refused",
    "timeout",
    "timed out",
    "translate host",
    "closed the connection",
    "lost",
    "is closed",
    "starting up",
)


def cause(error: Exception) -> str:
    """Return a description of a database error from its code; its own message is not shown, as it may hold values."""
    error = getattr(error, "orig", error)
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or ""
    if code == "SQLITE_ERROR" and str(error).startswith(NO_TABLE):
        return DAMAGED
    for length in range(len(code), 1, -1):
        if code[:length] in BY_CODE:
            return BY_CODE[code[:length]]
    kinds = [kind.__name__ for kind in type(error).__mro__]
    if "TimeoutError" in kinds:  # raised by SQLAlchemy's connection pool
        return CROWDED
    if code or "OperationalError" not in kinds:
        return f"failed ({kinds[0]}{code and ', '}{code})"
    if isinstance(error, sqlite3.Error):  # without a code: a text that is not UTF-8, or a number that is none
        return DAMAGED
    said = str(error)
    if any(words in said for words in GONE):
        return LOST
    return next((sentence for words, sentence in BY_WORDS if words in said), UNREACHABLE)
