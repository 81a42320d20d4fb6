"""Conformal intervals: the exact probability of the n + 1 rule, and two defects that others' intervals have had."""

import numpy as np
import pytest

from twin import _conformal, forecast, simulate

DRAWS = 40_000


def quantile_of(scores, level):
    """Return the conformal quantile of scores, shape (n, ...), as the intervals take it."""
    none = np.full((1, *scores.shape[1:]), np.nan)
    return _conformal.running_quantiles(np.concatenate([none, scores]), level)[0][-1]


@pytest.mark.parametrize(("count", "level"), [(19, 0.95), (25, 0.9), (59, 0.95), (40, 0.5)])
def test_a_new_score_lies_below_the_quantile_with_its_exact_probability(count, level):
    """Of n exchangeable scores and a new one, the rank k of n + 1 is kept with probability k / (n + 1) >= level."""
    scores = simulate.generator(71).exponential(size=(count + 1, DRAWS))
    held = scores[-1] <= quantile_of(scores[:-1], level)
    exact = np.ceil((count + 1) * level - 1e-9) / (count + 1)
    assert exact >= level
    assert simulate.estimate(held).agrees(exact)


def test_without_the_n_plus_1_rule_the_promise_is_not_kept():
    """The plain quantile of 19 scores keeps 0.90 where 0.95 is promised; known of others (sktime 10758)."""
    scores = simulate.generator(72).exponential(size=(20, DRAWS))
    plain = np.quantile(scores[:-1], 0.95, axis=0, method="inverted_cdf")
    ours = quantile_of(scores[:-1], 0.95)
    assert simulate.estimate(scores[-1] <= ours).agrees(0.95)
    plain_of_18 = np.quantile(scores[:18], 0.95, axis=0, method="inverted_cdf")
    assert simulate.estimate(scores[-1] <= plain_of_18).agrees(18 / 19) and 18 / 19 < 0.95
    np.testing.assert_array_equal(plain, ours)  # from 19 on, the largest is enough
    assert np.isinf(quantile_of(scores[:18], 0.95)).all()  # a sample that cannot carry the level is refused


@pytest.mark.parametrize("level", [0.5, 0.8, 0.95, 0.99])
def test_the_fewest_scores_that_carry_a_level(level):
    least = _conformal.fewest(level)
    scores = np.arange(float(least))[:, np.newaxis]
    assert np.isfinite(quantile_of(scores, level)).all()
    assert np.isinf(quantile_of(scores[:-1], level)).all()


def test_quantiles_up_to_each_period_are_those_of_a_sort():
    scores = simulate.generator(73).normal(size=(200, 1, 7))
    scores[simulate.generator(74).random(scores.shape) < 0.2] = np.nan
    found, count = _conformal.running_quantiles(scores, 0.8)
    for period, lane in np.ndindex(200, 7):
        kept = np.sort(scores[: period + 1, 0, lane][~np.isnan(scores[: period + 1, 0, lane])])
        rank = int(np.floor((len(kept) + 1) * 0.2))
        assert count[period, 0, lane] == len(kept)
        assert found[period, 0, lane] == (kept[-rank] if rank else np.inf)


def walks(count, periods, horizon, seed):
    """Return random walks and the forecast that nothing changes, at every origin."""
    volumes = 1000 + np.cumsum(simulate.generator(seed).normal(0, 1, (periods, count)), axis=0)
    return volumes, np.repeat(volumes[:, np.newaxis], horizon, axis=1)


def shares_held(volumes, mean, half, first):
    """Return the share of outcomes after the first origins that lay in their interval, for each step."""
    periods = len(volumes)
    shares = []
    for step in range(mean.shape[1]):
        origins = slice(first, periods - 1 - step)
        shares.append(np.mean(np.abs(volumes[first + 1 + step :] - mean[origins, step]) <= half[origins, step]))
    return np.array(shares)


def test_each_step_has_errors_of_its_own():
    """The error of a random walk grows with the root of the steps; one-step errors would keep half as often."""
    volumes, mean = walks(200, 300, 9, seed=75)
    half, _ = _conformal.half_widths(volumes, mean, 0.9, 8)
    ours = shares_held(volumes, mean, half, 100)
    assert np.all((ours >= 0.89) & (ours <= 0.93))
    wide = np.median(half[200] / half[200, 0], axis=1)
    np.testing.assert_allclose(wide, np.sqrt(np.arange(1, 10)), rtol=0.15)
    defect = shares_held(volumes, mean, np.repeat(half[:, :1], 9, axis=1), 100)  # known of others (MAPIE 431)
    assert defect[0] == ours[0] and defect[-1] < 0.5


def test_widths_follow_errors_that_grow_and_shrink():
    """Errors become ten times as large, and small again; the quantile of the past would keep a quarter, then all."""
    random = simulate.generator(76)
    sd = np.repeat([1.0, 10.0, 1.0], 300)[:, np.newaxis]
    volumes = 1000 + sd * random.normal(0, 1, (900, 100))
    mean = np.full((900, 1, 100), 1000.0)
    half, _ = _conformal.half_widths(volumes, mean, 0.95, 8)
    for first, last in ((100, 300), (310, 600), (700, 900)):
        held = np.abs(volumes[first + 1 : last] - 1000) <= half[first : last - 1, 0]
        assert 0.94 <= held.mean() <= 0.97
    past = np.sort(np.abs(volumes[:300] - 1000), axis=0)[-16]
    assert np.mean(np.abs(volumes[310:600] - 1000) <= past) < 0.25


def test_a_miss_after_errors_of_zero_leaves_no_endless_interval():
    volumes = np.full((120, 1), 50.0)
    volumes[60] = 80.0
    half, _ = _conformal.half_widths(volumes, np.full((120, 1, 1), 50.0), 0.9, 8)
    assert half[59, 0, 0] == 0.0 and np.isfinite(half[30:]).all() and half[-1, 0, 0] < 30.0


def test_the_error_of_a_lanes_beginning_does_not_widen_its_later_intervals():
    """A year of 1 and then 100: the one error that was a hundred units of its time counts in those of today."""
    first = np.where(np.arange(120) < 12, 0.01, 1.0)[:, np.newaxis]
    volumes = simulate.generator(75).gamma(25.0, 4.0, (120, 40)) * first
    mean = (np.vstack([first[:1], first[:-1]]) * np.full(40, 100.0))[:, np.newaxis]
    half, _ = _conformal.half_widths(volumes, mean, 0.95, 8)
    late = half[30:, 0]
    assert late.max() < 300  # without the bound, 250 times the demand
    assert np.mean(np.abs(volumes[31:] - mean[30:-1, 0]) <= late[:-1]) > 0.95


def test_errors_of_small_beginnings_do_not_widen_the_intervals_of_a_pool_to_many_times_its_volumes():
    sizes = np.where(np.arange(72) < 36, 1.0, 300.0) * (np.arange(72) % 3 == 0)
    volumes = sizes * simulate.generator(76).gamma(25.0, 0.04, (8, 72))
    past = forecast.backtest(volumes, period="W", horizon=1, level=0.95)
    assert past.high[:, 45:].max() < 25 * volumes.max()  # without the bound, 48 times
