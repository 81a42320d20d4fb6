"""Read headings of wide tables as periods: days, weeks, months and quarters, dated or only numbered."""

import datetime
import re
from typing import NamedTuple

from twin.data.errors import Refused
from twin.data.files.dates import QUARTER, Rivals, parse_date
from twin.data.files.headings import plain
from twin.data.files.month_names import MONTH_OF, QUARTER_WORDS

PERIOD_WORDS = {
    "day": "d day tag t jour dia dag giorno",
    "week": "w wk week woche kw cw semaine semana sem settimana tydzien",
    "month": "m month monat mois mes maand mese miesiac period periode p",
    "quarter": " ".join(sorted(QUARTER_WORDS - {"t"})),  # a t alone is a Tag
}
PERIOD_OF = {name: unit for unit, names in PERIOD_WORDS.items() for name in names.split()}

_NUMBERED = re.compile(r"([^\W\d_]+)[\s._-]*(\d{1,4})")
_NUMBER_UNIT = re.compile(r"(\d{1,2})\.?\s*([^\W\d_]+)")
_MONTH_YEAR = re.compile(r"(?P<month>\d{1,2})[./-](?P<year>\d{4})|(?P<first>\d{4})\.(?P<last>\d{1,2})")
_YEAR_FIRST = re.compile(r"(\d{4})[\s./_-]*([^\W\d_]+)[\s._-]*(\d{1,2})?")
_YEAR_LAST = re.compile(r"(?:(\d{1,2})\.?\s*)?([^\W\d_]+)\.?[\s._-]*(?:(\d{1,2})[\s./_'-]+)?'?(\d{4}|\d{2})")


class Period(NamedTuple):
    """A period that a heading names.

    unit : "day", "week", "month" or "quarter"; "date" if the text is a date, whose kind the column decides.
    text : what stands in a cell of dates for it; "" if no year is known.
    number : of the period in its year or run; 0 for a date.
    run : beginning of numbered headings, such as `d_`; it is the same in all headings of a run.
    """

    unit: str
    text: str = ""
    number: int = 0
    run: str = ""


def period_of(heading: str) -> Period | None:
    """Return the period that a heading names, or None.

    >>> period_of("2024-W05").text, period_of("KW 5/2024").text, period_of("Mär 24").text, period_of("Q2 2023").text
    ('2024-W05', 'KW 5/2024', '2024-03-01', 'Q2 2023')
    >>> period_of("d_17"), period_of("Okt.")
    (Period(unit='day', text='', number=17, run='d'), Period(unit='month', text='', number=10, run=''))
    """
    text = heading.strip().strip("\ufeff")
    if not text or len(text) > 40:
        return None
    try:
        found = parse_date(text)
        if isinstance(found, Rivals) and found.kind == QUARTER:
            return Period("quarter", text, found.readings[0][1].month // 3 + 1)
        return Period("date", text)
    except Refused:
        pass
    if match := _MONTH_YEAR.fullmatch(text):
        found = dated("month", int(match["month"] or match["last"]), int(match["year"] or match["first"]))
        return Period("month", found, int(match["month"] or match["last"])) if found else None
    if match := _YEAR_FIRST.fullmatch(text):
        year, word, number = match.groups()
        return _dated(year, word, number)
    if (match := _YEAR_LAST.fullmatch(text)) and (found := _with_year(*match.groups())):
        return found
    if month := MONTH_OF.get(plain(text)):
        return Period("month", number=month)
    match = _NUMBERED.fullmatch(text) or _NUMBER_UNIT.fullmatch(text)
    if not match:
        return None
    word, number = match.groups() if match.re is _NUMBERED else match.groups()[::-1]
    unit = PERIOD_OF.get(plain(word))
    return Period(unit, number=int(number), run=plain(word)) if unit else None


def dated(unit: str, number: int, year: int) -> str:
    """Return the first day of a week or month of a year as text, or the quarter; "" if the year has none such."""
    try:
        if unit == "week":
            return datetime.date.fromisocalendar(year, number, 1).isoformat()
        if unit == "quarter":
            return quarter_text(year, number) if 1 <= number <= 4 else ""
        return datetime.date(year, number, 1).isoformat() if unit == "month" else ""
    except ValueError:
        return ""


def quarter_text(year: int, number: int) -> str:
    """Return a quarter as the reader of dates knows it."""
    return f"{year:04d}-Q{number}"


def _dated(year, word, number):
    """Return the period of a year, a word and perhaps a number: 2024 Mär, 2024-Q1, 2024 KW 5."""
    month, unit = MONTH_OF.get(plain(word)), PERIOD_OF.get(plain(word))
    if month and not number:
        unit, number = "month", month
    if not unit or not number:
        return None
    found = dated(unit, int(number), int(year))
    return Period(unit, found, int(number)) if found else None


def _with_year(before, word, number, year):
    """Return the period of texts such as Mär 24, Q1/2024, 1. Quartal 2024, KW 05/2024; None for a numbered one."""
    if number is None and before is None and len(year) == 2 and not MONTH_OF.get(plain(word)):
        return None  # W12, d_17
    century = "" if len(year) == 4 else "20"
    return _dated(century + year, word, number or before)
