"""The tables of the ledger, and the constraints that the database enforces."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Double,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    cast,
    extract,
    func,
    literal_column,
    or_,
    true,
    type_coerce,
)
from sqlalchemy.dialects import sqlite

from twin._period_kinds import PERIOD_KINDS
from twin.data.files.numbers import LARGEST_VOLUME
from twin.data.lane_names import LONGEST_LANE_NAME
from twin.data.ledger.flow import EARLIEST, LATEST

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Dialect, FromClause
    from sqlalchemy.types import TypeEngine

VERSION = 6  # version of these tables; each change needs a step in MIGRATIONS of migration.py
VIEW = "twin_flow_iso"  # the flows as other programs read them
EPOCH = datetime.date(1970, 1, 1)  # day number 0
DAYS_SINCE_MONDAY = 7 * 20_000 + 3  # [day] from a Monday before every flow to EPOCH, a Thursday


class Day(TypeDecorator):
    """A column of calendar days: dates in PostgreSQL, days since 1970-01-01 in SQLite, which has no date type."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine:
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value: datetime.date | None, dialect: Dialect) -> datetime.date | int | None:
        return (value - EPOCH).days if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime.date | None:
        return EPOCH + datetime.timedelta(value) if dialect.name == "sqlite" and value is not None else value


ROW_ID = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
NAME = Text().with_variant(Text(collation="C"), "postgresql")  # sorted by bytes, equally on every server
AMOUNT = Double().with_variant(sqlite.REAL(), "sqlite")
metadata = MetaData()
STRICT = {"sqlite_strict": True, "sqlite_autoincrement": True}  # column types are enforced, and ids are never reused

imports = Table(
    "twin_import",
    metadata,
    Column("id", ROW_ID, Identity(), primary_key=True),
    Column("digest", Text, nullable=False),  # hash of the records
    Column("repeat", Integer, nullable=False),  # 0, then 1, 2, ... for later imports of the same records
    Column("source", Text, nullable=False),
    Column("records", ROW_ID, nullable=False),
    Column("period", Text, nullable=False),  # D, W, MS or QS: period of the records
    Column("imported_at", Text, nullable=False),
    Column("author", Text),  # null for an import by version 5 or before, which kept none
    Column("kept", ROW_ID),  # number of its flows that have not been deleted one by one
    Column("checksum", Text),  # of these flows; null for an import by version 1, which kept none
    Column("seal", Text),  # checksum of the other columns, which never change
    UniqueConstraint("digest", "repeat"),
    **STRICT,
)
flows = Table(
    "twin_flow",
    metadata,
    Column("id", ROW_ID, Identity(), primary_key=True),
    Column("date", Day, nullable=False),
    Column("lane", NAME, nullable=False),
    Column("volume", AMOUNT),  # [pallet]; null: unknown
    Column("returns", AMOUNT),  # [pallet]; null: not recorded
    Column("import_id", ROW_ID),  # id in twin_import; without a foreign key, whose check would cost a look-up a flow
    **STRICT,
)
replaced = Table(  # flows that an import has replaced; undoing the import brings them back
    "twin_replaced",
    metadata,
    Column("replaced_by", ROW_ID, nullable=False),  # id in twin_import
    Column("id", ROW_ID, primary_key=True, autoincrement=False),  # the flow's own id, to which it returns
    *[Column(column.name, column.type, nullable=column.nullable) for column in flows.c if column.name != "id"],
    sqlite_strict=True,
)
flow_changes = Table(  # corrections of single flows by hand, which are only ever added
    "twin_flow_change",
    metadata,
    Column("id", ROW_ID, Identity(), primary_key=True),
    Column("flow_id", ROW_ID, nullable=False),  # id in twin_flow, also of a flow that is gone
    Column("import_id", ROW_ID),  # of the flow
    Column("date", Day, nullable=False),
    Column("lane", NAME, nullable=False),
    Column("author", Text, nullable=False),
    Column("changed_at", Text, nullable=False),  # time in UTC, as of imports
    Column("before", Text),  # JSON [volume, returns]; null: there was no such flow
    Column("after", Text),  # null: there is none any more
    Column("undoes", ROW_ID),  # id of the change that this one undoes
    **STRICT,
)
plan_changes = Table(  # changes of the plan, which are only ever added
    "twin_plan_change",
    metadata,
    Column("id", ROW_ID, Identity(), primary_key=True),
    Column("author", Text, nullable=False),
    Column("changed_at", Text, nullable=False),  # time in UTC, as of imports
    Column("what", Text, nullable=False),  # the change in a sentence
    Column("undoes", ROW_ID),  # id of the change that this one undoes
    Column("seal", Text, nullable=False),  # checksum of this change, its cells and the seal of the change before it
    **STRICT,
)
plan_cells = Table(  # values that a change wrote; the present plan is the latest value of each kind, entry and field
    "twin_plan_cell",
    metadata,
    Column("change_id", ROW_ID, primary_key=True, autoincrement=False),  # id in twin_plan_change
    *[Column(name, NAME, primary_key=True) for name in ("kind", "entry", "field")],
    Column("value", Text),  # JSON; null: removed
    sqlite_strict=True,
)
version = Table(
    "twin_schema",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),  # always 1, so that there is one row
    Column("version", Integer, nullable=False),
    sqlite_strict=True,
)

