"""Batches on a real Dask scheduler with two worker processes: every result once, even if a worker dies."""

import json
import os
from concurrent.futures import ThreadPoolExecutor

import dask_cluster
import pandas as pd
import pytest
from small_paper import PARAMETERS, WORK, contents_of, make_project, save_notebook, waits

from twin.__main__ import main
from twin.batch.paper import build
from twin.compute.cluster import executor_on

SWEEP = """jobs:
  - name: sizes
    notebook: ../square.ipynb
    grid: {size: {from: 1, to: 12, count: 12}}
    yields: {figures: [square], results: [area]}
"""


@pytest.fixture(scope="module")
def cluster():
    """Yield a scheduler with two workers."""
    with dask_cluster.cluster() as made:
        yield made


def test_a_cluster_gives_the_same_bytes_as_this_machine(cluster, built_paper, tmp_path):
    paper = make_project(tmp_path / "elsewhere")
    assert main(["paper", str(paper), "--scheduler", cluster.address]) == 0
    assert contents_of(paper / "out") == contents_of(built_paper / "out")


def test_a_failing_job_is_reported_and_the_others_continue(cluster, tmp_path, capsys, monkeypatch):
    paper = make_project(tmp_path)
    monkeypatch.chdir(tmp_path)  # a folder named relative to this one is found from the workers' own
    failing = (
        (paper / "figures.yml").read_text().replace("    notebook", "    parameters: {label: fail}\n    notebook", 1)
    )
    (paper / "figures.yml").write_text(failing)
    assert main(["batch", "paper", "--scheduler", cluster.address]) == 1
    said = capsys.readouterr().err
    assert "job small" in said and "ValueError: label must not be fail" in said and "Traceback" not in said
    assert json.loads((paper / "out/large/results.json").read_text())["results"]["area"]["value"] == 9


def test_a_worker_with_other_files_or_another_package_refuses(cluster, tmp_path, capsys, monkeypatch):
    paper = make_project(tmp_path)
    monkeypatch.setattr("twin.__version__", "99.0")  # in this process, not on the workers
    assert main(["batch", str(paper), "--scheduler", cluster.address]) == 1
    assert "this worker's package must be those where the batch was started" in capsys.readouterr().err
    assert not (paper / "out" / "small").exists()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", "", "tcp://host:port"])
def test_a_missing_scheduler_is_reported_at_once(built_paper, address, capsys):
    assert main(["batch", str(built_paper), "--scheduler", address]) == 2
    said = capsys.readouterr().err
    assert "scheduler must be the address of a running Dask scheduler" in said and repr(address) in said


def test_a_worker_killed_in_mid_batch_loses_and_doubles_no_result(cluster, tmp_path, capsys, progress):
    """This test is the last, because it leaves the cluster with one worker."""
    paper = make_project(tmp_path)
    (paper / "expected.csv").unlink()
    (paper / "figures.yml").write_text(SWEEP)
    # Each run leaves a mark, which shows runs that were begun twice; the first run of the last job waits to be killed.
    mark = (
        "import time, uuid\nfirst = not list(pathlib.Path('.').glob('12.0-*'))\n"
        "pathlib.Path(f'{size}-{uuid.uuid4()}').touch()\nif size == 12 and first:\n    time.sleep(600)"
    )
    save_notebook(tmp_path / "square.ipynb", PARAMETERS, WORK, mark)

    def kill_who_sleeps(executor):
        waits(lambda: list(tmp_path.glob("12.0-*")))
        awake = executor.submit(os.getpid).result(30)
        next(worker for worker in cluster.workers if worker.pid != awake).kill()

    with executor_on(cluster.address) as executor, ThreadPoolExecutor() as beside:
        killing = beside.submit(kill_who_sleeps, executor)
        assert build(paper, executor=executor, pdf=False) == 0
        killing.result()
    assert len(list(tmp_path.glob("12.0-*"))) == 2
    said = capsys.readouterr().err
    assert all(said.count(f"sizes/size={size}.0: done") == 1 for size in range(1, 13))
    table = pd.read_parquet(paper / "out" / "summary.parquet")
    assert table["value"].tolist() == [size**2 for size in range(1, 13)]
    assert not list((paper / "out").rglob(".*.part"))
