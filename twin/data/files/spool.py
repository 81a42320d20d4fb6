"""Keep what comes from standard input in a temporary file, because columns are judged as a whole."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

STANDARD_INPUT = "-"  # the path that means it


@contextmanager
def kept(path: str | Path, name: str | None) -> Iterator[tuple[str | Path, str | None]]:
    """Yield (path, name) of a file: for the path `-`, of a temporary copy of standard input.

    name : name of the file in the account; error sentences contain it instead of the path of the copy.
    """
    if str(path) != STANDARD_INPUT:
        yield path, name
        return
    if sys.stdin is None or sys.stdin.isatty():
        raise ValueError("standard input must be a file or a pipe for the file -; got a terminal")
    name = name or "standard input"
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "input")
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        try:
            yield copy, name
        except ValueError as error:
            raise ValueError(str(error).replace(str(copy), name)) from None
