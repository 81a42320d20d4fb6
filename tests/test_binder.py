"""Binder: the files that repo2docker reads, the links of the README, and the suite in a browser as Binder runs it."""

import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from apps import NOTEBOOKS, ROOT, on_binder, opened
from binder_place import PACKAGES, built, user_and_python
from sockets import comms_of, connect, message, opened_page, packed, requested, write_page
from test_hub_browser import directly, ready, shows, turn

from twin.apps.sockets import PROTOCOL
from twin.batch.binder import version

README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = dict(re.findall(r"^\[(binder|(?:lab|app) \d\d)\]: (\S+)$", README, re.M))
LESSON, HUB = "01_newsvendor.ipynb", "06_operations_hub.ipynb"
WRITES = """
import os, sys
for place in sys.argv[1:]:
    try:
        os.close(os.open(f"{place}/written", os.O_CREAT | os.O_WRONLY))
        print(place)
    except OSError:
        pass
"""


@pytest.fixture(scope="module")
def place():
    """Yield the project as Binder builds it."""
    found = user_and_python()
    if found is None:
        pytest.skip(f"no Python {sys.version_info[0]}.{sys.version_info[1]} that may be run by others reads {PACKAGES}")
    with built(*found) as place:
        yield place


@pytest.fixture(scope="module")
def server(place):
    """Yield the server that Binder would start."""
    with on_binder(place) as server:
        yield server


def asked(link):
    """Return the path that a link requests from the server."""
    (page,) = parse_qs(urlsplit(link).query, strict_parsing=True)["urlpath"]
    return page


def test_repo2docker_finds_environment_post_build_and_start():
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "--user-id=1000", "--user-name=jovyan"]
    nowhere = {**os.environ, "DOCKER_HOST": "unix:///nowhere"}
    read = subprocess.run([*command, "."], cwd=ROOT, env=nowhere, capture_output=True, text=True, check=True)
    (python,) = re.findall(r"python=(\S+)", (ROOT / "binder/environment.yml").read_text(encoding="utf-8"))
    assert f"Building conda environment for python={python}\n" in read.stderr
    for step in (
        "COPY --chown=1000:1000 src/binder/environment.yml ${REPO_DIR}/binder/environment.yml",
        '${MAMBA_EXE} env update -p ${NB_PYTHON_PREFIX} --file "binder/environment.yml"',
        "COPY --chown=1000:1000 src/ ${REPO_DIR}/",
        "RUN ./binder/postBuild",
        'ENV R2D_ENTRYPOINT="${REPO_DIR}/binder/start"',
    ):
        assert step in read.stdout, step


def test_the_readme_links_the_contents_in_lab_and_each_notebook_as_lesson_and_as_app():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    repository = urlsplit(project["urls"]["Repository"]).path
    wanted = {"binder": "lab/tree/notebooks/00_contents.ipynb"}
    for path in sorted(NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))[1:]:
        wanted[f"lab {path.name[:2]}"] = f"lab/tree/notebooks/{path.name}"
        wanted[f"app {path.name[:2]}"] = f"voila/render/notebooks/{path.name}"
    assert {name: asked(link) for name, link in LINKS.items()} == wanted
    assert all(link.startswith(f"https://mybinder.org/v2/gh{repository}/{version(ROOT)}?") for link in LINKS.values())
    assert set(re.findall(r"\]\[([a-z0-9 ]+)\]", README)) == set(LINKS)


def test_the_environment_has_this_checkout_installed(place):
    found = place.run("python", "-P", "-c", "import twin; print(twin.__file__)")  # -P: without this folder
    assert found == f"{place.checkout}/twin/__init__.py\n"


def test_the_user_writes_into_checkout_and_environment_only(place):
    own = [str(place.checkout), str(place.environment)]
    others = [str(ROOT), PACKAGES] if place.user else []  # the user of the tests may write into the checkout
    assert place.run("python", "-c", WRITES, *own, "/", "/usr/bin", "/etc", *others).splitlines() == own


def test_the_server_answers_each_link(place, server):
    def answer(page):
        with server.open(page) as found:
            return found.read().decode()

    opened_below = {f"voila/render/notebooks/{name}" for name in (LESSON, HUB)}
    pages = [page for page in map(asked, LINKS.values()) if page not in opened_below]
    assert all((place.checkout / re.sub("^(lab/tree|voila/render)/", "", page)).is_file() for page in pages)
    with ThreadPoolExecutor(2) as pool:
        for page, text in zip(pages, pool.map(answer, pages), strict=True):
            assert "What we learned" in text if page.startswith("voila") else "jupyter-config-data" in text, page
            assert "one of its steps failed" not in text, page


