"""The space that a lane needs: mean and standard deviation for lanes of goods in process and lanes that hold stock.

A flow lane holds goods in process alone; a buffer is headroom, places reserved above the mean. A stock lane also holds
what demand has left of its stock, so its space moves with demand over the exposure. Expected overflow and its
probability follow from the moments of a flow lane by `cooperation.expected_overflow` and
`cooperation.overflow_probability`; those of a stock lane, whose space is not normal, are in `stock_overflow`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import nonnegative, numbers, require, shares
from twin._labels import Numbers, labelled
from twin.demand import Moments, excess_and_leftover


@labelled
def goods_in_process(mean: ArrayLike, sd: ArrayLike, dwell: ArrayLike = 1.0) -> Moments:
    """Return the moments of the goods of the last `dwell` periods, the oldest of them weighted by the fraction.

    mean' = d mean,  sd' = sd sqrt(n + (d - n)^2),  n = floor(d)

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of the goods that arrive in a period: the workload, or the returns alone; both >= 0. [pallet/period]
    dwell : array_like, optional
        Time d that a pallet stays, >= 0. [period]

    Returns
    -------
    Moments, broadcast shape; on a flow lane, those of the space. [pallet]

    Limits
    ------
    A whole number of periods gives sd sqrt(d), as `demand.lead_time_demand` does. Periods are taken as independent.

    >>> [round(float(x), 3) for x in goods_in_process(100.0, 30.0, 2.5)]
    [250.0, 45.0]
    """
    mean, sd, stay = nonnegative(mean=mean, sd=sd, dwell=dwell)
    whole = np.floor(stay)
    return Moments(stay * mean, sd * np.sqrt(whole + (stay - whole) ** 2))


@labelled
def returns(demand_mean: ArrayLike, demand_sd: ArrayLike, return_rate: ArrayLike) -> Moments:
    """Return the moments of the returns of a period: R = Bin(D, r).

    mean = r mean_D,  var = r^2 var_D + r (1 - r) mean_D

    Parameters
    ----------
    demand_mean, demand_sd : array_like, shapes that broadcast
        Moments of demand, both >= 0. [pallet/period]
    return_rate : array_like
        Probability r that a shipped pallet comes back, 0 <= r <= 1. [-]

    Returns
    -------
    Moments, broadcast shape; the covariance with demand is r var_D. [pallet/period]

    Source
    ------
    Binomial thinning; law of total variance, as in notebook 02, eq. (2.1).

    >>> [round(float(x), 3) for x in returns(100.0, 30.0, 0.1)]
    [10.0, 4.243]
    """
    mean, sd = nonnegative(demand_mean=demand_mean, demand_sd=demand_sd)
    (rate,) = shares(return_rate=return_rate)
    return Moments(rate * mean, np.sqrt((rate * sd) ** 2 + rate * (1 - rate) * mean))


@labelled
def stock_on_hand(safety_stock: ArrayLike, exposed_sd: ArrayLike) -> Moments:
    """Return the moments of the stock that is left when a period closes: (SS - Y)+ with normal Y of mean 0.

    mean = s (z Phi(z) + phi(z)),  second moment = s^2 ((z^2 + 1) Phi(z) + z phi(z)),  z = SS / s

    Parameters
    ----------
    safety_stock : array_like, shapes that broadcast
        Stock SS above the mean demand of the exposure, any sign. [pallet]
    exposed_sd : array_like
        Standard deviation s of what draws the stock during lead time and review period, >= 0. [pallet]

    Returns
    -------
    Moments, broadcast shape. [pallet]

    Limits
    ------
    s = 0 gives max(0, SS) and 0. The stock is that before the next delivery. A review period of R > 1 periods has, on
    average over its periods, (R - 1) / 2 periods of demand more.

    Source
    ------
    Moments of the censored normal distribution, Greene (2012), theorem 19.3.

    >>> [round(float(x), 3) for x in stock_on_hand(0.0, 10.0)]
    [3.989, 5.838]
    """
    (stock,), (sd,) = numbers(safety_stock=safety_stock), nonnegative(exposed_sd=exposed_sd)
    mean = excess_and_leftover(stock, 0.0, sd).leftover
    second = stock * mean + sd**2 * _special.ndtr(_ratio(stock, sd))
    return Moments(mean, np.sqrt(np.maximum(second - mean**2, 0.0)))  # the difference can round to just below 0


@labelled
def stock_space(
    safety_stock: ArrayLike,
    exposed_sd: ArrayLike,
    passing_mean: ArrayLike = 0.0,
    passing_sd: ArrayLike = 0.0,
    covariance: ArrayLike = 0.0,
) -> Moments:
    """Return the moments of the space of a stock lane: stock on hand and the goods that pass through, (SS - Y)+ + G.

    mean = mean_H + mean_G,  var = var_H + var_G - 2 Phi(SS / s) cov(Y, G),  H = (SS - Y)+

    Parameters
    ----------
    safety_stock, exposed_sd : array_like, shapes that broadcast
        As in `stock_on_hand`. [pallet]
    passing_mean, passing_sd : array_like, optional
        Moments of the goods G that stay besides, both >= 0: shipped and returned pallets of the dwell for the peak of
        the day, returned pallets alone for its close. [pallet]
    covariance : array_like, optional
        Covariance of G with the demand Y of the exposure: `common_periods` times that of a period. [pallet^2]

    Returns
    -------
    Moments, broadcast shape. [pallet]

    Limits
    ------
    Without randomness of the goods that pass, the moments are those of `stock_on_hand`, with the mean moved. For normal
    Y and G the moments are exact. The space itself is not normal: its lower end is cut off, and its upper tail is that
    of SS - Y + G. Against the dynamic model, with gamma demand and gamma lead times of three research lanes, the mean
    is within 4 %.

    Source
    ------
    Stein (1981), lemma 1: cov(g(Y), G) = E[g'(Y)] cov(Y, G).

    >>> [round(float(x), 2) for x in stock_space(176.0, 95.5, 118.3, 42.7, 42.7**2)]
    [295.52, 83.07]
    """
    held = stock_on_hand(safety_stock, exposed_sd)
    mean, sd = nonnegative(passing_mean=passing_mean, passing_sd=passing_sd)
    (stock,), (exposed,) = numbers(safety_stock=safety_stock), nonnegative(exposed_sd=exposed_sd)
    (joint,) = numbers(covariance=covariance)
    require(np.abs(joint) <= exposed * sd * (1 + 1e-9), "covariance", "at most the product of the two sds", joint)
    variance = held.sd**2 + sd**2 - 2 * _special.ndtr(_ratio(stock, exposed)) * joint
    return Moments(held.mean + mean, np.sqrt(np.maximum(variance, 0.0)))


@labelled
def common_periods(dwell: ArrayLike, exposure: ArrayLike) -> Numbers:
    """Return the periods that goods in process and the demand of the exposure have in common, weighted by both.

    Parameters
    ----------
    dwell, exposure : array_like, shapes that broadcast
        Time that a pallet stays, and lead time plus review period; both >= 0. [period]

    Returns
    -------
    ndarray or float, broadcast shape; times the covariance of a period, it is that of `stock_space`. [period]

    Limits
    ------
    Whole numbers give the smaller of the two. A fraction counts as the weight of the oldest period.

    >>> float(common_periods(2.0, 5.0)), float(common_periods(0.5, 0.5))
    (2.0, 0.25)
    """
    stay, time = nonnegative(dwell=dwell, exposure=exposure)
    wholes = np.floor(stay), np.floor(time)
    both, whole = (stay - wholes[0]) * (time - wholes[1]), np.minimum(*wholes)
    return np.where(wholes[0] == wholes[1], whole + both, np.minimum(stay, time))[()]


@labelled
def review_stock(demand_mean: ArrayLike, review_period: ArrayLike) -> Moments:
    """Return the moments of the stock that waits for later periods of a review period, from 0 to R - 1 of them.

    mean = (R - 1)/2 mean_D,  sd = sqrt((R^2 - 1)/12) mean_D;  both 0 for R <= 1

    Parameters
    ----------
    demand_mean : array_like, shapes that broadcast
        Mean demand of a period, >= 0. [pallet/period]
    review_period : array_like
        Time R between orders, >= 0. [period]

    Returns
    -------
    Moments, broadcast shape. [pallet]

    Source
    ------
    Cycle stock of periodic review, Silver, Pyke and Thomas (2017).

    >>> [float(x) for x in review_stock(10.0, 7.0)]
    [30.0, 20.0]
    """
    (mean,), (review,) = nonnegative(demand_mean=demand_mean), nonnegative(review_period=review_period)
    periods = np.maximum(review, 1.0)
    return Moments((periods - 1) / 2 * mean, np.sqrt((periods**2 - 1) / 12) * mean)


@labelled
def lot_stock(order_quantity: ArrayLike) -> Moments:
    """Return the moments of the stock that lots add: after an order, the position is uniform from r to r + Q.

    mean = Q/2,  sd = Q/sqrt(12)

    Parameters
    ----------
    order_quantity : array_like, any shape
        Lot Q of a reorder point r, >= 0; 0 for orders of what was demanded. [pallet]

    Returns
    -------
    Moments, same shape. [pallet]

    Source
    ------
    Hadley and Whitin (1963), ch. 4.

    >>> [round(float(x), 2) for x in lot_stock(120.0)]
    [60.0, 34.64]
    """
    (lot,) = nonnegative(order_quantity=order_quantity)
    return Moments(lot / 2, lot / np.sqrt(12.0))


def _ratio(value, sd):
    """Return value / sd, and its limit (0 or an infinity) where sd is 0."""
    with np.errstate(over="ignore"):
        return value / np.maximum(sd, np.finfo(float).tiny)
