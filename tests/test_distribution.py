"""The newsvendor under any demand: closed forms, enumeration and brute force as witnesses."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import ndtr

from twin import demand, distribution, newsvendor

COSTS = 55.0, 18.5
FAMILIES = {
    "poisson": stats.poisson(18),
    "binomial": stats.binom(40, 0.3),
    "negative_binomial": stats.nbinom(3, 0.1),
    "table": stats.rv_discrete(values=([1.5, 4.0, 9.0], [0.2, 0.5, 0.3])),
    "moved_table": stats.rv_discrete(values=([1, 2, 7], [0.2, 0.5, 0.3]))(loc=10),
    "history": distribution.empirical([8.0, 3.5, 12.0, 8.0, 20.0]),
    "uniform": stats.uniform(10, 50),
    "gamma": stats.gamma(2.0, scale=20),
    "lognormal": stats.lognorm(0.5, scale=90),
    "truncated_normal": stats.truncnorm(-3, 3, 90, 30),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_eq_1_3_no_quantity_costs_less_than_the_best(name):
    family = FAMILIES[name]
    best = distribution.best_quantity(family, *COSTS)
    candidates = np.concatenate((family.ppf(np.linspace(0.02, 0.98, 7)), best + np.array([-1.0, -0.01, 0.01, 1.0])))
    least = distribution.expected_cost(best, family, *COSTS)
    assert np.all(distribution.expected_cost(candidates, family, *COSTS) >= least * (1 - 1e-9))


@pytest.mark.parametrize("name", FAMILIES)
def test_eq_1_3_best_is_the_smallest_quantity_that_reaches_the_ratio(name):
    family, ratio = FAMILIES[name], newsvendor.critical_ratio(*COSTS)
    best = distribution.best_quantity(family, *COSTS)
    assert family.cdf(best) >= ratio * (1 - 1e-11)
    assert family.cdf(best - 1e-6) < ratio


@pytest.mark.parametrize("name", FAMILIES)
def test_eq_1_4_expected_cost_against_quantiles(name):
    """The mean over a fine grid of equally likely outcomes; its own error is below 1e-4 of a standard deviation."""
    family, quantity = FAMILIES[name], FAMILIES[name].ppf(0.7)
    outcomes = family.ppf((np.arange(10**5) + 0.5) / 10**5)
    witness = np.mean(COSTS[1] * np.maximum(quantity - outcomes, 0) + COSTS[0] * np.maximum(outcomes - quantity, 0))
    error = 1e-4 * sum(COSTS) * family.std()
    assert distribution.expected_cost(quantity, family, *COSTS) == pytest.approx(witness, abs=error)


@pytest.mark.parametrize("q", [0, 1, 4, 17.5, 18, 30, 60])
def test_poisson_excess_by_enumeration(q):
    points = np.arange(200)
    witness = np.sum(np.maximum(points - q, 0) * stats.poisson.pmf(points, 18))
    assert distribution.expected_excess(q, FAMILIES["poisson"]) == pytest.approx(witness, rel=1e-8, abs=1e-13)


@pytest.mark.parametrize("q", [-1e9, -1e6, -20.0, 40.0, 100.0, 137.0, 250.0])
def test_normal_agrees_with_the_closed_form(q):
    ours = distribution.expected_excess(q, stats.norm(100, 30))
    assert ours == pytest.approx(demand.expected_excess(q, 100.0, 30.0), rel=1e-10)


@pytest.mark.parametrize("q", [-3.0, 0.0, 1.0, 20.0, 300.0])
def test_exponential_excess_in_closed_form(q):
    witness = 10 * np.exp(-q / 10) if q > 0 else 10 - q
    assert distribution.expected_excess(q, stats.expon(scale=10)) == pytest.approx(witness, rel=1e-10)


@pytest.mark.parametrize("q", [0.1, 1.0, 5.0, 50.0])
@pytest.mark.parametrize("sigma", [0.3, 1.0])
def test_lognormal_excess_in_closed_form(sigma, q):
    witness = np.exp(sigma**2 / 2) * ndtr(sigma - np.log(q) / sigma) - q * ndtr(-np.log(q) / sigma)
    assert distribution.expected_excess(q, stats.lognorm(sigma)) == pytest.approx(witness, rel=1e-9, abs=1e-30)


@pytest.mark.parametrize("q", [0.0, 10.0, 35.0, 59.9, 60.0, 70.0])
def test_uniform_excess_in_closed_form(q):
    inside = np.clip(q, 10, 60)
    witness = (60 - inside) ** 2 / 100 + (inside - q if q < 10 else 0)
    assert distribution.expected_excess(q, stats.uniform(10, 50)) == pytest.approx(witness, rel=1e-9, abs=1e-15)


def test_excess_of_a_table_is_exact_between_and_beyond_its_points():
    table = FAMILIES["table"]
    np.testing.assert_allclose(
        distribution.expected_excess([0.0, 1.5, 2.0, 9.0, 10.0], table),
        [5.0, 3.5, 3.1, 0.0, 0.0],
        rtol=1e-14,
        atol=1e-15,
    )


def test_a_table_keeps_its_place_when_moved():
    assert distribution.expected_excess(0.0, FAMILIES["moved_table"]) == pytest.approx(13.3, rel=1e-14)


@pytest.mark.parametrize(("under", "over", "best"), [(4, 1, 8), (1, 1, 5), (9, 1, 9), (8, 2, 8), (7, 3, 7), (2, 8, 2)])
def test_equal_shares_are_not_lost_to_rounding(under, over, best):
    """Ten shares of a tenth add up to a hair less than one; the eighth order statistic is still the 80 % quantile."""
    assert distribution.best_quantity(distribution.empirical(range(1, 11)), under, over) == best


def test_empirical_is_the_sample():
    sample = np.array([8.0, 3.5, 12.0, 8.0, 20.0])
    history = distribution.empirical(sample)
    assert history.mean() == pytest.approx(sample.mean(), rel=1e-14)
    assert history.std() == pytest.approx(sample.std(), rel=1e-14)
    for q in (0.0, 8.0, 9.0, 30.0):
        witness = np.maximum(sample - q, 0).mean()
        assert distribution.expected_excess(q, history) == pytest.approx(witness, rel=1e-14, abs=1e-14)


def test_shapes_and_scalars():
    poisson = FAMILIES["poisson"]
    assert isinstance(distribution.best_quantity(poisson, *COSTS), float)
    assert isinstance(distribution.expected_excess(20, poisson), float)
    assert isinstance(distribution.expected_cost(20, poisson, *COSTS), float)
    grid = distribution.expected_cost([[18.0], [20.0]], poisson, [50.0, 55.0, 60.0], 18.5)
    assert grid.shape == (2, 3)
    assert grid[1, 1] == distribution.expected_cost(20.0, poisson, 55.0, 18.5)
    assert distribution.best_quantity(poisson, [50.0, 55.0], 18.5).shape == (2,)


@pytest.mark.parametrize(
    ("law", "quantity", "exact"),
    [
        (stats.pareto(1.5), 10.0, 2 / np.sqrt(10)),  # integral of x^-1.5
        (stats.lognorm(3), 10.0, np.exp(4.5) * ndtr((9 - np.log(10)) / 3) - 10 * ndtr(-np.log(10) / 3)),
        (stats.genpareto(0.9), 4.0, (1 + 0.9 * 4.0) ** (1 - 1 / 0.9) / (1 - 0.9)),
    ],
    ids=["pareto", "lognormal", "generalised pareto"],
)
def test_a_heavy_tail_counts_to_its_end(law, quantity, exact):
    assert distribution.expected_excess(quantity, law) == pytest.approx(exact, rel=1e-10)
