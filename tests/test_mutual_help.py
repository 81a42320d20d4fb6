"""Lending of places between partners against published values, quadrature, simulation and scans of prices."""

import numpy as np
import pytest
from scipy import stats

from twin import simulate
from twin.games import mutual_help
from twin.games.joint_demand import covariance_matrix

LENDING, SURCHARGE = 4.0, 20.0


def correlated(mean, covariance, *, samples, seed):
    """Return normal draws by Cholesky decomposition, which the package does not use."""
    normal = simulate.generator(seed).standard_normal((samples, len(mean)))
    return np.asarray(mean) + normal @ np.linalg.cholesky(covariance).T


# --- expected help ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rho", "helped"),
    [(-0.5, 10.7206), (0, 6.4819), (0.3, 4.3296), (0.5, 3.0077), (0.8, 1.1585), (0.99, 0.0567)],
)
def test_eq_8_1_published_values(rho, helped):
    ours = mutual_help.expected_help([100, 100], covariance_matrix([30, 30], rho), [110, 110])
    assert ours == pytest.approx(helped, abs=5e-5)


@pytest.mark.parametrize("rho", [-0.8, 0.0, 0.6])
def test_eq_8_1_unequal_partners_by_quadrature(rho):
    """The integrand over both needs is the smaller of one partner's overflow and the other's free places."""
    mean, sd, capacity = (100.0, 60.0), (30.0, 25.0), (95.0, 80.0)
    u, step = np.linspace(-8.0, 8.0, 1601, retstep=True)
    first, second = u[:, np.newaxis], rho * u[:, np.newaxis] + np.sqrt(1 - rho**2) * u[np.newaxis, :]
    spare = [c - (m + s * x) for c, m, s, x in zip(capacity, mean, sd, (first, second), strict=True)]
    helped = np.maximum(np.minimum(spare[0], -spare[1]), 0) + np.maximum(np.minimum(-spare[0], spare[1]), 0)
    density = stats.norm.pdf(u)
    witness = step**2 * density @ helped @ density
    ours = mutual_help.expected_help(mean, covariance_matrix(sd, rho), capacity)
    assert ours == pytest.approx(witness, rel=2e-4)


def test_eq_8_1_three_partners_by_simulation():
    mean, capacity = [100.0, 60.0, 150.0], [110.0, 55.0, 170.0]
    covariance = covariance_matrix([30.0, 10.0, 40.0], [[1, 0.4, -0.3], [0.4, 1, 0.1], [-0.3, 0.1, 1]])
    needs = correlated(mean, covariance, samples=300_000, seed=3)
    over, spare = np.maximum(needs - capacity, 0).sum(axis=1), np.maximum(capacity - needs, 0).sum(axis=1)
    assert simulate.estimate(np.minimum(over, spare)).agrees(mutual_help.expected_help(mean, covariance, capacity))


def test_eq_8_1_perfectly_correlated_partners_of_equal_coverage_do_not_help():
    covariance = covariance_matrix([30.0, 60.0], 1.0)
    assert mutual_help.expected_help([100, 200], covariance, [110, 220]) == pytest.approx(0.0, abs=1e-12)
    assert mutual_help.expected_help([100, 200], covariance, [110, 160]) > 1  # only the second is short


def test_eq_8_1_of_needs_without_variance():
    assert mutual_help.expected_help([130, 80, 105], np.zeros((3, 3)), [110, 100, 110]) == 20.0
    assert mutual_help.expected_help([130, 95, 105], np.zeros((3, 3)), [110, 100, 110]) == 10.0
    assert mutual_help.expected_help([130], [[0.0]], [110]) == 0.0  # a single partner has no helper


def test_eq_8_1_help_falls_with_correlation():
    helped = [
        mutual_help.expected_help([100, 90], covariance_matrix([30, 20], rho), [110, 95])
        for rho in np.linspace(-1, 1, 41)
    ]
    assert np.all(np.diff(helped) < 0)


