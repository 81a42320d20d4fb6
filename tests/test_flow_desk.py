"""The hub's forms for single flows: found by lane and day, edited in place, with history, undo and conflicts."""

import pytest
from test_hub import choose, chosen, press

from twin.data.ledger.store import Ledger
from twin.plan.capacity_plan import CapacityPlan
from twin.view.hub.hub import Hub

ROWS = "".join(f"2026-01-{day:02d},A,{20 + day % 3}\n" for day in range(1, 13))


@pytest.fixture
def ledger(tmp_path, monkeypatch):
    """Return a small ledger at the address that the hub opens, imported by eva."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    (tmp_path / "flows.csv").write_text(f"date,lane,volume\n{ROWS}")
    with Ledger() as ledger:
        ledger.import_file(tmp_path / "flows.csv", name="flows.csv")
        yield ledger


def edit(volume, returns="", was="20"):
    """Return the message of the row of flow 3 (3 January, 20 pallets), as the page sends it."""
    seen = {"was_volume": was, "was_returns": ""}
    return {"do": "edit", "id": "3", "lane": "A", "day": "2026-01-03", "volume": volume, "returns": returns, **seen}


def test_a_flow_is_found_by_lane_and_day_edited_in_place_and_undone(ledger):
    hub = Hub("ledger:", "A")
    press(hub.data, do="flows", lane="A", day="2026-01-03")
    assert "Flows of A on 2026-01-03" in hub.data.said and 'name="was_volume" value="20"' in hub.data.said
    assert "import 1 of flows.csv" in hub.data.said and chosen(hub.data) == ["Delete 3 …"]
    press(hub.data, **edit("23,5", "1"))
    assert "Saved: flow 3, 2026-01-03, A, 23.5 pallets, 1 returned." in hub.data.said
    assert ledger.find(3)[3:] == (23.5, 1.0) and hub.session.series()[1][2] == 23.5  # the pictures follow
    for part in ("eva", "edited", "<td>20 → 23.5 (1 returned)</td>"):
        assert part in hub.data.said
    choose(hub.data, "Undo 1")
    assert "Undone: flow 3, 2026-01-03, A, 20 pallets." in hub.data.said and ledger.find(3)[3:] == (20.0, None)
    press(hub.data, do="delete", id="3")
    press(hub.data, **hub.data.question["message"])
    assert "Deleted: flow 3" in hub.data.said and ledger.count() == 11
    choose(hub.data, "Undo 3")
    assert ledger.find(3)[3:] == (20.0, None)


def test_a_colleagues_edit_is_named_with_both_values_and_nothing_is_written(ledger, monkeypatch):
    hub = Hub("ledger:", "A")
    press(hub.data, do="flows", lane="A", day="2026-01-03")
    monkeypatch.setenv("TWIN_AUTHOR", "tom")
    ledger.edit(3, 22)
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    press(hub.data, **edit("23"))
    assert "has changed in the meantime: it is 22 pallets since tom changed it at" in hub.data.said
    assert "it was 20 pallets, and it would be 23 pallets" in hub.data.said and ledger.find(3).volume == 22
    assert 'name="was_volume" value="22"' in hub.data.said  # the row shows what is held now
    press(hub.data, do="deletion", id="3", was_volume="20", was_returns="")
    assert "it would be deleted" in hub.data.said and ledger.count() == 12


def test_what_cannot_be_done_is_said_and_changes_nothing(ledger):
    hub = Hub("ledger:", "A")
    for message, words in (
        (edit("many"), "Volume must be a number"),
        (edit("21") | {"id": "99"}, "Id must be that of a flow"),
        ({"do": "revert", "change": "9", "lane": "A"}, "Change must be the id of a change"),
        ({"do": "flows", "lane": "A", "day": "2026-02-20"}, "no flow on 2026-02-20; the nearest are on 2026-01-12"),
        ({"do": "flows", "lane": "A", "day": "Monday"}, "Day must be a date"),
    ):
        press(hub.data, **message)
        assert words in hub.data.said and [flow.volume for flow in ledger.records()] == [21, 22, 20] * 4


def test_a_volume_far_from_its_lane_is_asked_about_and_a_read_only_ledger_has_no_fields(ledger, monkeypatch):
    hub = Hub("ledger:", "A")
    press(hub.data, **edit("250"))
    assert "250 pallets are far from the record of A" in hub.data.question["text"] and ledger.find(3).volume == 20
    press(hub.data, **hub.data.question["message"])
    assert ledger.find(3).volume == 250
    monkeypatch.setenv("TWIN_PLANNERS", "tom")  # eva is a viewer
    press(hub.data, do="flows", lane="A", day="2026-01-03")
    assert "250" in hub.data.said and "<input" not in hub.data.said and chosen(hub.data) == []
    press(hub.data, **edit("21", was="250"))
    assert "eva is a viewer" in hub.data.said and ledger.find(3).volume == 250
    monkeypatch.delenv("TWIN_PLANNERS")
    monkeypatch.setenv("TWIN_LEDGER_READ_ONLY", "1")
    hub = Hub("ledger:", "A")
    press(hub.data, do="flows", lane="A", day="2026-01-03")
    assert "250" in hub.data.said and "<input" not in hub.data.said and chosen(hub.data) == []
    for message in (
        edit("5", was="250"),
        {"do": "revert", "change": "1", "lane": "A"},
        {"do": "import", "file": "a.csv"},
    ):
        press(hub.data, **message)
        assert "TWIN_LEDGER_READ_ONLY is set" in hub.data.said and ledger.find(3).volume == 250


def test_an_uploaded_file_is_kept_in_the_ledger_and_a_link_opens_it_again(ledger, tmp_path):
    hub = Hub(str(tmp_path / "flows.csv"))
    press(hub.data, do="opened")
    press(hub.data, do="upload", file="b.csv", content=f"date,lane,volume\n{ROWS.replace(',A,', ',B,')}".encode())
    assert hub.session.feed.source == "file"
    hub.session.plan.set("lane", "B", internal_capacity=30, holding_cost=4)
    CapacityPlan(ledger.plan).set("lane", "B", holding_cost=3)
    choose(hub.data, "Keep in the ledger …")
    choose(hub.data, "Import 12 flows")
    assert hub.session.feed.source == "ledger" and ledger.lanes() == ["A", "B"]
    choose(hub.data, "Keep its plan in the ledger, too (2 values)")
    assert "1 value of the plan kept in the ledger. 1 value stays as" in hub.data.said
    assert CapacityPlan(ledger.plan).of("lane")["B"] == {"internal_capacity": 30.0, "holding_cost": 3.0}
    assert hub.session.policies.loc["B", "internal_capacity"] == 30
    again = Hub("ledger:")
    press(again.sheet, do="shown", query=f"?{hub.sheet.query}")
    assert again.session.lane == hub.session.lane and not again.sheet.said
