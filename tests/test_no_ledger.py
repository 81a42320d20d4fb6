"""Commands that only read make no ledger: they say which address they looked at; those that make one say so."""

import sqlite3
from contextlib import closing

import pytest

from twin.__main__ import main
from twin.data.errors import NoLedger
from twin.data.ledger.store import Ledger
from twin.data.load import load_history

READ = [
    ["assess", "ledger:"],
    ["attention", "ledger:"],
    ["report", "ledger:", "--to", "reports"],
    ["ask", "--file", "ledger:", "--offline", "Which lane is largest?"],
    *(["ledger", verb] for verb in ("status", "lanes", "export", "verify")),
    ["ledger", "undo", "3"],
    ["ledger", "history", "A"],
    *(["plan", verb] for verb in ("show", "history", "year", "decisions")),
]


@pytest.mark.parametrize("command", READ, ids=" ".join)
def test_a_command_that_reads_makes_no_ledger_and_says_where_it_looked(command, tmp_path, monkeypatch, capsys):
    path = tmp_path / "none.sqlite"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    assert main(command) == 1
    out, err = capsys.readouterr()
    assert out == "" and f"there is no ledger at {path}, the address of DATABASE_URL" in err and err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_job_without_its_settings_is_told_so(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("twin.data.ledger.address._folder_of_the_user", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["assess", "ledger:"]) == 1
    err = capsys.readouterr().err
    assert f"no ledger at {tmp_path / 'ledger.sqlite'}, the address used where DATABASE_URL is set neither in" in err
    assert f"a file .env of {tmp_path}" in err and not (tmp_path / "ledger.sqlite").exists()


def test_an_empty_database_is_no_ledger_until_something_is_imported(url, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(NoLedger):
        load_history("ledger:")
    assert main(["ledger", "status"]) == 1 and "there is no ledger at" in capsys.readouterr().err
    file = tmp_path / "flows.csv"
    file.write_text("date,lane,volume\n2026-01-05,A,5\n")
    assert main(["ledger", "import", str(file)]) == 0
    place = Ledger(url).place
    assert f"there was no ledger at {place}: a new one was made" in capsys.readouterr().err
    assert main(["ledger", "import", str(file)]) == 0 and "a new one" not in capsys.readouterr().err
    assert main(["ledger", "status"]) == 0


REFUSED = [
    ["ledger", "import", "missing.csv"],
    ["ledger", "import", "unreadable.csv"],
    ["ledger", "import", "bad_row.csv"],
    ["ledger", "import", "far_day.csv"],
    ["ledger", "log", "2199-01-05", "A", "5"],
    ["ledger", "log", "2026-01-05", "A", "-5"],
    ["plan", "import", "missing.csv"],
    ["plan", "import", "bad_plan.csv"],
    ["plan", "set", "lane", "A", "site=Berlin"],
]


@pytest.mark.parametrize("command", REFUSED, ids=" ".join)
def test_a_command_that_is_refused_leaves_no_ledger_behind(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unreadable.csv").write_bytes(b"\x00\x01\x02" * 50)
    (tmp_path / "bad_row.csv").write_text("date,lane,volume\n2026-01-05,A,5\n2026-01-06,A,many\n")
    (tmp_path / "far_day.csv").write_text("date,lane,volume\n2026-01-05,A,5\n2199-01-06,A,5\n")
    (tmp_path / "bad_plan.csv").write_text("lane,service_level\nA,7\n")
    before = sorted(tmp_path.iterdir())
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite")
    assert main(command) in (1, 2)
    assert "a new one was made" not in capsys.readouterr().err and sorted(tmp_path.iterdir()) == before
    assert main(["ledger", "status"]) == 1


def test_a_new_ledger_stays_if_somebody_else_has_it_open_or_the_file_has_other_tables(tmp_path):
    address = f"sqlite:///{tmp_path}/new.sqlite"
    with Ledger(address) as first, Ledger(address) as second:
        assert second.count() == 0 and not first.remove_unused()
        second.append("2026-01-05", "A", 5)
        assert second.count() == 1 and not first.remove_unused()
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE mine (x)")
    with Ledger(f"sqlite:///{other}") as ledger:
        assert ledger.is_new and not ledger.remove_unused() and other.exists()


@pytest.mark.parametrize(
    "command",
    [["plan", "set", "site", "B", "places=3"], ["ledger", "log", "2026-01-05", "A", "5"], ["ledger", "seed"]],
    ids=" ".join,
)
def test_a_command_that_writes_says_that_it_has_made_a_ledger(command, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new.sqlite")
    assert main(command) == 0 and capsys.readouterr().err.count("a new one was made") == 1
    assert main(["ledger", "status"]) == 0
