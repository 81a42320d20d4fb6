"""The cells of a plan: values of kinds, entries and fields in an append-only log, with author, history and undo.

The log knows nothing of what the values mean; `twin.plan.kinds` does. A change writes cells, and the present plan is
the latest value of each. Nothing is overwritten or deleted, so that every value has its author, time and predecessor.
"""

import datetime
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, exists, func, insert, select

from twin._check import require
from twin.data.author import author_name, require_planner
from twin.data.errors import PlanChanged
from twin.data.ledger.checksum import digest_of
from twin.data.ledger.engine import lock_plan, memory_engine, reading, writing
from twin.data.ledger.flow import as_id
from twin.data.ledger.schema import metadata, plan_cells, plan_changes
from twin.data.text import time_told, visible

LONGEST_SENTENCE = 500  # [character] longest description of a change
ROWS_OF_AN_INSERT = 5_000  # most cells that one statement inserts
MOST_NAMED = 3  # most cells that an error names
KEY = (plan_cells.c.kind, plan_cells.c.entry, plan_cells.c.field)
ENTERED = ("id", "author", "changed_at", "what", "undoes")  # columns of a change that its seal covers

Key = tuple[str, str, str]  # kind, entry and field of a cell
Values = dict[Key, Any]  # cells with a value: a number or a text, or a list of texts
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


def _raw_name(key):
    kind, entry, field = key
    return f"{field} of {kind} {visible(entry, 60)}"


def _raw_value(_key, value):
    return "empty" if value is None else visible(json.dumps(value, ensure_ascii=False), 60)


class CellWords(NamedTuple):
    """Functions that say a cell in sentences: its name by its key, and a value by key and value."""

    name: Callable[[Key], str] = _raw_name
    value: Callable[[Key, Any], str] = _raw_value


PLAIN_WORDS = CellWords()


class PlanCells:
    """The plan of a ledger (`Ledger.plan`), or one in memory (`memory_plan`).

    reading, writing : functions that begin a transaction which reads, and one which changes all or nothing.

    >>> plan = memory_plan()
    >>> plan.write({("site", "Berlin", "places"): 400.0}, author="eva", what="Berlin has 400 places")
    1
    >>> plan.values()
    ({('site', 'Berlin', 'places'): 400.0}, 1)
    """

    def __init__(self, reading: Transaction, writing: Transaction) -> None:
        self._reading, self._writing = reading, writing

    def values(self) -> tuple[Values, int]:
        """Return (cells, last): the present plan, and the id of its last change, 0 if there is none."""
        with self._reading() as connection:
            return {key: value for key, (value, _) in _present(connection).items()}, _last(connection)

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
            _refuse_later(connection, key, words)
            before = {row.key: row.before for row in _written_by(connection, key)}
            what = f"undo of change {key} by {found.author}: {found.what}"
            done = _write(connection, before, what, author, undoes=key, check=check)
            require(done is not None, "change", "one that has changed a value", key)
            return done

    def changes(
        self, kind: str | None = None, entry: str | None = None, *, without: Iterable[str] = ()
    ) -> list[PlanChange]:
        """Return the changes of the plan, of a kind or of an entry, the latest first.

        without : kinds whose cells do not count, so that a change of these alone is left out.
        """
        counted = (*_of(kind, entry), plan_cells.c.kind.not_in([*without]))
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
        statement = statement.where(*_of(kind, entry)).order_by(plan_changes.c.id.desc(), *KEY)
        with self._reading() as connection:
            rows = connection.execute(statement).all()
        return [Revision(*row[:-2], _plain(row[-2]), _plain(row[-1])) for row in rows]

    def writers(self) -> dict[Key, Writer]:
        """Return who wrote the present value of each cell that has one."""
        present = _present_cells().subquery()
        columns = [present.c[name] for name in ("kind", "entry", "field", "change_id")]
        written = select(*columns, plan_changes.c.author, plan_changes.c.changed_at).join(
            plan_changes, plan_changes.c.id == present.c.change_id
        )
        with self._reading() as connection:
            return {tuple(row[:3]): Writer(*row[3:]) for row in connection.execute(written)}

    def names(self, kind: str) -> list[str]:
        """Return the names of all entries of a kind that there are or have been."""
        with self._reading() as connection:
            return list(connection.execute(select(plan_cells.c.entry).where(*_of(kind, None)).distinct()).scalars())

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