def test_refusal_reduces_help_in_proportion():
    covariance, mean, capacity = covariance_matrix([30.0, 20.0, 25.0], 0.2), [100, 90, 80], [105, 95, 90]
    needs = correlated(mean, covariance, samples=200_000, seed=11)
    for refusal in (0.0, 0.25, 0.8, 1.0):
        given = simulate.generator(12).random((len(needs), 1)) >= refusal  # all partners refuse together
        helped = mutual_help.exchange(needs, capacity, given).received.sum(axis=1)
        assert simulate.estimate(helped).agrees(mutual_help.expected_help(mean, covariance, capacity, refusal))
    whole = mutual_help.expected_help(mean, covariance, capacity)
    np.testing.assert_allclose(
        mutual_help.expected_help(mean, covariance, capacity, [[0.0, 0.5], [0.9, 1.0]]),
        [[whole, 0.5 * whole], [0.1 * whole, 0.0]],
        rtol=1e-14,
    )


def test_independent_refusals_of_three_partners_leave_more_help_than_common_ones():
    """With two partners there is at most one helper, so both kinds of refusal give the same help."""
    covariance, refusal = covariance_matrix([30.0] * 3, 0.2), 0.4
    needs = correlated([100] * 3, covariance, samples=200_000, seed=13)
    given = simulate.generator(14).random(needs.shape) >= refusal
    for count, more in ((2, False), (3, True)):
        mean, capacity = [100] * count, [110] * count
        trade = mutual_help.exchange(needs[:, :count], capacity, given[:, :count])
        ours = mutual_help.expected_help(mean, covariance[:count, :count], capacity, refusal)
        helped = simulate.estimate(trade.lent.sum(axis=1))
        assert helped.agrees(ours) != more
        assert (helped.mean > ours + 4 * helped.standard_error) == more


# --- exchange -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def needs():
    drawn = simulate.generator(21).gamma(3.0, 30.0, (4000, 5))
    drawn[::7] = np.round(drawn[::7], -1)  # some needs equal the capacity
    drawn[5] = 0.0
    return drawn


CAPACITY = np.array([110.0, 60.0, 0.0, 90.0, 130.0])


def test_eq_8_2_help_is_separate_less_pooled_overflow(needs):
    trade = mutual_help.exchange(needs, CAPACITY)
    alone = np.maximum(needs - CAPACITY, 0).sum(axis=1)
    together = np.maximum(needs.sum(axis=1) - CAPACITY.sum(), 0)
    np.testing.assert_allclose(trade.received.sum(axis=1), alone - together, atol=1e-9)
    np.testing.assert_allclose(trade.lent.sum(axis=1), alone - together, atol=1e-9)


def test_eq_8_2_help_is_bounded_by_free_places_and_by_overflow(needs):
    offered = simulate.generator(22).random(needs.shape) * (simulate.generator(23).random(needs.shape) > 0.2)
    trade = mutual_help.exchange(needs, CAPACITY, offered)
    np.testing.assert_allclose(trade.lent.sum(axis=1), trade.received.sum(axis=1), atol=1e-9)
    spare, over = offered * np.maximum(CAPACITY - needs, 0), np.maximum(needs - CAPACITY, 0)
    assert np.all(trade.lent >= 0) and np.all(trade.received >= 0)
    assert np.all(trade.lent <= spare * (1 + 1e-12)) and np.all(trade.received <= over * (1 + 1e-12))
    left_over, left_free = over - trade.received, spare - trade.lent  # not both positive: help is as large as possible
    assert np.all(np.minimum(left_over.sum(axis=1), left_free.sum(axis=1)) <= 1e-9)


def test_eq_8_2_equals_a_loop_over_periods(needs):
    trade = mutual_help.exchange(needs[:300], CAPACITY, [1.0, 0.5, 0.0, 0.9, 1.0])
    for need, lent, received in zip(needs[:300], trade.lent, trade.received, strict=True):
        over = [max(x - c, 0.0) for x, c in zip(need, CAPACITY, strict=True)]
        spare = [q * max(c - x, 0.0) for x, c, q in zip(need, CAPACITY, [1.0, 0.5, 0.0, 0.9, 1.0], strict=True)]
        helped = min(sum(over), sum(spare))
        assert received == pytest.approx([helped * x / sum(over) if helped else 0.0 for x in over], abs=1e-12)
        assert lent == pytest.approx([helped * x / sum(spare) if helped else 0.0 for x in spare], abs=1e-12)


