"""A stock lane has the levels of the formulas, and runs as the dynamic model with the prices of its policy."""

import numpy as np
import pytest
from scipy import stats

from twin import Policy, assess, buffers, demand
from twin.data.history import lane_record
from twin.data.load import load_history
from twin.data.statistics import lane_facts
from twin.motion import simulate
from twin.motion.laws import Gamma, Given
from twin.motion.rules import base_stock
from twin.motion.stock_lane import StockLane

FACTS = {"demand_mean": 140.0, "demand_sd": 25.0}
POLICY = Policy(service_level=0.9, lead_time_mean_days=3, lead_time_sd_days=0.5, return_rate=0.1, internal_capacity=300)


def test_eq_9_6_the_level_protects_lead_time_and_review_period():
    stock = StockLane(FACTS, POLICY)
    sd = np.sqrt(10 * 25.0**2 + 140.0**2 * 0.5**2)
    assert stock.level(review=7) == pytest.approx(10 * 140 + stats.norm.ppf(0.9) * sd, rel=1e-12)
    answers = assess(FACTS, POLICY)
    assert stock.level(stock.workload) == pytest.approx(float(answers["reorder_point"]), rel=1e-12)
    assert stock.changed(service_level=0.5).level() == pytest.approx(3 * 140, rel=1e-12)


def test_days_become_periods_and_a_short_lead_time_shortens_the_step():
    week = StockLane(FACTS, POLICY, "W")
    assert week.lead_time == pytest.approx((3 / 7, 0.5 / 7)) and week.step == 1 / 3
    assert StockLane(FACTS, POLICY).step == 1.0 and week.periods_a_year == pytest.approx(365.25 / 7)


def test_a_run_is_the_model_with_the_prices_of_the_policy():
    stock = StockLane(FACTS, POLICY, prices={"spot_price": 99.0})
    run = {"periods": 40, "replications": 3, "seed": 4}
    ours = stock.run(500.0, unmet="partner", **run)
    names = ("service_revenue", "handling_cost", "sla_penalty", "fixed_order_cost")
    places = {"own_place_cost": 5.0, "partner_surcharge": 5.0 + 5.0}  # holding is the rent of every own place
    costs = {name: getattr(POLICY, name) for name in names} | places | {"spot_price": 99.0}
    law = {"review_period": 0, "return_rate": 0.1, "capacity": 300.0, "unmet": "partner", "costs": costs}
    theirs = simulate(Gamma(140.0, 25.0), Gamma(3.0, 0.5), base_stock(500.0), **law, **run)
    assert np.array_equal(ours.money, theirs.money) and np.array_equal(ours.space, theirs.space)


def test_a_path_on_the_record_has_its_demand_and_its_dates():
    week = StockLane(FACTS, POLICY, "W")
    paths, clock = week.on_record(500.0, [3.0, 9.0], ["2025-12-22", "2025-12-29"])
    assert paths.demand[0].tolist() == pytest.approx([1, 1, 1, 3, 3, 3])
    assert str(clock[-3]) == "2025-12-29T00" and np.diff(clock.astype(float)).tolist() == [56] * 5  # a third of a week


def test_on_a_record_with_closed_days_each_date_has_the_volume_of_the_file(tmp_path):
    """No flow on weekends, and none on May Day: the file itself says what was shipped on which day."""
    days = [day for day in np.arange("2024-01-01", "2024-07-01", dtype="datetime64[D]") if np.is_busday(day)]
    shipped = {day: 100.0 + i for i, day in enumerate(days) if str(day) != "2024-05-01"}
    rows = "".join(f"{day},A,{volume}\n" for day, volume in shipped.items())
    (tmp_path / "flows.csv").write_text("date,lane,volume\n" + rows)
    history = load_history(tmp_path / "flows.csv", holidays="DE")
    dates, volumes = lane_record(history, "A")
    stock = StockLane(lane_facts(history, "A"), POLICY, history.calendar.length)
    paths, clock = stock.on_record(stock.level(), volumes, dates)
    told = dict(zip(clock.astype("datetime64[D]"), paths.demand[0], strict=True))
    assert history.calendar.closed == (5, 6) and {day: told[day] for day in shipped} == pytest.approx(shipped)
    assert all(np.is_busday(day) for day in told)


def test_a_path_on_the_record_needs_a_date_for_each_volume():
    with pytest.raises(ValueError, match=r"dates must be 2, one for each volume"):
        StockLane(FACTS, POLICY).on_record(500.0, [3.0, 9.0], ["2025-12-28"])


def test_measures_are_those_of_a_path_counted_by_hand():
    """Three days on order one day: demand 3, 9, 0 meets stock 8, 5, 3; one pallet is short on days two and three."""
    stock = StockLane(FACTS, POLICY.__class__(**vars(POLICY) | {"return_rate": 0.0, "internal_capacity": 4.0}))
    paths = stock.run(8.0, Given([[3.0, 9.0, 0.0]] * 2), lead_time=1.0, periods=3, replications=2, review_period=1)
    assert paths.backlog[0].tolist() == [0, 4, 1] and paths.space[0].tolist() == [8, 5, 3]
    found = stock.measures(paths)
    assert found["service [%]"].mean == pytest.approx(100 / 3) and found["short [pallet]"].mean == pytest.approx(5 / 3)
    assert found["space [pallet]"].mean == pytest.approx(16 / 3) and found["overflow [pallet]"].mean == pytest.approx(
        5 / 3
    )
    left, margin = 5 / 3, 85.0 - 50.0
    profit = margin * (140 - 5 / 3) - 5.0 * left - 20.0 * 5 / 3 - 5.0 * 5 / 3
    assert found["profit [$/period]"].mean == pytest.approx(profit)


def test_promises_have_the_names_of_measures_and_no_error():
    stock = StockLane(FACTS, POLICY)
    told = stock.promised(assess(FACTS, POLICY))
    assert list(told) == list(stock.measures(stock.run(stock.level(), periods=5, replications=2)))
    assert told["service [%]"] == (90.0, 0.0) and not any(error for _, error in told.values())


def test_refusals():
    with pytest.raises(ValueError, match="service_level must be set"):
        StockLane(FACTS, Policy())
    with pytest.raises(ValueError, match="lead_time_mean_days must be > 0"):
        StockLane(FACTS, Policy(service_level=0.9, lead_time_mean_days=0))


def test_the_safety_stock_is_that_of_demand_alone():
    """BER-MUC of the research lanes: the buffer of goods protects demand, 281 pallets, not the workload, 331."""
    from twin.plan.portfolio import research_portfolio

    stock = StockLane(*research_portfolio().inputs("BER-MUC"))
    assert round(stock.level() - stock.over_lead_time().mean) == 281
    workload = demand.lead_time_demand(*stock.workload, 5.0, 1.5)
    assert round(float(buffers.safety_stock(workload.sd, 0.95))) == 331
