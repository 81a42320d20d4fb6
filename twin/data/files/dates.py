"""Parse dates in the usual notations; the order of day and month is settled for the whole column."""

import datetime
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from twin.data.errors import Refused

FIRST_YEAR, LAST_YEAR = 1678, 2261  # years that a nanosecond time stamp can represent in full
CENTURY_TURN = 69  # two-digit years 69..99 mean 19xx, and 00..68 mean 20xx, as in POSIX
NO_SUCH_DAY = "date does not exist in the calendar"
CONTRADICTS = "day and month are in the other order than in the rest of the column"

_ZONE = r"\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
_TIME = r"(?:(?:T|,?\s+)(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?:\s*[AP]\.?M\.?)?" + _ZONE + ")?"
_NAME = r"(?P<name>[A-Za-z]{3,9})\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_MONTHS = "january february march april may june july august september october november december".split()


def _patterns(*texts):
    return tuple(re.compile(text + _TIME, re.ASCII | re.IGNORECASE) for text in texts)


_NUMERIC = _patterns(
    r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",  # 2024-01-31
    r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})?",  # 20240131, 202401
    r"(?P<year>\d{4})[-/](?P<month>\d{1,2})",  # 2024-01
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\." + _YEAR,  # 31.01.2024: dots are day first
)
_NAMED = _patterns(
    r"(?P<day>\d{1,2})[-/ .]*" + _NAME + r"[-/ ,]*" + _YEAR,  # 31-Jan-24, 31 January 2024
    _NAME + r" +(?P<day>\d{1,2}),? +(?P<year>\d{4})",  # January 31, 2024
    _NAME + r"[-/ ,]*(?P<year>\d{4})",  # Jan 2024
    _NAME + r"[-/'](?P<year>\d{2})",  # Jan-24
    r"(?P<year>\d{4})[-/ ]" + _NAME + r"(?:[-/ ](?P<day>\d{1,2}))?",  # 2024-Jan-31
)
(_EITHER,) = _patterns(r"(?P<first>\d{1,2})(?P<mark>[-/])(?P<second>\d{1,2})(?P=mark)" + _YEAR)


class Either(NamedTuple):
    """A date with two readings, day first or month first; a reading that is no date is None."""

    day_first: datetime.date | None
    month_first: datetime.date | None


def parse_date(text: str) -> datetime.date | Either:
    """Return the calendar day written in text, or an Either if day and month could be swapped.

    Time of day and time zone are ignored. Dates without a day are the first of their month.

    >>> parse_date("2019/01/02 00:00:00+00"), parse_date("02-Jun-06")
    (datetime.date(2019, 1, 2), datetime.date(2006, 6, 2))
    """
    text = text.strip().strip("\ufeff")
    if not text:
        raise Refused("date is empty")
    for pattern in _NUMERIC:
        if match := pattern.fullmatch(text):
            return _day(match["year"], match["month"], match.groupdict().get("day"))
    if match := _EITHER.fullmatch(text):
        return _either(match["first"], match["second"], match["year"])
    for pattern in _NAMED:
        if (match := pattern.fullmatch(text)) and (month := _month(match["name"])):
            return _day(match["year"], month, match.groupdict().get("day"))
    raise Refused("date cannot be read")


def _month(name):
    name = name.lower()
    return next((i for i, full in enumerate(_MONTHS, 1) if name in (full, full[:3], full[:4])), None)


def _day(year, month, day=None):
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= CENTURY_TURN else 2000
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise Refused(f"year is outside {FIRST_YEAR} to {LAST_YEAR}")
    try:
        return datetime.date(number, int(month), int(day or 1))
    except ValueError:
        raise Refused(NO_SUCH_DAY) from None


def _either(first, second, year):
    readings = []
    for day, month in ((first, second), (second, first)):
        readings.append(_day(year, month, day) if int(month) <= 12 else None)
    if readings[0] == readings[1]:
        if readings[0] is None:
            raise Refused(NO_SUCH_DAY)
        return readings[0]
    return Either(*readings)


def settle(
    parsed: list[datetime.date | Either],
    texts: list[str],
    counts: np.ndarray,
    dayfirst: bool | None,
    file: str | Path,
) -> tuple[np.ndarray, str | None]:
    """Return (days, note): the column as datetime64[D], and a note on the order of day and month if one was chosen.

    A date that exists only in the other order is NaT.

    parsed : distinct results of parse_date; texts : an original text of each; counts : number of rows of each.
    dayfirst : True, False, or None to let the dates with a part above 12 decide.
    """
    open_dates = [i for i, day in enumerate(parsed) if isinstance(day, Either)]
    if not open_dates:
        return np.array(parsed, dtype="datetime64[D]"), None
    only_day_first = sum(int(counts[i]) for i in open_dates if parsed[i].month_first is None)
    only_month_first = sum(int(counts[i]) for i in open_dates if parsed[i].day_first is None)
    decided = "as asked"
    if dayfirst is None:
        if only_day_first == only_month_first:
            raise ValueError(
                f"{file} has dates such as {texts[open_dates[0]]!r} that may be day/month or month/day, "
                "and its other dates do not decide; say which: dayfirst=True or False, --day-first or --month-first"
            )
        dayfirst = only_day_first > only_month_first
        decided = f"decided by {max(only_day_first, only_month_first):,} rows with a day above 12"
    days = list(parsed)
    for i in open_dates:
        days[i] = parsed[i].day_first if dayfirst else parsed[i].month_first
    example = next((i for i in open_dates if days[i]), open_dates[0])
    order = "day before month" if dayfirst else "month before day"
    note = f"dates have the {order} ({decided}): {texts[example].strip()!r} is {days[example]}"
    return np.array(days, dtype="datetime64[D]"), note
