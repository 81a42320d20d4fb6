"""The operations of the ledger, with the same results on both engines."""

import csv
import datetime
import io
import os
import subprocess

import numpy as np
import pandas as pd
import pytest
from ledger_flows import DAY, FLOWS, HOSTILE, SOME_BAD, plain

from twin.data.errors import LedgerError
from twin.data.ledger import reader
from twin.data.ledger.store import RESET_TOKEN, Flow, Ledger
from twin.data.load import load_history, read_history
from twin.data.scenarios import research_lanes

# ---------------------------------------------------------------- one flow


def test_append_returns_the_flow_with_an_id(ledger):
    flow = ledger.append("2026-01-05", " BER-MUC ", 120, 3)
    assert flow == Flow(flow.id, DAY, "BER-MUC", 120.0, 3.0)
    assert list(ledger.records()) == [flow] and ledger.count() == 1


@pytest.mark.parametrize(
    "day",
    [
        DAY,
        datetime.datetime(2026, 1, 5, 13, tzinfo=datetime.UTC),
        np.datetime64("2026-01-05T23:59"),
        pd.Timestamp("2026-01-05"),
        "5 Jan 2026",
    ],
)
def test_a_day_can_be_given_in_many_types_and_notations(ledger, day):
    assert ledger.append(day, "A", 1).date == DAY


def test_delete_returns_what_it_deleted_and_touches_nothing_else(ledger):
    flows = [ledger.append(DAY, lane, volume) for lane, volume in (("A", 1), ("A", 1), ("B", 2))]
    assert ledger.delete(flows[2].id, flows[0].id) == [flows[2], flows[0]]
    assert list(ledger.records()) == [flows[1]]


def test_delete_is_all_or_nothing_and_names_missing_ids(ledger):
    flow = ledger.append(DAY, "A", 1)
    with pytest.raises(ValueError, match=rf"id must be that of a flow in the ledger at .*; got {flow.id + 7}$"):
        ledger.delete(flow.id, flow.id + 7)
    assert list(ledger.records()) == [flow]


@pytest.mark.parametrize("key", [0, -1, 2**63, 10**30, 1.5, "1", None, True])
def test_invalid_ids_are_refused(ledger, key):
    with pytest.raises(ValueError, match="id must be a whole number >= 1; got"):
        ledger.delete(key)


def test_ids_are_never_reused(ledger):
    first = ledger.append(DAY, "A", 1)
    ledger.delete(first.id)
    second = ledger.append(DAY, "A", 1)
    ledger.reset(RESET_TOKEN)
    assert first.id < second.id < ledger.append(DAY, "A", 1).id


@pytest.mark.parametrize(
    ("flow", "said"),
    [
        ((None, "A", 1), "date must be a day; got None"),
        (("", "A", 1), "date must be a day from 1678-01-01 to 2261-12-31"),
        (("0001-01-01", "A", 1), "date must be a day from .* got 0001-01-01"),
        (("9999-12-31", "A", 1), "date must be a day from .* got 9999-12-31"),
        ((datetime.date(1, 1, 1), "A", 1), "date must be a day from"),
        (("2026-02-30", "A", 1), "date must be a day from"),
        (("03/04/2026", "A", 1), "date must be a day from"),
        ((np.datetime64("NaT"), "A", 1), "date must be a day from"),
        ((pd.NaT, "A", 1), "date must be a day from"),
        ((5, "A", 1), "date must be a day from"),
        (("2026-01", "A", 1), "date must be a day from"),
        (("Jan 2026", "A", 1), "date must be a day from"),
        ((DAY, "", 1), "lane must be a name of 1 to 500 characters; lane is empty"),
        ((DAY, " \t ", 1), "lane is empty"),
        ((DAY, "a\0b", 1), "lane has a NUL byte"),
        ((DAY, "x" * 501, 1), "lane is longer than 500 characters"),
        ((DAY, "x" * 2**20, 1), "lane is longer than 500 characters"),
        ((DAY, "\ud800", 1), "half a character"),
        ((DAY, None, 1), "lane must be a text; got None"),
        ((DAY, "A", -1), "volume must be finite and >= 0; got -1"),
        ((DAY, "A", float("nan")), "volume must be finite and >= 0; got nan"),
        ((DAY, "A", float("inf")), "volume must be finite and >= 0; got inf"),
        ((DAY, "A", 1e16), "volume must be one number of at most 1e.15; got 1e"),
        ((DAY, "A", [1, 2]), "volume must be one number"),
        ((DAY, "A", "many"), "volume must be"),
        ((DAY, "A", 1, -2), "returns must be finite and >= 0; got -2"),
    ],
)
def test_invalid_values_of_a_flow_are_refused_by_name(ledger, flow, said):
    with pytest.raises(ValueError, match=said):
        ledger.append(*flow)
    assert ledger.count() == 0


