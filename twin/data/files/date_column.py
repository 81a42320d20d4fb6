"""Decide the readings of a whole column of dates."""

import re
from pathlib import Path

import numpy as np

from twin.data.files.date_form import form_of_digits
from twin.data.files.date_order import order_of_dates
from twin.data.files.date_sentences import decision, undecided
from twin.data.files.dates import QUARTER, SLASHES, Rivals
from twin.data.files.options import ReadingOptions
from twin.data.files.rival_dates import Column, RivalDates
from twin.data.files.swapped_days import unswap
from twin.data.text import visible

QUARTERS = (QUARTER, "yyyyq")  # forms of dates that are quarters
_FISCAL_HEADING = re.compile(r"fiscal|\bfy\b|\bgj\b|gesch")


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
    notes = unswap(column, kinds, days, reading, file)
    for kind in sorted(kinds, key=lambda kind: (kind != SLASHES, kind)):
        places = kinds[kind]
        dates = RivalDates(kind, [column.parsed[i] for i in places], column.counts[places], days[~np.isnat(days)])
        form, why, left = order_of_dates(dates, reading) or form_of_digits(dates, reading, column.heading)
        if form is None:
            raise ValueError(undecided(dates, left, [column.texts[i] for i in places], file))
        if form in QUARTERS:
            _check_all_quarters(column, places, days, file)
        for i in places:
            days[i] = dict(column.parsed[i].readings).get(form, np.datetime64("NaT", "D"))
        clear = [i for i in places if len(column.parsed[i].readings) > 1 and not np.isnat(days[i])]
        example = next(iter(clear or (i for i in places if not np.isnat(days[i]))), places[0])
        if not why:
            continue  # the usual form
        notes.append(decision(form, why, column.texts[example].strip(), days[example]))
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
