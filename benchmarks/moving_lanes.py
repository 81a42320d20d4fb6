"""Stock lanes whose demand moves, of our own making: constants of `ordering.next_order` are tuned on these alone.

A kind says how the demand moves, `SUPPLIES` how orders arrive. Every lane has its own seed: lanes of seeds below
`JUDGED` are for tuning, those from there on for judging robustness.
"""

from typing import NamedTuple

import numpy as np

KNOWN, PERIODS = 5, 50  # periods of demand known before the first order, and periods played
PROFITS = (1.0, 4.0, 19.0)  # of one pallet; holding costs 1
JUDGED = 10_000


class MovingLane(NamedTuple):
    """Demand, what a rule is told, and the lead time of an order of each period (infinite: it is lost)."""

    demand: np.ndarray  # known periods first
    promised: int
    lead_times: np.ndarray
    profit: float
    holding: float


def _level(kind, random, time):
    """Return the mean demand of each period, in units of the lane's scale."""
    flat, end = np.ones(len(time)), len(time)
    match kind:
        case "level shift":
            for _ in range(random.integers(1, 4)):
                flat[random.integers(8, end - 5) :] *= np.exp(random.choice([-1, 1]) * random.uniform(0.3, 1.1))
        case "trend":
            start, slope = random.integers(0, 25), random.choice([-1, 1]) * random.uniform(0.005, 0.06)
            flat = np.exp(np.clip(slope * np.maximum(time - start, 0) * random.choice([0.5, 1.0]), -3, 2.5))
        case "straight trend":
            flat = np.maximum(0.05, 1 + random.uniform(-0.02, 0.08) * time)
        case "season":
            phase, length = random.uniform(0, 2 * np.pi), random.choice([4, 6, 7, 8, 10, 12, 13, 20, 26])
            flat = 1 + random.uniform(0.2, 0.8) * np.sin(2 * np.pi * time / length + phase)
        case "season and trend":
            phase, length = random.uniform(0, 2 * np.pi), random.choice([4, 6, 7, 8, 10, 12, 13, 20, 26])
            flat = 1 + random.uniform(0.2, 0.6) * np.sin(2 * np.pi * time / length + phase)
            flat = flat * np.maximum(0.1, 1 + random.uniform(-0.015, 0.05) * time)
        case "autoregressive":
            share, state = random.choice([-0.5, 0.5, 0.7, 0.9]), 0.0
            for t in time:
                state = share * state + random.normal() * random.uniform(0.1, 0.4) * np.sqrt(1 - share**2)
                flat[t] = np.maximum(0.0, 1 + state)
        case "random walk":
            flat = np.exp(np.cumsum(random.normal(0, random.uniform(0.04, 0.25), end)))
        case "episode":
            start = random.integers(8, 40)
            flat[start : start + random.integers(2, 12)] *= random.choice([0.2, 0.5, 2.0, 3.0])
        case "life cycle":
            peak, width = random.integers(5, 50), random.uniform(5, 20)
            flat = 0.05 + np.exp(-(((time - peak) / width) ** 2) / 2)
    return flat


def _demand(kind, random, time):
    """Return a demand in whole pallets."""
    scale = np.exp(random.uniform(np.log(30), np.log(400)))
    if kind == "intermittent":
        sizes = np.rint(random.gamma(random.choice([1.0, 4.0]), 1.0, len(time)) * scale / 4) + 1
        return np.where(random.random(len(time)) < random.uniform(0.15, 0.7), sizes, 0.0)
    mean = scale * _level(kind, random, time)
    if kind == "heavy tails":
        return np.rint(mean * np.exp(random.normal(0, random.uniform(0.4, 1.0), len(time))))
    if kind == "bursts":
        burst = np.where(random.random(len(time)) < 0.1, random.uniform(2, 6), 1.0)
        return np.rint(mean * burst * random.gamma(8, 1 / 8, len(time)))
    variation = random.choice([0.05, 0.1, 0.2, 0.3, 0.4])
    changes = time >= (random.integers(15, 40) if kind == "spread shift" else len(time))
    variation = np.clip(np.where(changes, variation * random.choice([0.3, 3.0]), variation), 0.03, 0.7)
    noise = [random.normal(size=len(time)), random.gamma(4, 0.5, len(time)) - 2, random.uniform(-1.73, 1.73, len(time))]
    return np.maximum(0.0, np.rint(mean * (1 + variation * noise[random.choice(3, p=[0.6, 0.2, 0.2])])))


KINDS = (
    "steady", "level shift", "trend", "straight trend", "season", "season and trend", "autoregressive", "random walk",
    "episode", "life cycle", "heavy tails", "bursts", "spread shift", "intermittent",
)  # fmt: skip
SUPPLIES = ("at once", "four", "uncertain", "fixed", "losses")


def _supply(name, random):
    """Return the promised lead time and the lead times of the orders."""
    match name:
        case "at once":
            return 0, np.zeros(PERIODS)
        case "four":
            return 4, np.full(PERIODS, 4.0)
        case "uncertain":
            return 2, random.choice([1.0, 2.0, 3.0, np.inf], PERIODS, p=[0.23, 0.23, 0.24, 0.3])
        case "fixed":
            lead = int(random.integers(1, 7))
            return lead, np.full(PERIODS, float(lead))
    least, spread = random.integers(0, 5), random.integers(0, 4)
    leads = random.integers(least, least + spread + 1, PERIODS).astype(float)
    lost = random.random(PERIODS) < random.uniform(0, 0.3)
    return int(least + spread // 2), np.where(lost, np.inf, leads)


def lane(kind, supply, seed):
    """Return the lane of a kind and a supply that has this seed."""
    random = np.random.default_rng([KINDS.index(kind), SUPPLIES.index(supply), seed])
    demand = _demand(kind, random, np.arange(KNOWN + PERIODS))
    return MovingLane(demand, *_supply(supply, random), PROFITS[seed % len(PROFITS)], 1.0)


def score(lane, rule):
    """Return what a rule earns on a lane, as a share of the profit on the whole demand; at least 0.

    An order is placed, arrivals are counted, then demand is sold from stock and the rest is lost. Stock left costs.
    """
    played = lane.demand[KNOWN:]
    orders, arrivals, coming = (np.zeros(len(played)) for _ in range(3))
    stock = reward = 0.0
    for t, demand in enumerate(played):
        known = lane.demand[: KNOWN + t], orders[:t], arrivals[:t]
        quantity = rule(*known, promised_lead_time=lane.promised, profit=lane.profit, holding_cost=lane.holding)
        if t + lane.lead_times[t] < len(played):
            coming[t + int(lane.lead_times[t])] += quantity
        orders[t], arrivals[t] = quantity, coming[t]
        sold = min(demand, stock + coming[t])
        stock += coming[t] - sold
        reward += lane.profit * sold - lane.holding * stock
    total = lane.profit * played.sum()
    return max(0.0, reward / total) if total else 0.0
