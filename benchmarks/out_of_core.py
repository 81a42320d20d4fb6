"""Tables of lanes on disk: rate against the same answers in memory, and memory against loading the whole table."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from measure import Row, at_least, at_most

from twin.lane import UNITS

LANES, GROUP = 4_000_000, 2**20

OURS = [sys.executable, "-m", "twin", "assess", "lanes.parquet", "--to", "answers", "--jobs"]
WHOLE = """
from time import perf_counter
import pandas as pd
from twin.lane import assess
from twin.plan.policies import filled, policy_of
lanes = pd.read_parquet("lanes.parquet")
began = perf_counter()
answers = assess(lanes, policy_of(filled({}, lanes)[0]))
print(perf_counter() - began)
pd.DataFrame({"lane": lanes["lane"], **answers}).to_parquet("whole.parquet")"""
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"""


def write(path, count):
    """Write a table of lanes to Parquet, one row group in memory at a time."""
    rng = np.random.Generator(np.random.PCG64(1))
    schema = pa.schema([("lane", pa.string()), ("demand_mean", pa.float64()), ("demand_sd", pa.float64())])
    with pq.ParquetWriter(path, schema, use_dictionary=False) as writer:
        for start in range(0, count, GROUP):
            numbers = range(start, min(start + GROUP, count))
            moments = (rng.uniform(low, 10 * low, len(numbers)) for low in (50, 5))
            columns = ([f"LANE-{number:09d}" for number in numbers], *moments)
            writer.write_table(pa.table([pa.array(column) for column in columns], schema=schema))


def run(command, folder):
    """Return the time of a command [s], the memory of its largest process [MB], and the words that it prints."""
    shutil.rmtree(Path(folder, "answers"), ignore_errors=True)
    began = perf_counter()
    run = subprocess.run([sys.executable, "-c", PEAK, *command], cwd=folder, capture_output=True, text=True, check=True)
    *words, peak = run.stdout.split()
    return perf_counter() - began, int(peak) / 1024, words


def measure_out_of_core():
    commands = ([sys.executable, "-c", WHOLE], [*OURS, "1"], [*OURS, str(os.cpu_count())])
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, "lanes.parquet"), LANES)
        rounds = [[run(command, folder) for command in commands] for _ in range(3)]  # interleaved
        for name in UNITS:  # both give the same answers
            ours, theirs = (
                pq.read_table(Path(folder, of), columns=[name])[name] for of in ("answers", "whole.parquet")
            )
            assert np.array_equal(ours.to_numpy(), theirs.to_numpy())
    (whole, all_of_it), (one, peak), (every, _) = (
        [median(run[i] for run in runs) for i in (0, 1)] for runs in zip(*rounds, strict=True)
    )
    bare = median(float(words[0]) for (_, _, words), *_ in rounds)
    what = f"assess {LANES:,} lanes from Parquet to Parquet"
    note = f" ({LANES / one:,.0f} lanes/s)"
    yield at_most(f"{what}, one process, against lane.assess in memory alone", one, bare, 5, ours_note=note)
    note = f" ({LANES / every:,.0f} lanes/s)"
    yield at_least(f"{what}, all cores, against pandas with the whole", every, whole, 1, ours_note=note)
    ratio = peak / all_of_it
    ours, theirs = f"{peak:.0f} MB", f"{all_of_it:.0f} MB"
    yield Row(f"{what}: memory of a process", ours, theirs, ratio, "<= 0.2x", ratio <= 0.2)


MEASUREMENTS = (measure_out_of_core,)
