"""Every notebook with other lanes, costs, seeds and files than its own: no check may fail, and solutions are right.

There is one class per notebook, so that pytest-xdist can run them in parallel.
"""

import inspect
import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_exercises import LESSONS, assert_only_solutions_are_right, with_solutions

from twin.batch import notebook
from twin.batch.notebook import NotebookError, execute

ROOT = Path(__file__).parents[1]
COMMON = {"live": False, "samples": 20_000}
ANALYST = {"samples": 4_000}  # invented numbers, twice as many as by default
FREQUENCY = {"weekly": "W-WED", "monthly": "MS"}
COUNT = {"weekly": 160, "monthly": 84}


def write_history(path, kind):
    """Write three lanes of weeks or months of whole pallets: steady, seasonal with returns, and lumpy."""
    dates = pd.date_range("2018-01-01", periods=COUNT[kind], freq=FREQUENCY[kind])
    rng = np.random.Generator(np.random.PCG64(17))
    season = 1 + 0.4 * np.sin(np.arange(len(dates)) / 6)
    volumes = {
        "OSL-CPH": rng.normal(900, 60, len(dates)),
        "LIS-MAD": rng.normal(400, 50, len(dates)) * season,
        "ATH-SKG": rng.gamma(1.5, 80, len(dates)),
    }
    rates = {"OSL-CPH": 0.0, "LIS-MAD": 0.25, "ATH-SKG": 0.03}
    parts = []
    for lane, volume in volumes.items():
        volume = np.round(np.maximum(volume, 0)).astype(int)
        returns = rng.binomial(volume, rates[lane])
        parts.append(pd.DataFrame({"date": dates, "lane": lane, "volume": volume, "returns": returns}))
    pd.concat(parts).to_csv(path, index=False)
    return str(path)


#: Every figure of a lesson, by the name under which a job saves it.
FIGURES = {
    "01_newsvendor": ("newsvendor", "record", "third", "real"),
    "02_buffers": ("buffers", "real", "path", "third"),
    "03_cooperation": ("cooperation", "path", "real"),
    "04_resilience": ("resilience", "onsets", "seasons", "real"),
    "05_finance": ("finance", "sweep", "path"),
    "06_operations_hub": ("operations_hub",),
    "07_analyst": ("analyst",),
    "08_coalitions": ("coalitions", "core", "season"),
    "09_motion": ("motion", "promises", "card", "mechanisms"),
    "10_promises": ("promises", "average", "region", "prices"),
    "11_booking_ahead": ("booking_ahead", "ladder", "terms", "contracts"),
    "12_learned_policies": ("learned_policies", "rules", "lanes", "weak"),
}


def path_of(stem):
    """Return the path of a notebook."""
    return ROOT / "notebooks" / f"{stem}.ipynb"


def ran(folder, stem, parameters, text=None):
    """Run a notebook, check the files in its folder, and return its cells."""
    folder.mkdir()
    cells = notebook.run(path_of(stem), COMMON | {"out_dir": str(folder)} | parameters, text=text)["cells"]
    names = {path.name for path in folder.iterdir()}
    drawn = {f"{figure}.{ending}" for figure in FIGURES[stem] for ending in ("svg", "pdf", "png")}
    assert names == {"results.json", *drawn}
    results = json.loads((folder / "results.json").read_text(encoding="utf-8"))["results"]
    assert len(results) > 3 and all(np.isfinite(entry["value"]) and entry["unit"] for entry in results.values())
    return cells


@pytest.fixture
def run(tmp_path):
    """Return a function that runs a notebook and checks the files in its folder."""
    return lambda stem, **parameters: ran(tmp_path / "out", stem, parameters)


@pytest.fixture
def solve(tmp_path):
    """Return a function that runs a lesson with its solutions, and checks its files and that only these are right."""

    def solve(stem, **parameters):
        lesson = path_of(stem)
        cells = ran(tmp_path / "out", stem, parameters, with_solutions(lesson))
        assert_only_solutions_are_right(lesson, cells)

    return solve


@pytest.fixture
def weeks(tmp_path):
    return write_history(tmp_path / "weeks.csv", "weekly")


@pytest.fixture
def months(tmp_path):
    return write_history(tmp_path / "months.csv", "monthly")


class TestNewsvendor:
    def test_a_rare_large_demand_and_dear_places(self, run):
        costs = {"holding_cost": 60.0, "sla_penalty": 5.0, "service_revenue": 52.0, "handling_cost": 50.0}
        run("01_newsvendor", lane="FRA-PAR", **costs, seed=11)

    def test_months_and_dear_shortages(self, solve, months):
        costs = {"holding_cost": 2.0, "sla_penalty": 150.0}
        solve("01_newsvendor", history=months, lane="LIS-MAD", **costs, seed=12)


