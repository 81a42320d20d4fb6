"""Nucleolus and equal profit method against published games, Kohlberg's criterion and independent linear programmes."""

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
    loose,
    number,
    rows,
    subsets,
    vertices,
)
from scipy.optimize import linprog

from twin.games import allocation, coalitions, core_allocation, pooling, stability

RULES = [
    allocation.proportional,
    allocation.equal_savings,
    allocation.separable,
    lambda costs: allocation.separable(costs, "equal"),
    allocation.shapley,
]


# --- nucleolus ----------------------------------------------------------------------------------------------


def contested_garment(estate, claims):
    """Return the awards of Aumann and Maschler (1985): equal awards up to half of each claim, then equal losses."""
    half, total = np.asarray(claims) / 2, sum(claims)
    short = min(estate, total - estate)
    awards, left, order = np.zeros(len(half)), short, np.argsort(half)
    for place, claimant in enumerate(order):
        awards[claimant] = min(half[claimant], left / (len(half) - place))
        left -= awards[claimant]
    return awards if estate <= total / 2 else np.asarray(claims) - awards


def bankruptcy(estate, claims):
    """Return the profit game in which a coalition is worth what the claims of all others leave of the estate."""
    return -game_of(len(claims), lambda m: max(estate - sum(c for i, c in enumerate(claims) if i not in m), 0.0))


@pytest.mark.parametrize(
    ("claims", "estate", "awards"),
    [
        ([100, 200, 300], 100, [100 / 3, 100 / 3, 100 / 3]),
        ([100, 200, 300], 200, [50, 75, 75]),
        ([100, 200, 300], 300, [50, 100, 150]),
        ([100, 200, 300, 400], 500, [50, 100, 150, 200]),
    ],
)
def test_nucleolus_of_the_bankruptcy_problems_in_the_talmud(claims, estate, awards):
    np.testing.assert_allclose(-core_allocation.nucleolus(bankruptcy(estate, claims)), awards, atol=1e-7)
    np.testing.assert_allclose(contested_garment(estate, claims), awards, rtol=1e-12)


@pytest.mark.parametrize("seed", range(15))
def test_nucleolus_of_a_bankruptcy_game_is_the_contested_garment_rule(seed):
    rng = np.random.default_rng(seed)
    claims = rng.uniform(10, 400, int(rng.integers(2, 7)))
    estate = rng.uniform(0, 1) * claims.sum()
    ours = -core_allocation.nucleolus(bankruptcy(estate, claims))
    np.testing.assert_allclose(ours, contested_garment(estate, claims), atol=1e-6)


def test_nucleolus_of_the_dams_of_the_tennessee_valley():
    np.testing.assert_allclose(core_allocation.nucleolus(TVA), [116234, 93540, 202810], atol=0.01)


def littlechild(lengths):
    """Return the nucleolus of an airport game with ascending lengths by the recursion of Littlechild (1974)."""
    partners, shares, done, paid = len(lengths), [], 0, 0.0
    while done < partners - 1:
        rates = [((lengths[k] - paid) / (k - done + 2), k) for k in range(done, partners - 1)]
        rate, last = min(rates, key=lambda pair: (round(pair[0], 12), -pair[1]))
        shares += [rate] * (last - done + 1)
        paid += rate * (last - done + 1)
        done = last + 1
    return [*shares, lengths[-1] - paid]


@pytest.mark.parametrize("lengths", [[1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.2, 9.0, 9.5, 20.0], [2.0, 2.0, 2.0]])
def test_nucleolus_of_the_airport_game(lengths):
    ours = core_allocation.nucleolus(game_of(len(lengths), lambda members: max(lengths[i] for i in members)))
    np.testing.assert_allclose(ours, littlechild(lengths), atol=1e-8)
    if len(lengths) == 4:
        np.testing.assert_allclose(ours, [0.5, 0.75, 0.875, 1.875], atol=1e-9)


def test_nucleolus_of_a_game_solved_by_the_package_coopgame():
    worth = [0, 0, 0, 0, 5, 5, 8, 9, 10, 8, 13, 15, 16, 17, 21]
    game = np.zeros(16)
    for members, profit in zip(subsets(4), worth, strict=True):
        game[number(members)] = -profit
    np.testing.assert_allclose(-core_allocation.nucleolus(game), [3.5, 4.5, 5.5, 7.5], atol=1e-9)


def test_nucleolus_of_the_glove_game():
    """With two left gloves and one right glove, the owner of the right glove gets everything."""
    game = game_of(3, lambda members: -min(sum(i < 2 for i in members), sum(i == 2 for i in members)))
    np.testing.assert_allclose(-core_allocation.nucleolus(game), [0, 0, 1], atol=1e-9)


