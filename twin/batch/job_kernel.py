"""The kernel of a job: a process of its own, the same on every machine."""

import concurrent.futures
import contextlib
import logging
import os
import sys
import threading
import weakref

from twin.compute.pool import cores

# Kernels share the cores, so none takes several; sets print in one order; figures carry one date; and nothing of
# whoever runs them, be it a zone of time, a start-up file or a style, changes a result.
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
_running = weakref.WeakSet()  # managers of kernels
_stopping = threading.Event()


@contextlib.contextmanager
def workers(most=None):
    """Yield an executor for tasks that run notebooks: a thread waits for each kernel, which is a process of its own."""
    _stopping.clear()
    executor = concurrent.futures.ThreadPoolExecutor(most or cores())
    try:
        yield executor
    except BaseException:  # Ctrl-C: nothing new begins, and what runs ends at once
        executor.shutdown(wait=False, cancel_futures=True)
        _stopping.set()
        logging.disable(logging.CRITICAL)  # that kernels end is no news
        _stop_servers()
        for manager in list(_running):
            _end(manager)
        raise
    finally:
        executor.shutdown()
        logging.disable(logging.NOTSET)


def _end(manager):
    """End a kernel that has been started; one that starts later sees for itself that all is stopped."""
    process = getattr(manager.provisioner, "process", None)
    if process is not None:
        process.kill()


def _stop_servers():
    if "twin.apps.forked" in sys.modules:
        sys.modules["twin.apps.forked"].stop()


def kernel_manager(scratch, environment):
    """Return the manager of one kernel: this interpreter, whatever python3 the user's home names.

    The kernel talks through sockets in a folder of its own: kernels that start together would race for
    the same free ports (papermill issue 511). It is forked unless Jupyter's own variable names another way.
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
    settings = {**WORKER, **own, **environment}  # whatever is a dollar in them stays one
    spec = KernelSpec(
        argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        language="python",
        display_name="Python 3",
        env={name: value.replace("$", "$$") for name, value in settings.items()},
        metadata={"kernel_provisioner": way},
    )

    class Kernel(AsyncKernelManager):
        transport = "ipc" if os.name == "posix" and len(scratch) < 90 else "tcp"  # sockets' names are short
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
            """Leave out the interrupt that comes before each shutdown: the kernel would report it."""

        interrupt_kernel = _async_interrupt_kernel

    return Kernel
