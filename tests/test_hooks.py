"""The hooks before a commit, run for real: they pass what is here, and each stops its kind of damage."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DAMAGE = {
    "style": ("twin/lane.py", b"import os\n"),
    "layout": ("twin/demand.py", b"x=1\n"),
    "contents": ("notebooks/00_contents.ipynb", b"\n"),
    "colours": ("share/jupyter/voila/templates/twin/colours.css", b"\n"),
    "environment": ("binder/environment.yml", b"# another one\n"),
    "size": ("NOTATION.md", b" " * 2**20),
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Return a repository with the files of this checkout and the environment of the tests."""
    folder = tmp_path_factory.mktemp("clone")
    kept_out = shutil.ignore_patterns(
        ".git", ".venv", ".*_cache", "__pycache__", "build", "dist", "out", ".env", "*.db"
    )
    shutil.copytree(ROOT, folder, ignore=kept_out, dirs_exist_ok=True)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    subprocess.run(["git", "add", "--all"], cwd=folder, check=True)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    return folder


def hooks(clone):
    """Return {hook: whether it passed} of all files."""
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
    environment = {**os.environ, "PRE_COMMIT_HOME": str(clone / ".git" / "pre-commit")}
    run = subprocess.run(command, cwd=clone, env=environment, capture_output=True, text=True)
    found = re.findall(r"\.(Passed|Failed)\n- hook id: (\w+)", run.stdout)
    assert run.returncode == any(result == "Failed" for result, _ in found), run.stdout + run.stderr
    return {hook: result == "Passed" for result, hook in found}


def test_hooks_pass_what_is_here_and_stop_each_damage(clone):
    subprocess.run([sys.executable, "-m", "pre_commit", "validate-config"], cwd=clone, check=True)
    assert hooks(clone) == dict.fromkeys(DAMAGE, True)
    for name, damage in DAMAGE.values():
        (clone / name).write_bytes((clone / name).read_bytes() + damage)
    assert hooks(clone) == dict.fromkeys(DAMAGE, False)
