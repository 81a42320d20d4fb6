"""The gate of the stand-alone server: what a visitor may send and open, and that everything else is refused."""

import asyncio
import contextlib
import json
from urllib.parse import urlsplit

import psutil
import pytest
from apps import ROOT, standalone
from sockets import answer, comms_of, connect, framed, message, opened_page, packed, requested, unpacked, write_page
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClosedError

from twin.apps.gate import PATHS
from twin.apps.hosts import is_loopback, named_hosts
from twin.apps.sockets import CHANNEL, MESSAGE_TYPES, PROTOCOL, channel_and_type

PICTURE = (ROOT / "notebooks/pictures/01_newsvendor.png").read_bytes()
EVERY_KIND = (  # a path of each kind that the server answers
    "",
    "voila/tree",
    "voila/files/picture.png",
    "voila/static/voila.js",
    "voila/templates/twin/static/index.css",
    "voila/labextensions/anywidget/static/style.js",
    "voila/render/none.ipynb",
    "nothing/here",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a page that has a picture in its widgets, and a few other files."""
    made = tmp_path_factory.mktemp("served")
    write_page(made)
    (made / "picture.png").write_bytes(PICTURE)
    (made / "secret.txt").write_text("a secret")
    (made.parent / "outside.png").write_bytes(b"outside")
    return made


@pytest.fixture(scope="module")
def suite(folder):
    """Yield a server that only this machine can reach."""
    with standalone(folder=folder) as server:
        yield server


@pytest.fixture(scope="module")
def beyond(folder):
    """Yield a server that others can reach by names."""
    arguments = ["--Voila.ip=0.0.0.0", "--Gate.hosts=in-voila.example"]
    with standalone(folder=folder, env={"TWIN_HOSTS": "Hub.Example.org, 192.0.2.7"}, arguments=arguments) as server:
        yield server


def memory(server):
    """Return the memory of the server [MB]."""
    port = f"--port={urlsplit(server.url).port}"
    running = [found for found in psutil.Process().children() if found.status() != psutil.STATUS_ZOMBIE]
    (process,) = [found for found in running if port in found.cmdline()]
    return process.memory_info().rss / 1e6


# ------------------------------------------------------------------ websockets


def test_a_client_without_the_protocol_is_turned_away_and_all_others_go_on(suite):
    kernel, _ = opened_page(suite)
    before = memory(suite)

    async def attack(protocols):
        comms = await comms_of(suite, kernel)
        assert len(comms) > 3
        page = await connect(suite, kernel)
        socket = await connect(suite, kernel, protocols=protocols)
        with contextlib.suppress(WebSocketClosedError):  # it may be closed before all is sent
            for comm in comms:
                asking = {"comm_id": comm, "data": {"method": "request_state"}}
                await socket.write_message(json.dumps(message("comm_msg", asking)))
        assert await asyncio.wait_for(socket.read_message(), 60) is None
        assert socket.close_code == 1002 and PROTOCOL in socket.close_reason
        for comm in comms:
            asking = {"comm_id": comm, "data": {"method": "request_state"}}
            await page.write_message(packed(message("comm_msg", asking)), binary=True)
        buffers = []
        while not buffers:
            _, buffers = await answer(page, "comm_msg")  # the picture's bytes, which an older client could not take
        with suite.open(f"api/kernels/{kernel}") as about:
            assert json.load(about)["connections"] == 1  # the refused one was never counted, nor is it subtracted
        page.close()

    for protocols in ((), ("v0.kernel.websocket.jupyter.org",)):
        asyncio.run(attack(protocols))
    assert suite.status("voila/tree") == 200 and memory(suite) < before + 40


def overlapping():
    """Return a message whose 400 buffers are all the same 100,000 bytes."""
    parts, count = packed(message("comm_msg")), 406
    places = [int.from_bytes(parts[8 * i : 8 * i + 8], "little") + 8 * (count - 6) for i in range(1, 7)]
    places += [places[-1] + 100_000, places[-1]] * 200
    numbers = (len(places), *places[:-1], places[-2])
    return b"".join(number.to_bytes(8, "little") for number in numbers) + parts[8 * 7 :] + b"x" * 100_000


MALFORMED = {
    "endless count": b"\xff" * 8 + b"x" * 200,
    "count beyond the message": (50).to_bytes(8, "little") + b"\0" * 100,
    "count of many parts": packed(message("comm_msg"), *[b""] * 5000),
    "too few parts": framed([b"shell", b"{}"]),
    "overlapping parts": overlapping(),
    "parts beyond the end": b"".join(n.to_bytes(8, "little") for n in (6, 56, 60, 64, 68, 72, 2**60)) + b"x" * 20,
    "long header": framed([b"shell", b'{"msg_type": "comm_msg", "x": "' + b"x" * 20_000 + b'"}', b"{}", b"{}", b"{}"]),
    "deep header": framed([b"shell", b"[" * 9000, b"{}", b"{}", b"{}"]),
    "header without type": framed([b"shell", b"{}", b"{}", b"{}", b"{}"]),
    "type that is a list": framed([b"shell", b'{"msg_type": ["comm_msg"]}', b"{}", b"{}", b"{}"]),
    "header that is a list": framed([b"shell", b"[1]", b"{}", b"{}", b"{}"]),
    "header in UTF-16": framed([b"shell", '{"msg_type": "comm_msg"}'.encode("utf-16"), b"{}", b"{}", b"{}"]),
    "text": json.dumps(message("comm_info_request")),
    "empty": b"",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_message_closes_its_websocket_before_any_work(suite, name):
    with pytest.raises(ValueError, match="message must"):
        channel_and_type(MALFORMED[name])
    kernel, before = opened_page(suite)[0] if name in ("endless count", "text") else None, memory(suite)
    if kernel is None:
        return

    async def send():
        socket = await connect(suite, kernel)
        await socket.write_message(MALFORMED[name], binary=isinstance(MALFORMED[name], bytes))
        assert await answer(socket, "none") is None
        return socket.close_code

    assert asyncio.run(send()) == 1002
    assert suite.status("voila/tree") == 200 and memory(suite) < before + 40


def test_a_compressed_message_is_refused_at_the_size_to_which_it_unpacks(suite):
    kernel, before = opened_page(suite)[0], memory(suite)

    async def send():
        socket = await connect(suite, kernel, compression={})
        await socket.write_message(bytes(200_000_000), binary=True)  # 0.2 MB on the line
        assert await answer(socket, "none") is None

    asyncio.run(send())
    assert suite.status("voila/tree") == 200 and memory(suite) < before + 80


def test_a_page_has_four_connections_at_most_so_that_none_uses_up_those_of_the_server(suite):
    kernel, _ = opened_page(suite)

    async def crowd():
        sockets = await asyncio.gather(*(connect(suite, kernel) for _ in range(12)))
        answered, codes = [], []
        for socket in sockets:
            with contextlib.suppress(WebSocketClosedError):
                await socket.write_message(packed(message("kernel_info_request")), binary=True)
            if await answer(socket, "kernel_info_reply"):
                answered.append(socket)
            else:
                codes.append(socket.close_code)
        with suite.open(f"api/kernels/{kernel}") as about:
            connections = json.load(about)["connections"]
        for socket in answered:
            socket.close()
        assert (len(answered), codes, connections) == (4, [1008] * 8, 4)
        while True:  # until the server has noticed the ends
            again = await connect(suite, kernel)
            with contextlib.suppress(WebSocketClosedError):
                await again.write_message(packed(message("kernel_info_request")), binary=True)
            if await answer(again, "kernel_info_reply"):
                again.close()
                return

    asyncio.run(asyncio.wait_for(crowd(), 60))


def test_a_message_with_buffers_is_read_as_it_was_sent():
    assert channel_and_type(packed(message("comm_msg"), b"x" * 1000, b"")) == ("shell", "comm_msg")


def test_pages_send_five_types_of_messages_on_one_channel_and_nothing_else_reaches_the_process(suite, folder):
    assert CHANNEL == "shell"
    assert MESSAGE_TYPES == {"comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"}
    kernel, _ = opened_page(suite)
    code = f"open({str(folder / 'ran')!r}, 'a')"
    forbidden = {
        "execute_request": {"code": code, "silent": False, "store_history": False, "allow_stdin": False},
        "inspect_request": {"code": "os", "cursor_pos": 2, "detail_level": 0},
        "complete_request": {"code": "os.", "cursor_pos": 3},
        "history_request": {"output": True, "raw": True, "hist_access_type": "tail", "n": 9},
        "is_complete_request": {"code": "1"},
        "debug_request": {"type": "request", "seq": 1, "command": "evaluate", "arguments": {"expression": code}},
        "create_subshell_request": {},
        "delete_subshell_request": {"subshell_id": "x"},
        "list_subshell_request": {},
        "interrupt_request": {},
        "shutdown_request": {"restart": False},
        "input_reply": {"value": "x"},
        "unknown": {},
    }

    async def send():
        socket = await connect(suite, kernel)
        for channel in ("shell", "control", "stdin", "iopub", "other"):
            for kind, content in forbidden.items():
                await socket.write_message(packed(message(kind, content, channel)), binary=True)
        for channel in ("control", "stdin", "iopub", "other"):
            for kind in MESSAGE_TYPES:
                await socket.write_message(packed(message(kind, {}, channel)), binary=True)
        await socket.write_message(packed(message("comm_info_request")), binary=True)
        seen = []
        while "comm_info_reply" not in seen:
            seen.append(unpacked(await asyncio.wait_for(socket.read_message(), 60))[0])
        await socket.write_message(packed(message("kernel_info_request")), binary=True)
        while "kernel_info_reply" not in seen:
            seen.append(unpacked(await asyncio.wait_for(socket.read_message(), 60))[0])
        socket.close()
        return set(seen)

    refused = suite.log.read_text().count("is not for pages")
    assert asyncio.run(send()) == {"status", "comm_info_reply", "kernel_info_reply"}
    assert suite.log.read_text().count("is not for pages") - refused == 5 * len(forbidden) + 4 * len(MESSAGE_TYPES)
    assert not (folder / "ran").exists()


# ----------------------------------------------------------------------- hosts


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:1", "LocalHost", "localhost.", "127.0.0.1:9", "[::1]:9", "[0::1]"]
)
def test_this_machine_is_answered_by_each_of_its_names(suite, host):
    assert (
        requested(suite, "voila/tree", host=host)[0] == requested(suite, "voila/static/voila.js", host=host)[0] == 200
    )


FOREIGN = """evil.example evil.example:8866 localhost.evil.example evil.localhost localhost:8866:1 0.0.0.0
127.0.0.2 127.1 2130706433 0x7f000001 [::] [::ffff:127.0.0.1] [::1%251] 192.0.2.7
hub.example.org xn--localhost localhost..""".split()


@pytest.mark.parametrize("host", ["", *FOREIGN])
def test_any_other_host_is_refused_in_a_sentence_for_every_kind_of_path(suite, host):
    for path in EVERY_KIND:
        status, body = requested(suite, path, host=host)
        assert status == 403 and f"the name {host}. " in body.decode() and "TWIN_HOSTS" in body.decode(), path


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_a_foreign_host_is_refused_whatever_the_method(suite, method):
    assert requested(suite, "voila/tree", host="evil.example", method=method)[0] == 403


def test_headers_of_proxies_and_addresses_in_the_request_line_do_not_replace_the_host(suite):
    trusted = [("X-Forwarded-Host", "localhost"), ("Forwarded", "host=localhost"), ("X-Host", "localhost")]
    assert requested(suite, "voila/tree", host="evil.example", headers=trusted)[0] == 403
    assert requested(suite, "http://localhost/voila/tree", host="evil.example")[0] == 403
    assert requested(suite, "http://evil.example/voila/tree")[0] == 404
    assert requested(suite, "voila/tree", host="localhost,evil.example")[0] == 400
    assert requested(suite, "voila/tree", host="localhost@evil.example")[0] == 400
    assert requested(suite, "voila/tree", host="localhost", headers=[("Host", "evil.example")])[0] == 400


def test_a_page_of_another_site_opens_no_websocket(suite):
    kernel, _ = opened_page(suite)
    here = urlsplit(suite.url).netloc
    attempts = [  # (host, origin): by rebinding its own name, directly, from a file, from another port of this machine
        ("evil.example:8866", "http://evil.example:8866"),
        (here, "http://evil.example"),
        (here, "null"),
        (here, "http://localhost:1"),
    ]

    async def codes():
        found = []
        for host, origin in attempts:
            with pytest.raises(HTTPClientError) as refused:
                await connect(suite, kernel, host=host, origin=origin)
            found.append(refused.value.code)
        (await connect(suite, kernel, host=here, origin=f"http://{here}")).close()
        return found

    assert asyncio.run(codes()) == [403] * len(attempts)


@pytest.mark.parametrize(
    "host", ["hub.example.org", "HUB.example.org.:443", "192.0.2.7:80", "in-voila.example", "localhost"]
)
def test_named_hosts_are_answered_with_pages_files_and_websockets(beyond, host):
    for path in EVERY_KIND[:5]:
        assert requested(beyond, path, host=host)[0] == 200, path
    assert requested(beyond, "", host="sub.hub.example.org")[0] == requested(beyond, "", host="0.0.0.0")[0] == 403
    kernel, _ = opened_page(beyond)

    async def opens():
        (await connect(beyond, kernel, host=host, origin=f"https://{host.lower()}")).close()

    if host == host.lower():  # as browsers send it
        asyncio.run(opens())


def test_the_log_says_who_is_answered_and_what_is_missing(folder, suite, beyond):
    assert "Answering requests to 127.0.0.1, ::1, localhost\n" in suite.log.read_text()
    log = beyond.log.read_text()
    assert "Answering requests to 127.0.0.1, 192.0.2.7, ::1, hub.example.org, in-voila.example, localhost\n" in log
    assert "TWIN_TOKEN is not set" in log and "Others can connect" not in log
    with standalone(folder=folder, arguments=["--Voila.ip=0.0.0.0"], env={"TWIN_TOKEN": "of this server"}) as server:
        log = server.log.read_text()
        assert "Others can connect, but are refused: name the server in TWIN_HOSTS" in log
        assert "TWIN_TOKEN" not in log and "of this server" not in log
        assert "reachable: yes" in opened_page(server)[1]


def test_a_name_that_is_no_host_ends_the_server_with_a_sentence(folder):
    with pytest.raises(RuntimeError, match="the server ended"):
        with standalone(folder=folder, env={"TWIN_HOSTS": "https://hub.example.org"}):
            pass


@pytest.mark.parametrize("name", ["https://hub.example.org", "*", "*.example.org", "hub/", "a b", "user@hub", ""])
def test_names_that_are_no_hosts_are_refused(name):
    with pytest.raises(ValueError, match="must name hosts such as hub"):
        named_hosts([name])


def test_loopback_addresses_are_told_from_others():
    assert all(map(is_loopback, ("localhost", "127.0.0.1", "127.3.2.1", "::1")))
    assert not any(map(is_loopback, ("", "0.0.0.0", "::", "192.0.2.7", "no-such-host.invalid")))


# ---------------------------------------------------- what processes are told


def test_the_process_of_a_page_is_told_by_the_server_whether_others_can_reach_it(suite, beyond):
    tries = "?TWIN_REACHABLE=no&reachable=no#TWIN_REACHABLE=no"
    assert "reachable: no" in opened_page(suite)[1]
    assert "reachable: yes" in opened_page(beyond, tries)[1]


# ----------------------------------------------------------------------- paths


def test_the_paths_that_a_visitor_may_use_are_these():
    kernel = r"(?P<kernel>[\w-]+)"
    assert PATHS == {
        "GET": (
            "",
            "voila/tree(/.*)?",
            "voila/render/.+",
            "voila/files/.+",
            "voila/static/.+",
            "voila/templates/twin/static/.+",
            "voila/labextensions/.+",
            f"api/kernels/{kernel}(/channels)?",
        ),
        "POST": (f"voila/api/shutdown/{kernel}",),
    }


NOT_SERVED = """
nothing api api/ api/kernels api/kernels/ api/kernelspecs api/contents api/contents/page.ipynb api/sessions
api/terminals api/status api/me api/config/x api/nbconvert metrics terminals/1 tree lab login logout files/page.ipynb
edit/page.ipynb notebooks/page.ipynb nbconvert/html/page.ipynb view/x static/x custom/custom.css
kernelspecs/python3/logo.svg voila voila/ voila/api voila/api/contents voila/api/contents/page.ipynb
voila/api/themes/x voila/api/themes/..%2f voila/api/shutdown/x voila/query/a-b-c-d-e voila/execution/a-b-c-d-e
voila/templates/x voila/templates/twin/page.html voila/templates/lab/static/voila.js voila/templates/../static/x
voila/templates/twin/static/none.js voila/templates/twin/static/..%2fpage.html voila/static/../app.py
voila/static/%2e%2e/app.py voila/static/..%5capp.py voila/files/secret.txt voila/files/page.ipynb
voila/files/../outside.png voila/files/..%2foutside.png voila/files/%2e%2e/outside.png
voila/files/%252e%252e/outside.png voila/files//etc/passwd.png voila/files/x%00.png voila/files/%ff.png
voila/files/none.png voila/labextensions/../x voila/labextensions/none/x.js voila/labextensions/x/
voila/render/none.ipynb voila/render/../page.ipynb voila/render/%2e%2e%2foutside.ipynb voila/render/%00.ipynb
voila/render/%ff.ipynb voila/tree/none voila/tree/.. voila/tree/%2e%2e voila/tree/%ff api/kernels/a-b-c-d-e
api/kernels/a-b-c-d-e/channels api/kernels/a-b-c-d-e/interrupt
""".split()


def test_no_other_path_is_served_and_none_leaves_a_traceback_in_the_log(suite):
    for path in NOT_SERVED:
        status, body = requested(suite, path)
        assert status in (403, 404) and b"a secret" not in body and b"outside" != body, (path, status)
        assert PICTURE[:8] not in body
    assert "Traceback" not in suite.log.read_text()


@pytest.mark.parametrize("path", ["voila/tree", "nothing", "voila/api/shutdown/a-b-c-d-e"])
def test_long_bodies_are_refused_before_they_are_read(suite, path):
    before = memory(suite)
    for host in (None, "evil.example"):
        status, _ = requested(suite, path, host=host, method="POST", headers=[("Content-Length", "90000000")])
        assert status == 400
    assert memory(suite) < before + 20


def test_a_visitor_can_neither_end_nor_steer_the_process_of_a_page_by_its_address_alone(suite):
    kernel, _ = opened_page(suite)
    for method, path in {
        ("DELETE", f"api/kernels/{kernel}"),
        ("POST", f"api/kernels/{kernel}/interrupt"),
        ("POST", f"api/kernels/{kernel}/restart"),
        ("POST", "api/kernels"),
        ("PUT", "voila/files/picture.png"),
        ("POST", "voila/tree"),
        ("OPTIONS", "voila/tree"),
    }:
        assert requested(suite, path, method=method)[0] == 404, (method, path)
    assert requested(suite, f"voila/api/shutdown/{kernel}", method="POST")[0] == 403  # the page's own token is missing
    assert suite.status(f"api/kernels/{kernel}") == 200
