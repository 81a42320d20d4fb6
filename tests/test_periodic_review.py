"""Base stock with periodic review, against the stock of a simulated lane, day by day."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from twin import demand, newsvendor, periodic_review, simulate

LANE = (50.0, 8.0)  # never negative in practice: six standard deviations
COSTS = dict(holding_cost=0.18, backorder_cost=0.7)
BATCH = 1000


def simulated(level, lead_time, review, periods=600_000, seed=3):
    """Return cost, share of cycles without backorders, and fill rate, each as an estimate from batches.

    Only the order of events is shared with the formulas: arrival, demand, count, then review and order.
    """
    drawn = np.random.default_rng(seed).normal(*LANE, periods)
    arrivals = np.zeros(periods + lead_time + 2)
    net = position = level
    costs, short, kept = np.zeros(periods), np.zeros(periods), np.ones(periods, bool)
    for t in range(periods):
        net += arrivals[t]
        before, net = net, net - drawn[t]
        position -= drawn[t]
        costs[t] = COSTS["holding_cost"] * max(net, 0.0) + COSTS["backorder_cost"] * max(-net, 0.0)
        short[t] = max(-net, 0.0) - max(-before, 0.0)
        kept[t] = net >= 0
        if t % review == 0:
            arrivals[t + 1 + lead_time] += level - position
            position = level
    warm = slice(BATCH * review, None)
    lowest = kept[np.arange(periods) % review == (lead_time % review)][BATCH:]  # before the next arrival
    return [
        simulate.estimate(values[: len(values) // BATCH * BATCH].reshape(-1, BATCH).mean(axis=1))
        for values in (costs[warm], lowest.astype(float), 1 - short[warm] / LANE[0])
    ]


@pytest.mark.parametrize(("lead_time", "review", "level"), [(2, 1, 155.0), (4, 5, 440.0), (0, 3, 150.0)])
def test_cost_service_and_fill_rate_are_those_of_a_simulated_lane(lead_time, review, level):
    times = dict(lead_time_mean=float(lead_time), review_period=float(review))
    cost, service, filled = simulated(level, lead_time, review, periods=300_000)
    assert cost.agrees(periodic_review.expected_cost(level, *LANE, **times, **COSTS))
    assert service.agrees(periodic_review.cycle_service_level(level, *LANE, **times))
    assert filled.agrees(periodic_review.fill_rate(level, *LANE, **times))


def test_protecting_the_lead_time_alone_keeps_far_less_than_is_promised():
    """95 % over a lead time of 7 days, reviewed daily: where stock is lowest, less than a third is kept."""
    level = demand.lead_time_demand(*LANE, 7.0).mean + 1.6449 * 8.0 * np.sqrt(7.0)
    kept = periodic_review.cycle_service_level(level, *LANE, lead_time_mean=7.0, review_period=1.0)
    assert kept < 0.3
    right = periodic_review.service_stock(0.95, *LANE, lead_time_mean=7.0, review_period=1.0)
    assert right == pytest.approx(8 * 50 + NormalDist().inv_cdf(0.95) * 8 * np.sqrt(8), rel=1e-12)


@pytest.mark.parametrize("review", [1, 2, 7, 30])
@pytest.mark.parametrize("spread", [0.0, 1.5])
def test_no_level_costs_less_than_the_best(review, spread):
    times = dict(lead_time_mean=3.0, review_period=review, lead_time_sd=spread)
    best = periodic_review.best_stock(*LANE, **times, **COSTS)

    def cost(level):
        return periodic_review.expected_cost(level, *LANE, **times, **COSTS)

    found = minimize_scalar(cost, bounds=(best - 300, best + 300), method="bounded", options={"xatol": 1e-7})
    assert cost(best) <= found.fun * (1 + 1e-12)
    assert best == pytest.approx(found.x, abs=1e-3)


def test_a_review_in_every_period_is_the_newsvendor_of_one_period_more():
    total = demand.lead_time_demand(*LANE, 5.0)
    times = dict(lead_time_mean=4.0, review_period=1)
    ours = periodic_review.best_stock(*LANE, **times, **COSTS)
    assert ours == pytest.approx(newsvendor.best_quantity(*total, 0.7, 0.18), rel=1e-14)
    assert periodic_review.expected_cost(ours, *LANE, **times, **COSTS) == pytest.approx(
        newsvendor.expected_cost(ours, *total, 0.7, 0.18), rel=1e-14
    )


def test_certain_demand_in_closed_form():
    times = dict(lead_time_mean=2.0, review_period=4.0)
    assert periodic_review.service_stock(0.99, 10.0, 0.0, **times) == 60.0
    levels = np.array([59.9, 60.1])
    np.testing.assert_array_equal(periodic_review.cycle_service_level(levels, 10.0, 0.0, **times), [0.0, 1.0])
    np.testing.assert_allclose(
        periodic_review.fill_rate([20.0, 45.0, 60.0], 10.0, 0.0, **times), [0.0, 25 / 40, 1.0], atol=1e-15
    )
    cost = periodic_review.expected_cost(45.0, 10.0, 0.0, **times, holding_cost=1.0, backorder_cost=2.0)
    assert cost == pytest.approx((15 * 1 + 5 * 1 + 5 * 2 + 15 * 2) / 4, rel=1e-14)  # closes at 30, 40, 50, 60


@pytest.mark.parametrize(("review", "within"), [(1, 1e-12), (5, 1e-12), (366, 1e-12), (800, 0.05)])
def test_the_mean_backlog_is_the_cost_of_backorders_alone(review, within):
    times = dict(lead_time_mean=3.0, review_period=review, lead_time_sd=0.5)
    level = 50.0 * (3 + review)
    cost = periodic_review.expected_cost(level, *LANE, **times, holding_cost=0.0, backorder_cost=1.0)
    assert periodic_review.mean_backlog(level, *LANE, **times) == pytest.approx(cost, rel=within)


def test_the_mean_backlog_of_a_part_of_a_period_is_that_before_an_arrival():
    total = demand.lead_time_demand(*LANE, 3.4)
    short = demand.expected_excess(180.0, *total)
    found = periodic_review.mean_backlog(180.0, *LANE, lead_time_mean=3.0, review_period=[0.4, 1.4])
    assert found[0] == pytest.approx(short)
    later = demand.expected_excess(180.0, *demand.lead_time_demand(*LANE, 4.4))
    middle = demand.expected_excess(180.0, *demand.lead_time_demand(*LANE, 3.7))
    assert found[1] == pytest.approx((later + middle) / 2)


def test_lanes_of_different_reviews_are_solved_together():
    reviews = np.array([1.0, 5.0, 30.0])
    times = dict(lead_time_mean=2.0, review_period=reviews)
    together = periodic_review.best_stock(*LANE, **times, **COSTS)
    costs = periodic_review.expected_cost(together, *LANE, **times, **COSTS)
    for review, level, cost in zip(reviews, together, costs, strict=True):
        alone = dict(lead_time_mean=2.0, review_period=float(review))
        assert periodic_review.best_stock(*LANE, **alone, **COSTS) == pytest.approx(level, rel=1e-13)
        assert periodic_review.expected_cost(level, *LANE, **alone, **COSTS) == pytest.approx(cost, rel=1e-13)


def test_service_near_one_and_lead_time_zero():
    times = dict(lead_time_mean=0.0, review_period=1.0)
    level = periodic_review.service_stock(1 - 1e-12, *LANE, **times)
    assert periodic_review.cycle_service_level(level, *LANE, **times) == pytest.approx(1 - 1e-12, abs=1e-16)
    dear = periodic_review.best_stock(*LANE, **times, holding_cost=1e-9, backorder_cost=1e9)
    assert dear == pytest.approx(50 + 8 * 8.757290, abs=1e-5)  # -Phi^-1(1e-18)
