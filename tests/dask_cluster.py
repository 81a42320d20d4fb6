"""A Dask cluster of the tests' own: a scheduler and its workers, processes on this machine's loopback."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from types import SimpleNamespace

PATIENCE = 60  # seconds until all workers are there


@contextlib.contextmanager
def cluster(workers=2):
    """Yield an object with `address`, and `workers`, a list of Popen; whatever happens, all of them end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    # Without nannies a worker that a test kills is gone, and takes nothing with it.
    options = ("--nthreads", "1", "--no-nanny", "--local-directory")
    with contextlib.ExitStack() as ended:
        scratch = ended.enter_context(tempfile.TemporaryDirectory())
        _start(ended, "dask_scheduler", "--host", "127.0.0.1", "--port", str(port))
        started = [_start(ended, "dask_worker", address, *options, scratch) for _ in range(workers)]
        _wait(address, workers)
        yield SimpleNamespace(address=address, workers=started)


def _start(ended, program, *arguments):
    command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments, "--no-dashboard"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ended.callback(process.wait)
    ended.callback(process.kill)
    return process


def _wait(address, workers):
    from distributed import Client

    until = time.monotonic() + PATIENCE
    while True:
        try:
            with Client(address, timeout=PATIENCE, set_as_default=False) as client:
                return client.wait_for_workers(workers, timeout=until - time.monotonic())
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
