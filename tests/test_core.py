"""Which allocations last: published games, Kohlberg's criterion, and programmes written another way as witnesses."""

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from twin import allocation, coalitions, core, pooling
from twin.coalitions import game_of_table

TVA = game_of_table(  # Straffin and Heaney (1981): dams of the Tennessee Valley Authority
    {"1": 163520, "2": 140826, "3": 250096, "12": 301607, "13": 378821, "23": 367370, "123": 412584}, list("123")
)
RULES = [
    allocation.proportional,
    allocation.equal_savings,
    allocation.separable,
    lambda costs: allocation.separable(costs, "equal"),
    allocation.shapley,
]


def subsets(partners):
    return [some for size in range(1, partners + 1) for some in combinations(range(partners), size)]


def number(members):
    return sum(2**member for member in members)


def game_of(partners, cost):
    """A game of a function of a tuple of members."""
    costs = np.zeros(2**partners)
    for members in subsets(partners):
        costs[number(members)] = cost(members)
    return costs


def rows(partners):
    """Who belongs to which coalition, read off the binary numerals."""
    return np.array([[int(bit) for bit in f"{m:0{partners}b}"[::-1]] for m in range(2**partners)], float)


def subadditive(seed, partners, *, whole=None):
    """A random game in which no coalition is dearer than its parts; of whole numbers it has many ties."""
    rng = np.random.default_rng(seed)
    costs = rng.uniform(1, 10, 2**partners) if whole is None else rng.integers(0, whole, 2**partners).astype(float)
    costs *= np.sqrt(rows(partners).sum(axis=1)) if whole is None else 1.0
    costs[0] = 0.0
    for coalition in range(2**partners):
        part = (coalition - 1) & coalition
        while part:
            costs[coalition] = min(costs[coalition], costs[part] + costs[coalition ^ part])
            part = (part - 1) & coalition
    return costs


def concave(seed, partners):
    """A random game in which what a partner adds shrinks: facilities, each paid once by those that need it."""
    rng = np.random.default_rng(seed)
    needed = rng.random((6, partners)) < 0.5
    prices = rng.uniform(0, 10, 6)
    return game_of(partners, lambda members: prices @ needed[:, list(members)].any(axis=1))


def never_leaves(costs, shares):
    partners = len(shares)
    tolerance = 1e-8 * np.abs(costs).max()
    return abs(shares.sum() - costs[-1]) <= tolerance and all(
        sum(shares[member] for member in members) <= costs[number(members)] + tolerance for members in subsets(partners)
    )


def loose(seed, partners):
    """A random game whose smaller coalitions may be dearer than their members alone, or much cheaper than everybody."""
    costs = np.random.default_rng(seed).uniform(1, 10, 2**partners)
    costs[0], costs[-1] = 0.0, 0.95 * costs[2 ** np.arange(partners)].sum()
    return costs


GAMES = [
    *(subadditive(seed, partners) for partners in (3, 4, 5, 6) for seed in range(6)),
    *(subadditive(seed, partners, whole=4) for partners in (3, 4, 5, 6) for seed in range(5)),
    *(concave(seed, partners) for partners in (3, 4, 5) for seed in range(4)),
]
GAMES = [costs for costs in GAMES if costs.any()]
IDS = [f"{number}, {len(costs).bit_length() - 1} partners" for number, costs in enumerate(GAMES)]


# --- nucleolus ----------------------------------------------------------------------------------------------


def contested_garment(estate, claims):
    """Aumann and Maschler (1985): equal awards up to half of each claim, then equal losses down to it."""
    half, total = np.asarray(claims) / 2, sum(claims)
    short = min(estate, total - estate)
    awards, left, order = np.zeros(len(half)), short, np.argsort(half)
    for place, claimant in enumerate(order):
        awards[claimant] = min(half[claimant], left / (len(half) - place))
        left -= awards[claimant]
    return awards if estate <= total / 2 else np.asarray(claims) - awards


def bankruptcy(estate, claims):
    """What is left to a coalition once all others have had theirs, as a game of profits."""
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
def test_nucleolus_of_the_talmud(claims, estate, awards):
    np.testing.assert_allclose(-core.nucleolus(bankruptcy(estate, claims)), awards, atol=1e-7)
    np.testing.assert_allclose(contested_garment(estate, claims), awards, rtol=1e-12)


