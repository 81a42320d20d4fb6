"""Damage of a ledger is noticed: no flipped bit changes an answer in silence, and verify says where the damage is."""

import json
import random
import struct

import numpy as np
import pytest
from sqlalchemy import text

from twin.__main__ import main
from twin.data.errors import LedgerError
from twin.data.ledger import integrity
from twin.data.ledger.store import Ledger

COPIES, FLIPS = 64, 8  # copies of a ledger, and flipped bits in each
QUESTIONS = (
    ["ledger", "lanes", "--json"],
    ["ledger", "status", "--json"],
    ["ledger", "export"],
    ["assess", "ledger:", "--csv"],
)


@pytest.fixture
def flows(tmp_path):
    """Return a file of 200 flows of four lanes."""
    rng = np.random.Generator(np.random.PCG64(1))
    days = np.datetime_as_string(np.datetime64("2025-01-01") + np.arange(50))
    rows = [f"{day},LANE-{lane},{rng.gamma(9, 10):.3f},{rng.integers(0, 9)}" for day in days for lane in range(4)]
    path = tmp_path / "flows.csv"
    path.write_text("\n".join(["date,lane,volume,returns", *rows]) + "\n")
    return path


@pytest.fixture
def made(flows, tmp_path, monkeypatch):
    """Return the file of an SQLite ledger of 200 imported flows and a logged one; it is the default ledger."""
    path = tmp_path / "ledger.sqlite"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{path}")
    with Ledger() as ledger:
        ledger.import_file(flows)
        ledger.append("2025-01-05", "LANE-1", 77.125)
    return path


@pytest.fixture
def run(capsys):
    """Return a function that runs a command and returns its exit code, output and errors."""

    def run(*arguments):
        return main(list(arguments)), *capsys.readouterr()

    return run