@pytest.mark.parametrize(
    "values",
    [
        {"volume": -1.0},
        {"volume": float("inf")},
        {"volume": 2e15},
        {"returns": -1.0},
        {"lane": "  "},
        {"lane": " A "},
        {"lane": None},
        {"lane": "x" * 501},
        {"date": None},
        {"date": datetime.date(1600, 1, 1)},
        {"date": datetime.date(9999, 12, 31)},
    ],
)
def test_the_database_enforces_its_constraints(ledger, values):
    from twin.data.ledger.engine import writing
    from twin.data.ledger.schema import flows

    with pytest.raises(LedgerError, match="refuses a value that breaks its rules; nothing was changed"):
        with writing(ledger._engine) as connection:
            connection.execute(flows.insert(), {"date": DAY, "lane": "A", "volume": 1.0} | values)
    assert ledger.count() == 0


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("import", {"period": "Y"}),
        ("import", {"records": -1}),
        ("import", {"repeat": -1}),
        ("schema", {"one": 2, "version": 1}),
        ("schema", {"one": 1, "version": 2}),
    ],
)
def test_the_database_enforces_its_constraints_on_imports_and_versions(ledger, table, values):
    from twin.data.ledger.engine import writing
    from twin.data.ledger.schema import metadata

    if table == "import":
        right = {"digest": "a", "repeat": 0, "source": "b", "records": 1, "period": "D", "imported_at": "c"}
        values = right | values

    with pytest.raises(LedgerError, match="refuses a value that breaks its rules; nothing was changed"):
        with writing(ledger._engine) as connection:
            connection.execute(metadata.tables[f"twin_{table}"].insert(), values)


def test_the_database_refuses_nan_as_a_volume(ledger):
    from twin.data.ledger.engine import writing
    from twin.data.ledger.schema import flows

    try:
        with writing(ledger._engine) as connection:
            connection.execute(flows.insert(), {"date": DAY, "lane": "A", "volume": float("nan")})
    except LedgerError:
        assert ledger.count() == 0
    else:  # SQLite has no NaN: it is a missing volume, which is unknown
        assert [flow.volume for flow in ledger.records()] == [None]


# ---------------------------------------------------------------- answers


def test_reading_by_lane_and_day(ledger, file):
    ledger.import_file(file(FLOWS))
    assert len(ledger.read()) == 4 and ledger.lanes() == ["A", "B"]
    assert plain(ledger.records("A", last="2026-01-05")) == [(DAY, "A", 5.0, 1.0)]
    assert ledger.read(["A", "B"], first="2026-01-06")["volume"].tolist() == [7.25, 1.0, 2.0]
    assert ledger.count("B") == 1 and ledger.count(first="2026-01-07") == 0 and ledger.count([]) == 0
    table = ledger.read("nobody")
    assert table.empty and list(table.columns) == ["id", "date", "lane", "volume", "returns"]
    with pytest.raises(ValueError, match="first must be a day"):
        ledger.read(first="soon")


def test_histories_of_some_lanes_and_days(ledger):
    ledger.import_history(research_lanes())
    history = ledger.history("HAM-ROT", first="2024-01-01", last="2024-12-31", period="MS", gaps="unknown")
    assert (history.period, history.gaps, len(history.flows)) == ("MS", "unknown", 12)
    assert list(history.flows["lane"].cat.categories) == ["HAM-ROT"]


def test_unrecorded_returns_of_some_lanes_count_as_zero(ledger, file):
    ledger.import_file(file(FLOWS))
    ledger.import_file(file("date,lane,volume\n2026-01-05,C,1\n2026-01-06,C,1\n", "c.csv"))
    history = ledger.history()
    assert history.flows.loc[history.flows["lane"] == "C", "returns"].tolist() == [0.0, 0.0]
    assert any("without recorded returns, counted as none: 2" in note for note in history.account.notes)
    assert ledger.statistics()["return_rate"].tolist() == [1 / 13.25, 1.0, 0.0]


