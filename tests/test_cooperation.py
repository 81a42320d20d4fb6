"""Overflow into a partner's warehouse: quadrature, simulation and a published kind of table as independent checks."""

from statistics import NormalDist

import numpy as np
import pytest
from scipy.integrate import quad

from twin import cooperation, newsvendor, simulate

HOLDING, SURCHARGE = 10.0, 5.0


def test_eq_3_1_planned_overflow():
    np.testing.assert_array_equal(cooperation.planned_overflow([80.0, 100.0, 120.5], 100.0), [0.0, 0.0, 20.5])


def test_eq_3_2_dependency():
    assert cooperation.dependency(20.0, 120.0) == pytest.approx(1 / 6, rel=1e-15)
    assert cooperation.dependency(0.0, 120.0) == 0.0
    assert cooperation.dependency(120.0, 120.0) == 1.0


@pytest.mark.parametrize("required", [0.0, 60.0, 100.0, 101.0, 250.0])
def test_eq_3_3_planned_cost_by_cases(required):
    if required <= 100:
        witness = required * HOLDING
    else:
        witness = 100 * HOLDING + (required - 100) * (HOLDING + SURCHARGE)
    assert cooperation.planned_cost(required, 100.0, HOLDING, SURCHARGE) == pytest.approx(witness, rel=1e-14)


@pytest.mark.parametrize("capacity", [40.0, 100.0, 150.0, 200.0])
def test_eq_3_4_expected_overflow_by_quadrature(capacity):
    density = NormalDist(140, 25).pdf
    witness, _ = quad(lambda x: (x - capacity) * density(x), capacity, 400.0, epsrel=1e-11, epsabs=0)
    assert cooperation.expected_overflow(140.0, 25.0, capacity) == pytest.approx(witness, rel=1e-8)


def test_eq_3_4_overflow_is_expected_although_the_mean_is_below_capacity():
    assert cooperation.planned_overflow(140.0, 150.0) == 0.0
    assert cooperation.expected_overflow(140.0, 25.0, 150.0) == pytest.approx(5.76, abs=5e-3)
    assert cooperation.overflow_probability(140.0, 25.0, 150.0) == pytest.approx(0.345, abs=5e-4)


def test_eq_3_4_expected_overflow_is_never_below_the_planned_one():
    mean = np.linspace(0.0, 300.0, 301)
    planned = cooperation.planned_overflow(mean, 150.0)
    assert np.all(cooperation.expected_overflow(mean, 25.0, 150.0) >= planned)
    np.testing.assert_array_equal(cooperation.expected_overflow(mean, 0.0, 150.0), planned)


@pytest.mark.parametrize("capacity", [40.0, 140.0, 200.0])
def test_eq_3_5_overflow_probability(capacity):
    witness = 1 - NormalDist(140, 25).cdf(capacity)
    assert cooperation.overflow_probability(140.0, 25.0, capacity) == pytest.approx(witness, rel=1e-12)


@pytest.mark.parametrize("capacity", [110.0, 140.0, 190.0])
def test_eq_3_6_expected_cost_is_the_mean_of_the_planned_one(capacity):
    needs = simulate.demand(140.0, 15.0, samples=400_000, seed=32)  # never negative within nine deviations
    costs = cooperation.planned_cost(needs, capacity, HOLDING, SURCHARGE)
    assert simulate.estimate(costs).agrees(cooperation.expected_cost(140.0, 15.0, capacity, HOLDING, SURCHARGE))
    assert simulate.estimate(needs > capacity).agrees(cooperation.overflow_probability(140.0, 15.0, capacity))


def test_eq_3_6_certain_need():
    for mean in (80.0, 100.0, 130.0):
        planned = cooperation.planned_cost(mean, 100.0, HOLDING, SURCHARGE)
        assert cooperation.expected_cost(mean, 0.0, 100.0, HOLDING, SURCHARGE) == pytest.approx(planned, rel=1e-14)


@pytest.mark.parametrize(
    ("surcharge", "capacity", "overflow", "cost", "cost_at_mean"),
    [
        (15, 87.078, 19.5225, 1163.620, 1179.524),
        (25, 107.600, 8.5501, 1289.757, 1299.207),
        (40, 120.235, 4.4746, 1381.332, 1478.731),
        (100, 138.447, 1.4203, 1526.495, 2196.827),
    ],
)
def test_own_capacity_against_a_partner_is_a_newsvendor(surcharge, capacity, overflow, cost, cost_at_mean):
    """Reserve at 10 a place or pay the surcharge: overflow has probability 10 / surcharge at the best capacity."""
    best = newsvendor.best_quantity(100.0, 30.0, surcharge - 10, 10)
    expected = cooperation.expected_overflow(100.0, 30.0, [best, 100.0])
    assert best == pytest.approx(capacity, abs=5e-4)
    assert cooperation.overflow_probability(100.0, 30.0, best) == pytest.approx(10 / surcharge, rel=1e-12)
    assert expected[0] == pytest.approx(overflow, abs=5e-5)
    assert 10 * np.array([best, 100.0]) + surcharge * expected == pytest.approx([cost, cost_at_mean], abs=5e-4)
