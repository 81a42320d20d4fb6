"""What a plan means: kinds and rules, tables, policies, shared places, overrides, scenarios, and files in and out."""

import numpy as np
import pandas as pd
import pytest
from spreadsheets import xlsx

from twin.data.errors import PlanChanged, RowsRefused
from twin.data.history import History
from twin.data.ledger.plan_cells import memory_plan
from twin.data.scenarios import POLICIES, research_lanes
from twin.motion import simulate
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.kinds import PLAN_KINDS
from twin.plan.plan_export import export_plan
from twin.plan.plan_import import import_plan
from twin.plan.shared_places import NO_LIMIT, shared_places
from twin.plan.table_report import assess_history
from twin.policy import POLICY


@pytest.fixture
def plan():
    """Return a plan in memory with two sites and three lanes."""
    made = CapacityPlan(author="eva")
    made.write({("site", "Berlin"): {"places": 400, "handling_per_period": 90}, ("site", "Rom"): {"places": 70.5}})
    made.set("lane", ["A", "B"], site="Berlin", internal_capacity=120, kind="stock")
    made.set("lane", "C", service_level="0.97")
    return made


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("lane", {"site": "Paris"}, "lane X: site must be one of the plan; got Paris, which twin plan set site adds"),
        ("lane", {"service_level": 1.5}, r"lane X: service_level must be in \(0, 1\); got 1.5"),
        (
            "lane",
            {"service_revenue": 13, "sla_penalty": 27.7},
            "got -9.3; not stated, so by default: handling_cost 50$",
        ),
        ("lane", {"kind": "barge"}, "lane X: kind must be one of flow, stock; got barge"),
        ("lane", {"speed": 1}, "field of lane must be one of site, holding_cost, .*; got speed"),
        ("site", {"places": -1}, "site X: places must be a number >= 0; got -1"),
        ("site", {"places": "1.250"}, "site X: places 1.250 may be 1.25 or 1250; write it without a mark"),
        (
            "event",
            {"first": "03/04/2026", "what": "fair"},
            "first may be 2026-03-04 or 2026-04-03; write it as 2026-01-31",
        ),
        ("event", {"first": "soon", "what": "fair"}, "event X: first must be a day such as 2026-01-31"),
        (
            "event",
            {"first": "2026-02-01", "last": "2026-01-01", "what": "x"},
            "last must be a day from first, 2026-02-01",
        ),
        (
            "override",
            {"lane": "A", "first": "2026-01-01", "last": "2026-01-01"},
            "either volume or factor must be given",
        ),
        ("contract", {"type": "own", "first": "2026-01-01"}, "places must be given unless type is spot; got type own"),
        ("contract", {"type": "spot"}, "contract X: first must be given"),
        (
            "contract",
            {"type": "soft block", "first": "2026-01-01", "places": 5},
            "return_window_days must be given for a",
        ),
        (
            "contract",
            {"type": "spot", "first": "2026-01-01", "take_or_pay": 0.5},
            "take_or_pay must be left out unless",
        ),
        (
            "decision",
            {"lane": "A", "first": "2026-01-05", "state": "snoozed"},
            "until must be given if state is snoozed",
        ),
        ("scenario", {"name": "s", "field": "volume", "value": 3}, "value must be left out where field is volume"),
        ("note", {"text": "a\x00b"}, "note X: text must be a text without control characters"),
        ("ship", {}, "kind must be one of contract, override, .*; got 'ship'"),
    ],
)
def test_what_a_plan_cannot_hold_is_refused_in_a_sentence(plan, kind, fields, said):
    seen = plan.cells.values()
    with pytest.raises(ValueError, match=said):
        plan.set(kind, "X", **fields)
    assert plan.cells.values() == seen


def test_a_site_that_lanes_name_stays(plan):
    with pytest.raises(ValueError, match="lane A: site must be one of the plan; got Berlin"):
        plan.remove("site", "Berlin")
    with pytest.raises(ValueError, match="lane A: site must be one of the plan; got Berlin"):
        plan.undo(1)
    assert plan.remove("site", "Rom") and list(plan.of("site")) == ["Berlin"]


def test_tables_and_policies(plan):
    plan.add("event", first="31 Jan 2026", lanes=["A", "B"], what="fair")
    assert (plan.add("note", text="one"), plan.add("note", text="two")) == ("1", "2")
    tables = plan.tables()
    assert list(tables) == [kind.sheet for kind in PLAN_KINDS.values()]
    lanes = tables["lanes"]
    assert lanes.loc["A", ["site", "internal_capacity", "kind"]].tolist() == ["Berlin", 120.0, "stock"]
    assert np.isnan(lanes.loc["C", "internal_capacity"]) and lanes.attrs["units"]["internal_capacity"] == "pallet"
    assert (
        tables["events"].loc["1", "first"] == pd.Timestamp("2026-01-31")
        and tables["events"].loc["1", "lanes"] == "A; B"
    )
    policies = plan.policies()
    assert policies.columns.tolist() == [n for n in POLICY if n in ("internal_capacity", "service_level", "kind")]
    assert CapacityPlan().policies() is None


