"""The rule for a moving lane: answers by hand, and its earnings against the best level that hindsight can find."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from test_environment import ROOT

from twin import _demand_paths, _learned_lead_times
from twin.ordering import next_order

EQUAL = dict(profit=1.0, holding_cost=1.0)
AT_ONCE = dict(promised_lead_time=0, **EQUAL)


@pytest.mark.parametrize(
    ("last_arrival", "expected"),
    [(100, 100), (130, 70), (60, 100), (200, 0), (900, 0)],
    ids=["sold out", "30 left", "lost sales are not owed", "100 left", "more than enough"],
)
def test_steady_demand_is_ordered_less_the_stock_left(last_arrival, expected):
    arrivals = [100] * 14 + [last_arrival]
    assert abs(next_order([100] * 20, arrivals, arrivals, **AT_ONCE) - expected) <= 3


def test_no_demand_needs_no_order_and_one_period_is_a_forecast():
    assert next_order([0] * 10, [], [], **AT_ONCE) == 0
    assert next_order([100], [], [], **AT_ONCE) == pytest.approx(100, abs=15)


def test_open_orders_count_once_and_what_they_leave_open_is_ordered():
    """Lead time 2 as promised, 100 a period, nothing in stock: the open orders serve two periods."""
    orders, two = np.full(20, 100.0), dict(promised_lead_time=2, **EQUAL)
    assert next_order([100] * 25, orders, np.r_[0, 0, orders[:-2]], **two) == pytest.approx(100, abs=8)
    orders[-1] = 130  # 30 will be left when the new order arrives
    assert next_order([100] * 25, orders, np.r_[0, 0, orders[:-2]], **two) == pytest.approx(70, abs=8)


def test_lost_orders_are_not_waited_for():
    """Every second order of 100 + t is lost: what is still open is expected half, so more is ordered."""
    orders = 100.0 + np.arange(20)
    all_came, half_came = np.r_[0, 0, orders[:-2]], np.r_[0, 0, np.where(np.arange(18) % 2, 0.0, orders[:-2])]
    rule = dict(promised_lead_time=2, profit=19.0, holding_cost=1.0)
    demand = np.r_[np.full(24, 60.0), 200.0]  # the last period empties the stock of both histories
    assert next_order(demand, orders, half_came, **rule) > 1.5 * next_order(demand, orders, all_came, **rule)


def test_chances_of_arrival_are_a_life_table():
    """Of 10 old orders, 4 came at age 1 and 3 at age 2; an order of the last period has reached age 0 alone."""
    orders, ages = np.ones(31), np.r_[[1] * 4, [2] * 3, [-1] * 3, [-1] * 21]
    orders[10:30] = 0
    chances = _learned_lead_times.arrival_chances(orders, ages, 1)
    prior = np.array([0.05, 0.85, 0.2, 0.2 * 0.6])
    assert chances[:4] == pytest.approx((prior + np.array([0, 4, 3, 0])) / (1 + np.array([11, 10, 6, 3])), rel=1e-12)


@pytest.mark.parametrize("promised", [0, 2])
def test_arrivals_are_traced_to_their_orders(promised):
    """Orders that overtake, arrive together or are lost; goods from elsewhere are no order's."""
    random = np.random.default_rng(3)
    orders = random.choice(np.arange(50, 2000), 40, replace=False).astype(float)
    truth = random.choice([0, 1, 2, 3, -1], 40)
    truth[np.arange(40) + truth >= 40] = -1
    arrivals = np.zeros(40)
    for period in np.flatnonzero(truth >= 0):
        arrivals[period + truth[period]] += orders[period]
    arrivals[5] += 0.5 if arrivals[5] == 0 else 0.0
    assert (_learned_lead_times.ages_at_arrival(orders, arrivals, promised) == truth).all()


def test_a_jump_of_level_is_followed_and_a_single_odd_period_is_not():
    random = np.random.default_rng(4)
    calm = np.rint(random.normal(100, 8, 30))
    assert 250 < next_order(np.r_[calm, 300, 310, 295], [], [], **AT_ONCE) < 350
    assert 85 < next_order(np.r_[calm, 300, calm[:8]], [], [], **AT_ONCE) < 125


def test_season_and_trend_are_used():
    """The next demand is known but for its noise, at each phase of a season and on a line."""
    random, time = np.random.default_rng(5), np.arange(60)
    season = 200 + 120 * np.sin(2 * np.pi * time / 12)
    for mean in (season, 50 + 6.0 * time):
        seen = np.rint(mean + random.normal(0, 5, 60))
        for known in range(40, 60, 4):
            assert abs(next_order(seen[:known], [], [], **AT_ONCE) - mean[known]) < 30


