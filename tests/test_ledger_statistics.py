"""Statistics from sums of the database equal those of pandas on the same flows, on both engines."""

import math

import numpy as np
import pandas as pd
import pytest

from twin.data.ledger.store import Ledger
from twin.data.load import read_history
from twin.data.scenarios import research_lanes
from twin.data.statistics import lane_statistics

PERIODS = (None, "D", "W", "MS")
GAPS = ("zero", "unknown")
TOLERANCE = 1e-9


def compare(ledger, *, lanes=None, first=None, last=None, periods=PERIODS):
    """Compare for every period and meaning of gaps; return the number of comparisons with numbers."""
    compared = 0
    for period in periods:
        for gaps in GAPS:
            question = {"lanes": lanes, "first": first, "last": last, "period": period, "gaps": gaps}
            try:
                expected = lane_statistics(ledger.history(**question))
            except ValueError as refusal:
                with pytest.raises(ValueError, match=r"period must not be finer|has no whole|has no flows") as same:
                    ledger.statistics(**question)
                assert ("finer" in str(refusal)) == ("finer" in str(same.value))
                continue
            found = ledger.statistics(**question)
            slope = expected.pop("trend"), found.pop("trend")
            pd.testing.assert_frame_equal(found, expected, rtol=TOLERANCE, atol=0.0)
            scale = (TOLERANCE * expected["demand_sd"] + 1e-13 * expected["demand_mean"]) / expected["periods"]
            close = (slope[0] - slope[1]).abs() <= TOLERANCE * slope[0].abs() + scale.fillna(0)
            assert (close | (slope[0].isna() & slope[1].isna())).all(), slope
            compared += 1
    return compared


