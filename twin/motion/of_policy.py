"""Lanes of `assess` as the dynamic model takes them: what moments and a policy say about a run of `simulate`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twin import demand, lane
from twin._readings import lot_in_stock
from twin.motion.laws import Gamma
from twin.motion.prices import price_list_of
from twin.motion.rules import Rule, base_stock, reorder_point
from twin.policy import Policy

_NO_LOT = 1e-6  # lot of a lane without lots, among lanes with them: as good as base stock [pallet]


def arguments_of(
    statistics: Mapping[str, ArrayLike], policy: Policy, *, period: str | float = "D", step: float | None = None
) -> dict[str, Any]:
    """Return the arguments of `motion.simulate` for lanes with these moments and this policy, as `assess` reads them.

    Demand and lead times are gamma; other laws, rules or switches replace them: `simulate(**(arguments | changes))`. A
    flow lane orders nothing. A stock lane orders as `replenishment` says.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd", each shape () or (lanes,)
        Moments of demand. [pallet/period]
    policy : Policy
        Numbers have the shape () or (lanes,); words and the review period are the same for all lanes.
    period : "D", "W", "MS", "QS", or the days that a working day stands for, optional
    step : float, optional
        Length of a step; by default that of `step_of`. [period]

    Limits
    ------
    A review period is rounded to whole steps, at least one unless it is 0.

    >>> from twin.motion import simulate
    >>> lane = Policy(kind="flow", service_level=0.95, internal_capacity=90.0)
    >>> run = arguments_of({"demand_mean": 100.0, "demand_sd": 0.0}, lane)
    >>> simulate(**run, periods=2).overflow.tolist()
    [[10.0, 10.0]]
    """
    lead = demand.lead_time_in_periods(policy.lead_time_mean_days, period)
    spread = demand.lead_time_in_periods(policy.lead_time_sd_days, period)
    review = float(demand.lead_time_in_periods(policy.review_period_days, period))
    length = step_of(lead) if step is None else step
    stock = policy.kind == "stock"
    return {
        "demand": Gamma(statistics["demand_mean"], statistics["demand_sd"]),
        "lead_time": Gamma(lead, np.where(lead > 0, spread, 0.0)[()]) if stock else 0.0,
        "policy": replenishment(statistics, policy, period=period) if stock else None,
        "kind": policy.kind,
        "review_period": max(round(review / length), 1) * length if review > 0 else 0.0,
        "unmet": policy.unmet,
        "lead_times": policy.lead_times,
        "return_rate": policy.return_rate,
        "dwell": policy.dwell,
        "basis": policy.basis,
        "capacity": policy.internal_capacity,
        "costs": price_list_of(policy),
        "step": length,
    }


def replenishment(statistics: Mapping[str, ArrayLike], policy: Policy, *, period: str | float = "D") -> Rule:
    """Return the rule by which stock lanes order: up to the level of `assess`, or in its lots from that level down.

    S = exposure x mean demand + buffer of goods;  lots of Q where the economic quantity exceeds the workload between
    two orders

    Arguments as for `arguments_of`; an unset service level is the critical ratio.

    >>> rule = replenishment({"demand_mean": 100.0, "demand_sd": 0.0}, Policy(lead_time_mean_days=5.0,
    ...     lead_time_sd_days=0.0, fixed_order_cost=0.0))
    >>> float(rule.start)
    500.0
    """
    answers = lane.assess(
        {name: statistics[name] for name in ("demand_mean", "demand_sd")}, replace(policy, kind="stock"), period=period
    )
    level = np.maximum(answers["exposure"] * np.asarray(statistics["demand_mean"]) + answers["goods_buffer"], 0.0)
    review = demand.lead_time_in_periods(policy.review_period_days, period)
    lot = lot_in_stock(answers["order_quantity"], answers["workload_mean"], review)
    return reorder_point(level, np.where(lot > 0, lot, _NO_LOT)[()]) if np.any(lot > 0) else base_stock(level)


def step_of(lead_time_mean: ArrayLike) -> float:
    """Return the length of a step: a period, or a part of it if a mean lead time is shorter. [period]

    >>> step_of(0.4), step_of([2.0, 5.0]), step_of(0.0)
    (0.3333333333333333, 1.0, 1.0)
    """
    lead_times = np.atleast_1d(np.asarray(lead_time_mean, float))
    shortest = lead_times[lead_times > 0].min(initial=1.0)
    return float(1 / np.ceil(1 / shortest))
