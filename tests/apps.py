"""Servers of the apps and pages in a browser, for tests: standalone(), on_binder(), opened()."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
FLAGS = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync""".split()
PATIENCE = 120  # longest wait for a server or a page, on a busy machine [s]
POLLING = 100  # time between two looks at a page [ms]; looks at every frame make the browser draw all the time
INTERACTIVE = """() => {
  if (!document.getElementById("rendered_cells")) return document.readyState === "complete";
  return document.documentElement.dataset.twinState === "ready"
    && !document.querySelector('script[type="application/vnd.voila.cell-output+json"]')
    && !document.body.innerText.includes("Loading widget");
}"""


@dataclass
class Server:
    """A running server: address of its pages (ending in a slash), log file, and token."""

    url: str
    log: Path
    token: str

    def app(self, name, folder=""):
        """Return the address of a notebook's page."""
        return f"{self.url}voila/render/{folder}{name}"

    def open(self, path):
        """Request a path below the address; return the response, which the caller reads and closes."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"token {self.token}"})
        return urllib.request.urlopen(request, timeout=PATIENCE)

    def status(self, path):
        """Return the HTTP status of a path below the address."""
        try:
            with self.open(path) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code


@dataclass
class Seen:
    """Record of a page: errors in its console, failed requests, and requests to other hosts."""

    errors: list = field(default_factory=list)
    failed: list = field(default_factory=list)
    foreign: list = field(default_factory=list)

    def nothing_wrong(self):
        """Fail, with the record, if it contains anything."""
        assert not (self.errors or self.failed or self.foreign), self


def standalone(*, folder=NOTEBOOKS, env=None, arguments=()):
    """Serve a folder as `make apps` does."""
    command = [sys.executable, "-m", "voila", str(folder), "--no-browser", *arguments]
    return running(command, "--port={}", env=env)


def on_binder(place, *, base="/user/x/", token="of-the-visitor", ip="127.0.0.1"):
    """Serve a checkout as Binder does: JupyterLab with Voilà inside, below an address and with a token of its own."""
    server = ["python", "-m", "jupyterlab", "--no-browser", f"--ip={ip}", f"--ServerApp.base_url={base}"]
    command = place.command("binder/start", *server, f"--IdentityProvider.token={token}")
    return running(command, "--ServerApp.port={}", cwd=place.checkout, base=base, token=token)


def chromium():
    """Return the path of a browser, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)


def new_page(browser, **options):
    """Return an empty page of a new reader, for whom nothing is kept yet, that waits as long as a busy machine needs.

    Its screen is that of a laptop in light colours; other options are those of a context of the browser.
    """
    screen = {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"}
    context = browser.new_context(**screen | options)
    context.set_default_timeout(1000 * PATIENCE)
    return context.new_page()


def opened(page, url):
    """Open an address and wait until the page can be used; return its record, which later events extend."""
    seen, home = Seen(), "/".join(url.split("/")[:3]) + "/"
    page.on("console", lambda message: message.type == "error" and seen.errors.append(message.text))
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("response", lambda answer: answer.status >= 400 and seen.failed.append((answer.status, answer.url)))
    page.on("request", lambda request: _leaves(request.url, home) and seen.foreign.append(request.url))
    page.on(
        "websocket", lambda found: _leaves(found.url.replace("ws", "http", 1), home) and seen.foreign.append(found.url)
    )
    page.goto(url)  # a page is sent when its notebook has run
    page.wait_for_function(INTERACTIVE, polling=POLLING)
    return seen


def _leaves(url, home):
    return not url.startswith((home, "data:", "blob:"))


@contextmanager
def running(command, port_option, *, cwd=ROOT, env=None, base="/", token=""):
    """Start a server without settings of the user who runs the tests; at the end, remove its processes and files."""
    home = Path(tempfile.mkdtemp(prefix="twin-apps-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "VOILA"))}
    private = {
        "HOME": home,
        "IPYTHONDIR": home / "ipython",
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTER_PATH": ROOT / "share/jupyter",
        "MPLCONFIGDIR": os.environ.get("MPLCONFIGDIR", Path(sys.prefix, "var/matplotlib")),
        "OMP_NUM_THREADS": 1,
    }
    outside |= {name: str(value) for name, value in {**private, **(env or {})}.items()}
    server = Server(f"http://localhost:{port}{base}", home / "log", token)
    with open(server.log, "wb") as log:
        process = subprocess.Popen(
            [*command, port_option.format(port)],
            cwd=cwd,
            env=outside,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _wait(process, server)
        yield server
    except BaseException:
        print(server.log.read_text(errors="replace")[-8000:], file=sys.stderr)
        raise
    finally:
        _end(process)
        shutil.rmtree(home, ignore_errors=True)


def _wait(process, server):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            if server.status("voila/tree") == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"the server did not answer in {PATIENCE} s")


def _end(process):
    """End a server by a signal that lets it end its kernels; then kill all processes that are left."""
    for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 15)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
