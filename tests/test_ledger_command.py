"""twin ledger: exit codes, streams, and the same answers as the Ledger class."""

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from twin.__main__ import main
from twin.data.history import write_csv
from twin.data.ledger.store import RESET_TOKEN, Ledger
from twin.data.scenarios import research_lanes
from twin.plan.capacity_plan import CapacityPlan

VERSION_3 = Path(__file__).with_name("ledger_version_3.sql")
FLOWS = "date,lane,volume,returns\n2026-01-05,A,5,1\n2026-01-06,A,7.25,0\n2026-01-06,=B,2,2\n"


@pytest.fixture
def run(url, capsys, monkeypatch):
    """Return a function that runs one command on the ledger and returns its exit code, its output and its errors."""
    monkeypatch.setenv("DATABASE_URL", url)

    def run(*arguments):
        try:
            code = main(["ledger", *map(str, arguments)])
        except SystemExit as end:
            code = end.code
        return code, *capsys.readouterr()

    return run


@pytest.fixture
def answer(run):
    """Return a function that runs one command with --json and returns its content."""

    def answer(*arguments):
        code, out, err = run(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return answer


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text(FLOWS)
    return path


def test_a_backup_has_what_was_written_while_the_ledger_is_in_use(run, file, ledger, tmp_path, monkeypatch):
    """The ledger of the fixture is open, so that SQLite keeps the latest changes in a second file."""
    assert run("import", file)[0] == 0
    CapacityPlan(ledger.plan, author="eva").set("lane", "A", internal_capacity=9)
    code, out, err = run("backup", tmp_path / "copy.sqlite")
    if ledger.status()["engine"] != "sqlite":
        assert (code, out) == (3, "") and "pg_dump --format=custom" in err
        return
    assert (code, err) == (0, "") and out.endswith(f"to {tmp_path / 'copy.sqlite'}, and found sound\n")
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("wal",)  # readers of the copy wait for no writer
    with Ledger(f"sqlite:///{tmp_path}/copy.sqlite") as copy:
        assert list(copy.records()) == list(ledger.records()) and copy.status()["imports"] == ledger.status()["imports"]
        assert CapacityPlan(copy.plan).changes() == CapacityPlan(ledger.plan).changes()
    assert run("backup", tmp_path / "copy.sqlite")[0] == 2
    assert run("backup", tmp_path / "copy.sqlite", "--force")[0] == 0


def test_a_backup_of_an_older_ledger_holds_what_is_there(run, tmp_path, monkeypatch):
    """Neither the ledger nor the copy is migrated, even where only reading is allowed."""
    old = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(old)) as made:
        made.executescript(VERSION_3.read_text())
        before = list(made.iterdump())
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{old}")
    code, out, err = run("backup", tmp_path / "copy.sqlite")
    assert (code, err) == (0, "") and out.endswith("found sound\n")
    for path in (old, tmp_path / "copy.sqlite"):
        with closing(sqlite3.connect(path)) as held:
            assert list(held.iterdump()) == before
    assert {path.name for path in tmp_path.iterdir()} == {"old.sqlite", "copy.sqlite"}
    with Ledger(f"sqlite:///{tmp_path}/copy.sqlite") as copy:
        assert copy.status()["schema_version"] == 6 and copy.count() == int(out.split()[0].replace(",", ""))


