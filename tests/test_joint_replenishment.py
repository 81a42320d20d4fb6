"""Joint orders, against a timetable kept day by day, and all multiples."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from twin import joint_replenishment, lot_size

LANES = dict(own_order_costs=[15.0, 5.0, 40.0], demand_means=[900.0, 20.0, 3.0], holding_costs=[1.0, 2.5, 0.5])


def test_cost_is_that_of_a_timetable():
    """Twelve base cycles hold whole cycles of each lane: orders are counted, and stock falls in a line to 0."""
    cycle, multiples, shared = 0.25, [1, 3, 4], 30.0
    cost = 0.0
    for order in range(12):
        cost += shared
        for own, rate, holding, multiple in zip(*LANES.values(), multiples, strict=True):
            if order % multiple == 0:
                lasts = multiple * cycle
                cost += own + holding * (rate * lasts / 2) * lasts
    ours = joint_replenishment.joint_cost(cycle, multiples, shared_order_cost=shared, **LANES)
    assert ours == pytest.approx(cost / (12 * cycle), rel=1e-13)


def least_of_all_multiples(shared, own, demand, holding, choices):
    """Return the least cost over all combinations of multiples, each with its best base cycle."""
    weight = np.asarray(demand) * holding / 2
    return min(
        2 * np.sqrt((shared + np.sum(own / np.array(m))) * np.sum(weight * m))
        for m in product(choices, repeat=len(own))
    )


@pytest.mark.parametrize("seed", range(8))
def test_no_multiples_of_all_cost_less(seed):
    generator = np.random.default_rng(seed)
    shared, own = 10 ** generator.uniform(0, 2), 10 ** generator.uniform(0, 2, 3)
    demand, holding = 10 ** generator.uniform(0.5, 2.5, 3), generator.uniform(0.3, 3, 3)
    for power_of_two, choices in ((False, range(1, 41)), (True, 2 ** np.arange(8))):
        plan = joint_replenishment.best_joint_plan(shared, own, demand, holding, power_of_two=power_of_two)
        cost = joint_replenishment.joint_cost(
            *plan, shared_order_cost=shared, own_order_costs=own, demand_means=demand, holding_costs=holding
        )
        assert plan.multiples.max() <= max(choices)
        assert cost == pytest.approx(least_of_all_multiples(shared, own, demand, holding, choices), rel=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_powers_of_two_cost_at_most_two_per_cent_more(seed):
    """More than the lower bound of every plan, in which lanes keep any cycle that is not below the shared one."""
    generator = np.random.default_rng(seed)
    terms = dict(
        own_order_costs=10 ** generator.uniform(-1, 2, 50),
        demand_means=10 ** generator.uniform(0, 4, 50),
        holding_costs=generator.uniform(0.1, 3, 50),
    )
    shared = 10 ** generator.uniform(-1, 3)
    free, powers = (
        joint_replenishment.best_joint_plan(shared, **terms, power_of_two=power_of_two)
        for power_of_two in (False, True)
    )
    costs = [joint_replenishment.joint_cost(*plan, shared_order_cost=shared, **terms) for plan in (free, powers)]
    own, weight = terms["own_order_costs"], terms["demand_means"] * terms["holding_costs"] / 2

    def relaxed(logarithm):
        cycles = np.maximum(np.exp(logarithm), np.sqrt(own / weight))
        return shared / np.exp(logarithm) + np.sum(own / cycles + weight * cycles)

    bound = minimize_scalar(relaxed, bounds=(-12, 6), method="bounded", options={"xatol": 1e-9}).fun
    assert bound * (1 - 1e-9) <= costs[0] <= costs[1] * (1 + 1e-12)
    assert costs[1] <= bound / (np.sqrt(2) * np.log(2))
    assert np.all(np.log2(powers.multiples) == np.round(np.log2(powers.multiples)))


def test_one_lane_is_its_economic_lot():
    plan = joint_replenishment.best_joint_plan(5.0, [3.0], [1300.0], [0.225])
    lot = lot_size.order_quantity(1300.0, 8.0, 0.225)
    assert plan.base_cycle * 1300 == pytest.approx(lot, rel=1e-14)
    assert plan.multiples.tolist() == [1.0]


def test_lanes_alike_are_ordered_together():
    plan = joint_replenishment.best_joint_plan(50.0, [2.0] * 8, [100.0] * 8, [1.0] * 8)
    assert plan.multiples.tolist() == [1.0] * 8


def test_labels_of_lanes_stay_with_the_multiples():
    pandas = pytest.importorskip("pandas")
    demand = pandas.Series([900.0, 20.0, 3.0], index=["BER-MUC", "HAM-CGN", "FRA-STR"])
    plan = joint_replenishment.best_joint_plan(30.0, [15.0, 5.0, 40.0], demand, [1.0, 2.5, 0.5])
    assert list(plan.multiples.index) == list(demand.index)


def test_a_shared_cost_of_next_to_nothing_is_refused():
    with pytest.raises(ValueError, match=r"^shared_order_cost must be large enough for lanes to be ordered together"):
        joint_replenishment.best_joint_plan(1e-30, **LANES)


@pytest.mark.parametrize("base", [1.0, 0.7])
def test_no_other_power_of_two_costs_less_than_the_chosen_one(base):
    cycles = np.geomspace(0.01, 100, 401)
    chosen = joint_replenishment.power_of_two_cycle(cycles, base)
    powers = base * 2.0 ** np.arange(-12, 12)
    ratio = powers[:, np.newaxis] / cycles
    least = ((ratio + 1 / ratio) / 2).min(axis=0)
    ours = (chosen / cycles + cycles / chosen) / 2
    np.testing.assert_allclose(ours, least, rtol=1e-12)
    assert ours.max() <= 3 / (2 * np.sqrt(2)) * (1 + 1e-12)
    assert np.isin(chosen, powers).all()
