"""Excess, core and least core against enumeration of coalitions and independent linear programmes."""

import numpy as np
import pytest
from games import (
    GAMES,
    IDS,
    SMALL,
    TVA,
    concave,
    gain_by_weights,
    game_of,
    is_stable,
    number,
    subadditive,
    subsets,
    vertices,
)

from twin.games import allocation, core_allocation, stability

RULES = [
    allocation.proportional,
    allocation.equal_savings,
    allocation.separable,
    lambda costs: allocation.separable(costs, "equal"),
    allocation.shapley,
]


# --- excess and leaving -------------------------------------------------------------------------------------


@pytest.mark.parametrize("partners", [2, 3, 4, 6])
def test_eq_8_14_largest_excess_equals_a_loop_over_coalitions(partners):
    for seed in range(10):
        costs, rng = subadditive(seed, partners), np.random.default_rng(seed)
        shares = rng.dirichlet(np.ones(partners)) * costs[-1]
        gains = {number(m): sum(shares[i] for i in m) - costs[number(m)] for m in subsets(partners)}
        over = stability.excess(costs, shares)
        assert over[0] == 0.0
        np.testing.assert_allclose(over[1:], [gains[m] for m in range(1, 2**partners)], atol=1e-12)
        del gains[2**partners - 1]  # the grand coalition cannot leave
        found = stability.leaving(costs, shares)
        assert found.gain == pytest.approx(max(gains.values()), abs=1e-12)
        assert gains[found.coalition] == pytest.approx(found.gain, abs=1e-12)
        assert stability.in_core(costs, shares) == (max(gains.values()) <= 1e-9 * costs.max())


def test_an_exit_fee_as_high_as_the_gain_makes_an_allocation_stable():
    shares = np.array([TVA[-1], 0.0, 0.0])
    found = stability.leaving(TVA, shares)
    assert (found.coalition, found.gain) == (1, TVA[-1] - TVA[1])
    with_fee = TVA.copy()
    with_fee[1:-1] += found.gain
    assert stability.in_core(with_fee, shares) and not stability.in_core(TVA, shares)
    with_fee[1:-1] -= 1.0
    assert not stability.in_core(with_fee, shares)


def test_leading_axes_are_separate_games():
    games = np.array([[subadditive(10 * i + j, 3) for j in range(4)] for i in range(2)])
    shares = allocation.proportional(games)
    over, found, inside = (
        stability.excess(games, shares),
        stability.leaving(games, shares),
        stability.in_core(games, shares),
    )
    assert (over.shape, found.gain.shape, found.coalition.shape, inside.shape) == ((2, 4, 8), (2, 4), (2, 4), (2, 4))
    for index in np.ndindex(2, 4):
        np.testing.assert_allclose(over[index], stability.excess(games[index], shares[index]), atol=1e-12)
        one = stability.leaving(games[index], shares[index])
        assert (found.coalition[index], found.gain[index]) == (one.coalition, pytest.approx(one.gain, abs=1e-12))
        assert inside[index] == stability.in_core(games[index], shares[index])
    np.testing.assert_allclose(stability.excess(TVA, np.eye(3)), [stability.excess(TVA, one) for one in np.eye(3)])


