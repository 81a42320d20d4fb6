"""Batches of small notebooks: which jobs run again, that files stay complete, and the messages."""

import itertools
import json
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from small_paper import EXPECTED, PARAMETERS, PLAN, TEMPLATE, WORK, contents_of, make_project, save_notebook, waits

from twin.batch import contents, notebook
from twin.batch.expected import compare
from twin.batch.normal_form import dumps, normalise
from twin.batch.paper import build
from twin.batch.plan import read_plan
from twin.batch.provenance import inputs_of
from twin.batch.verify import verify

pytestmark = pytest.mark.usefixtures("progress")

SLEEP = """import os, time
if size > 2:
    pathlib.Path("kernel").write_text(str(os.getpid()))
    time.sleep(600)"""
SWEEP = """jobs:
  - name: sizes
    notebook: ../square.ipynb
    grid: {label: ["", fail], size: {from: 1, to: 2, count: 3}}
    yields: {results: [area]}
"""


def digest_of(job):
    """Return the digest of the inputs of a job."""
    return inputs_of([job])[job.name]["digest"]


def identities_of(paper):
    """Return file identities that differ if the folder of a job is replaced."""
    return {name: (paper / "out" / name).stat().st_ino for name in ("small", "large")}


def test_a_job_leaves_figures_results_and_its_executed_notebook(paper):
    out = contents_of(paper / "out" / "large")
    assert set(out) == {"square.svg", "square.pdf", "square.png", "results.json", "square.ipynb"}
    said = json.loads(out["results.json"])
    assert said["results"] == {"area": {"unit": "m2", "value": 9}}
    assert said["provenance"]["parameters"] == {"size": 3}
    assert "area" in out["square.ipynb"].decode()
    assert not any(path.name.endswith((".part", ".old")) for path in (paper / "out").iterdir())


def test_kept_files_name_nothing_of_this_machine(paper):
    host = platform.node().encode()
    for name, content in contents_of(paper / "out").items():
        assert str(paper.parent).encode() not in content, name
        assert not re.search(rb"20\d\d-\d\d-\d\d", content), name
        assert len(host) < 4 or host not in content, name


def test_a_second_build_runs_nothing(paper, capsys):
    before = contents_of(paper / "out")
    assert build(paper) == 0
    assert "0 of 2 jobs" in capsys.readouterr().err
    assert contents_of(paper / "out") == before


def test_another_folder_gives_the_same_bytes(built_paper, tmp_path):
    other = make_project(tmp_path / "a much longer name of a folder")
    assert build(other) == 0
    assert contents_of(other / "out") == contents_of(built_paper / "out")


def test_a_changed_parameter_reruns_only_its_job(paper, capsys):
    before = identities_of(paper)
    (paper / "figures.yml").write_text(PLAN.replace("size: 3", "size: 3.0000000001"))
    assert build(paper) == 0
    after = identities_of(paper)
    assert after["small"] == before["small"] and "1 of 2 jobs" in capsys.readouterr().err
    assert json.loads((paper / "out" / "results.json").read_text())["large"]["area"]["value"] > 9


def test_the_digest_of_a_job_depends_on_cells_but_not_on_outputs(paper):
    (job, _) = read_plan(paper)
    before = digest_of(job)
    book = nbformat.read(job.notebook, as_version=4)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text="said last time")]
    nbformat.write(book, job.notebook)
    assert digest_of(job) == before
    book.cells[1].source += "\n1 + 1"
    nbformat.write(book, job.notebook)
    assert digest_of(job) != before


def test_a_data_file_is_an_input(paper):
    save_notebook(paper.parent / "square.ipynb", PARAMETERS + '\nhistory: str = "lanes.csv"  # file [-]', WORK)
    (paper.parent / "lanes.csv").write_text("1")
    before = inputs_of(read_plan(paper))["small"]
    (paper.parent / "lanes.csv").write_text("2")
    after = inputs_of(read_plan(paper))["small"]
    assert list(after["data"]) == ["lanes.csv"] and after["digest"] != before["digest"]


