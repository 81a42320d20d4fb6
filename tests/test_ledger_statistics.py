"""Statistics that the database adds up equal those of pandas on the same flows, on both engines."""

import numpy as np
import pandas as pd
import pytest

from twin.data.history import read_history
from twin.data.scenarios import research_lanes
from twin.data.statistics import lane_statistics

PERIODS = (None, "D", "W", "MS")
GAPS = ("zero", "unknown")
TOLERANCE = 1e-9


def compare(ledger, *, lanes=None, first=None, last=None, periods=PERIODS):
    """Compare for every period and meaning of gaps; return how many comparisons held numbers."""
    compared = 0
    for period in periods:
        for gaps in GAPS:
            question = {"lanes": lanes, "first": first, "last": last, "period": period, "gaps": gaps}
            try:
                expected = lane_statistics(ledger.history(**question))
            except ValueError as refusal:
                with pytest.raises(ValueError, match=str(refusal).split(" ")[-1][:12]):
                    ledger.statistics(**question)
                continue
            found = ledger.statistics(**question)
            slope = expected.pop("trend"), found.pop("trend")
            pd.testing.assert_frame_equal(found, expected, rtol=TOLERANCE, atol=0.0)
            scale = TOLERANCE * (expected["demand_sd"] / expected["periods"]).fillna(
                0
            )  # of a slope that is nearly none
            close = (slope[0] - slope[1]).abs() <= TOLERANCE * slope[0].abs() + scale
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
    pd.testing.assert_frame_equal(ledger.statistics(), lane_statistics(read_history(path)), rtol=TOLERANCE)
    assert compare(ledger) == 8 and compare(ledger, first="2025-02-01", last="2025-05-31") == 8


@pytest.mark.parametrize(
    ("step", "inferred"), [("W-WED", "W"), ("W-MON", "W"), ("MS", "MS"), ("ME", "MS"), ("10D", "D")]
)
def test_weeks_and_months(ledger, tmp_path, step, inferred):
    ledger.import_file(write(tmp_path / "flows.csv", 7, days("2019-01-01", 60, step)), good_rows_only=True)
    assert ledger.history().period == inferred
    assert compare(ledger) >= {"D": 8, "W": 6, "MS": 4}[inferred] - 2


def test_before_1970_and_over_turns_of_the_year(ledger, tmp_path):
    ledger.import_file(write(tmp_path / "flows.csv", 3, days("1968-12-20", 400)), good_rows_only=True)
    assert compare(ledger) == 8


@pytest.mark.parametrize(("level", "spread"), [(1e9, 1.0), (1e-6, 1e-9), (1e12, 0.5), (5.0, 0.0)])
def test_large_volumes_that_hardly_vary_lose_no_digits(ledger, tmp_path, level, spread):
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


def test_wrong_questions_are_refused(ledger):
    ledger.import_history(research_lanes())
    with pytest.raises(ValueError, match="period must be 'D', 'W', 'MS' or None; got 'Y'"):
        ledger.statistics(period="Y")
    with pytest.raises(ValueError, match="gaps must be 'zero' or 'unknown'; got 'none'"):
        ledger.statistics(gaps="none")
    with pytest.raises(ValueError, match="has no whole month of flows"):
        ledger.statistics(first="2024-03-02", last="2024-03-20", period="MS")
