"""Decide the order of day, month and year in dates with signs between them: 03/04/2024, 24.01.05, Jan-24."""

import numpy as np

from twin.data.files.dates import (
    DAY_FIRST,
    DAY_OF_MONTH,
    DOTS,
    MONTH_FIRST,
    NAMED_MONTH,
    SLASHES,
    YEAR_FIRST,
    Rivals,
)
from twin.data.files.options import ReadingOptions
from twin.data.files.rival_dates import AS_ASKED, CLOSE_DAYS, DENSER, ChosenForm, RivalDates
from twin.data.periods import periods_between
from twin.data.text import number_of


def sole_order(cell: Rivals) -> str:
    """Return the order that a day above 12 leaves to day and month in 31/01/2024; "" if both orders are dates."""
    return "" if {DAY_FIRST, MONTH_FIRST} <= set(dict(cell.readings)) else cell.readings[0][0]


def _slashed(dates, reading):
    if reading.dates == YEAR_FIRST and YEAR_FIRST in dates.forms:
        return ChosenForm(YEAR_FIRST, AS_ASKED)
    if reading.dayfirst is not None:
        return ChosenForm(DAY_FIRST if reading.dayfirst else MONTH_FIRST, AS_ASKED)
    if (year := _year_first(dates)) is not None:
        return (
            ChosenForm(YEAR_FIRST, CLOSE_DAYS) if year else ChosenForm(None, left=(DAY_FIRST, MONTH_FIRST, YEAR_FIRST))
        )
    only = {order: dates.rows_where(lambda cell, order=order: sole_order(cell) == order)
            for order in (DAY_FIRST, MONTH_FIRST)}  # fmt: skip
    if only[DAY_FIRST] != only[MONTH_FIRST]:
        order = max(only, key=only.get)
        return ChosenForm(order, f"decided by {number_of(only[order], 'row')} with a day above 12")
    if all(found.get(DAY_FIRST) == found.get(MONTH_FIRST) for found in (dict(c.readings) for c in dates.cells)):
        return ChosenForm(DAY_FIRST, "the month first would give the same days")
    return ChosenForm(None, left=(DAY_FIRST, MONTH_FIRST))


def _dotted(dates, reading):
    """Return the order of dates with dots and two digits each: day first, unless the days would lie far apart."""
    if reading.dates == YEAR_FIRST:
        return ChosenForm(YEAR_FIRST, AS_ASKED)
    year = _year_first(dates)
    if year or DAY_FIRST not in dates.forms:
        return ChosenForm(YEAR_FIRST, CLOSE_DAYS)
    firsts = {form: np.all(days == days.astype("datetime64[M]")) for form, days in dates.days.items()}
    if year is False and reading.dayfirst is None and firsts[YEAR_FIRST] and not firsts[DAY_FIRST]:
        return ChosenForm(None, left=(DAY_FIRST, YEAR_FIRST))
    return ChosenForm(DAY_FIRST)


def _named_month(dates, reading):
    """Return mmm-yy if the months lie denser than the days would, those of a year that is not written."""
    if reading.dates == NAMED_MONTH:
        return ChosenForm(NAMED_MONTH, AS_ASKED)
    months, days = (dates.days.get(form, ()) for form in (NAMED_MONTH, DAY_OF_MONTH))
    if len(days) < len(dates.cells) or len(months) == 1:
        return ChosenForm(NAMED_MONTH, "not every cell is a day and a month")
    months_apart = int(periods_between(months[0], months[-1], "MS")) / len(months)
    days_apart = (days[-1] - days[0]).astype(int) / len(days)
    if 2 * months_apart < days_apart:
        return ChosenForm(NAMED_MONTH, "so the months lie close together")
    return ChosenForm(None, left=dates.forms)


def _year_first(dates):
    """Return whether the year comes first in dates of two digits each; None if not, False if it may.

    The days of a wrong order lie many times farther apart.
    """
    fitting = dates.fitting
    if YEAR_FIRST not in fitting or len(dates.cells) < 3:
        return None
    spans = {form: int((dates.days[form][-1] - dates.days[form][0]).astype(int)) + 1 for form in fitting}
    others = min((spans[form] for form in fitting if form != YEAR_FIRST), default=DENSER * spans[YEAR_FIRST] + 1)
    if others > DENSER * spans[YEAR_FIRST]:
        return True
    return None if spans[YEAR_FIRST] > DENSER * others else False


_ORDER_OF = {SLASHES: _slashed, DOTS: _dotted, NAMED_MONTH: _named_month}  # kind of cells -> function that decides


def order_of_dates(dates: RivalDates, reading: ReadingOptions) -> ChosenForm | None:
    """Return the order of dates with signs between their numbers; None if the dates are of another kind."""
    decide = _ORDER_OF.get(dates.kind)
    return decide(dates, reading) if decide else None
