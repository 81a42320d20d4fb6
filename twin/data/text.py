"""Safe display of text that comes from files."""

TEXT_LENGTH = 80  # [character] most of a refused row that is shown


def visible(text: str, length: int = TEXT_LENGTH) -> str:
    """Return text on one line, cut to a length, with control and invisible characters escaped.

    >>> print(visible("lane\\x00\\tA"))
    lane\\x00\\tA
    """
    text = text.rstrip("\r\n")
    short = text if len(text) <= length else text[: length - 1] + "…"
    if short.isprintable():
        return short
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in short)


def time_told(at: str) -> str:
    """Return a time in UTC, in ISO 8601, as sentences have it.

    >>> time_told("2026-01-05T07:30:12+00:00")
    '2026-01-05 07:30 UTC'
    """
    return f"{at[:16].replace('T', ' ')} UTC"
