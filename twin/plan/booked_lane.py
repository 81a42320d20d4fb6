"""Places to book ahead of the coming dates of a lane, or of the lanes of a site together, on the terms of the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin.plan.booked_dates import BookedDates, booked_dates
from twin.plan.booking_terms import Booked, BookingTerms, booked_before, booking_terms
from twin.plan.shared_places import shared_places
from twin.plan.unit_names import unit_names
from twin.plan.wording import quantity, unit_in, written

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.past_errors import LaneErrors
    from twin.plan.booking_terms import Contracts
    from twin.plan.capacity_plan import CapacityPlan
    from twin.plan.horizon import DatedForecasts
    from twin.policy import Policy

_NORMAL = 1.959964  # standard deviations from the mean to an end of a 95% interval [-]
_FEWEST = 8  # past forecasts that lanes of a site must have in common [period]

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
    "remark": ("sentence", "why there is no booking"),
}


class NeededSpace(NamedTuple):
    """Space that flow lanes need on coming dates, as forecast, and what it costs.

    mean, sd : shape (dates,); sd is that of the forecast's error. [pallet]
    own_places : [pallet]
    place_cost : price of an own place, or of holding. [$/pallet/period]
    surcharge : of a pallet that goes to the partner at once, with holding. [$/pallet/period]
    remark : why there is no booking, such as a record that is too short; otherwise empty.
    """

    mean: NDArray[np.float64]
    sd: NDArray[np.float64]
    own_places: float
    place_cost: float
    surcharge: float
    remark: str = ""


@dataclass(frozen=True)
class PlacesToBook:
    """Places to book ahead; `found` is None where the remark says why.

    dates : first day of each period, shape (dates,).
    booked_before : places of blocks in the plan, shape (dates,). [pallet]
    """

    dates: NDArray[np.datetime64]
    terms: BookingTerms
    booked_before: NDArray[np.float64]
    found: BookedDates | None
    remark: str = ""

    def numbers(self) -> dict[str, Any]:
        """Return the numbers of `BOOKING` as plain values; None where there is no booking."""
        terms = {name: getattr(self.terms, name) for name in ("place_cost", "surcharge", "term", "lead_time")}
        told = {**dict.fromkeys(BOOKING), "booked_before": self.booked_before.tolist(), **terms, "remark": self.remark}
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
        yield self._terms(period)
        if self.booked_before.any():
            low, high = self.booked_before.min(), self.booked_before.max()
            told = f"{high:,.0f}" if low == high else f"{low:,.0f} to {high:,.0f}"
            yield f"Blocks of the plan hold {told} places on these dates already; no booking repeats them."
        yield "Forecast errors are taken to be normal; the rent of a booking counts within these dates alone."

    def _terms(self, period: str | float) -> str:
        """Return the terms, each with where it is from, as a sentence."""
        terms, stated = self.terms, self.terms.stated
        rent, spot = (written(each, "$/pallet/period") for each in (terms.place_cost, terms.surcharge))
        whence = "that of a contract of the plan" if "place_cost" in stated else "assumed to be that of an own place"
        price = "the price of a spot contract" if "surcharge" in stated else "holding and surcharge"
        lasts, lead = (quantity(each, "period", period) for each in (terms.term, terms.lead_time))
        return (
            f"A booked place costs {rent} a {unit_in('period', period)}, used or not; the price is {whence}. A "
            f"{unit_names().goods} that goes to the partner at once costs {spot}, {price}. A booking is in force for "
            f"{lasts} ({_from('term', stated)}), at the earliest {lead} from now ({_from('lead_time', stated)})."
        )


def space_of_lane(mean: ArrayLike, low: ArrayLike, high: ArrayLike, policy: Policy) -> NeededSpace:
    """Return the space that a flow lane needs, from the mean and the 95% interval of its forecast, shape (dates,)."""
    space = (1 + float(policy.return_rate)) * float(policy.dwell)  # of a pallet of demand [place]
    said, ends = np.asarray(mean, float), (np.asarray(low, float), np.asarray(high, float))
    sd = (ends[1] - ends[0]) / (2 * _NORMAL)
    remark = ""
    if policy.kind == "stock":
        remark = "Bookings ahead are computed for flow lanes, whose space follows their demand."
    elif not (sd > 0).all():
        remark = "Bookings ahead need a forecast with an interval for each date; this record cannot carry one."
    rent = float(policy.own_place_cost) or float(policy.holding_cost)
    spot = float(policy.holding_cost) + float(policy.partner_surcharge)
    return NeededSpace(space * said, space * sd, float(policy.internal_capacity), rent, spot, remark)


def space_of_site(
    lanes: Sequence[NeededSpace], errors: Sequence[LaneErrors], steps: NDArray[np.int64], own_places: float
) -> NeededSpace:
    """Return the space that lanes of a site need together; the spread is that of their past errors, summed.

    sd = sd over past origins of  sum of  s_i e_i / sd(e_i),  e_i = error in units of the lane's mean error so far

    Lanes that err together add up, and lanes that err against each other make up for each other. Prices are means,
    weighted by the space that the lanes need.

    Parameters
    ----------
    lanes : NeededSpace of each lane
    errors : LaneErrors of each lane, of records that end in the same period
    steps : shape (dates,)
        Step of each date in the forecasts, from 0.
    own_places : places of the site. [pallet]
    """
    weights = np.array([each.mean.sum() for each in lanes])
    share = weights / weights.sum() if weights.sum() > 0 else np.full(len(lanes), 1 / len(lanes))
    prices = (float(share @ [getattr(each, name) for each in lanes]) for name in ("place_cost", "surcharge"))
    mean = np.sum([each.mean for each in lanes], axis=0)
    remark = next((each.remark for each in lanes if each.remark), "")
    if remark:
        return NeededSpace(mean, np.zeros(len(mean)), own_places, *prices, f"One of its lanes says: {remark}")
    known = [_in_units(each, steps) for each in errors]
    joint = ~np.isnan(np.sum(known, axis=0))
    if joint.sum(axis=0).min() < _FEWEST:
        few = f"The lanes of the site have fewer than {_FEWEST} past forecasts of each date in common."
        return NeededSpace(mean, np.zeros(len(mean)), own_places, *prices, few)
    total = np.zeros(joint.shape)
    for each, error in zip(lanes, known, strict=True):
        spread = np.std(error, axis=0, where=joint)
        total += np.where(joint, error, 0.0) * (each.sd / np.where(spread > 0, spread, 1.0))
    return NeededSpace(mean, np.std(total, axis=0, where=joint), own_places, *prices)


def _in_units(errors: LaneErrors, steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return past errors in units of the lane's mean error up to then; 0 of a lane that has never erred."""
    error, unit = errors.error[:, steps], errors.unit[: len(errors.volumes), None]
    if not unit[-1] > 0:
        return 0.0 * error
    return np.divide(error, unit, out=np.full(error.shape, np.nan), where=unit > 0)


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
    if remark:
        return PlacesToBook(dates, terms, before, None, remark)
    found = booked_dates(
        space.mean,
        space.sd,
        own_places=space.own_places + before,
        term=terms.term,
        place_cost=terms.place_cost,
        surcharge=terms.surcharge,
        lead_time=terms.lead_time,
    )
    return PlacesToBook(dates, terms, before, found)


def _places(number: int) -> str:
    return "place" if number == 1 else "places"


def _from(name: str, stated: frozenset[str]) -> str:
    return "as a contract says" if name in stated else "assumed"


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
        space = space_of_lane(dated["mean"], dated["low"], dated["high"], policy)
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
                space_of_lane(each["mean"], each["low"], each["high"], policies[lane])
                for lane, each in zip(members, dated, strict=True)
            ]
            errors = [ahead.errors[lane] for lane in members]
            space = space_of_site(spaces, errors, ahead.steps, float(shared.capacity[number]))
            who = Booked(tuple(members), site)
            found[site] = places_to_book(who, space, ahead.dates, calendar, plan.of("contract"))
    return found
