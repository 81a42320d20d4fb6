"""The network of bookings: its weights, exact gaps, exact gains in training, repeatable training, and safe fallback."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.stats import poisson

from twin.exact import booking_plans, booking_rules, bookings
from twin.exact.booking_problems import booking_problem
from twin.exact.pricing import price, reachable
from twin.learned import booking, booking_gaps, booking_policy, weights
from twin.learned.booking_inputs import booking_context, booking_inputs, count_of_booking_inputs
from twin.learned.booking_training import BookingRecipe, slopes_of, solved_bookings, train_bookings
from twin.learned.perceptron import forward, started_layers
from twin.learned.solved_bookings import solved_booking

TURNS = [[0.9, 0.1], [0.1, 0.9]]
BOTH = [[poisson(index * mean) for mean in (4, 8)] for index in (0.7, 0.7, 0.7, 0.7, 1.6, 1.6)]


def both(lead_time=1, term=3, surcharge=25, **more):
    return booking_problem(BOTH, lead_time, term, 10, surcharge, TURNS, **more)


def still():
    """Layers whose result is always 0."""
    layers = started_layers([count_of_booking_inputs(), 4, 1], np.random.default_rng(1))
    return [(np.zeros_like(part), biases) for part, biases in layers]


def test_the_shipped_weights_are_those_of_their_provenance_and_small():
    found = weights.shipped_provenance(weights.BOOKINGS)
    assert found["recipe"] == json.loads(json.dumps(asdict(BookingRecipe())))
    assert weights.digest_of_recipe(found["recipe"]) == found["recipe_digest"]
    assert weights.digest_of_layers(weights.shipped_layers(weights.BOOKINGS)) == found["weights_digest"]
    assert weights.file_of(weights.BOOKINGS).stat().st_size <= 50_000
    assert found["log"][-1]["step"] == sum(found["recipe"]["steps"]) - 1
    assert found["log"][-1]["seconds"] <= 20 * 60


def test_recorded_gaps_are_those_of_the_shipped_weights_and_below_simple_rules_on_average():
    found = weights.shipped_provenance(weights.BOOKINGS)["gaps"]
    layers = weights.shipped_layers(weights.BOOKINGS)
    for place in (0, 1, 2):
        assert booking_gaps.gaps_of_rules(layers, booking_gaps.judged_bookings()[place]) == pytest.approx(
            found[place], abs=1e-2
        )
    means = {rule: np.mean([each[rule] for each in found]) for rule in found[0]}
    assert 0 <= means["network"] < means["marginal rule"] / 2 < means["newsvendor"]


def test_exact_values_of_training_are_those_of_the_exact_table():
    for solved in solved_bookings(6, 40_000, np.random.default_rng(5)):
        optimum = bookings.solved(solved.problem, 1e-6, 2**22)
        assert solved.least == pytest.approx(optimum.low, rel=2e-5)
        tried = np.arange(solved.sizes)

        def best(states, solved=solved, tried=tried):
            return solved.costs(states, np.tile(tried, (len(states), 1))).argmin(axis=1)

        assert price(solved.problem, best, 1e-6).high <= optimum.high * (1 + 2e-5)


@pytest.mark.parametrize("problem", [both(), both(2, 2), both(1, 2, refusal=0.2, refused_cost=60)])
def test_a_network_whose_result_is_zero_books_by_the_marginal_rule(problem):
    policy, rule = (
        booking_policy.network_bookings(still(), booking_context(problem)),
        booking_rules.marginal_rule(problem),
    )
    states, actions, _ = reachable(problem, rule)
    assert policy(states).tolist() == actions[:, 0].tolist()


def test_eq_12_10_one_more_place_is_booked_while_the_result_is_above_zero():
    problem, layers = both(), weights.shipped_layers(weights.BOOKINGS)
    context = booking_context(problem)
    policy = booking_policy.network_bookings(layers, context)
    states, actions, _ = reachable(problem, policy)

    def result(booked):
        inputs, gain = booking_inputs(context, states, booked)
        return forward(layers, inputs)[-1][:, 0] + booking_policy.GAIN * gain

    booked = actions[:, 0]
    assert np.all(result(booked) <= 0)
    for fewer in range(int(booked.max())):
        assert np.all(result(np.minimum(fewer, booked))[booked > fewer] > 0)


def test_the_derivative_of_wrong_choices_is_that_of_finite_differences():
    rng = np.random.default_rng(2)
    result, worth = rng.normal(size=50), rng.normal(size=50)

    def cost(at):
        return np.abs(worth) * np.log1p(np.exp(-np.sign(worth) * at))

    assert slopes_of(result, worth) == pytest.approx((cost(result + 1e-6) - cost(result - 1e-6)) / 2e-6, abs=1e-8)


def test_training_repeats_from_its_seed_and_lowers_the_loss():
    recipe = BookingRecipe(seed=3, problems=6, values=40_000, hidden=(16,), steps=(200, 300))
    log: list[dict[str, float]] = []
    one, same = train_bookings(recipe, log.append), train_bookings(recipe)
    other = train_bookings(replace(recipe, seed=4, steps=(1, 1)))
    assert weights.digest_of_layers(one) == weights.digest_of_layers(same) != weights.digest_of_layers(other)
    assert log[-1]["loss"] < log[-1]["marginal_loss"]


def test_the_network_is_used_where_it_is_cheaper_and_costs_what_it_says():
    problem = both()
    found = booking(problem)
    assert found.rule == "network" and "less than" in found.said
    assert found.cost == pytest.approx(price(problem, found, 1e-5).high, rel=1e-9)
    assert found.cost < price(problem, booking_rules.marginal_rule(problem), 1e-5).low
    assert found.cost < booking_plans.calendar_plan(problem).cost


def test_the_plan_is_used_where_the_network_costs_more(monkeypatch):
    layers = still()
    layers[-1] = (layers[-1][0], layers[-1][1] - 99)  # books nothing
    monkeypatch.setattr(booking_policy, "shipped_layers", lambda name: layers)
    peak = [[poisson(mean), poisson(1.02 * mean)] for mean in [5] * 10 + [15] * 2]
    problem = booking_problem(peak, 1, 4, 10, 15, TURNS)
    found = booking(problem)
    assert found.rule == "plan" and "which is used" in found.said
    assert found.cost == booking_plans.calendar_plan(problem).cost
    state = problem.start[None, :]
    assert found(state).tolist() == booking_plans.rolling_plan(problem)(state).tolist() != [0]


def test_without_regimes_the_plan_is_used():
    problem = booking_problem([[poisson(5)], [poisson(12)]], 1, 2, 10, 25)
    found = booking(problem)
    assert found.rule == "plan" and "optimal" in found.said
    assert found.cost == booking_plans.calendar_plan(problem).cost


@pytest.mark.parametrize("terms, rule", [((4, 1), "a single contract"), (14, "a term of at most 13 periods")])
def test_problems_without_room_in_the_inputs_get_a_sentence(terms, rule):
    with pytest.raises(ValueError, match=rule):
        booking(both(1, terms))


def test_solved_problems_have_a_value_for_each_booking():
    solved = solved_booking(both(2, 3))
    state = np.array([[0, 0, 9, 2, 1, 3]])
    assert solved.costs(state, np.array([[0, 5, solved.sizes - 1]])).shape == (1, 3)
