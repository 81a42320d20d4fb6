"""Bookings ahead that partners make together, from their own forecasts and the errors that these had together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import require
from twin.data.text import visible
from twin.games.pooled_bookings import PooledBookings, pooled_bookings
from twin.plan.booking_terms import Booked, BookingTerms, booking_terms
from twin.plan.needed_space import prices_of_places, space_of_pallet
from twin.plan.network_forecasts import coming_steps
from twin.plan.wording import written

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.past_errors import LaneErrors
    from twin.plan.booking_terms import Contracts
    from twin.plan.feed import Feed
    from twin.plan.horizon import DatedForecasts
    from twin.policy import Policy

MOST_BOOKERS = 6  # most partners: a linear programme for each coalition
_FEWEST = 8  # past forecasts that partners must have in common [period]
_MOST = 120  # most scenarios, the latest
_ROUNDING = 1e-6  # places and money below which nothing is said [place], [$]


class PartnersBookings(NamedTuple):
    """The bookings that partners make together for the coming dates.

    names : names of the n partners.
    dates : first day of each period, shape (dates,).
    needs : space of each partner in each scenario, shape (scenarios, dates, n). [pallet]
    found : PooledBookings
    """

    names: tuple[str, ...]
    dates: NDArray[np.datetime64]
    needs: NDArray[np.float64]
    found: PooledBookings

    @property
    def alone(self) -> NDArray[np.float64]:
        """Cost of each partner's own bookings, over all dates, shape (n,). [$]"""
        return self.found.costs[1 << np.arange(len(self.names))]

    def sentences(self) -> Iterator[str]:
        """Yield what the partners book and save together, and why no coalition leaves the split of the bill."""
        found, days, alone = self.found, self.dates.astype(str), float(self.alone.sum())
        saved = f"{written(found.saving, '$')}, or {written(found.saving / alone, '-')}" if alone > 0 else "nothing"
        yield (
            f"From {days[0]} to {days[-1]}, {len(self.names)} partners pay {written(alone, '$')} if each books its own "
            f"places, and {written(float(found.costs[-1]), '$')} together: they save {saved}."
        )
        begun = [(day, places) for day, places in zip(days, found.bookings, strict=True) if places > _ROUNDING]
        told = "; ".join(f"{written(places, 'pallet')} from {day}" for day, places in begun)
        yield f"Places to book together: {told}." if begun else "No booking saves money on these dates."
        yield (
            "Each partner pays for its needs at one price for each date and scenario: the cost of one more pallet to "
            "all partners together."
        )
        worst = found.leaving.gain
        if worst > _ROUNDING * max(alone, 1.0):
            yield f"One coalition would gain {written(worst, '$')} by leaving."
        else:
            less = written(max(-worst, 0.0), "$")
            yield f"No coalition would pay less on its own: the one that comes nearest would pay {less} more."


def partners_bookings(
    feed: Feed,
    names: Sequence[str],
    *,
    horizon: int,
    term: int,
    place_cost: float,
    surcharge: float,
    internal_capacity: ArrayLike = 0.0,
) -> PartnersBookings:
    """Return what partners book together for the coming dates, with a split of the bill that no coalition leaves.

    A scenario lays the errors that all partners made at the same time in the past on their forecasts of today, so that
    partners who err together save less.

    Parameters
    ----------
    feed : Feed in which each lane is a partner
    names : names of 2 to 15 partners
    horizon : number of periods ahead, >= 1. [period]
    term, place_cost, surcharge, internal_capacity : as for `games.pooled_bookings.pooled_bookings`

    Errors
    ------
    ValueError for lanes that are not in the feed, and for partners with fewer than eight past forecasts in common.

    >>> from twin.data.scenarios import research_partners
    >>> from twin.plan.feed import feed_of_history
    >>> feed = feed_of_history(research_partners())
    >>> both = partners_bookings(feed, ["toys", "garden"], horizon=6, term=4, place_cost=5.0, surcharge=20.0)
    >>> both.found.saving > 0, bool(both.found.leaving.gain <= 1e-6)
    (True, True)
    """
    chosen = tuple(map(str, names))
    require(len(set(chosen)) == len(chosen) >= 2, "partners", "two or more different lanes", ", ".join(chosen))
    for name in chosen:
        require(name in feed.statistics.index, "partners", "lanes on record", visible(name))
    coming, steps = coming_steps(feed.forecasts.last, feed.calendar, horizon)
    each = feed.forecasts.together(chosen, int(steps[-1]) + 1)
    needs = _together([errors for _, errors in each], steps)
    terms = {"term": term, "place_cost": place_cost, "surcharge": surcharge, "internal_capacity": internal_capacity}
    return PartnersBookings(chosen, coming, needs, pooled_bookings(needs, **terms))


