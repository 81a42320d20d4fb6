"""Reading files: any input gives a history with a complete account, or a ValueError of one sentence."""

import codecs
import csv
import gzip
import io
import json
import math
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta

import numpy as np
import pytest

from twin.data.files.numbers import parse_number
from twin.data.history import dense, write_csv
from twin.data.load import load_history, read_history
from twin.data.text import visible

DAILY = "date,lane,volume\n2024-01-01,A,5\n2024-01-02,A,7\n2024-01-03,B,2\n"


@pytest.fixture
def read(tmp_path):
    """Return a function that writes text or bytes to a file and reads it."""

    def read(content, name="flows.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        history = read_history(path, **{"good_rows_only": True, **options})
        account = history.account
        assert account.rows_read == account.rows_kept + len(account.refused)
        json.dumps(account.to_dict())
        return history

    return read


def rows(history):
    return [
        (f"{day:%Y-%m-%d}", lane, volume)
        for day, lane, volume in history.flows[["date", "lane", "volume"]].itertuples(index=False)
    ]


def known(history):
    """Return the rows whose volume is known."""
    return [row for row in rows(history) if not math.isnan(row[2])]


def dates(history):
    return [day for day, _, _ in known(history)]


def reasons(history):
    return dict(zip(history.account.refused["line"], history.account.refused["reason"], strict=True))


PLAIN = [("2024-01-01", "A", 5.0), ("2024-01-02", "A", 7.0), ("2024-01-03", "B", 2.0)]


def one_column(values, head="date,lane,volume", row="{},A,1"):
    return "\n".join([head, *(row.format(value) for value in values)]) + "\n"


# ---------------------------------------------------------------- bytes and text


def test_plain_file(read):
    history = read(DAILY)
    assert rows(history) == PLAIN
    assert (history.period, history.gaps, history.account.period_inferred) == ("D", "zero", True)
    assert (history.account.encoding, history.account.separator) == ("utf-8", ",")
    assert history.account.columns == {"date": "date", "lane": "lane", "volume": "volume"}
    assert list(history.flows.columns) == ["date", "lane", "volume"]


def test_gzip_is_detected_by_its_bytes_not_its_name(read):
    assert rows(read(gzip.compress(DAILY.encode()), name="flows.csv")) == PLAIN
    assert rows(read(DAILY, name="flows.csv.gz")) == PLAIN


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8-sig", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
    ],
)
def test_byte_order_marks(read, encoding, mark):
    history = read(mark + DAILY.replace("B", "Zürich").encode(encoding))
    assert rows(history)[2] == ("2024-01-03", "Zürich", 2.0)
    assert history.account.encoding == encoding.removesuffix("-le").removesuffix("-be")


def test_the_account_names_other_encodings(read):
    text = DAILY.replace("B", "Côte – d")
    assert read(text.encode("cp1252")).account.encoding == "cp1252"
    assert rows(read(text.encode("cp1252")))[2][1] == "Côte – d"
    latin = read(DAILY.replace("B", "\x81é").encode("latin-1"))
    assert latin.account.encoding == "latin-1"
    assert "not utf-8" in latin.account.notes[0]


def test_second_byte_order_mark_in_the_header(read):
    assert rows(read(codecs.BOM_UTF8 * 2 + DAILY.encode())) == PLAIN


def test_late_bad_byte_is_found(read):
    many = DAILY + "2024-01-03,C,1\n" * 100_000
    history = read(many.encode() + "2024-01-03,É,1\n".encode("cp1252"))
    assert history.account.encoding == "cp1252"
    assert "É" in history.flows["lane"].cat.categories


@pytest.mark.parametrize("mark", ",;\t|")
def test_separators(read, mark):
    history = read(DAILY.replace(",", mark))
    assert rows(history) == PLAIN
    assert history.account.separator == mark


