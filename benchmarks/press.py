"""Waiting times of batches, notebooks and the paper, each with a limit on two cores."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from measure import Row, at_least, at_most, pretty

ROOT = Path(__file__).parents[1]
PAPER = Path("papers", "pixels-to-premiums")


JOBS, LOOPED = 40, 8
SMALL = """from matplotlib.figure import Figure
from scipy import stats
from twin.newsvendor import critical_ratio
from twin.view.output import headline, show
ratio = critical_ratio(underage_cost, 2.0)
figure = Figure()
figure.add_subplot().plot([0, stats.norm.ppf(ratio)])
show(figure, "line", "a line", out_dir)
headline(out_dir, critical_ratio=(ratio, "-"))"""


def clock(*arguments, folder):
    """Return the time of a command, which must succeed. [s]"""
    start = perf_counter()
    subprocess.run([sys.executable, *map(str, arguments)], cwd=folder, check=True, capture_output=True)
    return perf_counter() - start


def within(what, time, limit, baseline="", ratio=1.0):
    return Row(what, pretty(time), baseline, ratio, f"<= {limit} s", time <= limit)


def measure_batch():
    """Compare a batch of many small jobs with a loop of papermill in a shell, scaled up from a few runs."""
    import nbformat

    from twin.batch.normal_form import KERNEL

    with tempfile.TemporaryDirectory() as folder:
        cells = [nbformat.v4.new_code_cell(s) for s in ('underage_cost: float = 8.0\nout_dir: str = ""', SMALL)]
        cells[0].metadata["tags"] = ["parameters"]
        nbformat.write(
            nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL}), Path(folder, "small.ipynb")
        )
        Path(folder, "figures.yml").write_text(
            "jobs: [{name: costs, notebook: small.ipynb, "
            f"grid: {{underage_cost: {{from: 1, to: {JOBS}, count: {JOBS}}}}}}}]"
        )
        loop = sum(
            clock("-m", "papermill", "small.ipynb", "ran.ipynb", "-p", "underage_cost", i, folder=folder)
            for i in range(1, LOOPED + 1)
        )
        batch = clock("-m", "twin", "batch", ".", "--jobs", 2, folder=folder)
        unchanged = clock("-m", "twin", "batch", ".", folder=folder)
    note = f" for {LOOPED}, times {JOBS // LOOPED}"
    yield at_least(f"{JOBS} small jobs, a loop of papermill", batch, loop * JOBS / LOOPED, 5, baseline_note=note)
    yield at_most("the same batch, nothing changed", unchanged, batch, 0.5)


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


MEASUREMENTS = (measure_batch, measure_paper, measure_notebooks)
