"""Curves of a lane: they are the answers of `assess`, and least or largest where the lane's report says."""

import numpy as np
import pytest

from twin import lane
from twin.plan import lane_curves, lane_report

STATISTICS = {"demand_mean": 100.0, "demand_sd": 25.0}
POLICY = lane.Policy(
    service_level=0.95, lead_time_mean_days=5.0, return_rate=0.18, internal_capacity=300.0, partner_surcharge=12.0
)


def test_the_cost_curve_is_least_at_the_critical_ratio():
    numbers = lane_report.evaluate(STATISTICS, POLICY)
    curve = lane_curves.cost_curve(lane_curves.LEVELS, STATISTICS, POLICY)
    assert numbers["best_buffer_cost"] <= curve.min()
    assert lane_curves.LEVELS[curve.argmin()] == pytest.approx(numbers["critical_ratio"], abs=1e-3)
    assert lane_curves.cost_curve([0.95], STATISTICS, POLICY)[0] == pytest.approx(numbers["buffer_cost"], rel=1e-12)


def test_the_map_is_assess_everywhere_and_holds_the_sweet_spot():
    numbers = lane_report.evaluate(STATISTICS, POLICY)
    surface = lane_curves.profit_map([0.9, 0.95], [1.0, 2.0], STATISTICS, POLICY)
    there = lane.assess(STATISTICS, lane.Policy(**{**vars(POLICY), "service_level": 0.9, "lead_time_sd_days": 2.0}))
    assert surface.shape == (2, 2) and surface[1, 0] == pytest.approx(float(there["profit"]), rel=1e-12)
    assert surface[0, 1] == pytest.approx(numbers["profit"], rel=1e-12) and numbers["best_profit"] >= numbers["profit"]


def test_the_curve_of_space_is_convex_and_least_at_the_optimal_own_capacity():
    statistics = {"demand_mean": 100.0, "demand_sd": 25.0}
    places = np.linspace(0.0, 500.0, 1001)
    for kind in ("flow", "stock"):
        policy = lane.Policy(kind=kind, holding_cost=2.5, partner_surcharge=9.0, service_level=0.95)
        costs, answers = lane_curves.space_curve(places, statistics, policy), lane.assess(statistics, policy)
        assert np.all(np.diff(costs, 2) > -1e-9)
        assert places[costs.argmin()] == pytest.approx(answers["optimal_own_capacity"], abs=0.25)
        assert costs.min() == pytest.approx(answers["optimal_space_cost"], rel=1e-5)
