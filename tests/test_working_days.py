"""Days on which nobody ever works are no periods; pandas, and holidays counted by hand, are the witnesses."""

import datetime
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twin import forecast, lane
from twin.data.history import dense, dense_in_weeks
from twin.data.load import load_history, read_history
from twin.data.statistics import lane_statistics
from twin.data.working_days import closed_weekdays, holidays_of
from twin.plan.feed import feed_of_history
from twin.plan.table_report import assess_history
from twin.policy import Policy

RNG = np.random.default_rng(18)


@pytest.fixture
def read(tmp_path):
    def write(rows, **options):
        path = tmp_path / "flows.csv"
        path.write_text("".join(f"{','.join(map(str, row))}\n" for row in [("date", "lane", "volume"), *rows]))
        return read_history(path, **options)

    return write


def flows(days, volumes=None, lane="A"):
    volumes = RNG.poisson(100, len(days)) if volumes is None else volumes
    return [(str(day)[:10], lane, volume) for day, volume in zip(days, volumes, strict=True)]


def added_up(account):
    return account.rows_read == account.rows_kept + len(account.refused)


def test_seven_days_are_five_working_days(read):
    """The kind of 04-working-days.csv: sums of 7 calendar days are the witness of what a lead time of 7 days needs."""
    days = pd.bdate_range("2022-01-03", "2024-06-28")
    rows = flows(days)
    history = read(rows)
    volume = pd.Series([row[2] for row in rows], days).resample("D").sum()
    sums = volume.rolling(7).sum().dropna()
    found = lane.assess(
        lane_statistics(history), Policy(lead_time_mean_days=7, lead_time_sd_days=0), period=history.calendar.length
    ).loc["A"]
    sd = sums[::7].std()  # of sums that do not overlap
    assert found["lead_time_demand_mean"] == pytest.approx(sums.mean(), rel=1e-3)
    assert found["lead_time_demand_sd"] == pytest.approx(sd, abs=4 * sd / np.sqrt(2 * len(sums[::7])))
    assert found["lead_time_demand_sd"] < 0.3 * np.sqrt(7) * volume.std()  # of a week with two zeros
    facts = lane_statistics(history).loc["A"]
    known = volume[volume > 0]
    assert (facts["demand_mean"], facts["periods"]) == (pytest.approx(known.mean(), rel=1e-12), len(days))
    assert facts["demand_sd"] == pytest.approx(known.std(), rel=1e-12)
    note = "Saturdays and Sundays: no flow on any of 129 and 129, so they are taken as closed"
    assert any(note in sentence for sentence in history.account.notes)
    assert any("one period is a working day" in said for said in _said(history))


def _said(history):
    from twin.command.printing import sentences

    return list(sentences(assess_history(history)))


def test_silence_is_closed_only_if_it_is_no_chance(read):
    two_weeks = pd.bdate_range("2024-01-01", periods=10)
    history = read(flows(two_weeks))
    assert history.calendar.closed == () and not any("Saturday" in note for note in history.account.notes)
    history = read(flows(pd.bdate_range("2024-01-01", periods=15)))  # two weekends: told, and not closed
    assert history.calendar.closed == ()
    (note,) = [note for note in history.account.notes if "Saturdays" in note]
    assert "2 and 2, too few" in note and note.endswith("say closed='sat,sun'")
    assert read(flows(pd.bdate_range("2024-01-01", periods=20))).calendar.closed == (5, 6)
    rare = pd.date_range("2024-01-01", "2025-12-28")[::47]  # on all weekdays but one, once in 47 days
    rare = [day for day in rare if day.day_of_week != 2]
    assert read(flows(rare)).calendar.closed == ()
    half = [day for day in pd.bdate_range("2024-01-01", periods=260) if RNG.random() < 0.5]  # picks of half the days
    assert read(flows(half)).calendar.closed == (5, 6)
    once = [*pd.bdate_range("2024-01-01", periods=260), pd.Timestamp("2024-05-11")]
    assert read(flows(once)).calendar.closed == (6,)


