"""The tables of the ledger, and the rules that its database keeps itself."""

import datetime
from typing import NamedTuple

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

from twin.data.files.fields import LARGEST_VOLUME
from twin.data.lane_names import LONGEST_LANE_NAME
from twin.data.ledger.flow import EARLIEST, LATEST
from twin.data.periods import LENGTH

VERSION = 1  # of these tables; a change of them takes a step in MIGRATIONS of migration.py
EPOCH = datetime.date(1970, 1, 1)


class Day(TypeDecorator):
    """A calendar day: a date in PostgreSQL, the number of days since 1970-01-01 in SQLite, which has no dates."""

    impl = Date
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else Date())

    def process_bind_param(self, value, dialect):
        return (value - EPOCH).days if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value, dialect):
        return EPOCH + datetime.timedelta(value) if dialect.name == "sqlite" and value is not None else value


ROW_ID = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
NAME = Text().with_variant(Text(collation="C"), "postgresql")  # names sort by their bytes, the same everywhere
AMOUNT = Double().with_variant(sqlite.REAL(), "sqlite")
metadata = MetaData()
STRICT = {"sqlite_strict": True, "sqlite_autoincrement": True}  # numbers are numbers; an id is never given twice

imports = Table(
    "twin_import",
    metadata,
    Column("id", ROW_ID, Identity(), primary_key=True),
    Column("digest", Text, nullable=False),  # of the records
    Column("repeat", Integer, nullable=False),  # 0, or more when the same records were asked for again
    Column("source", Text, nullable=False),
    Column("records", ROW_ID, nullable=False),
    Column("period", Text, nullable=False),  # D, W or MS: what the records count in
    Column("imported_at", Text, nullable=False),
    UniqueConstraint("digest", "repeat"),
    **STRICT,
)
flows = Table(
    "twin_flow",
    metadata,
    Column("id", ROW_ID, Identity(), primary_key=True),
    Column("date", Day, nullable=False),
    Column("lane", NAME, nullable=False),
    Column("volume", AMOUNT),  # [pallet]; missing: something flowed, and nobody knows how much
    Column("returns", AMOUNT),  # [pallet]; missing: not recorded
    Column("import_id", ROW_ID),  # of twin_import; no foreign key, which would look it up once a flow
    **STRICT,
)
version = Table(
    "twin_schema",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),  # there is one version, and so one row
    Column("version", Integer, nullable=False),
    sqlite_strict=True,
)

for amount in (flows.c.volume, flows.c.returns):  # NaN is above every number for PostgreSQL, and missing for SQLite
    rule = or_(amount.is_(None), and_(amount >= 0, amount <= LARGEST_VOLUME))
    flows.append_constraint(CheckConstraint(rule, name=f"{amount.name}_finite_and_not_negative"))
flows.append_constraint(CheckConstraint(flows.c.date.between(EARLIEST, LATEST), name="date_in_range"))
named = and_(flows.c.lane == func.trim(flows.c.lane), func.length(flows.c.lane).between(1, LONGEST_LANE_NAME))
flows.append_constraint(CheckConstraint(named, name="lane_not_empty"))
imports.append_constraint(CheckConstraint(imports.c.period.in_(LENGTH), name="period_known"))
imports.append_constraint(CheckConstraint(and_(imports.c.records >= 0, imports.c.repeat >= 0), name="counts"))
version.append_constraint(CheckConstraint(version.c.one == 1, name="one_version"))
# Everything that lanes are asked for, in the order they are asked for: statistics read nothing else.
Index("twin_flow_by_lane", flows.c.lane, flows.c.date, flows.c.volume, flows.c.returns)
unknown = flows.c.volume.is_(None)
Index("twin_flow_unknown", flows.c.lane, flows.c.date, sqlite_where=unknown, postgresql_where=unknown)


class Window(NamedTuple):
    """The days of flows that count, both ends included; None is no limit."""

    first: datetime.date | None = None
    last: datetime.date | None = None

    def of(self, table=flows):
        """Return the condition that the days of a table are inside."""
        conditions = [] if self.first is None else [table.c.date >= self.first]
        return and_(true(), *conditions, *([] if self.last is None else [table.c.date <= self.last]))

    def narrowed(self, first, last):
        """Return the days that are also between two others."""
        return Window(max(self.first or first, first), min(self.last or last, last))


def day_number(day, dialect):
    """Return the number of days from 1970-01-01 to a column of days, in SQL."""
    if dialect == "sqlite":
        return type_coerce(day, Integer)
    return day.op("-", return_type=Integer())(literal_column(f"DATE '{EPOCH}'"))


def month_number(day, dialect):
    """Return the number of months from year 0 to a column of days, in SQL."""
    if dialect == "sqlite":
        seconds = type_coerce(day, Integer) * 86400
        year, month = (func.strftime(part, seconds, "unixepoch") for part in ("%Y", "%m"))
    else:
        year, month = extract("year", day), extract("month", day)
    return cast(year, Integer) * 12 + cast(month, Integer) - 1
