"""Fields whose value is one of a few words: tables hold the number of the word, counted from 0.

The unit of such a field lists its words, as in "one of flow, stock", so that whoever writes a number with its unit
writes the word. Numbers keep tables of a million lanes small, and every table of a policy a table of floats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin._check import require

_PREFIX = "one of "


def unit_of(words: tuple[str, ...]) -> str:
    """Return the unit of a field with these words.

    >>> unit_of(("flow", "stock"))
    'one of flow, stock'
    """
    return f"{_PREFIX}{', '.join(words)}"


def words_in(unit: str) -> tuple[str, ...]:
    """Return the words that a unit lists; none if the field is a number.

    >>> words_in("one of flow, stock"), words_in("pallet")
    (('flow', 'stock'), ())
    """
    return tuple(unit.removeprefix(_PREFIX).split(", ")) if unit.startswith(_PREFIX) else ()


def coded(name: str, value: Any, words: tuple[str, ...], *, unset: bool = False) -> NDArray[np.float64]:
    """Return the numbers of words, as a float array of the same shape; numbers of words stay as they are.

    Parameters
    ----------
    name : str
        Name of the field in an error sentence.
    value : str, number, or array_like of either
    words : tuple of str
    unset : bool, optional
        Whether a value may be missing (NaN, None or an empty text), which gives NaN.

    >>> coded("kind", ["stock", "flow"], ("flow", "stock")).tolist(), coded("kind", 1, ("flow", "stock")).item()
    ([1.0, 0.0], 1.0)
    """
    given = np.asarray(value)
    if given.dtype.kind in "OUST":
        codes = np.full(given.shape, -1.0)
        for number, word in enumerate(words):
            codes[(given == word) | (given == number)] = number
        missing = np.array([x is None or x == "" or x != x for x in given[codes < 0].flat], bool)
        codes[codes < 0] = np.where(missing, np.nan, -1.0)
    else:
        codes = np.asarray(given, dtype=float)
    ok = (codes >= 0) & (codes < len(words)) & (codes == np.floor(codes)) | (np.isnan(codes) & unset)
    require(ok, name, f"one of {', '.join(words)}", given if np.ndim(given) else value)
    return codes


def word_of(value: Any, unit: str) -> str:
    """Return the word of a number, given the unit that lists the words; a word stays as it is.

    >>> word_of(1.0, "one of flow, stock"), word_of("stock", "one of flow, stock")
    ('stock', 'stock')
    """
    return value if isinstance(value, str) else words_in(unit)[int(value)]


def worded(codes: Any, unit: str) -> Any:
    """Return the words of an array of numbers, as an array of objects; a single number gives a single word."""
    if np.ndim(codes) == 0:
        return word_of(codes if isinstance(codes, str) else float(codes), unit)
    return np.array(words_in(unit), dtype=object)[np.asarray(codes).astype(int)]
