"""The batch machinery, on throw-away notebooks: what runs again, what stays whole, what it says."""

import json
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from twin.batch import contents, notebook
from twin.batch.expected import compare
from twin.batch.paper import build
from twin.batch.plan import read_plan
from twin.batch.provenance import inputs_of

PARAMETERS = 'size: float = 2.0  # side [m]\nlabel: str = ""  # what it is [-]\nout_dir: str = ""  # save here [-]'
WORK = """import json, pathlib
if label == "fail":
    raise ValueError("label must not be fail; got " + label)
print("area", size**2, object())
for kind in ("svg", "pdf", "png"):
    pathlib.Path(out_dir, f"square.{kind}").write_text(
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{size}' height='{size}'></svg>")
results = {"area": {"value": size**2, "unit": "m2"}}
pathlib.Path(out_dir, "results.json").write_text(json.dumps({"results": results}))
print(out_dir)"""
PLAN = """jobs:
  - name: small
    notebook: ../square.ipynb
    yields: {figures: [square], results: [area]}
  - name: large
    notebook: ../square.ipynb
    parameters: {size: 3}
    yields: {figures: [square], results: [area]}
"""
EXPECTED = "job,name,value,rel_tolerance,abs_tolerance,unit,source\nlarge,area,9,1e-9,,m2,three by three\n"
TEMPLATE = """#set document(date: none, keywords: json("out/provenance.json").digest)
#let results = json("out/results.json")
#image("out/large/square.svg") The area is #results.large.area.value.
"""


def save_notebook(path, *cells):
    """Write a notebook of code cells; the first is the parameters cell."""
    book = nbformat.v4.new_notebook()
    for i, source in enumerate(cells):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{i}")
        cell.metadata["tags"] = ["parameters"] if i == 0 else []
        book.cells.append(cell)
    nbformat.write(book, path)


def make_project(root):
    """Return the folder of a small paper, with its notebook beside it."""
    paper = root / "paper"
    paper.mkdir(parents=True)
    save_notebook(root / "square.ipynb", PARAMETERS, WORK)
    (paper / "figures.yml").write_text(PLAN)
    (paper / "expected.csv").write_text(EXPECTED)
    (paper / "paper.typ").write_text(TEMPLATE)
    return paper


def contents_of(folder):
    """Return {name: bytes} of all files in a folder, but logs, which tell of machine and time."""
    files = (path for path in Path(folder).rglob("*") if path.is_file() and "logs" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def digest_of(job):
    """Return the digest of what decides what a job yields."""
    return inputs_of([job])[job.name]["digest"]


def waits(until, seconds=60):
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)


def identities_of(paper):
    """Return what tells one folder of a job from the one that replaces it."""
    return {name: (paper / "out" / name).stat().st_ino for name in ("small", "large")}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A paper that was built once; tests copy it."""
    paper = make_project(tmp_path_factory.mktemp("finished"))
    assert build(paper) == 0
    return paper


@pytest.fixture
def paper(finished, tmp_path):
    """A built paper of one's own."""
    shutil.copytree(finished.parent, tmp_path / "project", symlinks=True)
    return tmp_path / "project" / "paper"


def test_a_job_leaves_figures_results_and_its_executed_notebook(paper):
    out = contents_of(paper / "out" / "large")
    assert set(out) == {"square.svg", "square.pdf", "square.png", "results.json", "square.ipynb"}
    said = json.loads(out["results.json"])
    assert said["results"] == {"area": {"unit": "m2", "value": 9}}
    assert said["provenance"]["parameters"] == {"size": 3}
    assert "area" in out["square.ipynb"].decode()
    assert not any(path.name.endswith((".part", ".old")) for path in (paper / "out").iterdir())


def test_nothing_that_is_kept_names_this_machine(paper):
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


def test_another_folder_gives_the_same_bytes(finished, tmp_path):
    other = make_project(tmp_path / "a much longer name of a folder")
    assert build(other) == 0
    assert contents_of(other / "out") == contents_of(finished / "out")


def test_a_changed_parameter_runs_its_job_only(paper, capsys):
    before = identities_of(paper)
    (paper / "figures.yml").write_text(PLAN.replace("size: 3", "size: 3.0000000001"))
    assert build(paper) == 0
    after = identities_of(paper)
    assert after["small"] == before["small"] and "1 of 2 jobs" in capsys.readouterr().err
    assert json.loads((paper / "out" / "results.json").read_text())["large"]["area"]["value"] > 9


def test_what_decides_a_digest(paper):
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


def test_a_failing_job_is_explained_and_costs_nothing_else(paper, capsys):
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
        ("size: 3", "label: /etc/hosts", "must be a path relative to the notebook's folder"),
    ],
)
def test_a_wrong_plan_is_refused_in_a_sentence(tmp_path, capsys, old, new, complaint):
    paper = make_project(tmp_path)
    (paper / "figures.yml").write_text(PLAN.replace(old, new, 1))
    assert build(paper) == 1
    assert complaint in capsys.readouterr().err
    assert not (paper / "out").exists()


def test_an_unknown_job_is_refused(paper, capsys):
    assert build(paper, only=["medium"]) == 1
    assert "has no job medium; it has small, large" in capsys.readouterr().err


