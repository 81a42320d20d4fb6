"""`assess`: every answer by hand from the definitions; lanes in other units, periods, tables and orders."""

from dataclasses import fields, replace
from math import inf, nan, sqrt
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from twin import cooperation, demand, lane, newsvendor, simulate

NORMAL = NormalDist()
DAYS = {"D": 1.0, "W": 7.0, "MS": 365.25 / 12}
STATISTICS = {"demand_mean": 100.0, "demand_sd": 25.0}


def beyond(level, mean, sd):
    """Return E[(X - level)+] and P(X > level) of normal X; certain X is the limit."""
    if sd == 0:
        return max(0.0, mean - level), 0.5 if mean == level else float(mean > level)
    k = (level - mean) / sd
    return sd * (NORMAL.pdf(k) - k * NORMAL.cdf(-k)), NORMAL.cdf(-k)


def by_hand(mean, sd, policy, period):
    """Return every answer of one lane, computed from the definitions with the standard library alone."""
    p, r = policy, policy.return_rate
    load, load_sd = (1 + r) * mean, sqrt((1 + r) ** 2 * sd**2 + r * (1 - r) * mean)
    length = (p.lead_time_mean_days + p.review_period_days) / DAYS[period]
    spread = p.lead_time_sd_days / DAYS[period]
    sigma = sqrt(length * load_sd**2 + load**2 * spread**2)
    under = p.sla_penalty + p.service_revenue - p.handling_cost
    ratio = under / (under + p.holding_cost)
    level = ratio if p.service_level is None else p.service_level
    z = NORMAL.inv_cdf(level)
    stock = z * sigma
    short = sigma * (NORMAL.pdf(z) - z * (1 - NORMAL.cdf(z)))
    review = max(1.0, p.review_period_days / DAYS[period])
    waiting = short  # backlog of an average period: over the closes of a review period of whole periods
    if review > 1:
        exposures = [length - review + close for close in range(1, int(review) + 1)]
        sums = [(n * load, sqrt(n * load_sd**2 + load**2 * spread**2)) for n in exposures]
        waiting = sum(beyond(length * load + stock, *each)[0] for each in sums) / int(review)
    lot = max(load * review, sqrt(2 * p.fixed_order_cost * load / p.holding_cost))
    required = max(0.0, load * p.dwell + stock)
    planned = max(0.0, required - p.internal_capacity)
    over, above = beyond(p.internal_capacity, required, load_sd * sqrt(p.dwell))
    goods = z * sqrt(length * sd**2 + mean**2 * spread**2)
    in_process = load * p.dwell, load_sd * sqrt(int(p.dwell) + (p.dwell - int(p.dwell)) ** 2)
    alone, likely = beyond(p.internal_capacity, *in_process)
    always, used = (p.own_place_cost, p.holding_cost) if p.own_place_cost else (p.holding_cost, 0.0)
    partner = p.holding_cost + p.partner_surcharge
    chance = always / (partner - used) if partner - used > always else 1.0
    best = max(0.0, in_process[0] - NORMAL.inv_cdf(chance) * in_process[1]) if chance < 1 else 0.0

    def space_cost(places):
        return always * places + used * in_process[0] + (partner - used) * beyond(places, *in_process)[0]

    revenue, handling = p.service_revenue * (mean - waiting), p.handling_cost * (load - waiting)
    holding, penalty = p.holding_cost * (stock + short), p.sla_penalty * waiting
    return {
        "workload_mean": load,
        "workload_sd": load_sd,
        "exposure": length,
        "lead_time_demand_mean": length * load,
        "lead_time_demand_sd": sigma,
        "critical_ratio": ratio,
        "service_level": level,
        "safety_stock": stock,
        "goods_buffer": goods,
        "reorder_point": length * load + stock,
        "expected_shortage": short,
        "order_quantity": lot,
        "order_cost": p.fixed_order_cost * load / lot + p.holding_cost * lot / 2,
        "fill_rate": max(0.0, 1 - short / (load * review)),
        "buffer_cost": holding + under * waiting,
        "unmet_service": level,
        "unmet_shortage": waiting,
        "unmet_cost": holding + under * waiting,
        "unmet_level": max(0.0, length * load + NORMAL.inv_cdf(ratio) * sigma),
        "required_capacity": required,
        "planned_overflow": planned,
        "dependency": planned / required,
        "planned_warehousing_cost": p.holding_cost * required + p.partner_surcharge * planned,
        "expected_overflow": over,
        "overflow_probability": above,
        "expected_dependency": over / required,
        "expected_warehousing_cost": p.holding_cost * required + p.partner_surcharge * over,
        "headroom_overflow": alone,
        "close_overflow": alone,
        "peak_overflow": alone,
        "lane_overflow": alone,
        "lane_overflow_probability": likely,
        "space_cost": space_cost(p.internal_capacity),
        "optimal_own_capacity": best,
        "optimal_space_cost": space_cost(best),
        "capacity_gives_away": space_cost(p.internal_capacity) - space_cost(best),
        "resilience_index": 50 * min(1.0, max(0.0, z / 2)) + 50 * (1 - planned / required),
        "revenue": revenue,
        "handling": handling,
        "holding": holding,
        "penalty": penalty,
        "surcharge": p.partner_surcharge * over,
        "profit": revenue - handling - holding - penalty - p.partner_surcharge * over,
        "lane_profit": p.service_revenue * mean - p.handling_cost * load - space_cost(p.internal_capacity),
    }


