"""Exports of the ledger, as DuckDB, polars, pandas and Python's own readers see them: the same flows in every form."""

import contextlib
import csv
import datetime
import gzip
import io
import json
import os
import random
import re
import resource
import shutil
import sqlite3
import subprocess
import tracemalloc
import zipfile
from pathlib import Path

import duckdb
import pandas as pd
import polars
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from twin.__main__ import main
from twin.data import workbook
from twin.data.ledger import reader
from twin.data.ledger.export import write_flows
from twin.data.ledger.export_texts import Seen, seen_in
from twin.data.ledger.queries import seen_amounts
from twin.data.ledger.schema import VERSION
from twin.data.ledger.store import RESET_TOKEN, Flow, Ledger
from twin.data.load import read_history

COLUMNS = ["date", "lane", "volume", "returns"]
NAMES = [
    "BER-MUC",
    "=1+1",
    "+49",
    "-A",
    "@sum",
    "＝wide",
    "'=own",
    "'s-Hertogenbosch",
    'a "quoted", name',
    "00123",
    "1e5",
]
HARD = ["tab\there", "two\nlines", "carriage\rreturn", "_x000D_", "<b>&amp;", "ロッテルダム", "back\\slash \\N"]
FORMS = ["csv", "csv.gz", "json", "json.gz", "jsonl", "jsonl.gz", "parquet", "xlsx"]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Return the file of a ledger with awkward names, amounts of every digit, an unknown volume, and a few returns."""
    draw, folder = random.Random(7), tmp_path_factory.mktemp("original")
    with Ledger(f"sqlite:///{folder / 'ledger.sqlite'}") as made:
        for number, lane in enumerate([*NAMES, *HARD]):
            for day in range(5, 9):
                volume = draw.random() * 10.0 ** draw.randint(-3, 9) if day > 5 else number
                made.append(f"2026-01-{day:02d}", lane, volume, number if day == 7 else None)
        (folder / "unknown.csv").write_text("date,lane,volume\n2026-01-09,BER-MUC,unknown\n2026-01-10,BER-MUC,3\n")
        made.import_file(folder / "unknown.csv")
    return folder / "ledger.sqlite"


@pytest.fixture
def awkward(original, tmp_path):
    """Yield a copy of that ledger."""
    with Ledger(f"sqlite:///{shutil.copy(original, tmp_path)}") as made:
        yield made


def stored(ledger):
    """Return the flows in the ledger's file, read by Python's own SQLite: (ISO day, lane, volume, returns)."""
    with sqlite3.connect(ledger.place) as plain:
        rows = plain.execute("SELECT date, lane, volume, returns FROM twin_flow ORDER BY lane, date, id").fetchall()
    epoch = datetime.date(1970, 1, 1)
    return [((epoch + datetime.timedelta(day)).isoformat(), *rest) for day, *rest in rows]


def plain(rows):
    """Return rows as the fixture's: days as ISO text, missing amounts as None, names without the guard of CSV."""
    found = []
    for day, lane, *amounts in rows:
        day = day if isinstance(day, str) else day.isoformat()[:10]
        found.append((day, lane, *(None if x is None or x != x else float(x) for x in amounts)))
    return found


def unguarded(rows):
    """Return rows of CSV without the apostrophe before names that begin like a formula."""
    starts = tuple("=+-@＝＋－＠")
    return [(d, n[1:] if n[0] == "'" and n.lstrip("'").startswith(starts) else n, *a) for d, n, *a in rows]


def by_duckdb(path):
    read = {"csv": "read_csv", "json": "read_json", "jsonl": "read_json", "parquet": "read_parquet"}
    form = path.name.removesuffix(".gz").rpartition(".")[2]
    found = duckdb.execute(f"SELECT * FROM {read[form]}('{path}')")
    assert [(name[0], str(name[1])) for name in found.description[:3]] == [
        ("date", "DATE"),
        ("lane", "VARCHAR"),
        ("volume", "DOUBLE"),
    ]
    return found.fetchall()


def by_polars(path):
    name = path.name.removesuffix(".gz")
    if name.endswith(".csv"):
        table = polars.read_csv(path, try_parse_dates=True)
    elif name.endswith(".parquet"):
        table = polars.read_parquet(path)
    else:
        content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        table = (polars.read_json if name.endswith(".json") else polars.read_ndjson)(content)
    assert table.columns == COLUMNS and table.schema["volume"] == polars.Float64
    return table.rows()


def by_pandas(path):
    name = path.name.removesuffix(".gz")
    if name.endswith(".csv"):
        table = pd.read_csv(path, parse_dates=["date"], lineterminator="\n", dtype={"lane": str})
    elif name.endswith(".parquet"):
        table = pd.read_parquet(path)
    elif name.endswith(".xlsx"):
        table = pd.read_excel(path, sheet_name="flows", engine="calamine", dtype={"lane": str}, keep_default_na=False)
        table = table.replace({"volume": {"": None}, "returns": {"": None}})
    else:
        table = pd.read_json(path, lines=".jsonl" in name, dtype={"lane": str, "date": str}, precise_float=True)
    assert list(table.columns) == COLUMNS
    return list(table.itertuples(index=False, name=None))