def test_exchange_keeps_leading_axes_and_refuses_invalid_capacities(needs):
    cube = needs.reshape(40, 100, 5)
    flat, trade = mutual_help.exchange(needs, CAPACITY), mutual_help.exchange(cube, CAPACITY)
    np.testing.assert_array_equal(trade.lent.reshape(-1, 5), flat.lent)
    np.testing.assert_array_equal(mutual_help.exchange(needs[3], CAPACITY).received, flat.received[3])
    for bad in (CAPACITY[:4], 110.0, [CAPACITY]):
        with pytest.raises(ValueError, match="internal_capacity must be a number for each of 5 partners"):
            mutual_help.exchange(needs, bad)
    with pytest.raises(ValueError, match="offered must be in"):
        mutual_help.exchange(needs, CAPACITY, 1.1)


# --- all short at once --------------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [-1.0, -0.9, -0.3, 0.0, 0.5, 0.99, 1.0])
def test_probability_that_two_partners_are_short_at_their_means(rho):
    """Sheppard's formula: 1/4 + asin(rho) / 2 pi."""
    ours = mutual_help.probability_all_short([100, 50], covariance_matrix([30, 5], rho), [100, 50])
    assert ours == pytest.approx(1 / 4 + np.arcsin(rho) / (2 * np.pi), abs=1e-9)


@pytest.mark.parametrize("partners", [1, 2, 3, 4, 5, 6])
def test_probability_that_all_are_short_at_correlation_one_half(partners):
    """All n needs exceed their means if a common score is the smallest of n + 1 independent ones: 1 / (n + 1)."""
    covariance = covariance_matrix([30.0] * partners, 0.5)
    ours = mutual_help.probability_all_short([100] * partners, covariance, [100] * partners)
    assert ours == pytest.approx(1 / (partners + 1), abs=1e-9 if partners <= 2 else 1e-4)


def test_probability_that_unequal_partners_are_all_short():
    mean, capacity = [100.0, 60.0, 150.0], [110.0, 55.0, 140.0]
    covariance = covariance_matrix([30.0, 10.0, 40.0], [[1, 0.4, -0.3], [0.4, 1, 0.1], [-0.3, 0.1, 1]])
    short = (correlated(mean, covariance, samples=400_000, seed=31) > capacity).all(axis=1)
    assert simulate.estimate(short).agrees(mutual_help.probability_all_short(mean, covariance, capacity))
    apart = covariance_matrix([30.0, 10.0, 40.0])
    witness = np.prod(stats.norm.sf([10 / 30, -5 / 10, -10 / 40]))
    assert mutual_help.probability_all_short(mean, apart, capacity) == pytest.approx(witness, abs=1e-4)


def test_probability_that_perfectly_correlated_partners_are_all_short():
    """The partner with the highest coverage decides."""
    covariance = covariance_matrix([30.0, 10.0, 40.0], 1.0)
    ours = mutual_help.probability_all_short([100, 100, 100], covariance, [110, 112, 120])
    assert ours == pytest.approx(stats.norm.sf(1.2), abs=1e-4)


def test_probability_that_all_are_short_with_some_needs_without_variance():
    covariance = covariance_matrix([30.0, 0.0, 20.0], [[1, 0, 0.5], [0, 1, 0], [0.5, 0, 1]])
    assert mutual_help.probability_all_short([100, 50, 80], covariance, [100, 49, 80]) == pytest.approx(1 / 3, abs=1e-9)
    assert mutual_help.probability_all_short([100, 50, 80], covariance, [100, 51, 80]) == 0.0
    assert mutual_help.probability_all_short([100, 50], np.zeros((2, 2)), [99, 49]) == 1.0


