"""Comparison of staged records with the flows that the ledger holds of the same lanes and days.

The database compares: the records are copied into a temporary table, and each lane and day of them is new, the same as
held, or changed. All of it happens within the transaction of the import, under its lock.
"""

from collections.abc import Iterable

import numpy as np
from sqlalchemy import (
    Column,
    Connection,
    Identity,
    Integer,
    MetaData,
    Table,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    text,
)

from twin.data.errors import Counts
from twin.data.ledger import bulk
from twin.data.ledger.days import Day
from twin.data.ledger.flow import MOST_IN_A_QUERY
from twin.data.ledger.schema import AMOUNT, NAME, ROW_ID, flow_changes, flows, replaced
from twin.data.ledger.staging import Staged
from twin.data.ledger.window import Window

NEW, SAME, REVISED = 0, 1, 2  # states of a lane and day
EQUAL = 1e-12  # largest relative difference of two equal sums, which depend on the order of summation

_temporary = MetaData()
_KIND = {"prefixes": ["TEMPORARY"], "postgresql_on_commit": "DROP"}
staged_rows = Table(
    "twin_staged",
    _temporary,
    Column("id", ROW_ID, Identity(), primary_key=True),
    Column("date", Day),
    Column("lane", NAME),
    Column("volume", AMOUNT),
    Column("returns", AMOUNT),
    Column("import_id", ROW_ID),
    **_KIND,
)
staged_days = Table(
    "twin_staged_day",
    _temporary,
    Column("lane", NAME, primary_key=True),
    Column("date", Day, primary_key=True),
    *[Column(name, Integer) for name in ("rows", "known", "recorded")],
    *[Column(name, AMOUNT) for name in ("volume", "returns")],
    Column("state", Integer, server_default=str(NEW)),
    sqlite_with_rowid=False,
    **_KIND,
)
staged_ranges = Table(
    "twin_usual_range",
    _temporary,
    Column("lane", NAME, primary_key=True),
    *[Column(name, AMOUNT) for name in ("low", "high")],
    **_KIND,
)
# The sums of each lane and day that is held. CROSS JOIN keeps SQLite from scanning all flows; PostgreSQL reorders it.
_COMPARE = text(f"""
UPDATE twin_staged_day SET state = CASE
    WHEN held.rows = twin_staged_day.rows AND held.known = twin_staged_day.known
        AND held.recorded = twin_staged_day.recorded
        AND abs(held.volume - twin_staged_day.volume) <= {EQUAL} * twin_staged_day.volume
        AND abs(held.returns - twin_staged_day.returns) <= {EQUAL} * twin_staged_day.returns
    THEN {SAME} ELSE {REVISED} END
FROM (
    SELECT day.lane AS lane, day.date AS date, count(*) AS rows, count(f.volume) AS known, count(f.returns) AS recorded,
        coalesce(sum(f.volume), 0) AS volume, coalesce(sum(f.returns), 0) AS returns
    FROM twin_staged_day AS day CROSS JOIN twin_flow AS f
    WHERE f.lane = day.lane AND f.date = day.date
    GROUP BY day.lane, day.date
) AS held
WHERE held.lane = twin_staged_day.lane AND held.date = twin_staged_day.date
""")


def may_overlap(connection: Connection, staged: Staged) -> bool:
    """Return whether the ledger has flows, or changes by hand, of the lanes and the span of days of staged records."""
    span = Window(*(day.item() for day in staged.days[[0, -1]]))
    for start in range(0, len(staged.lanes), MOST_IN_A_QUERY):
        names = staged.lanes[start : start + MOST_IN_A_QUERY]
        for table in (flows, flow_changes):
            if connection.execute(select(exists().where(and_(table.c.lane.in_(names), span.of(table))))).scalar_one():
                return True
    return False


def compare(connection: Connection, staged: Staged, records: int, ranges: np.ndarray, progress: bool) -> Counts:
    """Copy staged records into a temporary table, compare each lane and day, and return the counts of records.

    ranges : usual range of each lane, shape (lanes, 2). [pallet]
    """
    _temporary.create_all(connection, checkfirst=False)
    bulk.insert(connection, staged, 0, records, progress, table=staged_rows.name)
    columns = (
        staged_rows.c.lane,
        staged_rows.c.date,
        func.count(),
        func.count(staged_rows.c.volume),
        func.count(staged_rows.c.returns),
    )
    sums = (func.coalesce(func.sum(amount), 0.0) for amount in (staged_rows.c.volume, staged_rows.c.returns))
    names = ["lane", "date", "rows", "known", "recorded", "volume", "returns"]
    by_day = select(*columns, *sums).group_by(staged_rows.c.lane, staged_rows.c.date)
    connection.execute(insert(staged_days).from_select(names, by_day, include_defaults=False))
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ANALYZE {staged_rows.name}, {staged_days.name}")
    connection.execute(_COMPARE)
    states = select(staged_days.c.state, func.sum(staged_days.c.rows)).group_by(staged_days.c.state)
    found = {state: int(count) for state, count in connection.execute(states)}
    return Counts(*(found.get(state, 0) for state in (NEW, SAME, REVISED)), _outlying(connection, staged, ranges))


def _outlying(connection, staged, ranges):
    """Return the number of records of new and changed lanes and days outside the usual range of their lane."""
    known = [
        {"lane": lane, "low": low, "high": high}
        for lane, (low, high) in zip(staged.lanes, ranges.tolist(), strict=True)
        if np.isfinite(high)
    ]
    if not known:
        return 0
    connection.execute(insert(staged_ranges), known)
    same = and_(staged_rows.c.lane == staged_days.c.lane, staged_rows.c.date == staged_days.c.date)
    far = or_(staged_rows.c.volume < staged_ranges.c.low, staged_rows.c.volume > staged_ranges.c.high)
    count = (
        select(func.count())
        .select_from(staged_rows)
        .join(staged_days, same)
        .join(staged_ranges, staged_ranges.c.lane == staged_rows.c.lane)
    )
    return connection.execute(count.where(staged_days.c.state != SAME, far)).scalar_one()


def set_aside(connection: Connection, import_id: int) -> None:
    """Move the held flows of changed lanes and days to the table of replaced flows, as replaced by an import."""
    columns = [column.name for column in replaced.c if column.name != "replaced_by"]
    same = and_(flows.c.lane == staged_days.c.lane, flows.c.date == staged_days.c.date)
    held = select(text(str(int(import_id))), *[flows.c[name] for name in columns]).select_from(staged_days)
    held = held.join(flows, same).where(staged_days.c.state == REVISED).with_for_update(of=flows)
    connection.execute(insert(replaced).from_select(["replaced_by", *columns], held))
    gone = select(replaced.c.id).where(replaced.c.replaced_by == import_id)
    connection.execute(flows.delete().where(flows.c.id.in_(gone)))


def add_states(connection: Connection, import_id: int, states: Iterable[int]) -> None:
    """Add the compared records of some states to the flows, in their order, as those of an import."""
    columns = ["date", "lane", "volume", "returns"]
    same = and_(staged_rows.c.lane == staged_days.c.lane, staged_rows.c.date == staged_days.c.date)
    chosen = select(*[staged_rows.c[name] for name in columns], text(str(int(import_id)))).select_from(staged_rows)
    chosen = chosen.join(staged_days, same).where(staged_days.c.state.in_(states)).order_by(staged_rows.c.id)
    connection.execute(insert(flows).from_select([*columns, "import_id"], chosen))


def forget(connection: Connection) -> None:
    """Drop the temporary tables, because SQLite would keep them until the connection is closed."""
    _temporary.drop_all(connection, checkfirst=False)
