"""The provenance of a paper's results is recorded everywhere, and every change is found."""

import json
import shutil

import pypdf
import pytest
from PIL import Image
from small_paper import TEMPLATE, make_project, save_notebook

from twin.__main__ import main
from twin.batch.paper import build
from twin.batch.plan import read_plan
from twin.batch.verify import strangers, verify

FIGURE = """import matplotlib.figure, json, pathlib
from twin.view.output import headline, show
figure = matplotlib.figure.Figure()
figure.add_subplot().plot([1, size])
show(figure, "square", "a line", out_dir)
headline(out_dir, area=(size**2, "m2"))"""


def test_a_finished_paper_is_what_its_inputs_give(paper):
    assert verify(paper) == []


def test_figures_notebook_and_pdf_record_their_provenance(tmp_path):
    paper = tmp_path / "paper"
    paper.mkdir()
    name = "size 'of' $HOME (ü)"
    save_notebook(
        tmp_path / "square.ipynb", f'size: float = 2.0\nseed: int = 7\nname: str = "{name}"\nout_dir: str = ""', FIGURE
    )
    (paper / "figures.yml").write_text(
        f'jobs: [{{name: one, notebook: ../square.ipynb, parameters: {{size: 3, name: "{name}"}}, '
        "yields: {figures: [square]}}]"
    )
    (paper / "paper.typ").write_text(TEMPLATE.replace("large", "one"))
    assert build(paper) == 0
    out = paper / "out" / "one"
    recorded = json.loads((out / "results.json").read_text())["provenance"]
    assert recorded["parameters"] == {"size": 3, "name": name} and recorded["seed"] == 7
    assert {"notebook_digest", "package", "package_digest", "data", "versions", "digest"} <= set(recorded)
    assert {"python", "numpy", "scipy", "pandas", "matplotlib"} == set(recorded["versions"])
    told = (
        Image.open(out / "square.png").text["Description"],
        pypdf.PdfReader(out / "square.pdf").metadata["/Subject"],
    )
    assert [json.loads(text) for text in told] == [recorded, recorded]
    assert recorded["digest"] in (out / "square.svg").read_text()
    digest = json.loads((paper / "out" / "provenance.json").read_text())["digest"]
    assert pypdf.PdfReader(paper / "out" / "paper.pdf").metadata["/Keywords"] == digest
    assert verify(paper) == []