def test_a_failing_job_is_explained_and_the_others_finish(paper, capsys):
    before = contents_of(paper / "out")
    failing = PLAN.replace("    notebook", "    parameters: {label: fail}\n    notebook", 1)
    (paper / "figures.yml").write_text(failing.replace("size: 3", "size: 4"))
    assert build(paper) == 1
    said = capsys.readouterr().err
    assert "job small" in said and "square.ipynb, cell 2: `raise ValueError(" in said
    assert "ValueError: label must not be fail; got fail" in said and "Traceback" not in said
    after = contents_of(paper / "out")
    assert json.loads(after["large/results.json"])["results"]["area"]["value"] == 16
    kept = [name for name in before if name.startswith("small/") or name == "paper.pdf"]
    assert len(kept) == 6 and all(after[name] == before[name] for name in kept)


def test_a_job_that_yields_less_than_planned_fails(paper, capsys):
    (paper / "figures.yml").write_text(PLAN.replace("results: [area]", "results: [volume]", 1))
    assert build(paper, only=["small"]) == 1
    assert "must yield the results volume; got area" in capsys.readouterr().err


def test_an_unexpected_number_is_an_error_naming_both(paper, capsys):
    (paper / "expected.csv").write_text(EXPECTED.replace(",9,", ",9.1,"))
    pdf = (paper / "out" / "paper.pdf").read_bytes()
    assert build(paper) == 1
    said = capsys.readouterr().err
    assert "large area is 9" in said and "expected 9.1" in said and "three by three" in said
    assert (paper / "out" / "paper.pdf").read_bytes() == pdf


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("large,area,9,1e-9,,km2,x", "is in [m2], expected in [km2]"),
        ("large,volume,9,1e-9,,m2,x", "large volume is in no job's results"),
        ("large,area,nine,1e-9,,m2,x", "must have numbers"),
        ("large,area,nan,1e-9,,m2,x", "expected nan"),
    ],
)
def test_expected_rows_are_checked(tmp_path, row, complaint):
    expected = tmp_path / "expected.csv"
    expected.write_text(EXPECTED.splitlines()[0] + "\n" + row + "\n")
    with pytest.raises(ValueError, match="line 2") as caught:
        compare({"large": {"area": {"value": 9.0, "unit": "m2"}}}, expected)
    assert complaint in str(caught.value)


