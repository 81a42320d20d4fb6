"""Slow lines and slow processes: a page comes alive or says what it waits for, and never says ready when it is not."""

import gzip
import http.client
import os
import re
import shutil
import signal
import sys
import time
import urllib.parse
from dataclasses import replace

import nbformat
import pytest
from apps import INTERACTIVE, NOTEBOOKS, ROOT, new_page, opened, running, standalone
from playwright.sync_api import TimeoutError
from slow_lines import slow_line

from twin.apps import kernel_memory

HUB, LESSON = "06_operations_hub.ipynb", "01_newsvendor.ipynb"
SCRIPT = re.compile(r"/voila/static/\d+\.voila\.js")  # one of many parts, which load at the same time
ABANDONED, HELD = 12, 16  # silence after which a kernel is ended, and how long a script is held back [s]
SETTINGS = [f"--Sessions.abandoned={ABANDONED}", "--MappingKernelManager.cull_interval=1"]
KERNEL = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
SAYS = "document.readyState + ': ' + (document.body ? document.body.innerText.slice(0, 600) : 'no body yet')"
STATE = "document.documentElement.dataset.twinState"
ODD_PAGE = """
import os, time, ipywidgets, numpy
from twin.view.guard import told
slider, label = ipywidgets.IntSlider(description="step", max=9), ipywidgets.Label()
def use(change):
    with told(lambda text: setattr(label, "value", text)):
        if change["new"] == 1:
            label.value = f"process {os.getpid()}"
        if change["new"] == 2:
            time.sleep(5)
            label.value = "computed"
        if change["new"] >= 3:
            label.value = f"used {numpy.ones((change['new'] - 2) * 125_000_000).nbytes:,} bytes"
slider.observe(use, "value")
ipywidgets.VBox([slider, label])
"""
# Notes, whenever the state of the page changes, whether its controls are there.
NOTED = """new MutationObserver(() => (window.noted ||= []).push([document.documentElement.dataset.twinState,
  !document.querySelector('script[type="application/vnd.voila.cell-output+json"]')
    && !document.body.innerText.includes("Loading widget")
    && document.querySelectorAll("main :is(input, select, [role=slider])").length > 2,
])).observe(document, {subtree: true, attributeFilter: ["data-twin-state"]})"""
NO_SOCKET = """window.WebSocket = class extends window.WebSocket {
  constructor(url, protocols) { super(url.replace("/channels", "/nowhere"), protocols); }
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with the hub, a lesson, and a page that can be made slow, silent, or short of memory."""
    made = tmp_path_factory.mktemp("lines")
    for name in (HUB, LESSON):
        shutil.copy(NOTEBOOKS / name, made / name)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(ODD_PAGE.strip())]), made / "odd.ipynb")
    return made


@pytest.fixture(scope="module")
def alone(folder):
    """Yield a stand-alone server that soon ends kernels whose pages are silent."""
    with standalone(folder=folder, arguments=SETTINGS, env={kernel_memory.MEMORY_VARIABLE: "1.6 GB"}) as server:
        yield server


@pytest.fixture
def far(alone):
    """Yield the stand-alone server at the end of a line on which scripts take longer than ABANDONED."""
    with slow_line(alone.url, speed=80_000, latency=0.1) as url:
        yield replace(alone, url=url)


@pytest.fixture(scope="module")
def jupyter(folder):
    """Yield a Jupyter server with the same settings and a token."""
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root", "--ip=127.0.0.1", *SETTINGS]
    command += [f"--ServerApp.root_dir={folder}", "--IdentityProvider.token=of-the-visitor"]
    environment = {"JUPYTER_CONFIG_PATH": ROOT / "etc/jupyter"}
    with running(command, "--ServerApp.port={}", env=environment, token="of-the-visitor") as server:
        yield server


def address(server, name):
    """Return the address of a page with the token of its server."""
    return server.app(name) + (f"?token={server.token}" if server.token else "")


def tells(page, text, seconds, selector="#twin-banner:not([hidden])"):
    """Wait until the page says a text, and return how long that took [s]."""
    started = time.monotonic()
    page.wait_for_selector(f"{selector} >> text=/{text}/", timeout=1000 * seconds)
    return time.monotonic() - started