def test_spreadsheet_separator_line(read):
    assert rows(read("sep=;\r\n" + DAILY.replace(",", ";").replace("\n", "\r\n"))) == PLAIN


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_blank_lines_and_missing_last_end(read, end):
    text = "\n\n" + DAILY.replace("\n2024-01-02", "\n\n   \n2024-01-02").rstrip("\n")
    history = read(text.replace("\n", end))
    assert rows(history) == PLAIN
    assert "blank lines skipped: 2" in history.account.notes


def test_quoted_fields_keep_separators_quotes_and_line_breaks(read):
    history = read('date,lane,volume\n2024-01-01,"A, ""x""\nsecond",5\n2024-01-02,B,bad\n')
    assert rows(history) == [("2024-01-01", 'A, "x"\nsecond', 5.0)]
    assert reasons(history) == {4: "volume is not a number"}  # the line in the file, counting the line break in quotes


def test_a_stray_quote_costs_one_line(read):
    text = 'date,lane,volume\n2024-01-01,"A,5\n2024-01-02,A,7\n2024-01-03,"B",2\n2024-01-04,"C,1\n'
    history = read(text)
    assert known(history) == PLAIN[1:]
    assert reasons(history) == dict.fromkeys((2, 5), "quotes do not close properly")


def test_a_stray_quote_that_closes_by_chance_costs_one_line(read):
    history = read('date,lane,volume\n2024-01-01,"A,5\n2024-01-02,A,7\n2024-01-03,B,"\n2024-01-04,C,1\n')
    assert known(history) == [("2024-01-02", "A", 7.0), ("2024-01-04", "C", 1.0)]
    assert list(reasons(history)) == [2, 4]


def test_rows_with_too_many_or_few_fields(read):
    history = read(DAILY + "2024-01-04,A\n2024-01-05,A,1,2\n,,\n")
    assert known(history) == PLAIN
    width = "row does not have the 3 fields of the header"
    assert reasons(history) == {5: width, 6: width, 7: "date is empty"}


def test_a_field_that_is_too_long_is_refused(read):
    history = read(DAILY + f"2024-01-04,{'x' * 200_000},1\n2024-01-05,A,1\n")
    assert reasons(history) == {5: "field is too long"}
    assert len(known(history)) == 4


def test_nul_bytes(read):
    history = read("date,lane,volume,note\n2024-01-01,A,5,\0\n2024-01-02,A\0,7,\n2024-01-03,A,\0,\n2024\0,A,1,\n")
    assert [row[:2] for row in known(history)] == [PLAIN[0][:2]]
    assert reasons(history) == {
        3: "lane has a NUL byte",
        4: "volume is not a number",
        5: "date cannot be read",
    }
    assert "\0" not in str(history.account)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "is empty"),
        (b"\n \n\n", "blank lines"),
        (b"date,lane,volume\n", "header and no rows"),
        (b"date,lane,volume\n\n\n", "header and no rows"),
        (codecs.BOM_UTF8, "blank lines"),
        (DAILY.encode("utf-16-le"), "NUL"),
        (codecs.BOM_UTF16_LE + DAILY.encode("utf-16-le")[:-1], "utf-16"),
        (codecs.BOM_UTF8 + b"date,lane,volume\n\xff", "utf-8-sig"),
        (b"PK\x03\x04 and so on", "spreadsheet"),
        (gzip.compress(DAILY.encode() * 99, mtime=0)[:-20], "gzip"),
        (b"\x1f\x8bnot really", "gzip"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b'"date,lane,volume\n2024-01-01,A,5\n', "quotes"),
        (
            b"date,lane,volume\nx,A,1\n2024-01-01,,1\n",
            "no usable row: 1 x date cannot be read; 1 x lane is empty",
        ),
    ],
)
def test_files_that_cannot_be_used(read, content, rule):
    with pytest.raises(ValueError, match=rule) as error:
        read(content)
    assert "flows.csv" in str(error.value)
    assert "\n" not in str(error.value)


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv does not exist"):
        read_history(tmp_path / "nowhere.csv")
    with pytest.raises(ValueError, match="is a folder"):
        read_history(tmp_path)


