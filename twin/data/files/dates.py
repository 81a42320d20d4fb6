"""Parse dates in the usual notations; a cell with several readings keeps all of them for the column to decide."""

import datetime
import re
from typing import NamedTuple

from twin.data.errors import Refused
from twin.data.files.digit_dates import readings_of_digits, year_of_two_digits
from twin.data.files.headings import plain
from twin.data.files.month_names import MONTH_OF, QUARTER_WORDS, WEEKDAY_WORDS

FIRST_YEAR, LAST_YEAR = 1678, 2261  # years that a nanosecond time stamp can represent in full
LEAP_YEAR = 2000
NO_SUCH_DAY = "date does not exist in the calendar"
CONTRADICTS = "day and month are in the other order than in the rest of the column"
DAY_FIRST, MONTH_FIRST = "day-first", "month-first"
YEAR_FIRST = "yymmdd"  # a third order, of cells such as 24-03-05
SLASHES = "day and month"  # the kind of cell whose day and month can be swapped
NAMED_MONTH = "mmm-yy"  # the kind and the form of cells such as Jan-24
DAY_OF_MONTH = "mmm-dd"  # their other reading, which has no year
DOTS = "dots"  # the kind of cells such as 24.01.05: day, month and year, or in the order of ISO 8601
QUARTER = "quarter"  # the kind and the form of cells such as 2024-Q1
FISCAL = "date is a quarter of a fiscal year: write the first day of the quarter, or the calendar quarter"
DAY_BEFORE_MONTH = "yyyy-dd-mm"  # the kind and the form of cells such as 2024-31-01

_ZONE = r"\s*(?:Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?"
_CLOCK = r"(?:(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?:\s*[AP]\.?M\.?)?|24:00(?::00(?:[.,]0+)?)?)"
_TIME = r"(?:(?:T|,?\s+)" + _CLOCK + _ZONE + ")?"
_NAME = r"(?P<name>[^\W\d_]{3,12})\.?"
_YEAR = r"(?P<year>\d{4}|\d{2})"
_WEEK = r"(?:W|KW|CW|WK|Week|Woche)"


def _patterns(*texts, flags=re.ASCII):
    return tuple(re.compile(text + _TIME, flags | re.IGNORECASE) for text in texts)


_NUMERIC = _patterns(
    r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})",  # 2024-01-31
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\." + _YEAR,  # 31.01.2024: dots are day first
)
_NAMED = _patterns(
    r"(?P<day>\d{1,2})[-/ .]*" + _NAME + r"[-/ ,]*" + _YEAR,  # 31-Jan-24, 31. Januar 2024
    _NAME + r" +(?P<day>\d{1,2})(?:st|nd|rd|th)?,? +(?P<year>\d{4})",  # January 31, 2024
    _NAME + r"[-/ ,]*(?P<year>\d{4})",  # Jan 2024
    r"(?P<year>\d{4})[-/ ]" + _NAME + r"(?:[-/ ](?P<day>\d{1,2}))?",  # 2024-Jan-31
    flags=re.NOFLAG,
)
_MONTH_AND_TWO = re.compile(_NAME + r"[-/'](?P<two>\d{2})", re.IGNORECASE)  # Jan-24
(_EITHER,) = _patterns(r"(?P<first>\d{1,2})(?P<mark>[-/])(?P<second>\d{1,2})(?P=mark)" + _YEAR)
(_COMPACT,) = _patterns(r"(?P<digits>\d{8})(?:\.0)?")
_CODES = tuple(
    re.compile(text, re.ASCII)
    for text in (r"(?P<year>\d{4})[-/_](?P<code>\d{1,2})", r"(?P<code>\d{1,2})[-/._](?P<year>\d{4})")
)
_WEEKS = tuple(
    re.compile(text, re.ASCII | re.IGNORECASE)
    for text in (
        r"(?P<year>\d{4})[-/ ]?" + _WEEK + r"[-. ]?(?P<week>\d{1,2})(?:-?(?P<day>[1-7]))?",  # 2024-W01, 2024W01-1
        _WEEK + r"[-. ]?(?P<week>\d{1,2})[-/ .]+" + _YEAR,  # KW 01/2024
    )
)
_NUMBER = r"(?P<number>\d{1,2}|I{1,3}|IV)"
_WORD = r"(?P<word>[^\W\d_]+)"
_QUARTERS = tuple(
    re.compile(text, re.IGNORECASE)
    for text in (
        r"(?P<year>\d{4})[-/. _]*" + _WORD + r"[-. _]?" + _NUMBER,  # 2024-Q1, 2024Q1
        r"(?P<year>\d{4})[-/. _]+" + _NUMBER + r"\. ?" + _WORD,  # 2024 1. Quartal
        _WORD + r"[-. _]?" + _NUMBER + r"[-/ ._']+" + _YEAR,  # Q1 2024, Q1/24
        _NUMBER + r"\.? ?" + _WORD + r"[-/ .']*" + _YEAR,  # 1. Quartal 2024, 1Q24
    )
)
_REST_OF_DATE = re.compile(r"(?:\d{1,2}(?:st|nd|rd|th)?,? +)?\d{4}(?:\s.*)?", re.IGNORECASE)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
_FISCAL = re.compile(r".*(?<![^\W\d_])(?:FY|GJ|fiscal|Gesch[a-zä]*jahr|20\d\d[/-]\d\d)(?![^\W\d_]).*", re.IGNORECASE)
_OF_A_QUARTER = re.compile(r".*(?<![^\W_])Q(?:[1-4]|uarter|uartal)(?![^\W_]).*|.*\dQ[1-4]", re.IGNORECASE)


