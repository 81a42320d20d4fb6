"""Fill in the unset fields of policies for all interfaces, and state the assumed values in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from twin import newsvendor
from twin._check import numbers, positive, require
from twin._choices import coded, word_of
from twin.lane import assess, short_cost_of
from twin.plan.wording import label, quantity
from twin.policy import POLICY, Policy

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Fields = dict[str, NDArray[np.float64]]


#: What is said besides of an own capacity that nobody has stated.
_AGAINST = "; space cost and what capacity gives away are those of this assumed capacity"


def filled(
    stated: Mapping[str, ArrayLike], statistics: Mapping[str, ArrayLike], *, period: str | float = "D"
) -> tuple[Fields, dict[str, NDArray[np.bool_]]]:
    """Return (policy fields, unset): every field of every lane, and for each field whether it was unset.

    Parameters
    ----------
    stated : mapping of policy field -> number or word, or array of shape (lanes,)
        NaN if a lane's field is unset; a field that is left out is unset for every lane.
    statistics : mapping with "demand_mean" and "demand_sd", and with "return_rate" if returns are on record
        As for `lane.assess`.
    period : "D", "W", "MS", "QS", or its length in days, optional

    Words are returned as their numbers (`_choices.coded`). An unset return rate is the one on record. Unset own
    capacity is the required capacity, unrounded. An unset service level stays NaN, and `policy_of` takes the critical
    ratio for it. Other unset fields have their defaults.

    >>> fields, unset = filled({"dwell": 2.0}, {"demand_mean": 100.0, "demand_sd": 10.0})
    >>> fields["holding_cost"].item(), unset["holding_cost"].item(), unset["dwell"].item()
    (5.0, True, False)
    """
    strangers = [name for name in stated if name not in POLICY]
    require(not strangers, "policies", f"a table of any of the columns {', '.join(POLICY)}", ", ".join(strangers))
    given = {name: _floats(name, stated.get(name, np.nan)) for name in POLICY}
    unset = {name: np.isnan(value) for name, value in given.items()}
    for name, row in POLICY.items():
        if name == "return_rate" and name in statistics:
            default = np.asarray(statistics[name], dtype=float)
        elif name in ("internal_capacity", "service_level"):
            continue
        else:
            default = coded(name, row.default, row.choices) if row.choices else row.default
        if unset[name].any():
            given[name] = np.where(unset[name], default, given[name])
    if unset["internal_capacity"].any():
        plan = assess(statistics, policy_of({**given, "internal_capacity": 0.0}), period=period)
        required = np.asarray(plan["required_capacity"])
        given["internal_capacity"] = np.where(unset["internal_capacity"], required, given["internal_capacity"])
    return given, unset


def policy_of(table: Mapping[str, Any]) -> Policy:
    """Return the `Policy` of a table of fields or of one of its rows; an unset service level is the critical ratio.

    A row gives the words of its choices, and a table their numbers, which `assess` takes as well.

    >>> policy_of({name: row.default for name, row in POLICY.items()} | {"service_level": float("nan")}).service_level
    0.9166666666666666
    """
    given = {
        name: (coded(name, table[name], row.choices) if row.choices else np.asarray(table[name], dtype=float))[()]
        for name, row in POLICY.items()
    }
    level = given["service_level"]
    if np.isnan(level).any():
        positive(holding_cost=given["holding_cost"])
        ratio = newsvendor.critical_ratio(short_cost_of(given), given["holding_cost"])
        given["service_level"] = np.where(np.isnan(level), ratio, level)[()]
    return Policy(**{name: value if np.ndim(value) else _plain(value, POLICY[name]) for name, value in given.items()})


def assumptions(
    unset: Mapping[str, int | None], lanes: int, *, period: str | float, on_record: bool
) -> tuple[str, ...]:
    """Return a sentence on each unset field or group of fields, with the value that is assumed.

    Parameters
    ----------
    unset : mapping of policy field -> number of lanes where it was unset; None if that is not known
    lanes : number of lanes
    period : "D", "W", "MS", "QS", or its length in days
    on_record : whether returns are on record

    >>> assumptions({"service_level": 2, "dwell": 5}, 5, period="W", on_record=False)
    ('service level of 2 of 5 lanes: the critical ratio', 'by default for all lanes: dwell 1 week')
    """
    special, defaults = [], {}
    for name, count in unset.items():
        if count == 0:
            continue
        if POLICY[name].unset and (name != "return_rate" or on_record):
            against = _AGAINST if name == "internal_capacity" else ""
            special.append(f"{label(name)} of {_lanes(count, lanes)}: {POLICY[name].unset}{against}")
        else:
            defaults.setdefault(count, []).append(_default(name, period))
    by_default = [f"by default for {_lanes(count, lanes)}: {', '.join(words)}" for count, words in defaults.items()]
    return (*special, *by_default)


def assumptions_of(unset: Mapping[str, NDArray[np.bool_]], statistics: Any, *, period: str | float) -> tuple[str, ...]:
    """Return the sentences on the unset fields of a table of lanes, as `filled` returns them."""
    lanes = len(statistics)
    counts = {name: int(np.broadcast_to(lane, lanes).sum()) for name, lane in unset.items()}
    return assumptions(counts, lanes, period=period, on_record="return_rate" in statistics)


def _plain(value, row):
    return word_of(value, row.unit) if row.choices else float(value)


def _floats(name: str, value: ArrayLike) -> NDArray[np.float64]:
    """Return the values of a field as floats; NaN means unset, and all other values must be numbers or its words."""
    if choices := POLICY[name].choices:
        return coded(name, value, choices, unset=True)
    array = np.asarray(value, dtype=float)
    numbers(**{name: array[~np.isnan(array)]})
    return array


def _default(name: str, period: str | float) -> str:
    row = POLICY[name]
    return f"{label(name)} {quantity(row.default, row.unit, period)}"


def _lanes(count: int | None, lanes: int) -> str:
    if count is None:
        return "lanes without a value"
    return "all lanes" if count == lanes else f"{count:,} of {lanes:,} lanes"
