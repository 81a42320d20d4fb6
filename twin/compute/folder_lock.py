"""A lock that lets one run at a time work in a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from twin.data.made_folder import make_folder


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is created if missing; the lock ends with the process, even if it is killed.

    If another run holds the lock, a ValueError is raised; OSError, in a sentence, if the folder cannot be written.
    """
    make_folder(folder, parents=True)
    with (folder / ".lock").open("a") as lock:
        try:
            _hold(lock)
        except (BlockingIOError, PermissionError):
            raise ValueError(f"another run is at work in {folder}; wait for it to end") from None
        yield


def _hold(file: IO[str]) -> None:
    """Lock a file until it is closed, in the way of the system."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
