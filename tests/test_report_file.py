"""twin assess --report: a page, a PDF and a workbook say what the JSON says."""

import io
import json
from html.parser import HTMLParser

import pytest
from pypdf import PdfReader

from twin.__main__ import main
from twin.command import report_file
from twin.plan.quantities import UNIT_OF
from twin.plan.wording import tabulated, written

LANES = ("<b>&'x'", "LEJ-PRG")


class Cells(HTMLParser):
    """The tables of a page as lists of rows of texts, and the names of all its elements."""

    def __init__(self, text):
        super().__init__()
        self.tables, self.elements, self.in_cell = [], set(), False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self.in_cell = True

    def handle_endtag(self, tag):
        self.in_cell = self.in_cell and tag not in ("td", "th")

    def handle_data(self, data):
        if self.in_cell:
            self.tables[-1][-1][-1] += data.strip()


@pytest.fixture(scope="module")
def flows(tmp_path_factory):
    """Return the path of flows of two lanes with one unreadable row."""
    rows = [f"2024-0{m}-{d:02d},{lane},{5 + (d * m) % 7}" for m in (1, 2) for d in range(1, 29) for lane in LANES]
    path = tmp_path_factory.mktemp("flows") / "flows.csv"
    path.write_text("\n".join(["date,lane,volume", *rows, "2024-02-29,LEJ-PRG,many"]) + "\n")
    return str(path)


@pytest.fixture(scope="module")
def page(flows, tmp_path_factory):
    """Return the text of the page of the flows with a plan of two days."""
    path = tmp_path_factory.mktemp("page") / "plan.html"
    assert main(["assess", flows, "--horizon", "2", "--report", str(path), "--jsonl"]) == 0
    return path.read_text(encoding="utf-8")


def test_the_page_shows_the_numbers_of_the_json(flows, page, capsys):
    assert main(["assess", flows, "--horizon", "2", "--json"]) == 0
    answers = json.loads(capsys.readouterr().out)
    overview, *others = Cells(page).tables
    assert {row[0] for row in overview[1:]} == set(LANES) and overview[0][0] == "lane"
    for lane, *texts in overview[1:]:
        values = [answers["lanes"][lane][name] for name in report_file.OVERVIEW]
        assert texts == [
            "–" if x is None else written(x, UNIT_OF[name])
            for name, x in zip(report_file.OVERVIEW, values, strict=True)
        ]
    dated = [table for table in others if table[0][0] == "date"]
    assert [[row[0] for row in table[1:]] for table in dated] == [answers["horizon"]["dates"]] * 2
    plan = answers["horizon"]["lanes"][overview[1][0]]
    assert [row[1] for row in dated[0][1:]] == [tabulated(value) for value in plan["mean"]]
    assert sum(len(table) - 1 for table in others[2:]) == len(answers["units"])  # each answer has its row


def test_the_page_tells_what_was_refused_and_assumed_and_runs_no_name(page):
    assert "1 refused" in page and "Assumed" in page and "default for all lanes" in page
    assert not {"b", "script", "link", "img"} & Cells(page).elements and "http" not in page


def test_the_pdf_has_the_same_words(flows, tmp_path, capsys):
    path = tmp_path / "plan.pdf"
    assert main(["assess", flows, "--report", str(path), "--csv", "--quiet"]) == 0
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)
    assert all(lane in text for lane in LANES) and "Assumed" in text and "1 refused" in text
    assert str(path) not in capsys.readouterr().err
    assert main(["assess", flows, "--report", str(path)]) == 2
    assert "--report must be a new file, or --force must be said" in capsys.readouterr().err


def test_other_endings_are_refused_before_anything_is_computed(capsys, tmp_path):
    assert main(["assess", "no such file.csv", "--report", str(tmp_path / "plan.doc")]) == 2
    assert "--report must be a file that ends in .html or .pdf or .xlsx; got " in capsys.readouterr().err
