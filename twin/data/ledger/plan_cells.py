"""The cells of a plan: values of kinds, entries and fields in an append-only log, with author, history and undo.

The log knows nothing of what the values mean; `twin.plan.kinds` does. A change writes cells, and the present plan is
the latest value of each. Nothing is overwritten or deleted, so that every value has its author, time and predecessor.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from twin._check import require
from twin.data.author import require_planner
from twin.data.ledger.engine import lock_plan, memory_engine, reading, writing
from twin.data.ledger.flow import as_id
from twin.data.ledger.plan_conflicts import PLAIN_WORDS, CellWords, refuse_conflicts, refuse_later
from twin.data.ledger.plan_history import PlanHistory, Transaction
from twin.data.ledger.plan_log import Key, Values, append_change, present_values, written_by
from twin.data.ledger.schema import metadata, plan_cells, plan_changes


class PlanCells(PlanHistory):
    """The plan of a ledger (`Ledger.plan`), or one in memory (`memory_plan`), to be read and changed.

    reading, writing : functions that begin a transaction which reads, and one which changes all or nothing.

    >>> plan = memory_plan()
    >>> plan.write({("site", "Berlin", "places"): 400.0}, author="eva", what="Berlin has 400 places")
    1
    >>> plan.values()
    ({('site', 'Berlin', 'places'): 400.0}, 1)
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        super().__init__(reading)
        self._writing = writing

    def write(
        self,
        cells: Mapping[Key, Any],
        *,
        what: str,
        author: str | None = None,
        seen: int | None = None,
        own: Iterable[int] = (),
        check: Callable[[Values, set[Key]], None] | None = None,
        words: CellWords = PLAIN_WORDS,
    ) -> int | None:
        """Write cells as one change, and return its id, or None if every cell has its value already.

        Parameters
        ----------
        cells : mapping of (kind, entry, field) -> value, or None to remove it
        what : str
            The change in a sentence.
        author : str, optional
            By default that of `author_name`.
        seen : int, optional
            Id of the last change that the author has seen. A cell that a later change has given another value is not
            overwritten. By default the author has seen all changes.
        own : ids of later changes that the author has made.
        check : function of (cells, keys), optional
            Called with the plan as it would be, and the keys that change; an error that it raises ends the change.
        words : CellWords, optional
            How an error says cells.

        Raises
        ------
        PlanChanged
            If somebody has changed cells since; it names cell, values, author and time, and nothing is written.
        """
        require_planner()
        with self._writing() as connection:
            lock_plan(connection)
            return _write(connection, cells, what, author, seen=seen, own=own, check=check, words=words)

    def undo(
        self,
        change: int,
        *,
        author: str | None = None,
        check: Callable[[Values, set[Key]], None] | None = None,
        words: CellWords = PLAIN_WORDS,
    ) -> int:
        """Give the cells of a change the values that they had before it, as a change of its own; return its id.

        Raises
        ------
        PlanChanged
            If a later change, not undone itself, has written one of the cells, or if the change is undone already.
        """
        require_planner()
        key = as_id(change, "change")
        with self._writing() as connection:
            lock_plan(connection)
            found = connection.execute(select(plan_changes).where(plan_changes.c.id == key)).first()
            require(found is not None, "change", "the id of a change of the plan, as history shows it", key)
            refuse_later(connection, key, words)
            before = {row.key: row.before for row in written_by(connection, key)}
            what = f"undo of change {key} by {found.author}: {found.what}"
            done = _write(connection, before, what, author, undoes=key, check=check)
            require(done is not None, "change", "one that has changed a value", key)
            return done


def memory_plan() -> PlanCells:
    """Return an empty plan in memory, which ends with this object."""
    engine = memory_engine()
    with writing(engine) as connection:
        metadata.create_all(connection, [plan_changes, plan_cells])
    return PlanCells(lambda: reading(engine), lambda: writing(engine))


def _write(connection, cells, what, author, *, seen=None, own=(), check=None, undoes=None, words=PLAIN_WORDS):
    present = present_values(connection)
    held = {key: value for key, (value, _) in present.items()}
    changed = {key: value for key, value in cells.items() if held.get(key) != value}
    if not changed:
        return None
    if seen is not None:
        refuse_conflicts(connection, changed, held, seen, set(own), words)
    if check is not None:
        after = {key: value for key, value in (held | changed).items() if value is not None}
        check(after, set(changed))
    return append_change(connection, changed, what, author, undoes)
