"""The log of a plan in the database: its cells as the latest values, and sealed changes that are only ever added."""

import datetime
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, func, insert, select

from twin.data.author import author_name
from twin.data.ledger.checksum import digest_of
from twin.data.ledger.schema import plan_cells, plan_changes
from twin.data.text import visible

LONGEST_SENTENCE = 500  # [character] longest description of a change
ROWS_OF_AN_INSERT = 5_000  # most cells that one statement inserts
KEY = (plan_cells.c.kind, plan_cells.c.entry, plan_cells.c.field)
ENTERED = ("id", "author", "changed_at", "what", "undoes")  # columns of a change that its seal covers

Key = tuple[str, str, str]  # kind, entry and field of a cell
Values = dict[Key, Any]  # cells with a value: a number or a text, or a list of texts


class Written(NamedTuple):
    """A cell that a change wrote, and its value before."""

    key: Key
    before: Any


def entries_of_plan(connection: Connection) -> int:
    """Return the number of entries of the present plan."""
    named = present_cells().with_only_columns(plan_cells.c.kind, plan_cells.c.entry).distinct().subquery()
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


def of_entry(kind: str | None, entry: str | None) -> list[ColumnElement[bool]]:
    """Return the SQL conditions on the kind and the entry of a cell; None means any."""
    return [column == value for column, value in zip(KEY, (kind, entry), strict=False) if value is not None]


def plain(value: str | None) -> Any:
    """Return the value of a cell from the text that the database keeps."""
    return None if value is None else json.loads(value)


def present_values(connection: Connection, *conditions: ColumnElement[bool]) -> dict[Key, tuple[Any, int]]:
    """Return the value of each cell that has one, and the id of the change that wrote it."""
    rows = connection.execute(present_cells(*conditions)).all()
    values = json.loads(f"[{','.join(row[-1] for row in rows)}]")  # one text is parsed faster than many
    return {tuple(row[1:4]): (value, row[0]) for row, value in zip(rows, values, strict=True)}


def present_cells(*conditions: ColumnElement[bool]) -> Select[Any]:
    """Return the SQL selection of the latest value of each cell, among the rows that meet conditions."""
    newest = select(*KEY, func.max(plan_cells.c.change_id).label("change_id")).where(*conditions).group_by(*KEY)
    newest = newest.subquery()
    same = and_(*(newest.c[column.name] == plan_cells.c[column.name] for column in (*KEY, plan_cells.c.change_id)))
    return select(plan_cells).join(newest, same).where(plan_cells.c.value.is_not(None))


def last_change(connection: Connection) -> int:
    """Return the id of the latest change; 0 if there is none."""
    return connection.execute(select(func.coalesce(func.max(plan_changes.c.id), 0))).scalar_one()


def append_change(connection: Connection, cells: Values, what: str, author: str | None, undoes: int | None) -> int:
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


def written_by(connection: Connection, change: int) -> Iterator[Written]:
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
        yield Written(tuple(row[:3]), plain(row[3]))
