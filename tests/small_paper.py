"""A small paper of two jobs with a notebook of its own, for tests of batches."""

import time
from pathlib import Path

import nbformat

PARAMETERS = 'size: float = 2.0  # side [m]\nlabel: str = ""  # what it is [-]\nout_dir: str = ""  # save here [-]'
WORK = """import json, pathlib
if label == "fail":
    raise ValueError("label must not be fail; got " + label)
print("area", size**2, object())
for kind in ("svg", "pdf", "png"):
    pathlib.Path(out_dir, f"square.{kind}").write_text(
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{size}' height='{size}'></svg>")
results = {"area": {"value": size**2, "unit": "m2"}}
pathlib.Path(out_dir, "results.json").write_text(json.dumps({"results": results}))
print(out_dir)"""
PLAN = """jobs:
  - name: small
    notebook: ../square.ipynb
    yields: {figures: [square], results: [area]}
  - name: large
    notebook: ../square.ipynb
    parameters: {size: 3}
    yields: {figures: [square], results: [area]}
"""
EXPECTED = "job,name,value,rel_tolerance,abs_tolerance,unit,source\nlarge,area,9,1e-9,,m2,three by three\n"
TEMPLATE = """#set document(date: none, keywords: json("out/provenance.json").digest)
#let results = json("out/results.json")
#image("out/large/square.svg") The area is #results.large.area.value.
"""


def save_notebook(path, *cells):
    """Write a notebook of code cells; the first is the parameters cell."""
    book = nbformat.v4.new_notebook()
    for i, source in enumerate(cells):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{i}")
        cell.metadata["tags"] = ["parameters"] if i == 0 else []
        book.cells.append(cell)
    nbformat.write(book, path)


def make_project(root):
    """Return the folder of a small paper, with its notebook beside it."""
    paper = root / "paper"
    paper.mkdir(parents=True)
    save_notebook(root / "square.ipynb", PARAMETERS, WORK)
    (paper / "figures.yml").write_text(PLAN)
    (paper / "expected.csv").write_text(EXPECTED)
    (paper / "paper.typ").write_text(TEMPLATE)
    return paper


def contents_of(folder):
    """Return {name: bytes} of all files in a folder except logs, which contain machine and time."""
    files = (path for path in Path(folder).rglob("*") if path.is_file() and "logs" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def waits(until, seconds=60):
    """Wait until a condition holds."""
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(0.05)
