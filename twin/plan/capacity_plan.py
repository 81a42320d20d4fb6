"""The plan of the lanes and sites: what planners state and decide, with its authors, history and undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twin._check import require
from twin.data.errors import PlanChanged, Refused
from twin.data.ledger.plan_cells import PlanCells, memory_plan
from twin.data.ledger.plan_conflicts import CellWords
from twin.data.ledger.plan_history import PlanChange, Revision
from twin.data.text import visible
from twin.plan.kinds import PLAN_KINDS, VISIT, Kind, kind_of
from twin.plan.plan_rules import entries_of, entry_name, field_value, refuse_faults
from twin.plan.plan_tables import entries_table
from twin.plan.plan_words import named_cell, named_entries, told_change, told_value
from twin.plan.record_units import in_longer_period
from twin.policy import POLICY

if TYPE_CHECKING:
    from twin.data.ledger.plan_log import Key

TRIES_OF_A_NAME = 5  # numbers that `add` tries while others add entries too


class CapacityPlan:
    """The present plan as one planner sees it.

    What others change is not shown until `refresh`; and a change of a cell that somebody has given another value since
    raises PlanChanged, which names the cell, both values, author and time, and writes nothing.

    Parameters
    ----------
    cells : PlanCells, optional
        `Ledger.plan`. By default the plan is in memory, and ends with this object.
    author : str, optional
        Who changes it; by default `twin.data.author.author_name`.
    period : str or float, optional
        Period of the record, as `period_name` takes it, for the units in sentences.

    >>> plan = CapacityPlan(author="eva")
    >>> plan.set("site", "Berlin", places=400)
    1
    >>> plan.set("lane", ["BER-MUC", "BER-ROT"], site="Berlin", internal_capacity=120)
    2
    >>> plan.table("lane")["internal_capacity"].tolist(), plan.changes()[0].what
    ([120.0, 120.0], 'site Berlin, internal capacity 120 pallets for lanes BER-MUC, BER-ROT')
    >>> plan.undo(2), len(plan.table("lane"))
    (3, 0)
    """

    def __init__(self, cells: PlanCells | None = None, *, author: str | None = None, period: str | float = "") -> None:
        self.cells = memory_plan() if cells is None else cells
        self.author = author
        self.words = CellWords(named_cell, partial(told_value, period=period))
        self.seen = 0  # id of the last change that is shown, besides own ones
        self.scenario = ""  # name of the scenario in view; "" for none
        self.periods = 1.0  # periods of the record in the period in which the entries are read [-]
        self._own: set[int] = set()
        self.refresh()

    # ------------------------------------------------------------ looking at it

    def refresh(self) -> list[PlanChange]:
        """Show the plan as it is now, and return the changes that others have made since the last look."""
        before, own = self.seen, self._own
        values, self.seen = self.cells.values()
        self.entries, self._own = entries_of(values), set()
        if self.scenario not in self.scenarios():  # somebody has removed it
            self.scenario = ""
        if self.seen == before:
            return []
        return [change for change in self.changes() if before < change.id <= self.seen and change.id not in own]

    def scenarios(self) -> list[str]:
        """Return the names of the scenarios of the plan, in order."""
        return sorted({fields["name"] for fields in self.of("scenario").values()})

    def look_at(self, scenario: str) -> None:
        """Put a scenario in view, or with "" none: forecasts and policies that take this plan follow its changes."""
        known = self.scenarios()
        rule = f"one of {', '.join(known)}" if known else "one of the plan, which has none"
        require(scenario in ("", *known), "scenario", rule, visible(scenario, 60))
        self.scenario = scenario

    def of(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the entries of a kind in the order of their names, numbers first: name -> field -> value.

        Numbers count per period of the record, or per one of `periods` times its length, if that is set.
        """
        chosen = kind_of(kind)
        here = {entry: fields for (kind, entry), fields in self.entries.items() if kind == chosen.name}
        entries = {entry: self._read(chosen, fields) for entry, fields in here.items()}
        return dict(sorted(entries.items(), key=lambda item: _order(item[0])))

    def _read(self, kind: Kind, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields of an entry with their numbers in the period in which they are read."""
        if self.periods == 1:
            return dict(fields)
        units = {name: field.unit for name, field in kind.fields.items()}
        if kind.name == "scenario":
            changed = fields["field"]
            units["value"] = POLICY[changed].unit if changed in POLICY else kind_of("override").fields[changed].unit
        return {name: in_longer_period(value, units[name], self.periods) for name, value in fields.items()}

    def table(self, kind: str) -> pd.DataFrame:
        """Return the entries of a kind as a table with all its fields as columns; missing values are NaN, NaT or None.

        Numbers are floats, days are dates, and names of lanes stand in one text; `attrs["units"]` has the units.
        """
        return entries_table(kind_of(kind), self.of(kind))

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the table of each kind by the name of its sheet."""
        return {kind.sheet: self.table(kind.name) for kind in PLAN_KINDS.values()}

    def policies(self) -> pd.DataFrame | None:
        """Return the policies of lanes as `assess_history` takes them; None if the plan states no field of any."""
        stated = {lane: {k: v for k, v in fields.items() if k in POLICY} for lane, fields in self.of("lane").items()}
        stated = {lane: fields for lane, fields in stated.items() if fields}
        if not stated:
            return None
        names = [name for name in POLICY if any(name in fields for fields in stated.values())]
        rows = [[fields.get(name, np.nan) for name in names] for fields in stated.values()]
        return pd.DataFrame(rows, index=pd.Index(list(stated), dtype="str"), columns=names, dtype=object)

    # ------------------------------------------------------------ changing it

    def set(self, kind: str, entries: str | Iterable[str], /, **fields: Any) -> int | None:
        """Give fields of one entry or of many the same values, None to remove one; return the id of the change.

        Nothing is written, and None is returned, if they have these values already.
        """
        require(kind_of(kind) and fields, "fields", "at least one, as in set('site', 'North', places=900)", "none")
        names = [entries] if isinstance(entries, str) else list(entries)
        return self.write({(kind, name): fields for name in names})

    def add(self, kind: str, /, **fields: Any) -> str:
        """Add an entry whose name is the next number, and return the name."""
        name = kind_of(kind).name
        for left in reversed(range(TRIES_OF_A_NAME)):
            entry = next_name(self.cells.names(name))
            try:
                self.write({(name, entry): fields})
                return entry
            except PlanChanged:  # somebody else has just taken the number
                if not left:
                    raise
        raise AssertionError

    def remove(self, kind: str, *entries: str) -> int | None:
        """Remove entries with all their fields, and return the id of the change."""
        name = kind_of(kind).name
        for entry in entries:
            require((name, entry) in self.entries, name, "one of the plan", visible(str(entry), 60))
        gone = {(name, entry): dict.fromkeys(self.entries[name, entry]) for entry in entries}
        return self.write(gone, what=f"remove {named_entries(name, list(entries))}")

    def write(
        self,
        entries: Mapping[tuple[str, str], Mapping[str, Any]],
        *,
        what: str = "",
        overwrite: bool = False,
        seen: int | None = None,
    ) -> int | None:
        """Write values of entries as one change, and return its id; None if all of them are there already.

        Parameters
        ----------
        entries : mapping of (kind, name) -> mapping of field -> value, or None to remove it
        what : str, optional
            The change in a sentence; by default it names the values, or counts them.
        overwrite : bool
            Also overwrite values that others have changed in the meantime.
        seen : int, optional
            Id of the last change that the author has seen, by default that of `refresh`.

        Raises
        ------
        PlanChanged, ValueError
        """
        cells = self._cells_of(entries)
        seen = None if overwrite else self.seen if seen is None else seen
        what = what or told_change(cells, self.entries, self.words)
        how = {"author": self.author, "check": refuse_faults, "words": self.words}
        made = self.cells.write(cells, what=what, seen=seen, own=self._own, **how)
        if made is not None:
            self._own.add(made)
            self._show(cells)
        return made

    def undo(self, change: int) -> int:
        """Undo a change, show the plan as it is now, and return the id of the change that undoes it.

        A visit, which history does not show, is no change to undo.
        """
        visits = {one.id for one in self.changes(VISIT)}
        require(change not in visits, "change", "the id of a change of the plan, as history shows it", change)
        made = self.cells.undo(change, author=self.author, check=refuse_faults, words=self.words)
        self.refresh()
        return made

    def changes(self, kind: str | None = None, entry: str | None = None) -> list[PlanChange]:
        """Return the changes of the plan, of a kind or of an entry, the latest first; no visits unless by kind."""
        of = kind and kind_of(kind).name
        return self.cells.changes(of, entry, without=() if of else (VISIT,))

    def sentence(self, change: int) -> str:
        """Return a change in words, or of an undo the change that it undoes."""
        return self.cells.sentence(change)

    def history(self, kind: str | None = None, entry: str | None = None) -> list[Revision]:
        """Return every value that cells of a kind or of an entry have had, the latest first."""
        return self.cells.revisions(kind and kind_of(kind).name, entry)

    def history_of(self, name: str) -> list[Revision]:
        """Return every value of the entries of a name, and of all entries about a lane or a site of this name.

        These are the decisions, notes, overrides, contracts, events and scenarios that name it, but not the lanes of a
        site. The latest comes first.
        """
        past = self.history()
        about = {(one.kind, one.entry) for one in past if one.entry == name or _names(one, name)}
        return [one for one in past if (one.kind, one.entry) in about]

    def authors(self, kind: str) -> dict[str, Revision]:
        """Return the latest revision of each entry of a kind: who wrote it last, and when."""
        found: dict[str, Revision] = {}
        for revision in self.history(kind):  # the latest first
            found.setdefault(revision.entry, revision)
        return found

    def _cells_of(self, entries) -> dict[Key, Any]:
        """Return the cells of entries with their values as the plan keeps them."""
        cells: dict[Key, Any] = {}
        for (name, given), fields in entries.items():
            kind = kind_of(name)
            strangers = [field for field in fields if field not in kind.fields]
            require(not strangers, f"field of {kind.name}", f"one of {', '.join(kind.fields)}", ", ".join(strangers))
            try:
                entry = entry_name(kind, given)
                for field, value in fields.items():
                    cells[kind.name, entry, field] = field_value(kind.fields[field], value)
            except Refused as why:
                raise ValueError(f"{kind.name} {visible(str(given), 60)}: {why}") from None
        return cells

    def _show(self, cells):
        for (kind, entry, field), value in cells.items():
            fields = self.entries.setdefault((kind, entry), {})
            fields.pop(field, None)
            if value is not None:
                fields[field] = value
            if not fields:
                del self.entries[kind, entry]


def next_name(names: Iterable[str]) -> str:
    """Return the first number above all names that are numbers.

    >>> next_name(["1", "7", "Berlin"])
    '8'
    """
    return str(1 + max((int(name) for name in names if name.isascii() and name.isdecimal()), default=0))


def _names(one, name):
    """Return whether a revision is of a field that says which lane or site an entry is about, and names this one."""
    if one.field not in ("lane", "lanes", "site") or one.kind == "lane":
        return False
    return any(name == value or (isinstance(value, list) and name in value) for value in (one.before, one.after))


def _order(name):
    return (0, int(name), name) if name.isascii() and name.isdecimal() else (1, 0, name)
