"""Allocation rules against published games, enumeration of all orders of joining, and axioms on random games."""

from itertools import permutations
from statistics import NormalDist

import numpy as np
import pytest
from games import TVA, game_of, number, subsets

from twin import simulate
from twin.games import allocation, pooling
from twin.games.coalitions import all_coalitions
from twin.games.joint_demand import covariance_matrix, orders

SPREAD = 10 * NormalDist().pdf(NormalDist().inv_cdf(0.9))  # cost of a pallet of sd at c = 1, s = 10 [$]
RULES = {
    "proportional": allocation.proportional,
    "equal savings": allocation.equal_savings,
    "separable, by benefits": allocation.separable,
    "separable, equally": lambda costs: allocation.separable(costs, "equal"),
    "Shapley": allocation.shapley,
}


def random_game(seed, partners, games=()):
    costs = np.random.default_rng(seed).uniform(0, 100, (*games, 2**partners))
    costs[..., 0] = 0.0
    return costs


def by_every_order(costs, partners):
    """Return the marginal cost of each partner, averaged over all n! orders of joining."""
    shares, count = np.zeros(partners), 0
    for order in permutations(range(partners)):
        before = 0
        for partner in order:
            shares[partner] += costs[before + 2**partner] - costs[before]
            before += 2**partner
        count += 1
    return shares / count


def is_stable(costs, shares, partners):
    """Return whether no coalition pays more than it would cost on its own, by a loop."""
    tolerance = 1e-9 * np.abs(costs).max()
    return all(
        sum(shares[member] for member in members) <= costs[number(members)] + tolerance for members in subsets(partners)
    )


# --- published games ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "shares", "within"),
    [
        ("Shapley", [117829, 100756.5, 193998.5], 1e-6),
        ("separable, equally", [119424, 107973, 185187], 1e-6),
        ("separable, by benefits", [117475.54, 99157.29, 195951.16], 6e-3),
        ("proportional", [121682.22, 104794.65, 186107.13], 6e-3),
    ],
)
def test_published_allocations_of_the_tennessee_valley_dams(rule, shares, within):
    np.testing.assert_allclose(RULES[rule](TVA), shares, rtol=0, atol=within)


def test_equal_savings_of_the_tennessee_valley_dams():
    saved = (163520 + 140826 + 250096 - 412584) / 3
    np.testing.assert_allclose(allocation.equal_savings(TVA), np.array([163520, 140826, 250096]) - saved, rtol=1e-14)


@pytest.mark.parametrize("lengths", [[1.0, 2.0, 3.0, 4.0], [5.0, 1.0, 1.0, 7.5, 3.0, 0.0]])
def test_shapley_value_of_the_airport_game(lengths):
    """Littlechild and Owen (1973): the partners that need a section of the runway share its cost equally."""
    game = game_of(len(lengths), lambda members: max(lengths[i] for i in members))
    witness = [0.0] * len(lengths)
    for low, high in zip([0.0, *sorted(lengths)], sorted(lengths), strict=False):
        users = [i for i, length in enumerate(lengths) if length >= high]
        for user in users if high > low else []:
            witness[user] += (high - low) / len(users)
    np.testing.assert_allclose(allocation.shapley(game), witness, atol=1e-13)
    if len(lengths) == 4:
        np.testing.assert_allclose(allocation.shapley(game), [1 / 4, 7 / 12, 13 / 12, 25 / 12], rtol=1e-13)