POLICIES = {
    "default": lane.Policy(),
    "target": lane.Policy(service_level=0.95),
    "below_half": lane.Policy(service_level=0.4),
    "returns": lane.Policy(return_rate=0.3),
    "dwell": lane.Policy(dwell=2.5, internal_capacity=300.0),
    "fixed_lead_time": lane.Policy(lead_time_mean_days=30.0, lead_time_sd_days=0.0),
    "no_lead_time": lane.Policy(lead_time_mean_days=0.0, lead_time_sd_days=0.0),
    "no_own_space": lane.Policy(internal_capacity=0.0),
    "dear_orders": lane.Policy(fixed_order_cost=5000.0),
    "weekly_review": lane.Policy(review_period_days=7.0),
    "dear_places": lane.Policy(own_place_cost=4.0, partner_surcharge=30.0),
    "cheap_partner": lane.Policy(own_place_cost=9.0),
}


@pytest.mark.parametrize("period", DAYS)
@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_every_answer_by_hand(policy, period):
    answers = lane.assess(STATISTICS, policy, period=period)
    expected = by_hand(100.0, 25.0, policy, period)
    assert list(answers) == list(lane.UNITS) == list(expected)
    for name, value in expected.items():
        assert answers[name] == pytest.approx(value, rel=1e-8, abs=1e-9), name
        assert isinstance(answers[name], float), name


