"""Errors of a lane's own forecasts: what was known when, the pool of intermittent lanes, and promises kept."""

import numpy as np
import pytest

from twin import forecast
from twin.lead_time_demand import LeadTimes, lead_times
from twin.past_errors import ErrorPool, LaneErrors, kept, past_levels
from twin.protection import over
from twin.simulate import generator

TWO = lead_times([2.0])


def lane(volumes, steps=3, period="W"):
    past = forecast.backtest(volumes, period=period, horizon=steps, level=0.95).mean
    return [LaneErrors(*pair, period=period) for pair in zip(np.atleast_2d(volumes), past, strict=True)]


@pytest.fixture(scope="module")
def steady():
    return lane(generator(2).gamma(16.0, 6.0, (1, 160)))[0]


def smoothed(sizes):
    near = sizes[0]
    for count, size in enumerate(sizes[1:], start=2):
        near += max(0.05, 1 / count) * (size - near)
    return max(near, 0.1 * np.mean(sizes))


def test_a_path_is_the_forecast_and_an_earlier_error_of_the_same_steps(steady):
    at, origin = 100, 60
    found = steady.paths(at)
    row = len(found.paths) - (at - origin)
    error = steady.volumes[origin + 1 : origin + 4] - steady.past[origin]
    sizes = np.abs(steady.error[8:at, 0])  # the errors begin with the ninth known period
    grown = smoothed(sizes) / smoothed(sizes[: origin - 8])
    assert found.paths[row] == pytest.approx(np.maximum(steady.past[at] + grown * error, 0.0), rel=1e-12)
    assert at - 8 - 3 <= len(found.paths) <= at - 8


def test_a_lane_that_begins_grows_or_nearly_ends_has_levels_of_its_size():
    year, rise = np.arange(60) < 12, np.clip((np.arange(60) - 12) / 6, 0.0, 1.0)
    shapes = np.array([np.where(year, 0.0, 1.0), np.where(year, 0.002, 1.0), rise, np.where(year, 1.0, 0.01)])
    for errors in lane(np.rint(generator(8).gamma(25.0, 4.0, 60) * shapes), period="MS"):
        demand = 2 * np.mean(errors.volumes[-6:])
        assert demand < over(errors.paths(), TWO).level(0.95) < 2 * demand


def test_errors_of_a_smaller_lane_are_left_out_if_enough_remain_and_its_break_is_not_enlarged():
    volumes = generator(3).gamma(16.0, 6.0, (1, 160)) * np.where(np.arange(160) < 60, 0.01, 1.0)
    errors = lane(volumes)[0]
    assert len(errors.paths().paths) == 160 - 1 - 60  # origins from the first period after the break on
    every = errors.paths(service_level=0.99)  # 99 % takes twice 99 errors
    assert len(every.paths) == 160 - 1 - 8
    broke = 58 - 8  # the path that ends in the first period after the break, and the next
    assert every.paths[broke : broke + 2] - every.forecast == pytest.approx(errors.error[58:60], rel=1e-12)


def test_nothing_that_comes_later_changes_a_level(steady):
    cut = LaneErrors(steady.volumes[:101], steady.past[:101], period="W")
    for earlier, now in zip(cut.paths(), steady.paths(100), strict=True):
        np.testing.assert_array_equal(earlier, now)


def test_promises_are_kept_on_a_steady_lane_and_a_constant_level_is_judged_on_the_same_periods(steady):
    levels = past_levels(steady, TWO, service_level=0.9)
    found = kept(steady, TWO, levels)
    assert found.judged > 60 and found.worst <= found.share
    assert abs(found.share - 0.9) < 4 * np.sqrt(0.9 * 0.1 / found.judged * 2)  # sums of two overlap
    sums = steady.volumes[:-1] + steady.volumes[1:]
    by_hand = [sums[at + 1] <= levels[at] for at in np.flatnonzero(~np.isnan(levels)) if at + 1 < len(sums)]
    assert found.share == pytest.approx(np.mean(by_hand))
    assert kept(steady, TWO, np.where(np.isnan(levels), np.nan, 1e9)).share == 1.0
    assert kept(steady, TWO, np.full(160, np.nan)).judged == 0


