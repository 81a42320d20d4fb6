"""Measure whether the tests notice mistakes: put small faults into a copy of the project, and run the tests on each.

python tools/faults.py            every fault of tests/faults.toml
python tools/faults.py NAME ...   the faults of these names

The copy lies in a temporary folder; this checkout is never changed. For each fault one line says "killed" when a test
fails that passes without the fault, "SURVIVED" when all pass, and "UNCLEAR" when a test fails either way. The exit code
is 1 unless all are killed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FAULTS = ROOT / "tests" / "faults.toml"
PASSED, FAILED = 0, 1  # exit codes of pytest


class Fault(NamedTuple):
    """A small mistake: in `file`, the text `old` becomes `new`, which does `what`; one of `tests` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: list[str]
    what: str


def read_faults(path: Path = FAULTS) -> list[Fault]:
    """Return the faults of a file, its groups one after the other."""
    groups = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Fault(**entry) for group in groups.values() for entry in group]


def with_fault(text: str, fault: Fault) -> str:
    """Return the text of the fault's file with the fault in it; its old text must stand there exactly once."""
    count = text.count(fault.old)
    if count != 1:
        raise ValueError(f"{fault.name}: the old text must stand exactly once in {fault.file}; it stands {count} times")
    return text.replace(fault.old, fault.new)


def copy_project(folder: Path) -> None:
    """Copy the files of this checkout into a folder: all that git tracks, and new ones that it does not ignore."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def passes(folder: Path, *arguments: str) -> bool:
    """Return whether pytest passes in a copy of the project."""
    # No byte code: Python takes it as up to date when a file is changed within a second and keeps its size.
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode not in (PASSED, FAILED):
        raise ValueError(f"pytest {' '.join(arguments)} must run:\n{run.stdout.decode(errors='replace')[-2000:]}")
    return run.returncode == PASSED


def verdict(fault: Fault, folder: Path) -> str:
    """Return what the tests say of a fault in the copy, which is put right again."""
    path = folder / fault.file
    text = path.read_text(encoding="utf-8")
    path.write_text(with_fault(text, fault), encoding="utf-8")
    try:
        survived = passes(folder, "-x", "--cache-clear", *fault.tests)
    finally:
        path.write_text(text, encoding="utf-8")
    if survived:
        return "SURVIVED"
    return "killed" if passes(folder, "--last-failed", *fault.tests) else "UNCLEAR"


def main(arguments: list[str] | None = None) -> int:
    """Run the tests on the faults that are asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="faults to put in; all by default")
    names = parser.parse_args(arguments).names
    faults = {fault.name: fault for fault in read_faults()}
    if unknown := [name for name in names if name not in faults]:
        sys.exit(f"NAME must be that of a fault in tests/faults.toml; got {', '.join(unknown)}")
    found = Counter()
    with tempfile.TemporaryDirectory(prefix="twin-faults-") as made:
        folder = Path(made).resolve()
        copy_project(folder)
        for name in names or faults:
            try:
                said = verdict(faults[name], folder)
            except ValueError as error:
                sys.exit(str(error))
            found[said] += 1
            print(f"{said:9} {name}: {faults[name].what}", flush=True)
    print(f"{found.total()} faults: {', '.join(f'{count} {said}' for said, count in found.most_common())}")
    return int(found["killed"] < found.total())


if __name__ == "__main__":
    sys.exit(main())
