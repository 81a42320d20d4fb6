"""Overrides and scenarios of a plan change forecasts, policies and money, and by the same numbers at every door."""

import json

import numpy as np
import pandas as pd
import pytest

from twin import lane
from twin.__main__ import main
from twin.data.load import read_history
from twin.data.scenarios import POLICIES, research_lanes
from twin.data.statistics import lane_statistics
from twin.plan.actions import attention_of
from twin.plan.adjustments import adjusted, in_plan, moved
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.feed import feed_of_history
from twin.plan.morning import morning_of
from twin.plan.policies import policy_of
from twin.plan.policy_table import policy_table
from twin.plan.table_report import assess_history
from twin.view.hub.hub import Hub

NEXT, LATER = "2025-12-29", "2026-01-31"  # the first day after the record of the research lanes, and one after it
OWN = pd.DataFrame({"internal_capacity": [150.0, 170.0, 120.0]}, ["BER-MUC", "HAM-ROT", "FRA-PAR"])


def planned(*entries):
    """Return a plan with these overrides and changes of scenarios: (kind, name, fields)."""
    plan = CapacityPlan(author="eva")
    plan.write({(kind, name): fields for kind, name, fields in entries})
    return plan


def test_overrides_and_the_scenario_in_view_change_forecasts():
    days = np.arange("2026-01-01", "2026-01-05", dtype="datetime64[D]")
    plan = planned(
        ("override", "fair", {"lane": "A", "first": "2026-01-02", "last": "2026-01-03", "factor": 2}),
        ("override", "strike", {"lane": "B", "first": "2026-01-04", "last": "2026-12-31", "volume": 0}),
        ("scenario", "1", {"name": "peak", "field": "volume", "factor": 1.5, "lanes": ["A"], "first": "2026-01-03"}),
    )
    flat = np.full((2, 4), 10.0)
    assert adjusted(plan, ["A", "B"], days, flat).tolist() == [[10, 20, 20, 10], [10, 10, 10, 0]]
    plan.look_at("peak")
    assert adjusted(plan, ["A", "B"], days, flat).tolist() == [[10, 20, 30, 15], [10, 10, 10, 0]]
    assert adjusted(None, ["A", "B"], days, flat).tolist() == flat.tolist()
    with pytest.raises(ValueError, match="scenario must be one of peak; got calm"):
        plan.look_at("calm")
    with pytest.raises(ValueError, match="scenario must be one of the plan, which has none; got calm"):
        CapacityPlan(author="eva").look_at("calm")


def test_days_within_a_week_or_month_change_it_by_their_share():
    weeks = np.arange("2026-01-05", "2026-01-26", 7, dtype="datetime64[D]")
    plan = planned(
        ("override", "1", {"lane": "A", "first": "2026-01-07", "last": "2026-01-09", "factor": 1.5}),
        ("override", "2", {"lane": "A", "first": "2026-01-10", "last": "2026-01-18", "volume": 35}),
        ("override", "3", {"lane": "B", "first": "2026-01-12", "last": "2026-01-18", "factor": 0.1}),
        ("scenario", "1", {"name": "peak", "field": "volume", "factor": 2, "lanes": ["B"], "last": "2026-01-06"}),
    )
    flat = np.full((2, 3), 70.0)
    first = (2 * 70 + 3 * 105 + 2 * 35) / 7  # Monday and Tuesday as forecast, three days at 1.5, two at 35 a week
    assert adjusted(plan, ["A", "B"], weeks, flat, period="W")[0].tolist() == pytest.approx([first, 35, 70])
    assert adjusted(plan, ["A", "B"], weeks, flat, period="W")[1].tolist() == [70, 7, 70]
    plan.look_at("peak")
    assert adjusted(plan, ["A", "B"], weeks, flat, period="W")[1].tolist() == pytest.approx([70 * 9 / 7, 7, 70])
    plan.look_at("")
    months = np.array(["2026-01-01", "2026-02-01"], "datetime64[D]")
    found = adjusted(plan, ["A", "B"], months, np.full((2, 2), 310.0), period="MS")
    assert found[1].tolist() == pytest.approx([(24 * 310 + 7 * 31) / 31, 310])
    unknown = adjusted(plan, ["A"], weeks, [[np.nan] * 3], period="W")
    assert np.isnan(unknown[0][[0, 2]]).all() and unknown[0][1] == 35


def test_an_override_of_days_reaches_every_door_of_a_weekly_record(tmp_path):
    weeks = pd.date_range("2024-01-01", periods=104, freq="7D")
    volumes = np.random.default_rng(3).poisson(100, 104)
    flows = pd.DataFrame({"date": weeks, "lane": "A", "volume": volumes})
    flows.to_csv(tmp_path / "flows.csv", index=False)
    history = read_history(tmp_path / "flows.csv")
    assert history.period == "W"
    policies = {"A": {"internal_capacity": 90.0, "partner_surcharge": 10.0}}
    plan = planned(("override", "1", {"lane": "A", "first": "2026-01-01", "last": "2026-01-02", "factor": 3}))
    before, after = (assess_history(history, policies=policies, horizon=2, plan=each) for each in (None, plan))
    said, changed = (each.horizon.table.loc["A", "mean"].to_numpy() for each in (before, after))
    assert changed / said == pytest.approx([1 + 2 / 7 * 2, 1])
    money = [attention_of(history, policies=policies, plan=each).lanes.loc["A", "money"] for each in (None, plan)]
    assert money[1] > money[0]


