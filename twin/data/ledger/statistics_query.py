"""Lane statistics from sums that the database computes, without fetching single flows."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, and_, func, or_, select

from twin._period_kinds import PERIOD_KINDS
from twin.data.calendar import WorkingCalendar, weekday_of
from twin.data.ledger.days import day_number, since_monday
from twin.data.ledger.flow import MOST_IN_A_QUERY
from twin.data.ledger.queries import no_flows_error, of_lanes
from twin.data.ledger.remarks import imported_longer, imported_period
from twin.data.ledger.schema import flows
from twin.data.ledger.sums import Calendar, lane_bounds, period_sums, rows_of_periods
from twin.data.ledger.window import Window
from twin.data.longer_records import LaneDays, longer_records
from twin.data.periods import ONE_DAY, fits, following, period_starts, unfinished
from twin.data.record import usual_silence
from twin.data.settle import check_options
from twin.data.settle_steps import choose_period, end_notes
from twin.data.statistics import from_sums
from twin.data.working_days import RECORD_DECIDES, said_of_periods, working_calendar

FIRST_FLOWS = 5000  # flows that show all seven weekdays, unless some are closed


def statistics_of(
    connection: Connection,
    place: str,
    lanes: list[str] | None,
    within: Window,
    *,
    period: str | None = None,
    gaps: str = "zero",
) -> pd.DataFrame:
    """Return the statistics of lanes, equal to `lane_statistics` of the same history.

    The `attrs` of the table hold period, gaps, and notes on decisions.
    """
    check_options(period, gaps)
    bounds = connection.execute(lane_bounds(within, lanes)).all()
    if not bounds:
        raise no_flows_error(connection, place)
    mine = and_(within.of(), of_lanes(lanes))
    days = _days(connection, bounds, mine)
    period, own = choose_period(days, period, place, imported_period(connection, days))
    summed = not fits(days, period)
    notes: list[str] = []
    working = _working(connection, mine, days, notes) if own == "D" else WorkingCalendar(own)
    first = days[0]
    if summed:
        first, end = _whole_periods(days, period, working, place)
        within = within.narrowed(first.item(), (end - ONE_DAY).item())
        within = _known_span(connection, within, lanes, period, place)
        if first > days[0] or end <= days[-1]:
            notes.append(
                f"flows before {first} and from {end} on are in unfinished {PERIOD_KINDS[period].name}s and left out"
            )
    scale = PERIOD_KINDS[period].days / PERIOD_KINDS[own].days if summed else 1.0
    days_of = working if period == "D" else WorkingCalendar(period)
    calendar = Calendar(period, first, summed, scale, connection.dialect.name, days_of.closed)
    within = within._replace(closed=days_of.closed, dialect=connection.dialect.name)
    names, sums = period_sums(connection, within, lanes, calendar)
    earliest, latest = (sums["origin"] + sums["first"]).min(), (sums["origin"] + sums["last"]).max()
    sums |= {"origin": sums["origin"] - earliest, "latest": np.zeros(len(names))}
    if np.isnan(sums["returns"]).all():
        del sums["returns"]
    else:
        sums["returns"] = np.nan_to_num(sums["returns"])
    dates = days_of.range(calendar.start(earliest), calendar.start(latest))
    rows = rows_of_periods(connection, within, lanes, calendar, int(latest), days_of.season)
    table = from_sums(names, sums, gaps, dates, usual_silence(rows[-len(dates) :], len(names), days_of.season))
    ends = (table[name].to_numpy().astype("datetime64[D]") for name in ("first_date", "last_date"))
    notes += said_of_periods(days_of)
    notes += end_notes(names, *ends) if gaps == "zero" else ()
    notes += _longer(connection, mine, names, period)
    table.attrs = attrs_of(days_of, gaps, notes)
    return table


def attrs_of(calendar: WorkingCalendar, gaps: str, notes: Iterable[str]) -> dict[str, Any]:
    """Return the `attrs` of a table of statistics."""
    return {"period": calendar.period, "calendar": calendar, "gaps": gaps, "notes": list(notes)}


def _working(connection, condition, days, notes):
    """Return the working calendar of daily flows; days are the first and last with a known volume, at least.

    All days are fetched only if the first flows leave a weekday without one.
    """
    flowing = select(flows.c.date).where(condition, or_(flows.c.volume.is_(None), flows.c.volume != 0))
    for statement in (flowing.limit(FIRST_FLOWS), flowing.distinct()):
        active = np.array(connection.execute(statement).scalars().all(), dtype="datetime64[D]")
        if len(np.unique(weekday_of(active))) == 7:
            return WorkingCalendar()
    return working_calendar(np.unique(active), days[0], days[-1], RECORD_DECIDES, notes)


def _longer(connection, condition, names, period):
    """Yield the sentences on lanes of longer periods than the one in which the flows are read."""
    known, weekday = (
        and_(condition, flows.c.volume.is_not(None)),
        since_monday(flows.c.date, connection.dialect.name) % 7,
    )
    number = day_number(flows.c.date, connection.dialect.name)
    columns = (func.count(), func.min(number), func.max(number), func.min(weekday) == func.max(weekday))
    rows = connection.execute(select(flows.c.lane, *columns).where(known).group_by(flows.c.lane)).all()
    lanes, *short = zip(*rows, strict=True)
    sparse = np.array(lanes, dtype=object)[LaneDays(*map(np.array, short)).may_be_longer()].tolist()
    days_of: dict[str, list[Any]] = {}
    for start in range(0, len(sparse), MOST_IN_A_QUERY):
        some = flows.c.lane.in_(sparse[start : start + MOST_IN_A_QUERY])
        for lane, day in connection.execute(select(flows.c.lane, flows.c.date).where(known, some).distinct()):
            days_of.setdefault(lane, []).append(day)
    imported = {lane: kind for lane, kind in imported_longer(connection, period).items() if lane in set(names)}
    days = {lane: np.array(some, dtype="datetime64[D]") for lane, some in days_of.items()}
    yield from longer_records(days, len(names), period, imported)


def _known_span(connection, within, lanes, period, place):
    """Return the window narrowed to the periods from the first known volume to the last one."""
    bounds = connection.execute(lane_bounds(within, lanes)).all()
    if not bounds:
        raise ValueError(f"{place} has no whole {PERIOD_KINDS[period].name} of flows")
    known = [min(end.first_known for end in bounds), max(end.last_known for end in bounds)]
    first, last = period_starts(np.array(known, dtype="datetime64[D]"), period)
    return within.narrowed(first.item(), (following(last, period) - ONE_DAY).item())


def _days(connection, bounds, condition):
    """Return sorted days with known volumes that suffice to infer the period; all days are fetched only if needed."""
    days = np.unique(np.array([(end.first_known, end.last_known) for end in bounds], dtype="datetime64[D]"))
    if not len(days) or not (fits(days, "W") or fits(days, "MS")):  # further days cannot make weeks or months of them
        return days
    every = select(flows.c.date).where(condition, flows.c.volume.is_not(None)).distinct()
    return np.unique(np.array(connection.execute(every).scalars().all(), dtype="datetime64[D]"))


def _whole_periods(days, period, working, place):
    """Return the first day of the first whole period, and the day after the last one."""
    bounds = days[[0, -1]]
    first, last = period_starts(bounds, period)
    before, after = working.shifted(bounds[0], -1), working.following(bounds[1], 1)[0]
    cut_first, cut_last = unfinished(before, after, np.array([first, last]), period)
    first = first if np.isnat(cut_first) else following(first, period)
    end = following(last, period) if np.isnat(cut_last) else last
    if first >= end:
        raise ValueError(f"{place} has no whole {PERIOD_KINDS[period].name} of flows")
    return first, end
