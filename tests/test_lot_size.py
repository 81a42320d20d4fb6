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


# --- backorders, and a lot that arrives at a rate -----------------------------------------------------------


def levels_of_a_cycle(lot, owed, arriving=np.inf, demand=1.0, steps=200_001):
    """Return mean stock and mean backorders over a cycle, from the stock at fine steps of its path."""
    length = lot / demand
    time = (np.arange(steps) + 0.5) * length / steps
    stock = np.minimum(time * arriving, lot) - demand * time if np.isfinite(arriving) else lot - owed - demand * time
    return np.maximum(stock, 0.0).mean(), np.maximum(-stock, 0.0).mean()


@pytest.mark.parametrize("owing", [0.1, 1.1, 40.0])
def test_backordered_cost_is_that_of_the_path(owing):
    lot, share = 300.0, 0.3
    kept, owed = levels_of_a_cycle(lot, share * lot, demand=13.0)
    ours = lot_size.backordered_cost(lot, share, 13.0, 8.0, 0.225, owing)
    assert ours == pytest.approx(8.0 * 13.0 / lot + 0.225 * kept + owing * owed, rel=1e-9)


@pytest.mark.parametrize("owing", [0.1, 1.1, 40.0])
@pytest.mark.parametrize("arguments", CASES)
def test_no_lot_with_backorders_costs_less_than_the_best(arguments, owing):
    best = lot_size.backordered_lot(*arguments, owing)
    least = lot_size.backordered_cost(*best, *arguments, owing)
    lots, waiting = np.meshgrid(best.order_quantity * np.geomspace(0.2, 5, 201), np.linspace(0, 1, 201))
    assert np.all(lot_size.backordered_cost(lots, waiting, *arguments, owing) >= least * (1 - 1e-12))
    demand, fixed, holding = arguments
    assert least == pytest.approx(np.sqrt(2 * fixed * demand * holding * owing / (holding + owing)), rel=1e-12)


def test_dear_backorders_give_the_lot_without_them():
    lot = lot_size.backordered_lot(*CASES[0], 1e12)
    assert lot.order_quantity == pytest.approx(lot_size.order_quantity(*CASES[0]), rel=1e-9)
    assert lot.backordered_share == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("rate", [13.5, 20.0, 1000.0])
def test_production_cost_is_that_of_the_path(rate):
    kept, _ = levels_of_a_cycle(300.0, 0.0, arriving=rate, demand=13.0)
    ours = lot_size.production_cost(300.0, 13.0, 8.0, 0.225, rate)
    assert ours == pytest.approx(8.0 * 13.0 / 300.0 + 0.225 * kept, rel=1e-6)


@pytest.mark.parametrize("rate", [1301.0, 2000.0, 1e9])
def test_no_produced_lot_costs_less_than_the_best(rate):
    best = lot_size.production_quantity(*CASES[0], rate)
    lots = best * np.geomspace(0.2, 5.0, 2001)
    least = lot_size.production_cost(best, *CASES[0], rate)
    assert np.all(lot_size.production_cost(lots, *CASES[0], rate) >= least * (1 - 1e-12))
    if rate == 1e9:
        assert best == pytest.approx(lot_size.order_quantity(*CASES[0]), rel=1e-5)
