"""Addresses at which Binder opens a page of the suite, built from the repository address in pyproject.toml."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

GITHUB = "https://github.com/"
BINDER = "https://mybinder.org/v2/gh"  # prefix for repositories on GitHub
LAB, APP = "lab/tree/", "voila/render/"  # prefixes of a notebook's path, in Lab and as an app


def address(root: Path, page: str) -> str:
    """Return the Binder address that starts the latest version of the project under root and opens a page."""
    name = repository(root).removeprefix(GITHUB)
    return f"{BINDER}/{name}/HEAD?urlpath={quote(page, safe='')}"


def repository(root: Path) -> str:
    """Return the address of the project under root, as stated in pyproject.toml."""
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    found = urls["Repository"]
    if not re.fullmatch(rf"{re.escape(GITHUB)}[\w.-]+/[\w.-]+", found):
        raise ValueError(f"Repository in pyproject.toml must be {GITHUB}OWNER/NAME; got {found}")
    return found
