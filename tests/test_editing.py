"""Flows edited in place on both engines: history, undo, previews, and a colleague's edit that is not overwritten."""

import pytest

from twin.data.errors import AlreadyHeld, Counts, FlowChanged
from twin.data.ledger.preview import Correction, Difference, Outlier
from twin.data.ledger.store import Ledger
from twin.data.text import time_told, visible

FLOWS = "date,lane,volume\n" + "".join(f"2026-01-{day:02d},A,{20 + day % 3}\n" for day in range(1, 13))
# 12 January differs, 13 January is new and outlying, 14 January is new.
NEXT = FLOWS.replace("2026-01-12,A,20", "2026-01-12,A,25") + "2026-01-13,A,250\n2026-01-14,A,21\n"


@pytest.fixture
def eva(url, monkeypatch, ledger, file):
    """Return the ledger of a planner named eva, with the flows of a file."""
    monkeypatch.setenv("TWIN_AUTHOR", "eva")
    ledger.import_file(file(FLOWS))
    return ledger


def told(ledger, day=None):
    """Return the history of lane A as (author, what, before, after)."""
    return [(one.author, one.what, one.before, one.after) for one in ledger.events("A", day)]


def sound(ledger):
    """Return whether no check of the ledger fails, among them the checksums of its imports."""
    return all(check.passed is not False for check in ledger.verify())


def test_a_flow_is_edited_in_place_with_its_history_and_undone(eva, file, monkeypatch):
    (before,) = eva.records("A", "2026-01-03", "2026-01-03")
    after = eva.edit(before.id, 30, 2, seen=(20.0, None))
    assert after == before._replace(volume=30.0, returns=2.0) == eva.find(before.id) and sound(eva)
    assert eva.edit(before.id, 30, 2, seen=(1.0, None)) == after and len(eva.events("A")) == 1  # nothing to change
    edited, came = told(eva, "2026-01-03")
    assert edited == ("eva", "edited", (20.0, None), (30.0, 2.0))
    assert came == ("eva", f"import 1 of {visible(str(file(FLOWS)), 60)}", None, (20.0, None))
    assert not eva.import_file(file(FLOWS), held="new-only").records
    assert eva.preview_file(file(FLOWS)).counts == Counts(0, 11, 1, 0)  # the edited flow differs from the file
    monkeypatch.setenv("TWIN_AUTHOR", "tom")
    assert eva.undo_edit(1) == before and sound(eva)
    assert told(eva)[0] == ("tom", "undo of change 1", (30.0, 2.0), (20.0, None))
    assert eva.undo_edit(2) == after and eva.undo_edit(3) == before  # an undo can be undone
    assert [one.last for one in eva.events("A")] == [True, False, False, False]
    assert eva.undo(1) == (12, 0) and eva.events("A")[0].flow_id == before.id  # the history stays


def test_logging_and_deleting_are_kept_and_undone_too(eva):
    flow = eva.append("2026-01-20", "A", 5)
    assert told(eva) == [("eva", "logged", None, (5.0, None))]
    (gone,) = eva.delete(1)
    assert eva.count() == 12 and sound(eva)
    assert eva.undo_edit(2) == gone == eva.find(1) and sound(eva)
    assert eva.undo_edit(1) is None and eva.count("A", "2026-01-20") == 0
    assert eva.undo_edit(4) == flow
    eva.delete(1)
    eva.undo(1)
    with pytest.raises(ValueError, match=r"whose import is not undone, as import 1 is; got 6"):
        eva.undo_edit(6)
    with pytest.raises(ValueError, match="change must be the id of a change of a flow"):
        eva.undo_edit(99)


