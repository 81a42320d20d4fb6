"""The network command centre: a table of every lane, ready for the page."""

import numpy as np

from twin.plan.quantities import QUANTITIES
from twin.plan.wording import decimals, unit_in

MISSING = 255  # in a sparkline


#: Numbers in the table, beside status and sparkline.
SHOWN_NUMBERS = "use last_volume demand_mean dependency resilience_index overflow_probability profit".split()


def columns(period):
    """Return the columns of the table, as `widgets.NetworkTable` takes them."""

    def column(name, label, kind, digits=0, help=""):
        return {"name": name, "label": label, "kind": kind, "digits": digits, "help": help or label}

    def number(name):
        row = QUANTITIES[name]
        kind, unit = ("share", "") if row.unit == "-" else ("number", f" [{unit_in(row.unit, period)}]")
        return column(name, row.heading or row.label, kind, decimals(row.unit), f"{row.meaning}{unit}")

    return [
        column("lane", "lane", "text"),
        column("status", "status", "status", help="use of own capacity against the thresholds"),
        *map(number, SHOWN_NUMBERS),
        column("spark", f"recent {unit_in('period', period)}s", "spark"),
    ]


def table(network, period):
    """Return name of a column -> list of values, of a table as `Session.network` returns it."""
    values = {c["name"]: network[c["name"]].tolist() for c in columns(period) if c["name"] not in ("lane", "spark")}
    return {"lane": network.index.tolist(), **values}


def sparks(recent):
    """Return the sparklines of lanes as bytes: volumes between 0 and the lane's largest become 0 to 254."""
    known = ~np.isnan(recent)
    largest = np.max(np.where(known, recent, 0.0), axis=1, keepdims=True)
    level = np.where(known, recent, 0.0) / np.maximum(largest, 1e-300) * (MISSING - 1)
    return np.where(known, np.rint(level), MISSING).astype(np.uint8).tobytes()
