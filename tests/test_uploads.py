"""Files that come from a page in pieces: the last few are held, each until it is read."""

import gzip

import pytest

from twin.data.load import read_history
from twin.view.hub.uploads import LARGEST_FILE, Uploads


def send(uploads, key, *pieces):
    for place, piece in enumerate(pieces):
        uploads.collect({"id": key, "begins": place == 0}, [piece])


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


@pytest.mark.parametrize("times", [1, 3])
def test_what_comes_out_of_a_gzip_counts_not_what_is_sent(times):
    uploads = Uploads()
    row = b"2024-01-01,A,5\n"
    part = gzip.compress(row * (LARGEST_FILE // times // len(row) + times))
    assert len(part) < 1e6
    send(uploads, 1, part * times)
    rule = r"what comes out of flows.csv.gz must be at most 64 MB; import larger ones by the command line; got more"
    with pytest.raises(ValueError, match=rule):
        uploads.read({"upload": 1, "file": "flows.csv.gz"}, lambda path, name: pytest.fail("it was read"))


def test_a_broken_gzip_and_a_long_line_are_refused_under_the_files_own_name():
    uploads = Uploads()
    send(uploads, 1, gzip.compress(b"date,lane,volume\n2024-01-01,A,5\n")[:-6])
    with pytest.raises(ValueError, match=r"^flows.csv is a broken or cut gzip file"):
        uploads.read({"upload": 1, "file": "flows.csv"}, lambda path, name: read_history(path))
    send(uploads, 2, b"date,lane,volume\n2024-01-01,A," + b"1" * 2_000_000)
    with pytest.raises(ValueError, match=r"^flows.csv, line 2: a line must have at most"):
        uploads.read({"upload": 2, "file": "flows.csv"}, lambda path, name: read_history(path))
