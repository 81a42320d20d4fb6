"""Decide the readings of a whole column of dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from twin.data.advice import Advice, Decision
from twin.data.files.dates import (
    DAY_BEFORE_MONTH,
    DAY_FIRST,
    DAY_OF_MONTH,
    DOTS,
    MONTH_FIRST,
    NAMED_MONTH,
    QUARTER,
    SLASHES,
    YEAR_FIRST,
    Rivals,
)
from twin.data.files.options import FORMS, ReadingOptions
from twin.data.periods import ENOUGH_DATES, own_period, periods_between
from twin.data.text import visible

FITTING_SHARE = 0.95  # a form is a reading of the column if it reads at least this share of its cells
USUAL_DAYS = (date(1990, 1, 1), date(2040, 1, 1))  # a reading within these years goes before one outside them
DENSER = 10  # a form goes before another under which the days lie this many times farther apart
FEWEST_SWAPPED = 3  # distinct dates on each side from which a column is asked whether a spreadsheet swapped some [-]

_WEEK_HEADING = re.compile(r"week|woche|\bkw\b|^kw|kw$|\bcw\b|\bwk\b|^yw$|yearweek|calweek")
_MONTH_HEADING = re.compile(r"month|monat|\bmth\b|calmonth|\bmon\b")
_QUARTER_HEADING = re.compile(r"quart|\bqtr\b|kwarta|trimest|calquarter")
_FISCAL_HEADING = re.compile(r"fiscal|\bfy\b|\bgj\b|gesch")
QUARTERS = (QUARTER, "yyyyq")  # forms of dates that are quarters
_DOTTED = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\d", re.ASCII)
_ISO_LIKE = re.compile(r"\s*'?\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)", re.ASCII)
_SAID = {DAY_FIRST: "day before month", MONTH_FIRST: "month before day"}


@dataclass(frozen=True)
class Column:
    """A column of dates: its heading, and each distinct date, the text in which it first stood, its number of rows."""

    heading: str
    parsed: Sequence[date | Rivals]
    texts: Sequence[str]
    counts: np.ndarray


def settle(column: Column, reading: ReadingOptions, file: str | Path) -> tuple[np.ndarray, list[str]]:
    """Return (days, notes): the column as datetime64[D], and a sentence on each decision.

    A date that the chosen form cannot read is NaT.
    """
    days = np.full(len(column.parsed), np.datetime64("NaT", "D"), dtype="datetime64[D]")
    kinds: dict[str, list[int]] = {}
    for i, cell in enumerate(column.parsed):
        if isinstance(cell, Rivals):
            kinds.setdefault(cell.kind, []).append(i)
        else:
            days[i] = cell
    notes = _unswap(column, kinds, days, reading, file)
    for kind in sorted(kinds, key=lambda kind: (kind != SLASHES, kind)):
        places = kinds[kind]
        choice = _Choice(kind, [column.parsed[i] for i in places], column.counts[places], days)
        form, why = choice.decided(reading, column.heading)
        if form is None:
            raise ValueError(_undecided(choice, [column.texts[i] for i in places], file))
        if form in QUARTERS:
            _check_all_quarters(column, places, days, file)
        for i in places:
            days[i] = dict(column.parsed[i].readings).get(form, np.datetime64("NaT", "D"))
        clear = [i for i in places if len(column.parsed[i].readings) > 1 and not np.isnat(days[i])]
        example = next(iter(clear or (i for i in places if not np.isnat(days[i]))), places[0])
        if not why:
            continue  # the usual form
        notes.append(_sentence(form, why, column.texts[example].strip(), days[example]))
        if form in QUARTERS and _FISCAL_HEADING.search(column.heading.casefold()):
            notes.append(f"the heading {column.heading!r} tells of fiscal quarters; they are taken as calendar ones")
    return days, notes


def _check_all_quarters(column, places, days, file):
    """Raise ValueError if a column of quarters has other dates as well."""
    of_quarters = set(places)
    others = [i for i in range(len(days)) if column.counts[i] and i not in of_quarters
              and (not np.isnat(days[i]) or isinstance(column.parsed[i], Rivals))]  # fmt: skip
    if others:
        quarter, other = (visible(column.texts[i].strip()) for i in (places[0], others[0]))
        raise ValueError(
            f"{file} has quarters such as {quarter!r} and other dates such as {other!r} in one column of dates, which "
            "would count flows of different lengths as if they were alike: read each kind in a file of its own"
        )


def _unswap(column, kinds, days, reading, file):
    """Swap day and month of dates such as 2024-05-03 in place if the column writes the day first; return notes.

    A spreadsheet that expects the month first turns 03/05/2024 into 2024-03-05 and leaves 13/05/2024 as text.
    """
    plain = [i for i, text in enumerate(column.texts) if not np.isnat(days[i]) and _ISO_LIKE.match(text)]
    swapped = kinds.get(DAY_BEFORE_MONTH, [])
    asked = reading.dates == DAY_BEFORE_MONTH
    small = all(column.parsed[i].day <= 12 for i in plain)
    if not asked and swapped and not (small and len(swapped) >= FEWEST_SWAPPED):
        swapped = []
        del kinds[DAY_BEFORE_MONTH]  # dates that do not exist
    if not asked and len(plain) >= FEWEST_SWAPPED and small and not swapped and reading.dayfirst is None:
        dotted = [i for i, text in enumerate(column.texts) if not np.isnat(days[i]) and _DOTTED.match(text)]
        texts = kinds.get(SLASHES) or dotted
        above_12 = [_order_of(column.parsed[i]) for i in texts]
        if len(texts) >= FEWEST_SWAPPED and all(above_12):
            text = (
                f"{file} has dates such as {visible(column.texts[plain[0]].strip())!r} of days up to 12 alone, and "
                f"dates such as {visible(column.texts[texts[0]].strip())!r} of days above 12 alone: a "
                "spreadsheet may have swapped day and month of the first"
            )
            order = above_12[0] == DAY_FIRST
            raise ValueError(Advice(text, ("dates", DAY_BEFORE_MONTH), ("dayfirst", order)))
    regular = not asked and not swapped and small and _regular_if_swapped(days[plain])
    if not asked and not regular and not (swapped and small):
        return []
    both = [i for i in plain if column.parsed[i].day <= 12]
    for i in both:
        days[i] = column.parsed[i].replace(month=column.parsed[i].day, day=column.parsed[i].month)
    if not both or swapped:
        return []
    why = "in this order they follow each other without a gap" if regular else "as asked"
    return [_sentence(DAY_BEFORE_MONTH, why, column.texts[both[0]].strip(), days[both[0]])]


def _order_of(cell):
    """Return the order of day and month in a text of which the day is above 12; "" if it is not."""
    if isinstance(cell, Rivals):
        return cell.readings[0][0] if len(cell.readings) == 1 else ""
    return DAY_FIRST if cell.day > 12 else ""


def _regular_if_swapped(days):
    """Return whether some days make a record without a gap if day and month are swapped, and only then."""
    found = np.unique(days)
    swapped = np.unique(np.array([day.replace(month=day.day, day=day.month) for day in found.tolist()], found.dtype))
    return len(found) >= ENOUGH_DATES and _is_regular(swapped) and not _is_regular(found)


def _is_regular(days):
    period = own_period(days)
    return int(periods_between(days[0], days[-1], period)) == len(days) - 1


class _Choice:
    """The choice of one form for all cells of a kind."""

    def __init__(self, kind, cells, counts, days):
        self.kind, self.cells, self.counts = kind, cells, np.asarray(counts)
        self.others = days[~np.isnat(days)]  # days of cells of other kinds
        self.forms = list(dict.fromkeys(form for cell in cells for form, _ in cell.readings))
        self.fit = {form: sum(int(n) for cell, n in zip(cells, counts, strict=True) if form in dict(cell.readings))
                    for form in self.forms}  # fmt: skip
        self.days = {
            form: np.unique(np.array([d for cell in cells for f, d in cell.readings if f == form], "datetime64[D]"))
            for form in self.forms
        }
        self.left = list(self.forms)

    def decided(self, reading, heading):
        """Return (form, why); the form is None if nothing decides."""
        if self.kind == SLASHES:
            return self._order(reading)
        if self.kind == DOTS:
            return self._dotted(reading)
        if self.kind == NAMED_MONTH:
            return self._named_month(reading)
        if reading.dates in self.forms:
            return reading.dates, "as asked"
        self._keep_those_that_fit()
        if len(self.left) == 1:
            return self.left[0], "no other form fits the column"
        for rule, why in (
            (lambda: self._by_heading(heading), f"by the heading {heading!r}"),
            (self._usual, f"other forms give years outside {USUAL_DAYS[0].year} to {USUAL_DAYS[1].year - 1}"),
            (self._near_the_others, "by the other dates of the column"),
            (self._month_and_year, "every cell ends in a year of this or the last century"),
            (self._strict, "every cell is a date and an hour"),
            (self._over_the_years, "the months follow each other over the turn of a year"),
            (self._standard, "the order of ISO 8601"),
            (self._denser, "so the days lie close together"),
            (self._all_cells, "no other form reads all cells"),
            (self._not_1904, "the usual count"),
        ):
            kept = rule()
            if kept and len(kept) < len(self.left):
                self.left = kept
                if len(kept) == 1:
                    return kept[0], why
        return None, ""

    def _dotted(self, reading):
        """Return the order of dates with dots and two digits each: day first, unless the days would lie far apart."""
        if reading.dates == YEAR_FIRST:
            return YEAR_FIRST, "as asked"
        year = self._year_first()
        if year or DAY_FIRST not in self.forms:
            return YEAR_FIRST, "so the days lie close together"
        firsts = {form: np.all(days == days.astype("datetime64[M]")) for form, days in self.days.items()}
        if year is False and reading.dayfirst is None and firsts[YEAR_FIRST] and not firsts[DAY_FIRST]:
            self.left = [DAY_FIRST, YEAR_FIRST]
            return None, ""
        return DAY_FIRST, ""

    def _named_month(self, reading):
        """Return mmm-yy if the months lie denser than the days would, those of a year that is not written."""
        if reading.dates == NAMED_MONTH:
            return NAMED_MONTH, "as asked"
        months, days = (self.days.get(form, ()) for form in (NAMED_MONTH, DAY_OF_MONTH))
        if len(days) < len(self.cells) or len(months) == 1:
            return NAMED_MONTH, "not every cell is a day and a month"
        months_apart = int(periods_between(months[0], months[-1], "MS")) / len(months)
        days_apart = (days[-1] - days[0]).astype(int) / len(days)
        return (NAMED_MONTH, "so the months lie close together") if 2 * months_apart < days_apart else (None, "")

    def _order(self, reading):
        if reading.dates == YEAR_FIRST and YEAR_FIRST in self.forms:
            return YEAR_FIRST, "as asked"
        if reading.dayfirst is not None:
            return (DAY_FIRST if reading.dayfirst else MONTH_FIRST), "as asked"
        if (year := self._year_first()) is not None:
            self.left = [*((DAY_FIRST, MONTH_FIRST) if not year else ()), YEAR_FIRST]
            return (YEAR_FIRST, "so the days lie close together") if year else (None, "")
        only = {
            form: sum(int(n) for cell, n in zip(self.cells, self.counts, strict=True) if cell.readings[0][0] == form
                      and not {DAY_FIRST, MONTH_FIRST} <= set(dict(cell.readings)))
            for form in (DAY_FIRST, MONTH_FIRST)
        }  # fmt: skip
        if only[DAY_FIRST] != only[MONTH_FIRST]:
            form = max(only, key=only.get)
            return form, f"decided by {only[form]:,} rows with a day above 12"
        if all(found.get(DAY_FIRST) == found.get(MONTH_FIRST) for found in (dict(c.readings) for c in self.cells)):
            return DAY_FIRST, "the month first would give the same days"
        self.left = [DAY_FIRST, MONTH_FIRST]
        return None, ""

    def _year_first(self):
        """Return whether the year comes first in dates of two digits each; None if not, False if it may.

        The days of a wrong order lie many times farther apart.
        """
        total = int(self.counts.sum())
        fitting = [form for form in self.forms if self.fit[form] >= FITTING_SHARE * total]
        if YEAR_FIRST not in fitting or len(self.cells) < 3:
            return None
        spans = {form: int((self.days[form][-1] - self.days[form][0]).astype(int)) + 1 for form in fitting}
        others = min((spans[form] for form in fitting if form != YEAR_FIRST), default=DENSER * spans[YEAR_FIRST] + 1)
        if others > DENSER * spans[YEAR_FIRST]:
            return True
        return None if spans[YEAR_FIRST] > DENSER * others else False

    def _keep_those_that_fit(self):
        total = int(self.counts.sum())
        fitting = [form for form in self.forms if self.fit[form] >= FITTING_SHARE * total]
        most = max(self.fit.values())
        self.left = fitting or [form for form in self.forms if self.fit[form] == most]

    def _by_heading(self, heading):
        name = re.sub(r"[^a-z]+", " ", heading.casefold()).strip()
        week, month = bool(_WEEK_HEADING.search(name)), bool(_MONTH_HEADING.search(name))
        if _QUARTER_HEADING.search(name):
            return [form for form in self.left if form == "yyyyq"]
        if week == month:
            return []
        return [form for form in self.left if form in (("yyyyww",) if week else ("yyyymm", "yyyymmm", "mmyyyy"))]

    def _usual(self):
        low, high = (np.datetime64(day, "D") for day in USUAL_DAYS)
        return [form for form in self.left if self.days[form][0] >= low and self.days[form][-1] < high]

    def _near_the_others(self):
        if not len(self.others):
            return []
        low, high = self.others.min(), self.others.max()
        reach = max((high - low).astype(int), 31)
        return [form for form in self.left if self.days[form][0] >= low - reach and self.days[form][-1] <= high + reach]

    def _month_and_year(self):
        """Return mmyyyy if it fits: every other form would have the same day, 19 or 20, in all of three months."""
        return ["mmyyyy"] if "mmyyyy" in self.left and len(self.days["mmyyyy"]) > 2 else []

    def _strict(self):
        return [form for form in self.left if form == "yyyymmddhh"] if len(self.cells) > 2 else []

    def _over_the_years(self):
        for month, other in (("yyyymm", "yyyyww"), ("yyyymmm", "yyyyddd")):
            if month in self.left and self._years(month) > 1:
                return [form for form in self.left if form != other]
        return []

    def _standard(self):
        if self.kind != "year-month" or "yyyymm" not in self.left:
            return []
        quarters = "yyyyq" in self.left and self._years("yyyyq") > 1  # no year has a month after April
        return [] if quarters else ["yyyymm"]

    def _years(self, form):
        return len(np.unique(self.days[form].astype("datetime64[Y]")))

    def _denser(self):
        """Return the forms whose days lie much closer together than those of others; day and month are not swapped."""
        sparse = {form: (days[-1] - days[0]).astype(int) / len(days) + 1e-9 for form, days in self.days.items()}
        least = min(sparse[form] for form in self.left)
        if {"yyyymm", "yyyyww", "yyyymmm", "yyyyq"} & set(self.left) or len(self.cells) < 3:
            return []
        kept = [form for form in self.left if sparse[form] < DENSER * least]
        swapped = {"ddmmyy", "mmddyy"}
        return [form for form in self.left if form in kept or (form in swapped and swapped & set(kept))]

    def _all_cells(self):
        total = int(self.counts.sum())
        return [form for form in self.left if self.fit[form] == total]

    def _not_1904(self):
        return [form for form in self.left if form != "serial-1904"]


def _sentence(form, why, text, day):
    if form == QUARTER:
        return Decision(f"dates are quarters, dated on their first day: {visible(text)!r} is {day}", "period", "QS")
    if form in _SAID:
        sentence = f"dates have the {_SAID[form]} ({why}): {visible(text)!r} is {day}"
        return Decision(sentence, "dayfirst", form == DAY_FIRST)
    meaning = f" ({FORMS[form]})" if form in FORMS else ""
    digits = "" if form == NAMED_MONTH else " in digits"
    return Decision(f"dates{digits} are {form}{meaning}, {why}: {visible(text)!r} is {day}", "dates", form)


def _undecided(choice, texts, file):
    left = choice.left
    at = next(
        (
            i
            for i, cell in enumerate(choice.cells)
            if set(left) <= set(found := dict(cell.readings)) and len({found[form] for form in left}) == len(left)
        ),
        max(range(len(texts)), key=lambda i: len(choice.cells[i].readings)),
    )
    readings = dict(choice.cells[at].readings)
    if choice.kind == NAMED_MONTH:
        text = (
            f"{file} has dates such as {visible(texts[at])!r} that may be the month {readings[NAMED_MONTH]:%Y-%m} or "
            f"the day {readings[DAY_OF_MONTH]:%m-%d} of a year that is not written, and its other dates do not decide: "
            "write the year of days"
        )
        return Advice(text, ("dates", NAMED_MONTH))
    shown = [form for form in left if form in readings]
    if choice.kind in (SLASHES, DOTS):
        both = " or ".join(f"{readings[form]} ({_SAID.get(form, 'year first')})" for form in shown)
        orders = "day/month or month/day" if choice.kind == SLASHES else "day.month.year or year.month.day"
        text = (
            f"{file} has dates such as {visible(texts[at])!r} that may be {orders}, {both}, "
            "and its other dates do not decide"
        )
        ways = (("dates", form) if form == YEAR_FIRST else ("dayfirst", form == DAY_FIRST) for form in left)
        return Advice(text, *ways)
    both = " or ".join(f"{readings[form]} ({form}: {FORMS.get(form, form)})" for form in shown)
    text = (
        f"{file} has dates such as {visible(texts[at])!r} that may be {both}, and neither the heading nor the other "
        "cells decide"
    )
    return Advice(text, *(("dates", form) for form in shown))
