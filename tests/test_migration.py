"""The version of a ledger's tables: older ones are migrated, all or nothing, and others refused."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from ledger_flows import DAY

from twin.data.errors import LedgerError
from twin.data.ledger import migration
from twin.data.ledger.store import Ledger


@pytest.fixture
def claims(ledger):
    """Return a function that sets the version that the ledger states of its tables."""
    from sqlalchemy import text

    def claims(number):
        with ledger._engine.begin() as connection:
            connection.execute(text(f"UPDATE twin_schema SET version = {number}"))

    return claims


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "knows 6 and no way there; export its flows with the Twin that made it, and import them into a new ledger"),
        (7, "knows 6; install a newer Twin"),
    ],
)
def test_an_older_or_newer_schema_is_refused_and_left_unchanged(ledger, url, claims, number, said):
    ledger.append(DAY, "A", 1)
    claims(number)
    with pytest.raises(LedgerError, match=f"has version {number} of its tables, and this Twin {said}"):
        Ledger(url)
    assert ledger.count() == 1 and ledger.status()["schema_version"] == number


@pytest.fixture
def later(monkeypatch):
    """Set the program's version of the tables to 8, with a migration from 6 to 7; return the migrations by version."""
    from sqlalchemy import text

    monkeypatch.setattr(migration, "VERSION", 8)
    steps = {6: lambda connection: connection.execute(text("ALTER TABLE twin_flow ADD COLUMN carrier TEXT"))}
    monkeypatch.setattr(migration, "MIGRATIONS", steps)
    return steps


def columns(ledger):
    """Return the names of the columns of the table of flows."""
    from sqlalchemy import inspect

    return [column["name"] for column in inspect(ledger._engine).get_columns("twin_flow")]


def test_a_migration_is_told_because_an_older_program_is_refused_afterwards(ledger, url, later, caplog):
    later[7] = lambda connection: None
    with caplog.at_level("INFO", "twin"), Ledger(url):
        pass
    assert "have been migrated to version 8, which an older Twin refuses" in caplog.text


def test_an_older_schema_is_migrated_from_version_to_version(ledger, url, later):
    from sqlalchemy import text

    later[7] = lambda connection: connection.execute(text("UPDATE twin_flow SET carrier = 'unknown'"))
    flow = ledger.append(DAY, "A", 1)
    with ThreadPoolExecutor(4) as pool:  # concurrent processes migrate it once
        for opened in pool.map(Ledger, 4 * [url]):
            opened.close()
    with Ledger(url) as migrated:
        assert migrated.status()["schema_version"] == 8 and migrated.find(flow.id) == flow
        assert columns(migrated)[-1] == "carrier" and migrated.append(DAY, "B", 2).lane == "B"


def test_a_failed_migration_leaves_the_ledger_unchanged(ledger, url, later):
    from sqlalchemy import text

    for step, said in ((None, "has version 7 of its tables, and this Twin knows 8"), ("FAIL", "nothing was changed")):
        if step:
            later[7] = lambda connection, step=step: connection.execute(text(step))
        with pytest.raises(LedgerError, match=said):
            Ledger(url)
        assert "carrier" not in columns(ledger) and ledger.status()["schema_version"] == 6
