"""Spreadsheets: the right sheet and header, dates as dates, numbers as numbers; hostile ones are refused in bounds."""

import datetime
import io
import subprocess
import sys
import zipfile

import pandas as pd
import pytest
from spreadsheets import XLS, ods, xlsx, zipped
from test_table import LONG, MONTHLY, expected, found, noted

from twin.data.files import cells
from twin.data.files import sheet as sheets
from twin.data.files.cells import text_of
from twin.data.files.zipped import unzipped_size
from twin.data.load import read_history
from twin.plan.policy_file import read_policies
from twin.view.hub.uploads import LARGEST_FILE, Uploads

HEADER = ["Datum", "Strecke", "Menge"]
ROWS = [[day.date(), lane, volume] for day, lane, volume in LONG.itertuples(index=False)]


@pytest.fixture
def read(tmp_path):
    """Return a function that writes bytes to a file and reads it."""

    def read(content, name="flows.xlsx", **options):
        path = tmp_path / name
        path.write_bytes(content)
        history = read_history(path, **options)
        assert history.account.rows_read == history.account.rows_kept + len(history.account.refused)
        return history

    return read


@pytest.mark.parametrize("write", [xlsx, ods])
def test_a_sheet_is_read_like_a_text(read, write):
    history = read(write({"Daten": [HEADER, *ROWS]}))
    assert found(history) == expected(LONG)
    noted(history, "sheet 'Daten' was read")
    assert history.account.columns == {"Datum": "date", "Strecke": "lane", "Menge": "volume"}
    assert "text " not in str(history.account)


def test_the_old_format_and_lanes_that_are_numbers(read):
    history = read(XLS, "flows.xls")
    days = pd.date_range("2024-01-01", periods=6)
    table = pd.DataFrame({"date": days, "lane": ["1002", "1001"] * 3, "volume": [i + 0.25 for i in range(6)]})
    assert found(history) == expected(table)


def test_the_header_below_a_report_head_blank_rows_and_totals(read):
    head = [["Ausgang", None, None], [], ["Stand", datetime.date(2024, 2, 1)], [None, None, None]]
    middle = [*ROWS[:10], [], [None, None, None], *ROWS[10:]]
    history = read(xlsx({"Bericht": [*head, HEADER, *middle, ["Summe", None, 99]]}, merged=["A1:C1"]))
    assert found(history) == expected(LONG)
    noted(history, "the header is in line 5")
    noted(history, "rows of totals, left out: 1")
    noted(history, "blank lines skipped: 2")


def test_the_only_sheet_with_a_table_is_chosen_and_several_are_refused(read):
    notes = [["Hinweise"], ["Alle Mengen in Paletten"], [None, "Stand 2024"]]
    book = {"Hinweise": notes, "leer": [], "Daten": [HEADER, *ROWS], "alt": [HEADER, *ROWS[:4]]}
    with pytest.raises(
        ValueError, match=r"flows.xlsx has 2 sheets that can be read: 'Daten', 'alt'; say sheet='Daten' or sheet='alt'$"
    ):
        read(xlsx(book))
    history = read(xlsx(book, hidden=["alt"]))
    assert found(history) == expected(LONG)
    noted(history, "sheet 'Daten' of 4 was read")
    assert found(read(xlsx(book, hidden=["alt"]), sheet="alt")) == expected(LONG[:4])
    with pytest.raises(ValueError, match=r"sheet must be one of 'Hinweise', 'leer', 'Daten', 'alt' in .*; got 'Blatt'"):
        read(xlsx(book), sheet="Blatt")
    with pytest.raises(ValueError, match="no column for date, lane, volume; found 'Hinweise'"):
        read(xlsx({"Hinweise": notes}))
    with pytest.raises(ValueError, match="must be a spreadsheet with cells"):
        read(xlsx({"leer": []}))
    with pytest.raises(ValueError, match=r"sheet must be unset for .*flows.csv, which is no spreadsheet"):
        read(b"date,lane,volume\n2024-01-01,A,5\n", "flows.csv", sheet="Daten")