def press(page, *keys):
    """Move the slider of the odd page by these keys."""
    page.focus(".noUi-handle")
    for key in keys:
        page.keyboard.press(key)


def test_pages_on_slow_lines_come_alive_or_say_what_they_wait_for(alone, far, jupyter, browser):
    held = []

    def begin(server, name, *, lacks_script=False, script=NOTED):
        page = new_page(browser)
        page.add_init_script(script)
        if lacks_script:
            page.route(SCRIPT, lambda route: held.append(route), times=1)
        page.goto(address(server, name), wait_until="commit")
        return page

    live = [begin(far, HUB)]
    wait_until_ready(live[0])  # before the other pages, which would take the processors of a small machine from it
    live += [
        begin(alone, LESSON, lacks_script=True),
        begin(jupyter, HUB, lacks_script=True),
    ]
    ended, deaf = begin(alone, "odd.ipynb", lacks_script=True), begin(alone, "odd.ipynb", script=NO_SOCKET)
    ended.wait_for_selector("#loading >> text=Loading the scripts")
    end(alone, ended.evaluate(KERNEL))
    assert tells(ended, "has ended", 20) < 7
    ended.wait_for_timeout(1000 * HELD)
    for page in live[1:]:
        page.wait_for_selector("#loading >> text=Loading the scripts")
        assert page.evaluate(STATE) is None
    assert len(held) == 3
    for route in held:
        route.continue_()
    assert "does not open" in deaf.inner_text("#twin-waiting") and deaf.evaluate(STATE) is None
    for page in live:
        wait_until_ready(page)
        assert page.evaluate("window.noted") == [["ready", True]]
        assert page.inner_text("#twin-waiting") == "" and page.locator("#twin-banner").is_hidden()
    ended.wait_for_selector("#loading", state="detached")
    assert ended.evaluate("window.noted") == [["ended", False]] and ended.locator("#twin-banner").is_visible()
    for page in (*live, ended, deaf):
        page.context.close()


# Delivers the widgets' states 2 s after the parts of the page began to wait for them, while the page is busy.
LATE = """window.WebSocket = class extends WebSocket {
  set onmessage(pass) {
    super.onmessage = async (event) => {
      const waits = () => document.body.innerText.includes("Loading widget");
      if (event.data.byteLength > 900 && new TextDecoder().decode(event.data).includes('"update_states"')) {
        while (!waits()) await new Promise((go) => setTimeout(go, 20));
        await new Promise((go) => setTimeout(go, 1800));
        for (const start = Date.now(); Date.now() - start < 500;);
        window.late = waits();
      }
      pass(event);
    };
  }
}"""


def test_states_of_widgets_that_come_late_on_a_busy_machine_are_not_missed(alone, page):
    """In jupyterlab-widgets 3.0.17, a part that has asked for its widget for 2 s does not look once more."""
    page.add_init_script(LATE)
    page.goto(address(alone, "odd.ipynb"), wait_until="commit")
    wait_until_ready(page)
    assert page.evaluate("window.late")


# Breaks a part of the page.
BROKEN = """document.addEventListener("twin-shown", () => {
  const part = document.createElement("div");
  part.className = "jp-OutputArea-output";
  part.textContent = "Error displaying widget: model not found";
  document.querySelector("main").append(part);
})"""


def test_a_page_with_a_broken_part_says_so(alone, page):
    page.add_init_script(BROKEN)
    page.goto(address(alone, "odd.ipynb"), wait_until="commit")
    page.wait_for_function(f"{STATE} === 'failed'")
    assert "could not be drawn" in page.inner_text("#twin-banner")


def wait_until_ready(page):
    """Wait until a page can be used; an error says what it says in place of that."""
    try:
        page.wait_for_function(INTERACTIVE)
    except TimeoutError as error:
        raise AssertionError(f"{page.url} is {page.evaluate(STATE)}: {page.evaluate(SAYS)}") from error


@pytest.mark.parametrize("kind", ["alone", "jupyter"])
def test_a_process_that_is_ended_in_order_is_told_at_once(kind, page, request):
    server = request.getfixturevalue(kind)
    opened(page, address(server, "odd.ipynb"))
    end(server, page.evaluate(KERNEL))
    assert tells(page, "has ended", 10) < 5
    assert page.evaluate(STATE) == "ended"