def test_invalid_allocations_and_games_are_refused():
    with pytest.raises(ValueError, match="allocation must be what the whole costs, in sum; got 3"):
        stability.leaving(TVA, [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="allocation must be 3 numbers"):
        stability.leaving(TVA, [1.0, 1.0])
    with pytest.raises(ValueError, match="costs must be of two partners or more"):
        stability.leaving([0.0, 1.0], [1.0])
    for function in (stability.least_core, stability.acceptable):
        with pytest.raises(ValueError, match="costs must be of one game of two partners or more"):
            function([0.0, 1.0])
    for function in (
        stability.least_core,
        stability.acceptable,
        core_allocation.equal_profit,
        core_allocation.nucleolus,
    ):
        with pytest.raises(ValueError, match="costs must be of one game"):
            function([TVA, TVA])


# --- core and least core ------------------------------------------------------------------------------------


@pytest.mark.parametrize("costs", GAMES, ids=IDS)
def test_eq_8_15_least_core_by_balanced_weights(costs):
    found = stability.least_core(costs)
    assert found.gain == pytest.approx(gain_by_weights(costs), abs=1e-8 * costs.max())
    worst = stability.leaving(costs, found.allocation).gain
    assert worst == pytest.approx(found.gain, abs=1e-8 * costs.max())
    if found.gain <= 0:
        assert is_stable(costs, core_allocation.nucleolus(costs))


@pytest.mark.parametrize(("partners", "majority", "gain"), [(3, 2, 1 / 3), (5, 3, 2 / 5), (4, 3, 1 / 4), (6, 4, 1 / 3)])
def test_least_core_of_majority_games(partners, majority, gain):
    """A majority of m is worth 1. With shares of 1 / n each, it gets m / n, so its excess is 1 - m / n."""
    costs = game_of(partners, lambda members: -float(len(members) >= majority))
    found = stability.least_core(costs)
    assert found.gain == pytest.approx(gain, abs=1e-9)
    np.testing.assert_allclose(core_allocation.nucleolus(costs), -1 / partners, atol=1e-9)
    for rule in (allocation.equal_savings, allocation.shapley):
        assert not stability.in_core(costs, rule(costs))
        assert stability.leaving(costs, rule(costs)).gain == pytest.approx(gain, abs=1e-9)


def test_least_core_of_three_partners_with_cheap_pairs():
    """Pairs cost 10 and all three 18: the three pairs pay 36 in total and cost 30, so their excess is 2 on average."""
    costs = game_of(3, lambda members: (9.0, 10.0, 18.0)[len(members) - 1])
    found = stability.least_core(costs)
    assert found.gain == pytest.approx(2.0, abs=1e-9)
    np.testing.assert_allclose(found.allocation, 6.0, atol=1e-8)
    np.testing.assert_allclose(stability.acceptable(costs), 6.0, atol=1e-6)
    np.testing.assert_allclose(core_allocation.equal_profit(costs), 6.0, atol=1e-6)
    np.testing.assert_allclose(core_allocation.nucleolus(costs), 6.0, atol=1e-8)


@pytest.mark.parametrize("costs", SMALL, ids=lambda costs: f"{len(costs)}")
def test_eq_8_15_range_of_payments_equals_that_of_the_vertices_of_the_core(costs):
    found, ends = vertices(costs), stability.acceptable(costs)
    np.testing.assert_allclose(ends.low, found.min(axis=0), atol=1e-7 * costs.max())
    np.testing.assert_allclose(ends.high, found.max(axis=0), atol=1e-7 * costs.max())
    assert all(stability.in_core(costs, corner) for corner in found)


@pytest.mark.parametrize(
    "costs", [costs for costs in GAMES if stability.least_core(costs).gain > 0], ids=lambda c: f"{len(c)}"
)
def test_eq_8_15_range_of_payments_of_the_least_core_if_the_core_is_empty(costs):
    ends, nucleolus = stability.acceptable(costs), stability.least_core(costs).allocation
    assert np.all(ends.low <= nucleolus + 1e-7) and np.all(nucleolus <= ends.high + 1e-7)
    relaxed = costs.copy()
    relaxed[1:-1] += gain_by_weights(costs) + 1e-7
    if len(costs) <= 16:
        found = vertices(relaxed)
        np.testing.assert_allclose(ends.low, found.min(axis=0), atol=2e-5)
        np.testing.assert_allclose(ends.high, found.max(axis=0), atol=2e-5)


@pytest.mark.parametrize("partners", [2, 3, 4, 5, 6])
def test_shapley_value_of_a_concave_game_is_in_the_core(partners):
    for seed in range(20):
        costs = concave(100 + seed, partners)
        for whole in range(2**partners):
            for part in range(2**partners):
                assert costs[whole | part] + costs[whole & part] <= costs[whole] + costs[part] + 1e-9
        shares = allocation.shapley(costs)
        assert is_stable(costs, shares) and stability.in_core(costs, shares)
        assert stability.least_core(costs).gain <= 1e-9


def test_range_of_payments_of_the_tennessee_valley_dams():
    for rule in RULES:
        assert stability.in_core(TVA, rule(TVA)) and is_stable(TVA, rule(TVA))
    low, high = stability.acceptable(TVA)
    np.testing.assert_allclose(low, TVA[-1] - TVA[[6, 5, 3]], atol=1e-3)  # each pays at least its marginal cost
    assert np.all(high <= TVA[[1, 2, 4]] + 1e-3)
