"""The forecasts of a network: the hub and `assess` give one number, before and after the walk through all lanes."""

import asyncio
import threading

import numpy as np
import pandas as pd
import pytest

from twin.data.load import read_history
from twin.plan.feed import feed_of_history
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
        assert sum(1 for _ in session.prepared()) > 0
    wanted = assess_history(history, GIVEN, horizon=session.horizon).horizon
    for lane in STEADY + FEW:
        session.pick(lane)
        found = session.by_date()
        pd.testing.assert_frame_equal(found.table, wanted.table.loc[[lane]], rtol=1e-9)
        pd.testing.assert_frame_equal(found.lanes, wanted.lanes.loc[[lane]], rtol=1e-9, check_dtype=False)


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

    def in_a_thread():
        yield lambda: done.append(threading.current_thread() is threading.main_thread())
        yield lambda: done.append(1 / 0)  # the part after it looks for the result
        done.append("after")

    async def waiting():
        Meanwhile().start(in_a_thread())
        await asyncio.sleep(0.5)

    asyncio.run(waiting())
    assert done == [False, "after"]
    done.extend(["as before"])
    Meanwhile().start(work("script"))  # without an event loop
    assert len(done) == 3
