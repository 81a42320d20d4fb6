"""Answers judged out of sample: no look ahead, known levels by hand, and what the lessons say about their lanes."""

import numpy as np
import pytest

from twin.data.load import load_history
from twin.lead_time_demand import LeadTimes, rounded_gamma
from twin.plan import answers_judged, promised

ONE = LeadTimes(np.array([1.0]), np.array([1.0]))


def test_eq_1_7_a_calendar_level_is_the_quantile_of_its_cell_and_knows_nothing_of_what_comes():
    random = np.random.Generator(np.random.PCG64(1))
    dates = np.arange("2023-01-02", "2026-01-05", dtype="datetime64[D]")
    volumes = random.gamma(4.0, 10.0, len(dates))
    at = 1000
    found = answers_judged.calendar_levels(volumes, dates, ONE, [at], service_level=0.8)[at]
    other = np.r_[volumes[: at + 1], 1e6 + volumes[at + 1 :]]
    assert found == answers_judged.calendar_levels(other, dates, ONE, [at], service_level=0.8)[at]
    cell = []
    for day in range(1, at + 1):  # the day that is covered, with the same weekday and time of an earlier year
        back = at + 1 - day
        if back % 7 == 0 and back > 182.625 and min(back % 365.25, 365.25 - back % 365.25) <= 31:
            cell.append(volumes[day])
    assert found == sorted(cell)[int(np.ceil(0.8 * (len(cell) + 1))) - 1]


def test_eq_2_8_a_level_over_a_random_lead_time_weighs_the_shares_of_each_length():
    lengths = LeadTimes(np.array([1.0, 3.0]), np.array([0.4, 0.6]))
    months = np.arange("2010-01", "2026-01", dtype="datetime64[M]").astype("datetime64[D]")
    volumes, at = np.random.Generator(np.random.PCG64(9)).gamma(4.0, 10.0, len(months)), 180
    found = answers_judged.calendar_levels(volumes, months, lengths, [at], service_level=0.7)[at]
    away = [int((months[at] - months[u]) / np.timedelta64(1, "D")) for u in range(at)]
    alike = [u for u in range(at) if away[u] > 182 and min(away[u] % 365.25, 365.25 - away[u] % 365.25) <= 31]
    sums = {length: [volumes[u + 1 : u + 1 + length].sum() for u in alike if u + length <= at] for length in (1, 3)}

    def share(level):
        parts = {length: np.sum(np.array(known) <= level + 1e-9) / (len(known) + 1) for length, known in sums.items()}
        return 0.4 * parts[1] + 0.6 * parts[3]

    assert found == pytest.approx(min(x for x in sums[1] + sums[3] if share(x) >= 0.7), rel=1e-12)


def test_on_days_without_a_pattern_every_quantile_keeps_its_promise():
    random = np.random.Generator(np.random.PCG64(2))
    dates = np.arange("2020-01-06", "2026-01-05", dtype="datetime64[D]")
    volumes = random.normal(100.0, 15.0, len(dates))
    at = np.arange(1100, len(dates) - 1)
    said = answers_judged.calendar_levels(volumes, dates, ONE, at, service_level=0.8)
    kept = promised.outcome(volumes, ONE, said, service_level=0.8).kept
    assert (
        abs(np.nanmean(kept) - 0.8) < 4 * np.sqrt(0.8 * 0.2 / len(at)) + 0.02
    )  # rank of n + 1: at most 1/(n + 1) above


def test_a_scale_multiplies_levels_and_cost_and_moves_no_promise():
    history = load_history()
    one, two = (answers_judged.judged_answers(history, ONE, ["HAM-ROT"], scale=s, most=20)["HAM-ROT"] for s in (1, 2))
    assert np.allclose(two.means()[["level", "cost"]], 2 * one.means()[["level", "cost"]])
    assert np.array_equal(one.means()["kept"], two.means()["kept"])


def test_what_lesson_01_says_of_its_lanes():
    lanes = ["BER-MUC", "HAM-ROT", "FRA-PAR"]
    found = answers_judged.judged_answers(load_history(), ONE, lanes, service_level=75 / 93.5)
    changes = answers_judged.against_the_formula(found)
    assert (changes.loc["BER-MUC", ["calendar", "conformal"]] < -0.5).all()
    assert changes.loc["HAM-ROT", "calendar"] > 0.03 > abs(changes.loc["HAM-ROT", "conformal"])
    assert np.ptp(changes.loc["FRA-PAR"]) < 0.05
    cargo = load_history("record:sfo-air-cargo")
    real = answers_judged.judged_answers(cargo, ONE, promised.dense_lanes(cargo, 6), service_level=75 / 93.5)
    moved = answers_judged.against_the_formula(real)
    assert (moved["conformal"] < -0.15).all() and (moved["conformal"] < moved["calendar"]).all()
    assert np.sum(moved["calendar"] > -0.05) == 5


def test_what_lesson_02_says_of_november_and_december():
    lengths = rounded_gamma(5.0, 1.5)
    (found,) = answers_judged.judged_answers(
        load_history(), lengths, ["BER-MUC"], naive_buffer=1.645, scale=1.18, most=90
    ).values()
    months = {name: promised.by_month(found.dates, kept) for name, kept in found.kept.items()}
    assert (months["formula"][10:] < 0.6).all()
    assert min(months["calendar"].min(), months["conformal"].min()) > 0.9
    means = found.means()
    assert (means.loc[["calendar", "conformal"], "cost"] < 0.7 * means.loc["formula", "cost"]).all()
    assert (means.loc[["calendar", "conformal"], "level"] < 1.1 * means.loc["formula", "level"]).all()


def test_a_record_that_cannot_carry_the_promise_has_no_answers():
    assert answers_judged.judged_answers(load_history(), ONE, ["FRA-PAR"], service_level=0.9999) == {}
    assert "too short" in answers_judged.told(None)[0]
    with pytest.raises(ValueError, match="lanes"):
        answers_judged.judged_answers(load_history(), ONE, ["XYZ"])
