"""A Dask cluster as an executor of concurrent.futures' kind: batches beyond one machine."""

import contextlib
import logging
import socket
import sys
from urllib.parse import urlsplit

SCHEDULER_TIMEOUT = 20  # seconds that a scheduler has to answer


@contextlib.contextmanager
def executor_on(scheduler):
    """Yield an executor whose tasks run on the workers of a Dask scheduler; a ValueError says why there is none.

    scheduler : address, as tcp://host:8786. A task whose worker dies is run again on another; at the end, and when
        stopped, what has not begun is cancelled.
    """
    try:
        place = urlsplit(scheduler)
        # Asked first, as a client that cannot connect tries for long, and again when it is thrown away.
        socket.create_connection((place.hostname or "", place.port or 0), SCHEDULER_TIMEOUT).close()
    except (OSError, ValueError) as error:
        raise ValueError(
            f"scheduler must be the address of a running Dask scheduler, as tcp://host:8786; "
            f"got {scheduler!r} ({error})"
        ) from None
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what goes wrong is told in a sentence a task
    with Client(scheduler, timeout=SCHEDULER_TIMEOUT, set_as_default=False) as client:
        if not client.scheduler_info()["workers"]:
            print(f"no worker is at {scheduler} yet; waiting for one", file=sys.stderr)
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
