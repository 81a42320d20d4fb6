"""The economic order quantity, against brute force and its own theorem."""

import numpy as np
import pytest

from twin import lot_size

CASES = [(1300.0, 8.0, 0.225), (1000.0, 10.0, 2.0), (182500.0, 2250.0, 275.0)]


@pytest.mark.parametrize("arguments", CASES)
def test_eq_2_7_order_quantity_costs_least(arguments):
    best = lot_size.order_quantity(*arguments)
    lots = best * np.linspace(0.2, 5.0, 4801)
    costs = lot_size.order_cost(lots, *arguments)
    assert lots[costs.argmin()] == pytest.approx(best, rel=1e-3)
    assert np.all(costs >= lot_size.order_cost(best, *arguments))


@pytest.mark.parametrize("arguments", CASES)
def test_eq_2_7_both_parts_are_equal_at_the_best_lot(arguments):
    demand, fixed, holding = arguments
    best = lot_size.order_quantity(*arguments)
    assert fixed * demand / best == pytest.approx(holding * best / 2, rel=1e-12)
    assert lot_size.order_cost(best, *arguments) == pytest.approx(np.sqrt(2 * fixed * demand * holding), rel=1e-12)


@pytest.mark.parametrize("k", [0.5, 1.0, 1.5, 3.0])
def test_eq_2_7_cost_of_a_lot_k_times_the_best(k):
    best = lot_size.order_quantity(*CASES[0])
    ratio = lot_size.order_cost(k * best, *CASES[0]) / lot_size.order_cost(best, *CASES[0])
    assert ratio == pytest.approx((k + 1 / k) / 2, rel=1e-12)


def test_no_fixed_cost_or_no_demand_needs_no_lot():
    assert lot_size.order_quantity(1300.0, 0.0, 0.225) == 0.0
    assert lot_size.order_quantity(0.0, 8.0, 0.225) == 0.0
