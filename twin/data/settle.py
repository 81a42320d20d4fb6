"""Turn usable rows into a history: settle duplicates and periods, and complete the account."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from twin._check import require
from twin._period_kinds import PERIOD_KINDS
from twin.data.account import Account, refusals
from twin.data.advice import Advice
from twin.data.audit import is_total, sum_lanes
from twin.data.calendar import WorkingCalendar
from twin.data.errors import RowsRefused
from twin.data.files.stamps import CutDay
from twin.data.history import History
from twin.data.longer_records import LongerRecords, days_in_short, longer_records
from twin.data.lost_rows import Lost, mark_lost
from twin.data.periods import distinct_days
from twin.data.settle_steps import (
    choose_period,
    into_periods,
    mark_unknown,
    on_open_days,
    record_notes,
    refuse,
    settle_duplicates,
    settle_returns,
    sum_flows,
    without_negative_sums,
)
from twin.data.text import number_of, visible
from twin.data.working_days import RECORD_DECIDES, Closing, said_of_periods, working_calendar

GAPS = ("zero", "unknown")  # accepted meanings of a period without a row
SUM_OF_OTHERS = "is of a lane that is the sum of others"
DUPLICATES = ("sum", "first", "refuse")  # accepted treatments of rows with the same lane and date


def history_from(
    rows: pd.DataFrame,
    facts: dict[str, Any],
    *,
    refused: Iterable[tuple[int, str, str]] = (),
    unknown: pd.DataFrame | None = None,
    lost: Lost | None = None,
    lanes: Sequence[str] = (),
    sums: str | None = "keep",
    period: str | None = None,
    gaps: str = "zero",
    duplicates: str = "sum",
    cut: Sequence[CutDay] = (),
    own: str | None = None,
    imported: Callable[[str], Mapping[str, str]] | None = None,
    window: tuple[date | None, date | None] = (None, None),
    closing: Closing = RECORD_DECIDES,
) -> History:
    """Return the history of a table of usable rows, with duplicates and periods settled and the account complete.

    rows : table of line, date, lane, volume, optionally returns and copy (exact copy of an earlier record).
    facts : the fields of the account that are already known.
    refused : the rows refused so far, each (line, reason, text).
    unknown : table of the dates and lanes whose recorded volume could not be read.
    lost : rows whose date or lane could not be read.
    lanes : names of all lanes of the source, for the reasons against those of which no row is left.
    sums : "keep" or "leave-out" lanes that are the sum of others; None: leave out those that are called a total, and
        raise ValueError if there are others.
    cut : days that the record covers only in part.
    own : period in which the dates are written; None: it is inferred from them.
    imported : function that returns the lanes that were imported in longer periods than one, with these periods.
    window : first and last day that count; None: no limit.
    closing : what is stated about the days on which nobody works.
    """
    check_options(period, gaps, duplicates)
    notes = list(facts["notes"])
    refused = list(refused)
    if any(window):
        rows, unknown, lost, facts = _within(rows, unknown, lost, facts, window, notes)
    before, rows = rows, settle_duplicates(rows, duplicates, refused, notes)
    if duplicates == "refuse":  # the volumes of refused duplicates are unknown, not zero
        contested = before.loc[before.index.difference(rows.index), ["date", "lane"]]
        unknown = contested if unknown is None else pd.concat([unknown, contested])
    for each in cut:
        day, sentence = each.day, each.sentence
        rows = refuse(rows, (rows["date"] == day).to_numpy(), sentence, refused)
        unknown = None if unknown is None else unknown[(unknown["date"] != day).to_numpy()]
    _check_some_left(rows, refused, facts)
    inferred = period is None
    days = distinct_days(rows["date"].to_numpy().astype("datetime64[D]"))
    period, own = choose_period(days, period, facts["file"], own)
    longer = _longer(rows, period, imported)
    working = _working(rows, own, unknown, lost, closing, notes)
    rows, idle = on_open_days(rows, working, refused, notes) if period == "D" else (rows, 0)
    _check_some_left(rows, refused, facts)
    rows, calendar, summed = into_periods(rows, period, working, refused, notes)
    _check_some_left(rows, refused, facts)
    flows = sum_flows(settle_returns(rows, notes))
    audit = [*facts.get("audit", ()), *longer]
    if out := _sums_left_out(flows, sums, facts["file"], audit):
        rows = refuse(rows, rows["lane"].isin(out).to_numpy(), SUM_OF_OTHERS, refused)
        flows = sum_flows(settle_returns(rows, []))
    flows = without_negative_sums(flows, period, notes)
    if unknown is not None and len(unknown):
        flows = mark_unknown(flows, unknown, calendar, summed, notes)
    if lost is not None and gaps == "zero":
        flows = mark_lost(flows, lost, calendar, notes)
    notes += [*said_of_periods(calendar), *record_notes(flows, calendar, gaps)]
    told = {"rows_kept": len(rows) + idle, "refused": refusals(refused), "notes": tuple(notes), "audit": tuple(audit)}
    account = Account(**{**facts, **told}, period=period, period_inferred=inferred)
    recorded = working if working.period != period else None
    return History(flows, calendar, gaps, account, _without(flows, lanes, out), recorded)


def _within(rows, unknown, lost, facts, window, notes):
    """Return what lies in a window of days; rows outside it do not count as read."""
    first, last = (
        np.datetime64(day or limit, "D") for day, limit in zip(window, ("0001-01-01", "9999-12-31"), strict=True)
    )

    def inside(days):
        days = np.asarray(days, dtype="datetime64[D]")
        return (days >= first) & (days <= last)

    keep = inside(rows["date"])
    require(
        keep.any(),
        "first and last",
        f"days of {facts['file']}, {rows['date'].min():%Y-%m-%d} to {rows['date'].max():%Y-%m-%d}",
        " to ".join(str(day or "") for day in window),
    )
    limits = f"{window[0] or 'the first'} to {window[1] or 'the last'}"
    notes.append(f"rows outside the days asked for, {limits}, which are left out: {(~keep).sum():,}")
    unknown = None if unknown is None else unknown[inside(unknown["date"])]
    lost = None if lost is None else lost._replace(on_days=lost.on_days[inside(lost.on_days)])
    facts = {**facts, "rows_read": facts["rows_read"] - int((~keep).sum())}
    return rows[keep].reset_index(drop=True), unknown, lost, facts


def _longer(rows: pd.DataFrame, period: str, imported: Any) -> list[LongerRecords]:
    """Return the sentences on lanes of longer periods than the one in which rows are read."""
    names, lane = rows["lane"].cat.categories, rows["lane"].cat.codes.to_numpy()
    days = rows["date"].to_numpy().astype("datetime64[D]")
    here = np.flatnonzero(days_in_short(lane, days, len(names)).may_be_longer())
    some = np.isin(lane, here)
    by_lane = pd.Series(days[some]).groupby(lane[some])
    days_of = {names[code]: part.to_numpy() for code, part in by_lane}
    known = imported(period) if imported else {}
    read = set(names[np.unique(lane)]) if known else ()
    told = {name: kind for name, kind in known.items() if name in read}
    return list(longer_records(days_of, len(np.unique(lane)), period, told))


def _working(rows, own, unknown, lost, closing, notes):
    """Return the working calendar of a daily record; that of longer periods has no closed days."""
    if own != "D":
        if closing.closed or closing.holidays:
            notes.append(f"{PERIOD_KINDS[own].name}s have no closed days: closed weekdays and holidays are not used")
        return WorkingCalendar(own)
    days = rows["date"].to_numpy().astype("datetime64[D]")
    active = [days[(rows["volume"] != 0).to_numpy()]]
    active += [] if unknown is None else [unknown["date"].to_numpy().astype("datetime64[D]")]
    active += [] if lost is None else [lost.on_days]
    return working_calendar(distinct_days(np.concatenate(active)), days.min(), days.max(), closing, notes)


def _sums_left_out(flows, sums, file, audit):
    """Return the lanes to leave out because they are the sum of others; `audit` gets a sentence on each."""
    if sums == "keep":
        return []
    found = sum_lanes(flows)
    strange = [name for name in found if sums is None and not is_total(name)]
    if strange:
        name, parts = strange[0], found[strange[0]]
        text = f"{file} has a lane that is the sum of {number_of(parts, 'other')}, {visible(name)!r}"
        raise ValueError(Advice(f"{text}, so flows would count twice", ("sums", "leave-out"), ("sums", "keep")))
    for name in flows["lane"].cat.categories:
        if is_total(name) and name not in found:
            audit.append(f"the lane {visible(name)!r} is called a total but is not the sum of the others; it is kept")
    for name, parts in found.items():
        audit.append(f"the lane {visible(name)!r} is the sum of {number_of(parts, 'other')}; it is left out")
    return list(found)


def _without(flows, lanes, sums):
    """Return the lanes of which no row is left, each with the reason."""
    left = set(flows["lane"].cat.categories)
    return {
        lane: "it is the sum of other lanes" if lane in sums else "none of its rows can be used"
        for lane in sorted(set(lanes) - left)
    }


def check_options(period: str | None, gaps: str, duplicates: str = "sum") -> None:
    """Raise a ValueError if period, gaps or duplicates is not one of the accepted values."""
    require(period is None or period in PERIOD_KINDS, "period", "'D', 'W', 'MS', 'QS' or None", repr(period))
    require(gaps in GAPS, "gaps", "'zero' or 'unknown'", repr(gaps))
    require(duplicates in DUPLICATES, "duplicates", "'sum', 'first' or 'refuse'", repr(duplicates))


def _check_some_left(rows, refused, facts):
    if len(rows):
        return
    table = refusals(refused)
    reasons = "; ".join(f"{count:,} x {reason}" for reason, count in table["reason"].value_counts().items())
    line, _, text = table.iloc[0]
    first = f"the first is {facts.get('row', 'line')} {line}: {text}"
    account = Account(**facts, rows_kept=0, refused=table, period="", period_inferred=False)
    raise RowsRefused(f"{facts['file']} has no usable row: {reasons}; {first}", account)
