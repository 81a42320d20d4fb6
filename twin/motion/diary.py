"""Tell the events of a path in words, one sentence a step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def clock(last: Any, steps: int, days_a_step: float) -> NDArray[np.datetime64]:
    """Return the time of each step of a path that ends on a date, to the hour.

    Parameters
    ----------
    last : date of the last step, as NumPy takes it
    steps : int
        Number of steps, at least 1.
    days_a_step : float
        Length of a step. [day]

    >>> clock("2025-12-28", 3, 0.5).astype(str).tolist()
    ['2025-12-27T00', '2025-12-27T12', '2025-12-28T00']
    """
    ago = np.arange(whole("steps", steps, least=1))[::-1] * days_a_step
    return np.datetime64(last, "h") - np.rint(24 * ago).astype("timedelta64[h]")


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
