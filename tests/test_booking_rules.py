"""Rules for booking ahead: closed forms, published gaps, linear programmes in whole numbers, and exact optima."""

import re

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.stats import poisson, randint

import twin
from twin.exact import booking, booking_plans, booking_rules
from twin.exact.booking_problems import booking_problem
from twin.exact.bookings import solved
from twin.exact.demand_laws import laws_by_period, whole_numbers_with_moments
from twin.exact.hidden_regimes import hidden_booking, hidden_price
from twin.exact.pricing import price
from twin.learned import book_ahead
from twin.learned.booking_inputs import booking_context
from twin.learned.booking_policy import network_bookings
from twin.learned.weights import BOOKINGS, shipped_layers

STAYS = [[0.9, 0.1, 0.0], [0.05, 0.9, 0.05], [0.0, 0.1, 0.9]]
THREE = [poisson(mean) for mean in (4, 8, 14)]
PEAK, HILL = [5] * 10 + [15] * 2, [4] * 8 + [8, 14, 14, 8]


def season_of(means, surcharge, term=4):
    return booking_problem([[poisson(mean)] for mean in means], 1, term, 10, surcharge)


@pytest.mark.parametrize("lead_time", [1, 2])
@pytest.mark.parametrize("surcharge", [15, 25, 40])
def test_eq_11_7_with_a_term_of_one_period_all_rules_that_see_the_regime_are_optimal(lead_time, surcharge):
    """The optimum is the stationary mean of newsvendor costs, computed here from the laws."""
    moves, counts = np.array(STAYS), np.arange(80)
    shares = np.linalg.solve(np.vstack([(moves.T - np.eye(3))[:2], np.ones(3)]), [0, 0, 1])
    pmf = np.linalg.matrix_power(moves, lead_time) @ [law.pmf(counts) for law in THREE]
    places = (np.cumsum(pmf, axis=1) < 1 - 10 / surcharge).sum(axis=1)
    cost = shares @ (10 * places + surcharge * (np.maximum(counts - places[:, None], 0) * pmf).sum(axis=1))
    problem = booking_problem(THREE, lead_time, 1, 10, surcharge, STAYS)
    assert booking_rules.single_term_bound(problem) == pytest.approx(cost, rel=1e-9)
    found = price(problem, booking_rules.newsvendor_on_forecast(problem), 1e-10)
    assert found.low - 1e-9 <= cost <= found.high + 1e-9
    best = solved(problem, 1e-9)
    assert best.low - 1e-9 * cost <= cost <= best.high + 1e-9 * cost
    assert price(problem, booking_rules.marginal_rule(problem), 1e-10).high == pytest.approx(cost, rel=1e-9)


def test_eq_11_5_and_11_7_gaps_of_long_terms_in_a_known_season():
    """Losses of the newsvendor on the forecast, and of one fixed number, by an independent program."""
    for means, surcharge, newsvendor, fixed in (
        (PEAK, 15, 10.5, 3.6), (PEAK, 25, 9.8, None), (HILL, 15, 4.7, None), (HILL, 25, 5.4, None),
    ):  # fmt: skip
        problem = season_of(means, surcharge)
        optimum, plan = solved(problem, 1e-6), booking_plans.calendar_plan(problem)
        assert optimum.low * (1 - 1e-9) <= plan.cost <= optimum.high * (1 + 1e-9)
        paid = optimum.price(booking_rules.newsvendor_on_forecast(problem)).high
        assert round(100 * (paid / plan.cost - 1), 1) == newsvendor
        if fixed:
            assert price(problem, booking_plans.rolling_plan(problem), 1e-6).high == pytest.approx(plan.cost, rel=1e-6)
            assert round(100 * (booking_rules.fixed_places(problem).cost / plan.cost - 1), 1) == fixed


def test_eq_11_6_the_plan_is_as_good_as_one_in_whole_places():
    """Terms of 3 in a season of 4: the cyclic programme has fractions; two years of whole places reach it."""
    means, years, surcharge, term = [3, 4, 9, 5], 2, 25, 3
    plan = booking_plans.calendar_plan(season_of(means, surcharge, term))
    periods, levels = len(means) * years, np.arange(40)
    covers = sum(np.roll(np.eye(periods), 1 + age, axis=0) for age in range(term))
    cost, rows, below = np.r_[np.full(periods, 10.0 * term), np.ones(periods)], [], []
    for period in range(periods):
        law = poisson(means[period % len(means)])
        over = surcharge * (law.mean() - np.concatenate([[0], np.cumsum(law.sf(levels))]))
        for level in levels:
            slope = over[level + 1] - over[level]
            rows.append(np.r_[-slope * covers[period], np.eye(periods)[period]])
            below.append(over[level] - slope * level)
    found = milp(
        cost, constraints=LinearConstraint(np.array(rows), below), bounds=Bounds(0, np.inf),
        integrality=np.r_[np.ones(periods), np.zeros(periods)],
    )  # fmt: skip
    assert plan.cost == pytest.approx(found.fun / periods, rel=1e-6)


