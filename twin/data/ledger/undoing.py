"""Keep counts of imports right when their flows change, and undo an import, which brings back what it replaced."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from twin.data.ledger.checksum import codes_of, total, written
from twin.data.ledger.engine import lock_imports
from twin.data.ledger.schema import flows, imports, replaced
from twin.data.text import number_of


class Undone(NamedTuple):
    """The outcome of an undo: numbers of flows deleted, and of replaced flows that were brought back."""

    deleted: int
    restored: int


def recount(connection: Connection, gone: Sequence[Row], come: Sequence[Row]) -> None:
    """Take flows (with their import_id) out of the counts and checksums of their imports, and add others to them."""
    for key in sorted({row.import_id for row in (*gone, *come) if row.import_id is not None}):
        of_import = select(imports).where(imports.c.id == key).with_for_update()
        entry = connection.execute(of_import).first()
        if entry is None:
            continue
        out, into = ([row for row in rows if row.import_id == key] for rows in (gone, come))
        values = {"kept": entry.kept - len(out) + len(into)}
        if entry.checksum is not None:
            values["checksum"] = written(int(entry.checksum, 16) - _sum(out) + _sum(into))
        connection.execute(update(imports).where(imports.c.id == key).values(values))


def _sum(rows):
    return total(codes_of(rows)) if rows else 0


def undo_import(connection: Connection, key: int) -> Undone | None:
    """Undo an import within the transaction of a connection; return None if there is no such import."""
    lock_imports(connection)
    later = select(func.max(replaced.c.replaced_by), func.count()).where(replaced.c.import_id == key)
    by, count = connection.execute(later).one()
    if count:
        told = number_of(count, f"flow of import {key} was", f"flows of import {key} were")
        raise ValueError(
            f"import_id must be that of an import whose flows no later one has replaced; {told} replaced, so undo "
            f"import {by} first"
        )
    if not connection.execute(delete(imports).where(imports.c.id == key)).rowcount:
        return None
    deleted = connection.execute(delete(flows).where(flows.c.import_id == key)).rowcount
    names = [column.name for column in replaced.c if column.name != "replaced_by"]
    back = select(*[replaced.c[name] for name in names]).where(replaced.c.replaced_by == key)
    connection.execute(insert(flows).from_select(names, back))
    restored = connection.execute(delete(replaced).where(replaced.c.replaced_by == key)).rowcount
    return Undone(deleted, restored)
