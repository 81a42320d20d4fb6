"""The entries of a plan as tables: a column for each field, in the type of its values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from twin.plan.kinds import Kind
from twin.plan.plan_rules import BETWEEN


def entries_table(kind: Kind, entries: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """Return entries of a kind, name -> field -> value, as the table that `CapacityPlan.table` describes."""
    columns = {
        name: _column(field.form, [fields.get(name) for fields in entries.values()])
        for name, field in kind.fields.items()
    }
    table = pd.DataFrame(columns, index=pd.Index(list(entries), name=kind.name, dtype="str"))
    table.attrs["units"] = {name: field.unit for name, field in kind.fields.items()}
    return table


def shown_value(value: Any) -> str:
    """Return a value of a plan as text, as a cell of a file has it.

    >>> shown_value(60.0), shown_value(["A", "B"]), shown_value(None)
    ('60', 'A; B', 'empty')
    """
    if value is None:
        return "empty"
    if isinstance(value, list):
        return f"{BETWEEN} ".join(value)
    return f"{value:.15g}" if isinstance(value, float) else value


def _column(form, values):
    if form == "number":
        return np.array([np.nan if value is None else value for value in values], dtype=float)
    if form == "day":
        return np.array(["NaT" if value is None else value for value in values], dtype="datetime64[s]")
    texts = [shown_value(value) if isinstance(value, list) else value for value in values]
    return pd.array(texts, dtype=object)
