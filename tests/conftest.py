"""A ledger for each test, on both engines, a PostgreSQL server of the tests' own, and a browser."""

import gc
import os
import shutil

import apps
import pytest
import small_paper
from private_postgresql import Server, programs

from twin.data.ledger.store import Ledger

# Files that take eight seconds or more, the longest first: begun first, they leave no worker alone at the end.
LONG = """hub_browser apps ledger_statistics ledger_reliability analyst hub ledger_large notebook_parameters batch
binder forked analyst_browser cluster ledger_secrets ledger assess_table_large real_data partners_tab doors wheel""".split()
SLOW_FIXTURES = {"browser", "server", "own_server", "built_paper"}  # each takes seconds to be made


def pytest_collection_modifyitems(items):
    """Begin with the longest files, and mark as slow what `make check` leaves out."""
    place = {f"test_{name}.py": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        waits = parameters.get("url") == "postgresql" or SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))
        if item.path.name in place or waits:
            item.add_marker("slow")


def pytest_collection_finish():
    """Keep what collecting has made, all tests and libraries, out of every later garbage collection."""
    gc.collect()
    gc.freeze()


def new_server():
    """Return a running server; where none is installed the test is skipped, and under CI it fails."""
    if programs() is None:
        end = pytest.fail if os.environ.get("CI") else pytest.skip
        end("PostgreSQL must be installed (initdb on the PATH, or Debian's package postgresql)")
    return Server()


@pytest.fixture(scope="module")
def browser():
    """A browser, for a module: its event loop would be in the way of others' tests."""
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
    """An empty page of a reader of one's own, in light colours."""
    made = apps.new_page(browser)
    yield made
    made.context.close()


@pytest.fixture(scope="session")
def server():
    """The server that tests share; they leave it running."""
    made = new_server()
    yield made
    made.remove()


@pytest.fixture(scope="module")
def own_server():
    """A server that the tests of a module may stop and break."""
    made = new_server()
    yield made
    made.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The address of a new, empty ledger, on both engines in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'ledger.sqlite'}"
        return
    server = request.getfixturevalue("server")
    with server.lent_database() as name:
        yield server.url(name)


@pytest.fixture
def ledger(url):
    """A new, empty ledger, on both engines in turn."""
    with Ledger(url) as made:
        yield made


@pytest.fixture(scope="session")
def built_paper(tmp_path_factory):
    """A paper that was built once; tests copy it."""
    from twin.batch.paper import build

    made = small_paper.make_project(tmp_path_factory.mktemp("built"))
    assert build(made) == 0
    return made


@pytest.fixture
def paper(built_paper, tmp_path):
    """A built paper of one's own."""
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