# ---------------------------------------------------------------- columns


@pytest.mark.parametrize(
    "head",
    [
        "Date,Product Name,Demand",
        " DATE , sku ,Qty ",
        "InvoiceDate,StockCode,Quantity",
        "order-date,service_lane,units sold",
        "\ufeffMonth,route,FLOW",
    ],
)
def test_other_accepted_headers(read, head):
    assert rows(read(DAILY.replace("date,lane,volume", head))) == PLAIN


def test_returns_and_ignored_columns(read):
    history = read("date,lane,price,sold,returned\n2024-01-01,A,9.5,5,1\n2024-01-02,A,9.5,7,0\n")
    assert history.flows["returns"].tolist() == [1.0, 0.0]
    assert history.account.ignored == ("price",)
    assert history.account.columns == {
        "date": "date",
        "lane": "lane",
        "sold": "volume",
        "returned": "returns",
    }


def test_the_error_on_missing_columns_lists_headers_found_and_accepted(read):
    with pytest.raises(ValueError, match=r"no column for lane, volume; found 'date', 'berth'.*sku.*quantity"):
        read("date,berth\n2024-01-01,A\n")


@pytest.mark.parametrize(("head", "means"), [("date,lane,volume,demand", "volume"), ("date,date,lane,volume", "date")])
def test_repeated_columns(read, head, means):
    with pytest.raises(ValueError, match=f"2 columns that mean {means}"):
        read(head + "\n1,2,3,4\n")


def test_columns_can_be_chosen(read):
    text = "date,day,port,n_total\n2024-01-01,1,A,5\n2024-01-02,2,A,7\n"
    chosen = {"date": "date", "lane": "port", "volume": "N_Total"}
    assert rows(read(text, columns=chosen)) == PLAIN[:2]
    with pytest.raises(ValueError, match="volume was to be 'tons'"):
        read(text, columns={**chosen, "volume": "tons"})
    with pytest.raises(ValueError, match="returns was to be 'back'"):
        read(text, columns={**chosen, "returns": "back"})
    with pytest.raises(ValueError, match="columns must name some of"):
        read(text, columns={"weight": "n_total"})
    with pytest.raises(ValueError, match="a column of its own"):
        read(text, columns={**chosen, "returns": "n_total"})


# ---------------------------------------------------------------- dates


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
def test_ways_to_write_a_day(read, text):
    head = "date;lane;volume"
    assert dates(read(one_column([text], head=head, row="{};A;1"))) == ["2024-02-29"]


@pytest.mark.parametrize("text", ["202402", "2024-02", "2024/02", "Feb-24", "Feb 2024", "February 2024", "2024 Feb"])
def test_ways_to_write_a_month(read, text):
    assert dates(read(one_column([text], head="month,lane,volume"))) == ["2024-02-01"]


def test_two_digit_years(read):
    history = read(one_column(["30-Jan-69", "31-Jan-68"]))
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
def test_dates_that_are_refused(read, text, reason):
    history = read(one_column(["2024-01-01", text]))
    assert reasons(history) == {3: reason}


def test_the_column_decides_between_day_and_month(read):
    day_first = read(one_column(["03/04/2024", "13/04/2024"]))
    assert dates(day_first) == ["2024-04-03", "2024-04-13"]
    assert any("day before month" in note for note in day_first.account.notes)
    assert dates(read(one_column(["03/04/24", "04/13/24"]))) == ["2024-03-04", "2024-04-13"]


def test_contradicting_rows_are_refused(read):
    history = read(one_column(["13/04/2024", "14/04/2024", "04/13/2024", "03/04/2024"]))
    assert dates(history) == ["2024-04-03", "2024-04-13", "2024-04-14"]
    assert reasons(history) == {4: "day and month are in the other order than in the rest of the column"}
    assert history.account.refused["text"][0] == "04/13/2024, A, 1"


