"""What the ledger answers: a table of flows, a history, the statistics of its lanes, and what an import would touch."""

import numpy as np
import pandas as pd
from sqlalchemy import and_, func, select, true

from twin._check import require
from twin.data._fields import Codes
from twin.data._periods import LENGTH, NAMES, fits, following, period_range, period_starts, unfinished
from twin.data._rows import CHUNK
from twin.data._schema import day_number, flows, imports
from twin.data._settling import as_categories, choose_period
from twin.data._sums import Calendar, ends, period_sums
from twin.data.history import GAPS, history_from
from twin.data.statistics import from_sums
from twin.data.text import visible
from twin.demand import DAYS_PER_PERIOD

MOST_LANES = 10_000  # names in one question; databases limit how many it may hold


def window(first=None, last=None):
    """Return the condition that a flow is between two days, both included; None is no limit."""
    conditions = [flows.c.date >= first] if first else []
    conditions += [flows.c.date <= last] if last else []
    return and_(true(), *conditions)


def of_lanes(lanes):
    """Return the condition that a flow is of one of these lanes; None is all of them."""
    if lanes is None:
        return true()
    require(len(lanes) <= MOST_LANES, "lanes", f"at most {MOST_LANES:,} names, or None for all", len(lanes))
    return flows.c.lane.in_(lanes)


def parts(connection, columns, condition, order):
    """Yield the flows that meet a condition in parts, so that memory holds one at a time."""
    statement = select(*columns).where(condition).order_by(*order)
    yield from connection.execution_options(yield_per=CHUNK).execute(statement).partitions()


def history_of(connection, place, condition, **settling):
    """Return the history of the flows that meet a condition; settling : period, gaps, duplicates."""
    columns = (flows.c.id, day_number(flows.c.date, connection.dialect.name), flows.c.lane)
    columns += (flows.c.volume, flows.c.returns)
    lanes, vectors = Codes(str), []
    for part in parts(connection, columns, condition, [flows.c.id]):
        key, day, lane, *amounts = zip(*part, strict=True)
        columns = (key, day, [lanes.of[name] for name in lane], *amounts)
        vectors.append([np.array(column, kind) for column, kind in zip(columns, "qqqdd", strict=True)])
    if not vectors:
        raise _empty(place)
    key, day, lane, volume, back = (np.concatenate(vector) for vector in zip(*vectors, strict=True))
    table = pd.DataFrame(
        {
            "line": key,
            "date": day.astype("datetime64[D]"),
            "lane": as_categories(lane, lanes.values),
            "volume": volume,
            "returns": back,
        }
    )
    unknown = table[table["volume"].isna()]
    refused = [
        (key, "volume is unknown", visible(f"{day:%Y-%m-%d}, {lane}"))
        for key, day, lane in unknown[["line", "date", "lane"]].itertuples(index=False)
    ]
    facts = {"file": place, "rows_read": len(table), "notes": ()}
    rows = table[table["volume"].notna()].reset_index(drop=True)
    return history_from(rows, facts, refused=refused, unknown=unknown[["date", "lane"]], **settling)


def statistics_of(connection, place, lanes, within, *, period=None, gaps="zero"):
    """Return the statistics of lanes, as `lane_statistics` has them of the same history; the database adds up."""
    require(period is None or period in LENGTH, "period", "'D', 'W', 'MS' or None", repr(period))
    require(gaps in GAPS, "gaps", "'zero' or 'unknown'", repr(gaps))
    bounds = connection.execute(ends(within, lanes)).all()
    if not bounds:
        raise _empty(place)
    days = _days(connection, bounds, and_(within, of_lanes(lanes)))
    period, own = choose_period(days, period, place)
    summed = not fits(days, period)
    first = days[0]
    if summed:
        first, end = _whole_periods(days, period, 7 if own == "W" else 1, place)
        within = and_(within, window(first.item(), (end - 1).item()))
    scale = DAYS_PER_PERIOD[period] / DAYS_PER_PERIOD[own] if summed else 1.0
    calendar = Calendar(period, first, summed, scale, connection.dialect.name)
    names, sums = period_sums(connection, within, lanes, calendar)
    earliest, latest = (sums["origin"] + sums["first"]).min(), (sums["origin"] + sums["last"]).max()
    sums |= {"origin": sums["origin"] - earliest, "latest": np.zeros(len(names))}
    if np.isnan(sums["returns"]).all():
        del sums["returns"]
    else:
        sums["returns"] = np.nan_to_num(sums["returns"])
    return from_sums(names, sums, gaps, period_range(calendar.start(earliest), calendar.start(latest), period))


def overlap(connection, staged):
    """Return notes on what the ledger already holds where staged records would come on top."""
    low, high = (day.item() for day in staged.days[[0, -1]])
    found = 0
    for start in range(0, len(staged.lanes), MOST_LANES):
        condition = and_(of_lanes(staged.lanes[start : start + MOST_LANES]), window(low, high))
        found += connection.execute(select(func.count()).select_from(flows).where(condition)).scalar_one()
    if found:
        yield (
            f"the ledger already held {found:,} flows of these lanes between {low} and {high}; these come on top, "
            "so look whether the file repeats them"
        )
    others = select(imports.c.period).where(imports.c.period != staged.period).distinct().order_by(imports.c.period)
    if periods := [NAMES[period] for period in connection.execute(others).scalars()]:
        yield (
            f"these are flows of {NAMES[staged.period]}s, and the ledger holds some of {' and '.join(periods)}s: read "
            "lanes of one kind at a time, or all of them with the longest period"
        )


def _days(connection, bounds, condition):
    """Return days with known volumes in order: enough to tell their period, all of them only where it takes all."""
    days = np.unique(np.array([(end.first_known, end.last_known) for end in bounds], dtype="datetime64[D]"))
    if not len(days) or not (fits(days, "W") or fits(days, "MS")):  # no other day makes weeks or months of them
        return days
    every = select(flows.c.date).where(condition, flows.c.volume.is_not(None)).distinct()
    return np.unique(np.array(connection.execute(every).scalars().all(), dtype="datetime64[D]"))


def _whole_periods(days, period, step, place):
    """Return the first day of the first whole period, and the day after the last one."""
    bounds = days[[0, -1]]
    first, last = period_starts(bounds, period)
    cut_first, cut_last = unfinished(bounds, np.array([first, last]), step, period)
    first = first if np.isnat(cut_first) else following(first, period)
    end = following(last, period) if np.isnat(cut_last) else last
    if first >= end:
        raise ValueError(f"{place} has no whole {NAMES[period]} of flows")
    return first, end


def _empty(place):
    return ValueError(f"{place} has no flows of these lanes and days; `twin ledger import FILE` brings some in")