@pytest.mark.parametrize("seed", range(15))
def test_nucleolus_of_any_bankruptcy_is_the_rule_of_the_contested_garment(seed):
    rng = np.random.default_rng(seed)
    claims = rng.uniform(10, 400, int(rng.integers(2, 7)))
    estate = rng.uniform(0, 1) * claims.sum()
    ours = -core.nucleolus(bankruptcy(estate, claims))
    np.testing.assert_allclose(ours, contested_garment(estate, claims), atol=1e-6)


def test_nucleolus_of_the_dams_of_the_tennessee_valley():
    np.testing.assert_allclose(core.nucleolus(TVA), [116234, 93540, 202810], atol=0.01)


def littlechild(lengths):
    """Littlechild (1974) for a runway, lengths rising: of what is left the smallest rate binds, group by group."""
    partners, shares, done, paid = len(lengths), [], 0, 0.0
    while done < partners - 1:
        rates = [((lengths[k] - paid) / (k - done + 2), k) for k in range(done, partners - 1)]
        rate, last = min(rates, key=lambda pair: (round(pair[0], 12), -pair[1]))
        shares += [rate] * (last - done + 1)
        paid += rate * (last - done + 1)
        done = last + 1
    return [*shares, lengths[-1] - paid]


@pytest.mark.parametrize("lengths", [[1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.2, 9.0, 9.5, 20.0], [2.0, 2.0, 2.0]])
def test_nucleolus_of_a_runway(lengths):
    ours = core.nucleolus(game_of(len(lengths), lambda members: max(lengths[i] for i in members)))
    np.testing.assert_allclose(ours, littlechild(lengths), atol=1e-8)
    if len(lengths) == 4:
        np.testing.assert_allclose(ours, [0.5, 0.75, 0.875, 1.875], atol=1e-9)


def test_nucleolus_of_four_partners_of_the_package_coopgame():
    worth = [0, 0, 0, 0, 5, 5, 8, 9, 10, 8, 13, 15, 16, 17, 21]
    game = np.zeros(16)
    for members, profit in zip(subsets(4), worth, strict=True):
        game[number(members)] = -profit
    np.testing.assert_allclose(-core.nucleolus(game), [3.5, 4.5, 5.5, 7.5], atol=1e-9)


def test_nucleolus_of_gloves():
    """Two left ones and one right: who has the scarce one gets all."""
    game = game_of(3, lambda members: -min(sum(i < 2 for i in members), sum(i == 2 for i in members)))
    np.testing.assert_allclose(-core.nucleolus(game), [0, 0, 1], atol=1e-9)


@pytest.mark.parametrize(
    ("rho", "shares"), [(0.0, [9.5827, 17.8856, 26.9491, 41.7070]), (0.5, [14.4440, 27.7223, 41.6239, 57.7010])]
)
def test_nucleolus_of_newsvendors_of_a_table(rho, shares):
    sd = np.array([10.0, 20.0, 30.0, 40.0])
    covariance = np.where(np.eye(4), 1, rho) * np.outer(sd, sd)
    game = 1.7549833 * np.sqrt([member @ covariance @ member for member in rows(4)])
    np.testing.assert_allclose(core.nucleolus(game), shares, atol=6e-5)


