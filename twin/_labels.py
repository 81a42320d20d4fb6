"""Labels of results: a formula returns a pandas Series or DataFrame, with the same index, if an argument is one.

This module does not import pandas. A caller that has a labelled value has loaded pandas already, so pandas is looked up
among the loaded modules.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from inspect import signature
from itertools import zip_longest
from reprlib import repr as shortened
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

#: Result of a formula that broadcasts: an array, a float if every argument is one, or a Series or DataFrame if an
#: argument is one. Type checkers treat it as an array and accept the other uses.
Numbers: TypeAlias = NDArray[np.float64] | Any

P = ParamSpec("P")
R = TypeVar("R")

_SHOWN = 3  # most differing labels listed in an error; the others are counted


class _Nothing:
    """Placeholder for a label that the shorter of two indexes lacks."""

    def __repr__(self):
        return "nothing"


_NOTHING = _Nothing()


def labelled(function: Callable[P, R]) -> Callable[P, R]:
    """Return an element-by-element formula that returns labelled results for labelled arguments.

    The result of a Series is a Series, and that of a DataFrame a DataFrame. If both are given, the Series holds one
    value per row of the DataFrame. The fields of a named tuple are labelled one by one. Without labelled arguments, the
    formula is called as it is.
    """
    return _labelled(function, by_row=False)


def labelled_by_row(function: Callable[P, R]) -> Callable[P, R]:
    """Return a formula over the last axis that returns labelled results for labelled arguments.

    Each row of a DataFrame is one series; the result is a Series if it has one value per row, else a DataFrame. A
    pandas Series is one series; the result is a Series if it has as many values, else a number.
    """
    return _labelled(function, by_row=True)


def labels_of(values: Mapping[str, Any]) -> Any:
    """Return the index of the first labelled value, or None if no value has labels.

    Parameters
    ----------
    values : mapping of argument name -> value
        Anything; a pandas Series or DataFrame counts as labelled.

    Errors
    ------
    ValueError if a later value has other labels, or the same labels in another order.
    """
    return _agreed({name: value.index for name, value in values.items() if isinstance(value, _kinds())})


def with_labels(array: Any, index: Any, columns: Any = None) -> Any:
    """Return an array as a Series or DataFrame with an index; unchanged if its length is not that of the index.

    Parameters
    ----------
    array : ndarray or float
    index : pandas Index or None
        From `labels_of`; None returns the array unchanged.
    columns : pandas Index, optional
        Names of the columns if their number fits; otherwise the columns are 0, 1, 2, ...
    """
    shape = np.shape(array)
    if index is None or not 1 <= len(shape) <= 2 or shape[0] != len(index):
        return array
    pandas = sys.modules["pandas"]
    if len(shape) == 1:
        return pandas.Series(array, index=index)
    return pandas.DataFrame(array, index=index, columns=columns if np.size(columns) == shape[1] else None)


def _labelled(function: Callable[P, R], *, by_row: bool) -> Callable[P, R]:
    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        kinds = _kinds()
        if kinds:
            for value in args:
                if isinstance(value, kinds):
                    return _call_labelled(function, by_row, args, kwargs)
            for value in kwargs.values():
                if isinstance(value, kinds):
                    return _call_labelled(function, by_row, args, kwargs)
        return function(*args, **kwargs)

    return call


def _kinds() -> tuple[type, ...]:
    """Return the labelled types; none if pandas is not loaded, or not yet completely."""
    pandas = sys.modules.get("pandas")
    if pandas is None or not hasattr(pandas, "DataFrame"):
        return ()
    return pandas.Series, pandas.DataFrame


def _call_labelled(function: Callable[..., Any], by_row: bool, args: Any, kwargs: Any) -> Any:
    given = signature(function).bind(*args, **kwargs)
    index = labels_of(given.arguments)
    frame = sys.modules["pandas"].DataFrame
    columns = _agreed({name: v.columns for name, v in given.arguments.items() if isinstance(v, frame)})
    for name, value in given.arguments.items():
        if isinstance(value, _kinds()):
            beside_table = columns is not None and value.ndim == 1 and not by_row
            given.arguments[name] = value.to_numpy()[:, np.newaxis] if beside_table else value.to_numpy()
    result = function(*given.args, **given.kwargs)

    def again(part):
        return part if np.ndim(part) == 2 and columns is None else with_labels(part, index, columns)

    if isinstance(result, tuple):
        return type(result)(*map(again, result))
    return again(result)


def _agreed(labels: Mapping[str, Any]) -> Any:
    """Return the labels that all arguments share; None if there are none."""
    first, shared = "", None
    for name, found in labels.items():
        if shared is None:
            first, shared = name, found
        elif found is not shared and not found.equals(shared):
            pairs = zip_longest(found.tolist(), shared.tolist(), fillvalue=_NOTHING)
            different = [pair for pair in pairs if pair[0] is not pair[1] and pair[0] != pair[1]]
            if different:
                raise ValueError(f"{name} must be labelled as {first} is, in the same order; got {_told(different)}")
    return shared


def _told(different: list[tuple[Any, Any]]) -> str:
    """Return, as text, the first labels that differ, and the number of others."""
    named = ", ".join(f"{shortened(found)} for {shortened(wanted)}" for found, wanted in different[:_SHOWN])
    more = len(different) - _SHOWN
    return named + (f" (and {more:,} more)" if more > 0 else "")
