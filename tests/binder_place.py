"""What Binder makes of the repository, without its images: a checkout elsewhere, its environment, an ordinary user."""

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

PACKAGES = sysconfig.get_path("purelib")  # the dependencies, and a link to the checkout that is tested, not followed
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
READING = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]  # what root may read, and no more rights


@dataclass
class Place:
    """A checkout, which is the user's home on Binder too; the environment beside it; and who the user is."""

    checkout: Path
    environment: Path
    user: list

    @property
    def packages(self):
        """Where the environment keeps what is installed into it."""
        return self.environment / "lib/python{}.{}/site-packages".format(*sys.version_info)

    def command(self, *words):
        """Return a command as the user runs it, in an environment that has nothing from outside."""
        path = f"{self.environment}/bin:/usr/bin:/bin"
        variables = {"HOME": self.checkout, "PATH": path, "USER": "jovyan", "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": 1}
        return [*self.user, "env", "-i", *(f"{name}={value}" for name, value in variables.items()), *words]

    def run(self, *words):
        """Run a command in the checkout; return what it prints."""
        done = subprocess.run(self.command(*words), cwd=self.checkout, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def user_and_python():
    """Return how commands of an ordinary user begin, and a Python which that user may run; None where there is none.

    Root becomes nobody. The interpreter of the tests, or their packages, may be in a folder of root's alone; then
    Debian's Python stands in, or nobody gets root's right to read, where root has it to give.
    """
    usable = f"import sys; sys.path.append({PACKAGES!r}); import numpy; sys.exit(sys.version_info[:2] != %s)"
    for user in [[]] if os.geteuid() else [NOBODY, NOBODY + READING]:
        for python in (os.path.realpath(sys.executable), "/usr/bin/python3"):
            # env: where setpriv starts a program itself, root's rights still find it
            tried = [*user, "env", python, "-c", usable % str(sys.version_info[:2])]
            if subprocess.run(tried, cwd="/", capture_output=True).returncode == 0:
                return user, python
    return None


@contextmanager
def built(user, python):
    """Copy what is committed, or will be, and build it as repo2docker does, the dependencies being there already."""
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
        if (ROOT / name).is_file():  # or else it was deleted, and not committed yet
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, checkout / name)


def _environment(place, python):
    """Make an environment that reads the packages of the tests' own; what Jupyter finds by its prefix is copied."""
    subprocess.run([python, "-m", "venv", "--without-pip", place.environment], check=True)
    (place.packages / "dependencies.pth").write_text(PACKAGES)
    for name in ("etc", "share"):
        shutil.copytree(Path(sys.prefix, name), place.environment / name, ignore=shutil.ignore_patterns("twin"))
