"""The parameters of a notebook: names and default values from its cell tagged "parameters"."""

import ast
import json
import math
from pathlib import Path
from typing import Any


def default_parameters(path: str | Path) -> dict[str, Any]:
    """Return {name: value} of the literals in the cell tagged "parameters" of a notebook file.

    Python has no literal for NaN, so float("nan") counts as one; a parameter of this value is unset.
    """
    tagged = [cell for cell in cells_of(path) if "parameters" in cell["metadata"].get("tags", [])]
    if len(tagged) != 1:
        raise ValueError(f"{path} must have exactly one cell tagged parameters; got {len(tagged)}")
    names = {}
    try:
        for statement in ast.parse("".join(tagged[0]["source"])).body:
            names[_target(statement)] = _value(statement.value)
    except (ValueError, SyntaxError, AttributeError, TypeError, RecursionError, MemoryError):
        raise ValueError(
            f"{path}: the parameters cell must hold assignments of literals, as share: float = 0.5, and nothing else"
        ) from None
    return names


def cells_of(path: str | Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook file; raise ValueError if it is not a notebook."""
    try:
        cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
        if all({"cell_type", "source", "metadata"} <= set(cell) for cell in cells):
            return cells
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise ValueError(f"{path} must be a notebook in Jupyter's format, version 4")


def _value(expression):
    """Return the value of a literal."""
    return math.nan if ast.unparse(expression) == "float('nan')" else ast.literal_eval(expression)


def _target(statement):
    """Return the one name that a statement assigns."""
    (target,) = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return target.id
