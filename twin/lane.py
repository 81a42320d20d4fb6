"""The twin itself: a table of lanes in, a table of answers out."""

from dataclasses import dataclass, fields

import numpy as np

from twin import buffers, cooperation, demand, finance, lot_size, newsvendor, resilience
from twin._check import require

_CHUNK = 2**16  # lanes worked on at a time: temporaries of this size stay in the cache


@dataclass(frozen=True)
class Policy:
    """What an LSP decides or is given for a lane; each field one number, or an array with one entry a lane.

    >>> Policy(service_level=0.95).partner_surcharge
    5.0
    """

    holding_cost: float = 5.0  # cost of a pallet place kept for a period [$/pallet/period]
    sla_penalty: float = 20.0  # penalty for a pallet not served [$/pallet]
    service_revenue: float = 85.0  # earned by a shipped pallet [$/pallet]
    handling_cost: float = 50.0  # cost of handling a pallet, shipped or returned [$/pallet]
    fixed_order_cost: float = 100.0  # cost of a replenishment, whatever its size [$/order]
    lead_time_mean_days: float = 7.0  # mean lead time [day]
    lead_time_sd_days: float = 1.0  # standard deviation of the lead time [day]
    return_rate: float = 0.0  # probability that a shipped pallet comes back [-]
    internal_capacity: float = 150.0  # own pallet places [pallet]
    partner_surcharge: float = 5.0  # extra cost of a partner's pallet place [$/pallet/period]
    dwell: float = 1.0  # time a pallet stays in the warehouse [period]
    service_level: float | None = None  # cycle service level aimed at; None: the critical ratio [-]


#: Unit of every answer of `assess`, in the order of its columns.
UNITS = {
    "workload_mean": "pallet/period",
    "workload_sd": "pallet/period",
    "lead_time_demand_mean": "pallet",
    "lead_time_demand_sd": "pallet",
    "critical_ratio": "-",
    "service_level": "-",
    "safety_stock": "pallet",
    "reorder_point": "pallet",
    "expected_shortage": "pallet/cycle",
    "order_quantity": "pallet",
    "order_cost": "$/period",
    "fill_rate": "-",
    "buffer_cost": "$/period",
    "required_capacity": "pallet",
    "planned_overflow": "pallet",
    "dependency": "-",
    "planned_warehousing_cost": "$/period",
    "expected_overflow": "pallet",
    "overflow_probability": "-",
    "expected_dependency": "-",
    "expected_warehousing_cost": "$/period",
    "resilience_index": "points",
    "revenue": "$/period",
    "handling": "$/period",
    "holding": "$/period",
    "penalty": "$/period",
    "surcharge": "$/period",
    "profit": "$/period",
}


def assess(statistics, policy, *, period="D"):
    """Return every answer of the framework for a table of lanes, in one vectorised call.

    Parameters
    ----------
    statistics : mapping with "demand_mean" and "demand_sd", a DataFrame for instance
        Moments of each lane's demand, mean > 0 and sd >= 0, shape (lanes,) or scalars. [pallet/period]
    policy : Policy
        Numbers, or arrays of shape (lanes,).
    period : "D", "W" or "MS", optional
        Period of the demand; lead times, in days, are converted to it.

    Returns
    -------
    dict of name -> ndarray, shape (lanes,) or scalar; names and units as in `UNITS`

    Errors
    ------
    ValueError naming the argument that breaks its rule; one bad lane refuses the table, so that none is lost silently.

    Limits
    ------
    Normal demand, independent between periods, under a base-stock policy reviewed each period. Temporaries are
    bounded: lanes are worked on in chunks.

    Source
    ------
    Notebooks 01 to 05.

    >>> answers = assess({"demand_mean": 100.0, "demand_sd": 25.0}, Policy(service_level=0.95, lead_time_mean_days=30,
    ...                  lead_time_sd_days=6))
    >>> round(float(answers["safety_stock"]), 2)
    1012.29
    """
    inputs = {name: np.asarray(statistics[name], float) for name in ("demand_mean", "demand_sd")}
    for field in fields(policy):
        value = getattr(policy, field.name)
        if value is not None:
            inputs[field.name] = np.asarray(value, float)
    shape = np.broadcast_shapes(*(value.shape for value in inputs.values()))
    require(len(shape) <= 1, "statistics", "a table with one row a lane", shape)
    if not shape:
        return _answers(period=period, **inputs)
    answers = {name: np.empty(shape) for name in UNITS}
    for start in range(0, shape[0], _CHUNK):
        rows = slice(start, start + _CHUNK)
        chunk = _answers(period=period, **{n: v[rows] if v.ndim and len(v) > 1 else v for n, v in inputs.items()})
        for name, value in chunk.items():
            answers[name][rows] = value
    return answers