def test_probability_that_all_are_short_is_repeatable():
    covariance = covariance_matrix([30.0] * 5, 0.3)
    first, second = (mutual_help.probability_all_short([100] * 5, covariance, [90] * 5) for _ in range(2))
    assert first == second


# --- savings and transfer prices --------------------------------------------------------------------------


def test_eq_8_4_saving_is_the_difference_of_two_bills(needs):
    trade = mutual_help.exchange(needs, CAPACITY)
    over, price = np.maximum(needs - CAPACITY, 0), 13.0
    without = SURCHARGE * over
    bill = SURCHARGE * (over - trade.received) + price * trade.received + (LENDING - price) * trade.lent
    ours = mutual_help.net_saving(*trade, price, LENDING, SURCHARGE)
    np.testing.assert_allclose(ours, without - bill, atol=1e-9)


def test_eq_8_4_the_price_does_not_change_the_total_saving(needs):
    trade = mutual_help.exchange(needs, CAPACITY)
    helped = trade.lent.sum()
    for price in (0.0, 4.0, 12.0, 35.0):
        saved = mutual_help.net_saving(*trade, price, LENDING, SURCHARGE)
        assert saved.sum() == pytest.approx((SURCHARGE - LENDING) * helped, rel=1e-12)
    inside = mutual_help.net_saving(*trade, 12.0, LENDING, SURCHARGE)
    assert np.all(inside >= 0)  # in every period


@pytest.mark.parametrize("seed", range(25))
def test_eq_8_5_acceptable_prices_by_a_scan(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 6))
    lent, received = rng.uniform(0, 10, (2, count))
    if seed % 3 == 0:
        received[0] = lent[0] = 3.0  # this partner lends as much as it borrows
        lent[1:] *= received[1:].sum() / lent[1:].sum()
    received *= lent.sum() / received.sum()
    cost, surcharge = np.sort(rng.uniform(0, 10, 2))
    prices, step = np.linspace(0.0, 400.0, 400_001, retstep=True)
    fine = np.ones(prices.size, bool)
    for gives, gets in zip(lent, received, strict=True):
        fine &= (surcharge - prices) * gets + (prices - cost) * gives >= -1e-9
    found = mutual_help.acceptable_prices(lent, received, cost, surcharge)
    assert found.low == pytest.approx(prices[fine].min(), abs=step)
    assert min(found.high, 400.0) == pytest.approx(prices[fine].max(), abs=step)
    assert found.low <= cost <= surcharge <= found.high


def test_eq_8_5_limiting_cases():
    assert mutual_help.acceptable_prices([3.0, 2.0], [3.0, 2.0], 4.0, 20.0) == (0.0, np.inf)
    assert mutual_help.acceptable_prices([0.0, 0.0], [0.0, 0.0], 4.0, 20.0) == (0.0, np.inf)
    for lent, received in ((0.1 + 0.2, 0.3), (0.3, 0.1 + 0.2)):  # equal except for rounding
        assert mutual_help.acceptable_prices([lent, 1.0], [received, 1.0], 4.0, 20.0) == (0.0, np.inf)
    assert mutual_help.acceptable_prices([5.0, 0.0], [0.0, 5.0], 4.0, 20.0) == (
        4.0,
        20.0,
    )  # one-way help: k to s
    assert mutual_help.acceptable_prices([5.0, 0.0], [0.0, 5.0], 7.0, 7.0) == (7.0, 7.0)


def test_eq_8_5_invalid_arguments_are_refused():
    with pytest.raises(ValueError, match="lent and received must be equal in sum"):
        mutual_help.acceptable_prices([5.0, 0.0], [0.0, 4.0], 4.0, 20.0)
    with pytest.raises(ValueError, match="lending_cost must be <= partner_surcharge"):
        mutual_help.acceptable_prices([5.0, 0.0], [0.0, 5.0], 21.0, 20.0)
    with pytest.raises(ValueError, match="of one length"):
        mutual_help.acceptable_prices([5.0, 0.0], [5.0], 4.0, 20.0)
