"""Prepare the table of all lanes for the page: columns, values and sparklines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from twin.plan.attention import BLOCK_NAMES
from twin.plan.quantities import QUANTITIES
from twin.plan.wording import decimals, unit_in

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

MISSING = 255  # byte that marks a missing value in a sparkline

#: Measures in the table, in addition to status and sparkline.
SHOWN_NUMBERS = (
    "use last_volume demand_mean use_with_buffer overflow_probability lane_profit dependency resilience_index".split()
)
#: Columns that a planner may choose.
HIDDEN_AT_FIRST = {"status", "use_with_buffer", "overflow_probability", "dependency", "resilience_index"}
#: Label of a column in place of that of the registry, because another column has that word.
_LABELS = {"overflow_probability": "overflow with buffer"}
COMING_OVERFLOW = "coming_overflow"  # name of the column of the overflow by the forecast
_BEYOND = "on which more than the own places is expected, by the forecast, as in the morning"


def columns(period: str, *, sites: bool = False) -> list[dict[str, Any]]:
    """Return the columns of the table, as `widgets.NetworkTable` takes them; `sites`: with the site of each lane."""

    def column(name, label, kind, digits=0, help=""):
        about = {"name": name, "label": label, "kind": kind, "digits": digits, "help": help or label}
        return {**about, "hidden": name in HIDDEN_AT_FIRST or (sites and name == "last_volume")}

    def number(name):
        row = QUANTITIES[name]
        kind, unit = ("share", "") if row.unit == "-" else ("number", f" [{unit_in(row.unit, period)}]")
        label = _LABELS.get(name) or row.heading or row.label
        return column(name, label, kind, decimals(row.unit), f"{row.meaning}{unit}")

    coming = f"the coming {BLOCK_NAMES[period]}"
    return [
        column("lane", "lane", "text"),
        column("outlook", "status", "status", help=f"by the forecast of {coming}, as in the morning"),
        column("status", "today, with buffer", "status", help="use with buffer against the thresholds"),
        *map(number, SHOWN_NUMBERS[:3]),
        column(COMING_OVERFLOW, "overflow", "share", help=f"share of coming {unit_in('period', period)}s {_BEYOND}"),
        *map(number, SHOWN_NUMBERS[3:]),
        column("spark", "recent", "spark", help=f"the latest {unit_in('period', period)}s"),
        *([column("site", "site", "text", help="site of the plan whose places and handling the lane uses")] * sites),
    ]


def table(network: pd.DataFrame, period: str) -> dict[str, list]:
    """Return the values of each column as a list, given the table of `Session.network`."""
    names = [column["name"] for column in columns(period, sites="site" in network)]
    values = {name: network[name].tolist() for name in names if name not in ("lane", "spark")}
    values[COMING_OVERFLOW] = [None if one != one else one for one in values[COMING_OVERFLOW]]  # JSON has no NaN
    return {"lane": network.index.tolist(), **values}


def sparks(recent: NDArray) -> bytes:
    """Return sparklines as bytes: 0 to 254 for volumes from 0 to the largest of a lane. recent : lanes x periods"""
    known = ~np.isnan(recent)
    largest = np.max(np.where(known, recent, 0.0), axis=1, keepdims=True)
    level = np.where(known, recent, 0.0) / np.maximum(largest, 1e-300) * (MISSING - 1)
    return np.where(known, np.rint(level), MISSING).astype(np.uint8).tobytes()