READERS = {"duckdb": by_duckdb, "polars": by_polars, "pandas": by_pandas}
CASES = [(form, reader) for form in FORMS for reader in READERS if form != "xlsx" or reader == "pandas"]


@pytest.mark.parametrize(("form", "reader"), CASES)
def test_every_reader_finds_the_same_flows_in_every_form(awkward, tmp_path, form, reader):
    path = tmp_path / f"out.{form}"
    expected = stored(awkward)
    assert awkward.export(path) == len(expected) == 4 * len(NAMES + HARD) + 2
    rows = plain(READERS[reader](path))
    assert (unguarded(rows) if "csv" in form else rows) == expected


def test_a_name_is_one_name_wherever_it_is_kept(awkward, tmp_path):
    """The ledger, JSON and Excel hold the name itself; CSV guards it, and our readers take the guard off."""
    names, path = sorted([*NAMES, *HARD]), tmp_path / "out.csv"
    awkward.export(path)
    with path.open(encoding="utf-8", newline="") as stream:
        cells = {row["lane"] for row in csv.DictReader(stream)}
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@＝"))] and cells != set(names)
    assert sorted(read_history(path).flows["lane"].unique()) == names == awkward.lanes()
    before = stored(awkward)
    awkward.reset(RESET_TOKEN)
    done = awkward.import_file(path)
    assert (done.records, done.unknown) == (len(before), 1) and stored(awkward) == before


def test_a_column_of_csv_has_one_type(awkward, tmp_path):
    def cells(name, **window):
        awkward.export(stream := io.StringIO(), **window)
        return [row[name] for row in csv.DictReader(io.StringIO(stream.getvalue()))]

    assert all("." in cell or cell == "NaN" for cell in cells("volume")) and "5.0" in cells("volume")
    whole = sorted(cells("volume", last="2026-01-05"), key=int)
    assert whole == [str(number) for number in range(len(NAMES + HARD))]
    assert not [cell for cell in cells("returns") if "." in cell]
    awkward.append("2026-02-01", "A", 7, 0.5)
    assert not [cell for cell in cells("returns") if cell.isdigit()]
    assert cells("volume", first="2026-02-01") == ["7"] and cells("returns", first="2026-02-01") == ["0.5"]


def test_what_is_seen_without_the_database_is_the_same(awkward):
    windows = ({"last": "2026-01-05"}, {"last": "2026-01-06"}, {"lanes": "BER-MUC"}, {"first": "2026-01-09"}, {})
    for window, volumes_have_a_point in zip(windows, (False, True, True, True, True), strict=True):
        condition = reader._condition(*(window.get(name) for name in ("lanes", "first", "last")))
        with awkward._reading() as connection:
            seen = seen_amounts(connection, condition)
        assert seen_in(awkward.records(**window)) == seen == (volumes_have_a_point, False)


@pytest.mark.parametrize("form", FORMS)
def test_a_ledger_without_flows_is_an_empty_table(tmp_path, form):
    path = tmp_path / f"out.{form}"
    with Ledger(f"sqlite:///{tmp_path / 'none.sqlite'}") as ledger:
        assert ledger.export(path) == 0
    content = gzip.decompress(path.read_bytes()) if form.endswith("gz") else path.read_bytes()
    if "csv" in form:
        assert content == b"date,lane,volume,returns\n"
    elif form == "parquet":
        assert pq.read_table(path).shape == (0, 4)
    elif form == "xlsx":
        assert CalamineWorkbook.from_path(path).get_sheet_by_name("flows").to_python() == [COLUMNS]
    else:
        assert content == (b"[]\n" if "jsonl" not in form else b"")


def test_amounts_in_parquet_have_units_and_pages_checksums(awkward, tmp_path):
    awkward.export(path := tmp_path / "out.parquet")
    schema = pq.read_schema(path)
    assert [schema.field(name).metadata for name in ("volume", "returns")] == 2 * [{b"unit": b"pallet"}]
    assert json.loads(schema.metadata[b"twin"])["content"] == "flows"
    assert pq.read_table(path, page_checksum_verification=True).num_rows == awkward.count()


def test_a_workbook_has_days_numbers_and_texts_and_no_formula(awkward, tmp_path):
    awkward.export(path := tmp_path / "out.xlsx")
    head, *rows = CalamineWorkbook.from_path(path).get_sheet_by_name("flows").to_python()
    assert head == COLUMNS and {tuple(map(type, row[:2])) for row in rows} == {(datetime.date, str)}
    with zipfile.ZipFile(path) as archive:
        page = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in page and 'state="frozen"' in page and "<autoFilter" in page and "customWidth" in page
    first = path.read_bytes()
    awkward.export(path)
    assert path.read_bytes() == first


