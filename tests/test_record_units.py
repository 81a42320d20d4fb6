"""A plan and policies per day mean the same network when its flows are read in weeks."""

import json

import numpy as np
import pytest

from twin.__main__ import main
from twin.data.load import read_history
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.record_units import policies_in_longer_period
from twin.policy import POLICY

POLICIES = "lane,internal_capacity,holding_cost,partner_surcharge,dwell\nA,180,2,6,2\n"


@pytest.fixture
def flows(tmp_path):
    """Two lanes of steady days: 100 pallets a day on A, 50 on B."""
    days = np.datetime64("2025-01-06") + np.arange(280)
    text = "".join(f"{day},A,{100 + i % 2}\n{day},B,{50 - i % 2}\n" for i, day in enumerate(days))
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n" + text)
    (tmp_path / "policies.csv").write_text(POLICIES)
    return path


def attention(capsys, *arguments):
    assert main(["attention", *map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_week_of_overflow_costs_the_same_read_in_days_or_in_weeks(flows, capsys):
    found = {
        period: attention(capsys, flows, "--policies", flows.parent / "policies.csv", "--period", period)
        for period in "DW"
    }
    by_hand = (100.5 * 2 - 180) * 6 * 7  # pallets beyond own places, every day, at $6 a day
    for period, one in found.items():
        assert one["period"] == period and one["lanes"]["A"]["money"] == pytest.approx(by_hand, rel=0.02)
        said = [note for note in one["assumptions"] if "were converted to a week" in note]
        assert len(said) == (period == "W") and all("dwell" in note and "per day" in note for note in said)
    capsys.readouterr()


def test_a_site_that_handles_a_shift_a_day_handles_seven_a_week(flows, capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'flows.db'}")
    for command in ("ledger import {}", "plan set site X handling_per_period=120", "plan set lane A B site=X"):
        assert main([word.format(flows) for word in command.split()]) == 0
    capsys.readouterr()
    for period in "DW":
        (action,) = [one for one in attention(capsys, "ledger:", "--period", period)["actions"] if one["lane"] == "X"]
        assert action["kind"] == "handling" and action["money"] == pytest.approx(30 * 7 * 5, rel=0.02)  # $5 a pallet


def test_only_numbers_of_a_period_are_converted():
    plan = CapacityPlan(author="eva")
    plan.set("site", "X", places=400, handling_per_period=100)
    plan.set("contract", "1", type="hard block", site="X", places=10, first="2025-01-01", price=2, notice_days=30)
    plan.set("override", "1", lane="A", first="2025-01-01", last="2025-01-09", volume=8)
    change = {"lanes": "A", "factor": None}
    plan.set("scenario", "1", name="s", field="holding_cost", value=3, **change)
    plan.set("scenario", "2", name="s", field="service_level", value=0.9, **change)
    plan.periods = 5.0
    assert plan.of("site")["X"] == {"places": 400, "handling_per_period": 500}
    assert [plan.of("contract")["1"][name] for name in ("price", "places", "notice_days")] == [10, 10, 30]
    assert plan.of("override")["1"]["volume"] == 40
    assert [one["value"] for one in plan.of("scenario").values()] == [15, 0.9]


def test_an_unset_dwell_stays_one_period_of_the_record():
    found = policies_in_longer_period({"A": {"internal_capacity": 9.0, "holding_cost": 2.0}}, ["A", "B"], 5.0, ())
    assert found["dwell"].tolist() == [0.2, 0.2] and found["holding_cost"].tolist() == [10.0, 25.0]
    assert found.loc["A", "internal_capacity"] == 9.0 and np.isnan(found.loc["B", "internal_capacity"])
    assert {name for name in found if POLICY[name].unit in ("$/pallet/period", "period")} == {*found} - {
        "internal_capacity"
    }


def test_weeks_of_five_working_days_stand_for_five_periods(tmp_path):
    days = np.busday_offset("2025-01-06", np.arange(150), roll="forward")
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n" + "".join(f"{day},A,{9 + i % 2}\n" for i, day in enumerate(days)))
    assert read_history(path, period="W").recorded_periods == pytest.approx(5.0)
    assert read_history(path).recorded_periods == 1.0
