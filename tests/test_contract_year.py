"""The year of the contracts: places, use, costs and days of notice, in the command, the hub and the workbook."""

import json

import numpy as np
import pandas as pd
import pytest
from test_hub import press

from twin.__main__ import main
from twin.data.calendar import WorkingCalendar
from twin.data.history import History
from twin.data.load import read_history
from twin.data.workbook import write_workbook
from twin.plan.booking_terms import Booked
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.contract_costs import cost_by_date
from twin.plan.contract_dates import contracts_on, notice_sentence
from twin.plan.contract_year import MONTH_COLUMNS, contract_year
from twin.plan.feed import feed_of_history
from twin.plan.horizon import forecasts_by_date
from twin.plan.kept_places import excess_cost
from twin.plan.morning import morning_of
from twin.plan.needed_space import NeededSpace
from twin.plan.network_report import network_report
from twin.plan.network_workbook import network_sheets
from twin.plan.policy_table import policy_table
from twin.view.hub.hub import Hub

DATES, DAYS = WorkingCalendar().following(np.datetime64("2025-12-31"), 59), WorkingCalendar()
A = Booked(("A",))
HARD = {"type": "hard block", "lanes": ["A"], "first": "2026-01-01", "places": 20.0, "price": 6.0}
FLOWS = {"BER-MUC": 60.0, "FRA-PAR": 80.0, "HAM-ROT": 60.0}


def space(mean, sd, rent=0.0):
    return NeededSpace(np.full(59, mean), np.full(59, sd), 90.0, rent, 20.0)


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """Return the path of flows of three lanes over twenty weeks."""
    random, days = np.random.default_rng(4), pd.date_range("2025-08-15", periods=139)
    rows = [(day.date(), lane, random.poisson(mean)) for lane, mean in FLOWS.items() for day in days]
    path = tmp_path_factory.mktemp("year") / "flows.csv"
    pd.DataFrame(rows, columns=["date", "lane", "volume"]).to_csv(path, index=False)
    return path


def year_of(history: History, plan, *names, today="2026-01-02"):
    feed = feed_of_history(history)
    fields, _ = policy_table(feed.statistics, None, plan.policies(), period=feed.calendar.length)
    return contract_year(plan, feed, fields, names, today=np.datetime64(today))


def test_costs_are_those_of_a_simulation_that_fills_places_from_the_cheapest():
    contracts = {
        "1": HARD | {"take_or_pay": 0.25},
        "2": HARD | {"places": 15.0, "price": 9.0, "take_or_pay": 0.0},
        "3": HARD | {"places": 40.0, "price": 30.0, "take_or_pay": 0.0},  # dearer than the partner, so never used
        "4": {"type": "spot", "first": "2026-01-01", "price": 25.0},
    }
    found = cost_by_date(space(100.0, 20.0, 2.0), A, contracts, DATES, DAYS)
    need = np.random.default_rng(7).normal(100.0, 20.0, 400_000)
    over = np.maximum(need - 95.0, 0.0)  # own places, and a quarter of the first block
    first = np.minimum(over, 15.0)
    second = np.minimum(over - first, 15.0)
    cost = 6.0 * first + 9.0 * second + 25.0 * (over - first - second)
    error = 4 * cost.std() / np.sqrt(len(cost))
    assert found["fixed_cost"][0] == pytest.approx(2.0 * 90 + 6.0 * 5)
    assert found["variable_cost"][0] == pytest.approx(cost.mean(), abs=error)
    beyond = np.maximum(need - 165.0, 0.0)  # all 75 places of hard blocks count
    assert found["beyond"][0] == pytest.approx(beyond.mean(), abs=4 * beyond.std() / np.sqrt(len(need)))


def test_a_soft_block_costs_only_what_is_kept():
    soft = {"type": "soft block", "lanes": ["A"], "first": "2026-01-01", "places": 30.0, "price": 8.0}
    for mean, cost in ((70.0, 0.0), (100.0, 10 * 8.0), (150.0, 30 * 8.0 + 30 * 20.0)):
        block = {"1": soft | {"return_window_days": 2.0}}
        found = cost_by_date(space(mean, 1e-6), A, block, DATES, DAYS)
        assert found["cost"].tolist() == pytest.approx([cost] * 59, abs=1e-3) and not found["fixed_cost"].any()