@pytest.mark.parametrize(
    ("rho", "shapley", "proportional", "total"),
    [
        (0.0, [6.0594, 15.9007, 29.0250, 45.1394], [9.6124, 19.2249, 28.8373, 38.4498], 96.1244),
        (0.5, [12.6698, 26.9386, 42.5442, 59.3388], [14.1491, 28.2983, 42.4474, 56.5965], 141.4913),
    ],
)
def test_published_allocations_of_pooled_newsvendors(rho, shapley, proportional, total):
    covariance = covariance_matrix([10.0, 20.0, 30.0, 40.0], rho)
    game = pooling.capacity_cost(all_coalitions(4), np.zeros(4), covariance, 1.0, 10.0)
    for members in subsets(4):
        variance = sum(covariance[i, j] for i in members for j in members)
        assert game[number(members)] == pytest.approx(SPREAD * np.sqrt(variance), rel=1e-12)
    np.testing.assert_allclose(allocation.shapley(game), shapley, atol=6e-5)
    np.testing.assert_allclose(allocation.proportional(game), proportional, atol=6e-5)
    assert allocation.shapley(game).sum() == pytest.approx(total, abs=6e-5)
    if rho == 0:
        by_covariance = [3.2041, 12.8166, 28.8373, 51.2663]
        np.testing.assert_allclose(allocation.covariance_rule(game, covariance), by_covariance, atol=6e-5)


# --- Shapley ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("partners", [1, 2, 3, 4, 5, 6, 7])
def test_eq_8_12_equals_the_mean_over_all_orders(partners):
    for seed in range(3 if partners < 7 else 1):
        game = random_game(seed, partners) - 30  # some costs are negative
        game[0] = 0.0
        np.testing.assert_allclose(allocation.shapley(game), by_every_order(game, partners), atol=1e-11)


def test_eq_8_12_of_the_glove_game():
    """Two partners own a left glove and one a right glove; a pair is worth 1, and the right glove gets 2/3 of it."""
    game = game_of(3, lambda members: -min(sum(i < 2 for i in members), sum(i == 2 for i in members)))
    np.testing.assert_allclose(-allocation.shapley(game), [1 / 6, 1 / 6, 2 / 3], rtol=1e-14)


def test_eq_8_12_is_additive():
    first, second = random_game(1, 5), random_game(2, 5)
    np.testing.assert_allclose(
        allocation.shapley(2 * first - 3 * second),
        2 * allocation.shapley(first) - 3 * allocation.shapley(second),
        atol=1e-11,
    )


def test_eq_8_12_a_dummy_partner_pays_its_stand_alone_cost():
    for own in (0.0, 7.5):
        others = random_game(3, 4)
        game = game_of(5, lambda m, own=own, c=others: c[number(i for i in m if i < 4)] + (own if 4 in m else 0.0))
        np.testing.assert_allclose(allocation.shapley(game), [*allocation.shapley(others), own], atol=1e-12)


def test_eq_8_12_of_fifteen_partners():
    """In an additive game each pays its own weight; if costs are squared weights, its weight times the total weight."""
    weights = np.arange(1.0, 16.0)
    total = all_coalitions(15) @ weights
    np.testing.assert_allclose(allocation.shapley(total), weights, rtol=1e-11)
    np.testing.assert_allclose(allocation.shapley(total**2), weights * weights.sum(), rtol=1e-11)


# --- axioms of every rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("partners", [1, 2, 3, 5])
def test_payments_add_up_to_the_cost_of_the_grand_coalition(rule, partners):
    games = random_game(4, partners, (50,))
    np.testing.assert_allclose(rule(games).sum(axis=-1), games[:, -1], atol=1e-11)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_rules_are_anonymous_and_symmetric(rule):
    game = random_game(5, 4)
    shares = rule(game)
    for order in permutations(range(4)):
        renamed = game_of(4, lambda members, order=order: game[number(order[i] for i in members)])
        np.testing.assert_allclose(rule(renamed), shares[list(order)], atol=1e-11)
    table = np.random.default_rng(5).uniform(0, 100, (3, 2, 2))
    alike = game_of(4, lambda members: table[len({0, 1} & {*members}), int(2 in members), int(3 in members)])
    np.testing.assert_allclose(*rule(alike)[:2], atol=1e-11)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
@pytest.mark.parametrize("scale", [1e-6, 1e9])
def test_payments_scale_with_the_costs(rule, scale):
    game = random_game(6, 4)
    np.testing.assert_allclose(rule(scale * game), scale * rule(game), rtol=1e-11, atol=1e-11 * scale)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_leading_axes_are_separate_games(rule):
    games = random_game(7, 3, (2, 5))
    shares = rule(games)
    assert shares.shape == (2, 5, 3)
    for index in np.ndindex(2, 5):
        np.testing.assert_allclose(shares[index], rule(games[index]), rtol=1e-12)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_game_of_zero_costs_gives_zero_payments(rule):
    for partners in (1, 2, 4):
        np.testing.assert_array_equal(rule(np.zeros(2**partners)), 0.0)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_without_savings_each_partner_pays_its_stand_alone_cost(rule):
    each = np.array([4.0, 1.0, 8.0, 2.0])
    np.testing.assert_allclose(rule(all_coalitions(4) @ each), each, rtol=1e-13)


