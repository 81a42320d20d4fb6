"""What a forecast of dates months ahead knows of the season of the year, in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twin._far_ahead import IN_USE, JUDGED_FROM

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from twin.data.calendar import WorkingCalendar
    from twin.forecast import Forecasts

_MONTHS, _WEEKS = 12, 52  # of a year
_TWO_YEARS = 24  # months of record from which a season of months or quarters is known; it needs no judgement


def season_known(said: Forecasts, steps: NDArray[np.int64], volumes: ArrayLike, calendar: WorkingCalendar) -> str:
    """Return a sentence on the season of the year in a forecast; empty if no date is more than a quarter ahead.

    Parameters
    ----------
    said : Forecasts of one lane
    steps : step of each date in the forecast, from 0, shape (dates,)
    volumes : the record, NaN where unknown, shape (periods,). [pallet/period]
    calendar : periods of the record

    >>> from twin import forecast
    >>> from twin.data.calendar import WorkingCalendar
    >>> record, weeks = [3.0, 5.0] * 20, WorkingCalendar("W")
    >>> said = forecast.lanes(record, period="W", horizon=52, level=0.9)
    >>> season_known(said, np.arange(52), record, weeks)[:59]
    'The record of 9 months is too short to know a season of the'
    >>> season_known(said, np.arange(4), record, weeks)
    ''
    """
    year = calendar.season * (_WEEKS if calendar.period == "D" else 1)
    there = ~np.isnan(np.asarray(volumes, float))
    if (int(steps[-1]) + 1) * 4 <= year or not there.any():
        return ""
    months = int(_MONTHS * (len(there) - there.argmax()) / year)
    judged = calendar.period in ("D", "W")
    needed = JUDGED_FROM if judged else _TWO_YEARS
    if said.season != said.season and (judged or months < needed):
        return (
            f"The record of {months} months is too short to know a season of the year, which takes {needed} months: "
            "the forecast has none, and months may differ more than it says."
        )
    if not judged:
        return ""
    if said.season >= IN_USE:
        return "Months follow the season of the year on record, which forecast past months better than none."
    return "Months hardly follow a season of the year: on record, none forecast past months clearly better."
