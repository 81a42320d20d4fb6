"""Propose a partner for a lane that overflows: a contract of the plan, or the lane with the most free places then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

LEAST_SHARE = 0.5  # least share of the overflow that a partner must take to be proposed [-]


class Free(NamedTuple):
    """A partner with free places: its number, its mean free places in periods of overflow, and the share it takes."""

    lane: int
    places: float  # [pallet]
    share: float  # [-]


def contract_for(
    contracts: Mapping[str, Mapping[str, Any]], lane: str, site: str | None, day: str, until: str = ""
) -> tuple[str, Mapping[str, Any]] | None:
    """Return the name and terms of the cheapest contract with a partner for a lane on a day; None without one.

    If none is in force on the day, it is the cheapest of those that begin by the day `until`.

    contracts : name -> terms, as `CapacityPlan.of("contract")`; own space is no contract with a partner.

    >>> terms = {"type": "spot", "first": "2026-01-01", "partner": "Rhein", "price": 4.0}
    >>> contract_for({"1": terms, "2": terms | {"price": 3.0, "lanes": ["B"]}}, "A", None, "2026-02-01")[0]
    '1'
    >>> contract_for({"1": terms}, "A", None, "2025-12-29", "2026-01-25")[0]
    '1'
    """
    found = [
        (terms["first"] > day, terms.get("price", np.inf), name)
        for name, terms in contracts.items()
        if terms["type"] != "own"
        and terms.get("partner")
        and lane in terms.get("lanes", [lane])
        and terms.get("site", site) == site
        and terms["first"] <= max(day, until)
        and day <= terms.get("last", day)
    ]
    if not found:
        return None
    *_, name = min(found)
    return name, contracts[name]


def free_partners(
    mean: NDArray[np.float64],
    errors: NDArray[np.float64],
    capacity: NDArray[np.float64],
    overflowing: Sequence[int],
    block: int,
    sites: Sequence[str | None] | None = None,
) -> dict[int, Free]:
    """Return the best partner of each overflowing lane: the lane whose free places take most of its overflow.

    Lanes are served in their order, and what one takes is no longer free for the next. A lane whose goods are at one
    site is no partner of a lane of another.

    share(i, j) = E min((X_i - C_i)+, (C_j - X_j)+) / E (X_i - C_i)+, X = (y + e(t, h))+, t and h the same for both

    Parameters
    ----------
    mean : ndarray, shape (lanes, horizon)
        Forecast y of the need for space. [pallet]
    errors : ndarray, shape (lanes, past, horizon)
        Errors e of past forecasts; errors of the same day keep the lanes' dependence. [pallet]
    capacity : ndarray, shape (lanes,)
        Own places C; 0 for lanes that cannot be partners. [pallet]
    overflowing : numbers of the lanes, the most urgent first
    block : int
        First periods ahead that are looked at. [period]
    sites : site of each lane, or None where it is unknown, optional

    >>> mean, errors = np.array([[19.0], [12.0], [5.0], [9.0]]), np.zeros((4, 4, 1))
    >>> free_partners(mean, errors, np.array([10.0, 10.0, 6.0, 20.0]), [0, 1], 1)
    {0: Free(lane=3, places=11.0, share=1.0), 1: Free(lane=3, places=2.0, share=1.0)}
    >>> free_partners(mean, errors, np.array([10.0, 10.0, 6.0, 20.0]), [0, 1], 1, ["Köln", "Ulm", None, "Ulm"])
    {1: Free(lane=3, places=11.0, share=1.0)}
    """
    needs = np.maximum(mean[:, np.newaxis, :block] + errors[:, :, :block], 0.0)
    free = np.maximum(np.nan_to_num(capacity[:, np.newaxis, np.newaxis] - needs), 0.0)
    found: dict[int, Free] = {}
    for at in overflowing:
        over = np.maximum(np.nan_to_num(needs[at] - capacity[at]), 0.0)
        if not over.any():
            continue
        taken = np.minimum(over, free)
        share = taken.sum(axis=(1, 2)) / over.sum()
        share[at] = 0.0
        if sites is not None:
            share[[None not in (sites[at], other) and other != sites[at] for other in sites]] = 0.0
        best = int(share.argmax())
        if share[best] >= LEAST_SHARE:
            found[at] = Free(best, float(free[best][over > 0].mean()), float(share[best]))
            free[best] -= taken[best]
    return found