def satisfies_kohlberg(costs, shares):
    """No change of the shares relieves the worst-off coalitions without burdening one of them, at any level of excess.

    Kohlberg (1971), with partners who pay as much as alone held to no more: for every level, of the y with y(N) = 0
    and y(S) <= 0 for those at or above it, all have y(S) = 0. The programme looks for one that has not.
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
            return True  # y is zero, and no further level can change that
    return True


@pytest.mark.parametrize("costs", GAMES, ids=IDS)
def test_nucleolus_by_the_criterion_of_kohlberg(costs):
    shares = core.nucleolus(costs)
    assert shares.sum() == pytest.approx(costs[-1], abs=1e-9 * costs.max())
    assert satisfies_kohlberg(costs, shares)


@pytest.mark.parametrize("seed", range(24))
def test_nucleolus_where_nobody_pays_more_than_alone_though_that_would_calm_the_others(seed):
    costs = loose(seed, 3 + seed % 4)
    assert core.least_core(costs).gain > 0
    assert satisfies_kohlberg(costs, core.nucleolus(costs))


def test_the_criterion_of_kohlberg_tells_others():
    """The witness can say no: to a shift of a thousandth from one partner to the next, and to the Shapley value."""
    said_no = 0
    for costs in (TVA, *GAMES[:8]):
        shares, step = core.nucleolus(costs), 1e-3 * costs.max()
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
def test_nucleolus_moves_with_what_each_pays_for_itself_and_with_the_currency(costs):
    partners = len(costs).bit_length() - 1
    own = np.random.default_rng(1).uniform(-5, 50, partners)
    moved = core.nucleolus(3.7 * costs + rows(partners) @ own)
    np.testing.assert_allclose(moved, 3.7 * core.nucleolus(costs) + own, atol=1e-6)


@pytest.mark.parametrize("scale", [1e-6, 1e9])
@pytest.mark.parametrize("costs", GAMES[::9], ids=IDS[::9])
def test_the_currency_does_not_matter(costs, scale):
    large = costs.max() * scale
    np.testing.assert_allclose(core.nucleolus(scale * costs), scale * core.nucleolus(costs), atol=1e-9 * large)
    assert core.least_core(scale * costs).gain == pytest.approx(scale * core.least_core(costs).gain, abs=1e-9 * large)
    ours, ends = core.acceptable(costs), core.acceptable(scale * costs)
    np.testing.assert_allclose(ends, scale * np.array(ours), atol=1e-8 * large)
    spread = spread_of(costs, core.equal_profit(costs))
    assert spread_of(scale * costs, core.equal_profit(scale * costs)) == pytest.approx(spread, abs=1e-7)
    shares = allocation.shapley(costs)
    assert core.in_core(scale * costs, scale * shares) == core.in_core(costs, shares)


def test_nucleolus_of_two_splits_the_saving_and_of_one_is_its_cost():
    np.testing.assert_allclose(core.nucleolus([0.0, 7.0, 12.0, 13.0]), [4.0, 9.0], rtol=1e-12)
    assert core.nucleolus([0.0, 7.0]).tolist() == [7.0]


def test_nucleolus_of_a_whole_that_is_dearer_than_its_members_is_refused():
    with pytest.raises(ValueError, match="costs must be no more for all together than for each alone; got 3"):
        core.nucleolus([0.0, 1.0, 1.0, 3.0])
    core.nucleolus([0.0, 0.1, 0.2, 0.1 + 0.2])  # but for rounding


@pytest.mark.parametrize("each", [[4.0, 1.0, 8.0, 2.0], [0.1, 0.2, 0.3], [1e-3, 1e3, 0.0, 0.0, 7.0]])
def test_a_game_without_savings_has_one_allocation_for_all(each):
    costs = rows(len(each)) @ each
    found = core.least_core(costs)
    assert found.gain == pytest.approx(0.0, abs=1e-12 * max(each))
    for shares in (core.nucleolus(costs), found.allocation, *core.acceptable(costs), core.equal_profit(costs)):
        np.testing.assert_allclose(shares, each, atol=1e-8 * max(each))


@pytest.mark.parametrize("partners", [2, 3, 5])
def test_a_game_of_nothing(partners):
    costs = np.zeros(2**partners)
    assert core.least_core(costs).gain == 0.0
    for shares in (core.nucleolus(costs), core.least_core(costs).allocation, *core.acceptable(costs)):
        np.testing.assert_array_equal(shares, 0.0)
    assert core.in_core(costs, np.zeros(partners))


def test_a_partner_that_costs_nothing_changes_nothing():
    """Nor does it pay anything, in the core or in the nucleolus."""
    for seed in range(5):
        costs = concave(seed, 3)
        more = np.concatenate((costs, costs))  # partner 3 adds nothing to anybody
        np.testing.assert_allclose(core.nucleolus(more), [*core.nucleolus(costs), 0.0], atol=1e-8)
        ends = core.acceptable(more)
        np.testing.assert_allclose(ends.low[:3], core.acceptable(costs).low, atol=1e-7)
        np.testing.assert_allclose((ends.low[3], ends.high[3]), 0.0, atol=1e-7)
        assert spread_of(costs, core.equal_profit(more)[:3]) == pytest.approx(
            spread_of(costs, core.equal_profit(costs)), abs=1e-7
        )


# --- excess and leaving -------------------------------------------------------------------------------------


@pytest.mark.parametrize("partners", [2, 3, 4, 6])
def test_eq_8_14_who_gains_most_by_leaving(partners):
    for seed in range(10):
        costs, rng = subadditive(seed, partners), np.random.default_rng(seed)
        shares = rng.dirichlet(np.ones(partners)) * costs[-1]
        gains = {number(m): sum(shares[i] for i in m) - costs[number(m)] for m in subsets(partners)}
        over = core.excess(costs, shares)
        assert over[0] == 0.0
        np.testing.assert_allclose(over[1:], [gains[m] for m in range(1, 2**partners)], atol=1e-12)
        del gains[2**partners - 1]  # everybody has nobody to leave
        found = core.leaving(costs, shares)
        assert found.gain == pytest.approx(max(gains.values()), abs=1e-12)
        assert gains[found.coalition] == pytest.approx(found.gain, abs=1e-12)
        assert core.in_core(costs, shares) == (max(gains.values()) <= 1e-9 * costs.max())


def test_an_exit_fee_of_the_gain_makes_it_last():
    shares = np.array([TVA[-1], 0.0, 0.0])
    found = core.leaving(TVA, shares)
    assert (found.coalition, found.gain) == (1, TVA[-1] - TVA[1])
    with_fee = TVA.copy()
    with_fee[1:-1] += found.gain
    assert core.in_core(with_fee, shares) and not core.in_core(TVA, shares)
    with_fee[1:-1] -= 1.0
    assert not core.in_core(with_fee, shares)


def test_leading_axes_are_games_of_their_own():
    games = np.array([[subadditive(10 * i + j, 3) for j in range(4)] for i in range(2)])
    shares = allocation.proportional(games)
    over, found, inside = core.excess(games, shares), core.leaving(games, shares), core.in_core(games, shares)
    assert (over.shape, found.gain.shape, found.coalition.shape, inside.shape) == ((2, 4, 8), (2, 4), (2, 4), (2, 4))
    for index in np.ndindex(2, 4):
        np.testing.assert_allclose(over[index], core.excess(games[index], shares[index]), atol=1e-12)
        one = core.leaving(games[index], shares[index])
        assert (found.coalition[index], found.gain[index]) == (one.coalition, pytest.approx(one.gain, abs=1e-12))
        assert inside[index] == core.in_core(games[index], shares[index])
    np.testing.assert_allclose(core.excess(TVA, np.eye(3)), [core.excess(TVA, one) for one in np.eye(3)])


def test_what_is_no_allocation_is_refused():
    with pytest.raises(ValueError, match="allocation must be what the whole costs, in sum; got 3"):
        core.leaving(TVA, [1.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="allocation must be 3 numbers"):
        core.leaving(TVA, [1.0, 1.0])
    with pytest.raises(ValueError, match="costs must be of two partners or more"):
        core.leaving([0.0, 1.0], [1.0])
    for function in (core.least_core, core.acceptable):
        with pytest.raises(ValueError, match="costs must be of one game of two partners or more"):
            function([0.0, 1.0])
    for function in (core.least_core, core.acceptable, core.equal_profit, core.nucleolus):
        with pytest.raises(ValueError, match="costs must be of one game"):
            function([TVA, TVA])


def test_one_partner_pays_for_itself():
    assert core.nucleolus([0.0, 7.0]) == core.equal_profit([0.0, 7.0]) == 7.0


@pytest.mark.parametrize("large", [1e4, 1e6, 1e8])
@pytest.mark.parametrize("rule", [core.nucleolus, core.equal_profit])
def test_partners_of_very_unequal_size(large, rule):
    """What two small partners save does not drown in what two large ones pay; no programme fails."""
    for seed in range(8):
        rng = np.random.Generator(np.random.PCG64(seed))
        needs = rng.gamma(4.0, 25.0, (50, 4)) * [large, large, 1.0, 1.0]
        costs = pooling.capacity_cost_on_record(coalitions.all_coalitions(4), needs, 10.0, 40.0)
        share = rule(costs)
        assert core.in_core(costs, share)
        assert share.sum() == pytest.approx(costs[-1], rel=1e-12)


# --- core and least core ------------------------------------------------------------------------------------


def gain_by_weights(costs):
    """The same number from the other side (Bondareva and Shapley): coalitions of weights that count everybody alike.

    max mu c(N) - sum w c(S)  with  sum w_S over those that i belongs to = mu for every i,  sum w = 1,  w >= 0
    """
    partners = len(costs).bit_length() - 1
    inside = rows(partners)[1:-1]
    balance = np.column_stack((inside.T, -np.ones(partners)))
    found = linprog(
        np.append(costs[1:-1], -costs[-1]),
        A_eq=np.vstack((balance, np.append(np.ones(len(inside)), 0.0))),
        b_eq=np.append(np.zeros(partners), 1.0),
        bounds=[(0, None)] * len(inside) + [(None, None)],
    )
    assert found.status == 0
    return -found.fun


@pytest.mark.parametrize("costs", GAMES, ids=IDS)
def test_eq_8_15_least_core_by_balanced_weights(costs):
    found = core.least_core(costs)
    assert found.gain == pytest.approx(gain_by_weights(costs), abs=1e-8 * costs.max())
    worst = core.leaving(costs, found.allocation).gain
    assert worst == pytest.approx(found.gain, abs=1e-8 * costs.max())
    if found.gain <= 0:
        assert never_leaves(costs, core.nucleolus(costs))


@pytest.mark.parametrize(("partners", "majority", "gain"), [(3, 2, 1 / 3), (5, 3, 2 / 5), (4, 3, 1 / 4), (6, 4, 1 / 3)])
def test_majorities_leave_any_allocation(partners, majority, gain):
    """A majority takes 1. The most even shares are 1 / n each: a smallest majority has m / n, and would have 1."""
    costs = game_of(partners, lambda members: -float(len(members) >= majority))
    found = core.least_core(costs)
    assert found.gain == pytest.approx(gain, abs=1e-9)
    np.testing.assert_allclose(core.nucleolus(costs), -1 / partners, atol=1e-9)
    for rule in (allocation.equal_savings, allocation.shapley):
        assert not core.in_core(costs, rule(costs))
        assert core.leaving(costs, rule(costs)).gain == pytest.approx(gain, abs=1e-9)


def test_a_pair_is_cheap_and_all_three_are_not():
    """Every pair costs 10 and everybody 18: three pairs count everybody twice, 30 against 36, so 2 each are missing."""
    costs = game_of(3, lambda members: (9.0, 10.0, 18.0)[len(members) - 1])
    found = core.least_core(costs)
    assert found.gain == pytest.approx(2.0, abs=1e-9)
    np.testing.assert_allclose(found.allocation, 6.0, atol=1e-8)
    np.testing.assert_allclose(core.acceptable(costs), 6.0, atol=1e-6)
    np.testing.assert_allclose(core.equal_profit(costs), 6.0, atol=1e-6)
    np.testing.assert_allclose(core.nucleolus(costs), 6.0, atol=1e-8)


def corners(costs):
    """Every corner of the core: n - 1 coalitions pay just what they would alone, and nobody would leave."""
    partners = len(costs).bit_length() - 1
    members, found = rows(partners), []
    for some in combinations(range(1, 2**partners - 1), partners - 1):
        chosen = [*some, 2**partners - 1]
        if abs(np.linalg.det(members[chosen])) > 1e-9:
            shares = np.linalg.solve(members[chosen], costs[chosen])
            if np.all(members @ shares <= costs + 1e-9 * costs.max()):
                found.append(shares)
    return np.array(found)


SMALL = [costs for costs in GAMES if len(costs) <= 16 and core.least_core(costs).gain <= 0]


@pytest.mark.parametrize("costs", SMALL, ids=lambda costs: f"{len(costs)}")
def test_eq_8_15_least_and_most_that_each_pays_by_corners_of_the_core(costs):
    found, ends = corners(costs), core.acceptable(costs)
    np.testing.assert_allclose(ends.low, found.min(axis=0), atol=1e-7 * costs.max())
    np.testing.assert_allclose(ends.high, found.max(axis=0), atol=1e-7 * costs.max())
    assert all(core.in_core(costs, corner) for corner in found)


@pytest.mark.parametrize(
    "costs", [costs for costs in GAMES if core.least_core(costs).gain > 0], ids=lambda c: f"{len(c)}"
)
def test_eq_8_15_least_and_most_of_an_empty_core_are_of_the_least_core(costs):
    ends, nucleolus = core.acceptable(costs), core.least_core(costs).allocation
    assert np.all(ends.low <= nucleolus + 1e-7) and np.all(nucleolus <= ends.high + 1e-7)
    relaxed = costs.copy()
    relaxed[1:-1] += gain_by_weights(costs) + 1e-7
    if len(costs) <= 16:
        found = corners(relaxed)
        np.testing.assert_allclose(ends.low, found.min(axis=0), atol=2e-5)
        np.testing.assert_allclose(ends.high, found.max(axis=0), atol=2e-5)


@pytest.mark.parametrize("partners", [2, 3, 4, 5, 6])
def test_shapley_is_in_the_core_where_what_a_partner_adds_shrinks(partners):
    for seed in range(20):
        costs = concave(100 + seed, partners)
        for whole in range(2**partners):
            for part in range(2**partners):
                assert costs[whole | part] + costs[whole & part] <= costs[whole] + costs[part] + 1e-9
        shares = allocation.shapley(costs)
        assert never_leaves(costs, shares) and core.in_core(costs, shares)
        assert core.least_core(costs).gain <= 1e-9


def test_what_the_dams_may_pay():
    for rule in RULES:
        assert core.in_core(TVA, rule(TVA)) and never_leaves(TVA, rule(TVA))
    low, high = core.acceptable(TVA)
    np.testing.assert_allclose(low, TVA[-1] - TVA[[6, 5, 3]], atol=1e-3)  # each at least what it adds to the others
    assert np.all(high <= TVA[[1, 2, 4]] + 1e-3)


# --- equal profit -------------------------------------------------------------------------------------------


def spread_of(costs, shares):
    """The largest difference between two partners' shares of their costs alone."""
    single = costs[2 ** np.arange(len(shares))]
    part = shares[single > 0] / single[single > 0]
    return part.max() - part.min() if part.size else 0.0