@pytest.mark.parametrize(
    ("rho", "shares"), [(0.0, [9.5827, 17.8856, 26.9491, 41.7070]), (0.5, [14.4440, 27.7223, 41.6239, 57.7010])]
)
def test_published_nucleolus_of_pooled_newsvendors(rho, shares):
    sd = np.array([10.0, 20.0, 30.0, 40.0])
    covariance = np.where(np.eye(4), 1, rho) * np.outer(sd, sd)
    game = 1.7549833 * np.sqrt([member @ covariance @ member for member in rows(4)])
    np.testing.assert_allclose(core_allocation.nucleolus(game), shares, atol=6e-5)


def satisfies_kohlberg(costs, shares):
    """Return whether an allocation satisfies the criterion of Kohlberg (1971), which only the nucleolus does.

    For each level of excess, take the coalitions S at or above it. Every change y of the payments with y(N) = 0 and
    y(S) <= 0 must have y(S) = 0 for all of them; y_i <= 0 for partners that pay their stand-alone cost. A linear
    programme searches for a y that violates this.
    """
    partners = len(shares)
    members, scale = rows(partners), np.abs(costs).max()
    inside = members[1:-1]
    over = inside @ shares - costs[1:-1]
    single = costs[2 ** np.arange(partners)]
    assert np.all(shares <= single + 1e-7 * scale)
    at_most = np.eye(partners)[shares >= single - 1e-7 * scale]
    level = np.inf
    while np.any(over < level):
        level = over[over < level].max() - 1e-7 * scale
        worst = inside[over >= level]
        found = linprog(
            worst.sum(axis=0),
            A_ub=np.vstack((worst, at_most)),
            b_ub=np.zeros(len(worst) + len(at_most)),
            A_eq=members[-1:],
            b_eq=[0.0],
            bounds=(-1, 1),
        )
        assert found.status == 0
        if found.fun < -1e-7:
            return False
        if np.linalg.matrix_rank(worst) == partners:
            return True  # y = 0 at this level and at all lower ones
    return True


@pytest.mark.parametrize("costs", GAMES, ids=IDS)
def test_nucleolus_satisfies_the_criterion_of_kohlberg(costs):
    shares = core_allocation.nucleolus(costs)
    assert shares.sum() == pytest.approx(costs[-1], abs=1e-9 * costs.max())
    assert satisfies_kohlberg(costs, shares)


@pytest.mark.parametrize("seed", range(24))
def test_nucleolus_of_an_empty_core_is_individually_rational(seed):
    costs = loose(seed, 3 + seed % 4)
    assert stability.least_core(costs).gain > 0
    assert satisfies_kohlberg(costs, core_allocation.nucleolus(costs))


def test_the_criterion_of_kohlberg_rejects_other_allocations():
    """The criterion rejects shifts of 0.1 % of the largest cost between two partners, and the Shapley value."""
    said_no = 0
    for costs in (TVA, *GAMES[:8]):
        shares, step = core_allocation.nucleolus(costs), 1e-3 * costs.max()
        count = len(shares)
        for other in (
            *(shares + step * (np.eye(count) - np.roll(np.eye(count), 1, axis=1))),
            allocation.shapley(costs),
        ):
            if np.all(other <= costs[2 ** np.arange(count)]) and np.abs(other - shares).max() > step / 2:
                assert not satisfies_kohlberg(costs, other)
                said_no += 1
    assert said_no > 20


@pytest.mark.parametrize("costs", GAMES[::5], ids=IDS[::5])
def test_nucleolus_is_covariant_under_scaling_and_translation(costs):
    partners = len(costs).bit_length() - 1
    own = np.random.default_rng(1).uniform(-5, 50, partners)
    moved = core_allocation.nucleolus(3.7 * costs + rows(partners) @ own)
    np.testing.assert_allclose(moved, 3.7 * core_allocation.nucleolus(costs) + own, atol=1e-6)


@pytest.mark.parametrize("scale", [1e-6, 1e9])
@pytest.mark.parametrize("costs", GAMES[::9], ids=IDS[::9])
def test_results_scale_with_the_costs(costs, scale):
    large = costs.max() * scale
    np.testing.assert_allclose(
        core_allocation.nucleolus(scale * costs), scale * core_allocation.nucleolus(costs), atol=1e-9 * large
    )
    assert stability.least_core(scale * costs).gain == pytest.approx(
        scale * stability.least_core(costs).gain, abs=1e-9 * large
    )
    ours, ends = stability.acceptable(costs), stability.acceptable(scale * costs)
    np.testing.assert_allclose(ends, scale * np.array(ours), atol=1e-8 * large)
    spread = spread_of(costs, core_allocation.equal_profit(costs))
    assert spread_of(scale * costs, core_allocation.equal_profit(scale * costs)) == pytest.approx(spread, abs=1e-7)
    shares = allocation.shapley(costs)
    assert stability.in_core(scale * costs, scale * shares) == stability.in_core(costs, shares)


