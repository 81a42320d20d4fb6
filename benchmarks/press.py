"""Notebooks and the paper, as a reader waits for them: a limit in seconds each, on two cores."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from measure import Row, pretty

ROOT = Path(__file__).parents[1]
PAPER = Path("papers", "pixels-to-premiums")


def clock(*arguments, folder):
    """Seconds that one command takes; it must succeed."""
    start = perf_counter()
    subprocess.run([sys.executable, *map(str, arguments)], cwd=folder, check=True, capture_output=True)
    return perf_counter() - start


def within(what, time, limit, baseline="", ratio=1.0):
    return Row(what, pretty(time), baseline, ratio, f"<= {limit} s", time <= limit)


def measure_paper():
    with tempfile.TemporaryDirectory() as folder:
        for part in (PAPER, "notebooks"):
            shutil.copytree(ROOT / part, Path(folder, part), ignore=shutil.ignore_patterns("out"))
        cold = clock("-m", "twin", "paper", PAPER, folder=folder)
        unchanged = clock("-m", "twin", "paper", PAPER, folder=folder)
    yield within("the paper, every job run", cold, 90, f"{pretty(unchanged)} unchanged", cold / unchanged)
    yield within("the paper, nothing changed", unchanged, 5, f"{pretty(cold)} with every job", unchanged / cold)


def measure_notebooks():
    run = "import sys; from twin.batch.notebook import execute; execute(sys.argv[1])"
    empty = clock("-c", "import papermill", folder=ROOT)
    times = {path.stem: clock("-c", run, path, folder=ROOT) for path in sorted(ROOT.glob("notebooks/0[1-9]*.ipynb"))}
    slowest = max(times, key=times.get)
    note = f"{pretty(empty)} to import papermill"
    yield within(f"the slowest notebook by default, {slowest}", times[slowest], 10, note, times[slowest] / empty)


MEASUREMENTS = (measure_paper, measure_notebooks)
