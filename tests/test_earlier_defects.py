"""Defects of an earlier implementation of the framework (version 3.0.0): one test per defect, with the right number.

The right numbers come from the definitions, computed here with the standard library alone.
"""

from math import sqrt
from statistics import NormalDist, mean, stdev

import numpy as np
import pytest

from twin import buffers, cooperation, demand, finance, lane, lot_size, newsvendor, resilience

NORMAL = NormalDist()
MONTH = 365.25 / 12  # [day]
LANE12 = [96, 104, 88, 112, 131, 79, 101, 95, 120, 84, 107, 99]
MOCK = [950, 980, 1020, 1100, 1050, 1200, 1150, 1300, 1250, 1400, 1600, 1800]


def loss(z):
    return NORMAL.pdf(z) - z * (1 - NORMAL.cdf(z))


def refuses(argument):
    return pytest.raises(ValueError, match=f"^{argument} must be ")


# --- safety stock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lead_time_sd_days", "earlier", "right"),
    [(0.0, 41, 225.2308588189), (6.0, 52, 1012.286808784)],
    ids=["fixed_lead_time", "random_lead_time"],
)
def test_daily_demand_meets_a_lead_time_in_days(lead_time_sd_days, earlier, right):
    """100 +- 25 pallets a day over one month of 30 days: the earlier code multiplied by 1 month."""
    policy = lane.Policy(service_level=0.95, lead_time_mean_days=30, lead_time_sd_days=lead_time_sd_days)
    answers = lane.assess({"demand_mean": 100.0, "demand_sd": 25.0}, policy, period="D")
    assert answers["safety_stock"] == pytest.approx(right, rel=1e-9)
    achieved = buffers.cycle_service_level(earlier, answers["lead_time_demand_sd"])
    assert achieved == pytest.approx({41: 0.618, 52: 0.534}[earlier], abs=5e-4)


@pytest.mark.parametrize("period", ["D", "W", "MS"])
def test_one_lane_in_days_weeks_and_months_has_one_safety_stock(period):
    moments = demand.change_period(100.0, 25.0, given="D", wanted=period)
    policy = lane.Policy(service_level=0.95, lead_time_mean_days=30, lead_time_sd_days=6)
    statistics = {"demand_mean": moments.mean, "demand_sd": moments.sd}
    assert lane.assess(statistics, policy, period=period)["safety_stock"] == pytest.approx(1012.286808784, rel=1e-9)


@pytest.mark.parametrize(
    ("sd", "level", "earlier", "right"),
    [(0.6, 0.95, 0, 0.9869121761709), (10.0, 0.95, 16, 16.44853626951), (10.0, 0.5, 0, 0.0)],
)
def test_safety_stock_is_not_cut_to_a_whole_number(sd, level, earlier, right):
    assert buffers.safety_stock(sd, level) == pytest.approx(right, rel=1e-9)
    assert int(buffers.safety_stock(sd, level)) == earlier


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_service_level_of_zero_or_one_is_refused_by_name(level):
    with refuses("service_level"):
        buffers.safety_stock(10.0, level)
    with refuses("service_level"):
        lane.assess({"demand_mean": 100.0, "demand_sd": 10.0}, lane.Policy(service_level=level))


def test_negative_lead_time_is_refused_by_name():
    with refuses("lead_time_mean"):
        demand.lead_time_demand(100.0, 10.0, -1.0)
    with refuses("lead_time_mean_days"):
        lane.assess({"demand_mean": 100.0, "demand_sd": 10.0}, lane.Policy(lead_time_mean_days=-30.0))


# --- newsvendor ---------------------------------------------------------------------------------------------


def test_negative_holding_cost_is_refused_not_turned_into_a_ratio_of_two():
    with refuses("overage_cost"):
        newsvendor.critical_ratio(10.0, -5.0)


def test_two_zero_costs_are_refused_not_silently_95_percent():
    with pytest.raises(ValueError, match="underage_cost"):
        newsvendor.critical_ratio(0.0, 0.0)


