"""Status of lanes and ranked actions: what must be flagged, kept, released, and never looked ahead."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from twin import forecast
from twin.__main__ import main
from twin.plan.actions import attention_of
from twin.plan.attention import STATUSES, statuses, watched

DAYS = 150
RANDOM = np.random.default_rng(3)
MEANS = {"busy": 100.0, "calm": 60.0, "small": 4.0, "gone": 50.0}
VOLUMES = {name: RANDOM.poisson(mean, DAYS) for name, mean in MEANS.items()}
OWN = {"busy": 80.0, "calm": 120.0, "small": 3.0, "gone": 70.0}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return the path of a file of four lanes, one of which ends 60 days before the others."""
    dates = pd.date_range("2025-01-01", periods=DAYS)
    flows = [(day.date(), lane, VOLUMES[lane][at]) for lane in MEANS for at, day in enumerate(dates)]
    flows = [row for row in flows if row[1] != "gone" or row[0] < dates[DAYS - 60].date()]
    folder = tmp_path_factory.mktemp("attention")
    pd.DataFrame(flows, columns=["date", "lane", "volume"]).to_csv(folder / "flows.csv", index=False)
    pd.Series(OWN, name="internal_capacity").rename_axis("lane").to_csv(folder / "policies.csv")
    return folder


def run(file, capsys, *more):
    assert main(["attention", str(file / "flows.csv"), "--policies", str(file / "policies.csv"), *more]) == 0
    return capsys.readouterr().out


def test_the_command_ranks_by_money_with_reason_decision_and_gain(file, capsys):
    found = json.loads(run(file, capsys, "--json"))
    status = {lane: row["status"] for lane, row in found["lanes"].items()}
    assert status == {"busy": "strained", "calm": "normal", "small": "watch", "gone": "ended"}
    first, *others = found["actions"]
    assert (first["kind"], first["lane"]) == ("ended", "gone") and first["money"] == 70 * 5.0 * 7
    busy = next(row for row in others if row["lane"] == "busy")
    expected = 7 * np.maximum(VOLUMES["busy"][-120:] - 80.0, 0).mean()  # the record's own overflow, another estimate
    assert found["lanes"]["busy"]["expected_overflow"] == pytest.approx(expected, rel=0.15)
    assert busy["places"] == pytest.approx(np.quantile(VOLUMES["busy"], 0.5) - 80, abs=4)  # c / s = 5 / 10
    assert (busy["first_date"], busy["last_date"]) == ("2025-05-31", "2025-06-27")
    assert 0 < busy["gain"] < 4 * busy["money"] * 1.2
    money = [row["money"] for row in found["actions"]]
    assert money == sorted(money, reverse=True) and len(money) <= 10
    text = run(file, capsys)
    assert "busy" in text and "-> book" in text and "-> release 70 places" in text and "1 ended" in text


def test_losses_count_only_at_stated_prices(file):
    from twin.data.load import load_history

    history = load_history(str(file / "flows.csv"))
    assert "loss" not in set(attention_of(history).actions["kind"])
    found = attention_of(history, {"service_revenue": 45.0}).actions
    assert set(found["kind"]) == {"loss"} and found["gain"].gt(0).all()


def test_a_status_rests_on_the_past_alone():
    needs = np.stack([VOLUMES["busy"], VOLUMES["calm"]]).astype(float)
    own, price = np.array([95.0, 62.0]), np.ones(2)
    said = forecast.backtest(needs, period="D", horizon=28, level=0.95)
    part = forecast.Interval(*(field[:, :120] for field in said))
    early = watched(needs[:, :120], own, price, period="D", said=part)
    week = forecast.Interval(*(field[:, :, :7] for field in part))
    with pytest.raises(ValueError, match=r"said must be of 28 periods ahead; got \(.*120, 7\)"):
        watched(needs[:, :120], own, price, period="D", said=week)
    alone = watched(needs[:, :120], own, price, period="D")
    np.testing.assert_array_equal(early.status, alone.status)
    np.testing.assert_allclose(early.expected, alone.expected, rtol=1e-12)


