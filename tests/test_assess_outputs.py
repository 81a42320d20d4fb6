"""The report of assess as DuckDB, polars, pandas and a reader of Excel see it: in every form the same."""

import io
import json
import subprocess
import sys
import zipfile

import duckdb
import pandas as pd
import polars
import pytest
from jsonschema import Draft202012Validator
from python_calamine import CalamineWorkbook

from twin.__main__ import main
from twin.command import workbook_of_lanes
from twin.command.printing import LANE_SCHEMA_FILE, SCHEMA_VERSION, to_csv
from twin.command.schema import lane_schema, written
from twin.data.history import write_csv
from twin.data.load import read_history
from twin.plan.quantities import QUANTITIES
from twin.plan.table_report import assess_history

LANES = {"=1+1": 5, "+49": 7, "-A": 11, "@sum": 13, "'=own": 17, "BER-MUC": 120, "0042": 140}  # name -> size


def guarded(name):
    return f"'{name}" if name.lstrip("'")[0] in "=+-@" else name


@pytest.fixture
def files(tmp_path):
    """Return the paths of flows and policies, whose names have the guard of CSV; one lane is refused, and one row."""
    days = [f"2026-01-{day:02d}" for day in range(1, 31)]
    rows = [f"{d},{guarded(lane)},{size + i % 7 / 3!r}" for lane, size in LANES.items() for i, d in enumerate(days)]
    rows += [f"{day},idle,0" for day in days] + ["2026-01-05,BER-MUC,many"]
    (tmp_path / "flows.csv").write_text("date,lane,volume\n" + "\n".join(rows) + "\n")
    policies = [f"{guarded(lane)},{size + 40}.25" for lane, size in LANES.items()]
    (tmp_path / "policies.csv").write_text("lane,internal_capacity\n" + "\n".join(policies) + "\n")
    return [str(tmp_path / "flows.csv"), "--policies", str(tmp_path / "policies.csv")]


@pytest.fixture
def answer(files, capsys):
    """Return a function that assesses the files and returns its output and its errors."""

    def answer(*options):
        assert main(["assess", *files, *options]) == 0
        return capsys.readouterr()

    return answer


@pytest.fixture
def expected(answer):
    """Return {lane: answers} of the JSON."""
    content = json.loads(answer("--json").out)
    assert set(content["lanes"]) == set(LANES) and set(content["refused_lanes"]) == {"idle"}
    assert {name: lane["internal_capacity"] for name, lane in content["lanes"].items()} == {
        name: size + 40.25 for name, size in LANES.items()
    }
    return content["lanes"]


def same(table, expected):
    """Compare a table of pandas, whose index is lanes, with the lanes of the JSON, to the last digit."""
    assert list(table.index) == list(expected)
    for lane, answers in expected.items():
        found = table.loc[lane, list(answers)].to_dict()
        assert {name: None if pd.isna(value) else value for name, value in found.items()} == answers


# ---------------------------------------------------------------- a row a lane


def by_duckdb(path):
    found = duckdb.sql(f"SELECT * FROM read_json('{path}')").fetchdf()
    assert duckdb.sql(f"SELECT typeof(lane), typeof(profit), typeof(periods) FROM '{path}'").fetchall()[0] == (
        "VARCHAR",
        "DOUBLE",
        "BIGINT",
    )
    return found


