"""The benchmark runner, with measurements that take no time: rows at once, failures reported, choice by name."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from test_environment import ROOT
from test_forked import kernel, needs_forks


@pytest.fixture
def run(monkeypatch, capsys):
    """benchmarks/run.py with three measurements, of which the second breaks off after its first row."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import run
    from measure import at_least, at_most

    def measure_quick():
        yield at_least("quick", 1.0, 8.0, 4)

    def measure_broken():
        run.seen = capsys.readouterr().out  # the row before is on the page already
        yield at_most("slow", 3.0, 1.0, 2)
        subprocess.run([sys.executable, "-c", "raise SystemExit('no such server')"], check=True, capture_output=True)

    def measure_last():
        yield at_most("last", 1.0, 1.0, 2)

    monkeypatch.setattr(run, "GROUPS", {"one": (measure_quick, measure_broken), "other": (measure_last,)})
    return run


def test_rows_are_printed_as_they_are_measured_and_a_failure_says_why(run, capsys):
    assert run.main([]) == 1
    assert run.seen.splitlines()[-1].split() == ["yes", "8x", ">=", "4x", "1", "s", "8", "s", "quick"]
    *rows, empty, met, missed, broken = capsys.readouterr().out.splitlines()
    assert [row.split()[0] for row in rows] == ["NO", "FAIL", "yes"]
    assert rows[1].endswith("broken: CalledProcessError: no such server") and rows[2].endswith("last")
    assert (empty, met, missed) == ("", "2 of 4 bars met.", "BAR MISSED: slow") and broken.startswith("FAILED: broken")


@pytest.mark.parametrize(
    ("names", "expected"),
    [(["one"], ["quick", "slow"]), (["last", "quick"], ["quick", "last"]), (["other"], ["last"])],
)
def test_names_choose_measurements(run, capsys, names, expected):
    code = run.main(["--json", *names])
    rows = json.loads(capsys.readouterr().out)
    assert [row["what"] for row in rows if row["ratio"]] == expected
    assert code == int(any(row["ratio"] is None for row in rows)) == int("one" in names)


def test_an_unknown_name_is_refused_with_those_that_are_known(run, capsys):
    with pytest.raises(SystemExit) as end:
        run.main(["nothing"])
    assert end.value.code == 2
    assert "there is no measurement nothing; there are one (quick, broken), other (last)" in capsys.readouterr().err


def test_make_bench_passes_the_names_on():
    command = ["make", "--no-print-directory", "-n", "bench", "ONLY=hub scale"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.rstrip().endswith("benchmarks/run.py hub scale")


@needs_forks
def test_forked_kernels_are_found_and_the_server_that_forks_them_is_not(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    from hub import kernels

    with kernel() as one:
        found = kernels()
        server = Path(f"/proc/{one.pid}/stat").read_text().rpartition(")")[2].split()[1]
        assert found[str(one.pid)] > 2**20 and server not in found
