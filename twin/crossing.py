"""Orders that overtake each other: the variance of the orders outstanding, which replaces that of the lead time.

If lead times are independent, a later order may arrive before an earlier one. What counts for stock is then the number
of orders outstanding, and that varies less than a lead time does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import nonnegative, positive
from twin._labels import Numbers, labelled


@labelled
def outstanding_variance_bound(lead_time_mean: ArrayLike, lead_time_sd: ArrayLike) -> Numbers:
    """Return an upper bound of the variance of the number of orders outstanding, with one order a period.

    var N <= min(L, sd_L^2, sd_L / sqrt 3)

    Parameters
    ----------
    lead_time_mean, lead_time_sd : array_like, shapes that broadcast
        Moments of independent lead times of any law, both >= 0. [period]

    Returns
    -------
    ndarray or float, broadcast shape. [order^2]

    Limits
    ------
    The bound is reached by uniform lead times, sd_L / sqrt 3, if the periods are short.

    Source
    ------
    Bradley and Robinson (2005), doi 10.1287/msom.1050.0085.

    >>> round(float(outstanding_variance_bound(5.0, 1.5)), 4)
    0.866
    """
    mean, sd = nonnegative(lead_time_mean=lead_time_mean, lead_time_sd=lead_time_sd)
    return np.minimum(np.minimum(mean, sd**2), sd / np.sqrt(3.0))


@labelled
def effective_lead_time_sd(
    lead_time_mean: ArrayLike, lead_time_sd: ArrayLike, between_orders: ArrayLike = 1.0
) -> Numbers:
    """Return the lead-time sd that gives lead-time demand the variance of the orders outstanding under crossing.

    sd'^2 = min(sd_L^2, r E|L1 - L2| / 2),  E|L1 - L2| / 2 = L Gamma(k + 1/2) / (sqrt(pi) Gamma(k + 1)),  k = (L/sd_L)^2

    Parameters
    ----------
    lead_time_mean, lead_time_sd : array_like, shapes that broadcast
        Moments of independent gamma lead times L1, L2, both >= 0. [period]
    between_orders : array_like, optional
        Time r between two orders, > 0. [period]

    Returns
    -------
    ndarray or float, broadcast shape, for `demand.lead_time_demand`. [period]

    Limits
    ------
    Never above the lead-time sd: orders that are far apart do not cross. With one order a period the variance is
    at most `outstanding_variance_bound`.

    Source
    ------
    Variance of the orders outstanding: sum of F(k) (1 - F(k)), Bradley and Robinson (2005), which for short periods is
    half of Gini's mean difference; the latter for gamma laws from McDonald and Jensen (1979).

    >>> round(float(effective_lead_time_sd(5.0, 1.5)), 3), round(float(effective_lead_time_sd(5.0, 3.0)), 3)
    (0.915, 1.272)
    """
    mean, sd = nonnegative(lead_time_mean=lead_time_mean, lead_time_sd=lead_time_sd)
    (apart,) = positive(between_orders=between_orders)
    varies = (sd > 0) & (mean > 0)
    shape = np.where(varies, mean / np.where(varies, sd, 1.0), 1.0) ** 2
    half_gap = mean * np.exp(_special.gammaln(shape + 0.5) - _special.gammaln(shape + 1.0)) / np.sqrt(np.pi)
    return np.where(varies, np.sqrt(np.minimum(sd**2, apart * half_gap)), sd)[()]
