"""The password of the database appears in no output, log, exception, file or page."""

import json
import logging
import os
import socket
import subprocess
import sys
import time
import traceback
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from processes import command_line

from twin.batch import jobs
from twin.batch.normal_form import dumps
from twin.batch.notebook import NotebookError, execute
from twin.batch.plan import Job, read_plan
from twin.batch.provenance import inputs_of
from twin.data.errors import LedgerError
from twin.data.ledger.store import Ledger
from twin.data.load import load_history
from twin.data.scenarios import research_lanes

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "03_cooperation.ipynb"
QUICK = {"live": False, "samples": 20_000}
SECRET = "Pl4nted-s3cret"
WRONG = "Wr0ng-s3cret"  # a mistyped password


@pytest.fixture
def address(server):
    """Return the address of a ledger with the research lanes, protected by a password."""
    with server.lent_database() as name:
        server.execute(
            "DROP ROLE IF EXISTS planner",
            f"CREATE ROLE planner LOGIN PASSWORD '{SECRET}'",
            "GRANT ALL ON SCHEMA public TO planner",
            database=name,
        )
        url = server.url(name, "planner", SECRET)
        with Ledger(url) as ledger:
            ledger.import_history(research_lanes())
        yield url
    server.execute("DROP ROLE planner")


@pytest.fixture
def wrong(address):
    return address.replace(SECRET, WRONG)


def told(text, *needed):
    """Check that a text holds the needed words and neither password."""
    assert SECRET not in text and WRONG not in text
    assert all(words in text for words in needed), text
    return text


def run(address, *arguments, **options):
    """Run the command line on a ledger; return its exit code and all its output."""
    process = command_line(*arguments, env={"DATABASE_URL": address}, **options)
    said = "".join(process.communicate())
    return process.returncode, said


def frames(error):
    """Return all that a debugger shows of an error below the frame of the test: lines and local variables."""
    error = error.with_traceback(error.__traceback__.tb_next)
    return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())


@pytest.mark.parametrize("verb", ["status", "lanes", "seed", "export", "log 2026-01-05 A 1", "delete 99", "reset"])
def test_the_command_line(address, wrong, verb):
    told(run(address, "ledger", *verb.split(), "--json")[1])
    code, said = run(wrong, "ledger", *verb.split())
    assert code == 3 and told(said, "refuses this user and password").count("\n") == 1


def test_assess(address, wrong):
    for arguments in (["ledger:", "--json"], ["ledger:", "--csv"], ["ledger:"], [address]):
        code, said = run(address, "assess", *arguments)
        assert code == 0 and told(said, "HAM-ROT", "3,276 rows" if "--json" not in arguments else "3276")
    assert run(wrong, "assess", wrong)[0] == 3


def test_a_dot_env_file_is_read_and_the_environment_overrides_it(address, wrong, tmp_path):
    (tmp_path / ".env").write_text(f'DATABASE_URL="{address}"\n')
    inside = tmp_path / "notebooks"
    inside.mkdir()
    code, said = run("", "ledger", "status", cwd=inside)
    assert code == 0 and told(said, "3276")
    assert run(wrong, "ledger", "status", cwd=inside)[0] == 3


