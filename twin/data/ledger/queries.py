"""Queries for the flows of some lanes and days, in parts or as a history."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from twin.data.files.fields import Codes
from twin.data.files.numbers import VOLUME_UNKNOWN
from twin.data.files.scan import CHUNK
from twin.data.history import History
from twin.data.ledger.days import day_number
from twin.data.ledger.export_texts import Seen
from twin.data.ledger.flow import Flow
from twin.data.ledger.remarks import imported_longer, imported_period
from twin.data.ledger.schema import flows
from twin.data.ledger.sums import lane_names
from twin.data.ledger.window import Window
from twin.data.periods import distinct_days
from twin.data.settle import history_from
from twin.data.settle_steps import as_categories
from twin.data.text import visible

LANES_LISTED = 12  # most lanes named in an error


def of_lanes(lanes: list[str] | None) -> ColumnElement[bool]:
    """Return the SQL condition that a flow is of one of these lanes; None means all lanes."""
    return true() if lanes is None else flows.c.lane.in_(lanes)


def parts(
    connection: Connection, columns: Iterable[ColumnElement], condition: ColumnElement[bool], order: Iterable
) -> Iterator[Sequence[Row]]:
    """Yield the flows that meet a condition in parts, of which memory holds one at a time."""
    statement = select(*columns).where(condition).order_by(*order)
    yield from connection.execute(statement, execution_options={"yield_per": CHUNK}).partitions()


def flows_in_order(connection: Connection, condition: ColumnElement[bool]) -> Generator[Flow, None, None]:
    """Yield the flows that meet a condition, by lane, date and id."""
    columns = [flows.c[name] for name in Flow._fields]
    for part in parts(connection, columns, condition, [flows.c.lane, flows.c.date, flows.c.id]):
        yield from map(Flow._make, part)


def seen_amounts(connection: Connection, condition: ColumnElement[bool]) -> Seen:
    """Return what has to be known of the flows that meet a condition before the first is written as text."""
    unknown = flows.c.volume.is_(None)
    broken = [amount != func.round(amount) for amount in (flows.c.volume, flows.c.returns)]
    found = [select(1).where(condition, rule).exists() for rule in (or_(unknown, broken[0]), broken[1])]
    return Seen(*map(bool, connection.execute(select(*found)).one()))


def _plain_parts(connection, columns, condition, order):
    """Yield what `parts` yields; SQLite's own tuples take a quarter less time than SQLAlchemy's rows."""
    if connection.dialect.name != "sqlite":
        yield from parts(connection, columns, condition, order)
        return
    with closing(connection.execute(select(*columns).where(condition).order_by(*order))) as result:
        while part := result.cursor.fetchmany(CHUNK):  # nothing has been fetched before
            yield part


def history_of(connection: Connection, place: str, lanes: list[str] | None, within: Window, **settling: Any) -> History:
    """Return the history of the flows of lanes within a window; settling : period, gaps and duplicates."""
    columns = (flows.c.id, day_number(flows.c.date, connection.dialect.name), flows.c.lane)
    columns += (flows.c.volume, flows.c.returns)
    codes, vectors = Codes(str), []
    for part in _plain_parts(connection, columns, and_(of_lanes(lanes), within.of()), [flows.c.id]):
        key, day, lane, *amounts = zip(*part, strict=True)
        columns = (key, day, [codes.of[name] for name in lane], *amounts)
        vectors.append([np.array(column, kind) for column, kind in zip(columns, "qqqdd", strict=True)])
    if not vectors:
        raise no_flows_error(connection, place)
    key, day, lane, volume, back = (np.concatenate(vector) for vector in zip(*vectors, strict=True))
    table = pd.DataFrame(
        {
            "line": key,
            "date": day.astype("datetime64[D]"),
            "lane": as_categories(lane, codes.values),
            "volume": volume,
            "returns": back,
        }
    )
    unknown = table[table["volume"].isna()]
    refused = [
        (key, VOLUME_UNKNOWN, visible(f"{day:%Y-%m-%d}, {lane}"))
        for key, day, lane in unknown[["line", "date", "lane"]].itertuples(index=False)
    ]
    facts = {"file": place, "rows_read": len(table), "notes": (), "row": "flow"}
    rows = table[table["volume"].notna()].reset_index(drop=True)
    own = imported_period(connection, distinct_days(rows["date"].to_numpy().astype("datetime64[D]")))
    longer = partial(imported_longer, connection)
    unread = unknown[["date", "lane"]]
    return history_from(rows, facts, refused=refused, unknown=unread, own=own, imported=longer, **settling)


def no_flows_error(connection: Connection, place: str) -> ValueError:
    """Return the error to raise if no flow matches a query."""
    names = list(connection.execute(lane_names().limit(LANES_LISTED + 1)).scalars())
    if not names:
        return ValueError(f"{place} has no flows yet; twin ledger import FILE brings some in")
    shown = ", ".join(map(visible, names[:LANES_LISTED])) + (" ..." if len(names) > LANES_LISTED else "")
    return ValueError(f"{place} has no flows of these lanes and days; its lanes are {shown}")