def test_certain_demand_and_certain_lead_time_need_no_buffer():
    for rate in (0.0, 1.0):  # returns of all or of nothing are certain, too
        policy = lane.Policy(lead_time_sd_days=0.0, return_rate=rate, service_level=0.95)
        answers = lane.assess({"demand_mean": 100.0, "demand_sd": 0.0}, policy)
        expected = by_hand(100.0, 0.0, policy, "D")
        for name, value in expected.items():
            assert answers[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name
        assert answers["safety_stock"] == answers["expected_shortage"] == 0.0


def test_composed_costs_are_the_named_formulas():
    """`assess` composes two costs from terms that it has already computed; they must equal the formulas."""
    answers = lane.assess(STATISTICS, lane.Policy(service_level=0.9, dwell=2.0))
    sigma, required = answers["lead_time_demand_sd"], answers["required_capacity"]
    assert answers["buffer_cost"] == pytest.approx(newsvendor.cost_curve(0.9, sigma, 55.0, 5.0), rel=1e-12)
    space_sd = demand.lead_time_demand(answers["workload_mean"], answers["workload_sd"], 2.0).sd
    expected = cooperation.expected_cost(required, space_sd, 150.0, 5.0, 5.0)
    assert answers["expected_warehousing_cost"] == pytest.approx(expected, rel=1e-12)


# --- one lane in other units --------------------------------------------------------------------------------


@pytest.mark.parametrize("period", DAYS)
def test_days_weeks_and_months_give_the_same_pallets(period):
    """If a lane is described in another period, all answers in pallets stay the same."""
    policy = lane.Policy(service_level=0.95, lead_time_mean_days=30, lead_time_sd_days=6)
    mean, sd = demand.change_period(100.0, 25.0, given="D", wanted=period)
    answers = lane.assess({"demand_mean": mean, "demand_sd": sd}, policy, period=period)
    days = lane.assess(STATISTICS, policy, period="D")
    for name in ("safety_stock", "reorder_point", "lead_time_demand_mean", "lead_time_demand_sd", "expected_shortage"):
        assert answers[name] == pytest.approx(days[name], rel=1e-12), name
    assert answers["safety_stock"] == pytest.approx(1012.286808784, rel=1e-9)


def test_returns_in_other_periods_give_the_same_pallets_as_well():
    policy = lane.Policy(service_level=0.95, lead_time_mean_days=28, return_rate=0.3)
    week = demand.change_period(100.0, 25.0, given="D", wanted="W")
    days, weeks = (
        lane.assess({"demand_mean": mean, "demand_sd": sd}, policy, period=period)["safety_stock"]
        for mean, sd, period in ((100.0, 25.0, "D"), (*week, "W"))
    )
    assert weeks == pytest.approx(days, rel=1e-12)


def test_money_and_flow_scale_with_their_units():
    """If prices are in cents, costs are a hundred times as large, and nothing else changes."""
    money = [f.name for f in fields(lane.Policy) if f.name.endswith(("cost", "penalty", "revenue", "surcharge"))]
    policy = lane.Policy()
    cents = replace(policy, **{name: 100 * getattr(policy, name) for name in money})
    dollars, cents = lane.assess(STATISTICS, policy), lane.assess(STATISTICS, cents)
    for name, unit in lane.UNITS.items():
        factor = 100 if unit.startswith("$") else 1
        assert cents[name] == pytest.approx(factor * dollars[name], rel=1e-11), name


# --- many lanes ---------------------------------------------------------------------------------------------


def table(count, seed=81):
    """Return a table of lanes that differ in every column."""
    rng = simulate.generator(seed)
    statistics = {"demand_mean": rng.uniform(20, 500, count), "demand_sd": rng.uniform(0, 60, count)}
    policy = lane.Policy(
        holding_cost=rng.uniform(1, 30, count),
        sla_penalty=rng.uniform(0, 50, count),
        service_revenue=rng.uniform(60, 90, count),
        handling_cost=rng.uniform(20, 55, count),
        fixed_order_cost=rng.uniform(0, 500, count),
        lead_time_mean_days=rng.uniform(0, 20, count),
        lead_time_sd_days=rng.uniform(0, 0.5, count),
        return_rate=rng.uniform(0, 0.5, count),
        internal_capacity=rng.uniform(0, 600, count),
        partner_surcharge=rng.uniform(0, 20, count),
        dwell=rng.uniform(0.5, 3, count),
        service_level=rng.uniform(0.5, 0.999, count),
        own_place_cost=rng.choice([0.0, 2.0, 8.0], count),
        review_period_days=rng.choice([0.0, 1.0, 7.0], count),
        kind=np.full(count, "flow"),
        unmet=np.full(count, "backordered"),
        basis=rng.choice(["peak", "close"], count),
        lead_times=rng.choice(["persistent", "waiting"], count),
    )
    return statistics, policy


def rows(statistics, policy, chosen):
    chosen_policy = {f.name: getattr(policy, f.name)[chosen] for f in fields(policy)}
    return {name: values[chosen] for name, values in statistics.items()}, lane.Policy(**chosen_policy)


def test_a_table_is_its_lanes_one_by_one():
    statistics, policy = table(50)
    together = lane.assess(statistics, policy)
    for i in range(50):
        alone, own = rows(statistics, policy, i)
        expected = by_hand(alone["demand_mean"], alone["demand_sd"], own, "D")
        for name, value in lane.assess(alone, own).items():
            assert together[name][i] == pytest.approx(value, rel=1e-12, abs=1e-12), name
            assert value == pytest.approx(expected[name], rel=1e-7, abs=1e-7), name


@pytest.mark.parametrize("count", [100_003, 2**20 + 3])  # in one thread and in two
def test_chunks_do_not_show(count):
    statistics, policy = table(count)
    together = lane.assess(statistics, policy)
    for start, stop in ((0, 1), (1, 65_535), (65_535, 65_537), (65_537, count)):
        piece = lane.assess(*rows(statistics, policy, slice(start, stop)))
        for name, values in piece.items():
            np.testing.assert_array_equal(together[name][start:stop], values, err_msg=name)


def test_a_refusal_in_threads_names_the_place_in_the_whole_table():
    means = np.full(2**20 + 3, 100.0)
    means[1_000_000] = -1.0
    with pytest.raises(ValueError, match=r"^demand_mean must be finite and > 0; got -1.0 at 1000000$"):
        lane.assess({"demand_mean": means, "demand_sd": 25.0}, lane.Policy())


def test_a_shared_policy_is_one_number_and_a_lane_may_have_its_own():
    mean = np.array([80.0, 100.0, 400.0])
    shared = lane.assess({"demand_mean": mean, "demand_sd": 25.0}, lane.Policy(internal_capacity=[150.0, 200.0, 0.0]))
    for i, capacity in enumerate((150.0, 200.0, 0.0)):
        alone = lane.assess({"demand_mean": mean[i], "demand_sd": 25.0}, lane.Policy(internal_capacity=capacity))
        for name, values in shared.items():
            assert values.shape == (3,)
            assert values[i] == pytest.approx(alone[name], rel=1e-13, abs=1e-13), name


@pytest.mark.parametrize("count", [0, 1])
def test_small_tables(count):
    answers = lane.assess({"demand_mean": [100.0] * count, "demand_sd": [25.0] * count}, lane.Policy())
    assert {values.shape for values in answers.values()} == {(count,)}


def test_a_data_frame_will_do():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"lane": ["a", "b"], "demand_mean": [100.0, 50.0], "demand_sd": [25.0, 5.0], "n": [9, 9]})
    plain = {"demand_mean": [100.0, 50.0], "demand_sd": [25.0, 5.0]}
    of_frame, of_lists = lane.assess(frame, lane.Policy()), lane.assess(plain, lane.Policy())
    for name, values in of_lists.items():
        np.testing.assert_array_equal(of_frame[name], values)


