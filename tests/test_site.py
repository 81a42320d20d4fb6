"""The site: its commands are commands, its formulas and references are sound, and no link of its pages is broken."""

import ast
import html
import io
import posixpath
import re
import shlex
import zlib
from contextlib import redirect_stderr
from pathlib import Path
from urllib.parse import unquote

import pytest
from house import modules as package_modules
from house import public_formulas, tree
from site_tools import ROOT, lessons, math_elements, modules, sources, staging

from twin.__main__ import program

BUILT = ROOT / "build/site"
PAGES = sorted((ROOT / "docs").rglob("*.md"))
LINK = re.compile(r'<a [^>]*?href="([^"]*)"')
#: What a browser loads; a link that a reader may follow is none.
LOADED = re.compile(r'<(?:img|script|source|iframe|video|link(?! rel="canonical"))\b[^>]*? (?:src|href)="([^"]*)"')


def test_each_command_of_the_pages_is_a_command():
    shown = [
        line.strip().partition("#")[0]
        for page in PAGES
        for block in re.findall(r"^ *```\n(.*?)^ *```", page.read_text(encoding="utf-8"), re.M | re.S)
        for line in block.splitlines()
    ]
    commands = [shlex.split(line)[1:] for line in shown if line.startswith("twin ")]
    assert len(commands) > 20
    for arguments in commands:
        with redirect_stderr(io.StringIO()) as said:
            try:
                program().parse_args(arguments)
            except SystemExit:
                pytest.fail(f"twin {' '.join(arguments)}: {said.getvalue()}")


def test_every_formula_of_the_lessons_becomes_mathml():
    cells = [cell for path in (ROOT / "notebooks").glob("**/*.ipynb") for cell in lessons.cells(path)]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    formulas = lessons.DISPLAYED.findall(prose)
    assert len(formulas) > 80
    for latex in formulas:
        assert math_elements.displayed(latex).startswith('<div class="math"')
    assert 'id="eq-2-3"' in math_elements.displayed(r"SS = z\sigma \tag{2.3}")


def test_the_bibliography_has_each_work_that_is_cited_once():
    texts = [ast.get_docstring(node) or "" for module in package_modules() for node in _documented(tree(module))]
    for path in (ROOT / "notebooks").glob("**/*.ipynb"):
        texts += ["".join(cell["source"]) for cell in lessons.cells(path) if cell["cell_type"] == "markdown"]
    cited = {pair: sources.key_of(*pair) for text in texts for pair in sources.citations(text)}
    assert not [pair for pair, key in cited.items() if key is None]
    others = {"axsaeter2015", "snyder2023"}  # of the syllabus and the comparison
    assert set(cited.values()) | others == set(sources.works())
    text = sources.BIBLIOGRAPHY.read_text(encoding="utf-8")
    identifiers = re.findall(r"doi = \{(.*?)\}", text)
    assert len(set(identifiers)) == len(identifiers) > 60
    assert all(re.fullmatch(r"10\.\d{4,5}/\S+", identifier) for identifier in identifiers)
    titles = [re.sub(r"\W", "", title).lower() for title in re.findall(r" title = \{(.*?)\}, ?\n?", text)]
    assert len(set(titles)) == len(titles)


def _documented(node):
    return [part for part in ast.walk(node) if isinstance(part, ast.Module | ast.ClassDef | ast.FunctionDef)]


def test_links_between_files_become_links_between_pages():
    places = {path.resolve(): f"/{name}" for name, path in staging.pages().items()}
    lead = {
        "[a](notebooks/02_buffers.ipynb)": "[a](/notebooks/02_buffers.ipynb)",
        "[a](SECURITY.md#scope)": "[a](/SECURITY.md#scope)",
        "[a](twin/buffers.py)": "[a](/reference/twin.buffers.rst)",
        "[a](twin/_check.py)": f"[a]({staging.REPOSITORY}/twin/_check.py)",
        "[a](https://example.org)": "[a](https://example.org)",
        "[a](#here)": "[a](#here)",
    }
    for text, wanted in lead.items():
        assert staging.relinked(text, ROOT / "README.md", places) == wanted


def test_files_that_have_not_changed_are_left_alone(tmp_path):
    staging.write({"a.md": b"1", "b/c.md": b"2"}, tmp_path)
    before = (tmp_path / "a.md").stat().st_mtime_ns
    staging.write({"a.md": b"1", "d.md": b"3"}, tmp_path)
    assert (tmp_path / "a.md").stat().st_mtime_ns == before
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} == {"a.md", "d.md"}


@pytest.fixture(scope="module")
def built():
    """Return every page of the built site by its path; without a site, the test is skipped."""
    if not (BUILT / "objects.inv").is_file():
        pytest.skip("make site builds the site")
    return {path.relative_to(BUILT).as_posix(): path.read_text(encoding="utf-8") for path in BUILT.rglob("*.html")}


def test_no_link_of_the_site_leads_nowhere_and_no_page_loads_anything_from_elsewhere(built):
    places = {name: set(re.findall(r'\bid="([^"]*)"', text)) for name, text in built.items()}
    for name, text in built.items():
        loaded = set(LOADED.findall(text))
        assert not [link for link in loaded if re.match(r"(?:https?:)?//", link)], name
        for link in {html.unescape(link) for link in loaded | set(LINK.findall(text))}:
            if re.match(r"[a-z]+:", link) or link in ("", "#"):
                continue
            file, _, place = link.partition("#")
            target = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), file.partition("?")[0])) if file else name
            )
            assert target in places or (BUILT / unquote(target)).is_file(), (name, link)
            assert not place or target not in places or unquote(place) in places[target], (name, link)
    for sheet in BUILT.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//|@import", sheet.read_text(encoding="utf-8")), sheet


def test_the_site_has_every_public_function_with_links_to_source_and_tests(built):
    inventory = (BUILT / "objects.inv").read_bytes().split(b"\n", 4)[4]
    names = set(re.findall(r"^(\S+) py:", zlib.decompress(inventory).decode(), re.M))
    for module in public_formulas():
        page = built[f"reference/twin.{module}.html"]
        for node in tree(module).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                full = f"twin.{module}.{node.name}"
                assert full in names and f'id="{full}"' in page
                assert f"_modules/twin/{module.replace('.', '/')}.html#{node.name}" in page
    inside = r"\._|\.(view|batch|analyst|command|apps|compute|files|engine)\b"
    assert not [name for name in modules.public() if re.search(inside, name)]
    assert "partner_surcharge" in built["reference/twin.policy.html"]


def test_lessons_are_shown_as_they_are_stored(built):
    for path in lessons.numbered_notebooks():
        page = html.unescape(built[f"notebooks/{path.stem}.html"])
        pictures = [picture for picture in lessons.pictures() if picture.notebook == path.stem]
        assert pictures and all(picture.words in page for picture in pictures), path


def test_pages_depend_on_nothing_but_the_source(built):
    for name, text in built.items():
        assert not re.search(r" at 0x[0-9a-f]{6}", text), name
        assert str(ROOT) not in text and str(Path.home()) + "/" not in text, name
