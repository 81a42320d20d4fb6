"""A folder is made if it is new; one that cannot be written is named in a sentence before anything is computed."""

import errno
import os
import tempfile
from pathlib import Path

import pytest

from twin.__main__ import main
from twin.data.made_folder import made_folder, make_folder

COMMANDS = [
    ["report", "--to", "{folder}"],
    ["new-paper", "{folder}"],
    ["notebooks", "{folder}"],
    ["assess", "--xlsx", "{folder}/lanes.xlsx"],
    ["assess", "--report", "{folder}/lanes.html"],
    ["assess", "--report", "{folder}/lanes.pdf"],
    ["ledger", "backup", "{folder}/copy.sqlite"],
    *(["ledger", "export", f"{{folder}}/flows.{end}"] for end in ("csv", "parquet", "xlsx", "jsonl.gz")),
    ["plan", "export", "{folder}/plan.xlsx"],
]


@pytest.fixture
def closed(tmp_path, monkeypatch):
    """Return a folder in which the system refuses to make files, to root too."""
    folder, touch = tmp_path / "closed", Path.touch
    folder.mkdir()

    def refuse(path, *_, **__):
        if Path(path).parent == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return touch(path)

    def refuse_below(dir=None, **_):  # the name of the argument in tempfile
        refuse(Path(dir or tmp_path, "file"))

    monkeypatch.setattr(Path, "touch", refuse)
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse_below)
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_names_the_folder_the_reason_and_the_way_out(command, closed, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/flows.sqlite")
    assert main(["ledger", "seed"]) == 0 and main(["plan", "set", "site", "B", "places=3"]) == 0
    capsys.readouterr()
    assert main([word.format(folder=closed) for word in command]) == 2
    said = capsys.readouterr().err
    assert f"you may not write into the folder {closed}; name another one" in said and "[Errno" not in said
    assert list(closed.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc, where nothing can be made")
def test_a_new_folder_that_cannot_be_made_is_named():
    with pytest.raises(OSError, match=r"^the folder /proc/x cannot be made: the folder /proc takes no new files; name"):
        make_folder(Path("/proc/x"))


def test_a_path_below_or_of_a_file_is_refused(tmp_path):
    file = tmp_path / "a"
    file.write_text("")
    for folder in (file, file / "b"):
        with pytest.raises(OSError, match=r"cannot be made: it, or a folder above it, is a file; name another one$"):
            make_folder(folder, parents=True)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_only_a_new_and_empty_folder_is_gone(tmp_path, error):
    for name, held, made in (("new", False, False), ("filled", False, True), ("old", True, False)):
        folder = tmp_path / name
        if held:
            folder.mkdir()
        with pytest.raises(error), made_folder(folder):
            if made:
                (folder / "file").touch()
            raise error
        assert folder.exists() == (name != "new")


def test_a_report_that_is_refused_leaves_no_folder(tmp_path, capsys):
    assert main(["report", str(tmp_path / "missing.csv"), "--to", str(tmp_path / "reports")]) == 2
    assert "missing.csv" in capsys.readouterr().err and list(tmp_path.iterdir()) == []
