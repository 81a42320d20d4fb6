"""Propose a partner for a lane that overflows: a contract of the plan, or the lane with the most free places then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.plan.booking_terms import places_of
from twin.plan.contract_dates import further_price, in_force

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

    The cheapest has the lowest price of what still has to be decided (`contract_dates.further_price`).
    If none is in force on the day, it is the cheapest of those that begin by the day `until`.

    contracts : name -> terms, as `CapacityPlan.of("contract")`; own space is no contract with a partner.

    >>> terms = {"type": "spot", "first": "2026-01-01", "partner": "Rhein", "price": 4.0}
    >>> contract_for({"1": terms, "2": terms | {"price": 3.0, "lanes": ["B"]}}, "A", None, "2026-02-01")[0]
    '1'
    >>> contract_for({"1": terms}, "A", None, "2025-12-29", "2026-01-25")[0]
    '1'
    """
    found = [
        (terms["first"] > day, *_by_price(name, terms))
        for name, terms in contracts.items()
        if may_use(terms, lane, site) and terms["first"] <= max(day, until) and day <= terms.get("last", day)
    ]
    if not found:
        return None
    *_, name = min(found)
    return name, contracts[name]


def may_use(terms: Mapping[str, Any], lane: str, site: str | None) -> bool:
    """Return whether a contract is with a partner, and open to a lane of a site; own space is no such contract."""
    here = lane in terms.get("lanes", [lane]) and terms.get("site", site) == site
    return terms["type"] != "own" and bool(terms.get("partner")) and here


def _by_price(name: str, terms: Mapping[str, Any]) -> tuple[float, str]:
    """Return a key that sorts contracts by price; one that states none comes last."""
    price = further_price(terms)
    return np.inf if price is None else price, name


def places_left(
    contracts: Mapping[str, Mapping[str, Any]],
    sites: Mapping[str, str],
    bookings: Mapping[str, Sequence[Mapping[str, Any]]],
    days: NDArray[np.datetime64],
) -> dict[str, NDArray[np.float64]]:
    """Return the places of each contract that bookings of lanes leave, by coming period. [pallet]

    A booking takes places of the contracts with its partner that its lane may use, the cheapest first. A contract
    without a number of places has as many as are asked for.

    bookings : lane -> its bookings, as `at_risk.bookings_of` returns them. sites : site of each lane that has one.
    days : first days of the coming periods.

    >>> block = {"type": "spot", "first": "2026-01-01", "partner": "Rhein", "places": 400.0}
    >>> taken = {"partner": "Rhein", "places": 300.0, "first": "2026-01-02", "last": "2026-01-02"}
    >>> days = np.arange("2026-01-01", "2026-01-04", dtype="datetime64[D]")
    >>> places_left({"1": block}, {}, {"A": [taken]}, days)["1"].tolist()
    [400.0, 100.0, 400.0]
    """
    left = {}
    for name, terms in contracts.items():
        there = places_of({**terms, "places": 1.0}, days) > 0
        left[name] = np.where(there, float(terms.get("places", np.inf)), 0.0)
    for lane, booked in bookings.items():
        mine = [(name, terms) for name, terms in contracts.items() if may_use(terms, lane, sites.get(lane))]
        for one in booked:
            wanted = np.where(in_force(one, days), one["places"], 0.0)
            for name, _ in sorted(mine, key=lambda each: _by_price(*each)):
                if contracts[name]["partner"] == one.get("partner"):
                    taken = np.minimum(wanted, left[name])
                    left[name], wanted = left[name] - taken, wanted - taken
    return left


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