def test_a_killed_build_leaves_no_half_written_job_and_no_kernel(tmp_path, capsys):
    paper = make_project(tmp_path)
    sleep = (
        "import os, time\nif size > 2:\n    pathlib.Path('kernel').write_text(f'{os.getpid()} ')\n    time.sleep(60)"
    )
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, WORK, sleep)
    half = paper / "out" / ".large.part"
    half.mkdir(parents=True)  # of a build that was killed before
    (half / "results.json").write_text("{")
    with subprocess.Popen([sys.executable, "-m", "twin", "batch", str(paper)], stderr=subprocess.DEVNULL) as building:
        waits(lambda: (paper / "out" / "small").exists() and (tmp_path / "kernel").exists())
        building.send_signal(signal.SIGKILL)
    assert (paper / "out" / "small").is_dir() and not (paper / "out" / "large").exists()
    kernel = Path("/proc", (tmp_path / "kernel").read_text().strip())
    waits(lambda: not kernel.exists() or not Path("/proc").is_dir())
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, WORK, sleep.replace("60", "0"))
    identity = (paper / "out" / "small").stat().st_ino
    assert build(paper) == 0 and "2 of 2 jobs" in capsys.readouterr().err  # another notebook
    assert build(paper, force=True, only=["large"]) == 0 and not half.exists()
    assert (paper / "out" / "small").stat().st_ino != identity


def test_two_builds_do_not_meet(paper, capsys):
    fcntl = pytest.importorskip("fcntl")
    with (paper / "out" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert build(paper) == 1
    assert "another build is at work" in capsys.readouterr().err


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


def test_the_kernel_is_this_interpreter_whatever_the_home_names(tmp_path, monkeypatch):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text('{"argv": ["false"], "display_name": "x", "language": "python"}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    save_notebook(tmp_path / "who.ipynb", 'out_dir: str = ""', "import sys\nprint(sys.executable)")
    ran = notebook.execute(tmp_path / "who.ipynb")
    assert ran.cells[1].outputs[0].text.strip() == sys.executable


def test_two_runs_are_the_same_in_normal_form(tmp_path):
    path = tmp_path / "noise.ipynb"
    noise = "import sys\nprint(1)\nsys.stdout.flush()\nprint(object())\nlambda: 0"
    widgets = (
        "import ipywidgets\nfrom IPython.display import display\n"
        "display({'image/png': 'iVBORw0KGgo=', 'text/plain': 'p', 'application/vnd.jupyter.widget-view+json':"
        "{'model_id': ipywidgets.FloatSlider().model_id, 'version_major': 2, 'version_minor': 0}}, raw=True)"
    )
    save_notebook(path, 'out_dir: str = ""', noise, widgets)
    first, second = (notebook.dumps(notebook.execute(path, {"out_dir": "x"})) for _ in range(2))
    assert first == second and first.count("widget-view") == 1 and '"image/png"' in first  # one in source
    assert "0x0" in first and "papermill" not in first and first.count('"stream"') == 1
    assert notebook.main([path]) == 0
    stored = nbformat.read(path, as_version=4)
    assert notebook.dumps(notebook.normalise(stored)) == path.read_text(encoding="utf-8")


def test_a_notebook_that_fails_in_place_stays_as_it_was(tmp_path, capsys):
    save_notebook(tmp_path / "a.ipynb", "x: int = 0", "1 / x")
    save_notebook(tmp_path / "b.ipynb", "x: int = 1", "1 / x")
    before = (tmp_path / "a.ipynb").read_bytes()
    assert notebook.main([tmp_path / "a.ipynb", tmp_path / "b.ipynb"]) == 1
    said = capsys.readouterr().err
    assert "a.ipynb, cell 2: `1 / x`" in said and "ZeroDivisionError" in said
    assert (tmp_path / "a.ipynb").read_bytes() == before
    assert "1.0" in (tmp_path / "b.ipynb").read_text()


def test_contents_and_links_are_generated(tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "README.md").write_text(f"before\n{contents.BEGIN}\nold\n{contents.END}\nafter\n")
    for stem, title in (("01_one", "One: first"), ("02_two", "Two: second")):
        book = nbformat.v4.new_notebook()
        text = f"# {stem[:2]} · {title}\n\n**Why\n{stem}?** Because."
        book.cells = [nbformat.v4.new_markdown_cell(text, id="opening")]
        nbformat.write(book, tmp_path / "notebooks" / f"{stem}.ipynb")
    assert len(contents.update(tmp_path)) == 4
    assert contents.update(tmp_path) == []
    first = json.loads((tmp_path / "notebooks" / "01_one.ipynb").read_text())["cells"][0]["source"]
    assert first[-1] == f"[contents](00_contents.ipynb) · [02 Two →](02_two.ipynb) {contents.NAV}"
    readme = (tmp_path / "README.md").read_text()
    assert "| 02 | [Two: second](notebooks/02_two.ipynb) | Why 02_two? | Because. |" in readme
    assert readme.startswith("before\n") and readme.endswith("after\n") and "old" not in readme
