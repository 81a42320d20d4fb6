"""The dynamic model against exact answers: closed forms, Markov chains solved here, and stockpyl's simulator.

A simulated mean must lie within four standard errors of the exact one. Costs are those of the end of a step: on the
basis "close", without returns, places in use are the goods on hand.
"""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse, stats
from scipy.sparse.linalg import spsolve

from twin.motion import laws, rules, simulate

BY_STOCKPYL = json.loads((Path(__file__).parent / "motion_by_stockpyl.json").read_text(encoding="utf-8"))
LONG = {"warm_up": 60, "periods": 400, "replications": 400, "keep": (), "seed": 8}


def cost_of(demand, lead_time, policy, *, holding=1.0, penalty=4.0, fixed=0.0, **settings):
    """Return the simulated cost of a step: holding at its end, a penalty for each pallet short, and for each order."""
    costs = {"holding_cost": holding, "sla_penalty": penalty, "fixed_order_cost": fixed}
    run = LONG | {"basis": "close", "costs": costs} | settings
    paths = simulate(demand, lead_time, policy, **run)
    money = paths.estimate("money")
    return type(money)(-money.mean, money.standard_error)


def holding_and_penalty(position, exposed, holding, penalty):
    """Return the expected cost at the end of an exposure, for an array of positions after ordering.

    `exposed` holds the probabilities of a demand of 0, 1, 2 ... over the exposure.
    """
    net = position[:, None] - np.arange(exposed.size)
    return (holding * np.maximum(net, 0) + penalty * np.maximum(-net, 0)) @ exposed


def stationary(matrix):
    """Return the stationary distribution of a Markov chain whose rows are the probabilities of the next state."""
    n = matrix.shape[0]
    system = sparse.lil_matrix(matrix.T - sparse.identity(n))
    system[-1] = 1.0
    return spsolve(system.tocsc(), np.eye(1, n, n - 1)[0])


# ------------------------------------------------------------------------------------------------ backorders


@pytest.mark.parametrize(("lead_time", "review"), [(0, 1), (2, 1), (1, 3), (3, 0)])
def test_base_stock_costs_what_the_newsvendor_says_over_each_exposure(lead_time, review):
    """Normal demand: with a review every R steps, the steps after an order are exposed to L + 1 ... L + R steps."""
    exposures = np.arange(lead_time + 1, lead_time + review + 1) if review else np.array([lead_time])
    mean, sd = 50.0 * exposures, 8.0 * np.sqrt(exposures)
    level = 50.0 * exposures[-1] + 15.0
    z = (level - mean) / sd
    loss = sd * (stats.norm.pdf(z) - z * stats.norm.sf(z))
    exact = ((level - mean + loss) * 1.0 + loss * 9.0).mean()
    cost = cost_of(laws.Normal(50.0, 8.0), lead_time, rules.base_stock(level), review_period=review, penalty=9.0,
                   periods=399)  # fmt: skip
    assert cost.standard_error < 0.01 * exact and cost.agrees(exact), (cost, exact)


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_base_stock_with_poisson_demand_costs_its_newsvendor_cost(step):
    """With half steps, the exposure of L + 1 steps is L + 1/2 periods, and prices are for a period."""
    exposed = stats.poisson.pmf(np.arange(60), 4.0 * (2.0 + step))
    exact = holding_and_penalty(np.array([13]), exposed, 1.0, 4.0)[0]
    cost = cost_of(laws.Poisson(4.0), 2.0, rules.base_stock(13), review_period=step, step=step)
    assert type(cost)(cost.mean / step, cost.standard_error / step).agrees(exact), (cost, exact)


