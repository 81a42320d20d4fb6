"""Split a part of a clean text into columns by NumPy; a part that needs care is left to the reader of records."""

import csv
from collections.abc import Iterator
from functools import cached_property
from io import TextIOWrapper
from typing import NamedTuple

import numpy as np

from twin.data.files.packed import WORD, Packed

PART_LENGTH = 1 << 20  # characters of a part, without the rest of its last line
_QUOTE, _SPACE, _NEW_LINE = b'" \n'


class Columns(NamedTuple):
    """Records as columns: the line of the first, the fields of all, and the texts of the lines."""

    line: int
    fields: list[Packed]
    texts: "Lines"


class Lines:
    """The lines of a part of a text, which are split when one of them is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __getitem__(self, line: int) -> str:
        return self._lines[line]

    @cached_property
    def _lines(self):
        return self.text.split("\n")


def parts_of(text: TextIOWrapper) -> Iterator[str]:
    """Yield a text in parts that end with a line."""
    while part := text.read(PART_LENGTH) + text.readline():
        yield part


def split(part: str, separator: str, width: int) -> list[Packed] | None:
    """Return the columns of a part of a text whose lines are records; None if one of them needs care.

    That is a line of another number of fields than `width`, a blank one, and one whose quotes do not enclose fields
    without quotes, separators and line ends.

    >>> [column.distinct[1] for column in split("1;a\\n2;b\\n", ";", 2)], split("1;a;b\\n2;b\\n", ";", 2)
    ([['1', '2'], ['a', 'b']], None)
    """
    ended = part if part.endswith("\n") else part + "\n"
    if width < 2 or "\0" in ended:
        return None
    data = np.frombuffer(ended.encode() + bytes(WORD), np.uint8)
    is_line_end = data == _NEW_LINE
    number, ends = np.count_nonzero(is_line_end), np.flatnonzero(is_line_end | (data == ord(separator)))
    returns = ended.count("\r") if "\r" in ended else 0
    if len(ends) != number * width or (returns and not returns == number == ended.count("\r\n")):
        return None
    ends = ends.reshape(number, width)
    if not is_line_end[ends[:, -1]].all():
        return None
    columns, start = [], np.append(0, ends[:-1, -1] + 1)
    for place in range(width):
        end = ends[:, place]
        columns.append([start, end - start - (returns > 0 and place == width - 1)])
        start = end + 1
    if '"' in ended and not _unquoted(data, columns, ended.count('"')):
        return None
    if " " in ended and not _stripped(data, columns):
        return None
    if max(int(length.max()) for _, length in columns) > csv.field_size_limit():
        return None
    return [Packed(data, *column) for column in columns]


def _unquoted(data, columns, quotes):
    """Take off the quotes around fields; return whether there were no others."""
    for column in columns:
        start, length = column
        quoted = (data[start] == _QUOTE) & (length > 1) & (data[start + length - 1] == _QUOTE)
        quotes -= 2 * int(quoted.sum())
        column[:] = start + quoted, length - 2 * quoted
    return not quotes


def _stripped(data, columns):
    """Take off the spaces before fields, which are no part of them; return whether none may have been quoted."""
    for column in columns:
        start, length = column
        while (spaced := (data[start] == _SPACE) & (length > 0)).any():
            if (data[start[spaced] - 1] == _QUOTE).any():
                return False
            start, length = start + spaced, length - spaced
        column[:] = start, length
    return True