# --- sense --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "up", "down"),
    [
        (dict(service_level=0.95), ["safety_stock", "required_capacity", "fill_rate"], ["expected_shortage"]),
        (dict(lead_time_mean_days=14.0), ["safety_stock", "expected_shortage"], ["profit", "fill_rate"]),
        (dict(lead_time_sd_days=3.0), ["safety_stock", "expected_overflow"], ["profit"]),
        (dict(return_rate=0.2), ["workload_mean", "workload_sd", "handling", "safety_stock"], ["profit", "revenue"]),
        (dict(internal_capacity=1000.0), ["resilience_index", "profit"], ["dependency", "overflow_probability"]),
        (dict(sla_penalty=500.0), ["critical_ratio"], []),
        (dict(partner_surcharge=50.0), ["surcharge", "planned_warehousing_cost"], ["profit"]),
    ],
    ids=lambda change: next(iter(change)) if isinstance(change, dict) else "",
)
def test_answers_move_the_way_they_should(change, up, down):
    base = lane.Policy(service_level=0.9, internal_capacity=200.0)
    before, after = lane.assess(STATISTICS, base), lane.assess(STATISTICS, replace(base, **change))
    assert all(after[name] > before[name] for name in up)
    assert all(after[name] < before[name] for name in down)


def test_the_critical_ratio_is_the_cheapest_service_level():
    levels = np.linspace(0.5, 0.999, 1000)
    costs = lane.assess(STATISTICS, lane.Policy(service_level=levels))["buffer_cost"]
    best = lane.assess(STATISTICS, lane.Policy())
    assert levels[costs.argmin()] == pytest.approx(best["critical_ratio"], abs=5e-4)
    assert np.all(costs >= best["buffer_cost"])


