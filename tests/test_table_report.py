"""The report: statistics, policy and answers of one file brought together, in words and for machines."""

import io
import json

import numpy as np
import pandas as pd
import pytest

from twin._choices import words_in
from twin.command.printing import sentences, to_csv, to_json, to_text
from twin.data.load import read_history
from twin.data.scenarios import research_lanes
from twin.data.statistics import lane_statistics
from twin.forecast import lanes
from twin.lane import UNITS, Policy, assess
from twin.plan.table_report import assess_history

GIVEN = {"service_level": 0.9, "lead_time_mean_days": 4.0, "internal_capacity": 120.0, "dwell": 2.0}


@pytest.fixture(scope="module")
def history():
    return research_lanes()


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    """Return a history with good lanes, a short one, three that cannot be assessed, and a refused row."""
    days = pd.date_range("2024-01-01", periods=10).strftime("%Y-%m-%d")
    rows = [f"{day},{lane},{size + i % 3},{i % 2}" for lane, size in (("A", 5), ("B", 6)) for i, day in enumerate(days)]
    rows += [f"{day},short,9,0" for day in days[-2:]]
    rows += [f"{day},idle,0,0" for day in days]
    rows += [f"{day},bounced,1,3" for day in days]
    rows += [f"{days[-1]},new,4,0", f"{days[-1]},A,many,0"]
    path = tmp_path_factory.mktemp("messy") / "messy.csv"
    path.write_text("date,lane,volume,returns\n" + "\n".join(rows) + "\n")
    return assess_history(read_history(path, gaps="unknown"), {"service_level": 0.9})


def policies(**columns):
    """Return a table of policies, one row per research lane."""
    return pd.DataFrame(columns, index=["BER-MUC", "FRA-PAR", "HAM-ROT"])


def test_the_table_is_statistics_and_answers_side_by_side(history):
    report, statistics = assess_history(history, GIVEN), lane_statistics(history)
    by_hand = assess(statistics, Policy(**GIVEN, return_rate=statistics["return_rate"].to_numpy()))
    assert report.table.index.tolist() == ["BER-MUC", "FRA-PAR", "HAM-ROT"]
    for name in UNITS:
        np.testing.assert_array_equal(report.table[name], by_hand[name], err_msg=name)
    for name in ("demand_mean", "demand_sd", "periods", "last_volume", "trend", "return_rate"):
        np.testing.assert_array_equal(report.table[name], statistics[name], err_msg=name)
    assert set(report.table["internal_capacity"]) == {120.0}


def test_every_column_has_a_unit_and_every_unit_a_column(history):
    report = assess_history(history)
    assert list(report.units) == report.table.columns.tolist()
    assert all(report.units.values())


def test_lead_times_meet_demand_in_its_own_period(history):
    weekly = research_lanes(period="W")
    found = assess_history(weekly, {"lead_time_mean_days": 14.0}).table
    np.testing.assert_allclose(found["lead_time_demand_mean"], 2 * found["workload_mean"], rtol=1e-12)


def test_capacity_nobody_states_is_the_required_one(history):
    report = assess_history(history, {"service_level": 0.95})
    np.testing.assert_array_equal(report.table["internal_capacity"], report.table["required_capacity"])
    assert (report.table["planned_overflow"] == 0).all() and (report.table["expected_overflow"] > 0).all()
    assumed = "internal capacity of all lanes: the required capacity, so that the plan just fits"
    against = "; space cost and what capacity gives away are those of this assumed capacity"
    assert report.assumptions[1] == assumed + against


def test_returns_on_record_unless_given(history):
    recorded, given = assess_history(history), assess_history(history, {"return_rate": 0.5})
    assert any("return rate of all lanes: the share on record" in sentence for sentence in recorded.assumptions)
    assert not any("return rate" in sentence for sentence in given.assumptions)
    np.testing.assert_array_equal(recorded.table["return_rate"], lane_statistics(history)["return_rate"])
    np.testing.assert_allclose(given.table["workload_mean"], 1.5 * given.table["demand_mean"], rtol=1e-12)


def test_assumptions_name_what_nobody_stated(history):
    (defaults,) = (s for s in assess_history(history, GIVEN).assumptions if s.startswith("by default"))
    assert "holding cost $5.00 a pallet and day" in defaults and "lead time sd 1 day" in defaults
    assert "dwell" not in defaults and "service level" not in defaults
    everything = {name: 1.0 for name in Policy.__dataclass_fields__} | {"service_level": 0.9}
    assert assess_history(history, everything).assumptions == ()


# ---------------------------------------------------------------- policies that differ between lanes


def test_policies_hold_for_their_own_lane(history):
    table = policies(internal_capacity=[1.0, 2.0, 3.0], service_level=[0.8, 0.9, 0.99])
    report = assess_history(history, {"service_level": 0.5, "holding_cost": 7.0}, table.iloc[::-1])
    assert report.table["internal_capacity"].tolist() == [1.0, 2.0, 3.0]
    assert report.table["service_level"].tolist() == [0.8, 0.9, 0.99]
    assert set(report.table["holding_cost"]) == {7.0}
    alone = assess_history(history, {"service_level": 0.99, "holding_cost": 7.0, "internal_capacity": 3.0})
    assert report.table.loc["HAM-ROT"].equals(alone.table.loc["HAM-ROT"])