@pytest.mark.parametrize("review", [1, 2])
@pytest.mark.parametrize("rule", ["min_max", "reorder_point"])
def test_lots_cost_what_the_stationary_position_says(rule, review):
    """Poisson demand of 3 a step: the position after ordering is a Markov chain from review to review."""
    lead_time, low, high, lot = 2, 7, 18, 8
    up_to = high if rule == "min_max" else low + lot
    states = np.arange(low + 1, up_to + 1)
    between = stats.poisson.pmf(np.arange(80), 3.0 * review)
    chain, orders = np.zeros((states.size, states.size)), np.zeros(states.size)
    for (row, position), (demand, probability) in product(enumerate(states), enumerate(between)):
        left = position - demand
        orders[row] += probability * (left <= low)
        if left <= low:
            left = high if rule == "min_max" else left + lot * ((low - left) // lot + 1)
        chain[row, left - low - 1] += probability
    share = stationary(chain)
    if rule == "reorder_point":
        np.testing.assert_allclose(share, 1 / lot, rtol=1e-9)
    exact = 20.0 * share @ orders / review
    for exposure in range(lead_time + 1, lead_time + review + 1):
        exposed = stats.poisson.pmf(np.arange(100), 3.0 * exposure)
        exact += share @ holding_and_penalty(states, exposed, 1.0, 4.0) / review
    policy = rules.min_max(low, high) if rule == "min_max" else rules.reorder_point(low, lot)
    cost = cost_of(laws.Poisson(3.0), lead_time, policy, review_period=review, fixed=20.0)
    assert cost.standard_error < 0.01 * exact and cost.agrees(exact), (cost, exact)


# ------------------------------------------------------------------------------------------------ random lead times


def test_orders_that_cross_leave_their_own_spread_of_stock():
    """A demand of k steps ago is still to come with P(L >= k): the stock has that mean and variance, not those of L."""
    lead_times, demand = np.array([0, 1, 2, 2, 3, 4, 6, 6]), stats.poisson(5.0)
    late = np.array([1.0] + [(lead_times >= k).mean() for k in range(1, 7)])
    mean = 60 - 5.0 * late.sum()
    variance = (late * demand.var() + late * (1 - late) * 25.0).sum()
    run = {"warm_up": 40, "periods": 1, "replications": 40_000, "keep": ("on_hand", "backlog"), "seed": 2}
    paths = simulate(laws.Poisson(5.0), laws.Record(lead_times), rules.base_stock(60.0), **run)
    stock = (paths.on_hand - paths.backlog)[:, 0]
    spread = (stock - mean) ** 2
    assert abs(stock.mean() - mean) < 4 * np.sqrt(variance / stock.size)
    assert abs(spread.mean() - variance) < 4 * spread.std() / np.sqrt(stock.size)


def test_persistent_lead_times_leave_the_spread_of_the_root_sum_of_squares():
    """Late in a spell the stock is short of the demand of L + 1 steps, and L is the same for all of them."""
    lead_times = np.array([0, 1, 2, 2, 3, 4, 6, 6])
    mean, variance = 60 - 5.0 * (lead_times.mean() + 1), (lead_times.mean() + 1) * 5.0 + lead_times.var() * 25.0
    run = {"periods": 20, "spell": 20, "replications": 16_000, "keep": ("on_hand", "backlog"), "seed": 2}
    paths = simulate(laws.Poisson(5.0), laws.Record(lead_times), rules.base_stock(60.0), lead_times="persistent", **run)
    stock = (paths.on_hand - paths.backlog)[:, -1]
    spread = (stock - mean) ** 2
    assert abs(stock.mean() - mean) < 4 * np.sqrt(variance / stock.size)
    assert abs(spread.mean() - variance) < 4 * spread.std() / np.sqrt(stock.size)


# ------------------------------------------------------------------------------------------------ lost sales


def lost_sales_cost(lead_time, penalty, order):
    """Return the exact cost of a step with Poisson(5) demand, lost sales and a holding cost of 1.

    A state is the stock at the end of a step before ordering, and the orders due in the next steps, the soonest first;
    it moves to what arrives next, less demand. `order` gives the order of a state.
    """
    most, tail = 60, stats.poisson.sf(np.arange(60) - 1, 5.0)
    states, rows, columns, shares, cost = {(8,) + (0,) * lead_time: 0}, [], [], [], []
    todo = list(states)
    while todo:
        state = todo.pop()
        pipeline = (*state[1:], order(state))
        stock = state[0] + pipeline[0]
        demand = stats.poisson.pmf(np.arange(stock), 5.0)
        left = np.append(demand, tail[stock] if stock < most else 0.0)  # all demand from the stock on leaves nothing
        here = states[state]
        sold = np.arange(stock) @ demand + stock * left[-1]
        cost.append((here, stock - sold + penalty * (5.0 - sold)))
        for used, share in enumerate(left):
            after = (stock - used, *pipeline[1:])
            if after not in states:
                states[after] = len(states)
                todo.append(after)
            rows.append(here), columns.append(states[after]), shares.append(share)
    chain = sparse.csr_matrix((shares, (rows, columns)), shape=(len(states),) * 2)
    share = np.full(len(states), 1 / len(states))
    for _ in range(400):
        share = share @ chain
    return share @ np.array([value for _, value in sorted(cost)])


def capped(level, cap=np.inf):
    """Return the order of a state of `lost_sales_cost` under capped base stock."""
    return lambda state: int(min(max(level - sum(state), 0), cap))


@pytest.mark.parametrize(
    ("lead_time", "penalty", "level", "cap", "printed"),
    [(1, 4.0, 12, np.inf, 4.1628), (2, 9.0, 19, np.inf, 6.3163), (1, 4.0, 12, 6, 4.0654)],
)
def test_lost_sales_cost_what_the_markov_chain_says(lead_time, penalty, level, cap, printed):
    """The costs of the best levels are those of Zipkin's instances; the levels beside the best cost more."""
    exact = lost_sales_cost(lead_time, penalty, capped(level, cap))
    assert round(exact, 4) == printed
    if np.isinf(cap) and lead_time == 1:
        assert all(lost_sales_cost(lead_time, penalty, capped(other)) > exact for other in (level - 1, level + 1))
    policy = rules.base_stock(level) if np.isinf(cap) else rules.capped_base_stock(level, cap)
    cost = cost_of(laws.Poisson(5.0), lead_time, policy, unmet="lost", penalty=penalty)
    assert cost.standard_error < 0.005 * exact and cost.agrees(exact), (cost, exact)


def test_a_constant_order_with_lost_sales_is_a_queue():
    """Stock before demand is the waiting time of a queue: it gains q = 4 and loses demand of 5, but not below zero."""
    left = np.arange(200)
    arrival = np.minimum(left + 4, 199)
    chain = np.zeros((200, 200))
    for row, stock in enumerate(arrival):
        chain[row, : stock + 1] = stats.poisson.pmf(stock - np.arange(stock + 1), 5.0)
        chain[row, 0] = stats.poisson.sf(stock - 1, 5.0)
    share = stationary(chain)
    mean = share @ left
    exact = mean + 4.0 * (5.0 - 4.0)  # in the long run four are sold of five
    run = {"unmet": "lost", "warm_up": 200, "start": 4.0}
    cost = cost_of(laws.Poisson(5.0), 1, rules.constant_order(4.0), **run)
    assert cost.agrees(exact), (cost, exact)


# ------------------------------------------------------------------------------------------------ flow lanes


@pytest.mark.parametrize("step", [1.0, 0.5])
def test_the_backlog_of_limited_handling_is_that_of_a_queue(step):
    """Lindley: what waits is (what waited + arrivals - handling)+; handling is 6 a period, arrivals Poisson(5)."""
    size = 250
    chain, handled = np.zeros((size, size)), int(6 * step)
    for waiting in range(size):
        after = np.maximum(waiting + np.arange(60) - handled, 0)
        np.add.at(chain[waiting], np.minimum(after, size - 1), stats.poisson.pmf(np.arange(60), 5.0 * step))
    share = stationary(chain)
    run = {
        "kind": "flow",
        "handling": 6.0,
        "warm_up": 300,
        "periods": 400,
        "replications": 300,
        "seed": 3,
        "step": step,
    }
    paths = simulate(laws.Poisson(5.0), **run, keep=("backlog",))
    assert paths.estimate("backlog").agrees(share @ np.arange(size))
    for beyond in (0, 4):
        assert paths.share("backlog", beyond).agrees(share[beyond + 1 :].sum())


def test_refused_and_spot_goods_are_the_loss_beyond_handling():
    loss = (np.maximum(np.arange(60) - 6, 0) * stats.poisson.pmf(np.arange(60), 5.0)).sum()
    for unmet in ("lost", "partner"):
        run = LONG | {"kind": "flow", "unmet": unmet, "handling": 6.0}
        assert simulate(laws.Poisson(5.0), **run).estimate(unmet).agrees(loss)


@pytest.mark.parametrize(("dwell", "weights"), [(0.5, [0.5]), (2.5, [1.0, 1.0, 0.5]), (3.0, [1.0, 1.0, 1.0])])
def test_space_of_a_flow_lane_has_its_exact_mean_and_variance(dwell, weights):
    """Arrivals A and returns Bin(A, 0.3) of each step stay `dwell`: W has mean 1.3 m and variance 1.69 m + 0.21 m."""
    run = {"kind": "flow", "return_rate": 0.3, "warm_up": 5, "periods": 1, "replications": 40_000, "seed": 6}
    space = simulate(laws.Poisson(7.0), dwell=dwell, **run).space[:, 0]
    mean, variance = 1.3 * 7.0 * sum(weights), (1.69 + 0.21) * 7.0 * (np.array(weights) ** 2).sum()
    spread = (space - mean) ** 2
    assert abs(space.mean() - mean) < 4 * np.sqrt(variance / space.size)
    assert abs(spread.mean() - variance) < 4 * spread.std() / np.sqrt(space.size)


def test_goods_that_stay_whole_steps_are_poisson_and_so_is_their_overflow():
    """The goods of the last two steps are Poisson(10): the overflow beyond 12 places is its loss."""
    run = LONG | {"kind": "flow", "dwell": 2.0, "capacity": 12.0, "periods": 400}
    paths = simulate(laws.Poisson(5.0), **run | {"keep": ("overflow",)})
    tail = stats.poisson.sf(np.arange(12, 80), 10.0)
    assert paths.estimate("overflow").agrees(tail.sum())
    assert paths.share("overflow").agrees(tail[0])


def test_lanes_of_a_site_share_its_places_and_handling_in_proportion():
    """Two lanes with 3 and 6 pallets a step, as one queue and one space: each has its part of the whole's overflow."""
    run = LONG | {"kind": "flow", "sites": [0, 0], "capacity": 11.0, "handling": 10.0, "unmet": "lost"}
    paths = simulate(laws.Poisson([3.0, 6.0]), **run | {"keep": ("shipped", "overflow", "lost", "demand", "space")})
    handled = np.minimum(np.arange(80), 10)
    total = stats.poisson.pmf(np.arange(80), 9.0)
    shipped = paths.estimate("shipped")
    assert type(shipped)(shipped.mean[0], shipped.standard_error[0]).agrees(handled @ total / 3)
    assert type(shipped)(shipped.mean[1], shipped.standard_error[1]).agrees(handled @ total * 2 / 3)
    ratio = np.divide(paths.shipped, paths.demand, where=paths.demand > 0, out=np.full_like(paths.demand, np.nan))
    both = (paths.demand > 0).all(axis=0)
    np.testing.assert_allclose(ratio[0][both], ratio[1][both])


# ------------------------------------------------------------------------------------------------ stockpyl


LEVELS = {
    "base_stock": ["base_stock_level"],
    "min_max": ["reorder_point", "order_up_to_level"],
    "reorder_point": ["reorder_point", "order_quantity"],
}


@pytest.mark.parametrize("rule", LEVELS)
def test_a_path_is_that_of_stockpyl_step_by_step(rule):
    given, path = BY_STOCKPYL["paths"][rule]["stockpyl"], BY_STOCKPYL["paths"][rule]["columns"]
    policy = getattr(rules, rule)(*(given[level] for level in LEVELS[rule]))
    run = {"start": 20.0, "periods": 40, "basis": "close", "costs": {"holding_cost": 2.0, "sla_penalty": 9.0}}
    paths = simulate(BY_STOCKPYL["demand"], given["shipment_lead_time"] - 1, policy, **run)
    assert max(path["backlog"]) > 0
    for name in ("on_hand", "backlog", "ordered", "on_order", "shipped"):
        assert getattr(paths, name)[0].tolist() == path[name], name
    assert (-paths.money[0]).tolist() == path["cost"]
