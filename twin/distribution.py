"""The newsvendor under any demand: a frozen SciPy distribution, continuous or discrete, or a sample of history.

The functions have the same names as those of `twin.newsvendor`, which has closed forms for normal demand.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from twin import _continuous, _discrete
from twin._check import nonnegative, numbers, positive, require, whole
from twin._labels import Numbers, labelled


class Distribution(Protocol):
    """A frozen SciPy distribution, continuous or discrete (the discrete ones have `pmf` as well)."""

    def mean(self) -> Any: ...
    def std(self) -> Any: ...
    def support(self) -> Any: ...
    def cdf(self, x: Any, /) -> Any: ...
    def sf(self, x: Any, /) -> Any: ...
    def ppf(self, q: Any, /) -> Any: ...
    def isf(self, q: Any, /) -> Any: ...


@labelled
def best_quantity(distribution: Distribution, underage_cost: ArrayLike, overage_cost: ArrayLike) -> Numbers:
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
    level, tail = under / (under + over), over / (under + over)
    held = (level > 0) & (tail > 0)
    require(held, "underage_cost / overage_cost", "within the range of floating-point numbers", level)
    with np.errstate(all="ignore"):  # SciPy's functions overflow far out in a tail
        if hasattr(distribution, "pmf"):
            quantity = _discrete.quantile(distribution, level, tail)
        else:  # if the critical ratio is near 1, its complement has more digits
            quantity = np.where(level < 0.5, distribution.ppf(level), distribution.isf(tail))
    return np.asarray(quantity, float)[()]


@labelled
def expected_excess(quantity: ArrayLike, distribution: Distribution) -> Numbers:
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
    ValueError if the mean is not finite, if a discrete demand spreads over too many integers to sum, or if fewer than
    seven digits of the result are certain, for instance because SciPy's own functions fail far out in a tail.

    Limits
    ------
    The result is mean - q below the support, and 0 above it. Continuous demand is integrated to a relative error of
    1e-10, if SciPy's P(X > x) is that accurate. Discrete demand is summed. A heavy tail is not cut off.

    >>> from scipy.stats import expon
    >>> round(float(expected_excess(2.0, expon())), 9)
    0.135335283
    """
    return _excess_and_leftover(quantity, distribution)[0]


@labelled
def second_loss(quantity: ArrayLike, distribution: Distribution) -> Numbers:
    """Return half the expected square of the shortage, E[((X - q)+)^2] / 2, the area under `expected_excess` beyond q.

    Parameters
    ----------
    quantity : array_like, any shape
        Stock or capacity q. [pallet]
    distribution : frozen SciPy distribution of one demand, of finite variance
        Continuous, discrete on the integers, or `rv_discrete(values=...)`. [pallet]

    Returns
    -------
    ndarray or float, shape of quantity. [pallet^2]

    Errors
    ------
    As in `expected_excess`; and ValueError if the variance is not finite, or a discrete tail falls like a power.

    Limits
    ------
    Below the support it is (Var X + (mean - q)^2) / 2. The sum of the shortages of a discrete demand beyond a whole
    number, E[(X - q)+ (X - q - 1)+] / 2, is this less half of `expected_excess`.

    Source
    ------
    Zipkin (2000), second-order loss function; Hadley and Whitin (1963), ch. 4.

    >>> from scipy.stats import expon
    >>> round(float(second_loss(2.0, expon())), 9)
    0.135335283
    """
    (quantity,) = numbers(quantity=quantity)
    if quantity.size == 0:
        return quantity
    with np.errstate(all="ignore"):  # SciPy's functions overflow far out in a tail
        mean, spread = float(distribution.mean()), float(distribution.std())
        require(np.isfinite(mean) and np.isfinite(spread), "distribution", "of finite mean and variance", spread)
        method = _discrete if hasattr(distribution, "pmf") else _continuous
        return method.second_loss(np.ravel(quantity), distribution, mean).reshape(quantity.shape)[()]


@labelled
def expected_cost(
    quantity: ArrayLike, distribution: Distribution, underage_cost: ArrayLike, overage_cost: ArrayLike
) -> Numbers:
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
    shortage, leftover = _excess_and_leftover(quantity, distribution)
    return over * leftover + under * shortage


def empirical(sample: ArrayLike) -> Distribution:
    """Return the empirical distribution of a sample, which gives every observation the same probability.

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


def total(distribution: Distribution, count: int) -> Distribution:
    """Return the distribution of the sum of several independent demands, such as those of a protection interval.

    Parameters
    ----------
    distribution : frozen SciPy distribution of one demand
        Discrete on whole numbers >= 0, e.g. `scipy.stats.nbinom(3, 0.1)` or `empirical(...)`. [pallet]
    count : int
        Number of demands, >= 1.

    Returns
    -------
    frozen SciPy distribution. [pallet]

    Limits
    ------
    The sum must be below 65,536 but for a probability of 1e-18. The time grows with the square of its range.

    >>> float(total(empirical([0, 1]), 4).mean())
    2.0
    """
    from scipy.stats import rv_discrete

    number, weights = whole("count", count, least=1), _discrete.shares_of_whole_numbers(distribution)
    power, shares = weights, np.ones(1)
    while number:  # by repeated squaring
        if number % 2:
            shares = _discrete.shares_of_sum(shares, power)
        number //= 2
        power = _discrete.shares_of_sum(power, power) if number else power
    return rv_discrete(values=(np.arange(len(shares)), shares / shares.sum()))


def _excess_and_leftover(quantity, distribution):
    (quantity,) = numbers(quantity=quantity)
    if quantity.size == 0:
        return quantity, quantity
    method = _discrete if hasattr(distribution, "pmf") else _continuous
    with np.errstate(all="ignore"):  # SciPy's functions overflow far out in a tail
        mean = float(distribution.mean())
        require(np.isfinite(mean), "distribution", "of finite mean", mean)
        both = method.excess_and_leftover(np.ravel(quantity), distribution, mean)
    return [part.reshape(quantity.shape)[()] for part in both]
