"""Calendar arithmetic of days, weeks and months, and the detection of a record's own period."""

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LENGTH = {"D": 1, "W": 2, "MS": 3}  # rank of each period, from short to long [-]
ENOUGH_DATES = 6  # from which an even distance of all dates is no chance [-]
MONDAY = np.datetime64("1970-01-05", "D")  # any Monday: weeks begin a multiple of seven days from it


def distinct_days(days: np.ndarray) -> np.ndarray:
    """Return each of some days once, in order; a calendar of them is quicker than sorting."""
    if not len(days):
        return days
    first = days.min()
    seen = np.zeros(int((days.max() - first).astype(int)) + 1, dtype=bool)
    seen[(days - first).astype(int)] = True
    return first + np.flatnonzero(seen)


def fits(days: np.ndarray, period: str) -> bool:
    """Return whether the days can label whole periods: one weekday for weeks; for months all first or all last days,
    or one and the same day of three months or more."""
    if period == "W":
        return len(np.unique((days - MONDAY).astype(int) % 7)) == 1
    if period == "MS":
        same = len(np.unique(days - _month(days).astype("datetime64[D]"))) == 1 and len(np.unique(_month(days))) > 2
        return bool(same or np.all(_is_first(days)) or np.all(_is_first(days + 1)))
    return True


def own_period(days: np.ndarray) -> str:
    """Return the longest period that the days fit and of which they show at least two."""
    if fits(days, "MS") and len(np.unique(_month(days))) > 1:
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
    return int(np.gcd.reduce(periods_between(days[0], days[1:], period)))


def period_starts(days: np.ndarray, period: str) -> np.ndarray:
    """Return the first day of the period that each day is in; weeks start on Monday."""
    if period == "MS":
        return _month(days).astype("datetime64[D]")
    return days - (days - MONDAY).astype(int) % 7 if period == "W" else days


def following(start: np.datetime64, period: str) -> np.datetime64:
    """Return the first day of the next period, given the first day of a period."""
    return _month(start + 31).astype("datetime64[D]") if period == "MS" else start + (7 if period == "W" else 1)


def shifted(start: np.datetime64, periods: "ArrayLike", period: str) -> np.ndarray:
    """Return the first day of the period that lies a number of periods (negative ones too) after `start`."""
    if period == "MS":
        return (_month(start) + periods).astype("datetime64[D]")
    return start + np.asarray(periods) * (7 if period == "W" else 1)


def periods_between(first: np.datetime64, last: np.datetime64 | np.ndarray, period: str) -> np.int64 | np.ndarray:
    """Return the number of periods from one period start to another, or to each of several. [period]"""
    if period == "MS":
        return (_month(last) - _month(first)).astype(np.int64)
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
    return [first if cut_first else np.datetime64("NaT"), last if cut_last else np.datetime64("NaT")]


def _month(days):
    return days.astype("datetime64[M]")


def _is_first(days):
    return days == _month(days).astype("datetime64[D]")
