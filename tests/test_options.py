"""Every optional argument of a public formula changes some result, so none is accepted and then ignored."""

import inspect
from dataclasses import astuple, fields, is_dataclass, replace
from importlib import import_module

import numpy as np
import pytest
from games import TVA
from house import public_formulas
from scipy import stats
from test_check import CONTRACTS, POOL, SERIES, name, values

from twin import lane, simulate
from twin.past_errors import ErrorPool, LaneErrors, same_time_of_year
from twin.policy import POLICY, Policy
from twin.protection import DemandPaths, SummedDemand

POISSON_18 = stats.poisson(18)
#: Statistics of a lane whose policy is varied.
LANE = {"demand_mean": 100.0, "demand_sd": 25.0}
#: Two lanes with a flow in one period of four, and paths of which the higher half is from the same season.
RARE = [LaneErrors([0.0, 0.0, 0.0, size] * 10, [[1.25, 1.25]] * 40, period="W") for size in (5.0, 9.0)]
#: A lane that hardly moved at first, whose errors of then are kept for a high promise alone.
GROWN = LaneErrors([0.01] * 60 + [10.0, 12.0, 9.0, 11.0] * 60, [[10.0, 10.0]] * 300, period="D")
RISING = DemandPaths(np.full(4, 9.0), np.arange(40.0)[:, np.newaxis] + np.zeros(4), np.arange(40) >= 20)

#: Callables without a contract in `test_check`: name -> (callable, its required arguments).
OTHERS = {
    "lane.assess": (lane.assess, {"statistics": LANE, "policy": Policy()}),
    "past_errors.ErrorPool.paths": (ErrorPool([GROWN]).paths, {"lane": GROWN}),
    "past_errors.LaneErrors.error_known": (GROWN.error_known, {"origin": 300}),
    "past_errors.LaneErrors.paths": (GROWN.paths, {}),
    "past_errors.same_time_of_year": (same_time_of_year, {"away": 7.0}),
    "games.alliance.Pool.costs": (POOL.costs, {}),
    "games.alliance.Pool.normal_costs": (POOL.normal_costs, {}),
    "simulate.Estimate.agrees": (simulate.estimate(SERIES).agrees, {"value": 15.0}),
}
CALLABLES = {name(function): (function, values(function)) for function in CONTRACTS} | OTHERS