def test_all_lanes_share_the_calendar(read):
    """A lane that is silent on Fridays has zeros on them, because another lane has flows."""
    days = pd.bdate_range("2024-01-01", periods=60)
    history = read(flows(days) + flows(days[days.day_of_week < 4], lane="B"))
    assert history.calendar.closed == (5, 6)
    lanes, _dates, volumes = dense(history)
    assert volumes.shape == (2, 60) and lanes.tolist() == ["A", "B"]
    assert (volumes[1] == 0).tolist() == (days.day_of_week == 4).tolist()


def test_stated_days_move_what_flows_on_them(read):
    """A flow of a closed day counts on the next open day; no volume is lost, and every row is accounted for."""
    days = pd.bdate_range("2024-01-01", "2024-02-02")
    extra = [("2024-01-06", "A", 7), ("2024-01-13", "A", 0), ("2024-02-03", "A", 5)]
    history = read(flows(days, [100] * len(days)) + extra, closed="sat,sun")
    expected = [100.0] * len(days)
    expected[5] += 7  # Monday 8 January
    assert history.flows["volume"].tolist() == expected
    assert added_up(history.account)
    assert history.account.reasons() == {"is of a closed day after the last open day of the record": 1}
    notes = " ".join(history.account.notes)
    assert "counted on the next open day: 1" in notes and "rows without a flow on closed days" in notes
    opened = read(flows(days) + extra, closed="none")
    assert opened.calendar.closed == () and lane_statistics(opened)["periods"].item() == 34


@pytest.mark.parametrize("closed", ["sat;sun", "weekend", "mon,tue,wed,thu,fri,sat,sun"])
def test_closed_days_are_weekdays(read, closed):
    with pytest.raises(ValueError, match="closed must be fewer than seven of mon,tue"):
        read(flows(pd.bdate_range("2024-01-01", periods=30)), closed=closed)


#: Holidays on working days from 4 March to 31 May 2024, as printed in the calendars of the two states.
BERLIN = ["2024-03-08", "2024-03-29", "2024-04-01", "2024-05-01", "2024-05-09", "2024-05-20"]
POLAND = ["2024-04-01", "2024-05-01", "2024-05-03", "2024-05-30"]


def test_holidays_of_two_countries(read):
    """89 days, of which 65 are working days, 8 of them holidays of Berlin or of Poland; one of these was worked."""
    free = pd.DatetimeIndex(sorted({*BERLIN, *POLAND})).difference(pd.DatetimeIndex(["2024-05-30"]))
    days = pd.bdate_range("2024-03-04", "2024-05-31").difference(free)
    rows = flows(days)
    history = read(rows, holidays="DE-BE, pl")
    assert len(pd.bdate_range("2024-03-04", "2024-05-31")) == 65 and len(days) == 58
    assert lane_statistics(history)["periods"].item() == 58
    (note,) = [note for note in history.account.notes if "holidays of" in note]
    assert "7 on open weekdays of the record are closed; 1 with flow are periods (2024-05-30)" in note
    ahead = history.calendar.following(np.datetime64("2024-05-31"), 400)
    assert datetime.date(2024, 10, 3) not in ahead.tolist()  # day of German unity
    assert datetime.date(2025, 6, 19) in ahead.tolist()  # Corpus Christi, which was worked in 2024
    assert lane_statistics(read(rows))["periods"].item() == 65  # without the option, a holiday is a day of no flow
    _lanes, dates, volumes = dense_in_weeks(history)
    assert (len(dates), int(np.isnan(volumes).sum())) == (65, 7)
    assert history.calendar.following(np.datetime64("2024-03-28"), 1).tolist() == [datetime.date(2024, 4, 2)]


def test_holidays_name_what_there_is():
    assert {str(day) for day in holidays_of("DE-BE", [2024]) if "2024-03-04" <= str(day) <= "2024-05-31"} - {
        "2024-03-31", "2024-05-19"} == set(BERLIN)  # fmt: skip
    with pytest.raises(ValueError, match=r"holidays must be DE, or DE- with one of .*BE.*; got 'DE-XX'"):
        holidays_of("DE-XX", [2024])
    with pytest.raises(ValueError, match="countries or regions such as DE-BE"):
        holidays_of("Deutschland", [2024])
    assert closed_weekdays("Saturday, SUN") == (5, 6)


