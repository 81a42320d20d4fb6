"""The operations of the ledger, with the same results on both engines."""

import csv
import datetime
import io
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from twin.data.errors import AlreadyHeld, Counts, LedgerError, RowsRefused
from twin.data.ledger import migration, reader
from twin.data.ledger.store import RESET_TOKEN, Flow, Ledger
from twin.data.load import load_history, read_history
from twin.data.scenarios import research_lanes

DAY = datetime.date(2026, 1, 5)
FLOWS = "date,lane,volume,returns\n2026-01-05,A,5,1\n2026-01-06,A,7.25,0\n2026-01-06,B,2,2\n2026-01-06,A,1,0\n"
SOME_BAD = FLOWS + "2026-01-07,A,lots,0\n2026-02-31,A,4,0\n2026-01-08,B,-1,0\n"
HOSTILE = [
    "'; DROP TABLE twin_flow; --",
    'a "quoted", name',
    "carriage\rreturn",
    "'" + "=" * 499,
    "=" + "x" * 499,
    "tab\there and\nanother line\rand more",
    "back\\slash \\N \\.",
    "🚚→🏭",
    "ברלין–מינכן",
    "\u202eright to left\u202c",
    "=cmd|' /C calc'!A0",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=already marked",
    "''=twice",
    "＝full width",
    "%s %(name)s :name ? {0}",
    "NULL",
    "N/A",
    "e\u0301 is not \u00e9",
    "x" * 500,
    "\U0001f69a" * 500,
]


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a file and returns its path."""

    def file(content, name="flows.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return file


def plain(flows):
    """Return flows without their ids."""
    return [tuple(flow)[1:] for flow in flows]


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


# ---------------------------------------------------------------- files and histories in


def test_import_of_a_file(ledger, file):
    done = ledger.import_file(file(FLOWS))
    assert (done.records, done.repeated, done.account.rows_kept, done.notes) == (4, False, 4, ())
    day = datetime.date(2026, 1, 6)
    expected = [(DAY, "A", 5.0, 1.0), (day, "A", 7.25, 0.0), (day, "A", 1.0, 0.0), (day, "B", 2.0, 2.0)]
    assert plain(ledger.records()) == expected


def test_import_is_all_or_nothing(ledger, file):
    with pytest.raises(
        RowsRefused,
        match=r"3 of 7 rows of .*flows.csv cannot be used, so none was imported; the first "
        r"is line 6, volume is not a number: 2026-01-07,A,lots",
    ) as refusal:
        ledger.import_file(file(SOME_BAD))
    assert refusal.value.account.refused["line"].tolist() == [6, 7, 8]
    assert ledger.count() == 0 and ledger.status()["imports"] == []


def good_rows(path):
    """Return the flows of a file whose volume is known; a ledger knows of no gap that a bad row may have filled."""
    return read_history(path, good_rows_only=True).flows.dropna(ignore_index=True)


def test_good_rows_only_reports_the_others_and_keeps_unknown_volumes(ledger, file):
    done = ledger.import_file(file(SOME_BAD), good_rows_only=True)
    assert (done.account.rows_read, done.account.rows_kept, len(done.account.refused)) == (7, 4, 3)
    assert (done.records, done.unknown) == (6, 2)
    assert [(flow.lane, flow.volume) for flow in ledger.records() if flow.volume is None] == [("A", None), ("B", None)]
    pd.testing.assert_frame_equal(ledger.history().flows.dropna(ignore_index=True), good_rows(file(SOME_BAD)))


def test_importing_the_same_file_twice_counts_once(ledger, file):
    ledger.import_file(file(FLOWS))
    for again in (file(FLOWS, "copy.csv"), file(FLOWS.replace(",", ";"), "semicolons.csv")):
        done = ledger.import_file(again)
        assert (done.records, done.repeated) == (0, True) and "the same 4 flows were imported on" in done.notes[0]
    assert ledger.count() == 4
    assert ledger.import_file(file(FLOWS), held="add").records == 4
    assert ledger.import_file(file(FLOWS)).repeated and ledger.count() == 8


def test_the_same_numbers_of_other_lanes_are_other_records(ledger, file):
    ledger.import_file(file(FLOWS))
    done = ledger.import_file(file(FLOWS.replace(",A,", ",C,").replace(",B,", ",D,")))
    assert (done.records, done.repeated, ledger.lanes()) == (4, False, ["A", "B", "C", "D"])


def test_a_file_that_repeats_stored_days_is_added_with_a_note_if_asked(ledger, file):
    ledger.import_file(file(FLOWS))
    done = ledger.import_file(file(FLOWS + "2026-01-09,B,3,0\n", "later.csv"), held="add")
    assert done.records == 5 and done.notes == ("4 flows came on top of flows of the same lanes and days",)
    other = ledger.import_file(file("date,lane,volume\n2026-01-05,C,1\n2026-01-06,C,1\n", "other.csv"))
    assert other.notes == ()


def test_an_import_with_deleted_flows_does_not_count_as_repeated(ledger, file):
    ledger.import_file(file(FLOWS))
    ids = [flow.id for flow in ledger.records()]
    ledger.delete(ids[0])
    with pytest.raises(AlreadyHeld) as question:
        ledger.import_file(file(FLOWS))
    assert question.value.preview.counts == Counts(1, 3, 0, 0)
    ledger.delete(*ids[1:])
    again = ledger.import_file(file(FLOWS))
    assert (again.records, ledger.count()) == (4, 4)
    assert [past["id"] for past in ledger.status()["imports"]] == [again.id]


def test_a_longer_file_adds_only_new_days_if_asked(ledger, file):
    ledger.import_file(file(FLOWS))
    longer = file(FLOWS + "2026-01-06,C,4,0\n2026-01-07,A,3,0\n2026-01-07,B,x,0\n", "longer.csv")
    with pytest.raises(RowsRefused):
        ledger.import_file(longer, held="new-only")
    done = ledger.import_file(longer, held="new-only", good_rows_only=True)
    assert (done.records, done.unknown, done.notes) == (3, 1, ()) and ledger.count() == 7
    assert [(flow.lane, flow.volume) for flow in ledger.records(first="2026-01-07")] == [("A", 3.0), ("B", None)]
    done = ledger.import_file(longer, held="new-only", good_rows_only=True)
    assert (done.id, done.records, done.repeated) == (None, 0, True) and ledger.count() == 7
    ledger.undo(ledger.status()["imports"][0]["id"])  # flows of the first file do not belong to the second import
    assert ledger.import_file(longer, held="new-only", good_rows_only=True).records == 4 and ledger.count() == 7


def test_remarks_on_flows_that_look_mistaken(ledger):
    assert ledger.remarks(ledger.append("2026-01-05", "BER-MUC", 1)) == []
    assert ledger.remarks(ledger.append("2026-01-06", "BER-MUC", 1)) == []
    (typo,) = ledger.remarks(ledger.append("2026-01-06", "ber-MCU", 1))
    assert typo == "ber-MCU is a new lane; was BER-MUC meant?"
    assert ledger.remarks(ledger.append("2026-01-06", "OSL", 1)) == ["OSL is a new lane"]
    (twice,) = ledger.remarks(ledger.append("2026-01-06", "BER-MUC", 1))
    assert twice == "the ledger already held a flow of BER-MUC on 2026-01-06; this one comes on top"
    (early,) = ledger.remarks(ledger.append("2016-01-06", "BER-MUC", 1))
    assert (
        early == "2016-01-06 is 3,652 days before every other flow of BER-MUC; unless gaps are unknown, it counts as "
        "zero in between"
    )
    late, future = ledger.remarks(ledger.append("2226-01-06", "BER-MUC", 1))
    assert (
        late.startswith("2226-01-06 is 73,048 days after every other flow") and future == "2226-01-06 is in the future"
    )


def test_months_beside_days_get_a_note(ledger, file):
    ledger.import_file(file("date,lane,volume\n2026-01-05,A,1\n2026-01-07,A,1\n2026-01-10,A,1\n"))
    done = ledger.import_file(file("date,lane,volume\n2026-01-01,M,1\n2026-02-01,M,1\n", "months.csv"))
    assert "flows of months, and the ledger holds some of days" in done.notes[0]


def test_after_a_reset_a_file_can_be_imported_again(ledger, file):
    ledger.import_file(file(FLOWS))
    ledger.reset(RESET_TOKEN)
    assert ledger.status()["imports"] == []
    assert ledger.import_file(file(FLOWS)).records == 4


def test_an_import_can_be_undone_and_nothing_else_changes(ledger, file):
    logged = ledger.append(DAY, "A", 9)
    first = ledger.import_file(file(FLOWS), held="add")
    again = ledger.import_file(file(FLOWS), held="add")
    third = ledger.import_file(file(FLOWS), held="add")
    ledger.delete(next(flow.id for flow in ledger.records("B") if flow.volume == 2))
    assert ledger.undo(np.int64(first.id)).deleted + ledger.undo(again.id).deleted == 7
    assert logged in ledger.records() and ledger.count() == 5
    assert [past["id"] for past in ledger.status()["imports"]] == [third.id]
    assert ledger.import_file(file(FLOWS)).repeated and ledger.import_file(file(FLOWS), held="add").records == 4
    for key in (first.id, 999):
        with pytest.raises(ValueError, match=f"import_id must be that of an import into the ledger at .*; got {key}"):
            ledger.undo(key)


def test_an_imported_history_is_read_back_unchanged(ledger):
    history = research_lanes()
    assert ledger.import_history(history).records == len(history.flows) and ledger.import_history(history).repeated
    back = ledger.history()
    pd.testing.assert_frame_equal(back.flows, history.flows)
    assert (back.period, back.gaps) == (history.period, history.gaps)


def test_reading_options_reach_the_reader(ledger, file):
    path = file("Tag;Strecke;Menge\n03/04/2026;A;1,5\n")
    columns = {"date": "Tag", "lane": "Strecke", "volume": "Menge"}
    with pytest.raises(ValueError, match="day/month or month/day"):
        ledger.import_file(path, decimal=",", columns=columns)
    ledger.import_file(path, decimal=",", columns=columns, dayfirst=True)
    assert plain(ledger.records()) == [(datetime.date(2026, 4, 3), "A", 1.5, None)]


def test_contradicting_dates_are_refused_and_the_others_kept(ledger, file):
    content = "date,lane,volume\n13/01/2026,A,1\n14/01/2026,A,2\n01/15/2026,A,3\n02/01/2026,A,4\n"
    with pytest.raises(RowsRefused, match="1 of 4 rows"):
        ledger.import_file(file(content))
    done = ledger.import_file(file(content), good_rows_only=True)
    assert done.records == 3 and done.account.refused["text"].tolist() == ["01/15/2026, A, 3"]
    pd.testing.assert_frame_equal(ledger.history().flows.dropna(ignore_index=True), good_rows(file(content)))


def test_hostile_rows_of_a_file_are_refused_and_the_others_kept(ledger, file):
    bad = {
        "0001-01-01,A,1": "year is outside 1678 to 2261",
        "9999-12-31,A,1": "year is outside 1678 to 2261",
        f"2026-01-05,{'x' * 501},1": "lane is longer than 500 characters",
        f"2026-01-05,{'x' * 2**18},1": "field is too long",
        "2026-01-05,a\0b,1": "lane has a NUL byte",
        "2026-01-05,A,nan": "volume is not a number (missing)",
        "2026-01-05,A,inf": "volume is infinite",
        "2026-01-05,A,1e999": "volume is infinite",
        "2026-01-05,A,1e16": "volume is above 1e+15",
        "2026-01-05,A,-0.1": "volume is negative",
        "2026-01-05,A,1;DROP TABLE twin_flow": "volume is not a number",
    }
    good = "2026-01-05,'; DROP TABLE twin_flow; --,1"
    path = file("\n".join(["date,lane,volume", *bad, good]) + "\n")
    with pytest.raises(RowsRefused, match="11 of 12 rows"):
        ledger.import_file(path)
    done = ledger.import_file(path, good_rows_only=True)
    assert done.account.refused["reason"].tolist() == list(bad.values())
    assert [(flow.lane, flow.volume) for flow in ledger.records() if flow.volume is not None] == [(good[11:-2], 1.0)]
    pd.testing.assert_frame_equal(ledger.history().flows.dropna(ignore_index=True), good_rows(path))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("date,lane,volume\n", "has a header and no rows"),
        ("date,lane,volume\n?,A,1\n", "no row whose date and lane can be read: line 2, date cannot be read"),
        ("when,who,what\n1,2,3\n", "has no column for date, lane, volume"),
    ],
)
def test_files_that_cannot_be_used(ledger, file, content, said):
    with pytest.raises(ValueError, match=said):
        ledger.import_file(file(content), good_rows_only=True)
    assert ledger.count() == 0


def test_reading_stops_early_after_too_many_refusals(ledger, file):
    with pytest.raises(ValueError, match="over 100,000 rows that cannot be used: line 2, date cannot be read"):
        ledger.import_file(file("date,lane,volume\n" + "x,A,1\n" * 200_000), good_rows_only=True)


def test_too_many_contradicting_dates_stop_before_each_is_listed(ledger, file):
    path = file("date,lane,volume\n" + "01/13/2026,A,1\n" * 120_000 + "13/01/2026,A,1\n")
    with pytest.raises(ValueError, match="over 100,000 rows that cannot be used: day and month are in the other order"):
        ledger.import_file(path, dayfirst=True, good_rows_only=True)
    assert ledger.count() == 0


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


@pytest.fixture
def claims(ledger):
    """Return a function that sets the version that the ledger states of its tables."""
    from sqlalchemy import text

    def claims(number):
        with ledger._engine.begin() as connection:
            connection.execute(text(f"UPDATE twin_schema SET version = {number}"))

    return claims


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "knows 6 and no way there; export its flows with the Twin that made it, and import them into a new ledger"),
        (7, "knows 6; install a newer Twin"),
    ],
)
def test_an_older_or_newer_schema_is_refused_and_left_unchanged(ledger, url, claims, number, said):
    ledger.append(DAY, "A", 1)
    claims(number)
    with pytest.raises(LedgerError, match=f"has version {number} of its tables, and this Twin {said}"):
        Ledger(url)
    assert ledger.count() == 1 and ledger.status()["schema_version"] == number


@pytest.fixture
def later(monkeypatch):
    """Set the program's version of the tables to 8, with a migration from 6 to 7; return the migrations by version."""
    from sqlalchemy import text

    monkeypatch.setattr(migration, "VERSION", 8)
    steps = {6: lambda connection: connection.execute(text("ALTER TABLE twin_flow ADD COLUMN carrier TEXT"))}
    monkeypatch.setattr(migration, "MIGRATIONS", steps)
    return steps


