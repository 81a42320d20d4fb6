"""Tell the events of a path in words, one sentence a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._check import require, whole
from twin.motion.paths import Paths


def diary(
    paths: Paths, steps: Iterable[int], *, names: Sequence[Any] | None = None, lane: int = 0, replication: int = 0
) -> list[str]:
    """Return what happens in each of these steps of a stock lane, in the order of events of `motion.model`.

    Parameters
    ----------
    paths : Paths that keep all flows
    steps : steps of the path, from 1
    names : sequence, one for each step of the path, optional
        How the steps are called, such as dates; by default "step 1" and so on.
    lane, replication : int, optional
        Which of several lanes and paths.

    >>> from twin.motion import simulate
    >>> from twin.motion.rules import base_stock
    >>> told = diary(simulate([3.0, 5.0, 4.0], 1.0, base_stock(8.0), capacity=6.0, periods=3), [1, 2])
    >>> print(*told, sep="\\n")
    step 1: 5 demanded, 5 shipped; 0 left; 5 places in use; 5 ordered
    step 2: 3 arrive; 4 demanded, 3 shipped, 1 backordered; 0 left; 3 places in use; 4 ordered
    """
    row = {name: _row(paths, name, lane, replication) for name in _TOLD}
    count = len(row["demand"])
    told = []
    for step in steps:
        require(0 < step < count, "step", f"from 1 to {count - 1}", step)
        now = {name: float(values[step]) for name, values in row.items()}
        before = {name: float(row[name][step - 1]) for name in ("on_order", "backlog")}
        arrived = before["on_order"] + now["ordered"] - now["on_order"]
        demand = [_if(arrived, "arrive"), f"{_pallets(now['demand'])} demanded, {_pallets(now['shipped'])} shipped"]
        demand[1] += "".join(f", {_if(now[name], word)}" for name, word in _UNMET.items() if round(now[name]))
        places = f"{_pallets(now['space'])} places in use" + _with(now["overflow"], "at the partner")
        parts = [*demand, _if(now["returns"], "come back"), f"{_pallets(now['on_hand'])} left", places]
        parts += [_if(now["ordered"], "ordered")]
        told.append(f"{f'step {step}' if names is None else names[step]}: " + "; ".join(part for part in parts if part))
    return told


def clock(dates: ArrayLike, parts: int, days: float) -> NDArray[np.datetime64]:
    """Return the time of each step of a path over periods on record, to the hour.

    Parameters
    ----------
    dates : array_like of dates, shape (periods,)
        First day of each period, in time order; closed days and periods that are unknown have none.
    parts : int
        Steps of a period, at least 1, which share its length equally.
    days : float
        Length of a period; a period ends at the latest when the next one begins. [day]

    >>> clock(["2025-12-26", "2025-12-29"], 2, 1.0).astype(str).tolist()
    ['2025-12-26T00', '2025-12-26T12', '2025-12-29T00', '2025-12-29T12']
    """
    begins = np.asarray(dates, dtype="datetime64[h]")
    whole("parts", parts, least=1)
    gaps = np.diff(begins).astype(float)
    require(begins.ndim == 1 and bool(np.all(gaps > 0)), "dates", "one series of dates in time order", dates)
    hours = np.minimum(np.append(gaps, np.inf), 24 * days)
    return (
        begins[:, np.newaxis] + np.floor(np.outer(hours, np.arange(parts) / parts)).astype("timedelta64[h]")
    ).ravel()


_UNMET = {"backlog": "backordered", "lost": "lost", "partner": "served by the partner"}
_TOLD = ("demand", "shipped", "returns", "on_hand", "on_order", "space", "overflow", "ordered", *_UNMET)


def _row(paths: Paths, name: str, lane: int, replication: int) -> np.ndarray:
    """Return one path of a flow."""
    values = getattr(paths, name)
    return values[lane, replication] if values.ndim == 3 else values[replication]


def _pallets(amount: float) -> str:
    """Return an amount in whole pallets, as text."""
    return f"{amount:,.0f}"


def _if(amount: float, words: str) -> str:
    """Return an amount with words, or nothing if it rounds to zero."""
    return f"{_pallets(amount)} {words}" if round(amount) else ""


def _with(amount: float, words: str) -> str:
    return f", {_if(amount, words)}" if round(amount) else ""
