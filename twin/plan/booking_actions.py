"""Actions on overflow and on handling: places to book ahead or a shift to add, where from, and what that saves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from twin import overflow_ahead
from twin.plan.action_rows import Row, places_in_words, row_of
from twin.plan.attention import BLOCK_NAMES, HALF_LIFE, WEEKS
from twin.plan.partner_actions import contract_for
from twin.plan.unit_names import unit_names
from twin.plan.wording import money, written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.plan.lane_facts import LaneFacts
    from twin.plan.partner_actions import Free
    from twin.plan.shift_actions import Shifts


class BookingActions:
    """Says the actions on overflow and on handling.

    errors : errors of past forecasts of each lane with an action. partners : partner of each overflowing lane.
    left : places that contracts of the plan have left, by name; it loses those that are proposed. [pallet]
    """

    def __init__(
        self,
        facts: LaneFacts,
        shifts: Shifts | None,
        errors: Mapping[int, NDArray[np.float64]],
        partners: Mapping[int, Free],
    ) -> None:
        self.facts, self.shifts, self.errors, self.partners = facts, shifts, errors, partners
        self.left: dict[str, float] = {}
        self._bookings: dict[tuple[Any, ...], tuple[float, Any, Any, float]] = {}  # the best ones, when they are known

    def overflow(self, at: int) -> Row:
        """Return the action on the overflow of a lane."""
        facts = self.facts
        row, near = facts.known.table.iloc[at], facts.mean[at, : facts.block].mean()
        reason = (
            f"{places_in_words(near)} are expected a {facts.unit}{' by the plan' if facts.stated[at] else ''} against "
            f"{places_in_words(row['capacity'])} owned: "
            f"{100 * row['overflow_probability']:.0f}% of the coming {facts.unit}s overflow, "
            f"by {places_in_words(row['expected_overflow'])} in the {BLOCK_NAMES[facts.period]}"
        )
        own = float(row["capacity"])
        places, first, last, gain = self._best_booking(at, own)
        contract = self._contract(at, first, last)
        if contract:
            name, terms = contract
            partner, price, most = terms["partner"], terms.get("price"), self.left[name]
            begins = np.datetime64(terms["first"]) if terms["first"] > str(first or facts.ahead[0]) else None
            places, first, last, gain = self._best_booking(at, own, begins, price, most)
            why = f"; contract {name} with {partner} has the lowest price of those with places left"
            why += (
                f"; the actions above leave {places_in_words(most)} of it" if places == most < terms["places"] else ""
            )
            self.left[name] -= places
        else:
            partner, price, why = self._partner(at)
        where = f" at {partner}" if partner else ""
        if places > 0:
            decision = f"book {places_in_words(places)}{where} from {first} to {last}: saves {money(gain)}"
        else:
            worth = facts.saved[at] * row["overflow_probability"]
            decision = (
                f"buy from {partner or 'the partner'} on the day ({written(facts.whole_price[at], '$')} a place); a "
                f"place booked ahead pays below {written(worth, '$')} a {facts.unit}"
            )
        booked = {"places": places, "first": first, "last": last, "partner": partner, "price": price}
        return row_of(reason + why, decision, gain, **booked)

    def handling(self, at: int) -> Row:
        """Return the action on the handling of a site."""
        shifts, many = self.shifts, unit_names().many
        near = shifts.found.mean[at, : self.facts.block].mean()
        reason = (
            f"{near:,.0f} {many} are expected a {self.facts.unit} against {shifts.limit[at]:,.0f} that the shift can "
            f"handle: {100 * shifts.found.probability[at]:.0f}% of the coming {self.facts.unit}s go beyond it, by "
            f"{shifts.found.expected[at]:,.0f} {many} in the {BLOCK_NAMES[self.facts.period]}"
        )
        given = shifts.found.mean[at], shifts.found.errors[at], float(shifts.limit[at])
        slots, first, last, gain = self._weeks_that_pay(
            *given, shifts.handling[at], shifts.handling[at] + shifts.price[at]
        )
        if slots > 0:
            decision = f"add a shift for {slots:,.0f} {many} from {first} to {last}: saves {money(gain)}"
        else:
            whole = written(shifts.handling[at] + shifts.price[at], "$")
            decision = (
                f"give the rest to a partner on the day ({whole} a {unit_names().goods}): a shift ahead costs more"
            )
        return row_of(reason, decision, gain, places=slots, first=first, last=last)

    def _contract(self, at: int, first: Any, last: Any) -> tuple[str, Mapping[str, Any]] | None:
        """Return the name and terms of the cheapest contract that still has places; None without one."""
        for name, terms in self.facts.known.contracts.items():
            self.left.setdefault(name, float(terms.get("places", np.inf)))
        free = {name: terms for name, terms in self.facts.known.contracts.items() if self.left[name] > 0}
        lane, day = self.facts.names[at], str(first or self.facts.ahead[0])
        return contract_for(free, lane, self.facts.known.site.get(lane), day, str(last or ""))

    def _partner(self, at: int) -> tuple[str, float | None, str]:
        """Return the lane that is proposed as partner, no price, and the reason; "" without one."""
        if at not in self.partners:
            return "", None, ""
        other, free, share = self.partners[at]
        why = f"; {self.facts.names[other]} has {places_in_words(free)} free then, for {100 * share:.0f}% of it"
        return self.facts.names[other], None, why

    def _best_booking(
        self, at: int, capacity: float, begins: Any = None, price: float | None = None, most: float = np.inf
    ) -> tuple[float, Any, Any, float]:
        """Return places, first and last day, and gain of the best booking for a lane.

        begins : day from which on; None from now. price : of a booked place; None for that of an own place.
        most : largest number of places.
        """
        key = at, capacity, begins, price, most
        if key not in self._bookings:
            always = self.facts.always[at] if price is None else price
            given = self.facts.mean[at], self.errors[at], capacity, always, self.facts.saved[at]
            self._bookings[key] = self._weeks_that_pay(*given, begins, most)
        return self._bookings[key]

    def _weeks_that_pay(self, mean, errors, capacity, always, saved, begins=None, most=np.inf):
        """Return places, first and last day, and gain of the best booking over the weeks in which one pays."""
        bookable = self.facts.open if begins is None else self.facts.open & (self.facts.ahead[:-1] >= begins)
        block, life = self.facts.block, self.facts.block * HALF_LIFE[self.facts.period]
        prices = {"always": float(always), "saved": float(saved), "half_life": life}

        def best(span):
            found = overflow_ahead.places_ahead(mean[span], errors[:, span], capacity, **prices)
            if found.places <= most:
                return found
            over, beyond = (
                overflow_ahead.overflow_ahead(mean[span], errors[:, span], own, life).expected.sum()
                for own in (capacity, capacity + most)
            )
            return found._replace(places=most, gain=saved * (over - beyond) - always * most * len(span))

        def steps(first, end):
            return first * block + np.flatnonzero(bookable[first * block : end * block])

        weeks = [steps(week, week + 1) for week in range(WEEKS[self.facts.period])]
        paying = [week for week, span in enumerate(weeks) if len(span) and best(span).gain > 0]
        if not paying:
            return 0.0, None, None, 0.0
        span = steps(paying[0], paying[-1] + 1)
        found, first = best(span), self.facts.ahead[span[0]]
        last = self.facts.ahead[span[-1]] if self.facts.period == "D" else self.facts.ahead[span[-1] + 1] - 1
        return float(found.places), first, last, float(found.gain)
