"""A client of a kernel's websocket, as a page, an older client or an attacker opens it."""

import json
import uuid
from itertools import pairwise
from urllib.parse import urlsplit

from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from twin.apps.sockets import PROTOCOL

PATIENCE = 30  # timeout of every wait [s]


async def connect(server, kernel, *, protocols=(PROTOCOL,), host=None, origin=None, path="channels"):
    """Open the websocket of a kernel; host and origin replace the headers that a browser would send."""
    address = urlsplit(server.url)
    headers = {"Host": host or address.netloc, "Authorization": f"token {server.token}"}
    if origin:
        headers["Origin"] = origin
    url = f"ws://{address.netloc}{address.path}api/kernels/{kernel}/{path}?session_id={uuid.uuid4().hex}"
    return await websocket_connect(
        HTTPRequest(url, headers=headers, request_timeout=PATIENCE), subprotocols=list(protocols)
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
