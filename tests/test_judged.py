"""The lanes on which closed forms are judged, and the judgement, against results that do not come from the model."""

import numpy as np
import pytest
from scipy import stats

from twin.motion import design, judged
from twin.simulate import Estimate, generator

RUNS = 2  # simulations of a block here; the card has more


def block(factor, level="", kind="stock"):
    """Return a block of the design."""
    wanted = (factor, level, kind)
    return next(each for each in design.blocks() if (each.factor, each.level, each.switches["kind"]) == wanted)


def agree(found, expected):
    """Return whether every simulated value is within four standard errors of the expected one."""
    return all(map(lambda m, s, v: Estimate(m, s).agrees(v), found.shown, found.standard_error, expected))


def levels(each):
    """Return the order-up-to levels of the lanes of a block."""
    return np.asarray(judged.plan(each)[1]["reorder_point"])


# --- the design ---------------------------------------------------------------------------------------------


def test_blocks_of_a_factor_differ_from_the_base_lanes_in_that_factor_alone():
    base = block("base")
    dwell = block("dwell", 2.0)
    assert dwell.switches == base.switches
    assert {name for name in base.numbers if (base.numbers[name] != dwell.numbers[name]).any()} == {"dwell"}
    lost = block("unmet", "lost")
    assert lost.switches == {**base.switches, "unmet": "lost"}
    assert all((base.numbers[name] == lost.numbers[name]).all() for name in base.numbers)


def test_the_background_is_a_latin_hypercube():
    for name, (low, high, by_ratio) in design.BACKGROUND.items():
        if name != "lead_time_mean":  # which is rounded
            assert not by_ratio
            part = np.floor((design.background()[name] - low) / (high - low) * design.LANES_OF_A_BLOCK)
            assert sorted(part) == list(range(design.LANES_OF_A_BLOCK))


def test_every_level_has_a_block_of_stock_lanes():
    found = {(each.factor, each.level) for each in design.blocks() if each.switches["kind"] == "stock"}
    assert found >= {(factor, level) for factor, levels in design.FACTOR_LEVELS.items() for level in levels}


@pytest.mark.parametrize("level", design.FACTOR_LEVELS["zero_share"])
def test_intermittent_demand_has_the_moments_that_the_plan_is_told(level):
    each = block("zero_share", level)
    stream = design.demand_law(each).stream(generator(3), (design.LANES_OF_A_BLOCK, 4000), 1.0)
    draws = np.stack([next(stream) for _ in range(20)], axis=2).reshape(design.LANES_OF_A_BLOCK, -1)
    error = draws.std(axis=1) / np.sqrt(draws.shape[1])
    assert (np.abs(draws.mean(axis=1) - design.MEAN_DEMAND) < 4 * error).all()
    np.testing.assert_allclose(draws.std(axis=1), each.numbers["demand_cv"] * design.MEAN_DEMAND, rtol=0.02)
    np.testing.assert_allclose((draws == 0).mean(axis=1), level, atol=0.01)