def test_own_contracts_that_end_take_their_places_with_them_and_state_the_rent():
    own = {"type": "own", "lanes": ["A"], "first": "2024-01-01", "last": "2026-01-31", "places": 30.0, "price": 4.0}
    found = cost_by_date(space(50.0, 1e-6, 2.0), A, {"1": own}, DATES, DAYS)
    assert found["own_places"][[0, 30, 31]].tolist() == [90.0, 90.0, 60.0]
    assert found["fixed_cost"][[0, 31]].tolist() == [60 * 2.0 + 30 * 4.0, 60 * 2.0]


def test_a_price_that_is_not_stated_is_unknown_on_the_dates_of_the_contract_alone():
    block = {name: value for name, value in HARD.items() if name != "price"} | {"first": "2026-02-01"}
    found = cost_by_date(space(50.0, 1.0), A, {"1": block}, DATES, DAYS)
    assert found["fixed_cost"][30] == 0.0 and np.isnan(found["fixed_cost"][31])


def test_days_of_notice_are_told_with_what_they_mean():
    today, end = np.datetime64("2026-01-10"), np.datetime64("2026-12-31")

    def said(**fields):
        (row,) = contracts_on({"1": HARD | fields}, np.arange(today, end + 1), today).to_dict("records")
        return notice_sentence("1", row, today, end)

    assert said(last="2026-03-31", notice_days=30.0) == (
        "By 2026-03-01: extend contract 1 (hard block, 20 places), or it ends with 2026-03-31."
    )
    assert "the day to extend it was 2025-12-31" in said(last="2026-03-31", notice_days=90.0)
    assert said(notice_days=30.0, partner="Nord") == (
        "By 2026-01-29: last day of notice for the end of contract 1 (hard block, 20 places of Nord) with 2026-02-28."
    )
    assert "its period of notice is not stated" in said(last="2026-03-31")
    assert said(last="2027-06-30", notice_days=30.0) == ""  # nothing to decide in these months
    assert said(last="2027-01-31", notice_days=60.0).startswith("By 2026-12-02: extend")


def test_nobody_is_told_to_extend_a_contract_that_costs_more_than_it_saves(flows):
    """Sixty places are needed and 200 owned, so a block is paid for nothing."""
    plan = CapacityPlan(author="eva")
    plan.set("lane", "HAM-ROT", internal_capacity=200, partner_surcharge=15, holding_cost=5, return_rate=0)
    block = {key: value for key, value in HARD.items() if key not in ("lanes", "last")} | {"notice_days": 30.0}
    plan.set("contract", "1", lanes="HAM-ROT", **block, last="2026-06-30")
    plan.set("contract", "2", lanes="HAM-ROT", **block)
    told = " ".join(year_of(read_history(flows), plan).sentences())
    assert "Let contract 1 (hard block, 20 places) end with 2026-06-30: do not extend it by 2026-05-31." in told
    assert "give notice of contract 2 (hard block, 20 places), and it ends with" in told
    assert "more than it saves" in told and ": extend contract" not in told


def test_a_contract_saves_what_the_partner_would_cost(flows):
    plan = CapacityPlan(author="eva")
    plan.set("lane", "HAM-ROT", internal_capacity=10, partner_surcharge=15, holding_cost=5, return_rate=0)
    block = {key: value for key, value in HARD.items() if key != "lanes"} | {"last": "2026-06-30"}
    plan.set("contract", "1", lanes="HAM-ROT", **block)  # its 20 places are always used, as 60 are needed
    found = year_of(read_history(flows), plan)
    assert list(found.months) == ["HAM-ROT"] and list(found.months["HAM-ROT"]) == list(MONTH_COLUMNS)
    days = (pd.Timestamp("2026-07-01") - pd.Timestamp("2026-01-01")).days
    assert found.contracts.loc["1", "saves"] == pytest.approx(days * 20 * (20.0 - 6.0), rel=0.01)
    months = found.months["HAM-ROT"]
    assert months.index.tolist()[:2] == ["2026-01", "2026-02"] and months["periods"].sum() == 365
    assert months.loc["2026-02", "fixed_cost"] == pytest.approx(28 * (20 * 6.0 + 10 * 5.0))
    assert months["cost"].tolist() == pytest.approx((months["fixed_cost"] + months["variable_cost"]).tolist())
    told = " ".join(found.sentences())
    assert "the record carries no more" in told and "It saves $50," in told  # 20 weeks carry no year of intervals


