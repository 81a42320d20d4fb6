"""The policy of every lane before anybody changes it: what is known of it, and defaults that are said."""

from dataclasses import fields

import numpy as np
import pandas as pd

from twin import finance, newsvendor
from twin.demand import PERIOD_NAMES
from twin.lane import Policy, assess

POLICY_UNITS = {entry.name: entry.metadata["unit"] for entry in fields(Policy)}
POLICY_FIELDS = tuple(POLICY_UNITS)
COSTS = ("sla_penalty", "service_revenue", "handling_cost", "holding_cost")


def starting_policies(statistics, *, known=None, period="D"):
    """Return (table, notes): one row a lane, the fields of `Policy` as columns, and sentences on what was assumed.

    Parameters
    ----------
    statistics : DataFrame
        As `lane_statistics` returns it, of lanes that can be assessed.
    known : dict of lane -> dict of policy fields, optional
    period : "D", "W" or "MS", optional

    A service level that nobody states is missing, and means the critical ratio. A return rate that nobody states is
    the one on record; own capacity is then the required one, in whole pallets: the plan just fits.

    >>> from twin.data.scenarios import POLICIES, research_lanes
    >>> from twin.data.statistics import lane_statistics
    >>> table, notes = starting_policies(lane_statistics(research_lanes()), known=POLICIES)
    >>> float(table.loc["BER-MUC", "internal_capacity"]), notes[0]
    (460.0, 'return rate of all lanes: the share on record')
    """
    stated = pd.DataFrame.from_dict(known or {}, orient="index", dtype=float)
    table = stated.reindex(index=statistics.index, columns=POLICY_FIELDS).astype(float)
    notes = []
    if "return_rate" in statistics and table["return_rate"].isna().any():
        notes.append(f"return rate of {_whose(table['return_rate'].isna())}: the share on record")
        table["return_rate"] = table["return_rate"].fillna(statistics["return_rate"])
    defaults = {
        name: getattr(Policy, name) for name in POLICY_FIELDS if name not in ("service_level", "internal_capacity")
    }
    assumed = [name for name in defaults if table[name].isna().any()]
    if assumed:
        whose = _whose(table[assumed].isna().any(axis=1))
        notes.append(f"for {whose} by default: {', '.join(_told(name, defaults[name], period) for name in assumed)}")
    table = table.fillna(defaults)
    unknown = table["internal_capacity"].isna()
    if unknown.any():
        notes.append(f"own capacity of {_whose(unknown)}: the required one, so that the plan just fits")
        plan = assess(statistics, policy_of(table.fillna({"internal_capacity": 0.0})), period=period)
        table["internal_capacity"] = table["internal_capacity"].fillna(
            pd.Series(np.ceil(plan["required_capacity"]), table.index)
        )
    return table, tuple(notes)


def policy_of(table):
    """Return the `Policy` of a table or a row of it; a missing service level becomes the critical ratio."""
    given = {name: table[name] for name in POLICY_FIELDS}
    under = finance.underage_cost(*(np.asarray(table[name], float) for name in COSTS[:3]))
    ratio = newsvendor.critical_ratio(under, np.asarray(table["holding_cost"], float))
    level = np.asarray(table["service_level"], float)
    given["service_level"] = np.where(np.isnan(level), ratio, level)[()]
    if np.ndim(given["service_level"]) == 0:
        return Policy(**{name: float(value) for name, value in given.items()})
    return Policy(**{name: np.asarray(value, float) for name, value in given.items()})


def _told(name, value, period):
    """A policy field in words, with its unit."""
    unit = POLICY_UNITS[name].replace("period", PERIOD_NAMES[period])
    return f"{name.replace('_', ' ')} {value:g}{'' if unit == '-' else f' {unit}'}"


def _whose(lanes):
    """Which lanes a sentence is about: all of them, or how many."""
    return "all lanes" if lanes.all() else f"{int(lanes.sum()):,} of {len(lanes):,} lanes"
