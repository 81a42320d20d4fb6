"""Addresses at which Binder opens a page of the suite, made of the project's own address in pyproject.toml."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

GITHUB = "https://github.com/"
BINDER = "https://mybinder.org/v2/gh"  # repositories on GitHub; others have another prefix, and another form
LAB, APP = "lab/tree/", "voila/render/"  # what stands before a notebook's path, in Lab and as an app


def address(root: Path, page: str) -> str:
    """Return the address that starts the newest state of the project under root and asks its server for a page."""
    name = repository(root).removeprefix(GITHUB)
    return f"{BINDER}/{name}/HEAD?urlpath={quote(page, safe='')}"


def repository(root: Path) -> str:
    """Return the address of the project under root, as pyproject.toml states it."""
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    found = urls["Repository"]
    if not re.fullmatch(rf"{re.escape(GITHUB)}[\w.-]+/[\w.-]+", found):
        raise ValueError(f"Repository in pyproject.toml must be {GITHUB}OWNER/NAME; got {found}")
    return found
