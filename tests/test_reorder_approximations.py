"""Approximate lots and reorder points: the least of their own costs, and how far they are from the exact ones."""

import numpy as np
import pytest
from scipy import stats
from scipy.integrate import quad
from scipy.optimize import minimize

from twin import continuous_review, lot_size, reorder_approximations

LANES = [(1300.0, 108.3333, 43.30127, 8.0, 0.225), (200.0, 100.0, 25.0, 50.0, 2.0), (800.0, 8.767, 4.187, 50.0, 3.1)]


def moments(lane):
    return dict(lead_time_demand_mean=lane[1], lead_time_demand_sd=lane[2])


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("penalty", [3.0, 25.0, 1e4])
def test_penalty_policy_has_the_least_of_its_costs(lane, penalty):
    rate, mean, sd, fixed, holding = lane
    terms = dict(**moments(lane), fixed_order_cost=fixed, holding_cost=holding, sla_penalty=penalty)
    best = reorder_approximations.penalty_policy(rate, **terms)
    ours = reorder_approximations.penalty_cost(*best, rate, **terms)
    here = best.reorder_point, np.log(best.order_quantity)
    ends = best.reorder_point, mean + 40 * sd
    short = quad(stats.norm(mean, sd).sf, *ends, points=[mean + 5 * sd], epsabs=1e-13)[0]
    stock, lot = best.reorder_point - mean + best.order_quantity / 2, best.order_quantity
    assert ours == pytest.approx(holding * stock + (fixed + penalty * short) * rate / lot, rel=1e-8)

    def cost(x):
        return reorder_approximations.penalty_cost(x[0], np.exp(x[1]), rate, **terms)

    found = minimize(
        cost, (here[0] + sd / 2, here[1] + 0.3), method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}
    )
    assert ours <= found.fun * (1 + 1e-9)
    assert ours == pytest.approx(found.fun, rel=1e-6)


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("owing", [7.5, 45.0, 1e3])
def test_loss_policy_is_near_the_exact_one_if_lots_are_large(lane, owing):
    terms = dict(**moments(lane), fixed_order_cost=20 * lane[3], holding_cost=lane[4], backorder_cost=owing)
    rough = reorder_approximations.loss_policy(lane[0], **terms)
    exact = continuous_review.best_policy(lane[0], **terms)
    costs = [continuous_review.expected_cost(*policy, lane[0], **terms) for policy in (rough, exact)]
    assert costs[1] * (1 - 1e-12) <= costs[0] <= 1.01 * costs[1]
    tail, lot = stats.norm(lane[1], lane[2]), rough.order_quantity
    first = quad(tail.sf, rough.reorder_point, lane[1] + 40 * lane[2], points=[lane[1]])[0]
    assert first == pytest.approx(lane[4] * lot / (lane[4] + owing), rel=1e-7)
    second = quad(lambda x: (x - rough.reorder_point) * tail.sf(x), rough.reorder_point, lane[1] + 40 * lane[2])[0]
    assert lot**2 == pytest.approx(2 * (20 * lane[3] * lane[0] + (lane[4] + owing) * second) / lane[4], rel=1e-7)


def test_certain_demand_is_the_economic_lot():
    terms = dict(lead_time_demand_mean=100.0, lead_time_demand_sd=0.0, fixed_order_cost=50.0, holding_cost=2.0)
    best = reorder_approximations.penalty_policy(200.0, **terms, sla_penalty=25.0)
    assert best == (100.0, lot_size.order_quantity(200.0, 50.0, 2.0))


def test_certain_demand_with_backorders_is_their_lot():
    lot = lot_size.backordered_lot(800.0, 50.0, 3.1, 45.0)
    terms = dict(lead_time_demand_mean=10.0, lead_time_demand_sd=0.0, fixed_order_cost=50.0)
    best = reorder_approximations.loss_policy(800.0, **terms, holding_cost=3.1, backorder_cost=45.0)
    assert best.order_quantity == pytest.approx(lot.order_quantity, rel=1e-12)
    assert best.reorder_point == pytest.approx(10 - lot.backordered_share * lot.order_quantity, rel=1e-12)


def test_extreme_prices_meet_both_equations_of_the_loss_approximation():
    """Backorders a millionth as dear as stock, or as many times dearer; 500 lanes at once."""
    generator = np.random.default_rng(4)
    mean, sd = generator.uniform(0, 1e3, 500), generator.uniform(0, 300, 500)
    fixed, holding, owing = (10 ** generator.uniform(-3, 3, 500) for _ in range(3))
    terms = dict(fixed_order_cost=fixed, holding_cost=holding, backorder_cost=owing)
    best = reorder_approximations.loss_policy(100.0, lead_time_demand_mean=mean, lead_time_demand_sd=sd, **terms)
    law, k = stats.norm(), (best.reorder_point - mean) / sd
    first = sd * (law.pdf(k) - k * law.sf(k))
    second = sd**2 / 2 * ((1 + k**2) * law.sf(k) - k * law.pdf(k))
    np.testing.assert_allclose(first, holding * best.order_quantity / (holding + owing), rtol=1e-8)
    np.testing.assert_allclose(
        best.order_quantity**2, 2 * (fixed * 100 + (holding + owing) * second) / holding, rtol=1e-8
    )


def test_a_penalty_that_never_pays_to_avoid_is_refused():
    rate, *_ = LANES[2]
    terms = dict(**moments(LANES[2]), fixed_order_cost=50.0, holding_cost=3.1)
    with pytest.raises(ValueError, match=r"^sla_penalty must be so high that it does not pay .*; got 0\.3"):
        reorder_approximations.penalty_policy(rate, **terms, sla_penalty=0.3)
    with pytest.raises(ValueError, match=r"^sla_penalty must be so high .*; got 0\.1 at 1"):
        reorder_approximations.penalty_policy(rate, **terms, sla_penalty=[5.0, 0.1])
