"""Lanes with their policies: every number of one of them, also with other inputs, as the formulas say directly."""

from dataclasses import replace

import numpy as np
import pytest

from twin import lane
from twin.data.scenarios import network
from twin.plan import lane_report
from twin.plan.feed import feed_of_history
from twin.plan.policies import policy_of
from twin.plan.portfolio import Change, portfolio_of, research_portfolio

PORTFOLIO = research_portfolio()
NAME = "BER-MUC"


def directly(moments=None, horizon=14, scale=1.0, **changed):
    """Return the numbers of the lane by the formulas."""
    policy = replace(policy_of(PORTFOLIO.policies.loc[NAME]), **changed)
    moments = moments or dict(PORTFOLIO.feed.statistics.loc[NAME, ["demand_mean", "demand_sd"]])
    return lane_report.evaluate(moments, policy, scale * PORTFOLIO.feed.series(NAME)[1], horizon=horizon)


def test_a_lane_as_it_stands():
    assert PORTFOLIO.numbers(NAME) == directly()
    assert PORTFOLIO.numbers(NAME, horizon=30) == directly(horizon=30)


@pytest.mark.parametrize(
    "change, changed",
    [
        (Change("holding_cost", "times", 2.0), {"holding_cost": 5.0}),
        (Change("lead_time_mean_days", "plus", -1.5), {"lead_time_mean_days": 3.5}),
        (Change("service_level", "to", 0.9), {"service_level": 0.9}),
        (Change("internal_capacity", "to", 300.0), {"internal_capacity": 300.0}),
        (Change("kind", "to", "stock"), {"kind": "stock"}),
        (Change("unmet", "to", 1), {"unmet": "lost"}),
    ],
)
def test_a_change_is_that_of_the_policy(change, changed):
    assert PORTFOLIO.numbers(NAME, (change,)) == directly(**changed)


def test_changes_are_made_one_after_the_other():
    changes = Change("return_rate", "to", 0.2), Change("return_rate", "times", 1.5), Change("dwell", "to", 2.0)
    assert PORTFOLIO.numbers(NAME, changes) == directly(return_rate=0.2 * 1.5, dwell=2.0)


def test_more_demand_takes_its_spread_and_its_history_along():
    mean, sd = PORTFOLIO.feed.statistics.loc[NAME, ["demand_mean", "demand_sd"]]
    found = PORTFOLIO.numbers(NAME, (Change("demand_mean", "times", 1.5),))
    direct = directly({"demand_mean": 1.5 * mean, "demand_sd": 1.5 * sd}, scale=1.5)
    assert found == pytest.approx(direct, rel=1e-8)
    only_sd = PORTFOLIO.numbers(NAME, (Change("demand_sd", "times", 1.5),))
    assert only_sd == directly({"demand_mean": mean, "demand_sd": 1.5 * sd})


def test_an_optimum_that_nobody_states_moves_with_the_costs():
    portfolio = portfolio_of(feed_of_history(network(lanes=2)))
    name = portfolio.policies.index[0]
    before, after = (portfolio.numbers(name, changes) for changes in ((), (Change("sla_penalty", "times", 3.0),)))
    assert before["service_level"] == before["critical_ratio"] < after["service_level"] == after["critical_ratio"]


def test_the_network_is_every_lane_assessed():
    table = PORTFOLIO.network()
    for name in table.index:
        numbers = PORTFOLIO.numbers(name)
        assert all(table.loc[name, answer] == numbers[answer] for answer in lane.UNITS)
    last = PORTFOLIO.feed.statistics.loc[NAME, "last_volume"]
    _, policy = PORTFOLIO.inputs(NAME)
    space = (1 + policy.return_rate) * last * policy.dwell
    assert table.loc[NAME, "use"] == space / policy.internal_capacity
    kept = space + table.loc[NAME, "safety_stock"]
    assert table.loc[NAME, "use_with_buffer"] == kept / policy.internal_capacity
    assert PORTFOLIO.network([NAME]).equals(table.loc[[NAME]])


@pytest.mark.parametrize("turn", [1, -1])
def test_a_point_of_service_is_added_to_the_optimum_of_the_costs_after_their_change(turn):
    portfolio = portfolio_of(feed_of_history(network(lanes=2)))
    changes = Change("service_level", "plus", 0.01), Change("sla_penalty", "times", 3.0)
    _, policy = portfolio.inputs(portfolio.policies.index[0], changes[::turn])
    underage = 3 * 20.0 + 85.0 - 50.0  # penalty, revenue and handling cost by default; holding costs 5
    assert policy.service_level == pytest.approx(underage / (underage + 5.0) + 0.01, rel=1e-12)


def test_use_grows_by_the_latest_workload_with_each_period_that_a_pallet_stays():
    uses = [
        replace(PORTFOLIO, policies=PORTFOLIO.policies.assign(dwell=dwell)).network().loc[NAME, "use"]
        for dwell in (1.0, 2.0)
    ]
    record = PORTFOLIO.feed.statistics.loc[NAME]
    one_period_more = (1 + record["return_rate"]) * record["last_volume"] / 460.0  # its own places
    assert uses[1] - uses[0] == pytest.approx(one_period_more, rel=1e-12)


@pytest.mark.parametrize(
    "given, sentence",
    [
        (("holding", "to", 1.0), "input must be one of demand_mean"),
        (("holding_cost", "by", 1.0), "how must be one of to, times, plus; got by"),
        (("holding_cost", "to", np.nan), "amount must be a finite number"),
        (("kind", "to", "stok"), "kind must be one of flow, stock; got stok"),
        (("kind", "times", 2.0), "how must be to, as kind is a word; got times"),
    ],
)
def test_bad_changes(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        Change(*given)


def test_what_the_formulas_refuse_is_refused():
    with pytest.raises(ValueError, match="return_rate must be in"):
        PORTFOLIO.numbers(NAME, (Change("return_rate", "to", 1.2),))
    with pytest.raises(ValueError, match="lane must be one of the lanes; got NOWHERE"):
        PORTFOLIO.numbers("NOWHERE")
