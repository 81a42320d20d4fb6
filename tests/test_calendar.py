"""The working calendar counts as a list of its open days does, which is made day by day."""

import datetime
import pickle

import numpy as np
import pytest

from twin.data.calendar import WEEKDAYS, WorkingCalendar, weekday_of

ONE_DAY = datetime.timedelta(1)
FIRST = datetime.date(2024, 2, 26)


def open_days(calendar, count=60):
    """Return the open days from FIRST on, one after the other."""
    day, found = FIRST, []
    while len(found) < count:
        if day.weekday() not in calendar.closed and day not in calendar.holidays:
            found.append(day)
        day += ONE_DAY
    return found


@pytest.mark.parametrize("closed", [(), (6,), (5, 6), (0, 2, 3)])
@pytest.mark.parametrize("holidays", [(), (datetime.date(2024, 3, 29), datetime.date(2024, 4, 1))])
def test_days_are_counted_as_one_by_one(closed, holidays):
    calendar = WorkingCalendar("D", closed, holidays)
    days = np.array(open_days(calendar), dtype="datetime64[D]")
    every = np.arange(days[0], days[-1] + 1)
    assert calendar.is_period(every).tolist() == np.isin(every, days).tolist()
    assert calendar.range(days[0], days[-1]).tolist() == days.tolist()
    assert calendar.between(days[5], days).tolist() == list(range(-5, 55))
    assert calendar.shifted(days[9], np.arange(-9, 51)).tolist() == days.tolist()
    starts = calendar.starts(every)
    assert starts.tolist() == [days[days >= day].min().item() for day in every]
    assert calendar.between(days[0], every).tolist() == [np.searchsorted(days, day) for day in starts]
    for day in every[:20]:
        assert calendar.following(day, 3).tolist() == days[days > day][:3].tolist()
    assert pickle.loads(pickle.dumps(calendar)) == calendar


def test_a_working_day_stands_for_the_calendar_days_of_its_share():
    week = WorkingCalendar("D", (5, 6))
    assert (week.days_per_period, week.season, week.length) == (7 / 5, 5, 7 / 5)
    free = tuple(datetime.date(year, 5, 1) for year in (2023, 2024, 2025))  # a Monday, a Wednesday and a Thursday
    days = [datetime.date(2023, 1, 1) + datetime.timedelta(i) for i in range(365 + 366 + 365)]
    left = [day for day in days if day.weekday() < 5 and day not in free]
    assert WorkingCalendar("D", (5, 6), free).days_per_period == len(days) / len(left)
    assert WorkingCalendar("D", (5, 6), free).without_holidays == week


@pytest.mark.parametrize(
    "period, days, season", [("D", 1, 7), ("W", 7, 52), ("MS", 365.25 / 12, 12), ("QS", 91.3125, 4)]
)
def test_a_calendar_without_closed_days_is_the_plain_one(period, days, season):
    calendar = WorkingCalendar(period)
    assert (calendar.days_per_period, calendar.length, calendar.season) == (days, period, season)
    assert (
        calendar.following(np.datetime64("2024-01-01"), 2).tolist()[1]
        == {
            "D": datetime.date(2024, 1, 3),
            "W": datetime.date(2024, 1, 15),
            "MS": datetime.date(2024, 3, 1),
            "QS": datetime.date(2024, 7, 1),
        }[period]
    )


def test_weekdays_are_those_of_python():
    days = np.arange("1678-01-01", "1678-02-01", dtype="datetime64[D]")
    assert weekday_of(days).tolist() == [day.weekday() for day in days.tolist()]
    assert [WEEKDAYS[day] for day in weekday_of(days[:7])] == [f"{day:%a}".lower() for day in days[:7].tolist()]