for amount in (flows.c.volume, flows.c.returns):  # the rule excludes NaN, which PostgreSQL sorts above all numbers
    rule = or_(amount.is_(None), and_(amount >= 0, amount <= LARGEST_VOLUME))
    flows.append_constraint(CheckConstraint(rule, name=f"{amount.name}_finite_and_not_negative"))
flows.append_constraint(CheckConstraint(flows.c.date.between(EARLIEST, LATEST), name="date_in_range"))
named = and_(flows.c.lane == func.trim(flows.c.lane), func.length(flows.c.lane).between(1, LONGEST_LANE_NAME))
flows.append_constraint(CheckConstraint(named, name="lane_not_empty"))
imports.append_constraint(CheckConstraint(imports.c.period.in_(PERIOD_KINDS), name="period_known"))
imports.append_constraint(CheckConstraint(and_(imports.c.records >= 0, imports.c.repeat >= 0), name="counts"))
version.append_constraint(CheckConstraint(version.c.one == 1, name="one_version"))
# A covering index: statistics are computed from it alone, in its order.
Index("twin_flow_by_lane", flows.c.lane, flows.c.date, flows.c.volume, flows.c.returns)
unknown = flows.c.volume.is_(None)
Index("twin_flow_change_by_lane", flow_changes.c.lane, flow_changes.c.date)
Index("twin_flow_unknown", flows.c.lane, flows.c.date, sqlite_where=unknown, postgresql_where=unknown)

latest = (plan_cells.c.kind, plan_cells.c.entry, plan_cells.c.field, plan_cells.c.change_id)
# SQLite's own check compares table and index, so its index holds the values too; PostgreSQL's holds no long texts.
Index("twin_plan_latest", *latest, plan_cells.c.value).ddl_if(dialect="sqlite")
Index("twin_plan_latest_cell", *latest).ddl_if(dialect="postgresql")


def create_view(connection: Connection) -> None:
    """Create the view `twin_flow_iso`: the flows for other programs, with days that they can read.

    A day is text such as 2026-01-05 in SQLite, whose table counts days from 1970-01-01, and a date in PostgreSQL.
    """
    # DuckDB parses the SQL of views itself: strftime passes, and with date() it could not list the tables.
    day = "date" if connection.dialect.name == "postgresql" else "strftime('%Y-%m-%d', date * 86400, 'unixepoch')"
    statement = f"CREATE VIEW {VIEW} AS SELECT id, {day} AS date, lane, volume, returns, import_id FROM {flows.name}"
    connection.exec_driver_sql(statement)


class Window(NamedTuple):
    """A span of days, both ends included; None means no limit.

    closed : weekdays that do not count, 0 for Monday; dialect : that of their SQL.
    """

    first: datetime.date | None = None
    last: datetime.date | None = None
    closed: tuple[int, ...] = ()
    dialect: str = ""

    def of(self, table: FromClause = flows) -> ColumnElement[bool]:
        """Return the SQL condition that the date of a row is inside the window."""
        conditions = [] if self.first is None else [table.c.date >= self.first]
        if self.closed:
            conditions.append((since_monday(table.c.date, self.dialect) % 7).not_in(self.closed))
        return and_(true(), *conditions, *([] if self.last is None else [table.c.date <= self.last]))

    def narrowed(self, first: datetime.date, last: datetime.date) -> Window:
        """Return the part of the window that lies between two days."""
        return self._replace(first=max(self.first or first, first), last=min(self.last or last, last))


def day_number(day: ColumnElement, dialect: str) -> ColumnElement[int]:
    """Return the SQL expression for the number of days from 1970-01-01 to a column of days."""
    if dialect == "sqlite":
        return type_coerce(day, Integer)
    return day.op("-", return_type=Integer())(literal_column(f"DATE '{EPOCH}'"))


def since_monday(day: ColumnElement, dialect: str) -> ColumnElement[int]:
    """Return the SQL expression for the days from a Monday before every flow; modulo 7, it is the weekday."""
    return day_number(day, dialect) + DAYS_SINCE_MONDAY


def month_number(day: ColumnElement, dialect: str) -> ColumnElement[int]:
    """Return the SQL expression for the number of months from year 0 to a column of days."""
    if dialect == "sqlite":
        seconds = type_coerce(day, Integer) * 86400
        year, month = (func.strftime(part, seconds, "unixepoch") for part in ("%Y", "%m"))
    else:
        year, month = extract("year", day), extract("month", day)
    return cast(year, Integer) * 12 + cast(month, Integer) - 1
