"""Pairs of whole numbers, such as lane and day: which repeat, and their sums, in one table where it fits."""

import numpy as np
import pandas as pd

ROOM = 4  # cells of a table for each pair, at most; sparser pairs are hashed


def repeated_pairs(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return which pairs stand more than once; both columns are whole numbers from 0.

    >>> repeated_pairs(np.array([0, 1, 0]), np.array([5, 5, 5]))
    array([ True, False,  True])
    """
    cells, size = _cells(first, second)
    if size > ROOM * len(cells):
        return pd.Series(cells).duplicated(keep=False).to_numpy()
    seen = np.zeros(size, dtype=bool)
    seen[cells] = True
    if np.count_nonzero(seen) == len(cells):
        return np.zeros(len(cells), dtype=bool)
    return (np.bincount(cells, minlength=size) > 1)[cells]


def sums_of_pairs(
    first: np.ndarray, second: np.ndarray, *values: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return (first, second, sums): each pair once, in order, and the sum of its values in each column of values.

    >>> sums_of_pairs(np.array([1, 0, 1]), np.array([2, 2, 2]), np.array([1.0, 5.0, 2.0]))
    (array([0, 1]), array([2, 2]), [array([5., 3.])])
    """
    cells, size = _cells(first, second)
    width = int(second.max(initial=0)) + 1
    if size > ROOM * len(cells):
        keys, place = np.unique(cells, return_inverse=True)
        return keys // width, keys % width, [np.bincount(place, column) for column in values]
    seen = np.zeros(size, dtype=bool)
    seen[cells] = True
    sums = [np.bincount(cells, column, size) for column in values]
    return *np.nonzero(seen.reshape(-1, width)), sums if seen.all() else [column[seen] for column in sums]


def _cells(first, second):
    """Return (cells, size): a whole number for each pair, and the number of possible ones."""
    width = int(second.max(initial=0)) + 1
    return first * np.int64(width) + second, (int(first.max(initial=0)) + 1) * width
