"""Files that appear whole or not at all: a temporary file is written, and takes the name when it is complete."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twin._check import require
from twin.data.write_errors import reason


@contextmanager
def whole_file(file: str | Path, name: str) -> Iterator[Path]:
    """Yield the path of a temporary file beside a file, which takes its place if the block ends without an error.

    Otherwise the file is as it was, and the temporary file is gone. A link is kept, and its target replaced; the new
    file has the mode of the old one. `name` is the name of the argument in error sentences.

    Errors
    ------
    ValueError if the folder does not exist or the path is that of a folder; OSError, in a sentence, if it cannot be
    written.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(f"{folder}/a.txt", "file") as partial:
    ...         done = partial.write_text("whole")
    ...     print(*os.listdir(folder), Path(folder, "a.txt").read_text())
    a.txt whole
    """
    path = Path(file)
    require(not path.is_dir() and path.parent.is_dir(), name, "a file in a folder that exists", file)
    path = path.resolve()
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.touch()  # fails before anything is computed
        yield partial
        if path.exists():
            shutil.copymode(path, partial)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        if error.errno is None or isinstance(error, BrokenPipeError):
            raise
        left = "the file that was there is unchanged" if path.exists() else "nothing was written"
        raise OSError(f"{file} cannot be written: {reason(error, path.parent)}; {left}") from None
    finally:
        with suppress(OSError):
            partial.unlink()
