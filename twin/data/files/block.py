"""Rows of a file as arrays, and as records of a fixed size for a temporary file."""

from typing import NamedTuple

import numpy as np

# A row in a temporary file; see RowBlock.
ROW = np.dtype([("line", "q"), ("date", "i"), ("lane", "i"), ("mark", "Q"), ("volume", "d"), ("returns", "d")])


class RowBlock(NamedTuple):
    """Some rows of a file, an array for each column.

    line : number of the line; date, lane : codes.
    mark : a hash of all texts of the row, which identifies exact copies.
    volume, returns : a NaN volume could not be read, NaN returns were left blank.
    """

    line: np.ndarray
    date: np.ndarray
    lane: np.ndarray
    mark: np.ndarray
    volume: np.ndarray
    returns: np.ndarray

    def at(self, places: np.ndarray) -> "RowBlock":
        """Return the rows at some places, a mask or positions."""
        return RowBlock(*(column[places] for column in self))

    def to_bytes(self) -> bytes:
        """Return the rows as records of ROW."""
        rows = np.empty(len(self.date), dtype=ROW)
        for name, column in self._asdict().items():
            rows[name] = column
        return rows.tobytes()

    @classmethod
    def of_bytes(cls, content: bytes) -> "RowBlock":
        """Return the rows in records of ROW."""
        rows = np.frombuffer(content, dtype=ROW)
        return cls(*(np.ascontiguousarray(rows[name]) for name in ROW.names))