def test_a_colleagues_edit_is_not_overwritten_silently(eva, url, monkeypatch):
    with Ledger(url) as other:
        monkeypatch.setenv("TWIN_AUTHOR", "tom")
        other.edit(3, 31)
        monkeypatch.setenv("TWIN_AUTHOR", "eva")
        at = time_told(eva.events("A")[0].at)
        why = (
            f"flow 3 (A, 2026-01-03) has changed in the meantime: it is 31 pallets since tom changed it at {at} "
            "(change 1); it was 20 pallets, and it would be 33 pallets"
        )
        with pytest.raises(FlowChanged) as conflict:
            eva.edit(3, 33, seen=(20.0, None))
        assert str(conflict.value) == why and conflict.value.flow_id == 3
        with pytest.raises(
            FlowChanged, match=r"it is 31 pallets since tom .* it was 20 pallets, and it would be deleted"
        ):
            eva.delete(3, seen={3: (20.0, None)})
        assert eva.find(3).volume == 31 and len(eva.events("A")) == 1
        eva.edit(3, 33, seen=(31.0, None))
        with pytest.raises(FlowChanged, match=r"change 1 cannot be undone, because flow 3 is 33 pallets since eva"):
            other.undo_edit(1)
        other.delete(3)
        with pytest.raises(FlowChanged, match=r"got 3, which eva deleted at .* \(change 3\)"):
            eva.edit(3, 34)
        assert sound(eva)


def test_a_preview_counts_and_names_rows_and_writes_nothing(eva, file):
    eva.edit(12, 26)
    seen = eva.preview_file(file(NEXT))
    assert seen.counts == Counts(2, 11, 1, 1) and eva.count() == 12 and len(eva.status()["imports"]) == 1
    (far,), (differs,), (corrected,) = seen.outliers, seen.changed, seen.corrected
    assert far[:3] == ("A", eva.find(12).date.replace(day=13), 250.0) and far.low < 20 < far.high < 100
    assert isinstance(far, Outlier) and differs == Difference("A", eva.find(12).date, (26.0, None), (25.0, None))
    assert corrected[:5] == ("A", eva.find(12).date, (26.0, None), (25.0, None), "eva")
    assert isinstance(corrected, Correction) and seen.account.rows_kept == 14
    fresh = eva.preview_file(file(NEXT.replace(",A,", ",B,")))
    assert fresh.counts == Counts(14, 0, 0, 0) and fresh.changed == fresh.corrected == fresh.outliers == ()
    far = eva.preview_file(file("date,lane,volume\n2026-02-01,A,250\n2026-02-02,A,21\n"))
    assert far.counts == Counts(2, 0, 0, 1) and [(one.lane, one.volume) for one in far.outliers] == [("A", 250.0)]


@pytest.mark.parametrize("held", ["replace", "new-only"])
def test_an_import_does_not_overwrite_what_a_colleague_corrected_since_its_preview(eva, url, file, held, monkeypatch):
    """The counts alone do not tell: the corrected day was changed before, and the deleted day was new before."""
    day = 12 if held == "replace" else 13
    if held == "new-only":
        eva.append("2026-01-13", "A", 22)
        eva.delete(13)
    seen = eva.preview_file(file(NEXT))
    monkeypatch.setenv("TWIN_AUTHOR", "tom")
    with Ledger(url) as other:
        if held == "replace":
            other.edit(12, 27)
        else:
            other.delete(other.append("2026-01-13", "A", 23).id)
    now = "27 pallets" if held == "replace" else "deleted"
    then = "25 pallets" if held == "replace" else "250 pallets"
    with pytest.raises(
        AlreadyHeld, match=f"A on 2026-01-{day} is {now} since tom changed it .* would be {then}"
    ) as why:
        eva.import_file(file(NEXT), held=held, asked=seen)
    assert why.value.preview.counts == seen.counts and eva.count() == 12
    done = eva.import_file(file(NEXT), held=held, asked=why.value.preview)
    assert done.records == (3 if held == "replace" else 2) and eva.status()["imports"][-1]["author"] == "tom"
    if held == "replace":  # the history of the day says who had what, and what replaced it
        assert [what.split(" ")[0] for _, what, *_ in told(eva, "2026-01-12")][:2] != ["edited", "edited"]
        assert {what.split(" of ")[0] for _, what, *_ in told(eva, "2026-01-12")} == {
            "replaced by import 2",
            "import 2",
            "edited",
            "import 1",
        }
        eva.undo(2)
        assert eva.find(12).volume == 27 and sound(eva)
