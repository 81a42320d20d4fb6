"""Every numbered notebook has the form that lets it be a lesson, an app, a batch job and a test."""

import ast
import base64
import json
import re
import statistics
from pathlib import Path

import pytest

from twin.batch import contents
from twin.batch.normal_form import WIDGET, dumps, normalise
from twin.batch.parameters import default_parameters

ROOT = Path(__file__).parents[1]
ALL = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
NUMBERED = [path for path in ALL if not path.name.startswith("00")]
TYPICAL, LONGEST = 5, 15  # statements in a code cell: the median, and the most
PARAMETER = re.compile(r"\w+: (float|int|str|bool|dict) = [^=#]+  # [^=]+")
FORBIDDEN = {
    "a warning filter hides what a reader should see": re.compile(r"filterwarnings|simplefilter"),
    "a star import hides where names come from": re.compile(r"^\s*from \S+ import \*", re.M),
    "an absolute path exists on one machine only": re.compile(r"""["'](/(?!/)[\w.]+/|[A-Za-z]:\\|~/)"""),
    "a notebook runs where the package is installed": re.compile(r"^\s*[!%](pip|conda)|sys\.path", re.M),
}
MOST_PARAMETERS = 20

if not NUMBERED:
    pytest.skip("there are no numbered notebooks yet", allow_module_level=True)


@pytest.fixture(params=NUMBERED, ids=lambda path: path.stem)
def path(request):
    """Return the path of a numbered notebook; each test runs for every notebook."""
    return request.param


@pytest.fixture
def cells(path):
    """Return the cells of the notebook, with the source of each as one text."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


@pytest.fixture
def code(cells):
    """Return the code cells of the notebook."""
    return [cell for cell in cells if cell["cell_type"] == "code"]


def statements_of(source):
    """Return how many statements a cell has: lines as an author counts them, however they are wrapped."""
    return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(source)))


def lines_of(source):
    """Return the lines of a cell that are not empty."""
    return [line for line in source.splitlines() if line.strip()]


def test_it_opens_with_number_question_and_answer(path):
    entry = contents.read_entry(path)
    assert entry.question.endswith("?") and entry.answer


def test_one_cell_holds_the_parameters_as_annotated_literals_with_comments(path, cells):
    (cell,) = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    for line in lines_of(cell["source"]):
        assert PARAMETER.fullmatch(line), line
    parameters = default_parameters(path)
    assert {"live", "seed", "samples", "out_dir"} <= set(parameters)
    assert parameters["out_dir"] == "" and None not in parameters.values()
    assert not any("injected-parameters" in cell["metadata"].get("tags", []) for cell in cells)


def test_it_argues_in_prose_and_computes_in_short_cells(cells, code):
    assert len(cells) - len(code) >= len(cells) / 2
    given = [cell for cell in code if "parameters" in cell["metadata"].get("tags", [])]
    lengths = [statements_of(cell["source"]) for cell in code if cell not in given]
    assert statistics.median(lengths) <= TYPICAL and max(lengths) <= LONGEST, lengths
    assert statements_of(given[0]["source"]) <= MOST_PARAMETERS


def test_functions_belong_to_the_package(code):
    nodes = [node for cell in code for node in ast.walk(ast.parse(cell["source"]))]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    assert len(functions) <= 2
    assert all(node.end_lineno - node.lineno < 15 for node in functions)


def test_it_hides_nothing(code):
    for cell in code:
        for reason, pattern in FORBIDDEN.items():
            assert not pattern.search(cell["source"]), f"{reason}: {cell['source']}"


def test_it_is_stored_with_the_outputs_of_one_clean_run(code):
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert outputs
    for output in outputs:
        assert output["output_type"] != "error" and output.get("name") != "stderr", output
        assert WIDGET not in output.get("data", {})


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_no_object_is_shown_that_says_nothing_to_a_reader(cells):
    shown = [output.get("data", {}).get("text/plain", "") for cell in cells for output in cell.get("outputs", [])]
    assert not [text for text in map("".join, shown) if " at 0x" in text]


def test_every_figure_is_saved_under_a_name_of_its_own(code):
    calls = [node for cell in code for node in ast.walk(ast.parse(cell["source"])) if isinstance(node, ast.Call)]
    shown = [call for call in calls if ast.unparse(call.func) == "output.show"]
    assert [ast.unparse(call) for call in shown if "out_dir" not in [ast.unparse(each) for each in call.args]] == []
    named = [call.args[1].value for call in shown if isinstance(call.args[1], ast.Constant)]
    assert len(set(named)) == len(named)


def test_money_has_one_format(code):
    assert [cell["source"] for cell in code if "${" in cell["source"]] == [], "twin.plan.wording.money writes it"


def test_it_is_stored_in_normal_form_and_small(path):
    text = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 1_000_000
    assert json.loads(text)["nbformat_minor"] >= 5, "cells need ids"
    is_normal = dumps(normalise(json.loads(text))) == text
    assert is_normal, "make notebooks puts it right"  # a boolean, so that pytest prints no pages of differences


def test_it_links_to_its_neighbours_at_the_beginning_and_at_the_end(path, cells):
    prose = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    linked = [source.splitlines()[-1] for source in prose if contents.NAV in source]
    assert linked == 2 * [prose[-1].splitlines()[-1]] == 2 * [prose[0].splitlines()[-1]]
    position = NUMBERED.index(path)
    neighbours = [NUMBERED[i].name for i in (position - 1, position + 1) if 0 <= i < len(NUMBERED)]
    assert all(f"]({name})" in linked[1] for name in ["00_contents.ipynb", *neighbours])


def test_its_picture_in_the_contents_is_one_that_a_job_saves(path, code):
    shown = [output.get("data", {}) for cell in code if "out_dir" in cell["source"] for output in cell["outputs"]]
    picture = (ROOT / "notebooks" / "pictures" / f"{path.stem}.png").read_bytes()
    assert picture in [base64.b64decode(data["image/png"]) for data in shown if "image/png" in data]


def test_contents_and_links_are_up_to_date():
    stale = [path.name for path in contents.update(ROOT, write=False)]
    assert not stale, "make notebooks puts it right"
