"""A file is the old or the whole new one, and a failure to write it is told in a sentence."""

import errno
import os
import subprocess
import sys

import pytest

from twin.data.whole_file import whole_file


@pytest.fixture
def path(tmp_path):
    """Return the path of a file with old content, alone in its folder."""
    made = tmp_path / "a.txt"
    made.write_text("old")
    return made


def alone(path):
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_new_file_takes_the_place_of_the_old_when_it_is_complete(path):
    path.chmod(0o640)
    with whole_file(path, "file") as partial:
        partial.write_text("new")
        assert path.read_text() == "old" and partial.parent == path.parent
    assert path.read_text() == "new" and path.stat().st_mode & 0o777 == 0o640 and alone(path)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError, BrokenPipeError])
def test_an_error_leaves_the_old_file(path, error):
    with pytest.raises(error), whole_file(path, "file") as partial:
        partial.write_text("half")
        raise error
    assert path.read_text() == "old" and alone(path)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk is full"),
        (errno.EFBIG, "it would be larger than a file may be here"),
        (errno.EACCES, "you may not write into the folder {folder}; name another one"),
        (errno.EROFS, "the folder {folder} can only be read; name another one"),
        (errno.ENOENT, "the folder {folder} takes no new files; name another one"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_what_the_system_refuses_is_said_in_a_sentence(path, code, said):
    for file, left in (
        (path, "the file that was there is unchanged"),
        (path.with_name("b.txt"), "nothing was written"),
    ):
        with pytest.raises(OSError) as caught, whole_file(file, "file") as partial:
            partial.write_text("half")
            raise OSError(code, os.strerror(code), str(partial))
        words = said.format(folder=path.parent.resolve())
        assert str(caught.value) == f"{file} cannot be written: {words}; {left}"
    assert path.read_text() == "old" and alone(path)


def test_a_folder_that_does_not_exist_is_named(path):
    for file in (path.parent / "no" / "a.txt", path.parent, path / "b.txt"):
        with (
            pytest.raises(ValueError, match="--out must be a file in a folder that exists; got"),
            whole_file(file, "--out"),
        ):
            pass


def test_a_user_without_rights_is_told(tmp_path):
    """Root may write everywhere, so another user's process tries."""
    code = "import os, sys; from twin.data.whole_file import whole_file; os.getuid() or os.setuid(65534)\n"
    code += "with whole_file(sys.argv[1], 'file') as partial: partial.write_text('x')"
    done = subprocess.run([sys.executable, "-c", code, "/usr/a.txt"], capture_output=True, text=True)
    assert done.returncode == 1
    assert (
        "/usr/a.txt cannot be written: you may not write into the folder /usr; name another one; nothing was written"
        in done.stderr
    )