READERS = {
    "duckdb": by_duckdb,
    "polars": lambda path: pd.DataFrame(polars.read_ndjson(path).to_dict(as_series=False)),
    "pandas": lambda path: pd.read_json(path, lines=True, dtype={"lane": str}, precise_float=True),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_finds_a_row_a_lane(answer, expected, tmp_path, reader):
    path = tmp_path / "lanes.jsonl"
    path.write_text(answer("--jsonl").out, encoding="utf-8")
    table = READERS[reader](path)
    assert table["schema_version"].eq(SCHEMA_VERSION).all() and table["period"].eq("D").all()
    same(table.set_index("lane"), expected)


def test_rows_keep_their_schema_and_the_account_goes_to_stderr(answer, capsys):
    out, err = answer("--jsonl")
    validator = Draft202012Validator(lane_schema())
    for row in map(json.loads, out.splitlines()):
        validator.validate(row)
        assert not validator.is_valid({**row, "profit": "much"}) and not validator.is_valid({**row, "period": 7})
    assert "241 rows = 240 kept + 1 refused" in err
    assert "7 lanes assessed" in err and "assumed  service level" in err
    assert main(["assess", "--jsonl-schema"]) == 0 and json.loads(capsys.readouterr().out) == lane_schema()
    assert LANE_SCHEMA_FILE.read_text(encoding="utf-8") == written(lane_schema)


def test_csv_has_the_guard_and_says_so(answer, expected):
    out, err = answer("--csv")
    table = pd.read_csv(io.StringIO(out), index_col="lane", dtype={"lane": str})
    assert not [name for name in table.index if name.startswith(("=", "+", "-", "@"))]
    same(table.rename(index=dict(zip(table.index, expected, strict=True))), expected)
    assert [name.removeprefix("'") if name.lstrip("'")[0] in "=+-@" else name for name in table.index] == list(expected)
    assert "names of lanes that begin like a formula: 5, such as '=own; in CSV an apostrophe goes before them" in err


# ---------------------------------------------------------------- the workbook


def test_a_workbook_reads_back_to_the_last_digit(answer, expected, tmp_path):
    path = tmp_path / "lanes.xlsx"
    out, err = answer("--xlsx", str(path), "--json")
    assert json.loads(out)["lanes"] == expected and err == f"7 lanes written to {path}\n"
    sheets = pd.read_excel(path, sheet_name=None, engine="calamine", dtype={"lane": str}, keep_default_na=False)
    parts = ["account", "reading", "audit", "accuracy", "refused lanes", "refused rows"]
    assert list(sheets) == ["lanes", "units", "assumptions", *parts]
    same(sheets["lanes"].set_index("lane"), expected)
    content = json.loads(out)
    assert sheets["units"].set_index("name")["unit"].to_dict() == content["units"]
    assert sheets["assumptions"]["assumption"].tolist() == content["assumptions"]
    assert sheets["accuracy"]["sentence"].tolist() == content["accuracy"]
    account = sheets["account"].set_index("name")["value"]
    assert all(
        account[name] == content["account"][name] for name in ("rows_read", "rows_kept", "rows_refused", "period")
    )
    assert sheets["account"].query("name == 'notes'")["value"].tolist() == content["account"]["notes"]
    assert sheets["refused lanes"].set_index("lane")["reason"].to_dict() == content["refused_lanes"]
    assert sheets["refused rows"].to_dict("records") == content["account"]["refused"]


def test_other_parts_of_the_report_have_a_sheet_each(answer, tmp_path, monkeypatch):
    more = {
        "reading": {"decimal": ".", "columns": {"lane": "Strecke"}, "sure": True},
        "audit": ["=A is the sum of B, C"],
    }
    plain = workbook_of_lanes.told_of
    monkeypatch.setattr(workbook_of_lanes, "told_of", lambda report: plain(report) | more)
    answer("--xlsx", str(tmp_path / "lanes.xlsx"))
    book = CalamineWorkbook.from_path(tmp_path / "lanes.xlsx")
    assert book.get_sheet_by_name("reading").to_python()[1:] == [
        ["decimal", "."],
        ["columns, lane", "Strecke"],
        ["sure", "yes"],
    ]
    assert book.get_sheet_by_name("audit").to_python() == [["sentence"], ["=A is the sum of B, C"]]


def test_a_workbook_has_numbers_and_texts_a_frozen_header_and_no_formula(answer, tmp_path):
    path = tmp_path / "lanes.xlsx"
    answer("--xlsx", str(path))
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("lanes").to_python()
    assert head[0] == "lane" and {type(row[0]) for row in rows} == {str}
    kinds = {name: str if QUANTITIES[name].choices else float for name in head[1:]}
    assert all(type(cell) is kinds[name] for row in rows for name, cell in zip(head[1:], row[1:], strict=True))
    with zipfile.ZipFile(path) as archive:
        pages = [archive.read(f"xl/worksheets/sheet{number}.xml").decode() for number in range(1, 7)]
    for page in pages:
        assert "<f>" not in page and 'state="frozen"' in page and "<autoFilter" in page and "customWidth" in page


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/such/lanes.xlsx", "--xlsx must be a file in a folder that exists; got "),
        ("lanes.xls", "--xlsx must be a file that ends in .xlsx; got "),
        ("", "--xlsx must be a file that ends in .xlsx; got an empty name"),
        ("old.xlsx", "--xlsx must be a new file, or --force must be said; got "),
    ],
)
def test_an_unusable_path_is_refused_before_anything_is_computed(files, capsys, tmp_path, name, said):
    (tmp_path / "old.xlsx").write_text("old")
    assert main(["assess", "no such file.csv", "--xlsx", name and str(tmp_path / name)]) == 2
    assert capsys.readouterr().err.startswith(f"twin: {said}") and (tmp_path / "old.xlsx").read_text() == "old"
    if name == "old.xlsx":
        assert main(["assess", *files, "--xlsx", str(tmp_path / name), "--force"]) == 0
        assert (tmp_path / name).read_bytes()[:2] == b"PK"


