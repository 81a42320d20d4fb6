"""Columns of texts packed into one array of bytes, which NumPy compares, counts and reads as numbers."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd

WORD = 8  # bytes that are compared at a time
MOST_DIGITS = 15  # digits of a number that are exact as a float, and so a quotient by a power of ten is rounded once
_MASKS = np.array([(1 << 8 * n) - 1 for n in range(WORD + 1)], dtype=np.uint64)
_MIXER = np.uint64(0x9E3779B97F4A7C15)  # odd, so that a product with it can be undone: no two words become one
_TENS = 10.0 ** np.arange(MOST_DIGITS + 1)
_POINT, _ZERO = ord("."), ord("0")


class Packed:
    """The texts of a column; text i is `data[start[i] : start[i] + length[i]]` in utf-8, with a WORD behind the last.

    >>> lanes = Packed.of(["B", "A", "B"])
    >>> lanes.distinct
    (array([0, 1, 0]), ['B', 'A'])
    """

    def __init__(self, data: np.ndarray, start: np.ndarray, length: np.ndarray) -> None:
        self.data, self.start, self.length = data, start, length

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Packed":
        """Return texts as a column."""
        joined = "".join(texts)
        data = joined.encode("utf-8", "surrogatepass")
        if len(data) == len(joined):
            length = np.fromiter(map(len, texts), np.int64, len(texts))
        else:
            sizes = (len(text.encode("utf-8", "surrogatepass")) for text in texts)
            length = np.fromiter(sizes, np.int64, len(texts))
        return cls(np.frombuffer(data + bytes(WORD), np.uint8), np.cumsum(length) - length, length)

    def __len__(self) -> int:
        return len(self.start)

    def at(self, places: np.ndarray) -> "Packed":
        """Return the texts at some places, a mask or positions, as a column."""
        return Packed(self.data, self.start[places], self.length[places])

    def texts(self, places: np.ndarray) -> list[str]:
        """Return the texts at some positions."""
        start = self.start[places]
        pairs = zip(start.tolist(), (start + self.length[places]).tolist(), strict=True)
        return [str(self._bytes[low:high], "utf-8", "surrogatepass") for low, high in pairs]

    @property
    def begin_with_digits(self) -> bool:
        """Return whether each text begins with a digit."""
        return bool(((self.data[self.start] - np.uint8(_ZERO) < 10) & (self.length > 0)).all())

    @property
    def _shortest(self):
        return int(self.length.min()) if len(self) else 0

    @cached_property
    def _bytes(self):
        return memoryview(np.ascontiguousarray(self.data))

    @cached_property
    def words(self) -> list[np.ndarray]:
        """The texts in words of eight bytes, zeros behind their ends; two texts are equal if these and lengths are."""
        longest = int(self.length.max(initial=0))
        at = np.ndarray(len(self.data) - WORD + 1, "<u8", self.data, strides=(1,))
        shortest, words = self._shortest, []
        for done in range(0, longest, WORD):
            if shortest >= done + WORD:
                words.append(at[self.start + done])
                continue
            left = np.clip(self.length - done, 0, WORD)
            words.append(at[np.minimum(self.start + done, len(at) - 1)] & _MASKS[left])
        return words

    @cached_property
    def hashes(self) -> np.ndarray:
        """A number for each text, which is equal for equal texts of any column."""
        found, shortest = self.length.astype(np.uint64), self._shortest
        for place, word in enumerate(self.words):
            mixed = (found ^ word) * _MIXER
            mixed ^= mixed >> np.uint64(29)
            found = mixed if shortest > place * WORD else np.where(self.length > place * WORD, mixed, found)
        return found

    @cached_property
    def distinct(self) -> tuple[np.ndarray, list[str]]:
        """(codes, texts): the distinct texts in order of first appearance, and the position of each text in them."""
        columns = [self.length, *self.words]
        changes = np.ones(len(self), dtype=bool)
        changes[1:] = False
        for column in columns:
            changes[1:] |= column[1:] != column[:-1]
        heads = np.flatnonzero(changes)
        codes, _ = pd.factorize(self.hashes[heads])
        first = np.empty(int(codes.max(initial=-1)) + 1, dtype=np.int64)
        first[codes[::-1]] = heads[::-1]
        if not all(np.array_equal(column[heads], column[first][codes]) for column in columns):
            return self._distinct_by_text(heads)  # two texts have one hash
        if len(heads) < len(self):
            codes = np.repeat(codes, np.diff(np.append(heads, len(self))))
        return codes, self.texts(first)

    def _distinct_by_text(self, heads):
        of: dict[str, int] = {}
        codes = np.array([of.setdefault(text, len(of)) for text in self.texts(heads)], dtype=np.int64)
        return np.repeat(codes, np.diff(np.append(heads, len(self)))), list(of)

    @cached_property
    def plain_numbers(self) -> tuple[np.ndarray, np.ndarray] | None:
        """(values, has_point) of texts of digits with at most one point; None if one of them is anything else.

        A text whose point may separate thousands, such as 1.250, is something else.

        >>> Packed.of(["12", "0.5"]).plain_numbers, Packed.of(["12", "1.250"]).plain_numbers
        ((array([12. ,  0.5]), array([False,  True])), None)
        """
        longest = int(self.length.max(initial=0))
        if longest > MOST_DIGITS or self.length.min(initial=1) < 1:
            return None
        value, decimals = np.zeros(len(self)), np.zeros(len(self), dtype=np.int64)
        pointed = np.zeros(len(self), dtype=bool)
        for place in range(longest):
            byte = self.data[np.minimum(self.start + place, len(self.data) - 1)]
            digit = byte - np.uint8(_ZERO)
            inside = place < self.length
            is_digit, is_point = (digit < 10) & inside, (byte == _POINT) & inside
            if not (is_digit | (is_point & ~pointed) | ~inside).all():
                return None
            value = np.where(is_digit, value * 10 + digit, value)
            decimals += pointed & is_digit
            pointed |= is_point
        if not pointed.any():
            return value, pointed
        whole = self.length - decimals - pointed
        grouped = pointed & (decimals == 3) & (whole >= 1) & (whole <= 3) & (self.data[self.start] != _ZERO)
        if grouped.any() or (self.length == pointed).any():
            return None
        return value / _TENS[decimals], pointed


def combined(columns: Sequence[Packed]) -> np.ndarray:
    """Return a number for each row of some columns, which is equal for rows of equal texts."""
    found = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        found = (found ^ column.hashes) * _MIXER
        found ^= found >> np.uint64(32)
    return found