def test_the_larger_of_two_tolerances_holds(tmp_path):
    expected = tmp_path / "expected.csv"
    expected.write_text(EXPECTED.splitlines()[0] + "\nlarge,area,100,0.01,0.5,m2,x\nlarge,side,100,0.001,0.5,m,x\n")

    def results(area, side):
        return {"large": {"area": {"value": area, "unit": "m2"}, "side": {"value": side, "unit": "m"}}}

    compare(results(101.0, 100.5), expected)
    with pytest.raises(ValueError, match=r"area is 101.2, expected 100.0 .*\n.*side is 100.55, expected 100.0"):
        compare(results(101.2, 100.55), expected)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("job,name,value\nlarge,area,9\n", "must have the columns job, name, value, .*; rel_tolerance, .* missing"),
        (f"{'x' * 200_000}\n1\n", r"expected.csv cannot be read as a table: field larger than field limit"),
        (b"job\xff\n", "expected.csv cannot be read as a table: 'utf-8' codec"),
    ],
)
def test_a_broken_table_of_expected_values_is_refused_in_a_sentence(tmp_path, content, said):
    (tmp_path / "expected.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=said):
        compare({}, tmp_path / "expected.csv")


#: A plan of 300 bytes whose aliases stand for 3 MB: each further line would be nine times as much.
LAUGHS = "a: &a [lol]\n" + "".join(
    f"{b}: &{b} [{', '.join(9 * ['*' + a])}]\n" for a, b in itertools.pairwise("abcdefg")
)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("jobs:", "tasks:", "must have a list named jobs"),
        ("jobs:", "jobs: [", "is not YAML"),
        ("name: small", "name: a/b", "name must be letters, digits"),
        ("name: small", "name: large", "got large again"),
        ("notebook: ../square.ipynb", "notebook: ../circle.ipynb", "notebook must be a file"),
        ("yields:", "gives:", "a job has the keys"),
        ("figures: [square]", "figures: [square.svg]", "without its suffix"),
        ("figures: [square]", "figures: square", "must be a list of names"),
        ("size: 3", "siez: 3", "siez is not a parameter of square.ipynb, which has size, label, out_dir"),
        ("size: 3", "size: 3e0", "size must be of type float as in square.ipynb; got '3e0'"),
        ("size: 3", "out_dir: x", "out_dir is set by the batch"),
        ("parameters: {size: 3}", "grid: [size]", "grid must map parameters"),
        ("parameters: {size: 3}", "grid: {siez: [3]}", "siez is not a parameter of square.ipynb"),
        ("parameters: {size: 3}", "grid: {size: [3, big]}", "size must be of type float as in square.ipynb; got 'big'"),
        ("parameters: {size: 3}", "parameters: {size: 3}\n    grid: {size: [4]}", "got size in both"),
        ("size: 3", "size: .nan", "size must be a finite number"),
        ("size: 3", "size: .inf", "size must be a finite number"),
        ("size: 3", "size: 2020-01-01", "size must be a finite number, a text"),
        ("size: 3", "size: 3, size: 4", "'size' comes twice"),
        ("jobs:", "jobs: []\njobs:", "'jobs' comes twice"),
        ("size: 3", "label: [postgresql://u:p@h/x]", "label must not hold a user or password"),
        ("notebook: ../square.ipynb", "notebook: /square.ipynb", "notebook must be a file, named relative"),
        (
            "jobs:",
            "jobs: " + 5000 * "[",
            "is not YAML that a plan may hold: lists and mappings must be nested at most 20",
        ),
        ("jobs:", LAUGHS + "jobs:", "aliases are not allowed, so write out what &a stands for in line 1, column 4"),
        ("size: 3", "size: !!float 3", "tags are not allowed, and tag:yaml.org,2002:float is one in line"),
        ("size: 3", "size: 2024-13-45", "is not YAML that a plan may hold: month must be in 1..12"),
        ("name: small", f"name: {'s' * 5000}", "name must have at most 120 characters; got 5,000"),
        ("size: 3", f"size: {'s' * 5000}", "size must be of type float as in square.ipynb; got 'sss"),
        (
            "jobs:",
            f"tasks: {'s' * 5000}\nother:",
            "must have a list named jobs with at least one job; got {'tasks': 'sss",
        ),
        ("name: small", "name: logs", "must differ from each other"),
        ("name: small", "name: Large", "must differ from each other"),
        ("name: small", "name: small\n    keep: none", "keep must be everything or results; got 'none'"),
        ("name: small", "name: small\n    keep: results", "keep must be everything where figures are yielded"),
        ("size: 3", "label: /etc/hosts", "must be a path relative to the notebook's folder"),
    ],
)
def test_a_wrong_plan_is_refused_with_one_sentence(tmp_path, capsys, old, new, complaint):
    paper = make_project(tmp_path)
    (paper / "figures.yml").write_text(PLAN.replace(old, new, 1))
    assert build(paper) == 1
    said = capsys.readouterr().err
    assert complaint in said and len(said) < 1000
    assert not (paper / "out").exists()