def test_an_empty_ledger_says_how_to_fill_it(ledger):
    assert (ledger.count(), ledger.lanes(), list(ledger.records())) == (0, [], [])
    for question in (ledger.history, ledger.statistics):
        with pytest.raises(ValueError, match="has no flows yet; twin ledger import FILE brings some in"):
            question()
    ledger.append(DAY, "SFO-Europe", 1)
    for question in (ledger.history, ledger.statistics):
        with pytest.raises(ValueError, match="has no flows of these lanes and days; its lanes are SFO-Europe"):
            question("sfo-europe")


def test_status(ledger, file, url):
    ledger.import_file(file(FLOWS))
    status = ledger.status()
    (past,) = status.pop("imports")
    assert (past["source"], past["records"]) == (str(file(FLOWS)), 4)
    engine = url.split(":")[0].replace("postgres", "postgresql")
    expected = {
        "engine": engine,
        "schema_version": 6,
        "read_only": False,
        "flows": 4,
        "plan_entries": 0,
        "lanes": 2,
        "place": ledger.place,
    }
    assert status == expected | {"first_date": "2026-01-05", "last_date": "2026-01-06"}


def test_reset_needs_its_token(ledger, file):
    ledger.import_file(file(FLOWS))
    for token in ("", "yes", RESET_TOKEN.upper(), None, True):
        with pytest.raises(ValueError, match="token must be 'delete all flows', which deletes every flow at"):
            ledger.reset(token)
    assert ledger.count() == 4
    assert ledger.reset(RESET_TOKEN) == 4 and ledger.count() == 0 and ledger.lanes() == []


# ---------------------------------------------------------------- out again


def test_an_export_reads_back_as_the_same_flows(ledger, file, tmp_path):
    ledger.import_file(file(SOME_BAD), good_rows_only=True)
    assert ledger.export(tmp_path / "out.csv") == 6
    assert [path.name for path in tmp_path.glob(".*")] == []
    pd.testing.assert_frame_equal(read_history(tmp_path / "out.csv").flows, ledger.history().flows)
    stream = io.StringIO()
    assert (
        ledger.export(stream, "B") == 2
        and stream.getvalue() == "date,lane,volume,returns\n2026-01-06,B,2.0,2\n2026-01-08,B,NaN,\n"
    )


def test_an_export_that_fails_leaves_the_old_file(ledger, file, tmp_path, monkeypatch):
    ledger.import_file(file(FLOWS))
    path = file("precious\n", "out.csv")
    some = (Flow(1, DAY, "A", 1.0, None), None)
    monkeypatch.setattr(reader, "flows_in_order", lambda *_: (flow for flow in some))
    with pytest.raises(AttributeError):
        ledger.export(path)
    assert path.read_text() == "precious\n" and [p.name for p in tmp_path.glob(".*.part")] == []
    with pytest.raises(ValueError, match=r"file must be a file in a folder that exists; got .*no folder"):
        ledger.export(tmp_path / "no folder" / "out.csv")


def test_an_export_follows_links_and_pipes_and_keeps_the_file_mode(ledger, file, tmp_path):
    ledger.import_file(file(FLOWS))
    path = file("old\n", "out.csv")
    path.chmod(0o600)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    ledger.export(link)
    assert link.is_symlink() and path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().startswith("date,lane,volume,returns\n2026-01-05,A,5.0,1\n")
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE, text=True)
    ledger.export(tmp_path / "pipe")
    assert reader.communicate()[0] == path.read_text() and not (tmp_path / "pipe").is_file()


def test_an_export_can_be_compressed(ledger, file, tmp_path):
    ledger.import_file(file(FLOWS))
    ledger.export(tmp_path / "out.csv.gz")
    assert (tmp_path / "out.csv.gz").read_bytes()[:2] == b"\x1f\x8b"
    pd.testing.assert_frame_equal(read_history(tmp_path / "out.csv.gz").flows, ledger.history().flows)


