"""Closed forms of the inventory policies, judged by the dynamic model, which knows goods and events alone."""

import numpy as np
import pytest
from scipy import stats

from twin import continuous_review, continuous_review_poisson, distribution, min_max, periodic_review
from twin.motion import simulate
from twin.motion.rules import base_stock, reorder_point
from twin.motion.rules import min_max as min_max_rule

RUN = dict(periods=2_000, warm_up=200, replications=200, keep=(), seed=6)
LEAD_TIME = 3.0


def agrees(paths, name, value):
    """Return whether a mean over the paths lies within four standard errors of a value."""
    found = paths.estimate(name)
    return abs(found.mean - value) <= 4 * found.standard_error


@pytest.mark.parametrize(("review", "level"), [(1, 210.0), (4, 300.0)])
def test_base_stock_with_periodic_review(review, level):
    law, times = stats.norm(50, 8), dict(lead_time_mean=LEAD_TIME, review_period=float(review))
    paths = simulate(law, LEAD_TIME, base_stock(level), review_period=review, **RUN)

    def mean_of(holding, backorder):
        return periodic_review.expected_cost(level, 50.0, 8.0, **times, holding_cost=holding, backorder_cost=backorder)

    assert agrees(paths, "on_hand", mean_of(1.0, 0.0))
    assert agrees(paths, "backlog", mean_of(0.0, 1.0))


def test_min_max_with_lumpy_demand():
    law, low, high = stats.nbinom(2, 0.3), 15, 40
    exposed = distribution.total(law, int(LEAD_TIME) + 1)
    paths = simulate(law, LEAD_TIME, min_max_rule(low, high), **RUN)

    def mean_of(holding, backorder):
        costs = dict(fixed_order_cost=0.0, holding_cost=holding, backorder_cost=backorder)
        return min_max.expected_cost(low, high, law, protection=exposed, **costs)

    assert agrees(paths, "on_hand", mean_of(1.0, 0.0))
    assert agrees(paths, "backlog", mean_of(0.0, 1.0))


def test_lot_and_reorder_point_with_poisson_demand():
    """Reviewed once a period, in whole lots, the position is uniform too, and bears the demand of L + 1 periods."""
    paths = simulate(stats.poisson(5), LEAD_TIME, reorder_point(18, 12), **RUN)
    levels = continuous_review_poisson.stock_levels(18, 12, 5 * (LEAD_TIME + 1))
    assert agrees(paths, "on_hand", levels.on_hand)
    assert agrees(paths, "backlog", levels.backordered)


def test_lot_and_reorder_point_with_normal_demand():
    paths = simulate(stats.norm(50, 8), LEAD_TIME, reorder_point(185.0, 120.0), **RUN)
    levels = continuous_review.stock_levels(185.0, 120.0, 50 * (LEAD_TIME + 1), 8 * np.sqrt(LEAD_TIME + 1))
    assert agrees(paths, "on_hand", levels.on_hand)
    assert agrees(paths, "backlog", levels.backordered)
