"""The signs in the text of a date, which tell how its column is written before any date is read."""

import re

_YEAR_FIRST = re.compile(r"\s*'?\d{4}(?P<sign>[-/.])\d{1,2}[-/.]\d{1,2}(?!\d)", re.ASCII)
_DOTTED = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\d", re.ASCII)


def sign_after_year(text: str) -> str:
    """Return the sign behind the year of a date that begins with it; "" for any other text.

    >>> sign_after_year("2024-01-05"), sign_after_year("2024/1/5 08:00"), sign_after_year("05.01.2024")
    ('-', '/', '')
    """
    match = _YEAR_FIRST.match(text)
    return match["sign"] if match else ""


def is_dotted(text: str) -> bool:
    """Return whether a text begins as a date with dots whose year is last.

    >>> is_dotted("05.01.2024"), is_dotted("2024.01.05")
    (True, False)
    """
    return _DOTTED.match(text) is not None
