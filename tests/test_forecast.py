"""The linear trend and its interval: least squares by NumPy, the textbook matrix formula, and a coverage simulation."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from twin import forecast, simulate


def least_squares(volumes):
    """Return intercept, slope, residual sd, and a function of time: the variance factor of a new observation."""
    known = ~np.isnan(volumes)
    time = np.arange(len(volumes), dtype=float)[known]
    matrix = np.column_stack((np.ones_like(time), time))
    line, *_ = np.linalg.lstsq(matrix, volumes[known], rcond=None)
    sd = np.sqrt(np.sum((volumes[known] - matrix @ line) ** 2) / (known.sum() - 2))
    inverse = np.linalg.inv(matrix.T @ matrix)
    return *line, sd, known.sum(), lambda at: 1 + np.array([1.0, at]) @ inverse @ np.array([1.0, at])


def lanes(count, periods, *, seed, holes=0.0):
    """Return noisy lines of many magnitudes, with unknown periods."""
    rng = simulate.generator(seed)
    volumes = rng.normal(100, 50, (count, 1)) + rng.normal(0, 1, (count, 1)) * np.arange(periods)
    volumes = volumes + rng.normal(0, 20, (count, periods))
    return np.where(rng.random(volumes.shape) < holes, np.nan, volumes)


@pytest.mark.parametrize("holes", [0.0, 0.3])
def test_trend_and_interval_against_least_squares(holes):
    volumes = lanes(20, 40, seed=61, holes=holes)
    trend = forecast.linear_trend(volumes)
    ahead = forecast.predict(trend, 5, probability=0.9)
    assert ahead.mean.shape == ahead.low.shape == ahead.high.shape == (20, 5)
    for i, series in enumerate(volumes):
        intercept, slope, sd, observed, factor = least_squares(series)
        found = trend.intercept[i], trend.slope[i], trend.residual_sd[i], trend.observed[i]
        assert found == pytest.approx((intercept, slope, sd, observed), rel=1e-9)
        for step in range(5):
            at = 40 + step
            half = student.ppf(0.95, observed - 2) * sd * np.sqrt(factor(at))
            expected = intercept + slope * at - half, intercept + slope * at, intercept + slope * at + half
            assert (ahead.low[i, step], ahead.mean[i, step], ahead.high[i, step]) == pytest.approx(expected, rel=1e-8)


def test_the_interval_has_its_stated_coverage():
    """A new observation lies in it in 90 of 100 lanes; an interval of the residual sd alone covers fewer."""
    rng, count, periods, ahead = simulate.generator(62), 40_000, 12, 3
    volumes = 100 + 2 * np.arange(periods + ahead) + rng.normal(0, 20, (count, periods + ahead))
    trend = forecast.linear_trend(volumes[:, :periods])
    interval = forecast.predict(trend, ahead, probability=0.9)
    future = volumes[:, periods:]
    for step in range(ahead):
        held = (interval.low[:, step] <= future[:, step]) & (future[:, step] <= interval.high[:, step])
        assert simulate.estimate(held).agrees(0.9)
    bare = 1.6449 * trend.residual_sd * np.sqrt((periods - 2) / periods)
    assert np.mean(np.abs(future[:, -1] - interval.mean[:, -1]) <= bare) < 0.75


def test_an_exact_line_is_found_exactly():
    trend = forecast.linear_trend(3.0 + 2.0 * np.arange(10))
    assert (trend.intercept, trend.slope) == (pytest.approx(3.0, rel=1e-13), pytest.approx(2.0, rel=1e-14))
    assert trend.residual_sd == pytest.approx(0.0, abs=1e-6)
    assert forecast.predict(trend, 2).mean == pytest.approx([23.0, 25.0], rel=1e-13)


def test_a_constant_lane_has_no_slope_and_an_interval_without_width():
    interval = forecast.predict(forecast.linear_trend(np.full(5, 7.0)), 3)
    for part in interval:
        np.testing.assert_array_equal(part, 7.0)


def test_unknown_periods_are_left_out_not_taken_as_zero():
    line = 3.0 + 2.0 * np.arange(12)
    line[[0, 4, 5, 11]] = np.nan
    trend = forecast.linear_trend(line)
    assert (trend.intercept, trend.slope, trend.observed) == (pytest.approx(3.0), pytest.approx(2.0), 8)
    assert forecast.predict(trend, 1).mean == pytest.approx([27.0])  # after the series


def test_a_large_level_changes_neither_slope_nor_residual_sd():
    volumes = lanes(5, 30, seed=63)
    plain, moved = forecast.linear_trend(volumes), forecast.linear_trend(volumes + 1e9)
    np.testing.assert_allclose(moved.slope, plain.slope, rtol=0, atol=1e-7)
    np.testing.assert_allclose(moved.residual_sd, plain.residual_sd, rtol=1e-7)


def test_one_lane_is_fitted_as_among_many():
    """Lanes are processed in blocks; neither the block nor a lane with unknown periods may change another lane."""
    volumes = lanes(3000, 100, seed=64)
    volumes[1700, 5] = np.nan
    together = forecast.linear_trend(volumes)
    for i in (0, 1309, 1310, 1311, 1700, 2999):
        alone = forecast.linear_trend(volumes[i])
        assert all(isinstance(part, float) for part in alone[:6])
        assert [part[i] for part in together[:6]] == pytest.approx(list(alone[:6]), rel=1e-11)


def test_lanes_keep_their_shape():
    trend = forecast.linear_trend(lanes(6, 10, seed=65).reshape(2, 3, 10))
    assert trend.slope.shape == (2, 3)
    assert forecast.predict(trend, 4).high.shape == (2, 3, 4)


def test_more_coverage_and_more_distance_widen_the_interval():
    trend = forecast.linear_trend(lanes(1, 20, seed=66)[0])
    widths = [np.subtract(*forecast.predict(trend, 6, probability=c)[:0:-1]) for c in (0.5, 0.9, 0.99)]
    assert np.all(np.diff(widths, axis=0) > 0)
    assert np.all(np.diff(widths, axis=1) > 0)


def test_a_lane_of_too_few_known_periods_refuses_the_table():
    volumes = lanes(3, 10, seed=67)
    volumes[1, 2:] = np.nan
    with pytest.raises(ValueError, match=r"^volumes must be known in at least 3 periods a lane; got 2\.0 at 1$"):
        forecast.linear_trend(volumes)


def test_noise_about_a_steep_line_keeps_its_size():
    noise = np.random.default_rng(3).normal(0.0, 0.01, 365)
    for slope in (0.0, 1e3, 1e6):
        fit = forecast.linear_trend(slope * np.arange(365.0) + noise)
        assert fit.residual_sd == pytest.approx(0.01, rel=0.2)


@pytest.mark.parametrize("level", [0.0, 5e6, -5e6, 1e9])
def test_noise_about_a_large_level_keeps_its_size(level):
    noise = np.random.default_rng(4).normal(0.0, 1.0, 200)
    moved = noise + level  # rounded to the precision of floats at this level, about 1e-7 at 1e9
    witness = least_squares(moved - level)[2]
    assert forecast.linear_trend(moved).residual_sd == pytest.approx(witness, rel=1e-6)


def test_labels_go_through_the_trend_into_the_forecast():
    names = pd.Index(["BER-MUC", "HAM-CGN"], name="lane")
    table = pd.DataFrame(lanes(2, 12, seed=68), index=names, columns=pd.period_range("2025-01", periods=12, freq="M"))
    trend = forecast.linear_trend(table)
    assert isinstance(trend.periods, int)
    pd.testing.assert_index_equal(trend.slope.index, names)
    ahead, plain = forecast.predict(trend, 3), forecast.predict(forecast.linear_trend(table.to_numpy()), 3)
    for part, same in zip(ahead, plain, strict=True):
        pd.testing.assert_frame_equal(part, pd.DataFrame(same, index=names))
