"""Sweeps: the points of a grid, their names, and the grids that are refused."""

import datetime
import math
import re

import pytest

from twin.batch.grid import points

DEFAULTS = {"seed": 1, "share": 0.5, "lane": "BER-MUC", "live": True}


def test_each_combination_occurs_once_and_the_last_parameter_changes_fastest():
    found = points({"lane": ["A", "B"], "seed": [1, 2, 3]}, DEFAULTS)
    assert [name for name, _ in found] == [f"lane={lane},seed={seed}" for lane in "AB" for seed in (1, 2, 3)]
    assert found[4][1] == {"lane": "B", "seed": 2}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"from": 0, "to": 1, "count": 11}, [i / 10 for i in range(11)]),
        ({"from": 0.1, "to": 0.3, "count": 3}, [0.1, 0.2, 0.3]),
        ({"from": 0.1, "to": 0.7, "count": 7}, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),  # in binary, 0.39999999999999997
        ({"from": 3, "to": -1, "count": 2}, [3.0, -1.0]),
        ({"from": 0.12345678901234567, "to": 1, "count": 2}, [0.12345678901234567, 1.0]),
        ({"from": -1.7e308, "to": 1.7e308, "count": 3}, [-1.7e308, 0.0, 1.7e308]),
        ({"from": 1e-300, "to": 3e-300, "count": 3}, [1e-300, 2e-300, 3e-300]),
        ([1, 2.5], [1.0, 2.5]),
    ],
)
def test_spaced_values_include_both_ends_and_are_short_decimals(given, expected):
    values = [values["share"] for _, values in points({"share": given}, DEFAULTS)]
    assert values == expected and all(type(value) is float for value in values)


def test_whole_numbers_stay_whole():
    values = [values["seed"] for _, values in points({"seed": {"from": 0, "to": 999, "count": 1000}}, DEFAULTS)]
    assert values == list(range(1000)) and all(type(value) is int for value in values)


def test_long_whole_numbers_keep_every_digit():
    given = {"from": 20240101123457, "to": 20240101123459, "count": 3}
    assert [values["seed"] for _, values in points({"seed": given}, DEFAULTS)] == [20240101123457 + i for i in range(3)]


def test_names_are_valid_folders_and_differ_even_if_characters_are_replaced():
    lanes = ["a/b", "a:b", "a b", "..", "Łódź", "x" * 300, "x" * 299, '"', "$HOME", "a\nb", "-"]
    names = [name for name, _ in points({"lane": lanes}, DEFAULTS)]
    assert len(set(names)) == len(lanes)
    for name in names:
        assert (
            len(name) < 150
            and name.startswith("lane=")
            and not set(name) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,=_+-~")
        )


def test_the_name_of_a_point_does_not_depend_on_its_neighbours():
    few, many = (dict(points({"seed": seeds}, DEFAULTS)) for seeds in ([3, 5], [1, 2, 3, 4, 5]))
    assert few.items() <= many.items()


@pytest.mark.parametrize(
    ("grid", "complaint"),
    [
        ([], "grid must map parameters to their values"),
        ({}, "grid must map parameters to their values"),
        ({"seed": []}, "seed must be a list of values, or have from, to and count"),
        ({"seed": 3}, "seed must be a list of values, or have from, to and count"),
        ({"seed": [1, 1]}, "the values of seed must differ"),
        ({"share": [1, 1.0]}, "the values of share must differ"),
        ({"share": {"from": 0, "to": 1}}, "share must have the numbers from, to and count"),
        ({"share": {"from": 0, "to": 1, "count": 3, "step": 1}}, "share must have the numbers from, to and count"),
        ({"share": {"from": "0", "to": 1, "count": 3}}, "share must have the numbers from, to and count"),
        ({"share": {"from": 0, "to": math.inf, "count": 3}}, "share must have finite ends"),
        ({"share": {"from": 0, "to": math.nan, "count": 3}}, "share must have finite ends"),
        ({"share": {"from": 0, "to": 1, "count": 1}}, "a count between 2 and"),
        ({"share": {"from": 0, "to": 1, "count": 2.5}}, "a count between 2 and"),
        ({"share": {"from": 1, "to": 1, "count": 3}}, "the values of share must differ"),
        ({"seed": {"from": 0, "to": 1, "count": 3}}, "seed must be whole numbers"),
        ({"share": {"from": 0, "to": 10**400, "count": 3}}, "ends that a number can hold"),
        ({"share": [math.nan]}, "share must be a finite number, a text"),
        ({"lane": [datetime.date(2020, 1, 1)]}, "lane must be a finite number, a text"),
        (
            {"seed": list(range(1000)), "share": {"from": 0, "to": 1, "count": 101}},
            "at most 100,000 points; got 101,000",
        ),
    ],
)
def test_an_invalid_grid_is_refused(grid, complaint):
    with pytest.raises(ValueError, match=re.escape(complaint)):
        points(grid, DEFAULTS)
