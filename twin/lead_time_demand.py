"""Demand over a random lead time beyond its mean and standard deviation: mixtures, records, and bounds for any law.

A safety factor of the normal law needs two moments, but the level that keeps a promise depends on the whole law: a lead
time of either 9 or 19 days keeps 90 % of 95 promised (`mixture` says so exactly). The results are distributions, so
every function of `twin.distribution` takes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import _roots, _special, distribution
from twin._check import nonnegative, numbers, positive, probabilities, require, shares
from twin._labels import Numbers, labelled
from twin.demand import Moments

LAWS = ("normal", "gamma", "negative binomial")  # laws of the demand of a given time
_SAME = 1e-9  # largest deviation of the sum of probabilities from 1 [-]
_TAIL = 1e-4  # probability of the longest lead times, which count as the longest that is kept [-]


class LeadTimes(NamedTuple):
    """The law of a lead time with finitely many values; arrays of shape (m,)."""

    length: NDArray[np.float64]  # possible lead times, rising, >= 0 [period]
    probability: NDArray[np.float64]  # probability of each, > 0; they sum to 1 [-]

    def checked(self) -> LeadTimes:
        """Return the law as arrays; one whose probabilities are no law raises ValueError."""
        (length,), (chance,) = nonnegative(lead_times=self.length), nonnegative(lead_times=self.probability)
        require(
            length.ndim == 1 and length.shape == chance.shape, "lead_times", "a list with as many probabilities", length
        )
        total = float(chance.sum())
        require(abs(total - 1) < _SAME, "lead_times", "a law whose probabilities add up to 1", f"a sum of {total:g}")
        return LeadTimes(length, chance)


class Mixture:
    """A distribution that is one of several with given probabilities; it has the methods of a frozen SciPy one."""

    def __init__(self, parts: Sequence[Any], weights: ArrayLike) -> None:
        self._parts, self._weights = list(parts), np.asarray(weights, float)

    def cdf(self, x: ArrayLike) -> Any:
        return self._sum("cdf", x)

    def sf(self, x: ArrayLike) -> Any:
        return self._sum("sf", x)

    def ppf(self, q: ArrayLike) -> Any:
        """Return the smallest x with P(X <= x) >= q."""
        return self._between([part.ppf(q) for part in self._parts], lambda x: self.cdf(x) - np.asarray(q, float))

    def isf(self, q: ArrayLike) -> Any:
        """Return the smallest x with P(X > x) <= q; a small q has more digits than 1 - q."""
        return self._between([part.isf(q) for part in self._parts], lambda x: np.asarray(q, float) - self.sf(x))

    def mean(self) -> float:
        return float(self._weights @ [part.mean() for part in self._parts])

    def std(self) -> float:
        spread = np.array([part.std() for part in self._parts])
        away = np.array([part.mean() for part in self._parts]) - self.mean()
        return float(np.sqrt(self._weights @ (spread**2 + away**2)))

    def support(self) -> tuple[float, float]:
        low, high = zip(*(part.support() for part in self._parts), strict=True)
        return float(min(low)), float(max(high))

    def _sum(self, name, x):
        return sum(w * getattr(part, name)(x) for w, part in zip(self._weights, self._parts, strict=True))

    def _between(self, quantiles, rising):
        """Return the root between the least and the greatest quantile of the parts, where that of a mixture lies."""
        return _roots.bisected(rising, np.min(quantiles, axis=0), np.max(quantiles, axis=0))[()]


class WholeMixture(Mixture):
    """A mixture of distributions on whole numbers."""

    def pmf(self, x: ArrayLike) -> Any:
        return self._sum("pmf", x)

    def _between(self, quantiles, rising):
        below = np.min(quantiles, axis=0) - 1.0
        return _roots.first_whole(lambda x: rising(x) >= -1e-12, below, np.max(quantiles, axis=0))[()]


def lead_times(lengths: ArrayLike, probabilities: ArrayLike | None = None) -> LeadTimes:
    """Return the law of a lead time from its values and their probabilities, or from a sample.

    Parameters
    ----------
    lengths : array_like, shape (n,)
        Possible lead times, or observed ones, >= 0. [period]
    probabilities : array_like, shape (n,), optional
        Probability of each, in [0, 1], of sum 1; without them every value is equally likely, as in a sample. [-]

    >>> lead_times([3, 5, 3, 3]).probability.tolist()
    [0.75, 0.25]
    """
    (found,) = nonnegative(lengths=lengths)
    require(found.ndim == 1 and found.size > 0, "lengths", "a list of at least one number", found.shape)
    given = np.full(found.size, 1 / found.size) if probabilities is None else probabilities
    (chance,) = shares(probabilities=given)
    require(chance.shape == found.shape, "probabilities", f"one for each of {found.size} lengths", chance.shape)
    require(abs(chance.sum() - 1) < _SAME, "probabilities", "of sum 1", float(chance.sum()))
    values, place = np.unique(found, return_inverse=True)
    total = np.bincount(place, chance)
    return LeadTimes(values[total > 0], total[total > 0] / total.sum())


def rounded_gamma(mean: float, sd: float, *, step: float = 1.0) -> LeadTimes:
    """Return the law of a gamma lead time that is rounded to whole steps, at least one, as `motion.simulate` draws it.

    Parameters
    ----------
    mean, sd : float
        Moments before rounding, >= 0; sd = 0 gives one value. [period]
    step : float, optional
        Length of a step, > 0. [period]

    Limits
    ------
    The last lead time stands for all longer ones, whose probability is below 0.0001.

    >>> law = rounded_gamma(2.0, 0.5)
    >>> law.length.tolist(), law.probability.round(3).tolist()
    ([1.0, 2.0, 3.0, 4.0], [0.156, 0.688, 0.151, 0.005])
    """
    (mean, sd), (step,) = nonnegative(mean=mean, sd=sd), positive(step=step)
    if sd == 0 or mean == 0:
        return lead_times([max(np.rint(mean / step), 1.0) * step])
    form, scale = (mean / sd) ** 2, sd**2 / mean / step
    last = max(int(np.ceil(_special.gammainccinv(form, _TAIL) * scale - 0.5)), 1)
    edges = np.r_[_special.gammainc(form, (np.arange(1, last) + 0.5) / scale), 1.0]
    return lead_times(np.arange(1, last + 1) * step, np.diff(edges, prepend=0.0))


def by_moments(mean: float, sd: float, law: str) -> Any:
    """Return the demand of one law that has the given mean and standard deviation, as a frozen SciPy distribution.

    Parameters
    ----------
    mean, sd : float
        Moments of the demand, both > 0. [pallet]
    law : "normal", "gamma" or "negative binomial"
        The last is of whole pallets, and its variance must exceed its mean.

    Source
    ------
    Burgin (1975) for gamma; Nahmias and Smith (1994) for negative binomial lead-time demand.

    >>> float(by_moments(100.0, 20.0, "negative binomial").var().round(6))
    400.0
    """
    from scipy import stats

    require(law in LAWS, "law", "one of " + ", ".join(LAWS), law)
    (mean, sd) = positive(mean=mean, sd=sd)
    if law == "normal":
        return stats.norm(mean, sd)
    if law == "gamma":
        return stats.gamma((mean / sd) ** 2, scale=sd**2 / mean)
    require(sd**2 > mean, "sd^2", "above the mean for a negative binomial law", sd**2)
    return stats.nbinom(mean**2 / (sd**2 - mean), mean / sd**2)


def mixture(mean: float, sd: float, lead_times: LeadTimes, law: str = "normal") -> Mixture:
    """Return the demand over a random lead time: P(X <= x) = sum_k p_k F_k(x)

    F_k is the law of independent periods over a lead time L_k, of mean L_k mean and standard deviation sqrt(L_k) sd.

    Parameters
    ----------
    mean, sd : float
        Moments of demand, both > 0. [pallet/period]
    lead_times : LeadTimes
        Lead times L_k > 0 with their probabilities p_k.
    law : "normal", "gamma" or "negative binomial", optional

    Returns
    -------
    Mixture, a distribution. [pallet]

    Limits
    ------
    Mean and standard deviation are those of `demand.lead_time_demand`; with one lead time it is the law itself. A
    normal demand must have an sd well below its mean.

    Source
    ------
    Law of total probability; Eppen and Martin (1988), Management Science 34, for what two moments miss.

    >>> either = mixture(100.0, 30.0, LeadTimes([9, 19], [0.9, 0.1]))
    >>> formula = 1000.0 + 1.6448536 * either.std()
    >>> round(formula, 1), round(float(either.cdf(formula)), 4), round(float(either.ppf(0.95)), 1)
    (1517.5, 0.9002, 1900.0)
    """
    mean, sd = positive(mean=mean, sd=sd)
    length, chance = lead_times.checked()
    positive(lead_times=length)
    parts = [by_moments(time * mean, np.sqrt(time) * sd, law) for time in length]
    return (WholeMixture if law == "negative binomial" else Mixture)(parts, chance)


def resampled(record: ArrayLike, lead_times: LeadTimes) -> distribution.Distribution:
    """Return the demand over a lead time from a record: every stretch of it that is as long as a possible lead time.

    Parameters
    ----------
    record : array_like, shape (periods,)
        Demand in time order. [pallet/period]
    lead_times : LeadTimes
        Whole lead times, not longer than the record. [period]

    Returns
    -------
    Discrete SciPy distribution of the sums. [pallet]

    Limits
    ------
    Dependence between the periods of a stretch is kept, whatever it is; the level and the season are those of the
    whole record, so a lane that moves needs the errors of its forecast instead, as in `twin.protection`.

    >>> float(resampled([1, 1, 4, 4], LeadTimes([2], [1.0])).mean())
    5.0
    """
    from scipy.stats import rv_discrete

    (demand,) = numbers(record=record)
    require(demand.ndim == 1 and demand.size > 0, "record", "a list of at least one number", demand.shape)
    length, chance = lead_times.checked()
    rule = f"whole numbers from 1 to {demand.size}, the periods on record"
    require((length >= 1) & (length <= demand.size) & (length == np.rint(length)), "lead_times", rule, length)
    total = np.concatenate([[0.0], np.cumsum(demand)])
    sums = [total[int(time) :] - total[: -int(time)] for time in length]
    weights = [np.full(len(each), p / len(each)) for each, p in zip(sums, chance, strict=True)]
    points, place = np.unique(np.concatenate(sums), return_inverse=True)
    return rv_discrete(values=(points, np.bincount(place, np.concatenate(weights))))


@labelled
def distribution_free_level(mean: ArrayLike, sd: ArrayLike, service_level: ArrayLike) -> Numbers:
    """Return the stock that keeps a cycle service level whatever the law of lead-time demand.

    S = mean + sd sqrt(service / (1 - service))

    Parameters
    ----------
    mean, sd : array_like, shapes that broadcast
        Moments of lead-time demand, both >= 0. [pallet]
    service_level : array_like
        Probability of no shortage in a cycle, in (0, 1). [-]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet]

    Limits
    ------
    No smaller stock does: a law of two values has exactly this service. At 95 % it is 4.36 standard deviations.

    Source
    ------
    The one-sided inequality of Cantelli (1928); Scarf (1958) is `newsvendor.distribution_free_quantity`.

    >>> float(distribution_free_level(1000.0, 300.0, 0.9))
    1900.0
    """
    (mean, sd), (level,) = nonnegative(mean=mean, sd=sd), probabilities(service_level=service_level)
    return mean + sd * np.sqrt(level / (1.0 - level))


@labelled
def largest_shortage(stock: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Numbers:
    """Return the largest expected shortage of a stock over all laws of lead-time demand with two moments.

    E[(X - S)+] <= (sqrt(sd^2 + (S - mean)^2) - (S - mean)) / 2

    Parameters
    ----------
    stock, mean, sd : array_like, shapes that broadcast
        Stock S, and moments of lead-time demand, sd >= 0. [pallet]

    Returns
    -------
    ndarray or float, broadcast shape. [pallet/cycle]

    Source
    ------
    Scarf (1958); Gallego and Moon (1993), lemma 1. A law of two values reaches it.

    >>> float(largest_shortage(1400.0, 1000.0, 300.0))
    50.0
    """
    (stock, mean), (sd,) = numbers(stock=stock, mean=mean), nonnegative(sd=sd)
    above = stock - mean
    root = np.hypot(sd, above)
    return np.where(above > 0, sd * (sd / np.maximum(root + above, np.finfo(float).tiny)), root - above)[()] / 2


def moments_of(lead_times: LeadTimes) -> Moments:
    """Return mean and standard deviation of a lead time. [period]

    >>> moments = moments_of(LeadTimes([9, 19], [0.9, 0.1]))
    >>> float(moments.mean), float(moments.sd)
    (10.0, 3.0)
    """
    length, chance = lead_times.checked()
    mean = chance @ length
    return Moments(mean, np.sqrt(chance @ (length - mean) ** 2))
