"""Exact optima of small problems: published values, values of an independent program, and linear programmes."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_matrix
from scipy.stats import binom, geom, poisson, randint

from twin.exact import booking, dual_sourcing, heuristics, lost_sales

REGIMES = [[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.1, 0.9]]
#: Zipkin (2008), least cost for Poisson demand of mean 5, h = 1; four digits by an independent program.
ZIPKIN = {
    (1, 4): 4.0407, (1, 39): 7.8360, (2, 9): 6.0936, (2, 19): 7.6645, (3, 4): 4.5987, (3, 39): 10.0385,
    (4, 4): 4.7285, (4, 39): 10.7944, (5, 4): 4.8139,
}  # fmt: skip
#: Best level, and best level and cap, with their costs: the same independent program.
RULES = {
    (1, 4): (12, 4.1628, (12, 6), 4.0654),
    (2, 9): (19, 6.3163, (19, 6), 6.1191),
    (3, 4): (20, 4.975, (21, 5), 4.6308),
}
#: Demand uniform on 0..4, h 5, b 495, regular cost 100: least cost by lead time and expedited cost.
TWO_SOURCES = {
    2: (216.770, 219.734, 223.072, 226.750, 228.667),
    3: (216.877, 220.341, 224.336, 229.560, 232.986),
    4: (216.893, 220.612, 225.040, 231.393, 235.775),
}
#: Places at 10 a period, regimes of mean 4, 8, 14: least cost by lead time, term and surcharge.
BOOKINGS = {
    (1, 1): (101.856, 116.333, 127.523),
    (2, 1): (103.262, 119.058, 131.730),
    (1, 3): (102.039, 116.598, 127.952),
}


def book(lead_time, term, surcharge):
    laws = [poisson(mean) for mean in (4, 8, 14)]
    return booking(laws, lead_time=lead_time, term=term, place_cost=10, surcharge=surcharge, regimes=REGIMES)


@pytest.mark.parametrize(("lead_time", "penalty"), ZIPKIN)
def test_lost_sales_of_the_literature(lead_time, penalty):
    optimum = lost_sales(poisson(5), lead_time, penalty)
    assert optimum.low <= optimum.high <= optimum.low * (1 + 1.1e-5)
    assert optimum.low - 1e-4 <= ZIPKIN[lead_time, penalty] <= optimum.high + 1e-4
    paid = optimum.price(optimum.policy)
    assert paid.low <= optimum.high and paid.high >= optimum.low


@pytest.mark.parametrize(("lead_time", "penalty"), RULES)
def test_eq_12_3_and_12_4_the_best_parameters_of_simple_rules(lead_time, penalty):
    optimum = lost_sales(poisson(5), lead_time, penalty)
    level, cost, pair, capped_cost = RULES[lead_time, penalty]
    best, capped = heuristics.best_base_stock(optimum), heuristics.best_capped_base_stock(optimum)
    assert best.parameters == (level,) and best.price.high == pytest.approx(cost, abs=1e-4)
    assert capped.parameters == pair and capped.price.high == pytest.approx(capped_cost, abs=1e-4)
    for rule in (heuristics.myopic(optimum), heuristics.constant_order(4)):
        assert optimum.price(rule).high >= optimum.low
    assert heuristics.best_projected_level(optimum).price.high < best.price.high
    constant = heuristics.best_constant_order(optimum)
    assert constant.parameters == (4,)  # one pallet of five is lost in a period, whatever the lead time
    assert constant.price.high == pytest.approx(penalty + mean_stock_of_constant_orders(4, 5), rel=1e-4)


def test_eq_12_5_and_12_6_orders_that_look_at_the_stock_on_their_arrival():
    shares, states = [0.3, 0.4, 0.3], np.array([[0, 0, 0], [1, 2, 0], [2, 0, 1], [1, 1, 1], [4, 2, 2]])
    optimum = lost_sales(binom(2, 0.5), 3, 4)
    problem = replace(optimum.problem, shares=np.array(shares))
    for state in states:
        stocks, chances = [], []
        for demands in product(range(3), repeat=3):  # of all periods before the order arrives
            stock = state[0]
            for demand, arriving in zip(demands, (*state[1:], 0), strict=True):
                stock = max(stock - demand, 0) + arriving
            stocks.append(stock)
            chances.append(np.prod([shares[demand] for demand in demands]))
        met = [np.dot(chances, [sum(shares[: stock + order + 1]) for stock in stocks]) for order in range(3)]
        wanted = next(order for order in range(3) if met[order] >= 0.8)
        assert heuristics.myopic(replace(optimum, problem=problem))(state[None])[0] == wanted
        projected = heuristics.projected_level(replace(optimum, problem=problem), 2.9)(state[None])[0]
        assert projected == round(max(2.9 - np.dot(chances, stocks), 0))


def mean_stock_of_constant_orders(quantity, mean):
    """Return the mean stock at the end of a period by many steps of the recursion (x + q - D)+, without the package."""
    stocks, shares = np.arange(120), poisson.pmf(np.arange(60), mean)
    chances = np.eye(1, len(stocks))[0]
    for _ in range(2000):
        arrived = np.concatenate([np.zeros(quantity), chances])
        after = np.zeros(len(stocks))
        for demand, share in enumerate(shares):
            left = np.maximum(np.arange(len(arrived)) - demand, 0)
            after += share * np.bincount(np.minimum(left, len(stocks) - 1), arrived, len(stocks))
        chances = after
    return chances @ stocks


def test_two_sources():
    for lead_time, costs in TWO_SOURCES.items():
        for expedited, cost in zip((105, 110, 120, 150, 200), costs, strict=True):
            optimum = dual_sourcing(randint(0, 5), lead_time, 100, expedited, holding_cost=5, backorder_cost=495)
            assert optimum.low - 1e-3 <= cost <= optimum.high + 1e-3
            assert optimum.price(optimum.policy).low <= optimum.high


def test_eq_11_4_costs_of_bookings_by_an_independent_program_lie_between_the_bounds():
    for (lead_time, term), costs in BOOKINGS.items():
        for surcharge, cost in zip((15, 25, 40), costs, strict=True):
            optimum = book(lead_time, term, surcharge)
            assert optimum.low - 1e-3 <= cost <= optimum.high + 1e-3 and not optimum.capped
            assert optimum.price(optimum.policy).low <= optimum.high


@pytest.mark.parametrize("lead_time", [1, 2])
def test_a_booking_for_one_period_is_the_newsvendor_on_the_forecast(lead_time):
    moves, counts = np.array(REGIMES), np.arange(200)
    ahead = np.linalg.matrix_power(moves, lead_time)
    stays = np.linalg.matrix_power(moves, 500)[0]
    mixed = ahead @ np.array([poisson.pmf(counts, mean) for mean in (4, 8, 14)])
    places = np.argmax(np.cumsum(mixed, axis=1) >= 1 - 10 / 25, axis=1)
    over = [(np.maximum(counts - place, 0) * row).sum() for place, row in zip(places, mixed, strict=True)]
    cost = stays @ (10 * places + 25 * np.array(over))
    optimum = book(lead_time, 1, 25)
    assert optimum.low - 1e-9 <= cost <= optimum.high + 1e-9
    assert optimum.price(lambda states: places[states[:, 1]]).high == pytest.approx(cost, rel=2e-6)


def test_two_contracts_are_at_least_as_good_as_the_better_one():
    laws, common = [[poisson(3)], [poisson(3)], [poisson(9)]], dict(lead_time=1, surcharge=30)
    long, short = (booking(laws, term=term, place_cost=cost, **common) for term, cost in ((3, 8), (1, 11)))
    both = booking(laws, term=(3, 1), place_cost=(8, 11), **common)
    assert both.high < min(long.low, short.low)
    alone = both.price(lambda states: np.stack([long.policy(states[:, :5]), 0 * states[:, 0]], axis=1))
    assert alone.low <= long.high and alone.high >= long.low


def test_eq_11_2_a_partner_who_refuses_is_dearer_by_what_refusals_cost():
    common = dict(lead_time=1, term=1, place_cost=10)
    sure = booking(poisson(8), surcharge=0.7 * 20 + 0.3 * 60, **common)
    unsure = booking(poisson(8), surcharge=20, refusal=0.3, refused_cost=60, **common)
    assert unsure.low == pytest.approx(sure.low, rel=1e-12)
    with pytest.raises(ValueError, match="refused_cost must be given where refusal > 0"):
        booking(poisson(8), surcharge=20, refusal=0.3, **common)


def least_cost(states, actions, step):
    """Return the least average cost by a linear programme over the long-run shares of states and actions."""
    place, costs, entries = {state: row for row, state in enumerate(states)}, [], []
    for state, action in product(states, actions):
        cost, after = step(state, action)
        entries.append((place[state], len(costs), 1.0))
        entries += [(place[end], len(costs), -share) for end, share in after]
        entries.append((len(states), len(costs), 1.0))
        costs.append(cost)
    rows, columns, values = zip(*entries, strict=True)
    balance = coo_matrix((values, (rows, columns))).tocsr()
    return linprog(costs, A_eq=balance, b_eq=[0.0] * len(states) + [1.0]).fun


@pytest.mark.parametrize(("lead_time", "penalty"), [(1, 4), (1, 19), (2, 4), (2, 9)])
def test_eq_12_2_lost_sales_by_a_linear_programme(lead_time, penalty):
    shares = binom(4, 0.5).pmf(range(5))

    def step(state, order):
        left = [max(state[0] - demand, 0) for demand in range(5)]
        lost = [max(demand - state[0], 0) for demand in range(5)]
        pipeline = (*state[1:], order)
        ends = [(min(rest + pipeline[0], 10), *pipeline[1:]) for rest in left]
        return shares @ (np.array(left) + penalty * np.array(lost)), list(zip(ends, shares, strict=True))

    states = list(product(range(11), *[range(5)] * (lead_time - 1)))
    optimum = lost_sales(binom(4, 0.5), lead_time, penalty)
    cost = least_cost(states, range(5), step)
    assert optimum.low - 1e-9 <= cost <= optimum.high + 1e-9


@pytest.mark.parametrize(("lead_time", "expedited"), [(1, 102), (1, 110), (2, 102), (2, 110)])
def test_two_sources_by_a_linear_programme(lead_time, expedited):
    def step(state, action):
        at_once, regular = action
        stock, pipeline = min(state[0] + at_once, 6), (*state[1:], regular)
        after = [stock - demand for demand in range(3)]
        cost = expedited * at_once + 100 * regular + sum(5 * max(rest, 0) + 95 * max(-rest, 0) for rest in after) / 3
        ends = [(max(min(rest + pipeline[0], 6), -5), *pipeline[1:]) for rest in after]
        return cost + 1e4 * (stock < -3), [(end, 1 / 3) for end in ends]

    states = list(product(range(-5, 7), *[range(5)] * (lead_time - 1)))
    optimum = dual_sourcing(randint(0, 3), lead_time, 100, expedited, holding_cost=5, backorder_cost=95)
    cost = least_cost(states, list(product(range(5), repeat=2)), step)
    assert optimum.low - 1e-6 <= cost <= optimum.high + 1e-6


@pytest.mark.parametrize(("lead_time", "term", "surcharge"), [(1, 1, 15), (1, 2, 25), (2, 1, 25), (2, 2, 15)])
def test_eq_11_1_and_11_3_bookings_by_a_linear_programme(lead_time, term, surcharge):
    laws, stay, sizes, kept = (poisson(1), poisson(4)), 0.8, range(8), lead_time + term - 1
    over = [[sum(max(d - c, 0) * law.pmf(d) for d in range(40)) for c in range(30)] for law in laws]

    def step(state, booked):
        regime, *past = state
        places = sum(past[:term])
        cost = 10 * places + surcharge * over[regime][places]
        ends = [(other, *past[1:], booked) for other in (0, 1)]
        return cost, [(end, stay if end[0] == regime else 1 - stay) for end in ends]

    states = list(product((0, 1), *[sizes] * kept))
    moves = [[stay, 1 - stay], [1 - stay, stay]]
    terms = dict(lead_time=lead_time, term=term, place_cost=10, surcharge=surcharge)
    optimum = booking(list(laws), regimes=moves, **terms)
    cost = least_cost(states, sizes, step)
    assert optimum.low - 1e-6 <= cost <= optimum.high + 1e-6


def test_a_policy_that_gives_no_whole_numbers_gets_a_sentence():
    optimum = lost_sales(poisson(2), 1, 4)
    with pytest.raises(ValueError, match="policy must be a function that returns whole numbers >= 0; got"):
        optimum.price(lambda states: states[:, 0] + np.nan)
    with pytest.raises(ValueError, match=r"policy must be a function that returns 1 numbers for 1 states; got 2"):
        optimum.price(lambda states: [1, 2])
    with pytest.raises(ValueError, match="lead_time must be so short that there are at most"):
        lost_sales(poisson(50), 8, 9)
    with pytest.raises(ValueError, match="rows that add up to 1"):
        booking([poisson(2), poisson(3)], lead_time=1, term=1, place_cost=1, surcharge=2, regimes=np.eye(2) / 2)


TERMS = dict(lead_time=1, term=1, place_cost=10, surcharge=25)
ONE_PERIOD = booking(poisson(5), **TERMS)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (
            lambda: lost_sales(poisson(5), 2, 9).price(lambda s: np.full(len(s), 5)),
            "policy must be one that orders less",
        ),
        (lambda: lost_sales(poisson(5), 1, 4).price(4), "policy must be a function from states to actions; got 4"),
        (lambda: lost_sales(poisson(5), 1, 4, tolerance=0), "tolerance must be finite and > 0; got 0"),
        (lambda: booking(poisson(5), **TERMS, tolerance=-1), "tolerance must be finite and > 0; got -1"),
        (lambda: lost_sales("poisson", 1, 4), "law must be a frozen SciPy distribution of whole numbers"),
        (lambda: lost_sales(poisson, 1, 4), "law must be a frozen SciPy distribution of whole numbers"),
        (lambda: booking(8.0, **TERMS), "demand must be a frozen SciPy distribution .*; got 8.0"),
        (lambda: lost_sales(poisson(5), 1, [4, 5]), "penalty must be one number; got"),
        (lambda: booking([poisson(5), poisson(12)], **TERMS), r"demand must be one law for each .*\[\[a\], \[b\]\]"),
        (lambda: ONE_PERIOD.policy([[1, 0, 4]]), "states must be ones whose period of the season is below 1; got 1"),
        (lambda: ONE_PERIOD.policy([[0, 1, 4]]), "states must be ones whose regime is below 1; got 1"),
        (lambda: ONE_PERIOD.policy([0, 0, 4]), r"states must be of shape \(n, 3\); got shape \(3,\)"),
        (lambda: ONE_PERIOD.policy([[0, 0, 1.5]]), r"states must be whole numbers >= 0; got 1\.5"),
    ],
)
def test_what_cannot_be_solved_or_priced_gets_a_sentence_at_once(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_tolerance_below_rounding_settles_and_net_stock_may_be_negative():
    fine = lost_sales(poisson(5), 1, 4, tolerance=1e-16)
    assert fine.low == pytest.approx(ZIPKIN[1, 4], abs=1e-4) and fine.high - fine.low < 1e-12
    owed = dual_sourcing(randint(0, 5), 2, 100, 105, holding_cost=5, backorder_cost=495)
    assert owed.policy([[-2, 1]])[0, 0] > 0
    with pytest.raises(ValueError, match="states must be whole numbers, >= 0 after the first"):
        owed.policy([[-2, -1]])
    assert len(repr(fine)) < 120 and "states>" in repr(ONE_PERIOD)


def test_demands_that_use_up_the_largest_stock_are_one_outcome_of_a_price():
    optimum = lost_sales(geom(0.2, loc=-1), 2, penalty=9)
    problem, states = optimum.problem, np.array([[3, 5], [0, 2], [7, 0]])
    actions = optimum.policy(states)[:, None]
    (every, chances), (apart, lumped) = problem.outcomes(states, actions), problem.distinct_outcomes(states, actions)
    assert lumped.shape == (3, 8) and chances.shape[1] > 50
    assert lumped.sum(axis=1) == pytest.approx(chances.sum(axis=1), rel=1e-12)
    for weight in ([1.0, 0.0], [0.3, 0.7]):
        mean = np.einsum("nk,nkv,v->n", chances, every**2, weight)
        assert np.einsum("nk,nkv,v->n", lumped, apart**2, weight) == pytest.approx(mean, rel=1e-12)