#: A legal value of each optional argument that must give another result than the default does. A second entry has
#: values of other arguments for both calls, where those of the contract do not tell the two apart.
ALTERNATIVES = {
    ("buffers.required_capacity", "dwell"): (2.0,),
    ("buffers.root_sum_of_squares", "correlation"): (0.3,),
    ("crossing.effective_lead_time_sd", "between_orders"): (2.0,),
    ("demand.lead_time_demand", "lead_time_sd"): (0.5,),
    ("demand.lead_time_demand_shares", "return_rate"): (0.1,),
    ("demand.workload", "return_rate"): (0.1,),
    ("finance.profit_surface", "return_rate"): (0.1,),
    ("finance.tail_risk", "level"): (0.5,),
    ("finance.tail_risk_of", "level"): (0.5,),
    ("forecast.backtest", "season"): (5, {"volumes": [[90, 100, 110, 95, 80] * 12]}),
    ("forecast.lanes", "season"): (5, {"volumes": [[90, 100, 110, 95, 80] * 12]}),
    ("forecast.predict", "probability"): (0.8,),
    ("games.alliance.Pool.costs", "partner_surcharge"): (3.0,),
    ("games.alliance.Pool.normal_costs", "correlation"): (0.5,),
    ("games.alliance.terms", "offered"): (0.25,),
    ("games.allocation.covariance_rule", "certain_costs"): ([1.0, 2.0],),
    ("games.allocation.dual_price_rule", "internal_capacity"): ([1.0, 2.0],),
    ("games.allocation.proportional", "weights"): ([1.0, 2.0],),
    ("games.allocation.separable", "rest"): ("equal", {"costs": TVA}),
    ("games.joint_demand.covariance_matrix", "correlation"): (0.3,),
    ("games.joint_demand.draws", "correlation"): (0.8,),
    ("games.mutual_help.exchange", "offered"): (0.5,),
    ("games.mutual_help.expected_help", "refusal"): (0.1,),
    ("games.pooled_bookings.pooled_bookings", "internal_capacity"): ([1.0, 0.5],),
    ("joint_replenishment.best_joint_plan", "power_of_two"): (
        True,
        {
            "shared_order_cost": 40.0,
            "own_order_costs": [15.0] * 4,
            "demand_means": [86e3, 125e2, 1400.0, 3e3],
            "holding_costs": [0.24] * 4,
        },
    ),
    ("joint_replenishment.power_of_two_cycle", "base_cycle"): (3.0,),
    ("lane.assess", "period"): ("W",),
    ("forecast.lanes_and_past", "season"): (4, {"volumes": SERIES * 4, "period": "D"}),
    ("lead_time_demand.lead_times", "probabilities"): ([0.7, 0.1, 0.1, 0.1],),
    ("lead_time_demand.mixture", "law"): ("gamma",),
    ("lead_time_demand.rounded_gamma", "step"): (0.5,),
    ("lost_sales.best_base_stock", "spell_sd"): (0.5,),
    ("lost_sales.cost", "spell_sd"): (0.5,),
    ("lost_sales.loss_probability", "spell_sd"): (0.5,),
    ("lost_sales.lost_pallets", "spell_sd"): (0.5,),
    ("min_max.best_policy", "protection"): (POISSON_18,),
    ("min_max.expected_cost", "protection"): (POISSON_18,),
    ("min_max.power_approximation", "capped"): (False, {"fixed_order_cost": 0.5, "backorder_cost": 0.7}),
    ("min_max.power_approximation", "lead_time"): (1.0,),
    ("newsvendor.costs_from_prices", "penalty"): (1.0,),
    ("newsvendor.costs_from_prices", "salvage"): (90.0,),
    ("own_places.best_places", "used"): (2.0,),
    ("own_places.overflow_ratio", "used"): (2.0,),
    ("own_places.place_prices", "own_place_cost"): (3.0,),
    ("own_places.places_cost", "used"): (2.0,),
    ("past_errors.ErrorPool.paths", "at"): (20,),
    ("past_errors.LaneErrors.paths", "at"): (20,),
    ("past_errors.ErrorPool.paths", "service_level"): (0.999,),
    ("past_errors.LaneErrors.paths", "service_level"): (0.999,),
    ("past_errors.ErrorPool.paths", "steps"): (1,),
    ("past_errors.LaneErrors.error_known", "steps"): (1,),
    ("past_errors.LaneErrors.paths", "steps"): (1,),
    ("past_errors.past_levels", "pool"): (ErrorPool(RARE), {"errors": RARE[0]}),
    ("past_errors.same_time_of_year", "earlier_years"): (False,),
    ("periodic_review.best_stock", "lead_time_sd"): (0.5,),
    ("periodic_review.cycle_service_level", "lead_time_sd"): (0.5,),
    ("periodic_review.expected_cost", "lead_time_sd"): (0.5,),
    ("periodic_review.fill_rate", "lead_time_sd"): (0.5,),
    ("periodic_review.mean_backlog", "lead_time_sd"): (0.5,),
    ("periodic_review.service_stock", "lead_time_sd"): (0.5,),
    ("promise_dates.judged", "first"): (
        0.5,
        {"ordered": range(8), "durations": [1.0] * 6 + [9.0] * 2, "groups": ["a"] * 8},
    ),
    ("promise_dates.promised_days", "method"): ("normal", {"service_level": 0.6}),
    ("protection.over", "first"): (
        2,
        {"paths": DemandPaths(*(np.arange(4.0) + np.zeros((9, 4)),) * 2, np.zeros(9, bool))},
    ),
    ("protection.over", "service_level"): (0.6, {"paths": RISING}),
    ("quantity_discounts.all_units_cost", "holding_cost"): (0.1,),
    ("quantity_discounts.best_all_units_lot", "holding_cost"): (0.1,),
    ("quantity_discounts.best_incremental_lot", "holding_cost"): (0.1,),
    ("quantity_discounts.incremental_cost", "holding_cost"): (0.1,),
    ("resilience.index_parts", "buffer_weight"): (0.8,),
    ("resilience.index_parts", "full_coverage"): (3.0,),
    ("resilience.resilience_index", "buffer_weight"): (0.8,),
    ("resilience.resilience_index", "full_coverage"): (3.0,),
    ("simulate.Estimate.agrees", "errors"): (0.5,),
    ("simulate.policy_flows", "dwell"): (2.0,),
    ("simulate.policy_flows", "review_period"): (3.0, {"safety_stock": -200.0}),
    ("space.goods_in_process", "dwell"): (2.0,),
    ("stock_overflow.overflow", "covariance"): (90.0,),
    ("stock_overflow.overflow", "passing_mean"): (100.0,),
    ("stock_overflow.overflow", "passing_sd"): (30.0, {"covariance": 0.0}),
    ("stock_overflow.places", "covariance"): (90.0,),
    ("stock_overflow.places", "passing_mean"): (100.0,),
    ("stock_overflow.places", "passing_sd"): (30.0, {"covariance": 0.0}),
    ("space.stock_space", "covariance"): (90.0,),
    ("space.stock_space", "passing_mean"): (100.0,),
    ("space.stock_space", "passing_sd"): (30.0, {"covariance": 0.0}),
}


