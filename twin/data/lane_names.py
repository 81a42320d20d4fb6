"""Names of lanes: the rules for usable names, and their safe form in CSV files opened by spreadsheets."""

import csv
from collections.abc import Iterable
from typing import Literal

from twin.data.errors import Refused
from twin.data.text import visible

LONGEST_LANE_NAME = 500  # [character] longest name that every supported database can index
STARTS_A_FORMULA = "=+-@＝＋－＠"  # characters that begin a formula in a spreadsheet, full-width forms included


def lane_name(text: str) -> str:
    """Return the lane name in a text, stripped of surrounding blanks; an unusable name raises Refused.

    >>> lane_name(" BER-MUC ")
    'BER-MUC'
    """
    return _checked(_stripped(text))


def _stripped(text):
    """Return text without surrounding blanks and byte-order marks, in whatever order they stand."""
    while (shorter := text.strip().strip("\ufeff")) != text:
        text = shorter
    return text


def _checked(name):
    if not name:
        raise Refused("lane is empty")
    if "\0" in name:
        raise Refused("lane has a NUL byte")
    if len(name) > LONGEST_LANE_NAME:
        raise Refused(f"lane is longer than {LONGEST_LANE_NAME} characters")
    if any("\ud800" <= c <= "\udfff" for c in name):
        raise Refused("lane has half a character (a lone surrogate)")
    return name


def written_lane(name: str) -> str:
    """Return a name as it is written to CSV: an apostrophe keeps a spreadsheet from running it as a formula.

    >>> written_lane("=1+1"), written_lane("BER-MUC")
    ("'=1+1", 'BER-MUC')
    """
    return f"'{name}" if begins_a_formula(name) else name


def guard_note(names: Iterable[str]) -> str:
    """Return a sentence if `written_lane` changes some of these names; "" if it changes none.

    >>> guard_note(["=B", "BER-MUC"])
    "names of lanes that begin like a formula: 1, such as =B; in CSV an apostrophe goes before them (here '=B), which
    the Twin removes when it reads the file"
    """
    guarded = [name for name in names if begins_a_formula(name)]
    if not guarded:
        return ""
    return (
        f"names of lanes that begin like a formula: {len(guarded):,}, such as {visible(guarded[0], 20)}; in CSV an "
        f"apostrophe goes before them (here {visible(written_lane(guarded[0]), 20)}), which the Twin removes when it "
        "reads the file"
    )


def quoting_of(names: Iterable[str]) -> Literal[0, 2]:
    """Return how `csv` quotes a file with these names; it leaves a carriage return bare, where readers end a row."""
    return csv.QUOTE_NONNUMERIC if any("\r" in name for name in names) else csv.QUOTE_MINIMAL


def read_lane(text: str) -> str:
    """Return the name that a CSV field holds; this is the inverse of `written_lane`.

    >>> read_lane("'=1+1"), read_lane("'s-Hertogenbosch")
    ('=1+1', "'s-Hertogenbosch")
    """
    name = _stripped(text)
    return _checked(name[1:] if name.startswith("'") and begins_a_formula(name) else name)


def begins_a_formula(name: str) -> bool:
    """Return whether a name, leading apostrophes aside, begins like a formula; so writing can always be undone."""
    return name.lstrip("'").startswith(tuple(STARTS_A_FORMULA))
