"""Own capacity against a partner, in two tiers and three: quadrature, brute force and simulated bills."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from twin import newsvendor, reservation, simulate
from twin.distribution import empirical

NORMAL = NormalDist()
SAMPLE = [60.0, 80.0, 80.0, 95.5, 120.0, 150.0, 150.0, 150.0, 201.25, 0.0]
DISTRIBUTIONS = {
    "normal": stats.norm(100, 30),
    "gamma": stats.gamma(4.0, scale=25.0),
    "poisson": stats.poisson(20),
    "record": empirical(SAMPLE),
}
PRICES = {  # c, r, e, s
    "all three tiers": (10.0, 3.0, 12.0, 40.0),
    "all three, dear spot": (10.0, 1.0, 20.0, 200.0),
    "option dear": (10.0, 8.0, 30.0, 40.0),
    "fee as dear as an own place": (10.0, 10.0, 5.0, 40.0),
    "fee dearer than an own place": (10.0, 12.0, 5.0, 40.0),
    "use as dear as the spot": (10.0, 3.0, 40.0, 40.0),
    "use dearer than the spot": (10.0, 3.0, 50.0, 40.0),
    "fee and use together as dear as the spot": (10.0, 3.0, 12.0, 15.0),
    "use free": (10.0, 3.0, 0.0, 40.0),
    "use free, fee as dear as an own place": (10.0, 10.0, 0.0, 40.0),
    "use free, fee dearer than an own place": (10.0, 12.0, 0.0, 40.0),
    "own useless": (50.0, 3.0, 12.0, 40.0),
    "own place pays just not": (15.0, 3.0, 12.0, 40.0),
    "spot cheapest": (10.0, 5.0, 15.0, 8.0),
    "spot free": (10.0, 5.0, 0.0, 0.0),
}


def paid(need, own, option, c, r, e, s):
    """Return the cost of a period, bill by bill."""
    over = np.maximum(need - own, 0.0)
    return c * own + r * option + e * np.minimum(over, option) + s * np.maximum(over - option, 0.0)


# --- two tiers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("surcharge", "capacity", "cost"),
    [(15, 87.078, 1163.620), (25, 107.600, 1289.757), (40, 120.235, 1381.332), (100, 138.447, 1526.495)],
)
def test_eq_3_7_and_3_8_of_a_table(surcharge, capacity, cost):
    best = reservation.best_capacity(100.0, 30.0, 10.0, surcharge)
    assert best == pytest.approx(capacity, abs=5e-4)
    assert reservation.capacity_cost(best, 100.0, 30.0, 10.0, surcharge) == pytest.approx(cost, abs=5e-4)
    assert 1 - NormalDist(100, 30).cdf(best) == pytest.approx(10 / surcharge, rel=1e-12)


def cost_by_quadrature(capacity, mean, sd, c, s):
    density = NormalDist(mean, sd).pdf
    over, _ = quad(lambda x: (x - capacity) * density(x), capacity, mean + 12 * sd, epsrel=1e-11, epsabs=0, limit=200)
    return c * capacity + s * over


@pytest.mark.parametrize(("place", "short", "when_used"), [(18.5, 75.0, 0.0), (12.0, 55.0, 20.0), (2.0, 11.5, 2.5)])
def test_eq_1_6_a_place_paid_only_when_idle_and_a_place_paid_always_have_different_ratios(place, short, when_used):
    demand = stats.norm(100, 30)

    def search(cost_of_place):  # bills of a period by quadrature, without any formula of the newsvendor
        def cost(capacity):
            idle = quad(demand.cdf, -200, capacity)[0]
            return cost_of_place(capacity, idle) + short * quad(demand.sf, capacity, 400)[0]

        return demand.cdf(minimize_scalar(cost, bounds=(20, 220), options={"xatol": 1e-8}).x)

    only_when_idle = search(lambda capacity, idle: place * idle)
    always = search(lambda capacity, idle: place * capacity + when_used * (capacity - idle))
    assert only_when_idle == pytest.approx(newsvendor.critical_ratio(short, place), abs=1e-5)
    assert always == pytest.approx(1 - place / (short - when_used), abs=1e-5)
    assert always == pytest.approx(newsvendor.critical_ratio(short - when_used - place, place), abs=1e-5)
    best = reservation.best_capacity(100.0, 30.0, place, short - when_used)
    assert demand.cdf(best) == pytest.approx(always, abs=1e-5)


@pytest.mark.parametrize("surcharge", [12.0, 25.0, 400.0])
def test_eq_3_7_best_capacity_by_search(surcharge):
    arguments = 100.0, 30.0, 10.0, surcharge
    options = {"xatol": 1e-6}
    found = minimize_scalar(cost_by_quadrature, bounds=(0.0, 250.0), args=arguments, method="bounded", options=options)
    assert reservation.best_capacity(*arguments) == pytest.approx(found.x, abs=3e-3)  # a flat minimum: half the digits
    best = reservation.best_capacity(*arguments)
    assert reservation.capacity_cost(best, *arguments) == pytest.approx(found.fun, rel=1e-9)


@pytest.mark.parametrize("capacity", [0.0, 70.0, 100.0, 160.0])
def test_eq_3_8_capacity_cost_by_quadrature(capacity):
    witness = cost_by_quadrature(capacity, 100.0, 30.0, 10.0, 25.0)
    if capacity == 0:  # negative needs never overflow, so the quadrature covers positive needs only
        assert witness == pytest.approx(25 * 100, rel=1e-4)
    assert reservation.capacity_cost(capacity, 100.0, 30.0, 10.0, 25.0) == pytest.approx(witness, rel=1e-8)


def test_least_cost_is_the_cost_of_the_mean_plus_s_sd_phi_of_z():
    for surcharge in (11.0, 25.0, 1e4):
        best = reservation.best_capacity(100.0, 10.0, 10.0, surcharge)
        z = NORMAL.inv_cdf(1 - 10 / surcharge)
        witness = 10 * 100 + surcharge * 10 * NORMAL.pdf(z)
        assert reservation.capacity_cost(best, 100.0, 10.0, 10.0, surcharge) == pytest.approx(witness, rel=1e-12)


def test_a_partner_as_cheap_as_an_own_place_leaves_none():
    np.testing.assert_array_equal(reservation.best_capacity(100.0, 30.0, 10.0, [0.0, 5.0, 10.0]), 0.0)
    barely = reservation.best_capacity(100.0, 5.0, 10.0, 10.001)  # barely dearer, and nearly certain needs
    assert barely == pytest.approx(NormalDist(100, 5).inv_cdf(0.001 / 10.001), rel=1e-9)
    assert barely > 80


def test_own_places_grow_with_the_surcharge_without_bound():
    best = reservation.best_capacity(100.0, 30.0, 10.0, 10.0 ** np.arange(2, 15))
    assert np.all(np.diff(best) > 0)
    assert best[-1] == pytest.approx(100 - 30 * stats.norm.ppf(1e-13), rel=1e-4)


def test_eq_3_7_a_surcharge_beyond_any_rounding_still_has_its_capacity():
    """100 + 30 Phi^-1(1 - 1e-17), with 40 digits (mpmath); in floating point 1 - 1e-17 is 1."""
    assert reservation.best_capacity(100.0, 30.0, 1e-17, 1.0) == pytest.approx(354.81379672328794198, rel=1e-14)
    mix = reservation.best_tiers(100.0, 30.0, 2.0, 1e-17, 3.0, 4.0)
    assert mix.own + mix.option == pytest.approx(354.81379672328794198, rel=1e-14)
    general = reservation.best_tiers_of(stats.norm(100.0, 30.0), 2.0, 1e-17, 3.0, 4.0)
    assert general == (pytest.approx(mix.own, rel=1e-12), pytest.approx(mix.option, rel=1e-12))


def test_certain_needs_get_their_mean_or_nothing():
    np.testing.assert_array_equal(reservation.best_capacity(100.0, 0.0, 10.0, [9.0, 10.0, 11.0, 1e9]), [0, 0, 100, 100])
    costs = reservation.capacity_cost([0.0, 80.0, 100.0, 130.0], 100.0, 0.0, 10.0, 25.0)
    np.testing.assert_array_equal(costs, [2500.0, 1300.0, 1000.0, 1300.0])


def test_no_capacity_below_zero():
    """The quantile of these needs is negative; zero places are then the cheapest, on a grid too."""
    assert NormalDist(10, 30).inv_cdf(1 - 10 / 12) < 0
    assert reservation.best_capacity(10.0, 30.0, 10.0, 12.0) == 0.0
    costs = reservation.capacity_cost(np.linspace(0.0, 50.0, 501), 10.0, 30.0, 10.0, 12.0)
    assert costs.argmin() == 0


def test_capacity_that_rounds_to_infinite_is_refused():
    with pytest.raises(ValueError, match="reservation_cost must be more than a rounding error"):
        reservation.best_capacity(100.0, 30.0, 1e-320, 1e10)
    for bad in ((-1.0, 30.0, 10.0, 25.0), (100.0, -1.0, 10.0, 25.0), (100.0, 30.0, 0.0, 25.0), (100.0, 30.0, 10.0, -1)):
        with pytest.raises(ValueError):
            reservation.best_capacity(*bad)


# --- three tiers --------------------------------------------------------------------------------------------


def mean_paid(distribution, levels):
    """Return E[(X - level)+] for ascending levels, from 0 to where P(X > level) vanishes: the area under 1 - F."""
    if hasattr(distribution, "xk"):
        return np.array([np.maximum(distribution.xk - level, 0.0) @ distribution.pk for level in levels])
    if hasattr(distribution, "pmf"):
        points = np.arange(0, 200)
        return np.array([np.maximum(points - level, 0.0) @ distribution.pmf(points) for level in levels])
    beyond = distribution.sf(levels)
    strips = (beyond[1:] + beyond[:-1]) / 2 * np.diff(levels)
    return np.append(np.cumsum(strips[::-1])[::-1], 0.0)


def grid(name):
    if name == "record":  # the least cost is at a value of the record, or at 0
        return np.unique([0.0, *SAMPLE, *np.arange(0.0, 210.0, 5.0)])
    return np.arange(0.0, 80.0) if name == "poisson" else np.linspace(0.0, 700.0, 1401)


@pytest.mark.parametrize("prices", PRICES.values(), ids=PRICES)
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_eq_3_9_three_tiers_against_every_mix_of_a_grid(name, prices):
    c, r, e, s = prices
    distribution, levels = DISTRIBUTIONS[name], grid(name)
    over = mean_paid(distribution, levels)
    own, total = levels[:, np.newaxis], levels[np.newaxis, :]
    by_option = over[:, np.newaxis] - over[np.newaxis, :]
    costs = c * own + r * (total - own) + e * by_option + s * over[np.newaxis, :]
    costs[total < own] = np.inf
    mix = reservation.best_tiers_of(distribution, *prices)
    least, best = costs.min(), reservation.tiers_cost_of(*mix, distribution, *prices)
    assert best == pytest.approx(least, rel=3e-4 if name in ("normal", "gamma") else 1e-12)
    assert best <= least * (1 + 1e-4)  # no mix on the grid costs less
    rows, columns = np.nonzero(costs <= least * (1 + 1e-12))
    step = np.diff(levels).max() if name in ("normal", "gamma") else 1e-12
    near = (np.abs(levels[rows] - mix.own) <= step) & (np.abs(levels[columns] - mix.own - mix.option) <= step)
    assert near.any(), (mix, levels[rows], levels[columns])


@pytest.mark.parametrize("prices", PRICES.values(), ids=PRICES)
def test_eq_3_9_the_normal_and_any_distribution_agree(prices):
    closed, general = (
        reservation.best_tiers(100.0, 30.0, *prices),
        reservation.best_tiers_of(stats.norm(100, 30), *prices),
    )
    np.testing.assert_allclose(closed, general, rtol=1e-12, atol=1e-12)
    costs = reservation.tiers_cost(*closed, 100.0, 30.0, *prices)
    assert costs == pytest.approx(reservation.tiers_cost_of(*closed, stats.norm(100, 30), *prices), rel=1e-9)


WITHOUT_AN_OPTION = [
    "option dear",
    "fee as dear as an own place",
    "fee dearer than an own place",
    "use as dear as the spot",
    "use dearer than the spot",
    "use free, fee as dear as an own place",
    "use free, fee dearer than an own place",
    "fee and use together as dear as the spot",
]


@pytest.mark.parametrize("name", WITHOUT_AN_OPTION)
def test_without_an_option_it_is_the_two_tiers(name):
    c, _, _, s = PRICES[name]
    mix = reservation.best_tiers(100.0, 30.0, *PRICES[name])
    assert mix.option == 0.0
    assert mix.own == pytest.approx(NormalDist(100, 30).inv_cdf(1 - c / s), rel=1e-12)


def test_probabilities_of_overflow_are_ratios_of_prices():
    c, r, e, s = PRICES["all three tiers"]
    mix, needs = reservation.best_tiers(100.0, 30.0, c, r, e, s), NormalDist(100, 30)
    assert 1 - needs.cdf(mix.own) == pytest.approx((c - r) / e, rel=1e-12)
    assert 1 - needs.cdf(mix.own + mix.option) == pytest.approx(r / (s - e), rel=1e-12)


def test_no_random_mix_is_cheaper_whatever_the_prices():
    rng = np.random.default_rng(39)
    c, r, e, s = 10 ** rng.uniform(-1, 2, (4, 300))
    mean, sd = rng.uniform(0, 200, 300), rng.uniform(0, 60, 300)
    best = reservation.tiers_cost(*reservation.best_tiers(mean, sd, c, r, e, s), mean, sd, c, r, e, s)
    own, option = rng.uniform(0, 300, (2, 500, 300)) * rng.integers(0, 2, (2, 500, 300))  # 0 is a choice as well

    def over(level):
        k = (level - mean) / sd
        return sd * (stats.norm.pdf(k) - k * stats.norm.sf(k))

    others = c * own + r * option + e * (over(own) - over(own + option)) + s * over(own + option)
    assert np.all(best <= others * (1 + 1e-9))
    assert np.all(best <= (c * own + s * over(own)) * (1 + 1e-9))


def test_eq_3_9_the_smallest_of_equally_cheap_mixes():
    """Own places overflow with probability 1/2 and all with 1/4: all capacities between two values tie."""
    mix = reservation.best_tiers_of(empirical([10.0, 20.0, 30.0, 40.0]), 9.0, 4.0, 10.0, 26.0)
    assert mix == (20.0, 10.0)
    for own, option in ((20.0, 10.0), (20.0, 20.0), (25.0, 10.0), (30.0, 0.0), (30.0, 10.0)):
        cost = paid(np.array([10.0, 20.0, 30.0, 40.0]), own, option, 9.0, 4.0, 10.0, 26.0).mean()
        assert cost == pytest.approx(335.0, rel=1e-14)
        assert reservation.tiers_cost_of(own, option, empirical([10, 20, 30, 40]), 9, 4, 10, 26) == pytest.approx(cost)


def test_rounding_moves_no_quantile_of_ten_equal_shares():
    record = empirical(np.arange(1.0, 11.0))
    for steps in range(1, 10):  # P(X > C) = 1 - steps / 10: the steps-th value, not the next
        assert reservation.best_tiers_of(record, 10.0 - steps, 20.0, 0.0, 10.0).own == steps


@pytest.mark.parametrize("name", ["normal", "gamma", "poisson"])
@pytest.mark.parametrize(
    "prices", [PRICES["all three tiers"], PRICES["use dearer than the spot"]], ids=["usual", "e > s"]
)
def test_eq_3_10_cost_is_the_mean_of_what_is_paid(name, prices):
    needs = DISTRIBUTIONS[name].rvs(200_000, random_state=simulate.generator(310))
    own, option = (18.0, 6.0) if name == "poisson" else (90.0, 40.0)
    payments = simulate.estimate(paid(needs, own, option, *prices))
    assert payments.agrees(reservation.tiers_cost_of(own, option, DISTRIBUTIONS[name], *prices))
    if name == "normal":
        assert payments.agrees(reservation.tiers_cost(own, option, 100.0, 30.0, *prices))


def test_eq_3_10_of_a_record_is_its_mean():
    for own, option in ((0.0, 0.0), (80.0, 0.0), (90.0, 60.0), (0.0, 150.0), (500.0, 1.0)):
        witness = paid(np.array(SAMPLE), own, option, 10.0, 3.0, 12.0, 40.0).mean()
        cost = reservation.tiers_cost_of(own, option, empirical(SAMPLE), 10.0, 3.0, 12.0, 40.0)
        assert cost == pytest.approx(witness, rel=1e-13)


def test_arrays_give_what_their_elements_give():
    rng = np.random.default_rng(7)
    mean, sd = rng.uniform(50, 150, (3, 1)), rng.uniform(5, 50, (3, 1))
    c, r, e, s = (rng.uniform(low, high, 4) for low, high in ((5, 15), (1, 8), (0, 20), (10, 80)))
    mix = reservation.best_tiers(mean, sd, c, r, e, s)
    costs = reservation.tiers_cost(*mix, mean, sd, c, r, e, s)
    two = reservation.best_capacity(mean, sd, c, s)
    assert mix.own.shape == mix.option.shape == costs.shape == two.shape == (3, 4)
    general = reservation.best_tiers_of(DISTRIBUTIONS["gamma"], c, r, e, s)
    for j in range(4):
        one = reservation.best_tiers_of(DISTRIBUTIONS["gamma"], c[j], r[j], e[j], s[j])
        assert (general.own[j], general.option[j]) == one
        for i in range(3):
            one = reservation.best_tiers(mean[i, 0], sd[i, 0], c[j], r[j], e[j], s[j])
            assert (mix.own[i, j], mix.option[i, j]) == one
            assert costs[i, j] == reservation.tiers_cost(*one, mean[i, 0], sd[i, 0], c[j], r[j], e[j], s[j])
            assert two[i, j] == reservation.best_capacity(mean[i, 0], sd[i, 0], c[j], s[j])


def test_certain_needs_have_no_option():
    mix = reservation.best_tiers(100.0, 0.0, *PRICES["all three tiers"])
    assert mix == (100.0, 0.0)
    assert reservation.tiers_cost(*mix, 100.0, 0.0, *PRICES["all three tiers"]) == 1000.0


def test_places_and_prices_below_zero_are_refused():
    with pytest.raises(ValueError, match="own must be finite and >= 0"):
        reservation.tiers_cost(-1.0, 3.0, 100.0, 30.0, 10.0, 3.0, 12.0, 40.0)
    with pytest.raises(ValueError, match="capacity must be finite and >= 0"):
        reservation.capacity_cost(-1.0, 100.0, 30.0, 10.0, 25.0)
    with pytest.raises(ValueError, match="option_fee must be finite and > 0"):
        reservation.best_tiers(100.0, 30.0, 10.0, 0.0, 12.0, 40.0)
