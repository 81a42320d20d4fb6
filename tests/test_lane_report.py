"""One lane under one policy: the numbers agree with the formulas they come from, and with a simulation."""

import numpy as np
import pytest

from twin import buffers, demand, finance, forecast, lane, newsvendor, resilience, simulate
from twin.plan import lane_report
from twin.plan.lane_curves import LEVELS

STATISTICS = {"demand_mean": 100.0, "demand_sd": 25.0}
POLICY = lane.Policy(
    service_level=0.95, lead_time_mean_days=5.0, return_rate=0.18, internal_capacity=300.0, partner_surcharge=12.0
)
VOLUMES = simulate.demand(100.0, 25.0, samples=120, seed=1)


def random_case(seed):
    """Return a random lane, policy and period."""
    rng = np.random.default_rng(seed)
    names = (
        "holding_cost",
        "sla_penalty",
        "service_revenue",
        "handling_cost",
        "partner_surcharge",
        "internal_capacity",
    )
    limits = ((0.5, 20), (5, 100), (50, 100), (10, 50), (0, 10), (0, 400))
    given = {name: rng.uniform(*limit) for name, limit in zip(names, limits, strict=True)}
    given |= {"lead_time_mean_days": rng.uniform(0.2, 40), "lead_time_sd_days": rng.uniform(0, 8)}
    given |= {"return_rate": rng.uniform(0, 0.6), "dwell": rng.uniform(0.3, 3), "service_level": rng.uniform(0.5, 0.99)}
    statistics = {"demand_mean": rng.uniform(20, 150), "demand_sd": rng.choice([0.0, rng.uniform(0, 50)])}
    return statistics, lane.Policy(**given), rng.choice(["D", "W", "MS"])


@pytest.mark.parametrize("seed", range(40))
def test_eq_6_2_the_mean_simulated_profit_is_that_of_assess(seed):
    statistics, policy, period = random_case(seed)
    answers = lane.assess(statistics, policy, period=period)
    draws = lane_report.simulated_profits(statistics, policy, answers, period=period, samples=40_000, seed=seed)
    assert simulate.estimate(draws).agrees(float(answers["profit"]))


@pytest.mark.parametrize(("review", "sd"), [(7.0, 25.0), (2.5, 25.0), (7.0, 0.0)])
def test_eq_6_2_over_a_review_period_any_period_of_the_cycle_is_drawn(review, sd):
    policy = lane.Policy(review_period_days=review, service_level=0.6, lead_time_sd_days=0.5 * (sd > 0))
    statistics = {"demand_mean": 100.0, "demand_sd": sd}
    answers = lane.assess(statistics, policy)
    draws = lane_report.simulated_profits(statistics, policy, answers, samples=60_000, seed=3)
    assert simulate.estimate(draws).agrees(float(answers["profit"]))


def test_eq_6_2_the_workload_and_the_lead_time_it_belongs_to_move_together():
    given = {"return_rate": 0.2, "safety_stock": 0.0, "internal_capacity": 1e9, "samples": 200_000, "seed": 3}
    flows = simulate.policy_flows(100.0, 25.0, lead_time_mean=4.0, lead_time_sd=0.5, **given)
    above = flows.shortage - flows.leftover  # (Y - SS)+ less (SS - Y)+ is Y
    load = demand.workload(100.0, 25.0, 0.2)
    sigma = demand.lead_time_demand(*load, 4.0, 0.5).sd
    assert simulate.estimate((flows.workload - load.mean) * above).agrees(float(load.sd**2))
    assert simulate.estimate(above**2).agrees(float(sigma**2))


@pytest.mark.parametrize(("length", "dwell"), [(5, 1), (5, 3), (2, 4), (1, 1)])
def test_eq_6_2_the_tail_is_that_of_periods_simulated_one_by_one(length, dwell):
    periods, rate, stock, capacity = 300_000, 0.2, 60.0, 150.0 * dwell
    rng = np.random.default_rng(length + dwell)
    shipped = rng.normal(100.0, 20.0, periods)
    returned = rate * shipped + np.sqrt(rate * (1 - rate) * 100.0) * rng.standard_normal(periods)
    workload = shipped + returned

    def moving(count):  # moving sum over the last periods, including the present one
        return np.convolve(workload, np.ones(count))[:periods]

    start = max(length, dwell)
    above = (moving(length) - length * workload.mean())[start:]
    short, needed = np.maximum(above - stock, 0), moving(dwell)[start:] + stock
    profit = 85 * (shipped[start:] - short) - 50 * (workload[start:] - short) - 5 * np.maximum(stock - above, 0)
    profit -= 40 * short + 12 * np.maximum(needed - capacity, 0)
    flows = simulate.policy_flows(
        100.0,
        20.0,
        lead_time_mean=length,
        lead_time_sd=0.0,
        return_rate=rate,
        safety_stock=stock,
        dwell=dwell,
        internal_capacity=capacity,
        samples=300_000,
        seed=1,
    )
    draws = 85 * (flows.demand - flows.shortage) - 50 * (flows.workload - flows.shortage)
    draws -= 5 * flows.leftover + 40 * flows.shortage + 12 * flows.overflow
    ours, theirs = (finance.tail_risk(-values) for values in (draws, profit))
    # overlapping periods are correlated, which reduces the effective number of samples
    error = 4 * np.sqrt(2 * start + 1) * profit.std() / np.sqrt(len(profit))
    assert draws.std() == pytest.approx(profit.std(), abs=error)
    assert ours.value_at_risk == pytest.approx(theirs.value_at_risk, abs=3 * error)
    assert ours.conditional_value_at_risk == pytest.approx(theirs.conditional_value_at_risk, abs=3 * error)


