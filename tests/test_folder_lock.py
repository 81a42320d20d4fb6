"""A lock lets one run at a time work in a folder."""

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
