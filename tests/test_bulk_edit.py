"""Many lanes get the same value of a field of the plan at once, as one change, which is undone as one."""

import pytest
from test_hub import press

from twin.data.ledger.store import Ledger
from twin.plan.capacity_plan import CapacityPlan
from twin.view.hub.hub import Hub

LANES = ["A", "B", "C"]


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Return a hub of eva's on a small ledger."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    rows = (f"2026-01-{day:02d},{lane},{20 + day % 3}" for lane in LANES for day in range(1, 13))
    (tmp_path / "flows.csv").write_text("\n".join(["date,lane,volume", *rows]))
    with Ledger() as ledger:
        ledger.import_file(tmp_path / "flows.csv")
    return Hub("ledger:")


def give(hub, field, text, lanes=("A", "C")):
    press(hub.lanes, do="set", field=field, text=text, lanes=list(lanes))


def test_lanes_of_a_filter_get_a_value_as_one_change_that_is_undone_as_one(hub):
    give(hub, "internal_capacity", "30")
    assert hub.lanes.noted == "Kept in the plan: internal capacity 30 pallets for lanes A, C." and not hub.lanes.said
    assert hub.session.policies["internal_capacity"].loc[["A", "C"]].tolist() == [30, 30]
    give(hub, "service_level", "95 %")
    assert hub.session.plan.of("lane")["C"] == {"internal_capacity": 30.0, "service_level": 0.95}
    give(hub, "service_level", "95")
    assert hub.lanes.noted == "Nothing new: 2 lanes had this value already."
    give(hub, "internal_capacity", "")
    assert hub.session.plan.of("lane")["A"] == {"service_level": 0.95}
    press(hub.sheet, do="undo")
    assert hub.session.plan.of("lane")["A"]["internal_capacity"] == 30


def test_a_colleagues_value_is_named_and_nothing_is_written(hub, monkeypatch):
    monkeypatch.setenv("TWIN_AUTHOR", "tom")
    other = CapacityPlan(Ledger().plan)
    other.set("lane", "C", internal_capacity=44)
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    give(hub, "internal_capacity", "30")
    assert "internal capacity of lane C is 44 pallets since tom changed it at" in hub.lanes.said and not hub.lanes.noted
    assert other.refresh() == [] and hub.session.plan.of("lane")["C"] == {"internal_capacity": 44.0}


def test_what_cannot_be_set_is_said(hub):
    for message, words in (
        ({"field": "internal_capacity", "text": "lots"}, "internal_capacity is not a number"),
        ({"field": "service_level", "text": "120"}, "service_level must be"),
        ({"field": "no_such", "text": "1"}, "Field must be one of those on the page"),
        ({"field": "site", "text": "Nowhere"}, "Nowhere"),
        ({"field": "internal_capacity", "text": "1", "lanes": ["A", "X"]}, "Lanes must be some of those shown; got X"),
        ({"field": "internal_capacity", "text": "1", "lanes": "A"}, "Lanes must be some of those shown"),
    ):
        press(hub.lanes, **{"do": "set", "lanes": LANES, **message})
        assert words in hub.lanes.said and not hub.lanes.noted and hub.session.plan.entries == {}
