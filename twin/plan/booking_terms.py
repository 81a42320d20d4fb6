"""The terms on which places can be booked ahead for a lane or a site, from the contracts of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin.demand import lead_time_in_periods
from twin.plan.kept_places import SoftBlock
from twin.plan.unit_names import unit_names
from twin.plan.wording import quantity, unit_in, written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.data.calendar import WorkingCalendar

    Contracts = Mapping[str, Mapping[str, Any]]  # number -> field -> value, as `CapacityPlan.of("contract")`

USUAL_TERM, USUAL_LEAD_TIME = 4, 1  # of a booking, where no contract of the plan states them [period]


class BookingTerms(NamedTuple):
    """Terms of a booking, and the names of those that a contract of the plan states."""

    place_cost: float  # of a booked place, used or not [$/pallet/period]
    surcharge: float  # whole price of a pallet that goes to the partner at once [$/pallet/period]
    term: int  # [period]
    lead_time: int  # [period]
    stated: frozenset[str]  # names of the fields above that a contract states

    def sentence(self, period: str | float) -> str:
        """Return the terms, each with where it is from.

        period : "D", "W", "MS", "QS", or its length in days.
        """
        rent, spot = (written(each, "$/pallet/period") for each in (self.place_cost, self.surcharge))
        whence = (
            "that of a contract of the plan" if "place_cost" in self.stated else "assumed to be that of an own place"
        )
        price = "the price of a spot contract" if "surcharge" in self.stated else "holding and surcharge"
        lasts, lead = (quantity(each, "period", period) for each in (self.term, self.lead_time))
        return (
            f"A booked place costs {rent} a {unit_in('period', period)}, used or not; the price is {whence}. A "
            f"{unit_names().goods} that goes to the partner at once costs {spot}, {price}. A booking is in force for "
            f"{lasts} ({self._from('term')}), at the earliest {lead} from now ({self._from('lead_time')})."
        )

    def _from(self, name: str) -> str:
        return "as a contract says" if name in self.stated else "assumed"


class Booked(NamedTuple):
    """Who books: the lanes that use the places, and their site if they share its places."""

    lanes: tuple[str, ...]
    site: str | None = None

    def may_use(self, contract: Mapping[str, Any]) -> bool:
        """Return whether a contract is open to these lanes: one of theirs, of their site, or of everybody."""
        named, site = contract.get("lanes"), contract.get("site")
        if named:
            return bool(set(named) & set(self.lanes))
        return site is None or site == self.site

    def alone_uses(self, contract: Mapping[str, Any]) -> bool:
        """Return whether nobody else uses the places of a contract."""
        named, site = contract.get("lanes"), contract.get("site")
        return set(named) <= set(self.lanes) if named else site is not None and site == self.site


def booking_terms(
    contracts: Contracts,
    who: Booked,
    dates: NDArray[np.datetime64],
    calendar: WorkingCalendar,
    *,
    place_cost: float,
    surcharge: float,
) -> BookingTerms:
    """Return the terms on which places can be booked for some dates.

    The first block that is open to the lanes on these dates, other than that of `soft_block_of`, states the price; the
    term, from its first day to its last; and the lead time, its notice in whole periods. A spot contract states the
    price at once. What none states is assumed: `place_cost`, `surcharge`, four periods, and the next period.

    >>> from twin.data.calendar import WorkingCalendar
    >>> block = {"type": "hard block", "first": "2026-01-05", "last": "2026-03-29", "price": 6.0, "notice_days": 14.0}
    >>> weeks = WorkingCalendar("W").following(np.datetime64("2025-12-29"), 8)
    >>> terms = booking_terms(
    ...     {"1": block}, Booked(("A",)), weeks, WorkingCalendar("W"), place_cost=5.0, surcharge=20.0
    ... )
    >>> terms.place_cost, terms.term, terms.lead_time, sorted(terms.stated)
    (6.0, 12, 2, ['lead_time', 'place_cost', 'term'])
    """
    found: dict[str, Any] = {}
    soft = soft_contract(contracts, who, dates)
    for contract in open_to(contracts, who, dates):
        if contract is soft:
            continue
        told = _of_spot(contract) if contract["type"] == "spot" else _of_block(contract, calendar)
        found = dict(told) | found  # the first contract counts
    assumed = {"place_cost": place_cost, "surcharge": surcharge, "term": USUAL_TERM, "lead_time": USUAL_LEAD_TIME}
    return BookingTerms(**assumed | found, stated=frozenset(found))


def open_to(contracts: Contracts, who: Booked, dates: NDArray[np.datetime64]) -> Iterator[Mapping[str, Any]]:
    """Yield the blocks and spot contracts that are open to some lanes on some of the dates."""
    first, last = str(dates[0])[:10], str(dates[-1])[:10]
    for contract in contracts.values():
        begun = str(contract["first"]) <= last and str(contract.get("last") or first) >= first
        if begun and contract["type"] != "own" and who.may_use(contract):
            yield contract


def booked_before(contracts: Contracts, who: Booked, dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the places of blocks that these lanes alone use, by date, without those of `soft_block_of`. [pallet]"""
    soft = soft_contract(contracts, who, dates)
    blocks = (each for each in contracts.values() if each["type"] in ("hard block", "soft block") and each is not soft)
    return sum((places_of(each, dates) for each in blocks if who.alone_uses(each)), np.zeros(len(dates)))


