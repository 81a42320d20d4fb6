"""The report on a network as sheets of a workbook, with every digit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from twin.data.workbook import Worksheet
from twin.plan.contract_dates import CONTRACT_DATES
from twin.plan.contract_year import CONTRACT_SAVES, MONTH_COLUMNS
from twin.plan.dated import DATED, OF_LANE
from twin.plan.decision_worth import WORTH
from twin.plan.kinds import PLAN_KINDS, VISIT
from twin.plan.quantities import QUANTITIES
from twin.plan.site_places import SITE_PLACES

if TYPE_CHECKING:
    from twin.plan.contract_year import ContractYear
    from twin.plan.network_report import NetworkReport

#: Status and overflow of the coming week or month: column of the attention -> heading in the sheet of lanes.
COMING = {
    "status": "status",
    "expected_overflow": "coming_overflow",
    "overflow_probability": "coming_overflow_probability",
    "money": "coming_overflow_money",
}

#: Number of the sheet of lanes, or of actions -> (unit, meaning).
COMING_NUMBERS = {
    "coming_overflow": ("pallet", "expected overflow of the coming week or month, with booked places"),
    "coming_overflow_probability": ("-", "mean probability of overflow of its periods"),
    "coming_overflow_money": ("$", "money at risk in the coming week or month"),
}
ACTION_NUMBERS = {
    "money": ("$", "money at risk in the coming week or month, before its decision"),
    "places": ("pallet", "places or slots to book in each period of the days"),
    "price": (
        "$/pallet/period",
        "price of a place: of its contract, without what is paid in any case, or as of an own place",
    ),
    "rent": ("$", "price of all its places on all of its days, used or not"),
    "gain": ("$", "expected saving over all of its days, less the rent"),
}


def network_sheets(report: NetworkReport, changes: str) -> Iterator[Worksheet]:
    """Yield the sheets of a report.

    changes : what changed since the last report, in a sentence.
    """
    attention = report.morning.attention
    about = {
        "source": report.place,
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
    if len(report.sites):
        yield _sheet("sites", report.sites.reset_index())
    yield _sheet("actions", _actions(report))
    yield _sheet("decisions", report.decisions.rename_axis("decision").reset_index())
    coming = attention.lanes[list(COMING)].rename(columns=COMING)
    lanes = coming.join(report.assessed.table, how="outer").rename_axis("lane").reset_index()
    yield _sheet("lanes", lanes)
    plans = list(report.plans.values())
    if plans:
        yield _sheet("by date", pd.concat([plan.table for plan in plans]).reset_index())
        yield _sheet("kept", pd.concat([plan.lanes for plan in plans]).rename_axis("lane").reset_index())
    if report.year is not None:
        yield from _year(report.year)
    if report.worth is not None:
        yield _sheet("past decisions", report.worth.table.reset_index())
    meanings = [(name, unit, QUANTITIES[name].meaning) for name, unit in report.assessed.units.items()]
    yield Worksheet("units", ("name", "unit", "meaning"), [*meanings, *_more_units()])


def _actions(report: NetworkReport) -> pd.DataFrame:
    """Return the ranked actions, each with the author and time of the latest decision on it, if one holds."""
    table, latest = report.actions, report.decisions.drop_duplicates(["lane", "action"])
    latest = latest.rename(columns={"action": "kind", "author": "decided_by"})
    latest = latest[["lane", "kind", "decided_by", "decided_at"]].astype(object)
    table = table.merge(latest, how="left", on=["lane", "kind"])
    for name in ("decided_by", "decided_at"):
        table[name] = table[name].where(table["state"] != "")
    table.insert(0, "rank", range(1, len(table) + 1))
    return table


def _year(year: ContractYear) -> Iterator[Worksheet]:
    """Yield the months of the year of each site or lane, and the contracts with their days of notice."""
    if year.months:
        yield _sheet("year", pd.concat(year.months, names=["site or lane"]).reset_index())
    yield _sheet("contracts", year.contracts.reset_index())


def _more_units() -> Iterator[tuple[str, str, str]]:
    for name, field in PLAN_KINDS[VISIT].fields.items():
        yield f"totals: {name}", field.unit, field.meaning
    for name in ("demand", "use"):
        unit = PLAN_KINDS[VISIT].fields[name].unit
        yield f"totals: {name}_change", unit, "change since a week or month before"
    for name, (unit, meaning) in ACTION_NUMBERS.items():
        yield f"actions: {name}", unit, meaning
    for name, field in PLAN_KINDS["decision"].fields.items():
        yield f"decisions: {name}", field.unit, field.meaning
    for name, (unit, meaning) in COMING_NUMBERS.items():
        yield name, unit, meaning
    for name, (unit, meaning) in {**DATED, **OF_LANE}.items():
        yield f"by date: {name}", unit, meaning
    for name, (unit, meaning) in SITE_PLACES.items():
        yield f"sites: {name}", unit, meaning
    for name, (unit, meaning) in WORTH.items():
        yield f"past decisions: {name}", unit, meaning
    for name, (unit, meaning) in MONTH_COLUMNS.items():
        yield f"year: {name}", unit, meaning
    for name, (unit, meaning) in {**CONTRACT_DATES, "saves": CONTRACT_SAVES}.items():
        yield f"contracts: {name}", unit, meaning


def _sheet(name: str, table: pd.DataFrame) -> Worksheet:
    columns = tuple(map(str, table.columns))
    return Worksheet(name, columns, ([_plain(value) for value in row] for row in table.itertuples(index=False)))


def _plain(value: Any) -> Any:
    """Return a value as a cell takes it: unknown values as None."""
    return None if value is None or value is pd.NaT or value != value else value
