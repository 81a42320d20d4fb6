"""Lot and reorder point under normal demand, against quadrature, a general optimiser and certain demand."""

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import minimize

from twin import continuous_review, lot_size

CASES = {  # demand, mean and sd of lead-time demand; fixed, holding and backorder cost
    "textbook": (1300.0, 108.3333, 43.30127, 8.0, 0.225, 7.5),
    "cheap backorders": (800.0, 8.767, 4.187, 50.0, 3.1, 1.0),
    "small lot": (12.0, 60.0, 20.0, 0.5, 4.0, 28.0),
    "dear backorders": (100.0, 200.0, 50.0, 300.0, 1.0, 1e4),
}


def named(mean, sd, fixed, holding, owing):
    return dict(
        lead_time_demand_mean=mean,
        lead_time_demand_sd=sd,
        fixed_order_cost=fixed,
        holding_cost=holding,
        backorder_cost=owing,
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize(("point", "lot"), [(-30.0, 90.0), (100.0, 250.0), (230.0, 5.0)])
def test_cost_and_levels_by_quadrature(case, point, lot):
    """The mean over a uniform position y, and over the lead-time demand x that leaves y - x."""
    rate, mean, sd, fixed, holding, owing = case
    law = stats.norm(mean, sd)
    cuts = sorted(np.clip([mean - 6 * sd, mean, mean + 6 * sd], point, point + lot))

    def mean_of(function):
        def over_demand(y):
            ends = [mean - 12 * sd, np.clip(y, mean - 12 * sd, mean + 12 * sd), mean + 12 * sd]
            return sum(quad(lambda x: function(y - x) * law.pdf(x), *part)[0] for part in pairwise(ends))

        return quad(over_demand, point, point + lot, points=cuts, epsrel=1e-9, limit=200)[0] / lot

    owed = mean_of(lambda left: max(-left, 0.0))
    levels = continuous_review.stock_levels(point, lot, mean, sd)
    assert levels.backordered == pytest.approx(owed, rel=1e-6, abs=1e-8)
    assert levels.on_hand == pytest.approx(point + lot / 2 - mean + owed, rel=1e-6, abs=1e-7)
    ready = quad(law.cdf, point, point + lot, points=cuts, epsrel=1e-10)[0] / lot
    assert levels.fill_rate == pytest.approx(ready, rel=1e-7, abs=1e-9)
    cost = continuous_review.expected_cost(point, lot, rate, **named(*case[1:]))
    witness = fixed * rate / lot + holding * (point + lot / 2 - mean + owed) + owing * owed
    assert cost == pytest.approx(witness, rel=1e-6)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_general_optimiser_finds_nothing_cheaper(case):
    best = continuous_review.best_policy(case[0], **named(*case[1:]))
    least = continuous_review.expected_cost(*best, case[0], **named(*case[1:]))

    def cost(x):
        return continuous_review.expected_cost(x[0], np.exp(x[1]), case[0], **named(*case[1:]))

    for start in ((case[1], np.log(best.order_quantity) + 1), (case[1] - case[2], np.log(best.order_quantity) - 1)):
        found = minimize(cost, start, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 2000})
        assert least <= found.fun * (1 + 1e-12)
        assert least == pytest.approx(found.fun, rel=1e-6)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_reorder_point_for_a_lot_is_the_best_one(case):
    for lot in (1.0, 60.0, 1e4):
        point = continuous_review.best_reorder_point(lot, *case[1:3], holding_cost=case[4], backorder_cost=case[5])
        points = point + np.linspace(-0.2, 0.2, 401) * (lot + case[2])
        costs = continuous_review.expected_cost(points, lot, case[0], **named(*case[1:]))
        least = continuous_review.expected_cost(point, lot, case[0], **named(*case[1:]))
        assert np.all(costs >= least * (1 - 1e-12))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_lot_of_certain_demand_costs_at_most_an_eighth_more(case):
    """Zheng (1992): so much the lot of the backorder EOQ loses, if its reorder point is the best one."""
    lot = lot_size.backordered_lot(case[0], *case[3:]).order_quantity
    point = continuous_review.best_reorder_point(lot, *case[1:3], holding_cost=case[4], backorder_cost=case[5])
    best = continuous_review.best_policy(case[0], **named(*case[1:]))
    rough = continuous_review.expected_cost(point, lot, case[0], **named(*case[1:]))
    least = continuous_review.expected_cost(*best, case[0], **named(*case[1:]))
    assert least * (1 - 1e-12) <= rough <= 1.125 * least
    assert best.order_quantity >= lot * (1 - 1e-12)


def test_certain_demand_is_the_lot_with_backorders():
    terms = 800.0, 50.0, 3.1, 45.0
    lot = lot_size.backordered_lot(*terms)
    best = continuous_review.best_policy(terms[0], **named(10.0, 0.0, *terms[1:]))
    assert best.order_quantity == pytest.approx(lot.order_quantity, rel=1e-13)
    assert best.reorder_point == pytest.approx(10 - lot.backordered_share * lot.order_quantity, rel=1e-13)
    cost = continuous_review.expected_cost(*best, terms[0], **named(10.0, 0.0, *terms[1:]))
    assert cost == pytest.approx(lot_size.backordered_cost(*lot, *terms), rel=1e-13)
    assert continuous_review.best_policy(terms[0], **named(0.0, 0.0, *terms[1:])).order_quantity == pytest.approx(
        lot.order_quantity, rel=1e-13
    )


def test_extreme_lanes_meet_the_conditions_of_the_optimum():
    """At the best policy both ends cost as much as the average; 2,000 lanes over many decades at once."""
    generator = np.random.default_rng(8)
    mean, sd = generator.uniform(0, 1e4, 2000), 10 ** generator.uniform(-3, 3.5, 2000)
    fixed, holding, owing = (10 ** generator.uniform(*ends, 2000) for ends in ((-3, 6), (-2, 2), (-2, 6)))
    rate = 10 ** generator.uniform(0, 4, 2000)
    best = continuous_review.best_policy(rate, **named(mean, sd, fixed, holding, owing))
    average = continuous_review.expected_cost(*best, rate, **named(mean, sd, fixed, holding, owing))
    for level in (best.reorder_point, best.reorder_point + best.order_quantity):
        law = stats.norm(mean, sd)
        k = (level - mean) / sd
        short = sd * stats.norm.pdf(k) - (level - mean) * law.sf(level)
        np.testing.assert_allclose(holding * (level - mean) + (holding + owing) * short, average, rtol=1e-8)


def test_a_fixed_cost_too_small_for_any_lot_is_refused():
    with pytest.raises(ValueError, match=r"^fixed_order_cost must be so large that the lot .*; got 1e-60"):
        continuous_review.best_policy(100.0, **named(50.0, 10.0, 1e-60, 1.0, 9.0))