def least_spread(costs, gain):
    """The programme with a row for each pair of partners, and one variable for the largest difference."""
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
def test_eq_8_17_the_least_difference_of_the_core(costs):
    shares, gain = core.equal_profit(costs), core.least_core(costs).gain
    assert core.leaving(costs, shares).gain <= max(gain, 0.0) + 1e-8 * costs.max()
    witness = least_spread(costs, max(gain_by_weights(costs), 0.0) + 1e-9 * costs.max())
    assert spread_of(costs, shares) == pytest.approx(witness, abs=1e-6)
    if gain <= 0:
        assert core.in_core(costs, shares)
        for other in (*(rule(costs) for rule in RULES), core.nucleolus(costs)):
            if core.in_core(costs, other):
                assert spread_of(costs, shares) <= spread_of(costs, other) + 1e-7


def test_eq_8_17_no_mix_of_corners_of_the_core_is_more_equal():
    rng = np.random.default_rng(17)
    for costs in SMALL:
        if np.all(costs[2 ** np.arange(len(costs).bit_length() - 1)] > 0):
            found = corners(costs)
            others = rng.dirichlet(np.full(len(found), 0.5), 300) @ found
            least = min(spread_of(costs, other) for other in others)
            assert spread_of(costs, core.equal_profit(costs)) <= least + 1e-7


