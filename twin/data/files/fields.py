"""Caches of parsed texts, and integer codes for distinct dates and lanes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from twin.data.errors import Refused
from twin.data.files.packed import Packed


class Memo(dict):
    """A cache of parsed texts: each distinct text is parsed once."""

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self.parse = parse

    def __missing__(self, text: str) -> Any:
        value = self[text] = self.parse(text)
        return value


class Codes:
    """Integer codes of distinct values, in order of first appearance; `of[text]` is the code of a text's value.

    A text that cannot be parsed has a negative code: -1 less its place in `reasons`.
    values : the distinct values; texts : for each value, the text in which it first appeared.
    """

    def __init__(self, parse: Callable[[str], Any]) -> None:
        self.parse, self.numbers, self.texts, self.reasons = parse, {}, [], []
        self.of = Memo(self._number)

    @property
    def values(self) -> list:
        return list(self.numbers)

    def codes(self, texts: Packed) -> np.ndarray:
        """Return the code of each text of a column, as int32."""
        places, distinct = texts.distinct
        return np.fromiter(map(self.of.__getitem__, distinct), np.int32, len(distinct))[places]

    def reason(self, code: int) -> str:
        """Return the reason against a text with a negative code."""
        return self.reasons[-1 - code]

    def _number(self, text):
        try:
            value = self.parse(text)
        except Refused as why:
            if str(why) not in self.reasons:
                self.reasons.append(str(why))
            return -1 - self.reasons.index(str(why))
        number = self.numbers.setdefault(value, len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
        return number