class TestBuffers:
    def test_a_punctual_carrier_and_a_low_promise(self, run):
        delay = {"lead_time_mean_days": 21.0, "lead_time_sd_days": 0.0}
        costs = {"holding_cost": 40.0, "fixed_order_cost": 0.0}
        run("02_buffers", lane="HAM-ROT", service_level=0.6, **delay, **costs, seed=21)

    def test_weeks_and_an_erratic_carrier(self, solve, weeks):
        solve("02_buffers", history=weeks, lane="ATH-SKG", service_level=0.99, lead_time_sd_days=6.0, seed=22)


class TestCooperation:
    def test_a_lumpy_lane_and_a_cheap_partner(self, run):
        costs = {"holding_cost": 30.0, "partner_surcharge": 0.5, "internal_capacity": 25.0}
        run("03_cooperation", lane="FRA-PAR", service_level=0.6, **costs, seed=31)

    def test_months_and_a_slow_carrier(self, solve, months):
        options = {"internal_capacity": 1000.0, "lead_time_mean_days": 45.0}
        solve("03_cooperation", history=months, lane="OSL-CPH", **options, seed=32)

    def test_an_option_that_is_dearer_than_the_spot(self, run):
        prices = {"reservation_cost": 3.0, "option_fee": 2.0, "option_surcharge": 30.0}
        run("03_cooperation", lane="BER-MUC", internal_capacity=400.0, **prices, seed=33)


class TestResilience:
    def test_a_short_blackout_without_headroom(self, run):
        blow = {"headroom": 1.0, "capacity_lost": 1.0, "disruption_days": 3.0}
        run("04_resilience", service_level=0.6, dependency=0.9, **blow, seed=41)

    def test_weeks_and_a_long_disruption(self, solve, weeks):
        blow = {"capacity_lost": 0.8, "disruption_days": 30.0}
        solve("04_resilience", history=weeks, service_level=0.97, dependency=0.0, **blow, seed=42)


class TestFinance:
    def test_a_punctual_carrier_and_no_penalty(self, run):
        costs = {"holding_cost": 30.0, "sla_penalty": 0.0, "service_revenue": 95.0, "handling_cost": 50.0}
        run("05_finance", lane="FRA-PAR", lead_time_sd_days=0.0, **costs, seed=51)

    def test_months_and_a_slow_carrier(self, solve, months):
        options = {"holding_cost": 12.0, "sla_penalty": 90.0, "lead_time_mean_days": 60.0}
        solve("05_finance", history=months, lane="OSL-CPH", **options, seed=52)


class TestOperationsHub:
    def test_a_research_lane(self, run):
        run("06_operations_hub", lane="FRA-PAR", seed=61)

    def test_weeks_with_returns(self, run, weeks):
        run("06_operations_hub", history=weeks, lane="LIS-MAD", seed=62)

    def test_months(self, run, months):
        run("06_operations_hub", history=months, seed=63)


class TestAnalyst:
    def test_a_lumpy_lane_and_another_question(self, run):
        run("07_analyst", **ANALYST, lane="FRA-PAR", question="how bad can it get?", seed=71)

    def test_weeks_with_returns(self, run, weeks):
        run(
            "07_analyst",
            **ANALYST,
            history=weeks,
            lane="LIS-MAD",
            question="what if returns double?",
            seed=72,
        )

    def test_months_and_a_question_that_nobody_can_answer(self, run, months):
        run("07_analyst", **ANALYST, history=months, question="what does diesel cost?", seed=73)


class TestCoalitions:
    def test_two_partners_and_a_surcharge_hardly_above_the_cost(self, run):
        prices = {"reservation_cost": 20.0, "partner_surcharge": 21.0, "refusal": 0.5}
        run("08_coalitions", partners="toys, parcels", **prices, seed=81)

    def test_weeks_with_returns(self, solve, weeks):
        solve("08_coalitions", history=weeks, reservation_cost=0.5, lending_cost=0.0, seed=82)

    def test_months_and_a_dear_surcharge(self, run, months):
        run("08_coalitions", history=months, partner_surcharge=900.0, refusal=0.0, seed=83)