def test_a_sweep_runs_every_point_lists_failures_and_resumes(tmp_path, capsys):
    paper = make_project(tmp_path)
    (paper / "expected.csv").unlink()
    (paper / "figures.yml").write_text(SWEEP)
    assert build(paper, pdf=False) == 1
    said = capsys.readouterr().err
    assert "6 of 6 jobs" in said and "job sizes/label=fail,size=" in said and " and 2 more: " in said
    assert f"logs are in {paper / 'out' / 'logs'}" in said
    table = pd.read_csv(paper / "out" / "summary.csv", keep_default_na=False)
    assert list(table) == ["job", "notebook", "label", "size", "result", "value", "unit"]
    assert table["job"].tolist() == [f"sizes/label=,size={size}" for size in (1.0, 1.5, 2.0)]
    assert table["value"].tolist() == [1, 2.25, 4] and set(table["unit"]) == {"m2"}
    assert table.equals(pd.read_parquet(paper / "out" / "summary.parquet", page_checksum_verification=True))
    assert "ValueError: label must not be fail" in (paper / "out/logs/sizes/label=fail,size=1.5.log").read_text()
    # Only failed and new jobs are run.
    (paper / "figures.yml").write_text(SWEEP.replace('"", fail', '""').replace("count: 3", "count: 5"))
    assert build(paper, pdf=False) == 0 and "2 of 5 jobs" in capsys.readouterr().err
    assert pd.read_parquet(paper / "out" / "summary.parquet")["value"].tolist() == [1, 1.5625, 2.25, 3.0625, 4]
    shutil.rmtree(paper / "out" / "sizes" / "label=,size=2.0")
    assert build(paper, pdf=False, only=["sizes"]) == 0 and "1 of 5 jobs" in capsys.readouterr().err


def test_a_log_records_time_machine_and_output_of_each_cell(paper):
    said = (paper / "out" / "logs" / "large.log").read_text()
    assert re.match(r"large: ../square.ipynb\nparameters: size=3\nbegan 20\d\d-\d\d-\d\dT[\d:]+\+00:00, Python 3", said)
    assert re.search(r"cell 2: \d+\.\d\d s, completed\n    area 9 ", said)
    assert re.search(r"finished\nafter \d+\.\d\d s\n$", said)


def test_many_failures_are_summarised_in_a_few_lines(tmp_path, capsys):
    paper = make_project(tmp_path)
    (paper / "figures.yml").write_text(SWEEP.replace('"", fail', '""').replace("count: 3", "count: 50"))
    numbers = itertools.count()
    with ThreadPoolExecutor(2) as executor:
        executor.submit = lambda *_: failed(RuntimeError(f"no such worker {next(numbers)}"))
        assert build(paper, pdf=False, executor=executor) == 1
    told = capsys.readouterr().err.splitlines()
    assert sum("RuntimeError: no such worker" in line for line in told) == 20 and "and 30 other failures" in told


def failed(error):
    """Return a future that has failed."""
    future = Future()
    future.set_exception(error)
    return future


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{}", "must be a notebook in Jupyter's format"),
        ("[]", "must be a notebook in Jupyter's format"),
        ("oops", "must be a notebook in Jupyter's format"),
        ('{"cells": [{"cell_type": "code", "source": ""}]}', "must be a notebook in Jupyter's format"),
        ('{"cells": []}', "must have exactly one cell tagged parameters; got 0"),
        ("size = len([1])", "must hold assignments of literals"),
        ("%matplotlib inline", "must hold assignments of literals"),
        ("a = b = 1", "must hold assignments of literals"),
        ("size: float", "must hold assignments of literals"),
    ],
)
def test_a_file_that_is_not_a_batch_notebook_is_refused(tmp_path, capsys, content, complaint):
    paper = make_project(tmp_path)
    if content[0] in "{[o":
        (tmp_path / "square.ipynb").write_text(content)
    else:
        save_notebook(tmp_path / "square.ipynb", content)
    assert build(paper) == 1
    said = capsys.readouterr().err
    assert complaint in said and "square.ipynb" in said


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ([WORK, "import sys\nsys.exit(0)", "1 / 0"], "ended before its end, at `import sys`"),
        ([WORK, "import os\nos._exit(0)"], "died"),
        ([WORK.replace('"value": size**2, "unit": "m2"', '"value": size**2')], "must have a unit, a text; got None"),
        ([WORK.replace('size**2, "unit"', "float('inf'), \"unit\"")], "must be a finite number; got inf"),
        (["pass"], "must yield results.json"),
    ],
)
def test_a_notebook_that_ends_early_or_has_unusable_results_fails(tmp_path, capsys, cells, complaint):
    paper = make_project(tmp_path)
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, *cells)
    assert build(paper, only=["small"]) == 1
    assert complaint in capsys.readouterr().err and not (paper / "out" / "small").exists()


