"""Tables of lanes in separate processes: bounded memory, killed runs, workers of a cluster."""

import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from dask_cluster import cluster

from twin.lane import assess
from twin.plan.policies import filled, policy_of
from twin.tables.assess_table import LaneTable, assess_table

POLICY = ("internal_capacity", "service_revenue", "dwell", "sla_penalty", "fixed_order_cost", "partner_surcharge")
MEMORY = """import resource, subprocess, sys
subprocess.run([sys.executable, "-m", "twin", *sys.argv[1:]], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def write(path, count, rows, policy=()):
    """Write a table of lanes in row groups of a given size, with columns of a policy; return its columns."""
    rng = np.random.Generator(np.random.PCG64(8))
    columns = {"demand_mean": rng.uniform(50, 500, count), "demand_sd": rng.uniform(5, 50, count)}
    columns |= {name: rng.uniform(60, 90, count) for name in policy}
    pq.write_table(pa.table(columns), path, row_group_size=rows, use_dictionary=False)
    return columns


def assert_profit(folder, columns):
    found = pq.read_table(folder)["profit"].to_numpy()
    np.testing.assert_array_equal(found, assess(columns, policy_of(filled({}, columns)[0]))["profit"])


def test_memory_does_not_grow_with_the_table(tmp_path):
    """The largest of all processes, with all 28 answers of one row group: 1.5 million of them are 336 MB alone."""
    peaks = []
    for count in (100_000, 1_500_000):
        write(tmp_path / f"{count}.parquet", count, rows=count, policy=POLICY)
        arguments = ["assess", str(tmp_path / f"{count}.parquet"), "--to", str(tmp_path / f"{count}"), "--jobs", "1"]
        run = subprocess.run([sys.executable, "-c", MEMORY, *arguments], capture_output=True, text=True, check=True)
        peaks.append(int(run.stdout) / 1024)
    small, large = peaks
    print(f"{small:.0f} and {large:.0f} MB")
    assert large < 300 and large < small + 50, f"{small:.0f} and {large:.0f} MB"


def test_a_killed_run_resumes_with_the_missing_parts(tmp_path):
    columns = write(tmp_path / "lanes.parquet", 1_650_000, rows=550_000)  # three parts of one group each
    command = [sys.executable, "-m", "twin", "assess", "lanes.parquet", "--to", "answers", "--keep", "profit"]
    answers = tmp_path / "answers"
    run = subprocess.Popen([*command, "--jobs", "1"], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not (parts := list(answers.glob("part-*"))) and time.monotonic() < until:
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    run.communicate()  # the pipe is closed only when its workers have ended, too
    parts = list(answers.glob("part-*"))
    assert 0 < len(parts) < 3 and not (answers / "_SUCCESS").exists()
    assert all(pq.read_metadata(part).num_rows == 550_000 for part in parts)
    before = [part.stat().st_mtime_ns for part in parts]
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert again.returncode == 0 and f"{550_000 * len(parts):,} there before; answers is complete" in again.stderr
    assert [part.stat().st_mtime_ns for part in parts] == before
    assert_profit(answers, columns)
    assert not list(answers.glob(".part-*"))


@pytest.fixture(scope="module")
def dask():
    with cluster(workers=2) as running:
        yield running


def test_workers_of_a_cluster_write_the_same_answers(tmp_path, monkeypatch, dask, capsys):
    monkeypatch.setattr("twin.tables.source.PART", 10_000)
    columns = write(tmp_path / "lanes.parquet", 100_000, rows=5_000)
    columns["demand_sd"][70_001] = -1.0
    pq.write_table(pa.table(columns), tmp_path / "bad.parquet", row_group_size=5_000)
    table = LaneTable(tmp_path / "lanes.parquet")
    done = assess_table(table, tmp_path / "a", keep=["profit"], scheduler=dask.address)
    assert (done.assessed, done.complete, len(table.parts)) == (100_000, True, 10)
    assert assess_table(table, tmp_path / "a", keep=["profit"]).kept == 100_000
    columns["demand_sd"][70_001] = pq.read_table(tmp_path / "lanes.parquet")["demand_sd"][70_001].as_py()
    assert_profit(tmp_path / "a", columns)
    bad = assess_table(LaneTable(tmp_path / "bad.parquet"), tmp_path / "b", keep=["profit"], scheduler=dask.address)
    assert not bad.complete and bad.assessed == 90_000 and "row 70,002: demand_sd must be" in bad.failures[0]


def test_tasks_of_a_dead_worker_are_retried(tmp_path, monkeypatch, dask):
    monkeypatch.setattr("twin.tables.source.PART", 20_000)
    columns = write(tmp_path / "lanes.parquet", 1_000_000, rows=20_000)
    folder, victim = tmp_path / "a", dask.workers[0]

    def kill():
        while not list(folder.glob("part-*")):
            time.sleep(0.01)
        victim.kill()

    threading.Thread(target=kill, daemon=True).start()
    done = assess_table(LaneTable(tmp_path / "lanes.parquet"), folder, keep=["profit"], scheduler=dask.address)
    assert victim.wait(10) == -signal.SIGKILL
    assert (done.assessed, done.complete) == (1_000_000, True)
    assert_profit(folder, columns)
