"""The core of the Twin: `assess` computes every answer for a table of lanes."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from twin import buffers, cooperation, demand, finance, lot_size, newsvendor, resilience
from twin._check import nonnegative, numbers, positive, require
from twin._labels import labels_of, with_labels
from twin.answers import UNITS
from twin.policy import POLICY, Policy

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

_CHUNK = 2**14  # lanes processed at a time; temporary arrays of this size fit into the cache [lane]
_MANY = 2**20  # more lanes than this are processed in two threads, which also share the wait for new memory [lane]


@overload
def assess(statistics: pd.DataFrame, policy: Policy, *, period: str = "D") -> pd.DataFrame: ...


@overload
def assess(statistics: Mapping[str, ArrayLike], policy: Policy, *, period: str = "D") -> dict[str, Any]: ...


def assess(statistics: Any, policy: Policy, *, period: str = "D") -> Any:
    """Return every answer of the framework for a table of lanes, in one vectorised call.

    Parameters
    ----------
    statistics : DataFrame, or mapping, with "demand_mean" and "demand_sd"
        Moments of each lane's demand, mean > 0 and sd >= 0, shape (lanes,) or scalars. Other columns are not used: the
        fields of the policy come from `policy` alone. [pallet/period]
    policy : Policy
        Numbers, or arrays of shape (lanes,).
    period : "D", "W" or "MS", optional
        Period of the demand; lead times, in days, are converted to it.

    Returns
    -------
    dict of name -> ndarray, shape (lanes,) or scalar; names and units as in `answers.UNITS`. If an argument has
    labels, the arrays are Series with these labels. If `statistics` is a DataFrame, so is the result: one row per lane,
    with the units of its columns and the period in `attrs`.

    Errors
    ------
    ValueError that names the argument and the rule it breaks. One bad lane fails the whole table, so that none is lost
    silently.

    Limits
    ------
    Demand is normal, and independent between periods. Under the base-stock policy, each period is a cycle, and the lead
    time runs from the review to the arrival. The shortage is the mean backlog at the end of a period; it is charged as
    lost, which is conservative. The space needed is the random workload of the dwell time plus the buffer. Its mean is
    the required capacity, so the expected overflow is never below the planned one. `profit` leaves out `order_cost`,
    which depends on the lot. Lanes are processed in chunks, which bounds the memory for temporary arrays.

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
    given |= {name: value for name in POLICY if (value := getattr(policy, name)) is not None}
    labels = labels_of(given)
    try:
        answers = _assessed(given, period)
    except ValueError as error:
        raise ValueError(_with_lanes(str(error), labels)) from None
    if labels is None:
        return answers
    pandas = sys.modules["pandas"]
    if not isinstance(statistics, pandas.DataFrame):
        return {name: with_labels(value, labels) for name, value in answers.items()}
    table = pandas.DataFrame(answers, index=labels, copy=False)
    table.attrs = {"units": dict(UNITS), "period": period}
    return table


def _with_lanes(sentence: str, labels: Any) -> str:
    """Return an error sentence in which the labels of lanes replace their positions."""
    if labels is None:
        return sentence
    return re.sub(
        r"(?<= at )\d+(?:, \d+)*",
        lambda found: ", ".join(f"{labels[int(at)]!r}" for at in found[0].split(", ")),
        sentence,
    )


def _assessed(given: dict[str, Any], period: str) -> dict[str, Any]:
    """Return every answer by name; a table of lanes is computed in chunks."""
    inputs = {name: numbers(**{name: value})[0] for name, value in given.items()}
    sizes = {value.size for value in inputs.values() if value.ndim}
    flat = all(value.ndim <= 1 for value in inputs.values())
    require(flat and len(sizes - {1}) <= 1, "statistics and policy", "of one length, a row a lane", _lengths(inputs))
    if not sizes:
        found = _answers(inputs, period)
        return {name: found[name] for name in UNITS}
    lanes = max(sizes)
    block = np.empty((len(UNITS), lanes))  # one array for all answers is faster to allocate than one array each
    answers = dict(zip(UNITS, block, strict=True))

    def fill(start: int) -> None:
        rows = slice(start, start + _CHUNK)
        chunk = {name: value[rows] if value.ndim and len(value) > 1 else value for name, value in inputs.items()}
        for name, value in _answers(chunk, period).items():
            answers[name][rows] = value

    starts = range(0, lanes, _CHUNK)
    try:
        if lanes <= _MANY:
            for start in starts:
                fill(start)
        else:
            from concurrent.futures import ThreadPoolExecutor  # here, because it takes longer to load than `twin.lane`

            with ThreadPoolExecutor(2) as threads:
                list(threads.map(fill, starts))
    except ValueError:
        _answers(inputs, period)  # raises the error with positions in the whole table
        raise
    return answers


