"""The policy of a notebook's lane is the lane's own unless it is stated: by hand, by papermill and in a batch."""

import json
import math
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from twin.batch.notebook import execute
from twin.batch.paper import build
from twin.data.history import write_csv
from twin.data.load import load_history
from twin.data.scenarios import IDLE_PLACE_COSTS, POLICIES, research_lanes
from twin.plan.table_report import assess_history
from twin.policy import POLICY
from twin.view.own_policy import own_policy

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
FINANCE = NOTEBOOKS / "05_finance.ipynb"
COMMON = {"live": False, "samples": 20_000}


def unset(*names):
    """Return parameters that are the lane's own."""
    return dict.fromkeys(names, math.nan)


@pytest.fixture
def file(tmp_path):
    """Return the path of a file with the flows of the research lanes."""
    write_csv(research_lanes(), path := tmp_path / "flows.csv")
    return str(path)


@pytest.mark.parametrize("lane", POLICIES)
def test_a_research_lane_has_its_own_policy(lane, capsys):
    found = own_policy(load_history(), lane, "", "", unset(*POLICIES[lane], "idle_place_cost"))
    assert found == (*POLICIES[lane].values(), IDLE_PLACE_COSTS[lane])
    assert capsys.readouterr().out == ""


def test_a_stated_value_goes_first_even_if_it_is_that_of_another_lane():
    stated = {**unset("holding_cost"), "sla_penalty": POLICIES["BER-MUC"]["sla_penalty"], "lead_time_sd_days": 0.0}
    assert own_policy(load_history(), "HAM-ROT", "", "", stated) == (2.5, 40.0, 0.0)


def test_a_file_of_policies_goes_before_the_defaults(file, tmp_path, capsys):
    (tmp_path / "policies.csv").write_text("lane,sla_penalty,holding_cost\nHAM-ROT,33,\nFRA-PAR,44,4\n")
    stated, policies = unset("sla_penalty", "holding_cost", "idle_place_cost"), str(tmp_path / "policies.csv")
    assert own_policy(load_history(file), "FRA-PAR", file, policies, stated) == (44.0, 4.0, 4.0)
    assert capsys.readouterr().out == ""
    default = POLICY["holding_cost"].default
    assert own_policy(load_history(file), "HAM-ROT", file, policies, stated) == (33.0, default, default)
    assert capsys.readouterr().out == "by default for HAM-ROT: holding cost $5.00 a pallet and day\n"


def test_a_lane_of_a_file_has_the_defaults_of_assess_and_they_are_named(file, capsys):
    stated = {"lead_time_mean_days": 4.0, **unset("internal_capacity", "service_level", "partner_surcharge")}
    record = load_history(file)
    found = own_policy(record, "HAM-ROT", file, "", stated)
    report = assess_history(record, {"lead_time_mean_days": 4.0}).table.loc["HAM-ROT"]
    assert found == pytest.approx((4.0, report["required_capacity"], report["service_level"], 5.0), rel=1e-12)
    said = capsys.readouterr().out
    assert all(word in said for word in ("internal capacity", "service level", "surcharge")) and "lead time" not in said


@pytest.mark.parametrize(
    ("lane", "stated", "complaint"),
    [
        ("NOWHERE", {}, "lane must be one of BER-MUC"),
        ("HAM-ROT", {"price": 3.0}, "stated must be fields of a policy or idle_place_cost; got price"),
        ("HAM-ROT", {"holding_cost": -1.0}, "holding_cost must be"),
    ],
)
def test_what_is_no_policy_is_refused(lane, stated, complaint):
    with pytest.raises(ValueError, match=complaint):
        own_policy(load_history(), lane, "", "", stated)


def results_of(folder):
    """Return the results in a folder."""
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]


def test_by_hand_by_papermill_and_in_a_batch_a_lane_gives_the_same_numbers(tmp_path):
    book = nbformat.read(FINANCE, as_version=4)
    for old, new in (('"BER-MUC"', '"HAM-ROT"'), ("1_000_000", "20_000"), ('dir: str = ""', 'dir: str = "hand"')):
        (cell,) = (cell for cell in book.cells if "parameters" in cell.metadata.get("tags", []))
        assert old in cell.source
        cell.source = cell.source.replace(old, new)
    nbformat.write(book, tmp_path / "edited.ipynb")
    execute(tmp_path / "edited.ipynb")
    ways = {"lane": "HAM-ROT", "samples": "20000", "live": "False", "out_dir": str(tmp_path / "mill")}
    given = [word for name, value in ways.items() for word in ("-p", name, value)]
    command = [sys.executable, "-m", "papermill", str(FINANCE), str(tmp_path / "ran.ipynb"), *given]
    subprocess.run(command, check=True, capture_output=True)
    paper = tmp_path / "paper"
    paper.mkdir()
    (tmp_path / "finance.ipynb").write_bytes(FINANCE.read_bytes())
    (paper / "figures.yml").write_text(
        "jobs: [{name: lanes, notebook: ../finance.ipynb, parameters: {samples: 20000}, keep: results, "
        "grid: {lane: [BER-MUC, HAM-ROT]}}]"
    )
    assert build(paper, pdf=False) == 0
    own = results_of(paper / "out" / "lanes" / "lane=HAM-ROT")
    assert own == results_of(tmp_path / "hand") == results_of(tmp_path / "mill")
    assert own["share_given_up"]["value"] == pytest.approx(109.39 / 2938.23, rel=1e-4)  # with its own policy
    assert results_of(paper / "out" / "lanes" / "lane=BER-MUC")["profit"]["value"] == pytest.approx(1478.33, rel=1e-5)


def test_a_file_of_policies_is_an_input_of_a_job(tmp_path, file):
    paper = tmp_path / "paper"
    paper.mkdir()
    (tmp_path / "finance.ipynb").write_bytes(FINANCE.read_bytes())
    (tmp_path / "policies.csv").write_text("lane,sla_penalty\nHAM-ROT,33\n")
    (paper / "figures.yml").write_text(
        "jobs: [{name: one, notebook: ../finance.ipynb, keep: results, parameters: "
        "{samples: 20000, lane: HAM-ROT, history: flows.csv, policies: policies.csv}}]"
    )
    assert build(paper, pdf=False) == 0
    first = results_of(paper / "out" / "one")
    told = json.loads((paper / "out" / "one" / "results.json").read_text())["provenance"]["data"]
    assert set(told) == {"flows.csv", "policies.csv"}
    (tmp_path / "policies.csv").write_text("lane,sla_penalty\nHAM-ROT,66\n")
    assert build(paper, pdf=False) == 0
    second = results_of(paper / "out" / "one")
    assert first["best_level"]["value"] == pytest.approx((33 + 35) / (33 + 35 + 5), rel=1e-12)
    assert second["best_level"]["value"] == pytest.approx((66 + 35) / (66 + 35 + 5), rel=1e-12)
