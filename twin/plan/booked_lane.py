"""Places to book ahead of the coming dates of a lane, or of the lanes of a site together, on the terms of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.plan.booked_dates import BookedDates, booked_dates
from twin.plan.booking_terms import Booked, BookingTerms, booked_before, booking_terms, soft_block_of
from twin.plan.kept_places import SoftBlock, places_to_keep
from twin.plan.needed_space import NeededSpace, sd_of_interval, space_of_lane, space_of_site
from twin.plan.shared_places import shared_places
from twin.plan.wording import quantity, written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.plan.booking_terms import Contracts
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.horizon import DatedForecasts
    from twin.policy import Policy

#: Numbers of a booking ahead: name -> (unit, meaning).
BOOKING = {
    "now": ("pallet", "places to book now"),
    "first": ("date", "first date on which they are in force"),
    "last": ("date", "last date of these on which they are in force"),
    "bookings": ("pallet", "places whose booking begins on a date, by date"),
    "places": ("pallet", "booked places in force, by date"),
    "booked_before": ("pallet", "places of blocks in the plan in force, by date"),
    "cost": ("$", "expected cost of all dates: rent, and what goes to the partner at once"),
    "unbooked_cost": ("$", "the same without any booking"),
    "fixed_places": ("pallet", "best fixed number of booked places"),
    "fixed_cost": ("$", "cost of the best fixed number"),
    "newsvendor_cost": ("$", "cost of booking up to the newsvendor level of the forecast of each date"),
    "place_cost": ("$/pallet/period", "price of a booked place, used or not"),
    "surcharge": ("$/pallet/period", "whole price of a pallet that goes to the partner at once"),
    "term": ("period", "periods that a booking is in force"),
    "lead_time": ("period", "periods from a booking to its first date"),
    "soft_places": ("pallet", "places of a soft block of the plan, by date"),
    "soft_price": ("$/pallet/period", "price of a place of the soft block that is kept"),
    "keep": ("pallet", "places of the soft block to keep for the date that lies its return window ahead"),
    "keep_for": ("date", "that date"),
    "remark": ("sentence", "why there is no booking"),
}
BY_DATE = ("bookings", "places", "booked_before", "soft_places")  # those that have a number for each date


@dataclass(frozen=True)
class PlacesToBook:
    """Places to book ahead; `found` is None where the remark says why.

    dates : first day of each period, shape (dates,).
    booked_before : places of blocks in the plan, shape (dates,). [pallet]
    soft, keep : soft block of the plan, and its places to keep for the date that lies its return window ahead. [pallet]
    """

    dates: NDArray[np.datetime64]
    terms: BookingTerms
    booked_before: NDArray[np.float64]
    found: BookedDates | None
    remark: str = ""
    soft: SoftBlock | None = None
    keep: int | None = None

    def numbers(self) -> dict[str, Any]:
        """Return the numbers of `BOOKING` as plain values; None where there is no booking."""
        terms = {name: getattr(self.terms, name) for name in ("place_cost", "surcharge", "term", "lead_time")}
        told = {**dict.fromkeys(BOOKING), "booked_before": self.booked_before.tolist(), **terms, "remark": self.remark}
        if self.soft is not None:
            told |= {"soft_places": self.soft.places.tolist(), "soft_price": self.soft.price}
        if self.keep is not None and self.soft is not None:
            told |= {"keep": self.keep, "keep_for": str(self.dates.astype(str)[self.soft.window - 1])}
        if self.found is None:
            return told
        found, start = self.found._asdict(), self.terms.lead_time - 1
        now = int(self.found.bookings[start])
        days = self.dates.astype(str)
        last = days[min(start + self.terms.term, len(days)) - 1]
        told |= {"now": now, "first": days[start] if now else None, "last": last if now else None}
        return told | {
            name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in found.items()
        }

    def sentences(self, period: str | float) -> Iterator[str]:
        """Yield what to book now and for which dates, what it saves, and on which terms.

        period : "D", "W", "MS", "QS", or its length in days.
        """
        if self.found is None:
            yield self.remark
            return
        n, days = self.numbers(), self.dates.astype(str)
        at = f"from {n['first']} to {n['last']}" if n["last"] != n["first"] else f"on {n['first']}"
        now = f"Book {n['now']:,} {_places(n['now'])} now, in force {at}" if n["now"] else "Book nothing now"
        later = sum(n["bookings"][self.terms.lead_time :])
        more = f"; {later:,} {'more begin' if n['now'] else 'begin'} later, which can wait" if later else ""
        yield f"{now}{more}."
        if sum(n["bookings"]):
            yield (
                f"From {days[0]} to {days[-1]} this costs {written(n['cost'], '$')}; it saves "
                f"{written(n['fixed_cost'] - n['cost'], '$')} against the best fixed number of places "
                f"({n['fixed_places']:,}), {written(n['newsvendor_cost'] - n['cost'], '$')} against the newsvendor on "
                f"the forecast, and {written(n['unbooked_cost'] - n['cost'], '$')} against no booking."
            )
        else:
            yield "No booking saves money on these dates."
        yield self.terms.sentence(period)
        if self.booked_before.any():
            low, high = self.booked_before.min(), self.booked_before.max()
            told = f"{high:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
            yield f"Blocks of the plan hold {told} places on these dates already; no booking repeats them."
        if self.soft is not None:
            yield from self._soft(n)
        yield "Forecast errors are taken to be normal; the rent of a booking counts within these dates alone."

    def _soft(self, n: Mapping[str, Any]) -> Iterator[str]:
        """Yield what the soft block of the plan offers, and how many of its places to keep now."""
        assert self.soft is not None
        most, price = self.soft.places.max(), written(self.soft.price, "$/pallet/period")
        yield (
            f"A soft block of the plan has up to {most:,.0f} places at {price} each that is kept. The costs above keep "
            "the cheapest number of them, by the forecast of the day on which the others go back free of charge."
        )
        if self.keep is not None:
            yield f"For {n['keep_for']}, name the places to keep now: {self.keep:,} of {self._offered:,.0f}."

    @property
    def _offered(self) -> float:
        return 0.0 if self.soft is None else float(self.soft.places[self.soft.window - 1])


def places_to_book(
    who: Booked,
    space: NeededSpace,
    dates: NDArray[np.datetime64],
    calendar: WorkingCalendar,
    contracts: Contracts | None = None,
) -> PlacesToBook:
    """Return the places to book ahead of some dates, on the terms of the contracts that are open to the lanes.

    Parameters
    ----------
    who : Booked, the lanes that use the places, and their site
    space : NeededSpace on the dates
    dates : first day of each period, shape (dates,)
    calendar : periods of the dates
    contracts : as `CapacityPlan.of("contract")`, optional
    """
    plan = {} if contracts is None else contracts
    terms = booking_terms(plan, who, dates, calendar, place_cost=space.place_cost, surcharge=space.surcharge)
    before, remark = booked_before(plan, who, dates), space.remark
    if not remark and not terms.place_cost > 0:
        remark = "Bookings ahead need a price of a place above 0; own place cost and holding cost are 0."
    if not remark and terms.lead_time > len(dates):
        ahead = quantity(terms.lead_time, "period", calendar.length)
        remark = f"A booking made now begins after these dates, {ahead} from now."
    soft = soft_block_of(plan, who, dates, calendar)
    if remark:
        return PlacesToBook(dates, terms, before, None, remark, soft)
    found = booked_dates(
        space.mean,
        space.sd,
        own_places=space.own_places + before,
        term=terms.term,
        place_cost=terms.place_cost,
        surcharge=terms.surcharge,
        lead_time=terms.lead_time,
        soft=soft,
    )
    keep = None
    if soft is not None and soft.window <= len(dates):
        room = space.own_places + before + found.places
        keep = int(places_to_keep(space.mean, space.sd, room, terms.surcharge, soft)[soft.window - 1])
    return PlacesToBook(dates, terms, before, found, soft=soft, keep=keep)


def _places(number: int) -> str:
    return "place" if number == 1 else "places"


def bookings_of_lanes(
    ahead: DatedForecasts, policies: Mapping[str, Policy], calendar: WorkingCalendar, contracts: Contracts | None = None
) -> dict[str, PlacesToBook]:
    """Return the places to book ahead of the dates of a plan, lane by lane.

    >>> from twin.data.load import load_history
    >>> from twin.plan.table_report import assess_history
    >>> report = assess_history(load_history(), {"internal_capacity": 80.0, "partner_surcharge": 30.0}, horizon=8)
    >>> report.bookings["BER-MUC"].numbers()["term"], len(report.bookings)
    (4, 3)
    """
    found = {}
    for lane, policy in policies.items():
        dated = ahead.table.loc[lane]
        space = space_of_lane(dated["mean"], sd_of_interval(dated["low"], dated["high"]), policy)
        found[lane] = places_to_book(Booked((lane,)), space, ahead.dates, calendar, contracts)
    return found


def bookings_of_sites(
    ahead: DatedForecasts, policies: Mapping[str, Policy], calendar: WorkingCalendar, plan: CapacityPlan
) -> dict[str, PlacesToBook]:
    """Return the places to book ahead for each site of the plan that has two or more of the lanes, by its name."""
    lanes = list(policies)
    shared = shared_places(plan, lanes, [float(policies[lane].internal_capacity) for lane in lanes])
    found = {}
    for number, site in enumerate(shared.names):
        members = [lane for lane, at in zip(lanes, shared.sites, strict=True) if at == number]
        if len(members) > 1:
            dated = [ahead.table.loc[lane] for lane in members]
            spaces = [
                space_of_lane(each["mean"], sd_of_interval(each["low"], each["high"]), policies[lane])
                for lane, each in zip(members, dated, strict=True)
            ]
            errors = [ahead.errors[lane] for lane in members]
            space = space_of_site(spaces, errors, ahead.steps, float(shared.capacity[number]))
            who = Booked(tuple(members), site)
            found[site] = places_to_book(who, space, ahead.dates, calendar, plan.of("contract"))
    return found
