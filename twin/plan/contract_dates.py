"""The contracts of a plan over some coming dates: their places, what is paid of them in any case, and notice dates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from twin.data.periods import ONE_DAY
from twin.data.text import visible
from twin.plan.booking_terms import places_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.plan.booking_terms import Contracts

#: Column of a contract in force on the dates -> (unit, meaning).
CONTRACT_DATES = {
    "type": ("word", "own, hard block, soft block or spot"),
    "partner": ("word", "who gives the space"),
    "lanes": ("word", "lanes that it is for, or their site; all lanes if it names none"),
    "places": ("pallet", "number of places"),
    "price": ("$/pallet/period", "price of a place and period"),
    "first": ("date", "first day"),
    "last": ("date", "last day; empty if it lasts until notice is given"),
    "notice_by": ("date", "last day on which it can be extended, or ended with the day in `ends`"),
    "ends": ("date", "day with which it ends: its last one, or the first end of a month for which notice is in time"),
    "fixed_cost": ("$", "paid on these dates whether its places are used or not"),
}


class Notice(NamedTuple):
    """Day with which a contract ends, and the last day of notice for it; NaT if the period of notice is not stated."""

    by: np.datetime64
    ends: np.datetime64


def notice_of(contract: Mapping[str, Any], today: np.datetime64) -> Notice:
    """Return by when a contract must be extended, or if it has no last day, ended with the end of a month.

    >>> block = {"type": "hard block", "first": "2026-01-01", "notice_days": 30.0}
    >>> [str(day) for day in notice_of(block | {"last": "2026-03-31"}, np.datetime64("2026-01-10"))]
    ['2026-03-01', '2026-03-31']
    >>> [str(day) for day in notice_of(block, np.datetime64("2026-01-10"))]
    ['2026-01-29', '2026-02-28']
    """
    days = contract.get("notice_days")
    ends = np.datetime64(contract.get("last") or "NaT", "D")
    if days is None:
        return Notice(np.datetime64("NaT", "D"), ends)
    notice = int(np.ceil(days)) * ONE_DAY
    if np.isnat(ends):
        earliest = max(today + notice, np.datetime64(contract["first"], "D"))
        ends = (earliest.astype("datetime64[M]") + 1).astype("datetime64[D]") - ONE_DAY
    return Notice(ends - notice, ends)


def always_paid(contract: Mapping[str, Any]) -> float:
    """Return the share of the places of a contract that is paid whether it is used or not. [-]"""
    shares = {"own": 1.0, "hard block": contract.get("take_or_pay", 1.0)}
    return float(shares.get(contract["type"], 0.0))


def price_of(contract: Mapping[str, Any]) -> float:
    """Return the price of a place of a contract; NaN if it states none. [$/pallet/period]"""
    return float(contract.get("price", np.nan))


def in_force(booking: Mapping[str, Any], days: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    """Return whether each period, by its first day, begins from the first to the last day of a booking."""
    first, last = (np.datetime64(booking.get(name, "NaT"), "D") for name in ("first", "last"))
    begun = days.astype("datetime64[D]") >= first
    return begun & (np.isnat(last) | (days.astype("datetime64[D]") <= last))


def further_price(contract: Mapping[str, Any]) -> float | None:
    """Return what using a place of a contract costs beyond what is paid in any case; None if it states no price.

    (1 - share that is always paid) price: what is paid in any case is spread over all places alike, so that the price
    for a lane does not depend on which lane books first. [$/pallet/period]

    >>> further_price({"type": "hard block", "price": 3.0, "take_or_pay": 0.75}), further_price({"type": "spot"})
    (0.75, None)
    """
    return round((1.0 - always_paid(contract)) * price_of(contract), 9) if "price" in contract else None


def paid(places: NDArray[np.float64], price: float) -> NDArray[np.float64]:
    """Return what places cost on each date; 0 without places, whatever their price. [$]"""
    return np.where(places > 0, places * price, 0.0)


def contracts_on(contracts: Contracts, dates: NDArray[np.datetime64], today: np.datetime64) -> pd.DataFrame:
    """Return a row for each contract in force on some of the dates, with the columns of `CONTRACT_DATES`.

    >>> block = {"type": "hard block", "first": "2026-01-01", "places": 8.0, "price": 5.0, "take_or_pay": 0.5}
    >>> days = np.arange("2026-01-01", "2026-01-11", dtype="datetime64[D]")
    >>> contracts_on({"1": block, "2": block | {"first": "2027-01-01"}}, days, days[0])["fixed_cost"].to_dict()
    {'1': 200.0}
    """
    first, last = str(dates[0])[:10], str(dates[-1])[:10]
    rows = {}
    for name, contract in contracts.items():
        if contract["first"] > last or (contract.get("last") or last) < first:
            continue
        notice = notice_of(contract, today)
        rows[name] = {
            **{field: contract.get(field) for field in ("type", "partner", "places", "price", "first", "last")},
            "lanes": "; ".join(contract.get("lanes") or [contract.get("site") or "all lanes"]),
            "notice_by": None if np.isnat(notice.by) else str(notice.by),
            "ends": None if np.isnat(notice.ends) else str(notice.ends),
            "fixed_cost": float(paid(always_paid(contract) * places_of(contract, dates), price_of(contract)).sum())
            if always_paid(contract)
            else 0.0,
        }
    table = pd.DataFrame.from_dict(rows, orient="index", dtype=object).reindex(columns=list(CONTRACT_DATES))
    return table.rename_axis("contract")


def notice_sentence(name: str, row: Mapping[str, Any], today: np.datetime64, end: np.datetime64) -> str:
    """Return by when to decide on a contract, in words; "" if it has no date of notice to the end of the dates.

    row : its columns of `CONTRACT_DATES`, and what it saves, if that is known. end : last of the dates.
    Nobody is told to extend a contract that costs more than it saves.
    """
    if row["type"] == "spot" or (row["last"] and row["last"] > str(end) and (row["notice_by"] or "9") > str(end)):
        return ""
    dear = row.get("saves", np.nan) < 0
    which = f"contract {visible(name, 40)} ({row['type']}"
    which += f", {row['places']:,.10g} places" if row["places"] else ""
    which += f" of {visible(row['partner'], 40)})" if row["partner"] else ")"
    if row["notice_by"] is None:
        until = f"ends with {row['last']}" if row["last"] else "lasts until notice is given"
        return f"{which[0].upper()}{which[1:]} {until}; its period of notice is not stated."
    if not row["last"] and dear:
        return f"By {row['notice_by']}: give notice of {which}, and it ends with {row['ends']}."
    if not row["last"]:
        return f"By {row['notice_by']}: last day of notice for the end of {which} with {row['ends']}."
    if row["notice_by"] < str(today):
        return f"{which[0].upper()}{which[1:]} ends with {row['last']}; the day to extend it was {row['notice_by']}."
    if dear:
        return f"Let {which} end with {row['last']}: do not extend it by {row['notice_by']}."
    return f"By {row['notice_by']}: extend {which}, or it ends with {row['last']}."
