"""Time stamps fall on the days of a zone, as the standard library counts them, and cut days are told."""

import datetime
from collections import Counter
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from twin.data.files.stamps import Stamps
from twin.data.ledger.store import Ledger
from twin.data.load import load_history, read_history

RNG = np.random.default_rng(24)
BERLIN = ZoneInfo("Europe/Berlin")
HOURS = pd.date_range("2024-03-28", "2024-04-02 23:00", freq="h", tz="UTC")  # clocks go forward on 31 March


@pytest.fixture
def read(tmp_path):
    def write(stamps, **options):
        path = tmp_path / "flows.csv"
        path.write_text("".join(f"{row}\n" for row in ["date,lane,volume", *(f"{stamp},A,1" for stamp in stamps)]))
        return read_history(path, **options)

    return write


def counted(history):
    return {day.date(): int(volume) for day, volume in zip(history.flows["date"], history.flows["volume"], strict=True)}


def of_berlin(moments):
    """Return the number of moments on each day of Berlin, without the days that they cover in part."""
    count = Counter(moment.to_pydatetime().astimezone(BERLIN).date() for moment in moments)
    return {day: number for day, number in count.items() if number > 22}


@pytest.mark.parametrize(
    "form", ["%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M +00:00", "%Y-%m-%d %I:%M:%S %p UTC", "%s", "%s000", "%s000000"]
)
@pytest.mark.parametrize("first", ["2024-03-20", "2024-10-20"])  # a day of 23 hours follows, or one of 25
def test_days_of_a_zone(read, form, first):
    moments = pd.date_range(first, periods=24 * 16, freq="h", tz="UTC")
    history = read([moment.strftime(form) for moment in moments], timezone="Europe/Berlin")
    expected = of_berlin(moments)
    assert counted(history) == expected and sorted(set(expected.values())) == [
        *([23, 24] if "03" in first else [24, 25])
    ]
    assert any("fall on the days of Europe/Berlin: '" in note for note in history.account.notes)


def test_24_00_is_the_end_of_its_day(read):
    days = pd.date_range("2024-01-01", periods=8)
    history = read([f"{day:%Y-%m-%d} {hour:02d}:00" for day in days for hour in range(1, 25)])
    assert counted(history) == dict.fromkeys(days.date, 24) and not len(history.account.refused)
    assert any("24:00" in note for note in history.account.notes)


def test_offsets_of_the_clock_and_naive_stamps(read):
    """An offset leads to the same days as UTC does; a stamp without one is of the day that is written."""
    local = [moment.astimezone(BERLIN) for moment in HOURS.to_pydatetime()]
    expected = Counter(moment.astimezone(ZoneInfo("Asia/Tokyo")).date() for moment in local)
    found = counted(read([moment.isoformat() for moment in local], timezone="Asia/Tokyo"))
    assert found == {day: expected[day] for day in found} and len(found) >= 5
    naive = [f"{moment:%Y-%m-%d %H:%M}" for moment in HOURS]
    assert set(counted(read(naive, timezone="Asia/Tokyo")).values()) == {24}
    assert any("no time stamp has an offset" in note for note in read(naive, timezone="UTC").account.notes)
    written = read([moment.isoformat() for moment in local])
    assert any(
        "an offset from UTC (+01:00, +02:00); they fall on the day as written" in n for n in written.account.notes
    )
    with pytest.raises(ValueError, match="timezone must be a name such as Europe/Berlin or UTC; got 'Berlin'"):
        read(naive, timezone="Berlin")


def picks(begin, end, days, hours=(6, 22), a_day=60):
    """Return time stamps of picks on some days, from one moment to another."""
    low, high = (60 * hour for hour in hours)
    moments = [day + pd.Timedelta(minutes=int(m)) for day in days for m in np.sort(RNG.integers(low, high, a_day))]
    return [f"{moment:%Y-%m-%d %H:%M}" for moment in moments if pd.Timestamp(begin) <= moment <= pd.Timestamp(end)]


def test_a_day_that_is_covered_in_part_is_no_period(read):
    days = pd.bdate_range("2024-01-02", "2024-02-23")
    stamps = picks("2024-01-02 14:00", "2024-02-23 09:00", days)
    history = read(stamps)
    whole = Counter(stamp[:10] for stamp in stamps if stamp[:10] not in ("2024-01-02", "2024-02-23"))
    assert {str(day): number for day, number in counted(history).items()} == whole
    assert history.account.rows_read == history.account.rows_kept + len(history.account.refused) == len(stamps)
    first, last = sorted(history.account.reasons())
    assert first.startswith("is in the unfinished first day of the record, 2024-01-02, whose first time is 14:")
    assert last.startswith("is in the unfinished last day of the record, 2024-02-23, whose last time is 0")
    months = read(
        picks("2023-12-29 14:00", "2024-02-29 23:00", pd.bdate_range("2023-12-29", "2024-02-29")), period="MS"
    )
    assert months.flows["date"].dt.month.tolist() == [1, 2]


@pytest.mark.parametrize(
    "stamps",
    [
        picks("2024-01-02", "2024-03-01", pd.bdate_range("2024-01-02", "2024-02-23")),  # whole days
        picks("2024-01-02", "2024-03-01", pd.bdate_range("2024-01-02", "2024-02-23"), a_day=5),  # too few to tell
        [f"{day:%Y-%m-%d} 12:00" for day in pd.date_range("2024-01-01", periods=60)],  # a row a day
        picks("2024-01-02", "2024-03-01", pd.bdate_range("2024-01-02", "2024-02-22"))  # Saturdays end at noon
        + picks("2024-01-02", "2024-03-01", pd.date_range("2024-01-06", "2024-02-24", freq="7D"), (6, 12)),
    ],
)
def test_whole_days_stay(read, stamps):
    assert len(read(stamps).account.refused) == 0


def test_24_hours_are_told_from_a_minute_24(read):
    assert not any("24:00" in note for note in read([f"2024-01-0{i} 16:24:00" for i in range(1, 8)]).account.notes)
    assert any("24:00" in note for note in read([f"2024-01-0{i} 24:00" for i in range(1, 8)]).account.notes)


def test_each_reading_of_a_date_is_moved():
    cell = Stamps("America/New_York")("03/04/2024 02:00 Z")
    assert [day for _, day in cell.readings] == [datetime.date(2024, 4, 2), datetime.date(2024, 3, 3)]


def test_an_import_takes_the_days_of_a_zone(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n" + "".join(f"{moment:%Y-%m-%dT%H:%M}Z,A,1\n" for moment in HOURS))
    with Ledger(f"sqlite:///{tmp_path}/flows.sqlite") as ledger:
        done = ledger.import_file(path, timezone="Europe/Berlin")
        assert ledger.read()["date"].iloc[[0, -1]].dt.strftime("%m-%d").tolist() == ["03-28", "04-03"]
    assert any("days of Europe/Berlin" in note for note in done.account.notes)
    with pytest.raises(ValueError, match="history must be a file where timezone is said; got a ledger"):
        load_history(f"sqlite:///{tmp_path}/flows.sqlite", timezone="UTC")
