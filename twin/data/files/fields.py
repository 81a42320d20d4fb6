"""Parse the fields of a row: numbers, and integer codes for distinct dates and lanes."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from twin.data.errors import Refused

VOLUME_UNKNOWN = "volume is unknown"  # reason against a row that states its volume to be unknown
LARGEST_VOLUME = 1e15  # [pallet] safely below 2**53, about 9e15, up to which whole numbers are exact
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class Memo(dict):
    """A cache of parsed texts: each distinct text is parsed once."""

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self.parse = parse

    def __missing__(self, text: str) -> Any:
        value = self[text] = self.parse(text)
        return value


class Codes:
    """Integer codes of distinct values, in order of first appearance; `of[text]` is the code of a text's value.

    values : the distinct values; texts : for each value, the text in which it first appeared.
    """

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self.parse, self.numbers, self.texts = parse, {}, []
        self.of = Memo(self._number)

    @property
    def values(self) -> list:
        return list(self.numbers)

    def _number(self, text):
        number = self.numbers.setdefault(self.parse(text), len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number


def number_parser(name: str, decimal: str) -> Callable[[str], float]:
    """Return a function that parses text as a finite number >= 0; its refusals mention `name`."""
    other = "," if decimal == "." else "."
    thousands = rf"[+-]?\d{{1,3}}(?:\{other}\d{{3}})"
    # With decimal="," (an explicit choice) a point must be a separator; with the default ".", 1,234 could mean 1.234.
    least = 1 if decimal == "," else 2
    grouped = re.compile(rf"{thousands}{{{least},}}(?:\{decimal}\d+)?|{thousands}+\{decimal}\d+", re.ASCII)

    def parse(text: str) -> float:
        text = text.strip()
        if not text:
            raise Refused(f"{name} is empty")
        if text == "NaN" or text.lower() == "unknown":  # NaN is how an export of the ledger states it
            raise Refused(f"{name} is unknown")
        if text.lower().lstrip("+-") in ("nan", "na", "n/a", "null", "none"):
            raise Refused(f"{name} is not a number (missing)")
        if text.lower().lstrip("+-") in ("inf", "infinity"):
            raise Refused(f"{name} is infinite")
        if grouped.fullmatch(text):  # 1,234,567 or 1,234.5: unambiguous
            text = text.replace(other, "")
        plain = text.replace(decimal, ".")
        if other in text or not _NUMBER.fullmatch(plain):
            if _NUMBER.fullmatch(re.sub(r"[.,'\s]", "", text)):  # 1,234 could be 1234 or 1.234, so it is refused
                raise Refused(f"{name} has thousands separators or a decimal mark that is not {decimal!r}")
            raise Refused(f"{name} is not a number")
        value = float(plain)
        if value < 0:
            raise Refused(f"{name} is negative")
        if value > LARGEST_VOLUME:
            raise Refused(f"{name} is infinite" if np.isinf(value) else f"{name} is above {LARGEST_VOLUME:.0e}")
        return abs(value)  # turns -0.0 into 0.0

    return parse