class TestMotion:
    def test_a_record_with_closed_days(self, run, tmp_path):
        """No flow on weekends: the diary and the figures have the dates of the file."""
        days = pd.bdate_range("2023-01-02", "2024-12-20")
        volumes = np.random.Generator(np.random.PCG64(95)).gamma(9.0, 10.0, len(days)).round()
        pd.DataFrame({"date": days, "lane": "A", "volume": volumes}).to_csv(tmp_path / "days.csv", index=False)
        cells = run("09_motion", history=str(tmp_path / "days.csv"), lead_time_mean_days=4.0, seed=95)
        said = "".join("".join(out.get("text", "")) for cell in cells for out in cell.get("outputs", []))
        told = re.findall(r"(\d{4}-\d\d-\d\d): .*?([\d,]+) demanded", said)
        shipped = {str(day.date()): volume for day, volume in zip(days, volumes, strict=True)}
        assert len(told) == 6 and all(float(volume.replace(",", "")) == shipped[day] for day, volume in told)

    def test_a_punctual_carrier_and_a_low_promise(self, run):
        options = {"lead_time_mean_days": 3.0, "lead_time_sd_days": 0.0, "service_level": 0.6}
        run("09_motion", lane="HAM-ROT", **options, seed=92)

    def test_weeks_with_returns(self, solve, weeks):
        solve("09_motion", history=weeks, lane="LIS-MAD", lead_time_mean_days=20.0, seed=93)

    def test_months_and_lead_times_shorter_than_a_period(self, run, months):
        options = {"lead_time_mean_days": 9.0}
        run("09_motion", history=months, lane="ATH-SKG", **options, seed=94)


class TestPromises:
    def test_a_lumpy_lane_and_a_low_promise(self, run):
        options = {"service_level": 0.8, "interval_sd": 0.0, "records": "sfo-air-cargo", "lanes_per_record": 3}
        run("10_promises", lane="FRA-PAR", **options, seed=101)

    def test_months_and_short_intervals(self, solve, months):
        options = {"interval_mean": 2.0, "interval_sd": 0.5, "records": "sfo-asia-carriers", "lanes_per_record": 3}
        solve("10_promises", history=months, lane="LIS-MAD", **options, seed=102)


class TestBookingAhead:
    def test_two_periods_ahead_and_no_season(self, run):
        options = {"season": 1, "lead_time": 2, "term": 1, "stay": 0.6, "most_term": 2, "refusal": 0.0}
        run("11_booking_ahead", **options, seed=111)

    def test_a_long_term_and_a_dear_surcharge(self, solve):
        options = {"season": "1, 1, 2", "term": 4, "surcharge": 60.0, "busy_mean": 4.5, "short_cost": 30.0}
        solve("11_booking_ahead", **options, seed=112)

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"season": "a"}, "season must be finite numbers, with commas between them; got 'a'"),
            ({"season": 0}, "season must be above 0 in a period"),
            ({"stay": 1}, r"stay must be in \(0, 1\)"),
            ({"surcharge": 10}, "surcharge must be > place_cost, which is 10"),
            ({"most_term": 0}, "most_term must be a whole number >= 1"),
        ],
    )
    def test_a_refusal_names_the_parameter(self, wrong, message):
        with pytest.raises(NotebookError, match=message):
            execute(path_of("11_booking_ahead"), COMMON | wrong)


class TestLearnedPolicies:
    def test_a_slow_carrier_and_cheap_losses(self, solve):
        options = {"lead_time": 3, "penalty": 4.0, "demand_mean": 3.0, "most_lead_time": 1, "unseen": 3}
        solve("12_learned_policies", **options, seed=121)

    def test_erratic_demand_and_dear_losses(self, run):
        options = {
            "lead_time": 1,
            "penalty": 60.0,
            "holding_cost": 2.0,
            "spread": 2.5,
            "most_lead_time": 1,
            "unseen": 2,
        }
        run("12_learned_policies", **options, seed=122)


def class_of(stem):
    """Return the class of the tests of a notebook, or None."""
    return globals().get(f"Test{stem[3:].title().replace('_', '')}")


def test_every_notebook_is_here_and_every_lesson_is_solved():
    stems = {path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")} - {"00_contents"}
    assert [stem for stem in stems if class_of(stem) is None] == []
    for path in LESSONS:
        tests = inspect.getmembers(class_of(path.stem), inspect.isfunction)
        assert any("solve" in inspect.signature(test).parameters for _, test in tests), path.stem


def test_a_notebook_that_fails_is_seen():
    with pytest.raises(NotebookError, match=r"01_newsvendor\.ipynb, cell .*\n.*lane must be one of"):
        execute(path_of("01_newsvendor"), COMMON | {"lane": "NOWHERE"})
