"""Ten million rows: import in bounded memory, and sums in the database; a class for each engine, to run in parallel."""

import os
import subprocess
import sys

import numpy as np
import pytest

from twin.data.ledger.store import Ledger

ROWS, LANES = 10_000_000, 1_000
MEMORY = 500  # MB, of the process that imports

MEASURE = """
import re, sys
from twin.__main__ import main
code = main(["ledger", "import", sys.argv[1], "--json"])
with open("/proc/self/status") as status:  # of this process alone; its resource usage begins with its parent's
    print(re.search(r"VmHWM:\\s+(\\d+)", status.read())[1], file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Return a file of days x lanes, with times of day that hardly ever repeat."""
    path = tmp_path_factory.mktemp("large") / "flows.csv"
    rng = np.random.Generator(np.random.PCG64(1))
    days = np.datetime64("1999-01-01") + np.arange(ROWS // LANES)
    with path.open("w") as stream:
        stream.write("order_date,lane,quantity\n")
        for day in np.datetime_as_string(days):
            seconds, volumes = rng.integers(10, 60, LANES), rng.integers(50, 150, LANES)
            values = enumerate(zip(seconds.tolist(), volumes.tolist(), strict=True))
            stream.writelines(
                f"{day} 12:{i % 60:02d}:{second},LANE-{i:04d},{volume}\n" for i, (second, volume) in values
            )
    return path


def check(large, url):
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run([sys.executable, "-c", MEASURE, large], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stderr.split()[-1]) / 1024 < MEMORY
    assert "flows.csv: 100%" in done.stderr and "storing: 100%" in done.stderr  # the progress bars
    with Ledger(url) as ledger:
        assert ledger.count() == ROWS and len(ledger.lanes()) == LANES
        statistics = ledger.statistics()
        volumes = ledger.read("LANE-0042")["volume"]
    lane = statistics.loc["LANE-0042"]
    assert statistics["periods"].eq(ROWS // LANES).all() and lane["last_volume"] == volumes.iloc[-1]
    assert lane["demand_mean"] == pytest.approx(volumes.mean(), rel=1e-9)
    assert lane["demand_sd"] == pytest.approx(volumes.std(), rel=1e-9)


class TestSqlite:
    def test_ten_million_rows(self, large, tmp_path):
        check(large, f"sqlite:///{tmp_path / 'ledger.sqlite'}")


class TestPostgresql:
    def test_ten_million_rows(self, large, server):
        name = server.new_database()
        check(large, server.url(name))
        tidied = "SELECT last_vacuum IS NOT NULL FROM pg_stat_user_tables WHERE relname = 'twin_flow'"
        assert server.execute(tidied, database=name) == [(True,)]  # without it, sums read the table, too
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")
