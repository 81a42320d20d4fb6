"""The (s, S) policy, against a Markov chain, every policy nearby, value iteration, and a simulated lane."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from twin import distribution, min_max, simulate

DEMANDS = {
    "poisson": stats.poisson(3.5),
    "lumpy": stats.rv_discrete(values=([0, 1, 8], [0.7, 0.2, 0.1])),
    "negative binomial": stats.nbinom(2, 0.3),
    "record": distribution.empirical([0, 2, 2, 3, 5, 9]),
}
COSTS = dict(fixed_order_cost=20.0, holding_cost=1.0, backorder_cost=6.0)


def by_markov_chain(low, high, demand, exposed, fixed_order_cost, holding_cost, backorder_cost):
    """Return the cost from the stationary distribution of the position after review, s + 1 to S."""
    states = np.arange(low + 1, high + 1)
    moves = np.zeros((len(states), len(states)))
    for row, state in enumerate(states):
        stay = demand.pmf(state - states)  # to a state that is not ordered at
        moves[row] = stay
        moves[row, -1] += 1 - stay.sum()
    equations = np.vstack([moves.T - np.eye(len(states)), np.ones(len(states))])
    share = np.linalg.lstsq(equations, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]
    orders = share @ (1 - np.array([demand.pmf(state - states).sum() for state in states]))
    units = np.arange(2000)
    left = states[:, np.newaxis] - units
    cost = holding_cost * np.maximum(left, 0) + backorder_cost * np.maximum(-left, 0)
    return fixed_order_cost * orders + share @ cost @ exposed.pmf(units)


@pytest.mark.parametrize("name", DEMANDS)
@pytest.mark.parametrize("lead_time", [0, 2])
@pytest.mark.parametrize(("low", "high"), [(4, 5), (-3, 10), (6, 30)])
def test_cost_against_the_stationary_distribution(name, lead_time, low, high):
    exposed = distribution.total(DEMANDS[name], lead_time + 1)
    ours = min_max.expected_cost(low, high, DEMANDS[name], protection=exposed, **COSTS)
    assert ours == pytest.approx(by_markov_chain(low, high, DEMANDS[name], exposed, **COSTS), rel=1e-9)


def test_cost_is_that_of_a_simulated_lane():
    """Arrival, demand, count, review, day by day; an order placed at the close of t arrives at the start of t + 3."""
    low, high, lead_time, periods = 9, 30, 2, 400_000
    drawn = np.random.default_rng(2).negative_binomial(2, 0.3, periods).tolist()
    due, net, position, cost = [0] * (periods + lead_time + 2), high, high, np.zeros(periods)
    for t, pallets in enumerate(drawn):
        net += due[t] - pallets
        position -= pallets
        cost[t] = COSTS["holding_cost"] * max(net, 0) + COSTS["backorder_cost"] * max(-net, 0)
        if position <= low:
            due[t + 1 + lead_time], position = high - position, high
            cost[t] += COSTS["fixed_order_cost"]
    exposed = distribution.total(DEMANDS["negative binomial"], lead_time + 1)
    ours = min_max.expected_cost(low, high, DEMANDS["negative binomial"], protection=exposed, **COSTS)
    assert simulate.estimate(cost.reshape(400, -1).mean(axis=1)).agrees(ours)


@pytest.mark.parametrize("seed", range(24))
def test_no_levels_nearby_cost_less(seed):
    generator = np.random.default_rng(seed)
    demand = list(DEMANDS.values())[seed % 4]
    costs = dict(
        fixed_order_cost=generator.choice([0.0, 1.0, 10.0, 60.0]),
        holding_cost=generator.uniform(0.5, 5),
        backorder_cost=10 ** generator.uniform(-1, 3),
    )
    exposed = distribution.total(demand, int(generator.integers(1, 4)))
    low, high = map(int, min_max.best_policy(demand, protection=exposed, **costs))
    least = min_max.expected_cost(low, high, demand, protection=exposed, **costs)
    for other in range(low - 7, low + 8):
        for top in range(max(other + 1, high - 9), high + 10):
            cost = min_max.expected_cost(other, top, demand, protection=exposed, **costs)
            assert cost >= least * (1 - 1e-11), (other, top)


@pytest.mark.parametrize("name", ["lumpy", "record"])
def test_no_policy_of_any_form_costs_less(name):
    """Relative value iteration over all orders at all positions bounds the least average cost from both sides."""
    demand, levels = DEMANDS[name], np.arange(-60, 61)
    units = np.arange(10)
    chance = demand.pmf(units)
    left = levels[:, np.newaxis] - units
    cost = (COSTS["holding_cost"] * np.maximum(left, 0) + COSTS["backorder_cost"] * np.maximum(-left, 0)) @ chance
    after = np.clip(
        np.arange(len(levels))[:, np.newaxis] - units, 0, None
    )  # the lowest level is never reached in truth
    value = np.zeros(len(levels))  # of a position before it is decided whether to order
    for _ in range(2000):
        kept = cost + value[after] @ chance  # of a position after ordering
        cheapest_above = np.minimum.accumulate(kept[::-1])[::-1]
        new = np.minimum(kept, COSTS["fixed_order_cost"] + cheapest_above)
        gains, value = (new - value)[30:], new - new[-1]
        if np.ptp(gains) < 1e-10:
            break
    best = min_max.best_policy(demand, **COSTS)
    least = min_max.expected_cost(int(best.reorder_point), int(best.order_up_to), demand, **COSTS)
    assert gains.min() - 1e-9 <= least <= gains.max() + 1e-9


def test_no_fixed_cost_is_a_base_stock_at_the_newsvendors_quantity():
    costs = dict(fixed_order_cost=0.0, holding_cost=1.0, backorder_cost=9.0)
    best = min_max.best_policy(stats.poisson(6), **costs)
    quantity = distribution.best_quantity(stats.poisson(6), 9.0, 1.0)
    assert best == (quantity - 1, quantity)
    cost = min_max.expected_cost(int(quantity) - 1, int(quantity), stats.poisson(6), **costs)
    assert cost == pytest.approx(distribution.expected_cost(quantity, stats.poisson(6), 9.0, 1.0), rel=1e-12)


def test_a_fixed_cost_is_paid_each_period_if_every_demand_reorders():
    always = stats.randint(3, 6)
    cost = min_max.expected_cost(10, 12, always, fixed_order_cost=7.0, holding_cost=0.0, backorder_cost=0.0)
    assert cost == pytest.approx(7.0, rel=1e-14)


def test_prices_in_arrays_are_solved_one_by_one():
    fixed, owing = np.array([[0.0], [64.0]]), np.array([4.0, 9.0, 99.0])
    together = min_max.best_policy(stats.poisson(10), fixed_order_cost=fixed, holding_cost=1.0, backorder_cost=owing)
    assert together.order_up_to.shape == (2, 3)
    for i, j in np.ndindex(2, 3):
        costs = dict(fixed_order_cost=fixed[i, 0], holding_cost=1.0, backorder_cost=owing[j])
        assert min_max.best_policy(stats.poisson(10), **costs) == (
            together.reorder_point[i, j],
            together.order_up_to[i, j],
        )


def test_wide_demand_takes_bounded_time_and_memory():
    costs = dict(fixed_order_cost=1e4, holding_cost=1.0, backorder_cost=9.0)
    best = min_max.best_policy(stats.poisson(30_000), **costs)
    assert 28_000 < best.reorder_point < best.order_up_to < 31_000
    with pytest.raises(
        ValueError, match=r"^demand must be one of numbers below 65,536 \(count demand in a larger unit\)"
    ):
        min_max.best_policy(stats.poisson(1e6), **costs)
    with pytest.raises(
        ValueError, match=r"^fixed_order_cost must be so low that S - s is at most 32,768; got 1000000000"
    ):
        min_max.best_policy(stats.poisson(10), **costs | dict(fixed_order_cost=1e9))


@pytest.mark.parametrize("level", [0.5, 6.0, "6"])
def test_levels_that_are_no_whole_numbers_are_refused(level):
    with pytest.raises(ValueError, match=r"^reorder_point must be a whole number"):
        min_max.expected_cost(level, 18, stats.poisson(6), **COSTS)


# --- the power approximation --------------------------------------------------------------------------------


def test_power_approximation_costs_little_more_than_the_best():
    """A few per cent on average, and most where a lot lasts about two periods, so that its timing matters."""
    excess = {}
    for mean, fixed, lead_time in product((10.0, 30.0), (5.0, 64.0, 400.0), (0, 2)):
        demand, costs = stats.poisson(mean), dict(fixed_order_cost=fixed, holding_cost=1.0, backorder_cost=9.0)
        exposed = distribution.total(demand, lead_time + 1)
        rough = min_max.power_approximation(mean, np.sqrt(mean), lead_time=lead_time, **costs)
        best = min_max.best_policy(demand, protection=exposed, **costs)
        spent, least = (
            min_max.expected_cost(*(round(float(level)) for level in levels), demand, protection=exposed, **costs)
            for levels in (rough, best)
        )
        excess[mean, fixed, lead_time] = spent / least - 1
    assert all(-1e-12 <= more < 0.1 for more in excess.values())
    assert np.mean(list(excess.values())) < 0.03
    assert max(excess, key=excess.get)[:2] == (30.0, 64.0)


def test_small_lots_need_the_cap():
    """Without it, the textbook example orders up to 74 pallets where 57 cost a third less."""
    points = np.arange(0, 110)
    shares = np.diff(stats.norm(50, 8).cdf(np.append(points - 0.5, 109.5)))
    demand = stats.rv_discrete(values=(points, shares / shares.sum()))
    costs = dict(fixed_order_cost=2.5, holding_cost=0.18, backorder_cost=0.7)
    capped, free = (min_max.power_approximation(50.0, 8.0, capped=cap, **costs) for cap in (True, False))
    spent = [min_max.expected_cost(*map(round, map(float, levels)), demand, **costs) for levels in (capped, free)]
    best = min_max.expected_cost(*map(int, min_max.best_policy(demand, **costs)), demand, **costs)
    assert spent[0] <= 1.001 * best and spent[1] > 1.5 * best
