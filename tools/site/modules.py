"""Which modules of the package the reference shows, in which order, and which of them are internals."""

import ast
import re
from functools import cache
from pathlib import Path

import lessons

import twin

PACKAGE = Path(twin.__file__).parent
#: Folders without public modules: they run notebooks, pages, papers and commands.
INSIDE = {"analyst", "apps", "batch", "command", "compute", "view", "data.files", "data.ledger"}
#: Modules in these folders that are public nevertheless.
PUBLIC_INSIDE = {"data.ledger.store"}
#: Modules that readers begin with, although no lesson, guide or how-to names them.
ENTRANCES = {
    *("data.ledger.store", "data.settle", "learned.book_ahead", "exact.two_sources", "learned.training"),
    *("motion.of_policy", "motion.paths", "plan.actions", "plan.attention", "plan.horizon", "tables.assess_table"),
}
#: The chapters of the reference: title, folder, and what it holds.
CHAPTERS = {
    "": ("Formulas", "Closed forms: numbers and arrays in, numbers and arrays out, with NumPy and SciPy alone."),
    "games": ("Cooperation as a game", "Coalitions of partners, what they save, and how to share it."),
    "motion": ("The dynamic model", "Lanes simulated period by period: events, rules, laws and records."),
    "exact": ("Exact optima", "Small problems solved exactly, and the price of any other policy."),
    "learned": ("Learned policies", "Small networks that order, with the provenance of their weights."),
    "data": ("Data", "Files, records and the ledger: from a table of flows to statistics of lanes."),
    "plan": ("Plans", "What a planner states and decides."),
    "tables": ("Large tables", "Tables of lanes that do not fit into memory."),
}


@cache
def public() -> tuple[str, ...]:
    """Return the names of the public modules, formulas first."""
    names = [path.relative_to(PACKAGE).with_suffix("").parts for path in PACKAGE.rglob("*.py")]
    shown = [parts for parts in names if is_public(parts)]
    return tuple(".".join(("twin", *parts)) for parts in sorted(shown, key=lambda parts: (len(parts), parts)))


def is_public(parts: tuple[str, ...]) -> bool:
    """Return whether the module with this path is public."""
    folders = {".".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    private = any(part.startswith("_") for part in parts)
    return not private and (not folders & INSIDE or ".".join(parts) in PUBLIC_INSIDE)


def chapter(module: str) -> str:
    """Return the chapter of a module: its folder in the package, "" for the formulas at the top."""
    parts = module.split(".")
    return parts[1] if len(parts) > 2 else ""


def is_main(module: str) -> bool:
    """Return whether a public module stands on the front of its chapter; the others are internals."""
    formulas = chapter(module) in ("", "games") and module != "twin.answers"  # a table, which NOTATION.md has in words
    return formulas or module.removeprefix("twin.") in ENTRANCES or module in _named()


@cache
def _named() -> frozenset[str]:
    """Return what the lessons import from the package or link to, and every dotted name of it in the guides."""
    found = set()
    for path in lessons.numbered_notebooks():
        for cell in lessons.cells(path):
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                found |= {f"twin.{link.replace('/', '.')}" for link in re.findall(r"\.\./twin/([\w/]+)\.py", source)}
            else:
                for node in ast.walk(ast.parse(source)):
                    if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("twin"):
                        found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    pages = [lessons.ROOT / "README.md", *(lessons.ROOT / "docs").rglob("*.md")]
    for name in re.findall(r"\btwin(?:\.\w+)+", "\n".join(page.read_text(encoding="utf-8") for page in pages)):
        found |= {name, name.rpartition(".")[0]}
    return frozenset(found)
