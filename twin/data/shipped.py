"""The notebooks, the papers, the template of the pages and the settings of the servers, which come with the package."""

import shutil
from pathlib import Path

from twin._check import require
from twin.data.made_folder import made_folder

_PACKAGE = Path(__file__).parents[1]


def shipped() -> Path:
    """Return the folder with notebooks, papers, share/jupyter, etc/jupyter and voila.json.

    It is twin/shipped where the wheel is installed, and the top of the repository in a clone.
    """
    inside = _PACKAGE / "shipped"
    return inside if inside.is_dir() else _PACKAGE.parent


def unused(folder: str | Path) -> Path:
    """Return the path of a folder for copies, or raise an error if there is anything in it."""
    folder = Path(folder)
    free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    require(free, "folder", "new or empty, so that no work is overwritten", folder)
    return folder


def copy_notebooks(folder: str | Path) -> list[Path]:
    """Copy the notebooks, their solutions and pictures to a new or empty folder; return the paths of the notebooks."""
    folder = unused(folder)
    unwanted = shutil.ignore_patterns(".*", "__pycache__")
    with made_folder(folder):
        shutil.copytree(shipped() / "notebooks", folder, ignore=unwanted, dirs_exist_ok=True)
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode | 0o200)  # an installation may be read-only; a copy is worked on
    return sorted(folder.rglob("*.ipynb"))
