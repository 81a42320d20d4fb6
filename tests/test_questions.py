"""Questions of a table are understood as a fair reader would: kind, lanes, number, changes, days ahead."""

from collections import Counter

import pytest
from analyst_worlds import LANES, questions

from twin.analyst.naming import Names
from twin.analyst.offline import STORIES
from twin.analyst.questions import understand

QUESTIONS = questions()
KINDS = {"help", "refuse", *STORIES}


def understood(row):
    """Return the request of a row, after the request of the question that it follows."""
    names, before = Names(), None
    names.look_at(LANES)
    if row["follows"]:
        before = understand(row["follows"], names, "BER-MUC", "D")
    return understand(row["question"], names, "BER-MUC", "D", before)


def changes_of(text):
    """Return the changes that a row expects."""
    parts = [part.split() for part in text.split(";") if part]
    return sorted((name, how, pytest.approx(float(amount), rel=1e-3)) for name, how, amount in parts)


def test_the_table_is_large_and_has_every_kind():
    kinds = Counter(row["kind"] for row in QUESTIONS)
    assert len(QUESTIONS) >= 200 and set(kinds) == KINDS
    assert len({(row["question"], row["follows"]) for row in QUESTIONS}) == len(QUESTIONS)
    assert sum(bool(row["follows"]) for row in QUESTIONS) >= 35


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row["question"][:60])
def test_a_question_is_understood(row):
    request = understood(row)
    assert request.kind == row["kind"]
    assert set(request.lanes) == set(filter(None, row["lanes"].split(";")))
    if row["kind"] == "value":
        assert request.measure == row["expects"]
    if row["kind"] == "what_if":
        assert sorted((c.name, c.how, c.amount) for c in request.changes) == changes_of(row["expects"])
    if row["kind"] == "outlook":
        assert str(request.days or "") == row["expects"]


@pytest.mark.parametrize(
    "question",
    ["which lanes lose money?", "which lane loses money?", "worst lanes by profit", "worst lanes by lane profit"],
)
def test_lanes_that_lose_money_come_first(question):
    request = understand(question, Names(), "BER-MUC", "D")
    assert request.kind == "network" and not request.largest


@pytest.mark.parametrize(
    "question, lanes",
    [
        ("compare LIS-MAD 2 with Total", ("LIS-MAD 2",)),
        ('compare LIS-MAD 2 with "Total"', ("LIS-MAD 2", "Total")),
        ("how large is the safety stock of lis mad 2", ("LIS-MAD 2",)),
        ("what is the profit in total?", ("OSL–CPH",)),
        ("why is OSL→CPH volatile", ("OSL–CPH",)),
        ("profit of MAD-LIS?", ()),
        ("profit of lane 9?", ()),
    ],
)
def test_lanes_of_any_name_are_found(question, lanes):
    names = Names()
    names.look_at(("OSL–CPH", "LIS-MAD 2", "Total", "ägypten 7"))
    request = understand(question, names, "OSL–CPH", "D")
    found = request.lanes if len(lanes) else ()
    assert set(lanes) <= set(found) if lanes else request.kind == "refuse" and request.unknown
    _, masked, _ = names.find(question)
    assert not any(lane.casefold() in masked.casefold() for lane in lanes)


def test_a_key_stands_for_the_same_lane_throughout():
    names = Names()
    names.look_at(LANES)
    assert [names.key(lane) for lane in (*LANES, LANES[0])] == ["lane1", "lane2", "lane3", "lane1"]
    assert names.lane("lane2") == LANES[1]
    with pytest.raises(ValueError, match="lane must be the key of one"):
        names.lane("lane9")
