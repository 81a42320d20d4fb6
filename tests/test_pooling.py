"""Costs of coalitions against loops over partners, quadrature, and a search over all capacities."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.integrate import quad

from twin import newsvendor, simulate
from twin.games import pooling
from twin.games.coalitions import all_coalitions
from twin.games.joint_demand import covariance_matrix

NORMAL = NormalDist()
MEAN, SD = np.array([100.0, 60.0, 150.0, 0.0]), [30.0, 10.0, 40.0, 5.0]
RHO = [[1, 0.4, -0.3, 0], [0.4, 1, 0.1, 0.2], [-0.3, 0.1, 1, -0.5], [0, 0.2, -0.5, 1]]
COVARIANCE = covariance_matrix(SD, RHO)
PRICES = [(10.0, 25.0), (10.0, 40.0), (1.0, 1.001), (3.0, 300.0)]


def moments(row):
    """Return mean and standard deviation of a coalition's needs by a loop over its members."""
    inside = [partner for partner, member in enumerate(row) if member]
    variance = sum(COVARIANCE[i, j] for i in inside for j in inside)
    return sum(MEAN[i] for i in inside), np.sqrt(variance)


def records():
    rng = np.random.default_rng(85)
    yield rng.gamma(3.0, 30.0, (60, 4))
    yield rng.integers(0, 4, (25, 3)).astype(float)  # many equal totals
    yield np.tile([3.0, 1.0, 0.0], (7, 1))  # constant needs
    yield np.array([[5.0, 2.0]])  # one period
    yield np.zeros((4, 2))
    yield np.round(rng.uniform(0, 1, (30, 5)), 1)  # totals that are equal except for rounding
    season = np.sin(np.arange(52) / 52 * 2 * np.pi)
    yield np.column_stack((10 + 9 * season, 10 - 9 * season, np.full(52, 4.0)))  # two balancing partners


RECORDS = list(records())


# --- normal needs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cost", "surcharge"), PRICES)
def test_eq_8_6_equals_the_newsvendor_cost_of_each_coalition(cost, surcharge):
    ours = pooling.capacity_cost(all_coalitions(4), MEAN, COVARIANCE, cost, surcharge)
    assert ours.shape == (16,) and ours[0] == 0.0
    for row, price in zip(all_coalitions(4)[1:], ours[1:], strict=True):
        mean, sd = moments(row)
        best = newsvendor.best_quantity(mean, sd, surcharge - cost, cost)
        witness = cost * mean + newsvendor.expected_cost(best, mean, sd, surcharge - cost, cost)
        assert price == pytest.approx(witness, rel=1e-9)


def test_eq_8_6_by_quadrature():
    ours = pooling.capacity_cost(all_coalitions(4), MEAN, COVARIANCE, 10.0, 25.0)
    for number in (1, 6, 13, 15):
        mean, sd = moments(all_coalitions(4)[number])
        needs = NormalDist(mean, sd)
        best = needs.inv_cdf(1 - 10 / 25)
        over, _ = quad(lambda x, b=best, n=needs: (x - b) * n.pdf(x), best, mean + 12 * sd, epsrel=1e-11, epsabs=0)
        assert ours[number] == pytest.approx(10 * best + 25 * over, rel=1e-8)


def test_eq_8_7_by_quadrature():
    capacity = np.array([110.0, 55.0, 140.0, 8.0])
    ours = pooling.overflow_cost(all_coalitions(4), MEAN, COVARIANCE, capacity, 7.0)
    assert ours[0] == 0.0
    for row, price in zip(all_coalitions(4)[1:], ours[1:], strict=True):
        mean, sd = moments(row)
        level, density = capacity[row].sum(), NormalDist(mean, sd).pdf
        over, _ = quad(lambda x, c=level, d=density: (x - c) * d(x), level, max(mean, level) + 12 * sd, epsrel=1e-11)
        assert price == pytest.approx(7 * over, rel=1e-7)


def test_needs_without_variance_cost_their_mean_or_their_overflow():
    members, mean = all_coalitions(3), np.array([5.0, 7.0, 2.0])
    np.testing.assert_allclose(pooling.capacity_cost(members, mean, np.zeros((3, 3)), 3.0, 8.0), 3 * (members @ mean))
    ours = pooling.overflow_cost(members, mean, np.zeros((3, 3)), [4.0, 9.0, 2.0], 8.0)
    np.testing.assert_array_equal(ours, [0, 8, 0, 0, 0, 8, 0, 0])


def test_perfectly_negative_correlation_removes_the_cost_of_uncertainty():
    ours = pooling.capacity_cost(all_coalitions(2), [0, 0], covariance_matrix([3.0, 3.0], -1.0), 1.0, 10.0)
    assert ours[3] == pytest.approx(0.0, abs=1e-12)
    assert ours[1] == pytest.approx(10 * NORMAL.pdf(NORMAL.inv_cdf(0.9)) * 3, rel=1e-12)


