"""From texts to values: numbers, and numbers that stand for distinct dates and lanes."""

import re

import numpy as np

from twin.data.errors import Refused

VOLUME_UNKNOWN = "volume is unknown"  # the reason of a row that says so itself
LARGEST_VOLUME = 1e15  # [pallet] whole numbers above about 9e15 are no longer exact
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


class Memo(dict):
    """Parse each distinct text once."""

    def __init__(self, parse):
        self.parse = parse

    def __missing__(self, text):
        value = self[text] = self.parse(text)
        return value


class Codes:
    """Number distinct values in the order in which they come; `of[text]` is the number of the value of a text.

    values : the distinct values; texts : what was written where each was first seen.
    """

    def __init__(self, parse):
        self.parse, self.numbers, self.texts = parse, {}, []
        self.of = Memo(self._number)

    @property
    def values(self):
        return list(self.numbers)

    def _number(self, text):
        number = self.numbers.setdefault(self.parse(text), len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number


def number_parser(name, decimal):
    """Return a function from text to a finite number >= 0; its refusals speak of `name`."""
    other = "," if decimal == "." else "."
    thousands = rf"[+-]?\d{{1,3}}(?:\{other}\d{{3}})"
    # With a decimal comma, which is asked for, a point can only group; with a point, 1,234 may be 1.234 all the same.
    least = 1 if decimal == "," else 2
    grouped = re.compile(rf"{thousands}{{{least},}}(?:\{decimal}\d+)?|{thousands}+\{decimal}\d+", re.ASCII)

    def parse(text):
        text = text.strip()
        if not text:
            raise Refused(f"{name} is empty")
        if text.lower() == "unknown":
            raise Refused(f"{name} is unknown")
        if text.lower().lstrip("+-") in ("nan", "na", "n/a", "null", "none"):
            raise Refused(f"{name} is not a number (missing)")
        if text.lower().lstrip("+-") in ("inf", "infinity"):
            raise Refused(f"{name} is infinite")
        if grouped.fullmatch(text):  # 1,234,567 or 1,234.5: no other reading is possible
            text = text.replace(other, "")
        plain = text.replace(decimal, ".")
        if other in text or not _NUMBER.fullmatch(plain):
            if _NUMBER.fullmatch(re.sub(r"[.,'\s]", "", text)):  # 1,234 may be 1234 or 1.234: never guessed
                raise Refused(f"{name} has thousands separators or a decimal mark that is not {decimal!r}")
            raise Refused(f"{name} is not a number")
        value = float(plain)
        if value < 0:
            raise Refused(f"{name} is negative")
        if value > LARGEST_VOLUME:
            raise Refused(f"{name} is infinite" if np.isinf(value) else f"{name} is above {LARGEST_VOLUME:.0e}")
        return abs(value)  # no minus zero

    return parse
