"""What the record calls for: gaps, breaks, missed promises, penalties, shifts and partners, each found where it is."""

import re

import numpy as np
import pandas as pd
import pytest

from twin import overflow_ahead
from twin.data.settle import history_from
from twin.plan.actions import attention_of
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.record_actions import breaks, gaps, promises

DAYS, RANDOM = 420, np.random.default_rng(11)
STEADY = RANDOM.poisson(50.0, (5, DAYS)).astype(float)
POLICY = {"internal_capacity": 90.0, "lead_time_mean_days": 1.0, "lead_time_sd_days": 0.0, "partner_surcharge": 10.0}


def network():
    """Return the flows of six lanes, each with one thing to find, and the plan that says what is theirs."""
    weekly = np.arange(DAYS) % 7 < 5
    volumes = {
        "calm": STEADY[0],
        "silent": STEADY[1] * weekly,
        "fallen": np.where(np.arange(DAYS) >= DAYS - 28, 0.4, 1.0) * STEADY[2],
        "wild": np.where(np.arange(DAYS) >= DAYS - 182, STEADY[3] + 30 * (-1.0) ** np.arange(DAYS), STEADY[3]),
        "fined": STEADY[4],
        "full": STEADY[0] * 2,
    }
    volumes["silent"][-5:] = 0.0  # three working days and a weekend, on which it never flows
    dates = pd.date_range(pd.Timestamp("2025-01-06"), periods=DAYS)
    rows = [(day, name, each) for name, row in volumes.items() for day, each in zip(dates, row, strict=True) if each]
    plan = CapacityPlan(author="eva")
    plan.set("site", "Berlin", handling_per_period=100)
    plan.set("site", "Rom", handling_per_period=900)
    plan.set("lane", list(volumes), **POLICY)
    plan.set("lane", ["calm", "fined"], site="Berlin")
    plan.set("lane", "full", site="Rom", internal_capacity=95)
    plan.set("lane", "wild", service_level=0.95, internal_capacity=150)
    plan.set("lane", "fined", service_level=0.5, sla_penalty=100)
    flows = pd.DataFrame(rows, columns=["date", "lane", "volume"]).astype({"lane": "category"})
    return history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()}), plan


def test_each_kind_of_action_is_found_on_its_lane_with_reason_and_decision():
    history, plan = network()
    found = attention_of(history, policies=plan.policies(), plan=plan)
    rows = found.ranked().set_index("lane")
    assert rows["kind"].to_dict() == {
        "fined": "penalty",
        "silent": "gap",
        "fallen": "break",
        "full": "overflow",
        "Berlin": "handling",
        "wild": "promise",
    }
    assert "3 days" in rows.loc["silent", "reason"] and "release 29 places" in rows.loc["fallen", "decision"]
    assert rows.loc["full", "partner"] == "fallen" and "at fallen" in rows.loc["full", "decision"]
    latest = STEADY[3][-182:] + 30 * (-1.0) ** np.arange(DAYS)[-182:]
    level = STEADY[3].mean() + float(re.search(r"buffer of (\d+)", rows.loc["wild", "reason"])[1])
    kept = float(re.search(r"and (\d+)% were kept", rows.loc["wild", "reason"])[1])
    assert kept == pytest.approx(100 * np.mean(latest <= level), abs=2)  # the buffer is said in whole pallets
    load = STEADY[0] + STEADY[4]
    beyond = 7 * np.maximum(load[-120:] - 100.0, 0.0).mean()  # on record: another estimate of what is expected
    assert rows.loc["Berlin", "money"] == pytest.approx(10 * beyond, rel=0.4)
    plan.set("contract", "K1", type="spot", partner="Rhein", price=4.0, first="2025-01-01", lanes=["full"])
    again = attention_of(history, policies=plan.policies(), plan=plan).ranked().set_index("lane")
    assert (again.loc["full", "partner"], again.loc["full", "price"]) == ("Rhein", 4.0)
    rest = found.ranked({("full", "overflow"), ("fined", "penalty")})["lane"].tolist()
    assert rest == ["silent", "fallen", "Berlin", "wild"]


def test_places_that_nobody_states_are_neither_released_nor_lent():
    """The lane calm has ended; places are kept for it, and money is at stake, only if the plan states them."""
    history, plan = network()
    flows = history.flows[(history.flows["lane"] != "calm") | (history.flows["date"] < "2026-01-01")]
    history = history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()})

    def rows():
        return attention_of(history, policies=plan.policies(), plan=plan).ranked().set_index("lane")

    before = rows()
    assert before.loc["calm", "kind"] == "ended" and "release 90 places" in before.loc["calm", "decision"]
    assert before.loc["full", "partner"] == "fallen" and before.loc["fined", "kind"] == "penalty"
    plan.set("lane", ["calm", "fallen"], internal_capacity=None)
    plan.set("lane", "fined", sla_penalty=None)
    after = rows()
    assert "calm" not in after.index and after["partner"].ne("fallen").all()
    assert "release" not in " ".join(after["decision"]) and after["kind"].ne("penalty").all()


