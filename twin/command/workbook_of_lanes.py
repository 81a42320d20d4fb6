"""The report of assess as an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.command.printing import told_of
from twin.data.whole_file import whole_file
from twin.data.workbook import ROWS_OF_A_SHEET, Worksheet, write_workbook
from twin.plan.booked_lane import BOOKING
from twin.plan.dated import DATED, OF_LANE
from twin.plan.quantities import QUANTITIES

if TYPE_CHECKING:
    from twin.plan.table_report import Report

TOLD = (
    "account",
    "reading",
    "audit",
    "accuracy",
)  # parts of the report that are names and values, or sentences; a sheet each

_BOOKED = tuple(
    name for name in BOOKING if name not in ("bookings", "places", "booked_before", "soft_places")
)  # one value each


def workbook(option: str, report: Report, file: str, most: int) -> None:
    """Write the report to a workbook with the sheets lanes, units, assumptions, account, and what else there is.

    Numbers are numbers, days are days, and names of lanes are texts. All lanes are in it, whatever `most` says; of
    refused rows, as many as a sheet holds. Errors name the option.
    """
    lanes = len(report.table)
    way_out = "--csv and --jsonl print any number"
    require(lanes <= ROWS_OF_A_SHEET, option, f"used for at most {ROWS_OF_A_SHEET:,} lanes; {way_out}", f"{lanes:,}")
    with whole_file(file, option) as partial:
        write_workbook(partial, _sheets(report), way_out)


def _sheets(report):
    content = told_of(report)
    yield Worksheet("lanes", ("lane", *report.table.columns), report.table.itertuples(name=None))
    meanings = [(name, unit, QUANTITIES[name].meaning) for name, unit in report.units.items()]
    if report.horizon is not None:
        plan = report.horizon.table.itertuples()
        yield Worksheet("horizon", ("lane", "date", *DATED), ((*key, *numbers) for key, *numbers in plan))
        yield Worksheet("horizon lanes", ("lane", *OF_LANE), report.horizon.lanes.itertuples(name=None))
        yield Worksheet("bookings", ("lane or site", "of", *_BOOKED), _bookings(report))
        meanings += [(f"horizon: {name}", *row) for name, row in {**DATED, **OF_LANE}.items()]
        meanings += [(f"bookings: {name}", *BOOKING[name]) for name in _BOOKED]
    yield Worksheet("units", ("name", "unit", "meaning"), meanings)
    yield Worksheet("assumptions", ("assumption",), zip(report.assumptions))
    for name in TOLD:
        told = content.get(name)
        if isinstance(told, list | tuple) and told:
            yield Worksheet(name, ("sentence",), zip(told))
        elif told:
            plain = {key: value for key, value in told.items() if key != "refused"}  # has a sheet of its own
            yield Worksheet(name, ("name", "value"), _told(plain))
    if len(report.refused):
        yield Worksheet("refused lanes", ("lane", "reason"), report.refused["reason"].items())
    rows = report.history.account.refused
    if len(rows):
        yield Worksheet("refused rows", tuple(rows.columns), islice(rows.itertuples(index=False), ROWS_OF_A_SHEET))


def _bookings(report):
    """Yield a row for each lane and site with its places to book now."""
    for of, bookings in (("lane", report.bookings), ("site", report.site_bookings)):
        for name, found in bookings.items():
            numbers = found.numbers()
            yield name, of, *(numbers[key] for key in _BOOKED)


def _told(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (name, value) for every plain value in a nested one; inner names follow outer ones."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _told(inner, f"{name}, {key}" if name else str(key))
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _told(inner, name)
    else:
        yield name, ("yes" if value else "no") if isinstance(value, bool) else value
