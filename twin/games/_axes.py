"""Labels for the axes of partners and periods: a Series or DataFrame given to a function of games comes back as one."""

from __future__ import annotations

import sys
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any

import numpy as np

from twin._labels import labels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twin._labels import P, R


def labelled_axes(result: str, **axes: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Return a decorator that gives each axis of a result the labels that the arguments have for it.

    result : names of the axes of the result, for instance "periods partners".
    axes : for each argument that may have labels, the names of its axes.

    Names are matched from the last axis backwards. Labels of an axis must agree across arguments.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not any(_labels(value) for value in (*args, *kwargs.values())):
                return function(*args, **kwargs)
            labels = labels_by_axis(signature(function).bind(*args, **kwargs).arguments, axes)
            answer = function(*args, **kwargs)
            named = [labels.get(axis) for axis in result.split()]
            if isinstance(answer, tuple):
                return type(answer)(*(with_axes(part, *named) for part in answer))
            return with_axes(answer, *named)

        return call

    return decorate


def labels_by_axis(values: Mapping[str, Any], axes: Mapping[str, str]) -> dict[str, Any]:
    """Return the labels of each axis by its name, as pandas indexes; axes without labels are left out.

    values : arguments by name; a pandas Series or DataFrame counts as labelled.
    axes : names of the axes of each argument, matched from the last axis backwards.

    Errors
    ------
    ValueError if two arguments have different labels for the same axis, or the same labels in another order.
    """
    found: dict[str, dict[str, Any]] = {}
    for argument, names in axes.items():
        labels = _labels(values.get(argument))
        for axis, index in zip(names.split()[-len(labels) :], labels, strict=False):
            holder = found.setdefault(axis, {})
            holder[f"the columns of {argument}" if argument in holder else argument] = index.to_series()
    return {axis: labels_of(holder) for axis, holder in found.items()}


def with_axes(array: Any, *labels: Any) -> Any:
    """Return an array of one or two axes as a Series or DataFrame; unchanged if none of its axes has labels.

    labels : pandas index or None for each axis, matched from the last axis backwards.
    """
    own = labels[-np.ndim(array) :] if 1 <= np.ndim(array) <= min(2, len(labels)) else ()
    if all(index is None for index in own):
        return array
    pandas = sys.modules["pandas"]
    return (pandas.Series if len(own) == 1 else pandas.DataFrame)(array, *own)


def _labels(value: Any) -> list[Any]:
    """Return the labels of the axes of a Series or DataFrame; none for any other value."""
    return [] if labels_of({"value": value}) is None else value.axes
