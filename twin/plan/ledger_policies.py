"""The plan of a ledger, and the policies that it states, with a sentence on where they come from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from twin.data.ledger.store import Ledger
from twin.data.text import number_of, time_told
from twin.plan.capacity_plan import CapacityPlan

if TYPE_CHECKING:
    import pandas as pd


def ledger_policies(
    address: str, lanes: str | Sequence[str] | None = None, *, used: bool = True
) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Return (policies, notes) of the plan in a ledger; no policies and no note if it states none of these lanes.

    address : as for `Ledger`
    lanes : names of one lane or several; None for all
    used : whether the policies are used; otherwise the note says that they are not.
    """
    with Ledger(address, make=False) as ledger:
        plan = CapacityPlan(ledger.plan)
        table = plan.policies()
        if table is not None and lanes:
            table = table[table.index.isin([lanes] if isinstance(lanes, str) else lanes)].dropna(axis=1, how="all")
        if table is None or table.empty:
            return None, ()
        where = f"policies of {number_of(len(table), 'lane')} in the plan of the ledger"
        if not used:
            return None, (f"{where} are not used, because a file of policies is given",)
        last = plan.changes("lane")[0]
    names = ", ".join(name.replace("_", " ") for name in table.columns)
    return table, (f"{where}: {names}; last changed at {time_told(last.changed_at)} by {last.author}",)


def ledger_plan(address: str) -> CapacityPlan:
    """Return the plan in a ledger as it is now; the ledger is closed, so the plan can be read and not changed.

    address : as for `Ledger`
    """
    with Ledger(address, make=False) as ledger:
        return CapacityPlan(ledger.plan)
