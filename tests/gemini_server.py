"""A local server in place of Gemini: it gives the replies that a test has prepared, one per request."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "AIza-a-key-that-nobody-may-see"


def text(*pieces, finish="STOP"):
    """Return a reply that consists of pieces of text."""
    parts = [{"text": piece} for piece in pieces]
    return [_chunk([part], finish if part is parts[-1] else None) for part in parts]


def calls(*asked):
    """Return a reply that asks for function calls; asked : (name, arguments) of each."""
    return [_chunk([{"functionCall": {"name": name, "args": arguments}} for name, arguments in asked], "STOP")]


def blocked():
    """Return the reply to a prompt that the vendor's filter has blocked."""
    return [{"promptFeedback": {"blockReason": "SAFETY"}}]


def status(code, message="a message", details=(), headers=None):
    """Return a reply with an HTTP error status, and the vendor's details of it."""
    error = {"code": code, "message": f"{message} {KEY}", "status": "SOME_STATUS", "details": list(details)}
    return {"status": code, "body": {"error": error}, "headers": headers or {}}


def wrong_key():
    """Return the vendor's reply to a wrong key, which is not 401."""
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    return status(400, "API key not valid", [{"@type": kind, "reason": "API_KEY_INVALID", "domain": "googleapis.com"}])


def quota(delay):
    """Return the vendor's reply when a quota is used up; delay : the wait that it asks for, such as "31s"."""
    return status(429, "slower", [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}])


def raw(body):
    """Return a reply of these bytes, valid or not."""
    return {"raw": body}


def broken_off(*pieces):
    """Return a reply after whose pieces of text the connection breaks."""
    return {"chunks": text(*pieces, finish=None), "break": True}


def slow(seconds, *pieces):
    """Return a reply that comes after a delay."""
    return {"chunks": text(*pieces), "wait": seconds}


def paced(seconds, *pieces):
    """Return a reply with a pause before each piece."""
    return {"chunks": text(*pieces), "pause": seconds}


def _chunk(parts, finish):
    candidate = {"content": {"role": "model", "parts": parts}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "stand-in"}


class GeminiServer:
    """A server on loopback: it gives `replies` in turn, the last one repeatedly, and keeps the `requests` it got.

    `sent` counts the pieces of replies that it has sent; `broken` tells whether a client has closed a connection early.

    A reply may be a function of the prompt.
    """

    def __init__(self, *replies):
        self.replies, self.requests = list(replies), []
        self.sent, self.broken = 0, False
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.requests.append(
                    {"path": self.path, "headers": dict(self.headers), "body": body, "time": time.monotonic()}
                )
                reply = server.replies[min(len(server.requests), len(server.replies)) - 1]
                if callable(reply):
                    reply = reply(server.prompt(body))
                try:
                    server.answer(self, reply if isinstance(reply, dict) else {"chunks": reply})
                except ConnectionError:
                    server.broken = self.close_connection = True

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()

    @staticmethod
    def prompt(body):
        """Return the text of a request."""
        return body["contents"][-1]["parts"][0]["text"]

    def answer(self, handler, reply):
        """Send a reply, as a JSON array or as events."""
        time.sleep(reply.get("wait", 0))
        events = "alt=sse" in handler.path
        handler.send_response(reply.get("status", 200))
        handler.send_header("Content-Type", "text/event-stream" if events else "application/json")
        for name, value in reply.get("headers", {}).items():
            handler.send_header(name, value)
        if "chunks" not in reply:
            body = reply["raw"] if "raw" in reply else json.dumps(reply["body"]).encode()
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
            return
        pieces = [json.dumps(chunk) for chunk in reply["chunks"]]
        if events:
            pieces = [f"data: {piece}\r\n\r\n" for piece in pieces]
        else:
            pieces = ["[" * (i == 0) + "," * (i > 0) + piece for i, piece in enumerate(pieces)] + ["]"]
        if reply.get("break"):
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
            handler.wfile.write("".join(pieces[: -1 if not events else None]).encode())
            handler.wfile.flush()
            handler.close_connection = True
            return
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for piece in pieces:
            time.sleep(reply.get("pause", 0))
            handler.wfile.write(f"{len(piece.encode()):x}\r\n{piece}\r\n".encode())
            handler.wfile.flush()
            self.sent += 1
        handler.wfile.write(b"0\r\n\r\n")
