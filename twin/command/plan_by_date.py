"""Print the plan of the next periods by date, as text, JSON and CSV."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.data.lane_names import quoting_of, written_lane
from twin.data.text import visible
from twin.demand import period_name
from twin.plan.booked_lane import BOOKING, BY_DATE
from twin.plan.dated import DATED, OF_LANE, WORST_WINDOW, bias_in_words
from twin.plan.wording import tabulated, written

if TYPE_CHECKING:
    import pandas as pd

    from twin.plan.booked_lane import PlacesToBook
    from twin.plan.horizon import Horizon
    from twin.plan.table_report import Report

_UNITS = {name: unit for name, (unit, _) in {**DATED, **OF_LANE}.items()}  # of every number of a plan by date
_UNITS |= {f"booking.{name}": unit for name, (unit, _) in BOOKING.items()}
_COLUMN = 12  # least width of a column [characters]


def in_text(report: Report, lanes: pd.Index, width: int) -> Iterator[str]:
    """Yield the lines of the plan of some lanes: a row for each date, and sentences on what such plans have kept."""
    ahead = report.horizon
    assert ahead is not None
    dates = ahead.dates.astype(str)
    for lane in lanes:
        yield ""
        yield f"PLAN BY DATE  {visible(lane)}, {dates[0]} to {dates[-1]}"
        heads = [_heading(name) for name in DATED]
        yield f"{'':12}" + "".join(f"{first:>{_COLUMN}}" for first, _ in heads)
        yield f"{'date':12}" + "".join(f"{second:>{_COLUMN}}" for _, second in heads)
        for date, row in zip(dates, ahead.table.loc[lane].to_numpy(), strict=True):
            yield f"{date:12}" + "".join(f"{tabulated(value):>{_COLUMN}}" for value in row)
        for sentence in sentences_of(ahead.lanes.loc[lane], report.history.period, report.history.calendar.length):
            yield _filled(sentence, width)
        yield from _booked(report.bookings[lane], report, width)
    for site, found in report.site_bookings.items():
        yield ""
        yield f"PLACES TO BOOK  site {visible(site)}, its lanes together, {dates[0]} to {dates[-1]}"
        yield from _booked(found, report, width)
    if report.together is not None:
        both, terms = report.together
        yield ""
        yield f"BOOKED TOGETHER  {', '.join(map(visible, both.names))}"
        for name, alone, pays in zip(both.names, both.alone, both.found.allocation, strict=True):
            yield _filled(
                f"pays     {visible(name)} {written(float(pays), '$')}; alone {written(float(alone), '$')}", width
            )
        for sentence in (*both.sentences(), terms.sentence(report.history.calendar.length)):
            yield _filled(f"book     {sentence}", width)


def _booked(found: PlacesToBook, report: Report, width: int) -> Iterator[str]:
    """Yield the lines on places to book ahead."""
    for sentence in found.sentences(report.history.calendar.length):
        yield _filled(f"book     {sentence}", width)


def _filled(sentence: str, width: int) -> str:
    return textwrap.fill(f"  {sentence}", max(width, 60), subsequent_indent=" " * 11, break_on_hyphens=False)


def sentences_of(lane: pd.Series, period: str, length: str | float) -> Iterator[str]:
    """Yield what the plan of a lane has kept on its own past, what the formula says instead, and the price of both."""
    window = WORST_WINDOW[period]
    if lane["kept"] == lane["kept"]:
        yield (
            f"kept     {lane['kept']:.1%} of {lane['service_level']:.1%} promised on the lane's own past, "
            f"{lane['worst_kept']:.1%} in its worst {window}; "
            f"the formula's constant reorder point {lane['formula_kept']:.1%}"
        )
    if lane["coverage"] == lane["coverage"]:
        yield (
            f"forecast {lane['method']}, error {lane['mase']:.2f} of that of the volume a season ago; "
            f"{lane['coverage']:.1%} of past volumes lay in their 95% interval, "
            f"{lane['worst_coverage']:.1%} in the worst {window}"
        )
    if words := bias_in_words(lane["bias"]):
        yield f"bias     {words}"
    yield (
        f"formula  reserve {lane['formula_reserve']:,.1f} and required capacity "
        f"{lane['formula_required_capacity']:,.1f} pallets on every date; it gives own capacity "
        f"a probability of overflow of {lane['formula_overflow_probability']:.1%}, "
        f"the record had {lane['record_overflow']:.1%}"
    )
    if np.isfinite(lane["gain"]):
        more = "earns" if lane["gain"] >= 0 else "costs"
        yield (
            f"price    this plan {more} ${abs(lane['gain']):,.2f} a {period_name(length)} more than the formula's "
            f"(standard error {lane['gain_error']:,.2f}), on the same paths of demand in the dynamic model"
        )
    if lane["remark"]:
        yield f"refused  {lane['remark']}"
    if lane["season"]:
        yield f"season   {lane['season']}"


def in_json(report: Report) -> dict[str, Any] | None:
    """Return the plan as plain values: dates, units, and each lane's numbers by date; None without one."""
    ahead = report.horizon
    if ahead is None:
        return None
    lanes = {lane: _of_lane(report, lane) for lane in ahead.lanes.index}
    sites = {site: found.numbers() for site, found in report.site_bookings.items()}
    return {"dates": ahead.dates.astype(str).tolist(), "units": _UNITS, "lanes": lanes, "sites": sites}


