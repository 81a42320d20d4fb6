"""The lanes on which closed forms are judged: a base lane, and blocks in which one thing at a time is different.

Everything is scale-free: the mean demand is 100 pallets a period, lead times and lots are in periods, and own capacity
is a multiple of the required capacity. The background of a block is a Latin hypercube over the numbers that any plan
states, the same in every block, so that blocks differ by their factor alone. In mixed blocks everything differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from twin import _special
from twin.motion.laws import Correlated, Gamma, Normal
from twin.motion.state import Array

MEAN_DEMAND = 100.0  # of every lane [pallet/period]
LANES_OF_A_BLOCK = 10  # lanes in a block
MIXED = 12  # blocks in which every factor differs
SEED = 17  # of the background and of the mixed blocks
HIGHEST_NORMAL_CV = 0.3  # demand that varies more is gamma in the design, since normal demand would be negative [-]

#: Range of each number in the background, and whether it is spread by ratio: cv, lead time [period], level, tightness.
BACKGROUND = {
    "demand_cv": (0.1, 0.3, False),
    "lead_time_mean": (1.0, 12.0, True),
    "service_level": (0.80, 0.98, False),
    "capacity_ratio": (0.8, 1.2, False),
}
#: What every lane of the background has besides, and what a factor changes.
BASE_LANE = {
    "zero_share": 0.0,
    "autocorrelation": 0.0,
    "lead_time_sd": 0.0,
    "return_rate": 0.0,
    "dwell": 1.0,
    "lot": 1.0,
}
BASE_SWITCHES = {
    "law": "normal",
    "lead_times": "persistent",
    "unmet": "backordered",
    "basis": "peak",
    "kind": "stock",
    "review_period": 0.0,
}
#: Levels of each factor, which is a number of a lane or a switch; that of the base lane is not among them.
FACTOR_LEVELS: dict[str, tuple[Any, ...]] = {
    "demand_cv": (0.5, 1.0, 1.5),
    "zero_share": (0.25, 0.5, 0.75),
    "law": ("gamma",),
    "autocorrelation": (-0.3, 0.3, 0.6),
    "lead_time_mean": (1.0, 3.0, 8.0, 20.0),
    "lead_time_sd, independent": (0.5, 1.0, 2.0),
    "lead_time_sd, waiting": (0.5, 1.0, 2.0),
    "lead_time_sd, persistent": (0.5, 1.0, 2.0),
    "service_level": (0.5, 0.8, 0.9, 0.95, 0.99),
    "unmet": ("lost", "partner"),
    "review_period": (1.0, 5.0),
    "return_rate": (0.1, 0.3),
    "dwell": (0.5, 2.0, 5.0),
    "capacity_ratio": (0.7, 0.9, 1.0, 1.1, 1.3),
    "lot": (2.0, 5.0, 10.0),
    "basis": ("close",),
}
#: Factors that matter on a flow lane too, where nothing is ordered.
FACTORS_OF_FLOW_LANES = (
    "demand_cv",
    "zero_share",
    "law",
    "autocorrelation",
    "lead_time_mean",
    "lead_time_sd, persistent",
    "service_level",
    "review_period",
    "return_rate",
    "dwell",
    "capacity_ratio",
)
#: Surcharge of the partner, so that one period in four should overflow; other prices are the defaults of `Policy`.
SURCHARGE = 15.0
SHORTEST_VARIABLE = 5.0  # least mean of a lead time that varies, so that draws below one period are rare [period]
POSITIVE_CV = 0.3  # of the demand of periods with demand, where some have none [-]


@dataclass(frozen=True)
class Block:
    """Lanes that share their switches, with one factor at a level: numbers with one value per lane, and switches."""

    factor: str
    level: Any
    numbers: Mapping[str, Array]
    switches: Mapping[str, Any]


@dataclass(frozen=True)
class Intermittent:
    """Demand that is zero in a share of the periods and gamma in the others; each field is a number or one per lane."""

    mean: Any
    zero_share: Any

    @property
    def lanes(self) -> int:
        return max(np.size(self.mean), np.size(self.zero_share))

    def stream(self, random: np.random.Generator, shape: tuple[int, int], step: float) -> Iterator[Array]:
        mean, share = (np.atleast_1d(np.asarray(value, float))[:, None] for value in (self.mean, self.zero_share))
        sizes = Gamma((mean / (1 - share))[:, 0], (POSITIVE_CV * mean / (1 - share))[:, 0])
        for draws in sizes.stream(random, shape, 1.0):
            yield draws * (random.random(shape) >= share)


def blocks() -> list[Block]:
    """Return every block of the design: of either kind of lane the base lanes and one block per level of each factor,
    and the mixed blocks, which are of stock lanes.
    """
    numbers = {**background(), **{name: np.full(LANES_OF_A_BLOCK, value) for name, value in BASE_LANE.items()}}
    base = Block("base", "", numbers, BASE_SWITCHES)
    flow = Block("base", "", numbers, {**BASE_SWITCHES, "kind": "flow"})
    found = [base, *(_at(base, factor, level) for factor, levels in FACTOR_LEVELS.items() for level in levels)]
    found += [flow, *(_at(flow, factor, level) for factor in FACTORS_OF_FLOW_LANES for level in FACTOR_LEVELS[factor])]
    return [*found, *_mixed(base)]


def background(seed: int = SEED) -> dict[str, Array]:
    """Return a Latin hypercube of `LANES_OF_A_BLOCK` lanes over `BACKGROUND`; lead times are whole periods."""
    random = np.random.default_rng(seed)
    found = {}
    for name, (low, high, by_ratio) in BACKGROUND.items():
        share = (random.permutation(LANES_OF_A_BLOCK) + 0.5) / LANES_OF_A_BLOCK
        found[name] = low * (high / low) ** share if by_ratio else low + (high - low) * share
    found["lead_time_mean"] = np.rint(found["lead_time_mean"])
    return found


def _at(base: Block, factor: str, level: Any) -> Block:
    """Return the base lanes with one factor at a level."""
    if factor in BASE_SWITCHES:
        return Block(factor, level, base.numbers, {**base.switches, factor: level})
    name, _, law = factor.partition(", ")
    numbers = {**base.numbers, name: np.full(LANES_OF_A_BLOCK, level)}
    switches = {**base.switches, **({"lead_times": law} if law else {})}
    if name == "lead_time_sd":
        numbers["lead_time_mean"] = np.maximum(numbers["lead_time_mean"], SHORTEST_VARIABLE)
    return Block(factor, level, *_consistent(numbers, switches))


def _consistent(numbers: dict[str, Array], switches: dict[str, Any]) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return lanes whose law and coefficient of variation fit each other: three laws cannot have every one."""
    if numbers["zero_share"].any():
        numbers = {**numbers, "demand_cv": np.sqrt((1 + POSITIVE_CV**2) / (1 - numbers["zero_share"]) - 1)}
        switches = {**switches, "law": "intermittent"}
    elif numbers["demand_cv"].max() > HIGHEST_NORMAL_CV + 1e-9:
        switches = {**switches, "law": "gamma"}
    return numbers, switches


