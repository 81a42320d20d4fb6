"""Addresses at which Binder opens a page of the suite, built from the repository address in pyproject.toml."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

GITHUB = "https://github.com/"
BINDER = "https://mybinder.org/v2/gh"  # prefix for repositories on GitHub
LAB, APP = "lab/tree/", "voila/render/"  # prefixes of a notebook's path, in Lab and as an app


def address(root: Path, page: str) -> str:
    """Return the Binder address that starts the project under root, at the version that it names, and opens a page."""
    name = repository(root).removeprefix(GITHUB)
    return f"{BINDER}/{name}/{version(root)}?urlpath={quote(page, safe='')}"


def version(root: Path) -> str:
    """Return the commit, branch or tag that Binder starts: that of [tool.twin] in pyproject.toml, by default HEAD."""
    return _settings(root).get("tool", {}).get("twin", {}).get("binder", "HEAD")


def repository(root: Path) -> str:
    """Return the address of the project under root, as stated in pyproject.toml."""
    found = _settings(root)["project"]["urls"]["Repository"]
    if not re.fullmatch(rf"{re.escape(GITHUB)}[\w.-]+/[\w.-]+", found):
        raise ValueError(f"Repository in pyproject.toml must be {GITHUB}OWNER/NAME; got {found}")
    return found


def _settings(root):
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