def test_an_empty_cell_leaves_it_to_what_is_given_on_record_or_the_default(history):
    table = policies(holding_cost=[9.0, None, 8.0], dwell=[3.0, None, None], return_rate=[None, 0.4, None])
    report = assess_history(history, {"holding_cost": 2.0}, table).table
    recorded = lane_statistics(history)["return_rate"]
    assert report["holding_cost"].tolist() == [9.0, 2.0, 8.0]
    assert report["dwell"].tolist() == [3.0, 1.0, 1.0]
    assert report["return_rate"].tolist() == [recorded["BER-MUC"], 0.4, recorded["HAM-ROT"]]


def test_policies_for_other_lanes_are_counted(history):
    table = pd.DataFrame({"dwell": [2.0, 5.0, 5.0]}, index=["HAM-ROT", "OSL-CPH", "osl-cph"])
    report = assess_history(history, None, table)
    assert report.table["dwell"].tolist() == [1.0, 1.0, 2.0]
    assert report.assumptions[-1] == "policies of lanes without flows are not used: OSL-CPH, osl-cph (2)"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (policies(holding_costs=1.0), "policies must be a table of any of the columns .*; got holding_costs"),
        (policies(dwell=["1", "two", "1"]), "dwell must be a number in the policies; got two for FRA-PAR"),
        (policies(dwell=[1, -2, 1]), "dwell must be .*; got -2"),
        (policies(dwell=1.0).set_axis(["HAM-ROT", "HAM-ROT", "X"]), "policies must be .* one row a lane"),
    ],
)
def test_policies_that_cannot_be_used_are_refused(history, table, message):
    with pytest.raises(ValueError, match=message):
        assess_history(history, None, table)


def test_capacity_and_service_level_may_be_stated_for_some_lanes_alone(history):
    table = policies(internal_capacity=[9.0, None, None], service_level=[None, 0.9, None])
    report, free = assess_history(history, {}, table), assess_history(history)
    assert report.table["service_level"].tolist() == [55 / 60, 0.9, 55 / 60]
    own, required = report.table["internal_capacity"], report.table["required_capacity"]
    assert own.tolist() == [9.0, *required[1:]]
    assert report.table.loc["HAM-ROT"].equals(free.table.loc["HAM-ROT"])
    assert any(each.startswith("internal capacity of 2 of 3 lanes: the required") for each in report.assumptions)
    assert "service level of 2 of 3 lanes: the critical ratio" in report.assumptions


def test_an_empty_cell_of_capacity_takes_the_given_one(history):
    table = policies(internal_capacity=[9.0, None, 8.0])
    report = assess_history(history, {"internal_capacity": 300.0}, table)
    assert report.table["internal_capacity"].tolist() == [9.0, 300.0, 8.0]


# ---------------------------------------------------------------- lanes that lack something


def test_lanes_that_cannot_be_assessed_are_listed_with_reasons(messy):
    assert messy.table.index.tolist() == ["A", "B", "short"]
    reasons = messy.refused["reason"].to_dict()
    assert set(reasons) == {"idle", "bounced", "new"}
    assert "zero" in reasons["idle"] and "returns" in reasons["bounced"] and "one period" in reasons["new"]


def test_a_short_lane_has_answers_but_no_forecast(messy):
    ahead = messy.table[["forecast_mean", "forecast_low", "forecast_high"]]
    assert ahead.loc["short"].isna().all() and ahead.drop("short")["forecast_mean"].notna().all()
    assert ahead["forecast_high"].isna().all()  # ten days carry no interval of 95 %
    assert messy.table.drop(columns=ahead).notna().all(axis=None)


def test_three_periods_are_enough_for_a_forecast_and_two_are_not(tmp_path):
    path = tmp_path / "short.csv"
    path.write_text(
        "date,lane,volume\n2024-01-01,three,5\n2024-01-02,three,6\n2024-01-03,three,8\n2024-01-02,two,5\n2024-01-03,two,4\n"
    )
    forecast = assess_history(read_history(path, gaps="unknown")).table["forecast_mean"]
    assert 5 <= forecast["three"] <= 8 and np.isnan(forecast["two"])


def test_the_forecast_is_of_the_period_after_the_record(messy):
    alone = lanes(5 + np.arange(10.0) % 3, period="D", horizon=1, level=0.95)
    assert messy.table.loc["A", "forecast_mean"] == pytest.approx(alone.mean[0], rel=1e-12)


