"""The hub without a browser: what its widgets hold after each thing a planner does, and what the ledger holds."""

import csv
import io
import json
import re

import pytest
from pypdf import PdfReader

from twin import scenario
from twin.data.history import write_csv
from twin.data.ledger import RESET_TOKEN, Ledger
from twin.data.scenarios import network, research_lanes
from twin.view.hub import report
from twin.view.hub.controls import OPTIMUM
from twin.view.hub.hub import Hub
from twin.view.hub.tabs import TABS
from twin.view.hub.words import written

PNG = b"\x89PNG\r\n"


@pytest.fixture
def hub():
    return Hub("", "BER-MUC")


@pytest.fixture
def stored(ledger, url, monkeypatch):
    """A ledger of the research lanes on both engines, at the address that the hub looks at."""
    monkeypatch.setenv("DATABASE_URL", url)
    ledger.import_history(research_lanes())
    return ledger


def press(widget, **message):
    """Send what the page would send; files as {"content": bytes}."""
    content = message.pop("content", None)
    if content is not None:
        message |= {"upload": 1}
        for start in range(0, max(len(content), 1), 700_000):
            widget._handle_custom_msg({"do": "piece", "id": 1, "first": start == 0}, [content[start : start + 700_000]])
    widget._handle_custom_msg(message, [])


def turn(hub, **values):
    """Set controls as the page does."""
    for name, value in values.items():
        press(hub.dials, do="turn", subject=hub.dials.subject, name=name, value=value)


def figures(html):
    """The exact values on a page, by name."""
    return {name: float(value) for name, value in re.findall(r'data-name="(\w+)" data-value="([^"]+)"', html)}


# ------------------------------------------------------------ controls, tabs and the table


def test_it_opens_on_the_lane_with_every_part(hub):
    assert hub.sheet.title == "BER-MUC" and hub.lanes.picked == "BER-MUC" and hub.sheet.active == "capacity"
    assert {field["name"] for field in hub.dials.fields} == set(hub.dials.values)
    assert hub.sheet.history.startswith(PNG) and hub.lanes.table["lane"] == [
        "BER-MUC",
        "FRA-PAR",
        "HAM-ROT",
    ]


@pytest.mark.parametrize("tab", ["capacity", "risk"])
def test_every_number_on_a_page_is_the_lanes(hub, tab):
    hub.sheet.active = tab
    for values in ({}, {"holding_cost": 9.0, "return_rate": 0.4}):
        turn(hub, **values)
        shown, numbers = figures(hub.sheet.page), hub.session.numbers()
        assert len(shown) >= 9 and shown == {name: numbers[name] for name in shown}


@pytest.mark.parametrize("tab", TABS)
def test_pictures_are_drawn_for_the_open_tab(hub, tab):
    hub.sheet.active = tab
    for name in TABS[tab][2]:
        before = getattr(hub.sheet, name)
        assert before.startswith(PNG) and f'data-picture="{name}" alt="' in hub.sheet.page
        turn(hub, service_level=0.8, internal_capacity=400.0)
        assert getattr(hub.sheet, name) != before
        press(hub.dials, do="reset")
    assert hub.sheet.profits == b"" or tab == "risk"


def test_a_turned_control_changes_page_picture_row_and_address(hub):
    before = hub.sheet.page, hub.sheet.history
    turn(hub, internal_capacity=300.0)
    assert hub.sheet.page != before[0] and hub.sheet.history != before[1]
    assert "internal_capacity=300" in hub.sheet.query and hub.dials.said == {}
    row = hub.session.network().loc["BER-MUC"]
    assert hub.lanes.row["dependency"] == row["dependency"] > 0 and hub.lanes.row["status"] == row["status"]
    place = hub.lanes.table["lane"].index("BER-MUC")
    assert hub.lanes.table["dependency"][place] == row["dependency"]


