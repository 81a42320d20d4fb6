"""What a database says went wrong, in words that hold no value, no password and no statement."""

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


def cause(error):
    """Return what went wrong, from the code that the database gives; its own words may hold values."""
    error = getattr(error, "orig", error)
    code = getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None) or ""
    for length in range(len(code), 1, -1):
        if code[:length] in SENTENCES:
            return SENTENCES[code[:length]]
    if code or "OperationalError" not in [kind.__name__ for kind in type(error).__mro__]:
        return f"failed ({type(error).__name__}{code and ', '}{code})"
    said = str(error)
    if "does not exist" in said and "database" in said:
        return SENTENCES["3D"]
    return SENTENCES["28"] if any(words in said for words in REFUSALS) else LOST
