"""The steps from usable rows to flows: duplicates, sums into periods, unknown volumes and gaps."""

from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from twin._period_kinds import PERIOD_KINDS
from twin.data.advice import Advice
from twin.data.calendar import WorkingCalendar
from twin.data.pairs import repeated_pairs, sums_of_pairs
from twin.data.periods import distinct_days, even_distance, fits, own_period, period_starts, unfinished
from twin.data.record import records_of
from twin.data.text import number_of, visible

LANES_NAMED = 3  # most lanes named in a note


def as_categories(codes: np.ndarray, names: list[str]) -> pd.Categorical:
    """Return lanes as a categorical with sorted categories; codes are positions in the list of names."""
    order = sorted(range(len(names)), key=names.__getitem__)
    rank = np.empty(len(names), dtype=np.int64)
    rank[order] = np.arange(len(names))
    return pd.Categorical.from_codes(rank[codes], pd.Index([names[i] for i in order], dtype="str"))


def settle_duplicates(
    rows: pd.DataFrame, duplicates: str, refused: list[tuple[int, str, str]], notes: list[str]
) -> pd.DataFrame:
    """Return the rows that count where several share lane and date; `refused` or `notes` is extended accordingly."""
    if not repeated_pairs(rows["lane"].cat.codes.to_numpy(), _numbers(_days(rows))).any():
        return rows
    later = rows.duplicated(["lane", "date"])
    if duplicates == "sum":
        if later.any():
            sentence = f"rows added to an earlier row of the same lane and date: {later.sum():,}"
            if "copy" in rows:
                sentence += f", of which exact copies of an earlier row: {(later & rows['copy']).sum():,}"
            notes.append(sentence)
        return rows
    if duplicates == "first":
        return refuse(rows, later, "repeats the lane and date of an earlier row", refused)
    shared = rows.duplicated(["lane", "date"], keep=False)
    return refuse(rows, shared, "shares lane and date with another row", refused)


