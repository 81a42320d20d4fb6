"""The worth of past decisions: realised overflow and money, at the command, the hub, the report and its workbook."""

import datetime
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from twin.__main__ import main
from twin.data.ledger import plan_log
from twin.data.load import read_history
from twin.data.workbook import write_workbook
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.decision_worth import decision_worth
from twin.plan.feed import feed_of_history
from twin.plan.morning import morning_of
from twin.plan.network_report import network_report
from twin.plan.network_workbook import network_sheets
from twin.plan.policy_table import policy_table
from twin.view.hub.hub import Hub
from twin.view.network_pages import _words

DAYS = pd.date_range("2025-01-01", periods=60)
POLICY = {"internal_capacity": 100, "holding_cost": 5, "partner_surcharge": 15, "return_rate": 0, "own_place_cost": 2}
BOOKED = {"lane": "A", "action": "overflow", "places": 20, "price": 6, "state": "accepted"}


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """Return the path of flows of two lanes: A needs 110 or 130 places in turn, B 50."""
    lanes = {"A": np.where(np.arange(60) % 2, 130, 110), "B": np.full(60, 50)}
    path = tmp_path_factory.mktemp("worth") / "flows.csv"
    pd.DataFrame(lanes, index=DAYS).rename_axis("date").melt(
        ignore_index=False, var_name="lane", value_name="volume"
    ).reset_index().to_csv(path, index=False)
    return path


@pytest.fixture
def on(monkeypatch):
    """Return a function that sets the day on which the plan is changed."""

    def set_day(day):
        moment = datetime.datetime.fromisoformat(f"{day}T08:00:00+00:00")
        clock = SimpleNamespace(now=lambda zone: moment)
        monkeypatch.setattr(plan_log, "datetime", SimpleNamespace(datetime=clock, UTC=datetime.UTC))

    return set_day


def judged(history, plan):
    feed = feed_of_history(history)
    fields, _ = policy_table(feed.statistics, None, plan.policies(), period=feed.calendar.length)
    return decision_worth(plan, feed, fields)


def test_a_decision_is_worth_the_overflow_that_came_less_its_rent(flows, on):
    plan = CapacityPlan(author="eva")
    on("2025-01-05")
    plan.set("lane", ["A", "B"], **POLICY)
    plan.set("decision", "1", **BOOKED, first="2025-01-10", last="2025-01-19", gain=900)
    plan.set("decision", "2", **BOOKED, first="2025-01-18", last="2025-01-19")  # on top of the first
    plan.set("decision", "3", **{**BOOKED, "lane": "B"}, first="2025-01-10", last="2025-01-13")
    found = judged(read_history(flows), plan)
    rows = found.table.to_dict("index")
    # ten days, half with 30 pallets beyond own places and half with 10; a pallet costs 20 at the partner's, and 5 in
    # an own place, as its rent is stated
    assert rows["1"]["avoided"] == 5 * 20 + 5 * 10 and rows["1"]["rent"] == 10 * 20 * 6
    assert rows["1"]["gain"] == 150 * (20 - 5) - 1200
    assert rows["2"]["avoided"] == 10 and rows["3"]["gain"] == -4 * 20 * 6
    assert found.table["in_time"].tolist() == ["yes"] * 3 and found.table["unknown"].sum() == 0
    total, done = found.sentences()
    gain = rows["1"]["gain"] + rows["2"]["gain"] + rows["3"]["gain"]
    assert gain == 1050 + (150 - 240) - 480 and "3 decisions on places ahead took 160 pallets" in total
    assert "together they gained $480. 2 of them lost money" in total
    assert done == "The 1 decision whose dates are all over gained $1,050; $900 was expected."


def test_what_was_decided_afterwards_declined_or_is_to_come_stands_apart(flows, on):
    plan = CapacityPlan(author="eva")
    plan.set("lane", "A", **POLICY)
    on("2025-01-05")
    plan.set("decision", "1", **{**BOOKED, "state": "declined"}, first="2025-01-10", last="2025-01-11")
    plan.set("decision", "2", **BOOKED, first="2025-02-28", last="2025-03-05")
    plan.set("decision", "3", **BOOKED, first="2025-01-10", last="2025-01-11")
    plan.set("decision", "4", **BOOKED, first="2025-04-01", last="2025-04-05")  # not on record at all
    plan.set("decision", "5", lane="A", action="loss", state="accepted", first="2025-01-10")
    on("2025-01-12")
    plan.set("decision", "3", places=25)  # better known by now
    on("2025-01-20")
    plan.set("decision", "1", comment="a pity")  # a comment is no decision
    found = judged(read_history(flows), plan)
    assert found.table.index.tolist() == ["1", "3", "2"]
    assert found.table["in_time"].to_dict() == {"1": "yes", "2": "yes", "3": "no"}
    assert found.table.loc["2", ["periods", "to_come"]].tolist() == [2, 4]
    told = list(found.sentences())
    assert told[0].startswith("1 decision on places ahead took 30 pallets")
    assert "1 decision is counted so far; 4 days are to come." in told
    assert "1 decision that was declined would have gained $210." in told  # 30 pallets at 15, less 2 x 20 x 6
    assert any("1 decision was last changed on or after the first day" in one for one in told)
    assert told[-1].startswith(
        "1 decision is not judged: snoozed, without places of a lane for dates, or on another kind"
    )


def test_days_without_a_known_flow_are_counted_and_not_judged(on, tmp_path):
    path = tmp_path / "gaps.csv"
    rows = [f"{day:%Y-%m-%d},A,{'' if day.day == 3 else 130}" for day in DAYS]
    path.write_text("date,lane,volume\n" + "\n".join(rows))
    plan = CapacityPlan(author="eva")
    on("2025-01-01")
    plan.set("lane", "A", **POLICY)
    plan.set("decision", "1", **BOOKED, first="2025-01-02", last="2025-01-04")
    row = judged(read_history(path, gaps="unknown", good_rows_only=True), plan).table.loc["1"]
    assert (row["periods"], row["unknown"], row["avoided"], row["rent"]) == (2, 1, 40, 2 * 20 * 6)


def test_every_door_says_the_same(ledger, url, flows, on, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_file(flows)
    assert main(["plan", "decisions"]) == 0
    assert "has no decision on places for dates that are on record" in capsys.readouterr().out
    on("2025-01-05")
    plan = CapacityPlan(ledger.plan, author="eva")
    plan.set("lane", ["A", "B"], **POLICY)
    plan.set("decision", "1", **BOOKED, first="2025-01-10", last="2025-01-19", gain=900)
    assert main(["plan", "decisions", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["decisions"]["1"]["gain"] == 1050
    assert main(["plan", "decisions"]) == 0
    words = capsys.readouterr().out
    assert told["sentences"][0] in words and "overflow avoided [pallet], rent and gain [$]" in words

    hub = Hub("ledger:", "A")
    hub.show_morning()
    assert "Past decisions: 1" in hub.morning.page and told["sentences"][0] in hub.morning.page
    assert "$1,050" in hub.morning.page

    history = ledger.history()
    report = network_report(feed_of_history(history), morning_of(history, plan), plan, plan.policies(), lanes=["B"])
    assert told["sentences"][0] in _words(report, "")["more_decisions"]
    write_workbook(tmp_path / "report.xlsx", network_sheets(report, ""), "")
    sheet = pd.read_excel(tmp_path / "report.xlsx", sheet_name="past decisions", engine="calamine")
    assert sheet["gain"].tolist() == [1050]