def _lengths(inputs: dict[str, NDArray[np.float64]]) -> str:
    """Return the shapes of arguments in words."""
    return ", ".join(f"{name} {value.shape}" for name, value in inputs.items() if value.ndim)


def short_cost_of(given: Mapping[str, ArrayLike]) -> Any:
    """Return the cost of one pallet too few, given the fields of a policy. [$/pallet]

    >>> short_cost_of({"sla_penalty": 20.0, "service_revenue": 85.0, "handling_cost": 50.0}).item()
    55.0
    """
    return finance.underage_cost(given["sla_penalty"], given["service_revenue"], given["handling_cost"])


def economics(
    given: Mapping[str, ArrayLike],
    demand_mean: ArrayLike,
    workload_mean: ArrayLike,
    leftover: ArrayLike,
    shortage: ArrayLike,
    overflow: ArrayLike,
) -> finance.UnitEconomics:
    """Return revenue, costs and profit of flows, given the fields of a policy; they are linear in the flows.

    The expected and the simulated profit both use this function. Flows as in `finance.unit_economics`.
    """
    return finance.unit_economics(
        demand_mean,
        workload_mean,
        leftover,
        shortage,
        overflow,
        service_revenue=given["service_revenue"],
        handling_cost=given["handling_cost"],
        holding_cost=given["holding_cost"],
        sla_penalty=given["sla_penalty"],
        partner_surcharge=given["partner_surcharge"],
    )


def _answers(given: dict[str, NDArray[np.float64]], period: str) -> dict[str, Any]:
    """Return the answers of a chunk of lanes; `given` holds the moments of demand and the fields of the policy."""
    demand_mean, demand_sd, holding_cost = given["demand_mean"], given["demand_sd"], given["holding_cost"]
    lead_times = given["lead_time_mean_days"], given["lead_time_sd_days"]
    capacity, dwell, surcharge = given["internal_capacity"], given["dwell"], given["partner_surcharge"]
    # These are checked here, so that an error gives the names that the caller used.
    positive(demand_mean=demand_mean, holding_cost=holding_cost)
    nonnegative(lead_time_mean_days=lead_times[0], lead_time_sd_days=lead_times[1], dwell=dwell)
    load = demand.workload(demand_mean, demand_sd, given["return_rate"])
    length, spread = (demand.lead_time_in_periods(days, period) for days in lead_times)
    over_lead_time = demand.lead_time_demand(*load, length, spread)
    space_sd = demand.lead_time_demand(*load, dwell).sd
    short_cost = short_cost_of(given)
    ratio = newsvendor.critical_ratio(short_cost, holding_cost)
    target = "service_level" if "service_level" in given else "critical_ratio"
    level = given[target][()] if target in given else ratio
    require((level > 0) & (level < 1), target, "in (0, 1)", level)

    safety_factor = buffers.safety_stock(1.0, level)  # equals the coverage, also if demand is certain and its sd is 0
    stock = safety_factor * over_lead_time.sd
    shortage, leftover = demand.excess_and_leftover(stock, 0.0, over_lead_time.sd)
    lot = lot_size.order_quantity(load.mean, given["fixed_order_cost"], holding_cost)
    lot = np.maximum(lot, load.mean)  # orders are placed once per period, so no lot is smaller than a period's workload
    required = buffers.required_capacity(load.mean, stock, dwell)
    _check_space(required, stock, dwell, level)
    planned = cooperation.planned_overflow(required, capacity)
    overflow = cooperation.expected_overflow(required, space_sd, capacity)
    dependency = cooperation.dependency(planned, required)
    money = economics(given, demand_mean, load.mean, leftover, shortage, overflow)
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
        "order_cost": lot_size.order_cost(lot, load.mean, given["fixed_order_cost"], holding_cost),
        "fill_rate": buffers.fill_rate(stock, over_lead_time.sd, load.mean),
        "buffer_cost": money.holding + short_cost * shortage,
        "required_capacity": required,
        "planned_overflow": planned,
        "dependency": dependency,
        "planned_warehousing_cost": cooperation.planned_cost(required, capacity, holding_cost, surcharge),
        "expected_overflow": overflow,
        "overflow_probability": cooperation.overflow_probability(required, space_sd, capacity),
        "expected_dependency": cooperation.dependency(overflow, required),
        "expected_warehousing_cost": holding_cost * required + money.surcharge,
        "resilience_index": resilience.resilience_index(safety_factor, dependency),
        **money._asdict(),
    }


def _check_space(required: ArrayLike, stock: ArrayLike, dwell: ArrayLike, level: ArrayLike) -> None:
    """Raise ValueError if a plan needs no space; the message names the argument that causes it."""
    needed = required > 0
    require(needed | (stock < 0), "dwell", "> 0 where the plan has no buffer", np.broadcast_to(dwell, np.shape(needed)))
    require(needed, "service_level", "high enough for a plan that needs space at all", level)
