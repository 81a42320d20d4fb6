"""Kernels for jobs: one process each, with the same environment on every machine."""

import concurrent.futures
import contextlib
import logging
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING

from twin.compute.pool import cores

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

# Environment of a kernel: one thread each, because kernels share the cores; a fixed hash seed, so that sets print in
# one order; a fixed date in figures; and no time zone, start-up file or style of the user that could change a result.
WORKER = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "1767225600",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "PYTHONNOUSERSITE": "1",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    **dict.fromkeys(("PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONOPTIMIZE"), ""),
}
_running = weakref.WeakSet()  # managers of the running kernels
_stopping = threading.Event()


@contextlib.contextmanager
def workers(most: int | None = None) -> Iterator[concurrent.futures.ThreadPoolExecutor]:
    """Yield an executor for tasks that run notebooks: one thread waits for each kernel, which is a separate process."""
    _stopping.clear()
    executor = concurrent.futures.ThreadPoolExecutor(most or cores())
    try:
        yield executor
    except BaseException:  # on Ctrl-C, cancel waiting tasks and end running kernels
        executor.shutdown(wait=False, cancel_futures=True)
        _stopping.set()
        logging.disable(logging.CRITICAL)  # the kernels are ended on purpose, so their errors are not logged
        _stop_servers()
        for manager in list(_running):
            _end(manager)
        raise
    finally:
        executor.shutdown()
        logging.disable(logging.NOTSET)


def _end(manager):
    """End a started kernel; one that starts later checks `_stopping` itself."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None:
        process.kill()


def _stop_servers():
    if "twin.apps.forked" in sys.modules:
        sys.modules["twin.apps.forked"].stop()


def kernel_manager(scratch: str, environment: dict[str, str]) -> "type[AsyncKernelManager]":
    """Return the manager class for one kernel of this interpreter; the user's python3 kernel spec is ignored.

    The kernel communicates through sockets in its own folder `scratch`, because kernels that start together would race
    for the same free ports (papermill issue 511). It is forked, unless JUPYTER_DEFAULT_PROVISIONER_NAME overrides that.
    """
    import matplotlib
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from traitlets import default

    way = {"provisioner_name": os.environ.get("JUPYTER_DEFAULT_PROVISIONER_NAME", "twin-forked")}
    own = {
        "IPYTHONDIR": os.path.join(scratch, "ipython"),
        "MATPLOTLIBRC": os.path.join(matplotlib.get_data_path(), "matplotlibrc"),
    }
    settings = {**WORKER, **own, **environment}  # dollar signs in them are escaped below
    spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        language="python",
        display_name="Python 3",
        env={name: value.replace("$", "$$") for name, value in settings.items()},
        metadata={"kernel_provisioner": way},
    )

    class Kernel(AsyncKernelManager):
        transport = "ipc" if os.name == "posix" and len(scratch) < 90 else "tcp"  # socket paths must be short
        kernel_spec = spec

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            _running.add(self)

        @default("connection_file")
        def _connection_file(self):
            return os.path.join(scratch, "k.json")

        async def _async_launch_kernel(self, kernel_cmd, **kwargs):
            if _stopping.is_set():
                raise RuntimeError("stopped")
            await super()._async_launch_kernel(kernel_cmd, **kwargs)
            if _stopping.is_set():
                _end(self)

        async def _async_interrupt_kernel(self):
            """Skip the interrupt before each shutdown, which the kernel would report as an error."""

        interrupt_kernel = _async_interrupt_kernel

    return Kernel
