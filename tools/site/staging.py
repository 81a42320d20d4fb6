"""The sources of the site, gathered in one folder: pages of docs/, notebooks as executed, and the files at the top.

Links between files stay links between pages. A link to a public module leads to its page of the reference; a link to
any other file of the repository leads to the repository.
"""

import json
import posixpath
import re
import tomllib
from pathlib import Path

import modules

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REPOSITORY = f"{PROJECT['project']['urls']['Repository']}/blob/{PROJECT['tool']['twin']['binder']}"
#: Files at the top that are pages of the site.
TOP = ["README", "CHANGELOG", "CONTRIBUTING", "SECURITY", "SUPPORT", "CODE_OF_CONDUCT", "NOTATION"]
#: Pages that the build makes and that other pages lead to.
GENERATED = {"equations.md", "gallery.md", "papers/index.md", "reference/index.rst"}
LINK = re.compile(r"(\]\()(?![a-z]+:|#)([^)\s#]+)([^)\s]*\))")
CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.M | re.S)


def pages() -> dict[str, Path]:
    """Return the file behind each page, by its path in the site."""
    top = {f"{name}.md": ROOT / f"{name}.md" for name in TOP}
    docs = {path.relative_to(ROOT / "docs").as_posix(): path for path in (ROOT / "docs").rglob("*.md")}
    notebooks = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "notebooks").glob("**/[0-9]*.ipynb")}
    return top | docs | notebooks


def stage() -> dict[str, bytes]:
    """Return the sources of the site that are written by hand, by their path in the site."""
    found = pages()
    places = {path.resolve(): f"/{name}" for name, path in found.items()}
    staged = {}
    for name, path in found.items():
        text = path.read_text(encoding="utf-8")
        staged[name] = _notebook(text, path, places) if path.suffix == ".ipynb" else _page(text, path, places)
    copied = [*(ROOT / "docs/_static").iterdir(), ROOT / "docs/references.bib"]
    files = {path.relative_to(ROOT / "docs").as_posix(): path.read_bytes() for path in copied}
    files |= {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in (ROOT / "notebooks/pictures").iterdir()}
    return {name: text.encode() for name, text in staged.items()} | files


def write(files: dict[str, bytes], folder: Path) -> None:
    """Make a folder hold these files and no others; a file that has not changed is left alone."""
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in files:
            path.unlink()
    for name, content in files.items():
        path = folder / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def _notebook(text, path, places):
    """Return a notebook with its links rewritten, and the words of its pictures where MyST-NB looks for them."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        words = [output["metadata"]["image/png"]["alt"] for output in cell.get("outputs", []) if _is_picture(output)]
        if words:
            cell["metadata"]["mystnb"] = {"image": {"alt": " ".join(words)}}
        if cell["cell_type"] == "markdown":
            cell["source"] = relinked("".join(cell["source"]), path, places)
    return json.dumps(notebook)


def _is_picture(output):
    return "alt" in output.get("metadata", {}).get("image/png", {})


def _page(text, path, places):
    """Return a page with its links rewritten; in the files at the top, except NOTATION, $ is money and no formula."""
    if path.parent == ROOT and path.name != "NOTATION.md":
        parts = CODE.split(text)
        text = "".join(part if number % 2 else part.replace("$", r"\$") for number, part in enumerate(parts))
    return relinked(text, path, places)


def relinked(text: str, path: Path, places: dict[Path, str]) -> str:
    """Return Markdown with the relative links of the file at a path leading to pages, or to the repository."""

    def lead(found):
        start, target, rest = found.groups()
        inside = target.lstrip("/") if target.startswith("/") else _from_root(path, target)
        return f"{start}{address(inside, places)}{rest}"

    return LINK.sub(lead, text)


def _from_root(path, target):
    return posixpath.normpath(posixpath.join(path.parent.relative_to(ROOT).as_posix(), target))


def address(inside: str, places: dict[Path, str]) -> str:
    """Return where a link to a file of the repository leads, given by its path from the top."""
    if (file := (ROOT / inside).resolve()) in places:
        return places[file]
    module = inside.removesuffix(".py").replace("/", ".")
    if inside.endswith(".py") and module in modules.public():
        return f"/reference/{module}.rst"
    if inside in GENERATED or inside.startswith("notebooks/pictures/"):
        return f"/{inside}"
    return f"{REPOSITORY}/{inside}"
