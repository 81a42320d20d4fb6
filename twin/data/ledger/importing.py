"""Staged records into the ledger, in one transaction: all of them or none, and the same ones once."""

import datetime
from typing import NamedTuple

from sqlalchemy import and_, delete, func, insert, select

from twin.data.account import Account
from twin.data.ledger import bulk
from twin.data.ledger.engine import take_turns
from twin.data.ledger.flow import MOST_IN_A_QUERY
from twin.data.ledger.queries import of_lanes, parts
from twin.data.ledger.remarks import import_remarks
from twin.data.ledger.schema import Window, day_number, flows, imports
from twin.data.ledger.staging import new_days_only
from twin.data.text import visible

LONGEST_SOURCE = 500  # characters of a source


class Import(NamedTuple):
    """What an import did: its id, how many records it added (0 when they were there already), and what it read.

    unknown : how many of the records say that something flowed, and not how much.
    """

    id: int | None
    records: int
    unknown: int
    repeated: bool
    account: Account
    notes: tuple


def import_staged(connection, staged, *, new_only, again, progress):
    """Add staged records within a transaction."""
    records, unknown, digest = staged.measure()
    take_turns(connection, digest)
    if new_only:
        staged = new_days_only(staged, _held(connection, staged))
        records, unknown, digest = staged.measure()  # of what is added: the rest belongs to other imports
        if not records:
            return Import(None, 0, 0, True, staged.account, ("the ledger holds flows of all these lanes and days",))
    same = connection.execute(select(imports).where(imports.c.digest == digest).order_by(imports.c.repeat)).all()
    if same and not (again or new_only) and _still_there(connection, same):
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


def _still_there(connection, same):
    """Whether the flows of imports are all there; imports that left none are forgotten, and some is refused."""
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


def _held(connection, staged):
    """Yield (lane, day number) of the flows that the ledger holds where staged records would come."""
    low, high = (day.item() for day in staged.days[[0, -1]])
    columns = flows.c.lane, day_number(flows.c.date, connection.dialect.name)
    for start in range(0, len(staged.lanes), MOST_IN_A_QUERY):
        condition = and_(of_lanes(staged.lanes[start : start + MOST_IN_A_QUERY]), Window(low, high).of())
        for part in parts(connection, columns, condition, []):
            yield from part
