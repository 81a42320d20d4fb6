"""Build the repository as Binder does, without an image: a checkout elsewhere, an environment, an ordinary user."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from apps import ROOT

PACKAGES = sysconfig.get_path("purelib")  # installed dependencies; its link to this checkout is not followed
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
READING = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # root's right to read, and no other


@dataclass
class Place:
    """A checkout, which is the user's home as on Binder; its environment; the command prefix that changes the user."""

    checkout: Path
    environment: Path
    user: list

    @property
    def packages(self):
        """Folder of the packages of the environment."""
        return self.environment / "lib/python{}.{}/site-packages".format(*sys.version_info)

    def command(self, *words):
        """Return a command as the user runs it, without any environment variables from outside."""
        path = f"{self.environment}/bin:/usr/bin:/bin"
        variables = {"HOME": self.checkout, "PATH": path, "USER": "jovyan", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": 1}
        return [*self.user, "env", "-i", *(f"{name}={value}" for name, value in variables.items()), *words]

    def run(self, *words):
        """Run a command in the checkout, and return its output."""
        done = subprocess.run(self.command(*words), cwd=self.checkout, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def user_and_python():
    """Return (prefix of commands of an ordinary user, a Python that this user may run); None if there is none.

    Root becomes the user nobody. If only root may read the interpreter or the packages of the tests, Debian's Python
    replaces it, or nobody gets root's right to read if root may grant it.
    """
    usable = f"import sys; sys.path.append({PACKAGES!r}); import numpy; sys.exit(sys.version_info[:2] != %s)"
    for user in [[]] if os.geteuid() else [NOBODY, NOBODY + READING]:
        for python in (os.path.realpath(sys.executable), "/usr/bin/python3"):
            # `env` looks the program up with the user's rights; setpriv would use those of root
            tried = [*user, "env", python, "-c", usable % str(sys.version_info[:2])]
            if subprocess.run(tried, cwd="/", capture_output=True).returncode == 0:
                return user, python
    return None


@contextmanager
def built(user, python):
    """Yield a copy of the files that git tracks or would add, built as repo2docker does with installed dependencies."""
    folder = Path(tempfile.mkdtemp(prefix="twin-binder-"))
    place = Place(folder / "jovyan's twin, é", folder / "environment", user)
    try:
        _copy(place.checkout)
        _environment(place, python)
        if user:
            subprocess.run(["chown", "-R", "--no-dereference", "65534:65534", folder], check=True)
        place.run("binder/postBuild")
        yield place
    finally:
        shutil.rmtree(folder)


def _copy(checkout):
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        if (ROOT / name).is_file():  # otherwise it is deleted, but the deletion is not committed yet
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, checkout / name)


def _environment(place, python):
    """Make an environment that shares the packages of the tests; files that Jupyter finds by its prefix are copied."""
    subprocess.run([python, "-m", "venv", "--without-pip", place.environment], check=True)
    (place.packages / "dependencies.pth").write_text(PACKAGES)
    for name in ("etc", "share"):
        shutil.copytree(Path(sys.prefix, name), place.environment / name, ignore=shutil.ignore_patterns("twin"))
