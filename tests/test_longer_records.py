"""Lanes of weeks or months among daily lanes are told, with the period that reads all alike."""

import json

import numpy as np
import pytest

from twin.__main__ import main
from twin.data.load import read_history
from twin.data.longer_records import longer_in, period_of_lane
from twin.plan.feed import feed_of_history, feed_of_ledger
from twin.plan.morning import morning_of
from twin.view.hub.morning_page import page

MONDAY = np.datetime64("2025-01-06")


def rows(lane, days):
    return "".join(f"{day},{lane},{10 + i % 3}\n" for i, day in enumerate(days))


def written(path, **lanes):
    path.write_text("date,lane,volume\n" + "".join(rows(lane, days) for lane, days in lanes.items()))
    return path


DAYS, WEEKS = MONDAY + np.arange(140), MONDAY + 7 * np.arange(20)


@pytest.mark.parametrize(
    ("days", "period"),
    [
        (DAYS, "D"),
        (WEEKS, "W"),
        (WEEKS[:5], "D"),  # five flows on Mondays may be chance
        (MONDAY + 7 * 3 * np.arange(8), "D"),  # one flow in three weeks is no record of weeks
        (np.delete(WEEKS, [4, 9]), "W"),  # a week without a row
        (np.arange("2024-01", "2025-01", dtype="datetime64[M]"), "MS"),
        (MONDAY + np.array([0, 9, 13, 30, 44, 51, 60]), "D"),
    ],
)
def test_the_period_of_a_lane_is_that_of_its_days(days, period):
    assert period_of_lane(days) == period


def test_a_file_of_days_tells_its_lanes_of_weeks(tmp_path):
    history = read_history(written(tmp_path / "flows.csv", A=DAYS, B=DAYS, C=WEEKS))
    (told,) = longer_in(history.account.audit)
    assert "1 lane has one flow a week (C)" in told and "read in days" in told and told.endswith("say period='W'")
    assert longer_in(feed_of_history(history).notes) == (told,)
    summed = read_history(tmp_path / "flows.csv", period="W")
    assert longer_in(summed.account.audit) == ()
    means = summed.flows.groupby("lane", observed=True)["volume"].mean()
    assert means["C"] == pytest.approx(np.mean([10 + i % 3 for i in range(20)]))  # a week of C is one of its rows
    assert means["A"] == pytest.approx(7 * np.mean([10 + i % 3 for i in range(140)]), rel=0.01)


def test_a_ledger_tells_the_same_as_its_history_with_or_without_imports(ledger, tmp_path):
    ledger.import_file(written(tmp_path / "days.csv", A=DAYS, B=DAYS))
    ledger.import_file(written(tmp_path / "weeks.csv", C=WEEKS[:3]))  # too few to be told by their days
    for day in np.arange("2025-01", "2025-05", dtype="datetime64[M]").astype("datetime64[D]"):
        ledger.append(day.item(), "M", 300.0)  # logged by hand, a month at a time
    feed = feed_of_ledger(ledger)
    weeks, months = longer_in(feed.notes)
    assert (
        "(C)" in weeks and "(M)" in months and "a month" in months and weeks.ways == months.ways == (("period", "MS"),)
    )
    assert longer_in(ledger.history().account.audit) == (weeks, months)
    assert [one.text for one in longer_in(ledger.statistics(["A", "C"]).attrs["notes"])] == [
        weeks.text.replace("4 lanes", "2 lanes").replace("in months", "in weeks")
    ]


def test_explicit_zeros_make_a_lane_one_of_days(tmp_path):
    path = written(tmp_path / "flows.csv", A=DAYS)
    with path.open("a") as file:
        file.writelines(f"{day},Z,{5 if i % 7 == 0 else 0}\n" for i, day in enumerate(DAYS))
    assert longer_in(read_history(path).account.audit) == ()


def test_the_morning_page_names_the_lanes_and_the_way_out(tmp_path):
    history = read_history(written(tmp_path / "flows.csv", A=DAYS, B=DAYS, C=WEEKS))
    shown = page(morning_of(history), True, {}, {})
    assert shown.count('role="alert"') == 2  # flows that are late, and lanes of weeks
    assert "1 lane has one flow a week (C)" in shown and "twin attention ledger: --period W" in shown
    summed = page(morning_of(read_history(tmp_path / "flows.csv", period="W")), True, {}, {})
    assert "flow a week" not in summed


def test_commands_on_the_plan_of_a_ledger_name_the_lanes_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'flows.db'}")
    assert main(["ledger", "import", str(written(tmp_path / "days.csv", A=DAYS, C=WEEKS))]) == 0
    for verb in ("year", "decisions"):
        capsys.readouterr()
        assert main(["plan", verb, "--json"]) == 0
        told = [note for note in json.loads(capsys.readouterr().out)["assumptions"] if "(C)" in note]
        assert len(told) == 1 and told[0].endswith("say --period W")
        assert main(["plan", verb, "--period", "W", "--json"]) == 0
        assert "(C)" not in capsys.readouterr().out
