"""TWIN_LEDGER_READ_ONLY: every answer is given, every change is refused, and the database itself refuses it too."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from twin.__main__ import main
from twin.data.errors import LedgerError
from twin.data.ledger.engine import READ_ONLY_SETTING
from twin.data.ledger.store import RESET_TOKEN, Ledger
from twin.data.scenarios import research_lanes


@pytest.fixture
def stored(ledger, url, monkeypatch):
    """Return a ledger of the research lanes, which this machine now serves for reading only."""
    ledger.import_history(research_lanes())
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv(READ_ONLY_SETTING, "1")
    return ledger


@pytest.mark.parametrize(
    "command",
    [
        ["import", "{file}"],
        ["import", "{file}", "--replace"],
        ["log", "2025-12-28", "HAM-ROT", "110"],
        ["log", "2025-12-28", "HAM-ROT", "25000", "--sure"],
        ["delete", "1"],
        ["undo", "1"],
        ["reset", "--token", RESET_TOKEN],
        ["seed", "--add"],
    ],
)
def test_every_change_is_refused_in_a_sentence(stored, tmp_path, capsys, command):
    path = tmp_path / "flows.csv"
    path.write_text("date,lane,volume\n2026-01-05,NEW,5\n")
    code = main(["ledger", *[part.format(file=path) for part in command]])
    out, err = capsys.readouterr()
    assert (code, out) == (3, "") and err.count("\n") == 1
    assert err == f"twin: the ledger at {stored.place} may only be read here: TWIN_LEDGER_READ_ONLY is set\n"
    assert stored.count() == 3276 and len(stored.status()["imports"]) == 1


def test_every_answer_is_given(stored, capsys, tmp_path):
    for command in (["lanes"], ["status"], ["verify"], ["export", str(tmp_path / "flows.csv")]):
        assert main(["ledger", *command]) == 0, capsys.readouterr().err
    assert main(["assess", "ledger:", "--csv"]) == 0
    with Ledger() as ledger:
        assert ledger.read_only and ledger.status()["read_only"] and ledger.history().flows.shape[0] == 3276


@pytest.mark.parametrize("statement", ["DELETE FROM twin_flow", "DROP TABLE twin_import", "CREATE TABLE mine (a INT)"])
def test_the_database_itself_refuses_a_change(stored, statement):
    with Ledger() as ledger, ledger._engine.connect() as connection:
        with pytest.raises(DBAPIError, match=r"read-?only"):
            connection.execute(text(statement))
            connection.commit()
    assert stored.count() == 3276


@pytest.mark.parametrize("on", ["1", "true", "YES", "on", "anything"])
def test_the_setting_is_on_unless_it_is_a_word_for_off(stored, monkeypatch, on):
    monkeypatch.setenv(READ_ONLY_SETTING, on)
    assert Ledger().read_only
    for off in ("", "0", "no", "False", "off"):
        monkeypatch.setenv(READ_ONLY_SETTING, off)
        assert not Ledger().read_only


def test_no_ledger_is_created_and_none_is_migrated(url, tmp_path, monkeypatch):
    monkeypatch.setenv(READ_ONLY_SETTING, "1")
    with pytest.raises(LedgerError, match=r"so no file is created|has no tables yet"):
        Ledger(url)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.delenv(READ_ONLY_SETTING)
    with Ledger(url) as ledger, ledger._engine.begin() as connection:
        connection.execute(text("UPDATE twin_schema SET version = 1"))
    monkeypatch.setenv(READ_ONLY_SETTING, "1")
    with pytest.raises(LedgerError, match="has version 1 of its tables, and this needs 6; TWIN_LEDGER_READ_ONLY is"):
        Ledger(url)


def test_an_address_in_the_notation_of_sqlite_is_read_only_too(tmp_path, monkeypatch):
    url = f"sqlite:///file:{tmp_path}/a b.sqlite?mode=rwc&uri=true"
    with Ledger(url) as ledger:
        ledger.append("2026-01-05", "A", 1)
    monkeypatch.setenv(READ_ONLY_SETTING, "1")
    with Ledger(url) as ledger, ledger._engine.connect() as connection:
        assert ledger.count() == 1
        with pytest.raises(DBAPIError, match="readonly"):
            connection.execute(text("DELETE FROM twin_flow"))
