"""Replications of a job: its seeds, the mean and interval of each result, and what is run again or reported."""

import json
import random
import statistics

import pandas as pd
import pytest
from scipy import stats
from small_paper import make_project, save_notebook

from twin.batch.paper import build
from twin.batch.plan import read_plan
from twin.batch.seeds import intervals
from twin.batch.verify import verify

pytestmark = pytest.mark.usefixtures("progress")

PARAMETERS = 'size: float = 2.0  # mean [m]\nseed: int = 7  # random seed\nout_dir: str = ""  # save here'
DRAW = """import random
from twin.view.output import headline
if seed == %d:
    raise ValueError(f"the seed {seed} is unlucky")
headline(out_dir, length=(random.Random(seed).gauss(size, 1.0), "m"), count=(3, "-"))"""
PLAN = """jobs:
  - name: length
    notebook: ../draw.ipynb
    seeds: 4
    keep: results
    yields: {results: [length]}
"""
SWEEP = PLAN.replace("    seeds: 4", "    grid: {size: [2, 5]}\n    seeds: 3")


@pytest.fixture
def project(tmp_path):
    """Return the folder of a paper with one notebook that draws a random length."""
    paper = make_project(tmp_path)
    for name in ("expected.csv", "paper.typ"):
        (paper / name).unlink()
    save_notebook(tmp_path / "draw.ipynb", PARAMETERS, DRAW % 0)
    (paper / "figures.yml").write_text(PLAN)
    return paper


def drawn(size, seeds):
    """Return the lengths that the notebook draws."""
    return [random.Random(seed).gauss(size, 1.0) for seed in seeds]


def checked(results, values):
    """Check mean, interval and standard deviation against SciPy's t interval of the same values."""
    low, high = stats.t.interval(0.95, len(values) - 1, statistics.fmean(values), stats.sem(values))
    expected = {"mean": statistics.fmean(values), "low": low, "high": high, "sd": statistics.stdev(values)}
    assert {name: results[f"length_{name}"]["value"] for name in expected} == pytest.approx(expected, rel=1e-12)
    assert {results[f"length_{name}"]["unit"] for name in expected} == {"m"}


def test_a_job_with_seeds_gives_mean_and_interval_of_each_result(project):
    assert build(project, pdf=False) == 0 and verify(project) == []
    results = json.loads((project / "out" / "results.json").read_text())
    assert set(results) == {"length", *(f"length/seed={seed}" for seed in (100, 200, 300, 400))}
    checked(results["length"], drawn(2.0, (100, 200, 300, 400)))
    assert results["length"]["count_mean"] == {"value": 3.0, "unit": "-"}
    assert results["length"]["count_low"] == results["length"]["count_high"] == {"value": 3.0, "unit": "-"}
    table = pd.read_csv(project / "out" / "summary.csv").set_index(["job", "result"])
    assert table.loc[("length/seed=300", "length"), "seed"] == 300
    assert pd.isna(table.loc[("length", "length_mean"), "seed"])
    kept = json.loads((project / "out" / "length" / "over_seeds" / "results.json").read_text())
    assert "seed" not in kept["provenance"] and kept["provenance"]["reads_digest"]


def test_each_point_of_a_sweep_has_its_own_interval(project):
    (project / "figures.yml").write_text(SWEEP)
    assert build(project, pdf=False) == 0 and verify(project) == []
    results = json.loads((project / "out" / "results.json").read_text())
    for size in (2.0, 5.0):
        checked(results[f"length/size={size}"], drawn(size, (100, 200, 300)))
    assert len(results) == 8 and (project / "out" / "length" / "size=2.0,seed=100").is_dir()


def test_only_new_seeds_are_run(project, capsys):
    assert build(project, pdf=False) == 0
    (project / "figures.yml").write_text(PLAN.replace("seeds: 4", "seeds: 5"))
    capsys.readouterr()
    assert build(project, pdf=False) == 0
    assert "1 of 5 jobs to run\n" in (said := capsys.readouterr().err)
    assert "1 of 1 jobs that read others to run" in said and "length: done" in said
    checked(json.loads((project / "out" / "results.json").read_text())["length"], drawn(2.0, range(100, 600, 100)))
    assert build(project, pdf=False) == 0
    assert "0 of 5 jobs to run\n0 of 1 jobs that read others to run" in capsys.readouterr().err


