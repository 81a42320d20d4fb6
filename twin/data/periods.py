"""Days, weeks and months: which of them a file counts in, and sums from one to a longer one."""

import numpy as np

LENGTH = {"D": 1, "W": 2, "MS": 3}  # order from short to long
MONDAY = np.datetime64("1970-01-05", "D")


def fits(days, period):
    """Return whether the days can stand for whole periods: one weekday; all first or all last of a month."""
    if period == "W":
        return len(np.unique((days - MONDAY).astype(int) % 7)) == 1
    if period == "MS":
        return bool(np.all(_is_first(days)) or np.all(_is_first(days + 1)))
    return True


def own_period(days):
    """Return the longest period the days fit that they also show at least twice."""
    if fits(days, "MS") and len(np.unique(_month(days))) > 1:
        return "MS"
    return "W" if fits(days, "W") and len(np.unique(days)) > 1 else "D"


def period_starts(days, period):
    """Return the first day of the period each day is in; weeks start on Monday."""
    if period == "MS":
        return _month(days).astype("datetime64[D]")
    return days - (days - MONDAY).astype(int) % 7 if period == "W" else days


def following(start, period):
    """Return the first day of the period after the one that starts on a day."""
    return _month(start + 31).astype("datetime64[D]") if period == "MS" else start + (7 if period == "W" else 1)


def shifted(start, periods, period):
    """Return the period start so many periods after another one; periods may be negative, or an array."""
    if period == "MS":
        return (_month(start) + periods).astype("datetime64[D]")
    return start + np.asarray(periods) * (7 if period == "W" else 1)


def periods_between(first, last, period):
    """Return how many periods lie between two period starts. [period]"""
    if period == "MS":
        return (_month(last) - _month(first)).astype(np.int64)
    return (last - first).astype(np.int64) // (7 if period == "W" else 1)


def period_range(first, last, period):
    """Return every period start from first to last, both included."""
    return shifted(first, np.arange(periods_between(first, last, period) + 1), period)


def unfinished(days, starts, step, period):
    """Return [first, last] period start that the file enters late or leaves early; NaT for a finished one.

    step : days between two records of the file: 1, or 7 for weekly rows. [day]
    """
    first, last = starts.min(), starts.max()
    cut_first = period_starts(days.min() - step, period) == first
    cut_last = period_starts(days.max() + step, period) == last
    return [first if cut_first else np.datetime64("NaT"), last if cut_last else np.datetime64("NaT")]


def _month(days):
    return days.astype("datetime64[M]")


def _is_first(days):
    return days == _month(days).astype("datetime64[D]")
