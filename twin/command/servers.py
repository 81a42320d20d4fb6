"""The commands hub, lab and notebooks: open the operations hub or the lessons, which come with the package."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import webbrowser
from pathlib import Path
from typing import Any

from twin._check import require
from twin.command.needs import needs
from twin.data.places import RECORD_PREFIX, is_ledger, is_record
from twin.data.settings import with_settings
from twin.data.shipped import copy_notebooks, shipped

_HUB = """Serve the operations hub and the other notebooks as pages, and open the hub in the browser. Ctrl-C ends it."""
_HUB_EXAMPLES = """examples
  twin hub                          three synthetic lanes, to try it out
  twin hub flows.xlsx               a file of flows: CSV, Excel, ...
  twin hub ledger:                  the ledger: flows that planners log, and their plan
  twin hub record:sfo-air-cargo     a real record that comes with the package
  twin hub --ip 0.0.0.0             for other machines; TWIN_HOSTS names the hosts that are answered
"""
_LAB = """Open the lessons in JupyterLab: a copy in a folder of your own, which is made if it does not exist."""
_NOTEBOOKS = """Copy the lessons, the operations hub, the solutions and the pictures to a folder of your own."""
_PATIENCE = 120  # [s] longest wait for a server before the browser is opened


def add(commands: Any) -> None:
    """Add the commands to the program."""
    raw = argparse.RawDescriptionHelpFormatter
    parser = commands.add_parser(
        "hub",
        help="open the operations hub in the browser",
        description=_HUB,
        epilog=_HUB_EXAMPLES,
        formatter_class=raw,
    )
    where = "flows in a file, ledger: or record:NAME; by default TWIN_HISTORY, or the research lanes if it is unset"
    parser.add_argument("file", nargs="?", help=where)
    parser.add_argument("--ip", default="localhost", metavar="ADDRESS", help="address to listen on; default: localhost")
    _add_port(parser, 8866)
    parser.set_defaults(run=_hub)
    parser = commands.add_parser("lab", help="open the lessons in JupyterLab", description=_LAB)
    parser.add_argument("folder", nargs="?", default="twin-notebooks", type=Path, help="default: twin-notebooks")
    _add_port(parser, 8888)
    parser.set_defaults(run=_lab)
    parser = commands.add_parser("notebooks", help="copy the lessons to a folder", description=_NOTEBOOKS)
    parser.add_argument("folder", type=Path, help="a new or an empty folder")
    parser.set_defaults(run=_notebooks)


def _add_port(parser, port):
    parser.add_argument("--port", type=int, default=port, metavar="N", help=f"port to listen on; default: {port}")
    parser.add_argument("--no-browser", action="store_true", help="open no browser; print the address only")


def _hub(options):
    needs("voila")
    environment = with_settings()
    history = environment.get("TWIN_HISTORY", "") if options.file is None else options.file
    if history or options.file is not None:
        environment["TWIN_HISTORY"] = _absolute(history)
    environment["JUPYTER_CONFIG_PATH"] = _before(shipped(), environment.get("JUPYTER_CONFIG_PATH"))
    _require_free(options.port, options.ip)
    address = f"http://localhost:{options.port}/voila/render/06_operations_hub.ipynb"
    command = ["voila", shipped() / "notebooks", "--no-browser", f"--port={options.port}", f"--Voila.ip={options.ip}"]
    print(f"The operations hub is at {address}; Ctrl-C ends it", file=sys.stderr)
    if not options.no_browser:
        threading.Thread(target=_open_when_ready, args=(address,), daemon=True).start()
    return _served(command, environment)


def _lab(options):
    needs("jupyterlab")
    if not options.folder.exists():
        _notebooks(options)
    environment = with_settings()
    environment["JUPYTER_CONFIG_PATH"] = _before(shipped() / "etc/jupyter", environment.get("JUPYTER_CONFIG_PATH"))
    first = options.folder / "00_contents.ipynb"
    command = ["jupyterlab", first if first.exists() else options.folder, f"--ServerApp.root_dir={options.folder}"]
    command += [f"--port={options.port}", *["--no-browser"] * options.no_browser]
    return _served(command, environment)


def _notebooks(options):
    copied = copy_notebooks(options.folder)
    print(f"{len(copied)} notebooks copied to {options.folder}; 00_contents.ipynb is their table of contents")
    return 0


def _absolute(history):
    """Return a history for pages, whose working folder is another: an absolute path, unless it is no file."""
    if is_ledger(history) or is_record(history):
        require(history != RECORD_PREFIX, "file", "the name of a record after record:", history)
        return history
    require(Path(history).is_file(), "file", "a file that exists, ledger: or record:NAME", history)
    return str(Path(history).absolute())


def _require_free(port, ip="localhost"):
    """Refuse a port at which another server listens: Jupyter would take another, where no proxy looks for it."""
    require(0 < port < 65536, "port", "a number from 1 to 65535", port)
    with socket.socket(socket.AF_INET6 if ":" in ip else socket.AF_INET) as probe:
        if sys.platform != "win32":  # there, the option would let two servers share a port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ip, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ValueError(
                    f"port must be a free one; got {port}, at which another program listens, perhaps an earlier hub: "
                    "end it, or name another --port"
                ) from None


def _before(folder, others):
    return os.pathsep.join(filter(None, (str(folder), others)))


def _served(command, environment):
    """Run a server of Jupyter until it ends, and return its exit code."""
    environment["JUPYTER_PATH"] = _before(shipped() / "share/jupyter", environment.get("JUPYTER_PATH"))
    environment.setdefault("OMP_NUM_THREADS", "1")  # many pages share the cores
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # SIGTERM ends the server as Ctrl-C does
    with subprocess.Popen([sys.executable, "-m", *map(str, command)], env=environment) as server:
        try:
            return int(server.wait() != 0)
        except KeyboardInterrupt:  # SIGTERM lets the server end its kernels, and asks no question
            server.terminate()
            server.wait()
            return 0


def _open_when_ready(address):
    """Open an address in the browser as soon as its server answers."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address.partition("voila/")[0], timeout=_PATIENCE).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
        else:
            webbrowser.open(address)
            return
