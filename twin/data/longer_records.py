"""Lanes whose flows are of longer periods than those in which they are read, as totals of weeks among daily lanes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from twin._period_kinds import PERIOD_KINDS
from twin.data.advice import Advice
from twin.data.periods import (
    ENOUGH_DATES,
    FEWEST_ALIKE,
    MONDAY,
    distinct_days,
    own_period,
    period_starts,
    periods_between,
)
from twin.data.text import number_of, visible

_NAMED = 6  # most lanes named in a sentence [lane]
SPARSE_DAYS = 25  # least mean distance of the days of a record of months or quarters [day]


class LongerRecords(Advice):
    """A sentence on lanes of longer periods than those in which they are read, and the period that reads all alike."""


def longer_in(sentences: Iterable[str]) -> tuple[LongerRecords, ...]:
    """Return the sentences on lanes of longer periods among all that are said of a record."""
    return tuple(one for one in sentences if isinstance(one, LongerRecords))


class LaneDays(NamedTuple):
    """The days with a row of each lane, in short: their number, the first and the last, and whether one weekday."""

    count: np.ndarray
    first: np.ndarray
    last: np.ndarray
    one_weekday: np.ndarray

    def may_be_longer(self) -> np.ndarray:
        """Return whether the days of each lane may be those of weeks, months or quarters."""
        span = (self.last - self.first).astype(np.int64)
        return self.one_weekday & (self.count >= ENOUGH_DATES) | ((self.count - 1) * SPARSE_DAYS <= span)


def days_in_short(lane: np.ndarray, days: np.ndarray, lanes: int) -> LaneDays:
    """Return the days of lanes in short, given the lane (from 0) and the day of each row; several rows a day count."""
    number = days.astype(np.int64)
    first, last = np.full(lanes, np.iinfo(np.int64).max), np.full(lanes, np.iinfo(np.int64).min)
    np.minimum.at(first, lane, number)
    np.maximum.at(last, lane, number)
    seen = np.zeros((lanes, 7), dtype=bool)
    seen[lane, (days - MONDAY).astype(np.int64) % 7] = True
    return LaneDays(np.bincount(lane, minlength=lanes), first, last, seen.sum(axis=1) == 1)


def period_of_lane(days: np.ndarray) -> str:
    """Return the period of the days of one lane: "D" unless they are evenly apart, and enough for no chance.

    Weeks need six days, half of them a week after the one before; months and quarters need three in the same way.

    >>> period_of_lane(np.datetime64("2025-01-06") + 7 * np.arange(8)), period_of_lane(np.datetime64("2025-01-06"))
    ('W', 'D')
    """
    days = distinct_days(np.atleast_1d(days).astype("datetime64[D]"))
    if len(days) < FEWEST_ALIKE:
        return "D"
    period = own_period(days)
    if period == "D" or (period == "W" and len(days) < ENOUGH_DATES):
        return "D"
    starts = days if period == "W" else period_starts(days, period)
    return period if np.median(periods_between(starts[:-1], starts[1:], period)) == 1 else "D"


def longer_records(
    days_of: Mapping[str, np.ndarray], lanes: int, period: str, imported: Mapping[str, str]
) -> Iterator[LongerRecords]:
    """Yield a sentence for each longer period of which some lanes are, the shortest first.

    days_of : the days of the lanes that may be of longer periods; lanes : number of all; period : that of the reading.
    imported : period in which lanes were imported, if it is longer, whatever the number of their days.
    """
    periods = {name: period_of_lane(days) for name, days in days_of.items()} | dict(imported)
    found: dict[str, list[str]] = {}
    for name, own in sorted(periods.items()):
        if PERIOD_KINDS[own].days > PERIOD_KINDS[period].days:
            found.setdefault(own, []).append(name)
    longest = max(found, key=lambda kind: PERIOD_KINDS[kind].days, default=period)
    for own in sorted(found, key=lambda kind: PERIOD_KINDS[kind].days):
        names, kind, read = found[own], PERIOD_KINDS[own].name, PERIOD_KINDS[period].name
        named = ", ".join(visible(name, 40) for name in names[:_NAMED])
        more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        yield LongerRecords(
            f"{number_of(len(names), 'lane has', 'lanes have')} one flow a {kind} ({named}{more}), as totals of "
            f"{kind}s have, and all {number_of(lanes, 'lane')} are read in {read}s, as if nothing flowed on the "
            f"{read}s between: if these are totals of {kind}s, all have to be read in {PERIOD_KINDS[longest].name}s",
            ("period", longest),
        )
