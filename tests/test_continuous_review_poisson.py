"""Lot and reorder point under Poisson demand, against all policies, sums, and a simulated lane."""

from math import exp, lgamma, log

import numpy as np
import pytest

from twin import continuous_review, continuous_review_poisson, simulate

COSTS = dict(fixed_order_cost=4.0, holding_cost=4.0, backorder_cost=28.0)


def levels_by_sums(point, lot, mean):
    """Return mean stock, mean backorders and fill rate, position by position and demand by demand."""
    demand = np.arange(400)
    chance = np.array([exp(k * log(mean) - mean - lgamma(k + 1)) for k in demand])
    left = np.arange(point + 1, point + lot + 1)[:, np.newaxis] - demand
    return [
        np.mean(values @ chance) for values in (np.maximum(left, 0), np.maximum(-left, 0), (left > 0).astype(float))
    ]


@pytest.mark.parametrize("mean", [0.3, 6.0, 80.0])
@pytest.mark.parametrize(("point", "lot"), [(-12, 5), (-1, 1), (3, 9), (60, 40), (0, 150)])
def test_levels_against_their_sums(point, lot, mean):
    levels = continuous_review_poisson.stock_levels(point, lot, mean)
    np.testing.assert_allclose(levels, levels_by_sums(point, lot, mean), rtol=1e-9, atol=1e-10)


def test_levels_and_cost_are_those_of_a_simulated_lane():
    """Unit demands at exponential times; lots are ordered and arrive as events, with a lead time of half a period."""
    point, lot, rate, lead_time = 3, 9, 12.0, 0.5
    generator = np.random.default_rng(5)
    gaps = generator.exponential(1 / rate, 400_000)
    due, position, net, orders = [], point + lot, point + lot, 0
    stock, owed, served, time = (np.zeros(len(gaps)) for _ in range(4))
    clock = 0.0
    for n, gap in enumerate(gaps):
        end = clock + gap
        while due and due[0] <= end:
            stock[n] += max(net, 0) * (due[0] - clock)
            owed[n] += max(-net, 0) * (due[0] - clock)
            clock, net = due.pop(0), net + lot
        stock[n] += max(net, 0) * (end - clock)
        owed[n] += max(-net, 0) * (end - clock)
        clock, served[n], time[n] = end, net > 0, gap
        net, position = net - 1, position - 1
        if position == point:
            due.append(clock + lead_time)
            position, orders = position + lot, orders + 1

    def estimate(values, weight):
        batches = values.reshape(400, -1).sum(axis=1) / weight.reshape(400, -1).sum(axis=1).mean()
        return simulate.estimate(batches)

    levels = continuous_review_poisson.stock_levels(point, lot, rate * lead_time)
    assert estimate(stock, time).agrees(levels.on_hand)
    assert estimate(owed, time).agrees(levels.backordered)
    assert estimate(served, np.ones(len(gaps))).agrees(levels.fill_rate)
    assert orders / clock == pytest.approx(rate / lot, rel=0.01)
    cost = continuous_review_poisson.expected_cost(point, lot, rate, lead_time_demand_mean=6.0, **COSTS)
    assert cost == pytest.approx(4 * rate / lot + 4 * levels.on_hand + 28 * levels.backordered, rel=1e-14)


@pytest.mark.parametrize("seed", range(30))
def test_no_policy_of_all_costs_less(seed):
    generator = np.random.default_rng(seed)
    mean, rate = generator.choice([0.0, 0.1, 1.0, 5.0, 20.0]), generator.uniform(0.1, 10)
    terms = dict(
        lead_time_demand_mean=mean,
        fixed_order_cost=generator.choice([0.0, 1e-6, 1.0, 30.0]),
        holding_cost=generator.uniform(0.5, 5),
        backorder_cost=10 ** generator.uniform(0, 6),
    )
    best = continuous_review_poisson.best_policy(rate, **terms)
    least = continuous_review_poisson.expected_cost(*best, rate, **terms)
    points, lots = np.meshgrid(np.arange(-60, 100), np.arange(1, 120))
    assert -50 < best.reorder_point < 90 and best.order_quantity < 110
    assert least <= continuous_review_poisson.expected_cost(points, lots, rate, **terms).min() * (1 + 1e-12)


def test_many_lanes_are_what_each_is_alone():
    means, fixed = np.array([[0.0, 4.0, 900.0]]), np.array([[0.0], [70.0]])
    costs = dict(holding_cost=1.0, backorder_cost=9.0)
    together = continuous_review_poisson.best_policy(5.0, lead_time_demand_mean=means, fixed_order_cost=fixed, **costs)
    for i, j in np.ndindex(2, 3):
        alone = continuous_review_poisson.best_policy(
            5.0, lead_time_demand_mean=means[0, j], fixed_order_cost=fixed[i, 0], **costs
        )
        assert alone == (together.reorder_point[i, j], together.order_quantity[i, j])


def test_large_means_approach_normal_demand_and_cost_no_more_time():
    for mean in (1e4, 1e6, 1e9):
        terms = dict(lead_time_demand_mean=mean, fixed_order_cost=100.0, holding_cost=20.0, backorder_cost=150.0)
        best = continuous_review_poisson.best_policy(mean, **terms)
        normal = continuous_review.best_policy(mean, lead_time_demand_sd=np.sqrt(mean), **terms)
        assert best.order_quantity == pytest.approx(normal.order_quantity, rel=1e-3, abs=2.0)
        assert best.reorder_point == pytest.approx(normal.reorder_point, abs=0.01 * np.sqrt(mean) + 1)
        rounded = np.round(normal.reorder_point), np.round(normal.order_quantity)
        costs = [continuous_review_poisson.expected_cost(*policy, mean, **terms) for policy in (best, rounded)]
        assert costs[0] <= costs[1] <= costs[0] * 1.0002


def test_no_fixed_cost_gives_lots_of_one():
    terms = dict(lead_time_demand_mean=6.0, fixed_order_cost=0.0, holding_cost=4.0, backorder_cost=28.0)
    best = continuous_review_poisson.best_policy(12.0, **terms)
    chance = np.cumsum([exp(k * log(6.0) - 6.0 - lgamma(k + 1)) for k in range(40)])
    assert best.order_quantity == 1.0
    assert best.reorder_point + 1 == np.argmax(chance >= 28 / 32)