def test_eq_8_17_where_all_can_save_alike_they_do():
    np.testing.assert_allclose(core.equal_profit(TVA), [121682.22, 104794.65, 186107.13], atol=6e-3)
    for rho, shares in ((0.0, [9.6124, 19.2249, 28.8373, 38.4498]), (0.5, [14.1491, 28.2983, 42.4474, 56.5965])):
        sd = np.array([10.0, 20.0, 30.0, 40.0])
        covariance = np.where(np.eye(4), 1, rho) * np.outer(sd, sd)
        game = 1.7549833 * np.sqrt([member @ covariance @ member for member in rows(4)])
        np.testing.assert_allclose(core.equal_profit(game), shares, atol=6e-5)


def test_eq_8_17_a_partner_without_costs_alone_is_held_by_the_core_alone():
    """Partner 2 costs nothing alone and spares the others 3, so it may be paid up to 3."""
    costs = np.array([0.0, 4.0, 6.0, 8.0, 0.0, 4.0, 6.0, 5.0])
    shares = core.equal_profit(costs)
    assert never_leaves(costs, shares)
    assert shares[0] / 4 == pytest.approx(shares[1] / 6, abs=1e-8)
    assert -3 - 1e-8 <= shares[2] <= 1e-8


@pytest.mark.parametrize(
    "costs", [np.zeros(4), np.zeros(8), [0.0, 0.0, 0.0, -3.0], bankruptcy(200, [100, 200, 300])], ids=str
)
def test_eq_8_17_where_nobody_pays_alone(costs):
    shares = core.equal_profit(costs)
    assert never_leaves(np.asarray(costs), shares)
