"""Readings of own capacity: each equals a day-by-day loop that shares no code with the model."""

import re
from pathlib import Path

import numpy as np
import pytest

from twin import Policy, assess, buffers, demand
from twin.batch.plan import read_plan
from twin.data.scenarios import POLICIES, research_lanes
from twin.data.statistics import lane_facts
from twin.motion import overflow_readings
from twin.simulate import estimate

MONEY = 365.25
ROOT = Path(__file__).parents[1]


def inputs(lane, **changes):
    """Return moments and policy of a research lane."""
    facts = lane_facts(research_lanes(), lane)
    policy = Policy(**POLICIES[lane] | {"return_rate": float(facts["return_rate"])} | changes)
    return {name: float(facts[name]) for name in ("demand_mean", "demand_sd")}, policy


def by_hand(statistics, policy, lead_times, days=120_000):
    """Return the surcharge at close and at the peak, if the whole workload draws: one loop over days, plain numbers."""
    rng = np.random.default_rng(17)
    mean, sd = demand.workload(statistics["demand_mean"], statistics["demand_sd"], policy.return_rate)
    length, spread = policy.lead_time_mean_days, policy.lead_time_sd_days
    total = demand.lead_time_demand(mean, sd, length, spread)
    level = float(total.mean + buffers.safety_stock(total.sd, policy.service_level))
    work = rng.gamma((mean / sd) ** 2, sd**2 / mean, days)
    last = np.full(days, int(length))
    if lead_times != "constant":
        last = np.maximum(np.rint(rng.gamma((length / spread) ** 2, spread**2 / length, days)), 1).astype(int)
    if lead_times == "waiting":
        last = np.maximum.accumulate(np.arange(days) + last) - np.arange(days)
    due, net, close, peak = np.zeros(days + 100), level, np.empty(days), np.empty(days)
    for day in range(days):
        net += due[day]  # goods on hand less backlog; an order of this day arrives `last` days later
        before, net = net, net - work[day]
        due[day + last[day]] += work[day]
        close[day] = max(net, 0.0)
        backlog = max(due[day] - before, 0.0)  # cleared by what has just arrived, which takes a place on its day
        peak[day] = max(before, 0.0) + min(backlog, due[day])
    money = policy.partner_surcharge * MONEY
    over = (np.maximum(x[500:] - policy.internal_capacity, 0) * money for x in (close, peak))
    return [estimate(x[: len(x) // 100 * 100].reshape(100, -1).mean(axis=1)) for x in over]


def agree(one, other):
    """Return whether two estimates lie within four standard errors of their difference."""
    return abs(one.mean - other.mean) <= 4 * np.hypot(one.standard_error, other.standard_error) + 1e-6


@pytest.mark.parametrize("lane", ["HAM-ROT", "FRA-PAR"])
@pytest.mark.parametrize("law", ["constant", "independent", "waiting"])
def test_eq_9_3_overflow_equals_a_loop_over_days(lane, law):
    statistics, policy = inputs(lane)
    found = {row.name: row.workload_draws for row in overflow_readings.of_lane(statistics, policy, paths=100)}
    close, peak = by_hand(statistics, policy, law)
    assert agree(found[f"close_{law}"], close) and agree(found[f"peak_{law}"], peak)


def test_the_formula_of_the_framework_fits_no_reading():
    """HAM-ROT: the expected overflow of the framework lies far from every question that it might answer."""
    rows = overflow_readings.of_lane(*inputs("HAM-ROT"), paths=100)
    value = {row.name: row.workload_draws for row in rows}
    assert value["framework"].mean == pytest.approx(27_406, abs=1) and value["headroom"].mean < 1
    for name, reading in value.items():
        assert (
            name == "framework" or abs(reading.mean - value["framework"].mean) > 10_000 + 4 * reading.standard_error
        ), name


def test_a_reserved_headroom_is_the_loss_of_the_workload():
    statistics, policy = inputs("FRA-PAR", internal_capacity=40.0, return_rate=0.0)
    (row, *_) = overflow_readings.of_lane(statistics, policy, paths=100)
    rng = np.random.default_rng(3)
    mean, sd = statistics["demand_mean"], statistics["demand_sd"]
    work = rng.gamma((mean / sd) ** 2, sd**2 / mean, 400_000)
    loss = estimate(np.maximum(work - 40.0, 0) * policy.partner_surcharge * MONEY)
    assert agree(row.workload_draws, loss) and agree(row.demand_draws, loss)


def test_rows_are_named_and_what_does_not_apply_is_left_out():
    rows = overflow_readings.of_lane(*inputs("HAM-ROT"), paths=2, periods=30)
    assert len(rows) == len({row.name for row in rows}) == 11
    assert rows[3].label == "stock at close, waiting" and rows[3].name == "close_waiting"
    told = overflow_readings.by_label(rows)
    assert len(told) == 11 + 9 and "demand draws: framework's formula" not in told


@pytest.mark.parametrize(("period", "days"), [("W", 3.0), ("MS", 10.0)])
def test_a_lead_time_shorter_than_a_period_is_simulated_in_parts_of_it(period, days):
    policy = Policy(service_level=0.9, lead_time_mean_days=days, lead_time_sd_days=1.0, internal_capacity=1100.0)
    statistics = {"demand_mean": 900.0, "demand_sd": 60.0}
    rows = overflow_readings.of_lane(statistics, policy, period=period, paths=20, periods=60)
    assert all(np.isfinite(row.workload_draws.mean) for row in rows)


def test_eq_9_7_the_normal_peak_of_ham_rot():
    """The Gaussian closed form of the day's peak, found by an integral over lead-time demand: 98,861 $ a year."""
    *_, row = overflow_readings.of_lane(*inputs("HAM-ROT"), paths=2, periods=2)
    assert row.name == "peak_normal" and row.workload_draws.mean == pytest.approx(98_861, abs=1)
    statistics, policy = inputs("HAM-ROT", kind="stock", fixed_order_cost=0.0, return_rate=0.0)
    *_, row = overflow_readings.of_lane(statistics, policy, paths=2, periods=2)
    told = assess(statistics, policy)["peak_overflow"] * policy.partner_surcharge * MONEY
    assert row.workload_draws.mean == pytest.approx(told, rel=1e-9)  # the same form as in `assess`


def test_the_table_of_the_readme_is_that_of_the_paper_s_run():
    """The run of the job `motion` of the paper: notebook 09 makes its paths of `samples` in this way."""
    (job,) = (job for job in read_plan(ROOT / "papers" / "pixels-to-premiums") if job.name == "motion/lane=HAM-ROT")
    size = {"paths": 10 * max(3, job.parameters["samples"] // 3640), "periods": 364, "seed": 9}
    rows = {row.name: row.workload_draws for row in overflow_readings.of_lane(*inputs("HAM-ROT"), **size)}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    printed = re.findall(r"^\| (constant|independent|waiting|persistent)[^|]*\|(.*)\|(.*)\|(.*)\|$", readme, re.M)
    assert len(printed) == 4
    for law, headroom, *places in printed:
        assert float(headroom) == round(rows["headroom"].mean)
        for basis, words in zip(("close", "peak"), places, strict=True):
            mean, error = (float(number.replace(",", "")) for number in words.split("±"))
            assert (mean, error) == tuple(round(part) for part in rows[f"{basis}_{law}"])
    (told,) = re.findall(r"framework's formula [^.]*: it gives ([\d,]+)", readme)
    assert float(told.replace(",", "")) == round(rows["framework"].mean)


def test_a_level_must_be_given():
    with pytest.raises(ValueError, match="service_level must be set"):
        overflow_readings.of_lane({"demand_mean": 1.0, "demand_sd": 0.1}, Policy())
