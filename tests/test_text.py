"""Counts in sentences agree with their noun, whatever the count."""

import re
from pathlib import Path

import pytest

import twin
from twin.data.text import number_of

PACKAGE = Path(twin.__file__).parent
CERTAIN = (
    r"[A-Z_]+|len\((?:lanes|names|sites|site\.lanes|report\.table|record)\)|lanes|csv\.field_size_limit\(\)|.*\.days"
)
#: A number with a noun in the plural, unless it is a constant, surely more than one or the whole of "3 of 8 rows".
TYPED = re.compile(rf"(?<!of )\{{(?!(?:{CERTAIN}):,)[^{{}}]*:,\}} (\w+s)\b")
VERBS = {"was", "is", "has", "as"}


@pytest.mark.parametrize(("count", "words"), [(0, "0 lanes"), (1, "1 lane"), (2, "2 lanes"), (1200, "1,200 lanes")])
def test_a_count_agrees_with_its_noun(count, words):
    assert number_of(count, "lane") == words


@pytest.mark.parametrize("wing", ["data", "plan", "command", "view", "tables"])
def test_no_sentence_has_a_plural_for_any_count(wing):
    found = [
        f"{path.name}: {match[0]}"
        for path in sorted((PACKAGE / wing).rglob("*.py"))
        for match in TYPED.finditer(path.read_text(encoding="utf-8"))
        if match[1] not in VERBS
    ]
    assert not found


def test_a_row_above_the_header_is_told_in_the_singular(tmp_path):
    from twin.data.load import load_history

    rows = "".join(f"2026-01-{day:02d},A,{day}\n" for day in range(1, 29))
    for above, words in (("Flows of May\n", "1 row above it was"), ("Flows\nof May\n", "2 rows above it were")):
        path = tmp_path / "flows.csv"
        path.write_text(f"{above}date,lane,volume\n{rows}")
        assert any(f"{words} left out" in note for note in load_history(str(path)).account.notes)
