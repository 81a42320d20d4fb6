"""Sentences on the dates of a column: the form that was decided, or the readings that nothing decides between."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from twin.data.advice import Advice, Decision
from twin.data.files.dates import (
    DAY_FIRST,
    DAY_OF_MONTH,
    DOTS,
    MONTH_FIRST,
    NAMED_MONTH,
    QUARTER,
    SLASHES,
    YEAR_FIRST,
)
from twin.data.files.options import FORMS
from twin.data.files.rival_dates import RivalDates
from twin.data.text import visible

_SAID = {DAY_FIRST: "day before month", MONTH_FIRST: "month before day"}


def decision(form: str, why: str, text: str, day: np.datetime64 | date) -> Decision:
    """Return the sentence that dates have a form, with a cell that shows it, and the option that would have said so."""
    if form == QUARTER:
        return Decision(f"dates are quarters, dated on their first day: {visible(text)!r} is {day}", "period", "QS")
    if form in _SAID:
        sentence = f"dates have the {_SAID[form]} ({why}): {visible(text)!r} is {day}"
        return Decision(sentence, "dayfirst", form == DAY_FIRST)
    meaning = f" ({FORMS[form]})" if form in FORMS else ""
    digits = "" if form == NAMED_MONTH else " in digits"
    return Decision(f"dates{digits} are {form}{meaning}, {why}: {visible(text)!r} is {day}", "dates", form)


def undecided(dates: RivalDates, left: Sequence[str], texts: Sequence[str], file: str | Path) -> Advice:
    """Return the question that a column of dates leaves: a cell with the readings of the forms that are left."""
    at = next(
        (
            i
            for i, cell in enumerate(dates.cells)
            if set(left) <= set(found := dict(cell.readings)) and len({found[form] for form in left}) == len(left)
        ),
        max(range(len(texts)), key=lambda i: len(dates.cells[i].readings)),
    )
    readings = dict(dates.cells[at].readings)
    if dates.kind == NAMED_MONTH:
        text = (
            f"{file} has dates such as {visible(texts[at])!r} that may be the month {readings[NAMED_MONTH]:%Y-%m} or "
            f"the day {readings[DAY_OF_MONTH]:%m-%d} of a year that is not written, and its other dates do not decide: "
            "write the year of days"
        )
        return Advice(text, ("dates", NAMED_MONTH))
    shown = [form for form in left if form in readings]
    if dates.kind in (SLASHES, DOTS):
        both = " or ".join(f"{readings[form]} ({_SAID.get(form, 'year first')})" for form in shown)
        orders = "day/month or month/day" if dates.kind == SLASHES else "day.month.year or year.month.day"
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
