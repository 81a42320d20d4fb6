"""The newsvendor: quadrature, brute-force minimisation and simulation as independent checks."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from twin import newsvendor, simulate

NORMAL = NormalDist()
CASES = [  # mean, sd, underage cost, overage cost
    (100.0, 25.0, 55.0, 18.5),
    (50.0, 8.0, 0.7, 0.18),
    (3192.0, 1181.0, 80.0, 20.0),
    (100.0, 30.0, 1.0, 9.0),
]


def cost_by_quadrature(quantity, mean, sd, under, over):
    def density(x):
        return np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2 * np.pi))

    low, high = mean - 12 * sd, mean + 12 * sd
    left, _ = quad(lambda x: (quantity - x) * density(x), low, quantity, epsrel=1e-11, limit=200)
    short, _ = quad(lambda x: (x - quantity) * density(x), quantity, high, epsrel=1e-11, limit=200)
    return over * left + under * short


def test_eq_1_1_critical_ratio():
    assert newsvendor.critical_ratio(55.0, 18.5) == pytest.approx(55 / 73.5, rel=1e-15)
    assert newsvendor.critical_ratio(0.0, 1.0) == 0.0
    assert newsvendor.critical_ratio(1.0, 0.0) == 1.0


@pytest.mark.parametrize(("mean", "sd", "under", "over"), CASES)
def test_eq_1_3_best_quantity_by_search(mean, sd, under, over):
    def cost(quantity):
        return cost_by_quadrature(quantity, mean, sd, under, over)

    found = minimize_scalar(cost, bounds=(mean - 4 * sd, mean + 4 * sd), method="bounded", options={"xatol": 1e-6})
    best = newsvendor.best_quantity(mean, sd, under, over)
    assert best == pytest.approx(found.x, abs=1e-4 * sd)  # the search finds a flat minimum to half the digits
    assert NormalDist(mean, sd).cdf(best) == pytest.approx(under / (under + over), rel=1e-9)


@pytest.mark.parametrize("z", [-3.0, -0.5, 0.0, 0.7, 2.5])
@pytest.mark.parametrize(("mean", "sd", "under", "over"), CASES)
def test_eq_1_4_expected_cost_by_quadrature(mean, sd, under, over, z):
    quantity = mean + z * sd
    witness = cost_by_quadrature(quantity, mean, sd, under, over)
    assert newsvendor.expected_cost(quantity, mean, sd, under, over) == pytest.approx(witness, rel=1e-8)
    level = NORMAL.cdf(z)
    assert newsvendor.cost_curve(level, sd, under, over) == pytest.approx(witness, rel=1e-8)


def test_eq_1_4_expected_cost_by_simulation():
    draws = simulate.demand(100.0, 25.0, samples=400_000, seed=11)
    costs = 18.5 * np.maximum(120.0 - draws, 0) + 55.0 * np.maximum(draws - 120.0, 0)
    assert simulate.estimate(costs).agrees(newsvendor.expected_cost(120.0, 100.0, 25.0, 55.0, 18.5))


@pytest.mark.parametrize(("mean", "sd", "under", "over"), CASES)
def test_cost_curve_is_least_exactly_at_the_critical_ratio(mean, sd, under, over):
    ratio = under / (under + over)
    z = NORMAL.inv_cdf(ratio)
    least = newsvendor.cost_curve(ratio, sd, under, over)
    assert least == pytest.approx((under + over) * sd * NORMAL.pdf(z), rel=1e-12)
    best = newsvendor.best_quantity(mean, sd, under, over)
    assert least == pytest.approx(newsvendor.expected_cost(best, mean, sd, under, over), rel=1e-12)
    others = newsvendor.cost_curve(ratio + np.array([-1e-3, 1e-3]) * min(ratio, 1 - ratio), sd, under, over)
    assert np.all(others > least)


def test_cost_curve_is_convex_with_second_derivative_of_the_density():
    z, step, (under, over) = np.linspace(-3, 3, 61), 1e-3, (55.0, 18.5)
    level = [[NORMAL.cdf(x + shift) for x in z] for shift in (-step, 0.0, step)]
    below, here, above = newsvendor.cost_curve(level, 25.0, under, over)
    second = (below - 2 * here + above) / step**2
    np.testing.assert_allclose(second, [(under + over) * 25 * NORMAL.pdf(x) for x in z], rtol=1e-4, atol=1e-4)


def test_charging_holding_on_the_safety_stock_moves_the_optimum():
    """The shortcut gives 1 - Co/Cu = 66.4 % instead of 74.8 %, and costs 3.2 % more."""
    ratio = newsvendor.critical_ratio(55.0, 18.5)
    trap = 1 - 18.5 / 55
    assert (round(trap, 3), round(float(ratio), 3)) == (0.664, 0.748)
    dearer = newsvendor.cost_curve(trap, 25.0, 55.0, 18.5) / newsvendor.cost_curve(ratio, 25.0, 55.0, 18.5)
    assert dearer == pytest.approx(1.032, abs=5e-4)


def test_certain_demand():
    assert newsvendor.best_quantity(100.0, 0.0, 55.0, 18.5) == 100.0
    costs = newsvendor.expected_cost([90.0, 100.0, 110.0], 100.0, 0.0, 55.0, 18.5)
    np.testing.assert_array_equal(costs, [550.0, 0.0, 185.0])


@pytest.mark.parametrize(
    ("under", "over", "factor"),  # -Phi^-1(over / (under + over)), with 40 digits (mpmath)
    [
        (1e12, 1.0, 7.0344838253012713725),
        (1e16, 1.0, 8.2220822161304356247),
        (24794142.44279866, 2.418244283402187e-09, 8.2250768325192143724),
        (1.0, 1e20, -9.2623400897984075737),
    ],
)
def test_eq_1_3_critical_ratios_that_round_to_one_have_their_quantile(under, over, factor):
    assert newsvendor.best_safety_factor(under, over) == pytest.approx(factor, rel=1e-14)
    assert newsvendor.best_safety_factor(over, under) == pytest.approx(-factor, rel=1e-14)
    assert newsvendor.best_quantity(100.0, 25.0, under, over) == pytest.approx(100 + 25 * factor, rel=1e-14)


def test_costs_so_far_apart_that_their_ratio_is_no_number_are_refused():
    with pytest.raises(ValueError, match=r"^underage_cost / overage_cost must be within the range of floating-point"):
        newsvendor.best_quantity(100.0, 25.0, 1e200, 1e-200)


@pytest.mark.parametrize("z", [-5, -6, -8, -20])
def test_eq_1_4_a_cost_far_below_the_mean_keeps_its_digits(z):
    """sd (phi(z) + z Phi(z)) by phi(z) times the integral of t exp(z t - t^2 / 2), which has no small difference."""
    inner, _ = quad(lambda t: t * np.exp(z * t - t * t / 2), 0, np.inf, epsabs=0)
    witness = 30 * inner * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    assert newsvendor.expected_cost(300.0 + 30 * z, 300.0, 30.0, 0.0, 1.0) == pytest.approx(witness, rel=1e-8, abs=0)
    assert newsvendor.expected_cost(300.0 - 30 * z, 300.0, 30.0, 1.0, 0.0) == pytest.approx(witness, rel=1e-8, abs=0)


def test_equal_costs_give_the_mean():
    assert newsvendor.best_quantity(100.0, 25.0, 7.0, 7.0) == 100.0


def test_costs_from_prices():
    assert newsvendor.costs_from_prices(10.0, 6.0, salvage=1.5, penalty=2.0) == (6.0, 4.5)


# --- distribution-free --------------------------------------------------------------------------------------


def worst_cost(quantity, mean, sd, under, over):
    """Return Scarf's bound at any quantity, and the cost of the two-point demand that attains it."""
    gap = quantity - mean
    root = np.hypot(sd, gap)
    points = quantity + np.array([-root, root])
    weights = np.array([(1 + gap / root) / 2, (1 - gap / root) / 2])
    assert weights @ points == pytest.approx(mean)
    assert weights @ points**2 == pytest.approx(mean**2 + sd**2)
    return weights @ (over * np.maximum(quantity - points, 0) + under * np.maximum(points - quantity, 0))


