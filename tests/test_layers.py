"""Arrows between the layers run one way, and formulas stay light to import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import twin

PACKAGE = Path(twin.__file__).parent
#: Each formula module and the modules of ours that it may import, from the bottom up.
ORDER = """_check _special demand newsvendor distribution buffers lot_size cooperation resilience finance forecast
volatility simulate joint_demand reservation mutual_help coalitions pooling allocation _programme core
core_allocation alliance lane scenario""".split()
HEAVY = {
    "pandas",
    "matplotlib",
    "ipywidgets",
    "scipy.stats",
    "scipy.integrate",
    "sqlalchemy",
    "tqdm",
    "yaml",
    "pyarrow",
}
OUTSIDE = {"numpy", "scipy"} | set(sys.stdlib_module_names)


def imports(module):
    """Every module that a file imports, wherever in it, by its full name."""
    found = set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the package"
            found |= {f"{node.module}.{alias.name}" if node.module == "twin" else node.module for alias in node.names}
    return found


@pytest.mark.parametrize("module", ORDER)
def test_a_formula_module_imports_only_what_lies_below_it(module):
    below = {f"twin.{name}" for name in ORDER[: ORDER.index(module)]}
    for name in imports(module):
        if name.split(".")[0] == "twin":
            assert name in below, f"{module} imports {name}"
        else:
            assert name.split(".")[0] in OUTSIDE, f"{module} imports {name}"


def test_formulas_do_not_draw_print_or_warn():
    for module in ORDER:
        tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
        called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and hasattr(node.func, "id")}
        assert not called & {"print", "open", "input", "eval", "exec"}, module
        assert not imports(module) & {"warnings", "logging"}, module


def test_randomness_lives_in_simulate_alone():
    for module in ORDER:
        source = (PACKAGE / f"{module}.py").read_text(encoding="utf-8")
        assert ("random" in {getattr(n, "attr", "") for n in ast.walk(ast.parse(source))}) == (module == "simulate")


def loaded(statement):
    """The modules that a clean interpreter holds after a statement."""
    code = f"{statement}\nimport sys; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_every_formula_loads_nothing_heavy():
    modules = loaded("from twin import " + ", ".join(name for name in ORDER if not name.startswith("_")))
    assert "twin.lane" in modules
    assert not modules & HEAVY
    assert not {name for name in modules if name.startswith(("twin.data", "twin.view", "twin.batch"))}


def test_assessing_a_lane_loads_nothing_heavy_either():
    modules = loaded("from twin import lane\nlane.assess({'demand_mean': 100, 'demand_sd': 25}, lane.Policy())")
    assert not modules & HEAVY


def test_the_analyst_knows_neither_pages_nor_clients_until_they_are_needed():
    modules = loaded("from twin.analyst import conversation")
    assert not modules & {"ipywidgets", "matplotlib", "sqlalchemy", "google.generativeai", "google.genai", "tenacity"}
    assert not {name for name in modules if name.startswith("twin.view")}


def test_one_module_knows_the_vendor():
    mention = [path.name for path in PACKAGE.rglob("*.py") if "google." in path.read_text(encoding="utf-8")]
    assert mention == ["gemini.py"]


def test_histories_need_no_database_and_the_command_line_waits_for_neither():
    modules = loaded("from twin.data import history, scenarios, statistics\nfrom twin.view import panel, plots")
    assert not modules & {"sqlalchemy", "psycopg", "dotenv"}
    assert not loaded("import twin.__main__") & {"pandas", "sqlalchemy", "psycopg", "papermill", "pyarrow"}


def test_workers_on_tables_of_lanes_load_no_more_than_they_need():
    modules = loaded("import twin.lane_table")
    assert "pyarrow" in modules and not modules & {"pandas", "matplotlib", "papermill", "yaml", "distributed"}
