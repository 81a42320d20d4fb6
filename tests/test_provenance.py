"""Inputs that make a job run again: files that it can reach, the worker's package, and a ledger."""

import json
from pathlib import Path

import pytest

from twin.batch import provenance
from twin.batch.job import Job
from twin.batch.jobs import is_finished
from twin.batch.seal import seal

#: Files of the package, and whether a change of them can change a result or the form in which it is kept.
REACHED = {
    "demand.py": True,
    "games/pooling.py": True,
    "view/twin.mplstyle": True,
    "batch/job_kernel.py": True,
    "batch/normal_form.py": True,
    "batch/seal.py": True,
    "apps/fork_server.py": True,
    "apps/serve.py": False,
    "batch/plan.py": False,
    "batch/paper.py": False,
    "command/ask.py": False,
    "compute/pool.py": False,
    "__main__.py": False,
}


@pytest.mark.parametrize("name", REACHED)
def test_a_job_reruns_if_a_file_that_it_depends_on_changes(name, tmp_path, monkeypatch):
    assert (provenance.PACKAGE / name).is_file()
    for other in REACHED:
        (tmp_path / other).parent.mkdir(exist_ok=True)
        (tmp_path / other).write_text("before")
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    before = provenance.package()["package_digest"]
    (tmp_path / name).write_text("after")
    assert (provenance.package()["package_digest"] != before) == REACHED[name]


def test_every_exception_is_a_file_of_the_package():
    assert all((provenance.PACKAGE / name).is_file() for name in provenance.FORM)


@pytest.mark.parametrize("what", ["package", "package_digest", "versions"])
def test_a_worker_of_another_version_is_refused(what):
    inputs = {"data": {}, **provenance.package()}
    provenance.same_here(inputs, Path())
    other = {**inputs["versions"], "numpy": "1.0"} if what == "versions" else "another"
    with pytest.raises(ValueError, match=f"this worker's {what.replace('_', ' ')} must be those where the batch"):
        provenance.same_here({**inputs, what: other}, Path())


@pytest.mark.parametrize("name", provenance.FILE_PARAMETERS)
def test_the_file_that_a_parameter_names_is_an_input_of_the_job(name, tmp_path):
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": f'{name}: str = ""  # a file'}
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [cell]}))
    job = Job("a", "a.ipynb", {name: "numbers.json"}, (), ("area",), tmp_path)
    found = []
    for content in ("1", "2"):
        (tmp_path / "numbers.json").write_text(content)
        found.append(provenance.inputs_of([job])["a"])
    assert found[0]["data"].keys() == {"numbers.json"} and found[0]["digest"] != found[1]["digest"]


def test_a_job_on_the_ledger_is_never_finished(tmp_path):
    job = Job("a", "a.ipynb", {}, (), ("area",), tmp_path)
    job.folder.mkdir(parents=True)
    (job.folder / "a.ipynb").write_text("{}")
    results = json.dumps({"results": {"area": {"value": 9.0, "unit": "m2"}}})
    for more, finished in (({}, True), ({"ledger": True}, False)):
        (job.folder / "results.json").write_text(results)
        inputs = {"job": "a", **more}
        inputs = {"digest": provenance.digest(inputs), **inputs}
        seal(job, job.folder, inputs)
        assert is_finished(job, inputs) == finished