def test_a_missing_data_file_fails_only_its_job(tmp_path, capsys):
    paper = make_project(tmp_path)
    save_notebook(tmp_path / "square.ipynb", PARAMETERS + '\nhistory: str = ""  # file [-]', WORK)
    (paper / "figures.yml").write_text(PLAN.replace("size: 3", "history: none.csv"))
    assert build(paper) == 1
    assert "none.csv is missing here" in capsys.readouterr().err
    assert (paper / "out" / "small").is_dir() and not (paper / "out" / "large").exists()


def test_the_table_holds_every_parameter_exactly(tmp_path):
    paper = make_project(tmp_path)
    (paper / "expected.csv").unlink()
    more = '\nseed: int = 1\nmany: list = []\nlive: bool = True\nout_dir: str = ""'
    save_notebook(tmp_path / "other.ipynb", more.strip(), "size = 2.0\nlabel = ''\n" + WORK)
    huge = 99999999999999999999999
    (paper / "figures.yml").write_text(
        "jobs:\n"
        "  - {name: a, notebook: ../square.ipynb, parameters: {size: 3}}\n"
        "  - {name: b, notebook: ../other.ipynb, parameters: {seed: 9007199254740993, many: [1, x], live: false}}\n"
    )
    assert build(paper, pdf=False) == 0
    table = pd.read_parquet(paper / "out" / "summary.parquet").set_index("job")
    assert table.loc["b", "seed"] == 9007199254740993 and pd.isna(table.loc["a", "seed"])
    assert table.loc["b", "many"] == '[1, "x"]' and not table.loc["b", "live"] and table.loc["a", "size"] == 3
    (paper / "figures.yml").write_text(f"jobs: [{{name: c, notebook: ../other.ipynb, parameters: {{seed: {huge}}}}}]")
    shutil.rmtree(paper / "out")
    assert build(paper, pdf=False) == 0
    assert pd.read_parquet(paper / "out" / "summary.parquet").loc[0, "seed"] == str(huge)


def test_a_parameter_that_is_unset_is_blank_in_the_table(tmp_path):
    paper = make_project(tmp_path)
    (paper / "expected.csv").unlink()
    save_notebook(tmp_path / "square.ipynb", PARAMETERS.replace("= 2.0", '= float("nan")'), "size = 2.0\n" + WORK)
    assert build(paper, pdf=False) == 0 and verify(paper) == []
    table = pd.read_parquet(paper / "out" / "summary.parquet").set_index("job")["size"]
    assert pd.isna(table["small"]) and table["large"] == 3.0


def test_an_unknown_job_is_refused(paper, capsys):
    assert build(paper, only=["medium"]) == 1
    assert "has no job medium; it has small, large" in capsys.readouterr().err


def test_a_killed_build_leaves_no_half_written_job_and_no_kernel(tmp_path):
    paper = make_project(tmp_path)
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, WORK, SLEEP)
    half = paper / "out" / ".large.part"
    half.mkdir(parents=True)  # left by a build that was killed before
    (half / "results.json").write_text("{")
    with subprocess.Popen([sys.executable, "-m", "twin", "batch", str(paper)], stderr=subprocess.DEVNULL) as building:
        waits(lambda: (paper / "out" / "small").exists() and (tmp_path / "kernel").exists())
        kernel = Path("/proc", (tmp_path / "kernel").read_text())
        building.send_signal(signal.SIGKILL)
    assert (paper / "out" / "small").is_dir() and not (paper / "out" / "large").exists()
    waits(lambda: not kernel.exists())
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, WORK)
    assert build(paper) == 0 and not half.exists()