def test_merged_lanes_are_filled_and_merged_headers_joined(read):
    table = LONG.sort_values(["lane", "date"], kind="stable")
    rows = [
        [lane if not repeated else None, day.date(), volume]
        for (day, lane, volume), repeated in zip(table.itertuples(index=False), table.duplicated("lane"), strict=True)
    ]
    history = read(xlsx({"Daten": [["Relation", "Tag", "Paletten"], *rows]}, merged=["A2:A22", "A23:A43"]))
    assert found(history) == expected(LONG)
    noted(history, "merged cells, filled with its text: 40")
    upper = ["Relation", "Tag", "Ausgang", None]
    lower = [None, None, "Paletten", "Gewicht"]
    rows = [[lane, day.date(), volume, 7] for day, lane, volume in LONG.itertuples(index=False)]
    history = read(xlsx({"Daten": [upper, lower, *rows]}, merged=["A1:A2", "B1:B2", "C1:D1"]))
    assert found(history) == expected(LONG)


def test_a_wide_sheet_with_dates_as_headings(read):
    pivot = MONTHLY.pivot(index="lane", columns="date", values="volume")
    rows = [
        ["SKU", *(day.date() for day in pivot.columns)],
        *([lane, *map(int, row)] for lane, row in zip(pivot.index, pivot.to_numpy(), strict=True)),
    ]
    for write in (xlsx, ods):
        history = read(write({"Monate": rows}))
        assert found(history) == expected(MONTHLY) and history.period == "MS"


def test_cells_of_all_kinds(read):
    rows = [
        [datetime.datetime(2024, 1, 1, 5, 30), 1234.0, 0.5],
        [datetime.date(2024, 1, 2), "0042", ("C2*2", 7.25)],
        ["2024-01-03", 4006381333931.0, 1.234],
        [datetime.date(2024, 1, 4), " X ", "12"],
        [datetime.date(2024, 1, 5), "X", None],
    ]
    history = read(xlsx({"Daten": [HEADER, *rows]}), good_rows_only=True)
    assert {lane for _, lane in found(history)} == {"1234", "0042", "4006381333931", "X"}
    assert sorted(found(history).values()) == [0.5, 1.234, 7.25, 12.0]
    assert dict(history.account.refused[["line", "reason"]].to_numpy().tolist()) == {6: "volume is empty"}
    comma = read(xlsx({"Daten": [HEADER, *rows[:3], [datetime.date(2024, 1, 4), "X", "1,5"]]}), decimal=",")
    assert sorted(found(comma).values()) == [0.5, 1.234, 1.5, 7.25]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "TRUE"),
        (-0.0, "0"),
        (1e300, "1e+300"),
        (2.5e-7, "2.5e-07"),
        (1.125, "1.1250"),
        (datetime.time(5, 30), "05:30:00"),
        (datetime.timedelta(hours=30, seconds=1), "30:00:01"),
        (datetime.datetime(2024, 1, 1, 23, 59), "2024-01-01 23:59:00"),
        ("", ""),
    ],
)
def test_the_text_of_a_cell(value, text):
    assert text_of(value, ".") == text


def test_policies_and_imports_take_sheets_as_well(tmp_path, ledger):
    path = tmp_path / "policies.xlsx"
    path.write_bytes(
        xlsx({"Tarife": [["Tarife 2024"], [], ["lane", "holding_cost", "dwell"], [1001, 2.5, None], ["B", 3, 2]]})
    )
    table = read_policies(str(path))
    assert table.index.tolist() == ["1001", "B"] and table["holding_cost"].tolist() == [2.5, 3.0]
    (tmp_path / "flows.xlsx").write_bytes(xlsx({"Daten": [HEADER, *ROWS]}))
    assert ledger.import_file(tmp_path / "flows.xlsx").records == len(LONG)


def test_standard_input(tmp_path):
    for content in (xlsx({"Daten": [HEADER, *ROWS]}), LONG.to_csv(index=False).encode()):
        command = [sys.executable, "-m", "twin", "assess", "-", "--csv"]
        run = subprocess.run(command, input=content, capture_output=True, timeout=120)
        assert run.returncode == 0, run.stderr
        assert pd.read_csv(io.BytesIO(run.stdout))["lane"].tolist() == sorted(LONG["lane"].unique())
        assert run.stderr.startswith(b"standard input: 42 rows = 42 kept + 0 refused")
    run = subprocess.run(command, input=b"a,b\n1,2\n", capture_output=True, text=False, timeout=120)
    assert run.returncode == 2 and b"standard input has no column" in run.stderr and b"/tmp" not in run.stderr


