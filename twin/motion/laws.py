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
from twin._check import nonnegative, numbers, require

_BLOCK = 2**14  # draws made at a time, so that short rows do not wait for the generator [draw]

Array = NDArray[np.float64]


class Law(Protocol):
    """Anything that yields an array of draws for each step."""

    @property
    def lanes(self) -> int: ...

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]: ...


@dataclass(frozen=True)
class MomentLaw:
    """A law given by its moments per period.

    Parameters
    ----------
    mean, sd : array_like, shape () or (lanes,)
        Mean and standard deviation, >= 0. [pallet/period, or period for a lead time]
    """

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


class Normal(MomentLaw):
    """Normal values; a negative draw counts as zero, so the law fits demand whose sd is well below its mean."""

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        return np.maximum(mean + sd * score, 0.0)


class PositiveLaw(MomentLaw):
    """A law of positive values, whose mean is zero only where it is constant."""

    def __post_init__(self) -> None:
        super().__post_init__()
        require(np.greater(self.mean, 0) | np.equal(self.sd, 0), "mean", "> 0 where sd > 0", self.mean)


class Gamma(PositiveLaw):
    """Gamma values of the given moments; constant where sd = 0."""

    def _draws(self, random: np.random.Generator, mean: Array, sd: Array, shape: tuple[int, ...]) -> Array:
        form, scale = _gamma_of(mean, sd)
        return np.where(sd > 0, random.standard_gamma(np.broadcast_to(form, shape)) * scale, mean)

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        form, scale = _gamma_of(mean, sd)
        return np.where(sd > 0, special.gammaincinv(form, special.ndtr(score)) * scale, mean)


class Lognormal(PositiveLaw):
    """Lognormal values of the given moments; constant where sd = 0."""

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        variance = np.log1p((sd / np.maximum(mean, np.finfo(float).tiny)) ** 2)
        return mean * np.exp(np.sqrt(variance) * score - variance / 2)


@dataclass(frozen=True)
class Poisson(MomentLaw):
    """Poisson counts, of which only the mean is stated: sd is its square root."""

    def __post_init__(self) -> None:
        nonnegative(mean=self.mean)
        require(np.all(np.equal(self.sd, 0.0)), "sd", "left out for a Poisson law", self.sd)

    def _draws(self, random: np.random.Generator, mean: Array, sd: Array, shape: tuple[int, ...]) -> Array:
        return random.poisson(np.broadcast_to(mean, shape)).astype(float)

    def _quantiles(self, score: Array, mean: Array, sd: Array) -> Array:
        return np.maximum(np.ceil(special.pdtrik(special.ndtr(score), mean)), 0.0)


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
        Autocorrelation of the normal scores from one step to the next, in (-1, 1). With steps shorter than a period,
        the demand of a whole period therefore varies more, or less if it is negative, than the law states. [-]

    Source
    ------
    Cario and Nelson (1996), Operations Research Letters 19(2): the demand is the quantile of the score's probability.

    >>> from twin.motion import simulate
    >>> simulate(Correlated(Normal(6.0), 0.5), kind="flow", periods=2).demand.tolist()
    [[6.0, 6.0]]
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
    """A law whose draws are multiplied by a factor of the period's place in the season.

    Parameters
    ----------
    law : Law
    factors : array_like, shape (season,) or (lanes, season)
        Factor of each period of a season, >= 0; the season repeats. [-]

    >>> from twin.motion import simulate
    >>> simulate(Seasonal(Normal(6.0), [1.0, 0.5]), kind="flow", periods=4).demand.tolist()
    [[6.0, 3.0, 6.0, 3.0]]
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
        parts = _parts(step)
        for time, draws in enumerate(self.law.stream(random, shape, step)):
            yield draws * factors[:, time // parts % factors.shape[1], None]


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
        Blocks begin at the same place in a season of this length as the period in which they are used; what the record
        has beyond whole seasons is left out. [period]

    Source
    ------
    Politis and Romano (1992), the circular block bootstrap.

    >>> from twin.motion import simulate
    >>> float(simulate(Record([1.0, 2.0, 3.0], block=3), kind="flow", periods=3).demand.sum())
    6.0
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
        length, time = whole_seasons * self.season, 0
        while True:
            first = self.season * random.integers(whole_seasons, size=shape[1]) + time % self.season
            for later in range(self.block):
                drawn = np.broadcast_to(values[:, (first + later) % length] * step, shape)
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

    >>> from twin.motion import simulate
    >>> simulate(Given([[1.0, 2.0], [3.0, 4.0]]), kind="flow", periods=2, replications=2).demand.tolist()
    [[1.0, 2.0], [3.0, 4.0]]
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


def check_fit(name: str, law: Any, *, lanes: int, replications: int, steps: int) -> None:
    """Refuse a law whose parameters, or given values, do not fit the lanes, replications and steps of a run."""
    require(law.lanes in (1, lanes), name, f"a law of one lane or of {lanes}", f"one of {law.lanes}")
    if isinstance(law, Given):
        shape = np.shape(law.values)
        require(
            shape[-1] >= steps, name, f"given for each of the {steps} steps of a run, or a law", f"{shape[-1]} values"
        )
        paths = shape[-2] if len(shape) > 1 else 1
        each = f"one for each of {replications} replications (replications, steps), with lanes before them if several"
        require(paths in (1, replications), name, f"one path, or {each}", shape)


def part_of(law: Any, replications: slice) -> Any:
    """Return the law of some replications: given paths are cut, other laws stay as they are."""
    if isinstance(law, Given) and np.ndim(law.values) > 1 and np.shape(law.values)[-2] > 1:
        return Given(np.asarray(law.values)[..., replications, :])
    return law


def _gamma_of(mean: Array, sd: Array) -> tuple[Array, Array]:
    """Return shape and scale of a gamma law; 1 and 0 where the law is constant."""
    center, spread = np.where(sd > 0, mean, 1.0), np.where(sd > 0, sd, 1.0)
    return (center / spread) ** 2, spread**2 / center


def _column(value: ArrayLike) -> Array:
    """Return a value per lane as a column, so that it meets an array of lanes and replications."""
    return np.atleast_1d(np.asarray(value, float))[:, None]


def _parts(step: float) -> int:
    """Return the number of steps in a period."""
    return round(1 / step)


def _whole_periods(what: str, step: float) -> None:
    require(step == 1, "step", f"1 with {what}, whose parts of a period are unknown", step)
