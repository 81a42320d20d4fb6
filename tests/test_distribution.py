"""The newsvendor under any demand: closed forms, enumeration and brute force as independent checks."""

import warnings
from math import exp, fsum, lgamma, log

import numpy as np
import pytest
from scipy import stats
from scipy.special import gammainc, ndtr, zeta

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
    """Ten shares of a tenth add up to slightly less than one, but the eighth order statistic is the 80 % quantile."""
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


HEAVY = {
    "lognormal": (stats.lognorm(3), 10.0, np.exp(4.5) * ndtr((9 - np.log(10)) / 3) - 10 * ndtr(-np.log(10) / 3)),
    "generalised Pareto 0.9": (stats.genpareto(0.9), 4.0, (1 + 0.9 * 4.0) ** (1 - 1 / 0.9) / (1 - 0.9)),
    "generalised Pareto 0.9984": (stats.genpareto(0.9984), 4.0, (1 + 0.9984 * 4) ** (1 - 1 / 0.9984) / (1 - 0.9984)),
    "moved and scaled": (stats.pareto(1.0013, loc=-7, scale=1e6), 5e6, 1e6 * 5.000007 ** (1 - 1.0013) / 0.0013),
}
for _tail in (1.5, 1.1, 1.005, 1.0013, 1.00001):  # the integral of x^-a beyond q
    for _level in (1.0000001, 10.0, 1e8, 1e100):
        HEAVY[f"Pareto {_tail} beyond {_level:g}"] = (
            stats.pareto(_tail),
            _level,
            _level ** (1 - _tail) / (_tail - 1),
        )


@pytest.mark.parametrize(("law", "quantity", "exact"), HEAVY.values(), ids=HEAVY)
def test_a_heavy_tail_counts_to_its_end(law, quantity, exact):
    assert distribution.expected_excess(quantity, law) == pytest.approx(exact, rel=1e-9, abs=0)


def test_a_cost_under_a_heavy_tail_is_never_negative():
    """E[X; X > q] and P(X > q) of an inverse gamma demand are incomplete gamma functions of scale / q."""
    a, scale, q = 1.0134291480779793, 1.9213240032071917, 0.46717379401918374
    excess = scale / (a - 1) * gammainc(a - 1, scale / q) - q * gammainc(a, scale / q)
    demand_law = stats.invgamma(a, scale=scale)
    assert distribution.expected_excess(q, demand_law) == pytest.approx(excess, rel=1e-10)
    cost = distribution.expected_cost(q, demand_law, 0.000264154, 6502.67)
    assert cost == pytest.approx(8.8125895484625705, rel=1e-9)  # the same closed form with 40 digits (mpmath)


@pytest.mark.parametrize("z", [-8.0, -5.0, -2.0, 2.0, 8.0, 30.0])
def test_either_side_of_a_normal_keeps_its_digits(z):
    law, q = stats.norm(100, 30), 100 + 30 * z
    expected = demand.excess_and_leftover(q, 100.0, 30.0)
    assert distribution.expected_cost(q, law, 1.0, 0.0) == pytest.approx(expected.excess, rel=1e-8, abs=0)
    assert distribution.expected_cost(q, law, 0.0, 1.0) == pytest.approx(expected.leftover, rel=1e-8, abs=0)


@pytest.mark.parametrize("q", [0, 5, 20, 22, 24, 100])
def test_far_tails_of_poisson_demand_keep_their_digits(q):
    witness = fsum((k - q) * exp(k * log(5) - 5 - lgamma(k + 1)) for k in range(q, q + 200))
    assert distribution.expected_excess(q, stats.poisson(5)) == pytest.approx(witness, rel=1e-11, abs=0)


def test_the_lower_tail_of_poisson_demand_keeps_its_digits():
    witness = fsum((30 - k) * exp(k * log(100) - 100 - lgamma(k + 1)) for k in range(30))
    assert distribution.expected_cost(30, stats.poisson(100), 0.0, 1.0) == pytest.approx(witness, rel=1e-11, abs=0)


