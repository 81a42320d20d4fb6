"""Export a plan as a workbook that can be edited and imported again."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from twin._check import require
from twin.data.whole_file import whole_file
from twin.data.workbook import ROWS_OF_A_SHEET, Worksheet, write_workbook
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.kinds import PLAN_KINDS
from twin.plan.plan_tables import shown_value


def export_plan(plan: CapacityPlan, file: str | Path) -> dict[str, int]:
    """Write a plan, as it is now, to a workbook with a sheet for each kind; return the numbers of entries.

    The workbook says up to which change it shows the plan: imported again, it does not overwrite what others have
    changed since. An empty sheet has the headings, to be filled in.
    """
    require(Path(file).suffix.lower() == ".xlsx", "file", "one that ends in .xlsx", file or "an empty name")
    plan.refresh()
    with whole_file(file, "file") as partial:
        write_workbook(partial, _sheets_of(plan), "export fewer entries")
    return {kind.name: len(plan.of(kind.name)) for kind in PLAN_KINDS.values()}


def _sheets_of(plan):
    for kind in reversed(PLAN_KINDS.values()):
        table = plan.table(kind.name)
        days = {name: table[name].dt.date for name, field in kind.fields.items() if field.form == "day"}
        table = table.assign(**days)
        rows = (
            [None if value is None or value != value else value for value in row] for row in table.itertuples(name=None)
        )
        yield Worksheet(kind.sheet, (kind.name, *table.columns), rows)
    columns = ("change", "time", "author", "what", "kind", "entry", "field", "before", "after")
    past = (
        (one.change, one.changed_at, one.author, one.what, one.kind, one.entry, one.field, *map(_cell, one[-2:]))
        for one in islice(plan.history(), ROWS_OF_A_SHEET)
    )
    yield Worksheet("history", columns, past)
    fields = (
        (kind.name, one.name, one.unit, one.meaning) for kind in PLAN_KINDS.values() for one in kind.fields.values()
    )
    yield Worksheet("fields", ("kind", "field", "unit", "meaning"), fields)
    seal = plan.cells.seal(plan.seen) or ""
    yield Worksheet("about", ("name", "value"), (("last_change", float(plan.seen)), ("seal", seal)))


def _cell(value):
    return value if value is None or isinstance(value, float) else shown_value(value)
