"""Laws of demand and lead times: streams of draws, one array a step, for every lane and replication.

A law is any object with `lanes`, the number of lanes that its parameters describe (1 fits any number), and
`stream(random, shape, step)`, an iterator over arrays of `shape` = (lanes, replications). The laws here are infinitely
divisible where they are drawn for a fraction of a period, so that the draws of a period add up to the same moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin import _special as special
from twin._check import nonnegative, numbers, positive, require

_BLOCK = 2**14  # draws made at a time, so that short rows do not wait for the generator [draw]

Array = NDArray[np.float64]


class Law(Protocol):
    """Anything that yields an array of draws for each step."""

    @property
    def lanes(self) -> int: ...

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]: ...


@dataclass(frozen=True)
class _Moments:
    """A law given by mean and standard deviation per period; each is a number or has one value per lane."""

    mean: ArrayLike
    sd: ArrayLike = 0.0

    def __post_init__(self) -> None:
        nonnegative(mean=self.mean, sd=self.sd)

    @property
    def lanes(self) -> int:
        return max(np.size(self.mean), np.size(self.sd))

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]:
        mean, sd = self._scaled(step)
        block = max(1, _BLOCK // (shape[0] * shape[1]))
        while True:
            yield from self._draws(random, mean, sd, (block, *shape))

    def scores(self, score: Array, step: float) -> Array:
        """Return the quantiles that belong to standard normal scores."""
        return self._quantiles(score, *self._scaled(step))

    def _scaled(self, step: float) -> tuple[Array, Array]:
        mean, sd = (_column(value) for value in (self.mean, self.sd))
        return mean * step, sd * np.sqrt(step)

    def _draws(self, random: np.random.Generator, mean: Array, sd: Array, shape: tuple[int, ...]) -> Array:
        return self._quantiles(random.standard_normal(shape), mean, sd)

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        raise NotImplementedError


class Normal(_Moments):
    """Normal values; a negative draw counts as zero, so the law fits demand whose sd is well below its mean."""

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        return np.maximum(mean + sd * score, 0.0)


class Gamma(_Moments):
    """Gamma values of the given moments; constant where sd = 0."""

    def _draws(self, random: np.random.Generator, mean: Array, sd: Array, shape: tuple[int, ...]) -> Array:
        form, scale = _gamma_of(mean, sd)
        return np.where(sd > 0, random.standard_gamma(np.broadcast_to(form, shape)) * scale, mean)

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        form, scale = _gamma_of(mean, sd)
        return np.where(sd > 0, special.gammaincinv(form, special.ndtr(score)) * scale, mean)


class Lognormal(_Moments):
    """Lognormal values of the given moments; constant where sd = 0."""

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        variance = np.log1p((sd / np.maximum(mean, np.finfo(float).tiny)) ** 2)
        return mean * np.exp(np.sqrt(variance) * score - variance / 2)


@dataclass(frozen=True)
class Poisson(_Moments):
    """Poisson counts; sd is the square root of the mean and is not stated."""

    def __post_init__(self) -> None:
        nonnegative(mean=self.mean)
        require(np.all(np.equal(self.sd, 0.0)), "sd", "left out for a Poisson law", self.sd)

    def _draws(self, random: np.random.Generator, mean: Array, sd: Array, shape: tuple[int, ...]) -> Array:
        return random.poisson(np.broadcast_to(mean, shape)).astype(float)

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        probability = special.ndtr(score)
        count = np.ceil(special.pdtrik(probability, mean))
        return np.maximum(np.where(special.pdtr(count - 1, mean) >= probability, count - 1, count), 0.0)


@dataclass(frozen=True)
class Frozen:
    """Independent draws of a frozen SciPy distribution, or of anything with `rvs(size=, random_state=)`."""

    distribution: Any
    lanes: int = 1

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]:
        _whole_periods("a SciPy distribution", step)
        block = max(1, _BLOCK // (shape[0] * shape[1]))
        while True:
            draws = np.asarray(self.distribution.rvs(size=(block, *shape), random_state=random), float)
            require(draws >= 0, "draws of the distribution", ">= 0", draws.min())
            yield from draws


@dataclass(frozen=True)
class Correlated:
    """A law with the same marginal distribution whose normal scores follow a first-order autoregression.

    Parameters
    ----------
    law : Normal, Gamma, Lognormal or Poisson
    correlation : array_like, shape () or (lanes,)
        Autocorrelation of the normal scores from one step to the next, in (-1, 1). [-]
    """

    law: Normal | Gamma | Lognormal | Poisson
    correlation: ArrayLike

    def __post_init__(self) -> None:
        (correlation,) = numbers(correlation=self.correlation)
        require(np.abs(correlation) < 1, "correlation", "in (-1, 1)", correlation)

    @property
    def lanes(self) -> int:
        return max(self.law.lanes, np.size(self.correlation))

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]:
        kept = _column(self.correlation)
        fresh = np.sqrt(1 - kept**2)
        score = random.standard_normal(shape)
        while True:
            yield self.law.scores(score, step)
            score = kept * score + fresh * random.standard_normal(shape)


@dataclass(frozen=True)
class Seasonal:
    """A law whose draws are multiplied by a factor of the step's place in the season.

    Parameters
    ----------
    law : Law
    factors : array_like, shape (season,) or (lanes, season)
        Factor of each step of a season, >= 0; the season repeats. [-]
    """

    law: Law
    factors: ArrayLike

    def __post_init__(self) -> None:
        (factors,) = nonnegative(factors=self.factors)
        require(factors.ndim in (1, 2) and factors.size > 0, "factors", "one row of factors, or one a lane", factors)

    @property
    def lanes(self) -> int:
        return max(self.law.lanes, len(np.atleast_2d(self.factors)))

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]:
        factors = np.atleast_2d(np.asarray(self.factors, float))
        for place, draws in enumerate(self.law.stream(random, shape, step)):
            yield draws * factors[:, place % factors.shape[1], None]


@dataclass(frozen=True)
class Record:
    """Values on record, resampled in blocks, so that the dependence within a block stays.

    Parameters
    ----------
    values : array_like, shape (n,) or (lanes, n)
        Values in time order, >= 0; lanes are resampled together, so that their correlation stays. [pallet/period]
    block : int, optional
        Length of a block; the record is a circle, so every value is equally likely. [period]
    season : int, optional
        Blocks begin at the same place in a season of this length as the step at which they are used. [period]
    """

    values: ArrayLike
    block: int = 1
    season: int = 1

    def __post_init__(self) -> None:
        (values,) = nonnegative(values=self.values)
        require(values.ndim in (1, 2) and values.size > 0, "values", "a record, or one a lane", values.shape)
        require(1 <= self.season <= values.shape[-1], "season", f"from 1 to {values.shape[-1]}", self.season)
        require(self.block >= 1, "block", ">= 1", self.block)

    @property
    def lanes(self) -> int:
        return len(np.atleast_2d(self.values))

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]:
        values = np.atleast_2d(np.asarray(self.values, float))
        parts, whole_seasons = _parts(step), values.shape[1] // self.season
        time = 0
        while True:
            first = self.season * random.integers(whole_seasons, size=shape[1]) + time % self.season
            for later in range(self.block):
                drawn = np.broadcast_to(values[:, (first + later) % values.shape[1]] * step, shape)
                for _ in range(parts):
                    yield drawn
            time += self.block


@dataclass(frozen=True)
class Given:
    """Values that are given step by step, the same for every replication or one path each.

    Parameters
    ----------
    values : array_like, shape (steps,), (replications, steps) or (lanes, replications, steps)
        Values, >= 0. [pallet/step, or period for lead times]
    """

    values: ArrayLike

    def __post_init__(self) -> None:
        (values,) = nonnegative(values=self.values)
        require(1 <= values.ndim <= 3, "values", "of one to three dimensions", values.shape)

    @property
    def lanes(self) -> int:
        return np.shape(self.values)[0] if np.ndim(self.values) == 3 else 1

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]:
        values = np.asarray(self.values, float)
        for time in range(values.shape[-1]):
            yield np.broadcast_to(values[..., time], shape)


def law_of(name: str, value: Any) -> Any:
    """Return a number, an array, a SciPy distribution or a law as a law; `name` is for the error.

    >>> law_of("demand", [3, 5]).lanes
    1
    """
    if hasattr(value, "stream"):
        return value
    if hasattr(value, "rvs"):
        return Frozen(value)
    (values,) = nonnegative(**{name: value})
    return Normal(values) if values.ndim == 0 else Given(values)


def part_of(law: Any, replications: slice) -> Any:
    """Return the law of some replications: given paths are cut, other laws stay as they are."""
    if isinstance(law, Given) and np.ndim(law.values) > 1:
        return Given(np.asarray(law.values)[..., replications, :])
    return law


def _gamma_of(mean: Array, sd: Array) -> tuple[Array, Array]:
    """Return shape and scale of a gamma law; 1 and 0 where the law is constant."""
    positive_mean = np.where(sd > 0, positive(mean=np.where(sd > 0, mean, 1.0))[0], 1.0)
    spread = np.where(sd > 0, sd, 1.0)
    return (positive_mean / spread) ** 2, spread**2 / positive_mean


def _column(value: ArrayLike) -> Array:
    """Return a value per lane as a column, so that it meets an array of lanes and replications."""
    return np.atleast_1d(np.asarray(value, float))[:, None]


def _parts(step: float) -> int:
    """Return the number of steps in a period."""
    return round(1 / step)


def _whole_periods(what: str, step: float) -> None:
    require(step == 1, "step", f"1 with {what}, whose parts of a period are unknown", step)
