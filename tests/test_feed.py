"""Feeds: lanes and series are equal, whether the flows come from a history or from the ledger."""

import numpy as np
import pytest

from twin.data.load import load_history
from twin.data.scenarios import POLICIES, network, research_lanes
from twin.lane import Policy, assess
from twin.plan.feed import SPARKLINE_PERIODS, feed_of_history, feed_of_ledger
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table


@pytest.fixture(scope="module")
def feed():
    return feed_of_history(research_lanes(), "research")


def same(one, other):
    """Check that two feeds give equal answers."""
    np.testing.assert_allclose(one.recent, other.recent)
    assert one.statistics.index.tolist() == other.statistics.index.tolist() and one.period == other.period
    for lane in one.statistics.index:
        (dates, volumes), (days, amounts) = one.series(lane), other.series(lane)
        assert dates.tolist() == days.tolist()
        np.testing.assert_array_equal(volumes, amounts)
    for feed in (one, other):  # the records of several lanes at once are those of each
        lanes = feed.statistics.index[::-1].tolist()
        dates, records = feed.records(lanes)
        for lane, record in zip(lanes, records, strict=True):
            days, amounts = feed.series(lane)
            inside = np.isin(dates, days)
            np.testing.assert_array_equal(record[inside], amounts)
            assert np.isnan(record[~inside]).all()


@pytest.mark.parametrize("period", ["D", "W", "MS"])
def test_a_ledger_and_its_history_make_the_same_feed(ledger, period):
    history = research_lanes(period=period)
    ledger.import_history(history)
    same(feed_of_ledger(ledger), feed_of_history(ledger.history()))


@pytest.mark.parametrize("first", ["2024-01-01", "2024-01-03", "2024-01-07"])  # Monday, Wednesday, Sunday
def test_weeks_of_a_ledger_begin_on_the_weekday_of_its_record(ledger, first):
    weeks = np.datetime64(first) + 7 * np.arange(6)
    for week, volume in zip(weeks, range(1, 7), strict=True):
        ledger.append(week.item(), "A", volume)
    feed = feed_of_ledger(ledger)
    dates, volumes = feed.series("A")
    assert feed.period == "W" and dates.tolist() == weeks.tolist() and volumes.tolist() == [1, 2, 3, 4, 5, 6]
    same(feed, feed_of_history(ledger.history()))


def test_months_of_a_ledger_may_be_dated_on_their_last_day(ledger):
    for day, volume in (("2024-01-31", 1), ("2024-02-29", 2), ("2024-03-31", 3)):
        ledger.append(day, "A", volume)
    feed = feed_of_ledger(ledger)
    dates, volumes = feed.series("A")
    assert dates.astype(str).tolist() == ["2024-01-01", "2024-02-01", "2024-03-01"] and volumes.tolist() == [1, 2, 3]
    same(feed, feed_of_history(ledger.history()))


def test_lanes_of_different_spans_and_missing_values(ledger, tmp_path):
    path = tmp_path / "flows.csv"
    rows = ["2026-01-01,A,5", "2026-01-03,A,7", "2026-01-02,B,2", "2026-01-05,B,unknown", "2026-01-06,A,1"]
    path.write_text("date,lane,volume\n" + "\n".join(rows) + "\n2026-01-04,B,3\n", encoding="utf-8")
    ledger.import_file(path, good_rows_only=True)
    one, other = feed_of_ledger(ledger), feed_of_history(load_history(path))
    same(one, other)
    dates, volumes = one.series("A")
    assert volumes.tolist() == [5, 0, 7, 0, 0, 1] and str(dates[0]) == "2026-01-01"
    _, volumes = one.series("B")
    np.testing.assert_array_equal(volumes, [0, 2, 0, 3, np.nan, 0])


def test_sparklines_are_the_last_periods(feed):
    _, volumes = feed.series("BER-MUC")
    np.testing.assert_array_equal(feed.recent[feed.statistics.index.get_loc("BER-MUC")], volumes[-SPARKLINE_PERIODS:])
    short = feed_of_history(network(lanes=2, periods=5))
    assert short.recent.shape == (2, SPARKLINE_PERIODS) and np.isnan(short.recent[:, : SPARKLINE_PERIODS - 5]).all()


def test_lanes_that_cannot_be_assessed_are_left_out_with_a_reason(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n2026-01-01,A,5\n2026-01-02,A,6\n2026-01-01,B,0\n2026-01-02,B,0\n")
    feed = feed_of_history(load_history(path))
    assert feed.statistics.index.tolist() == ["A"] and "zero" in feed.refused.loc["B", "reason"]
    path.write_text("date,lane,volume\n2026-01-01,B,0\n2026-01-02,B,0\n")
    with pytest.raises(ValueError, match="history must be one with a lane that can be assessed; got demand is zero"):
        feed_of_history(load_history(path))


def test_known_policies_are_kept_and_defaults_are_listed(feed):
    table, notes = policy_table(feed.statistics, policies=POLICIES)
    assert table.loc["FRA-PAR", "sla_penalty"] == 180.0 and table.notna().all(axis=None)
    assert table.loc["BER-MUC", "return_rate"] == feed.statistics.loc["BER-MUC", "return_rate"]
    assert notes == ("return rate of all lanes: the share on record", notes[-1])
    assert notes[-1].startswith("by default for all lanes: ") and "dwell 1 day, kind of lane flow" in notes[-1]


def test_unset_own_capacity_equals_the_required_capacity(feed):
    table, notes = policy_table(feed.statistics)
    required = assess(feed.statistics, policy_of(table))["required_capacity"]
    assert (table["internal_capacity"] == required).all() and table["service_level"].isna().all()
    assert any("internal capacity of all lanes" in note for note in notes) and any(
        "holding cost $5.00" in note for note in notes
    )


def test_some_lanes_known_and_others_not(feed):
    table, notes = policy_table(feed.statistics, policies={"BER-MUC": {"internal_capacity": 9.0}})
    assert table.loc["BER-MUC", "internal_capacity"] == 9.0 and table.loc["HAM-ROT", "internal_capacity"] > 100
    assert any("internal capacity of 2 of 3 lanes" in note for note in notes)


def test_a_missing_level_is_the_critical_ratio(feed):
    table, _ = policy_table(feed.statistics)
    row = policy_of(table.loc["BER-MUC"])
    assert isinstance(row, Policy) and row.service_level == pytest.approx(55 / 60)
    assert policy_of(table).service_level.shape == (3,)


@pytest.mark.parametrize("seed", range(6))
def test_lanes_of_several_rhythms_and_unknown_volumes_make_the_feed_of_the_whole_history(ledger, seed):
    rng = np.random.default_rng(seed)
    days = np.arange("2026-01-05", "2026-06-01", dtype="datetime64[D]")
    for lane, step in {"DAILY": 1, "WEEKLY": 7, "RARE": 23, "EARLY": 3}.items():
        some = days[: 40 if lane == "EARLY" else None : step]
        for day in some[rng.random(len(some)) < 0.9]:
            ledger.append(day.item(), lane, float(rng.integers(0, 50)))
    feed, whole = feed_of_ledger(ledger), feed_of_history(ledger.history())
    same(feed, whole)
