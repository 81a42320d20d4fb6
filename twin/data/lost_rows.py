"""Rows whose date or lane could not be read: the gaps that they may have filled are unknown, not zero."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from twin._period_kinds import PERIOD_KINDS
from twin.data.calendar import WorkingCalendar, weekday_of
from twin.data.record import records_of
from twin.data.text import number_of


class Lost(NamedTuple):
    """Rows whose date or lane could not be read.

    of_lane : number of rows of each lane whose date could not be read.
    on_days : the days of rows whose lane could not be read.
    anywhere : number of rows of which neither could be read.
    """

    of_lane: dict[str, int]
    on_days: np.ndarray
    anywhere: int


def mark_lost(flows: pd.DataFrame, lost: Lost, calendar: WorkingCalendar, notes: list[str]) -> pd.DataFrame:
    """Return the flows with an added row of unknown (NaN) volume for each gap that a lost row may have filled.

    A row on a known day may have filled the gap of any lane in that period. A row without a day may have filled any
    gap, of its lane or of every lane, but only one: of a lane with more gaps than such rows, as many are unknown as
    there are rows, on the weekdays on which the lane has most rows, the earliest first.
    """
    if not (lost.of_lane or len(lost.on_days) or lost.anywhere):
        return flows
    lanes = flows["lane"].cat.remove_unused_categories().cat.categories
    origin = flows["date"].to_numpy().astype("datetime64[D]").min()
    _, _, start, end, _ = records_of(flows, calendar)
    lane = pd.Categorical(flows["lane"], categories=lanes).codes
    time = calendar.between(origin, flows["date"].to_numpy().astype("datetime64[D]"))
    days = _period_numbers(lost.on_days, origin, calendar, int(time.max()))
    order = np.lexsort((time, lane))
    present = np.split(time[order], np.searchsorted(lane[order], np.arange(1, len(lanes))))
    found: list[tuple[int, int]] = []
    for i, name in enumerate(lanes):
        many = lost.of_lane.get(name, 0) + lost.anywhere
        if not many and not len(days):
            continue
        gaps = np.setdiff1d(np.arange(start[i], end[i] + 1), present[i])
        on_days = np.intersect1d(gaps, days)
        rest = np.setdiff1d(gaps, on_days)
        if len(rest) > many:
            rest = rest[np.argsort(-_habit(rest, present[i], origin, calendar), kind="stable")[:many]]
        found += [(i, number) for number in (*on_days.tolist(), *rest.tolist())]
    if not found:
        return flows
    number = len(lost.on_days) + sum(lost.of_lane.values()) + lost.anywhere
    gaps = number_of(len(found), f"lane-{PERIOD_KINDS[calendar.period].name}")
    notes.append(
        f"rows whose date or lane could not be read: {number:,}; {gaps} without a row, which they may have filled, "
        "counted as unknown rather than zero"
    )
    where, when = np.array(found).T
    more = pd.DataFrame(
        {
            "date": calendar.shifted(origin, when).astype("datetime64[s]"),
            "lane": pd.Categorical.from_codes(where, lanes).astype(flows["lane"].dtype),
            "volume": np.nan,
        }
    )
    return pd.concat([flows, more]).sort_values(["lane", "date"], ignore_index=True)


def _period_numbers(days, origin, calendar, most):
    """Return the numbers of the periods that days are in, those of the record alone."""
    starts = days - (days - origin).astype(int) % 7 if calendar.period == "W" else calendar.starts(days)
    numbers = np.unique(calendar.between(origin, starts)) if len(days) else np.zeros(0, dtype=np.int64)
    return numbers[(numbers >= 0) & (numbers <= most)]


def _habit(gaps, present, origin, calendar):
    """Return for each gap the number of rows that the lane has on its weekday; zeros for weeks and months."""
    if calendar.period != "D":
        return np.zeros(len(gaps))
    rows, empty = (weekday_of(calendar.shifted(origin, numbers)) for numbers in (present, gaps))
    return np.bincount(rows, minlength=7)[empty]
