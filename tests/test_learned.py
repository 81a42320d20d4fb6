"""The network of lost-sales lanes: its weights, exact gaps, derivatives, repeatable training, and safe fallback."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import geom, norm, poisson, randint

from twin import exact
from twin.batch.network_training import main, recipe_of
from twin.batch.plan_yaml import load_yaml
from twin.exact.heuristics import capped_base_stock
from twin.learned import exact_gaps, lost_sales, ordering_policy, weights
from twin.learned.features import count_of_inputs, lane_context
from twin.learned.perceptron import order_sizes, started_layers
from twin.learned.refining import RefiningRecipe, refined
from twin.learned.solved_lanes import solved_lanes
from twin.learned.training import TrainingRecipe, gradient, simulated, train
from twin.learned.training_lanes import random_lanes

RECIPES = Path(__file__).parents[1] / "papers/certified-policies/training.yml"


def shipped(problem):
    return ordering_policy.network_policy(weights.shipped_layers(), problem)


def test_the_shipped_weights_are_those_of_their_provenance_and_small():
    found = weights.shipped_provenance()
    recipe = recipe_of("shipped", load_yaml(RECIPES)["shipped"]).settings()
    assert recipe == found["recipe"]
    assert weights.digest_of_recipe(recipe) == found["recipe_digest"]
    assert weights.digest_of_layers(weights.shipped_layers()) == found["weights_digest"]
    assert Path(weights.__file__).with_name("lost_sales.npz").stat().st_size <= 50_000
    assert found["log"][-1]["seconds"] <= 20 * 60
    assert found["log"][-1]["step"] == recipe["steps"] + recipe["refining"]["steps"] - 1


def test_recorded_runs_have_the_recipes_of_their_file_and_its_judged_lanes():
    named, files = load_yaml(RECIPES), sorted(RECIPES.parent.glob("runs/*.json"))
    lanes = {lane.name for group in (exact_gaps.lanes_of_the_literature, exact_gaps.unseen_lanes) for lane in group()}
    assert {"shipped", "seed-1", "seed-2", "paths"} <= {file.stem for file in files} <= set(named)
    for file in files:
        run = json.loads(file.read_text(encoding="utf-8"))
        assert run["recipe_digest"] == weights.digest_of_recipe(recipe_of(file.stem, named[file.stem]).settings())
        assert lanes <= set(run["gaps"]) and min(run["gaps"].values()) >= 0
        steps = run["recipe"]["steps"] + run["recipe"].get("refining", {"steps": 0})["steps"]
        assert run["log"][-1]["step"] == steps - 1


def test_recorded_runs_of_a_standard_method_cost_more_than_the_optimum_of_their_lane():
    found = json.loads(RECIPES.with_name("model-free.json").read_text(encoding="utf-8"))
    (lane,) = (lane for lane in exact_gaps.lanes_of_the_literature() if (lane.lead_time, lane.penalty) == (2, 9))
    optimum = exact.lost_sales(lane.law, lane.lead_time, lane.penalty)
    assert found["optimum"] == pytest.approx([optimum.low, optimum.high], rel=1e-9)
    for run in found["runs"]:
        assert run["high"] >= run["low"] >= optimum.high
        assert run["gap"] == pytest.approx(100 * (run["high"] / optimum.low - 1), abs=1e-4)


def test_the_log_begins_as_training_from_its_seed_does():
    log, found = [], weights.shipped_provenance()
    train(replace(recipe_of("shipped", load_yaml(RECIPES)["shipped"]).training, steps=1), log.append)
    assert log[0]["cost"] == pytest.approx(found["log"][0]["cost"], rel=1e-5)


@pytest.mark.parametrize("place", [1, 6, 8])
def test_exact_gaps_are_small_and_not_below_zero(place):
    lane = exact_gaps.lanes_of_the_literature()[place]
    assert -1e-9 <= exact_gaps.exact_gap(lane, shipped) <= 0.002, lane.name


def test_training_repeats_from_its_seed():
    recipe = TrainingRecipe(seed=5, steps=4, lanes=32, horizon=30, hidden=(8,), every=2)
    one, same, other = (train(each) for each in (recipe, recipe, replace(recipe, seed=6)))
    assert weights.digest_of_layers(one) == weights.digest_of_layers(same) != weights.digest_of_layers(other)


def test_eq_12_9_costs_of_orders_on_solved_lanes_are_least_at_the_best_orders():
    """The best orders are those of `twin.exact.lost_sales`; the slope is that of a mean over normal errors."""
    solved, rng = solved_lanes(np.random.default_rng(3), (2, 2, 2)), np.random.default_rng(4)
    for place, lead_time in enumerate((1, 1, 2, 2, 3, 3)):
        optimum = exact.lost_sales(solved.lanes.law(place), lead_time, float(solved.lanes.ratio[place]))
        assert solved.least[place] == pytest.approx(optimum.low, rel=2e-5)
        states, places, tried = np.zeros((200, 10)), np.full(200, place), np.arange(solved.orders[place])
        states[:, :lead_time] = rng.integers(0, int(solved.lanes.mean[place]) + 3, (200, lead_time))
        costs = solved.costs_after(places, states, np.tile(tried, (200, 1)))
        assert costs.argmin(axis=1).tolist() == optimum.policy(states[:, :lead_time]).tolist()
        orders, ends = rng.uniform(1.1, len(tried) - 2.1, 200), tried[:-1] + 0.5

        def mean_cost(orders, costs=costs, ends=ends):  # of orders that are rounded after an error
            below = norm.cdf((ends - orders[:, None]) / 0.25)
            return np.sum(costs * np.diff(below, axis=1, prepend=0, append=1), axis=1)

        slopes, losses = solved.slopes(places, states, orders, 0.25)
        expected = (mean_cost(orders + 1e-5) - mean_cost(orders - 1e-5)) / 2e-5
        assert slopes == pytest.approx(expected, rel=1e-3, abs=1e-3)
        assert losses.min() >= 0 and np.all(losses <= costs.max(axis=1) - costs.min(axis=1))


def test_refining_repeats_from_its_seed_and_lowers_the_loss_on_solved_lanes():
    training = TrainingRecipe(seed=5, lanes=32, horizon=30)
    recipe = RefiningRecipe(solved=(20, 10), steps=100, rows=30, longer=2, every=50, rate=1e-2, memory=0.3)
    layers = started_layers([count_of_inputs(), 8, 1], np.random.default_rng(1))
    log: list[dict[str, float]] = []
    one, same = refined(layers, recipe, training, log.append, log_every=10), refined(layers, recipe, training)
    assert weights.digest_of_layers(one) == weights.digest_of_layers(same)
    assert log[-1]["gap"] < log[1]["gap"]


def whole_cost(layers, lanes, context, states, demands):
    traces, _ = simulated(layers, context, states, demands, None)
    left = np.stack([trace.left for trace in traces])
    return np.sum(np.maximum(left, 0) + lanes.ratio * np.maximum(-left, 0)), traces


def test_eq_12_8_derivatives_are_those_of_finite_differences():
    """Central differences give the mean of both one-sided derivatives where a stock is exactly used up."""
    rng = np.random.default_rng(3)
    lanes = random_lanes(7, rng)
    context, states = lanes.context(np.float64), lanes.first_states().astype(np.float64)
    started = started_layers([count_of_inputs(), 6, 5, 1], rng)
    layers = [tuple(part.astype(np.float64) for part in layer) for layer in started]
    demands = lanes.demands(30, rng) + rng.normal(0, 0.1, (30, 7))
    for lane, period in enumerate((13, 20, 27)):
        demands[period, lane] += whole_cost(layers, lanes, context, states, demands)[1][period].left[lane]
    _, traces = whole_cost(layers, lanes, context, states, demands)
    assert sum(int(np.sum(trace.left == 0)) for trace in traces) == 3
    found = gradient(layers, context, traces, lanes.ratio, np.ones(7), np.ones((30, 7)), 0.5)
    for place, layer in enumerate(layers):
        for which, part in enumerate(layer):
            way = rng.normal(size=part.shape)
            costs = []
            for step in (1e-7, -1e-7):
                moved = [list(each) for each in layers]
                moved[place][which] = part + step * way
                costs.append(whole_cost(moved, lanes, context, states, demands)[0])
            expected = (costs[0] - costs[1]) / 2e-7
            assert np.sum(found[place][which] * way) == pytest.approx(expected, rel=1e-5, abs=1e-4)


def test_eq_12_7_an_order_is_mean_demand_in_the_middle_and_ends_five_standard_deviations_above():
    given = (np.array([number]) for number in (9.0, 5.0, 2.0, 0.4))
    lane = lane_context(np.array([2]), *given, kind=np.float64)
    orders, slopes = order_sizes(np.array([[-40.0], [0.0], [1e-6], [40.0]]), lane)
    assert orders == pytest.approx([0.0, 5.0, orders[2], 15.0], abs=1e-9)
    assert slopes[1] == pytest.approx((orders[2] - orders[1]) / 1e-6, rel=1e-5)


def test_an_order_whose_consequences_do_not_end_in_the_horizon_adds_nothing():
    rng = np.random.default_rng(4)
    lanes = random_lanes(5, rng)
    layers = started_layers([count_of_inputs(), 4, 1], rng)
    traces, _ = simulated(layers, lanes.context(), lanes.first_states(), lanes.demands(20, rng), rng.random((20, 5)))
    weight, counted = np.ones(5, np.float32), np.ones((20, 5), np.float32)
    counted[10:] = 0
    masked = gradient(layers, lanes.context(), traces, lanes.ratio, weight, counted, 0.5)
    whole = gradient(layers, lanes.context(), traces, lanes.ratio, weight, np.ones((20, 5), np.float32), 0.5)
    late = gradient(layers, lanes.context(), traces, lanes.ratio, weight, 1 - counted, 0.5)
    for one, other, both in zip(masked, late, whole, strict=True):
        for a, b, c in zip(one, other, both, strict=True):
            np.testing.assert_allclose(a + b, c, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize(
    ("law", "lead_time", "penalty", "what"),
    [
        (poisson(5), 14, 9, "The lead time, 14 periods, is outside the range of the network, 1 to 10"),
        (poisson(5), 2, 200, "The penalty, 200 times the holding cost,"),
        (poisson(60), 1, 9, "Mean demand, 60 a period,"),
        (randint(4, 7), 1, 9, "The variance of demand, 0.1333 times the mean,"),
        (randint(0, 11), 1, 9, "The skewness of demand, 0.00, is far from"),
    ],
)
def test_outside_its_range_orders_are_those_of_a_formula_which_is_said(law, lead_time, penalty, what):
    policy = lost_sales(law, lead_time, penalty)
    assert policy.said.startswith(what) and policy.rule == "capped base stock"
    states = np.random.default_rng(1).integers(0, 9, (50, lead_time))
    level, cap = (int(word.replace(",", "")) for word in policy.said.split("up to ")[1].split() if word[0].isdigit())
    assert policy(states).tolist() == capped_base_stock(level, cap)(states).tolist()


def test_a_network_that_costs_more_than_the_formula_is_not_used(monkeypatch):
    assert lost_sales(geom(0.2), 2, 19).rule == "network"
    *inner, (ends, bias) = weights.shipped_layers()
    poor = {"Priced exactly": [*inner, (ends, bias + 0.4)]}  # orders too much
    poor["In a simulation"] = started_layers([count_of_inputs(), 4, 1], np.random.default_rng(0))  # ever more stock
    for how, layers in poor.items():
        monkeypatch.setattr(ordering_policy, "shipped_layers", lambda layers=layers: layers)
        policy = lost_sales(poisson(5), 1, 9, holding_cost=0.5)
        assert policy.rule == "capped base stock" and policy.said.startswith(f"{how}, the network costs"), policy.said


def test_wrong_arguments_states_and_runs_are_told(capsys):
    with pytest.raises(ValueError, match="penalty must be finite and > 0"):
        lost_sales(poisson(5), 1, 0)
    with pytest.raises(ValueError, match=r"states must be of shape \(n, 2\)"):
        lost_sales(poisson(5), 2, 9)(np.zeros((3, 1)))
    with pytest.raises(ValueError, match="unknown settings speed"):
        recipe_of("shipped", {"speed": 3})
    with pytest.raises(ValueError, match="the refining of run shipped has unknown settings speed"):
        recipe_of("shipped", {"refining": {"speed": 3}})
    assert main([str(RECIPES), "nothing"]) == 2
    assert "has no run nothing" in capsys.readouterr().err
