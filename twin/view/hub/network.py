"""The network command centre: a table of every lane, ready for the page."""

import numpy as np

from twin.plan.quantities import unit_in

MISSING = 255  # in a sparkline


def columns(period):
    """Return the columns of the table, as `widgets.NetworkTable` takes them."""

    def column(name, label, kind, digits=0, help=""):
        return {"name": name, "label": label, "kind": kind, "digits": digits, "help": help or label}

    name = unit_in("period", period)
    return [
        column("lane", "lane", "text"),
        column("status", "status", "status", help="use of own capacity against the thresholds"),
        column("use", "use", "share", help="latest workload and safety buffer, of own capacity"),
        column("last_volume", "latest", "number", 0, f"volume of the latest {name} [pallet]"),
        column("demand_mean", "mean", "number", 1, f"mean volume of a {name} [pallet]"),
        column("dependency", "dependency", "share", help="share of the required capacity that a partner provides"),
        column("resilience_index", "resilience", "number", 1, "resilience index, 0 to 100 [points]"),
        column(
            "overflow_probability",
            "overflow",
            "share",
            help=f"probability that own capacity does not suffice in a {name}",
        ),
        column("profit", "profit", "number", 0, f"expected profit of a {name} [$]"),
        column("spark", f"recent {name}s", "spark"),
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