def test_a_history_without_a_usable_lane_is_refused(tmp_path):
    path = tmp_path / "idle.csv"
    path.write_text("date,lane,volume\n2024-01-01,A,0\n2024-01-02,A,0\n2024-01-02,B,1\n")
    with pytest.raises(ValueError, match=r"history must be .*; got demand is zero in every period; only one period"):
        assess_history(read_history(path, gaps="unknown"))


# ---------------------------------------------------------------- printed


def test_text_holds_every_answer_its_unit_and_the_account(messy):
    text = to_text(messy, width=100)
    lines = [line.split() for line in text.splitlines() if not line.startswith(" ")]
    for name, unit in messy.units.items():
        (line,) = (line for line in lines if line[:1] == [name])
        if choices := words_in(unit):
            assert line[1] == "word" and set(line[2:]) <= set(choices)
            continue
        shown = [float(number.replace(",", "").replace("–", "nan")) for number in line[2:]]
        assert line[1] == unit
        assert shown == pytest.approx(
            messy.table.loc[["short", "B", "A"], name].tolist(), rel=5e-3, abs=5e-4, nan_ok=True
        )
    assert str(messy.history.account) in text
    assert "1 x volume is not a number" in text and "many" in text
    words = " ".join(text.split())  # the sentences are wrapped
    for sentence in (*messy.assumptions, *messy.refused["reason"], *messy.refused.index):
        assert sentence in words


@pytest.mark.parametrize(
    ("idle", "told"),
    [
        (3, "3 lanes: {} (idle00, idle01, idle02)"),
        (25, "idle23, idle24)"),
        (27, "idle24 and 2 more, which --json lists)"),
    ],
)
def test_refused_lanes_are_named_and_more_are_said_to_be_there(tmp_path, idle, told):
    path = tmp_path / "idle.csv"
    lanes = ["A", *(f"idle{i:02d}" for i in range(idle))]
    rows = [f"2024-01-0{day},{lane},{day if lane == 'A' else 0}" for lane in lanes for day in (1, 2)]
    path.write_text("date,lane,volume\n" + "\n".join(rows) + "\n")
    report = assess_history(read_history(path))
    (sentence,) = (" ".join(text.split()) for text in sentences(report) if "refused" in text)
    assert told.format("demand is zero in every period") in sentence


def test_text_holds_the_largest_lanes_up_to_most(messy):
    largest = messy.table["demand_mean"].idxmax()
    assert largest == "short"
    (heading,) = (line for line in to_text(messy, most=1).splitlines() if line.startswith("HISTORY"))
    assert heading.split() == ["HISTORY", "short"]
    assert "1 of 3 lanes, the largest" in to_text(messy, most=1)
    assert "the largest" not in to_text(messy, most=3)


@pytest.mark.parametrize("width", [20, 80, 100, 200])
def test_text_fits_the_width_and_loses_no_lane(messy, width):
    tables = to_text(messy, width=width).split("HISTORY", 1)[1]
    headings = [line for line in ("HISTORY" + tables).splitlines() if line.startswith("HISTORY")]
    assert [lane for line in headings for lane in line.split()[1:]] == ["short", "B", "A"]
    assert max(map(len, tables.splitlines())) <= max(width, 64)


def test_lanes_with_the_same_beginning_are_told_apart(tmp_path):
    lanes = ("South Africa (Air)", "South Africa (Air Charter)", "South Africa (Ocean)")
    path = tmp_path / "alike.csv"
    rows = (f"2024-01-0{day},{lane},{day}" for lane in lanes for day in (1, 2, 3))
    path.write_text("date,lane,volume\n" + "\n".join(rows) + "\n")
    (heading,) = (x for x in to_text(assess_history(read_history(path)), width=130).splitlines() if "HISTORY" in x)
    assert len(set(heading.split("South")[1:])) == 3 and lanes[0] in heading


def test_json_holds_everything_and_no_nan(messy):
    def refuse(name):
        raise AssertionError(name)

    found = json.loads(to_json(messy), parse_constant=refuse)
    words = [name for name, unit in messy.units.items() if words_in(unit)]
    lanes = pd.DataFrame.from_dict(found["lanes"], orient="index")
    assert lanes[words].to_dict() == messy.table[words].to_dict() and set(lanes["kind"]) == {"flow"}
    numbers, expected = (table.drop(columns=words).astype(float) for table in (lanes, messy.table))
    pd.testing.assert_frame_equal(numbers, expected, check_exact=True, check_names=False)
    assert found["lanes"]["short"]["forecast_low"] is None and found["lanes"]["A"]["periods"] == 10
    assert found["units"] == messy.units and found["assumptions"] == list(messy.assumptions)
    assert found["refused_lanes"] == messy.refused["reason"].to_dict()
    assert found["account"] == messy.history.account.to_dict() and found["account"]["rows_refused"] == 1
    assert found["period"] == "D"


def test_csv_reads_back_the_same(messy):
    back = pd.read_csv(io.StringIO(to_csv(messy)), index_col="lane")
    pd.testing.assert_frame_equal(back, messy.table, check_exact=True, check_index_type=False)
    assert "\r" not in to_csv(messy)
