"""Moments of demand: enumeration, quadrature and simulation as independent checks."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.integrate import quad

from twin import buffers, demand, simulate

NORMAL = NormalDist()


def test_eq_1_2_expected_excess_against_quadrature():
    for k in (-6.0, -1.0, 0.0, 0.5, 3.0, 8.0, 20.0):  # phi(k) is factored out to keep digits in far tails
        inner, _ = quad(lambda t, k=k: t * np.exp(-k * t - t * t / 2), 0, np.inf, epsabs=0, points=None)
        if k < 0:  # here the mass lies far inside: E[(X - k)+] = E[(k - X)+] - k
            inner, _ = quad(lambda t, k=k: t * np.exp(k * t - t * t / 2), 0, np.inf, epsabs=0)
        witness = inner * np.exp(-k * k / 2) / np.sqrt(2 * np.pi) + max(-k, 0.0)
        assert demand.expected_excess(100 + 30 * k, 100.0, 30.0) == pytest.approx(30 * witness, rel=1e-8)


@pytest.mark.parametrize(
    ("level", "excess", "probability", "given_excess"),
    [
        (80, 24.5336, 0.7475, 32.821),
        (100, 11.9683, 0.5000, 23.937),
        (120, 4.5336, 0.2525, 17.955),
        (150, 0.5948, 0.0478, 12.446),
    ],
)
def test_excess_and_probability_of_a_table(level, excess, probability, given_excess):
    ours = demand.expected_excess(level, 100.0, 30.0), demand.probability_above(level, 100.0, 30.0)
    assert ours == (pytest.approx(excess, abs=5e-5), pytest.approx(probability, abs=5e-5))
    assert ours[0] / ours[1] == pytest.approx(given_excess, abs=5e-4)


def test_excess_of_certain_demand_is_the_plain_difference():
    level = np.array([80.0, 100.0, 120.0])
    np.testing.assert_array_equal(demand.expected_excess(level, 100.0, 0.0), [20.0, 0.0, 0.0])
    np.testing.assert_array_equal(demand.probability_above(level, 100.0, 0.0), [1.0, 0.5, 0.0])


def test_excess_at_the_mean():
    assert demand.expected_excess(100.0, 100.0, 30.0) == pytest.approx(30 * NORMAL.pdf(0), rel=1e-15)


def test_excess_falls_with_the_level_is_convex_and_never_negative():
    level = np.linspace(-800.0, 1000.0, 18001)
    excess = demand.expected_excess(level, 100.0, 30.0)
    slope = np.diff(excess)
    assert np.all(excess >= 0)
    assert np.all(slope <= 0)
    assert np.all(np.diff(slope) >= -1e-10)
    np.testing.assert_allclose(slope / 0.1, -demand.probability_above(level[:-1] + 0.05, 100.0, 30.0), atol=1e-5)


@pytest.mark.parametrize(
    ("z", "leftover"),  # phi(z) + z Phi(z), with 40 digits (mpmath)
    [
        (-5, 5.3461655338328149539e-8),
        (-6, 1.5635697959709664279e-10),
        (-8, 7.5502624119464989137e-17),
        (-20, 1.3700124947295799431e-90),
    ],
)
def test_excess_and_leftover_keep_their_digits_in_their_own_tail(z, leftover):
    low, high = demand.excess_and_leftover(100.0 + 30 * z, 100.0, 30.0), demand.excess_and_leftover(-30.0 * z, 0.0, 30)
    assert low.leftover == pytest.approx(30 * leftover, rel=1e-9, abs=0)
    assert high.excess == pytest.approx(30 * leftover, rel=1e-9, abs=0)
    assert low.excess == pytest.approx(demand.expected_excess(100.0 + 30 * z, 100.0, 30.0), rel=1e-15)


def test_excess_less_leftover_is_the_distance_to_the_mean():
    level = np.linspace(-50.0, 250.0, 31)
    gaps = demand.excess_and_leftover(level, 100.0, 30.0)
    np.testing.assert_allclose(gaps.excess - gaps.leftover, 100.0 - level, rtol=1e-13, atol=1e-12)
    certain = demand.excess_and_leftover([80.0, 100.0, 130.0], 100.0, 0.0)
    np.testing.assert_array_equal(certain, [[20.0, 0.0, 0.0], [0.0, 0.0, 30.0]])


def test_excess_grows_with_uncertainty():
    assert np.all(np.diff(demand.expected_excess(120.0, 100.0, np.linspace(0.0, 100.0, 101))) >= 0)


@pytest.mark.parametrize("level", [40.0, 100.0, 137.0])
def test_probability_above_against_the_standard_library(level):
    assert demand.probability_above(level, 100.0, 30.0) == pytest.approx(1 - NormalDist(100, 30).cdf(level), rel=1e-12)


# --- workload -----------------------------------------------------------------------------------------------


def test_eq_2_1_workload_by_enumeration():
    """D is 3, 5 or 9 pallets, each comes back with probability 0.3: every outcome of D + Bin(D, r) is listed."""
    values, weights, rate = np.array([3, 5, 9]), np.array([0.2, 0.5, 0.3]), 0.3
    outcomes, chances = [0.0], [0.0]
    for value, weight in zip(values, weights, strict=True):
        returned = np.array([1.0])
        for _ in range(value):
            returned = np.convolve(returned, [1 - rate, rate])
        outcomes.extend(value + np.arange(value + 1))
        chances.extend(weight * returned)
    mean = np.dot(outcomes, chances)
    sd = np.sqrt(np.dot(np.square(outcomes), chances) - mean**2)
    demand_mean = values @ weights
    demand_sd = np.sqrt(values**2 @ weights - demand_mean**2)
    assert demand.workload(demand_mean, demand_sd, rate) == (
        pytest.approx(mean, rel=1e-12),
        pytest.approx(sd, rel=1e-12),
    )


def test_eq_2_1_workload_by_simulation():
    shipped = np.maximum(np.round(simulate.demand(100.0, 15.0, samples=400_000, seed=21)), 0)
    draws = simulate.workload(shipped, 0.3, seed=22)
    load = demand.workload(shipped.mean(), shipped.std(), 0.3)
    assert simulate.estimate(draws).agrees(load.mean)
    assert simulate.estimate((draws - load.mean) ** 2).agrees(load.sd**2)


def test_workload_without_and_with_all_returns():
    assert demand.workload(100.0, 30.0, 0.0) == (100.0, 30.0)
    assert demand.workload(100.0, 30.0, 1.0) == (200.0, 60.0)


def test_returns_of_certain_demand_still_vary():
    assert demand.workload(100.0, 0.0, 0.5).sd == pytest.approx(5.0, rel=1e-15)  # binomial: sqrt(100 / 4)


# --- lead-time demand ---------------------------------------------------------------------------------------


def test_eq_2_2_lead_time_demand_by_enumeration():
    """The lead time is 9 days (90 %) or 19 days: law of total variance over the two cases."""
    days, chance = np.array([9.0, 19.0]), np.array([0.9, 0.1])
    length = days @ chance
    spread = np.sqrt(days**2 @ chance - length**2)
    second_moment = (days * 30.0**2 + (100.0 * days) ** 2) @ chance
    total = demand.lead_time_demand(100.0, 30.0, length, spread)
    assert total.mean == pytest.approx(100.0 * length, rel=1e-12)
    assert total.sd == pytest.approx(np.sqrt(second_moment - (100.0 * length) ** 2), rel=1e-12)


def test_eq_2_2_lead_time_demand_by_simulation():
    lead_times = simulate.lead_times(10.0, 3.0, samples=400_000, seed=23)
    draws = simulate.lead_time_demand(100.0, 30.0, lead_times, seed=24)
    total = demand.lead_time_demand(100.0, 30.0, 10.0, 3.0)
    assert simulate.estimate(draws).agrees(total.mean)
    assert simulate.estimate((draws - total.mean) ** 2).agrees(total.sd**2)


def test_the_normal_formula_misses_its_target_for_a_two_point_lead_time():
    """The moments are exact, the shape is not: a 95 % target holds in 90 % of cycles; 1,900 pallets would meet it."""
    total = demand.lead_time_demand(100.0, 30.0, 10.0, 3.0)
    reorder_point = total.mean + buffers.safety_stock(total.sd, 0.95)
    achieved = sum(
        chance * NormalDist(100 * days, 30 * days**0.5).cdf(reorder_point) for days, chance in ((9, 0.9), (19, 0.1))
    )
    assert total.sd == pytest.approx(314.64, abs=5e-3)
    assert reorder_point == pytest.approx(1517.5, abs=0.05)
    assert achieved == pytest.approx(0.9002, abs=5e-5)


def test_lead_time_demand_limits():
    assert demand.lead_time_demand(100.0, 25.0, 9.0) == (900.0, 75.0)
    assert demand.lead_time_demand(100.0, 0.0, 9.0, 2.0) == (900.0, 200.0)
    assert demand.lead_time_demand(100.0, 25.0, 0.0) == (0.0, 0.0)


# --- periods ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("period", "days"), [("D", 1.0), ("W", 7.0), ("MS", 365.25 / 12)])
def test_a_lead_time_in_days_becomes_periods(period, days):
    assert demand.days_per_period(period) == days
    assert demand.lead_time_in_periods(3 * days, period) == pytest.approx(3.0, rel=1e-15)


@pytest.mark.parametrize("wanted", ["D", "W", "MS"])
@pytest.mark.parametrize("given", ["D", "W", "MS"])
def test_change_of_period_and_back(given, wanted):
    there = demand.change_period(100.0, 25.0, given=given, wanted=wanted)
    back = demand.change_period(*there, given=wanted, wanted=given)
    assert back == (pytest.approx(100.0, rel=1e-12), pytest.approx(25.0, rel=1e-12))


def test_seven_independent_days_make_a_week():
    assert demand.change_period(100.0, 25.0, given="D", wanted="W") == demand.lead_time_demand(100.0, 25.0, 7.0)


@pytest.mark.parametrize("given", ["D", "W", "MS"])
def test_lead_time_demand_is_the_same_in_every_period(given):
    moments = demand.change_period(100.0, 25.0, given="D", wanted=given)
    length, spread = demand.lead_time_in_periods([30.0, 6.0], given)
    total = demand.lead_time_demand(*moments, length, spread)
    assert total == (pytest.approx(3000.0, rel=1e-12), pytest.approx(615.4266812546, rel=1e-12))


# --- the second loss ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [-6.0, -1.0, 0.0, 0.5, 3.1, 8.0, 12.0, 20.0, 30.0])
def test_second_loss_against_quadrature(k):
    """phi(k) is factored out to keep digits in the tail; on the other side, E[Y^2] = 1 + k^2 less the tail of -k."""
    inner, _ = quad(lambda t: t * t / 2 * np.exp(-abs(k) * t - t * t / 2), 0, np.inf, epsabs=0)
    tail = inner * np.exp(-k * k / 2) / np.sqrt(2 * np.pi)
    witness = tail if k >= 0 else (1 + k * k) / 2 - tail
    assert demand.second_loss(100 + 30 * k, 100.0, 30.0) == pytest.approx(
        900 * witness, rel=1e-9 if k <= 12 else 1e-7, abs=0
    )


def test_second_loss_is_the_area_under_the_first():
    for low, high in ((60.0, 90.0), (95.0, 130.0), (150.0, 240.0)):
        area, _ = quad(lambda level: demand.expected_excess(level, 100.0, 30.0), low, high, epsabs=1e-12)
        difference = demand.second_loss(low, 100.0, 30.0) - demand.second_loss(high, 100.0, 30.0)
        assert difference == pytest.approx(area, rel=1e-10)


def test_second_loss_of_certain_demand():
    np.testing.assert_array_equal(demand.second_loss([90.0, 100.0, 110.0], 100.0, 0.0), [50.0, 0.0, 0.0])
