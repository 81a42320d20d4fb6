"""The process that twin.apps.forked forks kernels from: it has loaded the libraries of every notebook, and waits.

Each line that it is sent, in JSON, is a kernel to start: its arguments, folder and environment; it answers with the
process id. It ends when the other end of the channel does, and its kernels when they see that.
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

# Other people's code only: ours may change while a server runs, and a kernel must see it as it is then.
PRELOADED = """ipykernel.debugger ipykernel.ipkernel ipykernel.kernelapp ipywidgets IPython.core.completerlib
IPython.core.magics IPython.core.pylabtools IPython.extensions.storemagic matplotlib.backends.backend_agg
matplotlib.backends.backend_pdf matplotlib.backends.backend_svg matplotlib.figure matplotlib_inline.config numpy
pandas PIL.PngImagePlugin scipy.optimize scipy.special scipy.stats""".split()
INLINE = "module://matplotlib_inline.backend_inline"  # as ipykernel sets it, but before Matplotlib is loaded


def serve(channel):
    """Start kernels as they are asked for; in a kernel, run it and never return."""
    os.environ.setdefault("MPLBACKEND", INLINE)
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")  # the debugger would warn where nobody debugs
    for name in PRELOADED:
        with contextlib.suppress(ImportError):  # a notebook that needs it will say so
            importlib.import_module(name)
    _report_the_stored_version()
    gc.collect()
    gc.freeze()  # what is loaded is shared by all kernels, unless the collector writes into it
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # ended kernels leave nothing behind
    server = os.getpid()
    for line in channel.makefile("rb"):
        wish = json.loads(line)
        kernel = os.fork()
        if kernel == 0:
            os.close(channel.detach())  # the kernel does not keep it open when the server ends
            _run(**wish, server=server)
        with contextlib.suppress(OSError):
            os.setpgid(kernel, kernel)  # an interrupt reaches the kernel and what it started, nobody else
        channel.sendall(b"%d\n" % kernel)


def _run(arguments, folder, environment, server):
    """Become a kernel."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.environ.clear()
        os.environ.update(environment)
        os.chdir(folder)
        time.tzset()
        _as_if_loaded_here()
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
    """Let kernels report Python's version as stored notebooks have it: "3", without what differs between machines.

    JupyterLab writes the reported language into a notebook's metadata when it opens, and shows a notebook as modified
    if that differs from what is stored. The stored form is LANGUAGE of twin.batch.normal_form.
    """
    kernel = sys.modules.get("ipykernel.ipkernel")
    if kernel:
        kernel.IPythonKernel.language_info["version"] = str(sys.version_info.major)


def _as_if_loaded_here():
    """Give libraries what they would have found if this kernel had loaded them."""
    sys.modules.pop("twin", None)  # loaded to start the server, and perhaps not what it is by now
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # or all kernels would draw the same
    if "matplotlib" in sys.modules:
        matplotlib = sys.modules["matplotlib"]
        matplotlib.rcParams.update(matplotlib.rc_params())  # of this folder and this environment


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