# --- the rules in common use --------------------------------------------------------------------------------


def test_eq_8_9_payments_are_proportional_to_the_weights():
    game = random_game(8, 3, (4,))
    shares = allocation.proportional(game, [10.0, 0.0, 30.0])
    np.testing.assert_allclose(shares, game[:, -1:] * [0.25, 0.0, 0.75], rtol=1e-14)
    for row, weights in enumerate(np.eye(3) + 1):
        one = allocation.proportional(game[:3], np.eye(3) + 1)[row]
        np.testing.assert_allclose(one, game[row, -1] * weights / weights.sum(), rtol=1e-14)


def test_eq_8_9_invalid_weights_are_refused():
    for weights, rule in (
        ([0.0, 0.0], "above zero in sum"),
        ([1.0, -1.0], ">= 0"),
        ([1.0], "2 numbers"),
        (1.0, "2 num"),
    ):
        with pytest.raises(ValueError, match=f"weights must be .*{rule}"):
            allocation.proportional([0.0, 5.0, 10.0, 12.0], weights)


def test_eq_8_10_all_partners_save_the_same_amount():
    game = random_game(9, 6)
    saved = game[[1, 2, 4, 8, 16, 32]] - allocation.equal_savings(game)
    np.testing.assert_allclose(saved, saved[0], atol=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_eq_8_11_equals_a_loop_over_partners(seed):
    game, everybody = random_game(seed, 4), 15
    game[everybody] = game[[7, 11, 13, 14]].max() * 1.1
    added = [game[everybody] - game[everybody - 2**i] for i in range(4)]
    benefits = [max(game[2**i] - added[i], 0.0) for i in range(4)]
    rest = game[everybody] - sum(added)
    equally = [added[i] + rest / 4 for i in range(4)]
    by_benefits = [added[i] + rest * benefits[i] / sum(benefits) for i in range(4)]
    np.testing.assert_allclose(allocation.separable(game, "equal"), equally, rtol=1e-12)
    np.testing.assert_allclose(allocation.separable(game), by_benefits, rtol=1e-12)


def test_eq_8_11_without_remaining_benefits_the_rest_is_shared_equally():
    """The marginal costs equal the stand-alone costs, but the grand coalition costs more than their sum."""
    game = np.array([0.0, 1.0, 2.0, 13.0 - 4.0, 4.0, 13.0 - 2.0, 13.0 - 1.0, 13.0])
    np.testing.assert_allclose(allocation.separable(game), [3.0, 4.0, 6.0], rtol=1e-14)
    with pytest.raises(ValueError, match='rest must be "benefits" or "equal"'):
        allocation.separable(game, "all")


def test_eq_8_11_benefits_as_small_as_rounding_errors_count_as_zero():
    each = np.array([0.1, 0.2, 0.3])
    game = np.array([0.0, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.5])  # marginal costs equal stand-alone costs, up to rounding
    np.testing.assert_allclose(allocation.separable(game), each - 0.1 / 3, rtol=1e-9)


# --- sampled Shapley value ----------------------------------------------------------------------------------


def test_sampled_shapley_agrees_with_the_exact_value():
    game = random_game(10, 8)
    exact, weights = allocation.shapley(game), 1 << np.arange(8)
    sampled = allocation.sampled_shapley(lambda members: game[members @ weights], orders(8, samples=400, seed=12))
    assert np.all(sampled.standard_error > 0)
    for mean, error, share in zip(*sampled, exact, strict=True):
        assert simulate.Estimate(mean, error).agrees(share)
    assert sampled.mean.sum() == pytest.approx(game[-1], rel=1e-13)


def test_sampled_shapley_equals_a_loop_over_orders_and_rotations():
    """A drawn order stands for the mean of the marginal costs over its n rotations."""
    game, drawn = random_game(11, 4), orders(4, samples=3, seed=5)
    witness = []
    for order in drawn.tolist():
        shares = np.zeros(4)
        for turn in range(4):
            before = 0
            for partner in order[turn:] + order[:turn]:
                shares[partner] += (game[before + 2**partner] - game[before]) / 4
                before += 2**partner
        witness.append(shares)
    sampled = allocation.sampled_shapley(lambda members: game[members @ [1, 2, 4, 8]], drawn)
    np.testing.assert_allclose(sampled.mean, np.mean(witness, axis=0), rtol=1e-12)
    np.testing.assert_allclose(sampled.standard_error, np.std(witness, axis=0, ddof=1) / np.sqrt(3), rtol=1e-10)


def test_sampled_shapley_of_all_orders_is_exact():
    game = random_game(12, 4)
    everyone = np.array(list(permutations(range(4))))
    sampled = allocation.sampled_shapley(lambda members: game[members @ [1, 2, 4, 8]], everyone)
    np.testing.assert_allclose(sampled.mean, by_every_order(game, 4), rtol=1e-12)


def test_sampled_shapley_standard_error_equals_the_spread_over_seeds():
    game = random_game(13, 5)
    ours = [
        allocation.sampled_shapley(
            lambda members: game[members @ (1 << np.arange(5))], orders(5, samples=30, seed=seed)
        )
        for seed in range(200)
    ]
    spread = np.std([one.mean for one in ours], axis=0, ddof=1)
    typical = np.sqrt(np.mean([one.standard_error**2 for one in ours], axis=0))
    np.testing.assert_allclose(spread, typical, rtol=0.25)  # an sd of 200 values has a standard error of 5 %


def test_sampled_shapley_of_twenty_partners():
    weights = np.arange(1.0, 21.0)
    sampled = allocation.sampled_shapley(lambda members: members @ weights, orders(20, samples=10, seed=1))
    np.testing.assert_allclose(sampled.mean, weights, rtol=1e-12)
    np.testing.assert_allclose(sampled.standard_error, 0.0, atol=1e-12)


def test_sampled_shapley_refuses_invalid_orders():
    for bad in ([[0, 1]], [[0, 0], [1, 0]], [[1, 2], [2, 1]], [[0.0, 1.0], [1.0, 0.0]], [0, 1]):
        with pytest.raises(ValueError, match="orders must be"):
            allocation.sampled_shapley(lambda members: members.sum(axis=1), bad)


# --- rules based on the needs of the pool -------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_eq_8_13_covariance_rule_is_in_the_core(seed):
    rng = np.random.default_rng(seed)
    partners, rank = int(rng.integers(2, 7)), int(rng.integers(1, 4))
    factors = rng.standard_normal((partners, rank)) * rng.uniform(0, 40, (partners, 1))  # singular if the rank is low
    covariance = factors @ factors.T + (seed % 2) * np.diag(rng.uniform(0, 100, partners))
    mean, cost = rng.uniform(0, 200, partners), rng.uniform(1, 9)
    surcharge = cost * rng.uniform(1.1, 20)
    game = pooling.capacity_cost(all_coalitions(partners), mean, covariance, cost, surcharge)
    shares = allocation.covariance_rule(game, covariance, cost * mean)
    assert shares.sum() == pytest.approx(game[-1], rel=1e-12)
    assert is_stable(game, shares, partners)
    pool = covariance.sum()
    witness = [cost * mean[i] + (game[-1] - cost * mean.sum()) * sum(covariance[i]) / pool for i in range(partners)]
    np.testing.assert_allclose(shares, witness, rtol=1e-9)


def test_eq_8_13_a_partner_with_negative_covariance_is_paid():
    covariance = covariance_matrix([10.0, 30.0], -0.8)
    game = pooling.capacity_cost(all_coalitions(2), [0, 0], covariance, 1.0, 10.0)
    shares = allocation.covariance_rule(game, covariance)
    assert shares[0] < 0 < shares[1]
    assert is_stable(game, shares, 2)


def test_eq_8_13_without_certain_costs_it_can_be_outside_the_core():
    """The certain cost of a large mean must not be shared by covariance: the partner without variance would leave."""
    covariance = covariance_matrix([1.0, 30.0])
    game = pooling.capacity_cost(all_coalitions(2), [100, 1000], covariance, 1.0, 10.0)
    assert not is_stable(game, allocation.covariance_rule(game, covariance), 2)
    assert is_stable(game, allocation.covariance_rule(game, covariance, [100, 1000]), 2)


def test_eq_8_13_invalid_arguments_are_refused():
    with pytest.raises(ValueError, match="covariance must be of a pool that varies"):
        allocation.covariance_rule([0.0, 3.0, 3.0, 0.0], covariance_matrix([3.0, 3.0], -1.0))
    with pytest.raises(ValueError, match="certain_costs must be a number for each of 2"):
        allocation.covariance_rule([0.0, 3.0, 3.0, 5.0], np.eye(2), [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="covariance must be a row for each of 2"):
        allocation.covariance_rule([0.0, 3.0, 3.0, 5.0], np.eye(3))


def record(seed):
    rng = np.random.default_rng(seed)
    periods, partners = int(rng.integers(1, 40)), int(rng.integers(2, 7))
    if seed % 4 == 0:
        return rng.integers(0, 4, (periods, partners)).astype(float)  # ties
    if seed % 4 == 1:
        return np.tile(rng.uniform(0, 9, partners), (periods, 1))  # constant needs
    if seed % 4 == 2:
        first = rng.uniform(0, 10, periods)
        return np.column_stack([first, 10 - first, *rng.uniform(0, 2, (partners - 2, periods))])  # balancing partners
    return rng.gamma(2.0, 20.0, (periods, partners))


@pytest.mark.parametrize("seed", range(60))
def test_eq_8_16_dual_prices_are_in_the_core(seed):
    needs, rng = record(seed), np.random.default_rng(1000 + seed)
    periods, partners = needs.shape
    members, cost = all_coalitions(partners), float(rng.integers(1, 10))
    surcharge = cost * (rng.uniform(1.01, 20) if seed % 3 else periods / max(periods - 1, 0.5))
    game = pooling.capacity_cost_on_record(members, needs, cost, surcharge)
    shares = allocation.dual_price_rule(pooling.scarcity_prices(needs, cost, surcharge), needs)
    assert shares.sum() == pytest.approx(game[-1], rel=1e-12, abs=1e-12)
    assert is_stable(game, shares, partners)
    capacity = rng.uniform(0.5, 1.5, partners) * needs.mean(axis=0)
    game = pooling.overflow_cost_on_record(members, needs, capacity, surcharge)
    shares = allocation.dual_price_rule(pooling.overflow_prices(needs, capacity, surcharge), needs, capacity)
    assert shares.sum() == pytest.approx(game[-1], rel=1e-9, abs=1e-9)
    assert is_stable(game, shares, partners)


def test_eq_8_16_equals_a_loop_over_periods():
    needs, prices, capacity = record(3), np.arange(len(record(3)), dtype=float), np.arange(record(3).shape[1])
    witness = [
        sum(price * (need[i] - capacity[i]) for price, need in zip(prices, needs, strict=True))
        for i in range(needs.shape[1])
    ]
    np.testing.assert_allclose(allocation.dual_price_rule(prices, needs, capacity), witness, rtol=1e-12)
    np.testing.assert_allclose(allocation.dual_price_rule(prices, needs, 2.0), prices @ (needs - 2), rtol=1e-12)


def test_eq_8_16_arguments_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="prices must be a number for each of 2 periods"):
        allocation.dual_price_rule([1.0], [[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(ValueError, match="internal_capacity must be a number for each of 2 partners"):
        allocation.dual_price_rule([1.0, 1.0], [[1.0, 2.0], [3.0, 4.0]], [1.0, 2.0, 3.0])
    with pytest.raises(ValueError, match="needs must be a table"):
        allocation.dual_price_rule([1.0], [1.0])
