"""Links in prose lead to files that exist, and a link on a name leads to the file that defines it."""

import ast
import json
import re
from pathlib import Path

import pytest
from site_tools import staging

ROOT = Path(__file__).parents[1]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("papers/*/README.md"), *ROOT.glob("notebooks/**/*.ipynb")]
PAGES += ROOT.glob("docs/**/*.md")  # their links to files outside docs begin at the top of the repository
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
DOTTED = re.compile(r"`((?:\w+\.)*\w+)`")  # a module of the package, or a name in one


def prose(path):
    """Return the Markdown of a page, without code blocks."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def place_of(page, target):
    """Return the file that a link leads to; one that begins with a slash begins at the top of the repository."""
    return ROOT / target[1:] if target.startswith("/") else page.parent / target


def names_in(module):
    """Return the names that a module defines, those of its classes' methods as CLASS.METHOD."""
    body = ast.parse(module.read_text(encoding="utf-8")).body
    defined = [node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    methods = [f"{node.name}.{inner.name}" for node in defined for inner in node.body if hasattr(inner, "name")]
    return {node.name for node in defined} | set(methods)


@pytest.fixture(params=PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def page(request):
    """Return the path of a page of prose; each test runs for every page."""
    return request.param


def test_every_relative_link_leads_to_a_file(page):
    targets = [target.partition("#")[0] for _, target in LINK.findall(prose(page)) if "://" not in target]
    missing = [target for target in targets if target and not place_of(page, target).exists()]
    assert not {target.removeprefix("/") for target in missing} - staging.GENERATED


def test_a_link_on_a_name_leads_to_the_file_that_defines_it(page):
    for text, target in LINK.findall(prose(page)):
        name, module = DOTTED.fullmatch(text), place_of(page, target).resolve()
        if name and module.suffix == ".py":
            of_module = ".".join(module.relative_to(ROOT / "twin").with_suffix("").parts)
            assert name[1] == of_module or name[1].removeprefix(f"{of_module}.") in names_in(module), text


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CONTRIBUTING.md"], indirect=True)
def test_a_notebook_that_is_named_is_linked(page):
    without_links = LINK.sub("", prose(page))
    assert not re.findall(r"\bnotebooks? \d\d\b", without_links, re.I)
