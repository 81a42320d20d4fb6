"""The connection between a page and its kernel on the stand-alone server: one protocol and a few types of messages.

Voilà reads every binary message in the protocol PROTOCOL: it takes the first eight bytes for a number of parts, and
makes a list of that many. If a client speaks the older protocol, the first picture sent to it keeps the server busy for
ever; a malformed message from a client does the same. JupyterLab and other clients are not affected, because Jupyter
Server has a handler of its own.

Voilà loads the class by its name, twin.apps.sockets.PageConnection, from voila.json.
"""

import asyncio
import json
import struct
from itertools import pairwise
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

from twin.apps.visitors import named_by_proxy, stamped, visitor_of
from twin.data.author import IN_MESSAGES

PROTOCOL = "v1.kernel.websocket.jupyter.org"
PROTOCOL_ERROR, POLICY_VIOLATION = 1002, 1008  # codes of RFC 6455 for the end of a connection
MOST_CONNECTIONS = 4  # of a kernel; a page needs one, and each takes four of the 1,023 sockets of ZeroMQ
CHANNEL = "shell"  # the only channel on which a page may send
MESSAGE_TYPES = frozenset({"comm_close", "comm_info_request", "comm_msg", "comm_open", "kernel_info_request"})
_METADATA = 3  # number of the part with the metadata
_PARTS = 5  # parts of every message, each with an offset: channel, header, parent header, metadata, content
MOST_BUFFERS = 1000  # most buffers after these parts
LONGEST_HEADER = 10_000  # [byte]


class PageConnection(ZMQChannelsWebsocketConnection):
    """A connection that a page uses for its widgets, and for nothing else."""

    _refused = False
    _visitor: dict[str, Any] | None = None  # the sender, written into every message behind a proxy

    async def prepare(self) -> None:
        """Prepare a connection to the kernel if the client offers the protocol."""
        offered = self.websocket_handler.request.headers.get("Sec-WebSocket-Protocol", "")
        self._refused = PROTOCOL not in [name.strip() for name in offered.split(",")]
        if named_by_proxy():
            self._visitor = stamped(visitor_of(self.websocket_handler.request.headers))
        if not self._refused:
            await super().prepare()

    def connect(self) -> asyncio.Future | None:
        """Connect to the kernel, or close the websocket with a code and a reason."""
        if self._refused:
            self._close(f"The subprotocol must be {PROTOCOL}")
        elif self.multi_kernel_manager._kernel_connections.get(self.kernel_id, 0) < MOST_CONNECTIONS:
            return super().connect()
        else:
            self._refused = True
            self._open_sessions.pop(self.session_key, None)
            self._close(f"A page may have {MOST_CONNECTIONS} connections at most", POLICY_VIOLATION)
        nothing = asyncio.get_running_loop().create_future()
        nothing.set_result(None)
        return nothing

    def disconnect(self) -> None:
        """Disconnect from the kernel, unless the connection was refused and so has never begun."""
        if not self._refused:
            super().disconnect()

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on to the kernel if a page may send it; close the websocket if it is malformed."""
        if self._refused:
            return
        try:
            channel, kind = channel_and_type(incoming_msg)
            if self._visitor is not None:
                incoming_msg = with_metadata(incoming_msg, {IN_MESSAGES: self._visitor})
        except ValueError as why:
            self._close(str(why))
            return
        if channel == CHANNEL and kind in MESSAGE_TYPES:
            super().handle_incoming_message(incoming_msg)
        else:
            self.log.warning("Message %.40r on channel %.20r is not for pages, and was not passed on", kind, channel)

    def _close(self, reason, code=PROTOCOL_ERROR):
        self.log.warning("Closed a websocket of kernel %s: %s", self.kernel_id, reason)
        self.websocket_handler.close(code, reason)


def channel_and_type(message: Any) -> tuple[str, str]:
    """Return channel and type of a message of the protocol, or raise an error that says why it is none.

    Every check is made before work that grows with a number in the message.
    """
    if not isinstance(message, bytes) or len(message) < 8:
        raise ValueError("A message must be binary")
    count = int.from_bytes(message[:8], "little")  # offsets of the parts and of the end
    if not _PARTS < count <= _PARTS + 1 + MOST_BUFFERS or len(message) < 8 * (1 + count):
        raise ValueError("The number of parts of a message must be right")
    offsets = struct.unpack_from(f"<{count}Q", message, 8)
    ends = (8 * (1 + count), *offsets, len(message))  # parts that overlap would need more memory than the message
    if any(start > end for start, end in pairwise(ends)):
        raise ValueError("The parts of a message must follow each other")
    if offsets[2] - offsets[0] > LONGEST_HEADER:
        raise ValueError("The header of a message must be short")
    try:
        channel = message[offsets[0] : offsets[1]].decode()
        kind = json.loads(message[offsets[1] : offsets[2]].decode())["msg_type"]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError("The header of a message must be a JSON object with msg_type") from None
    if not isinstance(kind, str):
        raise ValueError("The type of a message must be a text")
    return channel, kind


def with_metadata(message: bytes, more: dict[str, Any]) -> bytes:
    """Return a message that `channel_and_type` accepts with more metadata, in place of what the page sent of them.

    ValueError if the metadata are no short JSON object.
    """
    (count,) = struct.unpack_from("<Q", message)
    offsets = struct.unpack_from(f"<{count}Q", message, 8)
    start, end = offsets[_METADATA : _METADATA + 2]
    try:
        if end - start > LONGEST_HEADER:
            raise ValueError
        written = json.dumps({**json.loads(message[start:end]), **more}).encode()
    except (ValueError, TypeError, RecursionError):
        raise ValueError("The metadata of a message must be a short JSON object") from None
    longer = len(written) - (end - start)
    moved = [offset + longer * (number > _METADATA) for number, offset in enumerate(offsets)]
    head = struct.pack(f"<{1 + count}Q", count, *moved)
    return b"".join((head, message[len(head) : start], written, message[end:]))
