"""Addresses at which Binder starts the suite with one of its pages open, made of the project's own in pyproject.toml."""

import re
import tomllib
from urllib.parse import quote

BINDER = "https://mybinder.org/v2/gh"  # repositories on GitHub; others have another prefix, and another form
LAB, APP = "lab/tree/", "voila/render/"  # what stands before a notebook's path, in Lab and as an app


def address(root, page):
    """Return the address for a page: the project under root, its newest state, and what its server is asked for."""
    urls = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    repository = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", urls["Repository"])
    if not repository:
        raise ValueError(f"Repository in pyproject.toml must be https://github.com/OWNER/NAME; got {urls['Repository']}")
    return f"{BINDER}/{repository[1]}/HEAD?urlpath={quote(page, safe='')}"
