"""One run at a time in a folder."""

import contextlib


@contextlib.contextmanager
def alone(folder):
    """Hold a folder, made where it is missing, for one run at a time; the lock goes with the process, even when killed.

    A ValueError says that another run holds it.
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
            pass  # no such locks on this system; runs there do not meet by accident
        except BlockingIOError:
            raise ValueError(f"another run is at work in {folder}; wait for it to end") from None
        yield