@pytest.mark.parametrize("seconds", [0.5, 1.5, 2.5])
def test_ctrl_c_stops_a_batch_that_is_starting(tmp_path, seconds):
    paper = make_project(tmp_path)
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, "import time\ntime.sleep(600)")
    with subprocess.Popen(
        [sys.executable, "-m", "twin", "batch", str(paper)], stderr=subprocess.PIPE, text=True
    ) as building:
        said = [building.stderr.readline()] if seconds > 1 else []  # "2 of 2 jobs to run"
        time.sleep(seconds - 0.5)
        building.send_signal(signal.SIGTERM if said else signal.SIGINT)
        said.append(building.communicate(timeout=60)[1])
    assert building.returncode in (130, -signal.SIGINT) and not (paper / "out" / "small").exists()
    assert "Traceback" not in "".join(said) or building.returncode == -signal.SIGINT  # Python was starting


def test_ctrl_c_stops_everything_at_once_and_keeps_finished_jobs(tmp_path):
    paper = make_project(tmp_path)
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, WORK, SLEEP)
    command = [sys.executable, "-m", "twin", "batch", str(paper)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as building:
        waits(lambda: (paper / "out" / "small").exists() and (tmp_path / "kernel").exists())
        kernel = Path("/proc", (tmp_path / "kernel").read_text())
        building.send_signal(signal.SIGINT)
        said = building.communicate(timeout=60)[1]
    assert building.returncode == 130 and "stopped; finished jobs are kept" in said and "Traceback" not in said
    assert (paper / "out" / "small").is_dir() and not (paper / "out" / "large").exists()
    waits(lambda: not kernel.exists())
    assert "1 of 2 jobs are finished" in said
    assert pd.read_csv(paper / "out" / "summary.csv")["job"].tolist() == ["small"]
    assert pd.read_parquet(paper / "out" / "summary.parquet")["value"].tolist() == [4]


def stopped(*_, **__):
    """Stand in for an executor that is stopped by Ctrl-C before it takes a task."""
    raise KeyboardInterrupt


def test_a_batch_that_is_stopped_keeps_in_its_table_what_is_still_finished(paper, capsys):
    before = contents_of(paper / "out")
    (paper / "figures.yml").write_text(PLAN.replace("size: 3", "size: 5"))
    with ThreadPoolExecutor(1) as executor:
        executor.submit = stopped
        assert build(paper, executor=executor) == 130
    assert pd.read_csv(paper / "out" / "summary.csv")["job"].tolist() == ["small"]
    (paper / "out" / "summary.csv").write_bytes(before["summary.csv"])
    with ThreadPoolExecutor(1) as executor:
        executor.submit = stopped
        assert build(paper, executor=executor, only=["small", "large"]) == 130
        assert build(paper, executor=executor, force=True) == 130
    assert (paper / "out" / "summary.csv").read_bytes() == before["summary.csv"]  # no job has finished
    assert capsys.readouterr().err.count("1 of 2 jobs are finished") == 2


def test_a_sweep_may_keep_its_results_alone(tmp_path, capsys):
    paper = make_project(tmp_path)
    (paper / "expected.csv").unlink()
    (paper / "figures.yml").write_text(SWEEP.replace('"", fail', '""') + "    keep: results\n")
    assert build(paper, pdf=False) == 0
    sizes = paper / "out" / "sizes"
    assert {path.name for path in sizes.rglob("*") if path.is_file()} == {"results.json"}
    assert sorted(path.name for path in sizes.iterdir()) == [f"label=,size={size}" for size in (1.0, 1.5, 2.0)]
    told = json.loads((sizes / "label=,size=1.5" / "results.json").read_text())
    assert told["results"]["area"]["value"] == 2.25 and told["provenance"]["keep"] == "results"
    assert pd.read_csv(paper / "out" / "summary.csv")["value"].tolist() == [1, 2.25, 4]
    assert verify(paper) == []
    assert build(paper, pdf=False) == 0 and "0 of 3 jobs to run" in capsys.readouterr().err
    (sizes / "label=,size=1.5" / "square.png").touch()
    assert verify(paper) == [f"{sizes / 'label=,size=1.5' / 'square.png'} is of no job"]
    (paper / "figures.yml").write_text(SWEEP.replace('"", fail', '""'))
    assert "sizes/label=,size=1.0 was made before keep was changed" in verify(paper)[0]
    assert build(paper, pdf=False) == 0 and (sizes / "label=,size=1.5" / "square.ipynb").is_file()


def test_a_job_that_keeps_results_alone_must_yield_them(tmp_path, capsys):
    paper = make_project(tmp_path)
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, "pass")
    (paper / "figures.yml").write_text("jobs: [{name: one, notebook: ../square.ipynb, keep: results}]")
    assert build(paper, pdf=False) == 1
    assert "../square.ipynb must yield results.json, and did not" in capsys.readouterr().err


