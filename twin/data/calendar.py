"""The working calendar of a record: which days are periods, how they are counted, and how many days one stands for."""

import datetime
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from twin._period_kinds import PERIOD_KINDS
from twin.data.periods import MONDAY, ONE_DAY, period_range, period_starts, periods_between, shifted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as options name them
WEEKDAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EARLIEST = np.datetime64("1600-01-03", "D")  # a Monday before every date of a record; days are counted from it


@dataclass(frozen=True)
class WorkingCalendar:
    """The periods of a record. A closed day is no period; a flow on one belongs to the next open day.

    period : "D" day, "W" week, "MS" month, "QS" quarter. Only a record of days has closed days.
    closed : closed weekdays, 0 for Monday to 6 for Sunday.
    holidays : further closed days, in order.

    >>> friday = np.datetime64("2024-03-01")
    >>> calendar = WorkingCalendar("D", closed=(5, 6))
    >>> calendar.following(friday, 2).astype(str).tolist(), calendar.days_per_period, calendar.season
    (['2024-03-04', '2024-03-05'], 1.4, 5)
    """

    period: str = "D"
    closed: tuple[int, ...] = ()
    holidays: tuple[datetime.date, ...] = ()

    @property
    def season(self) -> int:
        """Periods after which a season repeats: the open days of a week, 52 weeks, 12 months or 4 quarters. [period]"""
        return PERIOD_KINDS[self.period].season - (0 if self._is_plain else len(self.closed))

    @property
    def days_per_period(self) -> float:
        """Calendar days that a period stands for on average: 1.4 if two days of a week are closed. [day]

        Holidays count over the whole years, from that of the first one to that of the last.
        """
        if self._is_plain:
            return PERIOD_KINDS[self.period].days
        if not self.holidays:
            return 7 / (7 - len(self.closed))
        first, end = (np.datetime64(str(year), "D") for year in (self.holidays[0].year, self.holidays[-1].year + 1))
        return int((end - first).astype(int)) / int(self.between(first, end))

    @property
    def length(self) -> str | float:
        """The period as the formulas take it: "D", "W", "MS" or "QS"; if days are closed, `days_per_period`."""
        return self.period if self._is_plain else self.days_per_period

    @property
    def without_holidays(self) -> "WorkingCalendar":
        """The calendar in which holidays are periods, so that every week has the same number of them."""
        return replace(self, holidays=())

    def is_period(self, days: np.ndarray) -> np.ndarray:
        """Return whether each day is an open one; every day is, in longer periods."""
        if self._is_plain:
            return np.ones(np.shape(days), dtype=bool)
        return np.is_busday(days, busdaycal=_busdays(self.closed, self.holidays))

    def between(self, first: np.datetime64, days: np.datetime64 | np.ndarray) -> np.int64 | np.ndarray:
        """Return the number of periods from one period start to each of some days. [period]

        A closed day counts as the next open one.
        """
        if self._is_plain:
            return periods_between(first, days, self.period)
        return self._number(days) - self._number(first)

    def shifted(self, start: np.datetime64, periods: "ArrayLike") -> np.ndarray:
        """Return the first day of the period that lies a number of periods (negative ones too) after `start`."""
        if self._is_plain:
            return shifted(start, periods, self.period)
        return self._start(self._number(start) + np.asarray(periods))

    def starts(self, days: np.ndarray) -> np.ndarray:
        """Return the first day of the period that each day belongs to; of a closed day, the next open day."""
        if self._is_plain:
            return period_starts(days, self.period)
        return np.busday_offset(days, 0, roll="forward", busdaycal=_busdays(self.closed, self.holidays))

    def range(self, first: np.datetime64, last: np.datetime64) -> np.ndarray:
        """Return the first day of every period from that of `first` to that of `last`, both included."""
        if self._is_plain:
            return period_range(first, last, self.period)
        return self.shifted(first, np.arange(int(self.between(first, last)) + 1))

    def following(self, last: np.datetime64, horizon: int) -> np.ndarray:
        """Return the first days of the next `horizon` periods after a day or the period that begins on it."""
        if self._is_plain:
            return shifted(last, np.arange(1, horizon + 1), self.period)
        return self._start(self._number(last + ONE_DAY) + np.arange(horizon))

    @property
    def _is_plain(self):
        return self.period != "D" or not (self.closed or self.holidays)

    def _number(self, days):
        """Return the number of open days before each day, from a day before every record."""
        return np.busday_count(_EARLIEST, days, busdaycal=_busdays(self.closed, self.holidays))

    def _start(self, number):
        """Return the open day before which there is a number of others."""
        return np.busday_offset(_EARLIEST, number, roll="forward", busdaycal=_busdays(self.closed, self.holidays))


@lru_cache
def _busdays(closed, holidays):
    """Return NumPy's calendar of the open days."""
    return np.busdaycalendar([day not in closed for day in range(7)], np.array(holidays, dtype="datetime64[D]"))


def in_last_quarter(days: np.ndarray) -> np.ndarray:
    """Return whether each day lies in the last quarter of the calendar year that the days have, in whichever year.

    >>> in_last_quarter(np.array(["2025-09-30", "2025-10-01", "2026-03-31"], "datetime64[D]")).tolist()
    [False, True, False]
    """
    quarters = days.astype("datetime64[M]").astype(int) % 12 // 3
    return quarters == quarters.max()


def weekday_of(days: np.ndarray) -> np.ndarray:
    """Return the weekday of each day, 0 for Monday to 6 for Sunday."""
    return (days - MONDAY).astype(np.int64) % 7