def write(path, content):
    """Write a file of SQLite, without the log of an earlier one."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    path.write_bytes(content)


def flipped(content, seed):
    """Return a content with a few bits flipped."""
    rng, content = random.Random(seed), bytearray(content)
    for _ in range(FLIPS):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return content


def test_no_flipped_bit_changes_an_answer_in_silence(made, run):
    right, clean = [run(*question) for question in QUESTIONS], made.read_bytes()
    assert [code for code, _, _ in right] == [0] * len(QUESTIONS)
    refused = 0
    for seed in range(COPIES):
        write(made, flipped(clean, seed))
        for question, expected in zip(QUESTIONS, right, strict=True):
            code, out, err = run(*question)
            if code == 3:
                assert out == "" and err.startswith(f"twin: the ledger at {made} ") and err.count("\n") == 1
                assert "server" not in err
                refused += 1
            else:  # the bits are in a part of a page that is not in use
                assert (code, out, err) == expected, (seed, question)
        assert run("ledger", "verify")[0] == code
    assert refused > COPIES * len(QUESTIONS) // 2


@pytest.mark.parametrize("place", [0, 1])
def test_a_changed_digit_in_the_table_or_in_the_index_is_noticed(made, run, place):
    """Each volume is stored twice; the last bit of one of them is flipped, which no check of structure can see."""
    parts = made.read_bytes().split(struct.pack(">d", 77.125))
    assert len(parts) == 3
    values = [struct.pack(">d", 77.125), struct.pack(">d", np.nextafter(77.125, 78))]
    write(made, parts[0] + values[place == 0] + parts[1] + values[place == 1] + parts[2])
    for command in (
        *QUESTIONS,
        ["ledger", "import", str(made.with_name("flows.csv"))],
        ["ledger", "undo", "1"],
        ["ledger", "log", "2025-01-06", "LANE-1", "80"],
    ):
        code, out, err = run(*command)
        assert (code, out) == (3, "") and "is damaged (row 201 missing from index twin_flow_by_lane)" in err
        assert (
            "restore a copy of it, or export what can be read (ledger export --damaged); ledger verify says more" in err
        )
    code, out, err = run("ledger", "verify")
    assert code == 3 and err == "" and "DAMAGED      row 201 missing from index twin_flow_by_lane" in out


def test_a_changed_entry_of_an_import_is_noticed(made, run):
    write(made, made.read_bytes().replace(b"flows.csv", b"flowt.csv"))
    code, out, err = run("ledger", "status")
    assert (code, out) == (3, "") and "is damaged (the entry of import 1 has changed)" in err


def test_a_file_without_its_table_of_the_version_gets_no_new_tables(made, run):
    write(made, made.read_bytes().replace(b"twin_schema", b"twin_schemb"))
    before = made.read_bytes()
    code, out, err = run("ledger", "status")
    assert (code, out) == (3, "") and "lacks its table twin_schema: it is damaged" in err
    assert made.read_bytes() == before


@pytest.mark.parametrize(("page", "day"), [(0, "2025-02-19"), (-1, "2025-01-01")])
def test_what_can_be_read_of_a_damaged_ledger_is_exported(made, run, page, day):
    """The first or the last page of the table is damaged; the flows of the other pages are written."""
    right = run("ledger", "export")[1].splitlines()
    content = bytearray(made.read_bytes())
    leaves = [at for at in range(0, len(content), 4096) if content[at] == 13 and b"LANE-3" in content[at : at + 4096]]
    content[leaves[page]] = 99  # the first byte of a page is its kind
    write(made, content)
    assert run("ledger", "export")[0] == 3
    code, out, err = run("ledger", "export", "--damaged")
    rescued = out.splitlines()
    assert code == 3 and 20 < len(rescued) < len(right) and set(rescued) < set(right)
    assert f"{len(rescued) - 1} flows of {made} could be read, without any check" in err
    assert any(day in line for line in rescued)
    code, _, err = run("ledger", "export", "--damaged", "--lane", "LANE-1")
    assert code == 2 and "--damaged must be said alone" in err


def test_a_damaged_ledger_is_exported_without_a_traceback(made, run):
    clean = made.read_bytes()
    for seed in range(COPIES):
        write(made, flipped(clean, seed))
        assert run("ledger", "export", "--damaged")[0] == 3


def test_a_sound_ledger_passes_every_check(ledger, flows):
    ledger.import_file(flows)
    ledger.append("2025-01-05", "LANE-1", 77.125)
    checks = {check.name: check for check in ledger.verify()}
    assert all(check.passed is not False for check in checks.values())
    assert checks["flows of imports"].found.startswith("counts and sums agree; 1 flow was logged one by one")
    assert checks["entries of imports"].found == "1 as written"


@pytest.mark.parametrize(
    ("change", "check", "found"),
    [
        ("UPDATE twin_flow SET volume = volume + 1 WHERE id = 7", "flows of imports", "is not the one that was import"),
        ("UPDATE twin_flow SET import_id = NULL WHERE id = 7", "flows of imports", "has 199 flows and should have 200"),
        (
            "UPDATE twin_flow SET import_id = 9 WHERE id = 7",
            "flows of imports",
            "1 flow names import 9, which",
        ),
        ("DELETE FROM twin_flow WHERE id = 7", "flows of imports", "import 1 has 199 flows and should have 200"),
        ("UPDATE twin_import SET records = 100", "entries of imports", "the entry of import 1 has changed"),
    ],
)
def test_verify_finds_what_other_programs_have_changed(ledger, flows, change, check, found):
    ledger.import_file(flows)
    with ledger._engine.begin() as connection:
        connection.execute(text(change))
    checks = {check.name: check for check in ledger.verify()}
    assert checks[check].passed is False and found in checks[check].found


def test_deleted_and_replaced_flows_keep_the_counts_and_sums(ledger, flows, tmp_path):
    ledger.import_file(flows)
    ids = ledger.read("LANE-2")["id"].tolist()
    ledger.delete(*ids[:3])
    revised = tmp_path / "revised.csv"
    revised.write_text(flows.read_text().replace(",LANE-3,", ",LANE-3,1"))
    assert ledger.import_file(revised, held="replace").counts[:3] == (3, 147, 50)
    assert all(check.passed is not False for check in ledger.verify())
    assert ledger.undo(2) == (53, 50) and all(check.passed is not False for check in ledger.verify())


def test_an_index_that_misses_a_flow_is_found_by_amcheck(server, flows):
    with server.lent_database() as name, Ledger(server.url(name)) as ledger:
        ledger.import_file(flows)
        assert {check.name: check.passed for check in ledger.verify()}["table and index"] is None
        server.execute("CREATE EXTENSION amcheck", database=name)
        assert {check.name: check.passed for check in ledger.verify()}["table and index"] is True
        hide = "UPDATE pg_index SET indisready = false WHERE indexrelid = 'twin_flow_by_lane'::regclass"
        server.execute(hide, database=name)  # flows that are added now do not enter the index
        ledger.append("2025-02-01", "LANE-1", 5)
        server.execute(hide.replace("false", "true"), database=name)
        checks = {check.name: check for check in ledger.verify()}
    assert checks["table and index"].passed is False and "is damaged" in checks["table and index"].found


def test_verify_as_json(made, run):
    code, out, _ = run("ledger", "verify", "--json")
    assert code == 0 and json.loads(out)["sound"] is True
    assert [check["passed"] for check in json.loads(out)["checks"]] == [True] * 5


def test_a_file_that_has_not_changed_is_checked_once(made, monkeypatch):
    seen, plain = [], integrity.file_damage
    monkeypatch.setattr(integrity, "file_damage", lambda *arguments: seen.append(1) or plain(*arguments))
    with Ledger() as ledger:
        for _ in range(3):
            ledger.statistics()
            ledger.status()
        assert len(seen) == 1
        with Ledger() as other:
            other.append("2025-01-06", "LANE-1", 5)
        ledger.statistics()
        assert len(seen) == 3  # the other's first use, and the changed file


def test_a_ledger_of_the_first_version_is_migrated(ledger, url, flows):
    ledger.import_file(flows)
    before = ledger.statistics()
    columns = [f"ALTER TABLE twin_import DROP COLUMN {name}" for name in ("kept", "checksum", "seal", "author")]
    with ledger._engine.begin() as connection:
        for statement in (
            "DROP VIEW twin_flow_iso",
            *columns,
            "DROP TABLE twin_replaced",
            "UPDATE twin_schema SET version = 1",
        ):
            connection.execute(text(statement))
    with Ledger(url) as migrated:
        assert migrated.statistics().equals(before) and migrated.status()["schema_version"] == 6
        checks = {check.name: check for check in migrated.verify()}
        assert all(check.passed is not False for check in checks.values())
        assert "1 import of an earlier version without sums" in checks["flows of imports"].found
        assert migrated.import_file(flows).repeated and migrated.undo(1) == (200, 0)


def test_a_damaged_ledger_of_the_first_version_is_not_migrated(made):
    with Ledger() as ledger, ledger._engine.begin() as connection:
        connection.execute(text("UPDATE twin_schema SET version = 1"))
    parts = made.read_bytes().split(struct.pack(">d", 77.125))
    write(made, parts[0] + struct.pack(">d", 78.125) + parts[1] + struct.pack(">d", 77.125) + parts[2])
    before = made.read_bytes()
    with pytest.raises(LedgerError, match="is damaged"):
        Ledger()
    assert made.read_bytes() == before
