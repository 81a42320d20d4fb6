"""The server process of twin.apps.forked: it preloads the libraries of the notebooks and forks kernels on request.

Each request is one line of JSON with the arguments, folder and environment of a kernel; the answer is the process id.
The server ends when the channel is closed, and its kernels end when they notice that the server has ended.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
import traceback

# Third-party modules only: the twin package may change while the server runs, and each kernel must load it anew.
PRELOADED = """anywidget ipykernel.debugger ipykernel.ipkernel ipykernel.kernelapp IPython.core.completerlib
IPython.core.magics IPython.core.pylabtools IPython.extensions.storemagic ipywidgets matplotlib.backends.backend_agg
matplotlib.backends.backend_pdf matplotlib.backends.backend_svg matplotlib.figure matplotlib_inline.config numpy
pandas PIL.PngImagePlugin scipy.optimize scipy.special scipy.stats seaborn tqdm.auto""".split()
INLINE = "module://matplotlib_inline.backend_inline"  # ipykernel's setting, needed before Matplotlib is loaded


def serve(channel: socket.socket) -> None:
    """Fork a kernel for each request on the channel; in a forked process, run the kernel and never return."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # disables a warning of the debugger
    for name in PRELOADED:
        with contextlib.suppress(ImportError):  # a notebook that needs it will raise the error
            importlib.import_module(name)
    _report_the_stored_version()
    _register_widgets()
    gc.collect()
    gc.freeze()  # keeps loaded objects out of garbage collection, so that kernels share their memory
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system removes ended kernels (no zombies)
    server = os.getpid()
    for line in channel.makefile("rb"):
        request = json.loads(line)
        kernel = os.fork()
        if kernel == 0:
            os.close(channel.detach())  # otherwise the channel would stay open when the server ends
            _run(**request, server=server)
        with contextlib.suppress(OSError):
            os.setpgid(kernel, kernel)  # an interrupt of the group reaches only the kernel and its children
        channel.sendall(b"%d\n" % kernel)


def _run(arguments, folder, environment, server):
    """Run a kernel in this process, and end the process with it."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        time.tzset()
        _reset_inherited_modules()
        sys.argv = ["ipykernel_launcher", *arguments, f"--IPKernelApp.parent_handle={server}"]
        sys.modules["ipykernel.kernelapp"].launch_new_instance()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        for stream in (sys.__stdout__, sys.__stderr__):
            stream.flush()
        os._exit(status)


def _report_the_stored_version() -> None:
    """Let kernels report Python's version as stored notebooks have it: only "3", which is equal on every machine.

    JupyterLab writes the reported language into a notebook's metadata when it opens, and shows a notebook as modified
    if that differs from what is stored. The stored form is LANGUAGE of twin.batch.normal_form.
    """
    kernel = sys.modules.get("ipykernel.ipkernel")
    if kernel:
        kernel.IPythonKernel.language_info["version"] = str(sys.version_info.major)


def _register_widgets() -> None:
    """Let pages ask for the states of all widgets in one message.

    Widgets register at the kernel when they are imported, and here that is before there is a kernel.
    """
    if "ipywidgets" in sys.modules:
        sys.modules["ipywidgets"].register_comm_target()


def _reset_inherited_modules():
    """Reset inherited modules to the state of a fresh import in this kernel."""
    sys.modules.pop("twin", None)  # loaded when the server started; the kernel loads the current version
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # otherwise all kernels would draw the same numbers
    if "matplotlib" in sys.modules:
        matplotlib = sys.modules["matplotlib"]
        matplotlib.rcParams.update(matplotlib.rc_params())  # settings of the kernel's folder and environment


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
