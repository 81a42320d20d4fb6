"""A paper that is started as a copy: it stands alone, is built, and notices a change of its results."""

import csv
from statistics import NormalDist

import pytest

from twin.__main__ import main
from twin.batch.new_paper import new_paper, papers
from twin.batch.plan import read_plan
from twin.data.shipped import shipped


def test_a_copy_of_the_papers_own_plan_stands_alone(tmp_path):
    copied = new_paper(tmp_path / "mine", "pixels-to-premiums")
    theirs = read_plan(shipped() / "papers" / "pixels-to-premiums")
    ours = read_plan(tmp_path / "mine")
    assert [(job.name, job.parameters) for job in ours] == [(job.name, job.parameters) for job in theirs]
    for job, original in zip(ours, theirs, strict=True):
        assert tmp_path / "mine" in job.notebook.resolve().parents
        assert job.notebook.read_bytes() == original.notebook.read_bytes()
    assert not [path for path in copied if "out" in path.parts]


def test_a_new_paper_is_refused_in_a_folder_with_work_and_like_one_that_is_not_there(tmp_path, capsys):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "work.txt").touch()
    assert main(["new-paper", str(tmp_path / "full")]) == 2
    assert "folder must be new or empty" in capsys.readouterr().err
    assert main(["new-paper", str(tmp_path / "new"), "--like", "nothing"]) == 2
    assert f"--like must be one of {', '.join(papers())}; got nothing" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_the_first_paper_is_copied_as_it_is_built_here_and_has_a_witness_for_each_headline(tmp_path):
    copied = new_paper(tmp_path / "mine")  # make paper builds and verifies the original
    original = shipped() / "papers" / "first-paper"
    assert {path.name for path in copied} >= {"README.md", "expected.csv", "figures.yml", "paper.typ", "stock.ipynb"}
    assert all(path.read_bytes() == (original / path.name).read_bytes() for path in copied)
    rows = list(csv.DictReader((tmp_path / "mine/expected.csv").open(encoding="utf-8", newline="")))
    assert [row["job"] for row in rows] == [job.name for job in read_plan(tmp_path / "mine")]
    for row in rows:
        level = float(row["job"].partition("=")[2])
        assert float(row["value"]) == pytest.approx(NormalDist().inv_cdf(level) * 20 * 4**0.5, rel=1e-12)
