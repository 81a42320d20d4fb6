"""Files of millions of rows: import in bounded memory, and sums in the database.

There is a class for each engine, to run in parallel. TWIN_LARGE_ROWS sets the number of rows of the larger file, such
as 10000000.
"""

import os
import subprocess
import sys

import numpy as np
import pytest

from twin.data.ledger.store import Ledger

LANES = 1_000
SMALL, LARGE = 300_000, int(os.environ.get("TWIN_LARGE_ROWS") or 1_200_000)  # rows of the two files
MEMORY = 500  # largest peak memory of the importing process [MB]
GROWTH = 25  # largest increase of that peak from the smaller file to the larger, about the size of the rows [MB]

MEASURE = """
import re, sys
from twin.__main__ import main
code = main(["ledger", "import", sys.argv[1], "--json"])
with open("/proc/self/status") as status:  # peak of this process; getrusage would include its parent's
    print(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1], file=sys.stderr)
sys.exit(code)
"""
LINE = np.dtype([("day", "S10"), ("minute", "S7"), ("second", "S2"), ("lane", "S11"), ("volume", "S3"), ("end", "S1")])


def write(path, rows):
    """Write a file of days x lanes, with times of day that hardly ever repeat."""
    rng = np.random.Generator(np.random.PCG64(1))
    numerals = np.array([b"%d" % i for i in range(200)])
    lines = np.empty(LANES, dtype=LINE)
    lines["minute"] = [b" 12:%02d:" % (i % 60) for i in range(LANES)]
    lines["lane"] = [b",LANE-%04d," % i for i in range(LANES)]
    lines["end"] = b"\n"
    with path.open("wb") as stream:
        stream.write(b"order_date,lane,quantity\n")
        for day in np.datetime_as_string(np.datetime64("1999-01-01") + np.arange(rows // LANES)):
            lines["day"] = day
            lines["second"] = numerals[rng.integers(10, 60, LANES)]
            lines["volume"] = numerals[rng.integers(100, 200, LANES)]
            stream.write(lines.tobytes())
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the two files by their numbers of rows."""
    folder = tmp_path_factory.mktemp("large")
    return {rows: write(folder / f"{rows}.csv", rows) for rows in (SMALL, LARGE)}


def imported(path, rows, url):
    """Import a file into an empty ledger; return the peak memory of that process. [MB]"""
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run([sys.executable, "-c", MEASURE, path], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert f"{path.name}: 100%" in done.stderr and "storing: 100%" in done.stderr  # the progress bars
    with Ledger(url) as ledger:
        assert ledger.count() == rows and len(ledger.lanes()) == LANES
        statistics = ledger.statistics()
        volumes = ledger.read("LANE-0042")["volume"]
    lane = statistics.loc["LANE-0042"]
    assert statistics["periods"].eq(rows // LANES).all() and lane["last_volume"] == volumes.iloc[-1]
    assert lane["demand_mean"] == pytest.approx(volumes.mean(), rel=1e-9)
    assert lane["demand_sd"] == pytest.approx(volumes.std(), rel=1e-9)
    return int(done.stderr.split()[-1]) / 1024


def check(files, new_ledger):
    """Import both files, each into a ledger of its own, and compare the peaks."""
    few, many = (imported(path, rows, new_ledger(rows)) for rows, path in files.items())
    assert many < MEMORY and many - few < GROWTH, (few, many)


class TestSqlite:
    def test_memory_does_not_grow_with_the_file(self, files, tmp_path):
        check(files, lambda rows: f"sqlite:///{tmp_path / str(rows)}.sqlite")


class TestPostgresql:
    def test_memory_does_not_grow_with_the_file(self, files, server):
        names = {rows: server.new_database() for rows in files}
        check(files, lambda rows: server.url(names[rows]))
        tidied = "SELECT last_vacuum IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'twin_flow'"
        assert server.execute(tidied, database=names[LARGE]) == [(True,)]  # otherwise sums read the table, too
        for name in names.values():
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