def test_undecided_dates_ask_for_dayfirst(read):
    for values in (["03/04/2024", "05/06/2024"], ["13/04/2024", "04/13/2024"]):
        with pytest.raises(ValueError, match=f"'{values[0]}'.*say dayfirst=True or dayfirst=False$"):
            read(one_column(values))
    assert dates(read(one_column(["03/04/2024"]), dayfirst=True)) == ["2024-04-03"]
    assert dates(read(one_column(["03/04/2024"]), dayfirst=False)) == ["2024-03-04"]
    assert len(reasons(read(one_column(["03/04/2024", "04/13/2024"]), dayfirst=True))) == 1


def test_same_day_and_month_need_no_order(read):
    assert dates(read(one_column(["01/01/2024", "02/02/2024"]))) == ["2024-01-01", "2024-02-02"]


# ---------------------------------------------------------------- numbers and lanes


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
def test_numbers(read, text, value):
    history = read(f"date,lane,volume\n2024-01-01,A,{text}\n")
    assert history.flows["volume"].tolist() == [value]
    assert not np.signbit(history.flows["volume"][0])
    assert math.copysign(1.0, parse_number("volume", text).point) == 1.0  # the ledger keeps what the parser returns


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,5", 1.5), ("0,125", 0.125), ("1 234", 1234.0), ("1'234.5", 1234.5), ("1\u202f234,5", 1234.5), ("12.", 12.0)],
)
def test_numbers_that_have_one_reading_are_read(read, text, value):
    assert read(f'date,lane,volume\n2024-01-01,A,1\n2024-01-02,A,"{text}"\n').flows["volume"].tolist() == [1.0, value]


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
def test_volumes_that_are_refused(read, text, reason):
    history = read(f'date,lane,volume\n2024-01-01,A,1\n2024-01-02,A,"{text}"\n')
    assert reasons(history) == {3: reason}


def test_decimal_comma(read):
    history = read("date;lane;volume\n2024-01-01;A;1,5\n2024-01-02;A;1.5\n2024-01-03;A;1.234,5\n", decimal=",")
    assert history.flows["volume"].tolist() == pytest.approx([1.5, np.nan, 1234.5], nan_ok=True)
    assert reasons(history) == {3: MARKS.replace("'.'", "','")}


def test_points_separate_thousands_if_the_decimal_mark_is_a_comma(read):
    history = read("date;lane;volume\n2024-01-01;A;2.165\n2024-01-02;A;987\n2024-01-03;A;21.65\n", decimal=",")
    assert history.flows["volume"].tolist()[:2] == [2165.0, 987.0] and list(reasons(history)) == [4]


@pytest.mark.parametrize("text", ["1,234,567", "1,234,567.0", "1,234.50", "12,345.0"])
def test_unambiguous_thousands_separators_are_read(read, text):
    history = read(f'date,lane,volume\n2024-01-01,A,"{text}"\n2024-01-02,A,1\n')
    assert history.flows["volume"].iloc[0] == float(text.replace(",", ""))


def test_returns_obey_the_same_rules_as_volumes(read):
    history = read("date,lane,volume,returns\n2024-01-01,A,5,1\n2024-01-02,A,5,\n2024-01-03,A,5,-1\n")
    assert reasons(history) == {4: "returns is negative"}


def test_blank_returns_count_as_zero_with_a_note(read):
    history = read("date,lane,volume,returns\n2024-01-01,A,5,1\n2024-01-02,A,5, \n2024-01-03,A,5,\n")
    assert history.flows["returns"].tolist() == [1.0, 0.0, 0.0] and history.account.reasons() == {}
    assert "rows without recorded returns, counted as none: 2" in history.account.notes
    assert "returns" not in read("date,lane,volume,returns\n2024-01-01,A,5,\n").flows


def test_lane_names_are_stripped_and_otherwise_unchanged(read):
    lanes = [("01", " A "), ("02", "A"), ("02", "a"), ("02", "N/A"), ("02", " ")]
    history = read("date,lane,volume\n" + "".join(f"2024-01-{day},{lane},1\n" for day, lane in lanes))
    assert [lane for _, lane, _ in rows(history)] == ["A", "A", "N/A", "a"]
    assert reasons(history) == {6: "lane is empty"}
    assert any(note.endswith("taken as one lane: 1") for note in history.account.notes)


