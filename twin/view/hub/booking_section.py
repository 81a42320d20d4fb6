"""Build the section on places to book ahead, of the tab on capacity."""

from __future__ import annotations

from twin.plan.booked_dates import booked_dates
from twin.plan.unit_names import unit_names
from twin.plan.wording import unit_in, written
from twin.view.hub.session import Session
from twin.view.words import listed, table

_TERM = 4  # a booking is in force for so many periods, as long as no contract says otherwise [period]
_NORMAL = 1.959964  # standard deviations from the mean to an end of a 95% interval [-]


def booking_section(session: Session) -> str:
    """Return as HTML how many places to book ahead of the coming dates of the lane, and what that saves."""
    policy, plan = session.policy, session.by_date()
    if policy.kind == "stock":
        return "<p>Bookings ahead are computed for flow lanes, whose space follows their demand.</p>"
    dated, dates = plan.table, plan.dates.astype(str)
    space = (1 + float(policy.return_rate)) * float(policy.dwell)  # of a pallet of demand [place]
    spread = (dated["high"] - dated["low"]).to_numpy() / (2 * _NORMAL)
    if not (spread > 0).all():
        return "<p>Bookings ahead need a forecast with an interval for each date; this record cannot carry one.</p>"
    stated = _price(session, dates)
    rent = float(policy.own_place_cost) or float(policy.holding_cost) if stated is None else stated
    spot, term = float(policy.holding_cost) + float(policy.partner_surcharge), min(_TERM, len(dates))
    if not rent > 0:
        return "<p>Bookings ahead need a price of a place above 0; own place cost and holding cost are 0.</p>"
    found = booked_dates(
        space * dated["mean"].to_numpy(),
        space * spread,
        own_places=float(policy.internal_capacity),
        term=term,
        place_cost=rent,
        surcharge=spot,
    )
    period, count = unit_in("period", session.feed.period), len(dates)
    most = int(found.places.max())
    rules = [
        ["best bookings", f"at most {most:,}", written(found.cost, "$"), ""],
        _rule("one fixed number", f"{found.fixed_places:,}", found.fixed_cost, found.cost),
        _rule("newsvendor on the forecast", "", found.newsvendor_cost, found.cost),
        _rule("no booking", "0", found.unbooked_cost, found.cost),
    ]
    rows = [
        [date, f"{booked:,}", f"{places:,}"]
        for date, booked, places in zip(dates, found.bookings, found.places, strict=True)
        if booked
    ]
    whence = "is that of a contract of the plan" if stated is not None else "is assumed to be that of an own place"
    told = [
        f"A booked place costs {written(rent, '$/pallet/period')} a {period}, used or not; the price {whence}. "
        f"A {unit_names().goods} that goes to the partner at once costs {written(spot, '$/pallet/period')}, "
        f"holding and surcharge.",
        f"A booking is assumed to be in force for {term} of the {count} dates, and forecast errors to be normal.",
    ]
    named = ("from", f"{unit_names().many} to book", "in force")
    shown = table("Places to book ahead", named, rows) if rows else "<p>No booking saves money on these dates.</p>"
    heads = ("rule", "places", "cost over these dates", "saved by the best")
    return shown + table("What booking ahead saves", heads, rules) + listed(told)


def _rule(name, places, cost, least):
    """Return the row of a rule with what the best bookings save against it."""
    return [name, places, written(cost, "$"), written(cost - least, "$")]


def _price(session, dates):
    """Return the price of a place by the plan's first block for the lane in these dates; None if none states it."""
    for fields in session.contracts().values():
        block = fields.get("type") in ("hard block", "soft block") and "price" in fields
        named = fields.get("lanes") and session.lane in fields["lanes"]
        everywhere = not fields.get("lanes") and not fields.get("site")
        begun = str(fields["first"]) <= dates[-1] and str(fields.get("last") or dates[0]) >= dates[0]
        if block and begun and (named or everywhere):
            return float(fields["price"])
    return None