def test_where_the_system_refuses_a_limit_the_sheet_is_read_without_it(tmp_path, monkeypatch, capsys):
    def refused(kind, limits):
        raise ValueError("current limit exceeds maximum limit")

    monkeypatch.setattr(pytest.importorskip("resource"), "setrlimit", refused)
    (tmp_path / "flows.xlsx").write_bytes(xlsx({"Daten": [HEADER, *ROWS]}))
    assert cells.main(str(tmp_path / "flows.xlsx"), "1000000000", ".") == 0
    assert len(capsys.readouterr().out.splitlines()) == 2 + 1 + len(ROWS)


# ---------------------------------------------------------------- damage and hostility


def test_without_its_package_the_error_names_the_extra(read, monkeypatch):
    monkeypatch.setattr(sheets.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"flows.xlsx is a spreadsheet, which the extra 'excel' reads; install it"):
        read(xlsx({"Daten": [HEADER, *ROWS]}))


def changed(content, name, new):
    """Return a zip archive with the bytes of one part replaced."""
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return zipped({part: new if part == name else parts.read(part) for part in parts.namelist()})


GOOD = xlsx({"Daten": [HEADER, *ROWS]})
FAR = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1">'
    '<v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (GOOD[: len(GOOD) // 2], "broken or cut zip archive or spreadsheet"),
        (b"PK\x03\x04 and so on", "broken or cut zip archive or spreadsheet"),
        (XLS[:700], "cannot be read as a spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 5000, "cannot be read as a spreadsheet"),
        (
            changed(GOOD, "xl/worksheets/sheet1.xml", "<worksheet><sheetData><row"),
            "no column|cannot be read|with cells",
        ),
        (changed(GOOD, "xl/workbook.xml", "no xml"), "cannot be read|with cells"),
        (changed(GOOD, "xl/worksheets/sheet1.xml", FAR), "its cells take more than 2 GB"),
    ],
)
def test_damaged_and_hostile_spreadsheets_are_refused_in_a_sentence(read, content, rule):
    with pytest.raises(ValueError, match=rule) as error:
        read(content)
    assert "flows.xlsx" in str(error.value) and "\n" not in str(error.value)


def test_a_zip_of_something_else_is_named(read):
    with pytest.raises(ValueError, match="is a zip archive; name the file in it, unpacked"):
        read(zipped({"flows.csv": "date,lane,volume\n"}), "flows.zip")


def bomb(size):
    """Return a spreadsheet with blanks of a size in its sheet; its directory says that they are few."""
    content = changed(GOOD, "xl/worksheets/sheet1.xml", b" " * size)
    return content.replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))


def test_what_comes_out_of_a_spreadsheet_counts_whatever_it_says(tmp_path, monkeypatch):
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(bomb(LARGEST_FILE + 1000))
    assert path.stat().st_size < 1e6 and unzipped_size(path, LARGEST_FILE) > LARGEST_FILE
    uploads = Uploads()
    uploads.collect({"id": 1, "begins": True}, [path.read_bytes()])
    with pytest.raises(ValueError, match=r"what comes out of bomb.xlsx must be at most 64 MB"):
        uploads.read({"upload": 1, "file": "bomb.xlsx"}, lambda path, name: pytest.fail("it was read"))
    monkeypatch.setattr(sheets, "MOST_UNPACKED", 1 << 20)
    with pytest.raises(ValueError, match=r"what comes out of .*bomb.xlsx must be at most 1 MB; got more"):
        read_history(path)


def test_an_upload_of_a_spreadsheet_is_read(tmp_path):
    uploads = Uploads()
    uploads.collect({"id": 1, "begins": True}, [GOOD])
    history = uploads.read({"upload": 1, "file": "C:\\flows.xlsx"}, lambda path, name: read_history(path, name=name))
    assert found(history) == expected(LONG) and history.account.file == "flows.xlsx"


def test_many_rows_are_read_in_seconds_with_progress(read, capsys):
    days = pd.date_range("2020-01-01", periods=1000)
    table = pd.DataFrame({"date": days.repeat(30), "lane": [f"L{i:02d}" for i in range(30)] * 1000})
    table["volume"] = range(len(table))
    rows = [[day.date(), lane, volume] for day, lane, volume in table.itertuples(index=False)]
    history = read(xlsx({"Daten": [HEADER, *rows]}), progress=True)
    assert found(history) == expected(table) and "flows.xlsx" in capsys.readouterr().err
