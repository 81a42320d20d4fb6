"""Turn usable rows into a history: settle duplicates and periods, and complete the account."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from twin._check import require
from twin.data.account import Account, refusals
from twin.data.audit import is_total, sum_lanes
from twin.data.history import History
from twin.data.lost_rows import Lost, mark_lost
from twin.data.periods import LENGTH
from twin.data.settle_steps import (
    into_periods,
    mark_unknown,
    record_notes,
    refuse,
    settle_duplicates,
    settle_returns,
    sum_flows,
    without_negative_sums,
)
from twin.data.text import visible

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
    """
    check_options(period, gaps, duplicates)
    notes = list(facts["notes"])
    refused = list(refused)
    before, rows = rows, settle_duplicates(rows, duplicates, refused, notes)
    if duplicates == "refuse":  # the volumes of refused duplicates are unknown, not zero
        contested = before.loc[before.index.difference(rows.index), ["date", "lane"]]
        unknown = contested if unknown is None else pd.concat([unknown, contested])
    _check_some_left(rows, refused, facts)
    inferred = period is None
    rows, period, summed = into_periods(rows, period, refused, notes, facts["file"])
    _check_some_left(rows, refused, facts)
    flows = sum_flows(settle_returns(rows, notes))
    audit = list(facts.get("audit", ()))
    if out := _sums_left_out(flows, sums, facts["file"], audit):
        rows = refuse(rows, rows["lane"].isin(out).to_numpy(), SUM_OF_OTHERS, refused)
        flows = sum_flows(settle_returns(rows, []))
    flows = without_negative_sums(flows, period, notes)
    if unknown is not None and len(unknown):
        flows = mark_unknown(flows, unknown, period, summed, notes)
    if lost is not None and gaps == "zero":
        flows = mark_lost(flows, lost, period, notes)
    notes += record_notes(flows, period, gaps)
    closing = {"rows_kept": len(rows), "refused": refusals(refused), "notes": tuple(notes), "audit": tuple(audit)}
    account = Account(**{**facts, **closing}, period=period, period_inferred=inferred)
    return History(flows, period, gaps, account, _without(flows, lanes, out))


def _sums_left_out(flows, sums, file, audit):
    """Return the lanes to leave out because they are the sum of others; `audit` gets a sentence on each."""
    if sums == "keep":
        return []
    found = sum_lanes(flows)
    strange = [name for name in found if sums is None and not is_total(name)]
    if strange:
        name, parts = strange[0], found[strange[0]]
        raise ValueError(
            f"{file} has a lane that is the sum of {parts:,} others in every period, {visible(name)!r}, so flows would "
            "count twice; say which: --sums leave-out or --sums keep (sums='leave-out' or 'keep')"
        )
    for name in flows["lane"].cat.categories:
        if is_total(name) and name not in found:
            audit.append(f"the lane {visible(name)!r} is called a total but is not the sum of the others; it is kept")
    for name, parts in found.items():
        audit.append(f"the lane {visible(name)!r} is the sum of {parts:,} others in every period; it is left out")
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
    require(period is None or period in LENGTH, "period", "'D', 'W', 'MS' or None", repr(period))
    require(gaps in GAPS, "gaps", "'zero' or 'unknown'", repr(gaps))
    require(duplicates in DUPLICATES, "duplicates", "'sum', 'first' or 'refuse'", repr(duplicates))


def _check_some_left(rows, refused, facts):
    if len(rows):
        return
    table = refusals(refused)
    reasons = "; ".join(f"{count:,} x {reason}" for reason, count in table["reason"].value_counts().items())
    line, _, text = table.iloc[0]
    first = f"the first is {facts.get('row', 'line')} {line}: {text}"
    raise ValueError(f"{facts['file']} has no usable row: {reasons}; {first}")
