"""Measure whether the tests notice mistakes: put small faults into a copy of the project, and run the tests on each.

python tools/faults.py            every fault of tests/faults.toml
python tools/faults.py NAME ...   the faults of these names

The copy lies in a temporary folder; this checkout is never changed. The named tests must pass in the copy before the
first fault is put in. One line a fault says "killed", where a test fails, or "SURVIVED"; survivors make the exit code 1.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FAULTS = ROOT / "tests" / "faults.toml"
PASSED, FAILED = 0, 1  # exit codes of pytest


class Fault(NamedTuple):
    """One small mistake: in `file`, the text `old` becomes `new`; one of `tests` must fail; `what` says what it does."""

    name: str
    file: str
    old: str
    new: str
    tests: list[str]
    what: str


def read_faults(path: Path = FAULTS) -> list[Fault]:
    """Return the faults of a file, all groups one after the other."""
    groups = tomllib.loads(path.read_text(encoding="utf-8"))
    return [Fault(**entry) for group in groups.values() for entry in group]


def with_fault(text: str, fault: Fault) -> str:
    """Return the text of the fault's file with the fault in it; its old text must stand there exactly once."""
    count = text.count(fault.old)
    if count != 1:
        raise ValueError(
            f"{fault.name}: the old text must stand in {fault.file} exactly once; it stands there {count} times"
        )
    return text.replace(fault.old, fault.new)


def copy_project(folder: Path) -> None:
    """Copy every file that git tracks or would track into a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


def exit_code(tests: list[str], folder: Path) -> int:
    """Return the exit code of pytest for some tests of the copy in a folder."""
    # Byte code is not written: Python takes it as valid for a file changed within the same second to the same size.
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    run = subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if run.returncode not in (PASSED, FAILED):
        raise ValueError(f"pytest could not run {' '.join(tests)}:\n{run.stdout[-2000:]}")
    return run.returncode


def survives(fault: Fault, folder: Path) -> bool:
    """Return whether the tests pass with the fault in the copy; the copy is put right afterwards."""
    path = folder / fault.file
    text = path.read_text(encoding="utf-8")
    path.write_text(with_fault(text, fault), encoding="utf-8")
    try:
        return exit_code(fault.tests, folder) == PASSED
    finally:
        path.write_text(text, encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the tests on every fault that is asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="faults to put in; all by default")
    names = parser.parse_args(arguments).names
    faults = read_faults()
    if unknown := set(names) - {fault.name for fault in faults}:
        sys.exit(f"NAME must be that of a fault in tests/faults.toml; got {', '.join(sorted(unknown))}")
    chosen = [fault for fault in faults if not names or fault.name in names]
    with tempfile.TemporaryDirectory(prefix="twin-faults-") as made:
        folder = Path(made).resolve()
        copy_project(folder)
        try:
            for fault in chosen:
                with_fault((folder / fault.file).read_text(encoding="utf-8"), fault)
            tests = sorted({test for fault in chosen for test in fault.tests})
            if exit_code(tests, folder) != PASSED:
                raise ValueError(f"the tests must pass before a fault is put in; some of these fail: {' '.join(tests)}")
            survivors = 0
            for fault in chosen:
                survived = survives(fault, folder)
                survivors += survived
                print(f"{'SURVIVED' if survived else 'killed':9} {fault.name}: {fault.what}", flush=True)
        except ValueError as error:
            sys.exit(str(error))
    print(f"{len(chosen)} faults: {len(chosen) - survivors} killed, {survivors} survived")
    return int(survivors > 0)


if __name__ == "__main__":
    sys.exit(main())
