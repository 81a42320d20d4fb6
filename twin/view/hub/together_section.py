"""Build the section on places that partners book ahead together, of the tab on partners."""

from __future__ import annotations

from html import escape

from twin.data.text import number_of, visible
from twin.plan.unit_names import unit_names
from twin.plan.wording import unit_in, written
from twin.view.hub.session import Session
from twin.view.words import cards, figure, listed, table


def together_section(session: Session) -> str:
    """Return as HTML what the partners book ahead together, what each of them pays, and why nobody leaves."""
    both, terms = session.partnership.bookings(session)
    found, alone, period = both.found, both.alone, session.feed.calendar.length
    over = f"over {number_of(len(both.dates), unit_in('period', period))} ahead"
    shown = cards(
        [
            ("Each books alone", "booked_alone", float(alone.sum()), "$", over),
            ("Together", "booked_together", float(found.costs[-1]), "$", over),
            ("Saved", "booking_saving", found.saving, "$", over),
        ],
        session.feed.period,
    )
    payments = [
        [escape(visible(name, 24)), written(cost, "$"), figure(f"books_{place}", pays, "$"), written(cost - pays, "$")]
        for place, (name, cost, pays) in enumerate(
            zip(both.names, alone.tolist(), found.allocation.tolist(), strict=True)
        )
    ]
    split = table(
        f"Who pays what over these dates [{unit_names().currency}]", ("partner", "alone", "pays", "saves"), payments
    )
    notes = [*both.sentences(), terms.sentence(period)]
    notes.append("Places may be fractions; the rent of a booking counts within these dates alone.")
    return shown + split + listed(notes)