class Rivals(NamedTuple):
    """A date with rival readings, which the whole column decides.

    kind : cells of one kind are decided together.
    readings : each (form, day); a reading that is no date is left out.
    """

    kind: str
    readings: tuple[tuple[str, datetime.date], ...]


def parse_date(text: str) -> datetime.date | Rivals:
    """Return the calendar day written in text, or its Rivals if it can be read in several ways.

    Time of day and time zone are ignored; 24:00 is the end of the day that is written. Dates without a day are the
    first of their month, and weeks are dated on their Monday. Quarters are dated on their first day and have a kind of
    their own, because they are a period of their own.

    >>> parse_date("2019/01/02 00:00:00+00"), parse_date("02-Jun-06"), parse_date("2024-W01")
    (datetime.date(2019, 1, 2), datetime.date(2006, 6, 2), datetime.date(2024, 1, 1))
    """
    text = _without_weekday(text.strip().strip("\ufeff"))
    if not text:
        raise Refused("date is empty")
    for pattern in _NUMERIC:
        if match := pattern.fullmatch(text):
            if int(match["month"]) > 12 >= int(match["day"]) > 0:
                return _day_before_month(match)
            if len(match["year"]) == 2:
                return _dotted(match["day"], match["month"], match["year"])
            return _day(match["year"], match["month"], match["day"])
    if match := _EITHER.fullmatch(text):
        return _swappable(match["first"], match["second"], match["year"])
    if match := _COMPACT.fullmatch(text):
        return _eight(match["digits"])
    for pattern in _CODES:
        if match := pattern.fullmatch(text):
            return _month_or_week(match["year"], match["code"])
    for pattern in _WEEKS:
        if match := pattern.fullmatch(text):
            return _week(match["year"], match["week"], match.groupdict().get("day") or 1)
    for pattern in _NAMED:
        if (match := pattern.fullmatch(text)) and (month := _month(match["name"])):
            return _day(match["year"], month, match.groupdict().get("day"))
    if (match := _MONTH_AND_TWO.fullmatch(text)) and (month := _month(match["name"])):
        return _month_and_two(month, match["two"])
    for pattern in _QUARTERS:
        if (match := pattern.fullmatch(text)) and plain(match["word"]) in QUARTER_WORDS:
            return Rivals(QUARTER, ((QUARTER, _first_of_quarter(match["year"], match["number"])),))
    if is_fiscal(text):
        raise Refused(FISCAL)
    if found := readings_of_digits(text):
        kind, readings = found
        if usable := tuple((form, day) for form, day in readings if FIRST_YEAR <= day.year <= LAST_YEAR):
            return Rivals(kind, usable)
        raise Refused(NO_SUCH_DAY)
    raise Refused("date cannot be read")


def is_fiscal(text: str) -> bool:
    """Return whether a text is a quarter of a fiscal year: FY24 Q3, Q3 GJ 2024, 2023/24 Q1."""
    return bool(_FISCAL.fullmatch(text) and _OF_A_QUARTER.fullmatch(text))


