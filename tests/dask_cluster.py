"""A real Dask scheduler and its workers for tests, each a separate process on this machine."""

import contextlib
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

PATIENCE = 60  # longest wait for the cluster, on a busy machine [s]


@dataclass
class Cluster:
    """A running cluster: address of its scheduler, and processes of its workers."""

    address: str
    workers: list


@contextlib.contextmanager
def cluster(workers=2):
    """Yield a cluster with workers of one thread each; end all its processes afterwards."""
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
