"""The API reference: every formula has its signature, equation and text, and no link is broken."""

import importlib
import inspect
import re
import subprocess
import sys
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path

import pytest
from house import public_formulas

ROOT = Path(__file__).parents[1]
MODULES = public_formulas()
VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}


class Page(HTMLParser):
    """Links of a page; and, for each element with an id, its text without source code and its equations."""

    def __init__(self, path):
        super().__init__()
        self.links, self.text, self.equations = [], defaultdict(str), defaultdict(list)
        self._open = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.links += [given[name] for name in ("href", "src") if name in given]
        if "id" in given:
            self.text[given["id"]] += ""
        if tag not in VOID:
            self._open.append((tag, given.get("id"), given.get("class", "")))
        if given.get("class") == "equation":
            for name in self._names():
                self.equations[name].append("")

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for name in self._names():
            self.text[name] += data
            if self._open[-1][2] == "equation":
                self.equations[name][-1] += data

    def _names(self):
        return [name for _, name, _ in self._open if name and not any("codehilite" in kind for *_, kind in self._open)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Return every page of the reference by its path, and the folder."""
    folder = tmp_path_factory.mktemp("reference") / "new"
    subprocess.run([sys.executable, ROOT / "tools/reference/build.py", folder], cwd=folder.parent, check=True)
    return {path.relative_to(folder): Page(path) for path in folder.rglob("*.html")}, folder


def html_of(module):
    """Return the path of a module's page."""
    return Path("twin", *module.split(".")).with_suffix(".html")


def squeezed(text):
    """Return a text without blanks, full stops, backticks, rules and "twin.", which pages may set otherwise."""
    return re.sub(r"[\s.:`]|-{3,}|twin\.(?=\w)", "", text)


@pytest.mark.parametrize("module", MODULES)
def test_each_formula_has_its_signature_and_every_word_of_its_docstring(pages, module):
    page = pages[0][html_of(module)]
    source = importlib.import_module(f"twin.{module}")
    functions = [thing for name, thing in vars(source).items() if inspect.isfunction(thing) and name[0] != "_"]
    for function in functions:
        if function.__module__ == source.__name__:
            shown = page.text[function.__name__]
            assert re.search(
                rf"def\s+{function.__name__}\(\s*{'.*'.join(inspect.signature(function).parameters)}", shown, re.S
            )
            assert squeezed(inspect.getdoc(function)) in squeezed(shown), function


@pytest.mark.parametrize(
    ("module", "formula", "equation"),
    [
        ("buffers", "safety_stock", "SS = z sd,  z = Phi^-1(service level)"),
        ("buffers", "root_sum_of_squares", "sd' = sqrt((1 - rho) sum s_i^2 + rho (sum s_i)^2)"),
        ("cooperation", "expected_cost", "H E[X] + S E[(X - C_max)+]"),
        ("cooperation", "planned_cost", "C_req <= C_max: H C_req;  else: H C_max + (H + S)(C_req - C_max)"),
        (
            "games.stability",
            "least_core",
            "min t  with  x(S) - c(S) <= t for every S but nobody and everybody,  x(N) = c(N)",
        ),
        ("demand", "workload", "mean = (1 + r) mean_D,  var = (1 + r)^2 var_D + r (1 - r) mean_D"),
        ("volatility", "coefficient_of_variation", "sd / mean [-]"),
    ],
)
def test_equations_are_set_apart_as_they_are_written(pages, module, formula, equation):
    assert pages[0][html_of(module)].equations[formula] == [equation]


def test_what_others_import_is_there_and_what_runs_the_house_is_not(pages):
    names = {".".join(path.with_suffix("").parts) for path in pages[0]} - {"index"}
    others = ("plan.table_report", "plan.portfolio", "data.history", "data.ledger.store")
    assert names >= {f"twin.{name}" for name in (*MODULES, *others)}
    inside = r"\._|\.(view|batch|analyst|command|apps|compute|files|engine)\b"
    assert not [name for name in names if re.search(inside, name)]
    assert "partner_surcharge" in pages[0][Path("twin/policy.html")].text["Policy"]


def test_no_link_leads_nowhere_or_elsewhere(pages):
    pages, folder = pages
    for path, page in pages.items():
        assert len(page.links) > 3
        for link in page.links:
            if not link.startswith("data:"):
                file, _, name = link.partition("#")
                target = (folder / path).parent.joinpath(file).resolve() if file else folder / path
                assert target.is_file(), (path, link)
                assert not name or name in pages[target.relative_to(folder.resolve())].text, (path, link)


def test_pages_depend_on_nothing_but_the_source(pages):
    for path in pages[1].rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r" at 0x[0-9a-f]{6}|<script|@import", text), path
        assert str(ROOT) not in text and str(Path.home()) + "/" not in text, path
