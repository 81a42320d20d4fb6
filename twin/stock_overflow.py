"""What a stock lane sends to a partner: expected overflow, its probability, and the places that are seldom exceeded.

The space of a stock lane is X = (SS - Y)+ + G: the stock that is left of a buffer SS, and the goods G that pass
through. Demand Y of the exposure, less its mean, and G are jointly normal; X is not, because stock is never negative.
`space.stock_space` has the mean and standard deviation of X.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import nonnegative, numbers, probabilities, require
from twin._labels import Numbers, labelled
from twin._two_normals import positive
from twin.space import stock_space

_STEPS = 8  # of Newton's method, from the quantile of a normal space
_CLOSE = 1e-5  # last step of Newton's method, in standard deviations of the space [-]
_FAR = 37.0  # standard scores beyond which a normal tail is zero in double precision [-]
_ALMOST = 1.0 - 1e-14  # largest correlation [-]
_RAREST = 1e-12  # probability below which a step counts no further [-]
_ROUNDING = 1e-12  # part of a number that can be rounding [-]
_LEAST = 1e-300  # divisor in place of a zero


class Overflow(NamedTuple):
    """Expected overflow [pallet], and its probability [-]."""

    mean: Numbers
    probability: Numbers


@labelled
def overflow(
    capacity: ArrayLike,
    safety_stock: ArrayLike,
    exposed_sd: ArrayLike,
    *,
    passing_mean: ArrayLike = 0.0,
    passing_sd: ArrayLike = 0.0,
    covariance: ArrayLike = 0.0,
) -> Overflow:
    """Return the expected overflow of own places, and its probability.

    E[(X - C)+] = E[(SS - Y + G - C)+; Y < SS] + E[(G - C)+; Y >= SS]

    Parameters
    ----------
    capacity : array_like, shapes that broadcast
        Own places C, >= 0. [pallet]
    safety_stock, exposed_sd, passing_mean, passing_sd, covariance : array_like
        As in `space.stock_space`. [pallet, covariance: pallet^2]

    Returns
    -------
    Overflow, broadcast shape

    Limits
    ------
    A large buffer gives normal space: `cooperation.expected_overflow`. Exact in the dynamic model for normal demand and
    a constant lead time. With gamma demand and gamma lead times of three research lanes it is within 1.5 pallets, or a
    sixth at the peak and a half at the close. Lots and a review period are taken as a larger buffer and a larger
    `exposed_sd`, by the moments of `space.lot_stock` and `space.review_stock`.

    Source
    ------
    Moments of a truncated bivariate normal, Rosenbaum (1961); its probabilities by Owen's (1956) T; notebook 09, eq.
    (9.7).

    >>> found = overflow(285.0, 90.0, 56.4, passing_mean=143.1, passing_sd=25.4, covariance=25.4**2)
    >>> round(float(found.mean), 2), round(float(found.probability), 3)
    (3.96, 0.151)
    """
    places, space = _checked(capacity, safety_stock, exposed_sd, passing_mean, passing_sd, covariance)
    mean, chance = 0.0, 0.0
    for pair in _pairs(places, *space):  # E[A; A > 0, B > 0] of normal variables A and B
        h, k, r = _scores(*pair)
        found = positive(h, k, r)
        mean = mean + pair[0] * found.both + pair[1] * (_density(h) * found.second + r * _density(k) * found.first)
        chance = chance + found.both
    return Overflow(np.maximum(mean, 0.0)[()], chance[()])


@labelled
def places(
    probability: ArrayLike,
    safety_stock: ArrayLike,
    exposed_sd: ArrayLike,
    *,
    passing_mean: ArrayLike = 0.0,
    passing_sd: ArrayLike = 0.0,
    covariance: ArrayLike = 0.0,
) -> Numbers:
    """Return the number of places that the space exceeds with a probability: P(X > C) = p.

    Parameters
    ----------
    probability : array_like, shapes that broadcast
        Probability p of overflow, 0 < p < 1, as `own_places.overflow_ratio` has it for the best own places. [-]
    safety_stock, exposed_sd, passing_mean, passing_sd, covariance : array_like
        As in `overflow`.

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet]

    Limits
    ------
    Solved by Newton's method: to 1e-6 of the sd of the space, but for negative buffers with nearly constant goods.

    >>> round(float(places(0.1514, 90.0, 56.4, passing_mean=143.1, passing_sd=25.4, covariance=25.4**2)))
    285
    """
    (chance,) = probabilities(probability=probability)
    _, space = _checked(0.0, safety_stock, exposed_sd, passing_mean, passing_sd, covariance)
    chance, *space = np.broadcast_arrays(chance, *space)
    shape, chance, space = chance.shape, chance.ravel(), [part.ravel() for part in space]
    need = stock_space(*space)
    wanted = _special.ndtri(chance)
    found, left = need.mean - need.sd * wanted, np.arange(chance.size)
    for number in range(_STEPS):  # on the standard score of the probability, which is nearly linear in the places
        total, density = 0.0, 0.0
        for mean, sd, *other in _pairs(found[left], *(part[left] for part in space)):
            h, k, r = _scores(mean, sd, *other)
            beyond = positive(h, k, r)
            total = total + beyond.both
            density = density + np.where(sd > 0, _density(h) / np.maximum(sd, _LEAST), 0.0) * beyond.second
        score = _special.ndtri(np.clip(total, _RAREST, 1.0 - _RAREST))
        step = (score - wanted[left]) * _density(score) / np.maximum(density, _LEAST)
        most = need.sd[left] / 1.5**number  # so that no lane is thrown to and fro
        found[left] += np.clip(step, -most, most)
        left = left[np.abs(step) > _CLOSE * need.sd[left]]
        if not left.size:
            break
    return np.maximum(found, 0.0).reshape(shape)[()]


def _checked(capacity, safety_stock, exposed_sd, passing_mean, passing_sd, covariance):
    """Return capacity, and the arguments of `stock_space`, after checking them under their names."""
    (room,) = nonnegative(capacity=capacity)
    (stock,), (joint,) = numbers(safety_stock=safety_stock), numbers(covariance=covariance)
    sd, mean, spread = nonnegative(exposed_sd=exposed_sd, passing_mean=passing_mean, passing_sd=passing_sd)
    require(np.abs(joint) <= sd * spread * (1 + 1e-9), "covariance", "at most the product of the two sds", joint)
    return room, (stock, sd, mean, spread, joint)


def _pairs(capacity, stock, sd, mean, spread, joint):
    """Return (mean, sd, mean, sd, covariance) of two pairs of normal variables, which are both positive in an overflow.

    The first is the space beyond the capacity while there is stock, with the stock; the second is the goods that pass
    beyond the capacity, with the backlog.
    """
    variance, whole = sd**2 + spread**2 - 2.0 * joint, sd**2 + spread**2
    together = np.sqrt(np.where(variance > _ROUNDING * whole, variance, 0.0))
    least = _ROUNDING * capacity  # space that is exactly the capacity does not exceed it
    beyond, passing = (np.where(np.abs(x) > least, x, -least) for x in (stock + mean - capacity, mean - capacity))
    return (beyond, together, stock, sd, sd**2 - joint), (passing, spread, -stock, sd, joint)


def _scores(mean, sd, other, other_sd, covariance):
    """Return the standard scores of two means, and the correlation, kept so that nothing overflows."""
    h, k = (np.clip(a / np.maximum(b, _LEAST), -_FAR, _FAR) for a, b in ((mean, sd), (other, other_sd)))
    return h, k, np.clip(covariance / np.maximum(sd * other_sd, _LEAST), -_ALMOST, _ALMOST)


def _density(x):
    return np.exp(-0.5 * x * x) * 0.3989422804014327