@pytest.mark.parametrize(("mean", "sd", "under", "over"), CASES[:3])
def test_eq_1_5_distribution_free_quantity_against_the_worst_two_points(mean, sd, under, over):
    quantity = newsvendor.distribution_free_quantity(mean, sd, under, over)
    bound = newsvendor.distribution_free_cost(mean, sd, under, over)
    assert worst_cost(quantity, mean, sd, under, over) == pytest.approx(bound, rel=1e-12)
    for other in quantity + sd * np.array([-0.1, 0.1]):
        assert worst_cost(other, mean, sd, under, over) > bound


def test_eq_1_5_the_bound_holds_for_normal_demand():
    for mean, sd, under, over in CASES[:3]:
        quantity = newsvendor.distribution_free_quantity(mean, sd, under, over)
        bound = newsvendor.distribution_free_cost(mean, sd, under, over)
        assert newsvendor.expected_cost(quantity, mean, sd, under, over) < bound


def test_eq_1_5_ordering_nothing_when_demand_is_too_uncertain():
    """If sd^2 Co > mean^2 Cu, losing every sale costs less in the worst case than any leftovers."""
    np.testing.assert_array_equal(newsvendor.distribution_free_quantity(10.0, [12.0, 30.0], [1.3, 2.0], 1.0), 0.0)
    assert newsvendor.distribution_free_cost(10.0, 30.0, 2.0, 1.0) == 20.0
    edge = newsvendor.distribution_free_cost([10.0, 10.0], [20.0, 20.0 * (1 + 1e-12)], 4.0, 1.0)
    assert edge[0] == pytest.approx(edge[1], rel=1e-11)  # continuous where the two answers meet
