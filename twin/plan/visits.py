"""Visits of planners: the totals of the morning that each saw, kept in the plan with author and time."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from twin.plan.kinds import SEEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twin.plan.capacity_plan import CapacityPlan

VISIT_ENDS = 4.0  # hours after which a page that is opened is another visit [h]


class Visit(NamedTuple):
    """The totals that a planner saw, with the columns of `Morning.totals`, and the time in UTC, "2026-01-31 07:30"."""

    at: str
    totals: pd.DataFrame


def visit_now(totals: pd.DataFrame) -> Visit:
    """Return the visit of this moment."""
    return Visit(f"{this_moment():%Y-%m-%d %H:%M}", totals[list(SEEN)])


def last_visit(plan: CapacityPlan, author: str, rows: Iterable[str], now: datetime.datetime) -> Visit | None:
    """Return what an author saw at the last visit that is over; None if there was none.

    rows : names of the rows of totals, the network and its sites.
    now : time in UTC from which it is looked back, as `this_moment` gives it.

    >>> from twin.plan.capacity_plan import CapacityPlan
    >>> plan, totals = CapacityPlan(author="eva"), pd.DataFrame({name: {"network": 1.0} for name in SEEN})
    >>> made = keep_visit(plan, "eva", totals)
    >>> last_visit(plan, "eva", ["network"], this_moment()) is None  # this visit is not over
    True
    >>> tomorrow = this_moment() + datetime.timedelta(days=1)
    >>> last_visit(plan, "eva", ["network"], tomorrow).totals.loc["network", "demand"].item()
    1.0
    """
    until = now - datetime.timedelta(hours=VISIT_ENDS)
    seen: dict[str, dict[str, float]] = {}
    times = []
    for row in rows:
        for cell in plan.history("visit", _entry(author, row)):  # the latest first
            if cell.field in SEEN and _time(cell.changed_at) <= until:
                seen.setdefault(row, {}).setdefault(cell.field, cell.after)
                times.append(_time(cell.changed_at))
    if not seen:
        return None
    return Visit(f"{max(times):%Y-%m-%d %H:%M}", pd.DataFrame.from_dict(seen, orient="index", columns=list(SEEN)))


def keep_visit(plan: CapacityPlan, author: str, totals: pd.DataFrame) -> int | None:
    """Write what an author sees now to the plan, and return the id of the change; None if nothing is new."""
    rows = totals[list(SEEN)].round(4).to_dict(orient="index")
    entries = {("visit", _entry(author, str(row))): values for row, values in rows.items()}
    return plan.write(entries, what=f"visit of the morning by {author}", overwrite=True)


def _entry(author, row):
    return f"{author}, {row}"


def this_moment() -> datetime.datetime:
    """Return the present time in UTC."""
    return datetime.datetime.now(datetime.UTC)


def _time(text):
    found = datetime.datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
