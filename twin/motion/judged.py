"""Closed forms judged: what `twin.lane.assess` tells of the lanes of a block, and what their simulated paths show."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin import lane
from twin.demand import workload
from twin.motion import design
from twin.motion.design import MEAN_DEMAND, Block
from twin.motion.laws import Normal
from twin.motion.paths import Paths
from twin.motion.rules import base_stock, reorder_point
from twin.motion.run import simulate
from twin.motion.state import Array
from twin.policy import POLICY, Policy

PERIODS, WARM_UP = 300, 120  # recorded in a replication, and simulated before [period]
REPLICATIONS, RUNS = 500, 8  # paths simulated at a time, and how many times
STREAM = 170_000  # seed of the first run; run k of any block has this seed plus k, so blocks share their demand
KEPT = ("backlog", "lost", "demand", "on_hand", "space", "overflow", "shipped", "returns", "ordered")
#: Answers that exist on a flow lane, where nothing is ordered.
OF_FLOW_LANES = ("expected_overflow", "overflow_probability", "dependency", "expected_warehousing_cost")
SMALLEST = 0.01 * MEAN_DEMAND  # a smaller shortage or overflow counts as this much in a relative error [pallet]


class Judged(NamedTuple):
    """What is told of an answer, its simulated value and the standard error of that; arrays of shape (lanes,)."""

    told: Array
    shown: Array
    standard_error: Array


def judge(block: Block, *, runs: int = RUNS) -> dict[str, Judged]:
    """Return what is told and what is shown of the lanes of a block, by the name of the answer.

    Parameters
    ----------
    block : Block
    runs : int, optional
        Number of simulations, each of `REPLICATIONS` paths.
    """
    policy, answers = plan(block)
    values = [_shown(block, policy, answers, STREAM + run) for run in range(runs)]
    found = {}
    for name in values[0]:
        means = np.concatenate([value[name] for value in values], axis=1)
        error = means.std(axis=1, ddof=1) / np.sqrt(means.shape[1])
        found[name] = Judged(np.broadcast_to(answers[name], error.shape), means.mean(axis=1), error)
    return found


def error_of(name: str, found: Judged) -> tuple[Array, Array]:
    """Return how much more is told than shown, and its standard error: a difference of shares, or a ratio less one.

    >>> error_of("profit", Judged(np.array([110.0]), np.array([100.0]), np.array([1.0])))
    (array([0.1]), array([0.01]))
    """
    unit = lane.UNITS[name]
    least = {"-": np.inf, "pallet": SMALLEST, "pallet/period": SMALLEST}.get(unit, 0.0)
    scale = np.ones_like(found.shown) if unit == "-" else np.maximum(np.abs(found.shown), least)
    return (found.told - found.shown) / scale, found.standard_error / scale


def plan(block: Block) -> tuple[Policy, dict[str, Array]]:
    """Return the policy of the lanes of a block, and what `assess` tells of them from the moments on their record."""
    numbers, switches = block.numbers, block.switches
    mean = np.full(design.LANES, MEAN_DEMAND)
    length, spread = design.lead_time_moments(
        numbers["lead_time_mean"],
        numbers["lead_time_sd"],
        lead_times=switches["lead_times"],
        shortest=int(switches["review_period"] == 0),
    )
    holding = POLICY["holding_cost"].default
    load = workload(mean, 0.0, numbers["return_rate"]).mean
    fields = {
        "lead_time_mean_days": length,
        "lead_time_sd_days": spread,
        "service_level": numbers["service_level"],
        "return_rate": numbers["return_rate"],
        "dwell": numbers["dwell"],
        "fixed_order_cost": np.where(numbers["lot"] > 1, holding * load * numbers["lot"] ** 2 / 2, 0.0),
        "review_period_days": switches["review_period"],
        **{name: switches[name] for name in ("kind", "unmet", "basis", "lead_times")},
    }
    fields = {name: value for name, value in fields.items() if name in POLICY}
    moments = {"demand_mean": mean, "demand_sd": numbers["demand_cv"] * mean}
    required = lane.assess(moments, Policy(**fields))["required_capacity"]
    policy = Policy(**fields, internal_capacity=numbers["capacity_ratio"] * required)
    return policy, lane.assess(moments, policy)


def _shown(block: Block, policy: Policy, answers: dict[str, Array], seed: int) -> dict[str, Array]:
    """Return the mean of each answer on the paths of one run, shape (lanes, replications)."""
    level = np.maximum(answers["reorder_point"], 0.0)
    in_lots = block.numbers["lot"] > 1
    paths = _paths(block, policy, base_stock(level), seed)
    if not in_lots.any():
        return _answers_on(paths, paths.on_hand.mean(axis=2), block, policy)
    buffer = paths.on_hand.mean(axis=2)  # stock without lots; what lots add to it is cycle stock
    lots = _paths(block, policy, reorder_point(level, np.where(in_lots, answers["order_quantity"], 1e-6)), seed)
    ordering = np.atleast_1d(policy.fixed_order_cost)[:, None] * (lots.ordered > 0).mean(axis=2)
    cost = ordering + policy.holding_cost * (lots.on_hand.mean(axis=2) - buffer)
    found = _answers_on(lots, buffer, block, policy)
    return found | {"order_cost": np.where(in_lots[:, None], cost, np.nan)}


def _paths(block: Block, policy: Policy, rule: Any, seed: int) -> Paths:
    numbers, switches = block.numbers, block.switches
    stock = switches["kind"] == "stock"
    return simulate(
        design.demand_law(block),
        Normal(numbers["lead_time_mean"], numbers["lead_time_sd"]) if stock else 0.0,
        rule if stock else None,
        review_period=switches["review_period"] if stock else 1.0,
        **{name: switches[name] for name in ("kind", "unmet", "lead_times", "basis")},
        return_rate=numbers["return_rate"],
        dwell=numbers["dwell"],
        capacity=policy.internal_capacity,
        periods=PERIODS,
        warm_up=WARM_UP,
        replications=REPLICATIONS,
        seed=seed,
        keep=KEPT,
    )


def _answers_on(paths: Paths, buffer: Array, block: Block, policy: Policy) -> dict[str, Array]:
    """Return the mean of each answer on each path, shape (lanes, replications).

    Money is that of `lane.economics` and of the answers' own definitions, with the flows of the paths in place of the
    expected ones and the mean stock `buffer`, which leaves out cycle stock as the answers do. The cycle service level is the share of cycles without a pallet short when the cycle ends, just
    before the next delivery.
    """
    mean = {name: getattr(paths, name).mean(axis=2) for name in KEPT}
    short = mean["backlog"] + mean["lost"]
    late = np.minimum(paths.backlog, paths.demand).mean(axis=2) + mean["lost"]
    prices = vars(policy)
    money = lane.economics(prices, mean["shipped"], mean["shipped"] + mean["returns"], buffer, short, mean["overflow"])
    shown = {
        "service_level": _kept_cycles(paths, block),
        "expected_shortage": short,
        "fill_rate": 1 - late / MEAN_DEMAND,
        "required_capacity": mean["space"],
        "expected_overflow": mean["overflow"],
        "overflow_probability": (paths.overflow > 0).mean(axis=2),
        "dependency": mean["overflow"] / mean["space"].mean(axis=1, keepdims=True),
        "expected_warehousing_cost": policy.holding_cost * mean["space"] + policy.partner_surcharge * mean["overflow"],
        "buffer_cost": policy.holding_cost * buffer + lane.short_cost_of(prices) * short,
        "profit": money.profit,
    }
    return shown if block.switches["kind"] == "stock" else {name: shown[name] for name in OF_FLOW_LANES}


def _kept_cycles(paths: Paths, block: Block) -> Array:
    """Return the share of cycles that end without a pallet short."""
    kept = (paths.backlog + paths.lost) <= 1e-9
    every = max(int(block.switches["review_period"]), 1)
    if every == 1:
        return kept.mean(axis=2)
    last = (block.numbers["lead_time_mean"].astype(int) - WARM_UP) % every  # orders are placed in steps 0, every, ...
    return np.stack([row[:, first::every].mean(axis=1) for row, first in zip(kept, last, strict=True)])


def lanes_of(block: Block) -> dict[str, Any]:
    """Return statistics, policy, answers and switches of the lanes of a block, as `accuracy.remarks` reads them."""
    policy, answers = plan(block)
    demand_sd = block.numbers["demand_cv"] * MEAN_DEMAND
    switches = {name: block.switches[name] for name in ("kind", "unmet", "basis", "lead_times")}
    return {
        "demand_mean": MEAN_DEMAND,
        "demand_sd": demand_sd,
        **{name: value for name, value in vars(policy).items() if value is not None},
        **answers,
        **switches,
        "review_period_days": block.switches["review_period"],
        **{name: block.numbers[name] for name in ("zero_share", "autocorrelation")},
    }