def test_nucleolus_of_two_partners_splits_the_saving_equally():
    np.testing.assert_allclose(core_allocation.nucleolus([0.0, 7.0, 12.0, 13.0]), [4.0, 9.0], rtol=1e-12)
    assert core_allocation.nucleolus([0.0, 7.0]).tolist() == [7.0]


def test_nucleolus_refuses_a_grand_coalition_without_saving():
    with pytest.raises(ValueError, match="costs must be no more for all together than for each alone; got 3"):
        core_allocation.nucleolus([0.0, 1.0, 1.0, 3.0])
    core_allocation.nucleolus([0.0, 0.1, 0.2, 0.1 + 0.2])  # a violation by a rounding error is accepted


@pytest.mark.parametrize("each", [[4.0, 1.0, 8.0, 2.0], [0.1, 0.2, 0.3], [1e-3, 1e3, 0.0, 0.0, 7.0]])
def test_a_game_without_savings_has_one_core_allocation(each):
    costs = rows(len(each)) @ each
    found = stability.least_core(costs)
    assert found.gain == pytest.approx(0.0, abs=1e-12 * max(each))
    for shares in (
        core_allocation.nucleolus(costs),
        found.allocation,
        *stability.acceptable(costs),
        core_allocation.equal_profit(costs),
    ):
        np.testing.assert_allclose(shares, each, atol=1e-8 * max(each))


@pytest.mark.parametrize("partners", [2, 3, 5])
def test_a_game_of_zero_costs_gives_zero_payments(partners):
    costs = np.zeros(2**partners)
    assert stability.least_core(costs).gain == 0.0
    for shares in (
        core_allocation.nucleolus(costs),
        stability.least_core(costs).allocation,
        *stability.acceptable(costs),
    ):
        np.testing.assert_array_equal(shares, 0.0)
    assert stability.in_core(costs, np.zeros(partners))


def test_a_null_partner_pays_nothing_and_changes_no_payment():
    """This holds in the core, in the nucleolus and with the equal profit method."""
    for seed in range(5):
        costs = concave(seed, 3)
        more = np.concatenate((costs, costs))  # partner 3 adds no cost to any coalition
        np.testing.assert_allclose(core_allocation.nucleolus(more), [*core_allocation.nucleolus(costs), 0.0], atol=1e-8)
        ends = stability.acceptable(more)
        np.testing.assert_allclose(ends.low[:3], stability.acceptable(costs).low, atol=1e-7)
        np.testing.assert_allclose((ends.low[3], ends.high[3]), 0.0, atol=1e-7)
        assert spread_of(costs, core_allocation.equal_profit(more)[:3]) == pytest.approx(
            spread_of(costs, core_allocation.equal_profit(costs)), abs=1e-7
        )


def test_a_single_partner_pays_its_cost():
    assert core_allocation.nucleolus([0.0, 7.0]) == core_allocation.equal_profit([0.0, 7.0]) == 7.0


@pytest.mark.parametrize("large", [1e4, 1e6, 1e8])
@pytest.mark.parametrize("rule", [core_allocation.nucleolus, core_allocation.equal_profit])
def test_small_savings_beside_very_large_costs_are_resolved(large, rule):
    """Two partners are much larger than the other two, and no linear programme fails."""
    for seed in range(8):
        rng = np.random.Generator(np.random.PCG64(seed))
        needs = rng.gamma(4.0, 25.0, (50, 4)) * [large, large, 1.0, 1.0]
        costs = pooling.capacity_cost_on_record(coalitions.all_coalitions(4), needs, 10.0, 40.0)
        share = rule(costs)
        assert stability.in_core(costs, share)
        assert share.sum() == pytest.approx(costs[-1], rel=1e-12)


# --- equal profit -------------------------------------------------------------------------------------------


def spread_of(costs, shares):
    """Return the largest difference between two partners of payment over stand-alone cost."""
    single = costs[2 ** np.arange(len(shares))]
    part = shares[single > 0] / single[single > 0]
    return part.max() - part.min() if part.size else 0.0


