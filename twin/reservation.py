"""How many places to have of one's own, when a partner sells what is missing: two tiers, and three.

A place of one's own is paid whether it is used or not; a partner's when it is used, or when it is held as an option.
Every tier is a newsvendor of its own, so that the normal has a closed form and any other demand a quantile.
"""

from typing import NamedTuple

import numpy as np

from twin import _special
from twin import distribution as general
from twin._check import nonnegative, positive, require
from twin.demand import expected_excess

_UP_TO_ROUNDING = 1 - 1e-12  # a level a hair above a step of a discrete demand is the step


class Tiers(NamedTuple):
    """Places of one's own, and places that a partner holds ready on top. [pallet]"""

    own: np.ndarray
    option: np.ndarray


def best_capacity(mean, sd, reservation_cost, partner_surcharge):
    """Return the own capacity of least cost under normal need for space: P(X > C) = c / s.

    C = mean + z sd,  Phi(z) = 1 - c/s

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the space needed in a period, both >= 0. [pallet]
    reservation_cost : array_like
        Cost c of a place of one's own, used or not, > 0. [$/pallet/period]
    partner_surcharge : array_like
        Cost s of a pallet that overflows to the partner, >= 0. [$/pallet/period]

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet]

    Limits
    ------
    s <= c: no own capacity at all, the partner is cheaper. s -> infinity: ever more. sd = 0: the mean itself.

    Source
    ------
    Arrow, Harris and Marschak (1951) with Co = c, Cu = s - c; Van Mieghem (2003); notebook 03, eq. (3.7).

    >>> round(float(best_capacity(100.0, 30.0, 10.0, 25.0)), 3)
    107.6
    """
    (cost,), (surcharge,) = (
        positive(reservation_cost=reservation_cost),
        nonnegative(partner_surcharge=partner_surcharge),
    )
    return _normal_quantile(mean, sd, _level(cost, surcharge))


def capacity_cost(capacity, mean, sd, reservation_cost, partner_surcharge):
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
    At the best capacity, where that is above 0, it is c mean + s sd phi(z).

    Source
    ------
    Van Mieghem (2003); notebook 03, eq. (3.8).

    >>> round(float(capacity_cost(107.6, 100.0, 30.0, 10.0, 25.0)), 3)
    1289.757
    """
    (capacity,) = nonnegative(capacity=capacity)
    return tiers_cost(capacity, 0.0, mean, sd, reservation_cost, 0.0, 0.0, partner_surcharge)


def best_tiers(mean, sd, reservation_cost, option_fee, option_surcharge, partner_surcharge):
    """Return the cheapest mix of own places, places reserved as an option, and the spot market.

    P(X > C) = (c - r) / e,  P(X > C + R) = r / (s - e);  where those would cross, no option: P(X > C) = c / s

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the space needed in a period, both >= 0. [pallet]
    reservation_cost, option_fee : array_like
        Cost c of an own place and fee r of a reserved one, used or not, both > 0. [$/pallet/period]
    option_surcharge, partner_surcharge : array_like
        Extra cost e of a reserved place that is used, and s of one found on the spot, both >= 0. [$/pallet/period]

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
    own, total = _levels(reservation_cost, option_fee, option_surcharge, partner_surcharge)
    own = _normal_quantile(mean, sd, own)
    return Tiers(own, np.maximum(_normal_quantile(mean, sd, total) - own, 0.0))


def tiers_cost(own, option, mean, sd, reservation_cost, option_fee, option_surcharge, partner_surcharge):
    """Return the expected cost of own places C, options R and the spot: c C + r R + e E[(X-C)+] + (s-e) E[(X-C-R)+].

    Parameters
    ----------
    own, option : array_like, shapes that broadcast
        Places, both >= 0. [pallet]
    mean, sd, reservation_cost, option_fee, option_surcharge, partner_surcharge : array_like
        As in `best_tiers`; here all may be 0. The option is used before the spot, also where that is cheaper.

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


def best_tiers_of(distribution, reservation_cost, option_fee, option_surcharge, partner_surcharge):
    """Return the cheapest mix of tiers under any need for space.

    Parameters
    ----------
    distribution : frozen SciPy distribution
        Space needed in a period; of a record, `distribution.empirical`. Needs below 0 count as none. [pallet]
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
    own, total = _levels(reservation_cost, option_fee, option_surcharge, partner_surcharge)
    own = _quantile(distribution, own)
    return Tiers(own, np.maximum(_quantile(distribution, total) - own, 0.0)[()])


def tiers_cost_of(own, option, distribution, reservation_cost, option_fee, option_surcharge, partner_surcharge):
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


def _levels(reservation_cost, option_fee, option_surcharge, partner_surcharge):
    """Probabilities of no overflow out of own places, and out of own and reserved ones; equal without an option."""
    c, r = positive(reservation_cost=reservation_cost, option_fee=option_fee)
    e, s = nonnegative(option_surcharge=option_surcharge, partner_surcharge=partner_surcharge)
    own, total, without = _level(c - r, e), _level(r, s - e), _level(c, s)
    bought = (total > own) & (c > r)
    return np.where(bought, own, without), np.where(bought, total, without)


def _level(paid_always, paid_when_used):
    """1 - paid_always / paid_when_used, not below 0: at what probability of no overflow one more place just pays."""
    always, used = np.broadcast_arrays(paid_always, paid_when_used)
    ratio = np.ones(always.shape)
    np.divide(always, used, out=ratio, where=used > np.maximum(always, 0.0))
    return 1.0 - ratio


def _normal_quantile(mean, sd, level):
    mean, sd = nonnegative(mean=mean, sd=sd)
    require(level < 1, "reservation_cost", "more than a rounding error of the surcharge", level)
    none = level <= 0
    return np.where(none, 0.0, np.maximum(mean + sd * _special.ndtri(np.where(none, 0.5, level)), 0.0))[()]


def _quantile(distribution, level):
    near = level * _UP_TO_ROUNDING if hasattr(distribution, "pmf") else level
    places = np.asarray(distribution.ppf(np.where(near > 0, near, 0.5)), float)
    return np.where(near > 0, np.maximum(places, 0.0), 0.0)[()]
