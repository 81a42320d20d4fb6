"""The variance of the orders outstanding, against a count of simulated orders, and the published bound."""

import numpy as np
import pytest
from day_by_day import base_stock, mean_and_error

from twin import buffers, crossing, demand
from twin.newsvendor import best_quantity


@pytest.mark.parametrize(("mean", "sd"), [(5.0, 1.5), (5.0, 3.0), (12.0, 2.0)])
def test_variance_of_the_orders_outstanding_is_that_of_a_count(mean, sd):
    """One order a day: at each of ten times of the day, the orders that are still outstanding are counted."""
    rng, variances = np.random.default_rng(1), []
    for time_of_day in np.arange(0.05, 1.0, 0.1):
        ages = np.arange(60) + time_of_day
        lead_times = rng.gamma((mean / sd) ** 2, sd**2 / mean, (20_000, 60))
        variances.append((lead_times > ages).sum(axis=1).var())
    ours = crossing.effective_lead_time_sd(mean, sd) ** 2
    assert ours == pytest.approx(np.mean(variances), rel=4 * (2 / 200_000) ** 0.5)
    assert ours <= crossing.outstanding_variance_bound(mean, sd)


def test_far_orders_do_not_cross():
    assert crossing.effective_lead_time_sd(5.0, 1.5, 30.0) == 1.5
    assert crossing.effective_lead_time_sd(5.0, 0.0) == 0.0 == crossing.effective_lead_time_sd(0.0, 0.0)


@pytest.mark.parametrize(("lead_time_sd", "formula_costs"), [(1.5, 1.08), (3.0, 1.40)])
def test_crossing_orders_need_a_smaller_base_stock(lead_time_sd, formula_costs):
    """One order a day, independent lead times: the corrected level is within 2 % of the best one's cost."""
    mean, sd, lead, hold, short = 118.3, 42.7, 5.0, 2.5, 75.0

    def level(spread):
        return best_quantity(*demand.lead_time_demand(mean, sd, lead, spread), short, hold)

    def cost(base):
        path = base_stock(
            base, mean, sd, lead_time=lead, lead_time_sd=lead_time_sd, law="independent", law_of_demand="gamma"
        )
        return hold * path["close"].mean() + short * path["short"].mean()

    corrected = level(crossing.effective_lead_time_sd(lead, lead_time_sd))
    best = min(cost(corrected + step) for step in (-30.0, 0.0, 30.0, 60.0))
    assert cost(corrected) < 1.03 * best
    assert cost(level(lead_time_sd)) > formula_costs * best


def test_a_crossing_lane_keeps_its_promise_with_the_corrected_sd():
    mean, sd, lead, spread = 100.0, 20.0, 6.0, 2.0
    total = demand.lead_time_demand(mean, sd, lead, crossing.effective_lead_time_sd(lead, spread))
    path = base_stock(
        total.mean + buffers.safety_stock(total.sd, 0.95),
        mean,
        sd,
        lead_time=lead,
        lead_time_sd=spread,
        law="independent",
    )
    kept, _ = mean_and_error(path["short"] == 0)
    assert kept == pytest.approx(0.95, abs=0.015)