def test_what_cannot_be_is_said_at_its_control_and_changes_nothing(hub):
    page = hub.sheet.page
    turn(hub, handling_cost=490.0)
    assert "must be >= 0" in hub.dials.said["handling_cost"] and hub.dials.values["handling_cost"] == 50.0
    assert hub.sheet.page == page
    turn(hub, internal_capacity=300.0)
    assert hub.dials.said == {} and hub.sheet.page != page


def test_the_optimum_shows_the_level_it_aims_at(hub):
    turn(hub, **{OPTIMUM: 1.0})
    assert hub.dials.disabled == ["service_level"]
    assert hub.dials.values["service_level"] == hub.session.numbers()["critical_ratio"]
    turn(hub, holding_cost=9.0)
    assert hub.dials.values["service_level"] == hub.session.numbers()["critical_ratio"] and hub.dials.said == {}
    turn(hub, **{OPTIMUM: 0.0})
    assert hub.dials.disabled == [] and hub.dials.values["service_level"] == 0.95


def test_presets_and_reset(hub):
    press(hub.dials, do="preset", name="strict SLA")
    assert hub.dials.values["sla_penalty"] == 120.0 and hub.dials.values[OPTIMUM] == 1.0
    press(hub.dials, do="reset")
    assert hub.dials.values == hub.session.start and "sla_penalty" not in hub.sheet.query
    press(hub.dials, do="preset", name="no such")
    assert "preset must be one of" in hub.dials.said[""].lower()


def test_a_click_picks_the_lane_and_its_values_come_back(hub):
    turn(hub, holding_cost=9.0)
    hub.lanes.picked = "FRA-PAR"
    assert hub.sheet.title == "FRA-PAR" and hub.dials.values["holding_cost"] == 6.0
    hub.lanes.picked = "BER-MUC"
    assert hub.dials.values["holding_cost"] == 9.0
    hub.lanes.picked = "no such lane"
    assert "lane must be" in hub.sheet.said.lower() and hub.session.lane == "BER-MUC"


def test_a_control_turned_while_another_lane_is_picked_changes_neither(hub):
    before = hub.dials.subject
    hub.lanes.picked = "FRA-PAR"
    press(hub.dials, do="turn", subject=before, name="holding_cost", value=9.0)
    assert hub.session.values == hub.session.start and "holding_cost" not in hub.sheet.query


def test_the_same_mistake_is_said_again(hub):
    heard = []
    hub.dials.observe(lambda change: heard.append(change["new"]), "said")
    for _ in range(2):
        turn(hub, holding_cost=-1.0)
    assert [bool(said) for said in heard] == [True, False, True]


def test_thresholds_are_the_planners(hub):
    hub.lanes.thresholds = {"strain": 0.5, "under_used": 0.2}
    assert set(hub.lanes.table["status"]) == {"capacity strain"}
    hub.lanes.thresholds = {"strain": 0.1, "under_used": 0.2}
    assert "thresholds must be" in hub.lanes.said.lower() and hub.lanes.thresholds["strain"] == 0.5


def test_what_if_names_the_differences(hub):
    hub.sheet.active = "compare"
    assert "data-kept" not in hub.sheet.page
    press(hub.sheet, do="pin")
    assert "the same so far" in hub.sheet.page
    before = hub.session.numbers()
    turn(hub, holding_cost=9.0)
    kept = dict(re.findall(r'data-kept="(\w+)" data-value="([^"]+)"', hub.sheet.page))
    assert {name: float(value) for name, value in kept.items()} == {name: before[name] for name in kept}
    assert "holding cost: 2.5 in A, 9 in B [$/pallet/day]" in hub.sheet.page
    press(hub.sheet, do="unpin")
    assert "data-kept" not in hub.sheet.page


def test_the_offline_analyst_answers_from_the_lanes_numbers(hub):
    hub.sheet.active = "analyst"
    press(hub.sheet, do="ask", question="What is the <b>expected overflow</b>?")
    assert figures(hub.sheet.page)["expected_overflow"] == hub.session.numbers()["expected_overflow"]
    assert "<b>expected" not in hub.sheet.page and "offline" in hub.sheet.page
    press(hub.sheet, do="ask", question="Who wins the cup?")
    assert "No number of this lane" in hub.sheet.page and not figures(hub.sheet.page)


