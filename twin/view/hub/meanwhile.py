"""Work that is done in parts while the page waits for its planner, between messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import copy_context
from typing import Any

from twin.compute.aside import POSSIBLE, Aside
from twin.plan.parts import Computing
from twin.view.guard import told

PAUSE = 0.05  # time between two parts, in which messages are answered [s]
Work = Generator[Callable[[], Any] | Computing | None, Any, None]


class Meanwhile:
    """Parts of a work, done in the event loop of a kernel; without one, as in a script, nothing is done.

    A part that yields a function has it called in a thread, and one that yields a `Computing` has it done in a process
    of its own; the result is sent to the part after it. So a long computation leaves the page free, and a click does
    not share the interpreter with it.
    """

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None
        self._work: Work | None = None
        self._aside: Aside | None = None

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do."""
        return self._work is None

    def start(self, work: Work) -> None:
        """Do the parts of this work in place of those that are left of another."""
        self._work = None
        if self._handle:
            self._handle.cancel()
        if self._aside:
            self._aside.stop()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        self._work = work

        def part(result=None):
            said: list[str] = []
            with told(said.append):  # for instance, the database cannot be reached: a click will say so
                try:
                    found = work.send(result)
                except StopIteration:
                    self._work = None
                    return
                if isinstance(found, Computing) and POSSIBLE:
                    self._aside = Aside(*found)
                    wait(self._aside.result)
                elif found is None:
                    then()
                else:
                    wait(found.function if isinstance(found, Computing) else found)
            if said:
                self._work = None

        def wait(function):
            loop.run_in_executor(None, copy_context().run, _quietly, function).add_done_callback(then)

        def then(future=None):
            if self._work is work:  # and not another that has taken its place
                self._handle = loop.call_later(PAUSE, part, None if future is None else future.result())

        self._handle = loop.call_later(PAUSE, part)


def _quietly(step: Callable[[], Any]) -> Any:
    """Return what a function returns, or None; the part that comes after says what went wrong, as it needs that."""
    found: list[Any] = [None]
    with told(lambda _text: None):
        found[0] = step()
    return found[0]
