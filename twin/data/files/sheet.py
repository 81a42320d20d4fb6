"""Sheets of spreadsheets (.xlsx, .xlsm, .xlsb, .xls, .ods) as records of texts."""

import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from twin._check import require
from twin.data.advice import Decision
from twin.data.files.layout import Record
from twin.data.files.zipped import ZIP_MARK, unzipped_size
from twin.data.text import visible

MOST_UNPACKED = 1 << 30  # most bytes that may come out of the parts of a spreadsheet
MOST_MEMORY = 2 << 30  # address space of the process that reads a spreadsheet [byte]
_PROGRAM = Path(__file__).with_name("cells.py")


@dataclass(frozen=True)
class SheetRows:
    """A sheet whose cells lie in a temporary file, a line of JSON for each row; `size` is the number of rows."""

    path: Path
    name: str
    cells: IO[bytes]
    start: int
    size: int
    notes: tuple[str, ...] = ()
    encoding: str = ""
    separator: str = ""

    @contextmanager
    def rows(self, skip: int, width: int) -> Iterator[tuple[Iterator[Record], Callable[[], int]]]:
        """Yield (records, position): the rows after the first `skip`, and a function for a progress bar."""
        done = 0

        def records():
            nonlocal done
            self.cells.seek(self.start)
            for done in range(1, self.size + 1):
                text = self.cells.readline()
                if done > skip:
                    fields = json.loads(text)
                    yield done, fields if any(fields) else [], [", ".join(fields)]

        yield records(), lambda: done


def sheets_of(path: Path, sheet: str | None, decimal: str) -> list[SheetRows]:
    """Return the visible sheets of a spreadsheet that hold anything, or the one that is named.

    decimal : mark of the numbers in the texts.
    """
    if importlib.util.find_spec("python_calamine") is None:
        raise ValueError(
            f"{path} is a spreadsheet, which the extra 'excel' reads; install it, or save the sheet as CSV"
        )
    if path.open("rb").read(4) == ZIP_MARK:
        fits = unzipped_size(path, MOST_UNPACKED) <= MOST_UNPACKED
        require(fits, f"what comes out of {path}", f"at most {MOST_UNPACKED >> 20:,} MB", "more")
    cells = tempfile.TemporaryFile()  # closed when the last of the sheets is forgotten
    wanted = [] if sheet is None else [sheet]
    command = [sys.executable, "-P", str(_PROGRAM), str(path), str(MOST_MEMORY), decimal, *wanted]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=cells, stderr=subprocess.DEVNULL)
    found, names, error, at = [], [], "", 0
    cells.seek(0)
    for line in cells:
        at += len(line)
        if not line.startswith(b"{"):
            found[-1][3] += 1
            continue
        about = json.loads(line) if line.endswith(b"\n") else {}
        names, error = about.get("sheets", names), about.get("error", "")
        if "sheet" in about:
            found.append([about["sheet"], about["filled"], at, 0])
    if done.returncode or error:
        raise ValueError(f"{path} {_why(error)}")
    named = ", ".join(repr(visible(name, 40)) for name in names)
    require(sheet is None or sheet in names, "sheet", f"one of {named} in {path}", repr(sheet))
    return [
        SheetRows(path, name, cells, start, rows, tuple(_told(name, filled, len(names))))
        for name, filled, start, rows in found
        if rows
    ]


def _told(name, filled, number):
    text = f"sheet {visible(name, 40)!r}" + (f" of {number:,} was read" if number > 1 else " was read")
    yield Decision(text, "sheet", name)
    if filled:
        yield f"cells below the first one of merged cells, filled with its text: {filled:,}"


def _why(error):
    """Return why a spreadsheet cannot be read; an empty error means that its process ended."""
    if error.startswith("PasswordError"):
        return "is protected by a password; save it without one"
    if error:
        return f"cannot be read as a spreadsheet ({visible(error)}); save the sheet as CSV"
    return (
        f"cannot be read as a spreadsheet: it is damaged, or its cells take more than {MOST_MEMORY >> 30} GB; "
        "save the sheet as CSV"
    )
