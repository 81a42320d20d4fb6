"""Files that come from a page in pieces: the last few are held, each until it is read."""

import pytest

from twin.view.hub.uploads import Uploads


def send(uploads, key, *pieces):
    for place, piece in enumerate(pieces):
        uploads.collect({"id": key, "first": place == 0}, [piece])


def content(path, name):
    return name, path.read_bytes()


def test_pieces_are_put_together_under_the_files_own_name():
    uploads = Uploads()
    send(uploads, 1, b"date,lane,volume\n", b"2026-01-01,A,5\n")
    assert uploads.read({"upload": 1, "file": "C:\\data\\flows.csv"}, content) == (
        "flows.csv",
        b"date,lane,volume\n2026-01-01,A,5\n",
    )


def test_three_files_are_held_and_the_oldest_makes_way_for_a_fourth():
    uploads = Uploads()
    for key in range(1, 5):
        send(uploads, key, b"%d" % key)
    with pytest.raises(ValueError, match="file must be chosen first"):
        uploads.read({"upload": 1}, content)
    assert [uploads.read({"upload": key}, content) for key in (2, 3, 4)] == [
        ("the file", b"%d" % key) for key in (2, 3, 4)
    ]


def test_a_file_is_let_go_once_it_is_read():
    uploads = Uploads()
    send(uploads, 1, b"x")
    uploads.read({"upload": 1}, content)
    with pytest.raises(ValueError, match="file must be chosen first"):
        uploads.read({"upload": 1}, content)
