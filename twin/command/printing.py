"""A report as text, JSON or CSV."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from twin.data.lane_names import written_lane
from twin.data.text import visible
from twin.demand import PERIOD_NAMES
from twin.plan.wording import tabulated

if TYPE_CHECKING:
    from twin.plan.table_report import Report

SCHEMA_VERSION = 1  # of the JSON; it rises when a key is renamed or removed
SCHEMA_FILE = Path(__file__).with_name("assess.schema.json")  # written by schema.py
GROUP_HEADINGS = {  # each stands above the column it names
    "demand_mean": "HISTORY",
    "holding_cost": "POLICY",
    "workload_mean": "BUFFER",
    "required_capacity": "CAPACITY AND COOPERATION",
    "revenue": "MONEY",
}
_COLUMN = 14  # characters a lane, more where it takes more to tell lanes apart


def to_text(report: Report, *, most: int = 12, width: int = 100) -> str:
    """Return the report as words and a table, answers as rows and lanes as columns, largest lanes first."""
    lanes = report.table["demand_mean"].nlargest(most).index
    name_width = max(map(len, report.units)) + 2
    unit_width = max(map(len, report.units.values())) + 1
    column = next(size for size in count(_COLUMN) if len({_short(lane, size) for lane in lanes}) == len(lanes))
    room = max((width - name_width - unit_width) // column, 1)
    lines = [str(report.history.account), "", *sentences(report, width)]
    for start in range(0, len(lanes), room):
        block = report.table.loc[lanes[start : start + room]]
        heading = "".join(f"{_short(lane, column):>{column}}" for lane in block.index)
        for name, unit in report.units.items():
            if name in GROUP_HEADINGS:
                lines += ["", f"{GROUP_HEADINGS[name]:{name_width + unit_width}}{heading}"]
            values = "".join(f"{tabulated(value):>{column}}" for value in block[name])
            lines.append(f"{name:{name_width}}{unit:{unit_width}}{values}")
    if len(report.table) > len(lanes):
        lines += [
            "",
            f"{len(lanes)} of {_lanes(len(report.table))}, the largest; --most N shows more, --csv and --json all.",
        ]
    return "\n".join(lines) + "\n"


def to_json(report: Report) -> str:
    """Return the report as JSON, in the form that assess.schema.json describes."""
    lanes = report.table.astype(object).where(report.table.notna(), None)
    content = {
        "schema_version": SCHEMA_VERSION,
        "period": report.history.period,
        "assumptions": report.assumptions,
        "units": report.units,
        "lanes": lanes.to_dict(orient="index"),
        "refused_lanes": report.refused["reason"].to_dict(),
        "account": report.history.account.to_dict(),
    }
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_csv(report: Report) -> str:
    """Return the lanes as CSV, one row a lane, names as in the report; units are in `to_json` and NOTATION.md."""
    return report.table.rename(index=written_lane).to_csv(lineterminator="\n")


def sentences(report: Report, width: int = 100) -> Iterator[str]:
    """Yield a line on the lanes assessed, on each assumption, and on lanes left out."""
    yield f"{_lanes(len(report.table))} assessed; one period is a {PERIOD_NAMES[report.history.period]}."
    for assumption in report.assumptions:
        yield textwrap.fill(f"  assumed  {assumption}", width, subsequent_indent=" " * 11, break_on_hyphens=False)
    yield "  note     the forecast is a straight line through the history, with a 95% interval; it may fall below zero"
    for reason, lanes in report.refused.groupby("reason").groups.items():
        more = ", ..." if len(lanes) > 3 else ""
        yield f"  refused  {_lanes(len(lanes))}: {reason} ({', '.join(map(_short, lanes[:3]))}{more})"


def _lanes(number):
    return "1 lane" if number == 1 else f"{number:,} lanes"


def _short(lane, column=_COLUMN):
    lane = visible(lane)
    return lane if len(lane) < column else lane[: column - 2] + "…"
