"""The report on a network as sheets of a workbook, with every digit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from twin.data.workbook import Worksheet
from twin.plan.dated import DATED, OF_LANE
from twin.plan.quantities import QUANTITIES

if TYPE_CHECKING:
    from twin.plan.network_report import NetworkReport

#: Status and overflow of the coming week or month: column of the attention -> heading in the sheet of lanes.
COMING = {
    "status": "status",
    "expected_overflow": "coming_overflow",
    "overflow_probability": "coming_overflow_probability",
    "money": "coming_overflow_money",
}


def network_sheets(report: NetworkReport, changes: str) -> Iterator[Worksheet]:
    """Yield the sheets about, totals, actions, decisions, lanes, by date, kept and units.

    changes : what changed since the last report, in a sentence.
    """
    attention = report.morning.attention
    about = {
        "source": report.feed.place,
        "flows to": str(attention.date),
        "made": report.made,
        "author": report.author,
        "period": report.feed.calendar.period,
        "horizon": report.horizon,
        "changes": changes,
    }
    assumed = dict.fromkeys((*attention.assumptions, *report.assessed.assumptions))
    rows = [*about.items(), *(("assumed", sentence) for sentence in assumed)]
    yield Worksheet("about", ("name", "value"), rows)
    yield _sheet("totals", report.morning.totals.rename_axis("site").reset_index())
    yield _sheet("actions", _actions(report))
    yield _sheet("decisions", report.decisions.rename_axis("decision").reset_index())
    coming = attention.lanes[list(COMING)].rename(columns=COMING)
    lanes = coming.join(report.assessed.table, how="outer").rename_axis("lane").reset_index()
    yield _sheet("lanes", lanes)
    plans = list(report.plans.values())
    if plans:
        yield _sheet("by date", pd.concat([plan.table for plan in plans]).reset_index())
        yield _sheet("kept", pd.concat([plan.lanes for plan in plans]).rename_axis("lane").reset_index())
    meanings = [(name, unit, QUANTITIES[name].meaning) for name, unit in report.assessed.units.items()]
    yield Worksheet("units", ("name", "unit", "meaning"), [*meanings, *_dated_units()])


def _actions(report: NetworkReport) -> pd.DataFrame:
    """Return the ranked actions, each with the author and time of the decision that holds."""
    table, latest = report.actions, report.decisions.drop_duplicates("lane").set_index("lane")
    decided = [table["lane"].map(latest[name]).where(table["state"] != "") for name in ("author", "decided_at")]
    table = table.assign(**dict(zip(("decided_by", "decided_at"), decided, strict=True)))
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def _dated_units() -> Iterator[tuple[str, str, str]]:
    for name, (unit, meaning) in {**DATED, **OF_LANE}.items():
        yield f"by date: {name}", unit, meaning


def _sheet(name: str, table: pd.DataFrame) -> Worksheet:
    columns = tuple(map(str, table.columns))
    return Worksheet(name, columns, ([_plain(value) for value in row] for row in table.itertuples(index=False)))


def _plain(value: Any) -> Any:
    """Return a value as a cell takes it: unknown values as None."""
    return None if value is None or value is pd.NaT or value != value else value
