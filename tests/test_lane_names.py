"""Names that a spreadsheet would run as formulas are escaped in files, and the escape is undone on reading."""

import itertools

import pytest

from twin.data.errors import Refused
from twin.data.lane_names import STARTS_A_FORMULA, lane_name, read_lane, written_lane

NAMES = ["BER-MUC", "'s-Hertogenbosch", "''quoted''", "A=B", *(f"{mark}1+1" for mark in STARTS_A_FORMULA)]


@pytest.mark.parametrize("name", [*NAMES, *(f"{a}{b}" for a, b in itertools.product(("'", "''", "'''"), NAMES))])
def test_written_names_are_read_back(name):
    assert read_lane(written_lane(name)) == name
    assert not written_lane(name).startswith(tuple(STARTS_A_FORMULA))


@pytest.mark.parametrize("name", ["BER-MUC", "'s-Hertogenbosch", "A=B", "ロッテルダム"])
def test_other_names_are_written_as_they_are(name):
    assert written_lane(name) == name


@pytest.mark.parametrize("text", ["", " \t", "\ufeff", "a\0b", "x" * 501, "\udfff"])
def test_unusable_names_are_refused(text):
    with pytest.raises(Refused, match=r"^lane "):
        lane_name(text)


def test_surrounding_blanks_and_marks_are_stripped():
    assert lane_name("\ufeff \u00a0BER-MUC\t") == "BER-MUC"
