"""Decide the form of dates in digits, such as 202405 or 45292, by the heading and by the whole column."""

import re
from datetime import date
from functools import partial

import numpy as np

from twin.data.files.options import ReadingOptions
from twin.data.files.rival_dates import AS_ASKED, CLOSE_DAYS, DENSER, ChosenForm, RivalDates

USUAL_DAYS = (date(1990, 1, 1), date(2040, 1, 1))  # a reading within these years goes before one outside them

_WEEK_HEADING = re.compile(r"week|woche|\bkw\b|^kw|kw$|\bcw\b|\bwk\b|^yw$|yearweek|calweek")
_MONTH_HEADING = re.compile(r"month|monat|\bmth\b|calmonth|\bmon\b")
_QUARTER_HEADING = re.compile(r"quart|\bqtr\b|kwarta|trimest|calquarter")


def form_of_digits(dates: RivalDates, reading: ReadingOptions, heading: str) -> ChosenForm:
    """Return the form of dates in digits: the one asked for, or the one that the rules leave, each in its turn."""
    if reading.dates in dates.forms:
        return ChosenForm(reading.dates, AS_ASKED)
    most = max(dates.fit.values())
    left = dates.fitting or [form for form in dates.forms if dates.fit[form] == most]
    if len(left) == 1:
        return ChosenForm(left[0], "no other form fits the column")
    for rule, why in ((partial(_by_heading, heading), f"by the heading {heading!r}"), *_RULES):
        kept = rule(dates, left)
        if kept and len(kept) < len(left):
            left = kept
            if len(kept) == 1:
                return ChosenForm(kept[0], why)
    return ChosenForm(None, left=left)


def _by_heading(heading, dates, left):
    name = re.sub(r"[^a-z]+", " ", heading.casefold()).strip()
    week, month = bool(_WEEK_HEADING.search(name)), bool(_MONTH_HEADING.search(name))
    if _QUARTER_HEADING.search(name):
        return [form for form in left if form == "yyyyq"]
    if week == month:
        return []
    return [form for form in left if form in (("yyyyww",) if week else ("yyyymm", "yyyymmm", "mmyyyy"))]


def _usual(dates, left):
    low, high = (np.datetime64(day, "D") for day in USUAL_DAYS)
    return [form for form in left if dates.days[form][0] >= low and dates.days[form][-1] < high]


def _near_the_others(dates, left):
    if not len(dates.others):
        return []
    low, high = dates.others.min(), dates.others.max()
    reach = max((high - low).astype(int), 31)
    return [form for form in left if dates.days[form][0] >= low - reach and dates.days[form][-1] <= high + reach]


def _month_and_year(dates, left):
    """Return mmyyyy if it fits: every other form would have the same day, 19 or 20, in all of three months."""
    return ["mmyyyy"] if "mmyyyy" in left and len(dates.days["mmyyyy"]) > 2 else []


def _strict(dates, left):
    return [form for form in left if form == "yyyymmddhh"] if len(dates.cells) > 2 else []


def _over_the_years(dates, left):
    for month, other in (("yyyymm", "yyyyww"), ("yyyymmm", "yyyyddd")):
        if month in left and _years(dates, month) > 1:
            return [form for form in left if form != other]
    return []


def _standard(dates, left):
    if dates.kind != "year-month" or "yyyymm" not in left:
        return []
    quarters = "yyyyq" in left and _years(dates, "yyyyq") > 1  # no year has a month after April
    return [] if quarters else ["yyyymm"]


def _years(dates, form):
    return len(np.unique(dates.days[form].astype("datetime64[Y]")))


def _denser(dates, left):
    """Return the forms whose days lie much closer together than those of others; day and month are not swapped."""
    sparse = {form: (days[-1] - days[0]).astype(int) / len(days) + 1e-9 for form, days in dates.days.items()}
    least = min(sparse[form] for form in left)
    if {"yyyymm", "yyyyww", "yyyymmm", "yyyyq"} & set(left) or len(dates.cells) < 3:
        return []
    kept = [form for form in left if sparse[form] < DENSER * least]
    swapped = {"ddmmyy", "mmddyy"}
    return [form for form in left if form in kept or (form in swapped and swapped & set(kept))]


def _all_cells(dates, left):
    return [form for form in left if dates.fit[form] == dates.rows]


def _not_1904(dates, left):
    return [form for form in left if form != "serial-1904"]


_RULES = (  # function of (dates, forms that are left) that returns those it keeps, and the reason
    (_usual, f"other forms give years outside {USUAL_DAYS[0].year} to {USUAL_DAYS[1].year - 1}"),
    (_near_the_others, "by the other dates of the column"),
    (_month_and_year, "every cell ends in a year of this or the last century"),
    (_strict, "every cell is a date and an hour"),
    (_over_the_years, "the months follow each other over the turn of a year"),
    (_standard, "the order of ISO 8601"),
    (_denser, CLOSE_DAYS),
    (_all_cells, "no other form reads all cells"),
    (_not_1904, "the usual count"),
)
