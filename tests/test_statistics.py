"""Statistics of lanes against a simple computation with pandas and polyfit, lane by lane."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from twin.data.account import Account
from twin.data.calendar import WorkingCalendar
from twin.data.history import History, dense
from twin.data.load import read_history
from twin.data.scenarios import network, research_lanes
from twin.data.statistics import assessable, lane_statistics

FREQUENCY = {"D": "D", "W": "7D", "MS": "MS"}


def own_record(series, start, end, freq):
    """Return first and last period of a lane: those of the file, unless a silence at an end is no chance."""
    if (series > 0).sum() < 12:
        return start, end
    whole = pd.date_range(start, end, freq=freq)
    first, last = whole.get_loc(series.index[0]), whole.get_loc(series.index[-1])
    share = (series > 0).sum() / (last - first + 1)
    before, after = binom.pmf(0, first, share), binom.pmf(0, len(whole) - 1 - last, share)
    return (whole[first] if before < 0.001 else start), (whole[last] if after < 0.001 else end)


def plain(history):
    """Return the statistics, computed by reindexing one lane at a time."""
    start, end, table = history.flows["date"].min(), history.flows["date"].max(), {}
    for lane, flows in history.flows.groupby("lane", observed=True):
        series = flows.set_index("date")["volume"]
        began, ended = own_record(series, start, end, FREQUENCY[history.period])
        grid = pd.date_range(began, ended, freq=FREQUENCY[history.period])
        position = pd.Series(np.arange(len(grid)), grid)
        series = series.reindex(grid).fillna(0.0) if history.gaps == "zero" else series
        table[lane] = {
            "demand_mean": series.mean(),
            "demand_sd": series.std(),
            "periods": len(series),
            "last_volume": series.iloc[-1],
            "trend": np.polyfit(position[series.index], series, 1)[0] if len(series) > 1 else np.nan,
            "first_date": series.index[0],
            "last_date": series.index[-1],
        }
        if "returns" in flows:
            table[lane]["return_rate"] = flows["returns"].sum() / flows["volume"].sum()
    return pd.DataFrame.from_dict(table, orient="index")


def sparse_history(period, gaps, seed=1):
    """Return 30 lanes that start at different times and have many gaps."""
    rng = np.random.default_rng(seed)
    grid = pd.date_range("2020-01-01", periods=90, freq=FREQUENCY[period])
    parts = []
    for i in range(30):
        days = grid[np.sort(rng.choice(np.arange(rng.integers(0, 60), 90), rng.integers(1, 25), replace=False))]
        volume = rng.gamma(2.0, 50.0, len(days)) + 1000 * i
        returns = volume * rng.uniform(0, 0.3)
        parts.append(pd.DataFrame({"date": days, "lane": f"L{i:02d}", "volume": volume, "returns": returns}))
    flows = pd.concat(parts, ignore_index=True)
    return History(flows, WorkingCalendar(period), gaps, Account("made", len(flows), len(flows), period, False))


@pytest.mark.parametrize("gaps", ["zero", "unknown"])
@pytest.mark.parametrize("period", ["D", "W", "MS"])
def test_equal_to_plain_pandas(period, gaps):
    history = sparse_history(period, gaps)
    found, expected = lane_statistics(history), plain(history)
    assert found.index.tolist() == expected.index.tolist()
    for name in ("demand_mean", "demand_sd", "periods", "last_volume", "return_rate", "trend"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9, err_msg=name)
    for name in ("first_date", "last_date"):
        assert (found[name].to_numpy() == expected[name].to_numpy()).all()


def test_equal_to_plain_pandas_on_the_research_lanes():
    for history in (research_lanes(), research_lanes(period="MS"), network(5)):
        found, expected = lane_statistics(history), plain(history)
        for name in expected.columns.drop(["first_date", "last_date"]):
            np.testing.assert_allclose(found[name], expected[name], rtol=1e-9, err_msg=name)


def test_dense_table_has_the_same_moments():
    history = sparse_history("D", "zero")
    _, _, volumes = dense(history)
    found = lane_statistics(history)
    np.testing.assert_allclose(found["demand_mean"], np.nanmean(volumes, axis=1), rtol=1e-12)
    np.testing.assert_array_equal(found["periods"], np.isfinite(volumes).sum(axis=1))


def small(tmp_path, text, **options):
    path = tmp_path / "flows.csv"
    path.write_text(text)
    return lane_statistics(read_history(path, **options))


def test_by_hand(tmp_path):
    text = "date,lane,volume\n2024-01-01,A,4\n2024-01-03,A,2\n2024-01-04,B,6\n"
    zero = small(tmp_path, text).loc["A"]  # 4 0 2 0
    assert (zero["demand_mean"], zero["periods"], zero["last_volume"]) == (1.5, 4, 0)
    assert zero["demand_sd"] == pytest.approx(np.sqrt(11 / 3), rel=1e-12)
    assert zero["trend"] == pytest.approx(-1.0, rel=1e-12)
    assert f"{zero['last_date']:%d}" == "04"
    unknown = small(tmp_path, text, gaps="unknown").loc["A"]  # 4 . 2
    assert (unknown["demand_mean"], unknown["periods"], unknown["last_volume"]) == (3.0, 2, 2)
    assert (unknown["demand_sd"], unknown["trend"]) == pytest.approx((np.sqrt(2), -1.0), rel=1e-12)
    assert f"{unknown['last_date']:%d}" == "03"


def test_limiting_cases(tmp_path):
    constant = small(tmp_path, "date,lane,volume\n" + "".join(f"2024-01-{d:02d},A,0.1\n" for d in range(1, 31)))
    assert constant.loc["A", "demand_sd"] == pytest.approx(0, abs=1e-15)
    assert constant.loc["A", "trend"] == pytest.approx(0, abs=1e-15)
    line = small(tmp_path, "date,lane,volume\n" + "".join(f"2024-01-{d:02d},A,{3 * d}\n" for d in range(1, 31)))
    assert line.loc["A", "trend"] == pytest.approx(3, rel=1e-12)


def test_a_large_mean_keeps_all_digits(tmp_path):
    text = "date,lane,volume\n" + "".join(f"2024-01-{d:02d},A,{10**12 + d}\n" for d in range(1, 11))
    assert small(tmp_path, text).loc["A", "demand_sd"] == pytest.approx(np.arange(10).std(ddof=1), rel=1e-9)


def test_statistics_do_not_depend_on_the_order_or_on_unused_categories():
    history = sparse_history("D", "zero")
    shuffled = history.flows.sample(frac=1, random_state=1).astype({"lane": "category"})
    again = History(shuffled, WorkingCalendar("D"), "zero", history.account)
    pd.testing.assert_frame_equal(lane_statistics(again), lane_statistics(history), rtol=1e-12)
    some = History(shuffled[shuffled["lane"] == "L03"], WorkingCalendar("D"), "zero", history.account)
    assert lane_statistics(some).index.tolist() == ["L03"]


def test_assessable(tmp_path):
    text = (
        "date,lane,volume,returns\n2024-01-01,good,5,1\n2024-01-02,good,7,1\n2024-01-01,nothing,0,0\n"
        "2024-01-02,once,3,0\n2024-01-01,back,1,3\n2024-01-02,back,1,0\n"
    )
    table = small(tmp_path, text)
    assert np.isnan(table.loc["nothing", "return_rate"])
    good, refused = assessable(table)
    assert good.index.tolist() == ["good", "once"]
    assert refused["reason"].to_dict() == {
        "back": "more returns than volume: return_rate is above 1",
        "nothing": "demand is zero in every period",
    }
    assert len(good) + len(refused) == len(table)
    assert assessable(good)[1].empty


def test_a_single_period_has_no_standard_deviation(tmp_path):
    table = small(tmp_path, "date,lane,volume\n2024-01-02,once,3\n")
    assert np.isnan(table.loc["once", "demand_sd"]) and np.isnan(table.loc["once", "trend"])
    reason = "only one period of history: no standard deviation"
    assert assessable(table)[1]["reason"].to_dict() == {"once": reason}


@pytest.mark.parametrize("gaps", ["zero", "unknown"])
def test_a_volume_that_cannot_be_read_is_unknown_not_zero(tmp_path, gaps):
    rng = np.random.default_rng(5)
    days = pd.date_range("2024-01-01", periods=60, freq="D")
    table = pd.DataFrame({"date": days, "lane": "A", "volume": rng.integers(900, 1000, 60).astype(str)})
    table.loc[[3, 17, 59], "volume"] = ["x", "1.0.1", ""]
    table = table.drop(index=[5, 6])  # days without a row
    path = tmp_path / "flows.csv"
    table.to_csv(path, index=False)
    history = read_history(path, gaps=gaps, good_rows_only=True)
    true = pd.to_numeric(table.set_index("date")["volume"], errors="coerce").reindex(days)
    if gaps == "zero":
        true.iloc[[5, 6]] = 0.0
    true = true.dropna()
    found = lane_statistics(history).loc["A"]
    time = (true.index - days[0]).days
    assert found["periods"] == len(true) and found["last_volume"] == true.iloc[-1]
    expected = [true.mean(), true.std(), np.polyfit(time, true, 1)[0]]
    assert found[["demand_mean", "demand_sd", "trend"]].tolist() == pytest.approx(expected, rel=1e-9)
    assert history.account.rows_read == history.account.rows_kept + len(history.account.refused)
    assert any("unknown rather than zero: 3" in note for note in history.account.notes)
    assert np.isnan(dense(history)[2][0]).sum() == 60 - len(true)