# --- refusals -----------------------------------------------------------------------------------------------

BAD = {
    "demand_mean": [0.0, -1.0, nan, inf, "many"],
    "demand_sd": [-1.0, nan, inf, "many"],
    "holding_cost": [0.0, -1.0, nan, "many"],
    "return_rate": [-0.1, 1.1, nan, "many"],
    "service_level": [0.0, 1.0, nan, "many"],
} | {
    field.name: [-1.0, nan, inf, "many"]
    for field in fields(lane.Policy)
    if field.name not in ("holding_cost", "return_rate", "service_level")
}


@pytest.mark.parametrize(("name", "bad"), [(name, bad) for name, bads in BAD.items() for bad in bads])
@pytest.mark.parametrize("in_a_table", [False, True], ids=["one", "table"])
def test_a_bad_input_is_refused_by_its_name(name, bad, in_a_table):
    given = {**STATISTICS, **{f.name: f.default for f in fields(lane.Policy)}, "service_level": 0.9}
    given[name] = [given[name], bad, given[name]] if in_a_table else bad
    statistics = {key: given.pop(key) for key in STATISTICS}
    with pytest.raises(ValueError, match=f"^{name} must be "):
        lane.assess(statistics, lane.Policy(**given))


def test_other_refusals():
    with pytest.raises(ValueError, match=r"^period must be one of D, W, MS, QS, or a number of days > 0; got M$"):
        lane.assess(STATISTICS, lane.Policy(), period="M")
    with pytest.raises(ValueError, match=r"^statistics and policy must be of one length, a row a lane"):
        lane.assess({"demand_mean": [[1.0]], "demand_sd": 1.0}, lane.Policy())
    with pytest.raises(ValueError, match=r"^statistics must be a table with demand_sd; got demand_mean$"):
        lane.assess({"demand_mean": 1.0}, lane.Policy())
    with pytest.raises(ValueError, match=r"^policy must be a Policy; got dict$"):
        lane.assess(STATISTICS, {})
    with pytest.raises(ValueError, match=r"^statistics and policy must be of one length"):
        lane.assess(STATISTICS, lane.Policy(holding_cost=[1.0, 2.0], sla_penalty=[1.0, 2.0, 3.0]))


def test_columns_of_other_lanes_are_not_matched_by_their_place():
    statistics = pd.DataFrame({"demand_mean": [100.0, 50.0], "demand_sd": [10.0, 5.0]}, index=["A", "B"])
    capacity = pd.Series({"A": 285.0, "B": 60.0})
    answers = lane.assess(statistics, lane.Policy(internal_capacity=capacity))
    assert answers["safety_stock"].shape == (2,)
    with pytest.raises(
        ValueError, match="internal_capacity must be labelled as demand_mean is, in the same order; got 'B' for 'A'"
    ):
        lane.assess(statistics, lane.Policy(internal_capacity=capacity[::-1]))


