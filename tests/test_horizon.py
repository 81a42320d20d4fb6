"""The plan by date: its dates, its numbers against sums worked here, its refusals, and its forms in print."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from jsonschema import validate
from python_calamine import CalamineWorkbook

from twin.__main__ import main
from twin.command import plan_by_date, printing
from twin.command.schema import lane_schema, schema
from twin.data.load import read_history
from twin.data.scenarios import research_lanes
from twin.plan.dated import DATED, OF_LANE
from twin.plan.lane_plan import protection_law
from twin.plan.policy_table import policy_table
from twin.plan.table_report import assess_history
from twin.policy import Policy
from twin.simulate import generator

STOCK = {"kind": "stock", "service_level": 0.9, "lead_time_mean_days": 14.0, "lead_time_sd_days": 0.0}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return a file of four lanes: steady weeks, weeks with returns, a constant, and 15 weeks."""
    path, random = tmp_path_factory.mktemp("horizon") / "weeks.csv", generator(1)
    lanes = {"steady": random.gamma(16.0, 6.0, 90), "back": random.gamma(16.0, 6.0, 90), "flat": np.full(90, 50.0)}
    rows = [(lane, week, volume) for lane, volumes in lanes.items() for week, volume in enumerate(volumes)]
    rows += [("short", week, 30.0 + week % 4) for week in range(75, 90)]
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta([7 * week for _, week, _ in rows], unit="D")
    pd.DataFrame({"date": days, "lane": [row[0] for row in rows], "volume": [row[2] for row in rows]}).to_csv(
        path, index=False
    )
    return path


@pytest.fixture(scope="module")
def stock(file):
    return assess_history(read_history(file), STOCK, horizon=3)


@pytest.fixture(scope="module")
def flow(file):
    policies = pd.DataFrame({"return_rate": {"back": 0.25}, "internal_capacity": {"steady": 100.0}})
    return assess_history(read_history(file), STOCK | {"kind": "flow"}, policies, horizon=3)


def test_the_dates_are_those_after_the_record(stock):
    assert stock.horizon.dates.astype(str).tolist() == ["2025-09-22", "2025-09-29", "2025-10-06"]
    assert stock.horizon.table.index.get_level_values("date").unique().tolist() == list(
        pd.to_datetime(stock.horizon.dates)
    )
    assert list(stock.horizon.table) == list(DATED) and list(stock.horizon.lanes) == list(OF_LANE)


def test_a_reorder_point_is_the_forecast_of_its_two_weeks_and_the_reserve(stock):
    table = stock.horizon.table.loc["steady"]
    two_weeks = table["mean"].to_numpy()[:2] + table["mean"].to_numpy()[1:]
    np.testing.assert_allclose((table["reorder_point"] - table["reserve"])[:2], two_weeks, rtol=1e-9)
    np.testing.assert_allclose(table["required_capacity"], table["mean"] + table["reserve"], rtol=1e-9)
    assert table["fill_rate"].between(0.9, 1.0).all() and table["overflow_probability"].between(0, 1).all()


def test_returns_draw_the_reserve_of_a_flow_lane_alone(flow, stock):
    assert (
        flow.horizon.table.loc["back", "reorder_point"] > 1.2 * stock.horizon.table.loc["back", "reorder_point"]
    ).all()
    np.testing.assert_allclose(flow.horizon.table["mean"], stock.horizon.table["mean"])


def test_the_overflow_of_a_flow_lane_is_that_of_its_paths_beside_the_share_on_record(flow):
    lane = flow.horizon.lanes.loc["steady"]
    volumes = flow.history.flows.query("lane == 'steady'")["volume"]
    assert lane["record_overflow"] == pytest.approx(np.mean(volumes > 100.0))
    assert flow.horizon.table.loc["steady", "overflow_probability"].mean() == pytest.approx(
        lane["record_overflow"], abs=0.15
    )
    assert lane["gain"] == pytest.approx(  # booked places that are never short cost their rent alone
        5.0 * (lane["formula_required_capacity"] - flow.horizon.table.loc["steady", "required_capacity"].mean()),
        rel=0.2,
    )


