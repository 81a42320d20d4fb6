"""The core of the Twin: `assess` computes every answer for a table of lanes."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from twin import _readings, buffers, demand, finance, lot_size, newsvendor, resilience
from twin._check import nonnegative, numbers, positive, require
from twin._choices import coded
from twin._labels import labels_of, with_labels
from twin.answers import UNITS
from twin.policy import POLICY, Policy

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

_CHUNK = 2**14  # lanes processed at a time; temporary arrays of this size fit into the cache [lane]
_BLOCK = 2**22 - 2**16  # numbers in a block of answers, just below 32 MB
_MANY = 2**20  # more lanes than this are processed in two threads, which also share the wait for new memory [lane]


@overload
def assess(statistics: pd.DataFrame, policy: Policy, *, period: str | float = "D") -> pd.DataFrame: ...


@overload
def assess(statistics: Mapping[str, ArrayLike], policy: Policy, *, period: str | float = "D") -> dict[str, Any]: ...


def assess(statistics: Any, policy: Policy, *, period: str | float = "D") -> Any:
    """Return every answer of the framework for a table of lanes, in one vectorised call.

    Parameters
    ----------
    statistics : DataFrame, or mapping, with "demand_mean" and "demand_sd"
        Moments of each lane's demand, mean > 0 and sd >= 0, shape (lanes,) or scalars. Other columns are not used: the
        fields of the policy come from `policy` alone. [pallet/period]
    policy : Policy
        Numbers and words, or arrays of them of shape (lanes,).
    period : "D", "W", "MS" or "QS", or its length in days, optional
        Period of the demand; lead times, in days, are converted to it. A day stands for 1.4 days if two of seven
        weekdays are closed, and no periods.

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
    Demand is normal, and independent between periods. Under the base-stock policy, each period is a cycle, and the
    exposure, lead time and review period, runs from an order to the arrival of the next. The shortage is the mean
    backlog at the end of an exposure. `profit` charges the backlog like pallets that are not served, in each period
    that it lasts: over a review period of several periods, its mean. `critical_ratio` and `unmet_level` still weigh the
    end of the exposure, so they then lie above the levels of least cost (`periodic_review.best_stock`).
    `unmet_service`, `unmet_shortage` and `unmet_cost` follow the policy's own rule. The expected overflow takes the
    workload of the dwell time plus the whole buffer as the space; the readings by kind of lane and billing basis stand
    beside it. `profit` leaves out `order_cost`, which depends on the lot. `lane_profit` is the money of the dynamic
    model: own places are paid whether they are used or not, the partner's by `lane_overflow`, nothing is short on a
    flow lane, and a backordered pallet is served later, after a penalty a period. A stock lane whose economic lot
    exceeds the workload between two orders holds half a lot more on average, in its readings of space alone. Lanes are
    processed in chunks, which bounds the memory for temporary arrays.

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


def _assessed(given: dict[str, Any], period: str | float) -> dict[str, Any]:
    """Return every answer by name; a table of lanes is computed in chunks."""
    inputs = {name: _input(name, value) for name, value in given.items()}
    sizes = {value.size for value in inputs.values() if value.ndim}
    flat = all(value.ndim <= 1 for value in inputs.values())
    require(flat and len(sizes - {1}) <= 1, "statistics and policy", "of one length, a row a lane", _lengths(inputs))
    if not sizes:
        found = _answers(inputs, period)
        return {name: np.asarray(found[name])[()] for name in UNITS}
    lanes = max(sizes)
    answers = _empty(lanes)

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


def _input(name: str, value: Any) -> Any:
    """Return an argument as an array of floats; a field whose value is a word, as the number of the word."""
    choices = POLICY[name].choices if name in POLICY else ()
    return coded(name, value, choices) if choices else numbers(**{name: value})[0]


