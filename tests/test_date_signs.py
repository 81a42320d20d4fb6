"""One place knows the signs of dates, for the order of days and for the decimal mark."""

import re
from pathlib import Path

import pytest

from twin.data import files
from twin.data.files.date_signs import is_dotted, sign_after_year


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("2024-01-05", "-"),
        (" 2024-1-5T08:00", "-"),
        ("'2024/01/05", "/"),
        ("2024.01.05", "."),
        ("2024-01-051", ""),
        ("05.01.2024", ""),
        ("24-01-05", ""),
        ("", ""),
    ],
)
def test_a_date_with_the_year_first_has_a_sign(text, sign):
    assert sign_after_year(text) == sign


@pytest.mark.parametrize(("text", "dotted"), [("5.1.24", True), ("05.01.2024", True), ("2024.01.05", False)])
def test_a_date_with_dots_has_the_year_last(text, dotted):
    assert is_dotted(text) == dotted


def test_no_other_module_has_such_a_pattern():
    year_first = re.compile(r"\\d\{4\}[^\"]{0,12}[-\[][^\"]{0,12}\\d[^\"]{0,12}-?[^\"]{0,12}\\d[^\"]*\(\?!")
    folder = Path(files.__file__).parent
    found = {path.name for path in folder.glob("*.py") if year_first.search(path.read_text(encoding="utf-8"))}
    assert found == {"date_signs.py"}
