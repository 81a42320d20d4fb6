"""Import staged records in one transaction: all or none, and equal records only once."""

import datetime
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, func, insert, select

from twin.data.account import Account
from twin.data.ledger import bulk
from twin.data.ledger.engine import lock_topic
from twin.data.ledger.flow import MOST_IN_A_QUERY
from twin.data.ledger.queries import of_lanes, parts
from twin.data.ledger.remarks import import_remarks
from twin.data.ledger.schema import Window, day_number, flows, imports
from twin.data.ledger.staging import Staged, new_days_only
from twin.data.text import visible

LONGEST_SOURCE = 500  # [character] longest name of a source that is stored


class Import(NamedTuple):
    """The outcome of an import.

    id : of the import, or None if all records were there already.
    records : number of records added; 0 if they were there already.
    unknown : number of these records whose volume is unknown.
    repeated : whether nothing was added because the records were there already.
    account : account of the file or history that was read.
    notes : remarks on the records, one sentence each.
    """

    id: int | None
    records: int
    unknown: int
    repeated: bool
    account: Account
    notes: tuple[str, ...]


def import_staged(connection: Connection, staged: Staged, *, new_only: bool, again: bool, progress: bool) -> Import:
    """Add staged records within the transaction of a connection, and return the outcome."""
    records, unknown, digest = staged.measure()
    lock_topic(connection, digest)
    if new_only:
        staged = new_days_only(staged, _stored_days(connection, staged))
        records, unknown, digest = staged.measure()  # the digest covers only the records that this import adds
        if not records:
            return Import(None, 0, 0, True, staged.account, ("the ledger holds flows of all these lanes and days",))
    same = connection.execute(select(imports).where(imports.c.digest == digest).order_by(imports.c.repeat)).all()
    if same and not (again or new_only) and _still_stored(connection, same):
        note = f"the same {records:,} flows were imported on {same[0].imported_at[:10]} from {same[0].source}"
        return Import(same[0].id, 0, 0, True, staged.account, (note,))
    notes = tuple(import_remarks(connection, staged, on_top=not new_only))
    values = {
        "digest": digest,
        "repeat": same[-1].repeat + 1 if same else 0,
        "source": visible(staged.account.file, LONGEST_SOURCE),
        "records": records,
        "period": staged.account.period,
        "imported_at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    (key,) = connection.execute(insert(imports).values(values)).inserted_primary_key
    bulk.insert(connection, staged, key, records, progress)
    return Import(key, records, unknown, False, staged.account, notes)


def _still_stored(connection, same):
    """Return whether all flows of these imports are stored; if none is, forget the imports, and if some are, raise."""
    keys, added = [one.id for one in same], sum(one.records for one in same)
    left = connection.execute(select(func.count()).where(flows.c.import_id.in_(keys))).scalar_one()
    if not left:
        connection.execute(delete(imports).where(imports.c.id.in_(keys)))
    elif left < added:
        raise ValueError(
            f"{same[-1].source} was imported before, and {added - left:,} of its {added:,} flows have been deleted "
            f"since; undo import {', '.join(map(str, keys))} first, or add all of it again"
        )
    return left > 0


def _stored_days(connection, staged):
    """Yield (lane, day number) of the stored flows of the lanes and the span of days of staged records."""
    low, high = (day.item() for day in staged.days[[0, -1]])
    columns = flows.c.lane, day_number(flows.c.date, connection.dialect.name)
    for start in range(0, len(staged.lanes), MOST_IN_A_QUERY):
        condition = and_(of_lanes(staged.lanes[start : start + MOST_IN_A_QUERY]), Window(low, high).of())
        for part in parts(connection, columns, condition, []):
            yield from part
