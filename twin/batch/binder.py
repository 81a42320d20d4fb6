"""Addresses at which Binder opens a page of the suite, made of the project's own address in pyproject.toml."""

import re
import tomllib
from urllib.parse import quote

BINDER = "https://mybinder.org/v2/gh"  # repositories on GitHub; others have another prefix, and another form
LAB, APP = "lab/tree/", "voila/render/"  # what stands before a notebook's path, in Lab and as an app


def address(root, page):
    """Return the address that starts the newest state of the project under root and asks its server for a page."""
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    repository = urls["Repository"]
    name = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", repository)
    if not name:
        raise ValueError(f"Repository in pyproject.toml must be https://github.com/OWNER/NAME; got {repository}")
    return f"{BINDER}/{name[1]}/HEAD?urlpath={quote(page, safe='')}"
