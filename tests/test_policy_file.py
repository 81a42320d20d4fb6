"""Policies are read with the headings, marks, units and spellings that planners use, or refused with the way out."""

from collections import Counter

import pandas as pd
import pytest
from spreadsheets import xlsx

from twin.__main__ import main
from twin.data.scenarios import research_lanes
from twin.data.statistics import lane_statistics
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.plan_import import import_plan
from twin.plan.policy_file import read_policies
from twin.plan.policy_headings import _names, field_of
from twin.plan.policy_table import policy_table
from twin.policy import POLICY


@pytest.fixture
def read(tmp_path):
    """Return a function that reads a file of policies, as {lane: {field: value}} without unset fields."""

    def read(content, **options):
        path = tmp_path / ("policies.xlsx" if isinstance(content, bytes) else "policies.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        rows = read_policies(str(path), **options).to_dict("index")
        return {lane: {name: value for name, value in row.items() if value == value} for lane, row in rows.items()}

    return read


GERMAN = {"A-B": {"holding_cost": 2.5, "service_level": 0.95}, "C-D": {"holding_cost": 3.25, "service_level": 0.9}}


@pytest.mark.parametrize(
    "content",
    [
        "lane;holding_cost;service_level\nA-B;2,5;0,95\nC-D;3,25;0,9\n",
        "Tarife 2024;;\n;;\nStrecke;Lagerkosten [€/Palette];Servicegrad (%)\nA-B;2,50 €;95\nC-D;3,25 €;90\n",
        "Relation;Servicegrad;Lagerkosten in EUR\nA-B;95 %;EUR 2,5\nC-D;90,0%;EUR 3,25\n",
        "Von;Nach;Holding Cost;service-level\nA;B;2.5;0.95\nC;D;3.25;0.9\n",
        "service_level,lane,Storage cost\n.95,A-B,2.5\n0.90,C-D,$3.25\n",
        "Trajet\tCoût de stockage\tTaux de service\nA-B\t2,5\t0,95\nC-D\t3,25\t0,9\n",
        xlsx({"Tarife": [["Strecke", "Lagerkosten", "Servicegrad"], ["A-B", 2.5, 0.95], ["C-D", "3,25", 0.9]]}),
    ],
)
def test_the_same_policies_in_several_forms(read, content):
    if isinstance(content, bytes):  # a text among numbers of a sheet is decided as in a column of flows
        with pytest.raises(ValueError, match=r"need a decimal point.*need a decimal comma.*say decimal='.'"):
            read(content)
        content = xlsx({"Tarife": [["Strecke", "Lagerkosten", "Servicegrad"], ["A-B", 2.5, 0.95], ["C-D", 3.25, 0.9]]})
    assert read(content) == {lane: pytest.approx(row) for lane, row in GERMAN.items()}


def test_days_pallets_and_words(read):
    head = "Strecke;Lieferzeit (Tage);Eigene Kapazität;Art;unmet;Zuschlag;dwell\n"
    found = read(head + "A;7 Tage;1.250 Pal;Stock;Lost;1.250,00;\nB;3,5;980;LAGER;;;2\n")
    assert found["A"] == {
        "lead_time_mean_days": 7.0,
        "internal_capacity": 1250.0,
        "kind": "stock",
        "unmet": "lost",
        "partner_surcharge": 1250.0,
    }
    assert found["B"] == {"lead_time_mean_days": 3.5, "internal_capacity": 980.0, "kind": "stock", "dwell": 2.0}


def test_a_mark_that_nothing_decides_is_asked_about(read):
    content = "Strecke;Lagerkosten\nA;1.250\nB;2.500\n"
    with pytest.raises(ValueError, match=r"'1.250' that may be 1.25 .*or 1,250 .*say decimal='.' or decimal=','$"):
        read(content)
    assert read(content, decimal=",")["B"] == {"holding_cost": 2500.0}
    assert read(content, decimal=".")["B"] == {"holding_cost": 2.5}
    assert read("Strecke;Lagerkosten\nA;1,5\n", decimal=".")["A"] == {"holding_cost": 1.5}  # has one reading alone


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("lane;Lieferzeit (Wochen)\nA;2\n", "'Lieferzeit (Wochen)' of .* must be in days; got Wochen"),
        (
            "lane;Servicegrad (%)\nA;0,95\n",
            "'Servicegrad .%.' of .* must be above 1, as per cent are.*; got 0.95 at most",
        ),
        (
            "lane;Lagerkosten;holding_cost\nA;1;2\n",
            "with one column for holding_cost; got 'Lagerkosten', 'holding_cost'",
        ),
        ("Strecke;Relation;dwell\nA;B;2\n", "a single column of lanes; got 'Strecke', 'Relation'"),
        ("Von;Nach;dwell\nA;;2\n", "line 2: lane is empty"),
    ],
)
def test_what_has_no_single_meaning_is_refused(read, content, said):
    with pytest.raises(ValueError, match=said.replace("(Wochen)", r"\(Wochen\)")):
        read(content)


