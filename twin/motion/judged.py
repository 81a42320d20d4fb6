"""Closed forms judged: what `twin.lane.assess` tells of the lanes of a block, and what their simulated paths show."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from twin import lane
from twin._regions import SWITCHED
from twin.demand import workload
from twin.motion import design
from twin.motion.design import MEAN_DEMAND, Block
from twin.motion.laws import Normal
from twin.motion.of_policy import arguments_of
from twin.motion.paths import Paths
from twin.motion.rules import base_stock, reorder_point
from twin.motion.run import simulate
from twin.motion.state import Array
from twin.policy import POLICY, Policy

PERIODS, WARM_UP = 300, 120  # recorded in a replication, and simulated before [period]
REPLICATIONS, RUNS = 500, 8  # paths simulated at a time, and how many times
RUNS_OF_SPELLS = 24  # the same where lead times stay for a spell, so that few draws count
RUNS_OF_MIXED = 2  # the same of a mixed block, which has no rows on the card
STREAM = 170_000  # seed of the first run; run k of any block has this seed plus k, so blocks share their demand
KEPT = ("backlog", "lost", "partner", "demand", "on_hand", "space", "overflow", "shipped", "returns", "ordered")
SMALLEST = 0.01 * MEAN_DEMAND  # a smaller shortage or overflow counts as this much in a relative error [pallet]
MARGIN = MEAN_DEMAND * (POLICY["service_revenue"].default - POLICY["handling_cost"].default)  # of demand [$/period]
#: Answers on goods that a stock lane holds for demand alone; the others are on the buffer that returns draw as well.
OF_GOODS = (
    "unmet_service",
    "unmet_shortage",
    "unmet_cost",
    "lane_overflow",
    "lane_overflow_probability",
    "space_cost",
    "optimal_own_capacity",
)


class Judged(NamedTuple):
    """An answer as told, its simulated value and the standard error of that value; arrays of shape (lanes,)."""

    told: Array
    shown: Array
    standard_error: Array


def judge(block: Block, *, runs: int | None = None) -> dict[str, Judged]:
    """Return what is told and what is shown of the lanes of a block, by the name of the answer.

    Parameters
    ----------
    block : Block
    runs : int, optional
        Number of simulations, at least two, each of `REPLICATIONS` paths; by default as on the card.
    """
    policy, answers = plan(block)
    spells = block.switches["lead_times"] == "persistent" and block.numbers["lead_time_sd"].any()
    several = runs or (RUNS_OF_MIXED if block.factor == "mixed" else RUNS_OF_SPELLS if spells else RUNS)
    values = [_shown(block, policy, answers, STREAM + run) for run in range(several)]
    found = {}
    for name in values[0]:
        means = np.concatenate([value[name] for value in values], axis=1)
        error = means.std(axis=1, ddof=1) / np.sqrt(means.shape[1])
        found[name] = Judged(np.broadcast_to(answers[name], error.shape), means.mean(axis=1), error)
    return found


def error_of(name: str, found: Judged) -> tuple[Array, Array]:
    """Return how much more is told than shown, and its standard error: a difference of shares, or a ratio less one.

    The error of profit, which may be near zero, is a part of the margin of demand.

    >>> error_of("buffer_cost", Judged(np.array([110.0]), np.array([100.0]), np.array([1.0])))
    (array([0.1]), array([0.011]))
    """
    told, shown, error = found
    if lane.UNITS[name] == "-":
        return told - shown, error
    least = MARGIN if name == "profit" else SMALLEST if lane.UNITS[name].startswith("pallet") else 0.0
    scale = np.maximum(np.abs(shown), least)
    slope = np.where(np.abs(shown) > least, np.abs(told) / scale, 1.0)  # of the ratio by the simulated value
    return (told - shown) / scale, slope * error / scale


def plan(block: Block) -> tuple[Policy, dict[str, Array]]:
    """Return the policy of the lanes of a block, and what `assess` tells of them from the moments on their record."""
    numbers, switches = block.numbers, block.switches
    length, spread = design.lead_time_moments(block)
    load = workload(MEAN_DEMAND, 0.0, numbers["return_rate"]).mean
    fields = {
        "lead_time_mean_days": length,
        "lead_time_sd_days": spread,
        "service_level": numbers["service_level"],
        "return_rate": numbers["return_rate"],
        "dwell": numbers["dwell"],
        "partner_surcharge": design.SURCHARGE,
        "fixed_order_cost": np.where(
            numbers["lot"] > 1, POLICY["holding_cost"].default * load * numbers["lot"] ** 2 / 2, 0.0
        ),
        "review_period_days": switches["review_period"],
        **{name: switches[name] for name in SWITCHED},
    }
    moments = _moments(block)
    required = lane.assess(moments, Policy(**fields))["required_capacity"]
    policy = Policy(**fields, internal_capacity=numbers["capacity_ratio"] * required)
    return policy, lane.assess(moments, policy)


def _moments(block: Block) -> dict[str, Array]:
    """Return the moments of demand of the lanes of a block. [pallet/period]"""
    mean = np.full(design.LANES_OF_A_BLOCK, MEAN_DEMAND)
    return {"demand_mean": mean, "demand_sd": block.numbers["demand_cv"] * mean}


def lanes_of(block: Block) -> dict[str, Any]:
    """Return statistics, policy, answers and switches of the lanes of a block, as `accuracy.remarks` reads them."""
    policy, answers = plan(block)
    return {
        **_moments(block),
        **vars(policy),
        **answers,
        **{name: block.numbers[name] for name in ("zero_share", "autocorrelation")},
    }


def _shown(block: Block, policy: Policy, answers: dict[str, Array], seed: int) -> dict[str, Array]:
    """Return the mean of each answer on the paths of one run, shape (lanes, replications) or (lanes, 1)."""
    if block.switches["kind"] == "flow":
        return _of_flows(_paths(block, policy, None, seed), block, policy, answers["reorder_point"])
    found = _of_stock(block, policy, answers, answers["reorder_point"], seed)
    if block.numbers["return_rate"].any():
        level = answers["exposure"] * MEAN_DEMAND + answers["goods_buffer"]
        goods = _of_stock(block, policy, answers, level, seed)
        found |= {name: goods[name] for name in OF_GOODS}
    return found


def _of_stock(block: Block, policy: Policy, answers: dict[str, Array], level: Array, seed: int) -> dict[str, Array]:
    """Return the mean of each answer on the paths of a base stock, or of lots that are ordered at the same level."""
    level, in_lots = np.maximum(level, 0.0), block.numbers["lot"] > 1
    paths = _paths(block, policy, base_stock(level), seed)
    buffer = _at_ends(paths.on_hand, block)
    if not in_lots.any():
        return _answers_on(paths, buffer, block, policy)
    without = paths.on_hand.mean(axis=2)
    paths = _paths(block, policy, reorder_point(level, np.where(in_lots, answers["order_quantity"], 1e-6)), seed)
    cost = np.asarray(policy.fixed_order_cost)[:, None] * (paths.ordered > 0).mean(axis=2)
    cost = cost + policy.holding_cost * (paths.on_hand.mean(axis=2) - without)  # the stock that lots add is cycle stock
    found = _answers_on(paths, buffer, block, policy)
    return found | {"order_cost": np.where(in_lots[:, None], cost, np.nan)}


def _paths(block: Block, policy: Policy, rule: Any, seed: int) -> Paths:
    """Return the paths of a run under a rule; lead times are drawn with the moments of the design, before rounding."""
    chosen = arguments_of(_moments(block), policy) | {"demand": design.demand_law(block), "policy": rule, "costs": None}
    if rule is not None:
        chosen["lead_time"] = Normal(block.numbers["lead_time_mean"], block.numbers["lead_time_sd"])
    run = {"periods": PERIODS, "warm_up": WARM_UP, "replications": REPLICATIONS, "seed": seed, "keep": KEPT}
    return simulate(**chosen | run)


def _answers_on(paths: Paths, buffer: Array, block: Block, policy: Policy) -> dict[str, Array]:
    """Return the mean of each answer on each path of a stock lane.

    A cycle ends just before a delivery; its service level is the share of cycles without a pallet short at their end.
    The stock of the buffer is that at the ends of cycles, because the answers leave out cycle stock.
    """
    gone = paths.lost + paths.partner
    short = (paths.backlog + gone).mean(axis=2)
    served = block.switches["unmet"] == "partner"
    price = policy.holding_cost + policy.partner_surcharge if served else lane.short_cost_of(vars(policy))
    kept = _at_ends((paths.backlog + gone <= 1e-9).astype(float), block)
    found = {
        "service_level": kept,
        "expected_shortage": _at_ends(paths.backlog, block) + gone.mean(axis=2),
        "fill_rate": 1 - (np.minimum(paths.backlog, paths.demand) + gone).mean(axis=2) / MEAN_DEMAND,
        "required_capacity": paths.space.mean(axis=2),
        "unmet_service": kept,
        "unmet_shortage": short,
        "unmet_cost": policy.holding_cost * buffer + price * short,
        **_of_space(paths, policy),
    }
    if not served:  # the framework has no price for what the partner serves
        found |= {"buffer_cost": found["unmet_cost"], "profit": _profit(paths, policy, buffer, short)}
    return found


def _of_flows(paths: Paths, block: Block, policy: Policy, slots: Array) -> dict[str, Array]:
    """Return the mean of each answer on each path of a flow lane.

    Its buffer is headroom: slots above the mean workload of the exposure, which is a lead time and the review period.
    A cycle is kept if the workload of the exposure does not exceed the slots.
    """
    done = np.concatenate([np.zeros((*paths.shipped.shape[:2], 1)), paths.shipped + paths.returns], axis=2).cumsum(
        axis=2
    )
    kept, short, left = np.zeros((3, *paths.shipped.shape[:2]))
    for length, chance in enumerate(design.lead_time_chances(block).T):
        exposure = length + int(block.switches["review_period"])
        if chance.max() < 1e-6 or exposure == 0:
            continue
        room = slots[:, None, None] - (done[:, :, exposure:] - done[:, :, :-exposure])
        kept += chance[:, None] * (room >= 0).mean(axis=2)
        short += chance[:, None] * np.maximum(-room, 0.0).mean(axis=2)
        left += chance[:, None] * np.maximum(room, 0.0).mean(axis=2)
    return {
        "service_level": kept,
        "expected_shortage": short,
        "buffer_cost": policy.holding_cost * left + lane.short_cost_of(vars(policy)) * short,
        "profit": _profit(paths, policy, left, short),
        **_of_space(paths, policy),
    }


def _of_space(paths: Paths, policy: Policy) -> dict[str, Array]:
    """Return the mean of each answer on places: those of the framework, and those by kind of lane and billing basis."""
    space, overflow, over = (array.mean(axis=2) for array in (paths.space, paths.overflow, paths.overflow > 0))
    holding, partner = policy.holding_cost, policy.holding_cost + policy.partner_surcharge
    by_lane = np.sort(paths.space.reshape(len(space), -1), axis=1)
    best = by_lane[:, [int(by_lane.shape[1] * (1 - holding / partner))]]
    return {
        "expected_overflow": overflow,
        "overflow_probability": over,
        "dependency": overflow / space.mean(axis=1, keepdims=True),
        "expected_warehousing_cost": holding * space + policy.partner_surcharge * overflow,
        "lane_overflow": overflow,
        "lane_overflow_probability": over,
        "space_cost": holding * np.asarray(policy.internal_capacity)[:, None] + partner * overflow,
        "optimal_own_capacity": best,
    }


def _profit(paths: Paths, policy: Policy, left: Array, short: Array) -> Array:
    """Return the profit of `lane.economics` with the flows of the paths in place of the expected ones."""
    shipped, back, overflow = (array.mean(axis=2) for array in (paths.shipped, paths.returns, paths.overflow))
    return lane.economics(vars(policy), shipped, shipped + back, left, short, overflow).profit


def _at_ends(flow: Array, block: Block) -> Array:
    """Return the mean of a flow at the ends of cycles: orders are placed in steps 0, R, 2R and so on."""
    every = max(int(block.switches["review_period"]), 1)
    if every == 1:
        return flow.mean(axis=2)
    last = (block.numbers["lead_time_mean"].astype(int) - WARM_UP) % every
    return np.stack([row[:, first::every].mean(axis=1) for row, first in zip(flow, last, strict=True)])