def test_a_scenario_that_a_colleague_removes_is_no_longer_in_view():
    eva = planned(("scenario", "1", {"name": "peak", "field": "volume", "factor": 2}))
    tom = CapacityPlan(eva.cells, author="tom")
    tom.look_at("peak")
    eva.remove("scenario", "1")
    tom.refresh()
    assert tom.scenario == "" and adjusted(tom, ["A"], [NEXT], [[4.0]]).tolist() == [[4.0]]


def test_changes_of_fields_and_of_the_demand_of_all_days():
    plan = planned(
        ("scenario", "1", {"name": "dear", "field": "partner_surcharge", "factor": 2}),
        ("scenario", "2", {"name": "dear", "field": "partner_surcharge", "value": 9, "lanes": ["HAM-ROT", "Z"]}),
        ("scenario", "3", {"name": "dear", "field": "volume", "factor": 0.5, "lanes": ["FRA-PAR"]}),
    )
    statistics = lane_statistics(research_lanes())
    table, _ = policy_table(statistics, policies=POLICIES)
    assert in_plan(plan, statistics, table)[2] == ()
    plan.look_at("dear")
    half, dear, (told,) = in_plan(plan, statistics, table)
    twice = 2 * table["partner_surcharge"]
    assert dear["partner_surcharge"].to_dict() == {**twice.to_dict(), "HAM-ROT": 9.0}
    assert (half["demand_mean"] / statistics["demand_mean"]).tolist() == [1.0, 0.5, 1.0]
    words = "partner surcharge of all lanes times 2, partner surcharge of HAM-ROT, Z 9, demand of FRA-PAR times 0.5"
    assert told == f"scenario dear in view: {words}"
    report = assess_history(research_lanes(), policies=pd.DataFrame.from_dict(POLICIES, orient="index"), plan=plan)
    answers = lane.assess(half, policy_of(dear))  # by hand
    assert report.table["profit"].to_numpy() == pytest.approx(np.asarray(answers["profit"]), rel=1e-12)
    assert told in report.assumptions


def test_the_rest_of_a_forecast_follows_its_mean():
    assert moved(np.array([12.0, 5.0, np.inf]), np.array([10.0, 10.0, 10.0]), np.array([5.0, 0.0, 5.0])).tolist() == [
        6.0,
        0.0,
        np.inf,
    ]


def test_a_doubled_forecast_doubles_the_plan_by_date_and_halves_back():
    doubled = planned(("scenario", "1", {"name": "peak", "field": "volume", "factor": 2.0, "first": NEXT}))
    doubled.look_at("peak")
    base, peak = (
        assess_history(research_lanes(), policies=OWN, horizon=7, plan=plan).horizon.table for plan in (None, doubled)
    )
    for name in ("mean", "low", "high", "reserve", "required_capacity"):
        known = np.isfinite(base[name])
        assert peak[name][known].to_numpy() == pytest.approx(2 * base[name][known].to_numpy(), rel=0.03), name
    assert (peak["expected_overflow"] > base["expected_overflow"]).any()
    assert (
        assess_history(research_lanes(), policies=OWN, plan=doubled)
        .table["demand_mean"]
        .equals(assess_history(research_lanes(), policies=OWN).table["demand_mean"])
    )  # dated: the record is as it was


def test_an_override_that_closes_a_lane_takes_its_action_away():
    history = research_lanes()
    assert "BER-MUC" in set(attention_of(history, policies=OWN).actions["lane"])
    closed = {"lane": "BER-MUC", "first": NEXT, "last": LATER, "volume": 0}
    found = attention_of(history, policies=OWN, plan=planned(("override", "closed", closed)))
    assert found.lanes.loc["BER-MUC", "expected_overflow"] == 0.0
    assert ("BER-MUC", "overflow") not in set(zip(found.actions["lane"], found.actions["kind"], strict=True))
    assert f"forecasts by the plan's overrides: BER-MUC 0 from {NEXT} to {LATER}" in found.assumptions
    once = {"lane": "BER-MUC", "first": NEXT, "last": LATER, "factor": 1.0}
    same = attention_of(history, policies=OWN, plan=planned(("override", "as before", once)))
    pd.testing.assert_frame_equal(same.lanes, attention_of(history, policies=OWN).lanes)