def test_each_heading_means_one_field():
    counts = Counter(name for field in POLICY for name in _names(field))
    assert [name for name, count in counts.items() if count > 1] == []
    assert all(field_of(name) == field_of(POLICY[name].label) == name for name in POLICY)


def test_lanes_spelt_otherwise_are_found_where_one_lane_is_meant():
    statistics = pd.DataFrame({"demand_mean": 9.0, "demand_sd": 2.0}, index=["BER-MUC", "1001", "a-b", "A-B"])
    rows = {name: {"dwell": 3.0} for name in ("ber – muc", "1001.0", "a_b", "X")}
    table, said = policy_table(statistics, policies=rows)
    assert table["dwell"].tolist() == [3.0, 3.0, 1.0, 1.0]
    assert said[-2].startswith("policies whose lane is spelt otherwise than in the flows: 2 ('1001.0' is '1001')")
    assert said[-1] == "policies of lanes without flows are not used: X, a_b (2)"


def test_a_file_in_the_encoding_of_a_german_spreadsheet_is_read_with_a_note(tmp_path):
    path = tmp_path / "policies.csv"
    path.write_bytes("Strecke;Lagerkosten [€/Palette];Servicegrad\nKöln-Zürich;2,50 €;0,95\n".encode("cp1252"))
    table = read_policies(str(path))
    assert table.loc["Köln-Zürich"].tolist() == [2.5, 0.95]
    assert table.attrs["notes"] == (
        "policies.csv: the text is not utf-8; it was read as cp1252, so accents may be wrong",
    )


def test_a_file_that_a_plan_takes_serves_as_policies_too(tmp_path, capsys):
    """The site of a lane is a field of the plan alone: it is left out, and the account says so."""
    (flows := tmp_path / "flows.csv").write_text(
        "date,lane,volume\n" + "".join(f"2026-01-{day:02d},A-B,{day}\n" for day in range(1, 29)), encoding="utf-8"
    )
    (file := tmp_path / "policies.csv").write_text("lane,site,internal_capacity\nA-B,Berlin,30\n", encoding="utf-8")
    plan = CapacityPlan(author="eva")
    plan.set("site", "Berlin", places=40)
    import_plan(plan, str(file))
    assert plan.of("lane") == {"A-B": {"site": "Berlin", "internal_capacity": 30.0}}
    assert main(["assess", str(flows), "--policies", str(file)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "policies.csv: the column site is not used here" in told and "internal_capacity pallet 30.00" in told


@pytest.mark.parametrize("row", [{"service_revenue": 10.0}, {"holding_cost": -20.0}, {"service_level": -20.0}])
def test_a_policy_that_no_lane_can_have_is_refused_by_the_name_of_its_lane(row):
    with pytest.raises(ValueError, match=r"got -20.0 at 'HAM-ROT'$"):
        policy_table(lane_statistics(research_lanes()), policies={"HAM-ROT": row})
