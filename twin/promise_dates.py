"""Promised delivery times from past deliveries, and how often such promises were kept afterwards.

A promise is a number of days after the order within which a share of deliveries arrives. Deliveries of one mode of
transport are like each other, those of two are not, so a promise is best made for each mode. Where lead times drift, no
method keeps its promise: `judged` says what was kept, and `JudgedPromises.drift` how far the lead times had moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import _special
from twin._check import nonnegative, numbers, probabilities, require, shares

METHODS = ("normal", "normal by group", "conformal", "conformal by group", "recent by group")
_RECENT = 200  # latest deliveries of a group that "recent by group" takes [delivery]


class Promise(NamedTuple):
    """Promises of one method for the judged orders, and the share that was kept."""

    days: NDArray[np.float64]  # promised time of each judged order; infinite where the sample is too small [day]
    kept: float  # share of the finite promises that were kept; NaN without one [-]
    standard_error: float  # of the share, as if orders were independent [-]
    kept_by_group: dict[Any, float]  # the same by group [-]


class JudgedPromises(NamedTuple):
    """Promises by method, and the drift of the lead times."""

    promises: dict[str, Promise]
    known: int  # deliveries that were known when the first judged order came
    drift: dict[Any, float]  # share of the judged lead times below the median of the known ones, by group; 0.5 is none


def promised_days(durations: ArrayLike, service_level: float, *, method: str = "conformal") -> float:
    """Return the number of days within which a delivery arrives with a probability.

    Conformal: the ceil((n + 1) p)-th shortest of n durations;  normal: mean + z sd

    Parameters
    ----------
    durations : array_like, shape (n,)
        Times from order to delivery, >= 0. [day]
    service_level : float
        Probability p, in (0, 1). [-]
    method : "conformal" or "normal", optional

    Returns
    -------
    float; infinite if the deliveries are too few: 19 carry 95 %, 99 carry 99 %. [day]

    Limits
    ------
    The conformal promise is kept with at least that probability if deliveries are exchangeable, whatever their law. The
    normal one takes at least two deliveries.

    Source
    ------
    Vovk, Gammerman and Shafer (2005).

    >>> promised_days(range(1, 20), 0.95), promised_days(range(1, 19), 0.95)
    (19.0, inf)
    """
    (days,), (share,) = nonnegative(durations=durations), probabilities(service_level=service_level)
    require(days.ndim == 1, "durations", "a list of numbers", days.shape)
    require(method in ("conformal", "normal"), "method", "conformal or normal", method)
    if method == "normal":
        return float(days.mean() + _special.ndtri(share) * days.std(ddof=1)) if days.size > 1 else np.inf
    rank = int(np.ceil((days.size + 1) * float(share) - 1e-9))
    return float(np.partition(days, rank - 1)[rank - 1]) if rank <= days.size else np.inf


def judged(
    ordered: ArrayLike, durations: ArrayLike, groups: Sequence[Any], *, service_level: float, first: float = 0.7
) -> JudgedPromises:
    """Return what each method promised for later orders, from the deliveries known before, and what was kept.

    Orders are taken by their date. The first share of them is not judged; the promises for the others come from the
    deliveries that had arrived when the first of them was ordered, but for "recent by group", which takes the latest
    200 of a group that had arrived when each order was placed.

    Parameters
    ----------
    ordered : array_like, shape (n,)
        Day of each order, a number or a date. [day]
    durations : array_like, shape (n,)
        Time from order to delivery, >= 0. [day]
    groups : sequence, shape (n,)
        Group of each order, such as its mode of transport.
    service_level : float
        Promised probability, in (0, 1). [-]
    first : float, optional
        Share of the orders that are not judged, in [0, 1). [-]

    Limits
    ------
    Deliveries under way count as unknown, so when lead times are long the known ones are the short ones at first.

    >>> found = judged(range(100), [5.0] * 100, ["air"] * 100, service_level=0.9)
    >>> found.promises["conformal by group"].kept, found.known
    (1.0, 66)
    """
    day = np.asarray(ordered)
    day = day.astype("datetime64[D]").astype(float) if day.dtype.kind in "MUO" else numbers(ordered=day)[0]
    (time,), (kept_share,), (start,) = (
        nonnegative(durations=durations),
        probabilities(service_level=service_level),
        shares(first=first),
    )
    group = np.asarray(groups)
    same = day.shape == time.shape == group.shape and day.ndim == 1
    require(same, "ordered, durations and groups", "of one length", (day.shape, time.shape, group.shape))
    order = np.argsort(day, kind="stable")
    day, time, group = day[order], time[order], group[order]
    begin = int(start * day.size)
    require(begin < day.size, "first", "a share that leaves an order to judge", first)
    known = day + time <= day[begin]
    later = np.arange(begin, day.size)
    level = float(kept_share)
    promises = {}
    for method in METHODS:
        kind, _, by = method.partition(" by ")
        days = np.full(later.size, np.nan)
        for name in np.unique(group):
            mine = group[later] == name
            if kind == "recent":
                days[mine] = [_recent(day, time, group == name, at, level) for at in later[mine]]
            else:
                sample = time[known & (group == name)] if by else time[known]
                days[mine] = promised_days(sample, level, method=kind)
        promises[method] = _promise(days, time[later], group[later])
    drift = {
        name: float(np.mean(_below(time[later][group[later] == name], np.median(time[known & (group == name)]))))
        for name in np.unique(group)
        if (known & (group == name)).any() and (group[later] == name).any()
    }
    return JudgedPromises(promises, int(known.sum()), drift)


def _recent(day, time, mine, at, level):
    """Return the promise for one order from the latest deliveries of its group that had arrived."""
    arrival = np.where(mine & (day + time <= day[at]), day + time, -np.inf)
    count = min(int(np.isfinite(arrival).sum()), _RECENT)
    return promised_days(time[np.argsort(arrival, kind="stable")[len(arrival) - count :]], level)


def _promise(days, time, group):
    """Return the promises of one method with the shares kept."""
    made, hit = np.isfinite(days), time <= days
    share = float(np.mean(hit[made])) if made.any() else np.nan
    by_group = {name: float(np.mean(hit[here])) for name in np.unique(group) if (here := made & (group == name)).any()}
    return Promise(days, share, float(np.sqrt(share * (1 - share) / max(made.sum(), 1))), by_group)


def _below(values, middle):
    """Return 1 where a value is below the middle, and 1/2 where it is equal."""
    return (values < middle) + 0.5 * (values == middle)
