"""Files that appear whole or not at all: a temporary file is written, and takes the name when it is complete."""

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twin._check import require

NO_SPACE = {errno.ENOSPC, errno.EDQUOT}  # codes of a full disk, and of a user's full share of it


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
        yield partial
        if path.exists():
            shutil.copymode(path, partial)
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(path)
    except OSError as error:
        if error.errno is None or isinstance(error, BrokenPipeError):
            raise
        raise OSError(f"{file} cannot be written: {_why(error, path)}") from None
    finally:
        with suppress(OSError):
            partial.unlink()


def _why(error, path):
    """Return the reason of a failure to write a file, and the way out, in words."""
    left = "the file that was there is unchanged" if path.exists() else "nothing was written"
    if error.errno in NO_SPACE:
        return f"the disk is full; {left}"
    if error.errno == errno.EFBIG:
        return f"it would be larger than a file may be here; {left}"
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"you may not write into the folder {path.parent}; {left}"
    if error.errno == errno.EROFS:
        return f"the folder {path.parent} can only be read; {left}"
    return f"{error.strerror}; {left}"
