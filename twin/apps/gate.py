"""The gate of the stand-alone server: the hosts, methods and paths that are answered, checked before every handler.

Voilà answers to every name, and its handlers of static files check nothing (twin.apps.hosts says why that matters).
Inside a Jupyter server the gate is not used, because Jupyter has checks and a login of its own.

Voilà loads the class by its name, twin.apps.gate.Gate, from voila.json.
"""

import re
from collections.abc import Container, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from jupyter_server import DEFAULT_STATIC_FILES_PATH
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.utils import url_path_join
from tornado.httputil import HTTPServerRequest
from tornado.routing import Matcher, Rule
from tornado.web import ErrorHandler, HTTPError, RequestHandler
from traitlets import List, Unicode

from twin.apps.hosts import LOCAL_HOSTS, host_name, is_loopback, named_hosts
from twin.apps.visitors import named_by_proxy
from twin.data.permission import TOKEN
from twin.data.settings import setting

_KERNEL = r"(?P<kernel>[\w-]+)"
PATHS = {  # the paths below the address of the server that a visitor may use, as regular expressions
    "GET": (
        "",
        "voila/tree(/.*)?",
        "voila/render/.+",
        "voila/files/.+",
        "voila/static/.+",
        "voila/templates/twin/static/.+",
        "voila/labextensions/.+",
        f"api/kernels/{_KERNEL}(/channels)?",
    ),
    "POST": (f"voila/api/shutdown/{_KERNEL}",),
}
LARGEST_BODY = 65_536  # [byte] the page that ends its process sends about 200
_ODD = re.compile(r"[\\\x00-\x1f\x7f]|(^|/)\.\.?(/|$)")  # in a path: control characters, and steps out of a folder


class Gate(PasswordIdentityProvider):
    """The identity provider of Voilà, which also puts the rules of the gate before all routes."""

    hosts = List(
        Unicode(),
        config=True,
        help="Names by which visitors may address the server, in addition to localhost and to those in TWIN_HOSTS.",
    )
    reachable = True  # whether others than the users of this machine can reach the server

    def get_handlers(self) -> list:
        """Install the gate, and return the handlers of Voilà's login; Voilà calls this when it makes its routes."""
        login, voila = super().get_handlers(), self.parent
        try:
            hosts = LOCAL_HOSTS | named_hosts([*self.hosts, *setting("TWIN_HOSTS").replace(",", " ").split()])
        except ValueError as why:
            voila.log.critical("%s", why)
            voila.exit(1)
        root = re.escape(url_path_join(voila.server_url, "/"))
        paths = {method: [root + path for path in some] for method, some in PATHS.items()}
        if voila.notebook_path:  # a single notebook, served at the address itself; its pictures are below it
            paths["GET"].append(root + "(?!voila/|api/).+")
        if self.login_available:  # with --token, which is Voilà's own login
            for some in paths.values():
                some.extend(path for path, _ in login)
        voila.app.default_router.rules[:0] = [
            Rule(LimitedBody(), Refusal),
            Rule(ForeignHost(hosts), Refusal),
            Rule(UnknownPath(paths, voila.kernel_manager), ErrorHandler, {"status_code": 404}),
        ]
        voila.app.settings.setdefault("static_path", DEFAULT_STATIC_FILES_PATH)  # error pages of Jupyter name it
        local = is_loopback(voila.ip)
        self.reachable = not local or hosts != LOCAL_HOSTS
        voila.log.info("Answering requests to %s", ", ".join(sorted(hosts)))
        if not local and hosts == LOCAL_HOSTS:
            voila.log.warning("Others can connect, but are refused: name the server in TWIN_HOSTS")
        if self.reachable and not setting(TOKEN):
            voila.log.warning("Others can reach this server and %s is not set, so nobody can delete flows", TOKEN)
        if named_by_proxy():
            voila.log.info("Visitors have the name that the proxy sends with its secret; all others may only look")
        return login


class LimitedBody(Matcher):
    """Matches no request, but limits the body of each: pages send files by websocket, so that no request needs one."""

    def match(self, request: HTTPServerRequest) -> None:
        """Let tornado refuse a longer body with status 400, before it is read into memory."""
        request.connection.set_max_body_size(LARGEST_BODY)


class ForeignHost(Matcher):
    """Matches requests whose header Host names no host of a set."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self.hosts = frozenset(hosts)

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Return {} if the request matches, otherwise None."""
        return None if host_name(request.headers.get("Host", "")) in self.hosts else {}


class UnknownPath(Matcher):
    """Matches requests for a method and path that are not listed, or for a kernel that does not run.

    paths : the listed paths of each method, as regular expressions; a group `kernel` is the id of a kernel.
    kernels : the ids of running kernels.
    """

    def __init__(self, paths: Mapping[str, Iterable[str]], kernels: Container[str]) -> None:
        self.paths = {method: [re.compile(path) for path in some] for method, some in paths.items()}
        self.kernels = kernels

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Return {} if the request matches, otherwise None."""
        try:
            if _ODD.search(unquote(request.path, errors="strict")):
                return {}
        except UnicodeDecodeError:
            return {}
        for path in self.paths.get("GET" if request.method == "HEAD" else request.method, ()):
            if found := path.fullmatch(request.path):
                kernel = found.groupdict().get("kernel")
                return None if kernel is None or kernel in self.kernels else {}
        return {}


class Refusal(RequestHandler):
    """Answers every request with status 403 and a sentence."""

    def prepare(self) -> None:
        """Refuse the request."""
        raise HTTPError(403)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer in the same way to methods that tornado itself refuses."""
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")
        host = self.request.headers.get("Host", "")[:100]
        self.finish(
            f"This server does not answer to the name {host}. Open it as http://localhost, or let whoever runs it add "
            "the name to TWIN_HOSTS (in the environment or a file .env) or to Gate.hosts in voila.json and restart it."
        )