# ---------------------------------------------------------------- duplicates, periods, gaps

TWICE = "date,lane,volume,returns\n2024-01-01,A,5,1\n2024-01-02,A,7,0\n2024-01-01,A,5,1\n2024-01-01,A,2,1\n"


def test_duplicates(read):
    added = read(TWICE)
    assert rows(added) == [("2024-01-01", "A", 12.0), ("2024-01-02", "A", 7.0)]
    assert added.flows["returns"].tolist() == [3.0, 0.0]
    assert added.account.rows_kept == 4
    assert any(": 2, of which exact copies of an earlier row: 1" in note for note in added.account.notes)
    assert rows(read(TWICE, duplicates="first")) == [("2024-01-01", "A", 5.0), ("2024-01-02", "A", 7.0)]
    assert list(reasons(read(TWICE, duplicates="first"))) == [4, 5]
    refused = read(TWICE, duplicates="refuse")
    assert [row[:2] for row in rows(refused)] == [("2024-01-01", "A"), ("2024-01-02", "A")]
    assert refused.flows["volume"].tolist() == pytest.approx([np.nan, 7.0], nan_ok=True)  # unknown, not zero
    assert list(reasons(refused)) == [2, 4, 5]


def test_a_refused_day_is_not_a_duplicate(read):
    assert len(read("date,lane,volume\n2024-01-01,A,x\n2024-01-01,A,5\n", duplicates="refuse").flows) == 1


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (["2024-01-01", "2024-02-01", "2024-05-01"], "MS"),
        (["2024-01-31", "2024-02-29"], "MS"),
        (["2024-01-03", "2024-01-10", "2024-02-07"], "W"),
        (["2024-01-01", "2024-01-02"], "D"),
        (["2024-01-01"], "D"),
        (["2024-01-01", "2024-01-08", "2024-01-16"], "D"),
    ],
)
def test_inferred_period(read, days, period):
    assert read(one_column(days)).period == period


def test_month_ends_are_dated_on_the_first(read):
    assert dates(read(one_column(["2024-01-31", "2024-02-29"]))) == ["2024-01-01", "2024-02-01"]


def days_from(start, count):
    return [str(np.datetime64(start) + i) for i in range(count)]


def test_days_are_summed_into_weeks_without_unfinished_weeks(read):
    history = read(one_column(days_from("2024-01-03", 20)), period="W")  # Wednesday 3 to Monday 22
    assert rows(history) == [("2024-01-08", "A", 7.0), ("2024-01-15", "A", 7.0)]
    assert not history.account.period_inferred
    assert history.account.reasons() == {
        "is in the unfinished first week of the record, from 2024-01-01": 5,
        "is in the unfinished last week of the record, from 2024-01-22": 1,
    }


def test_days_are_summed_into_months(read):
    assert rows(read(one_column(days_from("2024-02-01", 29)), period="MS")) == [("2024-02-01", "A", 29.0)]
    with pytest.raises(ValueError, match="unfinished first month"):
        read(one_column(days_from("2024-02-02", 28)), period="MS")


def test_weeks_keep_their_weekday_and_sum_into_months(read):
    weeks = [str(np.datetime64("2024-01-03") + 7 * i) for i in range(9)]  # Wednesdays, to 28 February
    assert dates(read(one_column(weeks), period="W"))[0] == "2024-01-03"
    months = read(one_column(weeks), period="MS")
    assert rows(months) == [("2024-01-01", "A", 5.0), ("2024-02-01", "A", 4.0)]
    late = read(one_column(weeks[2:]), period="MS")
    assert rows(late) == [("2024-02-01", "A", 4.0)]


