"""Transactions of the ledger: commits are durable, waiting has a timeout, and writers exclude each other."""

import os

import pytest

from twin.data.errors import LedgerError
from twin.data.ledger import engine
from twin.data.ledger.address import address
from twin.data.ledger.engine import engine_at, reading, writing
from twin.data.ledger.store import Ledger

DAY = "2026-01-05"


@pytest.fixture
def sqlite(tmp_path):
    """Return the address of an existing SQLite ledger."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    Ledger(url).close()
    return url


@pytest.fixture
def postgresql(server):
    """Return the address of a new PostgreSQL database whose default isolation is REPEATABLE READ."""
    name = server.new_database()
    server.execute(f"ALTER DATABASE {name} SET default_transaction_isolation TO 'repeatable read'")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_an_sqlite_commit_waits_for_the_disk(sqlite):
    with reading(engine_at(address(sqlite))) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL; NORMAL is 1


def test_an_sqlite_writer_takes_the_write_lock_before_it_reads(sqlite, monkeypatch):
    monkeypatch.setattr(engine, "DATABASE_TIMEOUT", 0.2)
    one, other = (engine_at(address(sqlite)) for _ in range(2))
    with writing(one):
        with pytest.raises(LedgerError, match="is busy with somebody else's change"), writing(other):
            pass
        with reading(other):  # readers are not blocked
            pass
    with writing(other):
        pass


def test_a_postgresql_writer_sees_changes_committed_while_it_waited(postgresql):
    with writing(engine_at(address(postgresql))) as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "read committed"


def test_a_postgresql_reader_sees_one_snapshot_and_cannot_write(postgresql):
    with reading(engine_at(address(postgresql))) as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "repeatable read"
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on"


def test_a_dead_connection_to_postgresql_is_noticed_in_seconds(postgresql):
    with reading(engine_at(address(postgresql))) as connection:
        given = connection.connection.dbapi_connection.info.get_parameters()
    assert int(given["connect_timeout"]) == 4  # libpq expects seconds
    assert int(given["tcp_user_timeout"]) == 4000  # libpq expects milliseconds
    silence = int(given["keepalives_idle"]) + int(given["keepalives_interval"]) * int(given["keepalives_count"])
    assert silence == 4  # [s]


def test_an_export_is_on_the_disk_before_it_replaces_the_old_file(sqlite, tmp_path, monkeypatch):
    path, seen = tmp_path / "out.csv", []
    path.write_text("old\n")

    def fsync(handle):
        seen.append((os.fstat(handle).st_size, path.read_text()))

    monkeypatch.setattr(os, "fsync", fsync)
    with Ledger(sqlite) as ledger:
        ledger.append(DAY, "A", 1)
        ledger.export(path)
    assert seen == [(path.stat().st_size, "old\n")]
    assert path.read_text() == "date,lane,volume,returns\n2026-01-05,A,1,\n"