def least_spread(costs, gain):
    """Return the optimum of a programme with a row for each pair and one variable for the largest difference."""
    partners = len(costs).bit_length() - 1
    single = costs[2 ** np.arange(partners)]
    paying = [i for i in range(partners) if single[i] > 0]
    pairs = []
    for i in paying:
        for j in paying:
            if i != j:
                row = np.zeros(partners + 1)
                row[i], row[j], row[-1] = 1 / single[i], -1 / single[j], -1.0
                pairs.append(row)
    stable = np.column_stack((rows(partners)[1:-1], np.zeros(2**partners - 2)))
    found = linprog(
        np.eye(partners + 1)[-1],
        A_ub=np.vstack((*pairs, stable)),
        b_ub=np.concatenate((np.zeros(len(pairs)), costs[1:-1] + gain)),
        A_eq=[[1.0] * partners + [0.0]],
        b_eq=[costs[-1]],
        bounds=[(None, None)] * partners + [(0, None)],
    )
    assert found.status == 0
    return found.fun


EVEN = [costs for costs in GAMES if np.all(costs[2 ** np.arange(len(costs).bit_length() - 1)] > 0)]


@pytest.mark.parametrize("costs", EVEN, ids=lambda costs: f"{len(costs)}")
def test_eq_8_17_equals_a_programme_with_a_row_for_each_pair(costs):
    shares, gain = core_allocation.equal_profit(costs), stability.least_core(costs).gain
    assert stability.leaving(costs, shares).gain <= max(gain, 0.0) + 1e-8 * costs.max()
    witness = least_spread(costs, max(gain_by_weights(costs), 0.0) + 1e-9 * costs.max())
    assert spread_of(costs, shares) == pytest.approx(witness, abs=1e-6)
    if gain <= 0:
        assert stability.in_core(costs, shares)
        for other in (*(rule(costs) for rule in RULES), core_allocation.nucleolus(costs)):
            if stability.in_core(costs, other):
                assert spread_of(costs, shares) <= spread_of(costs, other) + 1e-7


def test_eq_8_17_no_random_core_allocation_has_a_smaller_difference():
    rng = np.random.default_rng(17)
    for costs in SMALL:
        if np.all(costs[2 ** np.arange(len(costs).bit_length() - 1)] > 0):
            found = vertices(costs)
            others = rng.dirichlet(np.full(len(found), 0.5), 300) @ found
            least = min(spread_of(costs, other) for other in others)
            assert spread_of(costs, core_allocation.equal_profit(costs)) <= least + 1e-7


def test_eq_8_17_equal_relative_savings_are_found_if_they_are_in_the_core():
    np.testing.assert_allclose(core_allocation.equal_profit(TVA), [121682.22, 104794.65, 186107.13], atol=6e-3)
    for rho, shares in ((0.0, [9.6124, 19.2249, 28.8373, 38.4498]), (0.5, [14.1491, 28.2983, 42.4474, 56.5965])):
        sd = np.array([10.0, 20.0, 30.0, 40.0])
        covariance = np.where(np.eye(4), 1, rho) * np.outer(sd, sd)
        game = 1.7549833 * np.sqrt([member @ covariance @ member for member in rows(4)])
        np.testing.assert_allclose(core_allocation.equal_profit(game), shares, atol=6e-5)


def test_eq_8_17_only_the_core_constrains_a_partner_without_stand_alone_cost():
    """Partner 2 has no stand-alone cost and saves the others 3, so it can be paid up to 3."""
    costs = np.array([0.0, 4.0, 6.0, 8.0, 0.0, 4.0, 6.0, 5.0])
    shares = core_allocation.equal_profit(costs)
    assert is_stable(costs, shares)
    assert shares[0] / 4 == pytest.approx(shares[1] / 6, abs=1e-8)
    assert -3 - 1e-8 <= shares[2] <= 1e-8


@pytest.mark.parametrize(
    "costs", [np.zeros(4), np.zeros(8), [0.0, 0.0, 0.0, -3.0], bankruptcy(200, [100, 200, 300])], ids=str
)
def test_eq_8_17_without_stand_alone_costs_is_in_the_core(costs):
    shares = core_allocation.equal_profit(costs)
    assert is_stable(np.asarray(costs), shares)


def profit_games():
    """Return random games with an empty core in which no stand-alone cost is positive."""
    games = [np.append(0.0, np.random.default_rng(seed).uniform(-10, 0, 2 ** (3 + seed % 3) - 1)) for seed in range(12)]
    pairs = np.array([0.0, -2.0, 0.0, 0.0, 0.0, 0.0, -2.0, -2.0])  # the nucleolus is outside the least core
    return [pairs, *(costs for costs in games if gain_by_weights(costs) > 1e-6)]


@pytest.mark.parametrize("costs", profit_games(), ids=lambda costs: f"{len(costs)}")
def test_eq_8_17_without_stand_alone_costs_and_core_is_in_the_least_core(costs):
    shares = core_allocation.equal_profit(costs)
    excess = (rows(len(shares)) @ shares - costs)[1:-1]
    assert shares.sum() == pytest.approx(costs[-1], rel=1e-9)
    assert excess.max() == pytest.approx(gain_by_weights(costs), rel=1e-7)
