"""The structure of the package, read from its folders and files, so that no test contains a list of modules."""

import ast
from functools import cache
from pathlib import Path

import twin

PACKAGE = Path(twin.__file__).parent
#: Folders of pure formulas; "" is the root. Every file in them keeps the contract of a formula.
PURE = ("", "games")
#: Layers from the bottom up: a module imports only from its own layer and from earlier ones.
LAYERS = (
    "",
    "games",
    "motion",
    "exact",
    "learned",
    "data",
    "plan",
    "compute",
    "tables",
    "apps",
    "batch",
    "analyst",
    "view",
    "command",
)


@cache
def modules():
    """Return the path of every module of the package by its dotted name without "twin."."""
    paths = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        paths[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return paths


@cache
def tree(module):
    """Return the syntax tree of a module."""
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


@cache
def imports(module):
    """Return the full name of everything that a module imports, inside function bodies too."""
    found = set()
    for node in _run(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports name the package"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _run(node):
    """Yield every node of a syntax tree that is executed, so none under `if TYPE_CHECKING`."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and getattr(child.test, "id", "") == "TYPE_CHECKING"):
            yield from _run(child)


@cache
def arrows(module):
    """Return the modules of the package that a module imports, without "twin."."""
    ours = {name.removeprefix("twin.") for name in imports(module) if name.startswith("twin.")}
    return {name if name in modules() else name.rpartition(".")[0] for name in ours} - {module}


def folder(module):
    """Return the folder that a module lies in, with dots; "" is the root."""
    return module if modules()[module].name == "__init__.py" else module.rpartition(".")[0]


def layer(module):
    """Return the top-level folder that a module lies in; "" is the root."""
    return folder(module).partition(".")[0]


def formulas():
    """Return the names of all formula modules, private ones too."""
    return sorted(name for name, path in modules().items() if folder(name) in PURE and not path.stem.startswith("__"))


def public_formulas():
    """Return the names of the formula modules that others import."""
    return [name for name in formulas() if not name.rpartition(".")[2].startswith("_")]


for _module in modules():  # parsed while nothing else runs: greenlets of a browser disturb the parser of Python 3.11
    tree(_module)
