"""Lanes whose size or kind of demand changes, of our own making: rules on earlier errors are chosen on these alone.

Lanes of seeds below `JUDGED` are for choosing a rule and its constants, those from there on for judging it.
"""

import numpy as np

JUDGED = 1_000
LENGTHS = {"D": 560, "W": 182, "MS": 84}  # periods of a record
KINDS = (
    "steady", "season", "season with growth", "steady growth", "growth tenfold", "slow ramp", "ramp from nothing",
    "start from nothing", "jump", "shrinking", "collapse", "sparse, then dense", "dense, then sparse", "spikes",
    "turbulent spell", "random walk",
)  # fmt: skip


def lane(kind: str, period: str, seed: int) -> np.ndarray:
    """Return the volumes of the lane of a kind and a period that has this seed."""
    random = np.random.default_rng([KINDS.index(kind), sorted(LENGTHS).index(period), seed])
    periods, year = LENGTHS[period], {"D": 364, "W": 52, "MS": 12}[period]
    time, scale = np.arange(periods), np.exp(random.uniform(np.log(30), np.log(1000)))
    change = int(random.integers(year // 2, periods - year)) if periods > 2 * year else int(random.integers(100, 300))
    past = time >= change
    season = 1 + random.uniform(0.2, 0.7) * np.sin(2 * np.pi * time / year + random.uniform(0, 2 * np.pi))
    level, share, variation = np.ones(periods), np.ones(periods), random.uniform(0.08, 0.45)
    variation = np.full(periods, variation)
    match kind:
        case "season":
            level = season
        case "season with growth":
            level = season * np.exp(random.uniform(0.4, 1.2) * time / periods)
        case "steady growth":
            level = np.exp(random.uniform(0.3, 1.2) * time / periods)
        case "growth tenfold":
            level = 0.1 * np.exp(np.log(10) * time / periods)
        case "slow ramp":
            level = np.clip((time - change / 2) / (periods / 2), 0.02, 1.0)
        case "ramp from nothing":
            level = np.clip((time - change) / random.uniform(2, year / 2), 0.0, 1.0)
        case "start from nothing":
            level = past + random.choice([0.0, 0.001, 0.01])
        case "jump":
            level = np.where(past, random.choice([0.4, 2.0, 4.0]), 1.0)
        case "shrinking":
            level = np.exp(-np.log(random.uniform(10, 100)) * time / periods)
        case "collapse":
            level = np.where(past, random.uniform(0.01, 0.1), 1.0)
        case "sparse, then dense":
            share = np.where(past, 1.0, random.uniform(0.05, 0.4))
        case "dense, then sparse":
            share = np.where(past, random.uniform(0.3, 0.6), 1.0)
        case "spikes":
            level = np.where(random.random(periods) < random.uniform(0.01, 0.04), random.uniform(5, 20), 1.0)
        case "turbulent spell":
            variation[change : change + periods // 8] *= 3.0
        case "random walk":
            level = np.exp(np.cumsum(random.normal(0, random.uniform(0.02, 0.12), periods)))
    if period == "D" and random.random() < 0.5:
        level = level * np.array([1.2, 1.1, 1.0, 1.1, 1.3, 0.3, 0.0])[time % 7]
    mean = scale * level
    shape = 1 / variation**2
    flows = np.where(mean > 0, random.gamma(shape) * mean / shape, 0.0)
    return np.rint(flows * (random.random(periods) < share))