def test_a_link_is_followed(hub):
    hub.sheet.opened = "?source=research&lane=FRA-PAR&holding_cost=9&tab=risk"
    assert (hub.sheet.title, hub.sheet.active, hub.dials.values["holding_cost"]) == ("FRA-PAR", "risk", 9.0)
    assert hub.sheet.said == "" and hub.lanes.picked == "FRA-PAR"
    other = Hub()
    other.sheet.opened = f"?{hub.sheet.query}"
    assert other.sheet.query == hub.sheet.query and other.sheet.page == hub.sheet.page


@pytest.mark.parametrize(
    "query", ["?source=file&lane=A", "?source=moon", "?lane=XX", "?holding_cost=abc", "?source=ledger"]
)
def test_a_link_that_cannot_be_followed_says_so(hub, query):
    hub.sheet.opened = query
    assert hub.sheet.said.endswith(".") and "Traceback" not in hub.sheet.said and figures(hub.sheet.page)


def test_a_mistake_of_ours_is_a_sentence_too(hub, monkeypatch, capfd):
    monkeypatch.setattr(hub.session, "pin", lambda: 1 / 0)
    press(hub.sheet, do="pin")
    assert hub.sheet.said.startswith("Something went wrong here (ZeroDivisionError)")


# ------------------------------------------------------------ report


def delivered(widget, monkeypatch, **message):
    """What the page gets to save."""
    sent = []
    monkeypatch.setattr(type(widget), "send", lambda self, content, buffers=(): sent.append((content, buffers)))
    press(widget, **message)
    ((content, (data,)),) = sent
    return content["download"], data


def test_the_csv_holds_every_number_and_control(hub, monkeypatch):
    turn(hub, holding_cost=9.0)
    name, data = delivered(hub.sheet, monkeypatch, do="csv")
    rows = list(csv.DictReader(io.StringIO(data.decode())))
    answers = {row["name"]: float(row["value"]) for row in rows if row["kind"] == "answer"}
    controls = {row["name"]: float(row["value"]) for row in rows if row["kind"] == "control"}
    assert answers == hub.session.numbers() and controls == hub.session.values and name == "BER-MUC.csv"


def test_the_pdf_opens_and_holds_the_same_numbers(hub, monkeypatch):
    turn(hub, holding_cost=9.0)
    name, data = delivered(hub.sheet, monkeypatch, do="pdf")
    text = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
    assert name == "BER-MUC.pdf" and "Lane BER-MUC" in text
    for number, value in hub.session.numbers().items():
        assert f"{number.replace('_', ' ')} {written(value, scenario.UNITS[number])}" in text, number
    assert "holding cost $9.00 pallets a day" in text or "holding cost $9.00" in text
    assert report.pdf(hub.session) == data


@pytest.mark.parametrize("lane", ["=cmd|' /C calc'!A0", 'a/b\\c"<x>#$*_', "東京-大阪", "x" * 400])
def test_lanes_of_any_name_can_be_reported(lane, tmp_path):
    path = tmp_path / "flows.csv"
    rows = [[f"2026-01-0{day}", lane, day] for day in range(1, 8)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("date", "lane", "volume"), *rows])
    hub = Hub(str(path))
    for tab in TABS:
        hub.sheet.active = tab
        assert "<x>" not in hub.sheet.page
    assert report.pdf(hub.session).startswith(b"%PDF") and "/" not in report.FILES["csv"](hub.session)[0]


# ------------------------------------------------------------ the data feed


def test_nothing_is_opened_before_a_page_shows_the_forms(hub, tmp_path):
    assert "Opening the ledger" in hub.data.page and not (tmp_path / "data").exists()
    press(hub.data, do="opened")
    assert "0 flows" in hub.data.page and (tmp_path / "data").exists()


