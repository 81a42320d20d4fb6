"""twin plan: exit codes, streams, files in and out, and policies that assess uses."""

import json

import pandas as pd
import pytest

from twin.__main__ import main
from twin.data.scenarios import research_lanes
from twin.plan.capacity_plan import CapacityPlan
from twin.plan.kinds import PLAN_KINDS, SEEN
from twin.plan.visits import keep_visit


@pytest.fixture
def run(url, capsys, monkeypatch):
    """Return a function that runs one command as an author and returns its exit code, its output and its errors."""
    monkeypatch.setenv("DATABASE_URL", url)

    def run(*arguments, author="eva"):
        monkeypatch.setenv("TWIN_AUTHOR", author)
        return main(list(map(str, arguments))), *capsys.readouterr()

    return run


def test_a_planners_commands(run, ledger, tmp_path):
    code, out, _ = run("plan", "show")
    assert (code, out) == (0, f"the plan at {ledger.place} has no entries yet; plan set and import add some\n")
    assert run("plan", "set", "site", "Berlin", "places=400")[0] == 0
    code, out, _ = run("plan", "set", "lane", "BER-MUC", "HAM-ROT", "site=Berlin", "internal_capacity=120")
    assert code == 0 and out.endswith(
        "  eva                   site Berlin, internal capacity 120 pallets for lanes BER-MUC, HAM-ROT\n"
    )
    assert run("plan", "set", "lane", "HAM-ROT", "internal_capacity=", "--where", "site=Berlin", author="ben")[0] == 0
    assert "nothing new" in run("plan", "set", "lane", "HAM-ROT", "site=Berlin")[1]
    code, out, err = run("plan", "set", "lane", "BER-MUC", "internal_capacity=130", "--seen", "2")
    assert (code, out) == (1, "") and "internal capacity of lane BER-MUC is empty since ben changed it at" in err
    code, out, err = run("plan", "undo", "2")
    assert (code, out) == (1, "") and "because ben changed internal capacity of lane BER-MUC" in err
    assert json.loads(run("plan", "undo", "3", "--json")[1])["change"]["undoes"] == 3
    assert (
        json.loads(run("plan", "set", "note", "new", "lane=BER-MUC", "text=a=b", "--json")[1])["change"]["cells"] == 2
    )
    code, out, _ = run("plan", "history", "BER-MUC")
    assert (
        code == 0
        and len(out.splitlines()) == 5
        and "ben                   internal capacity of lane BER-MUC: 120 pallets -> empty" in out
    )
    assert len(json.loads(run("plan", "history", "--json")[1])["changes"]) == 5
    code, out, _ = run("plan", "show", "lane")
    assert out.splitlines()[0] == "2 lanes; internal_capacity [pallet]" and "HAM-ROT" in out
    assert run("plan", "show", "--json")[0] == 0
    book = tmp_path / "plan.xlsx"
    assert (
        run("plan", "export", book)[1]
        == f"1 note, 2 lanes and 1 site of the plan at {ledger.place} written to {book}\n"
    )
    assert run("plan", "export", book)[0] == 2 and run("plan", "export", book, "--force")[0] == 0
    assert run("plan", "remove", "lane", "BER-MUC", "HAM-ROT")[0] == 0
    assert run("plan", "import", book, author="ben")[0] == 1  # both lanes are gone since
    assert run("plan", "import", book, "--overwrite", author="ben")[0] == 0
    assert list(CapacityPlan(ledger.plan).of("lane")) == ["BER-MUC", "HAM-ROT"]
    rows = tmp_path / "rows.csv"
    rows.write_text("lane,internal_capacity\nA,5\nB,many\n")
    code, out, err = run("plan", "import", rows)
    assert (code, out) == (1, "") and "line 3: B,many" in err and "--good-rows-only imports the others" in err
    done = json.loads(run("plan", "import", rows, "--good-rows-only", "--json")[1])
    assert done["written"] == 1 and done["account"]["refused"][0]["line"] == 3
    for wrong, said in (
        (("set", "lane", "A"), "values must have a FIELD=VALUE, of site, "),
        (("set", "lane", "B", "servce_level=0.9"), "servce_level is no field of a lane; service_level is meant?"),
        (("set", "lane", "site=Berlin"), "values must name a lane, or --where some of the plan; got none"),
        (
            ("set", "lane", "site=Berlin", "--where", "site=Rom"),
            "--where must fit some lanes of the plan; got site=Rom",
        ),
        (("remove", "lane", "Z"), "lane must be one of the plan; got Z"),
        (("history", "Z"), "entry must be one that the plan has or has had; got Z"),
        (("undo", "99"), "change must be the id of a change of the plan, as history shows it; got 99"),
        (("export", tmp_path / "plan.csv"), "file must be one that ends in .xlsx"),
    ):
        code, out, err = run("plan", *wrong)
        assert (code, out) == (2, "") and said in err, err


