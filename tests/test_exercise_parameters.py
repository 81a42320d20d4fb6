"""Exercises with random parameters: in this process, and of each lesson only the statements behind its answers."""

import ast
import json

import numpy as np
import pytest
from test_exercises import NOTEBOOKS, answered, cells_of, with_solutions

from twin.view import exercises

LANES = ["BER-MUC", "FRA-PAR", "HAM-ROT"]
#: Parameters of the lessons that are computed in less than a second: lowest and highest value, or the choices.
RANGES = {
    "01_newsvendor": {"lane": LANES, "holding_cost": (2.0, 40.0), "sla_penalty": (5.0, 150.0)},
    "02_buffers": {"lane": LANES, "lead_time_sd_days": (0.5, 6.0), "service_level": (0.6, 0.99)},
    "03_cooperation": {
        "lane": LANES, "partner_surcharge": (3.0, 30.0), "option_fee": (0.1, 3.0), "option_surcharge": (0.5, 30.0),
    },
    "04_resilience": {
        "service_level": (0.6, 0.97), "capacity_lost": (0.3, 0.9), "disruption_days": (5.0, 30.0),
        "headroom": (1.05, 1.5),
    },
    "05_finance": {
        "lane": LANES, "service_revenue": (70.0, 95.0), "handling_cost": (40.0, 50.0), "holding_cost": (2.0, 12.0),
    },
    "08_coalitions": {"partner_surcharge": (25.0, 200.0), "lending_cost": (0.0, 6.0), "refusal": (0.0, 0.4)},
}  # fmt: skip
DRAWS = 3


def drawn(stem, seed):
    """Return random parameters of a lesson."""
    random = np.random.default_rng(seed)
    return {
        name: random.choice(given).item() if isinstance(given, list) else round(float(random.uniform(*given)), 2)
        for name, given in RANGES[stem].items()
    }


def changed(node):
    """Return the names to which a statement gives a value, or of which it calls a method for its effect."""
    names = set()
    for each in ast.walk(node):
        if isinstance(each, ast.FunctionDef):
            names.add(each.name)
        elif isinstance(each, ast.alias):
            names.add((each.asname or each.name).split(".")[0])
        elif isinstance(each, ast.Name | ast.Attribute | ast.Subscript) and isinstance(each.ctx, ast.Store):
            names |= rooted(each)
        elif (
            isinstance(each, ast.Expr)
            and isinstance(each.value, ast.Call)
            and isinstance(each.value.func, ast.Attribute)
        ):
            names |= rooted(each.value.func)
    return names


def rooted(node):
    """Return the name whose attribute or item a node is."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return {node.id} if isinstance(node, ast.Name) else set()


def used(node):
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def statements(lesson, parameters):
    """Return the statements of a lesson on which its solutions depend, and those of the solutions and wrong answers."""
    before, after = [], []
    for cell in json.loads(with_solutions(lesson))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or (
            source.startswith("exercises.check(") and not cell["id"].startswith("added-")
        ):
            continue
        (after if cell["id"].startswith("added-") else before).append(source)
        if "parameters" in cell["metadata"].get("tags", []):
            before += [f"{name} = {value!r}" for name, value in parameters.items()]
    solved = ast.parse("\n".join(after)).body
    wanted, kept = set().union(*map(used, solved)), []
    for statement in reversed(ast.parse("\n".join(before)).body):
        if changed(statement) & wanted:
            wanted |= used(statement)
            kept.append(statement)
    return [*kept[::-1], *solved]


def assert_solved(stem, parameters, monkeypatch, capsys):
    """Assert that the checks of a lesson accept its solutions with some parameters, and no wrong answer."""
    monkeypatch.setattr(exercises, "check", exercises.check)  # which the lesson replaces to remember the answers
    lesson = NOTEBOOKS / f"{stem}.ipynb"
    parts = ast.Module(statements(lesson, {"live": False, "samples": 20_000} | parameters), [])
    exec(compile(parts, stem, "exec"), {})
    verdicts = [
        line.partition(": ")[2] for line in capsys.readouterr().out.splitlines() if line.startswith("exercise ")
    ]
    count = len(answered(cells_of(lesson)))
    assert verdicts[:count] == ["right"] * count, (parameters, verdicts)
    wrong = [each.startswith(("not yet", "cannot")) for each in verdicts[count:]]
    assert wrong == [True] * count, (parameters, verdicts)


@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("stem", RANGES)
def test_solutions_are_right_with_random_parameters_and_other_answers_are_not(stem, seed, monkeypatch, capsys):
    assert_solved(stem, drawn(stem, seed), monkeypatch, capsys)


def test_an_option_that_is_dearer_than_the_spot_is_worth_no_fee(monkeypatch, capsys):
    prices = {"option_fee": 2.0, "option_surcharge": 30.0}
    assert_solved("03_cooperation", {"lane": "BER-MUC", "internal_capacity": 400.0, **prices}, monkeypatch, capsys)
