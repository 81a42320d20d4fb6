"""The hub's forms for files of the plan: a preview, then one change, which overwrites no colleague's silently."""

import pytest
from test_hub import choose, chosen, delivered, press

from twin.data.ledger.store import Ledger
from twin.plan.capacity_plan import CapacityPlan
from twin.view.hub.hub import Hub

FLOWS = "date,lane,volume\n" + "".join(f"2026-01-{day:02d},A,{20 + day % 3}\n" for day in range(1, 13))
PLAN = b"lane,internal_capacity,service_level\nA,30,0.9\n"


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """Return a small ledger of eva's at the address that the hub opens."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    (tmp_path / "flows.csv").write_text(FLOWS)
    with Ledger() as ledger:
        ledger.import_file(tmp_path / "flows.csv")
        yield ledger


def test_a_file_of_the_plan_is_previewed_written_and_undone(ledger, monkeypatch, tmp_path):
    plan = CapacityPlan(ledger.plan)
    plan.set("lane", "A", internal_capacity=25, handling_cost=2)
    hub = Hub("ledger:", "A")
    press(hub.data, do="plan-import", file="plan.csv", content=PLAN)
    assert "Preview of plan.csv: 1 lane, of which nothing is written yet" in hub.data.said
    assert "<td>25 pallets</td><td>30 pallets</td>" in hub.data.said and ">eva, 20" in hub.data.said
    assert chosen(hub.data) == ["Write 2 values", "Write nothing"]
    assert plan.refresh() == []
    choose(hub.data, "Write 2 values")
    assert "2 values of 1 lane written" in hub.data.said and hub.dials.values["internal_capacity"] == 30
    plan.refresh()
    assert plan.of("lane")["A"] == {"internal_capacity": 30.0, "handling_cost": 2.0, "service_level": 0.9}
    assert plan.changes()[0].what == "import of plan.csv: 2 values of 1 lane"
    name, data = delivered(hub.data, monkeypatch, do="plan-export")
    assert name == "plan.xlsx" and data.startswith(b"PK")
    plan.set("lane", "A", internal_capacity=40)
    press(hub.data, do="plan-import", file="plan.xlsx", content=data)  # what the workbook shows has changed since
    choose(hub.data, "Write 1 value")
    assert "internal capacity of lane A is 40 pallets since eva changed it at" in hub.data.said
    assert "Nothing was written" in hub.data.said and hub.dials.values["internal_capacity"] == 40
    choose(hub.data, "Overwrite with the values of the file")
    assert hub.dials.values["internal_capacity"] == 30
    _, data = delivered(hub.data, monkeypatch, do="plan-export")
    CapacityPlan(ledger.plan, author="tom").set("lane", "A", internal_capacity=50)
    press(hub.data, do="plan-import", file="plan.xlsx", content=data)
    assert "Changed by others since this workbook was saved (1)" in hub.data.said and ">tom, 20" in hub.data.said
    assert chosen(hub.data) == ["Overwrite with the values of the file", "Write nothing"]
    choose(hub.data, "Overwrite with the values of the file")
    assert hub.dials.values["internal_capacity"] == 30


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"lane,internal_capacity\nA,lots\n", "None was written; tick"),
        (b"place,amount\nA,5\n", "must be a table with a column for the entries"),
        (b"lane,internal_capacity\nA,25\n", "The plan has all these values already"),
    ],
)
def test_a_file_that_changes_nothing_says_so(ledger, content, words):
    CapacityPlan(ledger.plan).set("lane", "A", internal_capacity=25)
    hub = Hub("ledger:", "A")
    press(hub.data, do="plan-import", file="plan.csv", content=content)
    assert words in hub.data.said and len(CapacityPlan(ledger.plan).changes()) == 1


def test_a_plan_of_the_page_says_that_it_ends_with_it_and_a_read_only_one_is_not_changed(ledger, monkeypatch, tmp_path):
    hub = Hub(str(tmp_path / "flows.csv"))
    press(hub.data, do="plan-import", file="plan.csv", content=PLAN)
    choose(hub.data, "Write 2 values")
    assert "This plan ends with the page" in hub.data.said and hub.dials.values["internal_capacity"] == 30
    monkeypatch.setenv("TWIN_LEDGER_READ_ONLY", "1")
    hub = Hub("ledger:", "A")
    press(hub.data, do="plan-import", file="plan.csv", content=PLAN)
    assert "TWIN_LEDGER_READ_ONLY is set" in hub.data.said and CapacityPlan(ledger.plan).changes() == []
