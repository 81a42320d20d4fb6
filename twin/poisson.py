"""Expected excess and second loss of Poisson demand in closed form, for many lanes at once.

Any other discrete demand: `twin.distribution`, one demand at a time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from twin import _special
from twin._check import nonnegative, numbers, require
from twin._labels import Numbers, labelled

#: Largest mean for which P(X > m) is known to ten digits. [pallet]
LARGEST_MEAN = 1e9
_NEAR = 4.0  # standard deviations from the mean within which SciPy's `pdtrc` is exact
_STIRLING_FROM = 16.0  # count from which Stirling's series has full accuracy


@labelled
def expected_excess(level: ArrayLike, mean: ArrayLike) -> Numbers:
    """Return the expected excess E[(X - level)+] of Poisson X over a level.

    E = (mean - level) P(X > m) + mean P(X = m),  m = floor(level)

    Parameters
    ----------
    level : array_like, shapes that broadcast
        Stock or capacity, any number. [pallet]
    mean : array_like
        Mean of X, from 0 to 1e9. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet]

    Limits
    ------
    A level below 0 gives mean - level. No sum is taken, so that a large mean costs no more time than a small one.

    Source
    ------
    Zipkin (2000), loss function of the Poisson distribution; Hadley and Whitin (1963), appendix 3.

    >>> round(float(expected_excess(5, 4.0)), 6)
    0.410304
    """
    gap, mean, _, above, exactly = _terms(level, mean)
    return np.maximum(mean * exactly - gap * above, 0.0)


@labelled
def second_loss(level: ArrayLike, mean: ArrayLike) -> Numbers:
    """Return half the expected square of the excess of Poisson X over a level, E[((X - level)+)^2] / 2.

    E = (((level - mean)^2 + mean) P(X > m) + mean (mean + m + 1 - 2 level) P(X = m)) / 2,  m = floor(level)

    Parameters
    ----------
    level, mean : array_like, shapes that broadcast
        As in `expected_excess`. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape, >= 0. [pallet^2]

    Limits
    ------
    A level below 0 gives (mean + (mean - level)^2) / 2. For whole numbers, the sum of `expected_excess` over all levels
    beyond one, E[(X - level)+ (X - level - 1)+] / 2, is this less half of `expected_excess`.

    Source
    ------
    Zipkin (2000), second-order loss function; Hadley and Whitin (1963), appendix 3.

    >>> round(float(second_loss(-1, 4.0)), 6)
    14.5
    """
    gap, mean, whole_level, above, exactly = _terms(level, mean)
    ahead = mean * (whole_level + 1 - mean - 2 * gap)  # mean + m + 1 - 2 level, without large terms that cancel
    return np.maximum((gap**2 + mean) * above + ahead * exactly, 0.0) / 2


def _terms(level, mean):
    """Return level - mean, the mean, m = floor(level), P(X > m) and P(X = m)."""
    (level,), (mean,) = numbers(level=level), nonnegative(mean=mean)
    m = np.floor(level)
    require(mean <= LARGEST_MEAN, "mean", f"at most {LARGEST_MEAN:,.0f}", mean)
    return level - mean, mean, m, _probability_above(m, mean), _probability_of(m, mean)


def _probability_above(m, mean):
    """Return P(X > m).

    Beyond 4.5 standard deviations of a mean of 1e8, SciPy's `pdtrc` is wrong by a third. The chi-square distribution
    function is exact there, but takes a time of the root of the mean near the mean.
    """
    far = np.abs(m + 1 - mean) > _NEAR * np.sqrt(mean)
    tail = _special.chndtr(np.where(far, 2 * mean, 0.0), np.where(far, 2 * np.maximum(m, 0.0) + 2, 2.0), 0.0)
    near = _special.pdtrc(np.where(far, 0.0, np.maximum(m, 0.0)), mean)
    return np.where(m < 0, 1.0, np.where(far, tail, near))[()]


def _probability_of(count, mean):
    """Return P(X = count), by Stirling's series and the deviance of the count.

    The error does not grow with the mean, as that of differences of logarithms of factorials does (Loader, 2000).
    """
    n, few = np.maximum(count, 1.0), count < _STIRLING_FROM
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratio = np.maximum((n - mean) / mean, -1.0)
        deviance = mean * (_special.xlog1py(1 + ratio, ratio) - ratio)
        stirling = (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / n**2) / n**2) / n**2) / n**2) / n
        many = np.exp(-stirling - deviance) / np.sqrt(2 * np.pi * n)
    exact = np.exp(_special.xlogy(np.maximum(count, 0.0), mean) - mean - _special.gammaln(np.maximum(count, 0.0) + 1))
    return np.where(count < 0, 0.0, np.where(few, exact, np.where(mean > 0, many, 0.0)))[()]
