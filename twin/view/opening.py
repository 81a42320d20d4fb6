"""Open the data of a notebook: the history that its parameters name, read as they say, and one of its lanes."""

from __future__ import annotations

import ast
import json
import os
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from twin._check import require
from twin.data.advice import Way, Words, said
from twin.data.errors import RowsRefused
from twin.data.files.options import ReadingOptions
from twin.data.load import load_history
from twin.data.scenarios import POLICIES
from twin.data.text import visible

if TYPE_CHECKING:
    from twin.data.history import History

MARK = "# Parameters"  # first line of the cell that papermill adds after the one with the parameters
LANES_OFFERED = 12  # most lanes listed in an error


def opened(history: str, reading: Mapping[str, Any] | str, otherwise: Callable[[], History] = load_history) -> History:
    """Return the history of a notebook, and refuse a parameter of papermill that the notebook does not have.

    history : as `load_history` takes it; "" for what `otherwise` returns, by default the research lanes.
    reading : options of reading, fields of `ReadingOptions`, as a mapping or its text.

    >>> opened("", {}).flows["lane"].cat.categories.tolist()
    ['BER-MUC', 'FRA-PAR', 'HAM-ROT']
    """
    check_parameters()
    how = reading_options(reading)
    if not history and not how.stated():
        return otherwise()
    with advising(how):
        return load_history(history, **how.stated())


def reading_options(reading: Mapping[str, Any] | str) -> ReadingOptions:
    """Return the options of reading that a parameter holds; papermill's -p hands a mapping over as text.

    >>> reading_options('{"negative": "returns"}').negative
    'returns'
    """
    if isinstance(reading, str):
        try:
            reading = ast.literal_eval(reading.strip() or "{}")
        except (ValueError, SyntaxError):
            pass  # refused below as what it is, a text
    return ReadingOptions.of(reading)


@contextmanager
def advising(how: ReadingOptions) -> Iterator[None]:
    """Raise errors of the block again, with the options that they advise as the parameter `reading`."""
    try:
        yield
    except RowsRefused as error:
        print(error.account.told(_words(how)))
        raise RowsRefused(said(error, _words(how)), error.account) from None
    except ValueError as error:
        raise ValueError(said(error, _words(how))) from None


def _words(how: ReadingOptions) -> Words:
    """Return how this run says an option: as a key of its job, an option of papermill, or a parameter."""
    python = False
    if os.environ.get("TWIN_PROVENANCE"):  # set for the jobs of a paper
        form = "reading: {} in its job"
    elif _injected()[1]:
        form = "papermill -y 'reading: {}'"
    else:
        form, python = "reading = {} among the parameters", True

    def words(ways: Sequence[Way]) -> str:
        whole = ({**how.stated(), field: value} for field, value in ways)
        return "say " + " or ".join(form.replace("{}", _literal(options, python)) for options in whole)

    return words


def _literal(options: Mapping[str, Any], python: bool) -> str:
    """Return options as a literal of Python, or of YAML, which writes truth values in small letters."""
    texts = {name: json.dumps(value, ensure_ascii=False) for name, value in options.items()}
    texts |= {name: str(value) for name, value in options.items() if python and isinstance(value, bool)}
    return "{" + ", ".join(f'"{name}": {text}' for name, text in texts.items()) + "}"


def check_parameters() -> None:
    """Raise ValueError if papermill has set a parameter that the notebook does not have; papermill itself only warns.

    The names are those of the cell before this one, if papermill added it, and of the parameters cell before that.
    """
    known, given = _injected()
    for name in given:
        if known and name not in known:
            near = get_close_matches(name, known, 1, 0.5)
            meant = f" (is {near[0]} meant?)" if near else ""
            raise ValueError(f"{name} is not a parameter of this notebook{meant}; it has {', '.join(known)}")


def _injected() -> tuple[list[str], list[str]]:
    """Return the names of the parameters of the running notebook, and those that papermill has set."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    cells = list(shell.user_ns.get("In", ()))[:-1] if shell else []
    if not cells or cells[-1].strip().partition("\n")[0] != MARK:
        return [], []
    before = next((names for cell in reversed(cells[:-1]) if (names := _assigned(cell, ast.AnnAssign))), [])
    return before, _assigned(cells[-1], ast.Assign)


def _assigned(cell, kind):
    """Return the names that a cell assigns, if it does nothing else, and each in the same kind of statement."""
    try:
        body = ast.parse(cell).body
    except SyntaxError:
        return []
    if not all(isinstance(part, kind) for part in body):
        return []
    targets = [part.targets[0] if kind is ast.Assign else part.target for part in body]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def lane_named(lanes: Collection[str], lane: Any, record: History | None = None) -> str:
    """Return the lane that a parameter names; a number, which papermill's -p makes of 1001, is the lane so written.

    A lesson names a research lane unless the reader names another. If its `record` has no such lane, the largest lane
    is taken, and a sentence is printed.

    >>> lane_named(["0042", "1001"], 1001), lane_named(["0042", "1001"], 42), lane_named(["A"], "A")
    ('1001', '0042', 'A')
    """
    if isinstance(lane, str):
        if record is None or lane in lanes or lane not in POLICIES or "lane" in _injected()[1]:
            return lane
        largest = str(record.flows.groupby("lane", observed=True)["volume"].sum().idxmax())
        print(f"this history has no lane {lane}; its largest, {visible(largest, 40)}, is taken: lane names another")
        return largest
    found = [name for name in lanes if (same := _as_papermill_reads(name)) == lane and type(same) is type(lane)]
    names = [visible(name, 40) for name in found or list(lanes)[:LANES_OFFERED]]
    rule = f"a text, one of {', '.join(names)}, which papermill's -r lane {names[0]} keeps as it is"
    require(len(found) == 1, "lane", rule, f"the {type(lane).__name__} {lane!r}")
    return found[0]


def _as_papermill_reads(text: str) -> Any:
    """Return what papermill's -p makes of a text: a number, a truth value or None where it can."""
    if text in ("True", "False", "None"):
        return {"True": True, "False": False, "None": None}[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
