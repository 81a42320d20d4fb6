"""Failures around the ledger: one sentence within seconds, no data lost, and the next call works.

Everything here is real: killed processes, stopped servers, full disks.
"""

import os
import random
import signal
import socket
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from processes import Forked, command_line

from twin.data.errors import LedgerError
from twin.data.ledger.store import RESET_TOKEN, Ledger

PATIENCE = 5  # [s] longest time until an error is raised
KILLS = 20
WRITERS, EACH = 8, 1_250
PAUSE = 0.1  # time between two reads of a reader [s]
DAY = "2026-01-05"


@contextmanager
def sentence(words):
    """Expect a LedgerError with these words within the limit, on one line and without a chained cause."""
    began = time.monotonic()
    with pytest.raises(LedgerError, match=words) as error:
        yield
    assert time.monotonic() - began < PATIENCE
    assert "\n" not in str(error.value) and error.value.__suppress_context__


def write(path, rows):
    """Write a file of flows of 100 lanes."""
    with path.open("w") as stream:
        stream.write("date,lane,volume\n")
        stream.writelines(
            f"20{10 + i // 36500}-{1 + i // 3000 % 12:02d}-{1 + i // 107 % 28:02d},L{i % 100},{i % 97}\n"
            for i in range(rows)
        )
    return path


def command(url, *arguments):
    """Start the command line on a ledger."""
    return command_line("ledger", *arguments, env={"DATABASE_URL": url})


# ---------------------------------------------------------------- killed


def test_a_killed_import_leaves_all_or_nothing(ledger, url, tmp_path):
    rows = 80_000
    path = write(tmp_path / "flows.csv", rows)
    began = time.monotonic()
    assert command(url, "import", path).wait() == 0
    whole = time.monotonic() - began
    ledger.reset(RESET_TOKEN)
    rng, unfinished = random.Random(1), 0
    for _ in range(KILLS):
        process = command(url, "import", path)
        process.wait(whole * rng.uniform(0.0, 1.0))
        process.kill()
        process.communicate()
        began = time.monotonic()
        with Ledger(url) as reopened:
            flow = reopened.append(DAY, "AFTER", 1)
            assert time.monotonic() - began < PATIENCE
            reopened.delete(flow.id)
            count, past = reopened.count(), reopened.status()["imports"]
        assert (count, len(past)) in ((0, 0), (rows, 1))
        unfinished += count == 0
        ledger.reset(RESET_TOKEN)
    assert unfinished >= KILLS // 4
    assert command(url, "import", path).wait() == 0 and ledger.count() == rows


# ---------------------------------------------------------------- many at once


def append(url, writer):
    """Append flows, one at a time, and print their ids."""
    with Ledger(url) as ledger:
        for i in range(EACH):
            print(ledger.append(DAY, f"WRITER-{writer}", i).id)


def test_concurrent_writers_and_readers_lose_and_double_nothing(url):
    writers = [Forked(append, url, i) for i in range(WRITERS)]  # they also create the tables concurrently
    seen, over, failures = [], threading.Event(), []

    def read():
        try:
            with Ledger(url) as ledger:
                while not over.is_set():
                    seen.append(ledger.count())
                    if seen[-1]:
                        ledger.statistics()
                    time.sleep(PAUSE)
        except Exception as error:
            failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    acknowledged = [[int(line) for line in writer.communicate()[0].split()] for writer in writers]
    over.set()
    for reader in readers:
        reader.join()
    assert not failures and all(writer.returncode == 0 for writer in writers) and len(seen) > 10
    with Ledger(url) as ledger:
        kept = {flow.id: (flow.lane, flow.volume) for flow in ledger.records()}
    assert len(kept) == WRITERS * EACH
    for i, ids in enumerate(acknowledged):
        assert [kept[key] for key in ids] == [(f"WRITER-{i}", float(volume)) for volume in range(EACH)]


def test_the_same_file_imported_by_several_at_once_counts_once(url, tmp_path):
    path = write(tmp_path / "flows.csv", 20_000)
    imports = [command(url, "import", path, "--json") for _ in range(4)]
    outcomes = [process.communicate() for process in imports]
    assert [process.returncode for process in imports] == [0] * 4, outcomes
    assert sorted('"added": 20000' in out for out, _ in outcomes) == [False, False, False, True]
    with Ledger(url) as ledger:
        assert ledger.count() == 20_000


def test_concurrent_writers_work_under_a_stricter_default_isolation(server, tmp_path):
    name, path = server.new_database(), write(tmp_path / "flows.csv", 5_000)
    server.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    imports = [command(server.url(name), "import", path) for _ in range(4)]
    outcomes = [process.communicate() for process in imports]
    assert [process.returncode for process in imports] == [0] * 4, outcomes
    with Ledger(server.url(name)) as ledger:
        assert ledger.count() == 5_000


