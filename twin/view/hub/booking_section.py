"""Build the section on places to book ahead, of the tab on capacity."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from twin.data.text import visible
from twin.plan.booked_lane import PlacesToBook
from twin.plan.unit_names import unit_names
from twin.plan.wording import written
from twin.view.hub.session import Session
from twin.view.words import listed, table


def booking_section(session: Session) -> str:
    """Return as HTML how many places to book ahead of the coming dates of the lane and its site, and what that saves.

    Where several lanes share the places of a site, its bookings are those of the lanes together.
    """
    parts = [_booked(session.places_to_book(), session)]
    for site, found in session.site_places_to_book().items():
        parts.append(f"<h4>Site {escape(visible(site, 60))}, its lanes together</h4>{_booked(found, session)}")
    return "".join(parts)


def _booked(places: PlacesToBook, session: Session) -> str:
    """Return the bookings of a lane or a site, what simpler rules cost, and the sentences on both."""
    told = listed(places.sentences(session.feed.calendar.length))
    found = places.found
    if found is None:
        return told
    rules = [
        ["best bookings", f"at most {int(found.places.max()):,}", written(found.cost, "$"), ""],
        _rule("one fixed number", f"{found.fixed_places:,}", found.fixed_cost, found.cost),
        _rule("newsvendor on the forecast", "", found.newsvendor_cost, found.cost),
        _rule("no booking", "0", found.unbooked_cost, found.cost),
    ]
    named = ("from", f"{unit_names().many} to book", "in force")
    rows = list(_rows(places))
    shown = table("Places to book ahead", named, rows) if rows else ""
    heads = ("rule", "places", "cost over these dates", "saved by the best")
    return shown + table("What booking ahead saves", heads, rules) + told


def _rows(places: PlacesToBook) -> Iterator[list[str]]:
    """Yield a row for each date on which a booking begins."""
    n = places.numbers()
    for date, booked, in_force in zip(places.dates.astype(str), n["bookings"], n["places"], strict=True):
        if booked:
            yield [date, f"{booked:,}", f"{in_force:,}"]


def _rule(name: str, places: str, cost: float, least: float) -> list[str]:
    """Return the row of a rule with what the best bookings save against it."""
    return [name, places, written(cost, "$"), written(cost - least, "$")]
