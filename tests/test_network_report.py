"""twin report: PDF and workbook say what assess and the morning page say, and what changed since the last report."""

import datetime
import io
import json

import numpy as np
import pandas as pd
import pytest
from pypdf import PdfReader

from twin.__main__ import main
from twin.data.ledger.store import Ledger
from twin.data.load import load_history
from twin.plan import network_report
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.coming_overflow import steps_watched
from twin.plan.decision import decision
from twin.plan.feed import feed_of_history
from twin.plan.morning import morning_of
from twin.plan.network_forecasts import NetworkForecasts
from twin.plan.network_workbook import network_sheets
from twin.plan.report_changes import changed, last_state
from twin.plan.wording import written
from twin.view.hub.hub import Hub
from twin.view.network_pages import _history, network_pdf

DECISION = {"lane": "A", "author": "eva", "state": "snoozed", "words": "snoozed until 2027-01-01"}


def text_of(pdf):
    """Return the words of each page of a PDF."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.fixture
def at(monkeypatch):
    """Return a function that sets the hour at which reports are made."""
    day = datetime.datetime(2026, 1, 5, tzinfo=datetime.UTC)
    return lambda hour: monkeypatch.setattr(network_report, "_now", lambda: day.replace(hour=hour))


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """Return the path of flows of three lanes over ten weeks, with a weekday and noise of its own for each."""
    random, days = np.random.default_rng(4), pd.date_range("2025-10-20", periods=70)
    means = {"BER-MUC": 140.0, "FRA-PAR": 80.0, "HAM-ROT": 60.0}
    rows = [(day.date(), lane, random.poisson(mean)) for lane, mean in means.items() for day in days]
    path = tmp_path_factory.mktemp("flows") / "flows.csv"
    pd.DataFrame(rows, columns=["date", "lane", "volume"]).to_csv(path, index=False)
    return str(path)


def test_two_reports_on_a_ledger_with_decisions_between_them(flows, monkeypatch, capsys, tmp_path, at):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/ledger.sqlite")
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    with Ledger("ledger:") as ledger:
        ledger.import_history(load_history(flows))
        CapacityPlan(ledger.plan).set("lane", "BER-MUC", internal_capacity=150.0)
        CapacityPlan(ledger.plan).set("lane", "FRA-PAR", internal_capacity=85.0)
    folder, command = tmp_path / "reports", ["report", "ledger:", "--horizon", "3", "--to", str(tmp_path / "reports")]
    at(6)
    assert main([*command, "--lanes", "BER-MUC"]) == 0
    assert "the network and 1 lane\nThis is the first report in its folder." in capsys.readouterr().out
    first = "report-2026-01-05-060000"
    assert sorted(path.name for path in folder.iterdir()) == [f"{first}.{end}" for end in ("json", "pdf", "xlsx")]
    network, lane = text_of((folder / f"{first}.pdf").read_bytes())
    session = Hub("ledger:", "BER-MUC").session
    action = session.morning().actions.set_index("lane").loc["BER-MUC"]
    for words in ("Horizon: 3 days after 2025-12-28", "Made 2026-01-05 06:00 UTC by eva", action["decision"], "open"):
        assert words in network
    assert "Lane BER-MUC" in lane and "2025-12-31" in lane and "2026-01-01" not in lane and action["reason"] in lane

    sheets = pd.read_excel(folder / f"{first}.xlsx", sheet_name=None, engine="calamine", keep_default_na=False)
    capsys.readouterr()
    assert main(["assess", "ledger:", "--json", "--horizon", "3"]) == 0
    answers = json.loads(capsys.readouterr().out)
    lanes = sheets["lanes"].set_index("lane")
    for name, unit in answers["units"].items():
        for at_lane, row in answers["lanes"].items():
            if unit not in ("date",) and not isinstance(row[name], str) and not name.startswith("forecast"):
                assert lanes.loc[at_lane, name] == pytest.approx(row[name], rel=1e-9), name
    explained = {name.split(": ")[-1] for name in sheets["units"]["name"]}
    for name in ("totals", "actions", "lanes", "by date", "kept"):
        known = sheets[name].select_dtypes("number").columns
        assert set(known) - {"rank"} <= explained, name
    assert {"totals: money_at_risk", "actions: gain", "coming_overflow_money"} <= set(sheets["units"]["name"])
    dated = sheets["by date"]
    assert dated["expected_overflow"].tolist() == pytest.approx(
        answers["horizon"]["lanes"]["BER-MUC"]["expected_overflow"], rel=1e-9
    )
    totals = session.morning().totals.loc["network"]
    assert sheets["totals"].iloc[0][totals.index].tolist() == pytest.approx(totals.tolist(), rel=1e-9)
    rows = sheets["actions"].set_index("lane")
    assert rows.loc["BER-MUC", ["money", "gain"]].tolist() == pytest.approx(action[["money", "gain"]], rel=1e-9)

    monkeypatch.setenv("TWIN_AUTHOR", "tom")
    session.decide("BER-MUC", action["kind"], "accepted", comment="agreed")
    session.decide("FRA-PAR", "overflow", "snoozed", until="2027-01-01")
    at(7)
    assert main(command) == 0
    told = capsys.readouterr().out
    assert "Since the report of 2026-01-05 06:00 UTC by eva: no longer actions: FRA-PAR; decided: FRA-PAR" in told
    assert "FRA-PAR snoozed by tom" in told and "BER-MUC accepted by tom" in told
    network, *_ = text_of((folder / "report-2026-01-05-070000.pdf").read_bytes())
    assert (
        "accepted: agreed" in network
        and "snoozed until 2027-01-01" in network
        and "no longer actions: FRA-PAR" in network
    )
    (folder / "report-2026-01-05-070000.json").write_text("{half")
    at(8)
    assert main(command) == 0
    assert "the last report, report-2026-01-05-070000.json, cannot be read" in capsys.readouterr().out


def test_the_record_of_a_page_is_walked_through_once_for_plan_and_picture_and_once_for_its_overflow(flows, monkeypatch):
    walked, whole = [], NetworkForecasts._walk
    monkeypatch.setattr(NetworkForecasts, "_walk", lambda self, *given: walked.append(given[1]) or whole(self, *given))
    history = load_history(flows)
    feed = feed_of_history(history)
    report = network_report.network_report(feed, morning_of(history), lanes=["BER-MUC"], horizon=7)
    network_pdf(report, "")
    assert walked.count((steps_watched(feed.calendar),)) == 1 and len(walked) == 2
    plan = report.plans["BER-MUC"].table.loc["BER-MUC"]
    (ax,) = _history(report, "BER-MUC").axes
    assert any(np.array_equal(line.get_ydata(), plan["mean"]) for line in ax.lines)


def test_what_cannot_be_used_is_told_and_nothing_is_written(flows, tmp_path, monkeypatch, capsys):
    for options, words in (
        (
            ["--to", str(tmp_path / "no" / "folder")],
            "--to must be a folder, or a new one in a folder that exists; got ",
        ),
        (["--to", str(tmp_path), "--lanes", "BER-MUX"], "lanes must be lanes with flows that can be assessed; got BER"),
    ):
        assert main(["report", flows, *options]) == 2
        assert words in capsys.readouterr().err
    damaged = tmp_path / "ledger.sqlite"
    damaged.write_bytes(b"SQLite format 3\x00" + b"\xff" * 4000)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{damaged}")
    assert main(["report", "ledger:", "--to", str(tmp_path / "reports")]) == 3
    told = capsys.readouterr().err
    assert told.startswith("twin: ") and "Traceback" not in told and not (tmp_path / "reports").exists()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("twin.data.workbook.write_workbook", full)
    assert main(["report", flows, "--to", str(tmp_path / "reports"), "--horizon", "1", "--lanes", "HAM-ROT"]) == 2
    assert "the disk is full; nothing was written" in capsys.readouterr().err
    assert not (tmp_path / "reports").exists()


def test_the_hub_downloads_the_report_of_the_network(flows):
    hub, sent = Hub(flows, "BER-MUC"), []
    hub.sheet.send = lambda message, buffers: sent.append((message, buffers))
    hub.sheet._handle_custom_msg({"do": "report", "subject": "BER-MUC"}, [])
    ((message, (content,)),) = sent
    assert message["download"].startswith("report-") and message["download"].endswith(".pdf")
    network, *lanes = text_of(content)
    names = hub.session.morning().actions["lane"].tolist()
    assert "Decisions for the network" in network and [page.split()[1] for page in lanes] == names


def test_changes_are_those_between_two_states(tmp_path):
    state = {"made": "Monday", "author": "eva", "place": "a.csv", "period": "D", "last_date": "2026-01-04"}
    totals = {"demand": 100.0, "use": 0.5, "money": 900.0, "money_at_risk": 200.0}
    state |= {"totals": totals, "status": {"A": "strained", "B": "normal", "C": "watch"}, "decisions": {"1": DECISION}}
    state |= {"actions": {"A": 200.0}}
    assert changed(state, state) == "Since the report of Monday by eva nothing has changed."
    later = {**state, "last_date": "2026-01-05", "status": {"A": "watch", "B": "strained"}, "decisions": {}}
    later |= {"totals": {**totals, "use": 0.4, "money": 850.0, "demand": None}, "actions": {"B": 9.0}, "place": "b.csv"}
    assert changed(later, state) == (
        "Since the report of Monday by eva on a.csv: flows go to 2026-01-05 (were to 2026-01-04); use of own places "
        "fell from 50.0% to 40.0%; profit fell by $50.00 to $850.0 a week; new actions: B; no longer actions: A; "
        "withdrawn: A snoozed by eva; newly strained: B; no longer strained: A; gone from the record: C."
    )
    assert "the period of the record has changed" in changed({**state, "period": "W"}, state)
    (tmp_path / "report-2026-01-05-060000.json").write_text('{"version": 1}')
    assert last_state(tmp_path, "report-2026-01-05-060000")[1] == "This is the first report in its folder."
    assert last_state(tmp_path, "report-2026-01-05-060001") == ({"version": 1}, "")


def test_the_page_says_which_sites_are_too_small_in_which_time_a_gain_is_made_and_what_was_kept(flows, monkeypatch):
    plan = CapacityPlan(author="eva")
    plan.set("site", "Berlin", places=100.0)
    plan.set("lane", "BER-MUC", site="Berlin", internal_capacity=130.0, service_level=0.78, partner_surcharge=30.0)
    plan.set("lane", "FRA-PAR", service_revenue=45.0, internal_capacity=78.0)
    history = load_history(flows)
    morning = morning_of(history, plan, plan.policies())
    report = network_report.network_report(
        feed_of_history(history), morning, plan, plan.policies(), horizon=3, lanes=["BER-MUC"]
    )
    network, lane = text_of(network_pdf(report, ""))
    site = report.sites.loc["Berlin"]
    gain = f"{written(site['gain'], '$')} ± {written(site['gain_error'], '$')}"
    assert f"Berlin 100.0 {site['best_places']:.1f} {gain} 100.0%" in network
    loss = report.actions.set_index("kind").loc["loss"]
    assert (
        f"${loss['gain']:,.0f} a week" in network and "Errors of answers, on simulated lanes: on flow lanes" in network
    )
    booked = report.actions.set_index("kind").loc["overflow"]
    assert f"${booked['gain']:,.0f} in all" in network
    assert f"with the money at risk: {morning.others}." in network and morning.others
    change = 100 * report.morning.totals.loc["Berlin", "use_change"]
    assert f"({change:+.1f} points)".replace("-", "−") in network
    assert "Of 78.0% promised" in lane and "of past volumes lay in their 95% interval" in lane
    (sheet,) = (sheet for sheet in network_sheets(report, "") if sheet.name == "sites")
    assert next(iter(sheet.rows))[:3] == ["Berlin", 100.0, site["best_places"]]


def test_a_decision_without_its_kind_is_on_places_and_each_row_has_the_author_of_its_own_decision(flows):
    """A decision of a plan file that names no action; and two of one lane, by two planners, on two kinds of actions."""
    plan = CapacityPlan(author="eva")
    plan.set("lane", "BER-MUC", internal_capacity=130.0, service_revenue=45.0)
    plan.set("lane", "FRA-PAR", internal_capacity=70.0)
    booked = {"lane": "BER-MUC", "state": "accepted", "places": 300.0, "gain": 1234.0}
    plan.add("decision", first="2025-12-29", last="2026-01-25", **booked)
    plan.add("decision", lane="FRA-PAR", action="overflow", state="declined", first="2025-12-29")
    tom = CapacityPlan(plan.cells, author="tom")
    tom.add("decision", lane="BER-MUC", action="loss", state="declined", first="2025-12-29")
    plan.refresh()
    history = load_history(flows)
    morning = morning_of(history, plan, plan.policies())
    report = network_report.network_report(
        feed_of_history(history), morning, plan, plan.policies(), horizon=3, lanes=["BER-MUC"]
    )
    network, _ = text_of(network_pdf(report, ""))
    assert "nan" not in network and "BER-MUC, overflow accepted: 300 places booked, 2025-12-29 to" in network
    assert "$1,234 in all" in network and "$1,234 a week" not in network
    assert "at stake" not in network
    (sheet,) = (sheet for sheet in network_sheets(report, "") if sheet.name == "actions")
    rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
    by = {(row["lane"], row["kind"]): (row["state"], row["decided_by"]) for row in rows if row["state"]}
    assert by == {
        ("BER-MUC", "overflow"): ("accepted", "eva"),
        ("BER-MUC", "loss"): ("declined", "tom"),
        ("FRA-PAR", "overflow"): ("declined", "eva"),
    }
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))


def test_where_all_actions_are_decided_every_door_says_so_and_how_many(flows, monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/ledger.sqlite")
    with Ledger("ledger:") as ledger:
        ledger.import_history(load_history(flows))
        plan = CapacityPlan(ledger.plan)
        plan.set("lane", "BER-MUC", internal_capacity=150.0)
        plan.set("lane", "FRA-PAR", internal_capacity=85.0)
    hub = Hub("ledger:", "BER-MUC")
    hub.morning.show(hub.session)
    states = iter(("snoozed", "declined", "snoozed", "declined", "snoozed"))
    count = 0
    while len(found := hub.session.morning().actions):
        hub.session.decide(found["lane"].iloc[0], found["kind"].iloc[0], next(states))
        count += 1
    words = f"Nothing more to do: all {count} actions are decided."
    hub.morning.show(hub.session)
    assert count > 1 and words in hub.morning.page
    network, *_ = text_of(network_pdf(hub.session.report(), ""))
    assert words in network
    assert main(["attention", "ledger:"]) == 0
    told = capsys.readouterr().out
    assert words in told and "Nothing to do" not in network + told + hub.morning.page


def test_an_accepted_action_keeps_the_gain_that_was_shown_and_one_without_a_gain_has_none(flows):
    plan = CapacityPlan(author="eva")
    plan.set("lane", "BER-MUC", internal_capacity=150.0, service_revenue=45.0)
    plan.set("lane", "FRA-PAR", internal_capacity=60.0, partner_surcharge=1.0)  # nothing is worth booking ahead
    history = load_history(flows)
    seen = set()
    while len(found := (morning := morning_of(history, plan, plan.policies())).actions):
        row = found.iloc[0]
        name = plan.add("decision", **decision(morning, row["lane"], row["kind"], "accepted"))
        kept = plan.of("decision")[name]
        assert kept.get("gain", 0.0) == pytest.approx(row["gain"])
        assert ("gain" in kept) == (row["gain"] > 0)
        seen.add("gain" in kept)
    assert seen == {True, False}
