"""The command hub: a port that cannot be used is refused before anything is announced."""

import socket

import pytest

from twin.__main__ import main

pytest.importorskip("voila")


def test_a_port_that_is_taken_is_refused_because_a_proxy_would_not_find_another(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for ip in ("localhost", "127.0.0.1"):
            assert main(["hub", "--no-browser", "--ip", ip, "--port", str(port)]) == 2
            err = capsys.readouterr().err
            assert f"got {port}, at which another program listens, perhaps an earlier hub" in err
            assert "The operations hub is at" not in err


def test_a_number_that_is_no_port_is_refused(capsys):
    assert main(["hub", "--no-browser", "--port", "80000"]) == 2
    assert capsys.readouterr().err == "twin: port must be a number from 1 to 65535; got 80000\n"
