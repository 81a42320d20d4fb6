"""NOTATION.md is the one table of names: complete, and with the units that the code uses."""

import importlib
import inspect
import re
from pathlib import Path

import pytest
from house import public_formulas

from twin.plan.notation import renewed
from twin.plan.quantities import QUANTITIES

TEXT = (Path(__file__).parents[1] / "NOTATION.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| `")]
UNITS = {name: row[2] for row in ROWS for name in re.findall(r"`(\w+)`", row[0])}
FUNCTIONS = [
    function
    for module in public_formulas()
    for name, function in inspect.getmembers(importlib.import_module(f"twin.{module}"), inspect.isfunction)
    if not name.startswith("_") and function.__module__ == f"twin.{module}"
]


def test_tables_of_the_registry_are_those_of_the_code():
    assert TEXT == renewed(TEXT), "python -m twin.plan.notation writes them anew"


@pytest.mark.parametrize("name", QUANTITIES)
def test_every_quantity_stands_in_the_table_with_its_unit(name):
    assert UNITS[name] == QUANTITIES[name].unit


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f"{f.__module__[5:]}.{f.__name__}")
def test_every_argument_of_a_formula_stands_in_the_table(function):
    assert set(inspect.signature(function).parameters) - {"trend"} <= set(UNITS)


def test_no_name_stands_twice():
    names = [name for row in ROWS for name in re.findall(r"`(\w+)`", row[0])]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_the_table_calls_the_place_of_definition_exists(row):
    for place in re.findall(r"`([\w.]+)`", row[4]):
        module, _, attribute = place.rpartition(".")
        found = _find(place) or (module and hasattr(_find(module), attribute))
        assert found, place


def _find(place):
    try:
        return importlib.import_module(f"twin.{place}")
    except ModuleNotFoundError:
        return None
