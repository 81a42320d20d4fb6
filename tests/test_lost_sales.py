"""Base stock under lost sales, against days simulated one by one; the tolerance is the error that docstrings state."""

import numpy as np
import pytest
from day_by_day import base_stock, mean_and_error

from twin import buffers, crossing, demand, lost_sales, newsvendor

MEAN, SD = 100.0, 10.0
#: A busy lane: mean and sd of its workload, exposure, holding cost, cost of a pallet short.
BUSY = {"mean": 118.3, "sd": 42.7, "exposure": 5.0, "holding": 2.5, "short": 75.0}


@pytest.mark.parametrize("exposure", [2, 5, 10])
@pytest.mark.parametrize("z", [0.0, 0.8, 1.645])
def test_pallets_lost_day_by_day(exposure, z):
    level = exposure * MEAN + z * SD * exposure**0.5
    path = base_stock(level, MEAN, SD, lead_time=exposure, lost=True)
    lost, error = mean_and_error(path["short"])
    assert lost_sales.lost_pallets(level, MEAN, SD, exposure) == pytest.approx(lost, rel=0.08, abs=4 * error)
    happened = (path["short"] > 0).mean()
    assert lost_sales.loss_probability(level, MEAN, SD, exposure) == pytest.approx(happened, rel=0.2)


def test_one_period_of_exposure_is_the_newsvendor():
    short = buffers.expected_shortage(15.0, SD)
    assert lost_sales.lost_pallets(115.0, MEAN, SD, 1.0) == pytest.approx(short, rel=1e-12)
    assert lost_sales.loss_probability(115.0, MEAN, SD, 1.0) == pytest.approx(demand.probability_above(115.0, MEAN, SD))
    best = newsvendor.best_quantity(MEAN, SD, 75.0, 2.5)
    assert lost_sales.best_base_stock(MEAN, SD, 1.0, 75.0, 2.5) == pytest.approx(best, rel=1e-9)


def test_pallets_lost_lie_between_the_published_bounds():
    exposure = np.array([1.0, 3.0, 8.0])[:, np.newaxis]
    level = exposure * MEAN + np.linspace(-2, 4, 25) * SD * np.sqrt(exposure)
    backlog = demand.expected_excess(level, exposure * MEAN, SD * np.sqrt(exposure))
    lost = lost_sales.lost_pallets(level, MEAN, SD, exposure)
    assert np.all((lost >= backlog / exposure - 1e-12) & (lost <= backlog + 1e-12))
    assert np.all(np.diff(lost, axis=1) < 0)


def test_backorder_formulas_overstate_what_is_lost():
    """At the best base stock for backorders, half as much is lost as the backorder formula says."""
    mean, sd, exposure, hold, short = BUSY.values()
    total = demand.lead_time_demand(mean, sd, exposure)
    level = newsvendor.best_quantity(*total, short, hold)
    path = base_stock(level, mean, sd, lead_time=exposure, lost=True)
    lost, error = mean_and_error(path["short"])
    assert buffers.expected_shortage(level - total.mean, total.sd) > 1.5 * lost
    assert lost_sales.lost_pallets(level, mean, sd, exposure) == pytest.approx(lost, rel=0.08, abs=4 * error)


def test_the_best_base_stock_under_lost_sales_is_lower():
    """The level found is within 1 % of the least simulated cost; the backorder level costs 3 to 6 % more."""
    mean, sd, exposure, hold, short = BUSY.values()

    def cost(level):
        path = base_stock(level, mean, sd, lead_time=exposure, lost=True, days=1200)
        return hold * path["close"].mean() + short * path["short"].mean()

    best = lost_sales.best_base_stock(mean, sd, exposure, short, hold)
    backorders = newsvendor.best_quantity(*demand.lead_time_demand(mean, sd, exposure), short, hold)
    least = min(cost(level) for level in best + np.array([-40.0, -20.0, 0.0, 20.0]))
    assert cost(best) < 1.01 * least
    assert 1.03 < cost(backorders) / least < 1.06
    assert lost_sales.cost(best, mean, sd, exposure, short, hold) == pytest.approx(cost(best), rel=0.03)


def test_stock_on_hand_follows_from_the_pallets_sold():
    path = base_stock(520.0, MEAN, SD, lead_time=5, lost=True)
    mean, error = mean_and_error(path["close"] - 5 * path["short"])
    assert mean == pytest.approx(520.0 - 5 * MEAN, abs=4 * error)


@pytest.mark.parametrize("level", [600.0, 700.0])
def test_lead_times_in_spells(level):
    """With lead times that last two months, the formula is the mean over the spells; 15 % for gamma lead times."""
    path = base_stock(level, MEAN, 25.0, lead_time=5, lead_time_sd=1.5, lost=True, days=3000)
    assert lost_sales.lost_pallets(level, MEAN, 25.0, 5.0, 1.5) == pytest.approx(path["short"].mean(), rel=0.15)


def test_independent_lead_times_take_the_sd_of_what_is_outstanding():
    effective = np.hypot(25.0, MEAN * crossing.effective_lead_time_sd(5.0, 1.5) / 5**0.5)
    path = base_stock(600.0, MEAN, 25.0, lead_time=5, lead_time_sd=1.5, law="independent", lost=True)
    assert lost_sales.lost_pallets(600.0, MEAN, effective, 5.0) == pytest.approx(path["short"].mean(), rel=0.25)


def test_fill_rate_of_what_is_sold():
    assert lost_sales.fill_rate(5.0, 100.0) == 0.95
    assert lost_sales.fill_rate(0.0, 100.0) == 1.0
