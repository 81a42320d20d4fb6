"""Types: every public function is annotated, and a type checker finds nothing wrong with README's examples."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from house import modules, public_formulas, tree

ROOT = Path(__file__).parents[1]
USE = """
import numpy as np
import pandas as pd
import twin
from twin import buffers, newsvendor

lanes = pd.DataFrame({"demand_mean": [140.0, 20.0], "demand_sd": [25.0, 17.0]}, index=["BER-MUC", "FRA-PAR"])
table = twin.assess(lanes, twin.Policy(service_level=[0.95, 0.9], internal_capacity=np.array([285.0, 60.0])))
profit = table["profit"].sum()
units: dict[str, str] = table.attrs["units"]
stock = twin.buffers.safety_stock([25.0, 17.0], 0.95) + 1.0
quantity = float(newsvendor.best_quantity(100.0, 25.0, 5.0, 1.0))
"""


def functions(module):
    """Yield the public functions of a module and the public methods of its public classes."""
    for node in tree(module).body:
        inside = node.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        for function in inside:
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and not function.name.startswith("_"):
                yield function


def unannotated(function):
    """Return the names of the arguments without a type, and "return" where the result has none."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    missing = [one.arg for one in filter(None, named) if one.annotation is None and one.arg not in ("self", "cls")]
    return missing + ([] if function.returns else ["return"])


PUBLIC = sorted(name for name in modules() if not name.rpartition(".")[2].startswith("_"))


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_function_is_annotated(module):
    assert {f.name: missing for f in functions(module) if (missing := unannotated(f))} == {}


@pytest.mark.parametrize("folder", ["", "games"])
def test_type_checkers_see_every_formula_module(folder):
    found = {
        alias.name
        for node in ast.walk(tree(folder))
        if isinstance(node, ast.ImportFrom) and node.module == f"twin.{folder}".rstrip(".")
        for alias in node.names
    }
    modules = {name.rpartition(".")[2] for name in public_formulas() if name.rpartition(".")[0] == folder}
    assert modules <= found


def test_a_type_checker_finds_nothing_in_the_examples(tmp_path):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    assert examples
    names = "\n".join(f"import twin.{module}" for module in public_formulas())
    for number, code in enumerate([*examples, USE, names]):
        (tmp_path / f"example_{number}.py").write_text(code, encoding="utf-8")
    settings = {"typeCheckingMode": "standard", "reportUnusedExpression": False, "extraPaths": [str(ROOT)]}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--pythonpath", sys.executable, "-p", tmp_path]
    run = subprocess.run(command, capture_output=True, text=True)
    found = json.loads(run.stdout)
    assert found["summary"]["filesAnalyzed"] == len(examples) + 2
    assert found["generalDiagnostics"] == [], run.stdout
