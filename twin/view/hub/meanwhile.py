"""Work that is done in parts while the page waits for its planner, between messages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from twin.view.guard import told

PAUSE = 0.05  # time between two parts, in which messages are answered [s]
_DONE = object()


class Meanwhile:
    """Parts of a work, done in the event loop of a kernel; without one, as in a script, nothing is done."""

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    def start(self, work: Iterator[None]) -> None:
        """Do the parts of this work in place of those that are left of another."""
        if self._handle:
            self._handle.cancel()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return

        def part():
            said: list[str] = []
            with told(said.append):  # for instance, the database cannot be reached: a click will say so
                if next(work, _DONE) is not _DONE:
                    self._handle = loop.call_later(PAUSE, part)

        self._handle = loop.call_later(PAUSE, part)