def soft_block_of(
    contracts: Contracts, who: Booked, dates: NDArray[np.datetime64], calendar: WorkingCalendar
) -> SoftBlock | None:
    """Return the first soft block of the plan with a price that these lanes alone use on the dates; None without one.

    >>> from twin.data.calendar import WorkingCalendar
    >>> block = {"type": "soft block", "first": "2026-01-05", "places": 8, "price": 6.0, "return_window_days": 10.0}
    >>> weeks = WorkingCalendar("W").following(np.datetime64("2025-12-22"), 3)
    >>> found = soft_block_of({"1": block | {"lanes": ["A"]}}, Booked(("A",)), weeks, WorkingCalendar("W"))
    >>> found.places.tolist(), found.window
    ([0.0, 8.0, 8.0], 2)
    """
    contract = soft_contract(contracts, who, dates)
    if contract is None:
        return None
    window = float(lead_time_in_periods(contract["return_window_days"], calendar.length))
    places = np.floor(places_of(contract, dates))
    return SoftBlock(places, float(contract["price"]), max(int(np.ceil(window - 1e-9)), 1))


def soft_contract(contracts: Contracts, who: Booked, dates: NDArray[np.datetime64]) -> Mapping[str, Any] | None:
    """Return the contract of `soft_block_of`; None without one."""
    for contract in open_to(contracts, who, dates):
        if contract["type"] == "soft block" and contract.get("price") and who.alone_uses(contract):
            return contract
    return None


def places_of(contract: Mapping[str, Any], dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the places of a block by date. [pallet]"""
    days = dates.astype("datetime64[D]")
    begun = days >= np.datetime64(contract["first"])
    ended = days > np.datetime64(contract["last"]) if contract.get("last") else np.zeros(len(days), bool)
    return float(contract.get("places", 0.0)) * (begun & ~ended)


def _of_spot(contract: Mapping[str, Any]) -> Sequence[tuple[str, Any]]:
    """Return the terms that a spot contract states."""
    return [("surcharge", float(contract["price"]))] if "price" in contract else []


def _of_block(contract: Mapping[str, Any], calendar: WorkingCalendar) -> Sequence[tuple[str, Any]]:
    """Return the terms that a block states."""
    told: list[tuple[str, Any]] = [("place_cost", float(contract["price"]))] if contract.get("price") else []
    if contract.get("last"):
        first, last = (np.datetime64(contract[name], "D") for name in ("first", "last"))
        begin, end = calendar.starts(np.array([first, last]))
        open_last = bool(calendar.is_period(np.array([last]))[0])
        told.append(("term", max(int(calendar.between(begin, end)) + open_last, 1)))
    if "notice_days" in contract:
        notice = float(lead_time_in_periods(contract["notice_days"], calendar.length))
        told.append(("lead_time", max(int(np.ceil(notice - 1e-9)), 1)))
    return told
