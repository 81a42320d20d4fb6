"""Time and memory of reading a clean file of flows, against those of pandas, which reads the file without checks."""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

import numpy as np
import pandas as pd
from measure import Row, at_most, seconds

from twin.data.load import read_history

ROWS, LANES = 10_000_000, 1_000
PEAK = """
import sys
import pandas
from twin.data.load import read_history
{}(sys.argv[1])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""  # of Linux; the value of getrusage includes what the process was forked from


def clean_file(folder, rows=ROWS):
    """Write a file of about so many rows: a flow a day of 1,000 lanes; return its path."""
    rng = np.random.Generator(np.random.PCG64(1))
    days = (np.datetime64("2000-01-01") + np.arange(rows // LANES)).astype(str)
    names = [f"LANE-{i:04d}" for i in range(LANES)]
    volumes = np.round(rng.gamma(2.0, 50.0, len(days) * LANES), 2)
    table = {"date": np.repeat(days, LANES), "lane": np.tile(names, len(days)), "volume": volumes}
    path = Path(folder, "clean.csv")
    pd.DataFrame(table).to_csv(path, index=False)
    return path


def processor_seconds(*candidates):
    """Return the processor time of each candidate, all its threads together, after one unmeasured round. [s]"""
    spent = []
    for _ in range(2):
        spent = []
        for candidate in candidates:
            start = process_time()
            candidate()
            spent.append(process_time() - start)
    return spent


def peak(reader, path):
    """Return the largest memory of a process that reads a file. [MB]"""
    done = subprocess.run([sys.executable, "-c", PEAK.format(reader), path], capture_output=True, check=True)
    return int(done.stdout) / 1024


def measure_reading():
    """Yield the rows for a clean file: time, processor time, and the largest memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = clean_file(folder)
        ours, plain = seconds(lambda: read_history(path), lambda: pd.read_csv(path), rounds=3)
        note = " (pandas.read_csv, in two threads)" if pd.__version__ >= "3.1" else " (pandas.read_csv)"
        yield at_most(f"read {ROWS:,} clean rows", ours, plain, 6, baseline_note=note)
        ours, plain = processor_seconds(lambda: read_history(path), lambda: pd.read_csv(path))
        what = f"read {ROWS:,} clean rows, processor time"
        yield at_most(what, ours, plain, 6, baseline_note=" (pandas.read_csv)")
        ours, plain = peak("read_history", path), peak("pandas.read_csv", path)
        what, ratio = f"read {ROWS:,} clean rows, largest memory", ours / plain
        yield Row(what, f"{ours:,.0f} MB", f"{plain:,.0f} MB (pandas.read_csv)", ratio, "<= 2x", ratio <= 2)


MEASUREMENTS = (measure_reading,)