def columns(ledger):
    """Return the names of the columns of the table of flows."""
    from sqlalchemy import inspect

    return [column["name"] for column in inspect(ledger._engine).get_columns("twin_flow")]


def test_an_older_schema_is_migrated_from_version_to_version(ledger, url, later):
    from sqlalchemy import text

    later[7] = lambda connection: connection.execute(text("UPDATE twin_flow SET carrier = 'unknown'"))
    flow = ledger.append(DAY, "A", 1)
    with ThreadPoolExecutor(4) as pool:  # concurrent processes migrate it once
        for opened in pool.map(Ledger, 4 * [url]):
            opened.close()
    with Ledger(url) as migrated:
        assert migrated.status()["schema_version"] == 8 and migrated.find(flow.id) == flow
        assert columns(migrated)[-1] == "carrier" and migrated.append(DAY, "B", 2).lane == "B"


def test_a_failed_migration_leaves_the_ledger_unchanged(ledger, url, later):
    from sqlalchemy import text

    for step, said in ((None, "has version 7 of its tables, and this Twin knows 8"), ("FAIL", "nothing was changed")):
        if step:
            later[7] = lambda connection, step=step: connection.execute(text(step))
        with pytest.raises(LedgerError, match=said):
            Ledger(url)
        assert "carrier" not in columns(ledger) and ledger.status()["schema_version"] == 6


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