def test_the_expected_overflow_is_that_of_the_forecast_and_of_recent_weeks_in_equal_parts():
    """Step by step: a normal law with the spread of errors of four weeks of half-life, and eight weeks of record."""
    needs, own = RANDOM.gamma(3.0, 30.0, 150), 110.0
    said = forecast.backtest(needs, period="D", horizon=28, level=0.95).mean
    by_law = 0.0
    for step in range(7):
        ends = np.arange(max(150 - 112, 10 + step), 150)
        errors, weights = needs[ends] - said[ends - 1 - step, step], 0.5 ** ((149 - ends) / 28)
        sd = np.sqrt(np.pi / 2) * np.average(np.abs(errors), weights=weights)
        by_law += norm.expect(lambda x: max(x - own, 0.0), loc=said[-1, step], scale=sd, lb=own)
    recent = 7 * np.mean(np.maximum(needs[-56:] - own, 0.0) ** 0.75) ** (4 / 3)
    found = watched(needs[np.newaxis], np.array([own]), np.ones(1), period="D")
    assert found.expected == pytest.approx([(by_law + recent) / 2], rel=1e-6)


def test_a_large_network_in_parts_has_the_numbers_of_the_whole(monkeypatch):
    random = np.random.default_rng(3)
    needs = random.poisson(random.uniform(20, 90, (6, 1)), (6, 130)).astype(float)
    needs[4:] *= random.random((2, 130)) < 0.2
    needs[1, :40], needs[2, 9::17], needs[3, -8:] = np.nan, np.nan, np.nan
    given = needs, np.nanquantile(needs, 0.8, axis=1) + 1.0, np.arange(1.0, 7.0)
    whole = watched(*given, period="D")
    monkeypatch.setattr("twin.plan.attention._AT_ONCE", 0)
    monkeypatch.setattr("twin.plan.attention._TOGETHER", 4)
    monkeypatch.setattr("twin._lane_walks._CHUNK", 5)
    for ours, theirs in zip(vars(watched(*given, period="D")).values(), vars(whole).values(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


def test_a_lane_stays_flagged_inside_the_wider_bound_and_most_lanes_are_never_flagged():
    money = np.abs(np.random.default_rng(1).normal(100, 5, (50, 40)))
    found = statuses(money, np.full(money.shape, 0.1), np.zeros(money.shape))
    assert (found > 0).mean(axis=0).max() <= 0.4
    moving = statuses(np.array([[10.0, 8.0, 1.0], [6.0, 9.0, 9.0]]), np.ones((2, 3)), np.zeros((2, 3)))
    assert moving[0].tolist()[0] == STATUSES.index("strained") and moving[0, 2] == STATUSES.index("normal")


def test_a_lane_that_overflows_almost_always_is_never_normal_and_a_trifle_is():
    money = np.array([[1000.0], [900.0], [800.0], [1.0]])
    found = statuses(money, np.array([[0.2], [0.2], [0.2], [0.2]]), np.array([[0.1], [0.1], [0.1], [0.987]]))
    assert found[3, 0] == STATUSES.index("strained")
    often = statuses(money, np.full((4, 1), 0.2), np.array([[0.1], [0.1], [0.1], [0.8]]))
    assert often[3, 0] == STATUSES.index("watch")
    assert statuses(money, np.full((4, 1), 0.005), np.zeros((4, 1))).max() == STATUSES.index("normal")


def workdays(path, *, last=None, first="2024-01-01", closed=(), days=120):
    """Write a file of five lanes on working days, with a mean of 100; on the day `last` lane L1 alone has a flow."""
    open_days = [day.date() for day in pd.bdate_range(first, periods=days) if str(day.date()) not in closed]
    draws = np.random.default_rng(5).poisson(100, (5, len(open_days)))
    rows = [(day, f"L{lane}", draws[lane, at]) for lane in range(5) for at, day in enumerate(open_days)]
    pd.DataFrame(rows + [(last, "L1", 90)] * bool(last), columns=["date", "lane", "volume"]).to_csv(path, index=False)
    return draws


def test_a_week_of_a_working_calendar_has_its_open_days_and_books_only_those(tmp_path, capsys):
    draws = closed = ("2023-12-25", "2023-12-26", "2024-01-01")
    draws = workdays(tmp_path / "f.csv", first="2023-10-13", closed=closed)  # until the day before Good Friday
    pd.DataFrame({"lane": [f"L{at}" for at in range(5)], "internal_capacity": 80.0}).to_csv(
        tmp_path / "p.csv", index=False
    )
    how = ["--closed", "sat,sun", "--holidays", "DE"]
    assert main(["attention", str(tmp_path / "f.csv"), "--policies", str(tmp_path / "p.csv"), "--json", *how]) == 0
    found = json.loads(capsys.readouterr().out)
    expected = 3 * np.maximum(draws - 80, 0).mean()  # of the record itself: two of the next five days are holidays
    overflow = [row["expected_overflow"] for row in found["lanes"].values()]
    assert np.mean(overflow) == pytest.approx(expected, rel=0.1)
    assert {row["status"] for row in found["lanes"].values()} == {"strained"}  # nearly all days overflow
    booked = {(row["first_date"], row["last_date"]) for row in found["actions"]}
    assert booked == {("2024-04-02", "2024-04-25")}  # the open days of four weeks, which begin with two holidays
    assert "working days overflow" in found["actions"][0]["reason"]
    assert found["account"]["rows_kept"] == draws.size and found["reading"]["options"]["closed"]


@pytest.mark.parametrize("last", ["2024-06-17", "2024-09-02"])
def test_a_flow_after_those_of_all_other_lanes_ends_no_lane(tmp_path, last, capsys):
    workdays(tmp_path / "f.csv", last=last)
    assert main(["attention", str(tmp_path / "f.csv"), "--closed", "sat,sun"]) == 0
    text = capsys.readouterr().out
    assert "After 2024-06-14, by the coming week: 5 " in text  # all five have the same status
    assert f"left out (1 row, up to {last})" in " ".join(text.split())
    assert "601 rows = 601 kept + 0 refused" in text.splitlines()[0]
    assert "One period is a working day." in text
    sentence = f"flows after 2024-06-14 count (1 row, up to {last}), though fewer than half of the lanes"
    for given, told in ([], True), (["--last", "2024-06-14"], False):
        assert main(["assess", str(tmp_path / "f.csv"), "--closed", "sat,sun", *given]) == 0
        assert (sentence in " ".join(capsys.readouterr().out.split())) == told


def test_one_silent_period_is_no_end_and_a_silent_week_is():
    needs = np.tile(np.random.default_rng(2).poisson(50.0, 120).astype(float), (3, 1))
    needs[1, -6:], needs[2, -7:] = np.nan, np.nan
    found = watched(needs, np.full(3, 45.0), np.ones(3), period="D")
    assert [STATUSES[number] == "ended" for number in found.status[:, -1]] == [False, False, True]
    assert "no data" not in [STATUSES[number] for number in found.status[:2, -1]]


def test_the_plan_of_a_ledger_gives_the_capacities_and_a_file_replaces_them(tmp_path, file, capsys, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.db'}")
    assert main(["ledger", "import", str(file / "flows.csv")]) == 0
    assert main(["plan", "set", "lane", "busy", "internal_capacity=81"]) == 0
    capsys.readouterr()
    assert main(["attention", "ledger:", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lanes"]["busy"]["capacity"] == 81 and "in the plan of the ledger" in found["assumptions"][-1]
    assert main(["attention", "ledger:", "--json", "--policies", str(file / "policies.csv")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["lanes"]["busy"]["capacity"] == 80 and "are not used" in found["assumptions"][-1]
