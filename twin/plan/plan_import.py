"""Import a file into a plan: a preview of the values that it changes, and one change that writes them all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from twin.data.author import author_name
from twin.data.errors import RowsRefused
from twin.data.text import number_of, time_told
from twin.plan.capacity_plan import CapacityPlan, next_name
from twin.plan.plan_file import PlanFile, read_plan_file
from twin.plan.plan_rules import faults
from twin.plan.plan_words import counted_kinds
from twin.plan.wording import label

MOST_DIFFERENCES = 20  # most values that a preview lists


class PlanImport(NamedTuple):
    """The outcome of an import.

    change : id of the change, None if the plan has all these values already.
    entries : number of entries of each kind in the file.
    written, removed : number of values that are new or differ, and of those that empty cells removed.
    account : the file with its refused rows and remarks.
    """

    change: int | None
    entries: dict[str, int]
    written: int
    removed: int
    account: PlanFile


class PlanDifference(NamedTuple):
    """A value of the plan that a file changes or removes, in words.

    by : author and time of the present value. later : whether it is a colleague's, written since the file was exported.
    """

    entry: str
    field: str
    now: str
    in_file: str
    by: str
    later: bool


class PlanPreview(NamedTuple):
    """The changes that an import would make; nothing is written.

    entries : number of entries of each kind in the file.
    new, same, changed, removed : numbers of values that the plan does not have, has, or has otherwise, and of those
        that empty cells remove.
    differences : the first values that are changed or removed; first those that would overwrite a colleague's.
    overwritten : number of values of a colleague since the workbook was exported, which the file would overwrite.
    values : (kind, name) -> field -> value of the file.
    seen : id of the change up to which the file shows the plan; None if it does not say so.
    account : the file with its refused rows and remarks.
    """

    entries: dict[str, int]
    new: int
    same: int
    changed: int
    removed: int
    differences: list[PlanDifference]
    overwritten: int
    values: dict[tuple[str, str], dict[str, Any]]
    seen: int | None
    account: PlanFile


def preview_plan(
    plan: CapacityPlan,
    path: str | Path,
    *,
    kind: str | None = None,
    sheet: str | None = None,
    decimal: str | None = None,
    good_rows_only: bool = False,
    name: str = "",
) -> PlanPreview:
    """Return what `import_plan` would write of a file, with the same arguments; nothing is written."""
    found = read_plan_file(str(path), kind=kind, sheet=sheet, decimal=decimal)
    found.file = name or found.file
    entries = _named(plan, found.rows)
    after = dict(plan.entries)
    for key, row in entries.items():
        merged = {name: value for name, value in (after.get(key, {}) | row.values).items() if value is not None}
        after |= {key: merged} if merged else {}
    for key, why in faults(after, entries).items():
        row = entries.pop(key)
        found.refused.append((row.line, why, row.text))
    found.rows = list(entries.values())
    if found.refused and not good_rows_only:
        line, reason, text = min(found.refused)
        raise RowsRefused(
            f"{len(found.refused):,} of {len(found.rows) + len(found.refused):,} rows of {found.file} cannot be used, "
            f"so none was imported; the first is line {line}, {reason}: {text}",
            found,
        )
    values = {key: row.values for key, row in entries.items()}
    cells = [(key, name, value) for key, row in values.items() for name, value in row.items()]
    pairs = [(key, name, plan.entries.get(key, {}).get(name), value) for key, name, value in cells]
    differ = [pair for pair in pairs if pair[2] is not None and pair[2] != pair[3]]
    seen = _seen(plan, found.about)
    differences = _differences(plan, differ, seen)
    return PlanPreview(
        entries=dict(Counter(kind for kind, _ in entries)),
        new=sum(held is None and value is not None for *_, held, value in pairs),
        same=sum(held == value and value is not None for *_, held, value in pairs),
        changed=sum(value is not None for *_, value in differ),
        removed=sum(value is None for *_, value in differ),
        differences=differences[:MOST_DIFFERENCES],
        overwritten=sum(one.later for one in differences),
        values=values,
        seen=seen,
        account=found,
    )


def import_plan(
    plan: CapacityPlan,
    path: str | Path,
    *,
    kind: str | None = None,
    sheet: str | None = None,
    decimal: str | None = None,
    good_rows_only: bool = False,
    overwrite: bool = False,
    name: str = "",
) -> PlanImport:
    """Write the entries of a file as one change of a plan: all of them, or none if a row cannot be used.

    Parameters
    ----------
    plan : CapacityPlan
    path, kind, sheet, decimal : as in `read_plan_file`
    good_rows_only : bool
        Leave out the rows that cannot be used.
    overwrite : bool
        Also overwrite values that others have changed since the workbook was exported, or since the last look.
    name : str, optional
        Name of the file in sentences and in the history; by default its path.

    Raises
    ------
    RowsRefused
        If rows cannot be used; its `account` lists them.
    PlanChanged, ValueError, FileNotFoundError
    """
    how = {"kind": kind, "sheet": sheet, "decimal": decimal, "good_rows_only": good_rows_only}
    found = preview_plan(plan, path, **how, name=name)
    written, removed = found.new + found.changed, found.removed
    values = number_of(written + removed, "value")
    what = f"import of {Path(name or path).name}: {values} of {counted_kinds(found.entries)}"
    made = plan.write(found.values, what=what, overwrite=overwrite, seen=found.seen)
    return PlanImport(made, found.entries, written, removed, found.account)


def _differences(plan, pairs, seen) -> list[PlanDifference]:
    """Return values that differ in words, those that overwrite a colleague's first."""
    writers = plan.cells.writers() if pairs else {}
    me = author_name() if plan.author is None else plan.author
    found = []
    for (kind, entry), field, *both in pairs:
        key = (kind, entry, field)
        writer = writers.get(key)
        later = writer is not None and seen is not None and writer.change > seen and writer.author != me
        by = f"{writer.author}, {time_told(writer.changed_at)}" if writer else ""
        told = (plan.words.value(key, value) for value in both)
        found.append(PlanDifference(f"{kind} {entry}", label(field), *told, by, later))
    return sorted(found, key=lambda one: not one.later)


def _named(plan, rows):
    """Return the rows by (kind, entry); an entry without a name has the next number."""
    entries, names = {}, {}
    for row in rows:
        if row.kind not in names:
            names[row.kind] = {*plan.cells.names(row.kind), *(one.entry for one in rows if one.kind == row.kind)}
        entry = row.entry or next_name(names[row.kind])
        names[row.kind].add(entry)
        entries[row.kind, entry] = row
    return entries


def _seen(plan: CapacityPlan, about: dict[str, str]) -> int | None:
    """Return the change of this plan up to which an exported workbook shows it; None if it is no workbook of it."""
    last = about.get("last_change", "")
    if last == "0":
        return 0
    return int(last) if last.isdecimal() and plan.cells.seal(int(last)) == about.get("seal") else None