def test_what_is_given_is_not_changed():
    statistics, policy = table(5)
    before = {name: values.copy() for name, values in statistics.items()}
    lane.assess(statistics, policy)
    np.testing.assert_equal(statistics, before)


# --- refusals in large tables -----------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["demand_mean", "demand_sd", "service_level", "internal_capacity"])
def test_a_refusal_names_places_in_the_whole_table(column):
    lanes = 40_000
    table = {"demand_mean": np.full(lanes, 100.0), "demand_sd": np.full(lanes, 20.0)}
    table |= {"service_level": np.full(lanes, 0.9), "internal_capacity": np.full(lanes, 150.0)}
    table[column][[30_000, 30_001]] = -3.0
    policy = lane.Policy(service_level=table.pop("service_level"), internal_capacity=table.pop("internal_capacity"))
    with pytest.raises(ValueError, match=rf"^{column} must be .*; got -3.0 at 30000, 30001$"):
        lane.assess(table, policy)


def test_a_refusal_names_the_first_lanes_and_a_count():
    names = [f"L{number}" for number in range(100_000)]
    frame = pd.DataFrame({"demand_mean": 100.0, "demand_sd": 20.0}, index=names)
    frame.loc[["L7", "L70", "L700", "L7000"], "demand_sd"] = nan
    with pytest.raises(ValueError, match=r"^demand_sd must be .*; got nan at 'L7', 'L70', 'L700' \(and 1 more\)$"):
        lane.assess(frame, lane.Policy())
    with pytest.raises(ValueError, match=r"labelled as demand_mean is, .* \(and 99,99\d more\)$") as refusal:
        lane.assess({"demand_mean": frame["demand_mean"], "demand_sd": frame["demand_mean"][::-1]}, lane.Policy())
    assert len(str(refusal.value)) < 300


def test_a_dwell_of_nothing_is_named_as_the_cause():
    with pytest.raises(ValueError, match=r"dwell must be > 0 where the plan has no buffer; got 0.0"):
        lane.assess({"demand_mean": 100, "demand_sd": 0}, lane.Policy(dwell=0.0, lead_time_sd_days=0.0))


def test_labels_and_units_come_back():
    frame = pd.DataFrame({"demand_mean": [100.0, 50.0], "demand_sd": [25.0, 5.0]}, index=["A", "B"])
    table = lane.assess(frame, lane.Policy(service_level=0.95))
    assert table.index.tolist() == ["A", "B"] and table.columns.tolist() == list(lane.UNITS)
    assert table.attrs == {"units": lane.UNITS, "period": "D"}
    columns = lane.assess({name: frame[name] for name in frame}, lane.Policy(service_level=0.95))
    bare = lane.assess({name: frame[name].to_numpy() for name in frame}, lane.Policy(service_level=0.95))
    for name, values in bare.items():
        np.testing.assert_array_equal(table[name], values)
        assert columns[name].index.tolist() == ["A", "B"] and columns[name].tolist() == values.tolist()


def test_far_left_tails_lose_no_digits():
    """At a service level of 1e-16, the leftover is a tail of its own: sigma loss(|z|), by the normal loss function."""
    answers = lane.assess(STATISTICS, lane.Policy(service_level=1e-16, dwell=1e3))
    z = 8.222082216130435  # the standard normal quantile of 1 - 1e-16
    loss = NORMAL.pdf(z) * (1 / z**2 - 3 / z**4 + 15 / z**6 - 105 / z**8 + 945 / z**10)  # asymptotic, 1e-4
    assert answers["holding"] == pytest.approx(5.0 * answers["lead_time_demand_sd"] * loss, rel=3e-3)


def test_a_policy_refuses_a_number_that_is_none():
    for row in fields(lane.Policy):
        for wrong in (nan, inf) if not isinstance(row.default, str) else ():
            with pytest.raises(ValueError, match=f"^{row.name} must be a finite number; got {wrong}$"):
                lane.Policy(**{row.name: wrong})
