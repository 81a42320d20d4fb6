"""Generate the navigation: 00_contents.ipynb, links between notebooks, the README's table, pictures and cards.

Each numbered notebook opens with "# NN · Name: subject", a question in bold and an answer. The lines that end in
<!-- nav -->, in that cell and in the last Markdown cell, are generated.
"""

import base64
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from twin.batch import binder
from twin.batch.cards import CARDS, about, cards
from twin.batch.normal_form import PACKAGE, dumps, normalise

BEGIN, END = "<!-- contents:begin -->", "<!-- contents:end -->"
NAV = "<!-- nav -->"
CONTENTS = "00_contents.ipynb"
PICTURE_FOLDER = "pictures"
FORMULA_FOLDERS = ("twin", "twin/games")  # searched for the module of a notebook's formulas
OPENING = """# 00 · The LSP Digital Capacity Twin

How much capacity should a logistics service provider reserve before it knows demand? Each notebook answers
one question about that decision. It can be read as a lesson, used as an app and run as a batch job, and it
checks its own results.
"""


@dataclass(frozen=True)
class ContentsRow:
    """The title, question and answer of a notebook, from its first cell."""

    file: str
    number: str
    title: str
    question: str
    answer: str

    @property
    def short(self) -> str:
        """Return number and name, for a link."""
        return f"{self.number} {self.title.split(':')[0]}"


def read_entry(path: Path) -> ContentsRow:
    """Return title, question and answer from the first cell of a notebook."""
    cell = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
    text = "".join(cell["source"])
    heading = re.match(r"# (\d\d) · (.+)\n", text)
    question = re.search(r"^\*\*(.+?)\*\*[ \n]*(.*?)(?=\n\n|\n.*<!-- nav -->|\Z)", text, re.M | re.S)
    if cell["cell_type"] != "markdown" or not heading or heading[1] != path.name[:2]:
        raise ValueError(f"{path} must open with '# {path.name[:2]} · Title'; got {text[:40]!r}")
    if not question:
        raise ValueError(f"{path} must ask its question in bold, in its first cell; got {text[:80]!r}")
    said = (" ".join(part.split()) for part in question.groups())
    return ContentsRow(path.name, heading[1], heading[2].strip(), *said)


def update(root: str | Path, *, write: bool = True) -> list[Path]:
    """Update contents, links and README under root; return the paths that changed, or would change if written."""
    root = Path(root)
    paths = sorted((root / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    paths = [path for path in paths if path.name != CONTENTS]
    entries = [read_entry(path) for path in paths]
    files = {path: _with_links(path, entries, i).encode() for i, path in enumerate(paths)}
    pictures = {path.name: _picture(path) for path in paths}
    files |= {root / "notebooks" / _picture_of(name): content for name, content in pictures.items()}
    if (root / CARDS).parent.is_dir():
        seen = {name: _picture_of(name) for name, content in pictures.items() if content}
        files[root / CARDS] = cards(entries, seen, f"{binder.repository(root)}/blob/HEAD/").encode()
    if entries:
        files[root / "notebooks" / CONTENTS] = dumps(_contents(entries)).encode()
    readme = root / "README.md"
    if readme.is_file() and BEGIN in readme.read_text(encoding="utf-8"):
        before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        listed = f"{_table(entries, 'notebooks/', on_binder=True)}\n\n{_addresses(root, entries)}"
        files[readme] = f"{before}{BEGIN}\n{listed}\n{END}{after}".encode()
    changed = [p for p, content in files.items() if content and not (p.is_file() and p.read_bytes() == content)]
    for path in changed if write else ():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(files[path])
    return changed


def _picture_of(name):
    return f"{PICTURE_FOLDER}/{Path(name).stem}.png"


def _table(entries, folder="", *, on_binder=False):
    """Return the table of all notebooks; on_binder adds reference links to Binder, defined by `_addresses`."""
    lines = ["| | Notebook | Question | Answer in short |", "|---|---|---|---|"]
    for entry in entries:
        link = f"[{entry.title}]({folder}{entry.file})"
        lines.append(f"| {entry.number} | {link} | {entry.question} | {entry.answer} |")
    if on_binder:
        column = [" On Binder |", "---|", *(f" [Lab][lab {e.number}] · [app][app {e.number}] |" for e in entries)]
        lines = [line + cell for line, cell in zip(lines, column, strict=True)]
    return "\n".join(lines)


def _addresses(root, entries):
    """Return the definitions of the README's links to Binder: [binder] for the contents, and two for each notebook."""
    lines = [f"[binder]: {binder.address(root, f'{binder.LAB}notebooks/{CONTENTS}')}"]
    for entry in entries:
        for name, opens in (("lab", binder.LAB), ("app", binder.APP)):
            lines.append(f"[{name} {entry.number}]: {binder.address(root, f'{opens}notebooks/{entry.file}')}")
    return "\n".join(lines)


def _contents(entries):
    cells = [
        {"cell_type": "markdown", "id": name, "metadata": {}, "source": text}
        for name, text in (("opening", OPENING.strip()), ("contents", _table(entries)))
    ]
    contents = ContentsRow(CONTENTS, "00", "The LSP Digital Capacity Twin", "", "")
    metadata = {"twin": about([contents, *entries], 0)}
    return normalise({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _picture(path):
    """Return a picture among the stored outputs of a notebook as PNG bytes, or None: that of its name, or the first."""
    cells, name = json.loads(path.read_text(encoding="utf-8"))["cells"], path.stem.partition("_")[2]
    pictures = [
        (f'"{name}"' in "".join(cell["source"]), output["data"]["image/png"])
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    main = [picture for is_main, picture in pictures if is_main]
    return next((base64.b64decode(picture) for picture in (*main, *(picture for _, picture in pictures))), None)


def _with_links(path: Path, entries: list[ContentsRow], i: int) -> str:
    """Return the text of a notebook with updated metadata and links in its first and last Markdown cells."""
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    notebook["metadata"]["twin"] = about(entries, i)
    prose = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    for cell in prose:
        before = "".join(cell["source"])
        after = re.sub(rf"\n*^.*{NAV}.*$", "", before, flags=re.M)
        if cell in (prose[0], prose[-1]):
            after = f"{after.rstrip()}\n\n{_links(path, entries, i)}"
        if after != before:
            cell["source"] = after
    return text if notebook == json.loads(text) else dumps(notebook)


def _links(path: Path, entries: list[ContentsRow], i: int) -> str:
    """Return the line of links from a notebook to its neighbours, the contents and its formulas."""
    links = [f"[contents]({CONTENTS})"]
    if i > 0:
        links.insert(0, f"[← {entries[i - 1].short}]({entries[i - 1].file})")
    if i + 1 < len(entries):
        links.append(f"[{entries[i + 1].short} →]({entries[i + 1].file})")
    modules = (f"{folder}/{path.stem[3:]}.py" for folder in FORMULA_FOLDERS)
    links += [f"formulas in [`{module}`](../{module})" for module in modules if (PACKAGE.parent / module).is_file()]
    return f"{' · '.join(links)} {NAV}"


def main() -> None:
    """Update the project in the working directory."""
    try:
        for path in update("."):
            print(f"{path} renewed")
    except ValueError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
