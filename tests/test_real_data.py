"""Real files, exactly as found: every number of every lane against pandas, NumPy and SciPy written out here.

TWIN_REAL_DATA names the folder of the files, which are no part of the project. Where CI is set they must be there,
unless it says "none".
"""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from analyst_worlds import ONE_OF_EACH
from scipy.stats import binom, norm

from twin import forecast, resilience
from twin.__main__ import main
from twin.analyst.conversation import Conversation
from twin.data.history import dense
from twin.data.load import read_history
from twin.data.text import visible
from twin.lane import Policy
from twin.plan.feed import feed_of_history
from twin.plan.portfolio import portfolio_of
from twin.policy import POLICY


class Case(NamedTuple):
    """A file, what its publisher or a plain count says about it, and its headers."""

    file: str
    period: str
    rows: int
    lanes: int
    refused_lanes: int = 0
    lane: str = "product_name"
    volume: str = "demand"
    returns: str = ""


CASES = (
    Case("seed_portwatch_daily.csv.gz", "D", 14_988, 6),
    Case("seed_sfo_monthly.csv.gz", "MS", 1_554, 9),
    Case("seed_scms_daily.csv.gz", "D", 4_305, 97),
    Case("seed_online_retail_top40_daily.csv.gz", "D", 8_828, 40, returns="returns"),
    # 4,632 codes, two of which differ by a blank at the end
    Case("online_retail_daily.csv.gz", "D", 272_031, 4_631, 327, "stock_code", "sold", "returned"),
)
PORTWATCH, SFO, SCMS, TOP40, RETAIL = CASES
OTHER = {  # nothing as by default
    "holding_cost": 7.5,
    "sla_penalty": 31.0,
    "service_revenue": 120.0,
    "handling_cost": 44.0,
    "fixed_order_cost": 640.0,
    "lead_time_mean_days": 11.0,
    "lead_time_sd_days": 2.5,
    "internal_capacity": 900.0,
    "partner_surcharge": 12.0,
    "dwell": 2.0,
    "service_level": 0.97,
    "own_place_cost": 3.0,
    "review_period_days": 5.0,
}
DAYS = {"D": 1.0, "MS": 365.25 / 12}


read_once = cache(read_history)


def real_data():
    """Return the folder of real files; without one the test is skipped, and under CI it fails."""
    folder = os.environ.get("TWIN_REAL_DATA", "")
    if not folder or not Path(folder).is_dir():
        end = pytest.fail if os.environ.get("CI") and folder != "none" else pytest.skip
        end(f"TWIN_REAL_DATA must name a folder of real files; got {folder!r}")
    return Path(folder)


@pytest.fixture(scope="module", name="folder")
def _folder():
    return real_data()


@pytest.mark.parametrize(
    ("ci", "name", "outcome"),
    [
        ("", "", pytest.skip.Exception),
        ("", "no-such-folder", pytest.skip.Exception),
        ("true", "", pytest.fail.Exception),
        ("true", "no-such-folder", pytest.fail.Exception),
        ("true", "none", pytest.skip.Exception),
    ],
)
def test_a_missing_folder_fails_under_ci_and_is_skipped_elsewhere(monkeypatch, tmp_path, ci, name, outcome):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("TWIN_REAL_DATA", name)
    with pytest.raises(outcome, match="TWIN_REAL_DATA must name a folder"):
        real_data()


# ---------------------------------------------------------------- the same numbers by other means


def wide(path, case, gaps):
    """Return volume and returns with a row per lane and a column a period, and NaN where nothing is known."""
    raw = pd.read_csv(path, dtype={case.lane: str}, keep_default_na=False)
    raw["lane"] = raw[case.lane].str.strip()
    raw["date"] = pd.to_datetime(raw["date"])
    dates = pd.date_range(raw["date"].min(), raw["date"].max(), freq=case.period)
    columns = [case.volume, *([case.returns] if case.returns else [])]
    tables = [
        raw.pivot_table(index="lane", columns="date", values=name, aggfunc="sum").reindex(columns=dates)
        for name in columns
    ]
    if gaps == "zero":
        inside = records(tables[0])
        tables = [table.fillna(0.0).where(inside) for table in tables]
    return tables


def records(volume):
    """Return which periods are of each lane's record: all of the file, unless a silence at an end is no chance."""
    inside = pd.DataFrame(True, volume.index, volume.columns)
    for lane, row in volume.iterrows():
        seen = np.flatnonzero(row.notna())
        flows = int((row > 0).sum())
        if flows < 12:
            continue
        rate = flows / (seen[-1] - seen[0] + 1)
        for side, silence in ((slice(0, seen[0]), seen[0]), (slice(seen[-1] + 1, None), len(row) - 1 - seen[-1])):
            if binom.pmf(0, silence, rate) < 0.001:
                inside.loc[lane, volume.columns[side]] = False
    return inside


