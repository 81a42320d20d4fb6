"""Covariance and random draws of joint demand against sample moments, quantiles and rank correlations."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from twin import simulate
from twin.distribution import empirical
from twin.games import joint_demand

SD, RHO = [10.0, 20.0, 0.0, 5.0], [[1, 0.3, 0, -0.2], [0.3, 1, 0, 0.6], [0, 0, 1, 0], [-0.2, 0.6, 0, 1]]


def test_covariance_equals_a_loop_over_pairs():
    covariance = joint_demand.covariance_matrix(SD, RHO)
    for i in range(4):
        for j in range(4):
            assert covariance[i, j] == pytest.approx(RHO[i][j] * SD[i] * SD[j], rel=1e-15)
    one = joint_demand.covariance_matrix([2.0, 3.0, 4.0], 0.25)
    assert one.tolist() == [[4.0, 1.5, 2.0], [1.5, 9.0, 3.0], [2.0, 3.0, 16.0]]
    assert joint_demand.covariance_matrix([2.0, 3.0]).tolist() == [[4.0, 0.0], [0.0, 9.0]]


@pytest.mark.parametrize("partners", [2, 3, 5, 12])
def test_a_common_correlation_has_a_lower_bound(partners):
    """The variance of the sum of n demands is n + n (n - 1) rho >= 0, so rho >= -1 / (n - 1)."""
    lowest = -1 / (partners - 1)
    covariance = joint_demand.covariance_matrix(np.ones(partners), lowest)
    assert covariance.sum() == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(ValueError, match="correlation must be one that demands can have"):
        joint_demand.covariance_matrix(np.ones(partners), lowest - 1e-6)
    with pytest.raises(ValueError, match="correlation must be one that demands can have"):
        joint_demand.covariance_matrix(np.ones(partners), 1 + 1e-6)


@pytest.mark.parametrize(
    ("correlation", "rule"),
    [
        (
            [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]],
            "no eigenvalue below zero",
        ),  # impossible for all three
        ([[1, 0.5, 0], [0.4, 1, 0], [0, 0, 1]], "symmetric"),
        ([[1, 0, 0], [0, 2, 0], [0, 0, 1]], "1 on its diagonal"),
        ([[1, 0.5], [0.5, 1]], "a matrix with a row a partner"),
        ([0.5, 0.5, 0.5], "a matrix with a row a partner"),
        (np.nan, "a finite number"),
    ],
)
def test_invalid_correlations_are_refused(correlation, rule):
    with pytest.raises(ValueError, match=f"^correlation must be .*{rule}"):
        joint_demand.covariance_matrix([1.0, 1.0, 1.0], correlation)


def test_covariance_is_checked_at_any_scale():
    for scale in (1e-12, 1.0, 1e12):
        matrix = scale * np.array([[1.0, 1.0], [1.0, 1.0]])
        np.testing.assert_array_equal(joint_demand.checked_covariance(matrix), matrix)
        with pytest.raises(ValueError, match="covariance must be one that demands can have"):
            joint_demand.checked_covariance(scale * np.array([[1.0, 1.001], [1.001, 1.0]]))
    np.testing.assert_array_equal(joint_demand.checked_covariance(np.zeros((2, 2))), 0.0)
    for shape in ((2, 3), (4,), (0, 0)):
        with pytest.raises(ValueError, match="covariance must be a square matrix"):
            joint_demand.checked_covariance(np.zeros(shape))


def test_sample_moments_of_normal_draws():
    mean = np.array([100.0, 50.0, 7.0, 0.0])
    covariance = np.array(RHO) * np.outer(SD, SD)
    draws = joint_demand.normal_draws(mean, covariance, samples=200_000, seed=81)
    away = draws - mean
    for i in range(4):
        assert simulate.estimate(draws[:, i]).agrees(mean[i])
        for j in range(i + 1):
            assert simulate.estimate(away[:, i] * away[:, j]).agrees(covariance[i, j])
    np.testing.assert_array_equal(draws[:, 2], 7.0)  # a demand without variance
    for level in (-1.5, 0.0, 2.0):  # the distribution is normal, not only its first two moments
        assert simulate.estimate(away[:, 1] > 20 * level).agrees(stats.norm.sf(level))


def test_draws_of_a_singular_covariance_are_perfectly_correlated():
    draws = joint_demand.normal_draws([10.0, 20.0], [[4.0, -6.0], [-6.0, 9.0]], samples=1000, seed=1)
    np.testing.assert_allclose((draws[:, 0] - 10) / 2, -(draws[:, 1] - 20) / 3, atol=1e-7)
    assert draws[:, 0].std() == pytest.approx(2.0, rel=0.1)


def test_draws_depend_on_the_seed_only():
    def draw(seed):
        return joint_demand.normal_draws([1.0, 2.0], np.eye(2), samples=5, seed=seed)

    np.testing.assert_array_equal(draw(3), draw(3))
    assert np.all(draw(3) != draw(4))
    with pytest.raises(ValueError, match="mean must be a number for each row"):
        joint_demand.normal_draws([1.0], np.eye(2), samples=5, seed=1)


def test_eq_8_3_marginal_distributions_are_kept():
    kinds = [stats.gamma(4.0, scale=25.0), stats.poisson(5), empirical([3.0, 3.0, 8.0, 20.0]), stats.norm(100, 30)]
    draws = joint_demand.draws(kinds, 0.6, samples=100_000, seed=83)
    assert draws.shape == (100_000, 4)
    for column, kind in zip(draws.T, kinds, strict=True):
        assert simulate.estimate(column).agrees(kind.mean())
        for level in (0.05, 0.3, 0.5, 0.9, 0.99):
            quantile = kind.ppf(level)
            assert simulate.estimate(column <= quantile).agrees(kind.cdf(quantile))
    assert set(draws[:, 2]) == {3.0, 8.0, 20.0}


@pytest.mark.parametrize("rho", [-0.7, 0.0, 0.5, 0.95])
def test_eq_8_3_ranks_are_correlated_as_the_normal_scores(rho):
    """P(both above their medians) of a Gaussian copula is 1/4 + asin(rho) / 2 pi for any marginals."""
    kinds = [stats.gamma(0.5, scale=10.0), stats.lognorm(1.2)]
    draws = joint_demand.draws(kinds, rho, samples=200_000, seed=5)
    both = (draws[:, 0] > kinds[0].median()) & (draws[:, 1] > kinds[1].median())
    assert simulate.estimate(both).agrees(1 / 4 + np.arcsin(rho) / (2 * np.pi))


@pytest.mark.parametrize("rho", [-0.6, 0.4, 0.9])
def test_eq_8_3_covariance_of_lognormal_demands(rho):
    """E[XY] of lognormals with log sd s, t and score correlation rho is e^((s^2 + t^2) / 2 + rho s t)."""
    s, t = 0.5, 0.3
    draws = joint_demand.draws([stats.lognorm(s), stats.lognorm(t)], rho, samples=200_000, seed=6)
    assert simulate.estimate(draws.prod(axis=1)).agrees(np.exp((s * s + t * t) / 2 + rho * s * t))
    spread = np.sqrt((np.exp(s * s) - 1) * (np.exp(t * t) - 1))
    assert abs((np.exp(rho * s * t) - 1) / spread) < abs(rho)  # closer to zero because the demands are skewed


def test_eq_8_3_perfectly_correlated_scores_give_equal_ranks():
    up = joint_demand.draws([stats.expon(), stats.uniform()], 1.0, samples=500, seed=2)
    np.testing.assert_allclose(-np.expm1(-up[:, 0]), up[:, 1], atol=1e-7)
    down = joint_demand.draws([stats.expon(), stats.uniform()], -1.0, samples=500, seed=2)
    np.testing.assert_allclose(np.exp(-down[:, 0]), down[:, 1], atol=1e-7)


def test_all_orders_are_equally_likely():
    orders = joint_demand.orders(4, samples=48_000, seed=84)
    assert orders.shape == (48_000, 4)
    for order in permutations(range(4)):
        assert simulate.estimate((orders == order).all(axis=1)).agrees(1 / 24)


def test_orders_of_one_and_of_thirty_partners():
    np.testing.assert_array_equal(joint_demand.orders(1, samples=3, seed=1), 0)
    orders = joint_demand.orders(30, samples=5000, seed=2)
    np.testing.assert_array_equal(np.sort(orders, axis=1), np.tile(np.arange(30), (5000, 1)))
    for place in (0, 13, 29):
        assert simulate.estimate(orders[:, place] == 4).agrees(1 / 30)
    with pytest.raises(ValueError, match="partners must be a whole number >= 1"):
        joint_demand.orders(0, samples=3, seed=1)
