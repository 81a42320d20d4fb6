"""Intermittent lanes: the recursion by hand, the pool's quantile against a sort, and levels only a pool carries."""

import numpy as np

from twin import _lane_walks, forecast, simulate
from twin._intermittent import IntermittentPool

LEVEL = 0.95


def flows(lanes, periods, seed, share=0.25):
    """Return lanes with a flow in a share of the periods, of sizes 1, 2, ...: a row per period."""
    random = simulate.generator(seed)
    return random.poisson(2.0, (periods, lanes)) * (random.random((periods, lanes)) < share) + 0.0


def test_the_forecast_is_share_times_size_smoothed_by_the_constant_with_the_least_error():
    """Flows of one size leave the share alone to be smoothed: the recursion and the choice, lane by lane."""
    volumes = 5.0 * (flows(30, 60, 91) > 0)
    pool = IntermittentPool(volumes, 1, LEVEL, 8)
    paths, errors = {}, {}
    for gain in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5):
        paths[gain], errors[gain] = np.zeros(30), 0.0
        for at, row in enumerate(volumes):
            for lane in range(30):
                flow = row[lane] > 0
                before = np.mean(volumes[:at, lane] > 0) if at else 1.0
                if at > 8 and before < 0.5:
                    errors[gain] += abs(flow - paths[gain][lane])
                paths[gain][lane] += max(gain, 1 / (at + 1)) * (flow - paths[gain][lane])
    best = min(errors, key=errors.get)
    np.testing.assert_allclose(pool.mean[-1], 5.0 * paths[best][pool.columns], rtol=1e-12)
    np.testing.assert_allclose(pool.size[-1], 5.0, rtol=1e-12)


def test_the_quantile_of_the_pool_is_that_of_a_sort():
    volumes = flows(300, 40, 92)
    pool = IntermittentPool(volumes, 1, LEVEL, 8)
    half, member = pool.into(np.zeros((40, 1, 300)), 0)
    share = np.cumsum(volumes > 0, axis=0) / np.arange(1, 41)[:, np.newaxis]
    kind = np.searchsorted([0.05, 0.1, 0.2, 0.35], share, side="right")
    mean, size = np.zeros((40, 300)), np.ones((40, 300))
    mean[:, pool.columns], size[:, pool.columns] = pool.mean, pool.size
    for wanted in (2, 3):
        then = member[:-1] & (kind[:-1] == wanted)
        scores = np.sort((np.abs(volumes[1:] - mean[:-1]) / size[:-1])[then])
        exact = scores[int(np.ceil((len(scores) + 1) * LEVEL)) - 1]
        now = member[-1] & (kind[-1] == wanted)
        np.testing.assert_allclose((half[-1, 0] / size[-1])[now], exact, rtol=0.024)  # the width of a cell
        assert np.all((half[-1, 0] / size[-1])[now] >= exact * (1 - 1e-12))


def test_a_pool_carries_a_level_that_one_lane_cannot():
    volumes = flows(400, 51, 93).T
    together = forecast.lanes(volumes, period="MS", horizon=1, level=0.99)
    alone = forecast.lanes(volumes[0], period="MS", horizon=1, level=0.99)
    assert np.isfinite(together.high).all() and set(together.method) == {"intermittent"}
    assert np.isinf(alone.high).all() and "takes 99 errors" in alone.remark
    assert np.mean(flows(400, 1, 94)[0] <= together.high[:, 0]) >= 0.97  # a new month of the same law


def test_the_forecast_of_the_pool_is_hardly_biased():
    volumes = flows(2000, 60, 95)
    ahead = forecast.lanes(volumes.T, period="MS", horizon=1, level=0.9)
    assert abs(ahead.mean.mean() / volumes.mean() - 1) < 0.1


def test_more_steps_of_a_pool_are_added_to_those_that_it_has():
    volumes = flows(12, 80, 5)
    volumes[:20, 3] = np.nan
    whole, few = IntermittentPool(volumes, 9, LEVEL, 8), IntermittentPool(volumes, 4, LEVEL, 8)
    before = few._found
    more = few.until(9)
    np.testing.assert_array_equal(more._found, whole._found)
    assert few.until(6)._found is more._found and before.shape[1] == 4  # no step is computed again
    mean = np.ones((80, 6, 12))
    assert few.until(6).into(mean, 0)[0].shape == (80, 6, 12)


def test_a_table_keeps_its_pool_from_one_horizon_to_the_next(monkeypatch):
    volumes, made = flows(6, 70, 6).T, []
    monkeypatch.setattr(_lane_walks, "IntermittentPool", lambda *given: made.append(given) or IntermittentPool(*given))
    monkeypatch.setattr(_lane_walks, "_pools", {})
    how = {"period": "D", "level": LEVEL}
    found = [forecast.lanes(volumes, horizon=horizon, **how).mean for horizon in (3, 5, 3)]
    assert len(made) == 1
    monkeypatch.setattr(_lane_walks, "_pools", {})
    for again, horizon in zip(found, (3, 5, 3), strict=True):
        _lane_walks._pools.clear()
        np.testing.assert_array_equal(again, forecast.lanes(volumes, horizon=horizon, **how).mean)
