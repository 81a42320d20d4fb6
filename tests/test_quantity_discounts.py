"""Lots under price breaks, against bills added up pallet by pallet and every lot on a fine grid."""

import numpy as np
import pytest

from twin import lot_size, quantity_discounts

BREAKS, RATES = [0.0, 400.0, 800.0], [0.75, 0.72, 0.68]
TERMS = dict(fixed_order_cost=8.0, holding_rate=0.3, breaks=BREAKS, unit_costs=RATES, holding_cost=0.05)


def bill(lot, incremental):
    """Return what an order of `lot` pallets costs, pallet by pallet."""
    tier_of = [sum(number >= start for start in BREAKS) - 1 for number in range(lot)]  # of the pallet after `number`
    if incremental:
        return sum(RATES[tier] for tier in tier_of)
    return lot * RATES[sum(lot >= start for start in BREAKS) - 1]


@pytest.mark.parametrize("lot", [1, 399, 400, 401, 800, 2500])
@pytest.mark.parametrize("incremental", [False, True])
def test_cost_is_that_of_the_bills(lot, incremental):
    """Ordering and purchases of d / Q orders, and capital and places of half a lot on average."""
    cost_of = quantity_discounts.incremental_cost if incremental else quantity_discounts.all_units_cost
    paid = bill(lot, incremental)
    witness = (8.0 + paid) * 1300.0 / lot + 0.3 * paid / 2 + 0.05 * lot / 2
    assert cost_of(lot, 1300.0, **TERMS) == pytest.approx(witness, rel=1e-12)


@pytest.mark.parametrize("seed", range(40))
def test_no_lot_on_a_grid_costs_less(seed):
    generator = np.random.default_rng(seed)
    tiers = int(generator.integers(1, 6))
    breaks = np.append(0.0, np.sort(generator.uniform(10, 1000, tiers - 1)))
    terms = dict(
        fixed_order_cost=10 ** generator.uniform(0, 3),
        holding_rate=generator.choice([0.0, generator.uniform(0.01, 0.5)]),
        breaks=breaks,
        unit_costs=np.sort(generator.uniform(1, 100, tiers))[::-1],
        holding_cost=generator.uniform(0.1, 5),
    )
    demand = 10 ** generator.uniform(0, 4)
    lots = np.union1d(np.geomspace(0.1, 1e6, 40_001), breaks[1:])
    for best_of, cost_of in (
        (quantity_discounts.best_all_units_lot, quantity_discounts.all_units_cost),
        (quantity_discounts.best_incremental_lot, quantity_discounts.incremental_cost),
    ):
        best = best_of(demand, **terms)
        assert cost_of(best.order_quantity, demand, **terms) == pytest.approx(best.cost, rel=1e-13)
        assert best.tier == np.count_nonzero(best.order_quantity >= breaks) - 1
        costs = cost_of(lots, demand, **terms)
        assert costs.min() * (1 - 1e-6) <= best.cost <= costs.min() * (1 + 1e-12)


def test_one_rate_is_the_economic_lot():
    terms = dict(fixed_order_cost=8.0, holding_rate=0.3, breaks=[0.0], unit_costs=[0.75])
    lot = lot_size.order_quantity(1300.0, 8.0, 0.225)
    for best_of in (quantity_discounts.best_all_units_lot, quantity_discounts.best_incremental_lot):
        best = best_of(1300.0, **terms)
        assert best.order_quantity == pytest.approx(lot, rel=1e-14)
        assert best.cost == pytest.approx(1300 * 0.75 + lot_size.order_cost(lot, 1300.0, 8.0, 0.225), rel=1e-14)


def test_it_can_pay_to_order_more_for_the_next_rate():
    """A freight rate with a break at 800 pallets: nobody should ship 799."""
    costs = quantity_discounts.all_units_cost([799.0, 800.0], 1300.0, **TERMS)
    assert costs[1] < costs[0]
    assert quantity_discounts.incremental_cost(799.999999, 1300.0, **TERMS) == pytest.approx(
        quantity_discounts.incremental_cost(800.0, 1300.0, **TERMS), rel=1e-8
    )


def test_lanes_with_rates_of_their_own():
    demand, breaks = np.array([1300.0, 40.0, 9e4]), np.array([BREAKS, [0.0, 20.0, 90.0], [0.0, 1e5, 2e5]])
    terms = {**TERMS, "breaks": breaks}
    for best_of in (quantity_discounts.best_all_units_lot, quantity_discounts.best_incremental_lot):
        together = best_of(demand, **terms)
        for lane in range(3):
            alone = best_of(demand[lane], **{**TERMS, "breaks": breaks[lane]})
            assert tuple(part[lane] for part in together) == pytest.approx(tuple(alone), rel=1e-13)


def test_holding_that_costs_nothing_is_refused():
    free = {**TERMS, "holding_rate": 0.0, "holding_cost": 0.0}
    with pytest.raises(ValueError, match=r"^holding_rate must be > 0 where holding_cost is 0; got "):
        quantity_discounts.best_all_units_lot(1300.0, **free)
