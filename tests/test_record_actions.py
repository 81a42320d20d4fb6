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


def test_lanes_that_lose_money_leave_places_to_what_is_due_and_the_rest_is_counted():
    """Of 24 lanes, all lose money at their prices, and eight overflow, for less money."""
    random, names = np.random.default_rng(8), [f"L{number:02d}" for number in range(24)]
    dates = pd.date_range("2025-01-06", periods=140)
    rows = [(day, name, volume) for name in names for day, volume in zip(dates, random.poisson(40, 140), strict=True)]
    flows = pd.DataFrame(rows, columns=["date", "lane", "volume"]).astype({"lane": "category"})
    history = history_from(flows, {"file": "made up", "rows_read": len(flows), "notes": ()})
    own = {name: {"internal_capacity": 44.0 if place < 8 else 90.0} for place, name in enumerate(names)}
    terms = {"service_revenue": 30.0, "handling_cost": 50.0, "lead_time_mean_days": 0.0, "lead_time_sd_days": 0.0}
    terms |= {"service_level": 0.9}
    found = attention_of(history, policies={name: {**row, **terms} for name, row in own.items()})
    rows = found.ranked()
    assert rows["kind"].value_counts().to_dict() == {"overflow": 6, "loss": 4}
    assert rows["money"].is_monotonic_decreasing and rows["lane"].is_unique
    assert found.ranked({(name, "overflow") for name in names})["kind"].isin(["loss", "promise"]).all()
    words = found.others(set(zip(rows["lane"], rows["kind"], strict=True)))
    assert "loss 20 ($" in words and ", overflow 2 ($" in words
    assert found.own_stated and not attention_of(history).own_stated


def test_steady_lanes_call_for_nothing():
    volumes = np.random.default_rng(4).poisson(40.0, (300, 400)).astype(float)
    errors = overflow_ahead.errors_of(volumes, np.full((*volumes.shape, 28), 40.0))[:, -224:]
    assert not gaps(volumes, 7, 7).periods.any() and np.count_nonzero(breaks(errors, volumes).shift) <= 3
    mean, sd = volumes.mean(axis=1), volumes.std(axis=1)
    found = promises(volumes, 3 * mean + 1.645 * np.sqrt(3) * sd, np.full(300, 3.0), np.full(300, 0.95), 182)
    assert np.count_nonzero(~np.isnan(found.kept)) <= 3