def test_every_number_has_a_unit_and_stands_in_the_order_told():
    numbers = lane_report.evaluate(STATISTICS, POLICY, VOLUMES, horizon=14)
    assert list(numbers) == list(lane_report.NUMBERS) and all(np.isfinite(list(numbers.values())))


def test_answers_are_those_of_assess():
    numbers, answers = lane_report.evaluate(STATISTICS, POLICY), lane.assess(STATISTICS, POLICY)
    assert {name: numbers[name] for name in answers} == answers


def test_what_lies_ahead_is_the_forecast_with_returns():
    numbers = lane_report.evaluate(STATISTICS, POLICY, VOLUMES, horizon=14)
    ahead = forecast.lanes(VOLUMES, period="D", horizon=14, level=0.95)
    following = forecast.lanes(VOLUMES, period="D", horizon=1, level=0.95)
    assert numbers["forecast_low"] == following.low[0] and numbers["forecast_high"] == following.high[0]
    assert numbers["horizon_mean"] == pytest.approx(ahead.mean.mean(), rel=1e-12)
    assert numbers["horizon_workload"] == pytest.approx(1.18 * ahead.mean.mean(), rel=1e-12)
    required = buffers.required_capacity(numbers["horizon_workload"], numbers["safety_stock"], 1.0)
    assert numbers["horizon_capacity"] == pytest.approx(required, rel=1e-12)


def test_a_short_record_has_a_forecast_without_an_interval_and_none_below_zero():
    numbers = lane_report.evaluate(STATISTICS, POLICY, [90.0, 60.0, 30.0], horizon=30)
    assert "forecast_high" not in numbers and 0 <= numbers["horizon_mean"] <= 90


def test_a_what_if_on_the_mean_scales_the_forecast():
    one, twice = (lane_report.evaluate(STATISTICS, POLICY, VOLUMES, horizon=14, scale=scale) for scale in (1.0, 2.0))
    for name in ("forecast_mean", "forecast_low", "forecast_high", "horizon_mean"):
        assert twice[name] == pytest.approx(2 * one[name], rel=1e-12)


@pytest.mark.parametrize("volumes", [(), [5.0, 6.0], [1.0, np.nan, 2.0, np.nan]])
def test_a_short_history_has_no_forecast_and_all_other_numbers(volumes):
    numbers = lane_report.evaluate(STATISTICS, POLICY, volumes)
    missing = set(lane_report.NUMBERS) - set(numbers)
    assert missing == {name for name in lane_report.NUMBERS if name.startswith(("forecast", "horizon"))}


def test_parts_add_up_to_the_index():
    numbers = lane_report.evaluate(STATISTICS, POLICY)
    assert numbers["buffer_points"] + numbers["independence_points"] == pytest.approx(numbers["resilience_index"])
    parts = resilience.index_parts([0.0, 1.0, 9.0], [1.0, 0.1, 0.0])
    assert parts.buffer.tolist() == [0.0, 25.0, 50.0] and parts.independence.tolist() == [0.0, 45.0, 50.0]


def test_outsourcing_costs_a_place_and_its_surcharge():
    numbers = lane_report.evaluate(STATISTICS, POLICY)
    assert numbers["expected_outsourcing_cost"] == pytest.approx(17.0 * numbers["expected_overflow"])
    kept_at_home = POLICY.holding_cost * min(numbers["required_capacity"], POLICY.internal_capacity)
    assert numbers["planned_warehousing_cost"] == pytest.approx(kept_at_home + numbers["planned_outsourcing_cost"])


@pytest.mark.parametrize("period", ["W", "MS"])
def test_the_best_profit_is_that_of_the_lanes_own_period(period):
    numbers = lane_report.evaluate(STATISTICS, POLICY, period=period)
    levels = {**vars(POLICY), "service_level": LEVELS}
    lanes = {name: np.full(len(LEVELS), value) for name, value in STATISTICS.items()}
    assert numbers["best_profit"] == lane.assess(lanes, lane.Policy(**levels), period=period)["profit"].max()
    assert numbers["best_profit"] >= numbers["profit"]


def test_without_a_surcharge_the_sweet_spot_is_the_critical_ratio():
    free = lane.Policy(**{**vars(POLICY), "partner_surcharge": 0.0})
    numbers = lane_report.evaluate(STATISTICS, free)
    assert numbers["best_profit_level"] == pytest.approx(numbers["critical_ratio"], abs=1e-3)
    under = finance.underage_cost(free.sla_penalty, free.service_revenue, free.handling_cost)
    assert numbers["critical_ratio"] == newsvendor.critical_ratio(under, free.holding_cost)


def test_risk_is_the_tail_of_the_same_draws():
    numbers = lane_report.evaluate(STATISTICS, POLICY)
    losses = -lane_report.simulated_profits(STATISTICS, POLICY, lane.assess(STATISTICS, POLICY))
    assert numbers["value_at_risk"] == np.sort(losses)[int(np.ceil(0.95 * losses.size)) - 1]
    assert numbers["conditional_value_at_risk"] >= numbers["value_at_risk"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"return_rate": 1.5}, "return_rate"), ({"holding_cost": 0.0}, "holding_cost"), ({"service_level": 1.0}, "level")],
)
def test_what_the_formulas_refuse_is_refused(change, sentence):
    with pytest.raises(ValueError, match=sentence):
        lane_report.evaluate(STATISTICS, lane.Policy(**{**vars(POLICY), **change}))


def test_the_horizon_is_a_whole_number_of_periods():
    with pytest.raises(ValueError, match="horizon"):
        lane_report.evaluate(STATISTICS, POLICY, VOLUMES, horizon=0)
