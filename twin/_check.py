"""The one validator: every formula turns its arguments into float arrays here, and refuses bad ones in a sentence."""

import numpy as np


def require(ok, name, rule, value):
    """Raise ValueError "name must be rule; got value" unless every element of `ok` is true.

    >>> require(False, "service_level", "in (0, 1)", 1.0)
    Traceback (most recent call last):
    ValueError: service_level must be in (0, 1); got 1.0
    """
    if not np.all(ok):
        raise ValueError(f"{name} must be {rule}; got {_offender(ok, value)}")


def numbers(**arguments):
    """Return each argument as a finite float array, in the order given; the keyword is the name in the message."""
    return [_within(name, value, -np.inf, np.inf, "a finite number") for name, value in arguments.items()]


def nonnegative(**arguments):
    """Return each argument as a float array of finite values >= 0."""
    return [_within(name, value, 0.0, np.inf, "finite and >= 0") for name, value in arguments.items()]


def positive(**arguments):
    """Return each argument as a float array of finite values > 0."""
    return [_within(name, value, _TINY, np.inf, "finite and > 0") for name, value in arguments.items()]


def probabilities(**arguments):
    """Return each argument as a float array of values strictly between 0 and 1."""
    return [_within(name, value, _TINY, 1.0, "in (0, 1)") for name, value in arguments.items()]


def shares(**arguments):
    """Return each argument as a float array of values from 0 to 1, both included."""
    return [_within(name, value, 0.0, _ABOVE_ONE, "in [0, 1]") for name, value in arguments.items()]


def floats(name, value, rule="numbers"):
    """Return `value` as a float array; whatever its values, they must be numbers."""
    try:
        return np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be {rule}; got {value!r}") from None


def whole(name, value, *, least):
    """Return `value` as an int; it must be a whole number of at least `least`."""
    ok = isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= least
    require(ok, name, f"a whole number >= {least}", value)
    return int(value)


_TINY = np.nextafter(0.0, 1.0)
_ABOVE_ONE = np.nextafter(1.0, 2.0)


def _within(name, value, low, high, rule):
    """Check low <= value < high by the extremes: NaN makes both of them NaN, and so fails."""
    x = floats(name, value, rule)
    if x.size and not (x.min() >= low and x.max() < high and x.min() > -np.inf):
        require((x >= low) & (x < high) & (x > -np.inf), name, rule, x)
    return x


def _offender(ok, value):
    """The first element that broke the rule, or the value itself when it cannot be told apart."""
    if np.ndim(value) and np.shape(ok) == np.shape(value):
        value = np.asarray(value)[~np.asarray(ok)][0]
    return value.item() if isinstance(value, np.generic | np.ndarray) and np.size(value) == 1 else value
