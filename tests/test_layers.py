"""Imports run one way, and formulas stay light to import."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter

import pytest
from house import LAYERS, PURE, arrows, folder, formulas, imports, layer, modules, public_formulas, tree

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


def test_no_circle_of_imports():
    list(TopologicalSorter({module: arrows(module) for module in modules()}).static_order())


def test_every_folder_is_a_wing_with_a_rank():
    assert {layer(module) for module in modules()} == set(LAYERS)


@pytest.mark.parametrize("module", sorted(set(modules()) - {"__main__"}))
def test_a_module_imports_from_its_own_layer_and_from_those_below(module):
    below = LAYERS[: LAYERS.index(layer(module)) + 1]
    for target in arrows(module) - {""}:
        assert layer(target) in below, f"{module} imports {target}"


@pytest.mark.parametrize("module", sorted(name for name in modules() if layer(name) in ("motion", "exact", "learned")))
def test_the_dynamic_model_exact_optima_and_networks_know_formulas_numpy_and_scipy_alone(module):
    for name in imports(module):
        assert name.split(".")[0] in OUTSIDE | {"twin"}, f"{module} imports {name}"


@pytest.mark.parametrize("module", formulas())
def test_a_formula_module_imports_formulas_numpy_and_scipy_alone(module):
    assert {folder(target) for target in arrows(module)} <= set(PURE)
    for name in imports(module):
        assert name.split(".")[0] in OUTSIDE | {"twin"}, f"{module} imports {name}"


@pytest.mark.parametrize("module", formulas())
def test_a_formula_module_does_not_draw_print_or_warn(module):
    called = {
        node.func.id for node in ast.walk(tree(module)) if isinstance(node, ast.Call) and hasattr(node.func, "id")
    }
    assert not called & {"print", "open", "input", "eval", "exec"}
    assert not imports(module) & {"warnings", "logging"}


def test_randomness_lives_in_simulate_alone():
    for module in formulas():
        uses = "random" in {getattr(node, "attr", "") for node in ast.walk(tree(module))}
        assert uses == (module == "simulate"), module


def loaded(statement):
    """Return the modules that a clean interpreter holds after a statement."""
    code = f"{statement}\nimport sys; print('\\n'.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_every_formula_loads_nothing_heavy():
    names = loaded("import " + ", ".join(f"twin.{module}" for module in public_formulas()))
    assert "twin.lane" in names
    assert not names & HEAVY
    ours = {name.removeprefix("twin.") for name in names if name.startswith("twin.")}
    assert {folder(name) for name in ours} <= set(PURE)


def test_assessing_a_lane_loads_nothing_heavy_either():
    names = loaded("from twin import lane\nlane.assess({'demand_mean': 100, 'demand_sd': 25}, lane.Policy())")
    assert not names & HEAVY


def test_the_analyst_knows_neither_pages_nor_clients_until_they_are_needed():
    names = loaded("from twin.analyst import conversation")
    assert not names & {"ipywidgets", "matplotlib", "sqlalchemy", "google.generativeai", "google.genai", "tenacity"}
    assert not {name for name in names if name.startswith("twin.view")}


def test_one_module_knows_the_vendor():
    mention = [name for name, path in modules().items() if "google." in path.read_text(encoding="utf-8")]
    assert mention == ["analyst._gemini_clients"]


def test_histories_need_no_database_and_the_command_line_waits_for_neither():
    names = loaded("from twin.data import load, scenarios, statistics\nfrom twin.view import panel, plots")
    assert not names & {"sqlalchemy", "psycopg", "dotenv"}
    assert not loaded("import twin.__main__") & {"pandas", "sqlalchemy", "psycopg", "papermill", "pyarrow"}


def test_workers_on_tables_of_lanes_load_no_more_than_they_need():
    names = loaded("import twin.tables.assess_table")
    assert "pyarrow" in names and not names & {"pandas", "matplotlib", "papermill", "yaml", "distributed"}