def test_waiting_for_a_lock_has_a_timeout(server):
    name = server.new_database()
    with (
        Ledger(server.url(name)) as ledger,
        psycopg.connect(server.url(name).replace("postgres", "postgresql", 1)) as other,
    ):
        ledger.append(DAY, "A", 1)
        other.execute("LOCK TABLE twin_flow IN ACCESS EXCLUSIVE MODE")
        for call in (ledger.count, ledger.statistics, lambda: ledger.append(DAY, "A", 1)):
            with sentence("is busy with somebody else's change; try again in a moment"):
                call()
        other.rollback()
        assert ledger.count() == 1


def test_a_ledger_is_busy_while_somebody_else_writes(ledger):
    from twin.data.ledger.engine import writing
    from twin.data.ledger.schema import flows

    flow = ledger.append(DAY, "A", 1)
    with writing(ledger._engine) as connection:
        connection.execute(flows.delete().where(flows.c.id == flow.id))
        assert ledger.count() == 1  # readers do not wait
        with sentence("is busy with somebody else's change; try again in a moment; nothing was changed"):
            ledger.delete(flow.id)
    assert ledger.count() == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_opens_its_own_connections(ledger):
    from twin.data.ledger.engine import reading

    def connection():  # identifies a connection: process of the server, or the open file
        with reading(ledger._engine) as found:
            if found.dialect.name == "postgresql":
                return found.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            return found.connection.dbapi_connection

    ledger.append(DAY, "A", 1)
    before = connection()
    if (child := os.fork()) == 0:
        done = ledger.append(DAY, "A", 2).volume == 2.0 and ledger.count() == 2 and connection() != before
        os._exit(0 if done else 1)
    assert os.waitpid(child, 0)[1] == 0 and connection() == before
    assert ledger.append(DAY, "A", 3).volume == 3.0 and ledger.count() == 3


# ---------------------------------------------------------------- the server goes away


@pytest.fixture
def remote(own_server):
    """Yield a ledger on a server that the test can stop."""
    name = own_server.new_database()
    with Ledger(own_server.url(name)) as ledger:
        yield ledger
        own_server.start() if own_server.process.poll() is not None else None


def test_a_server_that_restarts_between_two_calls_is_not_noticed(remote, own_server):
    remote.append(DAY, "A", 1)
    own_server.stop()
    own_server.start()
    assert remote.append(DAY, "A", 2).volume == 2.0 and remote.count() == 2


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_a_stopped_server_gives_one_sentence_until_it_is_back(remote, own_server, how):
    remote.append(DAY, "A", 1)
    own_server.stop(how)
    for call in (remote.count, remote.status, lambda: remote.append(DAY, "A", 2), lambda: remote.delete(1)):
        with sentence(
            r"the ledger at postgresql://127\.0\.0\.1:\d+/flows_\d+ cannot be reached: is the server running"
        ):
            call()
    own_server.start()
    assert remote.append(DAY, "A", 2).volume == 2.0 and remote.count() == 2


@pytest.mark.parametrize("end", ["restart", "terminate"])
def test_an_import_that_loses_its_server_leaves_nothing(remote, own_server, tmp_path, end):
    path, errors = write(tmp_path / "flows.csv", 200_000), []

    def bring():
        try:
            remote.import_file(path)
        except LedgerError as error:
            errors.append(str(error))

    importing = threading.Thread(target=bring)
    importing.start()
    copying = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY twin_flow%' AND state = 'active'"
    while own_server.execute(copying) == [(0,)] and importing.is_alive():
        time.sleep(0.01)
    if end == "restart":
        own_server.stop()
        own_server.start()
    else:
        own_server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY twin_flow%'")
    importing.join()
    (said,) = errors
    assert "cannot be reached" in said and said.endswith("nothing was changed")
    assert remote.count() == 0 and remote.import_file(path).records == 200_000


def test_a_connection_that_is_dropped_is_replaced(remote, own_server):
    remote.append(DAY, "A", 1)
    own_server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'twin'")
    assert remote.append(DAY, "A", 2).volume == 2.0


def test_an_address_without_a_server_gives_one_sentence():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with sentence(rf"the ledger at postgresql://127\.0\.0\.1:{port}/flows cannot be reached"):
        Ledger(f"postgresql://user:pw@127.0.0.1:{port}/flows")


def test_a_server_that_accepts_but_never_answers_times_out():
    with socket.create_server(("127.0.0.1", 0)) as mute:
        with sentence("cannot be reached"):
            Ledger(f"postgresql://user:pw@127.0.0.1:{mute.getsockname()[1]}/flows")


@pytest.mark.parametrize(
    ("database", "user", "password", "said"),
    [
        ("postgres", "owner", "wrong", "refuses this user and password"),
        ("postgres", "nobody", "wrong", "refuses this user and password"),
        ("missing", None, None, "does not exist: the server has no such database"),
    ],
)
def test_wrong_credentials_and_databases(server, database, user, password, said):
    given = {} if user is None else {"user": user, "password": password}
    with sentence(said):
        Ledger(server.url(database, **given))


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("ALTER ROLE visitor CONNECTION LIMIT 0", "has no connection left for one more user"),
        ("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", "gives this user no right to connect"),
        ("ALTER ROLE visitor NOLOGIN", "refuses this user and password"),
    ],
)
def test_refused_connections_name_their_cause(server, statement, said):
    name = server.new_database()
    server.execute("DROP ROLE IF EXISTS visitor", "CREATE ROLE visitor LOGIN PASSWORD 'knocks'")
    server.execute(statement.format(name))
    with sentence(said):
        Ledger(server.url(name, "visitor", "knocks"))


