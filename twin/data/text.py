"""Text from files, shown to people."""

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