def end(server, kernel):
    """End a kernel in order: as the page itself does, or, in Jupyter, as its panel of running kernels does."""
    place = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(place.netloc, timeout=60)
    if server.token:
        connection.request("DELETE", f"/api/kernels/{kernel}", headers={"Authorization": f"token {server.token}"})
    else:
        headers = {"Cookie": "_xsrf=x", "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", f"/voila/api/shutdown/{kernel}", body="_xsrf=x", headers=headers)
    assert connection.getresponse().status == 204
    connection.close()


def test_a_busy_process_says_that_it_computes_and_a_silent_one_is_asked_about(alone, page):
    opened(page, alone.app("odd.ipynb"))
    press(page, "ArrowRight")
    page.wait_for_selector("text=/process [0-9]+/")
    process = int(re.search(r"process (\d+)", page.inner_text("main"))[1])
    press(page, "ArrowRight")
    assert tells(page, "is computing", 10, "#twin-waiting") < 5
    page.wait_for_selector("text=computed")
    page.wait_for_function("document.getElementById('twin-waiting').textContent === ''")
    os.kill(process, signal.SIGSTOP)
    press(page, "Home")
    assert tells(page, "No answer yet", 10, "#twin-waiting") < 5
    os.kill(process, signal.SIGCONT)
    page.wait_for_function("document.getElementById('twin-waiting').textContent === ''")
    os.kill(process, signal.SIGSTOP)
    page.route(
        "**/api/kernels/*", lambda route: route.fulfill(status=404)
    )  # what a server says that has no such kernel
    press(page, "ArrowRight")
    assert tells(page, "has ended", 10) < 5
    os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize(("status", "words"), [(502, "connection to the server is lost"), (401, "login has ended")])
def test_an_answer_of_a_proxy_in_place_of_the_server_is_told(alone, page, status, words):
    opened(page, alone.app("odd.ipynb"))
    press(page, "ArrowRight")
    page.wait_for_selector("text=/process [0-9]+/")
    process = int(re.search(r"process (\d+)", page.inner_text("main"))[1])
    os.kill(process, signal.SIGSTOP)
    page.route("**/api/kernels/*", lambda route: route.fulfill(status=status))
    press(page, "ArrowRight")
    tells(page, words, 20)
    page.unroute("**/api/kernels/*")
    os.kill(process, signal.SIGCONT)
    page.wait_for_selector("#twin-banner", state="hidden")


@pytest.mark.skipif(not kernel_memory.can_be_limited(), reason="only Linux limits the memory of a kernel")
def test_a_page_that_needs_too_much_memory_says_so_and_can_be_used_further(alone, page):
    seen = opened(page, alone.app("odd.ipynb"))
    for keys, text in (
        (["End"], "more memory than the 1.6 GB that a page may use"),
        (["Home", "ArrowRight"], "process "),
        (["End"], "more memory than the 1.6 GB that a page may use"),
    ):
        press(page, *keys)
        page.wait_for_selector(f"text={text}")
    seen.nothing_wrong()
    assert "Each page may use 1.6 GB of memory" in alone.log.read_text(errors="replace")


@pytest.mark.parametrize("kind", ["alone", "jupyter"])
def test_scripts_are_sent_compressed_and_parts_of_them_are_right(kind, request):
    server = request.getfixturevalue(kind)
    with server.open("voila/static/voila.js") as answer:
        whole = answer.read()
        assert "Content-Encoding" not in answer.headers
    place = urllib.parse.urlsplit(server.url)
    connection = http.client.HTTPConnection(place.netloc, timeout=60)
    headers = {"Accept-Encoding": "gzip", "Authorization": f"token {server.token}"}
    connection.request("GET", "/voila/static/voila.js", headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    assert answer.headers["Content-Encoding"] == "gzip" and gzip.decompress(content) == whole
    assert len(content) < len(whole) / 2
    for encoding, unpacked in (("identity", bytes), ("gzip", gzip.decompress)):
        headers |= {"Accept-Encoding": encoding, "Range": "bytes=100-5099"}
        connection.request("GET", "/voila/static/voila.js", headers=headers)
        answer = connection.getresponse()
        assert answer.status == 206 and unpacked(answer.read()) == whole[100:5100]
    connection.close()
