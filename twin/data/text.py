"""Text from files and addresses, shown to people."""

import re

TEXT_LENGTH = 80  # characters of a refused row that are shown


def visible(text, length=TEXT_LENGTH):
    """Return text on one line, shortened, with control and invisible characters written as escapes.

    >>> print(visible("lane\\x00\\tA"))
    lane\\x00\\tA
    """
    text = text.rstrip("\r\n")
    short = text if len(text) <= length else text[: length - 1] + "…"
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in short)


def is_ledger(history):
    """Return whether a history is named by the address of a ledger; else it is a file, or "" for synthetic lanes.

    >>> is_ledger("ledger:"), is_ledger("postgresql://db.example/flows"), is_ledger("flows.csv")
    (True, True, False)
    """
    return history == "ledger:" or "://" in str(history)


def without_secrets(text):
    """Return text without the user and the password of any address in it.

    >>> without_secrets("history = 'postgresql://planner:secret@db.example/flows?sslpassword=secret'")
    "history = 'postgresql://db.example/flows?sslpassword='"
    """
    text = re.sub(r"(postgres\w*\+?\w*://)[^\s\"'\\]*@", r"\1", text)  # a password may hold anything but blanks
    text = re.sub(r"(://)[^/@\s\"'\\]+@", r"\1", text)
    return re.sub(r"(password=)[^&\s\"'\\]+", r"\1", text, flags=re.IGNORECASE)
