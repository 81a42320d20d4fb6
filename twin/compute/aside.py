"""A computation in a forked process, which has the memory of this one and leaves this one free."""

from __future__ import annotations

import ctypes
import gc
import io
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

POSSIBLE = sys.platform == "linux"  # elsewhere, libraries with threads of their own do not outlive a fork
_LONGEST = 600  # time after which a process ends itself [s]
_PARENT_ENDS = 1  # number of the option of Linux's prctl that names the signal for a process whose parent has ended
_POLITE = 19  # added to the nice value of the process: it takes only what the page leaves


class Aside:
    """A computation in a forked process, which begins at once; `result` waits for it, and `stop` ends it.

    function : function without arguments; it must use no connection, file or thread of this process.
    shared : objects that the result may contain; the process has them, so they are not sent back.

    >>> aside = Aside(lambda: sum(range(5)), ())
    >>> aside.result()
    10
    """

    def __init__(self, function: Callable[[], Any], shared: Sequence[Any]) -> None:
        self._shared = shared
        self._read, write = os.pipe()
        parent = os.getpid()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of threads: the child uses none of them
            self._process = os.fork()
        if self._process == 0:
            _compute(function, shared, write, parent)
        os.close(write)

    def result(self) -> Any:
        """Return the result; ChildProcessError if the computation failed or was stopped. Call it once."""
        with os.fdopen(self._read, "rb") as file:
            content = file.read()
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        if status != 0:
            raise ChildProcessError(f"a computation in another process ended with status {status}")
        return _Unpickler(content, self._shared).load()

    def stop(self) -> None:
        """End the process; `result`, which another thread waits for, fails then."""
        if self._process:
            with suppress(ProcessLookupError):
                os.kill(self._process, signal.SIGKILL)


def _compute(function, shared, write, parent):
    """Send the result of a function, and end this process without the clean-up of the one it was forked from."""
    status = 1
    try:
        ctypes.CDLL(None).prctl(_PARENT_ENDS, signal.SIGKILL)
        if os.getppid() != parent:
            return  # the page has ended already
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)
        signal.alarm(_LONGEST)
        os.nice(_POLITE)
        gc.freeze()  # the memory of both processes stays shared where neither looks for garbage
        sys.stdout = sys.stderr = io.StringIO()  # the page must not show what a library prints
        with os.fdopen(write, "wb") as file:
            _Pickler(file, shared).dump(function())
        status = 0
    finally:
        os._exit(status)


class _Pickler(pickle.Pickler):
    """Pickles a result; a shared object is sent as its number."""

    def __init__(self, file, shared):
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(one): number for number, one in enumerate(shared)}

    def persistent_id(self, one):
        return self._numbers.get(id(one))


class _Unpickler(pickle.Unpickler):
    """Reads what `_Pickler` has written."""

    def __init__(self, content, shared):
        super().__init__(io.BytesIO(content))
        self._shared = shared

    def persistent_load(self, number):
        return self._shared[number]
