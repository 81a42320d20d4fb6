"""Turn usable rows into a history: settle duplicates and periods, and complete the account."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from twin._check import require
from twin.data.account import Account, refusals
from twin.data.history import History
from twin.data.periods import LENGTH
from twin.data.settle_steps import (
    end_notes,
    gap_note,
    into_periods,
    mark_unknown,
    settle_duplicates,
    settle_returns,
    sum_flows,
)

GAPS = ("zero", "unknown")  # accepted meanings of a period without a row
DUPLICATES = ("sum", "first", "refuse")  # accepted treatments of rows with the same lane and date


def history_from(
    rows: pd.DataFrame,
    facts: dict[str, Any],
    *,
    refused: Iterable[tuple[int, str, str]] = (),
    unknown: pd.DataFrame | None = None,
    period: str | None = None,
    gaps: str = "zero",
    duplicates: str = "sum",
) -> History:
    """Return the history of a table of usable rows, with duplicates and periods settled and the account complete.

    rows : table of line, date, lane, volume, optionally returns and copy (exact copy of an earlier record).
    facts : the fields of the account that are already known.
    refused : the rows refused so far, each (line, reason, text).
    unknown : table of the dates and lanes whose recorded volume could not be read.
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
    if unknown is not None and len(unknown):
        flows = mark_unknown(flows, unknown, period, summed, notes)
    notes.append(gap_note(flows, period, gaps))
    last = flows.groupby("lane", observed=True)["date"].last().dt.date
    notes += end_notes(last.index, last, last.max(), gaps)
    closing = {"rows_kept": len(rows), "refused": refusals(refused), "notes": tuple(notes)}
    account = Account(**{**facts, **closing}, period=period, period_inferred=inferred)
    return History(flows, period, gaps, account)


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
