"""The last complete period of a history, after which fewer than half of the lanes that usually flow have a row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from twin.data.record import complete_periods
from twin.data.text import number_of
from twin.plan.attention import SILENT, ranked_periods

if TYPE_CHECKING:
    from twin.data.history import History


class Later(NamedTuple):
    """Flows after the last complete period: its last day with a row, and number and last day of the later rows."""

    complete: np.datetime64
    rows: int
    last: np.datetime64


def complete_part(history: History) -> tuple[History, Later | None]:
    """Return the history up to its last complete period (`data.record.complete_periods`), and what comes after it.

    >>> from twin.data.load import load_history
    >>> complete_part(load_history())[1] is None
    True
    """
    days, calendar = history.flows["date"].to_numpy().astype("datetime64[D]"), history.calendar
    every_week, season = calendar.without_holidays, ranked_periods(calendar.period, calendar.season)
    time = every_week.between(days.min(), days)
    end = complete_periods(np.bincount(time), season=season, few=season * SILENT[calendar.period])
    if end > time.max():
        return history, None
    later = Later(days[time < end].max(), int(np.sum(time >= end)), days.max())
    return replace(history, flows=history.flows[time < end]), later


def left_out(later: Later | None) -> tuple[str, ...]:
    """Return a sentence on flows that are left out, if there are any.

    >>> left_out(None)
    ()
    """
    if later is None:
        return ()
    return (
        f"flows after {later.complete} are left out ({number_of(later.rows, 'row')}, up to {later.last}): "
        f"fewer than half of the lanes that usually flow have a row there",
    )


def counted(later: Later | None) -> tuple[str, ...]:
    """Return a sentence on flows that count all the same, and how to leave them out, if there are any.

    >>> counted(None)
    ()
    """
    if later is None:
        return ()
    return (
        f"flows after {later.complete} count ({number_of(later.rows, 'row')}, up to {later.last}), though fewer than "
        f"half of the lanes that usually flow have a row there: --last {later.complete} leaves them out, as twin "
        "attention does",
    )
