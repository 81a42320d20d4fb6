"""The history of single flows: imports and changes by hand, with their authors, times and both values."""

import datetime
import json
from typing import NamedTuple

from sqlalchemy import Connection, Row, and_, func, select

from twin.data.ledger.flow import Flow
from twin.data.ledger.schema import flow_changes, flows, imports, replaced
from twin.data.text import visible

MOST_EVENTS = 100  # most changes by hand of a lane that are listed

Amounts = tuple[float | None, float | None]  # volume and returns of a flow [pallet]


class FlowEvent(NamedTuple):
    """One thing that happened to a flow: an import, or a change by hand.

    at : time in UTC. author : None for an import by an earlier version, which kept none. what : in words.
    before, after : volume and returns; None where there was or is no such flow. [pallet]
    change : id of a change by hand, None for an import. last : whether `undo_flow_change` may undo it.
    """

    at: str
    author: str | None
    what: str
    flow_id: int
    date: datetime.date
    lane: str
    before: Amounts | None
    after: Amounts | None
    change: int | None = None
    last: bool = False


def flow_events(connection: Connection, lane: str, day: datetime.date | None) -> list[FlowEvent]:
    """Return what happened to the flows of a lane, the latest first: of a day all of it, of all days changes by hand.

    Of all days, the latest `MOST_EVENTS` changes are returned.
    """
    here = and_(flow_changes.c.lane == lane, *([] if day is None else [flow_changes.c.date == day]))
    newest = select(func.max(flow_changes.c.id)).where(here).group_by(flow_changes.c.flow_id)
    last = set(connection.execute(newest).scalars())
    latest = select(flow_changes).where(here).order_by(flow_changes.c.id.desc())
    changes = connection.execute(latest if day else latest.limit(MOST_EVENTS)).all()
    events = [
        FlowEvent(
            row.changed_at,
            row.author,
            _what(row),
            row.flow_id,
            row.date,
            row.lane,
            amounts_in(row.before),
            amounts_in(row.after),
            row.id,
            row.id in last,
        )
        for row in changes
    ]
    if day is not None:
        first = {row.flow_id: amounts_in(row.before) for row in changes}  # the last one kept is the earliest change
        events += _imported(connection, lane, day, first)
    return sorted(events, key=lambda event: (event.at, event.change or 0), reverse=True)


def _imported(connection, lane, day, first):
    """Yield the imports of flows of a lane and day, and the imports that replaced some of them."""
    for table in (flows, replaced):
        columns = [table.c[name] for name in (*Flow._fields, "import_id")]
        here = and_(table.c.lane == lane, table.c.date == day, imports.c.id == table.c.import_id)
        statement = select(*columns, imports.c.imported_at, imports.c.author, imports.c.source).where(here)
        for row in connection.execute(statement):
            what = f"import {row.import_id} of {visible(row.source, 60)}"
            came = first.get(row.id, amounts_of(row))
            yield FlowEvent(row.imported_at, row.author, what, row.id, day, lane, None, came)
    here = and_(replaced.c.lane == lane, replaced.c.date == day, imports.c.id == replaced.c.replaced_by)
    statement = select(replaced, imports.c.imported_at, imports.c.author, imports.c.source).where(here)
    for row in connection.execute(statement):
        what = f"replaced by import {row.replaced_by} of {visible(row.source, 60)}"
        yield FlowEvent(row.imported_at, row.author, what, row.id, day, lane, amounts_of(row), None)


def _what(change):
    """Return what a change by hand did, in words."""
    done = "logged" if change.before is None else "deleted" if change.after is None else "edited"
    return done if change.undoes is None else f"undo of change {change.undoes}"


def amounts_of(row: Row) -> Amounts:
    """Return the volume and returns of a row of flows."""
    return row.volume, row.returns


def told_amounts(amounts: Amounts | None) -> str:
    """Return a volume and returns in words.

    >>> told_amounts((120.0, None)), told_amounts((None, 2.0)), told_amounts(None)
    ('120 pallets', 'an unknown volume, 2 returned', 'deleted')
    """
    if amounts is None:
        return "deleted"
    volume, back = amounts
    words = "an unknown volume" if volume is None else f"{volume:,.10g} pallets"
    return words if back is None else f"{words}, {back:,.10g} returned"


def amounts_in(text: str | None) -> Amounts | None:
    """Return the volume and returns that the log keeps as a text; None for no flow."""
    return None if text is None else tuple(json.loads(text))


def last_change(connection: Connection) -> int:
    """Return the id of the last change of a flow by hand; 0 if there is none."""
    return connection.execute(select(func.coalesce(func.max(flow_changes.c.id), 0))).scalar_one()
