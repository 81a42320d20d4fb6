"""Files and histories that are imported into a ledger: all rows or none, each once."""

import datetime

import numpy as np
import pandas as pd
import pytest
from ledger_flows import DAY, FLOWS, SOME_BAD, plain

from twin.data.errors import AlreadyHeld, Counts, RowsRefused
from twin.data.ledger.store import RESET_TOKEN
from twin.data.load import read_history
from twin.data.scenarios import research_lanes


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
    assert twice == "the ledger already held 1 flow of BER-MUC on 2026-01-06; this one comes on top"
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