def bookings_of_partners(
    ahead: DatedForecasts, policies: Mapping[str, Policy], calendar: WorkingCalendar, contracts: Contracts | None = None
) -> tuple[PartnersBookings, BookingTerms]:
    """Return what lanes book together for the dates of a plan, on the terms that are open to them, and these terms.

    policies : of each partner by its name. Prices that no contract states are means, weighted by the space they need.

    >>> from twin.data.load import load_history
    >>> from twin.plan.policies import policy_of
    >>> from twin.plan.table_report import assess_history
    >>> report = assess_history(load_history(), {"partner_surcharge": 30.0, "service_level": 0.95}, horizon=6)
    >>> policies = {lane: policy_of(row) for lane, row in report.table.iterrows()}
    >>> both, terms = bookings_of_partners(report.horizon, policies, report.history.calendar)
    >>> terms.term, both.needs.shape[1:], bool(both.found.leaving.gain < 1e-6)
    (4, (6, 3), True)
    """
    lanes, each = tuple(policies), list(policies.values())
    require(2 <= len(lanes) <= MOST_BOOKERS, "partners", f"2 to {MOST_BOOKERS} lanes for bookings ahead", len(lanes))
    scale = np.array([space_of_pallet(policy) for policy in each])
    weights = scale * [ahead.table.loc[lane, "mean"].sum() for lane in lanes]
    share = weights / weights.sum() if weights.sum() > 0 else np.full(len(lanes), 1 / len(lanes))
    rent, spot = (float(share @ prices) for prices in zip(*map(prices_of_places, each), strict=True))
    terms = booking_terms(contracts or {}, Booked(lanes), ahead.dates, calendar, place_cost=rent, surcharge=spot)
    first = terms.lead_time - 1
    require(first < len(ahead.dates), "horizon", "so long that a booking made now begins within it", len(ahead.dates))
    needs = scale * _together([ahead.errors[lane] for lane in lanes], ahead.steps[first:])
    own = [policy.internal_capacity for policy in each]
    price = {"place_cost": terms.place_cost, "surcharge": terms.surcharge}
    found = pooled_bookings(needs, term=terms.term, internal_capacity=own, **price)
    return PartnersBookings(lanes, ahead.dates[first:], needs, found), terms


def _together(lanes: Sequence[LaneErrors], steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the forecasts with the errors of common past origins, shape (scenarios, dates, partners), >= 0."""
    last = len(lanes[0].volumes) - 1
    paths = []
    for lane in lanes:
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.where(lane.unit[:last] > 0, lane.unit[last] / lane.unit[:last], 1.0)
        paths.append(lane.past[last, steps] + lane.error_known(last)[:, steps] * ratio[:, np.newaxis])
    joint = np.stack(paths, axis=-1)
    joint = joint[~np.isnan(joint).any(axis=(1, 2))][-_MOST:]
    require(len(joint) >= _FEWEST, "partners", f"ones with {_FEWEST} past forecasts or more in common", len(joint))
    return np.maximum(joint, 0.0)
