"""The own capacity of least cost if a partner sells further places, in two tiers (own, spot) or three (with an option).

An own place costs the same whether it is used or not. A spot place costs its surcharge only when it is used; an
option place costs a fee in any case and a surcharge when it is used. Each tier is a newsvendor problem of its own, with
a closed form for normal needs and a quantile for any other distribution.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import distribution as general
from twin._check import nonnegative, positive, require
from twin._labels import Numbers, labelled
from twin.demand import expected_excess
from twin.newsvendor import best_safety_factor


class Tiers(NamedTuple):
    """Own places, and further places that a partner holds ready (option places). [pallet]"""

    own: Numbers
    option: Numbers


@labelled
def best_capacity(mean: ArrayLike, sd: ArrayLike, reservation_cost: ArrayLike, partner_surcharge: ArrayLike) -> Numbers:
    """Return the own capacity of least cost under normal need for space: P(X > C) = c / s.

    C = mean + z sd,  Phi(z) = 1 - c/s

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the space needed in a period, both >= 0. [pallet]
    reservation_cost : array_like
        Cost c of an own place, used or not, > 0. [$/pallet/period]
    partner_surcharge : array_like
        Cost s of a pallet that overflows to the partner, >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet]

    Limits
    ------
    s <= c gives 0, because the partner is cheaper. With s -> infinity, the capacity grows without bound. sd = 0 gives
    the mean.

    Source
    ------
    Arrow, Harris and Marschak (1951) with Co = c, Cu = s - c; Van Mieghem (2003); notebook 03, eq. (3.7), which is
    notebook 01, eq. (1.6), with v = H.

    >>> round(float(best_capacity(100.0, 30.0, 10.0, 25.0)), 3)
    107.6
    """
    (cost,), (surcharge,) = (
        positive(reservation_cost=reservation_cost),
        nonnegative(partner_surcharge=partner_surcharge),
    )
    return _normal_quantile(mean, sd, cost, surcharge)


@labelled
def capacity_cost(
    capacity: ArrayLike, mean: ArrayLike, sd: ArrayLike, reservation_cost: ArrayLike, partner_surcharge: ArrayLike
) -> Numbers:
    """Return the expected cost of a capacity: c C + s E[(X - C)+].

    Parameters
    ----------
    capacity : array_like, shapes that broadcast
        Own capacity C, >= 0. [pallet]
    mean, sd, reservation_cost, partner_surcharge : array_like
        As in `best_capacity`; here the reservation cost may be 0.

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Limits
    ------
    At the best capacity, if that is above 0, the cost is c mean + s sd phi(z).

    Source
    ------
    Van Mieghem (2003); notebook 03, eq. (3.8).

    >>> round(float(capacity_cost(107.6, 100.0, 30.0, 10.0, 25.0)), 3)
    1289.757
    """
    (capacity,) = nonnegative(capacity=capacity)
    return tiers_cost(capacity, 0.0, mean, sd, reservation_cost, 0.0, 0.0, partner_surcharge)


@labelled
def best_tiers(
    mean: ArrayLike,
    sd: ArrayLike,
    reservation_cost: ArrayLike,
    option_fee: ArrayLike,
    option_surcharge: ArrayLike,
    partner_surcharge: ArrayLike,
) -> Tiers:
    """Return the cheapest mix of own places, places reserved as an option, and the spot market.

    P(X > C) = (c - r) / e,  P(X > C + R) = r / (s - e);  without an option, if these would cross: P(X > C) = c / s

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the space needed in a period, both >= 0. [pallet]
    reservation_cost, option_fee : array_like
        Cost c of an own place and fee r of a reserved one, used or not, both > 0. [$/pallet/period]
    option_surcharge, partner_surcharge : array_like
        Extra cost e of a reserved place that is used, and s of a place on the spot market, both >= 0.
        [$/pallet/period]

    Returns
    -------
    Tiers, broadcast shape, both >= 0. [pallet]

    Limits
    ------
    An option that costs as much as an own place (r >= c), or whose use costs as much as the spot (r + e >= s), is
    never bought.

    Source
    ------
    Three-tier newsvendor: the cost is separable in C and C + R, each convex; notebook 03, eq. (3.9).

    >>> mix = best_tiers(100.0, 30.0, 10.0, 3.0, 12.0, 40.0)
    >>> round(float(mix.own), 2), round(float(mix.option), 2)
    (93.69, 43.57)
    """
    of_own, of_all = _prices_balanced(reservation_cost, option_fee, option_surcharge, partner_surcharge)
    own = _normal_quantile(mean, sd, *of_own)
    return Tiers(own, np.maximum(_normal_quantile(mean, sd, *of_all) - own, 0.0))


@labelled
def tiers_cost(
    own: ArrayLike,
    option: ArrayLike,
    mean: ArrayLike,
    sd: ArrayLike,
    reservation_cost: ArrayLike,
    option_fee: ArrayLike,
    option_surcharge: ArrayLike,
    partner_surcharge: ArrayLike,
) -> Numbers:
    """Return the expected cost of own places C, options R and the spot: c C + r R + e E[(X-C)+] + (s-e) E[(X-C-R)+].

    Parameters
    ----------
    own, option : array_like, shapes that broadcast
        Places, both >= 0. [pallet]
    mean, sd, reservation_cost, option_fee, option_surcharge, partner_surcharge : array_like
        As in `best_tiers`; here all may be 0. The option is used before the spot market, even if that is cheaper.

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Source
    ------
    Notebook 03, eq. (3.10).

    >>> round(float(tiers_cost(93.69, 43.57, 100.0, 30.0, 10.0, 3.0, 12.0, 40.0)), 2)
    1295.46
    """
    (mean,) = nonnegative(mean=mean)
    return _cost(lambda level: expected_excess(level, mean, sd), own, option, **_prices(locals()))


@labelled
def best_tiers_of(
    distribution: general.Distribution,
    reservation_cost: ArrayLike,
    option_fee: ArrayLike,
    option_surcharge: ArrayLike,
    partner_surcharge: ArrayLike,
) -> Tiers:
    """Return the cheapest mix of tiers under any need for space.

    Parameters
    ----------
    distribution : frozen SciPy distribution
        Space needed in a period; for a record, `distribution.empirical`. Needs below 0 count as 0. [pallet]
    reservation_cost, option_fee, option_surcharge, partner_surcharge : array_like, shapes that broadcast
        As in `best_tiers`.

    Returns
    -------
    Tiers, broadcast shape: the smallest of equally cheap mixes. [pallet]

    Source
    ------
    Notebook 03, eq. (3.9), with the quantile of the distribution.

    >>> from twin.distribution import empirical
    >>> mix = best_tiers_of(empirical([60, 80, 90, 120, 150]), 10.0, 3.0, 12.0, 40.0)
    >>> float(mix.own), float(mix.option)
    (90.0, 60.0)
    """
    of_own, of_all = _prices_balanced(reservation_cost, option_fee, option_surcharge, partner_surcharge)
    own = _quantile(distribution, *of_own)
    return Tiers(own, np.maximum(_quantile(distribution, *of_all) - own, 0.0)[()])


@labelled
def tiers_cost_of(
    own: ArrayLike,
    option: ArrayLike,
    distribution: general.Distribution,
    reservation_cost: ArrayLike,
    option_fee: ArrayLike,
    option_surcharge: ArrayLike,
    partner_surcharge: ArrayLike,
) -> Numbers:
    """Return the expected cost of tiers under any need for space.

    Parameters
    ----------
    own, option : array_like, shapes that broadcast
        Places, both >= 0. [pallet]
    distribution : frozen SciPy distribution of finite mean
        Space needed in a period. [pallet]
    reservation_cost, option_fee, option_surcharge, partner_surcharge : array_like
        As in `tiers_cost`.

    Returns
    -------
    ndarray or float, broadcast shape. [$/period]

    Source
    ------
    Notebook 03, eq. (3.10).

    >>> from twin.distribution import empirical
    >>> float(tiers_cost_of(90.0, 60.0, empirical([60, 80, 90, 120, 150]), 10.0, 3.0, 12.0, 40.0))
    1296.0
    """
    return _cost(lambda level: general.expected_excess(level, distribution), own, option, **_prices(locals()))


def _prices(arguments):
    names = ("reservation_cost", "option_fee", "option_surcharge", "partner_surcharge")
    return {name: arguments[name] for name in names}


def _cost(excess, own, option, *, reservation_cost, option_fee, option_surcharge, partner_surcharge):
    own, option = nonnegative(own=own, option=option)
    c, r, e, s = nonnegative(
        reservation_cost=reservation_cost,
        option_fee=option_fee,
        option_surcharge=option_surcharge,
        partner_surcharge=partner_surcharge,
    )
    return c * own + r * option + e * excess(own) + (s - e) * excess(own + option)


def _prices_balanced(reservation_cost, option_fee, option_surcharge, partner_surcharge):
    """Return, for own places and for own plus option places, the price paid always and the price paid on use.

    Both pairs are equal if no option is bought.
    """
    c, r = positive(reservation_cost=reservation_cost, option_fee=option_fee)
    e, s = nonnegative(option_surcharge=option_surcharge, partner_surcharge=partner_surcharge)
    cheaper = _overflow_probability(r, s - e) < _overflow_probability(c - r, e)
    bought = cheaper & (c > r)
    of_own = np.where(bought, c - r, c), np.where(bought, e, s)
    of_all = np.where(bought, r, c), np.where(bought, s - e, s)
    return of_own, of_all


def _overflow_probability(always, used):
    """Return the probability of overflow at which one more place saves its cost: always / used, at most 1."""
    always, used = np.broadcast_arrays(always, used)
    probability = np.ones(always.shape)
    np.divide(always, used, out=probability, where=used > np.maximum(always, 0.0))
    return probability


def _normal_quantile(mean, sd, always, used):
    mean, sd = nonnegative(mean=mean, sd=sd)
    none = used <= always
    overflow = _overflow_probability(always, used)
    require(overflow > 0, "reservation_cost", "more than a rounding error of the surcharge", overflow)
    factor = best_safety_factor(np.where(none, always, used - always), always)
    return np.where(none, 0.0, np.maximum(mean + sd * factor, 0.0))[()]


def _quantile(distribution, always, used):
    none = used <= always
    places = general.best_quantity(distribution, np.where(none, always, used - always), always)
    return np.where(none, 0.0, np.maximum(places, 0.0))[()]
