"""The newsvendor under any demand: a frozen SciPy distribution, continuous or discrete, or a sample of history.

Same questions and words as `twin.newsvendor`, which has the normal in closed form.
"""

from itertools import pairwise

import numpy as np

from twin._check import nonnegative, numbers, positive, probabilities, require
from twin.newsvendor import critical_ratio

_TAIL = 1e-15  # probability beyond which a discrete tail is summed no further
_MOST_STEPS = 50_000_000  # longest stretch of integers summed one by one


def best_quantity(distribution, underage_cost, overage_cost):
    """Return the quantity of least expected cost: the smallest q with F(q) >= Cu / (Cu + Co).

    Parameters
    ----------
    distribution : frozen SciPy distribution of one demand
        e.g. `scipy.stats.poisson(18)`, `lognorm(...)`, `rv_discrete(values=...)`. [pallet]
    underage_cost, overage_cost : array_like, shapes that broadcast
        Both > 0. [$/pallet]

    Returns
    -------
    ndarray or float, shape of the costs. [pallet]

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.3).

    >>> from scipy.stats import poisson
    >>> float(best_quantity(poisson(4.5), 23, 12))
    5.0
    """
    under, over = positive(underage_cost=underage_cost, overage_cost=overage_cost)
    (ratio,) = probabilities(critical_ratio=critical_ratio(under, over))
    if hasattr(distribution, "pmf"):
        ratio = ratio * (1 - 1e-12)  # ten equal shares add up to a hair less than one
    return np.asarray(distribution.ppf(ratio), float)[()]


def expected_excess(quantity, distribution):
    """Return the expected shortage E[(X - q)+], the area under 1 - F beyond q.

    Parameters
    ----------
    quantity : array_like, any shape
        Stock or capacity q. [pallet]
    distribution : frozen SciPy distribution of one demand, of finite mean
        Continuous, discrete on the integers, or `rv_discrete(values=...)`. [pallet]

    Returns
    -------
    ndarray or float, shape of quantity. [pallet]

    Errors
    ------
    ValueError when the mean is not finite, or a discrete demand spreads over too many integers to sum.

    Limits
    ------
    Below the support: mean - q. Above it: 0. Continuous demand is integrated to a relative 1e-10.

    >>> from scipy.stats import expon
    >>> round(float(expected_excess(2.0, expon())), 9)
    0.135335283
    """
    (quantity,) = numbers(quantity=quantity)
    mean = float(distribution.mean())
    require(np.isfinite(mean), "distribution", "of finite mean", mean)
    discrete = hasattr(distribution, "pmf")
    points, probabilities = _support(distribution) if discrete else (None, None)
    answer = np.empty(quantity.shape)
    for index, q in np.ndenumerate(quantity):
        if discrete:
            answer[index] = np.sum(np.maximum(points - q, 0.0) * probabilities)
        else:
            answer[index] = _area_beyond(q, distribution, mean)
    return answer[()]


def expected_cost(quantity, distribution, underage_cost, overage_cost):
    """Return the expected overage and underage cost of any quantity: Co E[(q - X)+] + Cu E[(X - q)+].

    Parameters
    ----------
    quantity : array_like
        Quantity q on hand. [pallet]
    distribution : frozen SciPy distribution of one demand, of finite mean. [pallet]
    underage_cost, overage_cost : array_like, shapes that broadcast with quantity
        Both >= 0. [$/pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [$]

    Source
    ------
    Arrow, Harris and Marschak (1951); notebook 01, eq. (1.4).

    >>> from scipy.stats import randint
    >>> float(expected_cost(4, randint(0, 5), 495, 5))
    10.0
    """
    under, over = nonnegative(underage_cost=underage_cost, overage_cost=overage_cost)
    shortage = expected_excess(quantity, distribution)
    return over * (np.asarray(quantity, float) - distribution.mean() + shortage) + under * shortage


def empirical(sample):
    """Return the distribution that gives every observation the same probability, for `best_quantity` and the rest.

    Parameters
    ----------
    sample : array_like, shape (n,)
        Observed demand, n >= 1. [pallet]

    >>> float(best_quantity(empirical([8, 9, 11, 20]), 3, 1))
    11.0
    """
    from scipy.stats import rv_discrete

    (sample,) = numbers(sample=sample)
    require(sample.ndim == 1 and sample.size > 0, "sample", "a list of at least one number", sample.shape)
    points, counts = np.unique(sample, return_counts=True)
    return rv_discrete(values=(points, counts / sample.size))


def _support(distribution):
    """The points of a discrete demand and their probabilities, as far as they matter."""
    finite = getattr(distribution, "dist", distribution)
    if hasattr(finite, "xk"):  # rv_discrete(values=...), points need not be integers
        shift = distribution.support()[0] - np.min(finite.xk)
        return np.ravel(finite.xk) + shift, np.ravel(finite.pk)
    low, high = distribution.ppf(_TAIL), distribution.isf(_TAIL)
    require(high - low < _MOST_STEPS, "distribution", f"spread over fewer than {_MOST_STEPS:,} integers", high - low)
    points = np.arange(low, high + 1)
    return points, distribution.pmf(points)


def _area_beyond(q, distribution, mean):
    """Integrate 1 - F from q up, piece by piece between quantiles of both tails."""
    from scipy.integrate import quad

    low, high = distribution.support()
    if q <= low:
        return mean - q
    tails = 10.0 ** -np.arange(0.5, 16)
    cuts = np.concatenate(([q, high], distribution.ppf(tails), distribution.isf(tails)))
    edges, total = np.unique(np.clip(cuts[np.isfinite(cuts)], q, max(q, high))), 0.0
    apart = np.append(np.diff(edges) > 1e-12 * np.abs(edges[:-1]), True)
    edges = edges[apart | (edges == q)]  # nothing to integrate between neighbours
    for a, b in pairwise(edges):  # what comes later need only be right in proportion to what is already there
        total += quad(distribution.sf, a, b, epsabs=1e-12 * total, epsrel=1e-11, limit=200)[0]
    if np.isfinite(high):
        return total
    start, scale = edges[-1], max(abs(edges[-1] - mean), distribution.isf(0.25) - distribution.ppf(0.25))

    def far_tail(v):  # x = start + scale (e^v - 1): a heavy tail becomes an exponential one
        return scale * np.exp(v) * distribution.sf(start + scale * np.expm1(v))

    for a, b in pairwise((0.0, 1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0, 600.0)):
        total += quad(far_tail, a, b, epsabs=1e-12 * total, epsrel=1e-11, limit=200)[0]
    return total