def _empty(lanes: int) -> dict[str, NDArray[np.float64]]:
    """Return an array for each answer, several of them in one block of memory, which is faster to allocate.

    From 32 MB on, glibc would return the memory of each block, and then of each temporary array, to the system.
    """
    together = max(_BLOCK // max(lanes, 1), 1)
    names = list(UNITS)
    groups = [names[start : start + together] for start in range(0, len(names), together)]
    return {name: row for group in groups for name, row in zip(group, np.empty((len(group), lanes)), strict=True)}


def _lengths(inputs: dict[str, NDArray[np.float64]]) -> str:
    """Return the shapes of arguments in words."""
    return ", ".join(f"{name} {value.shape}" for name, value in inputs.items() if value.ndim)


def exposure_of(policy: Policy, period: str | float) -> demand.Moments:
    """Return mean and sd of the time that a buffer protects: lead time and review period. [period]

    With independent lead times, orders overtake each other; the sd is then `crossing.effective_lead_time_sd`.

    >>> tuple(map(float, exposure_of(Policy(lead_time_mean_days=3.0, review_period_days=4.0), "D")))
    (7.0, 1.0)
    """
    return _readings.exposure_of({name: _input(name, getattr(policy, name)) for name in _readings.EXPOSED}, period)


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


def _answers(given: dict[str, NDArray[np.float64]], period: str | float) -> dict[str, Any]:
    """Return the answers of a chunk of lanes; `given` holds the moments of demand and the fields of the policy.

    Formulas of a few operations are composed here, so that no argument is checked twice: those of `cooperation`, and
    shortage, leftover and fill rate. `tests/test_lane.py` compares them with the named formulas.
    """
    demand_mean, demand_sd, holding_cost = given["demand_mean"], given["demand_sd"], given["holding_cost"]
    lead_times = given["lead_time_mean_days"], given["lead_time_sd_days"]
    capacity, dwell, surcharge = given["internal_capacity"], given["dwell"], given["partner_surcharge"]
    # These are checked here, so that an error gives the names that the caller used.
    positive(demand_mean=demand_mean, holding_cost=holding_cost)
    nonnegative(lead_time_mean_days=lead_times[0], lead_time_sd_days=lead_times[1], dwell=dwell)
    nonnegative(review_period_days=given["review_period_days"], own_place_cost=given["own_place_cost"])
    nonnegative(internal_capacity=capacity, partner_surcharge=surcharge)
    load = demand.workload(demand_mean, demand_sd, given["return_rate"])
    exposure = _readings.exposure_of(given, period)
    review = demand.lead_time_in_periods(given["review_period_days"], period)
    over_exposure = demand.lead_time_demand(*load, *exposure)
    goods = demand.lead_time_demand(demand_mean, demand_sd, *exposure)
    space_sd = demand.lead_time_demand(*load, dwell).sd
    short_cost = short_cost_of(given)
    ratio = newsvendor.critical_ratio(short_cost, holding_cost)
    target = "service_level" if "service_level" in given else "critical_ratio"
    level = given[target][()] if target in given else ratio
    require((level > 0) & (level < 1), target, "in (0, 1)", level)

    safety_factor = buffers.safety_stock(1.0, level)  # equals the coverage, also if demand is certain and its sd is 0
    losses = _readings.standard_losses(safety_factor, level)
    stock = safety_factor * over_exposure.sd
    shortage, leftover = (loss * over_exposure.sd for loss in losses)
    lot = lot_size.order_quantity(load.mean, given["fixed_order_cost"], holding_cost)
    lot = np.maximum(lot, load.mean * np.maximum(review, 1.0))  # an order covers at least the time between two orders
    required = buffers.required_capacity(load.mean, stock, dwell)
    _check_space(required, stock, dwell, level)
    planned = np.maximum(required - capacity, 0.0)
    overflow, overflow_probability = _readings.overflow(demand.Moments(required, space_sd), capacity)
    dependency = planned / required
    slots = _readings.Buffer(load, exposure, safety_factor, over_exposure.sd, losses)
    waiting = _readings.mean_shortage(given, period, slots, shortage)
    money = economics(given, demand_mean, load.mean, leftover, waiting, overflow)
    held = given["kind"] == _readings.STOCK_LANE
    buffer = slots
    if np.any(held):
        drawn = demand.Moments(np.where(held, demand_mean, load.mean), np.where(held, demand_sd, load.sd))
        buffer = slots._replace(drawn=drawn, sd=np.where(held, goods.sd, over_exposure.sd))
    best_factor = None if "service_level" in given else safety_factor
    unmet = _readings.of_unmet(given, period, buffer, short_cost, ratio, best_factor, level)
    space = _readings.of_space(given, load, buffer, goods, review, lot)
    served, other = _readings.of_money(given, unmet["unmet_shortage"], space["space_cost"], review, lot)
    margin = economics(given, served, (1.0 + given["return_rate"]) * served, 0.0, 0.0, 0.0).profit
    return {
        "workload_mean": load.mean,
        "workload_sd": load.sd,
        "exposure": exposure.mean,
        "lead_time_demand_mean": over_exposure.mean,
        "lead_time_demand_sd": over_exposure.sd,
        "critical_ratio": ratio,
        "service_level": level,
        "safety_stock": stock,
        "goods_buffer": safety_factor * goods.sd,
        "reorder_point": over_exposure.mean + stock,
        "expected_shortage": shortage,
        "order_quantity": lot,
        "order_cost": lot_size.order_cost(lot, load.mean, given["fixed_order_cost"], holding_cost),
        "fill_rate": np.maximum(1.0 - shortage / (load.mean * np.maximum(review, 1.0)), 0.0),
        "buffer_cost": money.holding + short_cost * waiting,
        **unmet,
        "required_capacity": required,
        "planned_overflow": planned,
        "dependency": dependency,
        "planned_warehousing_cost": holding_cost * required + surcharge * planned,
        "expected_overflow": overflow,
        "overflow_probability": overflow_probability,
        "expected_dependency": overflow / required,
        "expected_warehousing_cost": holding_cost * required + money.surcharge,
        **space,
        "resilience_index": resilience.resilience_index(safety_factor, dependency),
        **money._asdict(),
        "lane_profit": margin + other,
    }


def _check_space(required: ArrayLike, stock: ArrayLike, dwell: ArrayLike, level: ArrayLike) -> None:
    """Raise ValueError if a plan needs no space; the message names the argument that causes it."""
    needed = required > 0
    require(needed | (stock < 0), "dwell", "> 0 where the plan has no buffer", np.broadcast_to(dwell, np.shape(needed)))
    require(needed, "service_level", "high enough for a plan that needs space at all", level)
