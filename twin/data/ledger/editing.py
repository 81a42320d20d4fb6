"""Changes of single flows by hand, each kept with its author, its time and both values, so that it can be undone."""

import datetime
import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from twin._check import require
from twin.data.author import author_name
from twin.data.errors import FlowChanged
from twin.data.ledger.engine import lock_imports
from twin.data.ledger.flow import Flow
from twin.data.ledger.flow_events import Amounts, amounts_in, amounts_of, told_amounts
from twin.data.ledger.schema import flow_changes, flows, imports
from twin.data.ledger.undoing import recount
from twin.data.text import time_told, visible

_COLUMNS = [flows.c[name] for name in (*Flow._fields, "import_id")]


def append_flow(connection: Connection, values: Mapping[str, Any]) -> Flow:
    """Add one flow, and return it with its id."""
    (key,) = connection.execute(insert(flows).values(values)).inserted_primary_key
    flow = Flow(key, **values)
    _keep(connection, [_entry(flow, None, None, amounts_of(flow))])
    return flow


def delete_flows(connection: Connection, ids: Sequence[int], place: str, seen: Mapping[int, Amounts]) -> list[Flow]:
    """Delete the flows with these ids, all or none, and return them; seen : as in `edit_flow`, by id."""
    lock_imports(connection)
    rows = connection.execute(delete(flows).where(flows.c.id.in_(ids)).returning(*_COLUMNS)).all()
    found = {row.id: row for row in rows}
    missing = [key for key in ids if key not in found]
    for key in missing[:1]:
        _refuse_missing(connection, key, place, ", ".join(map(str, missing[:5])))
    for key in found.keys() & seen.keys():
        _refuse_changed(connection, found[key], seen[key], "it would be deleted")
    recount(connection, rows, [])
    _keep(connection, [_entry(found[key], found[key].import_id, amounts_of(found[key]), None) for key in ids])
    return [Flow(*found[key][:-1]) for key in ids]


def edit_flow(connection: Connection, key: int, amounts: Amounts, place: str, seen: Amounts | None) -> Flow:
    """Give a flow another volume and other returns, and return it as it is then.

    seen : its volume and returns as the author has seen them; if the flow has others since, FlowChanged names both.
    By default the author has seen those that it has.
    """
    lock_imports(connection)  # so that an import does not replace the flow in between
    row = connection.execute(select(*_COLUMNS).where(flows.c.id == key)).first()
    if row is None:
        _refuse_missing(connection, key, place, str(key))
    after = Flow(*row[:3], *amounts)
    if amounts_of(row) == amounts:
        return after
    if seen is not None:
        _refuse_changed(connection, row, seen, f"it would be {told_amounts(amounts)}")
    _replace(connection, row, amounts)
    return after


def undo_flow_change(connection: Connection, change: int) -> Flow | None:
    """Undo a change by hand, as a change of its own, and return the flow as it is then; None if there is none then.

    FlowChanged is raised unless the flow is as that change has left it.
    """
    lock_imports(connection)
    done = connection.execute(select(flow_changes).where(flow_changes.c.id == change)).first()
    require(done is not None, "change", "the id of a change of a flow, as its history shows it", change)
    before, after = amounts_in(done.before), amounts_in(done.after)
    row = connection.execute(select(*_COLUMNS).where(flows.c.id == done.flow_id)).first()
    if (None if row is None else amounts_of(row)) != after:
        why = f"change {change} cannot be undone, because flow {done.flow_id} {_now_is(connection, done, row)}"
        raise FlowChanged(why, done.flow_id)
    if after is None:  # it was deleted, and comes back with its own id
        gone = (
            done.import_id and not connection.execute(select(imports.c.id).where(imports.c.id == done.import_id)).all()
        )
        require(not gone, "change", f"one of a flow whose import is not undone, as import {done.import_id} is", change)
        values = {"id": done.flow_id, "date": done.date, "lane": done.lane, "import_id": done.import_id}
        connection.execute(insert(flows).values(**values, volume=before[0], returns=before[1]))
        recount(connection, [], connection.execute(select(*_COLUMNS).where(flows.c.id == done.flow_id)).all())
    elif before is None:
        connection.execute(delete(flows).where(flows.c.id == done.flow_id))
        recount(connection, [row], [])
    else:
        _replace(connection, row, before, change)
        return Flow(*row[:3], *before)
    flow = Flow(done.flow_id, done.date, done.lane, *(before or after))
    _keep(connection, [_entry(flow, done.import_id, after, before, change)])
    return flow if before else None


def _replace(connection, row, amounts, undoes=None):
    """Give a flow other amounts, in the flows, in the counts of its import, and in the log."""
    connection.execute(update(flows).where(flows.c.id == row.id).values(volume=amounts[0], returns=amounts[1]))
    come = connection.execute(select(*_COLUMNS).where(flows.c.id == row.id)).all()
    recount(connection, [row], come)
    _keep(connection, [_entry(row, row.import_id, amounts_of(row), amounts, undoes)])


def _refuse_missing(connection, key, place, shown):
    """Raise FlowChanged if a flow was deleted by hand, and ValueError if there is none for another reason."""
    done, rule = _last_of(connection, key), f"that of a flow in the ledger at {place}"
    if done is not None and done.after is None:
        shown = f"{shown}, which {done.author} deleted at {time_told(done.changed_at)} (change {done.id})"
        raise FlowChanged(f"id must be {rule}; got {shown}", key)
    require(False, "id", rule, shown)


def _refuse_changed(connection, row, seen, would):
    """Raise FlowChanged if a flow has other amounts than its author has seen."""
    if amounts_of(row) != seen:
        named = f"flow {row.id} ({visible(row.lane, 60)}, {row.date})"
        now = _now_is(connection, row, row)
        why = f"{named} has changed in the meantime: it {now}; it was {told_amounts(seen)}, and {would}"
        raise FlowChanged(why, row.id)


def _now_is(connection, named, row):
    """Return what a flow is now in words, with author and time of the last change."""
    done = _last_of(connection, getattr(named, "flow_id", named.id))
    if row is None and done and done.after is not None:
        return "is in the ledger no longer: its import was undone, or another one has replaced it"
    since = f" since {done.author} changed it at {time_told(done.changed_at)} (change {done.id})" if done else ""
    return f"is {told_amounts(None if row is None else amounts_of(row))}{since}"


def _last_of(connection, key):
    statement = select(flow_changes).where(flow_changes.c.flow_id == key).order_by(flow_changes.c.id.desc()).limit(1)
    return connection.execute(statement).first()


def _entry(flow, import_id, before, after, undoes=None):
    """Return a row of the log, but for its author and time."""
    named = {"flow_id": flow.id, "import_id": import_id, "date": flow.date, "lane": flow.lane, "undoes": undoes}
    return named | {"before": _text(before), "after": _text(after)}


def _keep(connection, entries):
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    connection.execute(insert(flow_changes), [{**one, "author": author_name(), "changed_at": now} for one in entries])


def _text(amounts):
    return None if amounts is None else json.dumps(amounts)
