"""A lock lets one run at a time work in a folder."""

import sys
from types import SimpleNamespace

import pytest

from twin.compute.folder_lock import folder_lock


def test_a_second_run_in_a_folder_is_refused_until_the_first_one_ends(tmp_path):
    folder = tmp_path / "new" / "out"
    with folder_lock(folder):
        with (
            pytest.raises(ValueError, match=r"another run is at work in .*out; wait for"),
            folder_lock(folder),
        ):
            pass
        with folder_lock(tmp_path / "another"):
            pass
    with folder_lock(folder):
        pass


def test_on_windows_the_first_byte_of_the_file_is_locked(tmp_path, monkeypatch):
    held = set()

    def locking(descriptor, how, count):
        assert (how, count) == ("without waiting", 1)
        if held:
            raise PermissionError(13, "Permission denied")
        held.add(descriptor)

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK="without waiting"))
    with folder_lock(tmp_path):
        assert len(held) == 1
        with pytest.raises(ValueError, match="another run is at work"), folder_lock(tmp_path):
            pass