def test_what_excel_cannot_hold_is_refused_with_a_way_out(awkward, tmp_path, monkeypatch):
    path = tmp_path / "out.xlsx"
    path.write_text("old")
    monkeypatch.setattr(workbook, "ROWS_OF_A_SHEET", 10)
    with pytest.raises(
        ValueError, match=r"at most 10 rows; fewer lanes or days .* and .parquet, .csv and .jsonl hold any"
    ):
        awkward.export(path)
    awkward.append("1900-02-28", "A", 1)
    with pytest.raises(ValueError, match="one from 1900-03-01 on, as Excel has them; got 1900-02-28"):
        awkward.export(path, "A")
    assert path.read_text() == "old" and [entry.name for entry in tmp_path.glob(".*")] == []


@pytest.mark.parametrize("name", ["out", "out.txt", "out.gz", "out.xls", "out.parquet.gz", "out.xlsx.gz"])
def test_other_endings_are_refused_with_those_that_work(awkward, tmp_path, name):
    with pytest.raises(ValueError, match=r"file must end in \.csv, \.json, \.jsonl .*, \.parquet or \.xlsx; got"):
        awkward.export(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_pipe_takes_text_of_any_form_and_no_table(awkward, tmp_path):
    os.mkfifo(pipe := tmp_path / "pipe.jsonl")
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE, text=True)
    count = awkward.export(pipe)
    assert len(reader.communicate()[0].splitlines()) == count and not pipe.is_file()
    os.mkfifo(tmp_path / "pipe.xlsx")
    with pytest.raises(ValueError, match="a pipe or a device"):
        awkward.export(tmp_path / "pipe.xlsx")


@pytest.mark.parametrize("form", FORMS)
def test_a_disk_that_takes_no_more_leaves_the_old_file(awkward, tmp_path, form):
    """The limit on the size of files stands for the disk; it stops real writes of every library."""
    path = tmp_path / f"out.{form}"
    path.write_text("precious")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    awkward.count()
    resource.setrlimit(resource.RLIMIT_FSIZE, (300, before[1]))
    try:
        with pytest.raises(OSError, match=r"cannot be written: .*; the file that was there is unchanged"):
            awkward.export(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.read_text() == "precious" and [entry.name for entry in tmp_path.glob(".*")] == []


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_text_is_written_flow_by_flow(tmp_path, form):
    day = datetime.date(2026, 1, 5)
    flows = (Flow(i, day, f"LANE-{i % 50}", i / 7, None) for i in range(30_000))
    tracemalloc.start()
    assert write_flows(flows, tmp_path / f"out.{form}", Seen(True, True)) == 30_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / f"out.{form}").stat().st_size > 1_000_000 and peak < 500_000


# ---------------------------------------------------------------- the view


def test_other_programs_read_days_from_the_view(ledger, url):
    ledger.append("2026-01-05", "=B", 5, 1)
    ledger.append("1899-12-31", "A", 2.5)
    if url.startswith("sqlite"):
        with sqlite3.connect(ledger.place) as plain:
            seen = pd.read_sql("SELECT * FROM twin_flow_iso ORDER BY id", plain, parse_dates=["date"])
    else:
        import psycopg

        with psycopg.connect(url) as plain:
            rows = plain.execute("SELECT * FROM twin_flow_iso ORDER BY id").fetchall()
            assert [row[1] for row in rows] == [datetime.date(2026, 1, 5), datetime.date(1899, 12, 31)]
        seen = pd.DataFrame(rows, columns=["id", "date", "lane", "volume", "returns", "import_id"])
        seen["date"] = pd.to_datetime(seen["date"])
    assert list(seen.columns) == ["id", "date", "lane", "volume", "returns", "import_id"]
    assert seen["date"].dt.strftime("%Y-%m-%d").tolist() == ["2026-01-05", "1899-12-31"]
    assert duckdb.sql("SELECT lane, volume FROM seen ORDER BY id").fetchall() == [("=B", 5.0), ("A", 2.5)]


def test_a_ledger_of_the_second_version_gets_the_view(ledger, url):
    ledger.append("2026-01-05", "A", 5)
    with ledger._engine.begin() as connection:
        for statement in ("DROP VIEW twin_flow_iso", "UPDATE twin_schema SET version = 2"):
            connection.execute(text(statement))
    with Ledger(url) as migrated:
        assert migrated.status()["schema_version"] == VERSION
        with migrated._engine.connect() as connection:
            (day,) = connection.execute(text("SELECT date FROM twin_flow_iso")).scalars()
        assert str(day) == "2026-01-05" and all(check.passed is not False for check in migrated.verify())


def test_the_example_of_the_readme_runs(awkward, tmp_path, monkeypatch):
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"## Use the results in other programs\n.*?```python\n(.*?)```", readme, re.S)
    monkeypatch.chdir(tmp_path)
    awkward.export("flows.parquet")
    with contextlib.redirect_stdout(io.StringIO()) as rows:
        assert main(["assess", "--jsonl", "--xlsx", "lanes.xlsx"]) == 0
    Path("lanes.jsonl").write_text(rows.getvalue(), encoding="utf-8")
    exec(example, found := {})
    assert set(found["profits"]["lane"]) == set(found["lanes"]["lane"]) == set(found["sheet"]["lane"])
    assert len(found["flows"]) == awkward.count() and set(found["volumes"]["lane"]) == {*NAMES, *HARD}