def test_a_planners_own_figures_and_a_scenario_replace_forecasts_and_the_answer_says_so():
    """An override of 120 pallets a day beside 90 places overflows by 30 places a day, and a shift has them, too."""
    history, plan = network()

    def found(scenario=""):
        plan.look_at(scenario)
        one = attention_of(history, policies=plan.policies(), plan=plan)
        return one, one.ranked().set_index("lane")

    (before, rows), last = found(), pd.Timestamp(history.flows["date"].max())
    days = {"first": f"{last + pd.Timedelta(days=1):%F}", "last": f"{last + pd.Timedelta(days=7):%F}"}
    assert "by the plan" not in " ".join(rows["reason"]) and before.lanes.loc["calm", "expected_overflow"] < 1
    load = rows.loc["Berlin", "money"]
    plan.set("override", "1", lane="calm", volume=120.0, reason="fair", **days)
    after, rows = found()
    assert after.lanes.loc["calm", "expected_overflow"] == pytest.approx(7 * 30, rel=0.1)
    assert rows.loc["calm", "kind"] == "overflow" and after.lanes.loc["calm", "status"] == "strained"
    assert "120 places are expected a day by the plan against 90 places owned" in rows.loc["calm", "reason"]
    assert rows.loc["calm", "places"] > 0 and str(rows.loc["calm", "last_date"]) == days["last"]
    assert rows.loc["Berlin", "money"] == pytest.approx(7 * 70 * 10, rel=0.05) and load < 7 * 10 * 10
    others = before.lanes.index.drop("calm")
    same = ["expected_overflow", "overflow_probability"]
    assert after.lanes.loc[others, same].equals(before.lanes.loc[others, same])
    assert any("calm 120 from" in note and "(fair)" in note for note in after.assumptions)
    plan.remove("override", "1")
    plan.set("scenario", "1", name="peak", field="volume", factor=2.4, lanes=["calm"], **days)
    plan.set("scenario", "2", name="peak", field="internal_capacity", value=300.0, lanes=["full"])
    (peak, rows), (unchanged, _) = found("peak"), found()
    assert unchanged.lanes.equals(before.lanes)
    assert peak.lanes.loc["calm", "expected_overflow"] == pytest.approx(7 * 30, rel=0.1)
    assert peak.lanes.loc["full", "capacity"] == 300 and "full" not in rows.index
    assert any(note.startswith("scenario peak in view: demand of calm times 2.4 from") for note in peak.assumptions)
    with pytest.raises(ValueError, match="scenario must be one of peak; got low"):
        found("low")


def test_a_partner_is_at_the_same_site():
    history, plan = network()
    plan.set("lane", "fallen", site="Berlin")
    rows = attention_of(history, policies=plan.policies(), plan=plan).ranked().set_index("lane")
    assert rows.loc["full", "kind"] == "overflow" and rows.loc["full", "partner"] != "fallen"
    plan.set("lane", "fallen", site="Rom")
    rows = attention_of(history, policies=plan.policies(), plan=plan).ranked().set_index("lane")
    assert rows.loc["full", "partner"] == "fallen"


def test_steady_lanes_call_for_nothing():
    volumes = np.random.default_rng(4).poisson(40.0, (300, 400)).astype(float)
    errors = overflow_ahead.errors_of(volumes, np.full((*volumes.shape, 28), 40.0))[:, -224:]
    assert not gaps(volumes, 7, 7).periods.any() and np.count_nonzero(breaks(errors, volumes).shift) <= 3
    mean, sd = volumes.mean(axis=1), volumes.std(axis=1)
    found = promises(volumes, 3 * mean + 1.645 * np.sqrt(3) * sd, np.full(300, 3.0), np.full(300, 0.95), 182)
    assert np.count_nonzero(~np.isnan(found.kept)) <= 3


def test_a_promise_over_part_of_a_week_is_judged_alike_on_the_record_by_week_and_by_day():
    """A lead time of 3 or of 10 days: demand of a whole week does not count against stock for a part of it."""
    days = np.random.default_rng(5).poisson(20.0, (200, 7 * 52)).astype(float)
    weeks = days.reshape(200, 52, 7).sum(axis=2)
    for lead_time in (3, 10):
        covers = 20.0 * lead_time + 1.645 * np.sqrt(20.0 * lead_time)
        for level, missed in ((covers, 0), (0.9 * 20.0 * lead_time, 200)):
            promise = np.full(200, level), np.full(200, float(lead_time)), np.full(200, 0.95)
            by_day = promises(days, *promise, 7 * 52).kept
            by_week = promises(weeks, promise[0], promise[1] / 7, promise[2], 52).kept
            assert abs(np.count_nonzero(~np.isnan(by_day)) - missed) <= 4
            assert abs(np.count_nonzero(~np.isnan(by_week)) - missed) <= 4
