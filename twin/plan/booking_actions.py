"""Actions on overflow and on handling: places to book ahead or a shift to add, where from, and what that saves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from twin import overflow_ahead
from twin.plan.action_rows import Row, Taken, places_in_words, row_of
from twin.plan.at_risk import booked_places
from twin.plan.attention import BLOCK_NAMES, HALF_LIFE, WEEKS
from twin.plan.contract_dates import always_paid, further_price, in_force
from twin.plan.partner_actions import contract_for, places_left
from twin.plan.unit_names import unit_names
from twin.plan.wording import money, written

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.plan.lane_facts import LaneFacts
    from twin.plan.partner_actions import Free
    from twin.plan.shift_actions import Shifts


PASSING = " for goods that pass, without those in stock, which the plan by date counts,"
LEAST_PRICE = 1e-9  # of a place that is paid already: no place is booked that is never used [$/pallet/period]
LEAST_MORE = 0.1  # least further places as a share of those booked: less is the noise of a day's new forecast [-]


class _Best(NamedTuple):
    """The best booking: places, days, price of a place [$/pallet/period], rent of all [$], and gain [$]."""

    places: float
    first: Any
    last: Any
    price: float
    rent: float
    gain: float

    @property
    def columns(self) -> dict[str, Any]:
        """The columns of an action, without a price if nothing is booked."""
        return self._asdict() | ({} if self.places > 0 else {"price": None})


class BookingActions:
    """Says the actions on overflow and on handling.

    errors : errors of past forecasts of each lane with an action. partners : partner of each overflowing lane.
    taken : what is decided already; its contracts lose the places that are proposed.
    """

    taken: Taken

    def __init__(
        self,
        facts: LaneFacts,
        shifts: Shifts | None,
        errors: Mapping[int, NDArray[np.float64]],
        partners: Mapping[int, Free],
    ) -> None:
        self.facts, self.shifts, self.errors, self.partners = facts, shifts, errors, partners
        self._bookings: dict[tuple[Any, ...], _Best] = {}  # the best ones, when they are known

    def overflow(self, at: int) -> Row:
        """Return the action on the overflow of a lane, or on what is left of it beyond the bookings of the lane.

        Besides its columns the row has its need: the reason without what is said of a partner.
        """
        facts = self.facts
        row, near = self.taken.lanes.loc[facts.names[at]], facts.mean[at, : facts.block].mean()
        booked = booked_places(self.taken.bookings.get(facts.names[at], ()), facts.ahead[:-1])
        there = f" and up to {places_in_words(booked.max())} booked" if booked.any() else ""
        reason = (
            f"{places_in_words(near)} are expected a {facts.unit}{' by the plan' if facts.stated[at] else ''}"
            f"{PASSING if facts.stocks[at] else ''} against {places_in_words(row['capacity'])} owned{there}: "
            f"{100 * row['overflow_probability']:.0f}% of the coming {facts.unit}s overflow, "
            f"by {places_in_words(row['expected_overflow'])} in the {BLOCK_NAMES[facts.period]}"
        )
        own = float(row["capacity"])
        best, of_what = self._best_booking(at, own, booked), ", as an own place"
        contract = self._contract(at, best.first, best.last)
        if contract:
            name, terms = contract
            partner, price, room = terms["partner"], further_price(terms), self.taken.left[name]
            best = self._best_booking(at, own, booked, room, price)
            of_what = of_what if price is None else ""
            here = np.zeros(len(room), bool) if best.first is None else within(facts.ahead[:-1], best.first, best.last)
            why = f"; contract {name} with {partner} has the lowest price of those with places left{_owed(terms)}"
            if best.places > 0 and best.places == (most := room[here].min()) < terms.get("places", np.inf):
                why += f"; other bookings leave {places_in_words(most)} of it"
            self.taken.left[name] = room - np.where(here, best.places, 0.0)
        else:
            partner, why = self._partner(at)
        where = f" at {partner}" if partner else ""
        if best.places > 0:
            many = f"{places_in_words(best.places)}{where}"
            many = many.replace(" place", " more place", 1) if booked.any() else many
            price = f"{written(best.price, '$')} a place and {facts.unit}{of_what}"
            decision = f"book {many} from {best.first} to {best.last} for {price}: {_net(best, 'places')}"
        else:
            worth = facts.saved[at] * row["overflow_probability"]
            decision = (
                f"buy from {partner or 'the partner'} on the day ({written(facts.whole_price[at], '$')} a place); a "
                f"place booked ahead pays below {written(worth, '$')} a {facts.unit}"
            )
        return {**row_of(reason + why, decision, **best.columns, partner=partner), "need": reason}

    def handling(self, at: int) -> Row:
        """Return the action on the handling of a site."""
        shifts, many = self.shifts, unit_names().many
        near = shifts.found.mean[at, : self.facts.block].mean()
        reason = (
            f"{near:,.0f} {many} are expected a {self.facts.unit} against {shifts.limit[at]:,.0f} that the shift can "
            f"handle: {100 * shifts.found.probability[at]:.0f}% of the coming {self.facts.unit}s go beyond it, by "
            f"{shifts.found.expected[at]:,.0f} {many} in the {BLOCK_NAMES[self.facts.period]}"
        )
        most, none = np.full(len(self.facts.open), np.inf), np.zeros(len(self.facts.open))
        prices = shifts.handling[at], shifts.handling[at] + shifts.price[at]
        given = shifts.found.mean[at], shifts.found.errors[at], float(shifts.limit[at])
        best = self._best_run(*given, *prices, none, most)
        if best.places > 0:
            decision = (
                f"add a shift for {best.places:,.0f} {many} from {best.first} to {best.last} for "
                f"{written(best.price, '$')} each: {_net(best, 'shift')}"
            )
        else:
            whole = written(shifts.handling[at] + shifts.price[at], "$")
            decision = (
                f"give the rest to a partner on the day ({whole} a {unit_names().goods}): a shift ahead costs more"
            )
        return row_of(reason, decision, **best.columns)

    def _contract(self, at: int, first: Any, last: Any) -> tuple[str, Mapping[str, Any]] | None:
        """Return the name and terms of the cheapest contract that still has places; None without one."""
        known, days = self.facts.known, self.facts.ahead[:-1]
        if not self.taken.left:
            self.taken.left.update(places_left(known.contracts, known.site, self.taken.bookings, days))
        lane, day = self.facts.names[at], first or days[0]
        here = within(days, day, last or day)
        free = {name: terms for name, terms in known.contracts.items() if (self.taken.left[name][here] > 0).any()}
        return contract_for(free, lane, known.site.get(lane), str(day), str(last or ""))

    def _partner(self, at: int) -> tuple[str, str]:
        """Return the lane that is proposed as partner, and the reason; "" without one."""
        if at not in self.partners:
            return "", ""
        other, free, share = self.partners[at]
        why = f"; {self.facts.names[other]} has {places_in_words(free)} free then, for {100 * share:.0f}% of it"
        return self.facts.names[other], why

    def _best_booking(
        self,
        at: int,
        own: float,
        booked: NDArray[np.float64],
        room: NDArray[np.float64] | None = None,
        price: float | None = None,
    ) -> _Best:
        """Return the best booking for a lane.

        own : own places. booked : places that are booked already, by coming period.
        room : largest number of places, by coming period. price : of a booked place; None for that of an own place.
        """
        most = np.full(len(booked), np.inf) if room is None else room
        key = at, own, booked.tobytes(), most.tobytes(), price
        if key not in self._bookings:
            always = self.facts.always[at] if price is None else max(price, LEAST_PRICE)
            given = self.facts.mean[at], self.errors[at], own, always, self.facts.saved[at]
            self._bookings[key] = self._best_run(*given, booked, most)
        return self._bookings[key]

    def _best_run(self, mean, errors, capacity, always, saved, booked, room):
        """Return the best booking of one number of places.

        Its periods follow each other, have the same places booked already, and room for it.
        """
        prices = {"always": float(always), "saved": float(saved)}
        life = self.facts.block * HALF_LIFE[self.facts.period]

        def best(span, most):
            here = mean[span], errors[:, span], capacity + booked[span]
            found = overflow_ahead.places_ahead(*here, **prices, half_life=life)
            places, gain = float(found.places), float(found.gain)
            if places > most:
                over, beyond = (
                    overflow_ahead.overflow_ahead(*here[:2], here[2] + more, life).expected.sum() for more in (0, most)
                )
                places, gain = most, float(saved * (over - beyond) - always * most * len(span))
            return (places, gain) if places >= LEAST_MORE * booked[span[0]] else (0.0, 0.0)

        choices = []
        for most in np.unique(room[self.facts.open & (room > 0)]):
            for run in _runs(self.facts.open, booked, room >= most):
                span = self._that_pay(run, most, best) if booked[run[0]] == 0 else run
                if len(span):
                    choices.append((*best(span, most), span))
        places, gain, span = max(choices, key=lambda one: one[1], default=(0.0, 0.0, ()))
        price = 0.0 if always <= LEAST_PRICE else float(always)
        if gain <= 0:
            return _Best(0.0, None, None, price, 0.0, 0.0)
        first, after = self.facts.ahead[span[0]], self.facts.ahead[span[-1] + 1]
        last = self.facts.ahead[span[-1]] if self.facts.period == "D" else after - 1
        return _Best(places, first, last, price, price * places * len(span), gain)

    def _that_pay(self, run, most, best):
        """Return the periods of a run from the first to the last week (or month) in which a booking pays."""
        weeks = [run[run // self.facts.block == week] for week in range(WEEKS[self.facts.period])]
        paying = [week for week in weeks if len(week) and best(week, most)[1] > 0]
        return run[(run >= paying[0][0]) & (run <= paying[-1][-1])] if paying else run[:0]


def within(days: NDArray[np.datetime64], first: Any, last: Any) -> NDArray[np.bool_]:
    """Return whether each period, by its first day, begins from one day to another."""
    return in_force({"first": first, "last": last}, days)


def _runs(is_open: NDArray[np.bool_], booked: NDArray[np.float64], free: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return the free periods that follow each other, closed ones aside, and have the same places booked already.

    >>> open, booked, free = np.array([1, 0, 1, 1, 1], bool), np.array([0, 0, 0, 5, 5]), np.array([1, 1, 1, 1, 0], bool)
    >>> [run.tolist() for run in _runs(open, booked, free)]
    [[0, 2], [3]]
    """
    steps = np.flatnonzero(is_open)
    cuts = np.flatnonzero((np.diff(booked[steps]) != 0) | (np.diff(free[steps]) != 0)) + 1
    return [run for run in np.split(steps, cuts) if len(run) and free[run[0]]]


def _net(best: _Best, what: str) -> str:
    """Return what a booking saves, and its rent, in words."""
    return f"saves {money(best.gain)} after {money(best.rent)} for the {what}"


def _owed(terms: Mapping[str, Any]) -> str:
    """Return what of a contract is paid in any case, and what a place costs further, in words; "" if nothing is."""
    share, price = always_paid(terms), further_price(terms)
    if not share or price is None:
        return ""
    paid = "it is" if share == 1 else f"{100 * share:.3g}% of it is"
    further = f"{written(price, '$')} more, not {written(terms['price'], '$')}" if price else "nothing more"
    return f"; {paid} paid in any case, so that a place costs {further}"
