"""Kernels that start at once: each is forked from a process that has loaded the libraries already.

A kernel of its own for every notebook, as always, but without two seconds of imports. Jupyter finds `Forked` by its
entry point, "twin-forked"; where it is named (batch jobs, tests, apps) and processes cannot be forked safely, or
something else than this interpreter's kernel is asked for, a kernel is started as usual.
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

from jupyter_client.provisioning import LocalProvisioner

LAUNCHER = ["-m", "ipykernel_launcher"]
FORK_TIMEOUT = 120  # seconds that a server has to load its libraries, or to fork, on a busy machine
# What is read once, when an interpreter starts or a library is loaded; other values take another server.
AT_START = ("PYTHON", "OMP_", "OPENBLAS_", "MKL_", "MPL", "LD_", "LANG", "LC_", "NPY_")


class Forked(LocalProvisioner):
    """Starts kernels by forking."""

    async def launch_kernel(self, cmd, **kwargs):
        """Start a kernel, and return how to connect to it."""
        environment = kwargs.get("env") or dict(os.environ)
        folder = os.path.abspath(kwargs.get("cwd") or os.getcwd())
        process = None
        if _is_ours(cmd):
            arguments = cmd[cmd.index(LAUNCHER[1]) + 1 :]
            process = await asyncio.to_thread(_fork, arguments, folder, environment)
        if process is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid, self.cwd = process, process.pid, process.pid, folder
        return self.connection_info

    async def wait(self):
        """Wait until the kernel has ended, and notice at once."""
        if isinstance(self.process, Process):
            await asyncio.to_thread(self.process.wait)
            with contextlib.suppress(OSError):
                os.killpg(self.pgid, signal.SIGKILL)  # what it started, if anything is left
        return await super().wait()


class Process:
    """A process that somebody else has started, with what Jupyter asks of subprocess.Popen."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid
        self.returncode = None
        self._handle = os.pidfd_open(pid)  # the number may come again, the handle means this very process
        self._lock = threading.Lock()

    def poll(self):
        """Return None while the process runs, then 0: only who has started it could know more."""
        return self.wait(0)

    def wait(self, timeout=None):
        """Wait for the end, or for some seconds, and return what `poll` does."""
        if self.returncode is None:
            watched = select.poll()
            watched.register(self._handle, select.POLLIN)
            ended = watched.poll(None if timeout is None else 1000 * timeout)
            with self._lock:
                if ended and self.returncode is None:
                    self.returncode = 0
                    os.close(self._handle)
        return self.returncode

    def send_signal(self, number):
        """Send a signal, unless the process has ended."""
        self.poll()
        with self._lock, contextlib.suppress(ProcessLookupError):
            if self.returncode is None:
                signal.pidfd_send_signal(self._handle, number)

    def terminate(self):
        """Ask the process to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self):
        """End the process."""
        self.send_signal(signal.SIGKILL)


class _Server:
    """A server process, and the channel to it."""

    def __init__(self, environment):
        ours, theirs = socket.socketpair()
        ours.settimeout(FORK_TIMEOUT)
        with theirs:
            command = [sys.executable, "-P", "-m", "twin.apps.fork_server", str(theirs.fileno())]
            self.process = subprocess.Popen(
                command,
                env=environment,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=os.path.dirname(os.path.abspath(sys.executable)),  # where no settings of anybody's lie
                start_new_session=True,
            )
        self.channel, self.answers, self.lock = ours, ours.makefile("rb"), threading.Lock()

    def fork(self, **wish):
        with self.lock:
            try:
                self.channel.sendall(json.dumps(wish).encode() + b"\n")
                return Process(int(self.answers.readline()))
            except TimeoutError:
                self.process.kill()  # it hangs; whoever waits is served in another way
                raise


_servers = {}
_lock = threading.Lock()


def prepare(environment):
    """Start the server that forks kernels of such an environment, if there is none; it loads while others go on."""
    key = os.getpid(), frozenset(item for item in environment.items() if item[0].startswith(AT_START))
    with _lock:
        if key not in _servers or _servers[key].process.poll() is not None:
            _servers[key] = _Server(environment)
        return _servers[key]


def stop():
    """End all servers, and so whatever waits for one."""
    with _lock:
        for server in _servers.values():
            server.process.kill()


def _fork(arguments, folder, environment):
    """Return the process of a new kernel, or None where it cannot be forked."""
    try:
        return prepare(environment).fork(arguments=arguments, folder=folder, environment=environment)
    except (OSError, ValueError):  # the server has ended, or the kernel before it could be looked at
        return None


def _is_ours(command):
    """Return whether a command starts this interpreter's kernel, on a system where forking loaded libraries is safe."""
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return False
    if os.path.abspath(command[0]) != os.path.abspath(sys.executable) or LAUNCHER[1] not in command:
        return False
    options = command[1 : command.index(LAUNCHER[1]) - 1]
    return set(options) <= {"-Xfrozen_modules=off"}  # which matters to debuggers alone
