"""Fixtures: a new ledger for each test on both engines, a private PostgreSQL server, a built paper, and a browser."""

import gc
import json
import os
import shutil
from argparse import Namespace
from functools import partial

import apps
import pytest
import small_paper
from private_postgresql import Server, programs

from twin.command.channel import told
from twin.data.ledger.store import Ledger
from twin.data.load import read_history
from twin.plan.kept_forecasts import FOLDER_VARIABLE

# Files that take eight seconds or more, longest first; they start first, the notebooks next, and the quick files last,
# so that no worker is idle at the end.
LONG = """
hub_browser apps notebook_parameters planners_day analyst real_data ledger_reliability hub binder slow_lines
ledger_statistics ledger_large batch forked kernel_memory analyst_browser cluster ledger_secrets ledger importing
assess_table_large partners_tab interfaces wheel judged accuracy gemini own_policy reads draws seeds
verify gate permission ledger_integrity ledger_held export
""".split()
SLOW_FIXTURES = {"browser", "server", "own_server", "built_paper"}  # each takes seconds to start

gc.disable()  # until all tests are collected: what collecting makes stays, and searching it takes a quarter of the time


def pytest_collection_modifyitems(items):
    """Move the longest files and the notebooks forward, and mark as slow the tests that `make check` leaves out."""
    place = {f"test_{name}.py": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(place) + (item.path.suffix != ".ipynb")))
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        waits = parameters.get("url") == "postgresql" or SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))
        if item.path.name in place or waits:
            item.add_marker("slow")


def pytest_collection_finish():
    """Keep what collecting has made, all tests and libraries, out of every later garbage collection."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def records_are_walked_once(tmp_path_factory):
    """Let all pages and processes of a run share the forecasts of the same records, as the pages of a server do."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "forecasts"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder))
        yield


@pytest.fixture
def file(tmp_path):
    """Return a function that writes text or bytes to a file and returns its path."""

    def file(content, name="flows.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return file


@pytest.fixture
def read(file):
    """Return a function that writes text or bytes to a file and reads it; its account adds up."""

    def read(content, name="flows.csv", **options):
        history = read_history(file(content, name), **options)
        account = history.account
        assert account.rows_read == account.rows_kept + len(account.refused)
        json.dumps(account.to_dict())
        return history

    return read


@pytest.fixture
def read_rows(read):
    """Return a function that reads a file as `read` does, and leaves out the unusable rows, however many they are."""
    return partial(read, good_rows_only=True)


def new_server():
    """Return a running server; without PostgreSQL's programs, the test is skipped, or fails under CI."""
    if programs() is None:
        end = pytest.fail if os.environ.get("CI") else pytest.skip
        end("PostgreSQL must be installed (initdb on the PATH, or Debian's package postgresql)")
    return Server()


@pytest.fixture(scope="module")
def browser():
    """Yield a browser for one module; its event loop would disturb the tests of other modules."""
    if apps.chromium() is None:
        end = pytest.fail if os.environ.get("CI") else pytest.skip
        end("a browser must be installed (Debian's package chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=apps.chromium(), args=apps.FLAGS)
        yield made
        made.close()


@pytest.fixture
def page(browser):
    """Yield an empty page of a new browser profile, in light colours."""
    made = apps.new_page(browser)
    yield made
    made.context.close()


@pytest.fixture(scope="session")
def server():
    """Yield the PostgreSQL server that tests share and must leave running."""
    made = new_server()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def own_server():
    """Yield a PostgreSQL server that the tests of one module may stop and break."""
    made = new_server()
    yield made
    made.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """Return the address of a new, empty ledger; each test runs once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        return
    server = request.getfixturevalue("server")
    with server.lent_database() as name:
        yield server.url(name)


@pytest.fixture
def ledger(url):
    """Yield a new, empty ledger; each test runs once on each engine."""
    with Ledger(url) as made:
        yield made


@pytest.fixture(scope="session")
def built_paper(tmp_path_factory):
    """Return the folder of a paper that is built once; tests copy it."""
    from twin.batch.paper import build

    made = small_paper.make_project(tmp_path_factory.mktemp("built"))
    assert build(made) == 0
    return made


@pytest.fixture
def paper(built_paper, tmp_path):
    """Return the folder of a copy of the built paper, for one test."""
    shutil.copytree(built_paper.parent, tmp_path / "project", symlinks=True)
    return tmp_path / "project" / "paper"


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory):
    """A folder in which tests may name folders of their own; most never make them."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def nobodys_ledger(monkeypatch, empty_folder, request):
    """Keep tests away from the ledger of whoever runs them; return the folder that theirs would be in."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    place = empty_folder / f"{hash(request.node.nodeid):x}"
    monkeypatch.setenv("XDG_DATA_HOME", str(place))
    return place


@pytest.fixture
def unexpected(monkeypatch):
    """Return the tracebacks of unexpected errors, which a page says as "Something went wrong here"."""
    from twin.view import guard

    found = []
    monkeypatch.setattr(guard, "_log", found.append)
    return found


@pytest.fixture
def bare_hub(monkeypatch):
    """Return a hub without pictures, which take most of the time and read no messages."""
    from twin.view.hub.hub import Hub

    monkeypatch.setattr(Hub, "_draw", lambda *_: None)
    return Hub("", "BER-MUC")


@pytest.fixture
def progress():
    """Show the progress of functions on stderr, as their commands do."""
    with told(Namespace()):
        yield
