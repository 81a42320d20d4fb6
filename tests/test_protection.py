"""Levels from sums of paths: against normal theory, the rule of n + 1, and the defects that others have."""

import numpy as np
import pytest
from scipy import stats

from twin import buffers, demand
from twin.lead_time_demand import LeadTimes, lead_times, mixture
from twin.protection import DemandPaths, over
from twin.simulate import generator

FIVE = lead_times([5.0])


def paths_of(errors, mean=100.0, in_season=None):
    flags = np.zeros(len(errors), bool) if in_season is None else in_season
    return DemandPaths(np.full(errors.shape[1], mean), mean + errors, flags)


def normal(n, steps, correlation=0.0, seed=1):
    random = generator(seed)
    common = random.standard_normal((n, 1))
    return 25.0 * (np.sqrt(correlation) * common + np.sqrt(1 - correlation) * random.standard_normal((n, steps)))


def test_independent_errors_give_the_reserve_of_the_formula():
    n = 40_000
    level = over(paths_of(normal(n, 5)), FIVE).level(0.95)
    formula = 500 + buffers.safety_stock(demand.lead_time_demand(100.0, 25.0, 5.0).sd, 0.95)
    error = np.sqrt(0.95 * 0.05 / n) / stats.norm(0, 25 * 5**0.5).pdf(formula - 500)  # of a sample quantile
    assert abs(level - formula) < 4 * error


def test_errors_that_come_together_need_more_than_errors_of_one_step_say():
    """One-step errors used for many steps, as if independent, keep far less than they promise."""
    errors = normal(20_000, 5, correlation=0.5)
    found = over(paths_of(errors), FIVE)
    one_step = 500 + stats.norm.ppf(0.95) * errors[:, 0].std() * np.sqrt(5)
    assert found.service(one_step) < 0.86 and found.service(found.level(0.95)) == pytest.approx(0.95, abs=1e-3)
    assert found.level(0.95) - 500 == pytest.approx(stats.norm.ppf(0.95) * 25 * np.sqrt(15), rel=0.05)


def test_eq_10_2_a_random_length_gives_the_quantile_of_the_mixture():
    either = LeadTimes(np.array([9.0, 19.0]), np.array([0.9, 0.1]))
    found, exact = over(paths_of(1.2 * normal(20_000, 19)), either), mixture(100.0, 30.0, either)
    assert found.level(0.99) == pytest.approx(float(exact.ppf(0.99)), rel=0.01)
    assert found.mean() == pytest.approx(1000.0, rel=0.01)
    formula = 1000 + stats.norm.ppf(0.95) * exact.std()
    assert found.service(formula) == pytest.approx(0.9002, abs=0.002)


def test_the_rule_of_n_plus_1_refuses_what_a_sample_cannot_carry():
    for n, level, carried in (
        (18, 0.95, False),
        (19, 0.95, True),
        (36, 0.99, False),
        (98, 0.99, False),
        (99, 0.99, True),
    ):
        assert np.isfinite(over(paths_of(normal(n, 5)), FIVE, service_level=level).level(level)) == carried


def test_promises_are_kept_by_new_draws_and_not_without_the_rule_of_n_plus_1():
    """Of 19 errors the 95 % level is the largest; the plain sample quantile keeps 90 to 91 %."""
    random, kept, plain = generator(3), [], []
    for _ in range(4000):
        errors = random.standard_normal((20, 1))
        found = over(paths_of(errors[:19], mean=50.0), lead_times([1.0]))
        kept.append(50 + errors[19, 0] <= found.level(0.95))
        plain.append(errors[19, 0] <= np.quantile(errors[:19], 0.95))
    assert abs(np.mean(kept) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 4000)
    assert np.mean(plain) < 0.93


def test_paths_from_the_same_season_count_where_the_plain_level_was_too_low():
    errors, season = normal(400, 5), np.arange(400) < 60
    errors[season] += 40.0
    plain, seasonal = (over(paths_of(errors, in_season=flags), FIVE) for flags in (None, season))
    assert seasonal.level(0.95) > plain.level(0.95)
    calm = over(paths_of(normal(400, 5), in_season=season), FIVE, service_level=0.5)
    assert calm.level(0.5) >= over(paths_of(normal(400, 5)), FIVE, service_level=0.5).level(0.5)


def test_both_promises_are_stated_and_follow_their_definitions():
    random = generator(5)
    demands = random.poisson(0.3, (50_000, 3)) * 10.0
    found = over(DemandPaths(np.full(3, 3.0), demands, np.zeros(len(demands), bool)), lead_times([3.0]))
    level = found.level(0.9)
    total, last = demands.sum(axis=1), demands[:, -1]
    assert found.service(level) == pytest.approx(np.mean(total <= level)) and found.service(level) >= 0.9
    late = np.clip(total - level, 0, last)
    assert found.fill_rate(level) == pytest.approx(1 - late.sum() / last.sum())
    assert found.fill_rate(level) < found.service(level) - 0.05  # not the same promise
    assert found.leftover(level) - found.shortage(level) == pytest.approx(level - total.mean())


def test_a_part_of_a_period_has_the_root_of_its_error_and_unknown_paths_count_for_short_lengths_alone():
    errors = np.array([[4.0, np.nan], [-4.0, 8.0], [0.0, 0.0]])
    found = over(paths_of(errors, mean=10.0), lead_times([0.25]), service_level=0.5)
    assert sorted(found._sums) == pytest.approx([2.5 - 2.0, 2.5, 2.5 + 2.0])
    assert over(paths_of(errors, mean=10.0), lead_times([2.0]), service_level=0.5).level(0.66) == 24.0
    with pytest.raises(ValueError, match="lead_times must be so short that the interval ends within 2 steps; got 3"):
        over(paths_of(errors), lead_times([2.0]), first=1)
