"""The numbered equations and the pictures of the lessons, read from the notebooks as they are stored."""

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
DISPLAYED = re.compile(r"\$\$(.+?)\$\$", re.S)
TAG = re.compile(r"\\tag\{([^}]*)\}")


@dataclass(frozen=True)
class Equation:
    """A numbered equation of a lesson, as LaTeX without its number."""

    number: str
    latex: str
    notebook: str


@dataclass(frozen=True)
class Picture:
    """A picture in the outputs of a lesson, with the words that describe it."""

    notebook: str
    name: str
    words: str
    heading: str
    png: bytes


def numbered_notebooks() -> list[Path]:
    """Return the lessons in their order, without the contents."""
    return sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))[1:]


@cache
def cells(path: Path) -> list[dict]:
    """Return the cells of a notebook."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def named(number: str) -> str:
    """Return the name of the lesson with a number, such as "02_buffers" for "02"."""
    return next(path.stem for path in numbered_notebooks() if path.stem.startswith(number))


def title(path: Path) -> str:
    """Return the title of a lesson, such as "02 · Buffers: how much safety stock a service level needs"."""
    return "".join(cells(path)[0]["source"]).split("\n")[0].removeprefix("# ")


@cache
def equations() -> dict[str, Equation]:
    """Return each numbered equation by its number, in the order of the numbers."""
    found = {}
    for path in numbered_notebooks():
        for cell in cells(path):
            shown = DISPLAYED.findall("".join(cell["source"])) if cell["cell_type"] == "markdown" else []
            for latex in shown:
                if number := TAG.search(latex):
                    found[number[1]] = Equation(number[1], TAG.sub("", latex).strip(), path.stem)
    return dict(sorted(found.items(), key=lambda item: tuple(map(int, item[0].split(".")))))


def pictures() -> list[Picture]:
    """Return the pictures of all lessons, with the heading that each stands under."""
    found = []
    for path in numbered_notebooks():
        heading, count = "", 0
        for cell in cells(path):
            if cell["cell_type"] == "markdown":
                heading = (re.findall(r"^##+ (.+)$", "".join(cell["source"]), re.M) or [heading])[-1]
            for output in cell.get("outputs", []):
                if png := output.get("data", {}).get("image/png"):
                    count += 1
                    words = output["metadata"]["image/png"]["alt"]
                    found.append(Picture(path.stem, f"{path.stem}-{count}", words, heading, base64.b64decode(png)))
    return found
