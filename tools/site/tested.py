"""Which tests use a function, and which bear the number of an equation, read from the test files."""

import ast
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "tests"
NUMBERED = re.compile(r"test_eq_(\d+_\d+(?:_and_\d+_\d+)*)")


@dataclass(frozen=True)
class TestFile:
    """The functions of a test file, and the full name of everything it imports from the package, by its name there."""

    functions: dict[str, ast.FunctionDef]
    imported: dict[str, str]


@cache
def files() -> dict[str, TestFile]:
    """Return each test file by its stem."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("test_*.py"))}


def _read(path):
    body = ast.parse(path.read_text(encoding="utf-8")).body
    body += [inner for node in body if isinstance(node, ast.ClassDef) for inner in node.body]
    functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
    inside = [part for node in functions.values() for part in node.body]
    imports = [node for node in (*body, *inside) if isinstance(node, ast.ImportFrom) and node.module.startswith("twin")]
    return TestFile(functions, {a.asname or a.name: f"{node.module}.{a.name}" for node in imports for a in node.names})


@cache
def uses() -> dict[str, list[tuple[str, str]]]:
    """Return the tests, as (file, name), that use each public name of the package, by its full name.

    A test uses what it names, and what the functions and fixtures of its file name that it calls.
    """
    found = defaultdict(list)
    for stem, file in files().items():
        named = {name: _names(node, file.imported) for name, node in file.functions.items()}
        for name, (used, called) in named.items():
            if name.startswith("test_"):
                through = (named[other][0] for other in called & set(named) if other != name)
                for thing in sorted(used.union(*through)):
                    found[thing].append((stem, name))
    return dict(found)


def _names(node, imported):
    """Return the full names from the package that a function uses, and every plain name in it."""
    used, plain = set(), {argument.arg for argument in node.args.args}
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            plain.add(part.id)
            if part.id in imported:
                used.add(imported[part.id])
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in imported:
            used.add(f"{imported[part.value.id]}.{part.attr}")
    return used, plain


def tests_of(full_name: str) -> list[tuple[str, str]]:
    """Return the tests that use a public name, those in the file of its module first."""
    own = f"test_{full_name.split('.')[-2]}"
    return sorted(uses().get(full_name, []), key=lambda test: test[0] != own)


def files_of(module: str) -> list[str]:
    """Return the test files that import a module, or something in it, the file named after the module first."""
    own = f"test_{module.rpartition('.')[2]}"
    users = [
        stem for stem, file in files().items() if any(f"{x}.".startswith(f"{module}.") for x in file.imported.values())
    ]
    return sorted(users, key=lambda stem: stem != own)


@cache
def tests_of_equation() -> dict[str, list[tuple[str, str]]]:
    """Return the tests whose names bear the number of an equation, by the number."""
    found = defaultdict(list)
    for stem, file in files().items():
        for name in file.functions:
            if numbers := NUMBERED.match(name):
                for number in numbers[1].split("_and_"):
                    found[number.replace("_", ".")].append((stem, name))
    return dict(found)