def test_lab_opens_the_contents_and_runs_a_cell_of_a_lesson(place, server, page):
    seen = opened(page, f"{server.url}{asked(LINKS['binder'])}?token={server.token}")
    idle = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator[data-status=idle]"
    page.wait_for_selector(idle)  # by then the kernel has reported its language
    page.click(".jp-Notebook td a >> text=Newsvendor")
    page.wait_for_selector(".jp-Notebook h1 >> text=01 · Newsvendor")
    page.wait_for_selector(idle)
    assert page.locator(".lm-TabBar-tab.jp-mod-dirty").count() == 0  # opening a notebook does not modify it
    assert page.locator(".Toastify__toast").count() == 0  # nor does Lab ask whether to fetch news
    lesson = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    lesson.locator(".jp-NotebookPanel-toolbar [data-command='notebook:insert-cell-below']").click()
    editor = lesson.locator(".jp-CodeCell.jp-mod-active .cm-content")
    editor.fill("import os, twin.view.panel; print(os.getuid(), twin.__file__)")
    editor.press("Shift+Enter")
    user = 65534 if place.user else os.getuid()
    page.get_by_text(f"{user} {place.checkout}/twin/__init__.py").wait_for()
    seen.nothing_wrong()


def test_a_lesson_opens_with_links_to_neighbours_and_contents(server, page):
    seen = opened(page, f"{server.app(LESSON, 'notebooks/')}?token={server.token}")
    page.wait_for_selector("mjx-container", state="attached")
    assert "Culling kernels" in server.log.read_text(errors="replace")  # the settings in etc/jupyter are heeded
    following = page.locator("header a[rel=next]").evaluate("link => link.pathname")
    assert following == "/user/x/voila/render/notebooks/02_buffers.ipynb"
    contents = page.locator("footer [data-twin-contents]").evaluate("link => link.pathname")
    assert contents == "/user/x/voila/tree/notebooks"
    page.click("header .twin-brand")
    page.wait_for_url("**/user/x/voila/tree/notebooks")
    page.wait_for_function("document.querySelector('.twin-cards img').naturalWidth > 0")
    assert page.locator(".twin-cards a").first.get_attribute("href").startswith("/user/x/voila/render/notebooks/")
    seen.nothing_wrong()


def test_the_hub_works(server, page):
    seen = opened(page, f"{server.app(HUB, 'notebooks/')}?lane=BER-MUC&token={server.token}")
    ready(page)
    turn(page, "holding_cost", 7.0)
    shows(page, directly(holding_cost=7.0))
    assert server.token not in page.url  # a link to a lane is sent to others
    seen.nothing_wrong()


def test_other_folders_are_listed(server, page):
    seen = opened(page, f"{server.url}voila/tree?token={server.token}")
    page.click("text=notebooks/")
    page.wait_for_selector(".twin-cards")
    seen.nothing_wrong()


def test_jupyters_own_rule_decides_about_hosts_and_older_clients_are_served(place):
    """Binder and JupyterHub listen on every address, so that Jupyter allows every Host."""
    write_page(place.checkout)
    hub = "hub.mybinder.org"
    with on_binder(place, ip="0.0.0.0") as server:
        headers = [("Authorization", f"token {server.token}")]
        assert requested(server, "user/x/voila/tree", host=hub, headers=headers)[0] == 200
        assert requested(server, "user/x/voila/static/voila.js", host=hub)[0] == 200
        kernel, html = opened_page(server)
        assert "reachable: None" in html  # whoever has the token of Jupyter may delete flows

        async def pictures(protocols):
            """Return how many widgets send their bytes to a client."""
            comms = await comms_of(server, kernel)
            socket = await connect(server, kernel, protocols=protocols, host=hub, origin=f"https://{hub}")
            for comm in comms:
                asking = message("comm_msg", {"comm_id": comm, "data": {"method": "request_state"}})
                await socket.write_message(packed(asking) if protocols else json.dumps(asking), binary=bool(protocols))
            states, found = 0, 0
            while states < len(comms):
                data = await asyncio.wait_for(socket.read_message(), 60)
                states += b"comm_msg" in (data if isinstance(data, bytes) else data.encode())
                found += isinstance(data, bytes) and bytes(range(256)) * 400 in data
            socket.close()
            return found

        for protocols in ((PROTOCOL,), ()):
            with ThreadPoolExecutor(1) as pool:  # the browser of other tests has an event loop in this thread
                assert pool.submit(asyncio.run, pictures(protocols)).result() == 1
        assert server.status("voila/tree") == 200
    (place.checkout / "page.ipynb").unlink()


def test_a_jupyter_server_on_this_machine_refuses_other_hosts_by_itself(server):
    headers = [("Authorization", f"token {server.token}")]
    assert requested(server, "user/x/voila/tree", host="evil.example", headers=headers)[0] == 403