def test_there_is_one_optimal_service_level():
    """The earlier app showed three for one lane: 0.9908 without margin, 0.6542 without penalty, 0.99 off a grid."""
    underage = finance.underage_cost(2000.0, 85.0, 50.0)
    assert newsvendor.critical_ratio(underage, 18.5) == pytest.approx(2035 / 2053.5, rel=1e-12)
    policy = lane.Policy(holding_cost=18.5, sla_penalty=2000.0)
    answers = lane.assess({"demand_mean": 100.0, "demand_sd": 25.0}, policy)
    assert answers["service_level"] == answers["critical_ratio"] == pytest.approx(0.990990990991, rel=1e-9)


@pytest.mark.parametrize(
    ("holding", "penalty", "earlier_level", "right_level", "cost_at_earlier", "least_cost"),
    [
        (18.5, 20.0, 0.66, 0.7482993197279, 606.3568410262, 586.013880595),
        (18.5, 5.0, 0.54, 0.6837606837607, 559.4016775469, 520.4047031906),
        (27.5, 20.0, 0.50, 0.6666666666667, 822.818453328, 749.9245352678),
        (18.5, 2000.0, 0.99, 0.990990990991, 1249.901402278, 1248.926935473),
    ],
)
def test_holding_is_charged_on_leftovers_not_on_safety_stock(
    holding, penalty, earlier_level, right_level, cost_at_earlier, least_cost
):
    underage = finance.underage_cost(penalty, 85.0, 50.0)
    assert newsvendor.critical_ratio(underage, holding) == pytest.approx(right_level, rel=1e-9)
    assert newsvendor.cost_curve(right_level, 25.0, underage, holding) == pytest.approx(least_cost, rel=1e-9)
    # the earlier level is one of a grid of 50, kept with seven digits
    earlier = newsvendor.cost_curve(earlier_level, 25.0, underage, holding)
    assert earlier == pytest.approx(cost_at_earlier, rel=1e-9)
    assert earlier > least_cost


def test_free_holding_is_refused_not_given_a_lot_of_a_twelfth_of_the_year():
    with refuses("holding_cost"):
        lot_size.order_quantity(1200.0, 50.0, 0.0)


# --- service and penalty ------------------------------------------------------------------------------------


def test_shortage_uses_the_sigma_of_its_safety_stock():
    sd = demand.lead_time_demand(105.0, 25.0, 1.0, 0.2).sd
    shortage = buffers.expected_shortage(buffers.safety_stock(sd, 0.95), sd)
    assert shortage == pytest.approx(0.6821479132674, rel=1e-9)  # earlier: 0.52, from the demand sd alone


@pytest.mark.parametrize(
    ("mean_", "sd", "level", "earlier"),
    [
        (1295.0, 258.0, 0.99, (0.87, 1748.55, 99.93)),
        (105.0, 25.0, 0.95, (0.52, 1044.65, 99.5)),
    ],
)
def test_shortage_penalty_and_reliability_are_not_rounded(mean_, sd, level, earlier):
    stock = buffers.safety_stock(sd, level)
    shortage = sd * loss(NORMAL.inv_cdf(level))
    assert buffers.expected_shortage(stock, sd) == pytest.approx(shortage, rel=1e-9)
    assert buffers.penalty_cost(stock, sd, 2000.0) == pytest.approx(2000 * shortage, rel=1e-9)
    assert buffers.fill_rate(stock, sd, mean_) == pytest.approx(1 - shortage / mean_, rel=1e-12)
    assert (round(shortage, 2), round(2000 * shortage, 2)) == earlier[:2]
    assert round(100 * (1 - shortage / mean_), 2) == earlier[2]


def test_a_small_standard_deviation_is_not_truncated_to_zero():
    stock = buffers.safety_stock(0.9, 0.95)
    assert buffers.expected_shortage(stock, 0.9) == pytest.approx(0.01880366312502, rel=1e-9)
    assert buffers.penalty_cost(stock, 0.9, 2000.0) == pytest.approx(37.60732625004, rel=1e-9)


# --- cooperation --------------------------------------------------------------------------------------------


def test_overflow_is_not_cut_to_a_whole_number():
    overflow = cooperation.planned_overflow(200.7, 150.3)
    assert overflow == pytest.approx(50.4, rel=1e-12)  # earlier: 50, and 150 inside: together 200 of 200.7
    assert cooperation.planned_cost(200.7, 150.3, 10.0, 5.0) == pytest.approx(2259.0, rel=1e-12)
    assert cooperation.dependency(overflow, 200.7) == pytest.approx(50.4 / 200.7, rel=1e-12)  # earlier: 25.1


