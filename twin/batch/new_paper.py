"""Start a paper as a copy of one that comes with the package, with the lessons that its jobs run."""

import re
import shutil
from pathlib import Path

from twin._check import require
from twin.data.made_folder import made_folder
from twin.data.shipped import shipped, unused

FIRST_PAPER = "first-paper"  # a small paper to begin with
_LESSON = re.compile(r"\.\./\.\./(notebooks/[\w.-]+\.ipynb)")  # path of a lesson in figures.yml


def papers() -> list[str]:
    """Return the names of the papers that come with the package.

    >>> "first-paper" in papers()
    True
    """
    return sorted(path.parent.name for path in (shipped() / "papers").glob("*/figures.yml"))


def new_paper(folder: str | Path, like: str = FIRST_PAPER) -> list[Path]:
    """Copy a paper to a new or empty folder, which then needs no other; return the paths of its files.

    like : one of `papers()`. The lessons that it runs are copied to `notebooks` in the folder.
    """
    folder = unused(folder)
    require(like in papers(), "--like", f"one of {', '.join(papers())}", like)
    unwanted = shutil.ignore_patterns("out", ".*", "__pycache__")
    with made_folder(folder):
        shutil.copytree(shipped() / "papers" / like, folder, ignore=unwanted, dirs_exist_ok=True)
    plan = folder / "figures.yml"
    text = plan.read_text(encoding="utf-8")
    for name in sorted(set(_LESSON.findall(text))):
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(shipped() / name, folder / name)
    plan.write_text(_LESSON.sub(r"\1", text), encoding="utf-8")
    return sorted(path for path in folder.rglob("*") if path.is_file())
