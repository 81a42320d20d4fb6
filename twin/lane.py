"""The twin itself: a table of lanes in, a table of answers out."""

from dataclasses import dataclass, field, fields

import numpy as np

from twin import buffers, cooperation, demand, finance, lot_size, newsvendor, resilience
from twin._check import nonnegative, numbers, positive, require

_CHUNK = 2**14  # lanes worked on at a time: temporaries of this size stay in the cache


def _given(default, unit, meaning):
    return field(default=default, metadata={"unit": unit, "meaning": meaning})


@dataclass(frozen=True)
class Policy:
    """What an LSP decides or is given for a lane; each field one number, or an array with one entry a lane.

    >>> Policy(service_level=0.95).partner_surcharge
    5.0
    """

    holding_cost: float = _given(5.0, "$/pallet/period", "cost of keeping a pallet for a period")
    sla_penalty: float = _given(20.0, "$/pallet", "penalty for a pallet not served")
    service_revenue: float = _given(85.0, "$/pallet", "earned by a shipped pallet")
    handling_cost: float = _given(50.0, "$/pallet", "cost of handling a pallet, shipped or returned")
    fixed_order_cost: float = _given(100.0, "$/order", "cost of a replenishment, whatever its size")
    lead_time_mean_days: float = _given(7.0, "day", "mean lead time")
    lead_time_sd_days: float = _given(1.0, "day", "standard deviation of the lead time")
    return_rate: float = _given(0.0, "-", "probability that a shipped pallet comes back")
    internal_capacity: float = _given(150.0, "pallet", "own pallet places")
    partner_surcharge: float = _given(5.0, "$/pallet/period", "extra cost of a partner's pallet place")
    dwell: float = _given(1.0, "period", "time a pallet stays in the warehouse")
    service_level: float | None = _given(None, "-", "cycle service level aimed at")

    @classmethod
    def just_fitting(cls, statistics, stated, *, period="D"):
        """Return the policy of the fields stated; own capacity that nobody states is the required capacity.

        >>> lane = {"demand_mean": 100.0, "demand_sd": 10.0}
        >>> assess(lane, Policy.just_fitting(lane, {"dwell": 2.0}))["planned_overflow"].item()
        0.0
        """
        if "internal_capacity" in stated:
            return cls(**stated)
        plan = assess(statistics, cls(**stated, internal_capacity=0.0), period=period)
        return cls(**stated, internal_capacity=plan["required_capacity"])


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
    "expected_shortage": "pallet/period",
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
    Normal demand, independent between periods, under a base-stock policy: each period is a cycle, and the lead time
    runs from the review to the arrival. Shortage is the mean backlog at the end of a period, charged as lost, which
    is on the safe side. The space needed is the random workload of the dwell time, and the buffer: its mean is the
    required capacity, so the expected overflow is never below the planned one. `profit` leaves out what the lot
    decides, `order_cost`. Temporaries are bounded: lanes are worked on in chunks.

    Source
    ------
    Notebooks 01 to 05.

    >>> answers = assess({"demand_mean": 100.0, "demand_sd": 25.0}, Policy(service_level=0.95, lead_time_mean_days=30,
    ...                  lead_time_sd_days=6))
    >>> round(float(answers["safety_stock"]), 2)
    1012.29
    """
    require(isinstance(policy, Policy), "policy", "a Policy", type(policy).__name__)
    for name in ("demand_mean", "demand_sd"):
        require(name in statistics, "statistics", f"a table with {name}", ", ".join(map(str, statistics)))
    given = {name: statistics[name] for name in ("demand_mean", "demand_sd")}
    given |= {field.name: getattr(policy, field.name) for field in fields(policy)}
    _check_same_lanes(given)
    inputs = {name: numbers(**{name: value})[0] for name, value in given.items() if value is not None}
    sizes = {value.size for value in inputs.values() if value.ndim}
    flat = all(value.ndim <= 1 for value in inputs.values())
    require(flat and len(sizes - {1}) <= 1, "statistics and policy", "of one length, a row a lane", sorted(sizes))
    shape = (max(sizes),) if sizes else ()
    if not shape:
        return _answers(period=period, **inputs)
    answers = dict(zip(UNITS, np.empty((len(UNITS), *shape)), strict=True))  # one block: its pages come at once
    for start in range(0, shape[0], _CHUNK):
        rows = slice(start, start + _CHUNK)
        chunk = _answers(period=period, **{n: v[rows] if v.ndim and len(v) > 1 else v for n, v in inputs.items()})
        for name, value in chunk.items():
            answers[name][rows] = value
    return answers


def _check_same_lanes(given):
    """Refuse labelled columns of different lanes, or of another order: numbers are matched by their place."""
    labels = [list(v.index) for v in given.values() if hasattr(v, "index") and not callable(v.index)]
    same = all(names == labels[0] for names in labels[1:])
    require(same, "statistics and policy", "of the same lanes in the same order", labels)


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
    positive(demand_mean=demand_mean, holding_cost=holding_cost)  # refused here, under the names the caller used
    nonnegative(lead_time_mean_days=lead_time_mean_days, lead_time_sd_days=lead_time_sd_days, dwell=dwell)
    load = demand.workload(demand_mean, demand_sd, return_rate)
    length, spread = (demand.lead_time_in_periods(days, period) for days in (lead_time_mean_days, lead_time_sd_days))
    over_lead_time = demand.lead_time_demand(*load, length, spread)
    space_sd = demand.lead_time_demand(*load, dwell).sd
    short_cost = finance.underage_cost(sla_penalty, service_revenue, handling_cost)
    ratio = newsvendor.critical_ratio(short_cost, holding_cost)
    level = ratio if service_level is None else service_level[()]
    require(
        (level > 0) & (level < 1), "critical_ratio" if service_level is None else "service_level", "in (0, 1)", level
    )

    safety_factor = buffers.safety_stock(1.0, level)  # coverage, also where certain demand has no sd to divide by
    stock = safety_factor * over_lead_time.sd
    shortage = buffers.expected_shortage(stock, over_lead_time.sd)
    lot = lot_size.order_quantity(load.mean, fixed_order_cost, holding_cost)
    lot = np.maximum(lot, load.mean)  # reviewed each period: no order is smaller than what a period uses
    required = buffers.required_capacity(load.mean, stock, dwell)
    require(required > 0, "service_level", "high enough for a plan that needs space at all", level)
    planned = cooperation.planned_overflow(required, internal_capacity)
    overflow = cooperation.expected_overflow(required, space_sd, internal_capacity)
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
        "fill_rate": buffers.fill_rate(stock, over_lead_time.sd, load.mean),
        "buffer_cost": money.holding + short_cost * shortage,
        "required_capacity": required,
        "planned_overflow": planned,
        "dependency": dependency,
        "planned_warehousing_cost": cooperation.planned_cost(
            required, internal_capacity, holding_cost, partner_surcharge
        ),
        "expected_overflow": overflow,
        "overflow_probability": cooperation.overflow_probability(required, space_sd, internal_capacity),
        "expected_dependency": cooperation.dependency(overflow, required),
        "expected_warehousing_cost": holding_cost * required + money.surcharge,
        "resilience_index": resilience.resilience_index(safety_factor, dependency),
        **money._asdict(),
    }