@pytest.mark.parametrize(
    "spoilt",
    [
        "mysql://user:{}@host/db",
        "postgresql://user:{}@@host/db",
        "postgresql://user:x@{}@host/db",
        "postgresql://user:{}@host:port/db",
        "postgresql//{}",
        "postgresql:///user:{}@127.0.0.1:5432/flows",
        "postgresql://us/er:{}@host/db",
        "{}",
        "sqlite://{}@",
        "sqlite:///{}.sqlite",
        "sqlite:///:memory:?{}",
    ],
)
def test_addresses_that_cannot_be_read(spoilt, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", spoilt.format(SECRET))
    with pytest.raises(LedgerError) as error:
        load_history("ledger:")
    told(frames(error.value), "the address of the ledger (DATABASE_URL)")


def test_exceptions_and_their_frames_hold_no_password(address, wrong, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", wrong)
    with pytest.raises(LedgerError) as error:
        load_history("ledger:")
    told(frames(error.value) + repr(error.value), "refuses this user and password")
    told(repr(Ledger(address)) + str(vars(Ledger(address))) + str(Ledger(address).status()))


def test_debug_logs_hold_no_password(address, wrong, caplog):
    with caplog.at_level(logging.DEBUG):
        for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg", "psycopg.pq"):
            caplog.set_level(logging.DEBUG, logger=name)
        with Ledger(address) as ledger:
            ledger.append("2026-01-05", "A", 1)
            ledger.statistics()
        with pytest.raises(LedgerError):
            Ledger(wrong)
    told(caplog.text, "INSERT INTO twin_flow")


def test_notebooks(address, wrong, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", address)
    told(dumps(execute(NOTEBOOK, {**QUICK, "history": "ledger:"})), "3,276 rows = 3,276 kept")
    for spelled in (address, address.replace("planner:", "").replace(f"{SECRET}@", "") + f"?password={SECRET}"):
        with pytest.raises(ValueError, match="history must not hold a user or password") as refusal:
            execute(NOTEBOOK, {**QUICK, "history": spelled})
        told(str(refusal.value))
    monkeypatch.setenv("DATABASE_URL", wrong)
    with pytest.raises(NotebookError) as error:
        execute(NOTEBOOK, {**QUICK, "history": "ledger:"})
    told(str(error.value), "refuses this user and password")


def test_jobs_of_a_paper_name_the_ledger_and_never_its_password(address, tmp_path, monkeypatch):
    parameters = {**QUICK, "history": address}
    plan = {"name": "ledger", "notebook": os.path.relpath(NOTEBOOK, tmp_path), "parameters": parameters}
    (tmp_path / "figures.yml").write_text(yaml.safe_dump({"jobs": [plan]}))
    with pytest.raises(ValueError, match="history must not hold a user or password") as error:
        read_plan(tmp_path)
    told(str(error.value), "DATABASE_URL")
    parameters["history"] = "ledger:"
    (tmp_path / "figures.yml").write_text(yaml.safe_dump({"jobs": [plan]}))
    (job,) = read_plan(tmp_path)
    monkeypatch.setenv("DATABASE_URL", address)
    assert jobs.run([job]) == {}
    kept = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert tmp_path / "out" / "logs" / "ledger.log" in kept
    told("".join(path.read_text(errors="replace") for path in kept), "3,276 rows = 3,276 kept")
    assert not jobs.is_finished(job, inputs_of([job])["ledger"])  # the ledger may have changed


def test_a_notebook_whose_own_default_is_the_ledger_is_never_finished(tmp_path):
    cells = json.loads(NOTEBOOK.read_text())
    text = json.dumps(cells).replace('history: str = \\"\\"', 'history: str = \\"ledger:\\"')
    (tmp_path / "own.ipynb").write_text(text)
    job = Job("own", "own.ipynb", {}, (), (), tmp_path)
    job.folder.mkdir(parents=True)
    inputs = inputs_of([job])["own"]
    (job.folder / "results.json").write_text(json.dumps({"provenance": inputs, "results": {}}))
    (job.folder / "own.ipynb").write_text("{}")
    assert '"ledger:' in text and not jobs.is_finished(job, inputs)


def test_processes_and_pages(address, tmp_path):
    """Check a page served from the ledger and, while it runs, the command lines of all processes."""
    notebook = execute(NOTEBOOK, QUICK)
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).replace('history: str = ""', 'history: str = "ledger:"')
    (tmp_path / "page.ipynb").write_text(dumps(notebook))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voila", "page.ipynb", "--no-browser", f"--port={port}", "--debug"]
    with (tmp_path / "log").open("w") as log:
        environment = {**os.environ, "DATABASE_URL": address}
        voila = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env=environment)
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as page:
            told(page.read().decode(), "3,276 rows = 3,276 kept")
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            told(process.read_bytes().decode(errors="replace"))
    finally:
        voila.terminate()
        voila.wait(30)
    told((tmp_path / "log").read_text())


def test_a_password_with_marks_of_an_address_is_refused_with_the_way_to_write_it():
    with pytest.raises(LedgerError, match="%40 for @, %2F for /") as error:
        Ledger("postgresql://planner:top@sec/ret@127.0.0.1:5432/flows")
    assert "sec" not in str(error.value) and "ret" not in str(error.value)