def of_lane(report: Report, lane: str) -> dict[str, Any] | None:
    """Return the plan of one lane as plain values, with its dates; None without one."""
    ahead = report.horizon
    return None if ahead is None else {"dates": ahead.dates.astype(str).tolist(), **_of_lane(report, lane)}


def in_csv(ahead: Horizon) -> str:
    """Return the plan as CSV, a row for each lane and date."""
    table = ahead.table.reset_index()
    quoting = quoting_of(ahead.lanes.index)
    table["lane"] = table["lane"].map(written_lane)
    table["date"] = table["date"].astype(str)
    return table.to_csv(index=False, lineterminator="\n", quoting=quoting)


def schema_of_lane() -> dict[str, Any]:
    """Return the schema of the plan of one lane."""
    by_date = {
        name: {
            "type": "array",
            "items": {"type": ["number", "null"]},
            "description": f"{meaning}, by date [{unit}]",
        }
        for name, (unit, meaning) in DATED.items()
    }
    of_lane = {
        name: {
            "type": "string" if unit in ("word", "sentence") else ["number", "null"],
            "description": f"{meaning} [{unit}]",
        }
        for name, (unit, meaning) in OF_LANE.items()
    }
    return _object({**by_date, **of_lane, "booking": schema_of_booking()})


def schema_of_booking() -> dict[str, Any]:
    """Return the schema of places to book ahead."""
    return _object(
        {name: {"description": f"{meaning} [{unit}]", **_form(name, unit)} for name, (unit, meaning) in BOOKING.items()}
    )


def _form(name: str, unit: str) -> dict[str, Any]:
    """Return the schema of a number of a booking; null where there is none."""
    if name in BY_DATE:
        return {"type": ["array", "null"], "items": {"type": "number"}}
    if unit == "sentence":
        return {"type": "string"}
    return {"type": ["string", "null"], "format": "date"} if unit == "date" else {"type": ["number", "null"]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def schema_of_dates() -> dict[str, Any]:
    """Return the schema of the dates of a plan."""
    return {"type": "array", "items": {"type": "string", "format": "date"}, "description": "first day of each period"}


def _of_lane(report: Report, lane: str) -> dict[str, Any]:
    table, lanes = report.horizon.table.loc[lane], report.horizon.lanes
    by_date = {name: [_plain(value) for value in table[name]] for name in DATED}
    of_lane = {name: _plain(lanes.loc[lane, name]) for name in OF_LANE}
    return {**by_date, **of_lane, "booking": report.bookings[lane].numbers()}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else float(value) if np.isfinite(value) else None


def _heading(name: str) -> tuple[str, str]:
    """Return a name in two lines."""
    first, _, second = name.replace("_", " ").partition(" ")
    return (first, second) if second else ("", first)
