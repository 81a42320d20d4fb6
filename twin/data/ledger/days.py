"""Days in the database: a column of calendar days, and SQL for the numbers of days, weekdays and months."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Date, Integer, TypeDecorator, cast, extract, func, literal_column, type_coerce

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Dialect
    from sqlalchemy.types import TypeEngine

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
