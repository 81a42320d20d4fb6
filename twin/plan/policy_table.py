"""The policies of the lanes of a history: fields stated for all lanes or for single lanes; the others filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from twin._check import numbers, require
from twin._choices import coded
from twin.data.audit import normal_name
from twin.data.text import visible
from twin.lane import assess
from twin.plan.policies import assumptions_of, filled, policy_of
from twin.policy import POLICY

_NUMBER = re.compile(r"(?<= at )\d+(?=, | \(and |$)")  # number of a lane, as an error on an array ends


def policy_table(
    statistics: pd.DataFrame,
    given: Mapping[str, float | str] | None = None,
    policies: pd.DataFrame | Mapping[str, Mapping[str, float | str]] | None = None,
    *,
    period: str | float = "D",
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return (table, assumptions): one row per lane with every policy field, and a sentence on each unset one.

    The table holds numbers; a field whose value is a word holds the number of the word (`_choices.coded`).

    Parameters
    ----------
    statistics : DataFrame
        As `lane_statistics` returns it, of lanes that can be assessed.
    given : mapping of policy field -> number, optional
        Fields of all lanes.
    policies : DataFrame, or mapping of lane -> mapping of policy field -> number, optional
        The columns of a DataFrame are policy fields, and its index holds lanes. An empty cell leaves the field to
        `given`.
    period : "D", "W", "MS", "QS", or its length in days, optional

    The service level of a lane is NaN if it is unset; `policies.policy_of` takes the critical ratio instead.

    >>> from twin.data.scenarios import POLICIES, research_lanes
    >>> from twin.data.statistics import lane_statistics
    >>> table, said = policy_table(lane_statistics(research_lanes()), policies=POLICIES)
    >>> float(table.loc["BER-MUC", "internal_capacity"]), said[0]
    (460.0, 'return rate of all lanes: the share on record')
    """
    stated, notes = dict(given or {}), ()
    numbers(**{name: value for name, value in stated.items() if name not in POLICY or not POLICY[name].choices})
    policies = _as_table(policies)
    if policies is not None:
        require(policies.index.is_unique, "policies", "a table with one row a lane", "a repeated lane")
        policies, notes = _as_spelt(policies, statistics.index)
        others = policies.index.difference(statistics.index)
        if strangers := len(others):
            named = ", ".join(visible(str(lane), 40) for lane in others[:3]) + (", ..." if strangers > 3 else "")
            notes += (f"policies of lanes without flows are not used: {named} ({strangers:,})",)
        for name, column in policies.reindex(statistics.index).items():
            own = _numbers(name, column)
            others = stated.get(name, np.nan)
            if name in POLICY and POLICY[name].choices:
                others = coded(name, others, POLICY[name].choices, unset=True)
            stated[name] = np.where(np.isnan(own), others, own)
    try:
        fields, unset = filled(stated, statistics, period=period)
        columns = {name: np.broadcast_to(fields[name], len(statistics)) for name in POLICY}
        table = pd.DataFrame(columns, statistics.index)
        assess(statistics, policy_of(table), period=period)  # refuses a lane that cannot be assessed
    except ValueError as error:
        raise ValueError(_by_name(str(error), statistics.index)) from None
    return table, (*assumptions_of(unset, statistics, period=period), *notes)


def _by_name(error, lanes):
    """Return the sentence of an error with the names of lanes in place of their numbers."""
    return _NUMBER.sub(lambda found: repr(visible(str(lanes[int(found[0])]), 40)), error)


def lanes_that_state(
    field: str, policies: pd.DataFrame | Mapping[str, Mapping[str, float | str]] | None, lanes: pd.Index
) -> set[str]:
    """Return those of some lanes whose policies state a field.

    >>> lanes_that_state("dwell", {"A-B": {"dwell": 2.0}, "C-D": {"holding_cost": 3.0}}, pd.Index(["A-B", "C-D"]))
    {'A-B'}
    """
    table = _as_table(policies)
    if table is None or field not in table:
        return set()
    table = _as_spelt(table, lanes)[0]
    return set(table.index[table[field].notna()])


def _as_table(policies):
    if isinstance(policies, Mapping):
        return pd.DataFrame.from_dict(policies, orient="index", dtype=object)
    return policies


def _as_spelt(policies: pd.DataFrame, lanes: pd.Index) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the policies with names as the flows spell them, where only one lane is meant, and a sentence on these."""
    strange = policies.index.difference(lanes)
    if not len(strange):
        return policies, ()
    meant = _by_normal_name(lanes.difference(policies.index))
    names = {mine: meant[key] for key, mine in _by_normal_name(strange).items() if mine and meant.get(key)}
    if not names:
        return policies, ()
    mine, theirs = next(iter(names.items()))
    shown = f"{visible(mine, 40)!r} is {visible(theirs, 40)!r}"
    note = f"policies whose lane is spelt otherwise than in the flows: {len(names):,} ({shown})"
    return policies.rename(index=names), (note,)


def _by_normal_name(names: pd.Index) -> dict[str, str | None]:
    """Return the name of each normal form (`data.audit.normal_name`); None if several have it."""
    found: dict[str, str | None] = {}
    for name in map(str, names):
        key = normal_name(name)
        found[key] = None if key in found else name
    return found


def _numbers(name: str, column: pd.Series) -> np.ndarray:
    """Return a column of policies as numbers; NaN for an empty cell."""
    if name in POLICY and (choices := POLICY[name].choices):
        at = column[column.notna()]
        coded(name, at, choices)
        return coded(name, column.to_numpy(dtype=object), choices, unset=True)
    values = pd.to_numeric(column, errors="coerce")
    wrong = column[values.isna() & column.notna()]
    require(
        wrong.empty, name, "a number in the policies", f"{wrong.iloc[0]} for {wrong.index[0]}" if len(wrong) else ""
    )
    return values.to_numpy(dtype=float)
