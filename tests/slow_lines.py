"""A slow line to a server: a port that passes on what comes, later and so many bytes a second."""

import socket
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit


@contextmanager
def slow_line(url, *, speed, latency):
    """Yield the address of a server over a line of this speed [bytes/s], which connections share, and latency [s]."""
    place, turn, ends = urlsplit(url), threading.Lock(), []

    def pass_on(source, target, answers):
        try:
            while data := source.recv(max(1, speed // 20)):
                if answers:
                    with turn:
                        time.sleep(len(data) / speed)
                else:
                    time.sleep(latency)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:  # one of the two has gone
            for end in (source, target):
                end.close()

    def connect():
        while True:
            try:
                visitor, _ = door.accept()
            except OSError:  # the line is closed
                return
            server = socket.create_connection((place.hostname, place.port))
            ends.extend((visitor, server))
            for source, target, answers in ((visitor, server, False), (server, visitor, True)):
                threading.Thread(target=pass_on, args=(source, target, answers), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=connect, daemon=True).start()
        yield place._replace(netloc=f"localhost:{door.getsockname()[1]}").geturl()
        door.shutdown(socket.SHUT_RDWR)
    for end in ends:
        end.close()