def test_more_lanes_than_a_sheet_holds_are_refused_with_a_way_out(files, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_of_lanes, "ROWS_OF_A_SHEET", 6)
    assert main(["assess", *files, "--xlsx", str(tmp_path / "lanes.xlsx")]) == 2
    said = "twin: --xlsx must be used for at most 6 lanes; --csv and --jsonl print any number; got 7\n"
    assert capsys.readouterr() == ("", said) and not list(tmp_path.glob("*.xlsx*"))


def test_without_its_library_the_extra_is_named(files, capsys, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    assert main(["assess", *files, "--xlsx", str(tmp_path / "lanes.xlsx")]) == 2
    assert capsys.readouterr().err == "twin: xlsxwriter is not installed; the extra 'excel' brings it\n"


def test_a_table_of_lanes_takes_neither(capsys, tmp_path):
    for options in (["--jsonl"], ["--xlsx", "lanes.xlsx"]):
        assert main(["assess", "lanes.parquet", "--to", str(tmp_path / "answers"), *options]) == 2
        assert "--to must be used without the options of a file of flows" in capsys.readouterr().err


def test_a_full_disk_behind_stdout_is_told(files):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "twin", "assess", *files, "--jsonl"], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2 and done.stderr.endswith("twin: the output cannot be written: its disk is full\n")


# ---------------------------------------------------------------- one name


def test_a_name_goes_from_file_to_ledger_to_file_to_report_unchanged(files, capsys, tmp_path, monkeypatch, expected):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    assert main(["ledger", "import", files[0], "--good-rows-only"]) == 0
    assert main(["ledger", "export", str(tmp_path / "again.csv")]) == 0
    assert "  note     names of lanes that begin like a formula: 5" in capsys.readouterr().out
    for place in ("ledger:", str(tmp_path / "again.csv")):
        assert main(["assess", place, *files[1:], "--json"]) == 0
        assert set(json.loads(capsys.readouterr().out)["lanes"]) == set(expected)


def test_a_carriage_return_in_a_name_ends_no_row(tmp_path):
    days = [f"2026-01-{day:02d}" for day in range(1, 11)]
    (tmp_path / "flows.csv").write_text("date,lane,volume\n" + "".join(f'{day},"a\rb",{day[-1]}\n' for day in days))
    history = read_history(tmp_path / "flows.csv")
    assert pd.read_csv(io.StringIO(to_csv(assess_history(history))))["lane"].tolist() == ["a\rb"]
    for name in ("again.csv", "again.csv.gz"):
        write_csv(history, tmp_path / name)
        assert read_history(tmp_path / name).flows.equals(history.flows)
        assert pd.read_csv(tmp_path / name)["lane"].unique().tolist() == ["a\rb"]
