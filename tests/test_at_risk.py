"""Places that are booked by decisions lower the overflow and the money at risk, at every door and on both engines."""

import json

import numpy as np
import pytest

from twin.__main__ import main
from twin.data.ledger.store import Ledger
from twin.data.scenarios import POLICIES, research_lanes
from twin.plan.actions import attention_of
from twin.plan.at_risk import bookings_of
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.feed import feed_of_history
from twin.plan.morning import morning_of
from twin.view.hub.session import Session

TIGHT = {"BER-MUC": {**POLICIES["BER-MUC"], "internal_capacity": 150.0}}
BOOKED = {"places": 30.0, "first": "2025-12-29", "last": "2026-01-11"}


def at_risk(morning):
    return morning.totals.loc["network", "money_at_risk"]


def seen(history, plan):
    """Return the money at risk in the tiles of the hub, under a plan."""
    return at_risk(Session(feed_of_history(history), plan=plan).morning())


def test_a_booking_is_as_good_as_own_places_on_its_dates_and_none_on_others():
    history, plan = research_lanes(), CapacityPlan(author="eva")
    alone = attention_of(history, policies=TIGHT).lanes.loc["BER-MUC"]
    plan.add("decision", lane="BER-MUC", action="overflow", state="accepted", **BOOKED)
    booked = attention_of(history, policies=TIGHT, plan=plan)
    more = {"BER-MUC": {**TIGHT["BER-MUC"], "internal_capacity": 180.0}}
    larger = attention_of(history, policies=more).lanes.loc["BER-MUC"]
    for name in ("expected_overflow", "overflow_probability", "money"):
        assert booked.lanes.loc["BER-MUC", name] == pytest.approx(larger[name], rel=1e-12)
        assert larger[name] < 0.9 * alone[name]
    assert booked.lanes.loc["BER-MUC", "capacity"] == 150.0
    plan.set("decision", next(iter(plan.of("decision"))), first="2026-01-05")  # the week after the coming one
    later = attention_of(history, policies=TIGHT, plan=plan).lanes.loc["BER-MUC"]
    assert later["money"] == pytest.approx(alone["money"], rel=1e-12)


def test_decisions_on_overflow_that_take_places_add_up_until_they_are_taken_back():
    taken = {"lane": "A", "action": "overflow", "state": "accepted", **BOOKED}
    more = {**taken, "places": 12.0, "state": "changed"}
    assert bookings_of({"1": taken}) == {"A": (taken,)}
    assert bookings_of({"1": taken, "2": more, "3": {**more, "lane": "B"}})["A"] == (taken, more)
    assert bookings_of({"1": taken, "2": {**more, "state": "declined"}}) == {"A": (taken,)}  # the rest is declined
    assert bookings_of({"1": taken, "2": {**taken, "state": "declined"}}) == {}
    assert bookings_of({"1": taken, "2": more, "3": {"lane": "A", "state": "declined"}}) == {}
    assert bookings_of({"1": {**taken, "action": "loss"}, "2": {**taken, "places": 0.0}}) == {}
    site = {name: value for name, value in taken.items() if name != "lane"}
    assert bookings_of({"1": {**site, "site": "Kiel", "action": "handling"}}) == {}


def test_the_tiles_follow_a_decision_and_its_end():
    session = Session(feed_of_history(research_lanes()), TIGHT, plan=CapacityPlan(author="eva"))
    session.plan.set("site", "Berlin", places=400)
    session.plan.set("lane", "BER-MUC", site="Berlin")
    session.look_again()
    before = session.morning()
    name = session.decide("BER-MUC", "overflow", "accepted")
    after = session.morning()
    saved = before.attention.lanes["money"] - after.attention.lanes["money"]
    assert saved["BER-MUC"] > 0 and np.count_nonzero(saved.fillna(0.0)) == 1
    for row in ("network", "Berlin"):
        left = before.totals.loc[row, "money_at_risk"] - after.totals.loc[row, "money_at_risk"]
        assert left == pytest.approx(saved["BER-MUC"])
    assert after.totals.loc["lanes of no site", "money_at_risk"] == pytest.approx(
        before.totals.loc["lanes of no site", "money_at_risk"]
    )
    again = morning_of(research_lanes(), session.plan, session.stated)
    np.testing.assert_allclose(after.totals["money_at_risk"], again.totals["money_at_risk"], rtol=1e-12)
    session.take_back(name)
    assert at_risk(session.morning()) == pytest.approx(at_risk(before), rel=1e-12)


def test_bookings_in_a_ledger_lower_the_money_at_risk_at_every_door(url, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", url)
    history = research_lanes()
    with Ledger(url) as ledger:
        ledger.import_history(history)
        plan = CapacityPlan(ledger.plan, author="eva")
        plan.set("lane", "BER-MUC", internal_capacity=150.0)
        before = seen(history, plan)
        told = []
        for decided in (False, True):
            if decided:
                plan.add("decision", lane="BER-MUC", action="overflow", state="accepted", **BOOKED)
            assert main(["attention", "ledger:", "--json"]) == 0
            told.append(json.loads(capsys.readouterr().out)["lanes"]["BER-MUC"]["money"])
        after = seen(history, CapacityPlan(ledger.plan, author="tom"))
    assert told[1] < 0.9 * told[0]
    assert before - after == pytest.approx(told[0] - told[1], rel=1e-6)
