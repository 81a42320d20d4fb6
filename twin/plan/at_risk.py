"""Overflow and money at risk of the coming week or month, beyond own places and those that are booked by decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.plan.attention import ranked_periods
from twin.plan.coming_overflow import coming_overflow, load_of, steps_watched
from twin.plan.contract_dates import in_force

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.plan.attention import Watched
    from twin.plan.network_forecasts import NetworkForecasts
    from twin.policy import Policy

_TOGETHER = 128  # lanes whose errors are looked at together: they fit into the processor's cache [lane]
#: Columns of `AtRisk.columns`.
AT_RISK_COLUMNS = ("expected_overflow", "overflow_probability", "money")

TAKEN = ("accepted", "changed")  # states of a decision whose places were booked
_SAME = ("places", "first", "last")  # fields by which a decision is about the places of an earlier one

Booking = Mapping[str, Any]


def bookings_of(decisions: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Booking, ...]]:
    """Return the bookings of each lane by decisions of a plan on overflow, whose places add up.

    A later decision that declines or snoozes the same places on the same days takes a booking back; one that names no
    places takes all of them back.

    >>> taken = {"lane": "A", "state": "accepted", "places": 5.0, "first": "2026-01-05"}
    >>> [one["places"] for one in bookings_of({"1": taken, "2": {**taken, "places": 3.0}})["A"]]
    [5.0, 3.0]
    >>> bookings_of({"1": taken, "2": {**taken, "state": "declined"}})
    {}
    """
    found: dict[str, tuple[Booking, ...]] = {}
    for one in decisions.values():
        if "lane" not in one or one.get("action", "overflow") != "overflow":
            continue
        before = found.pop(one["lane"], ())
        now: tuple[Booking, ...] = ()
        if is_booking(one):
            now = (*before, one)
        elif one.get("places"):
            now = tuple(each for each in before if any(each.get(name) != one.get(name) for name in _SAME))
        if now:
            found[one["lane"]] = now
    return found


def is_booking(one: Mapping[str, Any]) -> bool:
    """Return whether a decision of a plan books places for the overflow of a lane."""
    of_lane = "lane" in one and one.get("action", "overflow") == "overflow"
    return of_lane and one["state"] in TAKEN and one.get("places", 0.0) > 0


def booked_places(bookings: Sequence[Booking], days: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the places of some bookings together, by the first days of periods. [pallet]"""
    return sum((one["places"] * in_force(one, days) for one in bookings), np.zeros(len(days)))


@dataclass(frozen=True)
class AtRisk:
    """The forecast workload of lanes in the coming week or month, its errors, and their places.

    rows, price : number and surcharge of each lane. load, errors, before, own, dwell : as `coming_overflow` takes them.
    calendar, days : of the record, and the first days of the coming periods.
    """

    rows: Mapping[str, int]
    load: NDArray[np.float64]
    errors: NDArray[np.float64]
    before: NDArray[np.float64]
    own: NDArray[np.float64]
    price: NDArray[np.float64]
    dwell: NDArray[np.float64]
    calendar: WorkingCalendar
    days: NDArray[np.datetime64]

    def columns(self, bookings: Mapping[str, Sequence[Booking]]) -> dict[str, NDArray[np.float64]]:
        """Return expected overflow [pallet], its probability in a period [-], and its money [$/week or month].

        Booked places count as own ones in the periods that begin from the first to the last day of the booking; on
        holidays nothing overflows.
        """
        places = self.own[:, np.newaxis] + np.zeros(len(self.days))
        for lane in bookings.keys() & self.rows.keys():
            places[self.rows[lane]] += booked_places(bookings[lane], self.days)
        found = []
        for start in range(0, len(self.own), _TOGETHER):
            part = slice(start, start + _TOGETHER)
            given = self.load[part], self.errors[part], self.before[part], places[part], self.dwell[part]
            found.append(coming_overflow(*given, self.calendar))
        expected, probability = (np.concatenate([one[at] for one in found]) for at in (0, 1))
        there = self.calendar.is_period(self.days)
        over = expected[:, there].sum(axis=1)
        likely = probability[:, there].mean(axis=1) if there.any() else np.zeros(len(over))
        return dict(zip(AT_RISK_COLUMNS, (over, likely, over * self.price), strict=True))

    def only(self, lanes: list[str]) -> AtRisk:
        """Return the same of some lanes; the errors of all would take much memory."""
        at = [self.rows[lane] for lane in lanes]
        parts = {name: getattr(self, name)[at] for name in ("load", "errors", "before", "own", "price", "dwell")}
        return replace(self, rows={lane: row for row, lane in enumerate(lanes)}, **parts)


def at_risk_of(
    names: list[str],
    found: Watched,
    volumes: NDArray[np.float64],
    policy: Policy,
    calendar: WorkingCalendar,
    last: np.datetime64,
) -> AtRisk:
    """Return what lanes have at risk after the period `last`, from what `watched` found of their need for space.

    volumes : records of the lanes, shape (lanes, periods). [pallet/period]
    """
    block = ranked_periods(calendar.period, calendar.season)
    own, price, dwell, returned = (
        np.broadcast_to(np.asarray(part, float), len(names))
        for part in (policy.internal_capacity, policy.partner_surcharge, policy.dwell, policy.return_rate)
    )
    stay = np.maximum(dwell, 1e-300)[:, np.newaxis]
    late = max(int(np.ceil(dwell.max(initial=0.0))) - 1, 1)
    return AtRisk(
        {name: row for row, name in enumerate(names)},
        found.mean[:, :block] / stay,
        found.errors[:, :, :block] / stay[..., np.newaxis],
        (1.0 + returned[:, np.newaxis]) * volumes[:, -late:],
        own,
        price,
        dwell,
        calendar,
        calendar.without_holidays.following(last, block),
    )


def lane_at_risk(
    forecasts: NetworkForecasts, lane: str, policy: Policy, bookings: Mapping[str, Sequence[Booking]]
) -> dict[str, float]:
    """Return what the morning says of one lane of a feed, as `AtRisk.columns` does; empty without a forecast.

    forecasts : of the feed, with the changes of its plan. bookings : as `bookings_of` returns them.

    >>> from twin.plan.portfolio import research_portfolio
    >>> lanes = research_portfolio()
    >>> _, policy = lanes.inputs("BER-MUC")
    >>> list(lane_at_risk(lanes.feed.forecasts, "BER-MUC", policy, {}))
    ['expected_overflow', 'overflow_probability', 'money']
    """
    calendar = forecasts.calendar
    block = ranked_periods(calendar.period, calendar.season)
    load, errors, before = load_of(forecasts.of(lane, steps_watched(calendar)), policy)
    if not np.isfinite(load).all():
        return {}
    own, price, dwell = (
        np.array([float(part)]) for part in (policy.internal_capacity, policy.partner_surcharge, policy.dwell)
    )
    late = max(int(np.ceil(dwell.max())) - 1, 1)
    parts = load[np.newaxis, :block], errors[np.newaxis, :, :block], before[np.newaxis, -late:], own, price, dwell
    days = calendar.without_holidays.following(forecasts.last, block)
    return {
        name: float(value[0]) for name, value in AtRisk({lane: 0}, *parts, calendar, days).columns(bookings).items()
    }
