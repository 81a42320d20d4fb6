"""The forecasts of a network: the hub and `assess` give one number, before and after the walk through all lanes."""

import asyncio
import os
import pickle
import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from twin.compute.aside import POSSIBLE
from twin.data.load import read_history
from twin.plan import network_forecasts
from twin.plan.feed import feed_of_history
from twin.plan.parts import Computing
from twin.plan.table_report import assess_history
from twin.view.hub.meanwhile import Meanwhile
from twin.view.hub.session import Session

GIVEN = {"service_level": 0.8, "lead_time_mean_days": 2.0, "lead_time_sd_days": 0.0}
STEADY, FEW = "ABC", "DE"


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """70 days of three steady lanes, of which one starts late, and of two lanes with few flows."""
    random, days = np.random.default_rng(4), pd.date_range("2025-01-01", periods=70)
    steady = random.poisson([[40.0], [90.0], [60.0]], (3, 70))
    few = random.poisson(20.0, (2, 70)) * (random.random((2, 70)) < 0.25)
    rows = [
        (day, lane, volumes[at])
        for lane, volumes in zip(STEADY + FEW, [*steady, *few], strict=True)
        for at, day in enumerate(days)
        if lane != "C" or at >= 20
    ]
    path = tmp_path_factory.mktemp("network") / "flows.csv"
    pd.DataFrame(rows, columns=["date", "lane", "volume"]).to_csv(path, index=False)
    return read_history(path)


def opened(history):
    return Session(feed_of_history(history), pd.DataFrame(GIVEN, index=list(STEADY + FEW)))


def done(work):
    """Do all parts of a work here, each with the result of the one before."""
    result, parts = None, 0
    while True:
        try:
            part = work.send(result)
        except StopIteration:
            return parts
        parts += 1
        result = part() if callable(part) else part and part.function()


def test_hub_and_assess_give_one_number(history):
    session, report = opened(history), assess_history(history, GIVEN)
    for lane in STEADY + FEW:
        session.pick(lane)
        numbers = session.numbers()
        for name in ("forecast_mean", "forecast_low", "forecast_high"):
            assert numbers.get(name, np.nan) == pytest.approx(report.table.loc[lane, name], rel=1e-9, nan_ok=True), lane


@pytest.mark.parametrize("first", [False, True])
def test_the_plan_by_date_is_that_of_assess_whether_or_not_all_lanes_are_prepared(history, first):
    session = opened(history)
    if first:
        assert done(session.prepared()) == 3 and len(session.feed.forecasts._walked) == 3 * len(STEADY + FEW)
    wanted = assess_history(history, GIVEN, horizon=session.horizon).horizon
    for lane in STEADY + FEW:
        session.pick(lane)
        found = session.by_date()
        pd.testing.assert_frame_equal(found.table, wanted.table.loc[[lane]], rtol=1e-9)
        pd.testing.assert_frame_equal(found.lanes, wanted.lanes.loc[[lane]], rtol=1e-9, check_dtype=False)


@pytest.mark.parametrize("together", [network_forecasts.TOGETHER, 3, 1])
def test_lanes_with_few_flows_are_walked_once_with_the_others_and_nothing_changes(history, monkeypatch, together):
    """Two lanes with few flows and two steady ones that are asked for, in one walk if it has room for them."""
    monkeypatch.setattr(network_forecasts, "TOGETHER", together)
    walked, recalled = [], network_forecasts.recalled

    def counted(function, volumes, **how):
        walked.append(len(volumes))
        return recalled(function, volumes, **how)

    monkeypatch.setattr(network_forecasts, "recalled", counted)
    forecasts = feed_of_history(history).forecasts
    found = forecasts.together(["A", "D", "B"], 3)
    assert walked == {network_forecasts.TOGETHER: [4], 3: [3, 1], 1: [2, 1, 1]}[together]
    count, other = len(walked), feed_of_history(history).forecasts
    forecasts.together(["E"], 3)
    assert len(walked) == count  # the other lane with few flows is known
    for lane, (said, errors) in zip("ADB", found, strict=True):
        alone = other.of(lane, 3)
        for name in ("mean", "low", "high", "coverage"):
            np.testing.assert_allclose(getattr(said, name), getattr(alone.said, name), rtol=1e-12)
        np.testing.assert_allclose(errors.error, alone.errors.error, rtol=1e-9, atol=1e-9)


def test_the_history_chart_and_the_plan_by_date_draw_one_forecast(history):
    """The plan walks further than the chart, by the protection interval; a date has the same forecast in both."""
    session = opened(history)
    for lane in STEADY + FEW:
        session.pick(lane)
        (said, dates), plan = session.outlook(), session.by_date()
        np.testing.assert_array_equal(plan.table.loc[lane].index, dates)
        np.testing.assert_allclose(said.mean, plan.table.loc[lane, "mean"], rtol=1e-9)


def test_the_morning_in_parts_is_the_morning(history):
    one, other = opened(history), opened(history)
    assert done(one.coming_morning()) == 2 and one.has_morning()
    found = pickle.loads(pickle.dumps(replace(one.morning(), decisions={})))
    pd.testing.assert_frame_equal(found.totals, other.morning().totals)
    pd.testing.assert_frame_equal(found.actions, other.morning().actions)
    work = one.coming_morning()
    for part in (next(work), work.send(one.feed.history())):
        assert part is not None
    one._read_plan()  # the plan changes meanwhile, so what was computed is no longer its morning
    with pytest.raises(StopIteration):
        work.send(found)
    assert not one.has_morning()


def test_work_is_done_between_messages_and_other_work_takes_its_place():
    done = []

    def work(name):
        for part in range(3):
            done.append((name, part))
            yield

    async def page():
        meanwhile = Meanwhile()
        meanwhile.start(work("old"))
        meanwhile.start(work("new"))
        assert done == []
        await asyncio.sleep(0.5)

    asyncio.run(page())
    assert done == [("new", 0), ("new", 1), ("new", 2)]
    done.clear()

    def elsewhere():
        yield lambda: done.append(threading.current_thread() is threading.main_thread())
        done.append((yield lambda: 1 / 0))  # the part after it looks for the result
        shared = ["kept"]
        found = yield Computing(lambda: (os.getpid(), shared, sum(range(5))), (shared,))
        done.append((found[0] != os.getpid() or not POSSIBLE, found[1] is shared, found[2]))
        done.append((yield Computing(lambda: 1 / 0)))

    async def waiting():
        Meanwhile().start(elsewhere())
        for _ in range(100):
            await asyncio.sleep(0.05)
            if len(done) == 4:
                return

    asyncio.run(waiting())
    assert done == [False, None, (True, True, 10), None]
    before = len(done)
    Meanwhile().start(work("script"))  # without an event loop
    assert len(done) == before
