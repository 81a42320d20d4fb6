"""Forecasts of the past of whole records, kept in a folder that the pages of one server share.

A walk through a record takes most of the time in which a page opens, and each page is a process of its own. The server
therefore names a folder in the setting TWIN_KEPT_FORECASTS, and the first page that walks through a record leaves what
it has found there. A file is named after the digest of the record, of the arguments and of the program, so that a
changed flow, control or formula finds nothing that is older. Without the setting, nothing is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin import forecast

FOLDER_VARIABLE = "TWIN_KEPT_FORECASTS"
MOST_BYTES = 500_000_000  # most that the folder holds; the files that were used longest ago are removed [byte]
LARGEST = 100_000_000  # largest result that is kept [byte]

Found = TypeVar("Found")


class PastMeans(NamedTuple):
    """The means that were forecast at the end of each period, without intervals; shape (..., periods, horizon)."""

    mean: NDArray[np.float64]  # [pallet/period]


def lanes_and_means(volumes: NDArray[np.float64], **how: Any) -> tuple[forecast.Forecasts, PastMeans]:
    """Return what `forecast.lanes_and_past` does, with a name for the means of the past.

    >>> ahead, past = lanes_and_means(np.array([3.0, 5.0] * 20), period="W", horizon=2, level=0.9)
    >>> (ahead.mean == past.mean[-1]).all().item()
    True
    """
    said, past = forecast.lanes_and_past(volumes, **how)
    return said, PastMeans(past)


_PARTS: dict[Any, tuple[Any, ...]] = {
    forecast.lanes: (forecast.Forecasts,),
    forecast.backtest: (forecast.Interval,),
    lanes_and_means: (forecast.Forecasts, PastMeans),
}


def recalled(function: Callable[..., Found], volumes: NDArray[np.float64], **how: Any) -> Found:
    """Return what a function of `forecast` says of records, from the folder of the server if it is there.

    Parameters
    ----------
    function : `forecast.lanes`, `forecast.backtest` or `lanes_and_means`
    volumes : ndarray, shape (..., periods)
        [pallet/period]
    how : its other arguments

    >>> ahead = recalled(forecast.lanes, np.array([3.0, 5.0] * 20), period="W", horizon=2, level=0.9)
    >>> ahead.mean.round().tolist()
    [4.0, 4.0]
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    if not folder:
        return function(volumes, **how)
    told = f"{function.__name__} {volumes.shape} {sorted(how.items())} {_program()}"
    name = hashlib.sha256(told.encode() + np.ascontiguousarray(volumes).tobytes()).hexdigest()
    path = Path(folder, f"{name}.npz")
    with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):  # none, or a damaged one
        found = _read(path, _PARTS[function])
        os.utime(path)
        return found
    found = function(volumes, **how)
    with contextlib.suppress(OSError):  # a folder that is full, gone or read-only keeps nothing
        _write(path, found if len(_PARTS[function]) > 1 else (found,))
    return found


@cache
def _program() -> str:
    """Return sizes and times of the modules that forecast, which tell another version of them."""
    found = (path.stat() for path in sorted(Path(forecast.__file__).parent.glob("*.py")))
    return hashlib.sha256(repr([(one.st_size, one.st_mtime_ns) for one in found]).encode()).hexdigest()


def _read(path, parts):
    """Return the results of a file; texts are objects again, and fields of a single lane are scalars."""
    with np.load(path, allow_pickle=False) as held:
        fields = {
            name: (field.astype(object) if field.dtype.kind == "U" and name.endswith("remark") else field)[()]
            for name, field in held.items()
        }
    made = [part(*(fields[f"{at} {name}"] for name in part._fields)) for at, part in enumerate(parts)]
    return tuple(made) if len(made) > 1 else made[0]


def _write(path, parts):
    """Write results under another name first, so that no other page reads half a file."""
    fields = {
        f"{at} {name}": np.asarray(field) for at, part in enumerate(parts) for name, field in part._asdict().items()
    }
    fields = {name: field.astype(str) if field.dtype == object else field for name, field in fields.items()}
    size = sum(field.nbytes for field in fields.values())
    if size > LARGEST:
        return
    _make_room(path.parent, size)
    number, draft = tempfile.mkstemp(suffix=".part", dir=path.parent)
    try:
        with open(number, "wb") as file:
            np.savez(file, **fields)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _make_room(folder, size):
    """Remove the files that were used longest ago until a further one has room."""
    held = sorted((entry.stat().st_mtime_ns, entry.stat().st_size, entry.path) for entry in os.scandir(folder))
    total = size + sum(one for _, one, _ in held)
    for _, one, path in held:
        if total <= MOST_BYTES:
            return
        os.unlink(path)
        total -= one