def test_far_months_have_the_spread_of_forecasts_so_far_ahead_on_record(tmp_path):
    days = pd.bdate_range("2025-10-01", "2026-11-27")
    season = 1 + 0.25 * np.sin(2 * np.pi * (np.array(days.day_of_year) - 250) / 365)
    noise = 1 + 0.4 * np.random.default_rng(3).standard_normal(len(days))
    path = tmp_path / "flows.csv"
    pd.DataFrame({"date": days.date, "lane": "A", "volume": np.maximum(200 * season * noise, 0)}).to_csv(path)
    history, plan = read_history(path), CapacityPlan(author="eva")
    plan.set("lane", "A", internal_capacity=290, return_rate=0, dwell=1)
    months = year_of(history, plan, "A", today="2026-11-28").months["A"]
    feed = feed_of_history(history)
    ahead = forecasts_by_date(feed.forecasts, ["A"], int(months["periods"].sum()), longest=0)
    error = np.sqrt(np.nanmean(ahead.errors["A"].error[:, ahead.steps] ** 2, axis=0))
    far = excess_cost(ahead.table["mean"].to_numpy(), error, np.full(len(error), 290.0), 1.0)
    by_month = pd.Series(far).groupby(ahead.dates.astype("datetime64[M]").astype(str)).mean()
    assert (months["beyond"] < 2.5 * by_month).all()  # errors grow with the level, but not without bound


def test_a_site_keeps_the_last_spread_that_its_lanes_have_in_common(tmp_path):
    weeks, random = pd.date_range("2025-09-29", "2026-11-23", freq="W-MON"), np.random.default_rng(5)
    rows = [(week.date(), lane, random.poisson(100)) for lane in "AB" for week in weeks]
    path = tmp_path / "weeks.csv"
    pd.DataFrame(rows, columns=["date", "lane", "volume"]).to_csv(path, index=False)
    plan = CapacityPlan(author="eva")
    plan.set("site", "S", places=210)
    plan.set("lane", ["A", "B"], site="S")
    found = year_of(read_history(path), plan, "S", today="2026-11-28")
    assert found.months["S"]["cost"].notna().all() and "the record carries no more" in " ".join(found.sentences())


def test_what_is_in_no_year_is_said(flows, monkeypatch):
    plan = CapacityPlan(author="eva")
    plan.set("contract", "1", **HARD | {"lanes": "BER-MUC;FRA-PAR", "last": "2026-01-31"})
    plan.set("contract", "2", **HARD | {"lanes": "HAM-ROT"})
    (told,) = [one for one in year_of(read_history(flows), plan).sentences() if "no year" in one]
    assert told == (
        "Contract 1 is of BER-MUC and FRA-PAR, and not of one site or one lane alone: its places count in no year "
        "above, nor $3,720 that it costs in any case. Put its lanes on one site, or state a contract for each."
    )
    plan.set("site", "Berlin", places=200)
    plan.set("lane", ["BER-MUC", "FRA-PAR"], site="Berlin")
    assert "no year" not in " ".join(year_of(read_history(flows), plan).sentences())
    monkeypatch.setattr("twin.plan.contract_year.MOST_LANES_AHEAD", 2)
    assert "Left out: HAM-ROT. Name one to see its year." in list(year_of(read_history(flows), plan).sentences())