def test_a_record_that_cannot_carry_the_promise_says_so_and_has_a_forecast_alone(stock):
    table, remark = stock.horizon.table.loc["short"], stock.horizon.lanes.loc["short", "remark"]
    assert table[["reserve", "overflow_probability", "profit", "high"]].isna().all(axis=None)
    assert table["mean"].between(25, 40).all()
    assert (
        "A promise of 0.9 takes 9 past forecasts of 2 periods, with what came; there are 5, so it is not made."
        in remark
    )


def test_the_past_of_a_lane_says_what_such_promises_kept(stock):
    lane = stock.horizon.lanes.loc["steady"]
    assert abs(lane["kept"] - 0.9) < 4 * np.sqrt(0.09 / 35) and lane["worst_kept"] <= lane["kept"]
    assert 0.85 <= lane["formula_kept"] <= 1.0 and lane["formula_reserve"] > 0
    assert stock.horizon.lanes.loc["flat", "kept"] == 1.0


def test_the_protection_interval_is_lead_time_and_review_in_periods():
    law = protection_law(Policy(lead_time_mean_days=3.0, lead_time_sd_days=1.0, review_period_days=7.0), "W")
    assert law.length @ law.probability == pytest.approx(1 + 3 / 7, abs=0.01)
    crossing = protection_law(Policy(lead_time_mean_days=5.0, lead_time_sd_days=3.0, lead_times="independent"), "D")
    spells = protection_law(Policy(lead_time_mean_days=5.0, lead_time_sd_days=3.0), "D")
    assert crossing.length.max() < spells.length.max()


def test_every_form_names_the_dates_and_says_what_was_kept(stock, tmp_path):
    shown = printing.to_text(stock, most=1, width=100)
    assert "PLAN BY DATE  steady, 2025-09-22 to 2025-10-06" in shown or "back, 2025-09-22" in shown
    assert "promised on the lane's own past" in shown and "in its worst 13 weeks" in shown
    found = json.loads(printing.to_json(stock))
    validate(found, schema())
    assert found["horizon"]["dates"][0] == "2025-09-22" and found["horizon"]["lanes"]["short"]["reserve"] == [None] * 3
    rows = [json.loads(row) for row in printing.to_json_lines(stock)]
    validate(rows[0], lane_schema())
    assert rows[0]["horizon"]["mean"] == found["horizon"]["lanes"][rows[0]["lane"]]["mean"]
    table = printing.to_csv(stock).splitlines()
    assert table[0].startswith("lane,date,mean,low") and len(table) == 1 + 4 * 3
    assert plan_by_date.in_json(replace(stock, horizon=None)) is None


def test_the_command_writes_a_sheet_and_refuses_no_periods(file, tmp_path, capsys):
    book = tmp_path / "plan.xlsx"
    assert main(["assess", str(file), "--horizon", "2", "--xlsx", str(book), "--csv"]) == 0
    sheets = CalamineWorkbook.from_path(book)
    rows = {name: sheets.get_sheet_by_name(name).to_python() for name in ("horizon", "horizon lanes")}
    assert len(rows["horizon"]) == 1 + 4 * 2 and rows["horizon lanes"][0][:2] == ["lane", "method"]
    assert capsys.readouterr().out.count("\n") == 1 + 4 * 2
    with pytest.raises(SystemExit):
        main(["assess", str(file), "--horizon", "0"])
    assert "must be a whole number >= 1; got 0" in capsys.readouterr().err


def test_without_a_horizon_there_is_no_plan(file):
    assert assess_history(read_history(file)).horizon is None
    assert policy_table(
        research_lanes().flows.groupby("lane", observed=True)["volume"].agg(demand_mean="mean", demand_sd="std")
    )
