"""Soft blocks and hidden regimes of bookings ahead, against other solutions of the same problems."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import poisson, randint

import twin
from twin.exact import booking, booking_rules
from twin.exact.booking_problems import booking_problem
from twin.exact.bookings import solved
from twin.exact.hidden_regimes import hidden_booking, hidden_price
from twin.exact.pricing import price

MOVES = np.array([[0.8, 0.2], [0.3, 0.7]])
LAWS = [randint(0, 3), randint(2, 5)]
RENT, SPOT, SOFT, BLOCK = 4.0, 15.0, 4.5, 2


def least_average_cost(lead_time, window):
    """Return the least average cost by a linear programme over states with the kept places as a decision of their own.

    A state is (regime, past bookings oldest first, places kept for the coming periods oldest first); term 2.
    """
    kept, most = lead_time + 1, 4
    counts = np.arange(6)
    short = [SPOT * law.pmf(counts) @ np.maximum(counts[:, None] - np.arange(20), 0) for law in LAWS]
    bookings, named = list(product(range(most), repeat=kept)), list(product(range(BLOCK + 1), repeat=window))
    states = {key: at for at, key in enumerate(product((0, 1), bookings, named))}
    actions = list(product(range(most), range(BLOCK + 1)))
    costs, rows, columns, values = [], [], [], []
    for (regime, booked, soft), at in states.items():
        places = sum(booked[:2])
        for booking_now, keep in actions:
            column = len(costs)
            costs.append(RENT * places + SOFT * soft[0] + short[regime][places + soft[0]])
            rows, columns, values = [*rows, at], [*columns, column], [*values, 1.0]
            for later in (0, 1):
                to = states[later, (*booked[1:], booking_now), (*soft[1:], keep)]
                rows, columns, values = [*rows, to], [*columns, column], [*values, -MOVES[regime, later]]
    balance = np.zeros((len(states) + 1, len(costs)))
    np.add.at(balance, (rows, columns), values)
    balance[-1] = 1.0
    return linprog(costs, A_eq=balance, b_eq=np.r_[np.zeros(len(states)), 1.0], method="highs").fun


@pytest.mark.parametrize(("lead_time", "window"), [(1, 1), (2, 1)])
def test_a_soft_block_by_a_linear_programme_over_all_decisions(lead_time, window):
    terms = {"lead_time": lead_time, "term": 2, "place_cost": RENT, "surcharge": SPOT, "regimes": MOVES}
    optimum = booking(LAWS, soft_places=BLOCK, soft_cost=SOFT, return_window=window, **terms)
    wanted = least_average_cost(lead_time, window)
    assert not optimum.capped and optimum.high < booking(LAWS, **terms).low - 0.01
    assert optimum.low - 1e-6 <= wanted <= optimum.high + 1e-6
    priced = optimum.price(optimum.policy)
    assert priced.low - 1e-5 <= wanted <= priced.high + 1e-5
    for rule in (booking_rules.newsvendor_on_forecast, booking_rules.marginal_rule):
        made = rule(optimum.problem)
        paid = price(optimum.problem, made, 1e-8)
        assert paid.high >= optimum.low
        drawn = booking_rules.simulated_price(optimum.problem, made, seasons=300, replications=100, seed=5)
        assert abs(drawn.mean - paid.high) <= 4 * drawn.standard_error + 1e-6
    assert booking_rules.single_term_bound(optimum.problem) <= optimum.high


def test_limits_of_a_soft_block():
    terms = {"lead_time": 2, "term": 2, "place_cost": 10, "surcharge": 25}
    laws = [[poisson(4)], [poisson(9)], [poisson(6)]]
    dear = booking(laws, soft_places=5, soft_cost=25.0, **terms)
    assert dear.low == pytest.approx(booking(laws, **terms).low, rel=1e-9)
    # without regimes nothing is learnt before the window closes: 2 places of a term of one period
    few = booking(laws, soft_places=2, soft_cost=9.0, return_window=2, **terms)
    both = booking(laws, **terms | {"term": (2, 1), "place_cost": (10, 9)})
    assert both.low <= few.high and few.low < booking(laws, **terms).low
    advice = twin.book_ahead([4, 9, 6], soft_places=2, soft_cost=9.0, booked=[1, 2, 3], period=1, **terms)
    assert advice.keep == 2 and advice.cost == pytest.approx(few.high, rel=1e-3)
    with pytest.raises(ValueError, match="return_window must be at most the lead time, 2; got 3"):
        booking(laws, soft_places=2, soft_cost=9.0, return_window=3, **terms)


def test_a_hidden_regime_that_demand_shows_or_does_not_show():
    terms = (1, 2, RENT, SPOT, MOVES)
    shown = [[randint(0, 3), randint(3, 6)], [randint(0, 2), randint(2, 5)]]
    found = solved(hidden_booking(shown, *terms, points=4).beliefs, 1e-9)
    wanted = solved(booking_problem(shown, *terms), 1e-9)
    assert found.low == pytest.approx(wanted.high, rel=1e-7)
    alike = [[randint(0, 6), randint(0, 6)]]
    found = solved(hidden_booking(alike, *terms, points=4).beliefs, 1e-9)
    assert found.low == pytest.approx(booking(randint(0, 6), lead_time=1, term=2, place_cost=RENT, surcharge=SPOT).high)


def test_a_hidden_regime_lies_between_the_bound_and_the_price():
    laws = [[poisson(2), poisson(6)], [poisson(5), poisson(8)]]
    terms = (1, 2, 10, 25, [[0.9, 0.1], [0.2, 0.8]])
    lows = []
    for points in (5, 9, 17):
        problem = hidden_booking(laws, *terms, points=points)
        mean = problem.beliefs.moves @ np.linspace(0, 1, points)
        np.testing.assert_allclose(mean, np.tile(np.linspace(0.1, 0.8, points), (2, 1)), atol=1e-9)
        optimum = solved(problem.beliefs, 1e-6)
        lows.append(optimum.low)
    assert np.all(np.diff(lows) > -1e-6) and lows[0] >= solved(problem.seen, 1e-6).low
    paid = hidden_price(problem, optimum.policy, seasons=100, replications=400, seed=2)
    assert paid.mean + 4 * paid.standard_error > lows[-1] and paid.mean < 1.01 * lows[-1]
    simple = booking_rules.newsvendor_on_forecast(problem.beliefs)
    assert hidden_price(problem, simple, seasons=100, replications=400, seed=2).mean > lows[-1]


def test_book_ahead_with_a_hidden_regime():
    """Between the price of an observed regime and a fixed number; a belief that is sure books like that regime's."""
    terms = dict(lead_time=1, term=2, place_cost=10, surcharge=25, regimes=[[0.9, 0.1], [0.2, 0.8]])
    seen = [twin.book_ahead([3, 8], regime=regime, **terms) for regime in (0, 1)]
    found = [twin.book_ahead([3, 8], belief=belief, **terms) for belief in (0.0, 0.5, 1.0)]
    assert found[0].places <= found[1].places <= found[2].places
    assert [found[0].places, found[2].places] == [each.places for each in seen]
    for each in found:
        assert each.rule == "exact" and seen[0].cost < each.least_cost < each.cost + 4 * each.standard_error
        assert each.cost < each.fixed_cost and each.cost < 1.01 * each.least_cost
    for wrong, sentence in (
        (dict(belief=1.5), "belief must be"), (dict(belief=0.5, regimes=None), "regimes must be given with a belief"),
        (dict(belief=0.5, soft_places=2), "soft_places must be 0 where a belief"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=sentence):
            twin.book_ahead([3, 8], **terms | wrong)


def test_with_a_term_of_one_period_the_belief_is_all_that_counts():
    """The price of the newsvendor on the belief, from a long path of demand with its own filter."""
    laws, moves = [poisson(3), poisson(8)], np.array([[0.9, 0.1], [0.1, 0.9]])
    draws, counts = np.random.default_rng(8), np.arange(40)
    chances, below = (np.array([getattr(law, name)(counts) for law in laws]) for name in ("pmf", "cdf"))
    regime, belief, paid = 0, np.array([0.5, 0.5]), []
    for turn, came in draws.random((20_000, 2)):
        ahead = belief @ moves
        places = int(np.argmax(ahead @ below >= 1 - 10 / 25))
        regime = int(turn < moves[regime, 1])
        demand = int(np.argmax(below[regime] >= came))
        paid.append(10 * places + 25 * max(demand - places, 0))
        belief = ahead * chances[:, demand]
        belief /= belief.sum()
    problem = hidden_booking([laws], 1, 1, 10, 25, moves, points=33)
    blocks = np.array(paid).reshape(100, -1).mean(axis=1)
    error = blocks.std(ddof=1) / 10
    assert abs(solved(problem.beliefs, 1e-7).low - np.mean(paid)) < 4 * error
