"""A span of days in the database: the condition on rows that it means."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, true

from twin.data.ledger.days import since_monday
from twin.data.ledger.schema import flows

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause


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