@pytest.mark.parametrize("q", [1, 2, 100, 5_000])
@pytest.mark.parametrize("a", [2.05, 2.5, 4.0, 6.6])
def test_zipf_excess_in_hurwitz_zeta_functions(a, q):
    witness = (zeta(a - 1, q + 1) - q * zeta(a, q + 1)) / zeta(a)
    assert distribution.expected_excess(q, stats.zipf(a)) == pytest.approx(witness, rel=1e-9, abs=0)


@pytest.mark.parametrize("a", [1.3, 2.2, 11.0])
def test_yule_simon_excess_as_a_product(a):
    """The mean is a / (a - 1), and each step up to q takes the factor j / (j + a - 1)."""
    witness = a / (a - 1) * np.cumprod(np.append(1.0, [j / (j + a - 1) for j in range(1, 301)]))
    found = distribution.expected_excess(np.arange(301), stats.yulesimon(a))
    np.testing.assert_allclose(found, witness, rtol=1e-9)


def test_geometric_demand_too_wide_to_sum_follows_from_its_mean():
    """E[(X - q)+] = (1 - p)^q / p, with a mean of ten million."""
    q = np.array([0, 3, 100_000])
    found = distribution.expected_excess(q, stats.geom(1e-7))
    np.testing.assert_allclose(found, np.exp(q * np.log1p(-1e-7)) / 1e-7, rtol=1e-9)


def test_a_tail_that_no_sum_reaches_is_refused():
    for quantity in (1e7, 1e9):
        with pytest.raises(
            ValueError, match=r"^distribution must be spread over fewer than 16,777,216 integers; got more"
        ):
            distribution.expected_excess(quantity, stats.zipf(2.5))
    with pytest.raises(ValueError, match=r"^distribution must be light-tailed enough for a quantile as far out; got "):
        distribution.best_quantity(stats.zipf(2.5), 1e13, 1.0)


class Broken:
    """A distribution whose methods contradict one another."""

    def __init__(self, law, **other):
        self.__dict__ |= {name: getattr(law, name) for name in ("mean", "std", "support", "cdf", "sf", "ppf", "isf")}
        self.__dict__ |= other


def test_a_mean_that_the_tails_contradict_is_refused():
    rule = r"^distribution must be one whose tails can be integrated to its mean, "
    with pytest.raises(ValueError, match=rf"{rule}10\.9832; got 10\.97"):  # SciPy's x^10 overflows within the tail
        distribution.expected_excess(10.0, stats.burr12(10, 0.11))
    with pytest.raises(ValueError, match=rf"{rule}4; got 3\.0"):
        distribution.expected_excess(10.0, Broken(stats.pareto(1.5), mean=lambda: 4.0))
    noisy = Broken(stats.expon(), sf=lambda x: stats.expon.sf(x) + 1e-13)  # the error of 1 - F if F is rounded
    assert distribution.expected_excess(5.0, noisy) == pytest.approx(exp(-5), rel=1e-7)
    with pytest.raises(ValueError, match=rf"{rule}1; got nan"):
        distribution.expected_excess(20.0, noisy)
    light = Broken(stats.poisson(5), pmf=lambda k: 0.999 * stats.poisson(5).pmf(k))
    with pytest.raises(ValueError, match=r"^distribution must be one whose probabilities add up to 1; got 0\.99[89]"):
        distribution.expected_excess(10.0, light)


