"""Dates in digits: the heading and the whole column decide the form, or the file is refused with both readings."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from twin.__main__ import main
from twin.data.load import read_history
from twin.data.statistics import lane_statistics

RANDOM = np.random.default_rng(20241129)
DAYS = pd.date_range("2023-03-01", periods=60)
WEEKS = [day.isocalendar() for day in pd.date_range("2023-11-06", periods=20, freq="7D")]


@pytest.fixture
def coded(file):
    """Return a function that writes a lane with some codes of dates, and returns its history and its volumes."""

    def coded(head, codes, **options):
        volumes = RANDOM.integers(50, 150, len(codes))
        rows = (f"{code},A,{volume}\n" for code, volume in zip(codes, volumes, strict=True))
        path = file("".join([f"{head},lane,volume\n", *rows]))
        return read_history(path, columns={"date": head}, **options), volumes

    return coded


def noted(history):
    return " | ".join(history.account.notes)


def statistics(history):
    """Return the statistics of the only lane of a history."""
    return lane_statistics(history).iloc[0]


@pytest.mark.parametrize("head", ["week", "KW", "Calendar week", "yearweek", "Kalenderwoche"])
def test_weeks_are_known_by_their_heading(coded, head, tmp_path, capsys):
    codes = [f"2023{week:02d}" for week in range(1, 13)]
    history, volumes = coded(head, codes)
    assert (history.period, len(history.flows)) == ("W", 12) and f"by the heading {head!r}" in noted(history)
    mean, variance = volumes.mean(), volumes.var(ddof=1)
    assert main(["assess", str(tmp_path / "flows.csv"), "--json", "--column", f"date={head}"]) == 0
    stock = json.loads(capsys.readouterr().out)["lanes"]["A"]["safety_stock"]  # a lead time of 7 +- 1 days
    assert stock == pytest.approx(norm.ppf(55 / 60) * np.sqrt(variance + (mean / 7) ** 2), rel=1e-9)


@pytest.mark.parametrize("form", ["{}{:02d}", "{}-W{:02d}", "{}W{:02d}", "KW {1:02d}/{0}"])
def test_weeks_are_known_by_a_number_above_12(coded, form):
    history, _ = coded("date", [form.format(week.year, week.week) for week in WEEKS])
    assert history.period == "W" and len(history.flows) == 20
    assert str(history.flows["date"].min())[:10] == "2023-11-06"


def test_months_are_known_by_their_heading_or_by_the_turn_of_the_year(coded):
    codes = [f"2023{month:02d}" for month in range(1, 13)]
    assert coded("month", codes)[0].period == "MS"
    years = [f"{2022 + i // 12}{i % 12 + 1:02d}" for i in range(18)]
    history, _ = coded("date", years)
    assert history.period == "MS" and "turn of a year" in noted(history)
    assert coded("date", ["2023-01", "2023-02"])[0].period == "MS"  # as in ISO 8601
    assert coded("week", ["2023-01", "2023-02"])[0].period == "W"


def test_months_or_weeks_that_nothing_decides_are_refused_with_both_readings(coded):
    codes = [f"2023{month:02d}" for month in range(1, 13)]
    with pytest.raises(
        ValueError, match=r"'202301' that may be 2023-01-01 \(yyyymm.* or 2023-01-02 \(yyyyww.*say dates='yyyymm' or"
    ):
        coded("date", codes)
    with pytest.raises(ValueError, match=r"'2023002' that may be 2023-01-02 \(yyyyddd.* or 2023-02-01 \(yyyymmm"):
        coded("date", [f"2023{month:03d}" for month in range(1, 13)])
    assert coded("date", codes, dates="yyyyww")[0].period == "W"
    assert coded("date", codes, dates="yyyymm")[0].period == "MS"


@pytest.mark.parametrize("form", ["%y%m%d", "%d%m%y", "%d%m%Y", "%Y%m%d", "%y%j", "%Y%j", "%Y%m%d%H", "%Y%m%d%H%M%S"])
def test_days_in_digits(coded, form):
    history, volumes = coded("date", DAYS.strftime(form))
    assert history.flows["date"].tolist() == DAYS.tolist()
    assert statistics(history).demand_mean == pytest.approx(volumes.mean(), rel=1e-12)


def test_an_early_yymmdd_is_no_month_of_1901(coded):
    history, _ = coded("date", [f"1902{day:02d}" for day in range(1, 13)])
    assert str(history.flows["date"].min())[:10] == "2019-02-01" and "'190201' is 2019-02-01" in noted(history)
    assert history.period == "D" and statistics(history).periods == 12


def test_day_and_month_in_digits_that_may_be_swapped_are_refused(coded):
    with pytest.raises(ValueError, match=r"ddmmyy.*mmddyy.*say dates='ddmmyy' or dates='mmddyy'$"):
        coded("date", [f"{day:02d}0523" for day in range(1, 13)])


@pytest.mark.parametrize("form", ["{}", "{}.0", "{}.5"])
def test_day_numbers_of_a_spreadsheet(coded, form):
    numbers = [form.format((day - pd.Timestamp("1899-12-30")).days) for day in DAYS]
    history, volumes = coded("date", numbers)
    assert history.flows["date"].tolist() == DAYS.tolist() and "counted from 1900" in noted(history)
    assert statistics(history).demand_sd == pytest.approx(volumes.std(ddof=1), rel=1e-12)


def test_day_numbers_among_dates_are_read_in_the_count_that_fits_them(coded):
    for start, form in (("1899-12-30", "serial-1900"), ("1904-01-01", "serial-1904")):
        cells = [str((day - pd.Timestamp(start)).days) if day.day < 13 else day.strftime("%d.%m.%Y") for day in DAYS]
        history, volumes = coded("date", cells)
        assert history.flows["date"].tolist() == DAYS.tolist() and form in noted(history)
        assert statistics(history).demand_mean == pytest.approx(volumes.mean(), rel=1e-12)


@pytest.mark.parametrize("factor", [1, 1000])
def test_seconds_and_milliseconds_since_1970(coded, factor):
    stamps = [int(day.timestamp() + 3600 * 5) * factor for day in DAYS]
    history, _ = coded("timestamp", stamps)
    assert history.flows["date"].tolist() == DAYS.tolist()