def test_a_failed_seed_is_named_and_no_mean_is_taken_over_the_others(project, tmp_path, capsys):
    save_notebook(tmp_path / "draw.ipynb", PARAMETERS, DRAW % 300)
    assert build(project, pdf=False) == 1
    said = capsys.readouterr().err
    assert "job length/seed=300: " in said and "the seed 300 is unlucky" in said
    assert "job length: needs the results of length/seed=300, which failed" in said
    assert not (project / "out" / "length" / "over_seeds").exists()
    assert pd.read_csv(project / "out" / "summary.csv")["job"].nunique() == 3


def test_a_change_of_a_run_or_of_a_mean_is_found(project):
    assert build(project, pdf=False) == 0
    run, means = (project / "out" / "length" / name / "results.json" for name in ("seed=200", "over_seeds"))
    before = means.read_text()
    means.write_text(before.replace('"value": 3.0', '"value": 4.0', 1))
    assert any("length: a number in" in sentence for sentence in verify(project))
    means.write_text(before)
    assert verify(project) == []
    told = json.loads(run.read_text())
    told["results"]["length"]["value"] += 1e-9
    run.write_text(json.dumps(told))
    found = verify(project)
    assert any("length/seed=200: a number in" in sentence for sentence in found)
    assert "length was made before what it reads was changed" in found
    (project / "out" / "length" / "more.csv").touch()
    assert any("more.csv is of no job" in sentence for sentence in verify(project))
    (project / "out" / "length" / "more.csv").unlink()
    assert build(project, pdf=False) == 0 and verify(project) == []


def test_neighbouring_seeds_leave_room_for_the_further_streams_of_a_notebook(project):
    seeds = [job.parameters["seed"] for job in read_plan(project) if not job.over_seeds]
    assert seeds == [100, 200, 300, 400]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("seeds: 4", "seeds: 1"), "seeds must be a whole number from 2 to 10,000; got 1"),
        (("seeds: 4", "seeds: true"), "seeds must be a whole number from 2 to 10,000; got True"),
        (("seeds: 4", "seeds: [1, 2]"), "seeds must be a whole number from 2 to 10,000; got [1, 2]"),
        (("draw.ipynb", "square.ipynb"), "seeds needs a notebook with a whole number as parameter seed; square.ipynb"),
        (("seeds: 4", "seeds: 4\n    parameters: {seed: 3}"), "seeds must not be given with a parameter seed"),
        (("seeds: 4", "seeds: 4\n    grid: {seed: [3]}"), "seeds must not be given with a parameter seed"),
        (
            ("seeds: 4", "seeds: 10000\n    grid: {size: {from: 1, to: 2, count: 11}}"),
            "grid and seeds must give at most 100,000 jobs",
        ),
    ],
)
def test_wrong_seeds_are_refused_in_a_sentence(project, capsys, change, complaint):
    (project / "figures.yml").write_text(PLAN.replace(*change))
    assert build(project, pdf=False) == 1
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("last", "complaint"),
    [("b,price,4,$", "the result cost must come from each of the 2 seeds"), ("b,cost,4,EUR", r"in \$, EUR|in EUR")],
)
def test_a_result_must_come_from_every_seed_in_one_unit(last, complaint):
    with pytest.raises(ValueError, match=complaint):
        intervals(f"job,result,value,unit\na,cost,1,$\n{last}\n")


def test_the_interval_covers_the_mean_as_often_as_it_says():
    rng = random.Random(11)
    covered = 0
    for _ in range(2_000):
        rows = "".join(f"{run},x,{rng.gauss(5.0, 2.0)!r},m\n" for run in range(6))
        found = intervals("job,result,value,unit\n" + rows)
        covered += found["x_low"]["value"] <= 5.0 <= found["x_high"]["value"]
    assert abs(covered / 2_000 - 0.95) < 4 * (0.95 * 0.05 / 2_000) ** 0.5
