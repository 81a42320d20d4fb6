"""The ledger as a command that may make a new one opens it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.data.ledger.store import Ledger


@contextmanager
def opened_ledger(address: str, *, make: bool) -> Iterator[Ledger]:
    """Yield the ledger at an address for one command.

    make : whether a new ledger may be made. It is removed if the command writes nothing to it; else a note names it.
    """
    from twin.data.ledger.store import Ledger  # imports database packages

    with Ledger(address, make=make) as ledger:
        try:
            yield ledger
        finally:
            if ledger.is_new and not ledger.remove_unused():
                print(f"  note     there was no ledger at {ledger.place}: a new one was made", file=sys.stderr)
