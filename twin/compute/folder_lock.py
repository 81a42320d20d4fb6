"""A lock that lets one run at a time work in a folder."""

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder, which is created if missing; the lock ends with the process, even if it is killed.

    If another run holds the lock, a ValueError is raised.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise ValueError(f"{folder} must be a folder, and is a file") from None
    with (folder / ".lock").open("w") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:
            pass  # this system has no such locks, so runs are not protected from each other
        except BlockingIOError:
            raise ValueError(f"another run is at work in {folder}; wait for it to end") from None
        yield
