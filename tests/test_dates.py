"""Dates in the usual notations, with the order of day and month decided by the whole column."""

import pytest
from flow_rows import dates, one_column, reasons


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29",
        "2024-2-29",
        "2024/02/29 00:00:00+00",
        "2024-02-29T23:59:59.999Z",
        "2024-02-29 07:45:00+02:00",
        "2024.02.29",
        "20240229",
        "29.02.2024",
        "29.2.24",
        "29/02/2024",
        "29-02-24",
        "02/29/2024 1:05 PM",
        "29-Feb-24",
        "29 February 2024",
        "Feb 29, 2024",
        "2024-Feb-29",
        " 2024-02-29 ",
    ],
)
def test_ways_to_write_a_day(read_rows, text):
    head = "date;lane;volume"
    assert dates(read_rows(one_column([text], head=head, row="{};A;1"))) == ["2024-02-29"]


@pytest.mark.parametrize("text", ["202402", "2024-02", "2024/02", "Feb-24", "Feb 2024", "February 2024", "2024 Feb"])
def test_ways_to_write_a_month(read_rows, text):
    assert dates(read_rows(one_column([text], head="month,lane,volume"))) == ["2024-02-01"]


def test_two_digit_years(read_rows):
    history = read_rows(one_column(["30-Jan-69", "31-Jan-68"]))
    assert dates(history) == ["1969-01-30", "2068-01-31"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "date is empty"),
        ("  ", "date is empty"),
        ("Pre-PQ Process", "date cannot be read"),
        ("2024-01-01 25:00", "date cannot be read"),
        ("2024-01/01", "date cannot be read"),
        ("٢٠٢٤-01-01", "date cannot be read"),
        ("3 Foo 2024", "date cannot be read"),
        ("2021-02-30", "date does not exist in the calendar"),
        ("2021-13-01", "date does not exist in the calendar"),
        ("20240000", "date does not exist in the calendar"),
        ("31/02/2024", "date does not exist in the calendar"),
        ("13/13/2024", "date does not exist in the calendar"),
        ("00/01/2024", "date does not exist in the calendar"),
        ("30-Feb-24", "date does not exist in the calendar"),
        ("1677-01-01", "year is outside 1678 to 2261"),
        ("2262-01-01", "year is outside 1678 to 2261"),
        ("0000-01-01", "year is outside 1678 to 2261"),
    ],
)
def test_dates_that_are_refused(read_rows, text, reason):
    history = read_rows(one_column(["2024-01-01", text]))
    assert reasons(history) == {3: reason}


def test_the_column_decides_between_day_and_month(read_rows):
    day_first = read_rows(one_column(["03/04/2024", "13/04/2024"]))
    assert dates(day_first) == ["2024-04-03", "2024-04-13"]
    assert any("day before month" in note for note in day_first.account.notes)
    assert dates(read_rows(one_column(["03/04/24", "04/13/24"]))) == ["2024-03-04", "2024-04-13"]


def test_contradicting_rows_are_refused(read_rows):
    history = read_rows(one_column(["13/04/2024", "14/04/2024", "04/13/2024", "03/04/2024"]))
    assert dates(history) == ["2024-04-03", "2024-04-13", "2024-04-14"]
    assert reasons(history) == {4: "day and month are in the other order than in the rest of the column"}
    assert history.account.refused["text"][0] == "04/13/2024, A, 1"


def test_undecided_dates_ask_for_dayfirst(read_rows):
    for values in (["03/04/2024", "05/06/2024"], ["13/04/2024", "04/13/2024"]):
        with pytest.raises(ValueError, match=f"'{values[0]}'.*say dayfirst=True or dayfirst=False$"):
            read_rows(one_column(values))
    assert dates(read_rows(one_column(["03/04/2024"]), dayfirst=True)) == ["2024-04-03"]
    assert dates(read_rows(one_column(["03/04/2024"]), dayfirst=False)) == ["2024-03-04"]
    assert len(reasons(read_rows(one_column(["03/04/2024", "04/13/2024"]), dayfirst=True))) == 1


def test_same_day_and_month_need_no_order(read_rows):
    assert dates(read_rows(one_column(["01/01/2024", "02/02/2024"]))) == ["2024-01-01", "2024-02-02"]
