"""Addresses at which Binder opens a page of the suite, built from the repository address in pyproject.toml."""

import re
import tomllib
from pathlib import Path
from urllib.parse import quote

BINDER = "https://mybinder.org/v2/gh"  # prefix for repositories on GitHub
LAB, APP = "lab/tree/", "voila/render/"  # prefixes of a notebook's path, in Lab and as an app


def address(root: Path, page: str) -> str:
    """Return the Binder address that starts the latest version of the project under root and opens a page."""
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    repository = urls["Repository"]
    name = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", repository)
    if not name:
        raise ValueError(f"Repository in pyproject.toml must be https://github.com/OWNER/NAME; got {repository}")
    return f"{BINDER}/{name[1]}/HEAD?urlpath={quote(page, safe='')}"
