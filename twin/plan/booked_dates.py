"""Places to book ahead of the coming dates of a lane, from the errors of its own forecast."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin._check import nonnegative, positive, require, whole
from twin.exact.booking_plans import plan_of_dates
from twin.plan.kept_places import SoftBlock, cost_with_block, excess_cost

_FAR = 6.0  # standard deviations above the mean beyond which no place is used [-]


class BookedDates(NamedTuple):
    """Bookings that begin on each date, and expected costs over all dates beside those of simpler rules."""

    bookings: NDArray[np.int64]  # shape (dates,) [place]
    places: NDArray[np.int64]  # in force, shape (dates,) [place]
    cost: float  # of rent and of what goes to the partner at once [$]
    unbooked_cost: float  # without any booking [$]
    fixed_places: int  # best fixed number [place]
    fixed_cost: float  # [$]
    newsvendor_cost: float  # of booking up to the newsvendor level of each date [$]


def booked_dates(
    mean: ArrayLike,
    sd: ArrayLike,
    *,
    own_places: ArrayLike,
    term: int,
    place_cost: float,
    surcharge: float,
    lead_time: int = 1,
    soft: SoftBlock | None = None,
) -> BookedDates:
    """Return the bookings ahead of some dates with the least expected cost, given the forecast of today.

    min over a >= 0 of  sum over t of  [c C_t + s E[(X_t - own_t - C_t)+]],  C_t = a_t + ... + a_t-term+1

    Parameters
    ----------
    mean, sd : array_like, shape (dates,)
        Space that each date needs, normal, as forecast; sd > 0. [pallet]
    own_places : array_like, shape () or (dates,)
        Places that need no booking, >= 0. [pallet]
    term : int
        Dates that a booking is in force, >= 1. [period]
    place_cost : float
        Rent of a booked place, used or not, > 0. [$/place/period]
    surcharge : float
        Whole price of a pallet and period that goes to the partner at once, >= 0. [$/pallet/period]
    lead_time : int, optional
        A booking made now is in force from this date on, counted from 1; no rule books earlier ones. [period]
    soft : SoftBlock, optional
        Places that may be kept or given back later; all rules keep the cheapest number of them.

    Returns
    -------
    BookedDates
        `bookings`, `places`, `fixed_places` [place]; `cost`, `unbooked_cost`, `fixed_cost`, `newsvendor_cost` [$].

    Errors
    ------
    ValueError for a number that is negative, a spread or rent that is not positive, or shapes that differ.

    Limits
    ------
    The bookings follow the forecast of today; one made later with a better forecast costs no more. The rent of a
    booking counts within the dates only, for all three rules alike.

    Source
    ------
    Veinott and Wagner (1962), Optimal capacity scheduling.

    >>> found = booked_dates([5, 5, 12, 5], [2, 2, 2, 2], own_places=5, term=2, place_cost=10, surcharge=25)
    >>> found.bookings.tolist(), found.fixed_places
    ([0, 3, 3, 0], 2)
    """
    needed, own, price = nonnegative(mean=mean, own_places=own_places, surcharge=surcharge)
    spread, rent = positive(sd=sd, place_cost=place_cost)
    require(needed.ndim == 1 and needed.shape == spread.shape, "sd", "of the shape (dates,) of mean", spread.shape)
    require(own.shape in ((), needed.shape), "own_places", "one number, or one for each date", own.shape)
    length, first = whole("term", term, least=1), whole("lead_time", lead_time, least=1) - 1
    room = np.broadcast_to(own, needed.shape)
    most = int(np.ceil(max(float((needed + _FAR * spread - room).max()), 0.0))) + 1
    places = room[:, None] + np.arange(most + 1)
    if soft is None:
        curves = excess_cost(needed[:, None], spread[:, None], places, float(price))
    else:
        curves = cost_with_block(needed, spread, places, float(price), soft)
    before, curves = float(curves[:first, 0].sum()), curves[first:]
    bookings = plan_of_dates(curves, length, float(rent))[0] if len(curves) else np.zeros(0, np.int64)
    totals = float(rent) * np.arange(most + 1) * len(curves) + curves.sum(axis=0)
    levels = (float(rent) * np.arange(most + 1) + curves).argmin(axis=1)
    simple = np.zeros(len(curves), np.int64)
    for date, level in enumerate(levels):
        simple[date] = max(level - simple[max(date - length + 1, 0) : date].sum(), 0)
    places, others = (_in_force(each, length) for each in (bookings, simple))
    cost, newsvendor = (before + _cost(curves, each, float(rent)) for each in (places, others))
    unbooked, fixed = before + float(totals[0]), before + float(totals.min())
    bookings, places = (np.r_[np.zeros(len(needed) - len(curves), np.int64), each] for each in (bookings, places))
    return BookedDates(bookings, places, cost, unbooked, int(totals.argmin()), fixed, newsvendor)


def _in_force(bookings: NDArray[np.int64], term: int) -> NDArray[np.int64]:
    """Return the places in force on each date."""
    return np.convolve(bookings, np.ones(term, np.int64))[: len(bookings)] if len(bookings) else bookings


def _cost(curves: NDArray[np.float64], places: NDArray[np.int64], rent: float) -> float:
    """Return the expected cost of places on each date; no place beyond the last of the curves is used. [$]"""
    used = np.minimum(places, curves.shape[1] - 1)
    return float(rent * places.sum() + curves[np.arange(len(curves)), used].sum())