# ---------------------------------------------------------------- may only read


def test_a_role_that_may_only_read(server):
    name = server.new_database()
    with Ledger(server.url(name)) as owners:
        owners.append(DAY, "A", 1)
        server.execute(
            "DROP ROLE IF EXISTS reader",
            "CREATE ROLE reader LOGIN PASSWORD 'only-reads'",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
            database=name,
        )
        with Ledger(server.url(name, "reader", "only-reads")) as readers:
            assert readers.count() == 1 and readers.lanes() == ["A"]
            for change in (lambda: readers.append(DAY, "A", 2), lambda: readers.reset(RESET_TOKEN)):
                with sentence("gives this user no right to do that; nothing was changed"):
                    change()
        assert owners.append(DAY, "A", 2).volume == 2.0 and owners.count() == 2
        server.execute("DROP OWNED BY reader", "DROP ROLE reader", database=name)


def test_a_file_that_may_only_be_read(tmp_path):
    path = tmp_path / "ledger.sqlite"
    with Ledger(f"sqlite:///{path}") as owners, Ledger(f"sqlite:///file:{path}?mode=ro&uri=true") as readers:
        owners.append(DAY, "A", 1)
        assert readers.count() == 1
        with sentence("may only be read here; nothing was changed"):
            readers.append(DAY, "A", 2)
        assert owners.append(DAY, "A", 2).volume == 2.0 and readers.count() == 2


@pytest.mark.parametrize(("content", "said"), [(b"this is no database at all" * 99, "is no SQLite file"), (b"", None)])
def test_files_that_are_no_ledger(tmp_path, content, said):
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(content)
    if said is None:  # an empty file is an empty database
        assert Ledger(f"sqlite:///{path}").count() == 0
        return
    with sentence(said):
        Ledger(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_a_folder_that_cannot_be_made_gives_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    for place in ("file", "nowhere"):  # the folder is not created, because the address is probably wrong
        with sentence("cannot be opened: does its folder exist"):
            Ledger(f"sqlite:///{tmp_path / place / 'ledger.sqlite'}")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


# ---------------------------------------------------------------- the disk is full


@pytest.fixture
def small_disk(request):
    """Yield a folder on a disk of limited size, and a function that enlarges it."""
    with tempfile.TemporaryDirectory(prefix="twin-disk-") as made:  # the server's user could not enter tmp_path
        mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "tmpfs", made]
        if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
            pytest.skip("only root can make a small disk")
        try:
            yield Path(made), lambda: subprocess.run(["mount", "-o", "remount,size=200m", made], check=True)
        finally:
            subprocess.run(["umount", "--lazy", made], check=True)


def fill(ledger, path, more_room):
    """Import more than the disk can hold, enlarge the disk, and import it again."""
    ledger.append(DAY, "A", 1)
    with pytest.raises(
        LedgerError, match=r"(has no space left on its disk|cannot be read or written).*nothing was changed"
    ):
        ledger.import_file(path, sure=True)  # years before the other flow
    assert ledger.count() == 1
    more_room()
    assert ledger.import_file(path, sure=True).records == 300_000 and ledger.count() == 300_001


@pytest.mark.parametrize("small_disk", ["4m"], indirect=True)
def test_a_full_disk_under_sqlite(small_disk, tmp_path):
    folder, more_room = small_disk
    with Ledger(f"sqlite:///{folder / 'ledger.sqlite'}") as ledger:
        fill(ledger, write(tmp_path / "flows.csv", 300_000), more_room)


@pytest.mark.parametrize("small_disk", ["12m"], indirect=True)  # an empty database takes eight
def test_a_full_disk_under_postgresql(small_disk, own_server, tmp_path):
    folder, more_room = small_disk
    space = folder / "space"
    space.mkdir()
    if own_server.user:
        for path in (folder, space):
            os.chown(path, own_server.user["user"], own_server.user["group"])
    own_server.execute(f"CREATE TABLESPACE small LOCATION '{space}'", "CREATE DATABASE small TABLESPACE small")
    with Ledger(own_server.url("small")) as ledger:
        fill(ledger, write(tmp_path / "flows.csv", 300_000), more_room)
    own_server.execute("DROP DATABASE small", "DROP TABLESPACE small")


def test_the_owner_can_still_use_psql(own_server):
    """Other programs can read the tables."""
    name = own_server.new_database()
    with Ledger(own_server.url(name)) as ledger:
        ledger.append(DAY, "A", 1.5)
    with psycopg.connect(own_server.url(name).replace("postgres:", "postgresql:", 1)) as connection:
        (row,) = connection.execute("SELECT date, lane, volume, returns FROM twin_flow").fetchall()
    assert (str(row[0]), *row[1:]) == (DAY, "A", 1.5, None)