@pytest.mark.parametrize(("required", "overflow", "cost"), [(120.0, 20.0, 1300.0), (80.0, 0.0, 800.0), (0.0, 0.0, 0.0)])
def test_planned_overflow_and_cost_that_were_right_stay_right(required, overflow, cost):
    assert cooperation.planned_overflow(required, 100.0) == overflow
    assert cooperation.planned_cost(required, 100.0, 10.0, 5.0) == cost


def test_share_of_nothing_is_refused():
    with refuses("required_capacity"):
        cooperation.dependency(0.0, 0.0)


def test_negative_volume_is_refused_not_paid_for():
    with refuses("required_capacity"):
        cooperation.planned_cost(-10.0, 100.0, 10.0, 5.0)


@pytest.mark.parametrize("sd", [1.0, 25.0])
def test_overflow_at_mean_equal_to_capacity_is_not_zero(sd):
    assert cooperation.planned_overflow(100.0, 100.0) == 0.0
    assert cooperation.expected_overflow(100.0, sd, 100.0) == pytest.approx(NORMAL.pdf(0) * sd, rel=1e-12)
    assert cooperation.overflow_probability(100.0, sd, 100.0) == 0.5


# --- resilience ---------------------------------------------------------------------------------------------


def test_dependency_above_one_is_refused_not_scored_minus_25():
    with refuses("dependency"):
        resilience.resilience_index(0.0, 1.5)


def test_resilience_index_stays_within_0_and_100():
    index = resilience.resilience_index(np.linspace(-5, 5, 41)[:, np.newaxis], np.linspace(0, 1, 11))
    assert index.min() == 0.0
    assert index.max() == 100.0


@pytest.mark.parametrize("stock", [0.0, 100.0])
def test_no_volatility_is_refused_not_scored_100(stock):
    with refuses("lead_time_demand_sd"):
        resilience.coverage(stock, 0.0)


@pytest.mark.parametrize(
    ("stock", "sd", "dependency", "right"),
    [(16.45, 20.0, 0.3, 55.5625), (100.0, 10.0, 1.0, 50.0)],
    ids=["not_rounded_to_55.6", "all_from_a_partner"],
)
def test_index_is_not_rounded(stock, sd, dependency, right):
    assert resilience.resilience_index(resilience.coverage(stock, sd), dependency) == pytest.approx(right, rel=1e-12)


# --- profit heat map ----------------------------------------------------------------------------------------


def test_lead_time_variance_does_not_move_the_best_service_level():
    """Earlier: 99 % without and 93.8 % with lead-time variance, as shortage used the demand sd alone."""
    levels = np.linspace(0.5, 0.9999, 5000)
    lane_ = dict(demand_mean=100.0, demand_sd=25.0, lead_time_mean=1.0)
    money = dict(service_revenue=85.0, handling_cost=50.0, holding_cost=18.5, sla_penalty=2000.0)
    profit = finance.profit_surface(levels, np.linspace(0, 2, 9), **lane_, **money)
    assert levels[profit.argmax(axis=-1)] == pytest.approx(0.990990990991, abs=1e-4)


def test_shortage_in_the_heat_map_uses_the_combined_sigma():
    """At mean 120, sd 30, sd of lead time 1 and 95 %: 2.5843, not 0.6268."""
    sd = demand.lead_time_demand(120.0, 30.0, 1.0, 1.0).sd
    stock = buffers.safety_stock(sd, 0.95)
    assert buffers.expected_shortage(stock, sd) == pytest.approx(2.5843, abs=5e-5)
    assert 30 * loss(NORMAL.inv_cdf(0.95)) == pytest.approx(0.6268, abs=5e-5)
    money = dict(service_revenue=85.0, handling_cost=0.0, holding_cost=5.0, sla_penalty=0.0)
    surface = finance.profit_surface([0.95], [1.0], demand_mean=120.0, demand_sd=30.0, lead_time_mean=1.0, **money)
    short = sd * loss(NORMAL.inv_cdf(0.95))
    assert surface[0, 0] == pytest.approx(85 * (120 - short) - 5 * (stock + short), rel=1e-9)