def test_sites_share_their_places_and_unknown_is_never_zero(flows):
    plan, history = CapacityPlan(author="eva"), read_history(flows)
    plan.set("site", "Berlin", places=150)
    plan.set("lane", ["BER-MUC", "FRA-PAR"], site="Berlin", own_place_cost=3)
    plan.set("lane", "HAM-ROT", kind="stock")
    plan.set("contract", "1", site="Berlin", **{k: v for k, v in HARD.items() if k != "lanes"})
    plan.set("contract", "2", **{k: v for k, v in HARD.items() if k != "lanes"})  # open to all lanes
    found = year_of(history, plan)
    assert list(found.months) == ["Berlin"] and np.isnan(found.contracts.loc["2", "saves"])
    months = found.months["Berlin"]
    assert months["own_places"].unique().tolist() == [150.0]
    assert months.loc["2026-01", "fixed_cost"] == pytest.approx(31 * (150 * 3 + 20 * 6))
    stock = year_of(history, plan, "HAM-ROT")
    assert stock.months["HAM-ROT"]["cost"].isna().all()
    assert "an unknown amount by use" in next(stock.sentences())
    with pytest.raises(ValueError, match="entry must be a site of the plan, or a lane with flows; got Nowhere"):
        year_of(history, plan, "Nowhere")


def test_the_command_the_hub_and_the_workbook_say_the_same(ledger, url, flows, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_file(flows)
    assert main(["plan", "year"]) == 0 and "has no contract in the coming twelve months" in capsys.readouterr().out
    plan = CapacityPlan(ledger.plan, author="eva")
    plan.set("lane", "HAM-ROT", internal_capacity=50, partner_surcharge=15)
    terms = {**HARD, "lanes": "HAM-ROT", "last": "2026-06-30", "notice_days": 30}
    plan.set("contract", "1", **terms)
    assert main(["plan", "year", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["first"] == "2026-01-01" and told["contracts"]["1"]["notice_by"] == "2026-05-31"
    assert main(["plan", "year", "HAM-ROT"]) == 0
    words = capsys.readouterr().out
    assert all(sentence in words for sentence in told["sentences"]) and "2026-12" in words
    assert main(["plan", "year", "Nowhere"]) == 2 and "entry must be a site" in capsys.readouterr().err

    history = ledger.history()
    report = network_report(
        feed_of_history(history), morning_of(history, plan), plan, plan.policies(), lanes=["HAM-ROT"]
    )
    write_workbook(tmp_path / "report.xlsx", network_sheets(report, ""), "")
    sheets = pd.read_excel(tmp_path / "report.xlsx", sheet_name=None, engine="calamine")
    for month, row in told["months"]["HAM-ROT"].items():
        (kept,) = sheets["year"].query("month == @month").to_dict("records")
        assert kept["cost"] == pytest.approx(row["cost"]), month
    assert sheets["contracts"]["saves"].tolist() == pytest.approx([told["contracts"]["1"]["saves"]])
    assert {"year: cost", "contracts: saves"} <= set(sheets["units"]["name"])

    hub = Hub("ledger:", "HAM-ROT")
    press(hub.data, do="plan-year", entry="")
    for sentence in told["sentences"]:
        assert sentence in hub.data.said
    press(hub.data, do="plan-year", entry="Nowhere")
    assert "must be a site of the plan, or a lane with flows" in hub.data.said


def test_the_year_of_a_site_has_no_contracts_of_other_sites(ledger, url, flows, capsys, monkeypatch):
    """Named alone, a site has its own contract, that of one of its lanes, and that of everybody."""
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_file(flows)
    plan, block = CapacityPlan(ledger.plan, author="eva"), {name: HARD[name] for name in HARD if name != "lanes"}
    for site, lanes in (("Berlin", ["BER-MUC", "FRA-PAR"]), ("Hamburg", ["HAM-ROT"])):
        plan.set("site", site, places=150)
        plan.set("lane", lanes, site=site)
    plan.set("contract", "of Berlin", site="Berlin", **block)
    plan.set("contract", "of a lane", lanes=["FRA-PAR"], **block)
    plan.set("contract", "of Hamburg", site="Hamburg", notice_days=30, **block)
    plan.set("contract", "of all", type="spot", first="2026-01-01", price=9.0)
    for names, known in (
        (["Berlin"], {"of Berlin", "of a lane", "of all"}),
        (["Hamburg"], {"of Hamburg", "of all"}),
        (["Berlin", "Hamburg"], {"of Berlin", "of a lane", "of Hamburg", "of all"}),
        ([], {"of Berlin", "of a lane", "of Hamburg", "of all"}),
    ):
        assert main(["plan", "year", *names, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert set(told["contracts"]) == known
        assert ("of Hamburg" in " ".join(told["sentences"])) == ("of Hamburg" in known)
