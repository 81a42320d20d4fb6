"""The accuracy card: how far the answers of `assess` are from the paths of the dynamic model, and where they hold.

`make card` simulates the lanes of `twin.motion.design`, compares the answers with them as `twin.motion.judged` says,
and writes the table `accuracy.json`, which comes with the package. This module reads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._card import Card, shipped
from twin._check import floats, require
from twin._regions import NEEDED, SWITCHED
from twin._remarks import remarks_of


def card() -> Card:
    """Return the accuracy card that comes with the package: its rows, and its provenance.

    >>> [row.inside for row in card().blocks["stock", "base", ""] if row.answer == "service_level"]
    [True]
    """
    return shipped()


def remarks(lanes: Mapping[str, Any], period: str | float) -> tuple[str, ...]:
    """Return a sentence for each condition under which answers of the lanes are outside the region in which they hold.

    Parameters
    ----------
    lanes : mapping or DataFrame; each value is a number, or has one entry per lane
        Statistics, policy and answers of `assess`, by name. What `record_of` returns is used if it is there.
    period : "D", "W", "MS", "QS", or its length in days

    Returns
    -------
    tuple of str, conditions of most lanes first; empty if every answer is within its region. A sentence gives the
    median error of each answer on the simulated lanes, and its range, largest errors first; an answer is too high if it
    is above the simulated value.

    Limits
    ------
    Each factor is judged alone, at its level nearest to the lane. `card().provenance["check"]` says how many answers
    were off on lanes in which several factors differ, and how many of those were said to be outside.

    Source
    ------
    The dynamic model, `twin.motion.simulate`.

    >>> from twin import Policy, assess
    >>> moments, policy = {"demand_mean": 100.0, "demand_sd": 20.0}, Policy(dwell=5.0, service_level=0.9)
    >>> found = remarks({**moments, **vars(policy), **assess(moments, policy)}, "D")
    >>> any("service level" in sentence for sentence in found)
    False
    """
    for name in (*NEEDED, *SWITCHED):
        require(name in lanes, "lanes", f"a table with {name}", ", ".join(map(str, lanes)))
    return remarks_of(shipped(), lanes, period)


def record_of(volumes: ArrayLike) -> dict[str, NDArray[np.float64]]:
    """Return what `remarks` uses of a record: the autocorrelation of the volumes, and the share of empty periods.

    Parameters
    ----------
    volumes : array_like, shape (lanes, periods) or (periods,)
        Volumes in time order; NaN where a volume is unknown. [pallet/period]

    Returns
    -------
    dict with `autocorrelation`, from one period to the next, and `zero_share`, shape (lanes,) or scalars. [-]

    Limits
    ------
    An autocorrelation within two standard errors of zero, 2 / sqrt(n), counts as zero, as does that of a constant lane.

    >>> found = record_of([5.0, 0.0] * 8)
    >>> float(found["autocorrelation"]), float(found["zero_share"])
    (-0.9375, 0.5)
    """
    values = floats("volumes", volumes)
    require(values.ndim in (1, 2) and values.size > 0, "volumes", "a record, or one a lane", values.shape)
    known = ~np.isnan(values)
    count = np.maximum(known.sum(axis=-1, keepdims=True), 1)
    mean = np.where(known, values, 0.0).sum(axis=-1, keepdims=True) / count
    deviation = np.where(known, values - mean, 0.0)
    spread, product = (deviation**2).sum(axis=-1), (deviation[..., 1:] * deviation[..., :-1]).sum(axis=-1)
    correlation = np.divide(product, spread, out=np.zeros(np.shape(spread)), where=spread > 0)
    periods = count[..., 0]
    return {
        "autocorrelation": np.where(np.abs(correlation) > 2 / np.sqrt(periods), correlation, 0.0),
        "zero_share": (values == 0).sum(axis=-1) / periods,
    }