@pytest.mark.parametrize(
    "law",
    [
        stats.genhyperbolic(0.5, 1.5, -0.5),
        stats.jf_skew_t(8, 4),
        stats.invgamma(1.001),
        stats.t(1.01),
        stats.weibull_min(0.1),
        stats.burr12(10, 0.2),
        stats.gamma(1e-3),
        stats.zipf(2.5),
        stats.nbinom(0.01, 1e-4),
    ],
    ids=lambda law: law.dist.name,
)
def test_no_warning_of_numpy_or_scipy_reaches_the_caller(law):
    """The excess falls over a step of 1 by no more than P(X > x) at its start and no less than that at its end."""
    quantiles = np.asarray(law.ppf([0.5, 0.9, 0.99]), float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        best = distribution.best_quantity(law, 3.0, [3.0, 1.0])
        excess = distribution.expected_excess(np.append(quantiles, quantiles + 1), law)
        cost = distribution.expected_cost(quantiles, law, 2.0, 1.0)
    assert np.all(np.isfinite(best)) and np.all(cost > 0)
    falls = (excess[:3] - excess[3:]) / 1.0
    assert np.all(falls <= law.sf(quantiles) + 1e-9) and np.all(falls >= law.sf(quantiles + 1) - 1e-9)


def test_many_quantities_at_once_are_what_each_is_alone():
    for law in FAMILIES.values():
        quantities = np.array([[30.0, -5.0, 12.5], [8.0, 31.0, 12.0]])
        together = distribution.expected_cost(quantities, law, *COSTS)
        alone = [[distribution.expected_cost(float(q), law, *COSTS) for q in row] for row in quantities]
        np.testing.assert_allclose(together, alone, rtol=1e-11, atol=1e-12)


def test_an_empty_array_of_quantities_gives_an_empty_array():
    for law in (FAMILIES["poisson"], FAMILIES["gamma"]):
        assert distribution.expected_excess(np.empty((0, 3)), law).shape == (0, 3)


def test_excess_of_a_histogram_in_closed_form():
    """Uniform within each bin, so that the excess is a sum of squares."""
    counts, edges = np.array([3.0, 1.0, 0.0, 6.0]), np.array([0.0, 2.0, 5.0, 6.0, 10.0])
    law, shares = stats.rv_histogram((counts, edges), density=False), counts / counts.sum()
    for q in (-1.0, 1.3, 5.5, 7.25, 10.0):
        low, high = np.maximum(edges[:-1], q), np.maximum(edges[1:], q)
        witness = shares @ (((high - q) ** 2 - (low - q) ** 2) / 2 / np.diff(edges))
        assert distribution.expected_excess(q, law) == pytest.approx(witness, rel=1e-10, abs=1e-14)


# --- quantiles near one -------------------------------------------------------------------------------------


@pytest.mark.parametrize("over", [1.0, 1e-3, 1e-13, 1e-17, 1e-30])
def test_best_quantity_near_a_ratio_of_one_by_enumeration(over):
    tails = [fsum(exp(k * log(5) - 5 - lgamma(k + 1)) for k in range(q + 1, q + 150)) for q in range(80)]  # P(X > q)
    smallest = next(q for q, tail in enumerate(tails) if tail <= over / (1 + over))
    assert distribution.best_quantity(stats.poisson(5), 1.0, over) == smallest


@pytest.mark.parametrize("over", [0.5, 1e-9, 1e-16, 1e-100])
def test_best_quantity_near_a_ratio_of_one_in_closed_form(over):
    ours = distribution.best_quantity(stats.expon(scale=10), 1.0, over)
    assert ours == pytest.approx(-10 * (log(over) - np.log1p(over)), rel=1e-14)


def test_best_quantity_near_a_ratio_of_one_of_a_zipf_demand():
    """P(X > q) is a Hurwitz zeta function; the quantile of a tail of 1e-9 is some 600,000."""
    best = distribution.best_quantity(stats.zipf(2.5), 1e9, 1.0)
    assert zeta(2.5, best + 1) / zeta(2.5) == pytest.approx(1e-9, rel=1e-5, abs=0)


@pytest.mark.parametrize("count", [7, 1000, 160_084, 175_093])  # the last two drift by 2e-12, down and up
def test_every_order_statistic_of_a_large_sample_is_found(count):
    """Shares of 1 / n add up with a drift; the smallest quantity with F >= i / n is still the i-th."""
    sample = distribution.empirical(np.arange(1.0, count + 1))
    ranks = np.arange(1, count)
    found = distribution.best_quantity(sample, ranks, count - ranks)
    np.testing.assert_array_equal(found, ranks)
    assert distribution.best_quantity(sample, 1.0, 1e-18) == count


def test_quantiles_of_a_moved_lattice_stay_on_it():
    assert distribution.best_quantity(stats.poisson(5, loc=0.25), 1.0, 1e-13) == 29.25
    witness = distribution.expected_excess(7.0, stats.poisson(5))
    assert distribution.expected_excess(7.25, stats.poisson(5, loc=0.25)) == pytest.approx(witness, rel=1e-13)
    for over in (1e-6, 1e-13, 1e-40):
        plain = distribution.best_quantity(stats.poisson(1e4), 1.0, over)
        assert distribution.best_quantity(stats.poisson(1e4, loc=0.25), 1.0, over) == plain + 0.25


@pytest.mark.parametrize("count", [7, 10, 49, 100])
def test_a_ratio_that_is_a_step_of_whole_numbers_is_that_step(count):
    """Each of the numbers 1 to n has probability 1 / n: F(i) is i / n, whatever the rounding of either."""
    ranks = np.arange(1, count)
    found = distribution.best_quantity(stats.randint(1, count + 1), ranks, count - ranks)
    np.testing.assert_array_equal(found, ranks)


# --- the second loss, and sums of demands -------------------------------------------------------------------


@pytest.mark.parametrize("q", [-4.0, 0.0, 0.7, 3.0, 25.0])
def test_second_loss_in_closed_forms(q):
    exponential = np.exp(-q) if q > 0 else 1 - q + q * q / 2
    assert distribution.second_loss(q, stats.expon()) == pytest.approx(exponential, rel=1e-9, abs=0)
    inside = min(max(q, 0.0), 10.0)
    uniform = (10 - inside) ** 3 / 60 + (inside - q if q < 0 else 0.0) * (5 + (inside - q) / 2)
    assert distribution.second_loss(q, stats.uniform(0, 10)) == pytest.approx(uniform, rel=1e-9, abs=1e-14)
    normal = demand.second_loss(q, 1.0, 4.0)
    assert distribution.second_loss(q, stats.norm(1, 4)) == pytest.approx(normal, rel=1e-9, abs=0)


@pytest.mark.parametrize("name", ["poisson", "binomial", "negative_binomial", "table", "moved_table", "history"])
@pytest.mark.parametrize("q", [-3.0, 0.0, 8.0, 12.5, 40.0])
def test_second_loss_of_discrete_demand_by_enumeration(name, q):
    law = FAMILIES[name]
    finite = getattr(law, "dist", law)
    points = np.arange(2000.0)
    if hasattr(finite, "xk"):
        points = np.asarray(finite.xk, float) + (10.0 if name == "moved_table" else 0.0)
    chances = finite.pk if hasattr(finite, "xk") else law.pmf(points)
    witness = np.sum(np.maximum(points - q, 0.0) ** 2 / 2 * chances)
    assert distribution.second_loss(q, law) == pytest.approx(witness, rel=1e-10, abs=1e-16)


@pytest.mark.parametrize("a", [2.5, 3.2, 6.0])
def test_second_loss_of_a_pareto_tail(a):
    """The integral of (x - q) x^-a beyond q is q^(2 - a) / ((a - 1) (a - 2))."""
    ours = distribution.second_loss([1.0, 5.0, 100.0], stats.pareto(a))
    np.testing.assert_allclose(ours, np.array([1.0, 5.0, 100.0]) ** (2 - a) / ((a - 1) * (a - 2)), rtol=1e-7)


def test_the_sum_of_demands_is_their_convolution():
    twelve = distribution.total(stats.nbinom(3, 0.4), 4)
    points = np.arange(120)
    np.testing.assert_allclose(twelve.pmf(points), stats.nbinom(12, 0.4).pmf(points), rtol=1e-10, atol=1e-17)
    np.testing.assert_allclose(
        distribution.total(stats.poisson(2.5), 7).pmf(points), stats.poisson(17.5).pmf(points), rtol=1e-9, atol=1e-17
    )
    record = [0, 2, 2, 7]
    sums = [a + b + c for a in record for b in record for c in record]
    np.testing.assert_allclose(
        distribution.total(distribution.empirical(record), 3).pmf(np.arange(22)),
        np.bincount(sums, minlength=22) / 64,
        atol=1e-16,
    )
