"""Work that is done in parts while the page waits for its planner, between messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import Any

from twin.view.guard import told

PAUSE = 0.05  # time between two parts, in which messages are answered [s]
_DONE = object()


class Meanwhile:
    """Parts of a work, done in the event loop of a kernel; without one, as in a script, nothing is done.

    A part that yields a function has it called in a thread, and the next part comes when it has returned: so a long
    computation leaves the page free.
    """

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None
        self._work: Iterator[Callable[[], Any] | None] | None = None

    def start(self, work: Iterator[Callable[[], Any] | None]) -> None:
        """Do the parts of this work in place of those that are left of another."""
        self._work = work
        if self._handle:
            self._handle.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return

        def part():
            said: list[str] = []
            with told(said.append):  # for instance, the database cannot be reached: a click will say so
                found = next(work, _DONE)
                if callable(found):
                    loop.run_in_executor(None, copy_context().run, _quietly, found).add_done_callback(then)
                elif found is not _DONE:
                    then()

        def then(_future=None):
            if self._work is work:  # and not another that has taken its place
                self._handle = loop.call_later(PAUSE, part)

        self._handle = loop.call_later(PAUSE, part)


def _quietly(step: Callable[[], Any]) -> None:
    """Call a function; the part that comes after it says what went wrong, as it needs the result."""
    with told(lambda _text: None):
        step()