@pytest.mark.parametrize("profit", [1.0, 19.0])
def test_steady_poisson_demand_costs_little_more_than_the_newsvendor(profit):
    """At lead time 0 the best order is a Poisson quantile; orders from 55 draws may cost 10 % more on average."""
    law, random = stats.poisson(100), np.random.default_rng(6)
    outcome, quantity = np.arange(400), np.arange(200)[:, np.newaxis]
    cost = np.where(outcome > quantity, profit * (outcome - quantity), quantity - outcome) @ law.pmf(outcome)
    records = law.rvs((40, 55), random_state=random)
    rule = dict(promised_lead_time=0, profit=profit, holding_cost=1.0)
    ordered = [next_order(record, [], [], **rule) for record in records]
    assert cost.argmin() == law.ppf(profit / (profit + 1))
    assert np.mean(cost[ordered]) < 1.1 * cost.min()


def test_with_a_lead_time_it_earns_almost_as_much_as_the_best_level_in_hindsight():
    """300 periods of Poisson demand, lead time 3, sales lost: no base stock earns over 3 % more on the same path."""
    demand, lead, profit = np.random.default_rng(7).poisson(40, 305), 3, 4.0
    rule = dict(promised_lead_time=lead, profit=profit, holding_cost=1.0)

    def earned(order, size):
        """Return the profit of orders made from period, stock and what is open; `size` of them side by side."""
        placed, stock, total = np.zeros((300, size)), np.zeros(size), np.zeros(size)
        for t, wanted in enumerate(demand[5:]):
            placed[t] = order(t, stock, placed)
            stock = stock + (placed[t - lead] if t >= lead else 0.0)
            sold = np.minimum(stock, wanted)
            stock, total = stock - sold, total + profit * sold - (stock - sold)
        return total

    def ours(t, stock, placed):
        orders = placed[:t, 0]
        arrivals = np.r_[np.zeros(min(lead, t)), orders[: max(t - lead, 0)]]
        quantity = next_order(demand[: 5 + t], orders, arrivals, **rule)
        assert type(quantity) is int and quantity >= 0
        return quantity

    levels = np.arange(100, 220)
    best = earned(
        lambda t, stock, placed: np.maximum(0, levels - stock - placed[max(t - lead, 0) : t].sum(axis=0)), 120
    )
    assert earned(ours, 1)[0] > 0.97 * best.max()


def test_answer_depends_on_no_label_unit_or_empty_start():
    random = np.random.default_rng(8)
    demand, orders = random.integers(50, 150, 40), random.integers(50, 150, 30)
    arrivals, rule = np.r_[0, 0, orders[:-2]], dict(promised_lead_time=2, profit=4.0, holding_cost=1.0)
    quantity = next_order(demand, orders, arrivals, **rule)
    dates = pd.date_range("2026-01-01", periods=40)
    series = [pd.Series(values, dates[-len(values) :]) for values in (demand, orders, arrivals)]
    assert next_order(*series, **rule) == quantity
    assert next_order(demand, np.r_[np.zeros(10), orders], np.r_[np.zeros(10), arrivals], **rule) == quantity
    assert next_order(demand, orders, arrivals, promised_lead_time=2, profit=8.0, holding_cost=2.0) == quantity
    assert abs(next_order(10 * demand, 10 * orders, 10 * arrivals, **rule) - 10 * quantity) <= 5


def test_points_of_the_paths_are_even_and_hardly_correlated():
    points = _demand_paths.even_points(30)
    assert np.abs(points.mean(axis=0) - 0.5).max() < 0.02
    with_number = np.c_[np.arange(127), points]
    assert np.abs(np.corrcoef(with_number.T) - np.eye(31)).max() < 0.35


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (dict(orders=[1] * 9), "orders must be a series no longer than demand; got"),
        (dict(arrivals=[1]), "arrivals must be as long as orders, 2 periods; got"),
        (dict(promised_lead_time=61), "promised_lead_time must be at most 60 periods; got 61"),
        (dict(profit=[1.0, 2.0]), "profit must be a single number; got"),
    ],
)
def test_a_history_that_does_not_fit_is_refused_in_a_sentence(changed, sentence):
    given = dict(demand=[5, 6, 7], orders=[5, 5], arrivals=[5, 5], **AT_ONCE)
    with pytest.raises(ValueError) as refusal:
        next_order(**(given | changed))
    assert sentence in str(refusal.value)


def test_the_benchmark_plays_a_lane_in_the_order_of_its_events(monkeypatch):
    """Orders of 10: one at once, one lost, one a period late. Demand 4, 9, 9: sold 4, 6 and 0; left 6, 0 and 0."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from moving_lanes import MovingLane, score

    told = []

    def rule(demand, orders, arrivals, **given):
        told.append((demand.tolist(), orders.tolist(), arrivals.tolist()))
        return 10

    lane = MovingLane(np.array([5, 5, 5, 5, 5, 4, 9, 9.0]), 0, np.array([0, np.inf, 1]), 4.0, 1.0)
    assert score(lane, rule) == pytest.approx((4 * 10 - 6) / (4 * 22), rel=1e-12)
    assert told[-1] == ([5, 5, 5, 5, 5, 4, 9], [10, 10], [10, 0])
