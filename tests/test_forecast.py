"""The linear trend and its interval: least squares by NumPy, the textbook matrix formula, and a coverage simulation.

The forecasts of `lanes`: exact on exact patterns, causal, and judged on synthetic lanes whose seeds chose no constant.
"""

import forecast_judges as judges
import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

from twin import _lane_walks, _methods, forecast, simulate


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


# ---------------------------------------------------------------- lanes: the method that suits each lane


def ahead(volumes, period="MS", horizon=3, level=0.9):
    return forecast.lanes(volumes, period=period, horizon=horizon, level=level)


def mixed(seed=67):
    """Return lanes of several kinds, with late starts and unknown months: a row each."""
    random = simulate.generator(seed)
    volumes = random.gamma(4, 25, (12, 90)) * (1 + 0.4 * np.sin(np.arange(90) / 6 * np.pi))
    volumes[3], volumes[4] = random.poisson(0.3, 90), random.poisson(0.2, 90) * random.integers(1, 9, 90)
    volumes[5, :50], volumes[6, :85], volumes[7, 40:43] = np.nan, np.nan, np.nan
    volumes[8, 60:] *= 0.3
    volumes[9] = 7.0
    return volumes


def test_what_is_said_at_an_origin_is_what_the_record_up_to_it_says():
    """No forecast and no width of the past knows what came later: the record is cut off and asked anew."""
    volumes = mixed()
    past = forecast.backtest(volumes, period="MS", horizon=3, level=0.9)
    assert past.mean.shape == (12, 90, 3)
    for origin in (0, 4, 9, 30, 61, 89):
        said = ahead(volumes[:, : origin + 1])
        for name in ("mean", "low", "high"):
            found = getattr(past, name)[:, origin]
            np.testing.assert_allclose(getattr(said, name), found, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("period", ["D", "MS"])
def test_a_longer_horizon_changes_no_forecast_and_no_interval_of_the_periods_before(period):
    """The weights of the methods are those of the first steps: a period has one forecast, however far one looks."""
    how = {"period": period, "level": 0.9}
    far, past = forecast.lanes_and_past(mixed(), horizon=12, **how)
    for horizon in (1, 3, 7):
        near, before = forecast.lanes_and_past(mixed(), horizon=horizon, **how)
        assert list(near.method) == list(far.method)
        for name in ("mean", "low", "high"):
            found, wanted = getattr(near, name), getattr(far, name)[..., :horizon]
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(before, past[..., :horizon], rtol=1e-9, atol=1e-9)


def test_coverage_and_errors_are_those_of_the_backtest():
    volumes = mixed()
    said, past = ahead(volumes), forecast.backtest(volumes, period="MS", horizon=3, level=0.9)
    came = judges.outcomes(volumes, 3)
    for lane in (0, 3, 5, 7, 8):
        seen = np.cumsum(~np.isnan(volumes[lane]))
        held, missed, total = [], [], []
        for origin in range(89):
            for step in range(min(3, 89 - origin)):
                value, mean = came[lane, origin, step], past.mean[lane, origin, step]
                if np.isfinite(past.high[lane, origin, step]) and not np.isnan(value):
                    held.append(past.low[lane, origin, step] <= value <= past.high[lane, origin, step])
                if seen[origin + step + 1] > 9 and not np.isnan(value + mean):
                    missed.append(mean - value)
                    total.append(value)
        assert said.coverage[lane] == pytest.approx(np.mean(held), rel=1e-12)
        assert said.wape[lane] == pytest.approx(np.abs(missed).sum() / np.sum(total), rel=1e-12)
        assert said.bias[lane] == pytest.approx(np.sum(missed) / np.sum(total), rel=1e-9)
        change = np.nanmean(np.abs(volumes[lane, 12:] - volumes[lane, :-12]))
        assert said.mase[lane] == pytest.approx(np.abs(missed).mean() / change, rel=1e-12)
        assert said.worst_coverage[lane] <= said.coverage[lane]


def test_the_naive_errors_are_those_of_the_naive_answers():
    volumes = simulate.generator(68).gamma(4, 25, 60)
    said = ahead(volumes, horizon=1)
    naive = [volumes[t - 12] if t >= 12 else volumes[t - 1] for t in range(9, 60)]
    line = [max(np.polyval(np.polyfit(np.arange(t), volumes[:t], 1), t), 0) for t in range(9, 60)]
    for share, answer in ((said.naive_wape, naive), (said.line_wape, line)):
        assert share == pytest.approx(np.abs(volumes[9:] - answer).sum() / volumes[9:].sum(), rel=1e-9)


@pytest.mark.parametrize(
    ("period", "volumes", "expected"),
    [
        ("MS", 100 + 40 * np.sin(np.arange(96) / 6 * np.pi), 100 + 40 * np.sin(np.arange(96, 99) / 6 * np.pi)),
        ("D", np.tile([90.0, 100, 110, 100, 95, 30, 0], 40), [90.0, 100, 110]),
        ("D", np.tile([90.0, 0, 70, 0, 0, 0, 0], 40), [90.0, 0, 70]),  # flow on two weekdays is not intermittent
        ("W", np.r_[np.full(60, 80.0), np.full(40, 20.0)], [20.0, 20, 20]),
        ("MS", 10 + 2.0 * np.arange(60), 10 + 2.0 * np.arange(60, 63)),
    ],
    ids=["season", "weekdays", "two weekdays", "break", "trend"],
)
def test_a_pattern_without_noise_is_continued(period, volumes, expected):
    said = ahead(volumes, period)
    np.testing.assert_allclose(said.mean, expected, rtol=0.01, atol=0.5)
    assert said.remark in ("", "The forecasts of the past were exact, so the interval has no width.")


def test_a_break_of_level_is_found_soon():
    random = simulate.generator(69)
    volumes = random.normal(100, 5, (50, 100)) - 60 * (np.arange(100) >= 90)
    assert np.abs(ahead(volumes, "D").mean - 40).max() < 10


@pytest.mark.parametrize(
    ("periods", "season", "period", "horizon", "first"), [(174, 12, "MS", 3, 60), (700, 7, "D", 7, 365)]
)
def test_intervals_keep_their_level_on_every_synthetic_lane(periods, season, period, horizon, first):
    """Seasons, breaks, turbulent spells, heavy tails, skewed noise and counts; seed 101 has chosen no constant."""
    volumes = judges.synthetic(periods, 24, season, 101)
    lanes = judges.Record(volumes, list(range(24)), period, horizon, first, 1)
    past = forecast.backtest(volumes, period=period, horizon=horizon, level=judges.LEVEL)
    shares = np.nanmean(judges.held(lanes, past), axis=(1, 2))
    assert 0.94 <= shares.mean() <= 0.965
    assert np.all((shares >= 0.92) & (shares <= 0.98))
    assert judges.mase(lanes, judges.errors(lanes, past.mean)) < 0.95
    best = min(judges.winkler(lanes, judges.rival(lanes, past.mean, scaled=scaled)) for scaled in (False, True))
    assert judges.winkler(lanes, past) <= 1.1 * best


def test_an_interval_is_not_bought_with_coverage_alone():
    """A forecast of noise has covered intervals too, but at a Winkler score several times as large."""
    volumes = judges.synthetic(174, 12, 12, 103)
    lanes = judges.Record(volumes, list(range(12)), "MS", 1, 60, 1)
    past = forecast.backtest(volumes, period="MS", horizon=1, level=judges.LEVEL)
    noise = simulate.generator(70).uniform(0, 3, past.mean.shape) * volumes.mean(axis=1)[:, np.newaxis, np.newaxis]
    wide = judges.rival(lanes, noise, scaled=False)
    assert np.nanmean(judges.held(lanes, wide)) > 0.93
    came = judges.outcomes(volumes, 1)
    own = np.nanmean(np.abs(came - past.mean), axis=(1, 2))
    size = [
        np.nanmean(np.where(np.isfinite(each.high), each.high - each.low, np.nan), axis=(1, 2)) for each in (wide, past)
    ]
    assert np.mean(size[0] / own) > 3 * np.mean(size[1] / own)


def test_short_empty_and_constant_lanes_say_what_they_cannot_carry():
    nothing = np.nan
    volumes = np.full((5, 30), nothing)
    volumes[1, -3:] = [1.0, 2.0, 3.0]
    volumes[2], volumes[3] = 7.0, 0.0
    volumes[4] = simulate.generator(64).gamma(4, 25, 30)
    said = ahead(volumes, level=0.99)
    assert said.remark[0] == "No volume is known, so there is no forecast."
    assert np.isnan(said.mean[0]).all()
    assert said.remark[1].startswith("Too few periods are known (3) to judge a forecast of the past")
    assert np.all(np.isfinite(said.mean[1]) & (said.low[1] == 0) & np.isinf(said.high[1]))
    for lane in (2, 3):
        assert said.remark[lane].startswith("An interval of 0.99 takes 99 errors")
    assert said.remark[4].startswith(
        "An interval of 0.99 takes 99 errors of the past for each step; there are 21 of 1 "
    )
    lower = ahead(volumes, level=0.8)
    for lane, value in ((2, 7.0), (3, 0.0)):
        assert lower.remark[lane] == "The forecasts of the past were exact, so the interval has no width."
        np.testing.assert_allclose([lower.mean[lane], lower.low[lane], lower.high[lane]], value, rtol=1e-12)
    assert lower.remark[4] == "" and np.isfinite(lower.high[4]).all()


def test_99_of_36_months_is_a_sentence_and_95_is_not():
    months = simulate.generator(63).gamma(4, 25, 36)
    assert "takes 99 errors" in ahead(months, level=0.99).remark
    assert ahead(months, level=0.95).remark == "" and np.isfinite(ahead(months, level=0.95).high).all()


def test_nothing_is_below_zero():
    volumes = np.maximum(simulate.generator(59).normal(30, 30, (40, 60)) - np.arange(60), 0)
    for part in ahead(volumes)[:3]:
        assert np.all(part >= 0)


def test_a_lane_that_is_not_intermittent_is_the_same_alone_and_in_any_shape(monkeypatch):
    volumes = mixed()[[0, 1, 5, 7, 8, 9]]
    together = ahead(volumes)
    cube = ahead(volumes.reshape(2, 3, 90))
    monkeypatch.setattr(_lane_walks, "_CHUNK", 2)
    chunked = ahead(volumes)
    assert cube.mean.shape == (2, 3, 3) and cube.coverage.shape == (2, 3)
    for name in ("mean", "low", "high", "mase", "coverage"):
        whole = getattr(together, name)
        np.testing.assert_array_equal(getattr(cube, name).reshape(whole.shape), whole)
        np.testing.assert_array_equal(getattr(chunked, name), whole)
        for lane in range(6):
            np.testing.assert_allclose(getattr(ahead(volumes[lane]), name), whole[lane], rtol=1e-12)


def test_a_class_of_the_pool_with_too_few_errors_leaves_a_lane_its_own():
    volumes = np.r_[np.zeros(100), simulate.generator(57).gamma(4, 25, 80)]
    said = ahead(volumes, "D")
    assert said.method == "intermittent" and said.remark == "" and np.isfinite(said.high).all()


def test_the_pool_is_the_same_in_chunks(monkeypatch):
    volumes = (simulate.generator(58).random((50, 60)) < 0.3) * 5.0
    whole = ahead(volumes)
    monkeypatch.setattr(_lane_walks, "_CHUNK", 7)
    np.testing.assert_array_equal(ahead(volumes).high, whole.high)


@pytest.mark.parametrize("numbers", [1, 500, 2**20])
def test_steps_are_forecast_some_at_a_time_and_nothing_changes(monkeypatch, numbers):
    """Also where the horizon is longer than the record, and where a lane begins late."""
    volumes = np.r_[mixed()[:, :30], np.where(np.arange(30) < 12, np.nan, mixed()[:2, :30])]
    whole = [forecast.lanes_and_past(part, period="D", horizon=40, level=0.9) for part in (volumes, volumes[:1])]
    monkeypatch.setattr(_methods, "_AT_ONCE", numbers)
    for part, (said, past) in zip((volumes, volumes[:1]), whole, strict=True):
        again, before = forecast.lanes_and_past(part, period="D", horizon=40, level=0.9)
        np.testing.assert_array_equal(before, past)
        np.testing.assert_array_equal(again.high, said.high)
        np.testing.assert_allclose(before, forecast.backtest(part, period="D", horizon=40, level=0.9).mean, rtol=1e-12)


def test_scale_does_not_matter():
    volumes = mixed()
    one, thousand = ahead(volumes), ahead(1000 * volumes)
    np.testing.assert_allclose(thousand.high, 1000 * one.high, rtol=1e-9)
    np.testing.assert_allclose(thousand.mase, one.mase, rtol=1e-9)


def test_no_lanes_give_no_forecasts():
    said = ahead(np.empty((0, 40)))
    assert said.mean.shape == (0, 3) and said.remark.shape == (0,)


def test_labels_of_a_table_are_those_of_the_forecasts():
    table = pd.DataFrame(
        mixed(), index=[f"lane {i}" for i in range(12)], columns=pd.date_range("2015", periods=90, freq="MS")
    )
    said, plain = ahead(table), ahead(table.to_numpy())
    pd.testing.assert_frame_equal(said.high, pd.DataFrame(plain.high, index=table.index))
    for name in ("mase", "coverage", "method", "remark"):
        pd.testing.assert_series_equal(getattr(said, name), pd.Series(getattr(plain, name), index=table.index))
    one = ahead(table.iloc[0])
    np.testing.assert_array_equal(one.mean, ahead(table.to_numpy()[0]).mean)
    assert isinstance(one.mean, np.ndarray)