def settle_returns(rows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    """Return the rows with blank returns set to 0, or without the column if all returns are blank."""
    if "returns" not in rows:
        return rows
    blank = rows["returns"].isna()
    if blank.all():
        return rows.drop(columns="returns")
    if blank.any():
        notes.append(f"rows without recorded returns, counted as none: {blank.sum():,}")
    return rows.fillna({"returns": 0.0})


def choose_period(days: np.ndarray, period: str | None, file: str, own: str | None = None) -> tuple[str, str]:
    """Return (period, own): the period to sum into, which defaults to own, the period inferred from the days.

    own : the period if it is known, because the dates are written in it.
    """
    days = distinct_days(days)
    known, own = own is not None, own or own_period(days)
    if period is None and not known and (apart := even_distance(days, own)) > 1:
        name = PERIOD_KINDS[own].name
        raise ValueError(
            Advice(
                f"{file} has dates that are all {apart} {name}s apart, or a multiple of it: each row may be of a "
                f"period of {apart} {name}s, which is not known here, or nothing flowed in the {name}s between",
                ("period", own),
            )
        )
    period = period or own
    finer = PERIOD_KINDS[period].days < PERIOD_KINDS[own].days
    if finer and (known or period == "D" or not fits(days, period)):
        raise ValueError(f"period must not be finer than the {PERIOD_KINDS[own].name}s of {file}; got {period!r}")
    return period, own


def into_periods(
    rows: pd.DataFrame, period: str, working: WorkingCalendar, refused: list[tuple[int, str, str]], notes: list[str]
) -> tuple[pd.DataFrame, WorkingCalendar, bool]:
    """Return (rows, calendar, summed) with dates at period starts; rows of unfinished periods are refused.

    working : the calendar of the record's own period; summed : whether the rows were dated in shorter periods, which
        are now to be added up.
    """
    days = _days(rows)
    if period == "D":
        return rows, working, False
    own, calendar = working.period, WorkingCalendar(period)
    if fits(distinct_days(days), period):  # already in these periods; weeks keep their own weekday
        starts = days if period == "W" else period_starts(days, period)
        if np.any(starts != days):
            name = PERIOD_KINDS[period].name
            notes.append(
                f"every date is the last, or the same, day of its {name}; {name}s are dated on their first day"
            )
        return rows.assign(date=starts), calendar, False
    starts = period_starts(days, period)
    name = PERIOD_KINDS[period].name
    before, after = working.shifted(days.min(), -1), working.following(days.max(), 1)[0]
    cuts = unfinished(before, after, starts, period)
    for cut, place in zip(cuts, ("first", "last"), strict=True):
        out = starts == cut
        rows = refuse(rows, out, f"is in the unfinished {place} {name} of the record, from {cut}", refused)
        starts = starts[~out]
    if own == "W":
        weeks = "four or five weeks" if period == "MS" else "12 to 14 weeks"
        notes.append(f"each week counts in the {name} its date falls in, so {name}s hold {weeks}")
    notes.append(f"{PERIOD_KINDS[own].name}s were summed into {name}s")
    return rows.assign(date=starts), calendar, True


def on_open_days(
    rows: pd.DataFrame, working: WorkingCalendar, refused: list[tuple[int, str, str]], notes: list[str]
) -> tuple[pd.DataFrame, int]:
    """Return (rows, idle): the rows, those of closed days dated on the next open day, and the number left out.

    Rows without a flow on a closed day are left out, since a closed day is no period.
    """
    days = _days(rows)
    shut = ~working.is_period(days)
    if not shut.any():
        return rows, 0
    flowing = rows["volume"].to_numpy() != 0
    if "returns" in rows:
        flowing |= rows["returns"].to_numpy() > 0
    starts = working.starts(days)
    late = shut & flowing & (starts > days[~shut].max(initial=days.min()))
    rows = rows.assign(date=starts)
    if moved := int((shut & flowing & ~late).sum()):
        notes.append(f"rows of a flow on a closed day, counted on the next open day: {moved:,}")
    if idle := int((shut & ~flowing).sum()):
        notes.append(f"rows without a flow on closed days, which are no periods: {idle:,}")
    keep = flowing | ~shut
    late_rows = "is of a closed day after the last open day of the record"
    return refuse(rows[keep], late[keep], late_rows, refused), idle


def sum_flows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the flows summed to one row per lane and period, sorted by lane and date."""
    lane, lanes = pd.factorize(rows["lane"], sort=True)
    days = _days(rows)
    names = list(rows.columns.intersection(["volume", "returns"], sort=False))
    values = (rows[name].to_numpy(dtype=float) for name in names)
    lane, day, sums = sums_of_pairs(lane, _numbers(days), *values)
    flows = {
        "date": (days.min() + day).astype("datetime64[s]"),
        "lane": pd.Categorical.from_codes(lane, pd.Index(lanes, dtype="str")),
    }
    return pd.DataFrame({**flows, **dict(zip(names, sums, strict=True))})


def mark_unknown(
    flows: pd.DataFrame, unknown: pd.DataFrame, calendar: WorkingCalendar, summed: bool, notes: list[str]
) -> pd.DataFrame:
    """Return the flows with an added row of unknown (NaN) volume for each lane and period whose every row was refused.

    summed : whether days were summed into periods; unfinished periods at either end are then left out here, too.
    """
    days, span, period = unknown["date"].to_numpy().astype("datetime64[D]"), _days(flows), calendar.period
    starts = calendar.starts(days)
    if period == "W" and not summed:  # weeks begin on the weekday of the record
        starts = days - (days - span.min()).astype(int) % 7
    lost = pd.DataFrame({"date": starts.astype("datetime64[s]"), "lane": unknown["lane"].astype("str")})
    if summed:
        lost = lost[(starts >= span.min()) & (starts <= span.max())]
    else:
        lost = lost[calendar.is_period(days) | (starts <= span.max())]
    lost = lost.drop_duplicates()
    lost = lost[lost["lane"].isin(flows["lane"].cat.categories)]
    lost["lane"] = lost["lane"].astype(flows["lane"].dtype)
    side = lost.merge(flows[["lane", "date"]], on=["lane", "date"], how="left", indicator="side")["side"].to_numpy()
    partly, lost, name = int((side == "both").sum()), lost[side == "left_only"], PERIOD_KINDS[period].name
    if partly:
        notes.append(f"lane-{name}s whose sum lacks a row refused for its numbers, and may be too small: {partly:,}")
    if lost.empty:
        return flows
    notes.append(f"lane-{name}s whose every row was refused for its numbers, unknown rather than zero: {len(lost):,}")
    return pd.concat([flows, lost]).sort_values(["lane", "date"], ignore_index=True)


def without_negative_sums(flows: pd.DataFrame, period: str, notes: list[str]) -> pd.DataFrame:
    """Return the flows with unknown (NaN) volume where the sum of a period is negative after subtracting."""
    below = flows["volume"] < 0
    if not below.any():
        return flows
    notes.append(f"lane-{PERIOD_KINDS[period].name}s whose sum is negative, unknown rather than zero: {below.sum():,}")
    return flows.assign(volume=flows["volume"].where(~below))


def record_notes(flows: pd.DataFrame, calendar: WorkingCalendar, gaps: str) -> Iterator[str]:
    """Yield notes on periods without a row, and on lanes with a record of their own."""
    first, last, start, end, rows = records_of(flows, calendar)
    lanes = flows["lane"].cat.categories
    origin = _days(flows).min()
    spanned = int((end - start + 1 if gaps == "zero" else last - first + 1).sum())
    empty = spanned - int(rows.sum())
    counts, hows = (("counts", "count"), "as zero") if gaps == "zero" else (("is", "are"), "not counted")
    yield (
        f"of the {number_of(spanned, f'lane-{PERIOD_KINDS[calendar.period].name}')} of the record, "
        f"{number_of(empty, *(f'without a row {verb} {hows}' for verb in counts))} (gaps={gaps!r})"
    )
    if gaps == "zero":
        yield from end_notes(lanes, calendar.shifted(origin, start), calendar.shifted(origin, end))


def end_notes(lanes: Iterable[str], start: np.ndarray, end: np.ndarray) -> Iterator[str]:
    """Yield a note on lanes that began late, and one on those that ended early, if there are any."""
    lanes = list(lanes)
    for days, edge, verb in ((start, start.min(), "began"), (end, end.max(), "ended")):
        out = [f"{visible(lanes[i])} {days[i]}" for i in np.flatnonzero(days != edge)]
        if out:
            shown = ", ".join(out[:LANES_NAMED]) + (" ..." if len(out) > LANES_NAMED else "")
            side = "after the record did" if verb == "began" else "before the record did"
            yield f"lanes that {verb} {side}, on {edge}, and are judged on their own record: {len(out):,} ({shown})"


def refuse(
    rows: pd.DataFrame, out: np.ndarray | pd.Series, reason: str, refused: list[tuple[int, str, str]]
) -> pd.DataFrame:
    """Return the rows except those that are `out`, which `refused` gets with the reason."""
    gone = rows[out]
    refused += [
        (line, reason, visible(f"{date:%Y-%m-%d}, {lane}, {volume:g}"))
        for line, date, lane, volume in zip(gone["line"], gone["date"], gone["lane"], gone["volume"], strict=True)
    ]
    return rows[~out]


def _days(rows):
    return rows["date"].to_numpy().astype("datetime64[D]")


def _numbers(days):
    """Return days as numbers from 0."""
    return (days - days.min()).astype(np.int64) if len(days) else days.astype(np.int64)
