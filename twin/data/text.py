"""Display of text that comes from files, of times and of counts."""

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


def number_of(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun, in the singular (`one`) or the plural (`more`, by default `one` with an s).

    >>> number_of(1, "flow"), number_of(1200, "lane"), number_of(1, "row was", "rows were")
    ('1 flow', '1,200 lanes', '1 row was')
    """
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def time_told(at: str) -> str:
    """Return a time in UTC, in ISO 8601, as sentences have it.

    >>> time_told("2026-01-05T07:30:12+00:00")
    '2026-01-05 07:30 UTC'
    """
    return f"{at[:16].replace('T', ' ')} UTC"
