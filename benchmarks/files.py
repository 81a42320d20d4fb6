"""Time of reading a clean file of flows, against the time in which pandas reads the same file without checks."""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from measure import at_most, seconds

from twin.data.load import read_history

ROWS, LANES = 1_000_000, 1_000


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


def measure_reading():
    """Yield the row for a clean file."""
    with tempfile.TemporaryDirectory() as folder:
        path = clean_file(folder)
        ours, plain = seconds(lambda: read_history(path), lambda: pd.read_csv(path), rounds=3)
        yield at_most(f"read {ROWS:,} clean rows", ours, plain, 6, baseline_note=" (pandas.read_csv)")


MEASUREMENTS = (measure_reading,)
