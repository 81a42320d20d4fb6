"""Give back day and month that a spreadsheet has swapped.

A spreadsheet that expects the month first turns 03/05/2024 into 2024-03-05 and leaves 13/05/2024 as text.
"""

from pathlib import Path

import numpy as np

from twin.data.advice import Advice
from twin.data.files.date_sentences import decision
from twin.data.files.date_signs import is_dotted, sign_after_year
from twin.data.files.dates import DAY_BEFORE_MONTH, DAY_FIRST, SLASHES, Rivals
from twin.data.files.options import ReadingOptions
from twin.data.files.rival_dates import AS_ASKED, Column
from twin.data.periods import ENOUGH_DATES, own_period, periods_between
from twin.data.text import visible

FEWEST_SWAPPED = 3  # distinct dates on each side from which a column is asked whether a spreadsheet swapped some [-]


def unswap(
    column: Column, kinds: dict[str, list[int]], days: np.ndarray, reading: ReadingOptions, file: str | Path
) -> list[str]:
    """Swap day and month of dates such as 2024-05-03 in place if the column writes the day first; return notes.

    kinds : kind of cells with rival readings -> their places; it loses dates that do not exist.
    days : day of each cell; NaT where its readings are rivals.
    """
    plain = [i for i, text in enumerate(column.texts) if not np.isnat(days[i]) and sign_after_year(text)]
    swapped = kinds.get(DAY_BEFORE_MONTH, [])
    asked = reading.dates == DAY_BEFORE_MONTH
    small = all(column.parsed[i].day <= 12 for i in plain)
    if not asked and swapped and not (small and len(swapped) >= FEWEST_SWAPPED):
        swapped = []
        del kinds[DAY_BEFORE_MONTH]  # dates that do not exist
    if not asked and len(plain) >= FEWEST_SWAPPED and small and not swapped and reading.dayfirst is None:
        dotted = [i for i, text in enumerate(column.texts) if not np.isnat(days[i]) and is_dotted(text)]
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
    why = "in this order they follow each other without a gap" if regular else AS_ASKED
    return [decision(DAY_BEFORE_MONTH, why, column.texts[both[0]].strip(), days[both[0]])]


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
