"""Promises judged on a record: rules keep them where their assumptions hold, and costs are least at quantiles."""

import numpy as np
import pytest
from scipy import stats

from twin import past_errors
from twin.data.load import load_history
from twin.lead_time_demand import LeadTimes, mixture, resampled, rounded_gamma
from twin.plan import promised

ONE_TO_THREE = LeadTimes(np.array([1.0, 2.0, 3.0]), np.array([0.2, 0.5, 0.3]))


def errors_of(record, steps=3):
    """Return the errors of forecasts that are the mean so far."""
    so_far = np.cumsum(record) / np.arange(1, len(record) + 1)
    return past_errors.LaneErrors(record, np.repeat(so_far[:, np.newaxis], steps, axis=1), period="D")


def test_every_rule_keeps_its_promise_on_independent_normal_days_and_the_formula_a_constant_interval():
    record = np.random.Generator(np.random.PCG64(3)).normal(100.0, 20.0, 6000)
    always = LeadTimes(np.array([3.0]), np.array([1.0]))
    errors = errors_of(record)
    at = np.arange(2000, 5990, 30)
    for rule, said in promised.levels_said(errors, always, at, service_level=0.9).items():
        kept = promised.outcome(record, always, np.nanmean(said), service_level=0.9).kept
        known = kept[~np.isnan(kept)]
        blocks = known[: 3 * (len(known) // 3)].reshape(-1, 3).mean(axis=1)  # intervals in a block overlap
        error = 2 * blocks.std() / np.sqrt(len(blocks))  # and those of neighbouring blocks
        assert abs(np.nanmean(kept) - 0.9) < 4 * error + 0.005, rule


def test_eq_10_1_the_level_of_the_formula_has_the_moments_of_the_mixture():
    record = np.random.Generator(np.random.PCG64(8)).normal(100.0, 20.0, 300)
    said = promised.levels_said(errors_of(record), ONE_TO_THREE, [299], service_level=0.9)["lead time varies"][299]
    law = mixture(record.mean(), record.std(ddof=1), ONE_TO_THREE)
    assert said == pytest.approx(law.mean() + stats.norm.ppf(0.9) * law.std(), rel=1e-12)


def test_a_constant_interval_is_too_low_and_stretches_see_dependence():
    noise = np.random.Generator(np.random.PCG64(4)).normal(0.0, 10.0, 1500)
    record = 200.0 + np.convolve(noise, np.ones(6), "valid")
    errors = errors_of(record)
    said = {rule: level[-2] for rule, level in promised.levels_said(errors, ONE_TO_THREE, [len(record) - 2]).items()}
    assert list(said) == list(promised.PROMISE_RULES)
    assert said["formula"] < said["lead time varies"] and said["not normal"] < said["not independent"]
    sums = resampled(record[:-1], ONE_TO_THREE)  # weights 1 / n, where the rule has 1 / (n + 1)
    assert sums.ppf(0.95) <= said["not independent"] <= sums.ppf(0.955)


def test_eq_10_3_and_10_4_the_cost_is_least_at_the_quantile_and_shares_are_those_of_kept():
    record = np.random.Generator(np.random.PCG64(5)).gamma(2.0, 30.0, 400)
    levels = np.linspace(100.0, 400.0, 601)
    cost = [np.nanmean(promised.outcome(record, ONE_TO_THREE, level, service_level=0.9).cost) for level in levels]
    came = promised.demand_after(record, ONE_TO_THREE)
    whole = came[~np.isnan(came).any(axis=1)]
    best = levels[np.argmin(cost)]
    assert (whole <= best - 1) @ ONE_TO_THREE.probability @ np.ones(len(whole)) / len(whole) <= 0.9
    assert (whole <= best + 1) @ ONE_TO_THREE.probability @ np.ones(len(whole)) / len(whole) >= 0.9
    kept = promised.outcome(record, ONE_TO_THREE, 180.0).kept
    kept[:20] = np.nan
    other = past_errors.kept(errors_of(record), ONE_TO_THREE, np.where(np.isnan(kept), np.nan, 180.0))
    assert other.share == pytest.approx(np.nanmean(kept), rel=1e-12) and other.judged == np.sum(~np.isnan(kept))


def test_a_level_knows_nothing_of_what_came_later_and_a_short_record_carries_none():
    record = np.random.Generator(np.random.PCG64(6)).normal(100.0, 20.0, 200)
    changed = np.r_[record[:151], 9 * record[151:]]
    said, other = (promised.levels_said(errors_of(each), ONE_TO_THREE, [10, 150]) for each in (record, changed))
    assert [level[150] for level in said.values()] == [level[150] for level in other.values()]
    assert all(np.isnan(level[10]) and np.isfinite(level[150]) for level in said.values())


def test_a_lane_with_a_season_keeps_its_promise_in_the_season_by_the_rule_with_season_alone():
    lengths, history = rounded_gamma(5.0, 1.5), load_history()
    errors = promised.lane_errors(history, lengths, ["BER-MUC"])["BER-MUC"]
    days = np.datetime64("2023-01-02") + np.arange(len(errors.volumes))
    said = promised.levels_said(errors, lengths, promised.origins(errors.volumes, lengths))
    kept = {
        rule: promised.by_month(days, promised.outcome(errors.volumes, lengths, s).kept) for rule, s in said.items()
    }
    assert kept["lead time varies"][10:].max() < 0.65 and kept["with season"].min() > 0.92


def test_refusals_name_the_argument():
    with pytest.raises(ValueError, match="lengths must be whole numbers of at least 1"):
        promised.demand_after([1.0, 2.0], LeadTimes(np.array([0.5]), np.array([1.0])))
    with pytest.raises(ValueError, match="volumes must be one series"):
        promised.origins([[1.0, 2.0]], ONE_TO_THREE)
    with pytest.raises(ValueError, match="service_level must be"):
        promised.outcome([1.0, 2.0], ONE_TO_THREE, 2.0, service_level=1.0)
