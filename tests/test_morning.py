"""The morning of a planner: same numbers at every door, decisions, and a plan that the hub keeps."""

import datetime
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from twin.__main__ import main
from twin.data.errors import PlanChanged
from twin.data.scenarios import POLICIES, research_lanes
from twin.data.settle import history_from
from twin.plan import visits
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.comments import comment_on, present
from twin.plan.feed import feed_of_history
from twin.plan.morning import morning_of
from twin.plan.network_report import network_report
from twin.plan.table_report import assess_history
from twin.view.hub.action_comments import id_of
from twin.view.hub.hub import Hub
from twin.view.hub.morning_page import page
from twin.view.hub.morning_panel import MorningPanel
from twin.view.hub.session import Session
from twin.view.messages import as_sent


def press(widget, **message):
    widget._handle_custom_msg(message, [])


def test_a_kept_value_is_the_same_at_every_door_and_conflicts_lose_nothing(ledger, url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    ledger.import_history(research_lanes())
    session = Hub("ledger:", "BER-MUC").session
    session.change(internal_capacity=150.0)
    assert session.keep() == 1 and session.keep() is None
    again = Hub("ledger:", "BER-MUC").session
    assert again.values["internal_capacity"] == 150.0 and not again.assumes_capacity()
    assert main(["attention", "ledger:", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    found = again.morning().attention
    assert [row["lane"] for row in told["actions"]] == found.actions["lane"].tolist()
    assert told["lanes"]["BER-MUC"]["money"] == pytest.approx(found.lanes.loc["BER-MUC", "money"], rel=1e-12)
    assert main(["ask", "--file", "ledger:", "--offline", "--lane", "BER-MUC", "What is the own capacity?"]) == 0
    assert "policies of 1 lane in the plan" in " ".join(capsys.readouterr().out.split())
    colleague = CapacityPlan(ledger.plan, author="tom")
    colleague.set("lane", "BER-MUC", internal_capacity=170.0)
    session.change(internal_capacity=160.0)
    with pytest.raises(PlanChanged, match=r"170.*tom.*160"):
        session.keep()
    assert session.values["internal_capacity"] == 160.0
    assert [change.author for change in session.look_again()] == ["tom"]
    session.keep()
    assert colleague.refresh()[-1].author == "eva" and colleague.of("lane")["BER-MUC"]["internal_capacity"] == 160.0
    session.undo()
    assert session.policies.loc["BER-MUC", "internal_capacity"] == 170.0
    first = session.morning().actions.iloc[0]
    session.decide(first["lane"], first["kind"], "accepted")
    capsys.readouterr()
    assert main(["attention", "ledger:", "--json"]) == 0
    states = [row["state"] for row in json.loads(capsys.readouterr().out)["actions"]]
    assert states[0] == "accepted" and not any(states[1:])


def test_an_action_is_decided_snoozed_and_returns():
    hub = Hub("", "BER-MUC")
    hub.session.change(internal_capacity=150.0, service_revenue=60.0)
    hub.session.keep()
    clicked = []
    panel = MorningPanel(hub.session, {"lane": clicked.append})
    panel.show(hub.session)
    about = {"lane": "BER-MUC", "action": "loss"}

    def listed():
        return hub.session.morning().actions[["lane", "kind"]].to_numpy().tolist()

    before = listed()
    assert ["BER-MUC", "loss"] in before and "This plan ends with the page" in panel.page
    press(panel, do="lane", lane="BER-MUC")
    assert clicked == ["BER-MUC"]
    press(panel, do="snooze", **about)
    assert ["BER-MUC", "overflow"] in listed() and len(listed()) == len(before)  # the lane's next action moves up
    (entry,) = hub.session.plan.of("decision").values()
    assert entry["until"] == str(np.datetime64("today") + 7)  # not from the last day of the record
    press(panel, do="return", lane="BER-MUC", name="1")
    assert listed() == before
    press(panel, do="change", places="7", comment="half of it", **about)
    assert re.search("loss: changed: 7 places, [-0-9]* to [-0-9]* – half of it", panel.page)
    assert ["BER-MUC", "loss"] not in listed()
    ((name, entry),) = hub.session.plan.of("decision").items()
    assert (entry["places"], entry["state"]) == (7.0, "changed")
    hub.session.take_back(name)
    press(panel, do="change", places="many", **about)
    assert "places is not a number" in panel.said and not hub.session.plan.of("decision")


def test_a_booking_is_decided_as_the_form_shows_it_and_the_page_says_what_was_decided():
    """The days, the partner and the price of a form reach the plan; another booking's gain is unknown."""
    hub = Hub("", "BER-MUC")
    hub.session.plan.set("lane", "BER-MUC", internal_capacity=130.0)
    terms = {"type": "hard block", "partner": "Rhein", "places": 60, "price": 4.0, "first": "2020-01-01"}
    terms |= {"take_or_pay": 0.5}
    hub.session.plan.set("contract", "1", **terms)
    hub.session.look_again()
    panel, about = MorningPanel(hub.session), {"lane": "BER-MUC", "action": "overflow"}
    panel.show(hub.session)
    (row,) = hub.session.morning().actions.query("lane == 'BER-MUC'").to_dict("records")
    assert (row["kind"], row["partner"], row["price"]) == ("overflow", "Rhein", 2.0) and row["places"] > 0
    shown = {
        name: re.search(f'id="{id_of("BER-MUC", "overflow")}".*?name="{name}" value="([^"]*)"', panel.page)[1]
        for name in ("places", "first", "last", "price", "partner", "comment")
    }
    press(panel, do="change", **about, **shown)
    entry = hub.session.plan.of("decision")["1"]
    proposed = {name: row[name] for name in ("places", "partner", "price", "gain")}
    assert {**proposed, "first": row["first_date"], "last": row["last_date"]}.items() <= entry.items()
    hub.session.take_back("1")
    other = {"places": "40", "last": "2099-12-18", "partner": "Huber", "price": ""}
    press(panel, do="change", **about, **{**shown, **other})
    (entry,) = hub.session.plan.of("decision").values()
    assert (entry["places"], entry["last"], entry["partner"]) == (40.0, "2099-12-18", "Huber")
    assert not {"gain", "price"} & entry.keys()
    assert f"overflow: changed: 40 places booked at Huber, {row['first_date']} to 2099-12-18" in panel.page


def test_fields_of_forms_are_texts_for_the_handlers(ledger, url, monkeypatch):
    """No form of the page has a field whose name a message gives another type than text."""
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_history(research_lanes())
    hub = Hub("ledger:", "BER-MUC")
    hub.session.change(internal_capacity=130.0)
    hub.session.keep()
    hub.morning.show(hub.session)
    pages = hub.morning.page + hub.data.page
    named = re.findall(r'<(?:input|select|textarea)(?![^>]*type="checkbox")[^>]*? name="(\w+)"', pages)
    assert {"first", "places", "partner", "lane", "volume"} <= {*named}
    assert all(as_sent({name: "2026-01-31"}) == {name: "2026-01-31"} for name in named)


def test_an_action_is_commented_without_a_decision_and_the_comment_is_undone_with_its_history():
    """A comment has author and time, leaves the action open, and what happened to it can be undone; so on a site."""
    hub = Hub("", "BER-MUC")
    hub.session.change(internal_capacity=150.0, service_revenue=60.0)
    hub.session.keep()
    panel, about = MorningPanel(hub.session), {"lane": "BER-MUC", "action": "loss"}
    press(panel, do="comment", **about, comment="  The fair <moves> to week 12. ")
    key, plan = ("BER-MUC", "loss"), hub.session.plan
    (one,) = hub.session.comments()[key]
    assert (one.after, one.author, one.at[-3:]) == ("The fair <moves> to week 12.", plan.changes()[0].author, "UTC")
    assert "Comments: 1" in panel.page and "The fair &lt;moves&gt; to week 12." in panel.page
    assert not hub.session.morning().decided and "BER-MUC" in hub.session.morning().actions["lane"].tolist()
    plan.set("note", "1", text="The fair stays.")
    press(panel, do="uncomment", **about, change=str(plan.changes()[0].id))
    assert present(hub.session.comments()[key])[0].after == "The fair <moves> to week 12."
    press(panel, do="uncomment", **about, change=str(one.change))
    assert "change 2 cannot be undone" not in panel.said
    assert not present(hub.session.comments()[key]) and len(hub.session.comments()[key]) == 4
    press(panel, do="comment", **about, comment=" ")
    assert "Comment must be a text; got none." in panel.said
    plan.set("site", "Berlin", places=400)
    comment_on(plan, "Berlin", "handling", "x")
    assert present(hub.session.comments()["Berlin", "handling"])[0].after == "x"


def test_totals_are_sums_over_lanes_and_sites_by_hand():
    session = Hub("", "BER-MUC").session
    session.plan.set("site", "Berlin", places=400)
    session.plan.set("lane", ["BER-MUC", "HAM-ROT"], site="Berlin")
    session.look_again()
    morning = session.morning()
    flows = research_lanes().flows
    days = flows["date"].to_numpy().astype("datetime64[D]")
    week = flows[(days > morning.attention.date - 7) & (days <= morning.attention.date)]
    sums = week.groupby("lane")["volume"].sum()
    totals = morning.totals
    assert totals.loc["network", "demand"] == pytest.approx(sums.sum())
    assert totals.loc["Berlin", "demand"] == pytest.approx(sums[["BER-MUC", "HAM-ROT"]].sum())
    assert totals.loc["network", "money_at_risk"] == pytest.approx(np.nansum(morning.attention.lanes["money"]))
    profit = session.network()["lane_profit"]
    assert totals.loc["network", "money"] == pytest.approx(7 * profit.sum())
    dwell = session.network().loc[["BER-MUC", "HAM-ROT"]]
    need = (sums[dwell.index] / 7 * (1 + dwell["return_rate"]) * dwell["dwell"]).sum()
    assert totals.loc["Berlin", "use"] == pytest.approx(need / 400)


def test_a_lane_that_ended_earns_nothing_and_has_no_plan_by_date():
    flows = research_lanes().flows
    kept = flows[(flows["lane"] != "HAM-ROT") | (flows["date"] < "2025-09-01")]
    history = history_from(kept, {"file": "made up", "rows_read": len(kept), "notes": ()})
    feed, policies = feed_of_history(history), {"HAM-ROT": {"internal_capacity": 60.0}}
    morning = morning_of(feed.history(), policies=policies)
    assert morning.attention.lanes.loc["HAM-ROT", "status"] == "ended" and "HAM-ROT" in set(morning.actions["lane"])
    profit = assess_history(history, policies=policies).table["lane_profit"]
    assert profit["HAM-ROT"] > 0
    assert morning.totals.loc["network", "money"] == pytest.approx(7 * profit.drop("HAM-ROT").sum())
    report = network_report(feed, morning, policies=policies, horizon=2)
    assert "HAM-ROT" not in report.plans
    assert list(network_report(feed, morning, policies=policies, horizon=2, lanes=["HAM-ROT"]).plans) == ["HAM-ROT"]


def test_the_buttons_keep_and_undo_a_lane():
    hub = Hub("", "BER-MUC")
    before = hub.session.values["internal_capacity"]
    press(hub.dials, do="turn", subject="BER-MUC", name="internal_capacity", value=150.0)
    press(hub.sheet, do="keep", subject="BER-MUC")
    assert " pallets. This plan ends with the page." in hub.sheet.noted
    assert hub.session.policies.loc["BER-MUC", "internal_capacity"] == 150.0
    press(hub.sheet, do="undo", subject="BER-MUC")
    assert hub.session.values["internal_capacity"] == before and not hub.sheet.said
    assert hub.sheet.noted.startswith("Undone: internal capacity of lane BER-MUC: 150 pallets")


def test_totals_say_what_changed_since_the_last_visit_and_a_visit_is_no_change_to_undo(monkeypatch):
    feed = replace(feed_of_history(research_lanes()), source="ledger")
    session = Session(feed, POLICIES, plan=CapacityPlan(author="eva"))
    session.visit()
    before = session.morning().totals
    assert (
        session.morning().since is None and session.morning().changes.loc["network"].notna().tolist()[:2] == [True] * 2
    )
    now = visits.this_moment()
    monkeypatch.setattr(visits, "this_moment", lambda: now + datetime.timedelta(hours=20))
    colleague = Session(feed, POLICIES, plan=CapacityPlan(session.plan.cells, author="tom"))
    colleague.plan.set("lane", "BER-MUC", internal_capacity=150.0)
    session.look_again()
    session.visit()
    found = session.morning()
    assert found.since.at == f"{now:%Y-%m-%d %H:%M}" and found.changes.loc["network", "demand"] == 0
    risk = found.totals.loc["network", "money_at_risk"] - before.loc["network", "money_at_risk"]
    assert found.changes.loc["network", "money_at_risk"] == pytest.approx(risk, abs=1e-3) and risk > 100
    assert "since your visit at" in page(found, True, {}, {}) and f"+${risk:,.0f}" in page(found, True, {}, {})
    with pytest.raises(ValueError, match="one with a change by eva to undo"):
        session.undo()


def test_lanes_of_no_site_have_a_row_so_that_the_rows_sum_to_the_network():
    plan = CapacityPlan(author="eva")
    plan.set("site", "Berlin", places=900)
    plan.set("lane", "BER-MUC", site="Berlin")
    totals = morning_of(research_lanes(), plan).totals
    assert list(totals.index) == ["network", "Berlin", "lanes of no site"]
    for name in ("demand", "money", "money_at_risk"):
        assert totals[name].iloc[1:].sum() == pytest.approx(totals[name].iloc[0])
    plan.set("lane", ["HAM-ROT", "FRA-PAR"], site="Berlin")
    assert list(morning_of(research_lanes(), plan).totals.index) == ["network", "Berlin"]