def test_rules_lie_between_the_bounds_and_a_simulation_agrees_with_the_exact_price():
    laws = [[poisson(4 * index), poisson(8 * index)] for index in (0.7, 0.7, 1.6)]
    problem = booking_problem(laws, 1, 2, 10, 25, [[0.9, 0.1], [0.1, 0.9]])
    optimum = solved(problem, 1e-6)
    path = booking_plans.known_path_bound(problem, seasons=4, replications=10, seed=1)
    assert booking_rules.single_term_bound(problem) <= optimum.high
    assert path.mean - 4 * path.standard_error <= optimum.high
    costs = {}
    for make in (booking_rules.newsvendor_on_forecast, booking_rules.marginal_rule, booking_plans.rolling_plan):
        rule = make(problem)
        costs[make.__name__] = optimum.price(rule).high
        assert costs[make.__name__] >= optimum.low
        drawn = booking_rules.simulated_price(
            problem, rule, seasons=40, replications=200 if len(costs) < 3 else 20, seed=3
        )
        assert drawn.agrees(costs[make.__name__]) and drawn.standard_error < 0.005 * optimum.low
    assert costs["rolling_plan"] - optimum.low < (costs["newsvendor_on_forecast"] - optimum.low) / 2


def test_space_of_the_partner_that_moves_with_demand():
    """By enumeration of demand and free space in each regime; unlimited space changes nothing."""
    terms = dict(lead_time=1, term=1, place_cost=10, surcharge=20, regimes=[[0.8, 0.2], [0.2, 0.8]])
    laws, spaces = [randint(0, 5), randint(3, 9)], [randint(2, 7), randint(0, 2)]
    optimum = booking(laws, partner_space=spaces, refused_cost=50, refusal=0.25, **terms)
    for regime, (law, space) in enumerate(zip(laws, spaces, strict=True)):
        for places in range(9):
            cost = 0.0
            for demand in range(9):
                for free in range(7):
                    missing, chance = max(demand - places, 0), law.pmf(demand) * space.pmf(free)
                    taken = 0.75 * min(missing, free)
                    cost += chance * (20 * taken + 50 * (missing - taken))
            state = np.array([[0, regime, places]])
            assert optimum.problem.costs(state, state[:, :1])[0] == pytest.approx(10 * places + cost, rel=1e-12)
    wide = booking(laws, partner_space=randint(50, 51), refused_cost=50, **terms)
    assert wide.low == pytest.approx(booking(laws, **terms).low, rel=1e-12)
    with pytest.raises(ValueError, match="refused_cost must be given with partner_space"):
        booking(laws, partner_space=spaces, **terms)


def test_book_ahead_uses_the_exact_optimum_where_it_can():
    terms = dict(lead_time=1, place_cost=10, surcharge=25)
    single = twin.book_ahead([4, 8, 14], term=1, regimes=STAYS, regime=1, **terms)
    assert (single.rule, single.saved_on_newsvendor) == ("newsvendor", 0.0)
    assert single.cost == pytest.approx(116.333, abs=1e-3)
    exact = twin.book_ahead([4, 8, 14], term=3, regimes=STAYS, regime=1, booked=[2, 3, 1], **terms)
    best = booking(THREE, term=3, regimes=STAYS, **terms)
    assert exact.rule == "exact" and exact.least_cost <= best.high and exact.cost >= best.low
    assert exact.places == best.policy([[0, 1, 2, 3, 1]])[0]
    plan = twin.book_ahead(PEAK, term=4, period=7, **terms)
    assert plan.rule == "plan" and plan.saved_on_newsvendor / plan.cost == pytest.approx(0.098, abs=5e-4)
    assert plan.saved_on_fixed == pytest.approx(plan.fixed_cost - plan.cost)
    two = twin.book_ahead(PEAK, lead_time=1, term=(4, 1), place_cost=(10, 11), surcharge=25, period=9)
    assert two.places.shape == (2,) and two.cost <= plan.cost