def test_policies_of_the_plan_are_those_of_assess():
    plan = CapacityPlan(author="eva")
    plan.write({("lane", lane): fields for lane, fields in POLICIES.items()})
    history: History = research_lanes()
    found, expected = (assess_history(history, policies=table).table for table in (plan.policies(), POLICIES))
    pd.testing.assert_frame_equal(found, expected)


def test_sites_of_the_plan_in_motion(plan):
    places = shared_places(plan, ["C", "A", "B"], [50.0, 120.0, 120.0])
    assert places.names == ("C", "Berlin") and places.sites.tolist() == [0, 1, 1]
    assert places.capacity.tolist() == [50.0, 400.0] and places.handling.tolist() == [NO_LIMIT, 90.0]
    demand = np.array([[60.0, 40.0], [100.0, 10.0], [30.0, 10.0]])
    limits = places._asdict()
    del limits["names"]
    paths = simulate(demand[:, None], 1.0, None, kind="flow", periods=2, **limits)
    # Berlin handles 90 of 130, shared as wanted; the rest rolls to the next day, when 60 are wanted.
    np.testing.assert_allclose(
        paths.shipped[:, 0], [[60, 40], [90 * 100 / 130, 10 + 40 * 100 / 130], [90 * 30 / 130, 10 + 40 * 30 / 130]]
    )
    np.testing.assert_allclose(paths.overflow[:, 0], [[10, 0], [0, 0], [0, 0]])
    plan.remove("lane", "A", "B")
    plan.set("site", "Berlin", places=None)
    plan.set("lane", ["A", "B"], site="Berlin")
    assert shared_places(plan, ["A", "B"], [100.0, 20.0]).capacity.tolist() == [120.0]


def test_two_planners_on_one_plan():
    cells = memory_plan()
    eva, ben = CapacityPlan(cells, author="eva"), CapacityPlan(cells, author="ben")
    eva.set("lane", "A", internal_capacity=60)
    assert [change.author for change in ben.refresh()] == ["eva"] and ben.of("lane")["A"] == {"internal_capacity": 60.0}
    ben.set("lane", "A", internal_capacity=70)
    eva.set("lane", "A", service_level=0.9)  # another cell
    with pytest.raises(PlanChanged, match=r"internal capacity of lane A is 70 pallets since ben changed it"):
        eva.set("lane", "A", internal_capacity=65)
    assert eva.of("lane")["A"]["internal_capacity"] == 60.0  # until she looks again
    assert [change.author for change in eva.refresh()] == ["ben"]
    assert eva.set("lane", "A", internal_capacity=65) == 4
    assert (ben.add("note", text="his"), eva.add("note", text="hers")) == ("1", "2")


# ---------------------------------------------------------------- files


def test_a_file_with_refused_rows_writes_nothing_unless_asked(plan, tmp_path):
    path = tmp_path / "lanes.csv"
    path.write_text(
        "Plan of the week\nLane;Internal Capacity [pallet];service-level;site;remark\n"
        "=B;130,5;0,95;;x\n\nD;1.250;;Rom;\nE;many;;;\nF;5;1,5;;\nG;5;;Paris;\nD;6;;;\nH;7;;\nA;;;;\n",
        encoding="utf-16",
    )
    with pytest.raises(
        RowsRefused, match=r"5 of 8 rows of .* cannot be used, so none was imported; the first is line 6"
    ) as why:
        import_plan(plan, str(path))
    assert "E" not in plan.of("lane")
    reasons = dict(zip(why.value.account.table["line"], why.value.account.table["reason"], strict=True))
    assert reasons == {
        6: "internal_capacity is not a number",
        7: "service_level must be in (0, 1); got 1.5",
        8: "site must be one of the plan; got Paris, which twin plan set site adds",
        9: "lane has a row already, in line 5",
        10: "row has not the 5 fields of the header",
    }
    done = import_plan(plan, str(path), good_rows_only=True)
    assert (done.entries, done.written, done.removed) == ({"lane": 3}, 4, 2)  # A lost site and capacity: empty cells
    assert plan.of("lane")["D"] == {"internal_capacity": 1250.0, "site": "Rom"} and plan.of("lane")["A"] == {
        "kind": "stock"
    }
    assert plan.of("lane")["=B"] == {"internal_capacity": 130.5, "service_level": 0.95}
    assert any("remark" in note for note in done.account.notes) and "'1.250' is 1250" in str(done.account)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            "date,lane,volume\n2026-01-01,A,5\n",
            "must be a table with a column for the entries .*; got 'date', 'lane', 'volume'",
        ),
        ("lane\tinternal_capacity\nA\t1.250\n", "may be 1.25 .* or 1,250 .*decimal="),
        ("site,places,places\nA,1,2\n", "the header must be one that names a column once"),
    ],
)
def test_a_file_that_is_no_table_of_a_plan(plan, tmp_path, content, said):
    path = tmp_path / "file.csv"
    path.write_text(content)
    with pytest.raises(ValueError, match=said):
        import_plan(plan, str(path))


