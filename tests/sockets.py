"""Requests and websockets with headers and messages of every kind: those of a page, an older client or an attacker."""

import asyncio
import http.client
import json
import re
import uuid
from itertools import pairwise
from urllib.parse import urlsplit

import nbformat
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from twin.apps.sockets import PROTOCOL

PATIENCE = 60  # timeout of every wait [s]
PAGE = """
import os, ipywidgets
print("reachable:", os.environ.get("TWIN_REACHABLE"))
ipywidgets.VBox([ipywidgets.Image(value=bytes(range(256)) * 400), ipywidgets.Label("alive")])
"""


def write_page(folder):
    """Write a notebook, page.ipynb, that has a picture among its widgets."""
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(PAGE)]), folder / "page.ipynb")


def requested(server, path, *, host=None, method="GET", headers=()):
    """Return (status, body) of a request with a given header Host."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=PATIENCE)
    connection.putrequest(method, path if path.startswith("http") else f"/{path}", skip_host=True)
    connection.putheader("Host", address.netloc if host is None else host)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read()


def opened_page(server, query=""):
    """Open the page without a browser, and return (id of its kernel, its HTML)."""
    with server.open(f"voila/render/page.ipynb{query}") as answer:
        html = answer.read().decode()
    return json.loads(re.search(r"<script id=.jupyter-config-data.[^>]*>(.+?)</script>", html, re.S)[1])[
        "kernelId"
    ], html


async def connect(server, kernel, *, protocols=(PROTOCOL,), host=None, origin=None, compression=None, more=()):
    """Open the websocket of a kernel; host and origin replace the headers of a browser, `more` are added."""
    address = urlsplit(server.url)
    headers = {"Host": host or address.netloc, "Authorization": f"token {server.token}"}
    if origin:
        headers["Origin"] = origin
    headers |= dict(more)
    url = f"ws://{address.netloc}{address.path}api/kernels/{kernel}/channels?session_id={uuid.uuid4().hex}"
    return await websocket_connect(
        HTTPRequest(url, headers=headers, request_timeout=PATIENCE),
        subprotocols=list(protocols),
        compression_options=compression,
    )


def message(kind, content=None, channel="shell"):
    """Return a message as a dictionary of its parts."""
    header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "username": "", "session": "s", "version": "5.4"}
    parts = {"header": header, "parent_header": {}, "metadata": {}, "content": content or {}}
    return {"channel": channel, **parts}


def packed(message, *buffers):
    """Return a message in the protocol of pages."""
    parts = [message["channel"].encode()]
    parts += [json.dumps(message[name]).encode() for name in ("header", "parent_header", "metadata", "content")]
    return framed([*parts, *buffers])


def framed(parts):
    """Return parts with their offsets in front of them."""
    offsets = [8 * (2 + len(parts))]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(number.to_bytes(8, "little") for number in (len(offsets), *offsets)) + b"".join(parts)


def unpacked(data):
    """Return (type, content, buffers) of a message in the protocol of pages."""
    count = int.from_bytes(data[:8], "little")
    offsets = [int.from_bytes(data[8 * i : 8 * i + 8], "little") for i in range(1, count + 1)]
    parts = [data[start:end] for start, end in pairwise(offsets)]
    return json.loads(parts[1])["msg_type"], json.loads(parts[4]), parts[5:]


async def answer(socket, kind):
    """Return content and buffers of the next message of a type; None if the websocket is closed first."""
    while (data := await asyncio.wait_for(socket.read_message(), PATIENCE)) is not None:
        found, content, buffers = unpacked(data)
        if found == kind:
            return content, buffers
    return None


async def comms_of(server, kernel):
    """Return the ids of the widgets of a page."""
    socket = await connect(server, kernel)
    await socket.write_message(packed(message("comm_info_request")), binary=True)
    content, _ = await answer(socket, "comm_info_reply")
    socket.close()
    return list(content["comms"])
