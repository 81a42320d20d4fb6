"""The dates of a column that have rival readings, by the kind of their cells and by the forms of their readings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np

from twin.data.files.dates import Rivals

FITTING_SHARE = 0.95  # a form is a reading of the column if it reads at least this share of its cells
DENSER = 10  # a form goes before another under which the days lie this many times farther apart
AS_ASKED, CLOSE_DAYS = "as asked", "so the days lie close together"  # reasons for a form


@dataclass(frozen=True)
class Column:
    """A column of dates: its heading, and each distinct date, the text in which it first stood, its number of rows."""

    heading: str
    parsed: Sequence[date | Rivals]
    texts: Sequence[str]
    counts: np.ndarray


class ChosenForm(NamedTuple):
    """The form chosen, None if nothing decides; the reason, "" for the usual form; else the forms that are left."""

    form: str | None
    why: str = ""
    left: Sequence[str] = ()


@dataclass(frozen=True)
class RivalDates:
    """The cells of one kind in a column of dates, of which one form is to be chosen for all.

    counts : number of rows of each cell.
    others : days of the cells of other kinds.
    """

    kind: str
    cells: Sequence[Rivals]
    counts: np.ndarray
    others: np.ndarray

    @cached_property
    def forms(self) -> list[str]:
        """Forms of any reading of a cell."""
        return list(dict.fromkeys(form for cell in self.cells for form, _ in cell.readings))

    @cached_property
    def days(self) -> dict[str, np.ndarray]:
        """Form -> distinct days of the cells that it reads, in order."""
        found = {form: [] for form in self.forms}
        for cell in self.cells:
            for form, day in cell.readings:
                found[form].append(day)
        return {form: np.unique(np.array(days, "datetime64[D]")) for form, days in found.items()}

    @cached_property
    def fit(self) -> dict[str, int]:
        """Form -> number of rows that it reads."""
        return {form: self.rows_where(lambda cell, form=form: form in dict(cell.readings)) for form in self.forms}

    def rows_where(self, holds: Callable[[Rivals], bool]) -> int:
        """Return the number of rows of the cells for which a condition holds."""
        return sum(int(n) for cell, n in zip(self.cells, self.counts, strict=True) if holds(cell))

    @property
    def rows(self) -> int:
        """Number of rows of all cells."""
        return int(self.counts.sum())

    @property
    def fitting(self) -> list[str]:
        """Forms that read nearly all rows."""
        return [form for form in self.forms if self.fit[form] >= FITTING_SHARE * self.rows]
