"""Numbers per period of a record, read in longer periods: the one place where costs, dwell and limits are converted.

A file of policies and the plan of a ledger count per period of the record: a cost per pallet and day, a dwell of days,
a limit on handling of a day. If the flows are summed into weeks, the same numbers per week are taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from twin.demand import period_name
from twin.policy import POLICY


def in_longer_period(value: Any, unit: str, periods: float) -> Any:
    """Return a number per period of the record as one per longer period; a number of another unit as it is.

    periods : periods of the record in a longer one. [-]

    >>> in_longer_period(5.0, "$/pallet/period", 7), in_longer_period(14.0, "period", 7)
    (35.0, 2.0)
    """
    if value is None or periods == 1:
        return value
    return value * periods if unit.endswith("/period") else value / periods if unit == "period" else value


def policies_in_longer_period(
    policies: pd.DataFrame | Mapping[str, Mapping[str, Any]],
    lanes: Iterable[str],
    periods: float,
    given: Collection[str],
) -> pd.DataFrame:
    """Return a table of policies per longer period, for all lanes, with converted defaults where they state nothing.

    So a dwell that is unset is one period of the record, as it is where the flows are not summed.

    policies : as for `policy_table`; lanes : all lanes of the record; periods : as for `in_longer_period`.
    given : fields that are stated for all lanes elsewhere, and keep their value.
    """
    table = policies if isinstance(policies, pd.DataFrame) else pd.DataFrame.from_dict(dict(policies), orient="index")
    every = pd.Index(dict.fromkeys([*map(str, table.index), *map(str, lanes)]), dtype="str")
    found = table.reindex(every).astype(object)
    for name in of_a_period():
        column = found[name] if name in found else pd.Series(np.nan, index=every, dtype=object)
        if name in found or name not in given:
            stated = pd.to_numeric(column) if name in given else pd.to_numeric(column).fillna(POLICY[name].default)
            found[name] = in_longer_period(stated, POLICY[name].unit, periods)
    found.attrs = table.attrs
    return found


def of_a_period() -> list[str]:
    """Return the names of the policy fields that count per period, or in periods."""
    return [name for name, row in POLICY.items() if row.unit.split("/")[-1] == "period"]


def said_of_units(period: str, recorded: str | float) -> str:
    """Return a sentence on policies and a plan that are read in a longer period.

    >>> said_of_units("W", "D").partition(":")[0]
    'policies and plan count per day, the period of the record, and were converted to a week'
    """
    own, asked = period_name(recorded), period_name(period)
    names = ", ".join(name.replace("_", " ") for name in of_a_period())
    return (
        f"policies and plan count per {own}, the period of the record, and were converted to a {asked}: {names}, "
        "handling of a site, prices of contracts, volumes of overrides"
    )