def write(path, seed, days, *, lanes=5, returns=False, level=100.0, spread=30.0):
    """Write flows with gaps, several a day, zeros, lanes that begin late and volumes that cannot be read."""
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = []
    for lane in range(lanes):
        begin = rng.integers(0, max(len(days) // 2, 1))
        for day in days[begin:]:
            for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
                volume = max(level + spread * rng.standard_normal(), 0.0)
                text = rng.choice([repr(float(volume)), "0", "lots"], p=[0.93, 0.04, 0.03])
                back = f",{rng.integers(0, 9)}" if returns else ""
                rows.append(f"{day},LANE-{lane},{text}{back}")
    rng.shuffle(rows)
    path.write_text("\n".join(["date,lane,volume" + ",returns" * returns, *rows]) + "\n")
    return path


def days(first, count, step="D"):
    return [f"{day:%Y-%m-%d}" for day in pd.date_range(first, periods=count, freq=step)]


def test_research_lanes(ledger):
    ledger.import_history(research_lanes())
    assert compare(ledger) == 8
    assert compare(ledger, lanes=["BER-MUC", "HAM-ROT"], first="2023-11-15", last="2025-02-03") == 8


@pytest.mark.parametrize("seed", range(4))
def test_days(ledger, tmp_path, seed):
    path = write(tmp_path / "flows.csv", seed, days("2024-12-29", 200), returns=seed % 2 == 1)
    ledger.import_file(path, good_rows_only=True)
    expected = lane_statistics(read_history(path, good_rows_only=True))
    pd.testing.assert_frame_equal(ledger.statistics(), expected, rtol=TOLERANCE)
    assert compare(ledger) == 8 and compare(ledger, first="2025-02-01", last="2025-05-31") == 8


@pytest.mark.parametrize(
    ("step", "inferred"), [("W-WED", "W"), ("MS", "MS"), ("ME", "MS"), ("QS", "QS"), ("QE", "QS"), ("10D", "D")]
)
def test_longer_periods(ledger, tmp_path, step, inferred):
    ledger.import_file(write(tmp_path / "flows.csv", 7, days("2008-01-01", 60, step)), good_rows_only=True)
    assert ledger.history().period == inferred
    # finer periods are refused; quarters can be read as months, each in its first
    assert compare(ledger, periods=(*PERIODS, "QS")) == {"D": 10, "W": 8, "MS": 6, "QS": 6}[inferred]


def test_the_first_quarters_of_a_ledger_are_quarters(ledger, tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n2023-Q4,A,10\n2024-Q2,A,20\n")
    ledger.import_file(path)
    assert compare(ledger, periods=(None, "QS")) == 4 and ledger.statistics().attrs["period"] == "QS"
    assert ledger.statistics().loc["A", ["demand_mean", "periods"]].tolist() == [10.0, 3]  # (10 + 0 + 20) / 3


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("step", ["D", "W-THU", "MS"])
def test_short_files(ledger, tmp_path, seed, step):
    path = write(tmp_path / "flows.csv", 100 + seed, days("2023-11-20", 24, step), lanes=2, returns=seed % 2 == 0)
    ledger.import_file(path, good_rows_only=True)
    pd.testing.assert_frame_equal(ledger.history().flows, read_history(path, good_rows_only=True).flows)
    assert compare(ledger) >= 4
    compare(ledger, first="2023-12-05", last="2024-01-20")


@pytest.mark.parametrize(
    ("rows", "period", "mean", "periods"),
    [
        ("2024-01-01,10 2024-02-01,20 2024-03-01,x", None, 15, 2),  # March is unknown, and ends the record
        ("2023-12-31,10 2024-01-31,0 2024-03-31,x", None, 10 / 3, 3),  # February is a gap
        ("2024-01-01,10 2024-02-01,20 2024-01-15,x", None, 15, 2),  # January is known in part
        ("2024-01-01,10 2024-01-31,x", "MS", 10, 1),
        ("2024-01-01,10 2024-01-08,20 2024-01-15,30 2024-01-10,x 2024-01-18,x", None, 20, 3),
        ("2024-01-03,10 2024-01-10,20 2024-01-24,30 2024-01-15,x", None, 15, 4),  # in the week of 10; 17 is a gap
        (" ".join(f"2024-01-{day:02d},10" for day in range(1, 29) if day != 10) + " 2024-01-10,x", "W", 67.5, 4),
    ],
)
def test_unknown_volumes_belong_to_the_period_of_their_date(ledger, tmp_path, rows, period, mean, periods):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n" + "\n".join(row.replace(",", ",A,") for row in rows.split(" ")))
    ledger.import_file(path, good_rows_only=True)
    history = read_history(path, period=period, good_rows_only=True)
    for table in (ledger.statistics(period=period), lane_statistics(history)):
        assert (table.loc["A", "demand_mean"], table.loc["A", "periods"]) == (pytest.approx(mean), periods)
    compare(ledger)


def test_a_window_ignores_volumes_outside_of_it(ledger, tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n2024-01-01,A,5\n2024-01-03,A,x\n2024-02-01,A,7\n2024-03-01,A,9\n")
    ledger.import_file(path, good_rows_only=True)
    assert compare(ledger, first="2024-01-02", last="2024-03-01") == 4
    assert ledger.statistics(first="2024-01-02").loc["A", "demand_mean"] == 8.0  # January is unknown, not left out


def test_a_record_without_a_whole_month_is_refused(ledger):
    for day in ("2024-01-17", "2024-03-05"):
        ledger.append(day, "A", 1)
    for question in (ledger.statistics, ledger.history):
        with pytest.raises(ValueError, match=r"has no whole month of flows|has no usable row"):
            question(period="MS")


@pytest.mark.parametrize(("count", "outlier"), [(9_000, 1e7), (20_000, 1e6)])
def test_an_outlier_on_the_last_day_keeps_all_digits(ledger, tmp_path, count, outlier):
    volumes = np.full(count, 117.3)
    volumes[-1] = outlier
    lines = [f"{day},A,{volume}" for day, volume in zip(days("1960-01-01", count), volumes, strict=True)]
    (tmp_path / "flows.csv").write_text("\n".join(["date,lane,volume", *lines]))
    ledger.import_file(tmp_path / "flows.csv")
    found = ledger.statistics().loc["A"]
    assert found["demand_mean"] == pytest.approx(math.fsum(volumes) / count, rel=1e-11)
    assert found["demand_sd"] == pytest.approx(np.std(volumes, ddof=1), rel=1e-10)
    assert found["trend"] == pytest.approx(np.polyfit(np.arange(count) - (count - 1) / 2, volumes, 1)[0], rel=1e-9)


def test_a_return_rate_of_one_is_exactly_one(ledger, tmp_path):
    rng = np.random.Generator(np.random.PCG64(8))
    rows = [
        f"{day},LANE-{lane},{volume},{volume}"
        for lane in range(40)
        for day, volume in zip(days("2024-01-01", 90), rng.gamma(2, 50, 90).round(3), strict=True)
    ]
    (tmp_path / "flows.csv").write_text("\n".join(["date,lane,volume,returns", *rows]))
    ledger.import_file(tmp_path / "flows.csv")
    assert ledger.statistics()["return_rate"].eq(1.0).all()


def test_statistics_see_one_snapshot_while_others_write(ledger, url, monkeypatch):
    from twin.data.ledger import statistics_query

    ledger.import_history(research_lanes())
    expected = ledger.statistics()
    plain = statistics_query.period_sums

    def interrupted(*arguments):
        with Ledger(url) as other:
            other.append("2026-06-01", "NEW", 1)
        return plain(*arguments)

    monkeypatch.setattr(statistics_query, "period_sums", interrupted)
    pd.testing.assert_frame_equal(ledger.statistics(), expected)


def test_attrs_state_period_gaps_and_notes(ledger):
    ledger.import_history(research_lanes())
    ledger.append("2026-02-03", "HAM-ROT", 9)
    said = ledger.statistics(period="MS").attrs
    assert (said["period"], said["gaps"]) == ("MS", "zero")
    assert said["notes"] == ["flows before 2023-02-01 and from 2026-02-01 on are in unfinished months and left out"]
    (early,) = ledger.statistics().attrs["notes"]
    ends = "2 (BER-MUC 2025-12-28, FRA-PAR 2025-12-28)"
    record = "lanes that ended before the record did, on 2026-02-03, and are judged on their own record"
    assert early == f"{record}: {ends}"
    assert early in ledger.history().account.notes and ledger.statistics("HAM-ROT").attrs["notes"] == []


def test_before_1970_and_over_turns_of_the_year(ledger, tmp_path):
    ledger.import_file(write(tmp_path / "flows.csv", 3, days("1968-12-20", 400)), good_rows_only=True)
    assert compare(ledger) == 8


@pytest.mark.parametrize(("level", "spread"), [(1e9, 1.0), (1e-6, 1e-9), (1e12, 0.5), (5.0, 0.0)])
def test_large_volumes_that_hardly_vary_keep_all_digits(ledger, tmp_path, level, spread):
    path = tmp_path / "flows.csv"
    rng = np.random.Generator(np.random.PCG64(5))
    volumes = level + spread * rng.standard_normal(500)
    lines = [f"{day},A,{volume!r}" for day, volume in zip(days("2020-01-01", 500), volumes.tolist(), strict=True)]
    path.write_text("\n".join(["date,lane,volume", *lines]))
    ledger.import_file(path)
    found = ledger.statistics().loc["A"]
    assert found["demand_sd"] == pytest.approx(np.std(volumes, ddof=1), rel=TOLERANCE, abs=level * 1e-15)
    slope = np.polyfit(np.arange(500.0) - 249.5, volumes - level, 1)[0]
    assert found["trend"] == pytest.approx(slope, rel=1e-7, abs=level * 1e-15)


def test_a_lane_of_one_day_and_a_lane_of_unknown_volumes(ledger, tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n2024-01-02,ONE,4\n2024-01-03,UNKNOWN,x\n2024-01-01,A,1\n2024-01-05,A,?\n")
    ledger.import_file(path, good_rows_only=True)
    assert list(ledger.statistics().index) == ["A", "ONE"]
    assert compare(ledger, periods=(None, "D")) == 4


def test_a_change_of_one_flow_changes_the_statistics(ledger):
    ledger.import_history(research_lanes())
    before = ledger.statistics()
    flow = ledger.append("2025-12-28", "HAM-ROT", 1000)
    after = ledger.statistics()
    assert after.loc["HAM-ROT", "demand_mean"] == pytest.approx(before.loc["HAM-ROT", "demand_mean"] + 1000 / 1092)
    pd.testing.assert_frame_equal(after.drop("HAM-ROT"), before.drop("HAM-ROT"))
    ledger.delete(flow.id)
    pd.testing.assert_frame_equal(ledger.statistics(), before)


def test_bad_arguments_are_refused(ledger):
    ledger.import_history(research_lanes())
    with pytest.raises(ValueError, match="period must be 'D', 'W', 'MS', 'QS' or None; got 'Y'"):
        ledger.statistics(period="Y")
    with pytest.raises(ValueError, match="gaps must be 'zero' or 'unknown'; got 'none'"):
        ledger.statistics(gaps="none")
    with pytest.raises(ValueError, match="has no whole month of flows"):
        ledger.statistics(first="2024-03-02", last="2024-03-20", period="MS")


def test_closed_weekdays(ledger, tmp_path):
    """Mondays to Fridays with rows of zero on some Saturdays: both answers leave out the same days."""
    open_days = [f"{day:%Y-%m-%d}" for day in pd.bdate_range("2024-01-01", "2024-04-29")]
    path = write(tmp_path / "flows.csv", 7, open_days, returns=True)
    with path.open("a") as file:
        file.write("".join(f"{day},LANE-2,0,0\n" for day in ("2024-02-03", "2024-02-10")))
    ledger.import_file(path, good_rows_only=True)
    assert ledger.statistics().attrs["calendar"].closed == (5, 6) == ledger.history().calendar.closed
    assert compare(ledger) == 8
    assert compare(ledger, first="2024-01-04", last="2024-04-19") == 8
    stated = {"closed": "none", "holidays": "DE-BE"}
    pd.testing.assert_frame_equal(ledger.statistics(**stated), lane_statistics(ledger.history(**stated)))
