"""What policies do in the long run: shares of time and drawn paths against exact prices and bounds."""

import numpy as np
import pytest
from scipy.stats import poisson

from twin.exact import booking, lost_sales
from twin.exact.booking_rules import fixed_places
from twin.exact.heuristics import capped_base_stock
from twin.exact.ladder import ladder
from twin.exact.long_run import drawn_path, long_run

TURNS = [[0.9, 0.1], [0.2, 0.8]]
SEASON = [[poisson(mean * index) for mean in (3, 7)] for index in (0.7, 0.7, 1.6)]


def test_shares_of_time_give_the_price_of_value_iteration_and_the_law_of_the_regimes():
    optimum = booking(SEASON, lead_time=1, term=2, place_cost=10, surcharge=25, regimes=TURNS, tolerance=1e-9)
    found = long_run(optimum.problem, optimum.policy)
    assert found.shares.sum() == pytest.approx(1) and found.shares.min() >= 0
    paid = found.shares @ optimum.problem.costs(found.states, found.actions)
    assert optimum.low * (1 - 1e-9) <= paid <= optimum.high * (1 + 1e-9)
    busy = found.shares @ (found.states[:, 1] == 1)
    assert busy == pytest.approx(1 / 3, rel=1e-9)
    for period in range(3):
        assert found.shares @ (found.states[:, 0] == period) == pytest.approx(1 / 3, rel=1e-9)


def test_eq_12_1_a_drawn_path_keeps_the_goods_and_costs_what_the_policy_costs():
    optimum = lost_sales(poisson(5), 2, penalty=9)
    rule = capped_base_stock(19, 6)
    path = drawn_path(optimum.problem, rule, 6000, seed=3)
    left = np.maximum(path.states[:, 0] - path.outcomes, 0)
    assert path.states[1:, 0].tolist() == (left + path.states[:, 1])[:-1].tolist()
    assert path.states[1:, 1].tolist() == path.actions[:-1, 0].tolist()
    means = path.costs[200:6000].reshape(58, 100).mean(axis=1)  # of stretches, which hardly depend on each other
    error = means.std(ddof=1) / len(means) ** 0.5
    assert abs(means.mean() - optimum.price(rule).high) < 4 * error < 0.5
    best = drawn_path(optimum.problem, optimum.policy, 100, seed=3)
    assert best.outcomes.tolist() == path.outcomes[:100].tolist()


def test_the_ladder_lies_above_the_optimum_and_begins_with_the_fixed_number():
    optimum = booking(SEASON, lead_time=1, term=2, place_cost=10, surcharge=25, regimes=TURNS)
    costs = ladder(optimum.problem)
    assert list(costs) == ["one fixed number", "calendar plan", "newsvendor", "marginal rule", "rolling plan"]
    assert costs["one fixed number"].high == fixed_places(optimum.problem).cost >= costs["calendar plan"].high
    assert all(cost.low <= cost.high and cost.high >= optimum.low for cost in costs.values())
    two = booking(SEASON, lead_time=1, term=(2, 1), place_cost=(10, 12), surcharge=25, regimes=TURNS)
    both = ladder(two.problem, rolling=False)
    assert both["newsvendor"].high <= costs["newsvendor"].high * (1 + 1e-5) and "rolling plan" not in both
    alone = booking(SEASON, lead_time=1, term=1, place_cost=12, surcharge=25, regimes=TURNS)
    assert both["newsvendor"].high <= alone.high * (1 + 1e-5)