def test_two_builds_in_one_folder_are_refused(paper, capsys):
    fcntl = pytest.importorskip("fcntl")
    with (paper / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert build(paper) == 1
    assert "another run is at work" in capsys.readouterr().err


def test_a_broken_template_keeps_the_old_paper(paper, capsys):
    pdf = paper / "out" / "paper.pdf"
    before = pdf.read_bytes()
    (paper / "paper.typ").write_text(TEMPLATE + "#nonsense")
    assert build(paper) == 1
    assert "paper.typ cannot be typeset" in capsys.readouterr().err and pdf.read_bytes() == before
    (paper / "paper.typ").write_text(TEMPLATE + "More.")
    assert build(paper) == 0
    assert pdf.read_bytes() != before
    (paper / "paper.typ").write_text(TEMPLATE)
    assert build(paper) == 0
    assert pdf.read_bytes() == before


def test_the_kernel_is_this_interpreter_despite_the_users_kernel_spec(tmp_path, monkeypatch):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["false"], "display_name": "x", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    save_notebook(tmp_path / "who.ipynb", 'out_dir: str = ""', "import sys\nprint(sys.executable)")
    ran = notebook.execute(tmp_path / "who.ipynb")
    assert ran.cells[1].outputs[0].text.strip() == sys.executable


def test_two_runs_are_equal_in_normal_form(tmp_path):
    path = tmp_path / "noise.ipynb"
    noise = "import sys\nprint(1)\nsys.stdout.flush()\nprint(object())\nlambda: 0"
    widgets = (
        "import ipywidgets\nfrom IPython.display import display\n"
        "display({'image/png': 'iVBORw0KGgo=', 'text/plain': 'p', 'application/vnd.jupyter.widget-view+json':"
        "{'model_id': ipywidgets.FloatSlider().model_id, 'version_major': 2, 'version_minor': 0}}, raw=True)"
    )
    save_notebook(path, 'out_dir: str = ""', noise, widgets)
    first, second = (dumps(notebook.execute(path, {"out_dir": "x"})) for _ in range(2))
    assert first == second and first.count("widget-view") == 1 and '"image/png"' in first  # one cell in the source
    assert "0x0" in first and "papermill" not in first and first.count('"stream"') == 1
    assert notebook.main([path]) == 0
    stored = nbformat.read(path, as_version=4)
    assert dumps(normalise(stored)) == path.read_text(encoding="utf-8")


def test_a_notebook_that_fails_in_place_is_unchanged(tmp_path, capsys):
    save_notebook(tmp_path / "a.ipynb", "x: int = 0", "1 / x")
    save_notebook(tmp_path / "b.ipynb", "x: int = 1", "1 / x")
    before = (tmp_path / "a.ipynb").read_bytes()
    assert notebook.main([tmp_path / "a.ipynb", tmp_path / "b.ipynb"]) == 1
    said = capsys.readouterr().err
    assert "a.ipynb, cell 2: `1 / x`" in said and "ZeroDivisionError" in said
    assert (tmp_path / "a.ipynb").read_bytes() == before
    assert "1.0" in (tmp_path / "b.ipynb").read_text()


def test_notebooks_of_one_name_in_two_folders_are_both_run(tmp_path):
    paths = [tmp_path / folder / "a.ipynb" for folder in ("lessons", "solutions")]
    for path in paths:
        path.parent.mkdir()
        save_notebook(path, "x: int = 1", "x + 1")
    assert notebook.main(paths) == 0
    assert ['"2"' in path.read_text() for path in paths] == [True, True]


def add_cell(path, text):
    """Add a Markdown cell to a notebook; return how many cells it has."""
    book = nbformat.read(path, as_version=4)
    book.cells.append(nbformat.v4.new_markdown_cell(text, id=text))
    nbformat.write(book, path)
    return len(book.cells)


def test_contents_and_links_are_generated(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "README.md").write_text(f"before\n{contents.BEGIN}\nold\n{contents.END}\nafter\n")
    (tmp_path / "pyproject.toml").write_text(
        '[project.urls]\nRepository = "https://github.com/some/place"\n[tool.twin]\nbinder = "v9"\n'
    )
    for stem, title in (("01_one", "One: first"), ("02_two", "Two: second")):
        book = nbformat.v4.new_notebook()
        text = f"# {stem[:2]} · {title}\n\n**Why\n{stem}?** Because."
        book.cells = [nbformat.v4.new_markdown_cell(text, id="opening")]
        nbformat.write(book, tmp_path / "notebooks" / f"{stem}.ipynb")
    assert len(contents.update(tmp_path)) == 4
    assert contents.update(tmp_path) == []
    first = json.loads((tmp_path / "notebooks" / "01_one.ipynb").read_text())["cells"][0]["source"]
    assert first[-1] == f"[contents](00_contents.ipynb) · [02 Two →](02_two.ipynb) {contents.NAV}"
    assert add_cell(tmp_path / "notebooks" / "01_one.ipynb", "last") == 2
    contents.update(tmp_path)
    assert add_cell(tmp_path / "notebooks" / "01_one.ipynb", "later") == 3
    contents.update(tmp_path)  # the links move to the new last cell
    cells = json.loads((tmp_path / "notebooks" / "01_one.ipynb").read_text())["cells"]
    assert ["".join(cell["source"]).split("\n\n")[1:] for cell in cells[1:]] == [[], [first[-1]]]
    assert cells[0]["source"] == first
    readme = (tmp_path / "README.md").read_text()
    row = "| 02 | [Two: second](notebooks/02_two.ipynb) | Why 02_two? | Because. | [Lab][lab 02] · [app][app 02] |"
    binder = "https://mybinder.org/v2/gh/some/place/v9?urlpath="
    assert {row, f"[app 02]: {binder}voila%2Frender%2Fnotebooks%2F02_two.ipynb"} <= set(readme.splitlines())
    assert f"\n[binder]: {binder}lab%2Ftree%2Fnotebooks%2F00_contents.ipynb\n" in readme
    assert readme.startswith("before\n") and readme.endswith("after\n") and "old" not in readme
    (tmp_path / "pyproject.toml").write_text('[project.urls]\nRepository = "https://elsewhere.example/some/place"\n')
    with pytest.raises(ValueError, match=r"must be https://github.com/OWNER/NAME; got https://elsewhere"):
        contents.update(tmp_path)
