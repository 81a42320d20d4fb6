"""Fast kernel starts: each kernel is forked from a server process that has already loaded the libraries.

Every notebook still has a kernel of its own, but without two seconds of imports. Jupyter finds `Forked` by its entry
point, "twin-forked", which batch jobs, tests and apps name. If processes cannot be forked safely, or if the requested
kernel is not this interpreter's, the fallback is the usual start of a kernel.
"""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

from jupyter_client.provisioning import LocalProvisioner

from twin.apps import kernel_memory

if TYPE_CHECKING:
    from jupyter_client.connect import KernelConnectionInfo

LAUNCHER = ["-m", "ipykernel_launcher"]
FORK_TIMEOUT = 120  # [s] longest wait for a server to load its libraries or to fork, on a busy machine
# Prefixes of variables that are read once, at the start of an interpreter or library; other values need another server.
AT_START = ("PYTHON", "OMP_", "OPENBLAS_", "MKL_", "MPL", "LD_", "LANG", "LC_", "NPY_")


class Forked(LocalProvisioner):
    """A kernel provisioner for Jupyter that forks kernels from a server process."""

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> "KernelConnectionInfo":
        """Start a kernel, and return its connection information; that of a page has limited memory."""
        environment = kwargs.get("env") or dict(os.environ)
        limited = kernel_memory.OF_PAGE in environment and kernel_memory.can_be_limited()
        if limited:
            environment = kwargs["env"] = kernel_memory.without_reserve(environment)
        folder = os.path.abspath(kwargs.get("cwd") or os.getcwd())
        process = None
        if _is_ours(cmd):
            arguments = cmd[cmd.index(LAUNCHER[1]) + 1 :]
            process = await asyncio.to_thread(_fork, arguments, folder, environment)
        if process is None:
            await super().launch_kernel(cmd, **kwargs)
        else:
            self.process, self.pid, self.pgid, self.cwd = process, process.pid, process.pid, folder
        if limited:  # nothing that a visitor sends is carried out before this function returns
            kernel_memory.limit_process(self.pid, kernel_memory.limit())
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait until the kernel has ended, without polling, and return its exit code."""
        if isinstance(self.process, Process):
            await asyncio.to_thread(self.process.wait)
            with contextlib.suppress(OSError):
                os.killpg(self.pgid, signal.SIGKILL)  # ends any remaining child processes
        return await super().wait()


class Process:
    """A process that is not our child, with the interface of subprocess.Popen that Jupyter uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._handle = os.pidfd_open(pid)  # a process id can be reused, the handle cannot
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Return None while the process runs, then 0; only its parent could read the real exit code."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until the process has ended or the timeout [s] is over, and return the result of `poll`."""
        if self.returncode is None:
            watched = select.poll()
            watched.register(self._handle, select.POLLIN)
            ended = watched.poll(None if timeout is None else 1000 * timeout)
            with self._lock:
                if ended and self.returncode is None:
                    self.returncode = 0
                    os.close(self._handle)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal to the process, unless it has ended."""
        self.poll()
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self.returncode is None:
                signal.pidfd_send_signal(self._handle, number)

    def terminate(self) -> None:
        """Ask the process to end (SIGTERM)."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the process at once (SIGKILL)."""
        self.send_signal(signal.SIGKILL)


class _Server:
    """A server process with the channel to it."""

    def __init__(self, environment):
        ours, theirs = socket.socketpair()
        ours.settimeout(FORK_TIMEOUT)
        with theirs:
            command = [sys.executable, "-P", "-m", "twin.apps.fork_server", str(theirs.fileno())]
            self.process = subprocess.Popen(
                command,
                env=kernel_memory.without_reserve(environment),
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=os.path.dirname(os.path.abspath(sys.executable)),  # a folder without configuration files of a user
                start_new_session=True,
            )
        self.channel, self.answers, self.lock = ours, ours.makefile("rb"), threading.Lock()

    def fork(self, **request: Any) -> Process:
        """Return the process of a new kernel with these arguments, folder and environment."""
        with self.lock:
            try:
                self.channel.sendall(json.dumps(request).encode() + b"\n")
                return Process(int(self.answers.readline()))
            except TimeoutError:
                self.process.kill()  # the server hangs; the caller falls back to a usual start
                raise


_servers: dict[tuple[int, frozenset[tuple[str, str]]], _Server] = {}  # key: process id, variables of AT_START
_lock = threading.Lock()


def prepare(environment: dict[str, str]) -> _Server:
    """Return the server for kernels of an environment, started if there is none; it loads in the background."""
    key = os.getpid(), frozenset(item for item in environment.items() if item[0].startswith(AT_START))
    with _lock:
        if key not in _servers or _servers[key].process.poll() is not None:
            _servers[key] = _Server(environment)
        return _servers[key]


def stop() -> None:
    """End all servers, so that nothing waits for one any longer."""
    with _lock:
        for server in _servers.values():
            server.process.kill()


def _fork(arguments, folder, environment):
    """Return the process of a new kernel, or None if it cannot be forked."""
    try:
        return prepare(environment).fork(arguments=arguments, folder=folder, environment=environment)
    except (OSError, ValueError):  # the server has ended, or the kernel ended before a handle was opened
        return None


def _is_ours(command):
    """Return whether a command starts this interpreter's kernel, on a system where forking loaded libraries is safe."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return False
    if os.path.abspath(command[0]) != os.path.abspath(sys.executable) or LAUNCHER[1] not in command:
        return False
    options = command[1 : command.index(LAUNCHER[1]) - 1]
    return set(options) <= {"-Xfrozen_modules=off"}  # an option that only debuggers need