def test_a_peak_of_the_lanes_of_a_site_reaches_its_shift():
    plan = planned(
        ("site", "Hub", {"handling_per_period": 330.0}),
        *(("lane", name, {"site": "Hub"}) for name in OWN.index),
        ("scenario", "1", {"name": "peak", "field": "volume", "factor": 2.0, "first": NEXT}),
    )
    shifts = []
    for name in ("", "peak"):
        plan.look_at(name)
        actions = morning_of(research_lanes(), plan, OWN).attention.worth
        shifts.append(actions.get("handling", (0, 0.0))[1])
    assert shifts[1] > 2 * shifts[0] >= 0


def test_the_same_scenario_gives_the_same_numbers_at_every_door(ledger, url, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_history(research_lanes())
    plan = CapacityPlan(ledger.plan, author="eva")
    plan.set("lane", ["BER-MUC", "HAM-ROT"], internal_capacity=150)
    plan.set("scenario", "1", name="Christmas", field="volume", factor=1.5, first=NEXT, last=LATER)
    plan.set("scenario", "2", name="Christmas", field="partner_surcharge", value=20)
    plan.set("override", "fair", lane="BER-MUC", first=NEXT, last=NEXT, volume=400)

    def told(*command):
        assert main([*command]) == 0
        return json.loads(capsys.readouterr().out)

    alone, peak = (told("attention", "ledger:", "--json", *more) for more in ((), ("--scenario", "Christmas")))
    money = {lane: [found["lanes"][lane]["money"] for found in (alone, peak)] for lane in alone["lanes"]}
    assert money["HAM-ROT"][1] > 2 * money["HAM-ROT"][0]
    dated = told("assess", "ledger:", "--json", "--horizon", "3", "--scenario", "Christmas")
    hub = Hub("ledger:", "BER-MUC")
    hub.session.morning()
    hub.session.look_at("Christmas")
    assert not hub.session.has_morning()
    hub.session.change(horizon=3)
    said = hub.session.by_date().table.loc["BER-MUC"]
    by_date = dated["horizon"]["lanes"]["BER-MUC"]
    assert said["mean"].tolist() == pytest.approx(by_date["mean"], rel=1e-9) and said["mean"].iloc[0] == 600.0
    assert said["expected_overflow"].tolist() == pytest.approx(by_date["expected_overflow"], rel=1e-9)
    again = Hub("ledger:", "BER-MUC").session
    again.change(horizon=3)
    assert hub.session.outlook()[0].mean[1:] == pytest.approx(1.5 * again.outlook()[0].mean[1:], rel=1e-9)
    lanes = hub.session.morning().attention.lanes
    assert lanes["money"].tolist() == pytest.approx([peak["lanes"][lane]["money"] for lane in lanes.index], rel=1e-9)
    assert "scenario=Christmas" in hub.sheet.query or "Christmas" in hub.session.scenario
    assert main(["report", "ledger:", "--to", str(tmp_path / "r")]) == 0
    assert main(["report", "ledger:", "--to", str(tmp_path / "r"), "--scenario", "Christmas"]) == 0
    assert "Against the report of" in capsys.readouterr().out
    assert len(list((tmp_path / "r").glob("scenario-*.pdf"))) == 1
    assert main(["attention", "--scenario", "Christmas"]) == 2
    assert "--scenario must be used with ledger:, whose plan has scenarios" in capsys.readouterr().err
    assert main(["attention", "ledger:", "--scenario", "Easter"]) == 2
    assert "scenario must be one of Christmas; got Easter" in capsys.readouterr().err


def test_the_hub_shows_a_scenario_and_its_link_reopens_it(ledger, url, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_history(research_lanes())
    CapacityPlan(ledger.plan, author="eva").set("scenario", "1", name="half", field="volume", factor=0.5)
    hub = Hub("ledger:", "BER-MUC")
    before = hub.session.numbers()
    hub.session.morning()
    hub.show_morning()
    assert '<option value="half">half</option>' in hub.morning.page
    hub.morning._on_message({"do": "scenario", "scenario": "half"}, [])
    bar = "Scenario in view: <b>half</b>"
    assert bar in hub.morning.page and "Scenario half in view." in hub.sheet.status
    hub.morning._instead("The ledger cannot be reached.")
    assert bar in hub.morning.page and "Leave the scenario" in hub.morning.page  # also where there are no numbers
    assert hub.session.numbers()["lead_time_demand_mean"] == pytest.approx(before["lead_time_demand_mean"] / 2)
    again = Hub("ledger:", "BER-MUC")
    assert again._follow(hub.sheet.query) == "" and again.session.scenario == "half"
    assert again._follow("?source=ledger&lane=BER-MUC&scenario=none") != ""
    hub.morning._on_message({"do": "scenario", "scenario": ""}, [])
    assert hub.session.numbers() == before and "in view" not in hub.sheet.status + hub.morning.page


def test_a_feed_without_overrides_is_the_feed_itself():
    from twin.plan.adjustments import planned_feed

    feed = feed_of_history(research_lanes())
    table, _ = policy_table(feed.statistics)
    assert (
        planned_feed(feed, CapacityPlan(author="eva"), table)[0] is feed and planned_feed(feed, None, table)[0] is feed
    )
