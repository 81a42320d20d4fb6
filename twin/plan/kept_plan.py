"""Keep the plan of a page in that of a ledger: what the ledger states already stays as it is."""

from __future__ import annotations

from typing import NamedTuple

from twin.data.text import number_of
from twin.plan.capacity_plan import CapacityPlan, next_name
from twin.plan.kinds import PLAN_KINDS, VISIT


class KeptPlan(NamedTuple):
    """The outcome: id of the change, None if nothing was new; numbers of values written, and of those left out."""

    change: int | None
    written: int
    held: int  # values that the ledger's plan states otherwise, which stay


def keep_plan(page: CapacityPlan, plan: CapacityPlan) -> KeptPlan:
    """Write the entries of a page's plan to the plan of a ledger, as one change.

    Entries that are numbered, such as contracts and decisions, get the next numbers; a field of a lane or of a site
    that the ledger's plan states keeps its value.

    >>> page, plan = CapacityPlan(author="eva"), CapacityPlan(author="tom")
    >>> _ = page.set("lane", "A", internal_capacity=50, holding_cost=2), page.add("note", lane="A", text="fair")
    >>> _ = plan.set("lane", "A", internal_capacity=60), plan.add("note", text="of the ledger")
    >>> keep_plan(page, plan), plan.of("lane")["A"], list(plan.of("note"))
    (KeptPlan(change=3, written=3, held=1), {'internal_capacity': 60.0, 'holding_cost': 2.0}, ['1', '2'])
    """
    plan.refresh()
    entries, held = {}, 0
    for kind in PLAN_KINDS:
        names = set(plan.cells.names(kind))
        for name, fields in page.of(kind).items() if kind != VISIT else ():
            if name.isascii() and name.isdecimal():
                name = next_name(names)
                names.add(name)
            here = plan.entries.get((kind, name), {})
            new = {field: value for field, value in fields.items() if field not in here}
            held += sum(field in here and here[field] != value for field, value in fields.items())
            entries |= {(kind, name): new} if new else {}
    written = sum(map(len, entries.values()))
    what = f"plan of a page, kept with its file: {number_of(written, 'value')}"
    return KeptPlan(plan.write(entries, what=what) if entries else None, written, held)
