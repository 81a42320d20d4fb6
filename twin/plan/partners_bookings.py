"""Bookings ahead that partners make together, from their own forecasts and the errors that these had together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin._check import require
from twin.data.text import visible
from twin.games.pooled_bookings import PooledBookings, pooled_bookings
from twin.plan.network_forecasts import coming_steps

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.past_errors import LaneErrors
    from twin.plan.feed import Feed

_FEWEST = 8  # past forecasts that partners must have in common [period]
_MOST = 120  # most scenarios, the latest


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