def test_an_unreadable_volume_of_a_week_belongs_to_the_weekday_of_the_record(read):
    wednesdays = [str(np.datetime64("2024-01-03") + 7 * i) for i in range(6)]
    volumes = ["1", "1", "x", "1", "1", "1"]
    lines = [f"{day},A,{volume}" for day, volume in zip(wednesdays, volumes, strict=True)]
    history = read("\n".join(["date,lane,volume", *lines]))
    assert history.period == "W" and [day for day, _, _ in rows(history)] == wednesdays
    assert history.flows["volume"].isna().tolist() == [volume == "x" for volume in volumes]


def test_a_record_of_one_month_can_be_read_as_monthly(read):
    assert rows(read(one_column(["2024-02-01"]), period="MS")) == [("2024-02-01", "A", 1.0)]


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (["2024-01-01", "2024-02-01"], "D"),
        (["2024-01-01", "2024-02-01"], "W"),
        (["2024-01-01", "2024-01-08"], "D"),
    ],
)
def test_a_period_finer_than_the_file_is_refused(read, days, period):
    with pytest.raises(ValueError, match=f"must not be finer .* got '{period}'"):
        read(one_column(days), period=period)


GAPPY = "date,lane,volume\n2024-01-01,A,5\n2024-01-04,A,7\n2024-01-03,B,2\n2024-01-05,C,1\n"


