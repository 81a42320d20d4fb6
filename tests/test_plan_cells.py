"""The log of a plan's cells, on both engines: present values, conflicts, undo, history and seals."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from twin.data.author import author_name
from twin.data.errors import LedgerError, PlanChanged
from twin.data.ledger.plan_log import broken_changes
from twin.data.ledger.store import RESET_TOKEN, Ledger

VERSION_3 = Path(__file__).with_name("ledger_version_3.sql")


def cell(field, entry="A"):
    return ("lane", entry, field)


@pytest.fixture
def plan(ledger):
    """Return the empty plan of a new ledger."""
    return ledger.plan


def test_changes_undo_and_history(plan):
    assert plan.values() == ({}, 0)
    assert plan.write({cell("c"): 1.0, cell("d"): "x"}, author="eva", what="first") == 1
    assert plan.write({cell("c"): 1.0}, author="eva", what="nothing") is None
    assert plan.write({cell("c"): 3.0, cell("e", "B"): ["A", "B"]}, author="ben", what="second") == 2
    assert plan.write({cell("d"): None}, author="eva", what="third") == 3
    assert plan.values() == ({cell("c"): 3.0, cell("e", "B"): ["A", "B"]}, 3)
    with pytest.raises(
        PlanChanged, match=r"change 1 cannot be undone, because eva changed d of lane A at .* \(change 3\)"
    ):
        plan.undo(1)
    assert plan.undo(3, author="ben") == 4 and plan.undo(2, author="eva") == 5
    assert plan.values()[0] == {cell("c"): 1.0, cell("d"): "x"}
    with pytest.raises(PlanChanged, match="change 2 is undone already, by change 5"):
        plan.undo(2)
    assert plan.undo(1) == 6 and plan.values()[0] == {}  # changes that are undone themselves do not stand in the way
    assert plan.undo(6) == 7 and plan.values()[0] == {cell("c"): 1.0, cell("d"): "x"}  # done again
    with pytest.raises(ValueError, match="change must be the id of a change of the plan"):
        plan.undo(99)
    past = [(one.change, one.author, one.before, one.after) for one in plan.revisions(entry="A") if one.field == "c"]
    assert past[2:] == [(5, "eva", 3.0, 1.0), (2, "ben", 1.0, 3.0), (1, "eva", None, 1.0)]
    assert [(one.id, one.undoes, one.cells) for one in plan.changes(entry="B")] == [(5, 2, 1), (2, None, 1)]
    assert plan.changes()[-2].what == "second" and plan.names("lane") == ["A", "B"]


def test_the_last_writer_does_not_silently_win(plan):
    plan.write({cell("c"): 1.0, cell("d"): 1.0}, author="eva", what="base")
    plan.write({cell("c"): 2.0}, author="ben", what="his")
    said = r"c of lane A is 2.0 since ben changed it at 20\S+ \S+ UTC, and would be 5.0"
    with pytest.raises(PlanChanged, match=said) as conflict:
        plan.write({cell("c"): 5.0, cell("d"): 5.0}, author="eva", what="hers", seen=1)
    assert conflict.value.cells == (cell("c"),) and plan.values()[1] == 2
    assert plan.write({cell("c"): 2.0, cell("d"): 5.0}, author="eva", what="agreed", seen=1) == 3
    assert plan.write({cell("d"): 6.0}, author="eva", what="her own again", seen=1, own=[3]) == 4
    plan.undo(4)
    plan.undo(3)  # d has the value again that was seen
    assert plan.write({cell("d"): 7.0}, author="ben", what="seen before the detour", seen=2) == 7


def test_of_writers_at_the_same_time_one_wins(ledger):
    base = ledger.plan.write({cell("c"): 0.0}, author="eva", what="base")

    def write(number):
        try:
            return ledger.plan.write({cell("c"): number}, author=f"{number}", what="mine", seen=base)
        except PlanChanged:
            return None

    with ThreadPoolExecutor(4) as pool:
        made = [done for done in pool.map(write, [1.0, 2.0, 3.0, 4.0]) if done]
    assert len(made) == 1 and len(ledger.plan.changes()) == 2


def test_a_check_that_fails_leaves_the_plan_unchanged(plan):
    def check(values, keys):
        raise ValueError(f"no {len(values)} {keys}")

    with pytest.raises(ValueError, match=r"no 1 .*'lane', 'A', 'c'"):
        plan.write({cell("c"): 1.0}, what="x", check=check)
    assert plan.values() == ({}, 0)


def test_status_verify_and_reset(ledger, url, monkeypatch):
    ledger.append("2026-01-05", "A", 1)
    ledger.plan.write({cell("c"): 1.25, cell("d"): 2.5, ("site", "S", "places"): 4.0}, what="x")
    ledger.plan.write({cell("c"): 1.5}, what="y")
    assert ledger.status()["plan_entries"] == 2
    ledger.reset(RESET_TOKEN)
    assert ledger.count() == 0 and ledger.status()["plan_entries"] == 2
    assert {check.name: check.found for check in ledger.verify()}[
        "changes of the plan"
    ] == "2 as written, in a chain of seals"
    for statement in (
        "UPDATE twin_plan_cell SET value = '2.75' WHERE field = 'd'",
        "UPDATE twin_plan_change SET author = 'eva' WHERE id = 1",
        "DELETE FROM twin_plan_cell WHERE change_id = 1",
        "DELETE FROM twin_plan_change WHERE id = 1",
    ):
        with ledger._engine.connect() as connection, connection.begin() as change:
            connection.execute(text(statement))
            assert "of the plan" in next(broken_changes(connection)), statement
            change.rollback()
    monkeypatch.setenv("TWIN_LEDGER_READ_ONLY", "1")
    with Ledger(url) as closed:
        assert closed.plan.values()[1] == 2
        for attempt in (lambda: closed.plan.write({cell("c"): 9.0}, what="x"), lambda: closed.plan.undo(2)):
            with pytest.raises(LedgerError, match="may only be read here: TWIN_LEDGER_READ_ONLY is set"):
                attempt()


def test_a_ledger_of_the_third_version_gets_the_plan_and_learns_quarters(url, tmp_path):
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as made:
            made.executescript(VERSION_3.read_text())
        made.close()
    else:
        with Ledger(url) as ledger, ledger._engine.begin() as connection:
            ledger.append("2026-01-05", "BER-MUC", 120)
            for statement in (
                "DROP TABLE twin_plan_change, twin_plan_cell, twin_flow_change",
                "ALTER TABLE twin_import DROP COLUMN author",
                "ALTER TABLE twin_import DROP CONSTRAINT period_known",
                "ALTER TABLE twin_import ADD CONSTRAINT period_known CHECK (period IN ('D', 'W', 'MS'))",
                "UPDATE twin_schema SET version = 3",
            ):
                connection.execute(text(statement))
    with Ledger(url) as migrated:
        status = migrated.status()
        assert (status["schema_version"], status["plan_entries"]) == (6, 0) and "BER-MUC" in migrated.lanes()
        assert migrated.plan.write({cell("c"): 1.0}, what="x") == 1
        quarters = tmp_path / "quarters.csv"
        quarters.write_text("date,lane,volume\n2025-Q2,A,30\n2025-Q4,A,90\n")
        past = [each["id"] for each in migrated.status()["imports"]]
        added = migrated.import_file(quarters)
        assert migrated.status()["imports"][-1]["period"] == "QS" and added.id > max(past, default=0)
        assert all(check.passed is not False for check in migrated.verify())


def test_the_author_is_the_setting_or_the_user(monkeypatch):
    monkeypatch.setenv("TWIN_AUTHOR", " Eva Ruiz\n")
    assert author_name() == "Eva Ruiz"
    monkeypatch.delenv("TWIN_AUTHOR")
    monkeypatch.setattr("getpass.getuser", lambda: "ben")
    assert author_name() == "ben"
