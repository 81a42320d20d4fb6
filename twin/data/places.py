"""Names of histories: the path of a file, the address of a ledger, or the name of a record of the package."""

import re

DEFAULT_LEDGER = "ledger:"  # name of the ledger that DATABASE_URL gives; if unset, of the user's own
RECORD_PREFIX = "record:"  # beginning of the name of a record that comes with the package
_ADDRESS = re.compile(r"(postgres|postgresql|sqlite)(\+\w+)?://", re.IGNORECASE)


def is_ledger(history: object) -> bool:
    """Return whether a history is the address of a ledger.

    >>> is_ledger("ledger:"), is_ledger("postgresql://db.example/flows"), is_ledger("flows.csv")
    (True, True, False)
    """
    return history == DEFAULT_LEDGER or bool(_ADDRESS.match(str(history)))


def is_record(history: object) -> bool:
    """Return whether a history is a record of the package; other names that are no ledger are paths of files.

    >>> is_record("record:sfo-air-cargo"), is_record("record.csv")
    (True, False)
    """
    return str(history).startswith(RECORD_PREFIX)


def refuse_secrets(name: str, value: object) -> None:
    """Raise a ValueError if a notebook parameter holds a user or password, because notebooks are published.

    >>> refuse_secrets("history", "postgresql://planner:secret@db.example/flows")
    Traceback (most recent call last):
    ValueError: history must not hold a user or password; put the address into DATABASE_URL, and say ledger:
    """
    if isinstance(value, str) and re.search("://.*@|password=", value, re.IGNORECASE):
        raise ValueError(
            f"{name} must not hold a user or password; put the address into DATABASE_URL, and say {DEFAULT_LEDGER}"
        )