class _Written(NamedTuple):
    key: Key
    before: Any


def entries_of_plan(connection: Connection) -> int:
    """Return the number of entries of the present plan."""
    named = _present_cells().with_only_columns(plan_cells.c.kind, plan_cells.c.entry).distinct().subquery()
    return connection.execute(select(func.count()).select_from(named)).scalar_one()


def broken_changes(connection: Connection) -> Iterator[str]:
    """Yield a sentence for each change of a plan that is not the one which was written, or follows one that is gone."""
    cells: dict[int, list] = {}
    for row in connection.execute(select(plan_cells)):
        cells.setdefault(row.change_id, []).append((row.kind, row.entry, row.field, row.value))
    before = ""
    for change in connection.execute(select(plan_changes).order_by(plan_changes.c.id)):
        if change.seal != _seal_of(before, change, cells.pop(change.id, [])):
            yield f"change {change.id} of the plan, or the one before it, has changed or is gone"
        before = change.seal
    for key in sorted(cells):
        yield f"cells name change {key} of the plan, which does not exist"


def memory_plan() -> PlanCells:
    """Return an empty plan in memory, which ends with this object."""
    engine = memory_engine()
    with writing(engine) as connection:
        metadata.create_all(connection, [plan_changes, plan_cells])
    return PlanCells(lambda: reading(engine), lambda: writing(engine))


def _of(kind, entry):
    """Return the SQL conditions on the kind and the entry of a cell; None means any."""
    return [column == value for column, value in zip(KEY, (kind, entry), strict=False) if value is not None]


def _plain(value):
    return None if value is None else json.loads(value)


def _present(connection, *conditions) -> dict[Key, tuple[Any, int]]:
    """Return the value of each cell that has one, and the id of the change that wrote it."""
    rows = connection.execute(_present_cells(*conditions)).all()
    values = json.loads(f"[{','.join(row[-1] for row in rows)}]")  # one text is parsed faster than many
    return {tuple(row[1:4]): (value, row[0]) for row, value in zip(rows, values, strict=True)}


def _present_cells(*conditions):
    """Return the SQL selection of the latest value of each cell, among the rows that meet conditions."""
    newest = select(*KEY, func.max(plan_cells.c.change_id).label("change_id")).where(*conditions).group_by(*KEY)
    newest = newest.subquery()
    same = and_(*(newest.c[column.name] == plan_cells.c[column.name] for column in (*KEY, plan_cells.c.change_id)))
    return select(plan_cells).join(newest, same).where(plan_cells.c.value.is_not(None))


def _last(connection):
    return connection.execute(select(func.coalesce(func.max(plan_changes.c.id), 0))).scalar_one()


def _write(connection, cells, what, author, *, seen=None, own=(), check=None, undoes=None, words=PLAIN_WORDS):
    present = _present(connection)
    held = {key: value for key, (value, _) in present.items()}
    changed = {key: value for key, value in cells.items() if held.get(key) != value}
    if not changed:
        return None
    if seen is not None:
        _refuse_conflicts(connection, changed, held, seen, set(own), words)
    if check is not None:
        after = {key: value for key, value in (held | changed).items() if value is not None}
        check(after, set(changed))
    return _append(connection, changed, what, author, undoes)


def _append(connection, cells, what, author, undoes):
    """Insert a change with its cells and its seal, and return its id."""
    values = {
        "author": author_name() if author is None else author,
        "changed_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "what": visible(what, LONGEST_SENTENCE),
        "undoes": undoes,
        "seal": "",
    }
    last = select(plan_changes.c.seal).order_by(plan_changes.c.id.desc()).limit(1)
    before = connection.execute(last).scalar() or ""
    (key,) = connection.execute(insert(plan_changes).values(values)).inserted_primary_key
    rows = [
        (*cell, None if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False))
        for cell, value in cells.items()
    ]
    change = connection.execute(select(plan_changes).where(plan_changes.c.id == key)).one()
    sealed = plan_changes.update().values(seal=_seal_of(before, change, rows)).where(plan_changes.c.id == key)
    connection.execute(sealed)
    names = ("kind", "entry", "field", "value")
    for start in range(0, len(rows), ROWS_OF_AN_INSERT):
        part = rows[start : start + ROWS_OF_AN_INSERT]
        connection.execute(insert(plan_cells), [dict(zip(names, row, strict=True), change_id=key) for row in part])
    return key


