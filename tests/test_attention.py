"""Status of lanes and ranked actions: what must be flagged, kept, released, and never looked ahead."""

import json

import numpy as np
import pandas as pd
import pytest

from twin import forecast
from twin.__main__ import main
from twin.plan.actions import attention_of
from twin.plan.attention import STATUSES, statuses, watched

DAYS = 150
RANDOM = np.random.default_rng(3)
MEANS = {"busy": 100.0, "calm": 60.0, "small": 4.0, "gone": 50.0}
VOLUMES = {name: RANDOM.poisson(mean, DAYS) for name, mean in MEANS.items()}
OWN = {"busy": 80.0, "calm": 120.0, "small": 3.0, "gone": 70.0}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Return the path of a file of four lanes, one of which ends 60 days before the others."""
    dates = pd.date_range("2025-01-01", periods=DAYS)
    flows = [(day.date(), lane, VOLUMES[lane][at]) for lane in MEANS for at, day in enumerate(dates)]
    flows = [row for row in flows if row[1] != "gone" or row[0] < dates[DAYS - 60].date()]
    folder = tmp_path_factory.mktemp("attention")
    pd.DataFrame(flows, columns=["date", "lane", "volume"]).to_csv(folder / "flows.csv", index=False)
    pd.Series(OWN, name="internal_capacity").rename_axis("lane").to_csv(folder / "policies.csv")
    return folder


def run(file, capsys, *more):
    assert main(["attention", str(file / "flows.csv"), "--policies", str(file / "policies.csv"), *more]) == 0
    return capsys.readouterr().out


def test_the_command_ranks_by_money_with_reason_decision_and_gain(file, capsys):
    found = json.loads(run(file, capsys, "--json"))
    status = {lane: row["status"] for lane, row in found["lanes"].items()}
    assert status == {"busy": "strained", "calm": "normal", "small": "watch", "gone": "ended"}
    first, *others = found["actions"]
    assert (first["kind"], first["lane"]) == ("ended", "gone") and first["money"] == 70 * 5.0 * 7
    busy = next(row for row in others if row["lane"] == "busy")
    expected = 7 * np.maximum(VOLUMES["busy"][-120:] - 80.0, 0).mean()  # the record's own overflow, another estimate
    assert found["lanes"]["busy"]["expected_overflow"] == pytest.approx(expected, rel=0.15)
    assert busy["places"] == pytest.approx(np.quantile(VOLUMES["busy"], 0.5) - 80, abs=4)  # c / s = 5 / 10
    assert (busy["first_date"], busy["last_date"]) == ("2025-05-31", "2025-06-27")
    assert 0 < busy["gain"] < 4 * busy["money"] * 1.2
    money = [row["money"] for row in found["actions"]]
    assert money == sorted(money, reverse=True) and len(money) <= 10
    text = run(file, capsys)
    assert "busy" in text and "-> book" in text and "-> release 70 places" in text and "1 ended" in text


def test_losses_count_only_at_stated_prices(file):
    from twin.data.load import load_history

    history = load_history(str(file / "flows.csv"))
    assert "loss" not in set(attention_of(history).actions["kind"])
    found = attention_of(history, {"service_revenue": 45.0}).actions
    assert set(found["kind"]) == {"loss"} and found["gain"].gt(0).all()


def test_a_status_rests_on_the_past_alone():
    needs = np.stack([VOLUMES["busy"], VOLUMES["calm"]]).astype(float)
    own, price = np.array([95.0, 62.0]), np.ones(2)
    said = forecast.backtest(needs, period="D", horizon=28, level=0.95)
    part = forecast.Interval(*(field[:, :120] for field in said))
    early = watched(needs[:, :120], own, price, period="D", said=part)
    alone = watched(needs[:, :120], own, price, period="D")
    np.testing.assert_array_equal(early.status, alone.status)
    np.testing.assert_allclose(early.expected, alone.expected, rtol=1e-12)


def test_a_lane_stays_flagged_inside_the_wider_bound_and_most_lanes_are_never_flagged():
    money = np.abs(np.random.default_rng(1).normal(100, 5, (50, 40)))
    found = statuses(money, np.full(money.shape, 0.1), np.zeros(money.shape))
    assert (found > 0).mean(axis=0).max() <= 0.4
    moving = statuses(np.array([[10.0, 8.0, 1.0], [6.0, 9.0, 9.0]]), np.ones((2, 3)), np.zeros((2, 3)))
    assert moving[0].tolist()[0] == STATUSES.index("strained") and moving[0, 2] == STATUSES.index("normal")


def test_a_lane_that_overflows_almost_always_is_never_normal_and_a_trifle_is():
    money = np.array([[1000.0], [900.0], [800.0], [1.0]])
    found = statuses(money, np.array([[0.2], [0.2], [0.2], [0.2]]), np.array([[0.1], [0.1], [0.1], [0.987]]))
    assert found[3, 0] == STATUSES.index("watch")
    assert statuses(money, np.full((4, 1), 0.005), np.zeros((4, 1))).max() == STATUSES.index("normal")
