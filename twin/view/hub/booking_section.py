"""Build the section on places to book ahead, of the tab on capacity."""

from __future__ import annotations

from twin.plan.booked_dates import booked_dates
from twin.plan.unit_names import unit_names
from twin.plan.wording import unit_in, written
from twin.view.hub.session import Session
from twin.view.words import cards, listed, table

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
    stated = _price(session, dates[0])
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
    entries = [
        ("Book now", "booked_now", float(found.bookings.sum()), "pallet", f"from {dates[0]} to {dates[-1]}"),
        ("Cost with bookings", "booked_cost", found.cost, "$", f"without {written(found.unbooked_cost, '$')}"),
        ("Saved on a fixed plan", "saved_on_fixed", found.fixed_cost - found.cost, "$", f"of {found.fixed_places}"),
        ("Saved on the newsvendor", "saved_on_newsvendor", found.newsvendor_cost - found.cost, "$", "on the forecast"),
    ]
    rows = [
        [date, f"{booked:,}", f"{places:,}"]
        for date, booked, places in zip(dates, found.bookings, found.places, strict=True)
        if booked
    ]
    whence = "is that of the plan's contract" if stated is not None else "is assumed to be that of an own place"
    told = [
        f"A booked place costs {written(rent, '$/pallet/period')} a {period}, used or not; the price {whence}. A pallet "
        f"that goes to the partner at once costs {written(spot, '$/pallet/period')}, holding and surcharge.",
        f"A booking is assumed to be in force for {term} of the {count} dates, and the errors of a forecast to be normal.",
    ]
    named = ("from", f"{unit_names().many} to book", "in force")
    shown = table("Places to book ahead", named, rows) if rows else "<p>No booking saves money on these dates.</p>"
    return cards(entries, session.feed.period) + shown + listed(told)


def _price(session, first):
    """Return the price of a place by a contract of the plan for the lane from a date on; None if none states it."""
    for fields in session.plan.of("contract").values():
        blocks = fields.get("type") in ("hard block", "soft block") and "price" in fields
        serves = not fields.get("lanes") or session.lane in fields["lanes"]
        if blocks and serves and not (fields.get("last") and str(fields["last"]) < first):
            return float(fields["price"])
    return None