def test_lead_times_of_waiting_orders_are_those_of_orders_placed_one_by_one():
    each = block("lead_time_sd, waiting", 1.0)
    mean, sd = (moment[0] for moment in design.lead_time_moments(each))
    drawn = np.maximum(np.rint(np.maximum(5.0 + generator(4).standard_normal(200_000), 0.0)), 1.0)
    order = np.arange(drawn.size)
    waited = (np.maximum.accumulate(order + drawn) - order)[100:]
    batches = waited[: 30 * (waited.size // 30)].reshape(30, -1)
    assert Estimate(waited.mean(), batches.mean(axis=1).std(ddof=1) / np.sqrt(30)).agrees(mean)
    assert waited.std() == pytest.approx(sd, rel=0.02)


# --- the judgement ------------------------------------------------------------------------------------------


def test_forms_that_are_exact_in_the_model_have_no_error_on_the_base_lanes():
    """Normal demand, a constant lead time, backorders and the whole exposure protected: the newsvendor's own case."""
    found = judged.judge(block("base"), runs=RUNS)
    for name in ("service_level", "expected_shortage", "buffer_cost", "unmet_shortage", "unmet_cost"):
        assert agree(found[name], found[name].told), name


def test_headroom_of_flow_lanes_is_exact_on_the_base_lanes():
    found = judged.judge(block("base", kind="flow"), runs=RUNS)
    often = found["lane_overflow_probability"].told > 1e-3  # the paths hardly show what is rarer
    assert often.sum() > 5
    for name in ("service_level", "expected_shortage", "buffer_cost", "lane_overflow", "lane_overflow_probability"):
        seen = judged.Judged(*(part[often] for part in found[name]))
        assert agree(seen, seen.told), name


def test_service_with_gamma_demand_is_that_of_a_gamma_sum():
    each = block("demand_cv", 1.0)
    length = each.numbers["lead_time_mean"]
    law = stats.gamma(length, scale=design.MEAN_DEMAND)  # cv = 1: exponential demand, so an Erlang sum
    found, level = judged.judge(each, runs=RUNS), levels(each)
    assert agree(found["service_level"], law.cdf(level))
    longer = stats.gamma(length + 1, scale=design.MEAN_DEMAND)  # E(Y; Y > S) = E(Y) P(Y' > S)
    assert agree(found["expected_shortage"], law.mean() * longer.sf(level) - level * law.sf(level))


@pytest.mark.parametrize("correlation", design.FACTOR_LEVELS["autocorrelation"])
def test_service_with_autocorrelated_demand_is_that_of_the_variance_of_the_sum(correlation):
    """The variance of L terms of a first-order autoregression is L + 2 sum (L - k) r^k times that of one."""
    each = block("autocorrelation", correlation)
    variance = [L + 2 * sum((L - k) * correlation**k for k in range(1, int(L))) for L in each.numbers["lead_time_mean"]]
    sd = each.numbers["demand_cv"] * design.MEAN_DEMAND * np.sqrt(variance)
    kept = stats.norm.cdf((levels(each) - each.numbers["lead_time_mean"] * design.MEAN_DEMAND) / sd)
    assert agree(judged.judge(each, runs=RUNS)["service_level"], kept)


def test_pallets_lost_with_a_lead_time_of_one_period_are_those_of_a_newsvendor():
    """The whole stock is there when a period begins, so what is lost is the excess of one period's demand over it."""
    each = block("unmet", "lost")
    one = each.numbers["lead_time_mean"] == 1
    assert one.any()
    sd = each.numbers["demand_cv"][one] * design.MEAN_DEMAND
    z = (levels(each)[one] - design.MEAN_DEMAND) / sd
    found = judged.judge(each, runs=RUNS)
    right = {"expected_shortage": sd * (stats.norm.pdf(z) - z * stats.norm.sf(z)), "unmet_service": stats.norm.cdf(z)}
    for name, value in right.items():
        assert agree(judged.Judged(*(part[one] for part in found[name])), value), name


def test_lots_add_half_a_lot_to_the_places():
    """The position after an order is uniform from r to r + Q, and after a long lot hardly anything is short."""
    found = judged.judge(block("lot", 10.0), runs=RUNS)["required_capacity"]
    np.testing.assert_allclose((found.shown - found.told) / design.MEAN_DEMAND, 10 / 2, atol=0.02)


@pytest.mark.parametrize("every", design.FACTOR_LEVELS["review_period"])
def test_service_with_a_review_period_is_kept_at_the_ends_of_cycles(every):
    """The plan protects lead time and review period, and the least stock comes just before a delivery."""
    found = judged.judge(block("review_period", every), runs=RUNS)
    for name in ("service_level", "unmet_service", "expected_shortage", "unmet_shortage", "unmet_cost", "buffer_cost"):
        assert agree(found[name], found[name].told), name
    assert every == 1 or (found["unmet_shortage"].told < 0.7 * found["expected_shortage"].told).all()


def test_a_relative_error_is_told_less_shown_and_shares_differ_in_points():
    told, shown, error = np.array([0.95]), np.array([0.90]), np.array([0.01])
    assert judged.error_of("service_level", judged.Judged(told, shown, error))[0] == pytest.approx(0.05)
    assert judged.error_of("buffer_cost", judged.Judged(told, shown, error))[0] == pytest.approx(0.05 / 0.9)
    loss = judged.Judged(np.array([35.0]), np.array([0.0]), error)
    assert judged.error_of("profit", loss)[0] == pytest.approx(35 / (100 * (85 - 50)))
    small = judged.Judged(np.array([0.002]), np.array([0.001]), error)
    assert judged.error_of("expected_overflow", small)[0] == pytest.approx(0.001)  # of a hundredth of the mean demand
