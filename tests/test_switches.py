"""What a switch changes on a stock lane, against exact values and against runs of the model itself."""

import numpy as np
import pytest
from scipy import stats

from twin import Policy
from twin.motion import switches
from twin.motion.stock_lane import StockLane

FACTS = {"demand_mean": 100.0, "demand_sd": 36.0}
RUN = {"periods": 364, "replications": 100, "warm_up": 120, "seed": 3}


def lane(**changes):
    policy = {"service_level": 0.95, "lead_time_mean_days": 5, "lead_time_sd_days": 1.5, "internal_capacity": 460}
    return StockLane(FACTS, Policy(**policy | changes))


def test_eq_9_2_a_constant_lead_time_needs_a_gamma_quantile():
    """Five independent gamma days add up to a gamma variable, whose quantile is the level that keeps the promise."""
    found = switches.of_lead_times(lane(lead_time_sd_days=0.0), "independent", **RUN)
    exact = stats.gamma(5 * (100 / 36) ** 2, scale=36**2 / 100).ppf(0.95) - 500
    assert found["buffer needed [pallet]"].agrees(exact)
    assert found["orders overtaken [%]"].mean == 0


@pytest.mark.parametrize("law", ["independent", "waiting", "persistent"])
def test_the_buffer_needed_keeps_the_promise(law):
    stock = lane()
    needed = switches.of_lead_times(stock, law, **RUN)["buffer needed [pallet]"]
    level = stock.over_lead_time().mean + needed.mean
    kept = stock.run(level, lead_times=law, **RUN | {"seed": 8}).share("backlog")
    assert abs(kept.mean - 0.05) <= 4 * np.hypot(kept.standard_error, 0.05 * needed.standard_error / 30)


def test_eq_9_5_three_laws_of_one_mean_and_sd_need_different_buffers():
    needed = {law: switches.of_lead_times(lane(), law, **RUN) for law in ("independent", "waiting", "persistent")}
    formula = lane().level() - 500
    buffer = {law: found["buffer needed [pallet]"] for law, found in needed.items()}
    assert buffer["independent"].mean < formula - 40 and buffer["waiting"].mean > formula + 40
    assert buffer["persistent"].agrees(formula)
    assert needed["independent"]["orders overtaken [%]"].mean == pytest.approx(28, abs=1)


def test_eq_9_6_a_review_period_needs_the_longer_interval():
    stock = lane(lead_time_sd_days=0.0)
    found = switches.of_review(stock, 1, 600.0, **RUN)
    gamma = stats.gamma(6 * (100 / 36) ** 2, scale=36**2 / 100)  # demand of lead time and review period
    assert found["service, S for L [%]"].agrees(100 * gamma.cdf(stock.level()))
    assert found["service, S for L + R [%]"].agrees(100 * gamma.cdf(stock.level(review=1)))
    held = gamma.expect(lambda x: max(stock.level(review=1) - x, 0), lb=0, ub=stock.level(review=1))
    assert found["its cost [$/period]"].agrees(5.0 * held + 600.0)


def test_fixed_costs_are_paid_once_a_review():
    often, rare = (switches.of_review(lane(), gap, 600.0, **RUN)["its cost [$/period]"].mean for gap in (1, 7))
    free_often, free_rare = (switches.of_review(lane(), gap, 0.0, **RUN)["its cost [$/period]"].mean for gap in (1, 7))
    assert often - free_often == pytest.approx(600, rel=1e-3) and rare - free_rare == pytest.approx(600 / 7, rel=1e-2)


def test_the_best_level_of_backorders_is_the_newsvendor_quantile():
    """Holding at close against a penalty a period: S is the quantile of lead-time demand at p / (p + h)."""
    stock = StockLane(FACTS, Policy(service_level=0.95, lead_time_mean_days=5, lead_time_sd_days=0, holding_cost=5.0))
    exact = stats.gamma(5 * (100 / 36) ** 2, scale=36**2 / 100).ppf(20 / 25)
    factors = np.linspace(0.9, 1.1, 9) * exact / stock.level()
    free = {"costs": {"holding_cost": 5.0, "sla_penalty": 20.0}, "basis": "close"}
    found = switches.of_unmet_demand(stock, "backordered", factors, **RUN, **free)
    assert found["best level [pallet]"].mean == pytest.approx(exact, rel=0.03)


def test_lost_demand_is_rarer_than_a_backlog_at_the_same_level():
    short = [
        switches.of_unmet_demand(lane(), rule, [1.0], **RUN)["short [pallet/step]"] for rule in ("backordered", "lost")
    ]
    assert short[1].mean < short[0].mean - 4 * np.hypot(short[0].standard_error, short[1].standard_error) / 2
