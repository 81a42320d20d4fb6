"""Exercises: each lesson has a few with hints, and stored solutions; checks accept those and refuse other answers."""

import ast
import json
import re
from pathlib import Path

import pytest

from twin.batch.normal_form import dumps, normalise
from twin.view import exercises

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SOLUTIONS = sorted((NOTEBOOKS / "solutions").glob("*.ipynb"))
LESSONS = [NOTEBOOKS / path.name for path in SOLUTIONS]
FEWEST, MOST = 6, 8  # exercises of a lesson
FEWEST_CELLS, MOST_CELLS = 25, 45  # cells of a lesson
SHORT, WORDS_A_LINE = 15, 9  # words of a paragraph that says nothing; words of prose for each line of code
# The answers of the solutions, and answers that are wrong by five per cent: no check may accept them.
REMEMBER = """
given, truly = {}, exercises.check
def remembered(answers, checks):
    given.update(answers)
    truly(answers, checks)
exercises.check = remembered
"""
WRONG = """
shifted = {n: tuple(1.05 * x + 1e-3 for x in a) if isinstance(a, tuple) else 1.05 * a + 1e-3 for n, a in given.items()}
truly(shifted, checks)
"""


def cells_of(path):
    """Return the cells of a notebook, with the source of each as one text."""
    found = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


def printed(cells):
    """Return what cells have printed, as one text."""
    return "".join("".join(output.get("text", "")) for cell in cells for output in cell.get("outputs", []))


def answered(cells):
    """Return the answers in the cell of a lesson in which the reader writes them."""
    (cell,) = [cell for cell in cells if cell["source"].startswith("exercises.check(")]
    return ast.literal_eval(ast.parse(cell["source"]).body[0].value.args[0])


def with_solutions(lesson):
    """Return the text of a lesson that continues with its solutions, and then with answers that are wrong."""
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    solved = [cell for cell in cells_of(NOTEBOOKS / "solutions" / lesson.name) if cell["cell_type"] == "code"][1:]
    for number, source in enumerate([REMEMBER, *(cell["source"] for cell in solved), WRONG]):
        cell = {"cell_type": "code", "id": f"added-{number}", "metadata": {}, "source": source}
        notebook["cells"].append(cell | {"outputs": [], "execution_count": None})
    return json.dumps(notebook)


def assert_only_solutions_are_right(lesson, cells):
    """Assert that a run of a lesson with its solutions has accepted each of them, and no wrong answer."""
    numbers = list(answered(cells_of(lesson)))
    *solved, wrong = [printed([cell]) for cell in cells if cell["id"].startswith("added-")]
    assert [int(n) for n in re.findall(r"exercise (\d+): right\n", "".join(solved))] == numbers, solved
    assert len(re.findall(r"exercise \d+: (?:not yet|cannot)", wrong)) == len(numbers), wrong


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    """Return the path of a lesson; each test runs for every lesson."""
    return request.param


def test_every_lesson_has_solutions():
    lessons = {path.stem for path in NOTEBOOKS.glob("[0-9][0-9]_*.ipynb") if "## Exercises" in path.read_text("utf-8")}
    assert lessons == {path.stem for path in SOLUTIONS}


def test_a_lesson_has_a_few_exercises_each_with_a_hint_and_unanswered(lesson):
    cells = cells_of(lesson)
    (text,) = [cell["source"] for cell in cells if cell["source"].startswith("## Exercises")]
    numbers = [int(number) for number in re.findall(r"^\*\*(\d+)\.\*\*", text, re.M)]
    answers = answered(cells)
    assert numbers == list(answers) == list(range(1, len(numbers) + 1)) and FEWEST <= len(numbers) <= MOST
    assert text.count("<summary>Hint</summary>\n\n") == len(numbers)
    assert set(answers.values()) == {None}
    assert printed(cells).rstrip().endswith(f"waiting for an answer: {', '.join(map(str, numbers))}")


def test_a_lesson_argues_in_paragraphs_and_is_not_chopped_into_many_cells(lesson):
    cells = cells_of(lesson)
    prose = [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]
    words = [len(re.findall(r"\w+", re.sub(r"\$\$.*?\$\$", "", text, flags=re.S))) for text in prose]
    lines = sum(len(cell["source"].splitlines()) for cell in cells if cell["cell_type"] == "code")
    assert FEWEST_CELLS <= len(cells) <= MOST_CELLS
    assert sum(count < SHORT for count in words) <= 2 and sum(words) >= WORDS_A_LINE * lines


def test_lesson_and_solutions_are_linked_at_both_ends(lesson):
    to_solutions = [cell for cell in cells_of(lesson) if f"](solutions/{lesson.name})" in cell["source"]]
    back = [
        cell for cell in cells_of(NOTEBOOKS / "solutions" / lesson.name) if f"](../{lesson.name})" in cell["source"]
    ]
    assert to_solutions and len(back) >= 2


def test_stored_solutions_are_right_and_in_normal_form(lesson):
    path = NOTEBOOKS / "solutions" / lesson.name
    for number in answered(cells_of(lesson)):
        assert f"exercise {number}: right\n" in printed(cells_of(path))
    stored = path.read_text(encoding="utf-8")
    is_normal = dumps(normalise(json.loads(stored))) == stored
    assert is_normal, "make notebooks puts it right"
    assert not re.search(r"^answers? = |: \d+\.\d+\}", stored, re.M), "an answer is an expression"


def test_a_number_is_near_within_its_tolerance_and_otherwise_the_check_says_what_is_off():
    check = exercises.near(lambda: 50.0, within=0.01)
    assert check(50.4) == check("49.6") == ""
    assert check(50.6) == "too large" and check(49.4) == "too small" and check(-50.0) == "the sign is wrong"
    assert "factor of 100" in check(0.5) and "factor of 100" in check(5000.0)
    assert check([1, 2]) == check("many") == "an answer must be a number"
    assert check(float("nan")) == "an answer must be a number"


def test_a_right_value_is_computed_only_when_it_is_needed(capsys):
    def fails():
        raise AssertionError("computed")

    exercises.check({1: None}, {1: exercises.near(fails)})
    assert capsys.readouterr().out == "waiting for an answer: 1\n"


def test_an_answer_that_makes_a_check_fail_is_reported_and_stops_nothing(capsys):
    checks = {1: exercises.satisfies(lambda low, high: {"low < high": low < high}), 2: exercises.near(lambda: 1.0)}
    exercises.check({1: 3.0, 2: 1.0}, checks)
    assert capsys.readouterr().out.startswith("exercise 1: cannot be checked; TypeError")
    with pytest.raises(ValueError, match="answers must be numbered 1 to 2"):
        exercises.check({3: 1.0}, checks)