# --- on record ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("needs", RECORDS, ids=lambda needs: f"{needs.shape[0]} periods")
@pytest.mark.parametrize(("cost", "surcharge"), [*PRICES, (1.0, 5.0), (0.3, 0.9), (2.0, 4.0), (0.7, 7.0)])
def test_eq_8_6_on_record_equals_a_search_over_all_capacities(needs, cost, surcharge):
    members = all_coalitions(needs.shape[1])
    ours = pooling.capacity_cost_on_record(members, needs, cost, surcharge)
    for row, price in zip(members, ours, strict=True):
        total = needs[:, row].sum(axis=1)
        tried = np.array([0.0, *total])[:, np.newaxis]  # the cost is piecewise linear: a breakpoint is optimal
        witness = (cost * tried[:, 0] + surcharge * np.maximum(total - tried, 0).mean(axis=1)).min()
        assert price == pytest.approx(witness, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("needs", RECORDS, ids=lambda needs: f"{needs.shape[0]} periods")
def test_eq_8_7_on_record_equals_a_loop_over_periods(needs):
    members, capacity = all_coalitions(needs.shape[1]), needs.mean(axis=0).round(1)
    ours = pooling.overflow_cost_on_record(members, needs, capacity, 6.0)
    for row, price in zip(members, ours, strict=True):
        short = [max(need[row].sum() - capacity[row].sum(), 0.0) for need in needs]
        assert price == pytest.approx(6 * sum(short) / len(needs), rel=1e-12, abs=1e-12)


def test_a_long_record_of_normal_needs_agrees_with_the_closed_form():
    mean = np.array([200.0, 160.0, 250.0, 80.0])
    normal = simulate.generator(86).standard_normal((200_000, 4))
    needs = mean + normal @ np.linalg.cholesky(COVARIANCE).T
    assert needs.min() > 0
    members, capacity = all_coalitions(4)[1:], mean * 1.05
    reserved = pooling.capacity_cost(members, mean, COVARIANCE, 10.0, 40.0)
    lent = pooling.overflow_cost(members, mean, COVARIANCE, capacity, 40.0)
    with_reserved = pooling.capacity_cost_on_record(members, needs, 10.0, 40.0)
    with_lent = pooling.overflow_cost_on_record(members, needs, capacity, 40.0)
    for place, row in enumerate(members):
        total = needs[:, row].sum(axis=1)
        best = np.quantile(total, 1 - 10 / 40, method="inverted_cdf")
        paid = simulate.estimate(10 * best + 40 * np.maximum(total - best, 0))
        assert with_reserved[place] == pytest.approx(paid.mean, rel=1e-10)
        assert paid.agrees(reserved[place])
        short = simulate.estimate(40 * np.maximum(total - capacity[row].sum(), 0))
        assert with_lent[place] == pytest.approx(short.mean, rel=1e-10)
        assert short.agrees(lent[place])


@pytest.mark.parametrize("block", [1, 60, 61, 200, 2000])
def test_the_block_size_does_not_change_the_costs(monkeypatch, block):
    needs, members = RECORDS[0], all_coalitions(4)
    capacity = needs.mean(axis=0)
    whole = (
        pooling.capacity_cost_on_record(members, needs, 10.0, 40.0),
        pooling.overflow_cost_on_record(members, needs, capacity, 40.0),
    )
    monkeypatch.setattr(pooling, "_BLOCK", block)
    np.testing.assert_allclose(pooling.capacity_cost_on_record(members, needs, 10.0, 40.0), whole[0], rtol=1e-14)
    np.testing.assert_allclose(pooling.overflow_cost_on_record(members, needs, capacity, 40.0), whole[1], rtol=1e-14)


def games():
    for needs in RECORDS:
        members = all_coalitions(needs.shape[1])
        yield pooling.capacity_cost_on_record(members, needs, 10.0, 40.0)
        yield pooling.overflow_cost_on_record(members, needs, needs.mean(axis=0), 40.0)
    yield pooling.capacity_cost(all_coalitions(4), MEAN, COVARIANCE, 10.0, 40.0)
    yield pooling.overflow_cost(all_coalitions(4), MEAN, COVARIANCE, MEAN * 1.1, 40.0)


def test_costs_are_subadditive():
    for game in games():
        for whole in range(len(game)):
            part = (whole - 1) & whole
            while part:
                assert game[whole] <= game[part] + game[whole ^ part] + 1e-9 * game[-1]
                part = (part - 1) & whole


def test_membership_rows_in_any_number_and_order():
    members = all_coalitions(4)[[5, 5, 0, 15]]
    whole = pooling.capacity_cost_on_record(all_coalitions(4), RECORDS[0], 10.0, 40.0)
    np.testing.assert_allclose(
        pooling.capacity_cost_on_record(members, RECORDS[0], 10.0, 40.0), whole[[5, 5, 0, 15]], rtol=1e-14
    )
    assert pooling.capacity_cost_on_record(members[:0], RECORDS[0], 10.0, 40.0).shape == (0,)


# --- dual prices --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("needs", RECORDS, ids=lambda needs: f"{needs.shape[0]} periods")
@pytest.mark.parametrize(("cost", "surcharge"), [*PRICES, (1.0, 5.0), (2.0, 4.0)])
def test_eq_8_16_scarcity_prices_solve_the_dual_programme(needs, cost, surcharge):
    """The prices are dual feasible (from 0 to s / T, sum c), and their value equals the primal cost of the pool."""
    prices, periods = pooling.scarcity_prices(needs, cost, surcharge), len(needs)
    assert prices.shape == (periods,)
    assert np.all(prices >= 0) and np.all(prices <= surcharge / periods * (1 + 1e-12))
    assert prices.sum() == pytest.approx(cost, rel=1e-12)
    total = needs.sum(axis=1)
    least = min(cost * level + surcharge * np.maximum(total - level, 0).mean() for level in (0.0, *total))
    assert prices @ total == pytest.approx(least, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("needs", RECORDS, ids=lambda needs: f"{needs.shape[0]} periods")
def test_eq_8_16_overflow_prices_solve_the_dual_programme(needs):
    for factor in (0.0, 0.8, 1.0, 2.0):
        capacity = factor * needs.mean(axis=0)
        prices = pooling.overflow_prices(needs, capacity, 6.0)
        assert np.all(prices >= 0) and np.all(prices <= 6.0 / len(needs))
        short = needs.sum(axis=1) - capacity.sum()
        witness = 6 * np.maximum(short, 0).mean()
        assert prices @ short == pytest.approx(witness, rel=1e-10, abs=1e-10)


def test_eq_8_16_scarcity_prices_do_not_round_below_zero():
    """If the prices of the periods above capacity add up to c, those at capacity are exactly zero."""
    rng = np.random.default_rng(1)
    lowest = []
    for periods in range(2, 200):
        for cost, surcharge in ((10.0, 15.0), (10.0, 25.0), (0.3, 0.9), (19.496, 48.74), (7.0, 21.0)):
            prices = pooling.scarcity_prices(rng.uniform(0, 10, (periods, 2)), cost, surcharge)
            lowest.append(prices.min())
            assert prices.sum() == pytest.approx(cost, rel=1e-12)
    assert min(lowest) == 0.0


def test_eq_8_16_totals_that_differ_by_rounding_have_equal_prices():
    """Both periods fill the capacity: 0.1 + 0.2 and 0.3 + 0 are the same total up to rounding."""
    needs = [[0.1, 0.2], [0.3, 0.0]]
    for surcharge in (1.5, 3.0):
        prices = pooling.scarcity_prices(needs, 1.0, surcharge)
        np.testing.assert_allclose(prices, [0.5, 0.5], rtol=1e-12)


# --- refusals -----------------------------------------------------------------------------------------------


def test_a_surcharge_not_above_the_reservation_cost_is_refused():
    for surcharge in (9.0, 10.0):
        with pytest.raises(ValueError, match="partner_surcharge must be above the reservation cost"):
            pooling.capacity_cost(all_coalitions(4), MEAN, COVARIANCE, 10.0, surcharge)
        with pytest.raises(ValueError, match="partner_surcharge must be above the reservation cost"):
            pooling.scarcity_prices(RECORDS[0], 10.0, surcharge)


def test_invalid_tables_are_refused():
    with pytest.raises(ValueError, match="members must be a table of truths with a column for each of 4"):
        pooling.capacity_cost(all_coalitions(3), MEAN, COVARIANCE, 10.0, 40.0)
    with pytest.raises(ValueError, match="members must be a table of truths"):
        pooling.capacity_cost_on_record(all_coalitions(4).astype(int), RECORDS[0], 10.0, 40.0)
    with pytest.raises(ValueError, match="mean must be a number for each of 4 partners"):
        pooling.capacity_cost(all_coalitions(4), MEAN[:3], COVARIANCE, 10.0, 40.0)
    with pytest.raises(ValueError, match="internal_capacity must be a number for each of 4 partners"):
        pooling.overflow_cost_on_record(all_coalitions(4), RECORDS[0], [1.0, 2.0], 40.0)
    with pytest.raises(ValueError, match="needs must be finite and >= 0"):
        pooling.capacity_cost_on_record(all_coalitions(2), [[1.0, -1.0]], 10.0, 40.0)
    with pytest.raises(ValueError, match="partner_surcharge must be one number"):
        pooling.overflow_cost(all_coalitions(4), MEAN, COVARIANCE, MEAN, [1.0, 2.0])