def test_an_export_with_unknown_volumes_is_imported_without_refusals(ledger, file, tmp_path):
    ledger.import_file(file(SOME_BAD), good_rows_only=True)
    before = ledger.history().flows
    ledger.export(tmp_path / "out.csv")
    ledger.reset(RESET_TOKEN)
    done = ledger.import_file(tmp_path / "out.csv")
    assert (done.records, done.unknown) == (6, 2)
    pd.testing.assert_frame_equal(ledger.history().flows, before)


def test_hostile_names_are_read_back_unchanged(ledger, tmp_path):
    for name in HOSTILE:
        ledger.append(DAY, name, 1)
    assert ledger.lanes() == sorted(HOSTILE) == [flow.lane for flow in ledger.records()]
    assert all(ledger.count(name) == 1 for name in HOSTILE)
    ledger.export(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        cells = [row[1] for row in csv.reader(stream)]
    assert not any(cell.startswith(("=", "+", "-", "@", "＝")) for cell in cells)
    ledger.reset(RESET_TOKEN)
    ledger.import_file(tmp_path / "out.csv")
    assert ledger.lanes() == sorted(HOSTILE) and list(ledger.history().flows["lane"]) == sorted(HOSTILE)


# ---------------------------------------------------------------- one address, one schema


def test_a_closed_ledger_can_be_used_again(ledger, url):
    ledger.append(DAY, "A", 1)
    ledger.close()
    assert ledger.count() == 1
    with Ledger(url) as second:
        second.append(DAY, "A", 2)
        assert ledger.count() == second.count() == 2


def test_load_history_takes_an_address(ledger, url, monkeypatch):
    ledger.import_history(research_lanes())
    expected = research_lanes(period="W").flows
    pd.testing.assert_frame_equal(load_history(url, period="W").flows, expected)
    monkeypatch.setenv("DATABASE_URL", url)
    pd.testing.assert_frame_equal(load_history("ledger:", period="W", dayfirst=None).flows, expected)
    chosen = {"lanes": ["HAM-ROT"], "first": "2024-01-01", "last": "2024-12-31"}
    assert len(load_history("ledger:", **chosen).flows) == 366
    for way in (True, False):
        with pytest.raises(ValueError, match="history must be a file where columns and dayfirst is said; got a ledger"):
            load_history("ledger:", columns={"volume": "x"}, dayfirst=way)
    with pytest.raises(ValueError, match="history must be a file or a ledger where first and last is said; got none"):
        load_history("", **chosen)


def test_load_history_applies_duplicates_to_a_ledger(ledger, url):
    for volume in (5, 7):
        ledger.append(DAY, "A", volume)
    volumes = {how: load_history(url, duplicates=how).flows["volume"].tolist() for how in ("sum", "first")}
    assert volumes == {"sum": [12.0], "first": [5.0]}


@pytest.mark.parametrize("url", ["", None, "ledger:"])
def test_the_default_address_is_that_of_the_environment(monkeypatch, tmp_path, url):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/here.sqlite")
    assert Ledger(url).place == f"{tmp_path}/here.sqlite"


def test_queries_with_too_many_names_or_ids_are_refused(ledger):
    names = [str(i) for i in range(10_001)]
    for question in (ledger.statistics, ledger.history, ledger.count):
        with pytest.raises(ValueError, match="lanes must be at most 10,000 names"):
            question(names)
    with pytest.raises(ValueError, match="id must be at most 10,000 at a time"):
        ledger.delete(*range(1, 10_002))


def test_an_abandoned_iterator_returns_its_connection(ledger):
    for i in range(3):
        ledger.append(DAY, "A", i)
    for _ in range(40):
        next(ledger.records())
    assert ledger.count() == 3


def test_too_many_queries_at_once_give_one_sentence(ledger):
    ledger.append(DAY, "A", 1)
    open_ones = [ledger.records() for _ in range(21)]
    for records in open_ones:
        next(records)
    with pytest.raises(LedgerError, match="has no connection left for one more user; try again in a moment"):
        ledger.count()
    for records in open_ones:
        records.close()
    assert ledger.count() == 1


def test_a_flow_is_found_by_its_id(ledger):
    flow = ledger.append("2026-01-05", "A", 5)
    assert ledger.find(flow.id) == flow
    with pytest.raises(ValueError, match=r"id must be that of a flow in the ledger at .*; got 99"):
        ledger.find(99)
