"""Synthetic lanes: equal bytes on every machine, and the stated shapes."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from twin.batch.plan import read_plan
from twin.data.history import dense, write_csv
from twin.data.load import read_history
from twin.data.scenarios import IDLE_PLACE_COSTS, POLICIES, RESEARCH_SEED, network, research_lanes, research_partners
from twin.data.statistics import assessable, lane_statistics
from twin.lane import Policy, assess

PAPER = Path(__file__).parents[1] / "papers" / "pixels-to-premiums"


def digest(history, path):
    write_csv(history, path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("make", "sha256"),
    [
        (research_lanes, "54cafdf500d7706486d0aaf34d0a0ea7ae2cc6f299f02c381f7c93b66165f6f3"),
        (research_partners, "b378b01d8da9ecda4dc80afefb8409d7d12d12533431d23a0d64ade5c0aa549a"),
        (network, "46c183ac9eda1c6a07c369befb141005033992e4176c764abf77d5118d14a942"),
        (
            lambda: network(3, [[1, 0.5, 0], [0.5, 1, -0.2], [0, -0.2, 1]], 50),
            "41ae0b421747378f718752c61667e55a172eb6f51bf4e11f326c1e9be0aad97f",
        ),
    ],
)
def test_same_bytes_everywhere(make, sha256, tmp_path):
    assert digest(make(), tmp_path / "lanes.csv") == sha256


def test_research_lanes_are_whole_weeks_of_whole_pallets():
    lanes, days, volumes = dense(research_lanes())
    assert lanes.tolist() == ["BER-MUC", "FRA-PAR", "HAM-ROT"]
    assert (str(days[0]), str(days[-1]), len(days) % 7) == ("2023-01-02", "2025-12-28", 0)
    assert np.isfinite(volumes).all() and (volumes >= 0).all() and (volumes % 1 == 0).all()
    flows = research_lanes().flows
    assert (flows["returns"] % 1 == 0).all() and (flows["returns"] <= flows["volume"]).all()


def test_research_lanes_have_the_stated_shapes():
    found = lane_statistics(research_lanes())
    assert found["demand_mean"].to_dict() == pytest.approx({"BER-MUC": 100, "FRA-PAR": 20, "HAM-ROT": 140}, rel=0.03)
    assert found.loc["HAM-ROT", "demand_sd"] == pytest.approx(25, rel=0.1)
    sold = found["demand_mean"] * found["periods"]
    rates = {"BER-MUC": 0.18, "HAM-ROT": 0.02, "FRA-PAR": 0.01}
    for lane, rate in rates.items():  # binomial: within four standard errors
        assert abs(found.loc[lane, "return_rate"] - rate) < 4 * np.sqrt(rate * (1 - rate) / sold[lane])
    assert assessable(found)[1].empty


def test_seasonal_lane_has_weeks_and_a_fourth_quarter():
    flows = research_lanes().flows
    lane = {name: part.set_index("date")["volume"] for name, part in flows.groupby("lane", observed=True)}
    by_quarter = lane["BER-MUC"].groupby(lane["BER-MUC"].index.quarter).mean()
    by_day = lane["BER-MUC"].groupby(lane["BER-MUC"].index.day_name()).mean()
    assert by_quarter.idxmax() == 4 and by_quarter[4] > 1.3 * by_quarter[[1, 2, 3]].max()
    assert by_day["Monday"] > 2 * by_day["Sunday"]
    stable = lane["HAM-ROT"].groupby(lane["HAM-ROT"].index.quarter).mean()
    assert stable.max() / stable.min() < 1.05
    shocks = lane["FRA-PAR"] > 3 * lane["FRA-PAR"].mean()
    assert 5 <= shocks.sum() <= 60 and lane["FRA-PAR"].max() > 150


def test_research_partners_peak_in_their_seasons():
    names, weeks, volumes = dense(research_partners())
    assert names.tolist() == ["fashion", "garden", "grocery", "parcels", "toys"] and len(weeks) == 156
    peaks = {
        name: int(series.reshape(3, 52).mean(axis=0).argmax()) for name, series in zip(names, volumes, strict=True)
    }
    assert 14 <= peaks["garden"] <= 22 and min(peaks["toys"], peaks["parcels"]) >= 45
    together = np.corrcoef(volumes)
    assert together[3, 4] > 0.8 and together[1, 4] < -0.2  # toys with parcels, and against garden


def test_policies_are_profitable_and_near_capacity():
    statistics = lane_statistics(research_lanes())
    for lane, policy in POLICIES.items():
        answers = assess(statistics.loc[lane], Policy(**policy, return_rate=statistics.loc[lane, "return_rate"]))
        assert answers["profit"] > 0, lane
        assert 0.9 < answers["required_capacity"] / policy["internal_capacity"] < 1, f"{lane} is near its capacity"
    assert set(POLICIES) == set(IDLE_PLACE_COSTS) == set(statistics.index)


def test_the_paper_leaves_the_policies_of_lanes_to_this_module():
    for job in read_plan(PAPER):
        varied = {part.split("=")[0] for part in job.name.partition("/")[2].split(",")}  # parameters of a sweep
        stated = set(job.parameters) & {"holding_cost", *POLICIES["BER-MUC"]} - varied
        assert not stated or "lane" not in job.parameters, job.name


def test_research_lanes_differ_by_seed_and_in_nothing_else():
    usual, again, other = research_lanes(), research_lanes(seed=RESEARCH_SEED), research_lanes(seed=100)
    assert again.flows.equals(usual.flows) and not other.flows["volume"].equals(usual.flows["volume"])
    assert other.flows[["date", "lane"]].equals(usual.flows[["date", "lane"]])
    found, expected = (lane_statistics(record)["demand_mean"] for record in (other, usual))
    assert found.to_dict() == pytest.approx(expected.to_dict(), rel=0.1)
    assert not research_partners(seed=100).flows.equals(research_partners().flows)
    with pytest.raises(ValueError, match="seed must be a whole number >= 0; got -1"):
        research_lanes(seed=-1)


def test_research_lanes_in_months_sum_the_same_days():
    days, months = research_lanes(), research_lanes(period="MS", gaps="unknown")
    assert (months.period, months.gaps) == ("MS", "unknown")
    inside = days.flows[days.flows["date"].between("2023-02-01", "2025-11-30")]
    assert months.flows["volume"].sum() == inside["volume"].sum()


def test_network_has_the_correlation_asked_for():
    _, _, volumes = dense(network(lanes=8, correlation=0.6, periods=4000))
    found = np.corrcoef(volumes)[np.triu_indices(8, 1)]
    # standard error of a correlation of normals; rounding to pallets takes far less than that
    assert np.abs(found - 0.6).max() < 4 * (1 - 0.6**2) / np.sqrt(4000) + 0.01
    assert np.std(volumes, axis=1) / np.mean(volumes, axis=1) == pytest.approx(0.2, abs=0.11)


def test_network_with_a_matrix():
    matrix = np.array([[1, 0.8, -0.5], [0.8, 1, 0], [-0.5, 0, 1]])
    _, _, volumes = dense(network(lanes=3, correlation=matrix, periods=4000))
    np.testing.assert_allclose(np.corrcoef(volumes), matrix, atol=4 / np.sqrt(4000) + 0.01)


def test_network_limits():
    same = dense(network(lanes=2, correlation=1.0, periods=200))[2]
    assert np.corrcoef(same)[0, 1] > 0.995  # up to rounding to pallets
    singular = dense(network(lanes=2, correlation=[[1, -1], [-1, 1]], periods=200))[2]
    assert np.corrcoef(singular)[0, 1] < -0.995
    assert network(lanes=1, periods=1).flows.shape == (1, 3)
    assert network(seed=1).flows.equals(network(seed=1).flows)
    assert not network(seed=1).flows.equals(network(seed=2).flows)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"lanes": 0}, "lanes must be a whole number >= 1; got 0"),
        ({"lanes": 2.5}, "lanes must be a whole number"),
        ({"periods": 0}, "periods must be"),
        ({"seed": -1}, "seed must be"),
        ({"correlation": 1.2}, r"correlation must be in \[0, 1\], or a matrix; got 1.2"),
        ({"correlation": -0.1}, "correlation must be"),
        ({"correlation": "high"}, "correlation must be a finite number"),
        ({"correlation": float("nan")}, "correlation must be"),
        ({"lanes": 2, "correlation": [0.1, 0.2]}, "correlation must be a number or a matrix"),
        ({"lanes": 3, "correlation": np.eye(2)}, "correlation must be a number or a matrix"),
        ({"lanes": 2, "correlation": [[1, 0.2], [0.3, 1]]}, "correlation must be symmetric"),
        ({"lanes": 2, "correlation": [[2, 0], [0, 1]]}, "correlation must be 1 on its diagonal"),
        ({"lanes": 2, "correlation": [[1, np.nan], [np.nan, 1]]}, "correlation must be a finite number"),
        (
            {"lanes": 3, "correlation": [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]},
            "correlation must be positive semidefinite; got an eigenvalue of -0.8",
        ),
    ],
)
def test_network_refuses(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        network(**arguments)


def test_scenarios_are_read_back_from_a_file(tmp_path):
    history = research_lanes()
    write_csv(history, tmp_path / "lanes.csv")
    assert read_history(tmp_path / "lanes.csv").flows.equals(history.flows)