def test_a_month_is_whole_if_only_closed_days_are_missing(read):
    """29 March 2024 is a Friday: the month is over, and so is the week."""
    rows = flows(pd.bdate_range("2024-01-01", "2024-03-29"))
    months = read(rows, period="MS")
    assert len(months.flows) == 3 and len(months.account.refused) == 0
    weeks = read(rows, period="W")
    volume = pd.Series([row[2] for row in rows], pd.DatetimeIndex([row[0] for row in rows]))
    assert weeks.flows["volume"].tolist() == volume.resample("W-SUN").sum().tolist()
    assert len(read(rows, period="MS", closed="none").flows) == 2
    assert (months.calendar.length, weeks.calendar.length) == ("MS", "W")


def test_weeks_have_no_closed_days(read):
    history = read(flows(pd.date_range("2024-01-01", periods=20, freq="7D")), holidays="DE")
    assert history.calendar.length == "W"
    assert any("weeks have no closed days" in note for note in history.account.notes)


def test_first_and_last_day_of_a_file(read):
    rows = flows(pd.bdate_range("2024-01-01", "2024-03-29"))
    history = read(rows, first="2024-02-01", last=datetime.date(2024, 3, 15))
    expected = [volume for day, _, volume in rows if "2024-02-01" <= day <= "2024-03-15"]
    assert history.flows["volume"].tolist() == expected and added_up(history.account)
    assert history.account.rows_read == len(expected)
    assert any("2024-02-01 to 2024-03-15, which are left out: 33" in note for note in history.account.notes)
    with pytest.raises(ValueError, match=r"first and last must be days of .*2024-01-01 to 2024-03-29; got 2025-01-01"):
        read(rows, first="2025-01-01")
    with pytest.raises(ValueError, match="history must be a file or a ledger where first is said"):
        load_history("", first="2024-01-01")


def test_the_day_after_friday_is_monday(read):
    """A forecast without noise: the season of five days is found, and its dates are working days."""
    days = pd.bdate_range("2024-01-01", "2024-06-28")
    pattern = [90, 100, 110, 95, 80]
    history = read(flows(days, [pattern[day.day_of_week] for day in days]))
    calendar = history.calendar
    _, dates, volumes = dense(history)
    ahead = forecast.lanes(volumes, period="D", horizon=7, level=0.9, season=calendar.season)
    assert ahead.mean[0] == pytest.approx([*pattern, 90, 100], rel=1e-6)
    assert calendar.following(dates[-1], 2).astype(str).tolist() == ["2024-07-01", "2024-07-02"]
    past = forecast.backtest(volumes, period="D", horizon=1, level=0.9, season=calendar.season)
    assert past.mean[0, -6:-1, 0] == pytest.approx(pattern, rel=1e-6)
    dates, volumes = feed_of_history(history).series("A")
    assert len(dates) == len(volumes) == len(days)


def test_the_field_file():
    """04-working-days.csv: 502.4 and sd 23.0 over seven days, by pandas alone; safety stock 104.2 with that sd."""
    folder = os.environ.get("TWIN_REAL_DATA", "")
    path = Path(folder).parent / "field" / "04-working-days.csv"
    if not (folder and path.exists()):
        pytest.skip("TWIN_REAL_DATA names no folder beside which these files lie")
    sums = pd.read_csv(path, parse_dates=["date"]).set_index("date")["volume"].resample("D").sum().rolling(7).sum()
    assert (sums.mean(), sums.std()) == (pytest.approx(502.4, abs=0.05), pytest.approx(23.0, abs=0.05))
    found = assess_history(read_history(path)).table.iloc[0]
    assert found["lead_time_demand_mean"] == pytest.approx(502.4, rel=2e-3)
    assert found["safety_stock"] == pytest.approx(104.2, rel=0.01)  # 195.5 with zeros on closed days