def edit(path, old, new):
    """Replace text in a file, once; it must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda p: edit(p / "out/large/results.json", '"value": 9', '"value": 8'), "a number in"),
        (
            lambda p: edit(p / "out/large/results.json", '"size": 3', '"size": 4'),
            "made before size was changed from 4 to 3",
        ),
        (lambda p: edit(p / "out/large/results.json", "{", "["), "is damaged"),
        (lambda p: edit(p / "out/large/square.svg", "3", "4"), "square.svg has been changed"),
        (lambda p: edit(p / "out/large/square.ipynb", "area", "Area"), "square.ipynb has been changed"),
        (lambda p: (p / "out/large/square.pdf").unlink(), "square.pdf is missing"),
        (lambda p: (p / "out/large/more.png").touch(), "more.png is of no job"),
        (lambda p: shutil.rmtree(p / "out/large"), "large has not been run"),
        (lambda p: (p / "out/older").mkdir(), "older is of no job in figures.yml"),
        (lambda p: (p / "out/large/deep").mkdir(), None),
        (lambda p: edit(p.parent / "square.ipynb", "size**2", "size*2"), "made before notebook was changed"),
        (lambda p: edit(p / "figures.yml", "size: 3", "size: 4"), "made before size was changed from 3 to 4"),
        (lambda p: edit(p / "expected.csv", ",9,", ",8,"), "expected 8.0"),
        (lambda p: edit(p / "paper.typ", "The area", "Its area"), "provenance.json does not say"),
        (lambda p: edit(p / "out/results.json", "9", "8"), "results.json does not say"),
        (lambda p: edit(p / "out/provenance.json", "square", "circle"), "provenance.json does not say"),
        (lambda p: edit(p / "out/summary.csv", "9", "8"), "summary.csv does not hold"),
        (lambda p: (p / "out/summary.parquet").write_bytes(b""), "summary.parquet does not hold"),
        (lambda p: (p / "out/paper.pdf").unlink(), "paper.pdf was not made of what is there"),
        (lambda p: (p / "out/hand.svg").write_text("<svg/>"), "hand.svg is of no job in figures.yml"),
        (lambda p: (p / "part.typ").write_text("more"), "provenance.json does not say"),
        (lambda p: (p / "out/paper.pdf").write_bytes((p / "out/paper.pdf").read_bytes() + b"\n"), "has been changed"),
    ],
)
def test_every_change_is_found_and_reported(paper, change, complaint):
    change(paper)
    found = verify(paper)
    if complaint is None:
        assert found == []
    else:
        assert any(complaint in sentence for sentence in found), found


def test_a_folder_of_no_point_is_found_inside_a_sweep(tmp_path):
    paper = make_project(tmp_path)
    (paper / "figures.yml").write_text("jobs: [{name: sizes, notebook: ../square.ipynb, grid: {size: [1, 2]}}]")
    for point in ("size=1.0", "size=2.0", "size=9.0"):
        (paper / "out" / "sizes" / point).mkdir(parents=True)
    assert list(strangers(paper / "out", read_plan(paper))) == [paper / "out" / "sizes" / "size=9.0"]


def test_jobs_that_have_not_been_run_are_counted_in_one_sentence(tmp_path, capsys):
    paper = make_project(tmp_path)
    (paper / "figures.yml").write_text(
        "jobs: [{name: sizes, notebook: ../square.ipynb, grid: {size: {from: 1, to: 40, count: 40}}}]"
    )
    assert build(paper, pdf=False, only=["sizes/size=1.0", "sizes/size=2.0"]) == 0
    edit(paper / "out/sizes/size=2.0/results.json", '"value": 4', '"value": 5')
    capsys.readouterr()
    assert main(["verify", str(paper)]) == 1
    counted, changed, advice = capsys.readouterr().out.splitlines()
    assert counted == "38 of 40 jobs have not been run" and "sizes/size=2.0: a number in" in changed
    assert advice.startswith("twin paper")


def test_files_changed_by_hand_are_made_again(paper, capsys, progress):
    edit(paper / "out/large/results.json", '"value": 9', '"value": 8')
    edit(paper / "out/small/square.svg", "2", "3")
    (paper / "out/paper.pdf").unlink()
    assert build(paper) == 0 and "2 of 2 jobs" in capsys.readouterr().err
    assert verify(paper) == [] and (paper / "out/paper.pdf").exists()


def test_a_renamed_job_does_not_count_as_made(paper, capsys):
    edit(paper / "figures.yml", "name: large", "name: huge")
    (paper / "out" / "large").rename(paper / "out" / "huge")
    assert any("made before its name was changed" in sentence for sentence in verify(paper))


def test_a_folder_that_is_a_link_is_replaced(paper):
    (paper / "out" / "large").rename(paper / "large")
    (paper / "out" / "large").symlink_to(paper / "large")
    for _ in range(2):
        assert build(paper, force=True, pdf=False) == 0
    assert not (paper / "out" / "large").is_symlink() and (paper / "large").is_dir()


def test_a_batch_is_verified_without_a_paper(tmp_path):
    paper = make_project(tmp_path)
    assert build(paper, pdf=False) == 0 and verify(paper) == []


def test_a_changed_package_is_found(paper, monkeypatch):
    monkeypatch.setattr("twin.__version__", "99.0")
    found = verify(paper)
    assert [sentence.split(" ")[0] for sentence in found] == ["small", "large"]
    assert all("was made before package was changed" in sentence for sentence in found)


def test_a_template_without_provenance_is_refused(paper, capsys):
    edit(paper / "paper.typ", 'keywords: json("out/provenance.json").digest', "")
    before = (paper / "out" / "paper.pdf").read_bytes()
    assert build(paper) == 1
    assert "must say where its numbers come from" in capsys.readouterr().err
    assert (paper / "out" / "paper.pdf").read_bytes() == before