def test_returned_pallets_earn_nothing():
    money = dict(service_revenue=85.0, handling_cost=50.0, holding_cost=18.5, sla_penalty=2000.0)
    lane_ = dict(demand_mean=mean(LANE12), demand_sd=stdev(LANE12), lead_time_mean=1.0)
    without, with_returns = (
        finance.profit_surface([0.95], [0.2], return_rate=rate, **lane_, **money)[0, 0] for rate in (0.0, 0.3)
    )
    assert with_returns < without  # earlier: 3868 with 30 % returns, 2804 without
    policy = lane.Policy(return_rate=0.3, service_level=0.95, lead_time_mean_days=MONTH)
    statistics = {"demand_mean": lane_["demand_mean"], "demand_sd": lane_["demand_sd"]}
    answers = lane.assess(statistics, policy, period="MS")
    assert answers["revenue"] == pytest.approx(85 * (mean(LANE12) - answers["expected_shortage"]), rel=1e-12)


# --- the whole pipeline -------------------------------------------------------------------------------------

PIPELINE = {  # history, lead time and its sd [month], return rate, capacity, service level; what was shown then
    "lane12_no_returns": (LANE12, 1.0, 0.0, 0.00, 150.0, 0.95, dict(stock=24, overflow=0, index=90.3, short=0.29)),
    "lane12_default": (LANE12, 1.0, 0.2, 0.05, 150.0, 0.95, dict(stock=42, overflow=0, index=91.8, short=0.29)),
    "lane12_returns_30": (LANE12, 1.0, 0.2, 0.30, 150.0, 0.95, dict(stock=49, overflow=30, index=90.2, short=0.29)),
    "mock_default": (MOCK, 1.0, 0.2, 0.05, 150.0, 0.95, dict(stock=602, overflow=1747, index=46.0, short=5.39)),
    "mock_capacity_1500": (MOCK, 2.0, 0.5, 0.05, 1500.0, 0.90, dict(stock=953, overflow=748, index=66.6, short=12.21)),
}


@pytest.mark.parametrize(
    ("history", "months", "months_sd", "rate", "capacity", "level", "shown"), PIPELINE.values(), ids=PIPELINE
)
def test_pipeline_from_monthly_history(history, months, months_sd, rate, capacity, level, shown):
    """Monthly records meet lead times in months; returns vary; nothing is cut to whole numbers."""
    policy = lane.Policy(
        holding_cost=18.5,
        sla_penalty=2000.0,
        lead_time_mean_days=months * MONTH,
        lead_time_sd_days=months_sd * MONTH,
        return_rate=rate,
        internal_capacity=capacity,
        partner_surcharge=5.0,
        service_level=level,
    )
    statistics = {"demand_mean": mean(history), "demand_sd": stdev(history)}
    answers = lane.assess(statistics, policy, period="MS")

    load_mean = (1 + rate) * mean(history)
    load_sd = sqrt((1 + rate) ** 2 * stdev(history) ** 2 + rate * (1 - rate) * mean(history))
    sigma = sqrt(months * load_sd**2 + load_mean**2 * months_sd**2)
    z = NORMAL.inv_cdf(level)
    required = load_mean + z * sigma
    overflow = max(0.0, required - capacity)
    right = {
        "workload_mean": load_mean,
        "workload_sd": load_sd,
        "lead_time_demand_mean": months * load_mean,
        "lead_time_demand_sd": sigma,
        "critical_ratio": 2035 / 2053.5,
        "safety_stock": z * sigma,
        "expected_shortage": sigma * loss(z),
        "penalty": 2000 * sigma * loss(z),
        "required_capacity": required,
        "planned_overflow": overflow,
        "dependency": overflow / required,
        "planned_warehousing_cost": 18.5 * required + 5 * overflow,
        "resilience_index": 50 * min(1, z / 2) + 50 * (1 - overflow / required),
    }
    for name, value in right.items():
        assert answers[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name
    earlier = shown["stock"], shown["overflow"], shown["index"], shown["short"]
    ours = tuple(answers[n] for n in ("safety_stock", "planned_overflow", "resilience_index", "expected_shortage"))
    assert ours != pytest.approx(earlier, rel=1e-3)  # truncation, mean-only returns, the sigma of demand alone
    assert answers["expected_overflow"] > overflow  # uncertain demand overflows more than its mean
