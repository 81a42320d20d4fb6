"""The tables of the ledger, and the constraints that the database enforces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    and_,
    func,
    or_,
)
from sqlalchemy.dialects import sqlite

from twin._period_kinds import PERIOD_KINDS
from twin.data.files.numbers import LARGEST_VOLUME
from twin.data.lane_names import LONGEST_LANE_NAME
from twin.data.ledger.days import Day
from twin.data.ledger.flow import EARLIEST, LATEST

if TYPE_CHECKING:
    from sqlalchemy import Connection

VERSION = 6  # version of these tables; each change needs a step in MIGRATIONS of migration.py
VIEW = "twin_flow_iso"  # the flows as other programs read them

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
