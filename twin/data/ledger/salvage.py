"""Read what a damaged SQLite file still gives of its flows, without the check that refuses such a file."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Connection

from twin.data.errors import LedgerError, Refused
from twin.data.files.numbers import LARGEST_VOLUME
from twin.data.lane_names import lane_name
from twin.data.ledger.days import EPOCH
from twin.data.ledger.flow import EARLIEST, LATEST, Flow
from twin.data.ledger.schema import flows

DAYS = range((EARLIEST - EPOCH).days, (LATEST - EPOCH).days + 1)  # days that a flow may have, since 1970-01-01


def readable_flows(connection: Connection) -> Iterator[Flow]:
    """Yield the flows that can be read from both ends of the table; their values may have changed.

    Between the first and the last damaged page, nothing is read. Rows that break the rules of the ledger are left out.
    """
    if connection.dialect.name != "sqlite":
        raise LedgerError("only an SQLite file is exported although it is damaged; PostgreSQL has tools of its own")
    plain, last = connection.connection.dbapi_connection, 0
    factory, plain.text_factory = plain.text_factory, bytes  # a damaged text may not be UTF-8
    try:
        for order in ("ASC", "DESC"):
            statement = (
                f"SELECT {', '.join(Flow._fields)} FROM {flows.name} NOT INDEXED WHERE id > ? ORDER BY id {order}"
            )
            try:
                for row in plain.execute(statement, (last,)):
                    if order == "ASC":
                        last = row[0]
                    if (flow := _usable(*row)) is not None:
                        yield flow
            except sqlite3.DatabaseError:  # the damaged page; the other end is read next
                continue
            return
    finally:
        plain.text_factory = factory
        with suppress(sqlite3.Error):
            plain.execute("ROLLBACK")  # a commit would tell of the damage once more


def _usable(key, day, lane, volume, returns):
    """Return a row as a flow, or None if it breaks the rules of the ledger."""
    try:
        lane = lane_name(lane.decode())
    except (AttributeError, UnicodeDecodeError, Refused):
        return None
    amounts = all(x is None or (isinstance(x, float) and 0 <= x <= LARGEST_VOLUME) for x in (volume, returns))
    if not isinstance(day, int) or day not in DAYS or not amounts:
        return None
    return Flow(key, EPOCH.fromordinal(EPOCH.toordinal() + day), lane, volume, returns)
