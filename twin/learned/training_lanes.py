"""Random lanes to train on: penalties, lead times and laws of demand from binomial through Poisson to geometric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.learned.features import SLOTS, LaneContext, Reals, lane_context

# Training goes a little beyond the range in which the network is used, so that no lane is at the edge.
_RATIOS, _MEANS = (2.7, 112.0), (2.3, 11.0)  # penalty over holding cost [-]; mean demand [pallet/period]
_LEAST_SPREAD = 0.45  # variance over mean of the narrowest binomial law [-]
_WIDER = 1.1  # variance of the widest law, over that of the geometric law [-]
_POISSON, _SHIFTED = 0.3, 0.1  # shares of lanes with Poisson demand, and with one pallet in each period and more [-]


@dataclass(frozen=True)
class TrainingLanes:
    """Lanes with a law of demand each; all of shape (n,)."""

    lead_time: NDArray[np.int64]  # [period]
    ratio: Reals  # penalty over holding cost [-]
    mean: Reals  # of demand in a period [pallet]
    spread: Reals  # variance over mean of the demand beyond `shift` [-]
    trials: NDArray[np.int64]  # of a binomial law; 0 for any other
    shift: Reals  # least demand in a period [pallet]

    def __len__(self) -> int:
        return len(self.mean)

    @property
    def sd(self) -> Reals:
        """Standard deviation of demand in a period. [pallet]"""
        return np.sqrt((self.mean - self.shift) * self.spread)

    def context(self, kind: type = np.float32) -> LaneContext:
        """Return what the network sees of the lanes."""
        skewness = (2 * self.spread - 1) / self.sd  # of binomial, Poisson and negative binomial laws alike
        return lane_context(self.lead_time, self.ratio, self.mean, self.sd, skewness, kind)

    def first_states(self) -> Reals:
        """Return states with one period of mean demand on hand and in each order under way."""
        used = np.arange(SLOTS) < self.lead_time[:, None]
        return np.where(used, np.rint(self.mean)[:, None], 0).astype(np.float32)

    def demands(self, periods: int, rng: np.random.Generator) -> Reals:
        """Return random demands, shape (periods, n). [pallet]"""
        drawn = np.empty((periods, len(self)), np.float32)
        binomial, wide = self.trials > 0, self.spread > 1
        poisson = ~(binomial | wide)
        rest, trials = self.mean - self.shift, self.trials[binomial]
        drawn[:, poisson] = rng.poisson(rest[poisson], (periods, int(poisson.sum())))
        drawn[:, binomial] = rng.binomial(trials, rest[binomial] / trials, (periods, len(trials)))
        beyond = self.spread[wide] - 1
        drawn[:, wide] = rng.poisson(rng.gamma(rest[wide] / beyond, beyond, (periods, len(beyond))))
        return drawn + self.shift.astype(np.float32)

    def law(self, place: int) -> Any:
        """Return the law of demand in a period of one lane, a frozen SciPy distribution."""
        from scipy.stats import binom, nbinom, poisson

        shift, trials, spread = float(self.shift[place]), int(self.trials[place]), float(self.spread[place])
        rest = float(self.mean[place]) - shift
        if trials:
            return binom(trials, rest / trials, loc=shift)
        return nbinom(rest / (spread - 1), 1 / spread, loc=shift) if spread > 1 else poisson(rest, loc=shift)

    @staticmethod
    def joined(several: Sequence[TrainingLanes]) -> TrainingLanes:
        """Return all lanes of several groups."""
        names = [field.name for field in fields(TrainingLanes)]
        return TrainingLanes(**{name: np.concatenate([getattr(each, name) for each in several]) for name in names})

    def replaced(self, places: NDArray[np.int64], others: TrainingLanes) -> TrainingLanes:
        """Return the lanes with others in these places."""
        parts = {field.name: getattr(self, field.name).copy() for field in fields(self)}
        for name, part in parts.items():
            part[places] = getattr(others, name)
        return TrainingLanes(**parts)


def random_lanes(count: int, rng: np.random.Generator, least: int = 1, most: int = SLOTS) -> TrainingLanes:
    """Return random lanes: short lead times more often than long ones, ratios and means uniform in the logarithm."""
    lead_times = np.arange(least, most + 1)
    chances = lead_times**-0.5
    lead_time = rng.choice(lead_times, count, p=chances / chances.sum())
    ratio, mean = (np.exp(rng.uniform(*np.log(ends), count)) for ends in (_RATIOS, _MEANS))
    shift = (rng.random(count) < _SHIFTED).astype(float)
    rest = mean - shift
    spread = np.exp(rng.uniform(np.log(_LEAST_SPREAD), np.log(_WIDER * (1 + rest))))
    spread[rng.random(count) < _POISSON] = 1.0
    trials = np.where(spread < 1, np.maximum(np.rint(rest / np.maximum(1 - spread, 1e-3)), np.ceil(rest + 0.5)), 0)
    spread = np.where(trials > 0, 1 - rest / np.maximum(trials, 1), spread)
    return TrainingLanes(lead_time, ratio, mean, spread, trials.astype(np.int64), shift)