def test_an_import_is_stored_under_its_given_name(ledger, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("date,lane,volume\n2026-01-05,A,5\n", encoding="utf-8")
    assert ledger.import_file(path, name="the planner's file").account.file == "the planner's file"
    assert ledger.status()["imports"][0]["source"] == "the planner's file"


def test_a_lane_that_is_the_sum_of_others_is_stored_only_if_this_is_said(ledger, tmp_path):
    path = tmp_path / "rollup.csv"
    rows = (f"2026-01-{day:02d},{lane},{volume}\n" for day in range(5, 13)
            for lane, volume in (("A", day), ("B", 3 * day % 7), ("Total", day + 3 * day % 7)))  # fmt: skip
    path.write_text("date,lane,volume\n" + "".join(rows), encoding="utf-8")
    with pytest.raises(
        ValueError, match="'Total', so flows would be stored twice; say where='lane!=Total' or sums='keep'"
    ):
        ledger.import_file(path)
    ledger.import_file(path, where="lane!=Total")
    assert ledger.count() == 16
    ledger.import_file(path, sums="keep", held="add")
    assert ledger.count() == 16 + 24


def test_postings_of_what_went_out_are_stored_and_what_was_taken_back_is_subtracted(ledger, tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("date,lane,volume\n2026-01-05,A,-5\n2026-01-06,A,-6\n", encoding="utf-8")
    with pytest.raises(ValueError, match="say negative='outbound'"):
        ledger.import_file(path)
    ledger.import_file(path, negative="outbound")
    assert [flow.volume for flow in ledger.records()] == [5.0, 6.0]
    path.write_text("date,lane,volume\n2026-02-05,A,-5\n2026-02-05,A,2\n2026-02-06,A,6\n", encoding="utf-8")
    added = ledger.import_file(path, negative="outbound")
    assert [flow.volume for flow in ledger.records()][2:] == [3.0, None]
    assert (added.records, added.unknown) == (2, 1) and "whose sum is negative" in " ".join(added.account.notes)


def test_negative_rows_are_subtracted_from_their_day(ledger, tmp_path):
    path = tmp_path / "net.csv"
    rows = "2026-01-05,A,7 2026-01-05,A,-2 2026-01-05,B,1 2026-01-06,A,3 2026-01-06,A,x 2026-01-07,B,-4"
    path.write_text("date,lane,volume\n" + "\n".join(rows.split()) + "\n", encoding="utf-8")
    ledger.import_file(path, negative="subtract", good_rows_only=True)
    stored = [(f"{flow.date:%d}", flow.lane, flow.volume) for flow in ledger.records()]
    expected = [("05", "A", 5.0), ("05", "B", 1.0), ("06", "A", 3.0), ("06", "A", None), ("07", "B", None)]
    assert sorted(stored, key=str) == sorted(expected, key=str)