def test_the_worst_window_finds_the_weeks_in_which_a_promise_failed():
    volumes = generator(4).gamma(16.0, 6.0, (1, 160))
    volumes[0, 120:126] += 200.0
    found = kept(errors := lane(volumes)[0], TWO, past_levels(errors, TWO, service_level=0.9))
    assert found.worst < 0.75 < found.share


def test_a_pool_carries_what_a_lane_of_36_months_cannot():
    random = generator(6)
    volumes = random.poisson(4.0, (60, 36)) * (random.random((60, 36)) < 0.3) * 1.0
    volumes[:, 0] = 1.0
    lanes = lane(volumes, period="MS")
    pool, one = ErrorPool(lanes), lanes[3]
    assert one.intermittent(35)
    alone = over(one.paths(), TWO, service_level=0.99)
    pooled = over(pool.paths(one), TWO, service_level=0.99)
    assert np.isinf(alone.level(0.99)) and np.isfinite(pooled.level(0.99))
    new = random.poisson(4.0, (40_000, 2)) * (random.random((40_000, 2)) < 0.3)
    levels = [over(pool.paths(each), TWO, service_level=0.95).level(0.95) for each in lanes[:20]]
    assert 0.93 < np.mean(new.sum(axis=1)[:, np.newaxis] <= levels) < 0.99
    steady = lane(generator(2).gamma(16.0, 6.0, (1, 36)), period="MS")[0]
    np.testing.assert_array_equal(pool.paths(steady).paths, steady.paths().paths)  # not intermittent: its own errors


def test_the_rows_of_a_pool_are_those_of_its_lanes_one_after_the_other():
    random = generator(8)
    volumes = random.poisson(4.0, (8, 60)) * (random.random((8, 60)) < 0.3) * 1.0
    volumes[0, :30], volumes[1, 7::13] = np.nan, np.nan
    lanes, origin = lane(volumes, period="D"), 59
    one = next(each for each in lanes if each.intermittent(origin))
    kinds = [int(np.searchsorted([0.05, 0.1, 0.2, 0.35], each.share[origin], side="right")) for each in lanes]
    rows = []
    for each, kind in zip(lanes, kinds, strict=True):
        if each.intermittent(origin) and kind == kinds[lanes.index(one)]:
            known = each.error_known(origin)
            known = known[~np.isnan(known[:, 0])]
            starts = np.flatnonzero(~np.isnan(each.error_known(origin)[:, 0]))
            least = np.minimum(each.size[origin], np.nanmean(np.abs(known), axis=1) / 4.0)
            rows.append(known / np.maximum(np.maximum(each.size[starts], least), 1e-300)[:, np.newaxis])
    wanted = np.maximum(one.past[origin] + np.concatenate(rows) * one.size[origin], 0.0)
    assert len(wanted) < 400  # of more, a part is taken
    np.testing.assert_allclose(ErrorPool(lanes).paths(one).paths, wanted, rtol=1e-12)


def test_origins_at_the_same_time_of_the_year_are_marked():
    found = lane(generator(2).gamma(16.0, 6.0, (1, 40)), period="MS")[0].paths()
    months_ago = 39 - (np.arange(len(found.in_season)) + 8)
    np.testing.assert_array_equal(found.in_season, np.isin(months_ago, [11, 12, 13, 23, 24, 25]))


def test_a_few_unknown_volumes_within_a_path_count_as_no_error():
    volumes = generator(2).gamma(16.0, 6.0, (1, 160))
    volumes[0, 90] = np.nan
    errors = lane(volumes)[0]
    assert errors.error[89, 0] == 0.0 and len(errors.paths(service_level=0.99).paths) == 160 - 8 - 1
    with pytest.raises(ValueError, match=r"past must be of shape \(periods, steps\), with a row for each volume"):
        LaneErrors([1.0, 2.0], [[1.0]], period="D")
    assert kept(errors, LeadTimes(np.array([1.0, 2.0]), np.array([0.5, 0.5])), np.full(160, 500.0)).share == 1.0
