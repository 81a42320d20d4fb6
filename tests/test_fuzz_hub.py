"""Any link and any message of a page ends in an answer or a sentence; wrong parts of a link leave the others alone."""

import math
from urllib.parse import parse_qsl, urlencode

import pytest
from fuzz import cases, is_a_sentence, mostly, none_of, texts
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from twin._check import require
from twin.data.scenarios import POLICIES, network, research_lanes
from twin.plan.feed import feed_of_history
from twin.plan.portfolio import portfolio_of
from twin.view.analyst_desk import AnalystSheet
from twin.view.hub.controls import CONTROLS, OPTIMUM
from twin.view.hub.data_feed import DataFeed
from twin.view.hub.downloads import FILES
from twin.view.hub.reopening import query_of, restore
from twin.view.hub.session import Session
from twin.view.hub.tabs import TABS
from twin.view.panel import Control, panel

LANES = tuple(POLICIES)
DIALS = [row.name for row in CONTROLS] + [OPTIMUM, "strain", "under_used"]
NUMBERS = st.one_of(st.floats().map(repr), st.integers(-5, 600).map(str), st.sampled_from(["0.5", "1", "0", "7"]))
PARTS = st.one_of(
    st.tuples(st.just("lane"), st.sampled_from([*LANES, "nowhere", ""])),
    st.tuples(st.just("tab"), st.sampled_from([*TABS, "nowhere", ""])),
    st.tuples(st.just("source"), st.sampled_from(["research", "file", "ledger", "nowhere", ""])),
    st.tuples(st.sampled_from(DIALS), mostly(NUMBERS, texts(8))),
    st.tuples(texts(8), texts(8)),
)
QUERIES = mostly(
    st.lists(PARTS, max_size=6).map(lambda parts: "?" + urlencode(parts, errors="replace")),
    texts(40).map("?{}".format),
)


@pytest.fixture(scope="module")
def feed():
    return feed_of_history(research_lanes(), "research")


# ------------------------------------------------------------ links


@cases(30)
@given(query=QUERIES)
def test_a_link_sets_what_it_can_and_says_the_rest(feed, query):
    session = Session(feed, POLICIES)
    said = restore(session, query)
    assert all(map(is_a_sentence, said))
    asked = dict(parse_qsl(query.removeprefix("?")))
    if asked.get("lane", session.lane) not in LANES:
        assert len(said) == 1 and "not among these lanes" in said[0]
        return
    for name in session.values.keys() & asked.keys():
        try:
            value = float(asked[name])
        except ValueError:
            value = math.nan
        assert session.values[name] == value or said, name
    assert all(math.isfinite(value) for value in session.values.values()) and session.numbers()


@cases(10)
@given(data=st.data(), lane=st.sampled_from(LANES))
def test_a_link_of_ours_brings_back_the_same_state(feed, data, lane):
    first, second = Session(feed, POLICIES), Session(feed, POLICIES)
    first.pick(lane)
    for field in data.draw(st.lists(st.sampled_from(first.fields), max_size=4)):
        value = data.draw(st.floats(field.low, field.high))
        try:
            first.change(**{field.name: round(value) if field.name == "horizon" else value})
        except ValueError as error:  # a result out of bounds, though each value is within its own
            assert is_a_sentence(error)
    assert restore(second, "?" + query_of(first)) == []
    assert second.lane == lane and second.values == pytest.approx(first.values, rel=1e-9, abs=1e-300)
    assert query_of(second) == query_of(first)


# ------------------------------------------------------------ messages

FORMS = sorted(name.removeprefix("do_") for name in dir(DataFeed) if name.startswith("do_"))
SHEETS = ["shown", "pin", "unpin", "ask", "stop", "conversation", "forget", *sorted(FILES.keys() - {"pdf", "report"})]
SHEETS += ["partner", "partner-way", "partner-rule", "partner-cost", "in-motion"]
FORM_FIELDS = "id upload first sure date lane volume returns source token decimal headings".split()
FORM_FIELDS += ["file", "held", "asked", "secret", "day", "change", "was_volume", "was_returns", "overwrite"]
SHEET_FIELDS = "query question by name way rule reservation_cost site".split()
PLAIN = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), texts(8)),
    *(NUMBERS, st.sampled_from(LANES), QUERIES),
)
ANY = mostly(PLAIN, st.one_of(st.lists(PLAIN, max_size=3), st.dictionaries(texts(4), PLAIN, max_size=3)))


