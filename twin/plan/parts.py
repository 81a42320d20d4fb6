"""A part of a long work that a page can have done elsewhere while its planner goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Computing(NamedTuple):
    """A computation that a generator yields; its result is sent back, or None if it failed or was not done.

    It may be done in another process, so it must read nothing from a database and change nothing.

    function : function without arguments that returns a result that can be pickled.
    shared : objects that the result may contain, and that the other process gets and does not send back.
    """

    function: Callable[[], Any]
    shared: tuple[Any, ...] = ()
