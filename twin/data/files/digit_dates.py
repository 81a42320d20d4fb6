"""The readings of a date written in digits alone: codes of a month, week or day, counts of days or seconds."""

import datetime
import re

_DIGITS = re.compile(r"(\d{5,7}|\d{10}|\d{12,14}|\d{16}|\d{19})(?:[.,](\d*))?", re.ASCII)
_EPOCH = datetime.date(1970, 1, 1)
_SERIAL_1900, _SERIAL_1904 = datetime.date(1899, 12, 30), datetime.date(1904, 1, 1)
CENTURY_TURN = 69  # two-digit years 69..99 mean 19xx, and 00..68 mean 20xx, as in POSIX


def readings_of_digits(text: str) -> tuple[str, list[tuple[str, datetime.date]]] | None:
    """Return (kind, readings), each reading a (form, day); None if the text is not of digits, or of too few.

    A fraction is the time of day of a day number, or what a program adds to a whole number (202401.0).

    >>> readings_of_digits("45292")[1][0], readings_of_digits("202413")[1]
    (('serial-1900', datetime.date(2024, 1, 1)), [('yyyyww', datetime.date(2024, 3, 25))])
    """
    if not (match := _DIGITS.fullmatch(text)):
        return None
    digits, fraction = match[1], (match[2] or "").strip("0")
    size = len(digits)
    if fraction and size not in (5, 10, 13):
        return None
    readings = []
    for form, make in _FORMS_OF[size]:
        try:
            readings.append((form, make(digits)))
        except (ValueError, OverflowError):  # no date in this form
            continue
    return f"{size} digits", readings


def year_of_two_digits(year: str) -> int:
    """Return the year that two digits mean.

    >>> year_of_two_digits("69"), year_of_two_digits("68")
    (1969, 2068)
    """
    return int(year) + (1900 if int(year) >= CENTURY_TURN else 2000)


def _of_year(year, day):
    found = datetime.date(year, 1, 1) + datetime.timedelta(int(day) - 1)
    if int(day) < 1 or found.year != year:
        raise ValueError(day)
    return found


def _since(start, days):
    return start + datetime.timedelta(days)


def _hour(digits):
    if int(digits[8:10]) > 24 or any(int(digits[i : i + 2]) > 59 for i in range(10, len(digits), 2)):
        raise ValueError(digits)
    return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))


def _month_of_period(digits):
    return datetime.date(int(digits[:4]), int(digits[4:]), 1)


_FORMS_OF = {
    5: (
        ("serial-1900", lambda d: _since(_SERIAL_1900, int(d))),
        ("serial-1904", lambda d: _since(_SERIAL_1904, int(d))),
        ("yyddd", lambda d: _of_year(year_of_two_digits(d[:2]), d[2:])),
        ("yyyyq", lambda d: datetime.date(int(d[:4]), 3 * int(d[4:]) - 2, 1)),
    ),
    6: (
        ("yyyymm", lambda d: datetime.date(int(d[:4]), int(d[4:]), 1)),
        ("yyyyww", lambda d: datetime.date.fromisocalendar(int(d[:4]), int(d[4:]), 1)),
        ("mmyyyy", lambda d: datetime.date(int(d[2:]), int(d[:2]), 1)),
        ("yymmdd", lambda d: datetime.date(year_of_two_digits(d[:2]), int(d[2:4]), int(d[4:]))),
        ("ddmmyy", lambda d: datetime.date(year_of_two_digits(d[4:]), int(d[2:4]), int(d[:2]))),
        ("mmddyy", lambda d: datetime.date(year_of_two_digits(d[4:]), int(d[:2]), int(d[2:4]))),
    ),
    7: (
        ("yyyyddd", lambda d: _of_year(int(d[:4]), d[4:])),
        ("yyyymmm", _month_of_period),
    ),
    10: (
        ("seconds", lambda d: _since(_EPOCH, int(d) // 86_400)),
        ("yyyymmddhh", _hour),
    ),
    12: (("yyyymmddhhmm", _hour),),
    13: (("milliseconds", lambda d: _since(_EPOCH, int(d) // 86_400_000)),),
    14: (("yyyymmddhhmmss", _hour),),
    16: (("microseconds", lambda d: _since(_EPOCH, int(d) // 86_400_000_000)),),
    19: (("nanoseconds", lambda d: _since(_EPOCH, int(d) // 86_400_000_000_000)),),
}
