"""How a history is named: a file, or the address of a ledger."""

import re

HERE = "ledger:"  # the ledger that DATABASE_URL names, else the user's own
_ADDRESS = re.compile(r"(postgres|postgresql|sqlite)(\+\w+)?://", re.IGNORECASE)


def is_ledger(history):
    """Return whether a history is named by the address of a ledger; else it is a file, or "" for synthetic lanes.

    >>> is_ledger("ledger:"), is_ledger("postgresql://db.example/flows"), is_ledger("flows.csv")
    (True, True, False)
    """
    return history == HERE or bool(_ADDRESS.match(str(history)))


def refuse_secrets(name, value):
    """Refuse a parameter that holds a user or a password: notebooks keep their parameters, and are published.

    >>> refuse_secrets("history", "postgresql://planner:secret@db.example/flows")
    Traceback (most recent call last):
    ValueError: history must not hold a user or password; put the address into DATABASE_URL, and say ledger:
    """
    if isinstance(value, str) and re.search("://.*@|password=", value, re.IGNORECASE):
        raise ValueError(f"{name} must not hold a user or password; put the address into DATABASE_URL, and say {HERE}")