def _without_weekday(text):
    """Return a date without a weekday before it, and without the apostrophe of a text in a spreadsheet."""
    if text[:1] == "'" and text[1:2].isdigit():
        return text[1:]
    word, _, rest = text.partition(" ")
    if plain(word) in MONTH_OF and _REST_OF_DATE.fullmatch(rest):  # Mar is also mardi
        return text
    return rest.lstrip() if word[:1].isalpha() and plain(word) in WEEKDAY_WORDS and rest[:1] else text


def _month(name):
    return MONTH_OF.get(plain(name))


def _day(year, month, day=None):
    number = _year(year)
    try:
        return datetime.date(number, int(month), int(day or 1))
    except ValueError:
        raise Refused(NO_SUCH_DAY) from None


def _week(year, week, day=1):
    number = _year(year)
    try:
        return datetime.date.fromisocalendar(number, int(week), int(day))
    except ValueError:
        raise Refused(NO_SUCH_DAY) from None


def _first_of_quarter(year, number):
    place = _ROMAN.get(number.upper()) or int(number)
    if not 1 <= place <= 4:
        raise Refused(NO_SUCH_DAY)
    return _day(year, 3 * place - 2)


def _year(year):
    number = year_of_two_digits(year) if len(year) == 2 else int(year)
    if not FIRST_YEAR <= number <= LAST_YEAR:
        raise Refused(f"year is outside {FIRST_YEAR} to {LAST_YEAR}")
    return number


def _day_before_month(match):
    """Return the only reading of 2024-31-01; with dots, 31 as a month is an error."""
    if match.re is not _NUMERIC[0]:
        raise Refused(NO_SUCH_DAY)
    return Rivals(DAY_BEFORE_MONTH, ((DAY_BEFORE_MONTH, _day(match["year"], match["day"], match["month"])),))


def _swappable(first, second, year):
    readings = []
    for form, day, month in ((DAY_FIRST, first, second), (MONTH_FIRST, second, first)):
        if int(month) <= 12:
            readings.append((form, _day(year, month, day)))
    if len(first) == len(year) == 2:
        try:
            readings.append((YEAR_FIRST, _day(first, second, year)))
        except Refused:
            pass
    if not readings:
        raise Refused(NO_SUCH_DAY)
    if len(readings) == 2 and readings[0][1] == readings[1][1]:
        return readings[0][1]
    return Rivals(SLASHES, tuple(readings))


def _dotted(first, month, last):
    """Return the day of 05.01.24, day first, or its Rivals if the year may come first."""
    readings = []
    for form, day, year in ((DAY_FIRST, first, last), (YEAR_FIRST, last, first)):
        try:
            readings += [(form, _day(year, month, day))] if len(year) == 2 else []
        except Refused:
            continue
    if not readings:
        raise Refused(NO_SUCH_DAY)
    return readings[0][1] if readings[0][1] == readings[-1][1] else Rivals(DOTS, tuple(readings))


def _eight(digits):
    """Return the day of yyyymmdd, or of ddmmyyyy or mmddyyyy where the middle digits are no month."""
    if int(digits[4:6]) > 12 and FIRST_YEAR <= int(digits[4:]) <= LAST_YEAR:
        return _swappable(digits[:2], digits[2:4], digits[4:])
    return _day(digits[:4], digits[4:6], digits[6:])


def _month_and_two(month, two):
    """Return the readings of Jan-24: a month and its year, or a day of a year that is not written, here a leap year."""
    readings = [(NAMED_MONTH, _day(two, month))]
    try:
        readings.append((DAY_OF_MONTH, datetime.date(LEAP_YEAR, month, int(two))))
    except ValueError:
        pass
    return Rivals(NAMED_MONTH, tuple(readings))


def _month_or_week(year, code):
    number, readings = _year(year), []
    if 1 <= int(code) <= 12:
        readings.append(("yyyymm", datetime.date(number, int(code), 1)))
    try:
        readings.append(("yyyyww", datetime.date.fromisocalendar(number, int(code), 1)))
    except ValueError:
        pass
    if code in ("1", "2", "3", "4"):
        readings.append(("yyyyq", datetime.date(number, 3 * int(code) - 2, 1)))
    if not readings:
        raise Refused(NO_SUCH_DAY)
    return Rivals("year-month", tuple(readings))