def messages(requests, fields):
    """Return messages with one of these requests, or anything else, and some of these fields, with any values."""
    known = {"do": mostly(st.sampled_from(requests), ANY), "subject": mostly(st.just("BER-MUC"), ANY)}
    others = dict.fromkeys([*fields, "serial", "more"], ANY)
    return mostly(st.fixed_dictionaries(known, optional=others), ANY)


def press(widget, message, *buffers):
    """Send a message as a page does; it must be answered, and nothing may be raised."""
    before, widget.answered = widget.answered, 0
    widget._handle_custom_msg(message, list(buffers))
    serial = message.get("serial") if isinstance(message, dict) else None
    assert widget.answered == (serial if isinstance(serial, int) and serial is not None else 1)
    widget.answered = before


@cases(200)
@given(message=messages([*FORMS, "piece"], FORM_FIELDS))
@example(message={"do": "log", "volume": 5})
@example(message={"do": "piece", "id": [1], "begins": True})
@example(message={"do": "delete", "id": {}})
def test_every_message_of_a_form_is_answered(bare_hub, unexpected, message):
    press(bare_hub.data, message, b"date,lane,volume\n")
    none_of(unexpected)
    done = message.get("do") if isinstance(message, dict) else None
    assert bare_hub.data.said or bare_hub.data.question or done in ("piece", "opened")


@cases(100)
@given(message=messages(SHEETS, SHEET_FIELDS))
@example(message={"do": ["csv"], "subject": "BER-MUC"})
@example(message={"do": "shown", "query": "?tab=nowhere"})
def test_every_message_of_a_tab_is_answered(bare_hub, unexpected, message):
    bare_hub.session.pick("BER-MUC")
    bare_hub.sheet.subject = "BER-MUC"
    press(bare_hub.sheet, message)
    none_of(unexpected)
    assert not bare_hub.sheet.said or is_a_sentence(bare_hub.sheet.said)
    assert bare_hub.sheet.active in TABS and bare_hub.session.numbers()


@cases(80)
@given(message=messages(["turn", "preset", "reset"], ["name", "value"]))
@example(message={"do": "turn", "subject": "BER-MUC", "name": "holding_cost", "value": "seven"})
@example(message={"do": "turn", "subject": "BER-MUC", "name": ["holding_cost"], "value": 7})
def test_every_message_of_the_controls_is_answered(bare_hub, unexpected, message):
    bare_hub.session.pick("BER-MUC")
    press(bare_hub.dials, message)
    none_of(unexpected)
    assert all(map(is_a_sentence, bare_hub.dials.said.values()))
    assert all(math.isfinite(value) for value in bare_hub.session.values.values())


@cases(30)
@given(limits=st.dictionaries(st.sampled_from(["strain", "under_used", "more"]), ANY, max_size=3), lane=texts(8))
def test_every_change_of_the_table_is_answered(bare_hub, unexpected, limits, lane):
    bare_hub.lanes.thresholds = limits
    bare_hub.lanes.picked = lane
    none_of(unexpected)
    assert (
        bare_hub.lanes.thresholds == bare_hub.session.thresholds
        and bare_hub.lanes.picked == bare_hub.session.lane in LANES
    )


@pytest.fixture
def analyst():
    """Return the page of the analyst about one lane."""
    portfolio = portfolio_of(feed_of_history(network(lanes=1, periods=30)), None)
    return AnalystSheet(portfolio, "LANE-1", "What is the profit of this lane?")


@cases(30)
@given(message=messages(["ask", "stop", "conversation", "forget"], ["question", "by"]))
def test_every_message_of_the_analyst_is_answered(analyst, unexpected, message):
    press(analyst.sheet, message)
    none_of(unexpected)
    assert not analyst.sheet.said or is_a_sentence(analyst.sheet.said)


@pytest.fixture
def slider():
    """Return a slider beside an empty picture."""

    def draw(x):
        require(0 <= x <= 2, "x", "in [0, 2]", x)
        return Figure(figsize=(0.1, 0.1))

    return panel(draw, {"x": Control(1.0, 0.0, 2.0, "x [-]")}, "nothing")


@cases(30)
@given(message=messages(["turn"], ["name", "value"]))
@example(message={"do": "turn", "name": "x", "value": "1"})
@example(message={"do": "turn", "name": "y", "value": 1})
def test_every_message_of_a_slider_is_answered(slider, unexpected, message):
    press(slider.dials, message)
    none_of(unexpected)
    assert slider.dials.values.keys() == {"x"} and 0 <= slider.dials.values["x"] <= 2
