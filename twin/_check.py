"""Validation of arguments: convert them to float arrays, or raise an error that names argument, rule and value."""

from __future__ import annotations

from reprlib import repr as shortened
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

_MOST = float(np.finfo(float).max)
_TINY = float(np.nextafter(0.0, 1.0))
_BELOW_ONE = float(np.nextafter(1.0, 0.0))
_SHOWN = 3  # most wrong elements listed in an error; the others are counted
_LONGEST = 200  # longest value quoted in full in an error [characters]


def require(ok: Any, name: str, rule: str, value: Any) -> None:
    """Raise ValueError "name must be rule; got value" unless every element of `ok` is true.

    >>> require(False, "service_level", "in (0, 1)", 1.0)
    Traceback (most recent call last):
    ValueError: service_level must be in (0, 1); got 1.0
    """
    if not (ok if isinstance(ok, bool | np.bool_) else np.all(ok)):
        raise ValueError(f"{name} must be {rule}; got {_offenders(ok, value)}")


def numbers(**arguments: ArrayLike) -> list[NDArray[np.float64]]:
    """Return each argument as a finite float array, in the order given; the keyword is the name in the message."""
    return [_within(name, value, -_MOST, _MOST, "a finite number") for name, value in arguments.items()]


def nonnegative(**arguments: ArrayLike) -> list[NDArray[np.float64]]:
    """Return each argument as a float array of finite values >= 0."""
    return [_within(name, value, 0.0, _MOST, "finite and >= 0") for name, value in arguments.items()]


def positive(**arguments: ArrayLike) -> list[NDArray[np.float64]]:
    """Return each argument as a float array of finite values > 0."""
    return [_within(name, value, _TINY, _MOST, "finite and > 0") for name, value in arguments.items()]


def probabilities(**arguments: ArrayLike) -> list[NDArray[np.float64]]:
    """Return each argument as a float array of values strictly between 0 and 1."""
    return [_within(name, value, _TINY, _BELOW_ONE, "in (0, 1)") for name, value in arguments.items()]


def shares(**arguments: ArrayLike) -> list[NDArray[np.float64]]:
    """Return each argument as a float array of values from 0 to 1, both included."""
    return [_within(name, value, 0.0, 1.0, "in [0, 1]") for name, value in arguments.items()]


def floats(name: str, value: ArrayLike, rule: str = "numbers") -> NDArray[np.float64]:
    """Return `value` as a float array; its elements must be numbers, of any value."""
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{name} must be {rule}; got {_no_numbers(value)}") from None


def whole(name: str, value: Any, *, least: int) -> int:
    """Return `value` as an int; it must be a whole number of at least `least`."""
    ok = isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= least
    require(ok, name, f"a whole number >= {least}", value)
    return int(value)


def single(**arguments: ArrayLike) -> list[float]:
    """Return each argument as a float; it must be one number, not several."""
    for name, value in arguments.items():
        require(np.size(value) == 1, name, "one number", value)
    return [np.asarray(value, float).item() for value in arguments.values()]


def _within(name: str, value: Any, low: float, high: float, rule: str) -> Any:
    """Return value as a float array after checking low <= value <= high; a plain number becomes a NumPy float."""
    kind = type(value)
    if (kind is float or kind is int or kind is np.float64) and low <= value <= high:
        return np.float64(value)
    x = floats(name, value, rule)
    if x.size and not (x.min() >= low and x.max() <= high):  # with a NaN, both extremes are NaN and the check fails
        require((x >= low) & (x <= high), name, rule, x)
    return x


def _offenders(ok: Any, value: Any) -> str:
    """Return, as text, the elements that break a rule with their positions; the whole value if shapes differ."""
    if np.ndim(value) and np.shape(ok) == np.shape(value):
        return _told(np.asarray(value), ~np.asarray(ok, bool))
    if isinstance(value, np.generic | np.ndarray) and np.size(value) == 1:
        value = value.item()
    text = str(value)
    return " ".join(text[:_LONGEST].split()) + " ..." if len(text) > _LONGEST and np.ndim(value) else text


def _no_numbers(value: Any) -> str:
    """Return, as text, the elements that are not numbers and their positions; the whole value if it is not an array."""
    try:
        elements = np.asarray(value, dtype=object)
        wrong = np.array([_is_no_number(element) for element in elements.flat], bool).reshape(elements.shape)
    except ValueError:  # lists of different lengths
        return shortened(value)
    return _told(elements, wrong) if elements.ndim and wrong.any() else shortened(value)


def _is_no_number(element: Any) -> bool:
    try:
        float(element)
    except (TypeError, ValueError, OverflowError):
        return True
    return False


def _told(values: NDArray[Any], wrong: NDArray[np.bool_]) -> str:
    """Return, as text, the first few wrong elements with their positions, and the number of others."""
    count = np.count_nonzero(wrong)
    places = [", ".join(map(str, place)) for place in np.argwhere(wrong)[:_SHOWN].tolist()]
    if values.ndim > 1:
        places = [f"({place})" for place in places]
    found = [shortened(element) for element in values[wrong][:_SHOWN].tolist()]
    if count == 1:
        return found[0] if values.size == 1 else f"{found[0]} at {places[0]}"
    if len(set(found)) == 1:
        told = f"{found[0]} at {', '.join(places)}"
    else:
        told = ", ".join(f"{element} at {place}" for element, place in zip(found, places, strict=True))
    return told + (f" (and {count - _SHOWN:,} more)" if count > _SHOWN else "")