def _mixed(base: Block) -> list[Block]:
    """Return blocks in which every factor may differ: one choice of switches a block, numbers lane by lane."""
    random = np.random.default_rng(SEED + 1)
    spreads = {
        name.partition(", ")[2]: levels for name, levels in FACTOR_LEVELS.items() if name.startswith("lead_time_sd")
    }
    found = []
    for number in range(1, MIXED + 1):
        law = str(random.choice(list(spreads)))
        switches = {**base.switches, "lead_times": law}
        for name in ("unmet", "basis", "review_period"):
            switches[name] = random.choice([BASE_SWITCHES[name], FACTOR_LEVELS[name][0]]).item()
        numbers = background(SEED + 1 + number)
        for name, value in BASE_LANE.items():
            levels = spreads[law] if name == "lead_time_sd" else FACTOR_LEVELS[name]
            numbers[name] = np.where(
                random.random(LANES_OF_A_BLOCK) < 0.5, value, random.choice(levels, LANES_OF_A_BLOCK)
            )
        if number % 3 == 1:  # demand is intermittent, variable or correlated, by turns
            numbers["demand_cv"] = random.choice([0.3, *FACTOR_LEVELS["demand_cv"]], LANES_OF_A_BLOCK)
        for turn, name in ((0, "zero_share"), (2, "autocorrelation")):
            if number % 3 != turn:
                numbers[name] = np.zeros(LANES_OF_A_BLOCK)
        shortest = np.where(numbers["lead_time_sd"] > 0, SHORTEST_VARIABLE, 1.0)
        numbers["lead_time_mean"] = np.maximum(numbers["lead_time_mean"], shortest)
        found.append(Block("mixed", number, *_consistent(numbers, switches)))
    return found


def demand_law(block: Block) -> Any:
    """Return the law of demand of the lanes of a block."""
    numbers, name = block.numbers, block.switches["law"]
    mean = np.full(LANES_OF_A_BLOCK, MEAN_DEMAND)
    if name == "intermittent":
        return Intermittent(mean, numbers["zero_share"])
    law = (Normal if name == "normal" else Gamma)(mean, numbers["demand_cv"] * mean)
    return Correlated(law, numbers["autocorrelation"]) if numbers["autocorrelation"].any() else law


def lead_time_chances(block: Block) -> Array:
    """Return the probability of each lead time, from 0 periods on, that orders have; shape (lanes, periods). [-]

    The model rounds draws to whole steps; under continuous review they are at least one. If orders wait for earlier
    ones, an order placed in step t arrives with the latest of those placed before, so P(lead time <= x) is the product
    of P(draw <= x + k) over k = 0, 1, ...
    """
    mean, sd = (block.numbers[name][:, None] for name in ("lead_time_mean", "lead_time_sd"))
    whole = np.arange(int(np.ceil((mean + 9 * sd).max())) + 2)
    below = np.where(sd > 0, _special.ndtr((whole + 0.5 - mean) / np.where(sd > 0, sd, 1.0)), whole >= mean)
    below = np.where(whole >= (block.switches["review_period"] == 0), below, 0.0)
    if block.switches["lead_times"] == "waiting":
        below = np.cumprod(below[:, ::-1], axis=1)[:, ::-1]
    return np.diff(below, axis=1, prepend=0.0)


def lead_time_moments(block: Block) -> tuple[Array, Array]:
    """Return the mean and the sd of the lead times that orders have, which a record would show. [period]"""
    chance = lead_time_chances(block)
    whole = np.arange(chance.shape[1])
    mean = chance @ whole
    return mean, np.sqrt(np.maximum(chance @ whole**2 - mean**2, 0.0))
