"""Notebooks open the history that their parameters name, and refuse parameters that they do not have."""

import json

import pytest
from IPython.core.interactiveshell import InteractiveShell
from papermill.translators import PythonTranslator

from twin.data.files.options import ReadingOptions
from twin.view import opening
from twin.view.opening import lane_named, opened, reading_options

PARAMETERS = 'history: str = ""  # a file\nreading: dict = {}  # options\nlane: str = "A"  # a lane\n'
FLOWS = "date,lane,volume\n" + "".join(f"2024-01-{day:02d},1001,{day}\n" for day in range(1, 13))


@pytest.fixture
def shell(monkeypatch):
    """Return an interactive shell, in which cells run as in a kernel."""
    monkeypatch.setattr("IPython.core.history.HistoryManager.enabled", False)
    yield InteractiveShell.instance()
    InteractiveShell.clear_instance()


def ran(shell, *cells):
    """Run cells, and return the error of the last one, or None."""
    for cell in cells:
        done = shell.run_cell(cell, store_history=True)
    return done.error_in_exec


def given(**parameters):
    """Return the cell that papermill adds."""
    return PythonTranslator.codify(parameters)


OPEN = "from twin.view.opening import opened\nrecord = opened(history, reading)"


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        (
            {"histroy": "flows.csv"},
            "histroy is not a parameter of this notebook (is history meant?); it has history, re",
        ),
        ({"lane": "A", "Reading": {}}, "Reading is not a parameter of this notebook (is reading meant?)"),
        ({"xyz": 1}, "xyz is not a parameter of this notebook; it has history, reading, lane"),
        ({"reading": {"negativ": "returns"}}, "got 'negativ', perhaps for 'negative'"),
        ({"reading": "negative=returns"}, "reading must be a mapping such as"),
        ({"reading": {"negative": "no"}}, "or 'subtract' or 'outbound'; got 'no'"),
        ({"reading": {"where": 5}}, "where must be a text such as 'COLUMN=VALUE', or a list of such; got 5"),
        ({"reading": {"columns": "lane"}}, "columns must be a mapping such as"),
        ({"reading": {"negative": "returns"}}, "history must be a file where negative is said"),
    ],
)
def test_papermill_may_set_the_parameters_of_the_notebook_alone(shell, capsys, parameters, said):
    error = ran(shell, PARAMETERS, given(**parameters), OPEN)
    assert isinstance(error, ValueError) and said in str(error), error


def test_papermill_is_told_its_own_way_out(shell, tmp_path, capsys):
    path = tmp_path / "flows.csv"
    path.write_text(FLOWS + "2024-01-05,1001,-2\n")
    error = ran(shell, PARAMETERS, given(history=str(path)), OPEN)
    assert '; say papermill -y \'reading: {"negative": "returns"}\' or papermill -y' in str(error)
    assert "12 kept + 1 refused" in capsys.readouterr().out
    for reading in ({"negative": "returns"}, json.dumps({"negative": "returns"})):  # by -y, and by -p
        assert ran(shell, PARAMETERS, given(history=str(path), reading=reading), OPEN) is None
        assert shell.user_ns["record"].flows["returns"].sum() == 2


def test_other_cells_before_are_no_parameters(shell, capsys):
    assert ran(shell, PARAMETERS, "x = 1", OPEN) is None
    assert ran(shell, "# Parameters of my own\nhistroy = 1", OPEN) is None


def test_a_lane_may_be_given_as_the_number_that_papermill_makes_of_it():
    lanes = ["0042", "1001", "1E5", "True", "A"]
    assert [lane_named(lanes, lane) for lane in (42, 1001, 1e5, True, "A", "other", "")] == [*lanes, "other", ""]
    with pytest.raises(
        ValueError, match="lane must be a text, one of 0042, 42, which papermill's -r lane 0042 keeps as"
    ):
        lane_named(["0042", "42"], 42)
    with pytest.raises(ValueError, match=r"lane must be a text, one of 0042, .*; got the int 7"):
        lane_named(lanes, 7)


def test_without_options_the_defaults_count():
    assert reading_options({}) == reading_options("") == ReadingOptions()
    assert opened("", {}).account.options == ReadingOptions().told()


def test_a_lesson_without_its_own_lane_takes_the_largest_and_says_so(monkeypatch, capsys, tmp_path):
    (tmp_path / "flows.csv").write_text(
        "date,lane,volume\n2024-01-01,A,5\n2024-01-01,B,9\n2024-01-02,A,3\n2024-01-02,B,8\n"
    )
    record = opened(str(tmp_path / "flows.csv"), {})
    lanes = record.flows["lane"].cat.categories
    assert lane_named(lanes, "BER-MUC", record) == "B"
    assert "no lane BER-MUC; its largest, B, is taken" in capsys.readouterr().out
    assert lane_named(lanes, "A", record) == "A" and lane_named(lanes, "TYPO", record) == "TYPO"
    monkeypatch.setattr(opening, "_injected", lambda: (["lane"], ["lane"]))
    assert lane_named(lanes, "BER-MUC", record) == "BER-MUC"  # stated, and refused where it is looked up
    assert capsys.readouterr().out == ""
