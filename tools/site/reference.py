"""Sphinx extension: the reference. Docstrings become numpydoc, and each function gets its equations and its tests.

Roles: :equation:`2.3` links to an equation of a lesson, :test:`test_buffers test_x` to a test, :work:`TEXT <KEY>` to
the bibliography, and :unit:`[pallet]` sets a unit apart.
"""

import inspect
import re
from dataclasses import fields, is_dataclass
from functools import cache
from types import GenericAlias

import docstrings
import lessons
import pygments
import tested
from docutils import nodes
from math_elements import anchor
from numpydoc.docscrape_sphinx import SphinxDocString
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.util.nodes import split_explicit_title

SHOWN_TESTS = 3
#: Characters of the longest value of a constant that a page prints; a table as Python text nobody can read.
LONGEST_VALUE = 250


class _Link(SphinxRole):
    """A link to a page and a place on it, which the builder need not know as a target."""

    def run(self):
        text, page, place = self.target()
        uri = f"{self.env.app.builder.get_relative_uri(self.env.docname, page)}#{place}"
        return [nodes.reference("", "", nodes.inline("", text), internal=True, refuri=uri, classes=[self.name])], []


class EquationLink(_Link):
    """A link to a numbered equation, with its lesson."""

    def target(self):
        equation = lessons.equations()[self.text]
        return f"({self.text}) in notebook {equation.notebook[:2]}", f"notebooks/{equation.notebook}", anchor(self.text)


class TestLink(_Link):
    """A link to the text of a test, given by file and name; without a name, to the file."""

    def target(self):
        stem, _, name = self.text.partition(" ")
        return name or f"tests/{stem}.py", f"_tests/{stem}", name


class WorkLink(_Link):
    """A link to a work in the bibliography."""

    def target(self):
        _, text, key = split_explicit_title(self.text)
        return text, "bibliography", f"work-{key}"


class Unit(SphinxRole):
    """A unit in square brackets."""

    def run(self):
        return [nodes.inline("", self.text, classes=["unit"])], []


def document(app, what, name, thing, options, lines) -> None:
    """Replace a docstring by what numpydoc makes of it, with the described fields of a class, and with the tests."""
    text = "\n".join(lines)
    foreign = what == "function" and not (thing.__module__ or "").startswith("twin")  # Sphinx asks, and leaves it out
    if foreign or text.startswith("Alias for field number") or not text.strip():
        lines.clear()
        return
    latex = {number: equation.latex for number, equation in lessons.equations().items()}
    made = SphinxDocString(docstrings.to_numpydoc(text, latex), {"template": _template()})
    lines[:] = docstrings.restored(str(made).split("\n"))
    if what == "class":
        lines += described_fields(thing)
    if what in ("function", "class"):
        lines += ["", ":Tests:", f"    {tests_line(name, thing)}", ""]


@cache
def _template():
    """Return numpydoc's own template, which it would compile again for each docstring."""
    return SphinxDocString("").template


def described_fields(thing) -> list[str]:
    """Return the fields of a dataclass that state their meaning and unit, as a definition list."""
    lines = [""]
    for field in fields(thing) if is_dataclass(thing) else ():
        if "meaning" in field.metadata:
            unit = f" [{field.metadata['unit']}]" if field.metadata.get("unit") else ""
            lines += [f"``{field.name}``", f"    {docstrings.inline(field.metadata['meaning'] + unit)}"]
    return [*lines, ""]


def tests_line(name: str, thing) -> str:
    """Return links to the tests of a function or a class: those of its equations, then those that use it."""
    numbers = docstrings.cited(inspect.getdoc(thing) or "")
    direct = [test for number in numbers for test in tested.tests_of_equation().get(number, [])]
    direct = [test for test in direct if test in set(tested.uses().get(name, []))] or direct
    found = list(dict.fromkeys([*direct, *tested.tests_of(name)]))
    if found:
        links = [f":test:`{stem} {test}`" for stem, test in found[:SHOWN_TESTS]]
        more = len(found) - SHOWN_TESTS
        return ", ".join(links) + (f" and {more} more" if more > 0 else "")
    files = tested.files_of(name.rpartition(".")[0])[:SHOWN_TESTS]
    example = "the example above" if ">>>" in (inspect.getdoc(thing) or "") else ""
    said = [*([example] if example else []), *(f":test:`{stem}`" for stem in files)]
    return ", ".join(said) or "through the functions that call it"


def skip(app, what, name, thing, skipped, options):
    """Leave out type aliases, and the fields of named tuples, which the docstring of the class describes."""
    return True if isinstance(thing, GenericAlias) or type(thing).__name__ == "_tuplegetter" else None


def test_pages(app):
    """Yield a page with the text of each test file; each function is a target of links."""
    formatter = HtmlFormatter(nowrap=True)
    for stem in tested.files():
        source = (tested.FOLDER / f"{stem}.py").read_text(encoding="utf-8")
        lines = pygments.highlight(source, PythonLexer(stripnl=False), formatter).split("\n")
        for number, line in enumerate(source.split("\n")):
            if found := re.match(r"\s*def (test_\w+)", line):
                lines[number] = f'<span id="{found[1]}">{lines[number]}</span>'
        body = f'<h1>tests/{stem}.py</h1><div class="highlight"><pre>{chr(10).join(lines)}</pre></div>'
        yield f"_tests/{stem}", {"title": f"tests/{stem}.py", "body": body, "parents": []}, "page.html"


def without_long_values(app, domain, objtype, content):
    """Leave the value of a constant out of its heading if it is a table."""
    for part in list(content.parent.findall(addnodes.desc_annotation)):
        if len(part.astext()) > LONGEST_VALUE:
            part.parent.remove(part)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register roles and handlers."""
    for name, role in {"equation": EquationLink, "test": TestLink, "work": WorkLink, "unit": Unit}.items():
        app.add_role(name, role())
    app.connect("autodoc-process-docstring", document)
    app.connect("autodoc-skip-member", skip)
    app.connect("object-description-transform", without_long_values)
    app.connect("html-collect-pages", test_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
