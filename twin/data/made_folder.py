"""Folders that a command writes into: made if they are new, and refused in a sentence before anything is computed."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from twin.data.write_errors import reason


def make_folder(folder: Path, *, parents: bool = False) -> None:
    """Make a folder unless it exists, and try whether a file can be made in it.

    parents : make missing folders above it, too.

    Errors
    ------
    OSError, in a sentence that names the folder, the reason and the way out.

    >>> with tempfile.TemporaryDirectory() as above:
    ...     make_folder(Path(above, "reports"))
    ...     Path(above, "reports").is_dir()
    True
    """
    try:
        folder.mkdir(parents=parents, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise OSError(
            f"the folder {folder} cannot be made: it, or a folder above it, is a file; name another one"
        ) from None
    except OSError as error:
        raise OSError(f"the folder {folder} cannot be made: {reason(error, _lowest(folder))}") from None
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise OSError(f"the folder {folder} cannot be used: {reason(error, folder)}") from None


@contextmanager
def made_folder(folder: Path) -> Iterator[Path]:
    """Make a folder as `make_folder` does, and remove it after an error if it is new and has remained empty."""
    new = not folder.exists()
    make_folder(folder)
    try:
        yield folder
    except BaseException:
        if new:
            with suppress(OSError):
                folder.rmdir()
        raise


def _lowest(folder):
    """Return the lowest folder above a path that exists."""
    return next(above for above in folder.absolute().parents if above.exists())
