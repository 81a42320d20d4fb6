"""A Dask cluster as an executor with the interface of concurrent.futures, for work beyond one machine."""

import contextlib
import logging
import socket
from collections.abc import Iterator
from concurrent.futures import Executor
from urllib.parse import urlsplit

_LOG = logging.getLogger(__name__)
SCHEDULER_TIMEOUT = 20  # [s] longest wait for an answer of the scheduler


@contextlib.contextmanager
def executor_on(scheduler: str) -> Iterator[Executor]:
    """Yield an executor whose tasks run on the workers of a Dask scheduler; raise ValueError if it does not answer.

    A task whose worker dies is retried on another worker. At the end, and on an interrupt, tasks that have not begun
    are cancelled.

    scheduler : address, such as tcp://host:8786.
    """
    try:
        place = urlsplit(scheduler)
        # A first connection fails fast; a Dask client would keep retrying, and once more when it is discarded.
        socket.create_connection((place.hostname or "", place.port or 0), SCHEDULER_TIMEOUT).close()
    except (OSError, ValueError) as error:
        raise ValueError(
            f"scheduler must be the address of a running Dask scheduler, as tcp://host:8786; "
            f"got {scheduler!r} ({error})"
        ) from None
    from distributed import Client

    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # each failed task is reported in one sentence
    with Client(scheduler, timeout=SCHEDULER_TIMEOUT, set_as_default=False) as client:
        if not client.scheduler_info()["workers"]:
            _LOG.warning("no worker is at %s yet; waiting for one", scheduler)
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)