def test_headings_and_words_as_in_files_of_policies(plan, tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("lane,Servicegrad (%),Lieferzeit [Tage],kind\nA,95,3.5,Lager\n")
    import_plan(plan, str(path))
    fields = plan.of("lane")["A"]
    assert (fields["service_level"], fields["lead_time_mean_days"], fields["kind"]) == (0.95, 3.5, "stock")
    path.write_text("lane,Lieferzeit [weeks]\nA,3\n")
    with pytest.raises(ValueError, match="the column lead_time_mean_days must be in days; got weeks"):
        import_plan(plan, str(path))


def test_a_workbook_of_capacities_is_read_as_planners_have_it(plan, tmp_path):
    """Sites and lanes under German headings, with prices per pallet and day in euros, and what was read as what."""
    path = tmp_path / "capacity.xlsx"
    sites = {"Standort": ["Hamburg", "München"], "Stellplätze": [9000, 5000], "Umschlag je Tag": [4200, 2600]}
    lanes = {
        "Relation": ["HAM-ROT", "MUC-BER"],
        "Standort": ["Hamburg", "München"],
        "Eigene Stellplätze": [60, 80],
        "Lagerkosten €/Palette/Tag": [0.8, 1.1],
        "Servicegrad": ["95 %", "93 %"],
        "Kunde": ["A", "B"],
    }
    with pd.ExcelWriter(path, engine="xlsxwriter") as book:
        pd.DataFrame(sites).to_excel(book, sheet_name="Standorte", index=False)
        pd.DataFrame(lanes).to_excel(book, sheet_name="Relationen", index=False)
    found = import_plan(plan, str(path))
    assert plan.of("site")["Hamburg"] == {"places": 9000.0, "handling_per_period": 4200.0}
    ours = {"site": "München", "internal_capacity": 80.0, "holding_cost": 1.1, "service_level": 0.93}
    assert plan.of("lane")["MUC-BER"] == ours
    said = str(found.account)
    assert "lane = 'Relation'" in said and "places = 'Stellplätze'" in said and "not used: 'kunde'" in said
    prices = tmp_path / "prices.csv"
    prices.write_text("Strecke;Fremdlagerzuschlag €/Palette;Erlös\nHAM-ROT;4,50 €;32,50 €\n", encoding="cp1252")
    import_plan(plan, str(prices))
    assert plan.of("lane")["HAM-ROT"].items() >= {"partner_surcharge": 4.5, "service_revenue": 32.5}.items()


def test_a_workbook_goes_out_and_comes_back(plan, tmp_path):
    plan.set(
        "contract", "K1", type="hard block", site="Rom", places=1 / 3, first="2026-01-01", take_or_pay=1, price=2.5
    )
    plan.set("lane", "=1+1", site="Berlin", lead_times="waiting")
    plan.set("event", "1", first="2026-01-31", lanes=["A", "=1+1"], what="=fair()")
    plan.set(
        "decision", "1", lane="A", first="2026-01-05", state="snoozed", until="2026-02-01", gain=-5, comment="later"
    )
    path = tmp_path / "plan.xlsx"
    assert export_plan(plan, path) == {kind: len(plan.of(kind)) for kind in PLAN_KINDS}
    empty = CapacityPlan(author="ben")
    done = import_plan(empty, str(path))
    assert empty.entries == plan.entries and done.removed == 0 and len(done.account.refused) == 0
    again = import_plan(plan, str(path))
    assert again.change is None and again.written == 0


def test_a_workbook_does_not_overwrite_what_others_have_changed_since(plan, tmp_path):
    path = tmp_path / "plan.xlsx"
    export_plan(plan, path)
    plan.set("lane", "A", internal_capacity=60)
    other = CapacityPlan(plan.cells, author="ben")
    with pytest.raises(PlanChanged, match=r"internal capacity of lane A is 60 pallets since eva changed it"):
        import_plan(other, str(path))
    assert (
        import_plan(other, str(path), overwrite=True).written == 1 and other.of("lane")["A"]["internal_capacity"] == 120
    )


def test_entries_without_a_name_are_numbered(plan, tmp_path):
    path = tmp_path / "notes.xlsx"
    path.write_bytes(
        xlsx({"remarks": [["note", "lane", "text"], ["", "A", "one"], ["7", "B", "two"], [None, None, "three"]]})
    )
    assert import_plan(plan, str(path)).entries == {"note": 3}
    assert {name: fields["text"] for name, fields in plan.of("note").items()} == {"8": "one", "7": "two", "9": "three"}