def slope_of(y):
    """Return the slope of the line through a series whose unknown periods are NaN."""
    time = np.flatnonzero(~np.isnan(y))
    return np.polyfit(time - time.mean(), y[time], 1)[0]


def statistics_of(path, case, gaps):
    """Return the statistics of the lanes that can be assessed, and the number of lanes."""
    volume, *returns = wide(path, case, gaps)
    found = pd.DataFrame({"demand_mean": volume.mean(axis=1), "demand_sd": volume.std(axis=1)})
    found["periods"] = volume.count(axis=1)
    found["last_volume"] = volume.ffill(axis=1).iloc[:, -1]
    found["return_rate"] = returns[0].sum(axis=1) / volume.sum(axis=1) if returns else 0.0
    good = (found["periods"] > 1) & (found["demand_mean"] > 0) & ~(found["return_rate"] > 1)
    found = found[good].copy()
    found["trend"] = [slope_of(y) for y in volume[good].to_numpy()]
    return found, len(volume)


def answers_of(s, period, given):
    """Return every answer for a table of statistics, each definition written out once more."""
    p = {name: field.default for name, field in Policy.__dataclass_fields__.items()} | given
    h, price, handling = p["holding_cost"], p["service_revenue"], p["handling_cost"]
    length = (p["lead_time_mean_days"] + p["review_period_days"]) / DAYS[period]
    spread = p["lead_time_sd_days"] / DAYS[period]
    d, rho = s["demand_mean"], s["return_rate"]
    load = d + rho * d
    load_var = (1 + rho) ** 2 * s["demand_sd"] ** 2 + rho * (1 - rho) * d
    sigma = np.sqrt(length * load_var + load**2 * spread**2)
    short_cost = p["sla_penalty"] + price - handling
    ratio = short_cost / (short_cost + h)
    level = p["service_level"] or ratio
    z = norm.ppf(level)
    loss = norm.pdf(z) - z * norm.sf(z)
    stock, short = z * sigma, sigma * loss
    between_orders = max(1, p["review_period_days"] / DAYS[period])
    waiting = short  # backlog of an average period: the mean over the closes of a review period
    if between_orders > 1:
        closes = length - between_orders + np.arange(1, round(between_orders) + 1)[:, None]
        variances = closes * np.asarray(load_var) + np.asarray(load) ** 2 * spread**2
        room = (np.asarray(length * load + stock) - closes * np.asarray(load)) / np.sqrt(variances)
        waiting = (np.sqrt(variances) * (norm.pdf(room) - room * norm.sf(room))).mean(axis=0)
    lot = np.maximum(np.sqrt(2 * p["fixed_order_cost"] * load / h), load * between_orders)
    required = np.maximum(load * p["dwell"] + stock, 0)
    capacity = given.get("internal_capacity", required)
    planned = np.maximum(required - capacity, 0)
    space_sd = np.sqrt(p["dwell"] * load_var)
    k = (capacity - required) / space_sd
    overflow = space_sd * norm.pdf(k) - (capacity - required) * norm.sf(k)  # k is infinite where demand is certain
    process_mean, process_sd = p["dwell"] * load, np.sqrt((p["dwell"] // 1 + (p["dwell"] % 1) ** 2) * load_var)
    always, used = (p["own_place_cost"], h) if p["own_place_cost"] else (h, 0.0)
    partner = h + p["partner_surcharge"]
    chance = always / (partner - used) if partner - used > always else 1.0
    best = np.maximum(process_mean + process_sd * norm.isf(chance), 0.0) if chance < 1 else 0.0 * load

    def beyond(places):
        k = (places - process_mean) / process_sd
        over = process_sd * norm.pdf(k) - (places - process_mean) * norm.sf(k)
        return np.where(process_sd > 0, over, np.maximum(process_mean - places, 0.0))

    def space_cost(places):
        return always * places + used * process_mean + (partner - used) * beyond(places)

    money = {
        "revenue": price * (d - waiting),
        "handling": handling * (load - waiting),
        "holding": h * (stock + short),
        "penalty": p["sla_penalty"] * waiting,
        "surcharge": p["partner_surcharge"] * overflow,
    }
    values = {
        **p,
        "return_rate": rho,
        "internal_capacity": capacity,
        "service_level": level,
        "workload_mean": load,
        "workload_sd": np.sqrt(load_var),
        "exposure": length + 0 * load,
        "lead_time_demand_mean": length * load,
        "lead_time_demand_sd": sigma,
        "critical_ratio": ratio,
        "safety_stock": stock,
        "goods_buffer": z * np.sqrt(length * s["demand_sd"] ** 2 + d**2 * spread**2),
        "reorder_point": length * load + stock,
        "expected_shortage": short,
        "order_quantity": lot,
        "order_cost": p["fixed_order_cost"] * load / lot + h * lot / 2,
        "fill_rate": np.maximum(1 - short / (load * between_orders), 0),
        "buffer_cost": h * sigma * (z + loss) + short_cost * waiting,
        "unmet_service": level + 0 * load,
        "unmet_shortage": waiting,
        "unmet_cost": h * sigma * (z + loss) + short_cost * waiting,
        "unmet_level": np.maximum(length * load + norm.ppf(ratio) * sigma, 0.0),
        "required_capacity": required,
        "planned_overflow": planned,
        "dependency": planned / required,
        "planned_warehousing_cost": np.where(
            required <= capacity,
            h * required,
            h * capacity + (h + p["partner_surcharge"]) * (required - capacity),
        ),
        "expected_overflow": overflow,
        "overflow_probability": norm.sf(k),
        "expected_dependency": overflow / required,
        "expected_warehousing_cost": h * required + p["partner_surcharge"] * overflow,
        **dict.fromkeys(("headroom_overflow", "close_overflow", "peak_overflow", "lane_overflow"), beyond(capacity)),
        "lane_overflow_probability": norm.sf((capacity - process_mean) / process_sd),
        "space_cost": space_cost(capacity),
        "optimal_own_capacity": best,
        "optimal_space_cost": space_cost(best),
        "capacity_gives_away": space_cost(capacity) - space_cost(best),
        "resilience_index": 100 * (0.5 * min(1, max(0, z / 2)) + 0.5 * (1 - planned / required)),
        **money,
        "profit": 2 * money["revenue"] - sum(money.values()),
        "lane_profit": price * d - handling * load - space_cost(capacity),  # whatever moves is shipped
    }
    return s.assign(**values)


#: Answers that may lie many standard deviations from the mean.
TAILS = (
    *("expected_overflow", "overflow_probability", "expected_dependency", "surcharge"),
    *("headroom_overflow", "close_overflow", "peak_overflow", "lane_overflow", "lane_overflow_probability"),
)


def assert_equal(found, expected):
    """Compare every number of every lane but the forecast; large numbers' differences are compared on their scale.

    `test_real_forecasts` judges forecasts.
    """
    low, mean, high = (found[f"forecast_{name}"] for name in ("low", "mean", "high"))
    assert (mean.isna() | (mean >= 0)).all() and (high.isna() | ((low <= mean) & (mean <= high))).all()
    found = found.drop(columns=["forecast_mean", "forecast_low", "forecast_high"])
    assert set(found) == set(expected) and found.index.tolist() == expected.index.tolist()
    sd, mean = expected["demand_sd"], expected["demand_mean"]
    scales = {
        "profit": expected["revenue"] + expected["holding"],
        "lane_profit": expected["revenue"] + expected["space_cost"],
        "trend": (mean + sd) / expected["periods"],
        "planned_overflow": expected["required_capacity"],
        "dependency": 1.0,
        "capacity_gives_away": expected["space_cost"],
    }
    words = [name for name in expected if name in POLICY and POLICY[name].choices]
    assert found[words].to_dict() == expected[words].to_dict()
    for name in expected.columns.difference(words):
        ours, theirs = found[name].astype(float), expected[name].astype(float)
        allowed = (1e-7 if name in TAILS else 1e-9) * (theirs.abs() + scales.get(name, 0.0)) + 1e-290
        wrong = ~((ours - theirs).abs() <= allowed) & ~(ours.isna() & theirs.isna())
        assert not wrong.any(), f"{name}: {ours[wrong].head().to_dict()} is not {theirs[wrong].head().to_dict()}"


def options_of(given):
    return [text for name, value in given.items() for text in (f"--{name.replace('_', '-')}", str(value))]


@pytest.mark.parametrize(("gaps", "given"), [("zero", {}), ("unknown", OTHER)], ids=["zero", "unknown-other-policy"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file.partition(".")[0])
def test_every_number_of_every_lane(folder, capsys, case, gaps, given):
    path = folder / case.file
    assert main(["assess", str(path), "--gaps", gaps, *options_of(given), "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    account = out["account"]
    assert (out["period"], account["rows_read"]) == (case.period, case.rows)
    assert account["rows_read"] == account["rows_kept"] + account["rows_refused"]
    assert account["rows_refused"] == len(account["refused"]) == 0

    statistics, lanes = statistics_of(path, case, gaps)
    assert lanes == case.lanes == len(out["lanes"]) + len(out["refused_lanes"])
    if gaps == "zero":
        assert len(out["refused_lanes"]) == case.refused_lanes
    found = pd.DataFrame.from_dict(out["lanes"], orient="index").sort_index()
    assert_equal(found, answers_of(statistics.sort_index(), case.period, given))


def test_a_process_of_its_own_prints_the_same(folder, capsys):
    arguments = ["assess", str(folder / SCMS.file), "--json"]
    done = subprocess.run([sys.executable, "-m", "twin", *arguments], capture_output=True, encoding="utf-8")
    assert main(arguments) == 0
    assert (done.returncode, done.stderr, done.stdout) == (0, "", capsys.readouterr().out)
    assert "Côte d'Ivoire (Air)" in json.loads(done.stdout)["lanes"]


# ---------------------------------------------------------------- what is known about the files


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file.partition(".")[0])
def test_gaps_are_counted(folder, case):
    history = read_once(folder / case.file)
    volume, *_ = wide(folder / case.file, case, "unknown")
    absent = (volume.isna() & records(volume)).to_numpy().sum()
    (note,) = (note for note in history.account.notes if "without a row" in note)
    assert f" {absent:,} without a row count as zero" in note
    if case is PORTWATCH:
        assert absent == 0


def test_codes_that_differ_by_a_blank_are_one_lane(folder):
    raw = pd.read_csv(folder / RETAIL.file, dtype=str, keep_default_na=False)["stock_code"]
    assert raw.nunique() == 4_632
    account = read_once(folder / RETAIL.file).account
    assert "lane names that differ from another only by blanks around them, taken as one lane: 1" in account.notes
    assert account.ignored == ("written_off",)


def test_closed_days_are_days_without_any_row(folder):
    history = read_once(folder / RETAIL.file)
    dates = dense(history)[1]
    assert (len(dates), len(dates) - history.flows["date"].nunique()) == (374, 67)
    assert np.datetime64("2009-12-25") in dates and not (history.flows["date"] == "2009-12-25").any()


def test_months_missing_in_the_americas(folder):
    lanes, dates, volumes = dense(read_history(folder / SFO.file, gaps="unknown"))
    assert len(dates) == 195
    missing = dict(zip(lanes, np.isnan(volumes).sum(axis=1), strict=True))
    assert missing["SFO-South America"] > 0 and missing["SFO-Central America"] > 0
    assert missing["SFO-US"] == missing["SFO-Asia"] == missing["SFO-Europe"] == 0
    europe = dict(zip(dates, volumes[lanes == "SFO-Europe"][0], strict=True))
    assert (europe[np.datetime64("2019-12")], europe[np.datetime64("2020-04")]) == (2_712, 589)


AS_FOUND = {  # file -> headings of date, lane and volume, and further options; or the start of the refusal
    "carparts_monthly_wide.csv.gz": ("", "Part", "", {}),
    "online_retail_lines_2009-12_2010-02.csv.gz": ("InvoiceDate", "StockCode", "Quantity", {"negative": "returns"}),
    "portwatch_4straits_to_2026-08.csv.gz": ("date", "chokepoint", "n_total", {}),
    "portwatch_chokepoints_daily.csv.gz": ("date", "portname", "n_total", {}),
    "scms_delivery_history.csv.gz": ("Scheduled Delivery Date", "Country", "Line Item Quantity", {}),
    "scms_lead_times.csv.gz": ("scheduled", "country", "qty_packs", {}),
    "sfo_air_cargo.csv.gz": ("Activity Period", "GEO Region", "Cargo Metric TONS", {}),
    "brunel_logistics/OrderList.csv.gz": ("Order Date", "Product ID", "Unit quantity", {}),
    "inventorybench/synthetic.csv.gz": "has no column for lane",
    "desnz_2025_freight.csv": "has no column for date, lane, volume",
    **{
        f"brunel_logistics/{name}.csv.gz": "has no column for date"
        for name in ("FreightRates", "PlantPorts", "ProductsPerPlant", "VmiCustomers", "WhCapacities", "WhCosts")
    },
}


def test_every_file_as_it_was_found(folder):
    files = {str(path.relative_to(folder)) for path in folder.rglob("*.csv*")}
    assert files == {*AS_FOUND, *(case.file for case in CASES)}
    for name, right in AS_FOUND.items():
        path = folder / name
        if isinstance(right, str):
            with pytest.raises(ValueError, match=f"{path.name} {right}"):
                read_history(path)
            continue
        _, lane, volume, options = right
        columns = {ours: theirs for ours, theirs in zip(("date", "lane", "volume"), right, strict=False) if theirs}
        history = read_history(path, columns=columns, **options)
        account, flows = history.account, history.flows
        raw = pd.read_csv(path, dtype={lane: str}, keep_default_na=False, na_values={volume: [""]} if volume else [""])
        raw[lane] = raw[lane].str.strip()
        volumes = raw[volume].clip(lower=0) if volume else raw.drop(columns=lane).sum(axis=1)
        sums = volumes.groupby(raw[lane]).sum()
        ours = flows.groupby(flows["lane"].astype("str"))["volume"].sum()
        np.testing.assert_allclose(ours, sums[ours.index], rtol=1e-9)
        left = set(sums.index) - set(ours.index)
        assert left == set(history.without) and not sums[list(left)].any(), name
        rows = len(raw) if volume else raw.drop(columns=lane).size
        assert account.rows_read == rows == account.rows_kept + len(account.refused), name


# ---------------------------------------------------------------- disruptions that happened


@pytest.fixture(scope="module")
def suez(folder):
    """Transit calls of the Suez Canal a day, from the raw file: a function of first and last day."""
    columns = {"date": "date", "lane": "portname", "volume": "n_total"}
    lanes, dates, volumes = dense(read_history(folder / "portwatch_chokepoints_daily.csv.gz", columns=columns))
    (calls,) = volumes[lanes == "Suez Canal"]
    return lambda first, last=None: calls[(dates >= np.datetime64(first)) & (dates <= np.datetime64(last or dates[-1]))]


def test_the_suez_canal_blocked_and_free_again(suez):
    baseline = suez("2021-02-23", "2021-03-22").mean()
    assert baseline == 56.5
    found = resilience.recovery(suez("2021-03-23", "2021-06-30"), baseline)
    assert found.depth == pytest.approx(1 - 2 / 56.5, rel=1e-12)
    assert found.time_to_recover == 7
    assert found.service_lost == pytest.approx(281.5 / 56.5, rel=1e-12)


def test_the_red_sea_has_not_recovered(suez):
    baseline = suez("2023-11-15", "2023-12-14").mean()
    assert baseline == pytest.approx(75.467, abs=5e-4)
    after = suez("2023-12-15")
    smooth = np.convolve(after, np.ones(28) / 28, mode="valid")  # each mean of days since the onset alone
    assert smooth.max() < baseline
    found = resilience.recovery(smooth, baseline)
    assert np.isinf(found.time_to_recover) and found.service_lost > 300
    # Recovery is the first return to the baseline: of noisy days one is enough, so a lasting loss needs means.
    assert resilience.recovery(after, baseline).time_to_recover == 2


# ---------------------------------------------------------------- the forecast on real months


@pytest.mark.parametrize("months", [6, 12, 24, 60])
def test_the_interval_covers_what_came_more_often_than_the_naive_one(folder, months):
    _, _, volumes = dense(read_history(folder / SFO.file, gaps="unknown"))
    complete = volumes[~np.isnan(volumes).any(axis=1)]
    assert len(complete) == 4
    windows = np.lib.stride_tricks.sliding_window_view(complete, months + 1, axis=-1).reshape(-1, months + 1)
    past, came = windows[:, :-1], windows[:, -1]
    ahead = forecast.predict(forecast.linear_trend(past), 1)
    ours = np.mean((ahead.low[:, 0] <= came) & (came <= ahead.high[:, 0]))

    time = np.arange(months)
    slope, start = np.polyfit(time, past.T, 1)
    residual_sd = np.std(past - start[:, None] - slope[:, None] * time, axis=1)
    naive = np.mean(np.abs(came - start - slope * months) <= 1.96 * residual_sd)
    assert ours >= naive
    assert abs(ours - 0.95) < abs(naive - 0.95)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.file.partition(".")[0])
def test_the_analyst_answers_about_real_lanes_with_their_numbers(folder, case):
    portfolio = portfolio_of(feed_of_history(read_once(folder / case.file)))
    largest, smallest = (getattr(portfolio.feed.statistics["demand_mean"], which)() for which in ("idxmax", "idxmin"))
    for lane in (largest, smallest):
        numbers, analyst = portfolio.numbers(lane), Conversation()
        for question in (*ONE_OF_EACH, "which lanes need attention?"):
            answer = analyst.ask(question, portfolio, lane)
            assert answer.sentences, question
            of_lane = [fact for fact in answer.facts if answer.evidence.of(fact) == visible(lane, 40)]
            assert all(fact.value == numbers[fact.name] for fact in of_lane if fact.name in numbers), question
