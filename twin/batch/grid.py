"""The points of a sweep: all combinations of the values in its grid."""

import itertools
import math
import re
from fractions import Fraction
from typing import Any

from twin.batch.digest import digest, plain

MOST_POINTS = 100_000  # points of a grid
LONGEST_FOLDER_NAME = 120  # [character]


def points(grid: dict[str, list | dict], defaults: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return (name, {parameter: value}) of each point; the last parameter changes fastest.

    grid : parameter -> list of values, or {from, to, count} for evenly spaced values that include both ends.
    defaults : the notebook's default parameters, whose types the spaced values take.
    """
    if not isinstance(grid, dict) or not grid:
        raise ValueError(f"grid must map parameters to their values; got {grid!r}")
    axes = {name: _values(name, given, defaults.get(name)) for name, given in grid.items()}
    for name, values in axes.items():
        for value in values:
            plain(name, value)
    count = math.prod(map(len, axes.values()))
    if count > MOST_POINTS:
        raise ValueError(f"grid must have at most {MOST_POINTS:,} points; got {count:,}")
    combined = [dict(zip(axes, values, strict=True)) for values in itertools.product(*axes.values())]
    return [(point_name(values), values) for values in combined]


def _values(name, given, default):
    """Return the values of one parameter."""
    values = _spaced(name, given, default) if isinstance(given, dict) else given
    if not isinstance(values, list) or not values:
        raise ValueError(f"grid: {name} must be a list of values, or have from, to and count; got {given!r}")
    if isinstance(default, float):
        values = [float(value) if type(value) is int and abs(value) < 2**53 else value for value in values]
    if len({repr(value) for value in values}) < len(values):
        raise ValueError(f"grid: the values of {name} must differ; got {given!r}")
    return values


def _spaced(name, given, default):
    numbers = [given.get(key) for key in ("from", "to", "count")]
    if set(given) != {"from", "to", "count"} or any(type(number) not in (int, float) for number in numbers):
        raise ValueError(f"grid: {name} must have the numbers from, to and count; got {given!r}")
    first, last, count = numbers
    finite = all(type(number) is int or math.isfinite(number) for number in numbers)
    if type(count) is not int or not 2 <= count <= MOST_POINTS or not finite:
        raise ValueError(f"grid: {name} must have finite ends and a count between 2 and {MOST_POINTS:,}; got {given!r}")
    # Exact arithmetic on the decimals as written gives 0.1, 0.2, 0.3 rather than 0.30000000000000004.
    begin, end = Fraction(repr(first)), Fraction(repr(last))
    values = [begin + (end - begin) * i / (count - 1) for i in range(count)]
    if type(default) is int:
        if any(value.denominator > 1 for value in values):
            raise ValueError(f"grid: {name} must be whole numbers, and is not at {count} points from {first} to {last}")
        return list(map(int, values))
    try:
        return list(map(float, values))
    except OverflowError:
        raise ValueError(f"grid: {name} must have ends that a number can hold; got {given!r}") from None


def point_name(values: dict[str, Any]) -> str:
    """Return the name of a point's folder: readable, and valid on every file system."""
    plain = ",".join(f"{name}={value}" for name, value in values.items())
    name = re.sub(r"[^A-Za-z0-9.,=_+-]", "_", plain)
    return (
        name
        if name == plain and len(name) <= LONGEST_FOLDER_NAME
        else f"{name[:LONGEST_FOLDER_NAME]}~{digest(values)[:8]}"
    )