def test_gaps_are_counted_and_dense(read):
    zero, unknown = read(GAPPY), read(GAPPY, gaps="unknown")
    assert rows(zero) == rows(unknown)  # no value is invented
    assert any("15 lane-days" in note and "11 without a row count as zero" in note for note in zero.account.notes)
    assert any("6 lane-days" in note and "2 without a row are not counted" in note for note in unknown.account.notes)
    lanes, days, volumes = dense(zero)
    nan = np.nan
    assert lanes.tolist() == ["A", "B", "C"]
    assert days.astype(str).tolist() == days_from("2024-01-01", 5)
    np.testing.assert_array_equal(volumes, [[5, 0, 0, 7, 0], [0, 0, 2, 0, 0], [0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(dense(unknown)[2], [[5, nan, nan, 7, nan], [nan, nan, 2, nan, nan], [nan] * 4 + [1]])


def test_dense_months(read):
    _, months, volumes = dense(read(one_column(["2023-11-01", "2024-02-01"])))
    assert months.astype(str).tolist() == ["2023-11-01", "2023-12-01", "2024-01-01", "2024-02-01"]
    assert volumes.tolist() == [[1, 0, 0, 1]]


# ---------------------------------------------------------------- the rest


def test_order_of_rows_does_not_matter(read):
    head, *lines = GAPPY.splitlines()
    assert rows(read("\n".join([head, *reversed(lines)]))) == rows(read(GAPPY))


def test_the_account_as_text(read):
    text = str(read(DAILY + "2024-01-04,A\tx,-1\n" * 5).account)
    assert "8 rows = 3 kept + 5 refused" in text
    assert "5 x volume is negative" in text
    assert text.count("line ") == 3
    assert "line 5: 2024-01-04,A\\tx,-1" in text
    assert visible("a\u202eb" + "x" * 200) == "a\\u202eb" + "x" * 76 + "…"


@pytest.mark.parametrize(
    ("option", "value"),
    [("period", "M"), ("gaps", "drop"), ("duplicates", "last"), ("decimal", ";"), ("dayfirst", "yes")],
)
def test_errors_name_the_bad_option(read, option, value):
    with pytest.raises(ValueError, match=f"{option} must be .*; got '{value}'"):
        read(DAILY, **{option: value})


def test_progress_goes_to_stderr(read, capsys):
    read(DAILY, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "flows.csv" in err


def test_load_history(tmp_path):
    assert load_history("", period="W").period == "W"
    (tmp_path / "flows.csv").write_text(DAILY)
    assert rows(load_history(str(tmp_path / "flows.csv"), gaps="unknown")) == PLAIN


def test_written_files_read_back(read, tmp_path):
    history = read('date,lane,volume,returns\n2024-01-01,"A, ""é""\nx",0.1,1\n2024-01-02,B,3,0\n')
    write_csv(history, tmp_path / "again.csv")
    again = read_history(tmp_path / "again.csv")
    assert again.flows.equals(history.flows)


VOLUMES = ["0", "3", "12", " 7.5", "1e1", "", "x", "-2", "nan", "inf", "1,000", "1_0", "0x2"]
DAYS = ["2023-01-0{}", "2023-01-1{}", " 2023-02-0{} ", "2023-02-3{}", "?{}", "", "0/1{}/2023", "Jan {}, 2023"]
LANES = ["A", " A", "b", "Zürich", "x,y", 'q"q', "two\nlines", "", "  "]


@pytest.mark.parametrize("seed", range(40))
def test_messy_files_add_up(read, seed):
    """Kept rows and volumes equal an independent count with the standard library."""
    rng = random.Random(seed)
    records = [
        [rng.choice(DAYS).format(rng.randint(0, 9)), rng.choice(LANES), rng.choice(VOLUMES)]
        for _ in range(rng.randint(5, 300))
    ]
    for record in rng.sample(records, len(records) // 10):
        if "\n" not in record[1]:  # a record of two lines and a wrong width is read as two
            record.append("z")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=rng.choice(",;\t|"), lineterminator=rng.choice(["\n", "\r\n"]))
    writer.writerows([["Date", "SKU", "Qty"], ["2023-01-01", "A", "1"], *records])
    total, kept = defaultdict(float), 1
    total["A"] += 1
    for day, lane, volume, *more in records:
        try:
            value = float(volume.replace("_", "?").replace(",", ""))  # " 7.5" decides that 1,000 is 1000
            known = day.strip().startswith(("2023-01-", "2023-02-")) or day.startswith("Jan")
            number = int(day.strip().removeprefix("Jan ").removesuffix(", 2023").split("-")[-1]) if known else 0
            date(2023, 2 if day.strip().startswith("2023-02") else 1, number)
        except ValueError:
            continue
        if 0 <= value < float("inf") and lane.strip() and not more:
            total[lane.strip()] += value
            kept += 1
    history = read(out.getvalue().encode(rng.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])))
    assert history.account.rows_read == len(records) + 1
    assert history.account.rows_kept == kept
    found = Counter(history.flows.groupby("lane")["volume"].sum().to_dict())
    assert found == pytest.approx(dict(total), rel=1e-12)
    days = history.flows["date"].dt.date
    assert days.min() >= date(2023, 1, 1) and days.max() < date(2023, 2, 1) + timedelta(28)


@pytest.mark.parametrize("seed", range(40))
def test_random_text_gives_a_history_or_a_value_error(read, seed):
    """Random characters, with quotes, marks and control characters, give a history or a ValueError."""
    rng = random.Random(seed)
    noise = "".join(rng.choices('",;\t|\n\r\0\x1aéA19-/. \ufeff', k=rng.randint(1, 400)))
    head = rng.choice(["", "date,lane,volume\n2023-01-01,A,1\n"])
    try:
        read((head + noise).encode(rng.choice(["utf-8", "utf-16", "utf-32-le"])))
    except ValueError as error:
        assert "flows.csv" in str(error)
        assert "\n" not in str(error)


def test_a_pipe_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is no file but a pipe or a device"):
        read_history(tmp_path / "pipe")


# ---------------------------------------------------------------- limits


def test_a_field_of_the_header_that_is_too_long_is_refused(read):
    with pytest.raises(ValueError, match=r"flows.csv, line 1: the header must have fields of at most 131,072 char"):
        read(f"date,lane,volume,{'x' * 200_000}\n2024-01-01,A,5,1\n")
    with pytest.raises(ValueError, match=r"flows.csv, line 2: the header must have fields of at most 131,072 char"):
        read(f"\n{'x' * 200_000}\n2024-01-01,A,5,1\n")


def test_a_long_header_of_short_fields_is_read_with_any_separator(read):
    more = [f"unused_{i}" for i in range(20_000)]
    for mark in ",;\t|":
        header, row = (mark.join([*start, *more]) for start in (("date", "lane", "volume"), ("2024-01-01", "A", "5")))
        history = read(f"{header}\n{row}\n")
        assert history.account.separator == mark and history.flows["volume"].tolist() == [5.0]
    assert len(str(history.account)) < 1500 and "and 19,975 more" in str(history.account)


LONG_LINE = r"flows.csv, line {}: a line must have at most 1,048,576 characters \(1 MB\); got a longer one"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_beyond_1_mb_is_refused_by_its_number(read, encoding, end):
    start = end.join(["date,lane,volume,note", *(f"2024-01-{i:02d},A,5,é" for i in range(1, 29))])
    for longest in (2**20, 2**20 + 1):
        note = "y" * (longest - len("2024-02-01,A,5,"))
        content = f"{start}{end}2024-02-01,A,5,{note}{end}2024-02-02,A,5,{end}".encode(encoding)
        if longest == 2**20:  # the longest line that is allowed; its field is longer than csv allows
            assert reasons(read(content)) == {30: "field is too long"}
        else:
            for kept in (content, gzip.compress(content)):
                with pytest.raises(ValueError, match=LONG_LINE.format(30)):
                    read(kept)


def test_quotes_that_never_close_are_refused_before_they_take_long(read):
    with pytest.raises(ValueError, match=r"flows.csv, line [\d,]+: too many quotes up to here do not close"):
        read(DAILY + 'a","\n' * 20_000)


def test_a_stray_quote_in_each_row_costs_only_these_rows(read):
    history = read("date,lane,volume\n" + '2024-01-01,"A,5\n2024-01-02,B,7\n' * 3000)
    assert history.account.rows_kept == 3000 and set(history.account.reasons()) == {"quotes do not close properly"}


def test_gzip_members_in_a_row_are_one_file(read):
    content = DAILY.encode()
    parts = [gzip.compress(content[i : i + 9]) for i in range(0, len(content), 9)]
    assert rows(read(b"".join(parts))) == PLAIN
    for broken in (b"".join(parts)[:-5], b"".join(parts) + b"more", parts[0] + parts[1][:12], parts[0] + b"\x1f\x8b"):
        with pytest.raises(ValueError, match=r"flows.csv is a broken or cut gzip file; fetch it again"):
            read(broken)


def test_a_file_with_too_many_unusable_rows_is_refused(read, monkeypatch):
    monkeypatch.setattr("twin.data.files.scan.REFUSED_IN_MEMORY", 1000)
    with pytest.raises(ValueError, match=r"has over 1,000 rows that cannot be used: line 5, row does not have the 3"):
        read(DAILY + "x\n" * 2000)


MEASURED = """
import resource, sys
from twin.__main__ import main
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
code = main(sys.argv[1:])
print(code, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture(scope="module")
def bombs(tmp_path_factory):
    """Return a folder of two files of 1.5 MB with 1.5 GB in one line: a header that does not end, and a field."""
    folder, hundred = tmp_path_factory.mktemp("bombs"), gzip.compress(b"1" * 10**8)
    for name, start in {"header": b"date,lane,volume,", "field": b"date,lane,volume\n2024-01-01,A,"}.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(start) + 15 * hundred)
        assert (folder / f"{name}.gz").stat().st_size < 2e6
    return folder


@pytest.mark.parametrize("name", ["header", "field"])
@pytest.mark.parametrize("command", [["assess"], ["ask", "--offline", "What is the profit?", "--file"]])
def test_a_gzip_bomb_is_refused_within_little_memory(bombs, name, command):
    command = [sys.executable, "-c", MEASURED, *command, str(bombs / f"{name}.gz")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    code, more = map(int, run.stdout.split())  # [MB]
    assert code == 2 and more < 200 and "Traceback" not in run.stderr
    line = {"header": 1, "field": 2}[name]
    assert f"{name}.gz, line {line}: a line must have at most 1,048,576 characters (1 MB)" in run.stderr
