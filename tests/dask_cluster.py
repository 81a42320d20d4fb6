"""A real Dask scheduler with workers, each a process of its own, on this machine alone, for tests."""

import contextlib
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

PATIENCE = 60  # seconds, on a busy machine


@dataclass
class Cluster:
    """A running cluster: its scheduler's address, and its workers' processes."""

    address: str
    workers: list


@contextlib.contextmanager
def cluster(workers=2):
    """Run a scheduler with workers of one thread each; at the end nothing of it is left."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    started = [_start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
    try:
        started += [
            _start("dask_worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard") for _ in range(workers)
        ]
        _wait(address, workers)
        yield Cluster(address, started[1:])
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def _start(program, *arguments):
    command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _wait(address, workers):
    from distributed import Client

    limit = time.monotonic() + PATIENCE
    port = int(address.rsplit(":")[-1])
    while time.monotonic() < limit:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        time.sleep(0.05)
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(workers, timeout=PATIENCE)
