"""Actions on terms that hold until they are negotiated: what they are worth, and how many are shown."""

import numpy as np
import pandas as pd
import pytest

from twin import Policy, assess
from twin.data.settle import history_from
from twin.plan.actions import attention_of


def test_a_lane_loses_money_by_the_overflow_of_its_kind_and_not_by_a_buffer_kept_in_places():
    """Revenue less handling, the rent of own places, and the partner's for the overflow on the lane's own record."""
    volumes = np.random.default_rng(6).poisson(50.0, 300)
    flows = pd.DataFrame({"date": pd.date_range("2025-01-06", periods=300), "lane": "L", "volume": volumes})
    history = history_from(flows.astype({"lane": "category"}), {"file": "made up", "rows_read": 300, "notes": ()})
    terms = {"internal_capacity": 60.0, "lead_time_mean_days": 9.0, "lead_time_sd_days": 0.0, "partner_surcharge": 40.0}
    terms |= {"handling_cost": 50.0, "service_level": 0.95, "sla_penalty": 3.0, "holding_cost": 1.0}
    gains = volumes.mean() * np.array([48.0, 54.0]) - 50.0 * volumes.mean() - 1.0 * 60.0
    on_record = 41.0 * np.maximum(volumes - 60.0, 0.0).mean()
    losing, earning = (
        attention_of(history, policies={"L": {"service_revenue": price, **terms}}).actions for price in (48.0, 54.0)
    )
    loss = losing.set_index("kind").loc["loss"]
    assert loss["money"] / 7 == pytest.approx(on_record - gains[0], rel=0.1)
    moments = {"demand_mean": volumes.mean(), "demand_sd": volumes.std(ddof=1)}
    told = assess(moments, Policy(service_revenue=48.0, **terms))["lane_profit"]
    assert loss["money"] / 7 == pytest.approx(-told) and f"loses ${-told:,.1f} a day" in loss["reason"]
    assert gains[1] > on_record and "loss" not in set(earning["kind"])  # its answer `profit` is far below zero


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
