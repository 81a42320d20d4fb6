"""Days that a record has not reached are unknown, never zero: for one new flow, and for a site that is behind."""

import numpy as np
import pytest

from twin.data.history import dense
from twin.data.load import read_history
from twin.data.record import not_reached
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.feed import feed_of_history, feed_of_ledger
from twin.plan.morning import morning_of

FIRST, DAYS, LANES = np.datetime64("2025-01-06"), 200, 12  # lanes 0 to 7 are those of site X, the others of site Y


def flows(path, *, rate=0.93, behind=0, more=(), seed=3):
    """Write flows of lanes with one on a share `rate` of the days; those of Y end some days before the rest."""
    random = np.random.default_rng(seed)
    rows = []
    for day in range(DAYS):
        for lane in range(LANES):
            flowing, volume = random.random() < rate, 60 + random.integers(80)
            if flowing and (lane < 8 or day < DAYS - behind):
                rows.append(f"{FIRST + day},L{lane:02d},{volume}\n")
    path.write_text("date,lane,volume\n" + "".join(rows) + "".join(f"{FIRST + day},{lane},9\n" for day, lane in more))
    return path


def plan():
    made = CapacityPlan(author="eva")
    for site, lanes in {"X": range(8), "Y": range(8, LANES)}.items():
        made.set("site", site, places=900)
        made.set("lane", [f"L{lane:02d}" for lane in lanes], site=site)
    return made


def test_one_flow_of_a_new_day_says_nothing_of_the_other_lanes(tmp_path, ledger):
    path = flows(tmp_path / "flows.csv", more=[(DAYS, "L00")])
    ledger.import_file(path, good_rows_only=True)
    before = feed_of_history(read_history(flows(tmp_path / "before.csv")))
    history = read_history(path)
    _, dates, volumes = dense(history)
    assert volumes[0, -1] == 9 and np.isnan(volumes[1:, -1]).all() and (dates[-1] - FIRST).astype(int) == DAYS
    for feed in (feed_of_history(history), feed_of_ledger(ledger)):
        for lane in before.statistics.index[1:]:
            for name in ("demand_mean", "demand_sd", "last_volume", "periods"):
                assert feed.statistics.loc[lane, name] == pytest.approx(before.statistics.loc[lane, name])
            np.testing.assert_array_equal(feed.series(lane)[1], before.series(lane)[1])


@pytest.mark.parametrize("rate", [0.93, 1.0])
@pytest.mark.parametrize("behind", [1, 2])
def test_a_site_that_is_behind_shows_no_fall(tmp_path, rate, behind):
    path = flows(tmp_path / "flows.csv", rate=rate, behind=behind)
    fall = morning_of(read_history(path), plan()).totals.loc["Y", "demand_change"]
    # by own arithmetic: the days that are on record against the same days of the week before
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    of_day = np.zeros(DAYS)
    for day, lane, volume in rows:
        if lane >= "L08":
            of_day[(np.datetime64(day) - FIRST).astype(int)] += float(volume)
    here = slice(DAYS - 7, DAYS - behind), slice(DAYS - 14, DAYS - 7 - behind)
    assert fall == pytest.approx(of_day[here[0]].sum() - of_day[here[1]].sum())


def test_a_whole_record_is_seldom_taken_for_one_that_is_behind():
    random, behind = np.random.default_rng(1), 0
    for _ in range(2000):
        silence = random.geometric(0.8, 30) - 1  # lanes that flow on four days of five
        behind += not_reached(np.full(30, 0.2), silence, [0.0] * 7) > 0
    assert behind / 2000 <= 0.01


def test_a_quiet_weekday_is_no_delay(tmp_path):
    random = np.random.default_rng(5)
    rows = [
        f"{FIRST + day},L{lane:02d},{50 + random.integers(9)}\n"
        for day in range(DAYS + 3)  # ends on a Sunday, on which two lanes of twelve flow
        for lane in range(LANES)
        if random.random() < 0.97 and (day % 7 != 6 or lane < 2)
    ]
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n" + "".join(rows))
    _, dates, volumes = dense(read_history(path))
    assert dates[-1].astype(object).weekday() == 6 and not np.isnan(volumes).any() and (volumes[2:, -1] == 0).all()