def _answers(
    *,
    demand_mean,
    demand_sd,
    period,
    holding_cost,
    sla_penalty,
    service_revenue,
    handling_cost,
    fixed_order_cost,
    lead_time_mean_days,
    lead_time_sd_days,
    return_rate,
    internal_capacity,
    partner_surcharge,
    dwell,
    service_level=None,
):
    load = demand.workload(demand_mean, demand_sd, return_rate)
    length, spread = (demand.lead_time_in_periods(days, period) for days in (lead_time_mean_days, lead_time_sd_days))
    over_lead_time = demand.lead_time_demand(*load, length, spread)
    space = demand.lead_time_demand(*load, dwell)
    short_cost = finance.underage_cost(sla_penalty, service_revenue, handling_cost)
    ratio = newsvendor.critical_ratio(short_cost, holding_cost)
    level = ratio if service_level is None else service_level

    safety_factor = buffers.safety_stock(1.0, level)  # coverage, also where certain demand has no sd to divide by
    stock = safety_factor * over_lead_time.sd
    shortage = buffers.expected_shortage(stock, over_lead_time.sd)
    lot = lot_size.order_quantity(load.mean, fixed_order_cost, holding_cost)
    lot = np.maximum(lot, load.mean)  # reviewed each period: no order is smaller than what a period uses
    required = buffers.required_capacity(load.mean, stock, dwell)
    planned = cooperation.planned_overflow(required, internal_capacity)
    overflow = cooperation.expected_overflow(*space, internal_capacity)
    dependency = cooperation.dependency(planned, required)
    money = finance.unit_economics(
        demand_mean,
        load.mean,
        stock + shortage,
        shortage,
        overflow,
        service_revenue=service_revenue,
        handling_cost=handling_cost,
        holding_cost=holding_cost,
        sla_penalty=sla_penalty,
        partner_surcharge=partner_surcharge,
    )
    return {
        "workload_mean": load.mean,
        "workload_sd": load.sd,
        "lead_time_demand_mean": over_lead_time.mean,
        "lead_time_demand_sd": over_lead_time.sd,
        "critical_ratio": ratio,
        "service_level": level,
        "safety_stock": stock,
        "reorder_point": over_lead_time.mean + stock,
        "expected_shortage": shortage,
        "order_quantity": lot,
        "order_cost": lot_size.order_cost(lot, load.mean, fixed_order_cost, holding_cost),
        "fill_rate": buffers.fill_rate(stock, over_lead_time.sd, lot),
        "buffer_cost": newsvendor.cost_curve(level, over_lead_time.sd, short_cost, holding_cost),
        "required_capacity": required,
        "planned_overflow": planned,
        "dependency": dependency,
        "planned_warehousing_cost": cooperation.planned_cost(required, internal_capacity, holding_cost, partner_surcharge),
        "expected_overflow": overflow,
        "overflow_probability": cooperation.overflow_probability(*space, internal_capacity),
        "expected_dependency": cooperation.dependency(overflow, space.mean),
        "expected_warehousing_cost": cooperation.expected_cost(*space, internal_capacity, holding_cost, partner_surcharge),
        "resilience_index": resilience.resilience_index(safety_factor, dependency),
        **money._asdict(),
    }