def test_the_history_of_a_lane_has_what_was_decided_about_it(run):
    run("plan", "set", "note", "new", "lane=BER-MUC", "text=fair")
    run("plan", "set", "decision", "new", "lane=BER-MUC", "first=2026-01-05", "places=40", "state=accepted")
    run("plan", "set", "decision", "new", "lane=HAM-ROT", "first=2026-01-05", "state=declined")
    run("plan", "set", "decision", "1", "places=", author="ben")
    _, out, _ = run("plan", "history", "BER-MUC")
    latest, decided, *_ = out.splitlines()
    assert latest.endswith("ben                   decision 1: places: 40 pallets -> empty") and "declined" not in out
    assert decided.endswith("decision 1: first 2026-01-05; lane BER-MUC; places 40 pallets; state accepted")
    assert "note 1: lane BER-MUC; text fair" in out


def test_assess_uses_the_policies_of_the_plan(run, ledger, tmp_path):
    ledger.import_history(research_lanes())
    CapacityPlan(ledger.plan, author="eva").set("lane", ["BER-MUC", "Z"], internal_capacity=123, kind="stock")
    answer = json.loads(run("assess", "ledger:", "--json")[1])
    assert answer["lanes"]["BER-MUC"]["internal_capacity"] == 123 and answer["lanes"]["BER-MUC"]["kind"] == "stock"
    assert answer["lanes"]["HAM-ROT"]["internal_capacity"] != 123
    said = answer["assumptions"][-1]
    assert said.startswith("policies of 2 lanes in the plan of the ledger: internal capacity, kind; last changed at 20")
    assert said.endswith(" UTC by eva")
    file = tmp_path / "policies.csv"
    file.write_text("lane,internal_capacity\nBER-MUC,200\n")
    answer = json.loads(run("assess", "ledger:", "--json", "--policies", file)[1])
    assert answer["lanes"]["BER-MUC"]["internal_capacity"] == 200 and answer["lanes"]["BER-MUC"]["kind"] == "flow"
    assert answer["assumptions"][-1] == (
        "policies of 2 lanes in the plan of the ledger are not used, because a file of policies is given"
    )
    code, _, err = run("plan", "set", "lane", "BER-MNC", "HAM-ROT", "internal_capacity=9")
    assert (code, err) == (0, "  note     the ledger holds no flows of lane BER-MNC; the nearest name is BER-MUC\n")
    said = json.loads(run("assess", "ledger:", "--json", "--lane", "FRA-PAR")[1])["assumptions"]
    assert not any("plan of the ledger" in sentence for sentence in said)


def test_the_fields_of_every_kind_are_shown(capsys):
    assert main(["plan", "fields", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["kind"] for row in rows} == set(PLAN_KINDS)
    assert main(["plan", "fields"]) == 0 and "notice_days" in capsys.readouterr().out


def test_attention_counts_a_scenario_of_the_plan(run, ledger):
    ledger.import_history(research_lanes())
    run("plan", "set", "scenario", "new", "name=peak", "field=volume", "factor=3", "lanes=BER-MUC")
    run("plan", "set", "lane", "BER-MUC", "internal_capacity=200")
    expected = []
    for more in ((), ("--scenario", "peak")):
        code, out, _ = run("attention", "ledger:", "--json", *more)
        found = json.loads(out)
        expected.append(found["lanes"]["BER-MUC"]["expected_overflow"])
        assert code == 0
    assert expected[1] > 10 * expected[0] and any(note.startswith("scenario peak") for note in found["assumptions"])
    code, _, err = run("attention", "--scenario", "peak")
    assert code == 2 and "--scenario must be used with ledger:" in err


def test_a_visit_which_history_does_not_show_is_no_change_to_undo(run, ledger):
    totals = pd.DataFrame({name: {"network": 1.0} for name in SEEN})
    visit = keep_visit(CapacityPlan(ledger.plan), "eva", totals)
    code, out, err = run("plan", "undo", visit)
    assert (code, out) == (2, "")
    assert err == f"twin: change must be the id of a change of the plan, as history shows it; got {visit}\n"