def public_callables():
    """Return the public functions of the formula modules, and the public methods of their classes, by name."""
    found = {}
    for module in map(import_module, (f"twin.{stem}" for stem in public_formulas())):
        own = [thing for key, thing in vars(module).items() if not key.startswith("_")]
        own = [thing for thing in own if getattr(thing, "__module__", "") == module.__name__]
        for thing in own:
            if inspect.isfunction(thing):
                found[name(thing)] = thing
            elif inspect.isclass(thing):
                methods = inspect.getmembers(thing, inspect.isroutine)
                ours = [(key, method) for key, method in methods if not key.startswith("_") and key in vars(thing)]
                found |= {f"{name(thing)}.{key}": method for key, method in ours}
    return found


def numbers_in(result):
    """Return the arrays of a result, which may be nested."""
    if hasattr(result, "ppf"):
        return [np.asarray(result.ppf([0.1, 0.9]))]
    if isinstance(result, SummedDemand):
        return [np.array([result.level(share) for share in (0.2, 0.5, 0.7)])]
    if is_dataclass(result):
        result = astuple(result)
    if isinstance(result, dict):
        result = tuple(result.values())
    if isinstance(result, tuple | list):
        return [array for part in result for array in numbers_in(part)]
    return [np.asarray(result)]


def differ(one, other):
    """Return whether two results differ by more than rounding errors; NaN equals NaN."""
    pairs = list(zip(numbers_in(one), numbers_in(other), strict=True))
    return any(a.shape != b.shape or not np.allclose(a, b, rtol=1e-9, atol=0.0, equal_nan=True) for a, b in pairs)


def changes(function, arguments, option, value):
    """Return whether a value of an option gives another result than leaving the option out."""
    arguments = {key: given for key, given in arguments.items() if key != option}
    return differ(function(**arguments), function(**arguments, **{option: value}))


def test_every_optional_argument_has_an_alternative_here():
    optional = {
        (called, parameter.name)
        for called, function in public_callables().items()
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is not parameter.empty
    }
    assert optional == set(ALTERNATIVES)


@pytest.mark.parametrize(("called", "option"), ALTERNATIVES)
def test_every_optional_argument_changes_some_result(called, option):
    function, arguments = CALLABLES[called]
    value, *others = ALTERNATIVES[called, option]
    assert changes(function, {**arguments, **dict(*others)}, option, value)


@pytest.mark.parametrize("field", [field.name for field in fields(Policy)])
def test_every_field_of_a_policy_changes_some_answer(field):
    default, held = getattr(Policy(), field), Policy(kind="flow" if field == "kind" else "stock")
    other = POLICY[field].choices[-1:] or (0.9 if default is None else 0.9 * default + 0.05)
    assert differ(lane.assess(LANE, held), lane.assess(LANE, replace(held, **{field: np.squeeze(other)[()]})))


def test_an_ignored_option_is_detected():
    assert not changes(lambda mean, sd=1.0: mean, {"mean": 2.0}, "sd", 3.0)
    assert changes(lambda mean, sd=1.0: mean * sd, {"mean": 2.0}, "sd", 3.0)
    assert not changes(lambda sd=1.0: (np.nan, {"a": [1.0]}), {}, "sd", 3.0)
    assert changes(lambda sd=1.0: np.full(int(sd), 1.0), {}, "sd", 3.0)
