"""Jobs that read the results of other jobs: order, table, provenance, and plans that are refused."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from scipy import stats
from small_paper import PLAN, contents_of, make_project, save_notebook

from twin.batch.paper import build
from twin.batch.plan import read_plan
from twin.batch.reads import stages
from twin.batch.verify import verify

pytestmark = pytest.mark.usefixtures("progress")

ROOT = Path(__file__).parents[1]
READER = (
    'results_file: str = ""  # results of other jobs\npower: int = 1  # exponent [-]\nout_dir: str = ""  # save here'
)
SUM = """import matplotlib.figure, pandas as pd
from twin.view.output import headline, show
table = pd.read_csv(results_file)
areas = table[table["result"] == "area"].sort_values("size")
figure = matplotlib.figure.Figure()
figure.add_subplot().plot(areas["size"], areas["value"] ** power)
print(results_file)
show(figure, "curve", "area against size", out_dir)
headline(out_dir, total=((areas["value"] ** power).sum(), "m2"))"""
FIGURE = """  - name: curve
    notebook: ../curve.ipynb
    reads: [small, large]
    yields: {figures: [curve], results: [total]}
"""


@pytest.fixture
def project(tmp_path):
    """Return the folder of the small paper with a job that reads the two others, first in the plan."""
    paper = make_project(tmp_path)
    save_notebook(tmp_path / "curve.ipynb", READER, SUM)
    (paper / "figures.yml").write_text(PLAN.replace("jobs:\n", "jobs:\n" + FIGURE))
    return paper


def test_a_job_runs_after_those_that_it_reads_and_sees_their_table(project):
    assert [[job.name for job in stage] for stage in stages(read_plan(project))] == [["small", "large"], ["curve"]]
    assert build(project) == 0 and verify(project) == []
    assert json.loads((project / "out" / "results.json").read_text())["curve"]["total"]["value"] == 4 + 9
    out = contents_of(project / "out" / "curve")
    assert set(out) == {"curve.svg", "curve.pdf", "curve.png", "curve.ipynb", "results.json", "results_read.csv"}
    told = json.loads(out["results.json"])
    assert "results_read.csv" in told["sealed"] and told["provenance"]["reads_digest"]
    assert "out/curve/results_read.csv" in out["curve.ipynb"].decode()
    table = pd.read_csv(project / "out" / "curve" / "results_read.csv")
    assert table.columns.tolist() == ["job", "notebook", "size", "result", "value", "unit"]
    assert str(project.parent).encode() not in b"".join(out.values())


def test_it_runs_again_if_what_it_reads_changes_and_not_otherwise(project, capsys):
    assert build(project) == 0
    before = contents_of(project / "out" / "curve")
    save = project.parent / "square.ipynb"
    save.write_text(save.read_text().replace("import json, pathlib", "import json, pathlib  # as before"))
    capsys.readouterr()
    assert build(project) == 0
    said = capsys.readouterr().err
    assert "2 of 2 jobs to run" in said and "0 of 1 jobs that read others to run" in said
    assert contents_of(project / "out" / "curve") == before
    (project / "figures.yml").write_text((project / "figures.yml").read_text().replace("size: 3", "size: 4"))
    (project / "expected.csv").unlink()
    assert "large was made before size was changed from 3 to 4" in verify(project)
    assert build(project, pdf=False) == 0
    said = capsys.readouterr().err
    assert "1 of 2 jobs to run" in said and "1 of 1 jobs that read others to run" in said
    assert json.loads((project / "out" / "results.json").read_text())["curve"]["total"]["value"] == 4 + 16


def test_every_change_of_what_was_read_is_found(project):
    assert build(project) == 0
    read, source = project / "out" / "curve" / "results_read.csv", project / "out" / "large" / "results.json"
    before = read.read_bytes()
    read.write_bytes(before.replace(b"9", b"8"))
    assert any("results_read.csv has been changed" in sentence for sentence in verify(project))
    read.write_bytes(before)
    (project / "out" / "curve" / "other.csv").touch()
    assert any("other.csv is of no job" in sentence for sentence in verify(project))
    (project / "out" / "curve" / "other.csv").unlink()
    assert verify(project) == []
    source.write_text(source.read_text().replace('"value": 9', '"value": 8'))
    found = verify(project)
    assert "curve was made before what it reads was changed" in found
    source.write_text("{")
    assert any("damaged" in sentence for sentence in verify(project))


def test_a_job_does_not_run_if_one_that_it_reads_fails(project, capsys):
    plan = (project / "figures.yml").read_text()
    (project / "figures.yml").write_text(plan.replace("size: 3", "size: 3, label: fail"))
    assert build(project, pdf=False) == 1
    said = capsys.readouterr().err
    assert "job curve: needs the results of large, which failed" in said and "label must not be fail" in said
    assert (project / "out" / "small").is_dir() and not (project / "out" / "curve").exists()


def test_only_a_reader_runs_what_it_reads_first(project, capsys):
    assert build(project, only=["curve"]) == 0
    assert "2 of 2 jobs to run" in capsys.readouterr().err
    assert (project / "out" / "curve" / "curve.svg").is_file()


def test_a_sweep_and_a_point_of_it_can_be_read(project):
    sweep = "jobs:\n  - name: sizes\n    notebook: ../square.ipynb\n    grid: {size: [1, 2, 3]}\n    keep: results\n"
    (project / "expected.csv").unlink()
    for reads, total in (("[sizes]", 14), ("[sizes/size=2.0, sizes/size=3.0]", 13)):
        (project / "figures.yml").write_text(sweep + FIGURE.replace("[small, large]", reads))
        assert build(project, pdf=False) == 0 and verify(project) == []
        assert json.loads((project / "out" / "results.json").read_text())["curve"]["total"]["value"] == total


def test_readers_can_be_read_in_turn(project):
    again = FIGURE.replace("name: curve", "name: again").replace("[small, large]", "[large, curve]")
    (project / "figures.yml").write_text((project / "figures.yml").read_text() + again)
    assert [len(stage) for stage in stages(read_plan(project))] == [2, 1, 1]
    assert build(project) == 0 and verify(project) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "[small, large]",
            "[small, medium]",
            "reads must name jobs of the plan, which are curve, small, large; got medium",
        ),
        ("[small, large]", "small", "reads must be a list of names of jobs; got 'small'"),
        ("[small, large]", "[1]", "reads must be a list of names of jobs; got [1]"),
        ("[small, large]", "[curve]", "reads must not lead back to the job itself; got curve reads curve"),
        ("curve.ipynb", "square.ipynb", "reads needs a notebook with the parameter results_file"),
        (
            "    reads",
            "    parameters: {results_file: out/results.json}\n    reads",
            "results_file is set by the batch and must not be given",
        ),
    ],
)
def test_wrong_reads_are_refused_in_a_sentence(project, capsys, old, new, complaint):
    (project / "figures.yml").write_text((project / "figures.yml").read_text().replace(old, new, 1))
    assert build(project) == 1
    said = capsys.readouterr().err
    assert complaint in said and "figures.yml" in said and len(said) < 1000


def test_a_circle_is_refused_with_its_jobs(project, capsys):
    other = FIGURE.replace("name: curve", "name: other").replace("[small, large]", "[curve]")
    plan = (project / "figures.yml").read_text().replace("[small, large]", "[small, other]")
    (project / "figures.yml").write_text(plan + other)
    assert build(project) == 1
    said = capsys.readouterr().err
    assert "got curve reads other reads curve" in said or "got other reads curve reads other" in said


def test_the_example_of_a_figure_of_a_sweep_in_the_guide_runs(tmp_path):
    guide = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("## Draw a figure of a sweep")[2]
    plan, given, work = re.findall(r"```(?:yaml|python)\n(.*?)```", guide, re.S)[:3]
    paper, lesson = tmp_path / "papers" / "next", Path("notebooks", "04_resilience.ipynb")
    paper.mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    shutil.copy(ROOT / lesson, tmp_path / lesson)
    save_notebook(paper / "bands.ipynb", given, work)
    assert "count: 8" in plan and "seeds: 30" in plan
    (paper / "figures.yml").write_text(plan.replace("count: 8", "count: 2").replace("seeds: 30", "seeds: 3"))
    assert build(paper, pdf=False) == 0 and verify(paper) == []
    table = pd.read_csv(paper / "out" / "summary.csv").set_index(["job", "result"])["value"]
    losses = [
        [table[f"lost/disruption_days={d},seed={s}", "largest_loss"] for s in (100, 200, 300)] for d in (7.0, 28.0)
    ]
    assert all(len(set(loss)) == 3 for loss in losses)  # seeds differ
    widths = [2 * stats.t.ppf(0.975, 2) * stats.sem(loss) for loss in losses]
    assert table["bands", "widest_interval"] == pytest.approx(max(widths), rel=1e-12)
    assert (paper / "out" / "bands" / "bands.svg").is_file()
