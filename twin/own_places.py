"""How many own places a lane needs if a partner has more: prices of a place, the best number, and cost of any other.

An own place costs c, used or not, and v more when it is used. A place at a partner's costs its whole price p = H + S,
and only when it is used.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import newsvendor, reservation
from twin._check import nonnegative, positive, require
from twin._labels import Numbers, labelled


class PlacePrices(NamedTuple):
    """Price of an own place whether it is used or not, and what is added when it is used. [$/pallet/period]"""

    always: Numbers
    used: Numbers


@labelled
def place_prices(holding_cost: ArrayLike, own_place_cost: ArrayLike = 0.0) -> PlacePrices:
    """Return the prices c and v of an own place, so that no rent is charged twice.

    own_place_cost > 0: c = own_place_cost, v = holding_cost;  own_place_cost = 0: c = holding_cost, v = 0

    Parameters
    ----------
    holding_cost : array_like, shapes that broadcast
        Cost H of keeping a pallet for a period, >= 0. [$/pallet/period]
    own_place_cost : array_like, optional
        Cost of a place whether it is used or not, besides H; 0 if H is itself the rent of a place, which is then paid
        whether it is used or not. [$/pallet/period]

    Returns
    -------
    PlacePrices, broadcast shape. [$/pallet/period]

    >>> [tuple(map(float, place_prices(2.5, c))) for c in (0.0, 2.5)]
    [(2.5, 0.0), (2.5, 2.5)]
    """
    hold, place = nonnegative(holding_cost=holding_cost, own_place_cost=own_place_cost)
    stated = place > 0
    return PlacePrices(np.where(stated, place, hold)[()], np.where(stated, hold, 0.0)[()])


@labelled
def overflow_ratio(always: ArrayLike, partner_price: ArrayLike, used: ArrayLike = 0.0) -> Numbers:
    """Return the probability of overflow at the best number of own places: P(X > C*) = c / (p - v), at most 1.

    Parameters
    ----------
    always, used : array_like, shapes that broadcast
        Price c of an own place, used or not, > 0, and v >= 0 that is added when it is used. [$/pallet/period]
    partner_price : array_like
        Whole price p = H + S of a place at the partner's, >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape; 1 if the partner is not dearer (p <= c + v), and no own place pays. [-]

    Source
    ------
    The last own place costs c and saves p - v with probability P(X > C): notebook 03, eq. (3.7).

    >>> [round(1 - float(overflow_ratio(2.5, 11.5, used)), 3) for used in (0.0, 2.5)]
    [0.783, 0.722]
    """
    (price,), (more, partner) = positive(always=always), nonnegative(used=used, partner_price=partner_price)
    saved = partner - more
    return np.minimum(price / np.maximum(saved, price), 1.0)


@labelled
def overflow_ratio_if_idle(idle: ArrayLike, partner_surcharge: ArrayLike) -> Numbers:
    """Return the probability of overflow at the best number of places that are paid only when idle: c / (s + c).

    Parameters
    ----------
    idle : array_like, shapes that broadcast
        Cost c of a place that is left empty, > 0. [$/pallet/period]
    partner_surcharge : array_like
        Cost s of an overflowing pallet beyond that of one in an own place, >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape; one less the critical ratio of Cu = s and Co = c. [-]

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.1).

    >>> round(float(overflow_ratio_if_idle(2.5, 7.5)), 3)
    0.25
    """
    (cost,), (surcharge,) = positive(idle=idle), nonnegative(partner_surcharge=partner_surcharge)
    return newsvendor.critical_ratio(cost, surcharge)


@labelled
def best_places(
    mean: ArrayLike, sd: ArrayLike, always: ArrayLike, partner_price: ArrayLike, used: ArrayLike = 0.0
) -> Numbers:
    """Return the number of own places of least cost under normal need for space: P(X > C*) = c / (p - v).

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the space needed in a period (`space`), both >= 0. [pallet]
    always, partner_price, used : array_like
        As in `overflow_ratio`.

    Returns
    -------
    ndarray or float, broadcast shape, >= 0; 0 if the partner is not dearer. [pallet]

    Source
    ------
    `reservation.best_capacity` with the surcharge p - v; notebook 03, eq. (3.7).

    >>> round(float(best_places(142.0, 25.4, 2.5, 11.5)), 1)
    161.8
    """
    (price,), (more, partner) = positive(always=always), nonnegative(used=used, partner_price=partner_price)
    return reservation.best_capacity(mean, sd, price, np.maximum(partner - more, 0.0))


@labelled
def places_cost(
    capacity: ArrayLike,
    mean: ArrayLike,
    sd: ArrayLike,
    always: ArrayLike,
    partner_price: ArrayLike,
    used: ArrayLike = 0.0,
) -> Numbers:
    """Return the expected cost of own places and of the partner's: c C + v E[min(X, C)] + p E[(X - C)+].

    Parameters
    ----------
    capacity : array_like, shapes that broadcast
        Own places C, >= 0. [pallet]
    mean, sd, always, partner_price, used : array_like
        As in `best_places`; used <= partner_price.

    Returns
    -------
    ndarray or float, broadcast shape; convex in C. [$/period]

    Source
    ------
    Notebook 03, eq. (3.8), with v mean added.

    >>> [round(float(places_cost(places, 142.0, 25.4, 2.5, 11.5)), 1) for places in (161.8, 285.0)]
    [440.9, 712.5]
    """
    (price,), (more, partner) = positive(always=always), nonnegative(used=used, partner_price=partner_price)
    require(more <= partner, "used", "at most the partner's price", more)
    (needed,) = nonnegative(mean=mean)
    return more * needed + reservation.capacity_cost(capacity, mean, sd, price, partner - more)
