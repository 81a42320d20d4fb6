"""Reading the cells of a plan: the present plan, and the history that its append-only log keeps."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, func, select

from twin.data.ledger.plan_log import (
    ENTERED,
    KEY,
    Key,
    Values,
    last_change,
    of_entry,
    plain,
    present_cells,
    present_values,
)
from twin.data.ledger.schema import plan_cells, plan_changes

Transaction = Callable[[], AbstractContextManager[Connection]]


class PlanChange(NamedTuple):
    """A change of a plan: its author, its time in UTC, a sentence, and the change that it undoes, if it undoes one."""

    id: int
    author: str
    changed_at: str
    what: str
    undoes: int | None
    cells: int  # number of cells that it wrote


class Writer(NamedTuple):
    """The author of the present value of a cell, the time in UTC, and the change that wrote it."""

    change: int
    author: str
    changed_at: str


class Revision(NamedTuple):
    """One cell that a change wrote: the value before and after it; None means that there was or is none."""

    change: int
    author: str
    changed_at: str
    what: str
    kind: str
    entry: str
    field: str
    before: Any
    after: Any


class PlanHistory:
    """The cells of a plan, to be read; `twin.data.ledger.plan_cells.PlanCells` also changes them.

    reading : function that begins a transaction which reads.
    """

    def __init__(self, reading: Transaction) -> None:
        self._reading = reading

    def values(self) -> tuple[Values, int]:
        """Return (cells, last): the present plan, and the id of its last change, 0 if there is none."""
        with self._reading() as connection:
            return {key: value for key, (value, _) in present_values(connection).items()}, last_change(connection)

    def names(self, kind: str) -> list[str]:
        """Return the names of all entries of a kind that there are or have been."""
        with self._reading() as connection:
            return list(
                connection.execute(select(plan_cells.c.entry).where(*of_entry(kind, None)).distinct()).scalars()
            )

    def changes(
        self, kind: str | None = None, entry: str | None = None, *, without: Iterable[str] = ()
    ) -> list[PlanChange]:
        """Return the changes of the plan, of a kind or of an entry, the latest first.

        without : kinds whose cells do not count, so that a change of these alone is left out.
        """
        counted = (*of_entry(kind, entry), plan_cells.c.kind.not_in([*without]))
        written = and_(plan_cells.c.change_id == plan_changes.c.id, *counted)
        count = select(func.count()).select_from(plan_cells).where(written).scalar_subquery()
        statement = select(*[plan_changes.c[name] for name in ENTERED], count.label("cells")).where(
            exists(select(plan_cells.c.change_id).where(written))
        )
        with self._reading() as connection:
            rows = connection.execute(statement.order_by(plan_changes.c.id.desc())).all()
        return [PlanChange(*row) for row in rows]

    def revisions(self, kind: str | None = None, entry: str | None = None) -> list[Revision]:
        """Return every value that cells of a kind or of an entry have had, the latest first."""
        named = [getattr(plan_changes.c, name) for name in ("id", "author", "changed_at", "what")]
        before = func.lag(plan_cells.c.value).over(partition_by=KEY, order_by=plan_cells.c.change_id)
        statement = select(*named, *KEY, before, plan_cells.c.value).join_from(
            plan_cells, plan_changes, plan_cells.c.change_id == plan_changes.c.id
        )
        statement = statement.where(*of_entry(kind, entry)).order_by(plan_changes.c.id.desc(), *KEY)
        with self._reading() as connection:
            rows = connection.execute(statement).all()
        return [Revision(*row[:-2], plain(row[-2]), plain(row[-1])) for row in rows]

    def writers(self) -> dict[Key, Writer]:
        """Return who wrote the present value of each cell that has one."""
        present = present_cells().subquery()
        columns = [present.c[name] for name in ("kind", "entry", "field", "change_id")]
        written = select(*columns, plan_changes.c.author, plan_changes.c.changed_at).join(
            plan_changes, plan_changes.c.id == present.c.change_id
        )
        with self._reading() as connection:
            return {tuple(row[:3]): Writer(*row[3:]) for row in connection.execute(written)}

    def sentence(self, change: int) -> str:
        """Return a change in words, or of an undo the change that it undoes."""
        undone, columns = plan_changes.alias(), plan_changes.c
        known = func.coalesce(undone.c.what, columns.what)
        statement = select(known).outerjoin(undone, undone.c.id == columns.undoes).where(columns.id == change)
        with self._reading() as connection:
            return connection.execute(statement).scalar_one()

    def seal(self, change: int) -> str | None:
        """Return the seal of a change, which tells the changes of two ledgers apart; None if there is no such one."""
        with self._reading() as connection:
            return connection.execute(select(plan_changes.c.seal).where(plan_changes.c.id == change)).scalar()
