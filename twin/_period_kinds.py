"""The kinds of period in which a record counts flows, from short to long, with what the formulas take of each."""

from __future__ import annotations

from typing import NamedTuple


class PeriodKind(NamedTuple):
    """A kind of period.

    name : in a sentence.
    days : mean length. [day]
    months : whole calendar months in it; 0 for days and weeks. [month]
    season : periods after which the usual season repeats. [period]
    window : length of the window over which the worst coverage is told. [period]
    """

    name: str
    days: float
    months: int
    season: int
    window: int


#: Each kind by its code, which is that of the offset in pandas.
PERIOD_KINDS = {
    "D": PeriodKind("day", 1.0, 0, 7, 90),
    "W": PeriodKind("week", 7.0, 0, 52, 13),
    "MS": PeriodKind("month", 365.25 / 12, 1, 12, 12),
    "QS": PeriodKind("quarter", 365.25 / 4, 3, 4, 8),
}
