"""The mechanism map: its worlds, the best places and buffers found in them, and the table in the package."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from twin.motion import mechanisms
from twin.motion.effects import settings
from twin.simulate import generator

LANES, DAYS = 3, 400


def history(seed=1):
    """Return three made lanes: weekly factors times gamma values that depend on their predecessors."""
    random = generator(seed)
    factors = np.tile([0.5, 1.2, 1.3, 1.2, 1.1, 1.0, 0.7], 60)[:DAYS]
    noise = random.gamma(4.0, 0.25, size=(LANES, DAYS + 1))
    volumes = np.array([[40.0], [200.0], [7.0]]) * factors * (noise[:, 1:] + noise[:, :-1]) / 2
    season = np.broadcast_to(factors, volumes.shape)
    return mechanisms.Flows(volumes, season, season[:, :364])


@pytest.fixture(scope="module")
def found():
    return mechanisms.worlds([history(), history(2)], steps=28, replications=4)


def test_there_is_an_answer_for_each_half_lane_and_world(found):
    for answer in found:
        assert answer.shape == (2, 2 * LANES, 256) and np.isfinite(answer).all()
    assert (found.given_away >= -1e-6).mean() > 0.99  # the best places of a half are best for that half


def test_paths_keep_the_mean_and_only_the_structure_that_is_switched_on():
    paths = {
        (dependence, season): mechanisms._paths(history(), dependence, season, 364, 40, [1, 0])
        for dependence in (0, 1)
        for season in (0, 1)
    }
    for made in paths.values():
        means = made.mean(axis=(1, 2))
        errors = made.mean(axis=2).std(axis=1, ddof=1) / np.sqrt(made.shape[1])
        assert np.all(np.abs(means - 100) < 5 * errors)

    def lag(made, days):
        centred = made - made.mean(axis=2, keepdims=True)
        return ((centred[..., days:] * centred[..., :-days]).mean() / (centred**2).mean()).item()

    assert lag(paths[0, 1], 7) > 0.3 and lag(paths[1, 1], 7) > 0.3  # weekdays are on the calendar
    assert abs(lag(paths[0, 0], 7)) < 0.05 and abs(lag(paths[0, 0], 1)) < 0.05
    assert lag(paths[1, 0], 1) > 0.1  # dependence without a season


def test_shared_places_are_no_more_than_separate_ones(found):
    shared = settings(8)[:, list(mechanisms.SWITCHES).index("site sharing")] == 1
    total = found.places.sum(axis=1)
    assert np.all(total[:, shared] <= total[:, ~shared] * (1 + 1e-9))  # the worlds are paired: sharing is the last


def test_best_places_are_those_of_a_search():
    space = generator(3).gamma(5.0, 40.0, size=(2, 6, 500))
    places, given = mechanisms._booked(space, np.zeros(2, int), False, np.array([300.0, 300.0]))
    grid = np.linspace(0, 800, 3201)
    bills = np.array([1.5 * c + 12.0 * np.maximum(space - c, 0).mean(axis=(1, 2)) for c in grid])
    assert places == pytest.approx(grid[bills.argmin(axis=0)], abs=0.5)
    planned = 1.5 * 300 + 12.0 * np.maximum(space - 300, 0).mean(axis=(1, 2))
    assert given == pytest.approx(planned - bills.min(axis=0), abs=0.01)


def test_the_least_cost_of_a_parabola_is_found_between_the_factors_tried():
    factors = mechanisms._FACTORS
    for lowest in (0.4, 1.2, 2.0, 2.9):
        assert mechanisms._lowest((factors - lowest) ** 2) == pytest.approx(lowest, rel=1e-9)


def test_the_table_in_the_package_is_complete_and_adds_up():
    shipped = mechanisms.shipped()
    assert sum(shipped["provenance"]["lanes"].values()) >= 50
    rows = shipped["effects"]
    assert [(row["answer"], row["switch"]) for row in rows] == [
        (answer, switch) for answer in mechanisms.OUTCOMES for switch in mechanisms.SWITCHES
    ]
    for answer in mechanisms.OUTCOMES:
        mine = [row for row in rows if row["answer"] == answer]
        assert sum(row["share"] for row in mine) == pytest.approx(1.0, abs=1e-3)
        assert all(row["low"] <= row["share"] <= row["high"] for row in mine)


def test_the_table_was_made_from_the_records_at_hand():
    folder = os.environ.get("TWIN_REAL_DATA")
    if not folder:
        pytest.skip("TWIN_REAL_DATA names no folder of records")
    for name, digest in mechanisms.shipped()["provenance"]["data"].items():
        assert hashlib.sha256((Path(folder) / name).read_bytes()).hexdigest()[:16] == digest
