"""The notebook of draws gives the numbers of the lessons, and the paper runs it with the lessons' parameters."""

import json
from pathlib import Path

import pytest

from twin.batch.notebook import execute
from twin.batch.parameters import default_parameters
from twin.batch.plan import read_plan
from twin.data.scenarios import POLICIES, RESEARCH_SEED

ROOT = Path(__file__).parents[1]
PAPER = ROOT / "papers" / "pixels-to-premiums"
DRAWS = PAPER / "draws.ipynb"
LESSONS = ("01_newsvendor", "02_buffers", "03_cooperation", "05_finance")


def results_of(notebook, folder, **parameters):
    """Return the results of a notebook by name."""
    execute(notebook, {"out_dir": str(folder), **parameters})
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
    return {name: entry["value"] for name, entry in results.items()}


def test_the_draw_of_the_research_seed_gives_the_numbers_of_the_lessons(tmp_path):
    lean = {"samples": 20_000, "live": False}
    found, checked = results_of(DRAWS, tmp_path / "draw"), set()
    lane = "FRA-PAR"
    for lesson in LESSONS:
        told = results_of(ROOT / "notebooks" / f"{lesson}.ipynb", tmp_path / lesson, lane=lane, **lean)
        ours = {name: value for name, value in told.items() if f"{name}_{lane}" in found}
        assert {name: found[f"{name}_{lane}"] for name in ours} == pytest.approx(ours, rel=1e-9)
        checked |= {f"{name}_{lane}" for name in ours}
    for lesson in ("04_resilience", "08_coalitions"):
        told = results_of(ROOT / "notebooks" / f"{lesson}.ipynb", tmp_path / lesson, **lean)
        ours = {name: value for name, value in told.items() if name in found}
        assert {name: found[name] for name in ours} == pytest.approx(ours, rel=1e-9)
        checked |= set(ours)
    assert checked == {
        name for name in found if name.partition("_BER")[0] == name.partition("_HAM")[0] and "sd=" not in name
    }


def test_its_parameters_are_those_of_the_lessons():
    ours = default_parameters(DRAWS)
    jobs = {job.name: {**default_parameters(job.notebook), **job.parameters} for job in read_plan(PAPER)}
    assert ours["seed"] == RESEARCH_SEED
    resilience, coalitions = jobs["resilience"], jobs["coalitions"]
    assert ours["level"] == resilience["service_level"]
    assert {name: ours[name] for name in ours if name in resilience and name not in ("seed", "out_dir")} == {
        name: resilience[name] for name in ("headroom", "capacity_lost", "disruption_days")
    }
    assert all(ours[name] == coalitions[name] for name in ("reservation_cost", "partner_surcharge"))
    times = ("lead_time_mean_days", "lead_time_sd_days")
    assert [resilience[name] for name in times] == [POLICIES["BER-MUC"][name] for name in times]
