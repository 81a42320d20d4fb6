"""Check the parameters that a reader gives to a lesson: each refusal names the parameter, its rule and the value."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from twin._check import nonnegative, positive, probabilities, require, shares, whole

__all__ = ["listed", "nonnegative", "positive", "probabilities", "require", "rising", "shares", "whole"]


def listed(name: str, value: str | float | Sequence[float]) -> NDArray[np.float64]:
    """Return the numbers of a parameter that is a list: a text with commas, a list, or one number, as papermill's -p
    makes of "1".

    Raises
    ------
    ValueError
        If it holds anything but finite numbers, or none.

    >>> listed("season", "0.7, 1.6").tolist(), listed("season", 1).tolist(), listed("season", [1, 2]).tolist()
    ([0.7, 1.6], [1.0], [1.0, 2.0])
    """
    rule = "finite numbers, with commas between them"
    parts = [part.strip() for part in value.split(",")] if isinstance(value, str) else value
    try:
        found = np.atleast_1d(np.array(parts, dtype=float))
    except (TypeError, ValueError):
        found = np.array([np.nan])
    require(found.ndim == 1 and found.size > 0 and bool(np.isfinite(found).all()), name, rule, repr(value))
    return found


def rising(**values: float) -> None:
    """Refuse numbers that are not above zero, and each above the one before it.

    >>> rising(place_cost=10.0, surcharge=10.0)
    Traceback (most recent call last):
    ValueError: surcharge must be > place_cost, which is 10; got 10.0
    """
    positive(**values)
    for (lower, low), (name, value) in pairwise(values.items()):
        require(value > low, name, f"> {lower}, which is {low:g}", value)
