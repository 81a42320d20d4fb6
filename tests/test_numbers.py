"""Numbers and lanes in the cells of a file: read, or refused with a reason."""

import math

import numpy as np
import pytest
from flow_rows import reasons, rows

from twin.data.files.numbers import parse_number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (" 5 ", 5.0),
        ("+5", 5.0),
        ("5.", 5.0),
        (".5", 0.5),
        ("1e2", 100.0),
        ("-0", 0.0),
        ("0", 0.0),
        ("-1e-999", 0.0),
    ],
)
def test_numbers(read_rows, text, value):
    history = read_rows(f"date,lane,volume\n2024-01-01,A,{text}\n")
    assert history.flows["volume"].tolist() == [value]
    assert not np.signbit(history.flows["volume"][0])
    assert math.copysign(1.0, parse_number("volume", text).point) == 1.0  # the ledger keeps what the parser returns


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("0,125", 0.125), ("1 234", 1234.0), ("1'234.5", 1234.5), ("1\u202f234,5", 1234.5), ("12.", 12.0)],
)
def test_numbers_that_have_one_reading_are_read(read_rows, text, value):
    assert read_rows(f'date,lane,volume\n2024-01-01,A,1\n2024-01-02,A,"{text}"\n').flows["volume"].tolist() == [
        1.0,
        value,
    ]


MARKS = "volume has thousands separators or a decimal mark that is not '.'"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "volume is empty"),
        ("nan", "volume is not a number (missing)"),
        ("N/A", "volume is not a number (missing)"),
        ("inf", "volume is infinite"),
        ("-Infinity", "volume is infinite"),
        ("1e999", "volume is infinite"),
        ("2e15", "volume is above 1e+15"),
        ("-3", "volume is negative"),
        ("True", "volume is not a number"),
        ("0x1A", "volume is not a number"),
        ("1_000", "volume is not a number"),
        ("٣", "volume is not a number"),
        ("12 pallets", "volume is not a number"),
        ("1,23.5", "volume has marks that are neither of thousands nor decimal"),
        ("1 23", "volume has marks that are neither of thousands nor decimal"),
    ],
)
def test_volumes_that_are_refused(read_rows, text, reason):
    history = read_rows(f'date,lane,volume\n2024-01-01,A,1\n2024-01-02,A,"{text}"\n')
    assert reasons(history) == {3: reason}


def test_decimal_comma(read_rows):
    history = read_rows("date;lane;volume\n2024-01-01;A;1,5\n2024-01-02;A;1.5\n2024-01-03;A;1.234,5\n", decimal=",")
    assert history.flows["volume"].tolist() == pytest.approx([1.5, np.nan, 1234.5], nan_ok=True)
    assert reasons(history) == {3: MARKS.replace("'.'", "','")}


def test_points_separate_thousands_if_the_decimal_mark_is_a_comma(read_rows):
    history = read_rows("date;lane;volume\n2024-01-01;A;2.165\n2024-01-02;A;987\n2024-01-03;A;21.65\n", decimal=",")
    assert history.flows["volume"].tolist()[:2] == [2165.0, 987.0] and list(reasons(history)) == [4]


@pytest.mark.parametrize("text", ["1,234,567", "1,234,567.0", "1,234.50", "12,345.0"])
def test_unambiguous_thousands_separators_are_read(read_rows, text):
    history = read_rows(f'date,lane,volume\n2024-01-01,A,"{text}"\n2024-01-02,A,1\n')
    assert history.flows["volume"].iloc[0] == float(text.replace(",", ""))


def test_returns_obey_the_same_rules_as_volumes(read_rows):
    history = read_rows("date,lane,volume,returns\n2024-01-01,A,5,1\n2024-01-02,A,5,\n2024-01-03,A,5,-1\n")
    assert reasons(history) == {4: "returns is negative"}


def test_blank_returns_count_as_zero_with_a_note(read_rows):
    history = read_rows("date,lane,volume,returns\n2024-01-01,A,5,1\n2024-01-02,A,5, \n2024-01-03,A,5,\n")
    assert history.flows["returns"].tolist() == [1.0, 0.0, 0.0] and history.account.reasons() == {}
    assert "rows without recorded returns, counted as none: 2" in history.account.notes
    assert "returns" not in read_rows("date,lane,volume,returns\n2024-01-01,A,5,\n").flows


def test_lane_names_are_stripped_and_otherwise_unchanged(read_rows):
    lanes = [("01", " A "), ("02", "A"), ("02", "a"), ("02", "N/A"), ("02", " ")]
    history = read_rows("date,lane,volume\n" + "".join(f"2024-01-{day},{lane},1\n" for day, lane in lanes))
    assert [lane for _, lane, _ in rows(history)] == ["A", "A", "N/A", "a"]
    assert reasons(history) == {6: "lane is empty"}
    assert any(note.endswith("taken as one lane: 1") for note in history.account.notes)