def test_book_ahead_falls_back_to_a_rule_and_says_so():
    common = dict(lead_time=2, term=12, place_cost=10, surcharge=25, regimes=[[0.9, 0.1], [0.1, 0.9]])
    level = twin.book_ahead([4, 8], **common)
    assert level.rule == "marginal rule" and "too large for a quick answer" in level.remark
    assert float(re.search(r"The network would cost ([\d.]+), simulated", level.remark)[1]) > level.cost
    assert level.least_cost - 4 * level.standard_error <= level.cost <= level.newsvendor_cost < level.fixed_cost
    season = twin.book_ahead(np.outer([0.7, 0.7, 1.6], [4, 5]), **common | {"term": 8, "surcharge": 15})
    assert season.rule == "rolling plan" and season.least_cost <= season.cost <= season.fixed_cost
    assert season.places >= 0
    long = twin.book_ahead([4, 8], **common | {"term": 14})  # a longer term than the network knows
    assert long.rule == "marginal rule" and "network" not in long.remark


TURNS, SHORT = [[0.9, 0.1], [0.1, 0.9]], [0.7] * 4 + [1.6] * 2


@pytest.mark.parametrize(
    "given",
    [
        dict(demand=[8, 16], term=5),
        dict(demand=np.outer(SHORT, [8, 16]), term=5, surcharge=15),
        dict(demand=np.outer(SHORT, [4, 8]), term=3, belief=0.5, booked=[2, 0, 1]),
    ],
    ids=["regimes", "season", "hidden"],
)
def test_book_ahead_uses_the_network_where_it_is_cheaper(given, monkeypatch):
    """Its cost is the simulated one, below that of the same call without a network, and the places are its own."""
    terms = dict(lead_time=1, place_cost=10, surcharge=25, regimes=TURNS) | given
    found = twin.book_ahead(**terms)
    assert found.rule == "network" and "the network is used" in found.remark
    assert found.least_cost - 4 * found.standard_error <= found.cost < found.newsvendor_cost
    laws = laws_by_period(terms["demand"], None, one_regime=False)
    if "belief" in given:
        problem = hidden_booking(laws, 1, 3, 10, 25, TURNS)
        state, size = [0, 10, *given["booked"]], {"seasons": 4, "replications": 400, "seed": 3}
        policy = network_bookings(shipped_layers(BOOKINGS), booking_context(problem.beliefs))
        drawn = hidden_price(problem, policy, **size)
    else:
        problem = booking_problem(laws, 1, terms["term"], 10, terms["surcharge"], TURNS)
        state = [0, 0, *[0] * terms["term"]]
        policy = network_bookings(shipped_layers(BOOKINGS), booking_context(problem))
        drawn = booking_rules.simulated_price(problem, policy, seasons=24, replications=400, seed=3)
    assert found.places == policy(np.array([state]))[0]
    assert abs(found.cost - drawn.mean) < 4 * np.hypot(found.standard_error, drawn.standard_error)
    monkeypatch.setattr(book_ahead, "LONGEST_TERM", 0)
    simple = twin.book_ahead(**terms)
    assert simple.rule != "network" and simple.cost > found.cost


def test_demand_by_means_and_standard_deviations():
    for mean, sd in ((8.0, 1.0), (8.5, 0.5), (8.0, 0.0), (0.3, 0.6), (8.0, 5.0), (0.0, 0.0), (120.0, 30.0)):
        law = whole_numbers_with_moments(mean, sd)
        assert (law.mean(), law.std()) == pytest.approx((mean, sd), rel=1e-7, abs=1e-6)
    terms = dict(lead_time=1, term=2, place_cost=10, surcharge=25)
    assert twin.book_ahead(20.0, **terms, demand_sd=9.0).cost > twin.book_ahead(20.0, **terms, demand_sd=4.0).cost
    for wrong, sentence in (
        (dict(demand_sd=0.2), "demand_sd must be one that whole pallets can have"),
        (dict(period=1), "period must be below 1"), (dict(regime=-1), "regime must be a whole number >= 0"),
        (dict(booked=[1]), "booked must be a list of 2 past bookings"),
        (dict(booked=[1, 0.5]), "booked must be whole numbers"),
    ):  # fmt: skip
        with pytest.raises(ValueError, match=sentence):
            twin.book_ahead(8.5, **terms, **wrong)


def test_one_segment_of_a_curve_at_a_time_does_not_change_the_plan(monkeypatch):
    problem = season_of([60, 60, 110], 25, 2)
    monkeypatch.setattr(booking_plans, "_SEGMENTS", 1000)
    whole = booking_plans.calendar_plan(problem).cost
    monkeypatch.setattr(booking_plans, "_SEGMENTS", 7)
    assert booking_plans.calendar_plan(problem).cost == pytest.approx(whole, rel=1e-12)
