"""Sentences on the numbers of a lesson say what the numbers say."""

import itertools

import numpy as np
import pytest

from twin.simulate import Estimate
from twin.view import findings


@pytest.mark.parametrize(("found", "word"), [(89.9, "less"), (90.1, "as much"), (109.9, "as much"), (110.1, "more")])
def test_two_estimates_are_equal_within_four_standard_errors_of_their_difference(found, word):
    """Errors of 1.5 and 2 make one of 2.5 together, so 100 is equal to 90 and to 110, and to nothing beyond."""
    assert findings.side(Estimate(found, 1.5), Estimate(100.0, 2.0)) == word


def test_certain_numbers_are_compared_as_they_are():
    words = ("fewer", "as many", "more")
    assert [findings.side(found, 2.0, words) for found in (1.999, 2.0, 2.001)] == list(words)


def test_the_smallest_stands_first_and_nothing_is_minus_zero():
    told = findings.ranked({"b": 2.04, "a": Estimate(-0.01, 1.0), "c": 1000.0})
    assert told == "a (0.0), b (2.0) and c (1,000.0)"


def test_the_longest_run_is_that_of_an_enumeration():
    draws = np.random.Generator(np.random.PCG64(3)).random((200, 30)) < 0.7
    for row in draws:
        assert findings.longest_run(row) == max((len(list(g)) for true, g in itertools.groupby(row) if true), default=0)