def test_log_see_and_correct(stored):
    hub = Hub("ledger:", "BER-MUC")
    press(hub.data, do="opened")
    last = hub.session.feed.statistics.loc["BER-MUC", "last_volume"]
    press(hub.data, do="log", date="2025-12-28", lane="BER-MUC", volume="32,5", returns="")
    (key,) = re.findall(r"Logged: flow (\d+), 2025-12-28, BER-MUC, 32.5 pallets", hub.data.said)
    assert "already held 1 flows" in hub.data.said
    assert hub.lanes.table["last_volume"][0] == last + 32.5 and stored.count() == 3277
    press(hub.data, do="delete", id=key)
    assert f"Delete flow {key}, 2025-12-28, BER-MUC" in hub.data.question["text"] and stored.count() == 3277
    press(hub.data, **hub.data.question["message"])
    assert hub.lanes.table["last_volume"][0] == last and stored.count() == 3276 and "Deleted" in hub.data.said


def test_a_logged_flow_leads_to_its_lane_and_keeps_what_was_set(stored):
    hub = Hub("ledger:", "BER-MUC")
    turn(hub, holding_cost=9.0)
    press(hub.data, do="log", date="2025-12-28", lane="HAM-ROT", volume="5")
    assert hub.sheet.title == "HAM-ROT"
    hub.lanes.picked = "BER-MUC"
    assert hub.dials.values["holding_cost"] == 9.0


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"do": "log", "date": "", "lane": "A", "volume": "5"}, "Date must be a day"),
        ({"do": "log", "date": "2026-01-05", "lane": " ", "volume": "5"}, "Lane must be a name"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "five"}, "Volume must be a number"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "-1"}, "Volume must be"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "nan"}, "Volume must be"),
        ({"do": "log", "date": "2026-01-05", "lane": "A", "volume": "1", "returns": "x"}, "Returns must be a number"),
        ({"do": "delete", "id": "x"}, "Id must be a whole number"),
        ({"do": "delete", "id": "99999"}, "Id must be that of a flow"),
        ({"do": "reset", "token": "yes"}, "Token must be"),
        ({"do": "import"}, "File must be chosen first"),
        ({"do": "upload"}, "File must be chosen first"),
        ({"do": "source", "source": "file"}, "File must be uploaded first"),
        ({"do": "no-such"}, "Request must be one of those on the page"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_nothing_changes(stored, form, sentence):
    hub = Hub("ledger:")
    press(hub.data, **form)
    assert f'role="alert">{sentence}' in hub.data.said and stored.count() == 3276 and "Traceback" not in hub.data.said


def test_bulk_import_export_and_taking_back(stored, tmp_path, monkeypatch):
    hub = Hub("ledger:")
    path = tmp_path / "more.csv"
    write_csv(network(lanes=3, periods=50), path)
    press(hub.data, do="import", file="more.csv", content=path.read_bytes())
    assert "150 flows added as import 2" in hub.data.said and len(hub.lanes.table["lane"]) == 6
    press(hub.data, do="import", file="more.csv", content=path.read_bytes())
    assert "Nothing new" in hub.data.said and stored.count() == 3426
    name, data = delivered(hub.data, monkeypatch, do="export")
    assert name == "flows.csv" and data.decode().count("\n") == 3427
    press(hub.data, do="undo", id=2, source="more.csv")
    press(hub.data, **hub.data.question["message"])
    assert stored.count() == 3276 and len(hub.lanes.table["lane"]) == 3


def test_bad_rows_are_accounted_for_and_left_out_when_asked(stored):
    hub = Hub("ledger:")
    content = b"date,lane,volume\n2026-01-01,X,5\n2026-01-02,X,<b>six</b>\n2026-01-03,X,7\n"
    press(hub.data, do="import", file="bad.csv", content=content)
    assert "1 x volume is not a number" in hub.data.said and "None was imported" in hub.data.said
    assert "<b>six" not in hub.data.said and stored.count() == 3276
    press(hub.data, do="import", file="bad.csv", good_rows_only="on", content=content)
    assert "3 flows added" in hub.data.said or "2 flows added" in hub.data.said


def test_reset_takes_the_typed_words(stored):
    hub = Hub("ledger:")
    press(hub.data, do="reset", token=RESET_TOKEN)
    assert stored.count() == 0 and "All 3,276 flows are deleted" in hub.data.said
    assert hub.session.feed.source == "research" and "no flows yet" in hub.data.page


UPLOADS = {
    "good": (b"date,lane,volume\n2026-01-01,A,5\n2026-01-02,A,6\n2026-01-03,A,4\n", None),
    "some refused": (b"date,lane,volume\n2026-01-01,A,5\n2026-01-02,A,x\n2026-01-03,A,4\n", None),
    "empty": (b"", "empty"),
    "no table": (b"\x89PNG\r\n\x1a\n\x00\x00", ""),
    "no columns": (b"a,b\n1,2\n", "column"),
    "no rows": (b"date,lane,volume\n", ""),
    "nothing usable": (b"date,lane,volume\nx,A,y\n", "no usable row"),
    "one period": (b"date,lane,volume\n2026-01-01,A,5\n", "can be assessed"),
}


@pytest.mark.parametrize("kind", UPLOADS)
def test_uploads_are_looked_at_or_refused_in_a_sentence(hub, kind, tmp_path):
    content, sentence = UPLOADS[kind]
    before = hub.sheet.title
    press(hub.data, do="upload", file="../my flows.csv", content=content)
    assert (
        str(tmp_path.parent) not in hub.data.said and "/tmp" not in hub.data.said and "Traceback" not in hub.data.said
    )
    if sentence is None:
        assert hub.sheet.title == "A" and "my flows.csv" in hub.data.said and hub.session.feed.source == "file"
        assert ("1 refused" in hub.data.said) == (kind == "some refused")
    else:
        assert 'role="alert"' in hub.data.said and sentence in hub.data.said and hub.sheet.title == before


def test_large_uploads_come_in_pieces_and_too_large_ones_are_refused(hub, tmp_path, monkeypatch):
    path = tmp_path / "large.csv"
    write_csv(network(lanes=200, periods=365), path)
    press(hub.data, do="upload", file="large.csv", content=path.read_bytes())
    assert len(hub.lanes.table["lane"]) == 200
    monkeypatch.setattr("twin.view.hub.uploads.LARGEST", 1_000_000)
    press(hub.data, do="upload", file="large.csv", content=path.read_bytes())
    assert "File must be at most" in hub.data.said


def test_a_ledger_out_of_reach_is_a_sentence_and_the_rest_works(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://planner:topsecret@127.0.0.1:1/nowhere")
    hub = Hub()
    press(hub.data, do="opened")
    assert 'role="alert"' in hub.data.said and "topsecret" not in json.dumps([hub.data.said, hub.data.page])
    turn(hub, holding_cost=9.0)
    assert "holding_cost=9" in hub.sheet.query


def test_the_setting_names_what_a_hub_opens_on(stored, monkeypatch):
    monkeypatch.setenv("TWIN_HISTORY", "ledger:")
    assert Hub().session.feed.source == "ledger"
    with Ledger() as ledger:
        ledger.append("2025-12-29", "NEW", 5)
        ledger.append("2025-12-28", "NEW", 5)
    waiting = Hub()
    stored.append("2025-12-30", "NEW", 9)
    press(waiting.data, do="opened")  # what came while the hub waited for a visitor
    assert waiting.session.feed.statistics.loc["NEW", "last_volume"] == 9.0


@pytest.mark.parametrize("history", ["ledger:", "no such file.csv"])
def test_a_setting_that_cannot_be_followed_leaves_the_research_lanes_and_says_why(monkeypatch, history):
    monkeypatch.setenv("TWIN_HISTORY", history)
    hub = Hub()
    assert hub.session.feed.source == "research" and 'role="alert"' in hub.data.said
    with pytest.raises((ValueError, OSError)):
        Hub(history)
