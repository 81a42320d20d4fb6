"""From usable rows to flows: duplicates, periods and gaps."""

import numpy as np
import pytest
from flow_rows import dates, one_column, reasons, rows

from twin.data.history import dense

TWICE = "date,lane,volume,returns\n2024-01-01,A,5,1\n2024-01-02,A,7,0\n2024-01-01,A,5,1\n2024-01-01,A,2,1\n"


def test_duplicates(read_rows):
    added = read_rows(TWICE)
    assert rows(added) == [("2024-01-01", "A", 12.0), ("2024-01-02", "A", 7.0)]
    assert added.flows["returns"].tolist() == [3.0, 0.0]
    assert added.account.rows_kept == 4
    assert any(": 2, of which exact copies of an earlier row: 1" in note for note in added.account.notes)
    assert rows(read_rows(TWICE, duplicates="first")) == [("2024-01-01", "A", 5.0), ("2024-01-02", "A", 7.0)]
    assert list(reasons(read_rows(TWICE, duplicates="first"))) == [4, 5]
    refused = read_rows(TWICE, duplicates="refuse")
    assert [row[:2] for row in rows(refused)] == [("2024-01-01", "A"), ("2024-01-02", "A")]
    assert refused.flows["volume"].tolist() == pytest.approx([np.nan, 7.0], nan_ok=True)  # unknown, not zero
    assert list(reasons(refused)) == [2, 4, 5]


def test_a_refused_day_is_not_a_duplicate(read_rows):
    assert len(read_rows("date,lane,volume\n2024-01-01,A,x\n2024-01-01,A,5\n", duplicates="refuse").flows) == 1


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
def test_inferred_period(read_rows, days, period):
    assert read_rows(one_column(days)).period == period


def test_month_ends_are_dated_on_the_first(read_rows):
    assert dates(read_rows(one_column(["2024-01-31", "2024-02-29"]))) == ["2024-01-01", "2024-02-01"]


def days_from(start, count):
    return [str(np.datetime64(start) + i) for i in range(count)]


def test_days_are_summed_into_weeks_without_unfinished_weeks(read_rows):
    history = read_rows(one_column(days_from("2024-01-03", 20)), period="W")  # Wednesday 3 to Monday 22
    assert rows(history) == [("2024-01-08", "A", 7.0), ("2024-01-15", "A", 7.0)]
    assert not history.account.period_inferred
    assert history.account.reasons() == {
        "is in the unfinished first week of the record, from 2024-01-01": 5,
        "is in the unfinished last week of the record, from 2024-01-22": 1,
    }


def test_days_are_summed_into_months(read_rows):
    assert rows(read_rows(one_column(days_from("2024-02-01", 29)), period="MS")) == [("2024-02-01", "A", 29.0)]
    with pytest.raises(ValueError, match="unfinished first month"):
        read_rows(one_column(days_from("2024-02-02", 28)), period="MS")


def test_weeks_keep_their_weekday_and_sum_into_months(read_rows):
    weeks = [str(np.datetime64("2024-01-03") + 7 * i) for i in range(9)]  # Wednesdays, to 28 February
    assert dates(read_rows(one_column(weeks), period="W"))[0] == "2024-01-03"
    months = read_rows(one_column(weeks), period="MS")
    assert rows(months) == [("2024-01-01", "A", 5.0), ("2024-02-01", "A", 4.0)]
    late = read_rows(one_column(weeks[2:]), period="MS")
    assert rows(late) == [("2024-02-01", "A", 4.0)]


def test_an_unreadable_volume_of_a_week_belongs_to_the_weekday_of_the_record(read_rows):
    wednesdays = [str(np.datetime64("2024-01-03") + 7 * i) for i in range(6)]
    volumes = ["1", "1", "x", "1", "1", "1"]
    lines = [f"{day},A,{volume}" for day, volume in zip(wednesdays, volumes, strict=True)]
    history = read_rows("\n".join(["date,lane,volume", *lines]))
    assert history.period == "W" and [day for day, _, _ in rows(history)] == wednesdays
    assert history.flows["volume"].isna().tolist() == [volume == "x" for volume in volumes]


def test_a_record_of_one_month_can_be_read_as_monthly(read_rows):
    assert rows(read_rows(one_column(["2024-02-01"]), period="MS")) == [("2024-02-01", "A", 1.0)]


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (["2024-01-01", "2024-02-01"], "D"),
        (["2024-01-01", "2024-02-01"], "W"),
        (["2024-01-01", "2024-01-08"], "D"),
    ],
)
def test_a_period_finer_than_the_file_is_refused(read_rows, days, period):
    with pytest.raises(ValueError, match=f"must not be finer .* got '{period}'"):
        read_rows(one_column(days), period=period)


GAPPY = "date,lane,volume\n2024-01-01,A,5\n2024-01-04,A,7\n2024-01-03,B,2\n2024-01-05,C,1\n"


def test_gaps_are_counted_and_dense(read_rows):
    zero, unknown = read_rows(GAPPY), read_rows(GAPPY, gaps="unknown")
    assert rows(zero) == rows(unknown)  # no value is invented
    assert any("15 lane-days" in note and "11 without a row count as zero" in note for note in zero.account.notes)
    assert any("6 lane-days" in note and "2 without a row are not counted" in note for note in unknown.account.notes)
    lanes, days, volumes = dense(zero)
    nan = np.nan
    assert lanes.tolist() == ["A", "B", "C"]
    assert days.astype(str).tolist() == days_from("2024-01-01", 5)
    np.testing.assert_array_equal(volumes, [[5, 0, 0, 7, 0], [0, 0, 2, 0, 0], [0, 0, 0, 0, 1]])
    np.testing.assert_array_equal(dense(unknown)[2], [[5, nan, nan, 7, nan], [nan, nan, 2, nan, nan], [nan] * 4 + [1]])


def test_dense_months(read_rows):
    _, months, volumes = dense(read_rows(one_column(["2023-11-01", "2024-02-01"])))
    assert months.astype(str).tolist() == ["2023-11-01", "2023-12-01", "2024-01-01", "2024-02-01"]
    assert volumes.tolist() == [[1, 0, 0, 1]]


def test_order_of_rows_does_not_matter(read_rows):
    head, *lines = GAPPY.splitlines()
    assert rows(read_rows("\n".join([head, *reversed(lines)]))) == rows(read_rows(GAPPY))
