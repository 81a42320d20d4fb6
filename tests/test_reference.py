"""The reference: every formula has every word of its docstring, its equation as written, an example, and its tests."""

import importlib
import inspect
import re

import pytest
from house import public_formulas
from site_tools import docstrings, generated, lessons, reference, tested

FORMULAS = [
    (f"twin.{module}.{name}", thing)
    for module in public_formulas()
    for name, thing in vars(importlib.import_module(f"twin.{module}")).items()
    if inspect.isfunction(thing) and name[0] != "_" and thing.__module__ == f"twin.{module}"
]


def shown(name, thing):
    """Return the reStructuredText of a function in the reference."""
    lines = inspect.getdoc(thing).split("\n")
    reference.document(None, "function", name, thing, None, lines)
    return "\n".join(lines)


def words(text):
    """Return the words and numbers of a text, without marks and the links that the reference adds."""
    plain = re.sub(r":[a-z:]+:`([^`<]*?)(?: <[^>`]*>)?`", r"\1", text)
    return re.findall(r"\w+", re.sub(r"[\\`*_]", "", plain))


def test_each_formula_has_every_word_of_its_docstring_and_its_tests():
    assert len(FORMULAS) > 100
    for name, thing in FORMULAS:
        given, made = words(inspect.getdoc(thing)), words(shown(name, thing))
        assert not [word for word in given if word not in made], name
        assert "through the functions that call it" not in shown(name, thing), name


def test_the_equations_that_a_formula_cites_are_those_of_the_lessons():
    for name, thing in FORMULAS:
        for number in docstrings.cited(inspect.getdoc(thing)):
            assert f"{lessons.equations()[number].latex} \\tag{{{number}}}" in shown(name, thing), name


def test_each_equation_of_the_lessons_has_a_function_and_a_test():
    users, tests = generated.users_of_equations(), tested.tests_of_equation()
    assert set(users) == set(lessons.equations()) >= set(tests)
    assert not [number for number in users if not users[number] or number not in tests]


@pytest.mark.parametrize(
    ("formula", "equation"),
    [
        ("buffers.safety_stock", "SS = z sd,  z = Phi^-1(service level)"),
        ("buffers.root_sum_of_squares", "sd' = sqrt((1 - rho) sum s_i^2 + rho (sum s_i)^2)"),
        ("cooperation.expected_cost", "H E[X] + S E[(X - C_max)+]"),
        ("cooperation.planned_cost", "C_req <= C_max: H C_req;  else: H C_max + (H + S)(C_req - C_max)"),
        (
            "games.stability.least_core",
            "min t  with  x(S) - c(S) <= t for every S but nobody and everybody,  x(N) = c(N)",
        ),
        ("demand.workload", "mean = (1 + r) mean_D,  var = (1 + r)^2 var_D + r (1 - r) mean_D"),
        ("volatility.coefficient_of_variation", "sd / mean [-]"),
    ],
)
def test_equations_are_set_apart_as_they_are_written(formula, equation):
    text = shown(f"twin.{formula}", dict(FORMULAS)[f"twin.{formula}"])
    assert f":class: equation\n\n   {equation}\n" in text


def test_units_sources_examples_and_names_are_marked_up():
    text = shown("twin.buffers.safety_stock", dict(FORMULAS)["twin.buffers.safety_stock"])
    for part in (
        "**lead_time_demand_sd** : array\\_like, shapes that broadcast",
        ":unit:`[pallet]`",
        ":py:obj:`demand.lead_time_demand <twin.demand.lead_time_demand>`",
        ":work:`Silver, Pyke and Thomas (2017) <silver2017>`",
        ":doc:`notebook 02 </notebooks/02_buffers>`",
        ".. rubric:: Source",
        ".. rubric:: Examples\n\n>>> round(float(safety_stock(615.4267, 0.95)), 2)\n1012.29",
        ":test:`test_buffers test_eq_2_3_",
    ):
        assert part in text, part


def test_a_test_uses_what_it_names_and_what_its_helpers_name():
    stem, name = tested.tests_of_equation()["2.3"][0]
    assert name in tested.files()[stem].functions and name.startswith("test_eq_2_3")
    assert tested.tests_of("twin.buffers.safety_stock")[0][0] == "test_buffers"
    assert tested.files_of("twin.buffers")[0] == "test_buffers"
