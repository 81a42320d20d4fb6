"""Packages that a command needs: it ends before it begins, with the extra that brings the missing one."""

import importlib.util

import pytest

from twin.__main__ import main


@pytest.mark.parametrize("missing", ["papermill", "pyarrow", "pypdf"])
def test_a_paper_names_the_extra_before_a_job_runs(missing, tmp_path, monkeypatch, capsys):
    (tmp_path / "figures.yml").write_text("jobs: [{name: one, notebook: none.ipynb}]")
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == missing else found(name))
    assert main(["paper", str(tmp_path)]) == 2
    assert capsys.readouterr().err == f"twin: {missing} is not installed; the extra 'papers' brings it\n"
    assert not (tmp_path / "out").exists()
