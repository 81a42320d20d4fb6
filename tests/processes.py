"""Processes that start without imports, because they are forked from a server that has loaded the command line."""

import multiprocessing
import os
import sys
import tempfile
from pathlib import Path

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["twin.__main__", "twin.data.ledger.store", "twin.data.load", "psycopg"])


class Forked:
    """A function that runs in a separate process, with the interface of `subprocess.Popen`."""

    def __init__(self, function, *arguments, env=None, cwd=None):
        self._folder = tempfile.TemporaryDirectory()
        self._says = [Path(self._folder.name, name) for name in ("out", "err")]
        place = os.fspath(cwd or os.getcwd())
        self._process = FORKS.Process(
            target=_alone, args=(function, arguments, {**os.environ, **(env or {})}, place, self._says)
        )
        self._process.start()

    @property
    def returncode(self):
        """Exit code; None while the process runs."""
        return self._process.exitcode

    def wait(self):
        """Wait for the end; return the exit code."""
        self._process.join()
        return self.returncode

    def kill(self):
        """Kill the process at once."""
        self._process.kill()

    def communicate(self):
        """Wait for the end; return the printed text as (output, errors)."""
        self.wait()
        return tuple(path.read_text() if path.exists() else "" for path in self._says)


def command_line(*arguments, env=None, cwd=None):
    """Return the running process of `python -m twin ARGUMENTS`."""
    return Forked(_main, *map(str, arguments), env=env, cwd=cwd)


def _main(*arguments):
    from twin.__main__ import main

    sys.exit(main(arguments))


def _alone(function, arguments, environment, place, says):
    """Run a function in this process, in a folder and with an environment; its output goes to the files in `says`."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(place)
    for number, path in enumerate(says, 1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))
    function(*arguments)