def test_no_backup_of_a_ledger_that_does_not_exist(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.sqlite")
    code, out, err = run("backup", tmp_path / "copy.sqlite")
    assert (code, out) == (3, "") and "cannot be opened" in err and not list(tmp_path.glob("*.sqlite"))


def test_from_seed_to_reset(run, answer, ledger):
    code, out, _ = run("seed")
    assert code == 0 and out.startswith("synthetic research lanes: 3,276 rows = 3,276 kept + 0 refused\n")
    assert out.endswith(f"\n3,276 flows added to {ledger.place} as import 1\n")
    code, out, _ = run("seed")
    assert code == 0 and "nothing new: the same 3,276 flows were imported on" in out and ledger.count() == 3276
    assert answer("seed", "--add")["added"] == 3276
    assert answer("status") == ledger.status()
    code, out, err = run("reset")
    assert (code, out) == (2, "") and RESET_TOKEN in err and ledger.count() == 6552
    assert answer("reset", "--token", RESET_TOKEN) == {"place": ledger.place, "deleted": 6552}
    assert ledger.count() == 0


def test_log_and_delete(run, answer, ledger):
    flow = answer("log", "2026-01-05", "BER-MUC", "120.5", "--returns", "3")
    assert flow.pop("place") == ledger.place and flow.pop("notes") == []
    assert {**flow, "id": 0} == {"id": 0, "date": "2026-01-05", "lane": "BER-MUC", "volume": 120.5, "returns": 3.0}
    code, out, _ = run("log", "5 Jan 2026", "BER-MUC", "80")
    assert (
        code == 0 and f"added to {ledger.place}: " in out and ": 2026-01-05 BER-MUC, 80 pallets\n  note     the" in out
    )
    assert answer("delete", flow["id"]) == [flow] and ledger.count() == 1
    code, out, err = run("delete", flow["id"])
    assert (code, out) == (2, "") and f"got {flow['id']}" in err


def test_import_shows_its_account(run, answer, file, ledger):
    code, out, err = run("import", file)
    assert (code, err) == (0, "") and "3 rows = 3 kept + 0 refused" in out and "3 flows added to" in out
    content = answer("import", file)
    assert content["repeated"] and content["added"] == 0 and content["account"]["rows_read"] == 3
    again = answer("import", file, "--add")
    assert again["added"] == 3 and ledger.count() == 6
    assert answer("undo", again["import"]) == {
        "place": ledger.place,
        "import": again["import"],
        "deleted": 3,
        "restored": 0,
    }
    code, out, err = run("undo", again["import"])
    assert (code, out) == (2, "") and "must be that of an import" in err and ledger.count() == 3


def test_import_of_a_file_with_bad_rows(run, file, ledger):
    file.write_text(FLOWS + "2026-01-07,A,lots,0\n")
    code, out, err = run("import", file)
    assert (code, out) == (1, "") and ledger.count() == 0
    assert "line 5: 2026-01-07,A,lots,0" in err and err.endswith("; say --good-rows-only\n")
    code, out, err = run("import", file, "--json")
    assert code == 1 and json.loads(out)["account"]["rows_refused"] == 1 and json.loads(out)["added"] == 0
    code, out, err = run("import", file, "--good-rows-only")
    assert (
        (code, err) == (0, "")
        and "1 x volume is not a number" in out
        and "4 flows, 1 of them with an unknown volume, added" in out
    )


def test_lanes(run, answer, file, ledger):
    run("import", file)
    table = ledger.statistics(period="D", gaps="unknown")
    content = answer("lanes", "--gaps", "unknown", "--period", "D")
    assert (content["period"], content["gaps"], content["place"]) == ("D", "unknown", ledger.place)
    content = content["lanes"]
    assert {lane: row["demand_mean"] for lane, row in content.items()} == table["demand_mean"].to_dict()
    assert content["A"]["first_date"] == "2026-01-05" and content["=B"]["demand_sd"] is None
    code, out, _ = run("lanes", "--lane", "A", "--first", "2026-01-05", "--last", "2026-01-06")
    assert (
        code == 0
        and "pallets per day; a day without a flow counts as zero" in out
        and "demand_mean" in out
        and "A" in out
        and "=B" not in out
    )


def test_export(run, answer, file, ledger, tmp_path):
    run("import", file)
    code, out, err = run("export")
    assert (code, err) == (0, "")
    assert list(csv.reader(io.StringIO(out)))[1] == ["2026-01-06", "'=B", "2.0", "2"]
    assert answer("export", tmp_path / "out.csv", "--lane", "A") == {"file": str(tmp_path / "out.csv"), "flows": 2}
    assert (tmp_path / "out.csv").read_text() == "date,lane,volume,returns\n2026-01-05,A,5.0,1\n2026-01-06,A,7.25,0\n"
    code, out, err = run("export", tmp_path / "out.csv", "--lane", "=B")
    assert (code, out) == (2, "") and "file must be a new one, or --force must be said" in err
    assert answer("export", tmp_path / "out.csv", "--lane", "=B", "--force")["flows"] == 1
    flows = answer("export", "--first", "2026-01-06", "--lane", "A")["flows"]
    assert [(flow["date"], flow["volume"]) for flow in flows] == [("2026-01-06", 7.25)]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["import", "nowhere.csv"], "nowhere.csv does not exist"),
        (["import", ""], "file must have a name"),
        (["log", "2026-02-30", "A", "1"], "date must be a day"),
        (["log", "2026-01-05", " ", "1"], "lane is empty"),
        (["log", "2026-01-05", "A", "nan"], "volume must be finite"),
        (["lanes"], "has no flows yet"),
        (["export", "--first", "soon"], "first must be a day"),
        (["export", "no/such/folder/out.csv"], "no/such/folder"),
    ],
)
def test_unusable_input_gives_exit_code_2_and_one_sentence(run, ledger, arguments, said):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "") and said in err and err.startswith("twin: ") and err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [[], ["log", "2026-01-05", "A", "many"], ["delete"], ["delete", "x"], ["nothing"]]
)
def test_argparse_refuses_bad_commands(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "") and err.startswith("twin ledger") and "usage: twin ledger" in err


def test_an_unreachable_ledger_gives_exit_code_3(run, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/flows")
    code, out, err = run("status")
    assert (code, out) == (3, "") and "must begin with postgresql:// or sqlite:///" in err


def test_new_days_only(run, answer, file, ledger):
    run("import", file)
    file.write_text(FLOWS + "2026-01-07,A,3,0\n")
    assert answer("import", file, "--new-only")["added"] == 1 and ledger.count() == 4
    assert "nothing new: the ledger holds flows of all these lanes and days" in run("import", file, "--new-only")[1]


def test_without_an_address_flows_are_kept_among_the_users_data(run, monkeypatch, tmp_path, nobodys_ledger):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.chdir(tmp_path)
    assert run("log", "2026-01-05", "A", "1")[0] == 0
    assert list(nobodys_ledger.glob("lsp-digital-capacity-twin/ledger.sqlite"))
    assert json.loads(run("status", "--json")[1])["flows"] == 1


def test_help_has_examples_and_exit_codes(run):
    code, out, _ = run("--help")
    assert code == 0 and "twin ledger import flows.csv --good-rows-only" in out and "exit codes" in out


def test_assess_reads_the_ledger(run, ledger, capsys, tmp_path):
    run("seed")
    assert main(["assess", "ledger:", "--csv"]) == 0
    from_ledger = capsys.readouterr().out
    write_csv(research_lanes(), flows := tmp_path / "flows.csv")
    assert main(["assess", str(flows), "--csv"]) == 0 and capsys.readouterr().out == from_ledger
    assert main(["assess", "ledger:", "--lane", "HAM-ROT", "--first", "2025-01-01", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["lanes"]) == ["HAM-ROT"]
    assert main(["assess", "--lane", "HAM-ROT"]) == 2
    assert "history must be a ledger where lanes are named" in capsys.readouterr().err
    assert main(["assess", "ledger:", "--decimal", ","]) == 2
    assert "history must be a file where decimal is said" in capsys.readouterr().err
