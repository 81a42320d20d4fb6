"""Calendar arithmetic of days, weeks, months and quarters, and the detection of a record's own period."""

from typing import TYPE_CHECKING

import numpy as np

from twin._period_kinds import PERIOD_KINDS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FEWEST_ALIKE = 3  # periods that show that days at one and the same place of each stand for it [period]
ENOUGH_DATES = 6  # from which an even distance of all dates is no chance [-]
MONDAY = np.datetime64("1970-01-05", "D")  # any Monday: weeks begin a multiple of seven days from it
ONE_DAY = np.timedelta64(1, "D")  # NumPy adds no bare number to a date from some later version on


def distinct_days(days: np.ndarray) -> np.ndarray:
    """Return each of some days once, in order; a calendar of them is quicker than sorting."""
    if not len(days):
        return days
    first = days.min()
    seen = np.zeros(int((days.max() - first).astype(int)) + 1, dtype=bool)
    seen[(days - first).astype(int)] = True
    return first + np.flatnonzero(seen)


def fits(days: np.ndarray, period: str) -> bool:
    """Return whether the days can label whole periods: one weekday for weeks; for months and quarters all first or all
    last days, or one and the same place (day of the month, or its last day) of three periods or more."""
    if period == "W":
        return len(np.unique((days - MONDAY).astype(int) % 7)) == 1
    if not PERIOD_KINDS[period].months:
        return True
    starts, month = period_starts(days, period), period_starts(days, "MS")
    if np.all(starts == days) or np.all(period_starts(days + ONE_DAY, period) == days + ONE_DAY):
        return True
    same_day = len(np.unique(days - month)) == 1 or np.all(period_starts(days + ONE_DAY, "MS") == days + ONE_DAY)
    same_month = len(np.unique(periods_between(starts, month, "MS"))) == 1
    return bool(same_day and same_month and len(np.unique(starts)) >= FEWEST_ALIKE)


def own_period(days: np.ndarray) -> str:
    """Return the longest period that the days fit and of which they show enough: two, and three of quarters.

    Days that are all several quarters apart show no quarters.
    """
    if fits(days, "QS"):
        starts = np.unique(period_starts(days, "QS"))
        if len(starts) >= FEWEST_ALIKE and _apart(starts, "QS") == 1:
            return "QS"
    if fits(days, "MS") and len(np.unique(period_starts(days, "MS"))) > 1:
        return "MS"
    return "W" if fits(days, "W") and len(np.unique(days)) > 1 else "D"


def even_distance(days: np.ndarray, period: str) -> int:
    """Return the number of weeks or months of which all distances of some days are a multiple; 1 for too few days.

    >>> even_distance(np.array(["2023-01-01", "2023-04-01", "2023-10-01", "2024-01-01", "2024-04-01", "2024-07-01"],
    ...                        "datetime64[D]"), "MS")
    3
    """
    if period == "D" or len(days) < ENOUGH_DATES:
        return 1
    return _apart(days, period)


def period_starts(days: np.ndarray, period: str) -> np.ndarray:
    """Return the first day of the period that each day is in; weeks start on Monday."""
    if _unit(period):
        return days.astype(_unit(period)).astype("datetime64[D]")
    return days - (days - MONDAY).astype(int) % 7 if period == "W" else days


def following(start: np.datetime64, period: str) -> np.datetime64:
    """Return the first day of the next period, given the first day of a period."""
    return shifted(start, 1, period)


def shifted(start: np.datetime64, periods: "ArrayLike", period: str) -> np.ndarray:
    """Return the first day of the period that lies a number of periods (negative ones too) after `start`."""
    if unit := _unit(period):
        step = np.asarray(periods).astype(unit.replace("datetime", "timedelta"))
        return (start.astype(unit) + step).astype("datetime64[D]")
    return start + np.asarray(periods) * (7 if period == "W" else 1) * ONE_DAY


def periods_between(
    first: np.datetime64 | np.ndarray, last: np.datetime64 | np.ndarray, period: str
) -> np.int64 | np.ndarray:
    """Return the number of periods from one period start to another; starts may be arrays. [period]"""
    if unit := _unit(period):
        return (last.astype(unit) - first.astype(unit)).astype(np.int64)
    return (last - first).astype(np.int64) // (7 if period == "W" else 1)


def period_range(first: np.datetime64, last: np.datetime64, period: str) -> np.ndarray:
    """Return every period start from first to last, both included."""
    return shifted(first, np.arange(periods_between(first, last, period) + 1), period)


def unfinished(before: np.datetime64, after: np.datetime64, starts: np.ndarray, period: str) -> list[np.datetime64]:
    """Return the starts of the [first, last] period that the record covers only in part; NaT for a complete one.

    before, after : the last day before the record, and the first one after it, that might have had a row.
    starts : the first day of the period of each row.
    """
    first, last = starts.min(), starts.max()
    cut_first = period_starts(before, period) == first
    cut_last = period_starts(after, period) == last
    return [first if cut_first else np.datetime64("NaT", "D"), last if cut_last else np.datetime64("NaT", "D")]


def _apart(days, period):
    """Return the number of periods of which all distances of some days are a multiple."""
    return int(np.gcd.reduce(periods_between(days[0], days[1:], period)))


def _unit(period):
    """Return NumPy's unit of months or quarters, counted from 1970; "" for shorter periods."""
    months = PERIOD_KINDS[period].months
    return f"datetime64[{months}M]" if months else ""