def _seal_of(before, change, rows):
    """Return the seal of a change, given the seal of the one before it and its rows (kind, entry, field, value)."""
    return digest_of(json.dumps([before, [getattr(change, name) for name in ENTERED], sorted(rows)]))


def _refuse_conflicts(connection, changed, held, seen, own, words):
    """Raise PlanChanged if others have given some of these cells another value since the change `seen`."""
    statement = select(plan_cells, plan_changes.c.author, plan_changes.c.changed_at).join_from(
        plan_cells, plan_changes, plan_cells.c.change_id == plan_changes.c.id
    )
    later = statement.where(plan_changes.c.id > seen).order_by(plan_changes.c.id)
    writers = {key: row for row in connection.execute(later) if (key := (row.kind, row.entry, row.field)) in changed}
    found = {key: row for key, row in writers.items() if row.change_id not in own}
    if found:
        then = _present(connection, plan_cells.c.change_id <= seen)
        found = {key: row for key, row in found.items() if then.get(key, (None,))[0] != held.get(key)}
    if found:
        told = [
            f"{words.name(key)} is {words.value(key, held.get(key))} since {row.author} changed it at "
            f"{time_told(row.changed_at)}, and would be {words.value(key, changed[key])}"
            for key, row in list(found.items())[:MOST_NAMED]
        ]
        more = f"; and {len(found) - MOST_NAMED:,} cells more" if len(found) > MOST_NAMED else ""
        raise PlanChanged(f"the plan has changed in the meantime: {'; '.join(told)}{more}", tuple(found))


def _refuse_later(connection, change, words):
    """Raise PlanChanged if a change is undone already, or if later changes in effect have written its cells."""
    later = select(plan_changes.c.id, plan_changes.c.undoes).where(plan_changes.c.id > change)
    undoes = {row.id: row.undoes for row in connection.execute(later)}
    undone: dict[int, int] = {}  # change -> the change in effect that undoes it
    for key in sorted(undoes, reverse=True):
        if key not in undone and undoes[key] is not None:
            undone[undoes[key]] = key
    if change in undone:
        raise PlanChanged(
            f"change {change} is undone already, by change {undone[change]}; undo that to have it again", ()
        )
    in_effect = [key for key, past in undoes.items() if key not in undone and (past is None or past < change)]
    if not in_effect:
        return
    mine = {row.key for row in _written_by(connection, change)}
    statement = select(plan_cells, plan_changes.c.author, plan_changes.c.changed_at).join_from(
        plan_cells, plan_changes, plan_cells.c.change_id == plan_changes.c.id
    )
    for row in connection.execute(statement.where(plan_changes.c.id > change).order_by(plan_changes.c.id.desc(), *KEY)):
        key = (row.kind, row.entry, row.field)
        if row.change_id in in_effect and key in mine:
            raise PlanChanged(
                f"change {change} cannot be undone, because {row.author} changed {words.name(key)} at "
                f"{time_told(row.changed_at)} (change {row.change_id}); undo change {row.change_id} first, or set the "
                "value itself",
                (key,),
            )


def _written_by(connection, change):
    """Yield the cells that a change wrote, with the values that they had before."""
    earlier = plan_cells.alias()
    same = [earlier.c[column.name] == column for column in KEY]
    before = (
        select(earlier.c.value)
        .where(*same, earlier.c.change_id < plan_cells.c.change_id)
        .order_by(earlier.c.change_id.desc())
        .limit(1)
        .scalar_subquery()
    )
    for row in connection.execute(select(*KEY, before).where(plan_cells.c.change_id == change)).all():
        yield _Written(tuple(row[:3]), _plain(row[3]))
